// Puts the procs' events in one order: of the events that every proc stands at, the earliest that is
// ready goes on. Ready is what sequence numbers and the state of the goroutine allow; the clocks of
// procs may disagree, and a trace in which they do so too much is refused as by Go.
// Whole file before the first event is known to be right, so columns: 29 bytes an event.
// Authority: golang.org/x/exp trace/internal/tracev1/order.go and parser.go (parseEventBatches).
//
// Go tries every proc after every event; here a proc that has to wait is asked again when the goroutine
// it waits for has changed. Only events of one tick on different procs can come out in another order
// than there, and Go's own order of those is random (it ranges over a map).

import { goSort } from "../go-sort.ts";
import type { Uvarint } from "../uvarint.ts";
import { type V1Container, V1Fault } from "./container.ts";
import { type GoroutineRows, V1Cursors } from "./cursors.ts";
import * as wire from "./wire.ts";

const DEAD = 0;
const RUNNABLE = 1;
const RUNNING = 2;
const WAITING = 3;
/** No demand on the state. */
const ANY = 4;

/** What an event asks of its goroutine, and what that is afterwards. */
const NEEDS = new Uint8Array(64).fill(ANY);
const BECOMES = new Uint8Array(64).fill(ANY);
/** How the sequence number is treated: none, 0, 1, the event's own, counted up. */
const SEQ_NONE = 0;
const SEQ_ZERO = 1;
const SEQ_ONE = 2;
const SEQ_OWN = 3;
const SEQ_UP = 4;
const SEQ = new Uint8Array(64);

function rule(types: readonly number[], needs: number, becomes: number, seq: number): void {
  for (const type of types) {
    NEEDS[type] = needs;
    BECOMES[type] = becomes;
    SEQ[type] = seq;
  }
}
rule([wire.V1_GO_CREATE], DEAD, RUNNABLE, SEQ_ZERO);
rule([wire.V1_GO_WAITING, wire.V1_GO_IN_SYSCALL], RUNNABLE, WAITING, SEQ_ONE);
rule([wire.V1_GO_START, wire.V1_GO_START_LABEL], RUNNABLE, RUNNING, SEQ_OWN);
rule([wire.V1_GO_START_LOCAL], RUNNABLE, RUNNING, SEQ_UP);
rule(
  [
    wire.V1_GO_BLOCK,
    wire.V1_GO_BLOCK_SEND,
    wire.V1_GO_BLOCK_RECV,
    wire.V1_GO_BLOCK_SELECT,
    wire.V1_GO_BLOCK_SYNC,
    wire.V1_GO_BLOCK_COND,
    wire.V1_GO_BLOCK_NET,
    wire.V1_GO_SLEEP,
    wire.V1_GO_SYS_BLOCK,
    wire.V1_GO_BLOCK_GC,
  ],
  RUNNING,
  WAITING,
  SEQ_NONE,
);
rule([wire.V1_GO_SCHED, wire.V1_GO_PREEMPT], RUNNING, RUNNABLE, SEQ_NONE);
rule([wire.V1_GO_UNBLOCK, wire.V1_GO_SYS_EXIT], WAITING, RUNNABLE, SEQ_OWN);
rule([wire.V1_GO_UNBLOCK_LOCAL, wire.V1_GO_SYS_EXIT_LOCAL], WAITING, RUNNABLE, SEQ_UP);
rule([wire.V1_GC_START], DEAD, DEAD, SEQ_OWN);

/** 1: the goroutine that the event names changes; else the one that it is about. */
const CHANGES_NAMED = new Uint8Array(64);
for (const type of [
  wire.V1_GO_CREATE,
  wire.V1_GO_UNBLOCK,
  wire.V1_GO_UNBLOCK_LOCAL,
  wire.V1_GO_SYS_EXIT,
  wire.V1_GO_SYS_EXIT_LOCAL,
]) {
  CHANGES_NAMED[type] = 1;
}

/** "Local" events served the order only. */
const WITHOUT_LOCAL = Uint8Array.from({ length: 64 }, (_, type) => type);
WITHOUT_LOCAL[wire.V1_GO_START_LOCAL] = wire.V1_GO_START;
WITHOUT_LOCAL[wire.V1_GO_UNBLOCK_LOCAL] = wire.V1_GO_UNBLOCK;
WITHOUT_LOCAL[wire.V1_GO_SYS_EXIT_LOCAL] = wire.V1_GO_SYS_EXIT;

/** Asking again in vain may cost this many times what the events do; no recorded trace comes near. */
const VAIN_PER_EVENT = 64;

