// What goroutines did with their time, by start function: executing, waiting for a proc, in system
// calls, blocked by reason, and within ranges. Definitions: Go internal/trace/summary.go (1.26), which is
// behind `go tool trace`'s goroutine analysis.
//
// Two differences. Go keeps one row per goroutine id, so of the goroutines that C callbacks create again and
// again under one id it shows the last; here each counts. And a goroutine whose system call has lost its
// proc and goes on beyond the end of the trace counts as blocked in it; Go adds that time to both the
// system call and the wait for a proc.
//
// A consumer of the full order. Memory: a row for each goroutine that is there at the same time; one that
// ends is added to its group and forgotten, unless every goroutine is to be kept.

import {
  GO_NOT_EXIST,
  GO_RUNNABLE,
  GO_RUNNING,
  GO_SYSCALL,
  GO_UNDETERMINED,
  GO_WAITING,
  PROC_IDLE,
  type TraceEventBatch,
} from "../../../model/tables/trace.ts";
import * as event from "./event-types.ts";
import { isGoroutineEvent, isProcEvent, type OrderNames } from "./event-types.ts";
import { GoroutineSlots, wideEnough } from "./goroutine-slots.ts";

export interface GoroutineTimes {
  readonly executingNs: number;
  readonly schedWaitNs: number;
  readonly syscallNs: number;
  /** In a system call whose proc was taken away. */
  readonly syscallBlockNs: number;
  readonly blockNs: ReadonlyMap<string, number>;
  /** Presence in the trace. */
  readonly totalNs: number;
  /** What none of the above accounts for. */
  readonly unknownNs: number;
  /** These overlap with the above: wall time of assists, sweeps, stops of the world. */
  readonly assistNs: number;
  readonly sweepNs: number;
  readonly stwNs: number;
}

export interface GoroutineGroupSummary extends GoroutineTimes {
  /** Start function; "" where no stack told it. */
  readonly name: string;
  readonly goroutines: number;
}

export interface GoroutineSummaryRow extends GoroutineTimes {
  readonly goroutine: number;
  readonly name: string;
}

/** Columns per goroutine. */
const CREATED = 0;
const EXECUTING = 1;
const SCHED_WAIT = 2;
const SYSCALL = 3;
const SYSCALL_BLOCK = 4;
const ASSIST = 5;
const SWEEP = 6;
const STW = 7;
/** NaN while not in that state. */
const RUNNING_SINCE = 8;
const RUNNABLE_SINCE = 9;
const BLOCKED_SINCE = 10;
const SYSCALL_SINCE = 11;
const SYSCALL_BLOCK_SINCE = 12;
const ASSIST_SINCE = 13;
const SWEEP_SINCE = 14;
const STW_SINCE = 15;
const BLOCK_REASON = 16;
const SYSCALL_PROC = 17;
const COLUMNS = 18;

interface Sum {
  goroutines: number;
  readonly values: Float64Array;
  totalNs: number;
  unknownNs: number;
  readonly block: Map<string, number>;
}

export class GoroutineSummary {
  readonly #names: OrderNames;
  readonly #keep: boolean;
  readonly #slots = new GoroutineSlots();
  readonly #name: (string | undefined)[] = [];
  readonly #block: (Map<string, number> | undefined)[] = [];
  #values: Float64Array = new Float64Array(64 * COLUMNS);
  readonly #groups = new Map<string, Sum>();
  readonly #rows: GoroutineSummaryRow[] = [];
  readonly #sweeperOfProc = new Map<number, number>();
  readonly #syscallOfProc = new Map<number, number>();
  #lastNs = NaN;
  #syncNs = NaN;

  constructor(names: OrderNames, keepGoroutines = false) {
    this.#names = names;
    this.#keep = keepGoroutines;
  }

