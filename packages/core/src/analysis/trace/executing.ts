// When goroutines executed: their running slices, by goroutine. A slice is wall time on a proc; a thread
// that the kernel took off its CPU meanwhile still counts, so on a busy machine or under a CPU quota the
// sums are above CPU time. Time in system calls is not execution here.

import { SLICE_RUNNING, type TraceMemory } from "../../model/tables/trace.ts";
import { orderBy } from "./stretches.ts";

/** Running slices of the goroutines asked for: those of goroutine `ids[i]` are [start[i], start[i+1]), by time. */
export interface Executing {
  readonly index: ReadonlyMap<number, number>;
  readonly start: Int32Array;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  readonly proc: Int32Array;
}

/** Cost: two passes over all slices, and a sort of the wanted goroutines that changed threads. */
export function executingOf(m: TraceMemory, wanted: ReadonlySet<number>): Executing {
  const s = m.slices;
  const index = new Map<number, number>();
  const counts: number[] = [];
  const dense = new Int32Array(s.length).fill(-1);
  for (let i = 0; i < s.length; i++) {
    const g = s.goroutine[i];
    if (s.state[i] !== SLICE_RUNNING || !wanted.has(g)) continue;
    let at = index.get(g);
    if (at === undefined) {
      at = index.size;
      index.set(g, at);
      counts.push(0);
    }
    dense[i] = at;
    counts[at] += 1;
  }
  const start = new Int32Array(index.size + 1);
  for (let at = 0; at < counts.length; at++) start[at + 1] = start[at] + counts[at];
  const rows = start[index.size];
  const next = start.slice();
  const from = new Float64Array(rows);
  const row = new Int32Array(rows);
  for (let i = 0; i < s.length; i++) {
    if (dense[i] < 0) continue;
    const at = next[dense[i]]++;
    from[at] = s.startNs[i];
    row[at] = i;
  }
  const startNs = new Float64Array(rows);
  const endNs = new Float64Array(rows);
  const proc = new Int32Array(rows);
  for (let at = 0; at < index.size; at++) {
    const first = start[at];
    const part = from.subarray(first, start[at + 1]);
    const order = orderBy(part, part.length);
    for (let k = 0; k < order.length; k++) {
      const i = row[first + order[k]];
      startNs[first + k] = s.startNs[i];
      endNs[first + k] = s.endNs[i];
      proc[first + k] = s.proc[i];
    }
  }
  return { index, start, startNs, endNs, proc };
}

/** First running slice of the goroutine that ends after `timeNs`, and where its slices stop. */
export function slicesAfter(
  x: Executing,
  goroutine: number,
  timeNs: number,
): { readonly from: number; readonly to: number } {
  const at = x.index.get(goroutine);
  if (at === undefined) return { from: 0, to: 0 };
  const to = x.start[at + 1];
  let low = x.start[at];
  let high = to;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (x.endNs[mid] > timeNs) high = mid;
    else low = mid + 1;
  }
  return { from: low, to };
}

/** ns for which the goroutine ran within [startNs, endNs). */
export function executedNs(
  x: Executing,
  goroutine: number,
  startNs: number,
  endNs: number,
): number {
  let sum = 0;
  const { from, to } = slicesAfter(x, goroutine, startNs);
  for (let i = from; i < to && x.startNs[i] < endNs; i++)
    sum += Math.min(endNs, x.endNs[i]) - Math.max(startNs, x.startNs[i]);
  return sum;
}
