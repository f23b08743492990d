// Values of flags and targets: sizes, durations, addresses. Pure.

import { UsageError } from "./usage-error.ts";

const SIZE: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1000,
  kb: 1000,
  ki: 1024,
  kib: 1024,
  m: 1e6,
  mb: 1e6,
  mi: 1024 ** 2,
  mib: 1024 ** 2,
  g: 1e9,
  gb: 1e9,
  gi: 1024 ** 3,
  gib: 1024 ** 3,
  t: 1e12,
  tb: 1e12,
  ti: 1024 ** 4,
  tib: 1024 ** 4,
};

/** "512MiB", "512Mi", "1.5G", "268435456". */
export function parseBytes(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const factor = SIZE[(match?.[2] ?? "?").toLowerCase()];
  if (match === null || factor === undefined || Number(match[1]) === 0)
    throw new UsageError(
      `${flag} takes a size such as 512MiB or 1.5G, not ${JSON.stringify(text)}`,
      `${flag} 需要形如 512MiB 或 1.5G 的大小，而不是 ${JSON.stringify(text)}`,
    );
  return Math.round(Number(match[1]) * factor);
}

const DURATION: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  "": 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** "60s", "5m", "1h30m", "90". Milliseconds. */
export function parseDuration(text: string, flag: string): number {
  const parts = [...text.trim().matchAll(/(\d+(?:\.\d+)?)(ms|min|s|m|h|d|$)/gy)];
  const matched = parts.reduce((n, p) => n + p[0].length, 0);
  if (parts.length === 0 || matched !== text.trim().length)
    throw new UsageError(
      `${flag} takes a duration such as 60s or 5m, not ${JSON.stringify(text)}`,
      `${flag} 需要形如 60s 或 5m 的时长，而不是 ${JSON.stringify(text)}`,
    );
  return parts.reduce((ms, p) => ms + Number(p[1]) * (DURATION[p[2] ?? ""] ?? 1000), 0);
}

/** "1.2s..1.25s": ns from the beginning. */
export function parseStretch(
  text: string,
  flag: string,
): { readonly fromNs: number; readonly untilNs: number } {
  const [from, until, ...more] = text.split("..");
  if (from === undefined || until === undefined || more.length > 0)
    throw new UsageError(
      `${flag} takes a stretch such as 1.2s..1.25s, not ${JSON.stringify(text)}`,
      `${flag} 需要形如 1.2s..1.25s 的时段，而不是 ${JSON.stringify(text)}`,
    );
  const fromNs = parseDuration(from, flag) * 1e6;
  const untilNs = parseDuration(until, flag) * 1e6;
  if (!(untilNs > fromNs))
    throw new UsageError(`${flag} ${text} ends before it begins`, `${flag} ${text} 的结束早于开始`);
  return { fromNs, untilNs };
}

export function parseCount(text: string, flag: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0)
    throw new UsageError(
      `${flag} takes a whole number above 0, not ${JSON.stringify(text)}`,
      `${flag} 需要大于 0 的整数，而不是 ${JSON.stringify(text)}`,
    );
  return Number(text);
}

/** "Name: value". */
export function parseHeader(text: string): [string, string] {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*(.*)$/.exec(text);
  if (match?.[1] === undefined || match[2] === undefined)
    throw new UsageError('--header takes "Name: value"', '--header 的形式是 "Name: value"');
  return [match[1], match[2]];
}

/** An address of a service rather than a path: a scheme, `:6060`, `host:6060`. */
export function looksLikeAddress(target: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(target)) return true;
  return /^(\[[0-9a-f:]+\]|[a-z0-9._-]*):\d{1,5}(\/.*)?$/i.test(target);
}
