// Clock times as the page writes them: always UTC, always said so once.

import type { Lang } from "@heapwright/core/model/message.ts";

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const DAY_MS = 86_400_000;

const two = (n: number): string => String(n).padStart(2, "0");

/** "03:17", or "03:17:04". "" for what is no time. */
export function clock(ms: number, withSeconds = false): string {
  const d = new Date(ms);
  if (Number.isNaN(d.getTime())) return "";
  const minutes = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`;
  return withSeconds ? `${minutes}:${two(d.getUTCSeconds())}` : minutes;
}

/** "26 Nov 2026", "2026-11-26" in Chinese. */
export function date(ms: number, lang: Lang): string {
  const d = new Date(ms);
  if (Number.isNaN(d.getTime())) return "";
  if (lang === "zh")
    return `${d.getUTCFullYear()}-${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`;
  return `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()] ?? ""} ${d.getUTCFullYear()}`;
}

/** A tick of a time axis: the date from 2 days on, the clock below, seconds below 3 minutes. */
export function tick(ms: number, spanMs: number, lang: Lang): string {
  if (spanMs >= 2 * DAY_MS) {
    const d = new Date(ms);
    if (Number.isNaN(d.getTime())) return "";
    return lang === "zh"
      ? `${two(d.getUTCMonth() + 1)}-${two(d.getUTCDate())}`
      : `${d.getUTCDate()} ${MONTHS[d.getUTCMonth()] ?? ""}`;
  }
  return clock(ms, spanMs < 180_000);
}

/** Ticks where only time since the start of the process is known: "5 min", "1 h 30". */
export function sinceStart(ms: number): string {
  const sec = Math.round(ms / 1000);
  if (sec < 60) return `${sec}\u00a0s`;
  const min = Math.floor(sec / 60);
  if (min < 60) return sec % 60 === 0 ? `${min}\u00a0min` : `${min}:${two(sec % 60)}`;
  const hours = Math.floor(min / 60);
  return min % 60 === 0 ? `${hours}\u00a0h` : `${hours}\u00a0h\u00a0${two(min % 60)}`;
}

export const isSameDay = (a: number, b: number): boolean =>
  Math.floor(a / DAY_MS) === Math.floor(b / DAY_MS);
