// The gctrace line as an automaton over the tokens that the runtime writes one write(2) each.
//
// Authority: runtime/mgc.go gcMarkTermination (Go 1.5 to 1.27), the print statement under
// `if debug.gctrace > 0`; number formats from itoaDiv and fmtNSAsMS in the same file. The doc
// comment in runtime/extern.go differs in places; the code wins.
//
//   gc N @T s P%[ (checking for goroutine leaks)]: CLOCK ms clock, CPU ms cpu, A->B->C MB, G MB goal,
//   [S MB stacks, K MB globals, ]N P[ (forced)]
//
// CLOCK has 3 numbers (5 in Go 1.5), CPU 5 in the shape a+b/c/d+e (7 in Go 1.5). Unknown
// `, N MB word` fields before the processor count are skipped.
//
// Not supported: Go ≤ 1.4 (`gcN(M): a+b+c+d us, …`).

export const F_NUMBER = 0;
export const F_START_SEC = 1;
export const F_CPU_PERCENT = 2;
/** 3 to 5 numbers, ms. */
export const F_CLOCK = 3;
/** 5 to 7 numbers, ms. */
export const F_CPU = 8;
/** MiB, floored, as printed. */
export const F_HEAP_START = 15;
export const F_HEAP_END = 16;
export const F_MARKED = 17;
export const F_GOAL = 18;
export const F_STACKS = 19;
export const F_GLOBALS = 20;
export const F_PROCS = 21;
/** 1 = ended in "(forced)". */
export const F_FORCED = 22;
/** 1 = ran for the goroutine leak profile. */
export const F_LEAK_CHECK = 23;
export const FIELD_COUNT = 24;

// States are named after what they expect next.
const NUMBER = 1;
const AT = 2;
const START_SEC = 3;
const SECONDS = 4;
const CPU_PERCENT = 5;
const PERCENT = 6;
const COLON = 7;
const CLOCK = 8;
const CLOCK_SEPARATOR = 9;
const CPU = 10;
const CPU_SEPARATOR = 11;
const HEAP_START = 12;
const ARROW_1 = 13;
const HEAP_END = 14;
const ARROW_2 = 15;
const MARKED = 16;
const MB = 17;
const GOAL = 18;
const MB_GOAL = 19;
const EXTRA = 20;
const EXTRA_UNIT = 21;
/** Everything but the newline (and perhaps " (forced)") is there. */
const SUFFIX = 22;
const NEWLINE = 23;

export const HEAD = "gc ";
const LEAK_CHECK = " (checking for goroutine leaks)";
const FORCED = " (forced)";
const EXTRA_FIELD = / MB ([a-z][a-z ]{0,31}), /y;
const UNKNOWN_SUFFIX = / \((?!forced\))[a-z][a-z ]{0,63}\)$/y;

export interface Option {
  readonly value: number;
  /**
   * Foreign text behind the number if it has this value, first 32 characters. Undefined where the
   * foreign text stands in front of it, without a newline between.
   */
  readonly foreign: string | undefined;
}

/**
 * A number at the end of a piece. It may run into digits of foreign text; where it ends does not
 * change what comes next.
 */
export interface Choice {
  readonly field: number;
  readonly options: readonly Option[];
  /** The text from the number's first digit on, first 32 characters: the foreign line if none is it. */
  readonly from: string;
  /** There were more options than are kept: none can be chosen. */
  readonly isFull: boolean;
}

export interface Passed {
  /** Where the piece was taken to end. */
  readonly foreign: string | undefined;
  /** Where it could have ended before. */
  readonly from: string;
}

/** How far a line has been read and what it said so far. Treated as immutable. */
export interface Reading {
  readonly state: number;
  readonly clocks: number;
  readonly cpus: number;
  /** FIELD_COUNT numbers, NaN where not read or still to be chosen. */
  readonly values: readonly number[];
  readonly choices: readonly Choice[];
  /** Foreign text behind each piece that ends without a choice, first 32 characters. */
  readonly leaves: readonly string[];
  /** Pieces that went on past a place from which on the text may have been foreign as well. */
  readonly passed: readonly Passed[];
  /** Foreign text stands where a token may or may not be: a lost piece would not be missed. */
  readonly isOptionTorn: boolean;
  /** A number was read directly behind foreign text: where it begins, and whether it is one, is open. */
  readonly isDoubtful: boolean;
  /** A piece was found behind foreign text without a newline between: weaker evidence. */
  readonly isMidLine: boolean;
}

export const OPENED: Reading = {
  state: NUMBER,
  clocks: 0,
  cpus: 0,
  values: new Array<number>(FIELD_COUNT).fill(Number.NaN),
  choices: [],
  leaves: [],
  passed: [],
  isOptionTorn: false,
  isDoubtful: false,
  isMidLine: false,
};

export function isWhole(r: Reading): boolean {
  return r.state >= SUFFIX;
}

/** At a place where a token may or may not follow: "(checking …)" or "(forced)". */
export function isBeforeOption(r: Reading): boolean {
  return r.state === COLON || r.state === SUFFIX;
}