  events(b: TraceEventBatch): void {
    for (let i = 0; i < b.length; i++) {
      const t = b.timeNs[i];
      if (Number.isNaN(this.#syncNs)) this.#syncNs = t;
      this.#lastNs = t;
      const type = b.type[i];
      if (isGoroutineEvent(type)) this.#transition(b, i, t);
      else if (isProcEvent(type)) this.#proc(b, i, t);
      else this.#range(b, i, t, type);
    }
  }

  #proc(b: TraceEventBatch, i: number, t: number): void {
    if (b.from[i] === b.to[i] || b.to[i] !== PROC_IDLE) return;
    const goroutine = this.#syscallOfProc.get(b.arg0[i]);
    if (goroutine === undefined) return;
    this.#syscallOfProc.delete(b.arg0[i]);
    const slot = this.#slots.of(goroutine);
    if (slot >= 0) this.#values[slot * COLUMNS + SYSCALL_BLOCK_SINCE] = t;
  }

  #add(goroutine: number, createdNs: number): number {
    const slot = this.#slots.add(goroutine);
    this.#values = wideEnough(this.#values, (slot + 1) * COLUMNS - 1);
    const v = this.#values;
    const at = slot * COLUMNS;
    v.fill(0, at, at + RUNNING_SINCE);
    v.fill(NaN, at + RUNNING_SINCE, at + COLUMNS);
    v[at + CREATED] = createdNs;
    this.#name[slot] = undefined;
    this.#block[slot] = undefined;
    return slot;
  }

