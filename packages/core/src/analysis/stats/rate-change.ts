// Did a rate change along a series of windows? Counters that only grow (allocations, contentions) give a
// rate between every two reads, a CPU profile is a window of its own. Asked is for one change of level,
// and for a straight change.
//
// X_j is what happened in window j of t_j seconds. Without a change X_j = r·t_j with a variance of
// s²·t_j, where s² is what is left beside the change that is tested, and never less than what sampling
// alone makes. Each place of a change leaves two windows on both sides; neighbouring places are nearly
// one test, so that all of them, and the line, count like 3·log₂(windows) − 2 tries (the
// rate of false alarms is measured in rate-change.test.ts). Student's t with windows − 2 degrees, since
// windows of a service differ by its load and no model of sampling knows by how much.
//
// How it misleads: load that rose and stays up is a changed rate; so it is meant. A daily rhythm is a
// change as long as the series is shorter. One window alone that stands out is set aside by whoever
// asks (standsOut), for it would hide all else.

import type { Interval } from "./interval.ts";
import { CONFIDENCE } from "./poisson.ts";
import { normalQuantile, studentTCdf, studentTQuantile } from "./special.ts";

/** Two before a change and two after. */
export const MIN_WINDOWS = 4;

export interface Windows {
  /** What happened in each, in the unit of the answer. */
  readonly value: Float64Array;
  /** Variance of sampling of each; 0 where nobody knows it. */
  readonly variance: Float64Array;
  readonly seconds: Float64Array;
}

export interface RateChange {
  /** First window after the likeliest change. */
  readonly at: number;
  /** Rates of both sides, and their difference. */
  readonly before: Interval;
  readonly after: Interval;
  readonly change: Interval;
  /** Two-sided, all places together. */
  readonly p: number;
  /** A straight change explains more than one of level. */
  readonly isGradual: boolean;
}

export interface Rate {
  readonly rate: Interval;
  /** Undefined with fewer than MIN_WINDOWS. */
  readonly change: RateChange | undefined;
  /** Smallest change in the middle of the series that would be told in 4 of 5 such series. */
  readonly visible: number | undefined;
}

function tries(windows: number): number {
  return 3 * Math.log2(windows) - 2;
}

export function rateOf(windows: Windows): Rate {
  const { value, variance, seconds } = windows;
  const k = value.length;
  let all = 0;
  let time = 0;
  let sampled = 0;
  for (let j = 0; j < k; j++) {
    all += value[j];
    time += seconds[j];
    sampled += variance[j];
  }
  // Variance a second that sampling makes.
  const floor = time > 0 ? sampled / time : 0;
  const mean = all / time;
  let left = 0;
  for (let j = 0; j < k; j++) left += (value[j] - mean * seconds[j]) ** 2 / seconds[j];
  const rate = meanInterval(mean, time, left, k - 1, floor);
  if (k < MIN_WINDOWS) return { rate, change: undefined, visible: undefined };
  let best: { at: number; t: number; left: number } | undefined;
  for (let at = 2; at <= k - 2; at++) {
    const parts = [partOf(windows, 0, at), partOf(windows, at, k)] as const;
    const rest = parts[0].left + parts[1].left;
    const t = studentOf(
      parts[1].rate - parts[0].rate,
      rest,
      k,
      floor,
      parts[0].time,
      parts[1].time,
    );
    if (best === undefined || t > best.t) best = { at, t, left: rest };
  }
  if (best === undefined) return { rate, change: undefined, visible: undefined };
  const line = lineOf(windows, mean, floor);
  const of = (t: number, rest: number): number =>
    Math.min(1, tries(k) * 2 * studentTCdf(-t, degreesOf(rest, k, floor)));
  const [a, b] = [partOf(windows, 0, best.at), partOf(windows, best.at, k)];
  const spread = spreadOf(best.left, k, floor);
  const q = quantileOf(best.left, k, floor);
  const around = (value: number, seconds: number): Interval => {
    const e = q * Math.sqrt(spread / seconds);
    return { value, lo: Math.max(0, value - e), hi: value + e };
  };
  const difference = b.rate - a.rate;
  const error = q * Math.sqrt(spread * (1 / a.time + 1 / b.time));
  const p = Math.min(of(best.t, best.left), of(line.t, line.left));
  const rest = p > 1 - CONFIDENCE ? left : Math.min(best.left, line.left);
  const degrees = degreesOf(rest, k, floor);
  const told =
    studentTQuantile(1 - (1 - CONFIDENCE) / (2 * tries(k)), degrees) +
    studentTQuantile(0.8, degrees);
  return {
    rate,
    change: {
      at: best.at,
      before: around(a.rate, a.time),
      after: around(b.rate, b.time),
      change: { value: difference, lo: difference - error, hi: difference + error },
      p,
      isGradual: line.left < best.left,
    },
    // Windows that do not differ at all say nothing of how much they would.
    visible:
      spreadOf(rest, k, floor) > 0
        ? told * Math.sqrt((spreadOf(rest, k, floor) * 4) / time)
        : undefined,
  };
}