/** Number and start time were read: nothing but the runtime writes that. */
export function isSolid(r: Reading): boolean {
  return r.state > START_SEC;
}

function withState(r: Reading, state: number): Reading {
  return { ...r, state };
}

function withValue(r: Reading, field: number, value: number, state: number): Reading {
  const values = r.values.slice();
  values[field] = value;
  return { ...r, values, state };
}

export interface Step {
  readonly length: number;
  readonly next: Reading;
}

function literal(
  line: string,
  at: number,
  text: string,
  r: Reading,
  state: number,
): Step | undefined {
  return line.startsWith(text, at) ? { length: text.length, next: withState(r, state) } : undefined;
}

const CPU_SEPARATORS_3 = "+//+";
const CPU_SEPARATORS_5 = "+++//+";

/** Go 1.5 printed five phases and seven CPU times, every later version three and five. */
function cpuSeparators(r: Reading): string {
  return r.clocks === 5 ? CPU_SEPARATORS_5 : CPU_SEPARATORS_3;
}

export function stepLiteral(r: Reading, line: string, at: number): Step | undefined {
  switch (r.state) {
    case AT:
      return literal(line, at, " @", r, START_SEC);
    case SECONDS:
      return literal(line, at, "s ", r, CPU_PERCENT);
    case PERCENT:
      return literal(line, at, "%", r, COLON);
    case COLON:
      if (line.startsWith(LEAK_CHECK, at)) {
        return { length: LEAK_CHECK.length, next: withValue(r, F_LEAK_CHECK, 1, COLON) };
      }
      return literal(line, at, ": ", r, CLOCK);
    case CLOCK_SEPARATOR:
      if (r.clocks < 5 && line.startsWith("+", at)) return { length: 1, next: withState(r, CLOCK) };
      return r.clocks === 3 || r.clocks === 5
        ? literal(line, at, " ms clock, ", r, CPU)
        : undefined;
    case CPU_SEPARATOR: {
      const separators = cpuSeparators(r);
      const separator = separators[r.cpus - 1];
      return separator === undefined
        ? literal(line, at, " ms cpu, ", r, HEAP_START)
        : literal(line, at, separator, r, CPU);
    }
    case ARROW_1:
      return literal(line, at, "->", r, HEAP_END);
    case ARROW_2:
      return literal(line, at, "->", r, MARKED);
    case MB:
      return literal(line, at, " MB, ", r, GOAL);
    case MB_GOAL:
      return literal(line, at, " MB goal, ", r, EXTRA);
    case EXTRA_UNIT:
      return stepExtraUnit(r, line, at);
    case SUFFIX:
      return line.startsWith(FORCED, at)
        ? { length: FORCED.length, next: withValue(r, F_FORCED, 1, NEWLINE) }
        : undefined;
    default:
      return undefined;
  }
}

/** The number before was kept in F_PROCS; only its unit says what it was. */
function stepExtraUnit(r: Reading, line: string, at: number): Step | undefined {
  if (line.startsWith(" P", at)) return { length: 2, next: withValue(r, F_FORCED, 0, SUFFIX) };
  EXTRA_FIELD.lastIndex = at;
  const word = EXTRA_FIELD.exec(line);
  if (word === null) return undefined;
  const field = word[1] === "stacks" ? F_STACKS : word[1] === "globals" ? F_GLOBALS : undefined;
  const values = r.values.slice();
  if (field !== undefined) values[field] = values[F_PROCS] ?? Number.NaN;
  values[F_PROCS] = Number.NaN;
  const choices: Choice[] = [];
  for (const choice of r.choices) {
    if (choice.field !== F_PROCS) choices.push(choice);
    else if (field !== undefined) choices.push({ ...choice, field });
  }
  return { length: word[0].length, next: { ...r, values, choices, state: EXTRA } };
}

/** The field that a number fills in this state. */
export function fieldOf(r: Reading): number {
  switch (r.state) {
    case NUMBER:
      return F_NUMBER;
    case START_SEC:
      return F_START_SEC;
    case CPU_PERCENT:
      return F_CPU_PERCENT;
    case CLOCK:
      return F_CLOCK + r.clocks;
    case CPU:
      return F_CPU + r.cpus;
    case HEAP_START:
      return F_HEAP_START;
    case HEAP_END:
      return F_HEAP_END;
    case MARKED:
      return F_MARKED;
    case GOAL:
      return F_GOAL;
    default:
      return F_PROCS;
  }
}

// Every state that expects a number is followed by the one that expects what comes behind it.
export function afterNumber(r: Reading, value: number): Reading {
  const next = withValue(r, fieldOf(r), value, r.state + 1);
  if (r.state === CLOCK) return { ...next, clocks: r.clocks + 1 };
  return r.state === CPU ? { ...next, cpus: r.cpus + 1 } : next;
}