  #transition(b: TraceEventBatch, i: number, t: number): void {
    const from = b.from[i];
    const to = b.to[i];
    if (from === to) return;
    const goroutine = b.arg0[i];
    let slot = this.#slots.of(goroutine);
    if (slot < 0) {
      // A goroutine that blocked for ever counts as ended, and may still be heard of.
      if (from !== GO_UNDETERMINED && from !== GO_NOT_EXIST) return;
      slot = this.#add(goroutine, from === GO_UNDETERMINED ? this.#syncNs : t);
    }
    const v = this.#values;
    const at = slot * COLUMNS;
    if (from === GO_UNDETERMINED) this.#before(b, i, t, slot);
    else this.#leave(from, t, slot);
    if (this.#name[slot] === undefined) {
      const stack =
        b.type[i] === event.EVENT_GO_CREATE || b.type[i] === event.EVENT_GO_CREATE_BLOCKED
          ? b.otherStack[i]
          : this.#isOwnStack(b.type[i])
            ? b.stack[i]
            : -1;
      // An outermost frame without a name (Go 1.22 writes some) leaves it to the next stack.
      if (stack >= 0) this.#name[slot] = this.#names.startFunction(stack) || undefined;
    }
    switch (to) {
      case GO_RUNNING:
        v[at + RUNNING_SINCE] = t;
        break;
      case GO_RUNNABLE:
        v[at + RUNNABLE_SINCE] = t;
        break;
      case GO_SYSCALL:
        v[at + SYSCALL_SINCE] = t;
        v[at + SYSCALL_PROC] = b.proc[i];
        this.#syscallOfProc.set(b.proc[i], goroutine);
        break;
      case GO_WAITING: {
        const reason = this.#reason(b, i);
        if (this.#names.string(reason) === "forever") {
          this.#end(goroutine, slot, t);
          break;
        }
        v[at + BLOCKED_SINCE] = t;
        v[at + BLOCK_REASON] = reason;
        break;
      }
      case GO_NOT_EXIST:
        this.#end(goroutine, slot, t);
        break;
      default:
    }
  }

  /** Events whose stack is that of the goroutine that changes: stop, block, system call, status. */
  #isOwnStack(type: number): boolean {
    return type === 19 || type === 20 || type === 22 || type === event.EVENT_GO_STATUS_STACK;
  }

  /** Only stops and blocks carry a reason; the columns of other events hold old values. */
  #reason(b: TraceEventBatch, i: number): number {
    return b.type[i] === 19 || b.type[i] === 20 ? b.text0[i] : 0;
  }

  /** First mention: the state is taken to have lasted since the generation began. */
  #before(b: TraceEventBatch, i: number, t: number, slot: number): void {
    const v = this.#values;
    const at = slot * COLUMNS;
    const ns = t - this.#syncNs;
    switch (b.to[i]) {
      case GO_RUNNING:
        v[at + EXECUTING] += ns;
        break;
      case GO_WAITING:
        this.#blocked(slot, "", ns);
        break;
      case GO_RUNNABLE:
        v[at + SCHED_WAIT] += ns;
        break;
      case GO_SYSCALL:
        v[at + (b.proc[i] < 0 ? SYSCALL_BLOCK : SYSCALL)] += ns;
        break;
      default:
    }
  }

  #blocked(slot: number, reason: string, ns: number): void {
    const known = this.#block[slot];
    if (known === undefined) this.#block[slot] = new Map([[reason, ns]]);
    else known.set(reason, (known.get(reason) ?? 0) + ns);
  }

  #leave(from: number, t: number, slot: number): void {
    const v = this.#values;
    const at = slot * COLUMNS;
    switch (from) {
      case GO_RUNNING:
        v[at + EXECUTING] += since(v[at + RUNNING_SINCE], t);
        v[at + RUNNING_SINCE] = NaN;
        break;
      case GO_WAITING: {
        const blockedSince = v[at + BLOCKED_SINCE];
        if (!Number.isNaN(blockedSince))
          this.#blocked(slot, this.#names.string(v[at + BLOCK_REASON]), t - blockedSince);
        v[at + BLOCKED_SINCE] = NaN;
        break;
      }
      case GO_RUNNABLE:
        v[at + SCHED_WAIT] += since(v[at + RUNNABLE_SINCE], t);
        v[at + RUNNABLE_SINCE] = NaN;
        break;
      case GO_SYSCALL: {
        const blockSince = v[at + SYSCALL_BLOCK_SINCE];
        const start = v[at + SYSCALL_SINCE];
        if (Number.isNaN(start)) break;
        if (Number.isNaN(blockSince)) v[at + SYSCALL] += t - start;
        else {
          v[at + SYSCALL_BLOCK] += t - blockSince;
          v[at + SYSCALL] += blockSince - start;
        }
        v[at + SYSCALL_SINCE] = NaN;
        v[at + SYSCALL_BLOCK_SINCE] = NaN;
        this.#syscallOfProc.delete(v[at + SYSCALL_PROC]);
        break;
      }
      default:
    }
  }

  #range(b: TraceEventBatch, i: number, t: number, type: number): void {
    switch (type) {
      case event.EVENT_SYNC:
        this.#syncNs = t;
        break;
      case event.EVENT_ASSIST_ACTIVE:
      case event.EVENT_ASSIST_BEGIN:
        this.#begin(
          b.arg0[i],
          ASSIST,
          ASSIST_SINCE,
          type === event.EVENT_ASSIST_BEGIN ? t : this.#syncNs,
        );
        break;
      case event.EVENT_ASSIST_END:
        this.#finish(b.arg0[i], ASSIST, ASSIST_SINCE, t);
        break;
      case event.EVENT_STW_BEGIN:
        this.#begin(b.arg0[i], STW, STW_SINCE, t);
        break;
      case event.EVENT_STW_END:
        this.#finish(b.arg0[i], STW, STW_SINCE, t);
        break;
      case event.EVENT_SWEEP_ACTIVE:
      case event.EVENT_SWEEP_BEGIN:
        this.#sweeperOfProc.set(b.arg0[i], b.goroutine[i]);
        this.#begin(
          b.goroutine[i],
          SWEEP,
          SWEEP_SINCE,
          type === event.EVENT_SWEEP_BEGIN ? t : this.#syncNs,
        );
        break;
      case event.EVENT_SWEEP_END: {
        // A proc's range: only a goroutine that stayed on it from begin to end is charged.
        const sweeper = this.#sweeperOfProc.get(b.arg0[i]);
        this.#sweeperOfProc.delete(b.arg0[i]);
        if (sweeper === b.goroutine[i]) this.#finish(sweeper, SWEEP, SWEEP_SINCE, t);
        break;
      }
      default:
    }
  }

  /** A range that is open already is mentioned again in a later generation: it goes on. */
  #begin(goroutine: number, sum: number, sinceColumn: number, t: number): void {
    const slot = this.#slots.of(goroutine);
    if (slot < 0) return;
    const at = slot * COLUMNS;
    const open = this.#values[at + sinceColumn];
    if (!Number.isNaN(open) && sum !== SWEEP) this.#values[at + sum] += Math.max(0, t - open);
    this.#values[at + sinceColumn] = t;
  }

  #finish(goroutine: number, sum: number, sinceColumn: number, t: number): void {
    const slot = this.#slots.of(goroutine);
    if (slot < 0) return;
    const at = slot * COLUMNS;
    this.#values[at + sum] += since(this.#values[at + sinceColumn], t);
    this.#values[at + sinceColumn] = NaN;
  }

  #end(goroutine: number, slot: number, t: number): void {
    this.#leaveAll(slot, t);
    const v = this.#values;
    const at = slot * COLUMNS;
    const name = this.#name[slot] ?? "";
    const block = this.#block[slot];
    let blocked = 0;
    if (block !== undefined) for (const ns of block.values()) blocked += ns;
    const totalNs = t - v[at + CREATED];
    const told = v[at + EXECUTING] + v[at + SCHED_WAIT] + v[at + SYSCALL] + v[at + SYSCALL_BLOCK];
    const unknownNs = Math.max(0, totalNs - told - blocked);
    let sum = this.#groups.get(name);
    if (sum === undefined) {
      sum = {
        goroutines: 0,
        values: new Float64Array(RUNNING_SINCE),
        totalNs: 0,
        unknownNs: 0,
        block: new Map(),
      };
      this.#groups.set(name, sum);
    }
    sum.goroutines += 1;
    for (let c = EXECUTING; c < RUNNING_SINCE; c++) sum.values[c] += v[at + c];
    sum.totalNs += totalNs;
    sum.unknownNs += unknownNs;
    if (block !== undefined)
      for (const [reason, ns] of block) sum.block.set(reason, (sum.block.get(reason) ?? 0) + ns);
    if (this.#keep)
      this.#rows.push({
        goroutine,
        name,
        ...timesOf(v.subarray(at, at + RUNNING_SINCE), totalNs, unknownNs, block ?? new Map()),
      });
    this.#slots.remove(goroutine);
  }

  /** What is still going on when a goroutine, or the trace, ends. */
  #leaveAll(slot: number, t: number): void {
    const v = this.#values;
    const at = slot * COLUMNS;
    for (const [state, column] of [
      [GO_RUNNING, RUNNING_SINCE],
      [GO_RUNNABLE, RUNNABLE_SINCE],
      [GO_WAITING, BLOCKED_SINCE],
      [GO_SYSCALL, SYSCALL_SINCE],
    ] as const)
      if (!Number.isNaN(v[at + column])) this.#leave(state, t, slot);
    for (const [sum, column] of [
      [ASSIST, ASSIST_SINCE],
      [SWEEP, SWEEP_SINCE],
      [STW, STW_SINCE],
    ] as const) {
      v[at + sum] += since(v[at + column], t);
      v[at + column] = NaN;
    }
  }

  /** Most executing time first. Nothing may be handed over afterwards. */
  finish(): {
    readonly groups: readonly GoroutineGroupSummary[];
    /** Empty unless goroutines were to be kept. */
    readonly goroutines: readonly GoroutineSummaryRow[];
  } {
    for (const [goroutine, slot] of this.#slots.entries()) this.#end(goroutine, slot, this.#lastNs);
    const groups = [...this.#groups].map(([name, s]) => ({
      name,
      goroutines: s.goroutines,
      ...timesOf(s.values, s.totalNs, s.unknownNs, s.block),
    }));
    return {
      groups: groups.sort((a, b) => b.executingNs - a.executingNs),
      goroutines: this.#rows,
    };
  }
}

function since(start: number, t: number): number {
  return Number.isNaN(start) ? 0 : t - start;
}

function timesOf(
  v: Float64Array,
  totalNs: number,
  unknownNs: number,
  block: ReadonlyMap<string, number>,
): GoroutineTimes {
  return {
    executingNs: v[EXECUTING],
    schedWaitNs: v[SCHED_WAIT],
    syscallNs: v[SYSCALL],
    syscallBlockNs: v[SYSCALL_BLOCK],
    blockNs: block,
    totalNs,
    unknownNs,
    assistNs: v[ASSIST],
    sweepNs: v[SWEEP],
    stwNs: v[STW],
  };
}
