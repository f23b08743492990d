// Sweeping that allocations had to do first: spans of the last cycle that nobody had swept yet. By caller.
//
// How it can mislead: only spans swept on an allocation's way are traced, not the background sweeper's;
// and a sweep begins in the trace with its first span (Go src/runtime/traceruntime.go GCSweepSpan), so
// times are lower bounds by that one.

import { RANGE_SWEEP, type TraceMemory } from "../../model/tables/trace.ts";
import type { GoroutineGroups } from "./goroutine-groups.ts";
import { Groups, NOBODY, Payers, type Payer, type StackPlaces } from "./payers.ts";
import type { Windows } from "./stretches.ts";
import { windowAt } from "./stretches.ts";

export interface SweepAnalysis {
  readonly count: number;
  readonly wallNs: number;
  readonly longestNs: number;
  readonly sweptBytes: number;
  readonly reclaimedBytes: number;
  /** Sweeps that ran while a mark phase did: none should (the next cycle waits for the sweep). */
  readonly duringMark: number;
  readonly byLine: readonly Payer[];
  readonly byGroup: readonly Payer[];
}

export function analyzeSweeps(
  m: TraceMemory,
  marks: Windows,
  groups: GoroutineGroups,
  places: StackPlaces,
): SweepAnalysis {
  const r = m.ranges;
  const byLine = new Payers();
  const byGroup = new Payers();
  const groupWho = new Groups();
  let count = 0;
  let wallNs = 0;
  let longestNs = 0;
  let sweptBytes = 0;
  let reclaimedBytes = 0;
  let duringMark = 0;
  for (let i = 0; i < r.length; i++) {
    if (r.kind[i] !== RANGE_SWEEP) continue;
    const ns = r.endNs[i] - r.startNs[i];
    count += 1;
    wallNs += ns;
    longestNs = Math.max(longestNs, ns);
    sweptBytes += r.sweptBytes[i];
    reclaimedBytes += r.reclaimedBytes[i];
    if (windowAt(marks, r.startNs[i]) >= 0) duringMark += 1;
    const at = places.of(r.stack[i]);
    byLine.add(at?.own ?? NOBODY, r.stack[i], ns, ns);
    const group = groups.nameOf(r.goroutine[i]) ?? "";
    byGroup.add(groupWho.of(group), r.stack[i], ns, ns);
  }
  return {
    count,
    wallNs,
    longestNs,
    sweptBytes,
    reclaimedBytes,
    duringMark,
    byLine: byLine.finish(),
    byGroup: byGroup.finish(),
  };
}
