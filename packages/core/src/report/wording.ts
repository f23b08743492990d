// Numbers and names as words, in English and Simplified Chinese. A value takes the unit in which it
// lies between 1 and 1 000; three significant digits; an interval shares its value's unit.

import type { Lang, Wording } from "../model/message.ts";
import type { Quantity } from "../model/quantity.ts";

interface Scale {
  readonly name: string;
  readonly size: number;
}

const BYTES: readonly Scale[] = [
  { name: "B", size: 1 },
  { name: "KiB", size: 1024 },
  { name: "MiB", size: 1024 ** 2 },
  { name: "GiB", size: 1024 ** 3 },
  { name: "TiB", size: 1024 ** 4 },
];

const TIME: Readonly<Record<Lang, readonly Scale[]>> = {
  en: [
    { name: "ms", size: 0.001 },
    { name: "s", size: 1 },
    { name: "min", size: 60 },
    { name: "h", size: 3600 },
    { name: "d", size: 86_400 },
  ],
  zh: [
    { name: "毫秒", size: 0.001 },
    { name: "秒", size: 1 },
    { name: "分钟", size: 60 },
    { name: "小时", size: 3600 },
    { name: "天", size: 86_400 },
  ],
};

/** Rates slow down through s, min, h, day until the number reaches 1. */
const PER: Readonly<Record<Lang, readonly Scale[]>> = {
  en: [
    { name: "/s", size: 1 },
    { name: "/min", size: 60 },
    { name: "/h", size: 3600 },
    { name: "/day", size: 86_400 },
  ],
  zh: [
    { name: "/秒", size: 1 },
    { name: "/分钟", size: 60 },
    { name: "/小时", size: 3600 },
    { name: "/天", size: 86_400 },
  ],
};

/** U+00A0 keeps a number and its unit together on the page; plain spaces in text (report/text.ts). */
const SPACE = " ";

/** Three significant digits without exponent; whole numbers from 100 on, thousands grouped by a space. */
export function digits(x: number): string {
  if (!Number.isFinite(x)) return x > 0 ? "∞" : x < 0 ? "−∞" : "?";
  const a = Math.abs(x);
  const sign = x < 0 && a >= 5e-3 ? "−" : "";
  if (a === 0) return "0";
  if (a >= 99.95) return sign + group(Math.round(a));
  if (a >= 9.995) return sign + trim(a.toFixed(1));
  if (a >= 0.995) return sign + trim(a.toFixed(2));
  return sign + trim(a.toFixed(2));
}

