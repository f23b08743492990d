// Does what grew still grow at the end of a series? Two questions that a test of drift cannot answer,
// both asked of bytes, since a table that doubles is one object before and one after.
//
// *Jumps.* A map or a slice grows by a larger table at a time, so its memory stands still between a few
// jumps, each about as high as all before. What a place does without growing (load, batches) goes down
// as often as up: what came back measures its noise, and the m different levels of a place that does
// not grow come in any order, so that all of them rise in one of m! cases. Told are levels whose order
// is that rare, or which were multiplied by MULTIPLIED twice: nothing that only wanders doubles twice.
// Jumps go on when the time since the last is not much longer than a doubling would take: entries that
// come steadily need twice as long for each doubling as for the one before.
//
// *Tail.* What filled and stopped has a tail in which growth at the earlier rate would have been seen:
// the upper limit of the tail's rate is below half of the rate before. A tail whose limits hold both
// nothing and that rate says nothing.
//
// How it misleads: a warm-up that doubles twice and stopped less than two such times ago is a map that
// grows; a service whose load doubles twice and stays is one too. A map that doubled once and will again
// has ended, until it does.

import type { Noise } from "./drift.ts";
import { CONFIDENCE, poissonLimits } from "./poisson.ts";
import { normalQuantile, studentTQuantile } from "./special.ts";

/** What one place held along a series, step by step. */
export interface Levels {
  /** Bytes (or objects) at the first snapshot. */
  readonly start: number;
  /** Net of each step. */
  readonly change: Float64Array;
  /** Variance of `change` by sampling alone. */
  readonly sampling: Float64Array;
  /** The same when it is chance, too, whether an object comes or goes at all. */
  readonly moving: Float64Array;
  readonly seconds: Float64Array;
  /** What one sample that moved stands for. */
  readonly each: number;
}

export interface Jumps {
  /** Steps in which it jumped, in order. */
  readonly at: readonly number[];
  /** False for one jump alone. */
  readonly goesOn: boolean;
  /** Steps after the last. */
  readonly quiet: number;
}

/** A jump is at least this part of what was there: less is told by a test of drift. */
const LEAST_JUMP = 0.1;
/** Deviations of what came back that a jump exceeds, and of sampling that all jumps together do. */
const SURE = 3;
/** Deviations of sampling that each does. */
const LIKELY = 1.5;
/** A doubling with something beside it. */
const MULTIPLIED = 1.5;
/** Of what there was, how much more there is in the end. */
const LEAST_RISE = 0.25;
/** Of all that it jumped, how far it may have come back. */
const MOST_BACK = 0.25;

/** Undefined unless it jumped and never came back; one jump, or more than chance orders so. `asked`: places asked this question. */
export function jumpsOf(levels: Levels, asked: number): Jumps | undefined {
  const { start, seconds } = levels;
  const { change, sampling } = withoutCopies(levels);
  const k = change.length;
  let backSquares = 0;
  let falls = 0;
  // How far it ever was below its height: what comes and goes does not add up.
  let back = 0;
  let now = 0;
  let height = 0;
  for (const c of change) {
    now += c;
    height = Math.max(height, now);
    back = Math.max(back, height - now);
    if (c >= 0) continue;
    backSquares += c * c;
    falls += 1;
  }
  const noise = falls === 0 ? 0 : Math.sqrt(backSquares / falls);
  const at: number[] = [];
  let jumped = 0;
  let error = 0;
  let level = start;
  for (let j = 0; j < k; j++) {
    const least = Math.max(
      LIKELY * Math.sqrt(sampling[j]),
      SURE * noise,
      LEAST_JUMP * Math.max(level, 0),
    );
    if (change[j] > least) {
      at.push(j);
      jumped += change[j];
      error += sampling[j];
    }
    level += change[j];
  }
  if (at.length === 0 || back > MOST_BACK * jumped || jumped < LEAST_RISE * start) return undefined;
  if (jumped < SURE * Math.sqrt(error)) return undefined;
  const last = at[at.length - 1];
  const quiet = k - 1 - last;
  // Many small tables that double at one load do so over neighbouring steps; that is one jump, to its end.
  const ends = at.filter((j, i) => at[i + 1] !== j + 1);
  if (ends.length === 1) {
    // Without a quiet step between any two it is a ramp, or one jump.
    const isRamp = at.length > 2 && isRare(at.length, asked);
    return isRamp ? { at, goesOn: quiet <= 1, quiet } : { at: ends, goesOn: false, quiet };
  }
  level = start;
  let before = start;
  let multiplied = 0;
  for (let j = 0; j < k; j++) {
    level += change[j];
    if (!ends.includes(j)) continue;
    if (before > 0 && level >= MULTIPLIED * before) multiplied += 1;
    before = level;
  }
  if (multiplied < 2 && !isRare(at.length, asked)) return undefined;
  const between = (from: number, to: number): number => {
    let time = 0;
    for (let j = from; j < to; j++) time += seconds[j];
    return time;
  };
  const gap = between(ends[ends.length - 2] + 1, last + 1);
  // When in its step it jumped is not known.
  return { at: ends, goesOn: between(last + 1, k) <= 2 * gap + seconds[last], quiet };
}

