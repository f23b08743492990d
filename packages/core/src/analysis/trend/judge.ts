// Which shape the points support: likelihood ratios between shapes that still grow and shapes that
// ended. All in the scaled units of shapes.ts. A likelihood ratio is a difference of sums of squares
// over 2λ, in nats; λ is itself estimated with 2 to 6 degrees of freedom, so every ratio is divided by
// (t₀.₉₇₅/1.96)², which makes the thresholds below mean the same for short and long series.
//
// The thresholds were set by simulation (trend.test.ts prints the table): lower ones call more leaks a
// line and more ended ramps too.

import { studentTQuantile } from "../stats/special.ts";
import { type Coefficient, coefficientOf } from "./line.ts";
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

/** Nats by which a line must beat every shape that ended. */
const LINE_OVER_ENDED = 1;
/** Nats by which a shape with an end must beat the line, and a late end must to veto one. */
const ENDED_OVER_LINE = 4;
/** Nats by which any bent shape must beat the level: a search over bends finds 2 to 4 in noise. */
const BENT_OVER_LEVEL = 8;
/** Nats charged for each parameter beyond those of a line. */
const PER_PARAMETER = 3;
/** A ramp may have ended up to here for (b); growth in the last third is what a line must show. */
const ENDED_BY = 2 / 3;
/** A line may begin up to here: it must hold for at least half the window. */
const BEGUN_BY = 1 / 2;
/** Time constants of a filling cache, in windows; up to ½ it has filled to 86 % within the window. */
const FILLED = [0.05, 0.08, 0.12, 0.17, 0.25, 0.35, 0.5];
const STILL_FILLING = [0.7, 1, 1.5];
/** Under this many points a line with a bend of its own has too much freedom to be called a line. */
const BENDS_FROM = 16;
/** Under this many points no shape with four parameters is tried at all. */
const FOUR_PARAMETERS_FROM = 8;
/** A ramp that ended leaves at least this share of the window flat, to be told from noise. */
const FLAT_TAIL = 0.1;
/** A third of the line is "flat" when its slope is surely below this share of the line's. */
const FLAT = 0.5;
/** A plateau's end may, by its upper limit, still grow this share of what it grew before. */
const PLATEAU_REST = 0.5;
/** With fewer independent points than this the series wanders: nothing can be said of its level. */
const WANDERING = 3;

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

export interface Judgement {
  readonly kind: "level" | "line" | "plateau" | "step" | "rising" | "falling" | "irregular";
  /** Index of the point where the part that the verdict speaks of begins. */
  readonly from: number;
  /** Where the shape bends or jumps; undefined when it does not. */
  readonly bend: number | undefined;
  /** The shape that the verdict names: its fitted values are shown. */
  readonly shown: ShapeFit;
  /** Slope of that part per window, scaled; undefined: to be taken from the points after `from`. */
  readonly slope: Coefficient | undefined;
  /** The shape whose residuals are the noise. */
  readonly noiseShape: ShapeFit;
  readonly lambda: number;
  readonly degrees: number;
  /** Independent points that the (binned) points are worth. */
  readonly effective: number;
  /** Nats for the best line against the best shape that ended, charges included. */
  readonly lineOverEnded: number;
  /** A shape with a fading slope fits significantly better than a straight line. */
  readonly slows: boolean;
  /** Slope per window that would be called a line in 80 %; scaled. */
  readonly smallestLine: number;
}

function better(a: ShapeFit, b: ShapeFit | undefined): ShapeFit {
  return b !== undefined && b.sse < a.sse ? b : a;
}

