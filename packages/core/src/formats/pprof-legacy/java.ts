// Java's heapz and contentionz: attributes (`format = java`, `resolution = bytes`), rows of value and
// count, and behind them one line for each location: `0x0000003 com.example.F (Source.java:3)`.
//
// Authority: google/pprof profile/legacy_java_profile.go (2026-07). A function is told apart by its
// name alone, so its file is that of the first use, as there. Locations stay apart even where
// function and line are the same.

import { heapScale } from "../../goruntime/unsample.ts";
import { FormatError } from "../../model/errors.ts";
import type { ReadResult } from "../../model/format.ts";
import { addressPart, parseGoInteger } from "./lines.ts";
import type { LegacyLines } from "./lines.ts";
import { parseAddress, parseAddresses } from "./addresses.ts";
import { LegacyDraft } from "./draft.ts";

export type JavaKind = "heap" | "contention";

/** What the agent samples by; the text does not state it. */
const HEAP_RATE = 524288;
const LONGEST_NUMBERS = 160;

export function javaKindOf(header: string): JavaKind | undefined {
  if (header === "--- heapz 1 ---") return "heap";
  return header === "--- contentionz 1 ---" ? "contention" : undefined;
}

/** `lines` is at the header. */
export function readJava(lines: LegacyLines, kind: JavaKind): ReadResult {
  const draft = new LegacyDraft(kind === "heap" ? "heap" : "other");
  draft.stripsAddresses = true;
  lines.next();
  attributes(lines, kind, draft);
  rows(lines, kind, draft);
  // An agent without a sample writes nothing; a header alone was cut.
  if (draft.stacks.rows === 0) draft.cut(lines.number);
  readJavaLocations(lines, draft);
  if (!lines.isEnded) draft.log.add("pprof-legacy.unterminated", "warning");
  return draft.finish();
}

const ATTRIBUTE = /^([\w ]{1,200})=([\w ]+)/;

function attributes(lines: LegacyLines, kind: JavaKind, draft: LegacyDraft): void {
  do {
    const line = lines.trimmed;
    if (line === "") continue;
    const found = ATTRIBUTE.exec(line);
    if (found === null) return;
    const key = `${kind}/${(found[1] ?? "").trim()}`;
    const value = (found[2] ?? "").trim();
    const number = parseGoInteger(value);
    if (key === "heap/resolution") {
      draft.sampleTypes = [
        { type: "inuse_objects", unit: "count" },
        { type: "inuse_space", unit: value },
      ];
    } else if (key === "contention/resolution") {
      draft.sampleTypes = [
        { type: "contentions", unit: "count" },
        { type: "delay", unit: value },
      ];
    } else if (key === "contention/sampling period" && number !== undefined) {
      draft.periodType = { type: "contentions", unit: "count" };
      draft.period = number;
    } else if (key === "contention/ms since reset" && number !== undefined) {
      draft.durationNs = number * 1e6;
    } else if (key.endsWith("/format")) {
      if (value === "java") continue;
      throw new FormatError("pprof-legacy", { line: lines.number, expected: "java", found: value });
    } else {
      draft.log.add("pprof-legacy.attribute-malformed", "damage", {}, { line: lines.number });
    }
  } while (lines.next());
}

const NUMBERS = /^ *(\d+) +(\d+) +@ +/;

/** Rows up to the first other line that is not empty. */
function rows(lines: LegacyLines, kind: JavaKind, draft: LegacyDraft): void {
  const bytesKey = draft.strings.intern("bytes");
  do {
    const line = lines.trimmed;
    if (line === "") continue;
    const found = NUMBERS.exec(line.slice(0, LONGEST_NUMBERS));
    if (found === null) return;
    const addresses = parseAddresses(addressPart(line.slice(found[0].length)));
    // The count stands behind the value it counts.
    const count = parseGoInteger(found[2] ?? "");
    const value = parseGoInteger(found[1] ?? "");
    const isBad = addresses === undefined || count === undefined || value === undefined;
    if (isBad || (kind === "heap" && count === 0)) {
      draft.malformedRow(lines.number);
      continue;
    }
    for (const address of addresses) draft.stacks.add(address);
    if (kind === "heap") {
      const size = Math.trunc(value / count);
      if (size !== 0) draft.labels.add(bytesKey, 0, size, 0);
      const scale = heapScale(count, value, HEAP_RATE);
      draft.endRow(Math.trunc(count * scale), Math.trunc(value * scale));
    } else {
      const scale = draft.period === undefined || draft.period === 0 ? 1 : draft.period;
      draft.endRow(count * scale, value * scale);
    }
  } while (lines.next());
}

const LOCATION = /^0x([0-9A-Fa-f]{1,32})[\t\n\f\r ]+/;
const FILE_LINE = /:(-?\d{1,19})\)$/;

/** `lines` is at the first line that may be one; reads to the end. */
export function readJavaLocations(lines: LegacyLines, draft: LegacyDraft): void {
  const functions = new Map<string, { name: number; file: number }>();
  do {
    const line = lines.trimmed;
    const found = LOCATION.exec(line);
    const address = found === null ? undefined : parseAddress(found[1] ?? "");
    if (found === null || address === undefined) continue;
    const place = placeOf(line.slice(found[0].length));
    let fn = functions.get(place.name);
    if (fn === undefined) {
      fn = { name: draft.strings.intern(place.name), file: draft.strings.intern(place.file) };
      functions.set(place.name, fn);
    }
    draft.stacks.setLine(address, { ...fn, line: place.line });
  } while (lines.next());
  // The only sign of a list that was cut, and of rows that were: the list stands behind them.
  draft.unresolved(draft.stacks.withoutLine);
}

/** `function (file:line)`, `function (/path/library.so)`, `generated stub/JIT`, or a state like `GC`. */
function placeOf(text: string): { name: string; file: string; line: number } {
  if (text.endsWith(")")) {
    const suffix = FILE_LINE.exec(text);
    if (suffix !== null) {
      const open = lastOpening(text, suffix.index - 2);
      if (open >= 0) {
        const line = Number(suffix[1]);
        const file = text.slice(open + 1, suffix.index);
        return { name: text.slice(0, open - 1), file, line: line > 0 ? line : 0 };
      }
    }
    const open = lastOpening(text, text.length - 2);
    if (open >= 0) {
      return { name: text.slice(0, open - 1), file: baseName(text.slice(open + 1, -1)), line: 0 };
    }
  }
  const name = text.includes("generated stub/JIT") ? "STUB" : text;
  return { name, file: "", line: 0 };
}

/** The last "(" at or before `to` that follows white space. */
function lastOpening(text: string, to: number): number {
  for (let at = text.lastIndexOf("(", to); at > 0; at = text.lastIndexOf("(", at - 1)) {
    if (/[\t\n\f\r ]/.test(text[at - 1])) return at;
  }
  return -1;
}

/** As Go's filepath.Base. */
function baseName(path: string): string {
  if (path === "") return ".";
  const trimmed = path.replace(/(?<!\/)\/+$/, "");
  if (trimmed === "" || /^\/+$/.test(path)) return "/";
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}
