// Growing columns for one process's cycles, and the step from printed numbers to the model's units.

import { GC_FORCED, GC_LEAK_CHECK, GC_UNSOUND } from "../../model/tables/gc-cycles.ts";
import type { GcCycleColumns } from "../../model/tables/gc-cycles.ts";
import { MiB } from "../../model/units.ts";
import { isNoGoal } from "./consistency.ts";
import type { StoppedPhases } from "./consistency.ts";
import {
  F_CLOCK,
  F_CPU,
  F_CPU_PERCENT,
  F_FORCED,
  F_GLOBALS,
  F_GOAL,
  F_HEAP_END,
  F_HEAP_START,
  F_LEAK_CHECK,
  F_MARKED,
  F_NUMBER,
  F_PROCS,
  F_STACKS,
  F_START_SEC,
} from "./grammar.ts";

/** Cost of one row in memory, for the reader's cap. */
export const BYTES_PER_CYCLE = 17 * 8 + 3 * 4 + 1;

const NS_PER_MS = 1e6;
const FIRST_CAPACITY = 64;

type FloatColumn = Exclude<keyof GcCycleColumns, "length" | "number" | "procs" | "flags" | "line">;

const FLOAT_COLUMNS: readonly FloatColumn[] = [
  "startSec",
  "wallMs",
  "cpuFractionSinceStart",
  "sweepTermNs",
  "markNs",
  "markTermNs",
  "sweepTermCpuNs",
  "assistCpuNs",
  "workerCpuNs",
  "idleCpuNs",
  "markTermCpuNs",
  "heapStartBytes",
  "heapEndBytes",
  "markedBytes",
  "goalBytes",
  "stacksBytes",
  "globalsBytes",
];

/** fmtNSAsMS prints decimals of ms; a ns count is whole again after rounding. */
function ns(ms: number): number {
  return Math.round(ms * NS_PER_MS);
}

export interface CycleRow {
  /** FIELD_COUNT numbers as printed. */
  readonly values: readonly number[];
  readonly flags: number;
  readonly wallMs: number;
  readonly line: number;
}

type MutableColumns = { -readonly [K in keyof GcCycleColumns]: GcCycleColumns[K] };

function emptyColumns(capacity: number): MutableColumns {
  const f = (): Float64Array => new Float64Array(capacity).fill(Number.NaN);
  return {
    length: 0,
    number: new Int32Array(capacity),
    startSec: f(),
    wallMs: f(),
    cpuFractionSinceStart: f(),
    sweepTermNs: f(),
    markNs: f(),
    markTermNs: f(),
    sweepTermCpuNs: f(),
    assistCpuNs: f(),
    workerCpuNs: f(),
    idleCpuNs: f(),
    markTermCpuNs: f(),
    heapStartBytes: f(),
    heapEndBytes: f(),
    markedBytes: f(),
    goalBytes: f(),
    stacksBytes: f(),
    globalsBytes: f(),
    procs: new Int32Array(capacity),
    flags: new Uint8Array(capacity),
    line: new Int32Array(capacity),
  };
}

export class CycleColumnsBuilder {
  #columns = emptyColumns(FIRST_CAPACITY);

  get length(): number {
    return this.#columns.length;
  }

  /** The columns as they are now; valid until the next `add`. */
  get current(): GcCycleColumns {
    return this.#columns;
  }

