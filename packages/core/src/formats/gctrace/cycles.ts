// The gctrace lines of one stream, put in order: which process each belongs to, which of several
// readings of a torn line is right, and which lines must not be used.
//
// A process is a chain: numbers go up by one, start times never back. Two ways to be wrong are
// guarded here. (1) Lost log lines can make pieces of two cycles fit together; then a number is
// missing, so a repaired line followed by a gap is rejected. (2) Several processes in one stream
// without labels: a line that continues more than one chain proves nothing, so from there on those
// chains are flagged.
//
// How it can mislead: a process that restarts again and again after the same few cycles looks like
// two alternating ones only if a later line fits an older chain and not the newest; a wall clock in
// the log settles it, without one the lines are flagged, not guessed.

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import {
  GC_EXACT_END,
  GC_EXACT_MARKED,
  GC_EXACT_START,
  GC_FORCED,
  GC_REPAIRED,
  GC_UNSOUND,
} from "../../model/tables/gc-cycles.ts";
import type { GcSegment } from "../../model/tables/gc-cycles.ts";
import { MiB } from "../../model/units.ts";
import type { Assembled } from "./assembler.ts";
import {
  agreed,
  byBeginnings,
  byNeighbours,
  byNumber,
  byProcs,
  byProducts,
  byRange,
  draftOf,
  isDecided,
  isFarFetched,
  likeliest,
} from "./choosing.ts";
import type { Draft } from "./choosing.ts";
import { CycleColumnsBuilder } from "./columns.ts";
import { isPossible } from "./consistency.ts";
import {
  F_GLOBALS,
  F_HEAP_END,
  F_HEAP_START,
  F_MARKED,
  F_NUMBER,
  F_PROCS,
  F_STACKS,
  F_START_SEC,
} from "./grammar.ts";
import type { Reading } from "./grammar.ts";
import { isPacerLine, readPacerLine } from "./pacer.ts";
import type { PacerFigures } from "./pacer.ts";
import {
  checkRows,
  commonFactors,
  goalRatio,
  hasGaps,
  neighboursOf,
  procsNearby,
} from "./row-checks.ts";
import type { LineBeginnings } from "./shapes.ts";

// Processes looked at when a line comes; a crash loop makes one per restart.
const MAX_LOOKED_AT = 64;
// A chain that got no line for so many is over.
const QUIET_LINES = 4096;
/** Differences of (wall clock − start time) up to here are delay, from FAR_MS on another process. */
const NEAR_MS = 500;
const FAR_MS = 5000;
const MAX_UNDECIDED = 100_000;

interface Undecided {
  readonly row: number;
  readonly drafts: readonly Draft[];
}

class Chain {
  readonly rows = new CycleColumnsBuilder();
  readonly undecided: Undecided[] = [];
  /** Rows that foreign text divides where a token is optional. */
  readonly optionTorn: number[] = [];
  /** Lines whose end never came. */
  cuts = 0;
  lastNumber = 0;
  lastStartSec = 0;
  lastProcs = 0;
  /** Wall clock − start time, of the last row that had both; NaN before. */
  processStartMs = Number.NaN;
  isTainted = false;
  /** Sequence number of the last line. */
  lastSeen = 0;

  follows(number: number, startSec: number): boolean {
    return number === this.lastNumber + 1 && startSec >= this.lastStartSec;
  }

  /** Row index of a cycle number, −1 when it is not there; numbers ascend. */
  find(number: number): number {
    const { number: numbers, length } = this.rows.current;
    let low = 0;
    let high = length - 1;
    while (low <= high) {
      const mid = (low + high) >> 1;
      const n = numbers[mid] ?? 0;
      if (n === number) return mid;
      if (n < number) low = mid + 1;
      else high = mid - 1;
    }
    return -1;
  }
}

/** Counts over all streams of one artefact. */
export interface CycleCounts {
  rows: number;
  readonly maxRows: number;
}

export class CycleCollector {
  readonly #stream: string;
  readonly #beginnings: LineBeginnings;
  readonly #log: DiagnosticLog;
  readonly #counts: CycleCounts;
  readonly #chains: Chain[] = [];
  #sequence = 0;
  #isMixed = false;
  #undecided = 0;
  #pacer: PacerFigures | undefined;
  #last: { chain: Chain; row: number } | undefined;
  #hasPartialLines = false;
  /** Of the fields that not every Go version prints, those that some line has. */
  readonly #fields = new Set<number>();
  /** Lines whose number could not be told: no row stands for them. */
  #unplaced = 0;

