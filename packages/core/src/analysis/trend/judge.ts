// From likelihood ratios to a verdict, in the scaled units of shapes.ts. The thresholds were set by
// simulation (simulation.test.ts measures the rates, docs/statistics.md holds them): lower ones call more
// leaks a line, and more ended ramps too.

import type { Interval } from "../stats/interval.ts";
import { chiSquareQuantile, studentTCdf } from "../stats/special.ts";
import {
  charge,
  ENDED_BY,
  type Evidence,
  gatherEvidence,
  misfitOfLine,
  nats,
  PER_PARAMETER,
  sharpNats,
  SHORT,
} from "./evidence.ts";
import { coefficientOf } from "./line.ts";
import { type ShapeFit, shapeColumns, type ShapeScan } from "./shapes.ts";

/** Nats by which a line must beat every shape that ended. */
const LINE_OVER_ENDED = 1;
/** Nats by which a shape with an end must beat the line, and a late end must to veto one. */
const ENDED_OVER_LINE = 4;
/** Nats by which any bent shape must beat the level: a search over bends finds 2 to 5 in noise. */
const BENT_OVER_LEVEL = 8;
/** A third of the line is "flat" when its slope is surely below this share of the line's. */
const FLAT = 0.5;
/** A plateau's end may, by its upper limit, still grow this share of what it grew before. */
const PLATEAU_REST = 0.5;
/** What rose has settled when its last third, by its upper limit, grew less than this share of all. */
const SETTLED_REST = 0.15;
/** Time constants after which a filled cache counts as flat (8 % of it are still to come). */
const SETTLED_AFTER = 2.5;
/** With fewer independent points than this the series wanders: nothing can be said of its level. */
const WANDERING = 3;

/** Per window; with what its error and test need. */
export interface Slope extends Interval {
  readonly error: number;
  readonly p: number;
  readonly degrees: number;
}

export interface Judgement {
  readonly kind: "level" | "line" | "plateau" | "step" | "rising" | "falling" | "irregular";
  /** Index of the point where the part that the verdict speaks of begins. */
  readonly from: number;
  /** Where the shape bends or jumps; undefined when it does not. */
  readonly bend: number | undefined;
  /** Slope of that part; undefined: to be taken from the points after `from`. */
  readonly slope: Slope | undefined;
  /** The shape that the verdict names: its fitted values are shown. */
  readonly shown: ShapeFit;
}

export interface Judged {
  readonly judgement: Judgement;
  readonly evidence: Evidence;
  /** Nats for the best line against the best shape that ended, charges included. */
  readonly lineOverEnded: number;
  /** A shape with a fading slope fits significantly better than a straight line. */
  readonly slows: boolean;
  /** Slope per window that would be called a line in 80 %. */
  readonly smallestLine: number;
}

/** Slope of the last piece as a coefficient of its own. */
function tailSlope(scan: ShapeScan, fit: ShapeFit, leastVariance: number): Slope | undefined {
  if (fit.shape !== "broken") {
    return slopeFrom(coefficientOf(shapeColumns(scan, fit), scan.y, 1, leastVariance));
  }
  return kneeAt(scan, fit.bend, leastVariance)?.after;
}

function slopeFrom(coefficient: ReturnType<typeof coefficientOf>): Slope | undefined {
  if (coefficient === undefined) return undefined;
  const { value, lo, hi, error, p, noise } = coefficient;
  return { value, lo, hi, error, p, degrees: noise.degrees };
}

/** Two slopes that meet at a point: the first as a number, the second with its interval. */
function kneeAt(
  scan: ShapeScan,
  bend: number,
  leastVariance: number,
): { before: number; after: Slope } | undefined {
  const knot = scan.u[bend];
  const columns = [
    new Float64Array(scan.n).fill(1),
    scan.u.map((u) => Math.min(u, knot)),
    scan.u.map((u) => Math.max(0, u - knot)),
  ];
  const coefficient = coefficientOf(columns, scan.y, 2, leastVariance);
  const after = slopeFrom(coefficient);
  if (coefficient === undefined || after === undefined) return undefined;
  return { before: coefficient.fit.coefficients[1], after };
}

