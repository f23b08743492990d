// What speaks for which shape: all candidate fits, the noise around the best of them, and likelihood
// ratios in its units. Scaled as in shapes.ts.
//
// A likelihood ratio is a difference of sums of squares over 2λ, in nats. λ is itself estimated, with 2
// to 6 degrees of freedom, so each ratio is divided by (t₀.₉₇₅/1.96)²: thresholds then mean the same
// for short and long series.

import { studentTQuantile } from "../stats/special.ts";
import { leastSquares, longRunVariance } from "./long-run.ts";
import {
  bestBend,
  bestSaturating,
  levelFit,
  lineFit,
  type Shape,
  type ShapeFit,
  shapeColumns,
  type ShapeScan,
  twoStepsSse,
} from "./shapes.ts";

/** A ramp may have ended up to here: growth in the last third is what a line must show. */
export const ENDED_BY = 2 / 3;
/** A line may begin up to here: it must hold for at least half the window. */
const BEGUN_BY = 1 / 2;
/** Time constants of a filling cache, in windows; up to ½ it has filled to 86 % within the window. */
const FILLED: readonly number[] = [0.05, 0.08, 0.12, 0.17, 0.25, 0.35, 0.5];
const STILL_FILLING: readonly number[] = [0.7, 1, 1.5];
/** Under this many points a line with a bend of its own has too much freedom to be called a line. */
const BENDS_FROM = 12;
/** Under this many points no shape with four parameters is tried at all. */
const FOUR_PARAMETERS_FROM = 8;
/** A ramp that ended leaves at least this share of the window flat, to be told from noise. */
const FLAT_TAIL = 0.1;
/** Nats charged for each parameter beyond those of a line, for long and for short series. */
export const PER_PARAMETER = 3;
const PER_PARAMETER_SHORT = 5;
export const SHORT = 16;

const PARAMETERS: Readonly<Record<Shape, number>> = {
  level: 1,
  line: 2,
  step: 3,
  "ramp-level": 3,
  "level-ramp": 3,
  saturating: 3,
  broken: 4,
  "step-line": 4,
};

export interface Evidence {
  readonly level: ShapeFit;
  readonly line: ShapeFit;
  /** Best shape that still grows (or falls) at the end, charges for its bend included. */
  readonly growing: ShapeFit;
  /** Best shape that ended by two thirds of the window. */
  readonly ended: ShapeFit;
  /** Best of all shapes with one bend, a late end and a late start among them. */
  readonly bent: ShapeFit;
  readonly lateRamp: ShapeFit;
  /** Cache of any time constant, still filling or filled. */
  readonly filling: ShapeFit;
  /** SSE of the best staircase of two steps. */
  readonly stairs: number;
  /** The shape whose residuals are the noise. */
  readonly noiseShape: ShapeFit;
  /** Long-run variance per (binned) point, and its degrees of freedom. */
  readonly lambda: number;
  readonly degrees: number;
  /** Residual variance per point around the noise shape. */
  readonly perPoint: number;
  /** t₀.₉₇₅ of those degrees. */
  readonly quantile: number;
  readonly inflation: number;
}

function better(a: ShapeFit, b: ShapeFit | undefined): ShapeFit {
  return b !== undefined && b.sse < a.sse ? b : a;
}

export function charge(scan: ShapeScan, fit: ShapeFit): number {
  const each = scan.n < SHORT ? PER_PARAMETER_SHORT : PER_PARAMETER;
  return each * Math.max(0, PARAMETERS[fit.shape] - 2);
}

/** Nats by which `good` fits better than `worse` (both SSE). */
export function nats(
  evidence: Pick<Evidence, "lambda" | "inflation">,
  worse: number,
  good: number,
): number {
  return (worse - good) / (2 * evidence.lambda * evidence.inflation);
}

/** The same for shapes with sharp edges: periodic noise has little power at low frequencies, but edges. */
export function sharpNats(
  evidence: Pick<Evidence, "lambda" | "inflation" | "perPoint">,
  worse: number,
  good: number,
): number {
  const variance = Math.max(evidence.lambda, evidence.perPoint);
  return (worse - good) / (2 * variance * evidence.inflation);
}

/**
 * The shape with the least BIC on the effective number of points. Its residuals are taken for noise:
 * those of the line would count a bend as noise, those of the most flexible shape too little.
 */
