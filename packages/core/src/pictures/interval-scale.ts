// One number line for a column of intervals: dots may leave 0 out, but this one starts there, so that
// a site twice as large looks twice as far.

import type { Quantity } from "../model/quantity.ts";

export interface IntervalMark {
  readonly at: number;
  readonly lo: number;
  readonly hi: number;
  /** The interval goes on beyond the scale's end, or is not known above. */
  readonly isCut: boolean;
}

export interface IntervalScale {
  readonly max: number;
  readonly marks: readonly (IntervalMark | undefined)[];
}

/** Positions 0–1 of each quantity on a scale from 0 to `max`, or to the largest upper limit. */
export function intervalScale(
  quantities: readonly (Quantity | undefined)[],
  max?: number,
): IntervalScale {
  let top = max ?? 0;
  if (max === undefined) {
    for (const q of quantities) {
      if (q !== undefined) top = Math.max(top, Number.isFinite(q.hi) ? q.hi : q.value);
    }
  }
  if (!(top > 0)) top = 1;
  const marks = quantities.map((q) => {
    if (q === undefined || !Number.isFinite(q.value)) return undefined;
    const position = (x: number): number => Math.max(0, Math.min(1, x / top));
    return {
      at: position(q.value),
      lo: position(Number.isFinite(q.lo) ? q.lo : 0),
      hi: position(Number.isFinite(q.hi) ? q.hi : top),
      isCut: !Number.isFinite(q.hi) || q.hi > top,
    };
  });
  return { max: top, marks };
}
