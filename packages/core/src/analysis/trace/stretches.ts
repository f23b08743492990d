// Stretches of time cut from rows of a trace, as columns, and how much of them lies within windows.

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";

export interface Stretches {
  readonly length: number;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  /** −1 for none or unknown. */
  readonly proc: Int32Array;
  /** What the stretch was cut from: a row, or a mode; the maker says which. */
  readonly of: Int32Array;
}

export class StretchesBuilder {
  readonly #start = new GrowingFloat64();
  readonly #end = new GrowingFloat64();
  readonly #proc = new GrowingInt32();
  readonly #of = new GrowingInt32();

  add(startNs: number, endNs: number, proc: number, of: number): void {
    if (!(endNs > startNs)) return;
    this.#start.push(startNs);
    this.#end.push(endNs);
    this.#proc.push(proc);
    this.#of.push(of);
  }

  finish(): Stretches {
    return {
      length: this.#start.length,
      startNs: this.#start.finish(),
      endNs: this.#end.finish(),
      proc: this.#proc.finish(),
      of: this.#of.finish(),
    };
  }
}

/** Windows that do not overlap, by start. */
export interface Windows {
  readonly length: number;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
}

/** First window that ends after `timeNs`; `length` when none does. */
export function firstEndingAfter(w: Windows, timeNs: number): number {
  let low = 0;
  let high = w.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (w.endNs[mid] > timeNs) high = mid;
    else low = mid + 1;
  }
  return low;
}

/** Index of the window that holds `timeNs` (end excluded), −1 for none. */
export function windowAt(w: Windows, timeNs: number): number {
  const at = firstEndingAfter(w, timeNs);
  return at < w.length && w.startNs[at] <= timeNs ? at : -1;
}

/** ns of [startNs, endNs) that lie within any window. */
export function nsWithin(w: Windows, startNs: number, endNs: number): number {
  let sum = 0;
  for (let i = firstEndingAfter(w, startNs); i < w.length && w.startNs[i] < endNs; i++)
    sum += Math.min(endNs, w.endNs[i]) - Math.max(startNs, w.startNs[i]);
  return sum;
}

/** Adds to `out[i]` `times` the ns of the stretch that lie within window i. */
export function addWithin(
  w: Windows,
  startNs: number,
  endNs: number,
  out: Float64Array,
  times = 1,
): void {
  for (let i = firstEndingAfter(w, startNs); i < w.length && w.startNs[i] < endNs; i++)
    out[i] += times * (Math.min(endNs, w.endNs[i]) - Math.max(startNs, w.startNs[i]));
}

/** Row numbers by ascending value; rows that are in order already cost one pass. */
export function orderBy(values: Float64Array, length: number): Int32Array {
  const order = new Int32Array(length);
  let isSorted = true;
  for (let i = 0; i < length; i++) {
    order[i] = i;
    if (i > 0 && values[i] < values[i - 1]) isSorted = false;
  }
  return isSorted ? order : order.sort((a, b) => values[a] - values[b] || a - b);
}