/** Levels of a place that does not grow come in any order. */
function isRare(jumps: number, asked: number): boolean {
  let orders = 1;
  for (let m = 2; m <= jumps + 1; m++) orders *= m;
  return asked / orders <= 1 - CONFIDENCE;
}

/**
 * While a table is copied the old one is there as well: up by the new one's size, down by the old one's
 * when that is dropped, half as much in a map (its entries move one by one until Go 1.23). Both are one jump.
 */
function withoutCopies(levels: Levels): Pick<Levels, "change" | "sampling"> {
  const change = levels.change.slice();
  const sampling = levels.sampling.slice();
  for (let j = 0; j + 1 < change.length; j++) {
    if (!(change[j + 1] < 0) || -change[j + 1] > MOST_COPIED * change[j]) continue;
    change[j] += change[j + 1];
    sampling[j] += sampling[j + 1];
    change[j + 1] = 0;
    sampling[j + 1] = 0;
  }
  return { change, sampling };
}

/** Of a jump, the old table. */
const MOST_COPIED = 0.6;

export interface Tail {
  /** First step of the tail. */
  readonly from: number;
  /** Rate before it, and the largest it may still have, per second. */
  readonly earlier: number;
  readonly upper: number;
}

/** Steps that a tail needs. */
export const TAIL_STEPS = 3;
/** Of the earlier rate: what a tail may still have, at most. */
const STILL = 0.5;

/** One-sided 0.5 %: a tail is looked for at many places. */
const TAIL_CONFIDENCE = 0.99;

/** The longest tail that surely grows at less than half of the rate before it. Cost: O(steps). */
export function flatTail(levels: Levels, noise: Noise): Tail | undefined {
  const { change, moving, seconds, each } = levels;
  const k = change.length;
  let headChange = 0;
  let headTime = 0;
  let headMoving = 0;
  let tailChange = change.reduce((a, b) => a + b, 0);
  let tailTime = seconds.reduce((a, b) => a + b, 0);
  let tailMoving = moving.reduce((a, b) => a + b, 0);
  // A tail in which nothing moved may hide as many samples as chance leaves out.
  const hidden = poissonLimits(0, TAIL_CONFIDENCE).hi * each;
  const q =
    noise.factor <= 1
      ? normalQuantile((1 + TAIL_CONFIDENCE) / 2)
      : studentTQuantile((1 + TAIL_CONFIDENCE) / 2, noise.degrees);
  for (let from = 1; from <= k - TAIL_STEPS; from++) {
    const j = from - 1;
    headChange += change[j];
    headTime += seconds[j];
    headMoving += moving[j];
    tailChange -= change[j];
    tailTime -= seconds[j];
    tailMoving = Math.max(0, tailMoving - moving[j]);
    if (!(headTime > 0) || !(tailTime > 0)) continue;
    const grew = headChange - q * Math.sqrt(noise.factor * headMoving);
    if (!(grew > 0)) continue;
    const error = Math.max(q * Math.sqrt(noise.factor * tailMoving), hidden);
    const earlier = headChange / headTime;
    const upper = (tailChange + error) / tailTime;
    const isFlat = tailChange - error <= 0;
    if (isFlat && upper < STILL * earlier) return { from, earlier, upper };
  }
  return undefined;
}
