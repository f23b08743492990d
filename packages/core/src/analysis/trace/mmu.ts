// Minimum mutator utilisation: the lowest mean of a step function over all windows of one length.
//
// With F the integral of the function, the mean over [t, t + w] is (F(t + w) − F(t)) / w: continuous and
// piecewise linear in t, so its minimum lies where one edge meets a step, or at an end. Both edges are
// moved from step to step; and because values lie in 0…1, the mean falls by at most (t' − t) / w, so from
// a mean above the lowest one known everything can be skipped that could not reach it. A look at 1024
// windows spread over the function gives that lowest one early. Exact.
//
// Cost: at most two evaluations a step (40 ms for a million steps), for long windows a fraction of that.
// Go's internal/trace/gc.go orders 1000 bands by a bound in a heap instead; splitting bands by such
// bounds was tried here and took 5.5 s where the walk takes 32 ms (a million steps, 1 ms windows), because
// their bounds tell little for windows about as long as a band.

import type { StepFunction } from "./utilisation.ts";

export interface UtilisationWindow {
  readonly startNs: number;
  readonly utilisation: number;
  /** Which of the functions. */
  readonly series: number;
}

const FIRST_LOOKS = 1024;
/** Steps to walk before a search by halving is cheaper. */
const NEAR = 8;

/** A step function whose integral up to any time is one search away. */
export class Integrated {
  readonly steps: StepFunction;
  readonly #sum: Float64Array;

  constructor(steps: StepFunction) {
    this.steps = steps;
    this.#sum = new Float64Array(steps.length);
    for (let i = 1; i < steps.length; i++)
      this.#sum[i] =
        this.#sum[i - 1] + steps.value[i - 1] * (steps.timeNs[i] - steps.timeNs[i - 1]);
  }

  get startNs(): number {
    return this.steps.timeNs[0];
  }

  get endNs(): number {
    return this.steps.timeNs[this.steps.length - 1];
  }

  /** Index of the step that holds `timeNs`, searched from `from` on. */
  stepAt(timeNs: number, from = 0): number {
    const t = this.steps.timeNs;
    const last = this.steps.length - 1;
    let low = from;
    const near = Math.min(last, low + NEAR);
    if (t[near] > timeNs || near === last) {
      while (low < near && t[low + 1] <= timeNs) low += 1;
      return low;
    }
    let high = last;
    low = near;
    while (low < high) {
      const mid = (low + high + 1) >>> 1;
      if (t[mid] <= timeNs) low = mid;
      else high = mid - 1;
    }
    return low;
  }

  /** Integral from the start to `timeNs`, which lies in step `at`. */
  integral(at: number, timeNs: number): number {
    return this.#sum[at] + this.steps.value[at] * (timeNs - this.steps.timeNs[at]);
  }

  /** Where a window of the length asked for can be: a longer one covers the whole function. */
  windowIn(windowNs: number): number {
    return Math.min(windowNs, this.endNs - this.startNs);
  }
}

/**
 * Lowest mean over windows of `windowNs`; 0 for no window at all, and the mean over the whole function
 * for one that is longer (both as in Go). NaN without a function.
 */
export function minimumUtilisation(series: readonly Integrated[], windowNs: number): number {
  if (series.length === 0) return NaN;
  if (!(windowNs > 0)) return 0;
  return lowest(series, windowNs, everyEdge(series, windowNs))?.utilisation ?? NaN;
}

/**
 * The worst windows that do not overlap: the worst of all, then the worst among those disjoint from it,
 * and so on; among equals the earliest, so that as many as fit are found.
 */
export function worstWindows(
  series: readonly Integrated[],
  windowNs: number,
  atMost: number,
): UtilisationWindow[] {
  const out: UtilisationWindow[] = [];
  if (!(windowNs > 0)) return out;
  let edges = everyEdge(series, windowNs);
  while (out.length < atMost) {
    const worst = lowest(series, windowNs, edges);
    if (worst === undefined) break;
    out.push(worst);
    edges = edges.flatMap((e) => without(e, worst.startNs - windowNs, worst.startNs + windowNs));
  }
  return out;
}

