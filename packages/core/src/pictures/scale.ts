// Ticks of an axis: few, round, and inside the range.

const KiB = 1024;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps a clock is read in, ms. */
const TIME_STEPS: readonly number[] = [
  SECOND,
  2 * SECOND,
  5 * SECOND,
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  28 * DAY,
  91 * DAY,
  364 * DAY,
];

/** Multiples of `step` within [from, to]; at most 100, whatever the arguments. */
function multiples(from: number, to: number, step: number): number[] {
  const out: number[] = [];
  if (!(step > 0) || !Number.isFinite(from) || !Number.isFinite(to)) return out;
  for (let k = Math.ceil(from / step); k * step <= to && out.length < 100; k++) out.push(k * step);
  return out;
}

/** The largest of 1, 2, 5 × 10ⁿ that is ≤ `x`. */
function roundDown(x: number): number {
  const power = 10 ** Math.floor(Math.log10(x));
  const lead = x / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

/**
 * Ticks above 0 up to `max` in powers of two of a byte unit (256 MiB, 512 MiB, 1 GiB …), at most
 * `most` of them. 0 is no tick: every axis starts there.
 */
export function byteTicks(max: number, most = 3): number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [];
  let step = 2 ** Math.floor(Math.log2(max / (most + 1)));
  if (step < 1) step = 1;
  while (Math.floor(max / step) > most) step *= 2;
  return multiples(step, max, step);
}

/** Ticks above 0 up to `max` in 1, 2, 5 × 10ⁿ, at most `most`. */
export function countTicks(max: number, most = 3): number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [];
  let step = roundDown(max / (most + 1));
  while (Math.floor(max / step) > most) {
    const next = roundDown(step * 2.5);
    step = next > step ? next : step * 2;
  }
  return multiples(step, max, step);
}

/** Clock ticks within [fromMs, toMs], at most `most`. */
export function timeTicks(fromMs: number, toMs: number, most = 3): number[] {
  const span = toMs - fromMs;
  if (!(span > 0)) return [];
  for (const step of TIME_STEPS) {
    if (span / step > most + 1) continue;
    const ticks = multiples(fromMs, toMs, step);
    if (ticks.length <= most) return ticks;
  }
  return multiples(fromMs, toMs, roundDown(span / most)).slice(0, most);
}

/** A round number ≥ `x`, for the half-height of a residual strip. */
export function roundUp(x: number): number {
  if (!(x > 0) || !Number.isFinite(x)) return 1;
  const unit = x >= KiB * KiB ? KiB * KiB : x >= KiB ? KiB : 1;
  const scaled = x / unit;
  const power = 10 ** Math.floor(Math.log10(scaled));
  for (const lead of [1, 2, 5, 10]) {
    if (lead * power >= scaled * (1 - 1e-9)) return lead * power * unit;
  }
  return 10 * power * unit;
}
