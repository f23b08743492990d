// When a growing quantity reaches a limit.

import type { Interval } from "../stats/interval.ts";

/**
 * Seconds until `level + slope·t` reaches `limit`.
 *   value = (limit − level)/slope, lo = (limit − level.hi)/slope.hi, hi = (limit − level.lo)/slope.lo
 * 0 when already there; Infinity where the slope is not above 0. Units: level and limit alike, slope
 * per second. lo is the bound to plan by.
 *
 * Assumes that the slope stays as it is. How it can mislead: near a limit the collector works harder
 * and the slope changes; a heap near its limit dies at the *peak* before a cycle, not at its live size
 * (forecast that one); a line whose `hi` is Infinity may still be growing.
 */
export function timeToLimit(
  level: number | Interval,
  slopePerSec: Interval,
  limit: number,
): Interval {
  const now = typeof level === "number" ? { value: level, lo: level, hi: level } : level;
  const until = (from: number, slope: number): number => {
    if (from >= limit) return 0;
    return slope > 0 ? (limit - from) / slope : Infinity;
  };
  return {
    value: until(now.value, slopePerSec.value),
    lo: until(now.hi, slopePerSec.hi),
    hi: until(now.lo, slopePerSec.lo),
  };
}

/**
 * How long the same kind of recording would have to be for the smallest visible slope to shrink to
 * `wantedSlopePerSec`: the slope's error falls with T^(3/2) at a fixed rate of points (Σ(t − t̄)² ~ T³,
 * λ constant). Seconds; never less than `spanSec`.
 *
 * Assumes that the noise stays what it is. How it can mislead: a longer window meets slower noise
 * (load of the day), so treat the answer as the least time.
 */
export function spanToSee(
  smallestVisibleSlopePerSec: number,
  spanSec: number,
  wantedSlopePerSec: number,
): number {
  if (!(wantedSlopePerSec > 0)) return Infinity;
  const ratio = smallestVisibleSlopePerSec / wantedSlopePerSec;
  return ratio <= 1 ? spanSec : spanSec * ratio ** (2 / 3);
}