/** No less than sampling makes; in the unit's square a second. */
function spreadOf(left: number, windows: number, floor: number): number {
  return Math.max(left / (windows - 2), floor);
}

/** Infinity where windows vary no more than sampling makes them. */
function degreesOf(left: number, windows: number, floor: number): number {
  return floor > 0 && left / (windows - 2) <= floor ? Infinity : windows - 2;
}

function quantileOf(left: number, windows: number, floor: number): number {
  return studentTQuantile((1 + CONFIDENCE) / 2, degreesOf(left, windows, floor));
}

function studentOf(
  difference: number,
  left: number,
  windows: number,
  floor: number,
  timeA: number,
  timeB: number,
): number {
  const error = Math.sqrt(spreadOf(left, windows, floor) * (1 / timeA + 1 / timeB));
  if (error > 0) return Math.abs(difference) / error;
  return difference === 0 ? 0 : Infinity;
}

interface Part {
  readonly rate: number;
  readonly time: number;
  readonly left: number;
}

function partOf({ value, seconds }: Windows, from: number, to: number): Part {
  let all = 0;
  let time = 0;
  for (let j = from; j < to; j++) {
    all += value[j];
    time += seconds[j];
  }
  const rate = all / time;
  let left = 0;
  for (let j = from; j < to; j++) left += (value[j] - rate * seconds[j]) ** 2 / seconds[j];
  return { rate, time, left };
}

/** A rate that changes straight: weighted least squares over the middles of the windows. */
function lineOf(
  { value, seconds }: Windows,
  mean: number,
  floor: number,
): { readonly t: number; readonly left: number } {
  const k = value.length;
  const middle = new Float64Array(k);
  let time = 0;
  let centre = 0;
  for (let j = 0; j < k; j++) {
    middle[j] = time + seconds[j] / 2;
    centre += middle[j] * seconds[j];
    time += seconds[j];
  }
  centre /= time;
  let xx = 0;
  let xy = 0;
  for (let j = 0; j < k; j++) {
    xx += seconds[j] * (middle[j] - centre) ** 2;
    xy += (middle[j] - centre) * (value[j] - mean * seconds[j]);
  }
  const slope = xy / xx;
  let left = 0;
  for (let j = 0; j < k; j++) {
    const expected = (mean + slope * (middle[j] - centre)) * seconds[j];
    left += (value[j] - expected) ** 2 / seconds[j];
  }
  const error = Math.sqrt(spreadOf(left, k, floor) / xx);
  return { t: error > 0 ? Math.abs(slope) / error : slope === 0 ? 0 : Infinity, left };
}

function meanInterval(
  mean: number,
  time: number,
  left: number,
  degrees: number,
  floor: number,
): Interval {
  if (degrees < 1) {
    const e = normalQuantile((1 + CONFIDENCE) / 2) * Math.sqrt(floor / time);
    return floor > 0
      ? { value: mean, lo: Math.max(0, mean - e), hi: mean + e }
      : { value: mean, lo: 0, hi: Infinity };
  }
  const isSampling = floor > 0 && left / degrees <= floor;
  const e =
    studentTQuantile((1 + CONFIDENCE) / 2, isSampling ? Infinity : degrees) *
    Math.sqrt(Math.max(left / degrees, floor) / time);
  return { value: mean, lo: Math.max(0, mean - e), hi: mean + e };
}

const FAR = 5;
const MAD = 1.4826;
const LEAST = 0.25;

/**
 * Windows that stand alone far from all others; none where more than a quarter would, or with fewer
 * than five. Two neighbours on one side of the rest are a change, not an exception.
 */
export function standsOut({ value, variance, seconds }: Windows): number[] {
  const k = value.length;
  if (k <= MIN_WINDOWS) return [];
  const rates = value.map((x, j) => x / seconds[j]);
  const middle = median(rates);
  const scale = MAD * median(rates.map((r) => Math.abs(r - middle)));
  const side = Array.from(rates, (r, j) => {
    const away = Math.abs(r - middle);
    const isFar =
      away > FAR * scale &&
      away > LEAST * middle &&
      away > (FAR * Math.sqrt(variance[j])) / seconds[j];
    return isFar ? Math.sign(r - middle) : 0;
  });
  const out = side.flatMap((s, j) =>
    s !== 0 && side[j - 1] !== s && side[j + 1] !== s ? [j] : [],
  );
  return out.length > Math.floor(k / 4) ? [] : out;
}

function median(values: Float64Array): number {
  const list = Float64Array.from(values).sort();
  const at = list.length >> 1;
  return list.length % 2 === 1 ? list[at] : (list[at - 1] + list[at]) / 2;
}
