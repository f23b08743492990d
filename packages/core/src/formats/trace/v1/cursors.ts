// One place in every proc's events. Batches of a proc follow each other in the file; ticks start anew
// with each, the running goroutine is carried on.
// Authority: golang.org/x/exp trace/internal/tracev1/parser.go (loadBatch, parseEvent).

import { GrowingFloat64 } from "../../../model/builders/growing.ts";
import { IdSlots } from "../id-slots.ts";
import type { Uvarint } from "../uvarint.ts";
import { type V1Container, V1Fault } from "./container.ts";
import {
  V1_CPU_SAMPLE,
  V1_GO_BLOCK,
  V1_GO_BLOCK_COND,
  V1_GO_BLOCK_GC,
  V1_GO_BLOCK_NET,
  V1_GO_BLOCK_RECV,
  V1_GO_BLOCK_SELECT,
  V1_GO_BLOCK_SEND,
  V1_GO_BLOCK_SYNC,
  V1_GO_CREATE,
  V1_GO_END,
  V1_GO_IN_SYSCALL,
  V1_GO_PREEMPT,
  V1_GO_SCHED,
  V1_GO_SLEEP,
  V1_GO_START,
  V1_GO_START_LABEL,
  V1_GO_START_LOCAL,
  V1_GO_STOP,
  V1_GO_SYS_BLOCK,
  V1_GO_SYS_EXIT,
  V1_GO_SYS_EXIT_LOCAL,
  V1_GO_UNBLOCK,
  V1_GO_UNBLOCK_LOCAL,
  V1_GO_WAITING,
  V1_IS_TIMED,
  V1_NAMES,
  V1_NUMBERS,
  V1_STACK,
  V1_STRING,
  V1_USER_LOG,
} from "./wire.ts";

/** Goroutines by row; row 0 is goroutine 0, which stands for none. */
export class GoroutineRows {
  readonly ids = new GrowingFloat64();
  readonly #slots = new IdSlots();

  constructor() {
    this.row(0, 0);
  }

  get length(): number {
    return this.ids.length;
  }

  row(id: number, at: number): number {
    const known = this.#slots.get(id);
    if (known >= 0) return known;
    const row = this.ids.length;
    this.ids.push(id);
    if (this.#slots.add(id, row)) return row;
    throw new V1Fault("prepared-ids", at, "goroutines whose ids were made to collide");
  }
}

/** 1: the event names a goroutine first. */
const NAMES_GOROUTINE = new Uint8Array(64);
/** 1: that goroutine runs on the proc from now on. */
const STARTS = new Uint8Array(64);
/** 1: that goroutine is who the event is about. */
const IS_ABOUT = new Uint8Array(64);
/** 1: nothing runs on the proc any more. */
export const LEAVES = new Uint8Array(64);

for (const type of [V1_GO_START, V1_GO_START_LOCAL, V1_GO_START_LABEL]) {
  STARTS[type] = 1;
  IS_ABOUT[type] = 1;
  NAMES_GOROUTINE[type] = 1;
}
for (const type of [V1_GO_SYS_EXIT, V1_GO_WAITING, V1_GO_IN_SYSCALL]) {
  IS_ABOUT[type] = 1;
  NAMES_GOROUTINE[type] = 1;
}
for (const type of [
  V1_GO_CREATE,
  V1_GO_UNBLOCK,
  V1_GO_UNBLOCK_LOCAL,
  // Go forgets to make the goroutine that leaves a call on its own proc the one that it is about.
  V1_GO_SYS_EXIT_LOCAL,
]) {
  NAMES_GOROUTINE[type] = 1;
}
for (const type of [
  V1_GO_END,
  V1_GO_STOP,
  V1_GO_SCHED,
  V1_GO_PREEMPT,
  V1_GO_SLEEP,
  V1_GO_BLOCK,
  V1_GO_BLOCK_SEND,
  V1_GO_BLOCK_RECV,
  V1_GO_BLOCK_SELECT,
  V1_GO_BLOCK_SYNC,
  V1_GO_BLOCK_COND,
  V1_GO_BLOCK_NET,
  V1_GO_SYS_BLOCK,
  V1_GO_BLOCK_GC,
]) {
  LEAVES[type] = 1;
}

const NO_BATCH = -1;

export class V1Cursors {
  readonly #container: V1Container;
  readonly #bytes: Uint8Array;
  readonly #number: Uvarint;
  readonly goroutines: GoroutineRows;
  /** The next batch of the same proc. */
  readonly #nextBatch: Int32Array;
  readonly #batch: Int32Array;
  readonly #at: Int32Array;
  readonly #end: Int32Array;
  /** Row of the goroutine that runs on the proc. */
  readonly running: Int32Array;

