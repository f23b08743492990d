// From an interval of growth to a p value, and which of many sites were worth a test at all.

import { GrowthSum } from "./growth.ts";
import { CONFIDENCE } from "./poisson.ts";
import { differenceInterval, type WeightedCount } from "./weighted-count.ts";

/** Below this nobody asks how far below. */
export const LEAST_P = 1e-6;

function excludesZero(plus: WeightedCount, minus: WeightedCount, p: number): boolean {
  const { value, lo, hi } = differenceInterval(plus, minus, 1 - p);
  return value > 0 ? lo > 0 : hi < 0;
}

/**
 * Two-sided p of "no change": the largest p at which the interval of the change at confidence 1 − p
 * keeps clear of 0, to 1 % of itself; never below LEAST_P. 1 where even 50 % includes 0.
 * Cost: about fifteen intervals, without the table of limits that 95 % has.
 */
export function changeP(plus: WeightedCount, minus: WeightedCount): number {
  if (plus.value === minus.value) return 1;
  if (excludesZero(plus, minus, LEAST_P)) return LEAST_P;
  let lo = Math.log(LEAST_P);
  let hi = 0;
  if (!excludesZero(plus, minus, 1 - CONFIDENCE)) lo = Math.log(1 - CONFIDENCE);
  else hi = Math.log(1 - CONFIDENCE);
  for (let i = 0; i < 11; i++) {
    const middle = (lo + hi) / 2;
    if (excludesZero(plus, minus, Math.exp(middle))) hi = middle;
    else lo = middle;
  }
  return Math.exp(hi);
}

/**
 * Whether the interval could keep clear of 0 if all that moved had moved one way. A place where it
 * could not is no test, and counting it would only make the others weaker (Tarone 1990, Gilbert 2005).
 */
export function isTestable(sum: GrowthSum): boolean {
  const all = new GrowthSum();
  all.plus.merge(sum.plus);
  all.plus.merge(sum.minus);
  return excludesZero(all.plus.bytes, all.minus.bytes, 1 - CONFIDENCE);
}
