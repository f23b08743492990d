// Numbers of tables and pictures. A column has one unit, so that its digits can be compared; sentences
// get their numbers from report's wording instead.

/** Narrow no-break space between thousands. */
const GROUP = "\u202f";
const MINUS = "\u2212";

export interface ByteUnit {
  readonly name: string;
  readonly size: number;
}

const UNITS: readonly ByteUnit[] = [
  { name: "B", size: 1 },
  { name: "KiB", size: 1024 },
  { name: "MiB", size: 1024 ** 2 },
  { name: "GiB", size: 1024 ** 3 },
];

/** The unit of a column whose largest number is `max`. GiB only where MiB would need six digits. */
export function byteUnit(max: number): ByteUnit {
  const [b, kib, mib, gib] = UNITS;
  const at =
    Math.abs(max) >= 1e5 * 1024 ** 2
      ? gib
      : Math.abs(max) >= 1024 ** 2
        ? mib
        : Math.abs(max) >= 1024
          ? kib
          : b;
  return at ?? { name: "B", size: 1 };
}

export function grouped(n: number): string {
  return Math.round(n)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, GROUP);
}

/** Three digits at most: 742, 41, 6.1, 0.04, 1 389. */
export function short(n: number): string {
  if (!Number.isFinite(n)) return n > 0 ? "∞" : `${MINUS}∞`;
  const size = Math.abs(n);
  let text: string;
  if (size >= 9.95) text = grouped(size);
  else if (size >= 0.095 || size === 0) text = size.toFixed(1).replace(/\.0$/, "");
  else if (size >= 0.005) text = size.toFixed(2);
  else text = "<0.01";
  return n < 0 && text !== "0" ? `${MINUS}${text}` : text;
}

/** With its sign: +61, −3; 0 for what rounds to it. */
export function signed(n: number): string {
  if (Math.abs(n) < 0.005) return "0";
  const text = short(n);
  return n > 0 && text !== "0" ? `+${text}` : text;
}

export function inUnit(bytes: number, unit: ByteUnit): string {
  return short(bytes / unit.size);
}

export interface TimeUnit {
  readonly name: string;
  readonly ns: number;
}

const TIMES: readonly TimeUnit[] = [
  { name: "ns", ns: 1 },
  { name: "µs", ns: 1e3 },
  { name: "ms", ns: 1e6 },
  { name: "s", ns: 1e9 },
];

/** The unit of a column of times whose largest is `maxNs`. */
export function timeUnit(maxNs: number): TimeUnit {
  let best: TimeUnit = { name: "ns", ns: 1 };
  for (const unit of TIMES) if (Math.abs(maxNs) >= unit.ns * 0.9995) best = unit;
  return best;
}

/** "1.2 ms", in the unit that suits it or in the one given. */
export function time(ns: number, unit = timeUnit(ns)): string {
  return ns === 0 ? "0" : `${short(ns / unit.ns)}\u00a0${unit.name}`;
}

export function percent(fraction: number): string {
  const p = fraction * 100;
  if (p > 99.9 && p < 100) return "99.9";
  if (p === 0 || Math.abs(p) >= 9.95) return p >= 99.5 && p < 99.95 ? p.toFixed(1) : grouped(p);
  return Math.abs(p) < 0.05 ? "<0.1" : p.toFixed(1).replace(/\.0$/, "");
}

/** "[375, 431]"; "" where the value is known as it is, or one side is not known at all. */
export function limits(lo: number, hi: number, unit: ByteUnit): string {
  if (!Number.isFinite(lo) || !Number.isFinite(hi) || lo === hi) return "";
  return `[${inUnit(lo, unit)}, ${inUnit(hi, unit)}]`;
}

/** Standing alone, in the unit that suits it: "402 MiB", "1 389 MiB", "2 GiB" only for whole ones. */
export function bytes(n: number): string {
  const unit = byteUnit(n);
  const gib = 1024 ** 3;
  if (Math.abs(n) >= gib && n % gib === 0) return `${short(n / gib)}\u00a0GiB`;
  return `${inUnit(n, unit)}\u00a0${unit.name}`;
}