  // The event that each proc stands at.
  readonly type: Uint8Array;
  readonly ticks: Float64Array;
  /** Rows: who the event is about; the goroutine that it names, −1 for none. */
  readonly goroutine: Int32Array;
  readonly named: Int32Array;
  /** The number after the first one, as `Uvarint.id`: a sequence number where the event has one. */
  readonly second: Float64Array;
  /** Where its numbers after the ticks start; of an unblocking, its stack. */
  readonly args: Int32Array;

  constructor(container: V1Container, number: Uvarint, goroutines: GoroutineRows) {
    this.#container = container;
    this.#bytes = container.bytes;
    this.#number = number;
    this.goroutines = goroutines;
    const { length } = container.procs;
    const { batches } = container;
    this.#batch = new Int32Array(length).fill(NO_BATCH);
    this.#nextBatch = new Int32Array(batches.length).fill(NO_BATCH);
    for (let i = batches.length - 1; i >= 0; i--) {
      const proc = batches.proc[i];
      this.#nextBatch[i] = this.#batch[proc];
      this.#batch[proc] = i;
    }
    this.#at = new Int32Array(length);
    this.#end = new Int32Array(length);
    this.running = new Int32Array(length);
    this.type = new Uint8Array(length);
    this.ticks = new Float64Array(length);
    this.goroutine = new Int32Array(length);
    this.named = new Int32Array(length);
    this.second = new Float64Array(length);
    this.args = new Int32Array(length);
  }

  /** Gives up the rest of the batch; returns how many bytes that is. */
  dropBatch(proc: number, from: number): number {
    const lost = this.#end[proc] - from;
    this.#at[proc] = this.#end[proc];
    return lost;
  }

  /**
   * Moves on to the proc's next event. False: there is none.
   * @throws V1Fault where the event's numbers are not what they have to be; `dropBatch` goes on.
   */
  next(proc: number): boolean {
    const bytes = this.#bytes;
    let at = this.#at[proc];
    for (;;) {
      if (at >= this.#end[proc]) {
        const batch = this.#batch[proc];
        if (batch === NO_BATCH) return false;
        const { start, end, ticks } = this.#container.batches;
        this.#batch[proc] = this.#nextBatch[batch];
        at = start[batch];
        this.#at[proc] = at;
        this.#end[proc] = end[batch];
        this.ticks[proc] = ticks[batch];
        continue;
      }
      const first = bytes[at];
      const type = first & 0x3f;
      if (V1_IS_TIMED[type] === 1) {
        this.#at[proc] = this.#read(proc, at, type, first >>> 6);
        return true;
      }
      at = this.#skip(at, type, first >>> 6);
    }
  }

  /** Past a string, a stack, a CPU sample, the clock; the container has checked each. */
  #skip(from: number, type: number, inline: number): number {
    if (type === V1_STRING) {
      const length = this.#value(this.#past(from + 1));
      return this.#number.next + length;
    }
    if (type === V1_STACK || type === V1_CPU_SAMPLE) {
      const length = this.#value(from + 1);
      return this.#number.next + length;
    }
    let at = from + 1;
    for (let left = inline + 1; left > 0; left--) at = this.#past(at);
    return at;
  }

