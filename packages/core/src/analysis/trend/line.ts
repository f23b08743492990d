// A straight line through a series, with an interval that holds for correlated noise.

import type { Interval } from "../stats/interval.ts";
import { CONFIDENCE } from "../stats/poisson.ts";
import { chiSquareQuantile, studentTCdf, studentTQuantile } from "../stats/special.ts";
import { type Fit, leastSquares, type LongRun, longRunVariance } from "./long-run.ts";
import { type Points, preparePoints, type TrendInput } from "./points.ts";

export interface Coefficient extends Interval {
  /** Standard error, from the long-run variance. */
  readonly error: number;
  /** Two-sided p value of "is 0". */
  readonly p: number;
  readonly fit: Fit;
  readonly noise: LongRun;
}

/**
 * Coefficient `at` of a least-squares fit with its Student-t interval on the degrees of freedom of the
 * long-run variance. `leastVariance` bounds λ below (resolution of the values).
 */
export function coefficientOf(
  columns: readonly Float64Array[],
  y: Float64Array,
  at: number,
  leastVariance: number,
  confidence: number = CONFIDENCE,
): Coefficient | undefined {
  const fit = leastSquares(columns, y);
  if (fit === undefined || y.length <= columns.length) return undefined;
  const measured = longRunVariance(columns, fit.residual);
  const noise = { ...measured, variance: Math.max(measured.variance, leastVariance) };
  const error = Math.sqrt(noise.variance * fit.unitVariance[at]);
  const half = error * studentTQuantile((1 + confidence) / 2, noise.degrees);
  const value = fit.coefficients[at];
  const p = error > 0 ? 2 * studentTCdf(-Math.abs(value) / error, noise.degrees) : 0;
  return { value, lo: value - half, hi: value + half, error, p, fit, noise };
}

export interface Line {
  /** Value units per second. */
  readonly slopePerSec: Interval;
  readonly p: number;
  /** Fitted values at the first and the last point. */
  readonly startValue: number;
  readonly endValue: number;
  /** Degrees of freedom behind the interval: 2 to 6. */
  readonly degrees: number;
  /** Slope that this series would have shown as above 0 with 80 % power. */
  readonly smallestVisibleSlopePerSec: number;
}

/** Without it 80 % of power were 71 to 76 % in noise of lag correlation 0.5 (λ is biased low there). */
const VISIBLE_SLACK = 1.1;

/**
 * Smallest slope whose lower limit exceeds 0 with probability `power`: (t₁₋α/₂ + t_power)·error, with
 * the error made median-unbiased (its square is a χ² on few degrees: half of all series show less)
 * and a slack for correlated noise. Measured for 80 %: 77 to 88 % from 20 points on (simulation.test).
 */
export function visibleSlope(
  error: number,
  degrees: number,
  confidence: number = CONFIDENCE,
  power: number = 0.8,
): number {
  const unbiased = error * Math.sqrt(degrees / chiSquareQuantile(0.5, degrees));
  const quantiles =
    studentTQuantile((1 + confidence) / 2, degrees) + studentTQuantile(power, degrees);
  return VISIBLE_SLACK * unbiased * quantiles;
}

/** λ below which no noise is believed: that of rounding down to multiples of the resolution. */
export function resolutionVariance(resolution: number | undefined): number {
  return resolution === undefined ? 0 : (resolution * resolution) / 12;
}

/**
 * Least-squares line with an interval of the slope that does not assume independent points; the
 * method, its measured coverage and how it can mislead are in long-run.ts. Units: value units per
 * second of `time`. Undefined for fewer than 5 usable points.
 */
export function robustLine(input: TrendInput, confidence: number = CONFIDENCE): Line | undefined {
  const points = preparePoints(input);
  return lineThrough(points, 0, input.resolution, confidence);
}

/** The same over the points from `from` on. */
export function lineThrough(
  points: Points,
  from: number,
  resolution: number | undefined,
  confidence: number = CONFIDENCE,
): Line | undefined {
  const length = points.length - from;
  if (length < 5) return undefined;
  const sec = points.sec.subarray(from);
  const middle = (sec[0] + sec[length - 1]) / 2;
  const half = (sec[length - 1] - sec[0]) / 2;
  if (!(half > 0)) return undefined;
  const columns = [new Float64Array(length).fill(1), sec.map((here) => (here - middle) / half)];
  const slope = coefficientOf(
    columns,
    points.value.slice(from),
    1,
    resolutionVariance(resolution),
    confidence,
  );
  if (slope === undefined) return undefined;
  const center = slope.fit.coefficients[0];
  return {
    slopePerSec: { value: slope.value / half, lo: slope.lo / half, hi: slope.hi / half },
    p: slope.p,
    startValue: center - slope.value,
    endValue: center + slope.value,
    degrees: slope.noise.degrees,
    smallestVisibleSlopePerSec: visibleSlope(slope.error, slope.noise.degrees, confidence) / half,
  };
}
