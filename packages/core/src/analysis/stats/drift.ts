// Is a place drifting: do more samples come than go, over a series of snapshots of one process? An
// interval of growth between two snapshots answers another question, how much there is now; objects
// that came and went at random rates leave a real difference that means nothing for tomorrow.
//
// Test. Of all that moved, came or went, each is as likely to have come when there is no drift:
// came | came + went is binomial with ½ (Przyborowski & Wilenski 1940), whatever the load did, since
// load moves both. Two-sided, exact.
//
// Load noise beyond that (objects that come in bursts and go in bursts) is measured on the *net* of
// each step: X² = Σ (net − mean)² / moved per second; φ = X²/df, never below 1. Few steps tell
// little of φ, so a place's own φ is moderated by the φ of all places together, which counts like up
// to PRIOR_DEGREES steps (as limma does for variances, Smyth 2004), and limits are Student's. A cache that
// filled and stopped is no noise: where one bend explains so much of X² that chance would do it in
// one of a hundred, over all places of the bend, φ is what is left beside the bend.
//
// Shape. Each step j has its own turnover a_j (load again), besides which the model adds g_j:
//   level 0 · line δ·t · plateau δ·t until step τ, then 0 · late 0 until τ, then δ·t · jump in one step
// came_j ~ Poisson(a_j + g_j⁺), went_j ~ Poisson(a_j + g_j⁻); a_j has a closed form given g_j. Shapes
// are compared by −2ℓ/φ plus ln(steps) for each parameter (Schwarz); a bend is two, its place counts.
//
// How it misleads. Freed samples come in the step after their cycle's sweep, so a step that ends in
// the middle of a burst looks like growth and the next like shrinking: X² sees that, a pair cannot.
// A cache that is still filling is a line. Fewer than MIN_SHAPE_STEPS steps say nothing of shapes.

import type { Interval } from "./interval.ts";
import { CONFIDENCE } from "./poisson.ts";
import { betaI, normalQuantile, studentTCdf, studentTQuantile } from "./special.ts";
import { differenceInterval, type WeightedCount } from "./weighted-count.ts";

export const PRIOR_DEGREES = 4;
export const MIN_SHAPE_STEPS = 4;

/** Two-sided exact p of "as many come as go". 1 when nothing moved. */
export function comeAndGoP(came: number, went: number): number {
  const more = Math.max(came, went);
  const all = came + went;
  if (all === 0) return 1;
  // Pr(X ≥ more) of a binomial(all, ½).
  const tail = more === 0 ? 1 : betaI(more, all - more + 1, 0.5);
  return Math.min(1, 2 * tail);
}

/**
 * Steps like this one after which the test of a series would find this drift in 4 of 5 cases at 5 %:
 * z grows with √steps. Undefined when nothing drifts, or when one step is enough.
 */
export function stepsToTell(came: number, went: number): number | undefined {
  const net = Math.abs(came - went);
  if (net === 0) return undefined;
  const z = normalQuantile((1 + CONFIDENCE) / 2) + normalQuantile(0.8);
  const steps = Math.ceil((z * z * (came + went)) / (net * net));
  return steps <= 1 ? undefined : steps;
}

/** Samples that came and went in each step, and how long the step took. */
export interface Steps {
  readonly came: Float64Array;
  readonly went: Float64Array;
  readonly seconds: Float64Array;
}

export interface Spread {
  readonly x2: number;
  readonly degrees: number;
}

/** X² of the net when the steps in [from, to) grow at one rate and the others not at all. */
function leftBeside({ came, went, seconds }: Steps, from: number, to: number): number {
  let x2 = 0;
  const part = (isIn: boolean): void => {
    let net = 0;
    let moved = 0;
    let time = 0;
    for (let j = 0; j < seconds.length; j++) {
      if ((j >= from && j < to) !== isIn) continue;
      net += came[j] - went[j];
      moved += came[j] + went[j];
      time += seconds[j];
    }
    if (!(moved > 0) || !(time > 0)) return;
    const rate = isIn ? net / time : 0;
    for (let j = 0; j < seconds.length; j++) {
      if ((j >= from && j < to) !== isIn || !(seconds[j] > 0)) continue;
      x2 += (came[j] - went[j] - rate * seconds[j]) ** 2 / ((moved * seconds[j]) / time);
    }
  };
  part(true);
  part(false);
  return x2;
}

/** A bend is placed to 1 part in this of a long series: 1 090 snapshots took 16 s of CPU without, 8 s with it. */
const MOST_BENDS = 128;