  #value(at: number): number {
    return this.#number.id(this.#bytes, at, this.#bytes.length);
  }

  #past(from: number): number {
    let at = from;
    while (this.#bytes[at] >= 0x80) at += 1;
    return at + 1;
  }

  #read(proc: number, from: number, type: number, inline: number): number {
    const bytes = this.#bytes;
    const numbers = V1_NUMBERS[type];
    let at = from + 1;
    let end = -1;
    if (inline === 3) {
      const length = bytes[at] < 0x80 ? bytes[at] : this.#value(at);
      at = this.#past(at);
      end = at + length;
    } else if (inline + 1 !== numbers) throw this.#wrongNumber(from, type, inline + 1);

    let delta = bytes[at];
    if (delta < 0x80) at += 1;
    else if (bytes[at + 1] < 0x80) {
      delta = (delta & 0x7f) | (bytes[at + 1] << 7);
      at += 2;
    } else {
      // A difference of 2^53 ticks and more is negative as an id, and as Go's int64 it may be.
      delta = this.#value(at);
      at = this.#number.next;
      if (delta < 0) delta = Number(BigInt.asIntN(64, this.#number.wideValue(delta)));
    }
    const ticks = this.ticks[proc] + delta;
    if (!(Math.abs(ticks) < 2 ** 53)) {
      throw new V1Fault("wild-ticks", from, "ticks that are centuries apart");
    }
    this.ticks[proc] = ticks;
    this.args[proc] = at;
    this.type[proc] = type;
    let goroutine = this.running[proc];
    let named = -1;
    let left = numbers - 1;
    if (NAMES_GOROUTINE[type] === 1) {
      let id = bytes[at];
      if (id < 0x80) at += 1;
      else if (bytes[at + 1] < 0x80) {
        id = (id & 0x7f) | (bytes[at + 1] << 7);
        at += 2;
      } else {
        id = this.#value(at);
        at = this.#number.next;
      }
      named =
        id === goroutineOf(this.goroutines, goroutine) ? goroutine : this.goroutines.row(id, from);
      left -= 1;
      if (STARTS[type] === 1) this.running[proc] = named;
      if (IS_ABOUT[type] === 1) goroutine = named;
      if (type === V1_GO_UNBLOCK_LOCAL) this.args[proc] = at;
    }
    if (LEAVES[type] === 1) this.running[proc] = 0;
    this.goroutine[proc] = goroutine;
    this.named[proc] = named;
    if (left > 0) {
      const second = bytes[at];
      if (second < 0x80) {
        this.second[proc] = second;
        at += 1;
      } else {
        this.second[proc] = this.#value(at);
        at = this.#number.next;
      }
      if (type === V1_GO_UNBLOCK) this.args[proc] = at;
      for (left -= 1; left > 0; left--) at = this.#past(at);
    }
    if (end < 0) return at;
    if (at !== end) throw this.#wrongNumber(from, type, countNumbers(bytes, from, end));
    if (type !== V1_USER_LOG) return at;
    const length = this.#value(at);
    return this.#number.next + length;
  }

  #wrongNumber(from: number, type: number, got: number): V1Fault {
    return new V1Fault(
      "argument-count",
      from,
      `${V1_NAMES[type]} has wrong number of arguments: want ${V1_NUMBERS[type]}, got ${got}`,
    );
  }
}

function goroutineOf(goroutines: GoroutineRows, row: number): number {
  return goroutines.ids.data[row];
}

/** Numbers between a length and the end that it gives. */
function countNumbers(bytes: Uint8Array, from: number, end: number): number {
  let count = 0;
  for (let at = from + 1; at < end; at++) if (bytes[at] < 0x80) count += 1;
  return count - 1;
}
