// What every stack of a profile stands for, in all sample types at once: one row of numbers a stack, so
// that a node of any tree or table is the sum of its stacks' rows.
//
// A series is one sample type with one sign: what a difference (or a delta profile) takes away is a
// series of its own, because +3 and −3 MiB are not "no change" but 6 MiB that changed hands.

import { sampleCounts, type CountBasis } from "./sample-counts.ts";
import type { SourceFacts } from "./source-facts.ts";
import { sampleAt, sampleCount, type Profile } from "./profile.ts";
import { baseRows } from "./weights.ts";

export interface AmountSeries {
  /** Index of the sample type. */
  readonly type: number;
  /** True: the amounts of negative rows, as positive numbers. */
  readonly isMinus: boolean;
  /** Place of the value in a row; behind it samples, Σ w²n and Σ w²nq where `isSampled`. */
  readonly at: number;
  readonly isSampled: boolean;
}

export interface AmountType {
  readonly type: string;
  readonly unit: string;
  readonly basis: CountBasis;
}

export interface StackAmounts {
  readonly types: readonly AmountType[];
  readonly series: readonly AmountSeries[];
  /** Numbers in a row. */
  readonly width: number;
  /** Stacks with an amount; row i of `data` is of stack `stack[i]`. */
  readonly stack: Int32Array;
  readonly data: Float64Array;
  /** Sum of all rows. */
  readonly total: Float64Array;
}

/** `isDifference`: a side that takes away is there even where nothing was taken. */
export function stackAmounts(
  profile: Profile,
  sources: readonly SourceFacts[],
  isDifference = false,
): StackAmounts {
  // Rows of a marked base are a state like any other, and not what was freed: each side has the samples
  // of its own values.
  const states =
    baseRows(profile) === undefined
      ? profile
      : { ...profile, values: profile.values.map((column) => column.map(Math.abs)) };
  const counts = profile.sampleTypes.map((_, type) => sampleCounts(states, sources, type, false));
  const rows = sampleCount(profile);
  const hasMinus = profile.values.map((column) => {
    for (let k = 0; k < rows; k++) if (column[sampleAt(profile, k)] < 0) return true;
    return false;
  });
  const series: AmountSeries[] = [];
  let width = 0;
  profile.sampleTypes.forEach((_, type) => {
    const isSampled = counts[type].plus !== undefined;
    for (const isMinus of isDifference || hasMinus[type] ? [false, true] : [false]) {
      series.push({ type, isMinus, at: width, isSampled });
      width += isSampled ? 4 : 1;
    }
  });

  const rowOf = new Int32Array(profile.stacks.length).fill(-1);
  let used = 0;
  for (let k = 0; k < rows; k++) {
    const row = sampleAt(profile, k);
    const s = profile.stack[row];
    if (rowOf[s] < 0 && profile.values.some((column) => column[row] !== 0)) rowOf[s] = used++;
  }
  const stack = new Int32Array(used);
  for (let s = 0; s < rowOf.length; s++) if (rowOf[s] >= 0) stack[rowOf[s]] = s;

  const data = new Float64Array(used * width);
  for (const { type, isMinus, at, isSampled } of series) {
    const column = profile.values[type];
    const { plus, minus, weight, missed } = counts[type];
    const sign = isMinus ? -1 : 1;
    for (let k = 0; k < rows; k++) {
      const row = sampleAt(profile, k);
      const value = column[row] * sign;
      if (!(value > 0)) continue;
      const to = rowOf[profile.stack[row]] * width + at;
      data[to] += value;
      if (!isSampled || plus === undefined) continue;
      // An object column may be cut to 0 where its space column is not; the samples are there all the same.
      const n = plus[row] + (minus === undefined ? 0 : minus[row]);
      const w = weight === undefined ? Number.NaN : weight[row];
      const square = n === 0 ? 0 : Number.isNaN(w) ? (value * value) / n : n * w * w;
      data[to + 1] += n;
      data[to + 2] += square;
      data[to + 3] += square * (missed === undefined ? 1 : missed[row]);
    }
  }
  const total = new Float64Array(width);
  for (let i = 0; i < data.length;) for (let f = 0; f < width; f++) total[f] += data[i++];
  return {
    types: profile.sampleTypes.map(({ type, unit }, i) => ({ type, unit, basis: counts[i].basis })),
    series,
    width,
    stack,
    data,
    total,
  };
}

/** Adds row `from` of one block to row `to` of another. */
export function addRow(
  into: Float64Array,
  to: number,
  rows: Float64Array,
  from: number,
  width: number,
): void {
  let a = to * width;
  let b = from * width;
  for (let f = 0; f < width; f++) into[a++] += rows[b++];
}

/**
 * What each row weighs in a choice of rows: the sum of its shares of every type's total, plus and minus
 * together. One number for all types, so that one choice serves them all; a row that is large in any
 * type is never small.
 */
export function rowWeights({ types, series, width, data, total }: StackAmounts): Float64Array {
  const rows = width === 0 ? 0 : data.length / width;
  const weight = new Float64Array(rows);
  const whole = new Float64Array(types.length);
  for (const { type, at } of series) whole[type] += total[at];
  for (const { type, at } of series) {
    if (!(whole[type] > 0)) continue;
    for (let r = 0; r < rows; r++) weight[r] += data[r * width + at] / whole[type];
  }
  return weight;
}
