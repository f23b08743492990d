// The ways to read a physical line that begins with a piece of an open gctrace line: which tokens are
// the runtime's and where the application's text begins.

import {
  afterNumber,
  anchorOf,
  expectsNumber,
  fieldOf,
  isBeforeOption,
  isDigit,
  isLineEnd,
  longestNumber,
  readRun,
  stepLiteral,
} from "./grammar.ts";
import type { Option, Reading, Step } from "./grammar.ts";

const MAX_OPTIONS = 48;

/** Two ways that differ only in the options of their choices, as one. */
export function mergeOptions(a: Reading, b: Reading): Reading {
  const choices = a.choices.map((choice, i) => {
    const options = choice.options.slice();
    let { isFull } = choice;
    for (const o of b.choices[i]?.options ?? []) {
      if (options.some((known) => known.value === o.value)) continue;
      if (options.length < MAX_OPTIONS) options.push(o);
      else isFull = true;
    }
    return { ...choice, options, isFull };
  });
  return { ...a, choices };
}

/** Ways with the same key differ only in options. */
export function wayKey(r: Reading): string {
  const fields = r.choices.map((c) => c.field).join(",");
  return `${r.state}|${r.isMidLine}|${r.isDoubtful}|${fields}|${r.values.join(",")}`;
}

/** A way to read one physical line: the pieces taken, then foreign text up to the newline. */
export interface Branch {
  readonly reading: Reading;
  readonly isFinished: boolean;
}

const FOREIGN_KEPT = 32;
// A single-character token can as well be the first character of a foreign line ("/v1/orders").
const SHORT_LITERAL = 2;

function leave(r: Reading, foreign: string, from?: string): Branch {
  const isOptionTorn = r.isOptionTorn || isBeforeOption(r);
  const passed = from === undefined ? r.passed : [...r.passed, { foreign, from }];
  const leaves = [...r.leaves, foreign];
  return { reading: { ...r, leaves, passed, isOptionTorn }, isFinished: false };
}

const MAX_LEAVES = 16;

/** The way for which the whole line is foreign. One leaf of a kind is enough. */
export function passOver(r: Reading, line: string): Reading {
  if (r.leaves.length >= MAX_LEAVES) return r;
  const kind = leafKind(line);
  if (r.leaves.some((leaf) => leafKind(leaf) === kind)) return r;
  return leave(r, line.slice(0, FOREIGN_KEPT)).reading;
}

function leafKind(text: string): string {
  return text.slice(0, 6).replace(/\d/g, "0");
}

/**
 * Every way to read `line` from `at` on as one or more tokens followed by foreign text. Nothing is
 * pushed when not one token fits. Ways differ where a number runs into digits of the foreign text.
 */
export function explore(
  start: Reading,
  line: string,
  at: number,
  out: Branch[],
  mayBeForeign: (text: string) => boolean,
): void {
  let r = start;
  let pos = at;
  let from: string | undefined;
  for (;;) {
    if (isLineEnd(r, line, pos)) {
      out.push({ reading: r, isFinished: true });
      return;
    }
    const rest = line.slice(pos, pos + FOREIGN_KEPT);
    if (expectsNumber(r.state)) {
      const whole = longestNumber(r.state, line, pos);
      const read = whole === 0 ? undefined : numberAt(r, line, pos, whole);
      if (read !== undefined && stepLiteral(read, line, pos + whole) !== undefined) {
        // "2026/11/26 …" behind "0.28+" or "0.28+47" reads like three CPU times.
        if (pos > at && mayBeForeign(rest)) {
          out.push(leave(r, rest, from));
          from ??= rest;
        }
        const ends = numberEnds(r, line, pos, whole, from, (length, foreign) => {
          return length < whole && mayBeForeign(foreign);
        });
        if (ends !== undefined) out.push(ends);
        r = read;
        pos += whole;
        continue;
      }
      const ends = whole === 0 ? undefined : numberEnds(r, line, pos, whole, from, () => true);
      if (ends !== undefined) out.push(ends);
      if (pos > at) out.push(leave(r, rest, from));
      return;
    }
    const step = stepLiteral(r, line, pos);
    if (step === undefined) {
      if (pos > at) out.push(leave(r, rest, from));
      return;
    }
    // A foreign line may begin like the token: "/v1/orders".
    const isShort = step.length <= SHORT_LITERAL && isLastToken(step, line, pos);
    if (pos > at && (isShort || mayBeForeign(rest))) {
      out.push(leave(r, rest, from));
      from ??= rest;
    }
    r = step.next;
    pos += step.length;
  }
}