  add(row: CycleRow): number {
    if (this.#columns.length === this.#columns.number.length) this.#resize(this.length * 2);
    const at = this.#columns.length;
    this.#columns.length = at + 1;
    this.#columns.wallMs[at] = row.wallMs;
    this.#columns.line[at] = row.line;
    this.#columns.flags[at] = row.flags;
    this.set(at, row.values);
    return at;
  }

  /** Writes the printed numbers of a row; NaN where `values` has none. */
  set(at: number, values: readonly number[]): void {
    const c = this.#columns;
    const v = (field: number): number => values[field] ?? Number.NaN;
    const isGo15 = !Number.isNaN(v(F_CLOCK + 3));
    c.number[at] = v(F_NUMBER);
    c.startSec[at] = v(F_START_SEC);
    c.cpuFractionSinceStart[at] = v(F_CPU_PERCENT) / 100;
    c.sweepTermNs[at] = ns(v(F_CLOCK));
    // Go 1.5 prints scan, "synchronize Ps" and mark apart; later versions fold them into mark.
    c.markNs[at] = ns(isGo15 ? v(F_CLOCK + 1) + v(F_CLOCK + 2) + v(F_CLOCK + 3) : v(F_CLOCK + 1));
    c.markTermNs[at] = ns(isGo15 ? v(F_CLOCK + 4) : v(F_CLOCK + 2));
    c.sweepTermCpuNs[at] = ns(v(F_CPU));
    c.assistCpuNs[at] = ns(isGo15 ? v(F_CPU + 3) : v(F_CPU + 1));
    c.workerCpuNs[at] = ns(isGo15 ? v(F_CPU + 1) + v(F_CPU + 2) + v(F_CPU + 4) : v(F_CPU + 2));
    c.idleCpuNs[at] = ns(isGo15 ? v(F_CPU + 5) : v(F_CPU + 3));
    c.markTermCpuNs[at] = ns(isGo15 ? v(F_CPU + 6) : v(F_CPU + 4));
    c.heapStartBytes[at] = v(F_HEAP_START) * MiB;
    c.heapEndBytes[at] = v(F_HEAP_END) * MiB;
    c.markedBytes[at] = v(F_MARKED) * MiB;
    c.goalBytes[at] = isNoGoal(v(F_GOAL)) ? Number.POSITIVE_INFINITY : v(F_GOAL) * MiB;
    c.stacksBytes[at] = v(F_STACKS) * MiB;
    c.globalsBytes[at] = v(F_GLOBALS) * MiB;
    c.procs[at] = Number.isNaN(v(F_PROCS)) ? 0 : v(F_PROCS);
    let flags = c.flags[at] ?? 0;
    if (v(F_FORCED) === 1) flags |= GC_FORCED;
    if (v(F_LEAK_CHECK) === 1) flags |= GC_LEAK_CHECK;
    c.flags[at] = flags;
  }

  setExact(at: number, column: FloatColumn, bytes: number, flag: number): void {
    this.#columns[column][at] = bytes;
    this.addFlags(at, flag);
  }

  addFlags(at: number, flags: number): void {
    this.#columns.flags[at] = (this.#columns.flags[at] ?? 0) | flags;
  }

  hasFlag(at: number, flag: number): boolean {
    return ((this.#columns.flags[at] ?? 0) & flag) !== 0;
  }

  /** Forgets what the row said but its number and place: the pieces may be of two cycles. */
  clearRow(at: number): void {
    const number = this.#columns.number[at] ?? 0;
    for (const name of FLOAT_COLUMNS) {
      if (name !== "wallMs") this.#columns[name][at] = Number.NaN;
    }
    this.#columns.procs[at] = 0;
    this.#columns.number[at] = number;
    this.addFlags(at, GC_UNSOUND);
  }

  /** The row's stop-the-world figures, for the check of their product. */
  stoppedPhases(at: number): StoppedPhases {
    const c = this.#columns;
    const ms = (column: Float64Array): number => (column[at] ?? Number.NaN) / NS_PER_MS;
    return {
      clockStartMs: ms(c.sweepTermNs),
      clockEndMs: ms(c.markTermNs),
      cpuStartMs: ms(c.sweepTermCpuNs),
      cpuEndMs: ms(c.markTermCpuNs),
      procs: c.procs[at] ?? 0,
    };
  }

  finish(): GcCycleColumns {
    this.#resize(this.length);
    return this.#columns;
  }

  #resize(capacity: number): void {
    const old = this.#columns;
    const next = emptyColumns(capacity);
    const keep = old.length;
    next.length = keep;
    for (const name of FLOAT_COLUMNS) next[name].set(old[name].subarray(0, keep));
    next.number.set(old.number.subarray(0, keep));
    next.procs.set(old.procs.subarray(0, keep));
    next.flags.set(old.flags.subarray(0, keep));
    next.line.set(old.line.subarray(0, keep));
    this.#columns = next;
  }
}