/** Least-squares slope over the points [begin, end), per window, and its error by λ. */
function localSlope(
  scan: ShapeScan,
  begin: number,
  end: number,
  lambda: number,
): { value: number; error: number } {
  let meanU = 0;
  for (let i = begin; i < end; i++) meanU += scan.u[i] / (end - begin);
  let uu = 0;
  let uy = 0;
  for (let i = begin; i < end; i++) {
    uu += (scan.u[i] - meanU) ** 2;
    uy += (scan.u[i] - meanU) * scan.y[i];
  }
  return { value: uy / uu, error: Math.sqrt(lambda / uu) };
}

/** Whether the middle or the last third of the points from `from` is surely flatter than the line. */
function hasFlatThird(scan: ShapeScan, evidence: Evidence, from: number, slope: number): boolean {
  const length = scan.n - from;
  if (length < 12) return false;
  for (let third = 1; third < 3; third++) {
    const begin = from + Math.floor((length * third) / 3);
    const end = from + Math.floor((length * (third + 1)) / 3);
    const here = localSlope(scan, begin, end, evidence.lambda);
    if (here.value + evidence.quantile * here.error < FLAT * slope) return true;
  }
  return false;
}

/** Slope between the means of the first and the last quarter of the points. */
function slopeOfEnds(scan: ShapeScan, evidence: Evidence): Slope {
  const { n, sumU, sumY } = scan;
  const size = Math.max(2, Math.floor(n / 4));
  const apart = (sumU[n - size] - (sumU[0] - sumU[size])) / size;
  const value = (sumY[n - size] - (sumY[0] - sumY[size])) / size / apart;
  const variance = Math.max(evidence.lambda, evidence.perPoint);
  const error = Math.sqrt((2 * variance) / size) / apart;
  const half = evidence.quantile * error;
  const p = 2 * studentTCdf(-Math.abs(value) / error, evidence.degrees);
  return { value, lo: value - half, hi: value + half, error, p, degrees: evidence.degrees };
}

/** Index from which a series that rose by `change` has been flat, if its last third is. */
function settledFrom(scan: ShapeScan, evidence: Evidence, change: number): number | undefined {
  const from = Math.floor(ENDED_BY * scan.n);
  if (scan.n - from < 5) return undefined;
  const variance = Math.max(evidence.lambda, evidence.perPoint);
  const rest = localSlope(scan, from, scan.n, variance);
  const length = 1 - scan.u[from];
  const most = (rest.value + evidence.quantile * rest.error) * length;
  const fell = -rest.value * length;
  return Math.max(most, fell) < SETTLED_REST * change ? from : undefined;
}

/** The verdict for a shape with one bend that fits clearly better than both level and line. */
function judgeBent(
  scan: ShapeScan,
  evidence: Evidence,
  leastVariance: number,
): Judgement | undefined {
  const { bent, lambda, quantile } = evidence;
  const at = { from: bent.bend, bend: bent.bend, shown: bent };
  if (bent.shape === "step") return { kind: "step", ...at, slope: undefined };
  if (bent.shape === "level-ramp") {
    const slope = tailSlope(scan, bent, leastVariance);
    if (slope === undefined) return undefined;
    return { kind: slope.value > 0 ? "rising" : "falling", ...at, slope };
  }

  const settled = scan.u.findIndex((u) => u >= SETTLED_AFTER * bent.tau);
  const bend = bent.shape === "saturating" ? Math.max(1, Math.min(scan.n - 3, settled)) : bent.bend;
  const knee = kneeAt(scan, bend, lambda);
  if (knee === undefined) return undefined;
  const grown = knee.before * scan.u[bend];
  const rest =
    (Math.sign(grown) * knee.after.value + quantile * knee.after.error) * (1 - scan.u[bend]);
  const fell = -Math.sign(grown) * knee.after.value * (1 - scan.u[bend]);
  if (Math.max(rest, fell) >= PLATEAU_REST * Math.abs(grown)) return undefined;
  if (grown < 0) return { kind: "falling", from: bend, bend, slope: knee.after, shown: bent };
  // What the shape does not explain and goes on: a slow growth after a fast one.
  const goesOn = bent.shape === "ramp-level" && knee.after.lo > 0;
  return goesOn
    ? { kind: "rising", from: bend, bend, slope: knee.after, shown: bent }
    : { kind: "plateau", from: bend, bend, slope: undefined, shown: bent };
}