function noiseShapeOf(scan: ShapeScan, candidates: readonly ShapeFit[]): ShapeFit {
  let flexible = candidates[0];
  for (const fit of candidates) flexible = better(flexible, fit);
  const columns = shapeColumns(scan, flexible);
  const rest = leastSquares(columns, scan.y)?.residual ?? scan.y;
  const { correlation } = longRunVariance(columns, rest);
  const effective = Math.max(3, (scan.n * (1 - correlation)) / (1 + correlation));
  const bic = (fit: ShapeFit): number =>
    effective * Math.log(Math.max(fit.sse, 1e-9)) + PARAMETERS[fit.shape] * Math.log(effective);
  let best = candidates[0];
  for (const fit of candidates) if (bic(fit) < bic(best)) best = fit;
  return best;
}

/** Fits every shape; `leastVariance` is the noise below which none is believed (resolution). */
export function gatherEvidence(scan: ShapeScan, leastVariance: number): Evidence | undefined {
  const { n } = scan;
  const margin = Math.min(2, Math.floor(n / 3));
  const inner = Math.max(2, Math.ceil(0.04 * n));
  const flatTail = Math.max(3, Math.ceil(FLAT_TAIL * n));

  const level = levelFit(scan);
  const line = lineFit(scan);
  const step = bestBend(scan, "step", margin, n - margin) ?? level;
  const ramp = bestBend(scan, "ramp-level", margin, Math.floor(ENDED_BY * n)) ?? level;
  const lateRamp = bestBend(scan, "ramp-level", margin, n - flatTail) ?? level;
  const lateStart = bestBend(scan, "level-ramp", margin, n - margin) ?? level;
  const filled = bestSaturating(scan, FILLED);
  const filling = better(filled, bestSaturating(scan, STILL_FILLING));
  const lines: ShapeFit[] = [line];
  if (n >= BENDS_FROM) {
    const half = Math.floor(BEGUN_BY * n);
    for (const fit of [
      bestBend(scan, "level-ramp", inner, half),
      bestBend(scan, "broken", inner, half),
      // From the first point on: a process that has just started jumps once.
      bestBend(scan, "step-line", 1, n - inner),
    ]) {
      if (fit !== undefined) lines.push(fit);
    }
  }
  const candidates = [...lines, step, ramp, lateRamp, lateStart, filling];
  if (n >= FOUR_PARAMETERS_FROM) {
    candidates.push(bestBend(scan, "broken", inner, n - inner) ?? line);
    candidates.push(bestBend(scan, "step-line", 1, n - inner) ?? line);
  }

  const noiseShape = noiseShapeOf(scan, candidates);
  const noiseColumns = shapeColumns(scan, noiseShape.shape === "level" ? line : noiseShape);
  const noiseFit = leastSquares(noiseColumns, scan.y);
  if (noiseFit === undefined) return undefined;
  const measured = longRunVariance(noiseColumns, noiseFit.residual);
  const lambda = Math.max(measured.variance, leastVariance, 1e-9);
  const quantile = studentTQuantile(0.975, measured.degrees);
  const inflation = (quantile / 1.959964) ** 2;

  const ended = better(better(better(level, step), ramp), filled);
  const measure = { lambda, inflation };
  // Where a straight line will do, a bend must pay double: picked from noise, it spoils the slope.
  const weight = nats(measure, ended.sse, line.sse) > 1 ? 2 : 1;
  const charged = (fit: ShapeFit): number => nats(measure, fit.sse, 0) + weight * charge(scan, fit);
  let growing = line;
  for (const fit of lines) if (charged(fit) < charged(growing)) growing = fit;
  return {
    level,
    line,
    growing,
    ended,
    bent: better(better(better(better(step, ramp), filled), lateRamp), lateStart),
    lateRamp,
    filling,
    stairs: twoStepsSse(scan, margin),
    noiseShape,
    lambda,
    degrees: measured.degrees,
    perPoint: Math.max(1e-9, noiseFit.sse / Math.max(1, n - noiseColumns.length)),
    quantile,
    inflation,
  };
}

/**
 * SSE that the best ended shape leaves of a noiseless line of slope 1 per window at these times: how
 * much there is to tell a line from an end by.
 */
export function misfitOfLine(scan: ShapeScan): number {
  const margin = Math.min(2, Math.floor(scan.n / 3));
  const line = {
    ...scan,
    y: scan.u,
    sumY: scan.sumU,
    sumUY: scan.sumUU,
    totalYY: scan.sumUU[0],
  };
  const ramp = bestBend(line, "ramp-level", margin, Math.floor(ENDED_BY * scan.n));
  const step = bestBend(line, "step", margin, scan.n - margin);
  const filled = bestSaturating(line, FILLED);
  return Math.min(ramp?.sse ?? Infinity, step?.sse ?? Infinity, filled.sse);
}