/** Calls `see` with each way to bend: grew in one step, until a step, from a step on. */
function eachBend(
  steps: number,
  see: (shape: DriftShape, at: number, from: number, to: number) => void,
): void {
  const stride = Math.ceil(steps / MOST_BENDS);
  for (let at = 0; at < steps; at++) {
    see("jump", at, at, at + 1);
    if (at % stride !== 0) continue;
    // One quiet step at an end is no plateau, and one that moves is a jump.
    if (at < 2 || at > steps - 2) continue;
    see("plateau", at, 0, at);
    see("late", at, at, steps);
  }
}

/** How much the net of the steps varies beside a Poisson's; degrees 0 where nothing moved. Cost: O(steps²). */
export function spreadOf(steps: Steps): Spread {
  const k = steps.seconds.length;
  let moved = 0;
  for (let j = 0; j < k; j++) moved += steps.came[j] + steps.went[j];
  if (!(moved > 0) || k < 2) return { x2: 0, degrees: 0 };
  const line = { x2: leftBeside(steps, 0, k), degrees: k - 1 };
  // A bend is looked for only where there is something to explain.
  if (k < MIN_SHAPE_STEPS || line.x2 < 2 * line.degrees) return line;
  let best = line.x2;
  let tried = 0;
  eachBend(k, (_, __, from, to) => {
    tried += 1;
    best = Math.min(best, leftBeside(steps, from, to));
  });
  const degrees = k - 2 + PRIOR_DEGREES;
  const left = Math.max(1, (best + PRIOR_DEGREES) / degrees);
  const p = 2 * tried * studentTCdf(-Math.sqrt((line.x2 - best) / left), degrees);
  return p < 0.01 ? { x2: best, degrees: k - 2 } : line;
}

export interface Noise {
  /** φ ≥ 1. */
  readonly factor: number;
  /** Of Student's t; Infinity when no noise beyond chance was seen. */
  readonly degrees: number;
}

/** `all`: of every place, this one included. Where there is no other, the place speaks for itself. */
export function noiseOf(own: Spread, all: Spread): Noise {
  const others = Math.max(0, all.degrees - own.degrees);
  const prior = Math.min(PRIOR_DEGREES, others);
  const common = all.degrees > 0 ? Math.max(1, all.x2 / all.degrees) : 1;
  const degrees = own.degrees + prior;
  if (degrees === 0) return { factor: 1, degrees: Infinity };
  const factor = (own.x2 + prior * common) / degrees;
  return factor > 1 ? { factor, degrees } : { factor: 1, degrees: Infinity };
}

/** The exact test, or Student's where the steps vary more than chance: the weaker of the two. */
export function driftP(came: number, went: number, noise: Noise): number {
  const exact = comeAndGoP(came, went);
  if (noise.factor <= 1 || came + went === 0) return exact;
  const t = Math.abs(came - went) / Math.sqrt(noise.factor * (came + went));
  return Math.max(exact, 2 * studentTCdf(-t, noise.degrees));
}

/** Of 5 % false alarms the part that goes to the bends; the rest goes to the series as a whole. */
const BEND_SHARE = 0.2;

/**
 * The same for what drifted in a part of the series only. A cache that has filled turns over from then
 * on, and what comes and goes there would hide the filling from a test of the whole; so each way to
 * stop or to begin late is tested by its own part, with what is left beside it as noise. Neighbouring
 * ways are nearly one test, so that they count like 2·log₂(steps) tries (measured: drift.test.ts). A
 * single step is no part: load makes those. Few steps have no parts.
 * How it misleads: load that rose and stays up is no other thing than a cache that has filled.
 */
export function driftOrBendP(steps: Steps, all: Spread): number {
  const { came, went, seconds } = steps;
  const k = seconds.length;
  const own = spreadOf(steps);
  const whole = driftP(sumOf(came, 0, k), sumOf(went, 0, k), noiseOf(own, all));
  // A whole that is told needs no part, and its p stays what it was.
  if (k < MIN_SHAPE_STEPS || whole <= (1 - BEND_SHARE) * (1 - CONFIDENCE)) return whole;
  let best = 1;
  const tried = 2 * Math.log2(k);
  eachBend(k, (shape, _, from, to) => {
    if (shape === "jump" || to - from < 2) return;
    const left = { x2: leftBeside(steps, from, to), degrees: k - 2 };
    const noise = noiseOf(left, { x2: all.x2 - own.x2 + left.x2, degrees: all.degrees });
    best = Math.min(best, driftP(sumOf(came, from, to), sumOf(went, from, to), noise));
  });
  return Math.min(1, whole / (1 - BEND_SHARE), (best * tried) / BEND_SHARE);
}

function sumOf(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i];
  return sum;
}

