// The interval of one value of a profile: a node of a list, a box of a picture, an edge, a total. One
// place, so that whoever shows a value states the same of it.
//
// How it can mislead: as weighted-count.ts and heap-sampling.ts say; the two sides of a difference are
// taken as independent, which is too wide for two profiles of one process, whose common samples cancel.

import { neverSeenBound } from "../stats/heap-sampling.ts";
import {
  differenceInterval,
  stepLike,
  WeightedCount,
  weightedInterval,
} from "../stats/weighted-count.ts";

/** One side of a value, as sums over its samples. */
export interface SideSums {
  readonly samples: number;
  /** Σ wn: what they stand for. The value itself was cut to whole bytes or objects row by row. */
  readonly estimate: number;
  /** Σ w²n and Σ w²nq. */
  readonly squares: number;
  readonly variance: number;
  /** What they are themselves: this much exists for certain. 0 where that is nothing. */
  readonly own: number;
}

export interface Limits {
  readonly lo: number;
  readonly hi: number;
}

function counted({ samples, estimate, squares, variance }: SideSums): WeightedCount {
  const count = new WeightedCount();
  count.samples = samples;
  count.value = estimate;
  count.squares = squares;
  count.variance = variance;
  return count;
}

/**
 * 95 % limits of `value`, which they always hold.
 * @param rate bytes between samples where the value is in bytes; undefined otherwise
 */
export function valueInterval(
  value: number,
  plus: SideSums,
  minus: SideSums | undefined,
  rate: number | undefined,
): Limits {
  if (plus.samples + (minus?.samples ?? 0) === 0) {
    // Nothing was sampled here: at most what can stay unseen, in bytes; objects may be of any size.
    const most = rate === undefined ? Number.NaN : neverSeenBound(rate);
    return { lo: minus === undefined ? 0 : -most, hi: most };
  }
  const a = counted(plus);
  if (minus === undefined) {
    const { lo, hi } = weightedInterval(a);
    return {
      lo: Math.max(Math.min(lo, value), Math.min(plus.own, value)),
      hi: Math.max(hi, value),
    };
  }
  const b = counted(minus);
  // A side without a sample may hide as much as samples of the other side's weight would show.
  if (a.value === 0) a.step = stepLike(b);
  if (b.value === 0) b.step = stepLike(a);
  const { lo, hi } = differenceInterval(a, b);
  return { lo: Math.min(lo, value), hi: Math.max(hi, value) };
}
