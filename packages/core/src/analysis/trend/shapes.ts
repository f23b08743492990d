// The shapes a memory series is compared with, each fitted by least squares over all positions of its
// bend. Time u runs from 0 to 1 over the window, values are scaled to variance 1.
//
//   level        a
//   line         a + b·u
//   step         a + c·[i ≥ k]
//   ramp-level   a + b·min(u, u_k)                  grew, then stopped
//   level-ramp   a + b·max(0, u − u_k)              began to grow
//   broken       a + b·u + c·max(0, u − u_k)        two slopes
//   step-line    a + b·u + c·[i ≥ k]                a line with one jump
//   saturating   a − b·e^(−u/τ)                     a cache that fills
// Sums over the points right of a bend are kept once, so trying a bend costs a few operations and no
// pass over the points.

import type { Points } from "./points.ts";

export type Shape =
  | "level"
  | "line"
  | "step"
  | "ramp-level"
  | "level-ramp"
  | "broken"
  | "step-line"
  | "saturating";

export interface ShapeFit {
  readonly shape: Shape;
  /** Sum of squares of what is left, in scaled units (the level has n − 1). */
  readonly sse: number;
  /** Index of the first point right of the bend; 0 for shapes without one. */
  readonly bend: number;
  /** τ of the saturating shape in windows, else NaN. */
  readonly tau: number;
}

/** Sums over points i ≥ k; entry n is 0. */
export interface ShapeScan {
  readonly n: number;
  readonly u: Float64Array;
  /** Values minus their mean over their standard deviation. */
  readonly y: Float64Array;
  /** Value units per scaled unit; 0 when all values are equal. */
  readonly scale: number;
  readonly mean: number;
  readonly sumU: Float64Array;
  readonly sumUU: Float64Array;
  readonly sumY: Float64Array;
  readonly sumUY: Float64Array;
  readonly totalYY: number;
}

export function scanOf(points: Points): ShapeScan {
  const n = points.length;
  let mean = 0;
  for (let i = 0; i < n; i++) mean += points.value[i] / n;
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (points.value[i] - mean) ** 2;
  const scale = Math.sqrt(squares / Math.max(1, n - 1));
  const u = points.sec.map((sec) => sec / points.spanSec);
  const y = points.value.map((value) => (scale > 0 ? (value - mean) / scale : 0));
  const sumU = new Float64Array(n + 1);
  const sumUU = new Float64Array(n + 1);
  const sumY = new Float64Array(n + 1);
  const sumUY = new Float64Array(n + 1);
  let totalYY = 0;
  for (let i = n - 1; i >= 0; i--) {
    sumU[i] = sumU[i + 1] + u[i];
    sumUU[i] = sumUU[i + 1] + u[i] * u[i];
    sumY[i] = sumY[i + 1] + y[i];
    sumUY[i] = sumUY[i + 1] + u[i] * y[i];
    totalYY += y[i] * y[i];
  }
  return { n, u, y, scale, mean, sumU, sumUU, sumY, sumUY, totalYY };
}

/** SSE left by one column (besides the constant), from its centred sums. */
function oneColumn(yy: number, aa: number, ay: number): number {
  return aa > 1e-12 ? Math.max(0, yy - (ay * ay) / aa) : yy;
}

function twoColumns(
  yy: number,
  aa: number,
  ab: number,
  bb: number,
  ay: number,
  by: number,
): number {
  const det = aa * bb - ab * ab;
  if (!(det > 1e-10 * aa * bb)) return Math.min(oneColumn(yy, aa, ay), oneColumn(yy, bb, by));
  const explained = (bb * ay * ay - 2 * ab * ay * by + aa * by * by) / det;
  return Math.max(0, yy - explained);
}

export type BentShape = "step" | "ramp-level" | "level-ramp" | "broken" | "step-line";

/** SSE of a shape with its bend before point k. */
function sseAt(scan: ShapeScan, shape: BentShape, k: number): number {
  const { n } = scan;
  const right = n - k;
  const uu = scan.sumUU[0] - scan.sumU[0] ** 2 / n;
  const uy = scan.sumUY[0] - (scan.sumU[0] * scan.sumY[0]) / n;
  const yy = scan.totalYY - scan.sumY[0] ** 2 / n;
  if (shape === "step" || shape === "step-line") {
    const ss = right - (right * right) / n;
    const sy = scan.sumY[k] - (right * scan.sumY[0]) / n;
    if (shape === "step") return oneColumn(yy, ss, sy);
    const us = scan.sumU[k] - (right * scan.sumU[0]) / n;
    return twoColumns(yy, uu, us, ss, uy, sy);
  }
  const knot = scan.u[k];
  const sumH = scan.sumU[k] - knot * right;
  const hh = scan.sumUU[k] - 2 * knot * scan.sumU[k] + knot * knot * right - sumH ** 2 / n;
  const uh = scan.sumUU[k] - knot * scan.sumU[k] - (scan.sumU[0] * sumH) / n;
  const hy = scan.sumUY[k] - knot * scan.sumY[k] - (sumH * scan.sumY[0]) / n;
  if (shape === "level-ramp") return oneColumn(yy, hh, hy);
  if (shape === "ramp-level") return oneColumn(yy, uu - 2 * uh + hh, uy - hy);
  return twoColumns(yy, uu, uh, hh, uy, hy);
}

