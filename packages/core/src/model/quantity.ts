// A number that says how well it is known. Unknown is `undefined` in code and `null` in JSON, never 0.

import type { Unit } from "./units.ts";

/**
 * How a number came about.
 * - `counted`: read from a counter or file that holds exactly this; the interval is its resolution.
 * - `estimated`: from a sample or a fit; `lo`/`hi` is a 95 % interval.
 * - `bound`: only one side is known; the other side is ±Infinity.
 * - `derived`: arithmetic on other quantities, the interval follows from theirs.
 */
export type Grade = "counted" | "estimated" | "bound" | "derived";

/**
 * What a time or rate is measured against: ends of GC cycles, or the wall clock. `clockErrorMs` in
 * the owning series says how far the clock may be off.
 */
export type Basis = "gc-cycle" | "wall" | "none";

export interface Quantity {
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
  readonly unit: Unit;
  readonly grade: Grade;
  readonly basis: Basis;
  /** Evidence ids (`9f31c2aa:stack:4be07c`) of the rows this number was made from. */
  readonly evidence: readonly string[];
}

export function counted(
  value: number,
  unit: Unit,
  evidence: readonly string[],
  basis: Basis = "none",
): Quantity {
  return { value, lo: value, hi: value, unit, grade: "counted", basis, evidence };
}

export function estimated(
  value: number,
  lo: number,
  hi: number,
  unit: Unit,
  evidence: readonly string[],
  basis: Basis = "none",
): Quantity {
  return { value, lo, hi, unit, grade: "estimated", basis, evidence };
}

export function derived(
  value: number,
  lo: number,
  hi: number,
  unit: Unit,
  evidence: readonly string[],
  basis: Basis = "none",
): Quantity {
  return { value, lo, hi, unit, grade: "derived", basis, evidence };
}
