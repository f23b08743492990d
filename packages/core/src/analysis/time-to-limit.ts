// When a steady growth meets a limit, as a quantity with evidence. A byte more of live heap costs
// 1 + GOGC/100 bytes at the peak, which is what a limit counts; native memory and stacks count once.

import { derived, type Quantity } from "../model/quantity.ts";
import { timeToLimit as timeAt } from "./trend/limit.ts";

/**
 * Seconds until `limit`, from the peak that the next cycle reaches and the slope of what grows.
 * Undefined when the slope's lower end is not above zero: then there is no latest time.
 */
export function timeToLimit(
  limit: Quantity,
  nextPeak: Quantity,
  slope: Quantity,
  factor: number,
): Quantity | undefined {
  if (!(slope.lo > 0)) return undefined;
  const perSec = { value: slope.value * factor, lo: slope.lo * factor, hi: slope.hi * factor };
  const { value, lo, hi } = timeAt(nextPeak, perSec, limit.value);
  return derived(value, lo, hi, "s", [...limit.evidence, ...slope.evidence], "wall");
}