function trim(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

function group(n: number): string {
  return String(n).replace(/\B(?=(\d{3})+$)/g, SPACE);
}

function pick(scales: readonly Scale[], x: number): Scale {
  let best = scales[0] ?? { name: "", size: 1 };
  for (const s of scales) if (Math.abs(x) >= s.size * 0.9995) best = s;
  return best;
}

interface Form {
  readonly scale: (x: number) => number;
  readonly unit: string;
}

function formOf(
  q: {
    readonly value: number;
    readonly lo: number;
    readonly hi: number;
    readonly unit: Quantity["unit"];
  },
  lang: Lang,
): Form {
  // Zero inside an interval: the unit of the larger end. A value that is lost inside its interval takes
  // the unit of the interval too: "−25 MiB/h [−53 613, 53 562]" is −0.01 MiB/s [−14.9, 14.9].
  const widest = Math.max(Math.abs(q.lo), Math.abs(q.hi));
  const isLost = q.lo < 0 && q.hi > 0 && Number.isFinite(widest) && Math.abs(q.value) < widest / 50;
  const reference = isLost
    ? widest
    : q.value !== 0
      ? q.value
      : Number.isFinite(q.hi) && q.hi !== 0
        ? q.hi
        : Number.isFinite(q.lo)
          ? q.lo
          : 0;
  switch (q.unit) {
    case "bytes": {
      const s = pick(BYTES, reference);
      return { scale: (x) => x / s.size, unit: `${SPACE}${s.name}` };
    }
    case "bytes/s": {
      const b = pick(BYTES, reference);
      if (Math.abs(reference) >= 0.9995 * 1024) {
        // Large enough for KiB/s or more: the number is ≥ 1 there already, unless below MiB where a
        // slower clock reads better for growth.
        const mib = 1024 ** 2;
        if (Math.abs(reference) < mib * 0.9995) {
          const per = PER[lang].find((p) => Math.abs(reference) * p.size >= mib) ?? PER[lang][0];
          if (per !== undefined && per.size <= 86_400 && per.size > 1)
            return { scale: (x) => (x * per.size) / mib, unit: `${SPACE}MiB${per.name}` };
        }
        return { scale: (x) => x / b.size, unit: `${SPACE}${b.name}${PER[lang][0]?.name ?? "/s"}` };
      }
      const per =
        PER[lang].find((p) => Math.abs(reference) * p.size >= 1024 ** 2) ??
        PER[lang].find((p) => Math.abs(reference) * p.size >= 1024) ??
        PER[lang][PER[lang].length - 1];
      const size = per?.size ?? 1;
      const s = pick(BYTES, reference * size);
      return { scale: (x) => (x * size) / s.size, unit: `${SPACE}${s.name}${per?.name ?? "/s"}` };
    }
    case "bytes/request": {
      const s = pick(BYTES, reference);
      return {
        scale: (x) => x / s.size,
        unit: `${SPACE}${s.name}${lang === "zh" ? "/请求" : "/request"}`,
      };
    }
    case "1/s": {
      const per = PER[lang].find((p) => Math.abs(reference) * p.size >= 1) ?? PER[lang][0];
      const size = per?.size ?? 1;
      return { scale: (x) => x * size, unit: per?.name ?? "/s" };
    }
    case "ns": {
      const s = pick(TIME[lang], reference / 1e9);
      return { scale: (x) => x / 1e9 / s.size, unit: `${SPACE}${s.name}` };
    }
    case "s": {
      const s = pick(TIME[lang], reference);
      return { scale: (x) => x / s.size, unit: `${SPACE}${s.name}` };
    }
    case "fraction":
      return { scale: (x) => x * 100, unit: `${SPACE}%` };
    case "cores":
      // Two decimals of a core would be 0: the unit that Kubernetes writes as m.
      if (Math.abs(reference) < 0.00995 && reference !== 0)
        return {
          scale: (x) => x * 1000,
          unit: lang === "zh" ? `${SPACE}毫核` : `${SPACE}millicores`,
        };
      return { scale: (x) => x, unit: lang === "zh" ? `${SPACE}核` : `${SPACE}cores` };
    case "count":
      return { scale: (x) => x, unit: "" };
  }
}

export function wordingOf(lang: Lang): Wording {
  const duration = (seconds: number): string => {
    if (Number.isNaN(seconds)) return lang === "zh" ? "未知时长" : "an unknown time";
    if (!Number.isFinite(seconds)) return "∞";
    const names = TIME[lang];
    const unit = (i: number) => names[i]?.name ?? "";
    const s = Math.abs(seconds);
    const gap = lang === "zh" ? "" : SPACE;
    if (s < 1) return `${digits(s * 1000)}${gap}${unit(0)}`;
    if (s < 100) return `${digits(s)}${gap}${unit(1)}`;
    if (s < 3570) return `${digits(Math.round(s / 60))}${gap}${unit(2)}`;
    if (s < 86_400 * 2) {
      const h = Math.floor(s / 3600);
      const m = Math.round((s - h * 3600) / 60);
      return m === 0 || h >= 10
        ? `${digits(m >= 30 && h >= 10 ? h + 1 : h)}${gap}${unit(3)}`
        : m === 60
          ? `${h + 1}${gap}${unit(3)}`
          : `${h}${gap}${unit(3)}${SPACE}${m}${gap}${unit(2)}`;
    }
    const d = Math.floor(s / 86_400);
    const h = Math.round((s - d * 86_400) / 3600);
    return d >= 10 || h === 0
      ? `${digits(d)}${gap}${unit(4)}`
      : h === 24
        ? `${d + 1}${gap}${unit(4)}`
        : `${d}${gap}${unit(4)}${SPACE}${h}${gap}${unit(3)}`;
  };
  const value = (q: Quantity): string => {
    if (q.unit === "s") return duration(q.value);
    if (q.unit === "ns") return duration(q.value / 1e9);
    const f = formOf(q, lang);
    return `${digits(f.scale(q.value))}${f.unit}`;
  };
  const interval = (q: Quantity): string => {
    if (q.grade === "counted" || (q.lo === q.hi && q.lo === q.value)) return "";
    if (q.unit === "s") return ` [${duration(q.lo)}, ${duration(q.hi)}]`;
    const f = formOf(q, lang);
    return ` [${digits(f.scale(q.lo))}, ${digits(f.scale(q.hi))}]`;
  };
  return {
    lang,
    value: (q) => (q.grade === "bound" ? `≥ ${value(q)}` : value(q)),
    full: (q) => (q.grade === "bound" ? `≥ ${value(q)}` : `${value(q)}${interval(q)}`),
    interval,
    bytes: (n) =>
      value({
        value: n,
        lo: n,
        hi: n,
        unit: "bytes",
        grade: "counted",
        basis: "none",
        evidence: [],
      }),
    count: (n) => (Number.isInteger(n) ? (n < 0 ? "−" : "") + group(Math.abs(n)) : digits(n)),
    percent: (f) => `${digits(f * 100)}${SPACE}%`,
    duration,
    code: (name) => printable(name),
  };
}

/**
 * Symbols are text: control characters and bidirectional overrides are shown as escapes, so that a
 * hostile name cannot repaint a terminal or reorder a line. Source of the set: Unicode 15, UAX #9.
 */
export function printable(name: string): string {
  let out = "";
  for (const ch of name) {
    const c = ch.codePointAt(0) ?? 0;
    const isControl = c < 0x20 || (c >= 0x7f && c < 0xa0);
    const isBidi =
      (c >= 0x202a && c <= 0x202e) ||
      (c >= 0x2066 && c <= 0x2069) ||
      c === 0x200e ||
      c === 0x200f ||
      c === 0x061c;
    const isSeparator = c === 0x2028 || c === 0x2029 || c === 0xfeff;
    out += isControl || isBidi || isSeparator ? `\\u{${c.toString(16)}}` : ch;
  }
  return out;
}
