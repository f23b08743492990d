// Does it grow, and does it still grow? The verdict over a dense series of one quantity.
//
// "line" is a strong word here: growth that went on through the last third of the window. It needs
//   (a) a slope whose 95 % interval lies above 0 (noise measured at low frequencies, long-run.ts);
//   (b) a line that fits better than the best shape that *ended*: level, one step anywhere, two steps,
//       a ramp that stopped in the first two thirds, a cache filling with τ ≤ ½ window; measured as a
//       likelihood ratio in units of the long-run variance, less what a bend of the line's own costs;
//   (c) no shape that ended later, or that slows down, fitting significantly better than the line;
//   (d) no third of the line's part that is significantly flatter than half the slope.
// What grew but fails (b)–(d) without showing a flat end is "rising": look longer.
// docs/statistics.md has the measured rates; simulation.test.ts measures them again.
//
// How it can mislead: a cache that fills more slowly than the window and a load ramp that lasts as
// long as the window *are* lines; so is one half of a slow wave. Restarts must be cut out before.

import type { Interval } from "../stats/interval.ts";
import { type Judged, judgeShapes } from "./judge.ts";
import { type Line, lineThrough, resolutionVariance, visibleSlope } from "./line.ts";
import { leastSquares } from "./long-run.ts";
import { isUsable, type Points, preparePoints, type TrendInput } from "./points.ts";
import { scanOf, shapeColumns, type ShapeFit, type ShapeScan } from "./shapes.ts";

/**
 * - `line`: sustained growth, see above.
 * - `plateau`: grew within the window, then flat (a filled cache, an ended ramp, warm-up).
 * - `step`: one lasting jump, up or down (`change` has the sign); flat before and after it.
 * - `rising`: grew; whether it still does cannot be told yet, or it began late, or it slows down.
 * - `falling`: the mirror of `rising` and of a ramp down.
 * - `level`: no change that this series could have shown; see `smallestVisibleSlopePerSec`.
 * - `irregular`: wanders so slowly, or has such a gap, that neither level nor slope can be told.
 * - `too-short`: fewer than 5 usable points, or no time between them.
 */
export type TrendKind =
  | "level"
  | "line"
  | "plateau"
  | "step"
  | "rising"
  | "falling"
  | "irregular"
  | "too-short";

export interface Trend {
  readonly kind: TrendKind;
  /** Usable input points, those left out (not finite, same time), and the time they span. */
  readonly points: number;
  readonly dropped: number;
  readonly spanSec: number;
  /**
   * Slope of the part from `fromIndex` to the end: of the line since it began, after the bend of a
   * plateau or step, of the whole window otherwise. Value units per second, 95 %.
   */
  readonly slopePerSec: Interval;
  /** Two-sided p of "that slope is 0". */
  readonly p: number;
  /** Input index and time where that part begins, and its share of the window, 0–1. */
  readonly fromIndex: number;
  readonly fromMs: number;
  readonly coversFraction: number;
  /** Input index and time of the bend or jump of the shape; undefined where it has none. */
  readonly bendAt: number | undefined;
  readonly bendMs: number | undefined;
  /** Fitted values at the start of that part and at the end of the window. */
  readonly startValue: number;
  readonly endValue: number;
  /** endValue / startValue: how many times as large since the part began; NaN when startValue ≤ 0. */
  readonly growthFactor: number;
  /** Fitted value at the end over that at the start of the whole window; NaN as above. */
  readonly ratioLastToFirst: number;
  /** Fitted end minus fitted start of the whole window: the size of a step, of what a plateau grew. */
  readonly change: number;
  /** Standard deviation of the input points around the shape. */
  readonly residualSd: number;
  /** Number of independent points these are worth: residual variance over that of the mean. */
  readonly effectiveN: number;
  /** Slope that would have been seen as above 0 (`rising` at least) with 80 % power. */
  readonly smallestVisibleSlopePerSec: number;
  /** Slope that would have been called `line` with 80 % power: about 4 times the one above. */
  readonly smallestLineSlopePerSec: number;
  /** Nats for a line against the best shape that ended; above 1 supports, below 0 contradicts. */
  readonly lineOverEnded: number;
  /** A fading slope fits significantly better than a straight line. */
  readonly slows: boolean;
}

const UNKNOWN: Interval = { value: Number.NaN, lo: -Infinity, hi: Infinity };
/** A hole of more than half the window hides whatever happened. */
const GAP_LIMIT = 0.5;

/** @param input times in ms on any clock, values in any unit; 5 to 10 000 points, any spacing */
export function trendOf(input: TrendInput): Trend {
  const points = preparePoints(input);
  if (points.used < 5 || !(points.spanSec > 0)) return unknown(points, "too-short");
  const resolution = input.resolution ?? 0;
  const scan = scanOf(points);
  // Values within one unit of resolution of each other (or of rounding) hold no shape at all.
  const least = Math.max(resolution, 1e-12 * Math.abs(scan.mean));
  if (scan.scale === 0 || rangeOf(points) <= least) {
    return unchanged(points, resolution);
  }
  const leastVariance = resolutionVariance(resolution) / (scan.scale * scan.scale);
  const judged = judgeShapes(scan, leastVariance);
  if (judged === undefined) return unknown(points, "irregular");
  return assemble(input, points, scan, judged);
}

function rangeOf(points: Points): number {
  let lo = Infinity;
  let hi = -Infinity;
  for (const value of points.value) {
    if (value < lo) lo = value;
    if (value > hi) hi = value;
  }
  return hi - lo;
}

function baseOf(points: Points): Pick<Trend, "points" | "dropped" | "spanSec"> {
  return { points: points.used, dropped: points.dropped, spanSec: points.spanSec };
}