/** All events of a trace. `sorted` has the rows by time. */
export interface V1Events {
  readonly length: number;
  readonly type: Uint8Array;
  /** From `read`: ns since the first event. */
  readonly time: Float64Array;
  /** Number of the proc. */
  readonly proc: Int32Array;
  /** Rows of goroutines: who the event is about; the one that it names, −1 for none. */
  readonly goroutine: Int32Array;
  readonly named: Int32Array;
  /** Where its numbers after the ticks start; of a CPU sample, its row. */
  readonly args: Int32Array;
  readonly sorted: Int32Array;
}

/** @throws V1Fault in Go's words where Go reads no event. */
export function orderEvents(
  container: V1Container,
  number: Uvarint,
  goroutines: GoroutineRows,
): V1Events {
  if (container.fault !== undefined) throw container.fault;
  if (container.repeatedStrings > 0) {
    throw new V1Fault("repeated-id", 0, "string has duplicate id");
  }
  const merge = new Merge(container, number, goroutines);
  merge.run();
  // Go looks for the clock only now.
  if (container.ticksPerSecond === undefined) {
    throw new V1Fault("no-frequency", container.readTo, "no EvFrequency event");
  }
  return merge.finish();
}

class Merge {
  readonly #container: V1Container;
  readonly #bytes: Uint8Array;
  readonly #number: Uvarint;
  readonly #cursors: V1Cursors;
  readonly #length: number;
  readonly #type: Uint8Array;
  readonly #time: Float64Array;
  readonly #proc: Int32Array;
  readonly #goroutine: Int32Array;
  readonly #named: Int32Array;
  readonly #args: Int32Array;
  #count = 0;

  // Of goroutines; the mark phase has a sequence like one and comes last.
  #seq = new Float64Array(64);
  #status = new Uint8Array(64);
  /** The first proc that waits for it, by the proc's row + 1. */
  #waiter = new Int32Array(64);
  #gcSeq = 0;
  #gcWaiter = 0;
  readonly #nextWaiter: Int32Array;
  #vain = 0;

  /** Procs that can go on, earliest first; the samples are the proc after the last. */
  readonly #heap: Int32Array;
  #heapLength = 0;
  readonly #headTicks: Float64Array;
  readonly #sampleOrder: Int32Array;
  #sample = 0;
  /** Rows of exits "on the same proc"; no release was seen to write one. */
  readonly #localExits = new Set<number>();