export function expectsNumber(state: number): boolean {
  switch (state) {
    case NUMBER:
    case START_SEC:
    case CPU_PERCENT:
    case CLOCK:
    case CPU:
    case HEAP_START:
    case HEAP_END:
    case MARKED:
    case GOAL:
    case EXTRA:
      return true;
    default:
      return false;
  }
}

export function isDigit(line: string, at: number): boolean {
  const c = line.charCodeAt(at);
  return c >= 48 && c <= 57;
}

// 20 digits hold any uint64; a longer run is not a number the runtime prints.
const INTEGER = /(?:0|[1-9]\d{0,19})/y;
const SECONDS_3 = /(?:0|[1-9]\d{0,11})\.\d{3}/y;
// fmtNSAsMS: whole ms from 10 ms on; below that two significant digits, at most three decimals.
const MILLISECONDS = /(?:[1-9]\.\d|0\.[1-9]\d|0\.0[1-9]\d|0\.00[1-9]|[1-9]\d{1,19}|0)/y;

function numberForm(state: number): RegExp {
  if (state === START_SEC) return SECONDS_3;
  return state === CLOCK || state === CPU ? MILLISECONDS : INTEGER;
}

export function longestNumber(state: number, line: string, at: number): number {
  const form = numberForm(state);
  form.lastIndex = at;
  const hit = form.exec(line);
  return hit === null ? 0 : hit[0].length;
}

const MS = "([1-9]\\.\\d|0\\.[1-9]\\d|0\\.0[1-9]\\d|0\\.00[1-9]|[1-9]\\d{1,19}|0)";
const INT = "(0|[1-9]\\d{0,19})";
// One undisturbed line of Go ≥ 1.6 without a leak check: what nearly every line of a log is. The same
// language as the automaton, ten times faster.
const PLAIN = new RegExp(
  `${INT} @((?:0|[1-9]\\d{0,11})\\.\\d{3})s ${INT}%: ${MS}\\+${MS}\\+${MS} ms clock, ` +
    `${MS}\\+${MS}/${MS}/${MS}\\+${MS} ms cpu, ${INT}->${INT}->${INT} MB, ${INT} MB goal, ` +
    `(?:${INT} MB stacks, ${INT} MB globals, )?${INT} P( \\(forced\\))?$`,
  "y",
);

/** A whole plain line behind "gc "; undefined for every other, which the automaton then reads. */
export function readPlain(line: string, at: number): Reading | undefined {
  PLAIN.lastIndex = at;
  const m = PLAIN.exec(line);
  if (m === null) return undefined;
  const n = (group: number): number => Number(m[group]);
  const values = [n(1), n(2), n(3), n(4), n(5), n(6), Number.NaN, Number.NaN];
  values.push(n(7), n(8), n(9), n(10), n(11), Number.NaN, Number.NaN, n(12), n(13), n(14), n(15));
  values.push(n(16), n(17), n(18), m[19] === undefined ? 0 : 1, Number.NaN);
  return { ...OPENED, state: NEWLINE, clocks: 3, cpus: 5, values };
}

/**
 * Reads as far as the line goes without anything foreign in between: the common case.
 * @returns where it stopped; a whole line stops at its end with `isLineEnd`.
 */
export function readRun(r: Reading, line: string, at: number): { reading: Reading; at: number } {
  let reading = r;
  let pos = at;
  for (;;) {
    if (expectsNumber(reading.state)) {
      const length = longestNumber(reading.state, line, pos);
      if (length === 0) return { reading, at: pos };
      reading = afterNumber(reading, Number(line.slice(pos, pos + length)));
      pos += length;
    } else {
      const step = stepLiteral(reading, line, pos);
      if (step === undefined) return { reading, at: pos };
      reading = step.next;
      pos += step.length;
    }
  }
}

/**
 * Whether the rest of the line may end a whole one: nothing, or a parenthesis of a later Go version.
 */
export function isLineEnd(r: Reading, line: string, at: number): boolean {
  if (r.state < SUFFIX) return false;
  if (at === line.length) return true;
  UNKNOWN_SUFFIX.lastIndex = at;
  return UNKNOWN_SUFFIX.test(line);
}

/** The text that must follow in this state, for finding a piece behind foreign text; "" if many. */
export function anchorOf(r: Reading): string {
  switch (r.state) {
    case AT:
    case NUMBER:
      return " @";
    case START_SEC:
    case SECONDS:
      return "s ";
    case CPU_PERCENT:
    case PERCENT:
      return "%";
    case COLON:
      return ": ";
    case CLOCK:
    case CLOCK_SEPARATOR:
      return " ms clock, ";
    case CPU:
    case CPU_SEPARATOR:
      return " ms cpu, ";
    case HEAP_START:
    case ARROW_1:
    case HEAP_END:
    case ARROW_2:
      return "->";
    case MARKED:
    case MB:
      return " MB, ";
    case GOAL:
    case MB_GOAL:
      return " MB goal, ";
    case EXTRA:
    case EXTRA_UNIT:
      return " P";
    default:
      return "";
  }
}