/** Tail slope as a coefficient of its own: index in the columns below. */
function slopeColumns(scan: ShapeScan, fit: ShapeFit): { columns: Float64Array[]; at: number } {
  if (fit.shape !== "broken") return { columns: shapeColumns(scan, fit), at: 1 };
  const knot = scan.u[fit.bend];
  return {
    columns: [
      new Float64Array(scan.n).fill(1),
      scan.u.map((u) => Math.min(u, knot)),
      scan.u.map((u) => Math.max(0, u - knot)),
    ],
    at: 2,
  };
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

/** Whether the middle or the last third of the points from `from` is surely flatter than the line. */
function hasFlatThird(
  scan: ShapeScan,
  from: number,
  slope: number,
  lambda: number,
  quantile: number,
): boolean {
  const length = scan.n - from;
  if (length < 12) return false;
  for (let third = 1; third < 3; third++) {
    const begin = from + Math.floor((length * third) / 3);
    const end = from + Math.floor((length * (third + 1)) / 3);
    let meanU = 0;
    for (let i = begin; i < end; i++) meanU += scan.u[i] / (end - begin);
    let uu = 0;
    let uy = 0;
    for (let i = begin; i < end; i++) {
      uu += (scan.u[i] - meanU) ** 2;
      uy += (scan.u[i] - meanU) * scan.y[i];
    }
    if (uy / uu + quantile * Math.sqrt(lambda / uu) < FLAT * slope) return true;
  }
  return false;
}

/** Mean of the last quarter of the points minus that of the first. */
function differenceOfEnds(scan: ShapeScan): { value: number; unitVariance: number } {
  const size = Math.max(2, Math.floor(scan.n / 4));
  const first = (scan.sumY[0] - scan.sumY[size]) / size;
  const last = scan.sumY[scan.n - size] / size;
  return { value: last - first, unitVariance: 2 / size };
}

/**
 * SSE that the best ended shape leaves of a noiseless line of slope 1 per window at these times: how
 * much there is to tell a line from an end by.
 */
function misfitOfLine(scan: ShapeScan, margin: number): number {
  const sumY = scan.sumU;
  const line = { ...scan, y: scan.u, sumY, sumUY: scan.sumUU, totalYY: scan.sumUU[0] };
  const ramp = bestBend(line, "ramp-level", margin, Math.floor(ENDED_BY * scan.n));
  const step = bestBend(line, "step", margin, scan.n - margin);
  const filled = bestSaturating(line, FILLED);
  return Math.min(ramp?.sse ?? Infinity, step?.sse ?? Infinity, filled.sse);
}

export function judgeShapes(scan: ShapeScan, leastVariance: number): Judgement | undefined {
  const { n } = scan;
  const margin = Math.min(2, Math.floor(n / 3));
  const inner = Math.max(2, Math.ceil(0.04 * n));
  const canBend = n >= BENDS_FROM;
  const half = Math.floor(BEGUN_BY * n);

  const level = levelFit(scan);
  const line = lineFit(scan);
  const step = bestBend(scan, "step", margin, n - margin) ?? level;
  const ramp = bestBend(scan, "ramp-level", margin, Math.floor(ENDED_BY * n)) ?? level;
  const flatTail = Math.max(3, Math.ceil(FLAT_TAIL * n));
  const lateRamp = bestBend(scan, "ramp-level", margin, n - flatTail) ?? level;
  const lateStart = bestBend(scan, "level-ramp", margin, n - margin) ?? level;
  const filled = bestSaturating(scan, FILLED);
  const filling = better(filled, bestSaturating(scan, STILL_FILLING));
  const lines: ShapeFit[] = [line];
  if (canBend) {
    for (const fit of [
      bestBend(scan, "level-ramp", inner, half),
      bestBend(scan, "broken", inner, half),
      bestBend(scan, "step-line", inner, n - inner),
    ]) {
      if (fit !== undefined) lines.push(fit);
    }
  }
  const candidates = [...lines, step, ramp, lateRamp, lateStart, filling];
  if (n >= FOUR_PARAMETERS_FROM) {
    candidates.push(bestBend(scan, "broken", inner, n - inner) ?? line);
    candidates.push(bestBend(scan, "step-line", inner, n - inner) ?? line);
  }
  const noiseShape = noiseShapeOf(scan, candidates);
  const noiseColumns = shapeColumns(scan, noiseShape.shape === "level" ? line : noiseShape);
  const noiseFit = leastSquares(noiseColumns, scan.y);
  if (noiseFit === undefined) return undefined;
  const measured = longRunVariance(noiseColumns, noiseFit.residual);
  const lambda = Math.max(measured.variance, leastVariance, 1e-9);
  const perPoint = Math.max(1e-9, noiseFit.sse / Math.max(1, n - noiseColumns.length));
  const quantile = studentTQuantile(0.975, measured.degrees);
  const inflation = (quantile / 1.959964) ** 2;
  const nats = (worse: number, good: number): number => (worse - good) / (2 * lambda * inflation);
  /** For shapes with a sharp edge: periodic noise has little power at low frequencies, but edges. */
  const sharpNats = (worse: number, good: number): number =>
    (worse - good) / (2 * Math.max(lambda, perPoint) * inflation);
  const charge = (fit: ShapeFit): number =>
    PER_PARAMETER * Math.max(0, PARAMETERS[fit.shape] - 2);
  const charged = (fit: ShapeFit): number => nats(fit.sse, 0) + charge(fit);

  let growing = line;
  for (const fit of lines) if (charged(fit) < charged(growing)) growing = fit;
  const ended = better(better(better(level, step), ramp), filled);
  const stairs = twoStepsSse(scan, margin);
  const lineOverEnded =
    Math.min(
      nats(ended.sse, growing.sse),
      nats(stairs, growing.sse) + PER_PARAMETER,
    ) - charge(growing);
  const slows =
    sharpNats(line.sse, filling.sse) > ENDED_OVER_LINE && charged(filling) < charged(growing);
  const endedLate = sharpNats(growing.sse, lateRamp.sse) > ENDED_OVER_LINE;

  // Ratio D of a line of total misfit A·λ: mean A, deviation 2√A. Called in 80 % when A − 1.68 √A
  // exceeds what is asked, with 3 for what the ended shapes gain by fitting noise.
  const asked = 2 * LINE_OVER_ENDED * inflation + 3;
  const rootA = (1.683 + Math.sqrt(1.683 ** 2 + 4 * asked)) / 2;
  const smallestLine = Math.sqrt((lambda * rootA * rootA) / misfitOfLine(scan, margin));

  const common = {
    noiseShape,
    lambda,
    degrees: measured.degrees,
    effective: Math.max(1, (n * perPoint) / lambda),
    lineOverEnded,
    slows,
    smallestLine,
  };

  const { columns, at } = slopeColumns(scan, growing);
  const slope = coefficientOf(columns, scan.y, at, leastVariance);
  const from = growing.shape === "broken" || growing.shape === "level-ramp" ? growing.bend : 0;
  if (
    slope !== undefined &&
    slope.lo > 0 &&
    lineOverEnded > LINE_OVER_ENDED &&
    !slows &&
    !endedLate &&
    !hasFlatThird(scan, from, slope.value, lambda, quantile)
  ) {
    const bend = growing.shape === "line" ? undefined : growing.bend;
    return { kind: "line", from, bend, slope, shown: growing, ...common };
  }

  const bent = better(better(better(better(step, ramp), filled), lateRamp), lateStart);
  // "It just ended" is a bold thing to say of the last few points: it needs twice the evidence.
  const isLate = bent.shape === "ramp-level" && bent.bend > ENDED_BY * n;
  if (
    sharpNats(level.sse, bent.sse) > BENT_OVER_LEVEL &&
    sharpNats(growing.sse, bent.sse) + charge(growing) > ENDED_OVER_LINE * (isLate ? 2 : 1)
  ) {
    if (bent.shape === "step") {
      const at = { from: bent.bend, bend: bent.bend };
      return { kind: "step", ...at, slope: undefined, shown: bent, ...common };
    }
    if (bent.shape === "level-ramp") {
      const late = coefficientOf(shapeColumns(scan, bent), scan.y, 1, leastVariance);
      const kind = (late?.value ?? 0) > 0 ? "rising" : "falling";
      const at = { from: bent.bend, bend: bent.bend };
      return { kind, ...at, slope: late, shown: bent, ...common };
    }
    const settled = scan.u.findIndex((u) => u >= 2.5 * bent.tau);
    const bend = bent.shape === "saturating" ? Math.max(1, Math.min(n - 3, settled)) : bent.bend;
    const knee = slopeColumns(scan, { shape: "broken", sse: 0, bend, tau: Number.NaN });
    const rest = coefficientOf(knee.columns, scan.y, knee.at, lambda);
    if (rest !== undefined) {
      const grown = rest.fit.coefficients[1] * scan.u[bend];
      const restHi = Math.sign(grown) * rest.value + quantile * rest.error;
      if (restHi * (1 - scan.u[bend]) < PLATEAU_REST * Math.abs(grown)) {
        const kind = grown > 0 ? "plateau" : "falling";
        const slope = grown > 0 ? undefined : rest;
        return { kind, from: bend, bend, slope, shown: bent, ...common };
      }
      const kind = grown > 0 ? "rising" : "falling";
      const whole = coefficientOf(shapeColumns(scan, line), scan.y, 1, leastVariance);
      return { kind, from: 0, bend, slope: whole, shown: bent, ...common };
    }
  }

  const whole = coefficientOf(shapeColumns(scan, line), scan.y, 1, leastVariance);
  const plain = { from: 0, bend: undefined, slope: whole, shown: line, ...common };
  // A shape that is far from straight inflates the line's own noise until nothing is significant:
  // then compare the ends by the noise around the shape.
  if (sharpNats(level.sse, noiseShape.sse) - charge(noiseShape) > BENT_OVER_LEVEL) {
    const ends = differenceOfEnds(scan);
    const half = quantile * Math.sqrt(Math.max(lambda, perPoint) * ends.unitVariance);
    if (ends.value > half) return { kind: "rising", ...plain };
    if (ends.value < -half) return { kind: "falling", ...plain };
  }
  if (whole !== undefined && whole.lo > 0) return { kind: "rising", ...plain };
  if (whole !== undefined && whole.hi < 0) return { kind: "falling", ...plain };
  if (n >= BENDS_FROM && common.effective < WANDERING) return { kind: "irregular", ...plain };
  return { kind: "level", ...plain };
}
