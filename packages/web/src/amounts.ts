// Values of a profile in words: bytes, times, counts and whatever else a sample type says its unit is.

import type { Known } from "@heapwright/core/pictures/profile/tree-view.ts";
import { byteUnit, grouped, percent, short, timeUnit } from "./numbers.ts";

/** A column has one unit, so that its digits can be compared. */
export interface AmountUnit {
  /** "" for plain counts. */
  readonly name: string;
  readonly of: (value: number) => string;
}

const MINUS = "\u2212";
const NBSP = "\u00a0";

export function amountUnit(unit: string, largest: number): AmountUnit {
  if (unit === "bytes") {
    const { name, size } = byteUnit(largest);
    return { name, of: (v) => short(v / size) };
  }
  if (unit === "nanoseconds") {
    const { name, ns } = timeUnit(largest);
    return { name, of: (v) => short(v / ns) };
  }
  return {
    name: unit === "count" ? "" : unit,
    // What rounds to nothing has no sign.
    of: (v) => (v <= -0.5 ? `${MINUS}${grouped(-v)}` : grouped(Math.max(0, v))),
  };
}

/** Standing alone, in the unit that suits it. */
export function amount(unit: string, value: number): string {
  const { name, of } = amountUnit(unit, Math.abs(value));
  return name === "" ? of(value) : `${of(value)}${NBSP}${name}`;
}

export function signedAmount(unit: string, value: number): string {
  return value > 0 ? `+${amount(unit, value)}` : amount(unit, value);
}

/** "[375, 431]"; "" where the value was counted, nothing was sampled, or nothing is known of it. */
export function limitsIn(unit: AmountUnit, { lo, hi, net, samples }: Known): string {
  if (samples === 0) return "";
  return limitsOf(unit, { lo, hi, net, samples });
}

function limitsOf(
  unit: AmountUnit,
  { lo, hi, net, samples }: Omit<Known, "plus" | "minus">,
): string {
  if (!Number.isFinite(lo) || !Number.isFinite(hi)) return "";
  if (lo === net && hi === net && !(samples > 0)) return "";
  return `[${unit.of(lo)}, ${unit.of(hi)}]`;
}

/** "12.3 MiB [8.1, 18.0]"; in a difference with its sign. */
export function amountWithLimits(unit: string, known: Known, isSigned: boolean): string {
  return withLimits(unit, known, isSigned, limitsIn);
}

/**
 * A total, where no sample is an answer too: "0 MiB [0, 1.5]", at most what can stay unseen. Not of a
 * difference, which may be of a file with itself: then nothing is exact.
 */
export function totalWithLimits(unit: string, known: Known, isSigned: boolean): string {
  return withLimits(unit, known, isSigned, isSigned ? limitsIn : limitsOf);
}

function withLimits(
  unit: string,
  known: Known,
  isSigned: boolean,
  limitsFor: (unit: AmountUnit, known: Known) => string,
): string {
  const most = Math.max(Math.abs(known.net), Math.abs(known.hi) || 0);
  const column = amountUnit(unit, Number.isFinite(most) ? most : Math.abs(known.net));
  const value = `${isSigned && known.net > 0 ? "+" : ""}${column.of(known.net)}`;
  const limits = limitsFor(column, known);
  // A limit that is not shown chooses no unit.
  if (limits === "") return isSigned ? signedAmount(unit, known.net) : amount(unit, known.net);
  const name = column.name === "" ? "" : `${NBSP}${column.name}`;
  return `${value}${name} ${limits}`;
}

/** Whole where counted exactly; one digit where it was estimated. */
export function sampleText(n: number): string {
  if (!Number.isFinite(n)) return "";
  return Math.abs(n - Math.round(n)) < 1e-6 ? grouped(n) : short(n);
}

/**
 * What percentages are of: the total; of a difference what there was before, as in
 * `go tool pprof -diff_base`, or what there is now where there was nothing. `held` is what there was
 * before where the difference itself does not say.
 */
export function wholeOf({ plus, minus }: Known, held?: number): number {
  if (held !== undefined && held > 0) return held;
  return minus > 0 ? minus : plus;
}

export function shareText(value: number, whole: number): string {
  if (!(whole > 0)) return "";
  const share = percent(Math.abs(value) / whole);
  return `${value < 0 && share !== "0" ? MINUS : ""}${share}${NBSP}%`;
}
