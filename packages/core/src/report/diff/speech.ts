// What pair and series say alike: amounts with their sign, lines with what is known of them, p values.

import {
  CLOSURE_NUMBER,
  INLINED_CLOSURE,
  PACKAGE_CLOSURE,
  RANGE_BODY,
  TYPE_ARGUMENTS,
} from "../../goruntime/function-names.ts";
import type { DiffSite, DiffUnit } from "../../analysis/diff/pair.ts";
import type { SourceLine } from "../../analysis/sites/site.ts";
import type { Interval } from "../../analysis/stats/interval.ts";
import { LEAST_P } from "../../analysis/stats/change-test.ts";
import type { Quantity } from "../../model/quantity.ts";
import type { Unit } from "../../model/units.ts";
import { shortFunction, shortLine } from "../../rules/naming.ts";
import { shorten } from "../columns.ts";
import type { Voice } from "../say.ts";
import { digits, printable } from "../wording.ts";

const UNITS: Readonly<Record<DiffUnit, Unit>> = {
  bytes: "bytes",
  count: "count",
  ns: "ns",
  cores: "cores",
};

/** Of a difference, or of a rate. */
export type SpokenUnit = DiffUnit | "bytes/s" | "1/s";

function unitOf(unit: SpokenUnit): Unit {
  return unit === "bytes/s" || unit === "1/s" ? unit : UNITS[unit];
}

export class Speech {
  readonly voice: Voice;

  constructor(voice: Voice) {
    this.voice = voice;
  }

  /** One of the two. */
  say(en: string, zh: string): string {
    return this.voice.lang === "zh" ? zh : en;
  }

  #quantity(i: Interval, unit: Unit, hasInterval: boolean): Quantity {
    return {
      ...i,
      unit,
      grade: hasInterval ? "estimated" : "counted",
      basis: "none",
      evidence: [],
    };
  }

  /** A change: with its sign, and its interval in the same unit. */
  signed(i: Interval, unit: SpokenUnit, hasInterval = true): string {
    const known = unitOf(unit);
    const q = this.#quantity(i, known, hasInterval);
    const { words } = this.voice;
    const sign = i.value > 0 ? "+" : "";
    const value = words.value(q);
    // Durations are told without their sign.
    const minus = known === "ns" && i.value < 0 ? "−" : "";
    return `${sign}${minus}${value}${words.interval(q)}`;
  }

  amount(value: number, unit: SpokenUnit): string {
    const known = unitOf(unit);
    return this.voice.words.value(this.#quantity({ value, lo: value, hi: value }, known, false));
  }

  /** "could have seen 6.4 MiB". */
  visible(value: number | undefined, unit: SpokenUnit): string {
    if (value === undefined)
      return this.say("what it could have seen is not known", "能看出多少不得而知");
    const amount = this.amount(value, unit);
    return this.say(`could have seen ${amount}`, `可看出 ${amount}`);
  }

  p(p: number): string {
    if (!Number.isFinite(p)) return "";
    if (p <= LEAST_P * 1.01) return "<1e-6";
    if (p < 0.001) return "<.001";
    return p >= 0.995 ? "1" : p.toFixed(p < 0.1 ? 3 : 2).replace(/^0/, "");
  }

  /** "= .031" or "< .001". */
  pIs(p: number): string {
    const text = this.p(p);
    return text.startsWith("<") ? `< ${text.slice(1)}` : `= ${text}`;
  }

  /** `session/store.go:88  (*Store).Add`. */
  line(at: SourceLine): string {
    const name = printable(shortFunction(at.function));
    const place = printable(shortLine(at));
    return at.file === "" ? place : `${place}  ${shorten(name, 60)}`;
  }

  /** A site with the service's own line above it and where it was before. */
  site(s: DiffSite): string {
    const parts = [this.line(s)];
    if (s.user !== undefined) {
      const user = printable(shortLine(s.user));
      parts.push(this.say(`from ${user}`, `来自 ${user}`));
    }
    return parts.join("  ");
  }

  /** Why two names are one, in the order of the toolchain's changes. */
  renamed(bits: number): string {
    const parts: string[] = [];
    if ((bits & TYPE_ARGUMENTS) !== 0) parts.push(this.say("type arguments", "类型参数"));
    if ((bits & PACKAGE_CLOSURE) !== 0) parts.push(this.say("package closures", "包级闭包"));
    if ((bits & INLINED_CLOSURE) !== 0) parts.push(this.say("inlined closures", "内联的闭包"));
    if ((bits & RANGE_BODY) !== 0) parts.push(this.say("loop bodies", "循环体"));
    if ((bits & CLOSURE_NUMBER) !== 0) parts.push(this.say("closure numbers", "闭包编号"));
    return parts.join(this.say(", ", "、"));
  }

  number(n: number): string {
    return Number.isInteger(n) ? this.voice.words.count(n) : digits(n);
  }
}

const BARS = "▁▂▃▄▅▆▇█";

/** A line of eight heights from 0 to the largest. Every value is drawn, up to `most`; then means of neighbours. */
export function sparkline(values: Float64Array, most = 24): string {
  const columns = Math.min(values.length, most);
  const means = Array.from({ length: columns }, (_, c) => {
    const from = Math.floor((c * values.length) / columns);
    const to = Math.max(from + 1, Math.floor(((c + 1) * values.length) / columns));
    let sum = 0;
    for (let i = from; i < to; i++) sum += values[i];
    return sum / (to - from);
  });
  const top = Math.max(...means);
  if (!(top > 0)) return BARS[0].repeat(columns);
  return means
    .map((v) => BARS[Math.max(0, Math.min(7, Math.ceil((v / top) * 8) - 1))] ?? "")
    .join("");
}
