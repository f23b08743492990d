// Limits for the mean of a Poisson count and for a proportion.

import type { Interval } from "./interval.ts";
import { gammaQuantile, normalQuantile } from "./special.ts";

export interface Limits {
  readonly lo: number;
  readonly hi: number;
}

/** Two-sided level used wherever a caller does not say otherwise. */
export const CONFIDENCE = 0.95;

/**
 * Garwood's (1936) limits for the mean μ of a Poisson count n:
 *   lo = ½ χ²(α/2; 2n), hi = ½ χ²(1 − α/2; 2n + 2), lo = 0 for n = 0.
 * Units: counts. They cover μ with probability ≥ `confidence` for every μ.
 *
 * `count` need not be whole: a weighted sum of counts enters with its effective count
 * (weighted-count.ts), for which the same formula is the gamma approximation of Fay & Feuer (1997).
 *
 * Assumes that events are independent. How it can mislead: objects that are allocated in groups of
 * more than one per *sample* are still one sample each, but a count of anything that comes in bursts
 * (requests, log lines) varies more than this says.
 */
export function poissonLimits(count: number, confidence: number = CONFIDENCE): Limits {
  if (!(count >= 0)) return { lo: Number.NaN, hi: Number.NaN };
  if (confidence !== CONFIDENCE || !(count < SMALL && Number.isInteger(count)))
    return garwood(count, confidence);
  return (small[count] ??= garwood(count, CONFIDENCE));
}

/** Most lines of a profile have few samples; their limits are worked out once. */
const SMALL = 1_024;
const small: Limits[] = [];

function garwood(count: number, confidence: number): Limits {
  const tail = (1 - confidence) / 2;
  return {
    lo: count === 0 ? 0 : gammaQuantile(tail, count),
    hi: gammaQuantile(1 - tail, count + 1),
  };
}

/**
 * Wilson's (1927) interval of a proportion: survival = live samples of allocated samples, share of
 * cycles with some property. Assumes independent trials. 0 trials: [0, 1] around NaN.
 */
export function proportionInterval(
  successes: number,
  trials: number,
  confidence: number = CONFIDENCE,
): Interval {
  if (!(trials > 0)) return { value: Number.NaN, lo: 0, hi: 1 };
  const value = successes / trials;
  const z = normalQuantile((1 + confidence) / 2);
  const z2 = (z * z) / trials;
  const center = (value + z2 / 2) / (1 + z2);
  const half = (z / (1 + z2)) * Math.sqrt((value * (1 - value)) / trials + z2 / (4 * trials));
  return { value, lo: Math.max(0, center - half), hi: Math.min(1, center + half) };
}