function isLastToken(step: Step, line: string, at: number): boolean {
  const next = at + step.length;
  return expectsNumber(step.next.state) && longestNumber(step.next.state, line, next) === 0;
}

function numberAt(r: Reading, line: string, at: number, length: number): Reading {
  return afterNumber(r, Number(line.slice(at, at + length)));
}

/**
 * A number at the end of a piece. Foreign text may begin with digits, so every shorter number of the
 * right form is possible too; shapes.ts and the neighbouring cycles decide between them later.
 */
function numberEnds(
  r: Reading,
  line: string,
  at: number,
  whole: number,
  passed: string | undefined,
  allow: (length: number, foreign: string) => boolean,
): Branch | undefined {
  const digits = line.slice(at, at + whole);
  // Three decimals or fmtNSAsMS's two significant digits end a fraction by themselves.
  const shortest = digits.includes(".") ? whole : 1;
  const options: Option[] = [];
  for (let length = whole; length >= shortest; length--) {
    const end = at + length;
    const foreign = line.slice(end, end + FOREIGN_KEPT);
    if (longestNumber(r.state, digits.slice(0, length), 0) !== length) continue;
    if (allow(length, foreign)) options.push({ value: Number(digits.slice(0, length)), foreign });
  }
  if (options.length === 0) return undefined;
  const from = passed ?? line.slice(at, at + FOREIGN_KEPT);
  return { reading: withChoice(r, options, from), isFinished: false };
}

function withChoice(r: Reading, options: readonly Option[], from: string): Reading {
  const choices = [...r.choices, { field: fieldOf(r), options, from, isFull: false }];
  return { ...afterNumber(r, Number.NaN), choices };
}

// A piece found behind foreign text without a newline between must be longer than what such text
// has by chance.
const MID_LINE_LEAST = 8;
const MID_LINE_WINDOW = 96;

/**
 * Ways in which the line goes on behind a foreign text that has no newline of its own (an
 * application that prints dots, or a write longer than the pipe takes at once).
 */
export function resume(
  r: Reading,
  line: string,
  from: number,
  out: Branch[],
  mayBeForeign: (text: string) => boolean,
): void {
  const anchor = anchorOf(r);
  if (anchor === "") return;
  const anchorAt = line.indexOf(anchor, from);
  if (anchorAt < 0) return;
  const first = Math.max(from, anchorAt - MID_LINE_WINDOW);
  const midLine = { ...r, isMidLine: true };
  for (let at = first; at <= anchorAt; at++) {
    if (!expectsNumber(r.state)) {
      if (!isLongRun(midLine, line, at)) continue;
      explore(midLine, line, at, out, mayBeForeign);
      return;
    }
    if (!isNumeral(line, at) || isNumeral(line, at - 1)) continue;
    const behind = behindPartial(midLine, line, at);
    if (behind === undefined || !isLongRun(behind.reading, line, behind.at)) continue;
    explore(behind.reading, line, behind.at, out, mayBeForeign);
    return;
  }
}

function isLongRun(r: Reading, line: string, at: number): boolean {
  const run = readRun(r, line, at);
  return isLineEnd(run.reading, line, run.at) || run.at - at >= MID_LINE_LEAST;
}

function isNumeral(line: string, at: number): boolean {
  return isDigit(line, at) || line[at] === ".";
}

/** Digits of the foreign text may run into the number: it may begin at any of them. */
function behindPartial(
  r: Reading,
  line: string,
  at: number,
): { reading: Reading; at: number } | undefined {
  let end = at;
  while (isNumeral(line, end)) end++;
  const options: Option[] = [];
  for (let begin = at; begin < end; begin++) {
    if (longestNumber(r.state, line, begin) !== end - begin) continue;
    options.push({ value: Number(line.slice(begin, end)), foreign: undefined });
  }
  if (options.length === 0) return undefined;
  return { reading: { ...withChoice(r, options, ""), isDoubtful: true }, at: end };
}