/** The verdict when neither a line nor one bend is supported: what remains is "grew" or not. */
function judgeRest(scan: ShapeScan, evidence: Evidence, leastVariance: number): Judgement {
  const { level, line, noiseShape } = evidence;
  const whole = tailSlope(scan, line, leastVariance);
  let slope = whole;
  // A shape that is far from straight inflates the line's own noise until nothing is significant:
  // then the ends are compared by the noise around the shape.
  if (sharpNats(evidence, level.sse, noiseShape.sse) - charge(scan, noiseShape) > BENT_OVER_LEVEL) {
    const ends = slopeOfEnds(scan, evidence);
    if (ends.lo > 0 || ends.hi < 0) slope = ends;
  }
  const plain = { from: 0, bend: undefined, slope, shown: line };
  if (slope !== undefined && slope.hi < 0) return { kind: "falling", ...plain };
  if (slope !== undefined && slope.lo > 0) {
    const settled = settledFrom(scan, evidence, slope.value);
    if (settled === undefined) return { kind: "rising", ...plain };
    const shown = noiseShape;
    return { kind: "plateau", from: settled, bend: settled, slope: undefined, shown };
  }
  const effective = (scan.n * evidence.perPoint) / evidence.lambda;
  const wanders = scan.n >= SHORT && effective < WANDERING;
  return { kind: wanders ? "irregular" : "level", ...plain };
}

export function judgeShapes(scan: ShapeScan, leastVariance: number): Judged | undefined {
  const evidence = gatherEvidence(scan, leastVariance);
  if (evidence === undefined) return undefined;
  const { level, line, growing, bent, filling } = evidence;

  const lineOverEnded =
    Math.min(
      nats(evidence, evidence.ended.sse, growing.sse),
      nats(evidence, evidence.stairs, growing.sse) + PER_PARAMETER,
    ) - charge(scan, growing);
  const slows =
    sharpNats(evidence, line.sse, filling.sse) > ENDED_OVER_LINE &&
    nats(evidence, growing.sse, filling.sse) + charge(scan, growing) > charge(scan, filling);
  const endedLate = sharpNats(evidence, growing.sse, evidence.lateRamp.sse) > ENDED_OVER_LINE;

  // The ratio of a line of total misfit A·λ has mean A and deviation 2√A: it is called in 80 % when
  // A − 1.68 √A exceeds what is asked, with 6 for what the ended shapes gain by fitting noise. λ made
  // median-unbiased as in visibleSlope.
  const asked = 2 * LINE_OVER_ENDED * evidence.inflation + 6;
  const rootA = (1.683 + Math.sqrt(1.683 ** 2 + 4 * asked)) / 2;
  const unbiased = (evidence.lambda * evidence.degrees) / chiSquareQuantile(0.5, evidence.degrees);
  const smallestLine = rootA * Math.sqrt(unbiased / misfitOfLine(scan));
  const judged = (judgement: Judgement): Judged => ({
    judgement,
    evidence,
    lineOverEnded,
    slows,
    smallestLine,
  });

  const slope = tailSlope(scan, growing, leastVariance);
  const from = growing.shape === "broken" || growing.shape === "level-ramp" ? growing.bend : 0;
  if (
    slope !== undefined &&
    slope.lo > 0 &&
    lineOverEnded > LINE_OVER_ENDED &&
    !slows &&
    !endedLate &&
    !hasFlatThird(scan, evidence, from, slope.value)
  ) {
    const bend = growing.shape === "line" ? undefined : growing.bend;
    return judged({ kind: "line", from, bend, slope, shown: growing });
  }

  // "It just ended" is a bold thing to say of the last few points: it needs twice the evidence.
  const isLate = bent.shape === "ramp-level" && bent.bend > ENDED_BY * scan.n;
  if (
    sharpNats(evidence, level.sse, bent.sse) > BENT_OVER_LEVEL &&
    sharpNats(evidence, growing.sse, bent.sse) + charge(scan, growing) >
      ENDED_OVER_LINE * (isLate ? 2 : 1)
  ) {
    const judgement = judgeBent(scan, evidence, leastVariance);
    if (judgement !== undefined) return judged(judgement);
  }
  return judged(judgeRest(scan, evidence, leastVariance));
}
