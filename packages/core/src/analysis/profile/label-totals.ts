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

interface Sum {
  readonly str: number;
  readonly num: number;
  readonly unit: number;
  readonly values: Float64Array;
  size: number;
}

/** Distinct values of one key that are told apart; labels with ids in them have as many as samples. */
const MOST_VALUES = 20_000;

export function labelTotals(profile: Profile, mostShown: number): LabelTotals[] {
  const { labels, strings, values } = profile;
  const rows = sampleCount(profile);
  const types = values.length;
  const whole = values.map((column) => {
    let sum = 0;
    for (let k = 0; k < rows; k++) sum += Math.abs(column[sampleAt(profile, k)]);
    return sum;
  });
  const base = strings.find(BASE_LABEL);
  const keys = new Map<number, { sums: Map<string | number, Sum>; rest: Sum; more: number }>();
  for (let k = 0; k < rows; k++) {
    const row = sampleAt(profile, k);
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      const key = labels.key[i];
      if (key === base) continue;
      let of = keys.get(key);
      if (of === undefined) {
        const values = new Float64Array(types);
        of = { sums: new Map(), rest: { str: 0, num: 0, unit: 0, values, size: 0 }, more: 0 };
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
          sum = { str, num, unit, values: new Float64Array(types), size: 0 };
          of.sums.set(id, sum);
        }
      }
      for (let t = 0; t < types; t++) {
        const value = values[t][row];
        sum.values[t] += value;
        if (whole[t] > 0) sum.size += Math.abs(value) / whole[t];
      }
    }
  }
  return [...keys]
    .map(([key, { sums, rest, more }]) => {
      const sorted = [...sums.values()].sort((a, b) => b.size - a.size);
      const others = sorted.slice(mostShown);
      const otherValues = Array.from(rest.values);
      for (const { values: held } of others) held.forEach((v, t) => (otherValues[t] += v));
      return {
        key: strings.get(key),
        shown: sorted.slice(0, mostShown).map((sum) => ({
          text: sum.str === 0 && !Number.isNaN(sum.num) ? undefined : strings.get(sum.str),
          number: sum.num,
          unit: strings.get(sum.unit),
          values: Array.from(sum.values),
        })),
        others: others.length + more,
        otherValues,
      };
    })
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