/** Left edges of windows in one function. */
interface Edges {
  readonly series: number;
  readonly fromNs: number;
  readonly toNs: number;
}

function everyEdge(series: readonly Integrated[], windowNs: number): Edges[] {
  return series.map((f, i) => ({
    series: i,
    fromNs: f.startNs,
    toNs: f.endNs - f.windowIn(windowNs),
  }));
}

/** What is left of the edges without those strictly between the two times. */
function without(e: Edges, fromNs: number, toNs: number): Edges[] {
  if (fromNs >= e.toNs || toNs <= e.fromNs) return [e];
  const out: Edges[] = [];
  if (fromNs >= e.fromNs) out.push({ ...e, toNs: fromNs });
  if (toNs <= e.toNs) out.push({ ...e, fromNs: toNs });
  return out;
}

function lowest(
  series: readonly Integrated[],
  windowNs: number,
  edges: readonly Edges[],
): UtilisationWindow | undefined {
  let best: UtilisationWindow | undefined;
  for (const e of edges) {
    const f = series[e.series];
    const w = f.windowIn(windowNs);
    best = w > 0 ? walk(f, w, e, firstLook(f, w, e, best)) : (best ?? atStart(e));
  }
  return best;
}

function atStart(e: Edges): UtilisationWindow {
  return { startNs: e.fromNs, utilisation: 0, series: e.series };
}

function firstLook(
  f: Integrated,
  w: number,
  e: Edges,
  known: UtilisationWindow | undefined,
): UtilisationWindow | undefined {
  let best = known;
  if (f.steps.length < 4 * FIRST_LOOKS || !(e.toNs > e.fromNs)) return best;
  let left = 0;
  let right = 0;
  for (let i = 0; i < FIRST_LOOKS; i++) {
    const at = Math.floor(e.fromNs + ((e.toNs - e.fromNs) * i) / (FIRST_LOOKS - 1));
    if (at < e.fromNs) continue;
    left = f.stepAt(at, left);
    right = f.stepAt(at + w, right);
    const mean = (f.integral(right, at + w) - f.integral(left, at)) / w;
    if (best === undefined || mean < best.utilisation)
      best = { startNs: at, utilisation: mean, series: e.series };
  }
  return best;
}

function walk(
  f: Integrated,
  w: number,
  e: Edges,
  known: UtilisationWindow | undefined,
): UtilisationWindow {
  const t = f.steps.timeNs;
  const last = f.steps.length - 1;
  let lowestMean = known?.utilisation ?? Infinity;
  let where = known?.startNs ?? e.fromNs;
  let series = known?.series ?? e.series;
  let at = e.fromNs;
  let left = 0;
  let right = 0;
  for (;;) {
    left = f.stepAt(at, left);
    right = f.stepAt(at + w, right);
    const mean = (f.integral(right, at + w) - f.integral(left, at)) / w;
    if (mean < lowestMean || (mean === lowestMean && at < where)) {
      lowestMean = mean;
      where = at;
      series = e.series;
    }
    // Nothing is lower than 0, and what follows is later.
    if (at >= e.toNs || (lowestMean <= 0 && where <= at)) break;
    const next = Math.min(
      left < last ? t[left + 1] : Infinity,
      right < last ? t[right + 1] - w : Infinity,
    );
    // The slack keeps a rounded mean from skipping its equal.
    const reach = at + (mean - lowestMean - 1e-12) * w;
    const to = Math.min(e.toNs, Math.max(next, reach));
    // t − w may round to where we are.
    at = to > at ? to : e.toNs;
  }
  return { startNs: where, utilisation: Math.min(1, Math.max(0, lowestMean)), series };
}
