// Puts gctrace lines together from the pieces between which an application's own output stands.
//
// Why pieces: print writes every operand with a write(2) of its own, and printlock keeps out only
// other prints of the runtime (runtime/print.go gwrite, Go 1.5 to 1.27). So whole lines of the
// application, or parts of lines, stand between any two tokens.
//
// How: at most a few gctrace lines are open at a time. For an open line all ways to read what came so
// far are kept (ways.ts Branch); each further physical line either belongs wholly to the
// application or begins with the next token. The first physical line that ends an open one decides;
// when several ways end there and differ, all go on to the judge (cycles.ts), which uses the form of
// the application's lines, the cycle number and the CPU products.
//
// How it can mislead: when log lines were lost between the pieces of two cycles, pieces of both can
// fit together. cycles.ts rejects a repaired line that is followed by a missing number.

import { HEAD, isLineEnd, isSolid, isWhole, OPENED, readPlain, readRun } from "./grammar.ts";
import type { Choice, Reading } from "./grammar.ts";
import { explore, mergeOptions, passOver, resume, wayKey } from "./ways.ts";
import type { Branch } from "./ways.ts";
import type { LineBeginnings } from "./shapes.ts";

/** A gctrace line, or what is left of one. */
export interface Assembled {
  /** The ways to read it; more than one when they could not be told apart here. Rarely. */
  readonly readings: readonly Reading[];
  readonly isTorn: boolean;
  /** The end never came. */
  readonly isCut: boolean;
  /** Pieces fitted more than one open line. */
  readonly isTainted: boolean;
  readonly wallMs: number;
  readonly line: number;
}

export interface AssemblerSink {
  cycle(found: Assembled): void;
  /** A complete line of the application or of another part of the runtime. */
  other(text: string): void;
  /** Gctrace lines of several processes are mixed in this stream, so several may be open at once. */
  isMixed(): boolean;
  /** The application writes lines in parts: gctrace stood behind text without a newline. */
  partialLine(): void;
  /** A " (forced)" that came after its line had been taken as ended by an empty line. */
  lateForced(): void;
}

interface OpenLine {
  readings: Reading[];
  isTainted: boolean;
  /** Physical lines since it was opened. */
  age: number;
  readonly wallMs: number;
  readonly line: number;
}

// Ways to read one line kept at most; a handful in practice, hostile text can make many.
const MANY_WAYS = 8;
const MAX_WAYS = 24;
const MAX_OPEN = 4;
// An application that logs at full speed put 60 lines between two tokens; a lost end must not make
// every later line be looked at twice.
const MAX_AGE = 20_000;
const MAX_RESUME_LENGTH = 8192;

const MID_LINE_HEAD = /gc [1-9]\d{0,9} @\d+\.\d{3}s \d+%/g;
const LATE_FORCED = " (forced)";

// Other prints of the runtime, whole or at least their beginning; printlock keeps each of them out of
// an open gctrace line of the same process. go-gc reference: mgcpacer.go, mgcscavenge.go, proc.go,
// mgcmark_greenteagc.go, mheap.go (scvg, Go ≤ 1.13).
const RUNTIME_LINE =
  /^(?:pacer: |scav \d|scvg\d*: |GC forced$|SCHED \d+ms: |scan: (?:total|class) |checkfinalizers: |init [\w./]+ @)/;

export class LineAssembler {
  readonly #sink: AssemblerSink;
  readonly #beginnings: LineBeginnings;
  /** The collector (journald) keeps no empty lines, and with them the newline of a torn line. */
  readonly #dropsEmptyLines: boolean;
  #open: OpenLine[] = [];

  constructor(sink: AssemblerSink, beginnings: LineBeginnings, dropsEmptyLines: boolean) {
    this.#sink = sink;
    this.#beginnings = beginnings;
    this.#dropsEmptyLines = dropsEmptyLines;
  }

