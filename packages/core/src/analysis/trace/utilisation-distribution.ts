// How mutator utilisation is distributed over all windows of one length: for how much of the time is it
// at most x? (Go calls it MUD: internal/trace/mud.go.) The mean over a window is piecewise linear in its
// left edge, so between two steps it spends its time evenly between the two means it joins: the
// distribution is a sum of uniform pieces and points, and its quantiles are exact up to the bisection.

import { GrowingFloat64 } from "../../model/builders/growing.ts";
import type { Integrated } from "./mmu.ts";

/**
 * Utilisation below which the windows spend each fraction of the time. With a window that covers the
 * whole function there is one window and one answer. NaN without a function.
 * Cost: one pass over the steps, then 40 passes over the pieces for each quantile.
 */
export function utilisationQuantiles(
  series: readonly Integrated[],
  windowNs: number,
  quantiles: readonly number[],
): number[] {
  if (series.length === 0) return quantiles.map(() => NaN);
  if (!(windowNs > 0)) return quantiles.map(() => 0);
  const low = new GrowingFloat64();
  const high = new GrowingFloat64();
  const mass = new GrowingFloat64();
  let total = 0;
  let only = Infinity;
  for (const f of series) {
    const w = Math.min(windowNs, f.endNs - f.startNs);
    const t = f.steps.timeNs;
    const end = f.endNs - w;
    let at = f.startNs;
    let left = 0;
    let right = f.stepAt(at + w);
    let mean = w > 0 ? f.integral(right, at + w) / w : 0;
    only = Math.min(only, mean);
    while (at < end) {
      const byLeft = left + 1 < f.steps.length ? t[left + 1] : Infinity;
      const byRight = right + 1 < f.steps.length ? t[right + 1] - w : Infinity;
      const next = Math.min(byLeft, byRight, end);
      const to = next > at ? next : end;
      while (left + 1 < f.steps.length && t[left + 1] <= to) left += 1;
      while (right + 1 < f.steps.length && t[right + 1] <= to + w) right += 1;
      const then = (f.integral(right, to + w) - f.integral(left, to)) / w;
      low.push(Math.min(mean, then));
      high.push(Math.max(mean, then));
      mass.push(to - at);
      total += to - at;
      mean = then;
      at = to;
    }
  }
  if (total === 0) return quantiles.map(() => Math.min(1, Math.max(0, only)));
  return quantiles.map((q) => quantileOf(low, high, mass, total * q));
}

/** Smallest x with at least `wanted` of the mass at or below it. */
function quantileOf(
  low: GrowingFloat64,
  high: GrowingFloat64,
  mass: GrowingFloat64,
  wanted: number,
): number {
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < mass.length; i++) {
    least = Math.min(least, low.data[i]);
    most = Math.max(most, high.data[i]);
  }
  if (massUpTo(low, high, mass, least) >= wanted) return least;
  let below = least;
  let above = most;
  for (let round = 0; round < 40; round++) {
    const mid = (below + above) / 2;
    if (massUpTo(low, high, mass, mid) >= wanted) above = mid;
    else below = mid;
  }
  return above;
}

function massUpTo(
  low: GrowingFloat64,
  high: GrowingFloat64,
  mass: GrowingFloat64,
  x: number,
): number {
  let sum = 0;
  for (let i = 0; i < mass.length; i++) {
    const from = low.data[i];
    const to = high.data[i];
    if (x >= to) sum += mass.data[i];
    else if (x > from) sum += (mass.data[i] * (x - from)) / (to - from);
  }
  return sum;
}
