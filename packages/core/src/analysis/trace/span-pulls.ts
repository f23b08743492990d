// Who pulls spans: rises of HeapAlloc, by the start function of the goroutine that was running, while the
// collector marks and while it does not. During a mark whoever pulls spans drives the assists of all.
//
// How it can mislead. HeapAlloc is heapLive, which counts a whole span when a P takes it and puts back
// what was left unused when it is given up (Go src/runtime/mgcpacer.go, heapLive): this is who took spans,
// at span granularity (8 KiB and more), not who allocated how many bytes. Two procs that change it at the
// same moment may write their events in the other order; then one rise is too large and one is missing.
// Falls (a cycle's mark termination, spans given up) are not subtracted from anyone.

import { METRIC_HEAP_ALLOC, type TraceMemory } from "../../model/tables/trace.ts";
import type { GoroutineGroups } from "./goroutine-groups.ts";
import { windowAt, type Windows } from "./stretches.ts";

export interface SpanPuller {
  /** Start function; "" where it is not known. */
  readonly name: string;
  readonly goroutines: number;
  readonly pulls: number;
  readonly bytes: number;
  readonly bytesInMark: number;
}

export interface SpanPulls {
  readonly bytes: number;
  readonly bytesInMark: number;
  /** Most within marks first. */
  readonly byGroup: readonly SpanPuller[];
}

export function analyzeSpanPulls(
  m: TraceMemory,
  marks: Windows,
  groups: GoroutineGroups,
): SpanPulls {
  const rows = new Map<
    string,
    { members: Set<number>; pulls: number; bytes: number; bytesInMark: number }
  >();
  let last = NaN;
  let bytes = 0;
  let bytesInMark = 0;
  for (let i = 0; i < m.metrics.length; i++) {
    if (m.metrics.metric[i] !== METRIC_HEAP_ALLOC) continue;
    const rise = m.metrics.value[i] - last;
    last = m.metrics.value[i];
    if (!(rise > 0)) continue;
    const isInMark = windowAt(marks, m.metrics.timeNs[i]) >= 0;
    const g = m.metrics.goroutine[i];
    const name = groups.nameOf(g) ?? "";
    let row = rows.get(name);
    if (row === undefined) {
      row = { members: new Set(), pulls: 0, bytes: 0, bytesInMark: 0 };
      rows.set(name, row);
    }
    row.members.add(g);
    row.pulls += 1;
    row.bytes += rise;
    bytes += rise;
    if (isInMark) {
      row.bytesInMark += rise;
      bytesInMark += rise;
    }
  }
  return {
    bytes,
    bytesInMark,
    byGroup: [...rows]
      .map(([name, r]) => ({
        name,
        goroutines: r.members.size,
        pulls: r.pulls,
        bytes: r.bytes,
        bytesInMark: r.bytesInMark,
      }))
      .sort((a, b) => b.bytesInMark - a.bytesInMark || b.bytes - a.bytes),
  };
}
