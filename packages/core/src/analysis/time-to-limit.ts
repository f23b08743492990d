// When a steady growth meets a limit. A byte more of live heap costs 1 + GOGC/100 bytes at the peak,
// which is what a limit counts; native memory and stacks count once.

import { derived, type Quantity } from "../model/quantity.ts";

/**
 * Seconds until `limit`, from the peak that the next cycle reaches and the slope of what grows.
 * Undefined when the slope's lower end is not above zero. `hi` is Infinity-free by that condition.
 */
export function timeToLimit(
  limit: Quantity,
  nextPeak: Quantity,
  slope: Quantity,
  factor: number,
): Quantity | undefined {
  if (!(slope.lo > 0)) return undefined;
  const headroom = limit.value - nextPeak.value;
  const at = (room: number, rate: number) => Math.max(0, room / (rate * factor));
  return derived(
    at(headroom, slope.value),
    at(limit.value - nextPeak.hi, slope.hi),
    at(limit.value - nextPeak.lo, slope.lo),
    "s",
    [...limit.evidence, ...slope.evidence],
    "wall",
  );
}