function unknown(points: Points, kind: "too-short" | "irregular"): Trend {
  const value = points.length === 0 ? Number.NaN : points.value[points.length - 1];
  return {
    kind,
    ...baseOf(points),
    slopePerSec: UNKNOWN,
    p: 1,
    fromIndex: points.first[0] ?? 0,
    fromMs: points.startMs,
    coversFraction: 1,
    bendAt: undefined,
    bendMs: undefined,
    startValue: Number.NaN,
    endValue: value,
    growthFactor: Number.NaN,
    ratioLastToFirst: Number.NaN,
    change: Number.NaN,
    residualSd: Number.NaN,
    effectiveN: Number.NaN,
    smallestVisibleSlopePerSec: Infinity,
    smallestLineSlopePerSec: Infinity,
    lineOverEnded: 0,
    slows: false,
  };
}

/**
 * All values lie within [v, v + resolution] and each may be up to one resolution higher: a growth of
 * up to 2 resolutions over the window would have looked like this.
 */
function unchanged(points: Points, resolution: number): Trend {
  const value = points.value[points.length - 1];
  const bound = (2 * resolution) / points.spanSec;
  return {
    kind: points.largestGap > GAP_LIMIT ? "irregular" : "level",
    ...baseOf(points),
    slopePerSec: { value: 0, lo: -bound, hi: bound },
    p: 1,
    fromIndex: points.first[0],
    fromMs: points.startMs,
    coversFraction: 1,
    bendAt: undefined,
    bendMs: undefined,
    startValue: value,
    endValue: value,
    growthFactor: value > 0 ? 1 : Number.NaN,
    ratioLastToFirst: value > 0 ? 1 : Number.NaN,
    change: 0,
    residualSd: resolution / Math.sqrt(12),
    effectiveN: points.used,
    smallestVisibleSlopePerSec: bound,
    smallestLineSlopePerSec: 2 * bound,
    lineOverEnded: 0,
    slows: false,
  };
}

function assemble(input: TrendInput, points: Points, scan: ShapeScan, judged: Judged): Trend {
  const { scale } = scan;
  const { judgement, evidence } = judged;
  const last = points.length - 1;
  const perSec = scale / points.spanSec;
  const { from } = judgement;

  // The part after a bend gets a line of its own; of under 5 points, the window's.
  const own: Line | undefined =
    judgement.slope === undefined ? lineThrough(points, from, input.resolution) : undefined;
  const slope = judgement.slope;
  let slopePerSec = own?.slopePerSec ?? UNKNOWN;
  let p = own?.p ?? 1;
  let visible = own?.smallestVisibleSlopePerSec ?? Infinity;
  if (slope !== undefined) {
    slopePerSec = { value: slope.value * perSec, lo: slope.lo * perSec, hi: slope.hi * perSec };
    p = slope.p;
    visible = visibleSlope(slope.error, slope.degrees) * perSec;
  }

  const fitted = fittedValues(scan, judgement.shown);
  const startValue = fitted(from);
  const endValue = fitted(last);
  const change = endValue - fitted(0);
  const ratio = (over: number, under: number): number => (under > 0 ? over / under : Number.NaN);

  const residualSd = residualOf(input, points, fittedValues(scan, evidence.noiseShape));
  const lambda = evidence.lambda * scale * scale;
  // λ is the noise per binned point; the mean of the window has λ/length.
  const effectiveN = Math.min(
    points.used,
    Math.max(1, (points.length * residualSd * residualSd) / lambda),
  );
  const gap = points.largestGap > GAP_LIMIT;
  return {
    kind: gap ? "irregular" : judgement.kind,
    ...baseOf(points),
    slopePerSec,
    p,
    fromIndex: points.first[from],
    fromMs: points.startMs + 1000 * points.sec[from],
    coversFraction: 1 - scan.u[from],
    bendAt: judgement.bend === undefined ? undefined : points.first[judgement.bend],
    bendMs:
      judgement.bend === undefined ? undefined : points.startMs + 1000 * points.sec[judgement.bend],
    startValue,
    endValue,
    growthFactor: ratio(endValue, startValue),
    ratioLastToFirst: ratio(endValue, fitted(0)),
    change,
    residualSd,
    effectiveN,
    smallestVisibleSlopePerSec: visible,
    smallestLineSlopePerSec: judged.smallestLine * perSec,
    lineOverEnded: judged.lineOverEnded,
    slows: judged.slows,
  };
}

/** Values of a fitted shape at the binned points, in value units. */
function fittedValues(scan: ShapeScan, shape: ShapeFit): (i: number) => number {
  const residual = leastSquares(shapeColumns(scan, shape), scan.y)?.residual;
  return (i) => scan.mean + scan.scale * (scan.y[i] - (residual === undefined ? 0 : residual[i]));
}

/** Deviation of the *input* points from the fitted shape, which is straight between binned points. */
function residualOf(input: TrendInput, points: Points, fitted: (i: number) => number): number {
  let squares = 0;
  let count = 0;
  let bin = 0;
  const total = Math.min(input.time.length, input.value.length);
  for (let i = 0; i < total; i++) {
    const time = input.time[i] ?? Number.NaN;
    const value = input.value[i] ?? Number.NaN;
    if (!isUsable(time) || !isUsable(value)) continue;
    const sec = (time - points.startMs) / 1000;
    if (sec < points.sec[bin]) bin = 0;
    while (bin + 2 < points.length && points.sec[bin + 1] < sec) bin++;
    const width = points.sec[bin + 1] - points.sec[bin];
    const share = Math.min(1, Math.max(0, (sec - points.sec[bin]) / width));
    const here = fitted(bin) + share * (fitted(bin + 1) - fitted(bin));
    squares += (value - here) ** 2;
    count++;
  }
  return Math.sqrt(squares / Math.max(1, count - 2));
}