  constructor(stream: string, beginnings: LineBeginnings, log: DiagnosticLog, counts: CycleCounts) {
    this.#stream = stream;
    this.#beginnings = beginnings;
    this.#log = log;
    this.#counts = counts;
  }

  get isMixed(): boolean {
    return this.#isMixed;
  }

  get unplaced(): number {
    return this.#unplaced;
  }

  other(text: string): void {
    // Any pacer line but the figures of a finished mark begins a new cycle or is torn.
    if (isPacerLine(text)) {
      if (!text.startsWith("pacer: sweep done")) this.#pacer = readPacerLine(text);
    } else if (/^gc\d+\(\d+\): /.test(text)) {
      this.#log.add("gctrace.go14-line", "damage", {});
    }
  }

  partialLine(): void {
    this.#hasPartialLines = true;
  }

  lateForced(): void {
    if (this.#last === undefined) return;
    // The empty line before was the application's.
    this.#last.chain.rows.addFlags(this.#last.row, GC_FORCED | GC_REPAIRED);
  }

  add(found: Assembled): void {
    this.#sequence += 1;
    if (this.#counts.rows >= this.#counts.maxRows) {
      this.#log.add("gctrace.too-many-cycles", "damage", { kept: this.#counts.maxRows });
      return;
    }
    for (const r of found.readings) noteFields(r, this.#fields);
    let drafts = likeliest(found.readings.map(draftOf), this.#beginnings);
    drafts = drafts.map((d) => byBeginnings(byRange(d), this.#beginnings));
    drafts = drafts.map((d) => byNumber(d, (n) => this.#isNext(n, d.values[F_START_SEC])));
    const possible = drafts.filter((d) => isPossible(d.values));
    let isCut = found.isCut;
    if (possible.length > 0) drafts = possible;
    else {
      isCut = true;
      this.#log.add("gctrace.impossible-number", "damage", {}, { line: found.line });
    }
    const values = agreed(drafts);
    const number = values[F_NUMBER] ?? Number.NaN;
    const startSec = values[F_START_SEC] ?? Number.NaN;
    if (!(number >= 1 && number < 2 ** 31) || Number.isNaN(startSec)) {
      this.#unplaced += 1;
      this.#log.add("gctrace.unsound-line", "damage", {}, { line: found.line });
      return;
    }
    const chain = this.#chainFor(values, number, startSec, found);
    if (chain === undefined) return;
    const follows = chain.rows.length === 0 || chain.follows(number, startSec);
    let flags = found.isTorn && !isCut ? GC_REPAIRED : 0;
    if (isCut || found.isTainted || chain.isTainted) flags |= GC_UNSOUND;
    const row = chain.rows.add({
      values,
      flags,
      wallMs: found.wallMs,
      line: found.line,
    });
    this.#counts.rows += 1;
    if (!isCut && drafts.some((d) => d.taken.length > 0 || !isDecided(drafts)))
      this.#defer(chain, row, drafts);
    if (found.isCut) chain.cuts += 1;
    if (found.readings.some((r) => r.isOptionTorn)) chain.optionTorn.push(row);
    this.#usePacer(chain, row, values, follows);
    this.#last = { chain, row };
    chain.lastNumber = number;
    chain.lastStartSec = startSec;
    if ((values[F_PROCS] ?? 0) > 0) chain.lastProcs = values[F_PROCS] ?? 0;
    if (!Number.isNaN(found.wallMs)) chain.processStartMs = found.wallMs - startSec * 1000;
    chain.lastSeen = this.#sequence;
  }

  finish(): { segments: GcSegment[]; repaired: number; unsound: number } {
    const segments: GcSegment[] = [];
    let repaired = 0;
    let unsound = this.#unplaced;
    for (const chain of this.#chains) {
      this.#settle(chain);
      const cycles = chain.rows.finish();
      let missing = 0;
      for (let i = 0; i < cycles.length; i++) {
        const flags = cycles.flags[i] ?? 0;
        if ((flags & GC_UNSOUND) !== 0) unsound += 1;
        else if ((flags & GC_REPAIRED) !== 0) repaired += 1;
        if (i > 0) missing += (cycles.number[i] ?? 0) - (cycles.number[i - 1] ?? 0) - 1;
      }
      segments.push({ cycles, missingCycles: missing, stream: this.#stream });
    }
    if (this.#isMixed) {
      this.#log.add(
        "gctrace.interleaved-processes",
        this.#chains.some((c) => c.isTainted) ? "damage" : "note",
        { processes: this.#chains.length },
      );
    } else if (this.#chains.length > 1) {
      this.#log.add("gctrace.restart", "note", { processes: this.#chains.length });
    }
    return { segments, repaired, unsound };
  }

  /** Would continue one of the processes. */
  #isNext(number: number, startSec: number | undefined): boolean {
    return this.#recent().some((c) => c.follows(number, startSec ?? Number.NaN));
  }

  #defer(chain: Chain, row: number, drafts: readonly Draft[]): void {
    if (this.#undecided >= MAX_UNDECIDED) {
      chain.rows.clearRow(row);
      return;
    }
    this.#undecided += 1;
    chain.undecided.push({ row, drafts });
  }

  // ——— processes ———

  #recent(): Chain[] {
    const recent = this.#chains.slice(-MAX_LOOKED_AT);
    if (!this.#isMixed) return recent;
    return recent.filter((c) => this.#sequence - c.lastSeen < QUIET_LINES);
  }

  #newChain(): Chain {
    const chain = new Chain();
    this.#chains.push(chain);
    return chain;
  }

  /** @returns the chain that the line belongs to; undefined when it is a repetition. */
  #chainFor(
    values: readonly number[],
    number: number,
    startSec: number,
    found: Assembled,
  ): Chain | undefined {
    const newest = this.#chains.at(-1);
    if (newest === undefined) return this.#newChain();
    const fitting = this.#recent().filter((c) => c.follows(number, startSec));
    const [only] = fitting;
    if (only !== undefined && fitting.length === 1) {
      if (only !== newest && !this.#isMixed) this.#enterMixed(only, newest);
      return only;
    }
    if (fitting.length > 1) {
      const told = tellApart(fitting, values, found.wallMs - startSec * 1000);
      if (told !== undefined) {
        if (told !== newest && !this.#isMixed) this.#enterMixed(told, newest);
        return told;
      }
      if (!this.#isMixed) return newest;
      for (const c of fitting) c.isTainted = true;
      return fitting.at(-1);
    }
    if (this.#isRepetition(values, number, startSec, found.line)) return undefined;
    return number === 1 ? this.#newChain() : this.#acrossGap(number, startSec, found.wallMs);
  }

  /** Lines were lost, or the process is another one whose first lines are not in the log. */
  #acrossGap(number: number, startSec: number, wallMs: number): Chain {
    const candidates = this.#isMixed ? this.#recent() : this.#chains.slice(-1);
    const later = candidates.filter((c) => {
      if (number <= c.lastNumber || startSec < c.lastStartSec) return false;
      const drift = Math.abs(wallMs - startSec * 1000 - c.processStartMs);
      return !(drift > FAR_MS);
    });
    const [only] = later;
    if (only === undefined) return this.#newChain();
    if (later.length > 1) for (const c of later) c.isTainted = true;
    return later.at(-1) ?? only;
  }

  /** The same lines twice: logs fetched with overlap, or GODEBUG=gctrace=2 of Go ≤ 1.10. */
  #isRepetition(
    values: readonly number[],
    number: number,
    startSec: number,
    line: number,
  ): boolean {
    for (const chain of this.#recent()) {
      const row = chain.find(number);
      if (row < 0) continue;
      const c = chain.rows.current;
      const same =
        c.startSec[row] === startSec &&
        c.procs[row] === values[F_PROCS] &&
        sameOrUnknown(c.heapStartBytes[row], values[F_HEAP_START]) &&
        sameOrUnknown(c.heapEndBytes[row], values[F_HEAP_END]) &&
        sameOrUnknown(c.markedBytes[row], values[F_MARKED]);
      if (same) {
        this.#log.add("gctrace.repeated-cycle", "note", {}, { line });
        return true;
      }
    }
    return false;
  }

  /**
   * A line continues `older` although `newest` began after it: both processes live. Lines given to
   * the newest one meanwhile may belong to the older when they would have continued it as well.
   */
  #enterMixed(older: Chain, newest: Chain): void {
    this.#isMixed = true;
    const doubtful = newest.find(older.lastNumber + 1);
    if (doubtful < 0) return;
    const c = newest.rows.current;
    if ((c.startSec[doubtful] ?? 0) < older.lastStartSec) return;
    const procs = c.procs[doubtful] ?? 0;
    if (older.lastProcs !== procs && newest.lastProcs === procs) return;
    if (Math.abs(older.processStartMs - newest.processStartMs) > FAR_MS) return;
    older.isTainted = true;
    newest.isTainted = true;
    for (let i = doubtful; i < newest.rows.length; i++) newest.rows.addFlags(i, GC_UNSOUND);
  }

  // ——— exact sizes ———

  #usePacer(chain: Chain, row: number, values: readonly number[], follows: boolean): void {
    const figures = this.#pacer;
    this.#pacer = undefined;
    if (figures === undefined || !follows || this.#isMixed) return;
    const { rows } = chain;
    const c = rows.current;
    const fits = (printed: number | undefined, bytes: number | undefined): bytes is number =>
      bytes !== undefined && bytes >= 0 && printed === Math.floor(bytes / MiB) * MiB;
    // Both ends must agree: then it is the line of this cycle and not of one that was lost.
    if (!fits(c.heapEndBytes[row], figures.heapEnd)) return;
    if (figures.heapStart !== undefined) {
      if (!fits(c.heapStartBytes[row], figures.heapStart)) return;
      if (!fits(c.goalBytes[row], figures.goal)) return;
      rows.setExact(row, "heapStartBytes", figures.heapStart, GC_EXACT_START);
      rows.setExact(row, "goalBytes", figures.goal, GC_EXACT_START);
      if (fits(c.stacksBytes[row], figures.stacks)) {
        rows.setExact(row, "stacksBytes", figures.stacks, GC_EXACT_START);
      }
    }
    rows.setExact(row, "heapEndBytes", figures.heapEnd, GC_EXACT_END);
    const isNext = row > 0 && c.number[row - 1] === (values[F_NUMBER] ?? 0) - 1;
    if (isNext && fits(c.markedBytes[row - 1], figures.markedBefore)) {
      rows.setExact(row - 1, "markedBytes", figures.markedBefore, GC_EXACT_MARKED);
    }
  }

  // ——— the judge ———

  #settle(chain: Chain): void {
    const { rows } = chain;
    const factors = commonFactors(rows);
    const near = procsNearby(rows);
    const ratio = goalRatio(rows);
    for (const { row, drafts } of chain.undecided) {
      const left = likeliest(drafts, this.#beginnings)
        .map((d) => byBeginnings(d, this.#beginnings))
        .map((d) => byProcs(d, near[row] ?? 0))
        .map((d) => byProducts(d, factors))
        .map((d) => byNeighbours(d, neighboursOf(rows, row, ratio)))
        .filter((d) => isPossible(d.values));
      rows.set(row, agreed(left));
      if (
        !isDecided(left) ||
        left.some((d) => isFarFetched(d, this.#beginnings, this.#hasPartialLines))
      ) {
        rows.addFlags(row, GC_UNSOUND);
      }
    }
    checkRows(rows, factors, near, this.#fields);
    if (this.#unplaced > 0 || chain.cuts > 0 || this.#hasPartialLines || hasGaps(rows)) {
      // Where lines are lost, a lost "(forced)" leaves no trace.
      for (const row of chain.optionTorn) rows.addFlags(row, GC_UNSOUND);
    }
  }
}

function noteFields(r: Reading, fields: Set<number>): void {
  for (const field of [F_STACKS, F_GLOBALS]) {
    const isRead = !Number.isNaN(r.values[field] ?? Number.NaN);
    if (isRead || r.choices.some((c) => c.field === field)) fields.add(field);
  }
}

function sameOrUnknown(bytes: number | undefined, mb: number | undefined): boolean {
  if (bytes === undefined || Number.isNaN(bytes)) return true;
  if (mb === undefined || Number.isNaN(mb)) return true;
  return Math.floor(bytes / MiB) === mb;
}

/** By the processor count, then by when the process began according to the wall clock. */
function tellApart(
  chains: readonly Chain[],
  values: readonly number[],
  processStartMs: number,
): Chain | undefined {
  const procs = values[F_PROCS];
  const sameProcs = chains.filter((c) => c.lastProcs === procs);
  if (sameProcs.length === 1 && chains.every((c) => c.lastProcs !== 0)) return sameProcs[0];
  const near = chains.filter((c) => Math.abs(processStartMs - c.processStartMs) < NEAR_MS);
  const far = chains.filter((c) => Math.abs(processStartMs - c.processStartMs) > FAR_MS);
  return near.length === 1 && far.length === chains.length - 1 ? near[0] : undefined;
}
