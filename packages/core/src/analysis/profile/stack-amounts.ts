// What every stack of a profile stands for, in all sample types at once: one row of numbers a stack, so
// that a node of any tree or table is the sum of its stacks' rows.
//
// A series is one sample type with one sign: what a difference (or a delta profile) takes away is a
// series of its own, because +3 and −3 MiB are not "no change" but 6 MiB that changed hands.

import { allSampleCounts, type CountBasis, type SampleCounts } from "./sample-counts.ts";
import type { SourceFacts } from "./source-facts.ts";
import { sampleAt, sampleCount, type Profile } from "./profile.ts";
import { baseRows } from "./weights.ts";

export interface AmountSeries {
  /** Index of the sample type. */
  readonly type: number;
  /** True: the amounts of negative rows, as positive numbers. */
  readonly isMinus: boolean;
  /**
   * Place of the value in a row; where `isSampled` behind it samples, Σ w²n, Σ w²nq, and of a heap's bytes
   * what the samples are themselves. Objects are cut to whole ones row by row, so of a heap's objects Σ wn
   * takes the place of Σ w²nq: there w = 1 / p, so that this is Σ w²n − Σ wn.
   */
  readonly at: number;
  readonly isSampled: boolean;
  /** The fourth number is Σ wn. */
  readonly hasEstimate: boolean;
  /** Place of what the samples are themselves, −1 where that is nothing. */
  readonly ownAt: number;
}

/** Columns of a sampled series. */
const SAMPLED = 4;

export interface AmountType {
  readonly type: string;
  readonly unit: string;
  readonly basis: CountBasis;
  /** Bytes between two samples of a heap; undefined where that is unknown or nothing is sampled. */
  readonly rate?: number | undefined;
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
  /** A file that is itself a difference, of one process: its series are what came and what went. */
  readonly isCameAndWent: boolean;
}

/** A row of a delta in which some came and some went: two amounts, whatever their difference is. */
function hasBoth({ plus, minus, weight }: SampleCounts, row: number): boolean {
  return (
    plus !== undefined &&
    minus !== undefined &&
    plus[row] > 0 &&
    minus[row] > 0 &&
    (weight === undefined ? Number.NaN : weight[row]) > 0
  );
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
  const counts = allSampleCounts(states, sources);
  const rows = sampleCount(profile);
  let isCameAndWent = false;
  const hasMinus = profile.values.map((column, type) => {
    let isNegative = false;
    for (let k = 0; k < rows; k++) {
      const row = sampleAt(profile, k);
      if (column[row] < 0) isNegative = true;
      if (!hasBoth(counts[type], row)) continue;
      isCameAndWent = true;
      return true;
    }
    return isNegative;
  });
  const series: AmountSeries[] = [];
  let width = 0;
  profile.sampleTypes.forEach(({ unit }, type) => {
    const isSampled = counts[type].plus !== undefined;
    const isHeap = isSampled && counts[type].rate !== undefined;
    const isBytes = unit === "bytes";
    for (const isMinus of isDifference || hasMinus[type] ? [false, true] : [false]) {
      series.push({
        type,
        isMinus,
        at: width,
        isSampled,
        hasEstimate: isHeap && !isBytes,
        // An object that was sampled is one object.
        ownAt: isHeap ? width + (isBytes ? SAMPLED : 1) : -1,
      });
      width += isHeap && isBytes ? SAMPLED + 1 : isSampled ? SAMPLED : 1;
    }
  });

  const rowOf = new Int32Array(profile.stacks.length).fill(-1);
  let used = 0;
  for (let k = 0; k < rows; k++) {
    const row = sampleAt(profile, k);
    const s = profile.stack[row];
    for (let type = 0; rowOf[s] < 0 && type < counts.length; type++) {
      if (profile.values[type][row] !== 0 || hasBoth(counts[type], row)) rowOf[s] = used++;
    }
  }
  const stack = new Int32Array(used);
  for (let s = 0; s < rowOf.length; s++) if (rowOf[s] >= 0) stack[rowOf[s]] = s;

  const data = new Float64Array(used * width);
  for (const { type, isMinus, at, isSampled, hasEstimate, ownAt } of series) {
    const column = profile.values[type];
    const { plus, minus, weight, missed, own } = counts[type];
    const sign = isMinus ? -1 : 1;
    for (let k = 0; k < rows; k++) {
      const row = sampleAt(profile, k);
      const w = weight === undefined ? Number.NaN : weight[row];
      // An object column may be cut to 0 where its space column is not; the samples are there all the same.
      let n = plus === undefined ? 0 : plus[row] + (minus === undefined ? 0 : minus[row]);
      let value = column[row] * sign;
      if (plus !== undefined && minus !== undefined && hasBoth(counts[type], row)) {
        // Both sides, so that their difference is the file's value to the byte.
        const came = Math.round(plus[row] * w);
        n = isMinus ? minus[row] : plus[row];
        value = isMinus ? came - column[row] : came;
      }
      // What was cut to nothing has samples all the same.
      const isCut = value === 0 && !isMinus && minus === undefined && n > 0;
      if (!(value > 0) && !isCut) continue;
      const first = rowOf[profile.stack[row]] * width;
      const to = first + at;
      data[to] += value;
      if (!isSampled || plus === undefined) continue;
      if (ownAt > at + 1 && own !== undefined) data[first + ownAt] += n * own[row];
      const square = n === 0 ? 0 : Number.isNaN(w) ? (value * value) / n : n * w * w;
      data[to + 1] += n;
      data[to + 2] += square;
      if (hasEstimate) data[to + 3] += Number.isNaN(w) ? value : n * w;
      else data[to + 3] += square * (missed === undefined ? 1 : missed[row]);
    }
  }
  const total = new Float64Array(width);
  for (let i = 0; i < data.length;) for (let f = 0; f < width; f++) total[f] += data[i++];
  return {
    types: profile.sampleTypes.map(({ type, unit }, i) => {
      const { basis, rate, plus } = counts[i];
      return { type, unit, basis, rate: plus === undefined ? undefined : rate };
    }),
    series,
    width,
    stack,
    data,
    total,
    isCameAndWent,
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
