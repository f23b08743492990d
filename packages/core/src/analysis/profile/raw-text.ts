// A profile as `go tool pprof -raw` prints it: everything that is in it, in the order in which it is.
// Authority: google/pprof profile/profile.go String (2026-07) and Go's fmt and time, whose widths and
// words are part of the layout. Ids are positions in the table plus one; the tool prints those of a
// merged profile, which are positions too.
//
// Where it can differ from the tool: an int64 above 2^53 is printed as it was rounded, an address too
// where the table does not hold it exactly, and a text that is not UTF-8 with replacement characters.

import type { ProfileTable } from "../../model/tables/profile.ts";

/** The place's time zone at a moment; Unix seconds in. */
export type ZoneAt = (seconds: number) => {
  readonly offsetSeconds: number;
  readonly name: string;
};

export interface RawTextOptions {
  /** The tool prints local time; without this it is UTC. */
  readonly zone?: ZoneAt;
}

const UTC: ZoneAt = () => ({ offsetSeconds: 0, name: "UTC" });
const TWO_64 = 2 ** 64;
/** Characters put together before they are handed over: a large profile exceeds any string. */
const CHUNK = 1 << 16;

/** The text in pieces of about 64 KiB. O(rows × depth). */
export function* rawText(table: ProfileTable, options: RawTextOptions = {}): Generator<string> {
  let chunk = "";
  for (const line of linesOf(table, options)) {
    chunk += `${line}\n`;
    if (chunk.length >= CHUNK) {
      yield chunk;
      chunk = "";
    }
  }
  if (chunk !== "") yield chunk;
}

function* linesOf(table: ProfileTable, options: RawTextOptions): Generator<string> {
  for (const comment of table.comments) yield `Comment: ${comment}`;
  if (table.docUrl !== undefined) yield `Doc: ${table.docUrl}`;
  yield `PeriodType: ${table.periodType?.type ?? ""} ${table.periodType?.unit ?? ""}`;
  yield `Period: ${table.period ?? 0}`;
  const nanos = nanosOf(table);
  if (nanos !== 0n) yield `Time: ${goTime(nanos, options.zone ?? UTC)}`;
  if (table.durationNs !== undefined && table.durationNs !== 0) {
    yield `Duration: ${Array.from(goDuration(table.durationNs)).slice(0, 4).join("")}`;
  }
  yield "Samples:";
  const stated = table.statedDefaultType ?? "";
  yield table.sampleTypes
    .map(({ type, unit }) => `${type}/${unit}${type === stated ? "[dflt]" : ""} `)
    .join("")
    .trim();
  yield* samples(table);
  yield "Locations";
  yield* locations(table);
  yield "Mappings";
  yield* mappings(table);
}

function nanosOf(table: ProfileTable): bigint {
  if (table.timeNanos !== undefined) return table.timeNanos;
  if (table.timeMs === undefined) return 0n;
  const whole = Math.floor(table.timeMs);
  return BigInt(whole) * 1_000_000n + BigInt(Math.round((table.timeMs - whole) * 1e6));
}

function* samples(table: ProfileTable): Generator<string> {
  const { stacks, rowStack, values, labels } = table;
  for (let row = 0; row < table.rows; row++) {
    let line = "";
    for (const column of values) line += ` ${String(column[row]).padStart(10)}`;
    line += ": ";
    const stack = rowStack[row];
    for (let i = stacks.start[stack]; i < stacks.start[stack + 1]; i++) {
      line += `${stacks.location[i] + 1} `;
    }
    yield line;
    if (labels.start[row] < labels.start[row + 1]) yield* labelLines(table, row);
  }
}

const LABEL_HEADER = "                ";

/** One line for texts, one for numbers; keys sorted, values of one key in their order. */
function* labelLines(table: ProfileTable, row: number): Generator<string> {
  const { labels, strings } = table;
  const texts = new Map<string, string[]>();
  const numbers = new Map<string, { values: number[]; units: string[]; hasUnit: boolean }>();
  for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
    const key = strings.get(labels.key[i]);
    const num = labels.num[i];
    if (labels.str[i] !== 0) {
      const list = texts.get(key);
      if (list === undefined) texts.set(key, [strings.get(labels.str[i])]);
      else list.push(strings.get(labels.str[i]));
    } else if (labels.unit[i] !== 0 || (!Number.isNaN(num) && num !== 0)) {
      // A 0 without a unit is what proto3 leaves out, and the tool takes it for nothing.
      const unit = strings.get(labels.unit[i]);
      const entry = numbers.get(key) ?? { values: [], units: [], hasUnit: false };
      entry.values.push(Number.isNaN(num) ? 0 : num);
      entry.units.push(unit);
      entry.hasUnit ||= labels.unit[i] !== 0;
      numbers.set(key, entry);
    }
  }
  if (texts.size > 0) {
    const parts = Array.from(texts, ([key, list]) => `${key}:[${list.join(" ")}]`);
    yield LABEL_HEADER + parts.sort(byCodePoint).join(" ");
  }
  if (numbers.size > 0) {
    const parts = Array.from(numbers, ([key, { values, units, hasUnit }]) => {
      const shown = values.map((value, i) => (hasUnit ? `${value} ${units[i]}` : String(value)));
      return `${key}:[${shown.join(" ")}]`;
    });
    yield LABEL_HEADER + parts.sort(byCodePoint).join(" ");
  }
}