  /** Takes one physical line without its newline. */
  line(text: string, wallMs: number, line: number): void {
    if (text.startsWith(HEAD)) {
      if (this.#head(text, 0, wallMs, line)) return;
    } else if (text.includes(HEAD)) {
      MID_LINE_HEAD.lastIndex = 0;
      const hit = MID_LINE_HEAD.exec(text);
      if (hit !== null) {
        this.#sink.partialLine();
        if (this.#head(text, hit.index, wallMs, line)) return;
      }
    }
    if (RUNTIME_LINE.test(text)) {
      this.#settle();
      this.#sink.other(text);
      return;
    }
    if (this.#open.length === 0) {
      if (text.startsWith(LATE_FORCED)) this.#sink.lateForced();
      else {
        this.#beginnings.learn(text);
        this.#sink.other(text);
      }
      return;
    }
    if (!this.#continue(text)) {
      this.#beginnings.learn(text);
      this.#sink.other(text);
    }
  }

  end(): void {
    for (const open of this.#open) this.#close(open);
    this.#open = [];
  }

  /** @returns whether the line began a gctrace line for certain or a continuation is excluded. */
  #head(text: string, at: number, wallMs: number, line: number): boolean {
    const plain = readPlain(text, at + HEAD.length);
    const run =
      plain === undefined
        ? readRun(OPENED, text, at + HEAD.length)
        : { reading: plain, at: text.length };
    if (isLineEnd(run.reading, text, run.at)) {
      this.#makeRoom();
      this.#sink.cycle({
        readings: [run.reading],
        isTorn: false,
        isCut: false,
        isTainted: false,
        wallMs,
        line,
      });
      return true;
    }
    const branches: Branch[] = [];
    explore(OPENED, text, at + HEAD.length, branches, this.#mayBeForeign);
    if (text.length <= MAX_RESUME_LENGTH) {
      for (const { reading } of branches.slice()) {
        resume(reading, text, run.at + 1, branches, this.#mayBeForeign);
      }
    }
    // The piece may be "gc " alone, everything behind it foreign.
    const alone = passOver(OPENED, text.slice(at + HEAD.length));
    branches.push({ reading: alone, isFinished: false });
    const opened: OpenLine = { readings: [], isTainted: false, age: 0, wallMs, line };
    const isSolidHead = isSolid(run.reading);
    if (isSolidHead) this.#makeRoom();
    // "gc percent set to 50" is a line of an application: an older open line stays open beside it.
    else this.#open = this.#open.filter((o) => o.readings.some(isSolid));
    this.#open.push(opened);
    this.#take(opened, branches);
    if (this.#open.length > MAX_OPEN) this.#dropOldest();
    return true;
  }

  /** Follows all ways to read a line of `open`; the ways that end it win. */
  #take(open: OpenLine, branches: readonly Branch[]): void {
    const ended = branches.filter((b) => b.isFinished).map((b) => b.reading);
    if (ended.length === 0) {
      open.readings = this.#unique([...open.readings, ...branches.map((b) => b.reading)], open);
      if (!open.readings.some(isSolid) || this.#sink.isMixed()) return;
    }
    // Only one line is open at a time in one process: an older one was cut.
    if (!this.#sink.isMixed()) {
      const older = this.#open.filter((o) => o.line < open.line);
      this.#open = this.#open.filter((o) => o.line >= open.line);
      for (const o of older) this.#close(o);
    }
    if (ended.length === 0) return;
    const direct = ended.filter((r) => !r.isMidLine);
    if (direct.length === 0) this.#sink.partialLine();
    this.#open = this.#open.filter((o) => o !== open);
    this.#sink.cycle({
      readings: this.#unique(direct.length > 0 ? direct : ended, open),
      isTorn: true,
      isCut: false,
      isTainted: open.isTainted,
      wallMs: open.wallMs,
      line: open.line,
    });
  }

  /** Lines that only wait for their newline are whole: the runtime printed something else since. */
  #settle(): void {
    const whole = this.#open.filter((o) => o.readings.some(isWhole));
    this.#open = this.#open.filter((o) => !whole.includes(o));
    for (const open of whole) this.#close(open);
  }

  /** A new line begins: one that still waits for its newline is whole, any other was cut. */
  #makeRoom(): void {
    if (!this.#sink.isMixed()) {
      for (const open of this.#open) this.#close(open);
      this.#open = [];
      return;
    }
    const kept: OpenLine[] = [];
    for (const open of this.#open) {
      if (open.readings.some(isWhole) || !open.readings.some(isSolid)) this.#close(open);
      else kept.push(open);
    }
    this.#open = kept;
    while (this.#open.length >= MAX_OPEN) this.#dropOldest();
  }

  #dropOldest(): void {
    const oldest = this.#open.shift();
    if (oldest !== undefined) this.#close(oldest);
  }