/** Drift of a weighted sum over `seconds`, in its unit a second. */
export function driftInterval(
  came: WeightedCount,
  went: WeightedCount,
  noise: Noise,
  seconds: number,
): Interval {
  const { value, lo, hi } = differenceInterval(came, went);
  const wider =
    noise.factor <= 1
      ? 1
      : Math.sqrt(noise.factor) *
        (studentTQuantile((1 + CONFIDENCE) / 2, noise.degrees) /
          normalQuantile((1 + CONFIDENCE) / 2));
  return {
    value: value / seconds,
    lo: (value - wider * (value - lo)) / seconds,
    hi: (value + wider * (hi - value)) / seconds,
  };
}

export type DriftShape = "line" | "plateau" | "late" | "jump";

export interface ShapeChoice {
  readonly shape: DriftShape;
  /** Step before which (plateau), from which (late) or in which (jump) it happened; 0 for a line. */
  readonly at: number;
  /** Likelihood ratio of the line over the best shape that ended, in nats; below 0 speaks for an end. */
  readonly lineOverEnd: number;
  /** False when another shape is within one nat: it cannot be told apart. */
  readonly isClear: boolean;
}

/** ℓ of a step with net growth g and its own best turnover, up to a constant. */
function stepLikelihood(came: number, went: number, g: number): number {
  const [more, less] = g >= 0 ? [came, went] : [went, came];
  const gain = Math.abs(g);
  const b = more + less - 2 * gain;
  const a = (b + Math.sqrt(b * b + 8 * gain * less)) / 4;
  const up = a + gain;
  return (more > 0 ? more * Math.log(up) : 0) - up + (less > 0 ? less * Math.log(a) : 0) - a;
}

/** Best ℓ over one net rate δ for the steps in [from, to), none outside. */
function bestRate(steps: Steps, from: number, to: number): number {
  const { came, went, seconds } = steps;
  let rest = 0;
  let net = 0;
  let time = 0;
  for (let j = 0; j < seconds.length; j++) {
    if (j < from || j >= to) rest += stepLikelihood(came[j], went[j], 0);
    else {
      net += came[j] - went[j];
      time += seconds[j];
    }
  }
  const at = (rate: number): number => {
    let sum = 0;
    for (let j = from; j < to; j++) sum += stepLikelihood(came[j], went[j], rate * seconds[j]);
    return sum;
  };
  if (!(time > 0)) return rest;
  // Golden section around the mean; ℓ has one top between 0 and twice the mean, or near it.
  const mean = net / time;
  let lo = Math.min(0, 2.5 * mean);
  let hi = Math.max(0, 2.5 * mean);
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 24; i++) {
    const left = hi - golden * (hi - lo);
    const right = lo + golden * (hi - lo);
    if (at(left) < at(right)) lo = left;
    else hi = right;
  }
  return rest + Math.max(at((lo + hi) / 2), at(mean));
}

/** Whether what grew had stopped before the last snapshot, as far as the shapes tell. */
export function hasEnded(choice: ShapeChoice | undefined, steps: number): boolean {
  if (choice === undefined || !choice.isClear) return false;
  return choice.shape === "plateau" || (choice.shape === "jump" && choice.at < steps - 1);
}

/** Undefined with fewer steps than MIN_SHAPE_STEPS. Cost: O(steps²) likelihoods. */
export function shapeOf(steps: Steps, noise: Noise): ShapeChoice | undefined {
  const k = steps.seconds.length;
  if (k < MIN_SHAPE_STEPS) return undefined;
  const price = Math.log(k);
  const line = bestRate(steps, 0, k) / noise.factor;
  const found: { shape: DriftShape; at: number; fit: number; cost: number }[] = [
    { shape: "line", at: 0, fit: line, cost: -2 * line + price },
  ];
  eachBend(k, (shape, at, from, to) => {
    const fit = bestRate(steps, from, to) / noise.factor;
    found.push({ shape, at, fit, cost: -2 * fit + 2 * price });
  });
  found.sort((a, b) => a.cost - b.cost);
  const best = found[0];
  // A jump in the first steps and a plateau after them say the same of what follows.
  const isEnd = (f: { shape: DriftShape; at: number }): boolean =>
    f.shape === "plateau" || (f.shape === "jump" && f.at < k - 1);
  const rival = found.find((f) => f.shape !== best.shape && isEnd(f) !== isEnd(best));
  let ended = -Infinity;
  for (const f of found) if (isEnd(f)) ended = Math.max(ended, f.fit);
  return {
    shape: best.shape,
    at: best.at,
    lineOverEnd: line - ended,
    isClear: rival === undefined || rival.cost - best.cost > 2,
  };
}
