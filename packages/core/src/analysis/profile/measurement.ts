// Units of values: what they are called, how they convert, how a value is printed.
// Authority: google/pprof internal/measurement/measurement.go (2026-07). Memory is 1024-based and
// still printed kB, MB, GB; that is the tool's habit, and its text is what this has to match.

import type { ValueType } from "../../model/tables/profile.ts";
import { fixed2, general2 } from "./go-format.ts";

interface Unit {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly factor: number;
}

interface UnitFamily {
  readonly units: readonly Unit[];
  readonly fallback: Unit;
}

function unit(name: string, aliases: string, factor: number): Unit {
  return { name, aliases: aliases === "" ? [] : aliases.split(" "), factor };
}

const FAMILIES: readonly UnitFamily[] = [
  {
    units: [
      unit("B", "b byte", 1),
      unit("kB", "kb kbyte kilobyte", 1024),
      unit("MB", "mb mbyte megabyte", 1024 ** 2),
      unit("GB", "gb gbyte gigabyte", 1024 ** 3),
      unit("TB", "tb tbyte terabyte", 1024 ** 4),
      unit("PB", "pb pbyte petabyte", 1024 ** 5),
    ],
    fallback: unit("B", "b byte", 1),
  },
  {
    units: [
      unit("ns", "ns nanosecond", 1),
      unit("us", "μs us microsecond", 1e3),
      unit("ms", "ms millisecond", 1e6),
      unit("s", "s sec second", 1e9),
      unit("hrs", "hour hr", 3600e9),
    ],
    fallback: unit("s", "", 1e9),
  },
  {
    units: [
      unit("n*GCU", "nanogcu", 1e-9),
      unit("u*GCU", "microgcu", 1e-6),
      unit("m*GCU", "milligcu", 1e-3),
      unit("GCU", "gcu", 1),
      unit("k*GCU", "kilogcu", 1e3),
      unit("M*GCU", "megagcu", 1e6),
      unit("G*GCU", "gigagcu", 1e9),
      unit("T*GCU", "teragcu", 1e12),
      unit("P*GCU", "petagcu", 1e15),
    ],
    fallback: unit("GCU", "", 1),
  },
];

function sniff(family: UnitFamily, text: string): Unit | undefined {
  let alias = text.toLowerCase();
  // Length in bytes, as there; only "μs" has more bytes than characters and it is three of them.
  const bytes = alias.includes("μ") ? alias.length + 1 : alias.length;
  if (bytes > 2 && alias.endsWith("s")) alias = alias.slice(0, -1);
  return family.units.find(({ aliases }) => aliases.includes(alias));
}

/** Names of the units that values in `from` can be shown in; empty where there is no other. */
export function unitsFor(from: string): string[] {
  const family = FAMILIES.find((each) => sniff(each, from) !== undefined);
  return family === undefined ? [] : family.units.map(({ name }) => name);
}

/** Whether a value in `from` can be said in `to`: `scale` itself takes any word for a unit. */
export function convertsTo(from: string, to: string): boolean {
  if (to === "minimum" || to === "auto") return true;
  return FAMILIES.some(
    (family) => sniff(family, from) !== undefined && sniff(family, to) !== undefined,
  );
}

function autoScale(family: UnitFamily, value: number): { value: number; unit: string } | undefined {
  let factor = 0;
  let name = "";
  for (const each of family.units) {
    if (each.factor >= factor && value / each.factor >= 1) {
      factor = each.factor;
      name = each.name;
    }
  }
  return factor === 0 ? undefined : { value: value / factor, unit: name };
}

export interface Scaled {
  readonly value: number;
  /** "" where the unit is of no interest. */
  readonly unit: string;
}

const DULL = new Set(["count", "sample", "unit", "minimum", "auto"]);

export function scale(value: number, from: string, to: string): Scaled {
  if (value < 0) {
    const positive = scale(-value, from, to);
    return { value: -positive.value, unit: positive.unit };
  }
  for (const family of FAMILIES) {
    const source = sniff(family, from);
    if (source === undefined) continue;
    const base = value * source.factor;
    const { fallback } = family;
    if (to === "minimum" || to === "auto") {
      return autoScale(family, base) ?? { value: base / fallback.factor, unit: fallback.name };
    }
    const target = sniff(family, to) ?? fallback;
    return { value: base / target.factor, unit: target.name };
  }
  return { value, unit: DULL.has(to) ? "" : to };
}

export function scaledLabel(value: number, from: string, to: string): string {
  return scaledText(scale(value, from, to));
}

/**
 * `scaledLabel` for many values: two given units are looked up once, at a microsecond each, and only those
 * that depend on the value every time.
 */
export function labelsIn(from: string, to: string): (value: number) => string {
  const source = FAMILIES.map((family) => ({ family, unit: sniff(family, from) })).find(
    ({ unit }) => unit !== undefined,
  );
  if (source?.unit === undefined || to === "minimum" || to === "auto") {
    return (value) => scaledLabel(value, from, to);
  }
  const { factor } = source.unit;
  const target = sniff(source.family, to) ?? source.family.fallback;
  return (value) => scaledText({ value: (value * factor) / target.factor, unit: target.name });
}

function scaledText({ value: scaled, unit: name }: Scaled): string {
  let text = fixed2(scaled);
  if (text.endsWith(".00")) text = text.slice(0, -3);
  return text === "0" || text === "-0" ? "0" : text + name;
}

export function label(value: number, from: string): string {
  return scaledLabel(value, from, "auto");
}

/** Always the absolute value, at least five wide and the sign. */
export function percentage(value: number, total: number): string {
  const ratio = total === 0 ? 0 : Math.abs(value / total) * 100;
  if (ratio >= 99.95 && ratio <= 100.05) return "  100%";
  if (ratio >= 1) return `${fixed2(ratio).padStart(5)}%`;
  return `${general2(ratio).padStart(5)}%`;
}

function withoutPlural(text: string): string {
  return text.endsWith("s") ? text.slice(0, -1) : text;
}

export function areCompatible(a: ValueType, b: ValueType): boolean {
  if (withoutPlural(a.type) !== withoutPlural(b.type)) return false;
  if (a.unit === b.unit) return true;
  return FAMILIES.some(
    (family) => sniff(family, a.unit) !== undefined && sniff(family, b.unit) !== undefined,
  );
}

/** The finest of compatible types; undefined for fewer than two. */
export function commonValueType(types: readonly ValueType[]): ValueType | undefined {
  let [finest] = types;
  if (finest === undefined || types.length < 2) return undefined;
  for (const type of types.slice(1)) {
    if (!areCompatible(finest, type)) {
      throw new RangeError(
        `incompatible types: {${finest.type} ${finest.unit} 0 0} {${type.type} ${type.unit} 0 0}`,
      );
    }
    if (scale(1, type.unit, finest.unit).value < 1) finest = type;
  }
  return finest;
}