/** Go compares bytes, whose order in UTF-8 is that of code points; JavaScript compares UTF-16. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) {
      return (a.codePointAt(i) ?? 0) - (b.codePointAt(i) ?? 0);
    }
  }
  return a.length - b.length;
}

function* locations(table: ProfileTable): Generator<string> {
  const { functions, strings } = table;
  const { length, address, bigAddress, mapping, lineStart, isFolded, ...lines } = table.locations;
  for (let at = 0; at < length; at++) {
    const exact = bigAddress?.get(at)?.toString(16) ?? hex(address[at]);
    let head = `${String(at + 1).padStart(6)}: 0x${exact} `;
    if (mapping[at] >= 0) head += `M=${mapping[at] + 1} `;
    if (isFolded?.[at] === 1) head += "[F] ";
    if (lineStart[at] === lineStart[at + 1]) yield head;
    for (let i = lineStart[at]; i < lineStart[at + 1]; i++) {
      const fn = lines.lineFunction[i];
      const name = strings.get(functions.name[fn]);
      const file = strings.get(functions.file[fn]);
      const column = lines.lineColumn?.[i] ?? 0;
      const place = `${file}:${lines.lineNumber[i]}:${column} s=${functions.startLine[fn]}`;
      const system = strings.get(functions.systemName[fn]);
      yield `${head}${name} ${place}${system === name ? "" : `(${system})`}`;
      head = "             ";
    }
  }
}

function* mappings(table: ProfileTable): Generator<string> {
  const { length, start, limit, offset, file, buildId, flags } = table.mappings;
  for (let at = 0; at < length; at++) {
    const bits = flags?.[at] ?? 0;
    const words = ["[FN]", "[FL]", "[LN]", "[IN]"].filter((_, bit) => (bits >> bit) & 1).join("");
    const range = `0x${hex(start[at])}/0x${hex(limit[at])}/0x${hex(offset[at])}`;
    const names = `${table.strings.get(file[at])} ${table.strings.get(buildId[at])}`;
    yield `${at + 1}: ${range} ${names} ${words}`;
  }
}

/** A uint64 that is held as a double: 2^64 − 1 was rounded up to 2^64. */
function hex(value: number): string {
  if (value >= TWO_64) return "ffffffffffffffff";
  return Number.isSafeInteger(value) ? value.toString(16) : BigInt(value).toString(16);
}

/** As time.Duration prints: `1h40m19.923s`, `1.5ms`, `12ns`. */
export function goDuration(ns: number): string {
  if (ns === 0) return "0s";
  const sign = ns < 0 ? "-" : "";
  const whole = BigInt(Math.abs(ns));
  const fraction = (value: bigint, digits: number): string => {
    const unit = 10n ** BigInt(digits);
    const rest = (value % unit).toString().padStart(digits, "0").replace(/0+$/, "");
    return rest === "" ? `${value / unit}` : `${value / unit}.${rest}`;
  };
  if (whole < 1000n) return `${sign}${whole}ns`;
  if (whole < 1_000_000n) return `${sign}${fraction(whole, 3)}µs`;
  if (whole < 1_000_000_000n) return `${sign}${fraction(whole, 6)}ms`;
  const minute = 60_000_000_000n;
  const seconds = `${fraction(whole % minute, 9)}s`;
  const minutes = whole / minute;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return `${sign}${hours === 0n ? "" : `${hours}h`}${minutes % 60n}m${seconds}`;
}

/** As time.Time prints: `2024-05-06 07:08:09.123 +0200 CEST`. */
export function goTime(nanos: bigint, zone: ZoneAt): string {
  const billion = 1_000_000_000n;
  const rest = ((nanos % billion) + billion) % billion;
  const seconds = Number((nanos - rest) / billion);
  const { offsetSeconds, name } = zone(seconds);
  const date = new Date((seconds + offsetSeconds) * 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  const digits = rest.toString().padStart(9, "0").replace(/0+$/, "");
  const minutes = Math.trunc(Math.abs(offsetSeconds) / 60);
  const sign = offsetSeconds < 0 ? "-" : "+";
  const offset = `${sign}${two(Math.trunc(minutes / 60))}${two(minutes % 60)}`;
  return `${day} ${clock}${digits === "" ? "" : `.${digits}`} ${offset} ${name}`;
}
