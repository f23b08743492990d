// What each label value holds, in all sample types: sizes (`bytes`) of a heap, labels that a program set.

import { BASE_LABEL } from "./weights.ts";
import { sampleAt, sampleCount, type Profile } from "./profile.ts";

export interface LabelValue {
  /** A text, or a number with its unit. */
  readonly text: string | undefined;
  readonly number: number;
  readonly unit: string;
  /** Per sample type, plus minus minus. */
  readonly values: readonly number[];
}

export interface LabelTotals {
  readonly key: string;
  /** Largest first by the share of any type. */
  readonly shown: readonly LabelValue[];
  /** How many further values there are, and what they hold together. */
  readonly others: number;
  readonly otherValues: readonly number[];
}

/** Which of the shown values each sample has. */
export interface LabelSets {
  /** Set of each row of the profile; 0, the empty set, of rows that are no samples of it. */
  readonly of: Int32Array;
  /** Labels of set s: [start[s], start[s + 1]). */
  readonly start: Int32Array;
  /** Index among the keys, and among the shown values of that key: −1 for one of its others. */
  readonly key: Int32Array;
  readonly value: Int32Array;
}

export interface Labels {
  readonly totals: readonly LabelTotals[];
  /** Made when asked for. */
  readonly sets: () => LabelSets;
}

interface Sum {
  /** In the order in which they were met, over all keys. */
  readonly id: number;
  readonly str: number;
  readonly num: number;
  readonly unit: number;
  readonly values: Float64Array;
  size: number;
}

/** Distinct values of one key that are told apart; labels with ids in them have as many as samples. */
const MOST_VALUES = 20_000;

export function labelTotals(profile: Profile, mostShown: number): Labels {
  const { labels, strings, values } = profile;
  const rows = sampleCount(profile);
  const types = values.length;
  const whole = values.map((column) => {
    let sum = 0;
    for (let k = 0; k < rows; k++) sum += Math.abs(column[sampleAt(profile, k)]);
    return sum;
  });
  const base = strings.find(BASE_LABEL);
  // Sum of each label entry, −1 of those that are not told.
  const sumOf = new Int32Array(labels.key.length).fill(-1);
  let ids = 0;
  const keys = new Map<number, { sums: Map<string | number, Sum>; rest: Sum; more: number }>();
  for (let k = 0; k < rows; k++) {
    const row = sampleAt(profile, k);
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      const key = labels.key[i];
      if (key === base) continue;
      let of = keys.get(key);
      if (of === undefined) {
        const values = new Float64Array(types);
        const rest: Sum = { id: ids++, str: 0, num: 0, unit: 0, values, size: 0 };
        of = { sums: new Map(), rest, more: 0 };
        keys.set(key, of);
      }
      const { str, num, unit } = {
        str: labels.str[i],
        num: labels.num[i],
        unit: labels.unit[i],
      };
      const id = unit === 0 && str === 0 ? num : `${str}/${num}/${unit}`;
      let sum = of.sums.get(id);
      if (sum === undefined) {
        if (of.sums.size >= MOST_VALUES) {
          sum = of.rest;
          of.more += 1;
        } else {
          sum = { id: ids++, str, num, unit, values: new Float64Array(types), size: 0 };
          of.sums.set(id, sum);
        }
      }
      sumOf[i] = sum.id;
      for (let t = 0; t < types; t++) {
        const value = values[t][row];
        sum.values[t] += value;
        if (whole[t] > 0) sum.size += Math.abs(value) / whole[t];
      }
    }
  }
  const keyOf = new Int32Array(ids).fill(-1);
  const valueOf = new Int32Array(ids).fill(-1);
  const totals = [...keys]
    .map(([key, of]) => ({ key: strings.get(key), ...of }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, sums, rest, more }, k) => {
      const sorted = [...sums.values()].sort((a, b) => b.size - a.size);
      const others = sorted.slice(mostShown);
      const otherValues = Array.from(rest.values);
      for (const { values: held } of others) held.forEach((v, t) => (otherValues[t] += v));
      keyOf[rest.id] = k;
      sorted.forEach(({ id }, i) => {
        keyOf[id] = k;
        if (i < mostShown) valueOf[id] = i;
      });
      return {
        key,
        shown: sorted.slice(0, mostShown).map((sum) => ({
          text: sum.str === 0 && !Number.isNaN(sum.num) ? undefined : strings.get(sum.str),
          number: sum.num,
          unit: strings.get(sum.unit),
          values: Array.from(sum.values),
        })),
        others: others.length + more,
        otherValues,
      };
    });
  return { totals, sets: () => setsOf(profile, sumOf, keyOf, valueOf, mostShown) };
}

/** Samples with the same shown labels are one set. Cost: a look-up a sample. */
function setsOf(
  profile: Profile,
  sumOf: Int32Array,
  keyOf: Int32Array,
  valueOf: Int32Array,
  mostShown: number,
): LabelSets {
  const { labels } = profile;
  const of = new Int32Array(profile.stack.length);
  const start: number[] = [0, 0];
  const key: number[] = [];
  const value: number[] = [];
  const known = new Map<string | number, number>();
  const rows = sampleCount(profile);
  for (let k = 0; k < rows; k++) {
    const row = sampleAt(profile, k);
    const pairs: number[] = [];
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      const id = sumOf[i];
      if (id >= 0) pairs.push(keyOf[id] * (mostShown + 1) + valueOf[id] + 1);
    }
    if (pairs.length === 0) continue;
    const name = pairs.length === 1 ? pairs[0] : pairs.sort((a, b) => a - b).join(",");
    let set = known.get(name);
    if (set === undefined) {
      set = start.length - 1;
      known.set(name, set);
      for (const pair of pairs) {
        key.push(Math.floor(pair / (mostShown + 1)));
        value.push((pair % (mostShown + 1)) - 1);
      }
      start.push(key.length);
    }
    of[row] = set;
  }
  return {
    of,
    start: Int32Array.from(start),
    key: Int32Array.from(key),
    value: Int32Array.from(value),
  };
}
