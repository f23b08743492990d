// When goroutines executed: their running slices, by goroutine. A slice is wall time on a proc; a thread
// that the kernel took off its CPU meanwhile still counts, so on a busy machine or under a CPU quota the
// sums are above CPU time. Time in system calls is not execution here.

import { SLICE_RUNNING, type TraceMemory, type TraceSlicePart } from "../../model/tables/trace.ts";
import { GoroutineIndex } from "./goroutine-index.ts";
import { orderBy } from "./stretches.ts";

/** Running slices of the goroutines asked for: those of goroutine `ids[i]` are [start[i], start[i+1]), by time. */
export interface Executing {
  readonly index: ReadonlyMap<number, number>;
  readonly start: Int32Array;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  readonly proc: Int32Array;
  /** Running time of every goroutine of the trace. */
  readonly allNs: number;
}

/** Cost: two passes over slices (one where none is wanted), and a sort of the wanted goroutines that changed threads. */
export function executingOf(m: TraceMemory, wanted: ReadonlySet<number>): Executing {
  const wantedIndex = new GoroutineIndex(wanted);
  const counts = new Int32Array(wanted.size);
  let allNs = 0;
  const partsWithRows: TraceSlicePart[] = [];
  for (const part of m.slices.parts) {
    const { state, goroutine, startNs, endNs, runStart, runEnd } = part;
    let found = 0;
    for (let run = 0; run < runStart.length; run++) {
      const end = runEnd[run];
      for (let i = runStart[run]; i < end; i++) {
        if (state[i] !== SLICE_RUNNING) continue;
        allNs += endNs[i] - startNs[i];
        const at = wantedIndex.of(goroutine[i]);
        if (at < 0) continue;
        counts[at] += 1;
        found += 1;
      }
    }
    if (found > 0) partsWithRows.push(part);
  }
  // Those that never ran have no place.
  const index = new Map<number, number>();
  const placeOf = new Int32Array(wanted.size);
  const starts = [0];
  let wantedAt = 0;
  for (const goroutine of wanted) {
    placeOf[wantedAt] = index.size;
    const count = counts[wantedAt++];
    if (count === 0) continue;
    starts.push(starts[index.size] + count);
    index.set(goroutine, index.size);
  }
  const start = Int32Array.from(starts);
  const rows = start[index.size];
  const next = start.slice();
  const from = new Float64Array(rows);
  const to = new Float64Array(rows);
  const on = new Int32Array(rows);
  for (const part of partsWithRows) {
    const { state, goroutine, baseNs, runStart, runEnd } = part;
    for (let run = 0; run < runStart.length; run++) {
      const end = runEnd[run];
      for (let i = runStart[run]; i < end; i++) {
        const wantedRow = wantedIndex.of(goroutine[i]);
        if (wantedRow < 0 || state[i] !== SLICE_RUNNING) continue;
        const at = next[placeOf[wantedRow]]++;
        from[at] = baseNs + part.startNs[i];
        to[at] = baseNs + part.endNs[i];
        on[at] = part.proc[i];
      }
    }
  }
  const startNs = new Float64Array(rows);
  const endNs = new Float64Array(rows);
  const proc = new Int32Array(rows);
  for (let at = 0; at < index.size; at++) {
    const first = start[at];
    const part = from.subarray(first, start[at + 1]);
    const order = orderBy(part, part.length);
    for (let k = 0; k < order.length; k++) {
      const row = first + order[k];
      startNs[first + k] = from[row];
      endNs[first + k] = to[row];
      proc[first + k] = on[row];
    }
  }
  return { index, start, startNs, endNs, proc, allNs };
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

/** Running time of every goroutine but `without`, which are among those asked for. */
export function runningNsWithout(x: Executing, without: ReadonlySet<number>): number {
  let ns = x.allNs;
  for (const goroutine of without) {
    const at = x.index.get(goroutine);
    if (at === undefined) continue;
    for (let k = x.start[at]; k < x.start[at + 1]; k++) ns -= x.endNs[k] - x.startNs[k];
  }
  return ns;
}