  #close(open: OpenLine): void {
    const whole = open.readings.filter(isWhole);
    const isCut = whole.length === 0;
    const readings = isCut ? open.readings.filter(isSolid) : whole;
    // "gc " and perhaps a number: an application writes that too, so nothing is claimed.
    if (readings.length === 0) return;
    this.#sink.cycle({
      readings,
      isTorn: true,
      isCut,
      // The newline is lost, so " (forced)" may be as well.
      isTainted: open.isTainted || !this.#dropsEmptyLines,
      wallMs: open.wallMs,
      line: open.line,
    });
  }

  /** @returns whether the line held a piece of an open line. */
  #continue(text: string): boolean {
    const taken: { open: OpenLine; branches: Branch[] }[] = [];
    for (const open of this.#open) {
      const branches: Branch[] = [];
      for (const r of open.readings) {
        explore(r, text, 0, branches, this.#mayBeForeign);
        if (text.length <= MAX_RESUME_LENGTH) {
          resume(r, text, 1, branches, this.#mayBeForeign);
        }
      }
      open.age += 1;
      if (branches.length > 0) taken.push({ open, branches });
    }
    const aged = this.#open.filter((o) => o.age > MAX_AGE);
    if (taken.length === 0) {
      if (aged.length > 0) this.#expire();
      return false;
    }
    for (const { open, branches } of taken) {
      if (taken.length > 1) open.isTainted = true;
      // The ways that went on on this line compete with those for which all of it is foreign, unless
      // no line of the application begins like this: then it is a piece.
      const isPiece = this.#beginnings.judge(text) === "unlikely" && branches.some(isDirect);
      open.readings = isPiece ? [] : open.readings.map((r) => passOver(r, text));
      if (this.#open.includes(open)) this.#take(open, branches);
    }
    if (aged.length > 0) this.#expire();
    return true;
  }

  /** Drops repetitions and, when there are many ways, those that need the strangest foreign lines. */
  #unique(readings: readonly Reading[], open: OpenLine): Reading[] {
    const byKey = new Map<string, Reading>();
    for (const r of readings) {
      const key = wayKey(r);
      const known = byKey.get(key);
      if (known === undefined) byKey.set(key, r);
      else if (this.#strange(r) < this.#strange(known)) byKey.set(key, mergeOptions(r, known));
      else byKey.set(key, mergeOptions(known, r));
    }
    let ways = [...byKey.values()];
    if (ways.length > MANY_WAYS) {
      const strange = ways.map((r) => this.#strange(r));
      const least = Math.min(...strange);
      ways = ways.filter((_, i) => strange[i] === least);
    }
    if (ways.length > MAX_WAYS) {
      open.isTainted = true;
      ways.length = MAX_WAYS;
    }
    return ways;
  }

  readonly #mayBeForeign = (text: string): boolean => this.#beginnings.isKnown(text);

  #strange(r: Reading): number {
    return unlikelyLeaves(r, this.#beginnings);
  }

  #expire(): void {
    const kept: OpenLine[] = [];
    for (const open of this.#open) {
      if (open.age > MAX_AGE) this.#close(open);
      else kept.push(open);
    }
    this.#open = kept;
  }
}

function isDirect(b: Branch): boolean {
  return !b.reading.isMidLine;
}

/** Foreign texts behind the pieces that begin as no line of this log does. */
export function unlikelyLeaves(
  r: { readonly leaves: readonly string[]; readonly choices: readonly Choice[] },
  beginnings: LineBeginnings,
): number {
  const isUnlikely = (text: string | undefined): boolean =>
    text !== undefined && beginnings.judge(text) === "unlikely";
  let n = 0;
  for (const text of r.leaves) if (isUnlikely(text)) n += 1;
  for (const c of r.choices) if (c.options.every((o) => isUnlikely(o.foreign))) n += 1;
  return n;
}