  constructor(container: V1Container, number: Uvarint, goroutines: GoroutineRows) {
    this.#container = container;
    this.#bytes = container.bytes;
    this.#number = number;
    this.#cursors = new V1Cursors(container, number, goroutines);
    const { samples } = container.tables;
    const length = container.timed + samples.length;
    this.#length = length;
    this.#type = new Uint8Array(length);
    this.#time = new Float64Array(length);
    this.#proc = new Int32Array(length);
    this.#goroutine = new Int32Array(length);
    this.#named = new Int32Array(length);
    this.#args = new Int32Array(length);
    const procs = container.procs.length;
    this.#nextWaiter = new Int32Array(procs);
    this.#heap = new Int32Array(procs + 1);
    this.#headTicks = new Float64Array(procs + 1);
    this.#sampleOrder = Int32Array.from(samples.ticks.keys());
    goSort(this.#sampleOrder, samples.length, samples.ticks);
  }

  run(): void {
    const procs = this.#container.procs.length;
    for (let proc = 0; proc < procs; proc++) this.#advance(proc);
    this.#advanceSamples();
    while (this.#heapLength > 0) {
      const proc = this.#heap[0];
      this.#pop();
      if (proc === procs) {
        this.#takeSample();
        this.#advanceSamples();
        continue;
      }
      this.#take(proc);
      this.#advance(proc);
    }
    if (this.#count < this.#length) {
      throw new V1Fault(
        "no-order",
        this.#container.readTo,
        "no consistent ordering of events possible",
      );
    }
  }

  #advance(proc: number): void {
    if (!this.#cursors.next(proc)) return;
    this.#headTicks[proc] = this.#cursors.ticks[proc];
    this.#admit(proc);
  }

  #advanceSamples(): void {
    if (this.#sample >= this.#sampleOrder.length) return;
    const proc = this.#container.procs.length;
    this.#headTicks[proc] = this.#container.tables.samples.ticks[this.#sampleOrder[this.#sample]];
    this.#push(proc);
  }

  /** To the heap when it is ready, else to those who wait for its goroutine. */
  #admit(proc: number): void {
    const cursors = this.#cursors;
    const type = cursors.type[proc];
    if (NEEDS[type] === ANY) {
      this.#push(proc);
      return;
    }
    if (type === wire.V1_GC_START) {
      if (this.#isGcReady(proc)) this.#push(proc);
      else {
        this.#nextWaiter[proc] = this.#gcWaiter;
        this.#gcWaiter = proc + 1;
      }
      return;
    }
    const row = CHANGES_NAMED[type] === 1 ? cursors.named[proc] : cursors.goroutine[proc];
    if (row >= this.#status.length) this.#grow();
    if (this.#isReady(proc, type, row)) this.#push(proc);
    else {
      this.#nextWaiter[proc] = this.#waiter[row];
      this.#waiter[row] = proc + 1;
    }
  }

  #grow(): void {
    const length = Math.max(this.#cursors.goroutines.length, this.#status.length * 2);
    const seq = new Float64Array(length);
    seq.set(this.#seq);
    this.#seq = seq;
    const status = new Uint8Array(length);
    status.set(this.#status);
    this.#status = status;
    const waiter = new Int32Array(length);
    waiter.set(this.#waiter);
    this.#waiter = waiter;
  }

  #isGcReady(proc: number): boolean {
    const seq = this.#cursors.second[proc];
    return seq === -1 || seq === this.#gcSeq;
  }

  #isReady(proc: number, type: number, row: number): boolean {
    if (this.#status[row] !== NEEDS[type]) return false;
    switch (SEQ[type]) {
      case SEQ_ZERO:
        return this.#seq[row] === 0;
      case SEQ_ONE:
        return this.#seq[row] === 1;
      case SEQ_OWN: {
        // 2^64 − 1 is Go's mark for "no sequence number".
        const seq = this.#cursors.second[proc];
        return seq === -1 || seq === this.#seq[row];
      }
      default:
        return true;
    }
  }

  #take(proc: number): void {
    const cursors = this.#cursors;
    const type = cursors.type[proc];
    const i = this.#count++;
    this.#type[i] = WITHOUT_LOCAL[type];
    this.#time[i] = cursors.ticks[proc];
    this.#proc[i] = this.#container.procs[proc];
    this.#goroutine[i] = cursors.goroutine[proc];
    this.#named[i] = cursors.named[proc];
    this.#args[i] = cursors.args[proc];
    if (NEEDS[type] === ANY) return;
    if (type === wire.V1_GO_SYS_EXIT_LOCAL) this.#localExits.add(i);
    if (type === wire.V1_GC_START) {
      if (!this.#isGcReady(proc)) throw impossible(cursors.args[proc]);
      this.#gcSeq = cursors.second[proc] + 1;
      const first = this.#gcWaiter;
      this.#gcWaiter = 0;
      this.#askAgain(first);
      return;
    }
    const row = CHANGES_NAMED[type] === 1 ? cursors.named[proc] : cursors.goroutine[proc];
    // Two procs may each have been ready for one goroutine; the second no longer is.
    if (!this.#isReady(proc, type, row)) throw impossible(cursors.args[proc]);
    this.#status[row] = BECOMES[type];
    if (SEQ[type] === SEQ_OWN) this.#seq[row] = cursors.second[proc] + 1;
    else if (SEQ[type] === SEQ_UP) this.#seq[row] += 1;
    else if (SEQ[type] !== SEQ_NONE) this.#seq[row] = SEQ[type] === SEQ_ZERO ? 1 : 2;
    const first = this.#waiter[row];
    if (first === 0) return;
    this.#waiter[row] = 0;
    this.#askAgain(first);
  }

  #askAgain(first: number): void {
    let waiter = first;
    while (waiter !== 0) {
      const proc = waiter - 1;
      waiter = this.#nextWaiter[proc];
      const before = this.#heapLength;
      this.#admit(proc);
      if (this.#heapLength > before) continue;
      this.#vain += 1;
      if (this.#vain > VAIN_PER_EVENT * this.#length + 1_000_000) {
        throw new V1Fault("prepared-order", 0, "an order that was made to be slow");
      }
    }
  }

  #takeSample(): void {
    const row = this.#sampleOrder[this.#sample++];
    const { samples } = this.#container.tables;
    const i = this.#count++;
    this.#type[i] = wire.V1_CPU_SAMPLE;
    this.#time[i] = samples.ticks[row];
    this.#proc[i] = samples.proc[row];
    this.#goroutine[i] = this.#cursors.goroutines.row(samples.goroutine[row], 0);
    this.#named[i] = -1;
    this.#args[i] = row;
  }

  #push(proc: number): void {
    const heap = this.#heap;
    const ticks = this.#headTicks;
    let at = this.#heapLength++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!(ticks[proc] < ticks[heap[parent]])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = proc;
  }

  /** Takes the first one off. */
  #pop(): void {
    const heap = this.#heap;
    const ticks = this.#headTicks;
    const length = --this.#heapLength;
    const last = heap[length];
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && ticks[heap[child + 1]] < ticks[heap[child]]) child += 1;
      if (!(ticks[heap[child]] < ticks[last])) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
  }

  finish(): V1Events {
    const length = this.#length;
    const sorted = this.#sort();
    const time = this.#time;
    const { nsPerTick } = this.#container.tables;
    const { timers } = this.#container;
    const { ids } = this.#cursors.goroutines;
    const first = length === 0 ? 0 : time[sorted[0]];
    for (let i = 0; i < length; i++) {
      time[i] = Math.trunc((time[i] - first) * nsPerTick);
      const type = this.#type[i];
      if (type === wire.V1_GO_SYS_EXIT) this.#proc[i] = wire.SYSCALL_P;
      else if (
        type === wire.V1_GO_UNBLOCK &&
        timers.size > 0 &&
        timers.get(ids.data[this.#goroutine[i]]) >= 0
      ) {
        this.#proc[i] = wire.TIMER_P;
      }
    }
    return {
      length,
      type: this.#type,
      time,
      proc: this.#proc,
      goroutine: this.#goroutine,
      named: this.#named,
      args: this.#args,
      sorted,
    };
  }

  /**
   * A system call's exit was written long after it happened: it gets its real time, then is sorted in.
   * The order by sequence numbers has to be one by time before that.
   */
  #sort(): Int32Array {
    const length = this.#length;
    const time = this.#time;
    for (let i = 1; i < length; i++) if (time[i] < time[i - 1]) throw timeOrder();
    const blocked = new Float64Array(this.#cursors.goroutines.length).fill(Number.NaN);
    const moved: number[] = [];
    for (let i = 0; i < length; i++) {
      const type = this.#type[i];
      if (type === wire.V1_GO_SYS_BLOCK || type === wire.V1_GO_IN_SYSCALL) {
        blocked[this.#goroutine[i]] = time[i];
      } else if (type === wire.V1_GO_SYS_EXIT) {
        const real = this.#realTicks(i);
        if (Number.isNaN(real)) continue;
        const since = blocked[this.#goroutine[i]];
        if (Number.isNaN(since)) {
          throw new V1Fault("stray-exit", this.#args[i], "stray syscall exit");
        }
        if (real < since) throw timeOrder();
        if (real === time[i]) continue;
        time[i] = real;
        moved.push(i);
      }
    }
    return sortedRows(time, length, moved);
  }

  /** NaN for 0, which says that there is none. An exit "on the same proc" has none to begin with. */
  #realTicks(i: number): number {
    const number = this.#number;
    const bytes = this.#bytes;
    const at = this.#args[i];
    if (this.#localExits.has(i)) return Number.NaN;
    for (let left = 3, from = at; left > 0; left--, from = number.next) {
      number.id(bytes, from, bytes.length);
    }
    if (number.low === 0 && number.high === 0) return Number.NaN;
    return this.#container.clock.ofLast(at);
  }
}

/** Rows by time, equal ones as they are: `moved` are out of place, the others sorted. */
export function sortedRows(
  time: Float64Array,
  length: number,
  moved: readonly number[],
): Int32Array {
  const sorted = new Int32Array(length);
  if (moved.length === 0) {
    for (let i = 0; i < length; i++) sorted[i] = i;
    return sorted;
  }
  const out = Int32Array.from(moved).sort((a, b) => time[a] - time[b] || a - b);
  const isMoved = new Uint8Array(length);
  for (const i of moved) isMoved[i] = 1;
  let next = 0;
  let at = 0;
  for (let i = 0; i < length; i++) {
    if (isMoved[i] === 1) continue;
    while (next < out.length) {
      const row = out[next];
      if (time[row] > time[i] || (time[row] === time[i] && row > i)) break;
      sorted[at++] = row;
      next += 1;
    }
    sorted[at++] = i;
  }
  while (next < out.length) sorted[at++] = out[next++];
  return sorted;
}

function impossible(offset: number): V1Fault {
  return new V1Fault("no-order", offset, "encountered impossible goroutine state transition");
}

function timeOrder(): V1Fault {
  return new V1Fault("time-order", 0, "time stamps out of order");
}