/** Best position of the bend in [from, to]; undefined for an empty range. */
export function bestBend(
  scan: ShapeScan,
  shape: BentShape,
  from: number,
  to: number,
): ShapeFit | undefined {
  let best: ShapeFit | undefined;
  for (let k = from; k <= to; k++) {
    const sse = sseAt(scan, shape, k);
    if (best === undefined || sse < best.sse) best = { shape, sse, bend: k, tau: Number.NaN };
  }
  return best;
}

export function levelFit(scan: ShapeScan): ShapeFit {
  const sse = scan.totalYY - scan.sumY[0] ** 2 / scan.n;
  return { shape: "level", sse, bend: 0, tau: Number.NaN };
}

export function lineFit(scan: ShapeScan): ShapeFit {
  const uu = scan.sumUU[0] - scan.sumU[0] ** 2 / scan.n;
  const uy = scan.sumUY[0] - (scan.sumU[0] * scan.sumY[0]) / scan.n;
  const sse = oneColumn(levelFit(scan).sse, uu, uy);
  return { shape: "line", sse, bend: 0, tau: Number.NaN };
}

/** Best of the given time constants, in windows. */
export function bestSaturating(scan: ShapeScan, taus: readonly number[]): ShapeFit {
  const yy = levelFit(scan).sse;
  let best: ShapeFit = { shape: "saturating", sse: Number.POSITIVE_INFINITY, bend: 0, tau: 1 };
  for (const tau of taus) {
    let sumE = 0;
    let sumEE = 0;
    let sumEY = 0;
    for (let i = 0; i < scan.n; i++) {
      const e = Math.exp(-scan.u[i] / tau);
      sumE += e;
      sumEE += e * e;
      sumEY += e * scan.y[i];
    }
    const sse = oneColumn(
      yy,
      sumEE - (sumE * sumE) / scan.n,
      sumEY - (sumE * scan.sumY[0]) / scan.n,
    );
    if (sse < best.sse) best = { shape: "saturating", sse, bend: 0, tau };
  }
  return best;
}

/** The columns of a fitted shape, for an error of its coefficients: constant first. */
export function shapeColumns(scan: ShapeScan, fit: ShapeFit): Float64Array[] {
  const { n, u } = scan;
  const knot = u[fit.bend];
  const column = (of: (i: number) => number): Float64Array => {
    const values = new Float64Array(n);
    for (let i = 0; i < n; i++) values[i] = of(i);
    return values;
  };
  const one = new Float64Array(n).fill(1);
  const step = (): Float64Array => column((i) => (i >= fit.bend ? 1 : 0));
  const hinge = (): Float64Array => column((i) => Math.max(0, u[i] - knot));
  switch (fit.shape) {
    case "level":
      return [one];
    case "line":
      return [one, u];
    case "step":
      return [one, step()];
    case "ramp-level":
      return [one, column((i) => Math.min(u[i], knot))];
    case "level-ramp":
      return [one, hinge()];
    case "broken":
      return [one, u, hinge()];
    case "step-line":
      return [one, u, step()];
    case "saturating":
      return [one, column((i) => Math.exp(-u[i] / fit.tau))];
  }
}

/**
 * SSE of the best staircase of two steps (three levels) with at least `least` points on each. Nobody
 * needs its parameters: it only stands for "grew twice, at once each time" against a line.
 */
export function twoStepsSse(scan: ShapeScan, least: number): number {
  const { n, sumY } = scan;
  let best = Number.POSITIVE_INFINITY;
  for (let a = least; a <= n - 2 * least; a++) {
    const left = sumY[0] - sumY[a];
    const withLeft = scan.totalYY - (left * left) / a;
    for (let b = a + least; b <= n - least; b++) {
      const middle = sumY[a] - sumY[b];
      const right = sumY[b];
      const sse = withLeft - (middle * middle) / (b - a) - (right * right) / (n - b);
      if (sse < best) best = sse;
    }
  }
  return Math.max(0, best);
}
