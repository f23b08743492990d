// The ordered events of an old trace as events of the order since Go 1.22, so that what reads those
// reads these. What the old format does not say stays unsaid: a system call that did not block lasts
// 1 ns, a blocked goroutine is on no thread.
// Authority: golang.org/x/exp trace/tracev1.go, event by event, its oddities included (FORMAT.md).

import {
  GO_NOT_EXIST,
  GO_RUNNABLE,
  GO_RUNNING,
  GO_SYSCALL,
  GO_UNDETERMINED,
  GO_WAITING,
  PROC_IDLE,
  PROC_RUNNING,
  PROC_UNDETERMINED,
} from "../../../model/tables/trace.ts";
import { BATCH_EVENTS_MAX, EventBatch, type EventConsumer } from "../event-batch.ts";
import { IdSlots } from "../id-slots.ts";
import { type InternedTables, MISSING, NONE, type TraceInterner } from "../intern.ts";
import * as ev from "../spec.ts";
import type { Uvarint } from "../uvarint.ts";
import { EventArgs } from "./args.ts";
import type { V1Container } from "./container.ts";
import type { GoroutineRows } from "./cursors.ts";
import type { V1Events } from "./order.ts";
import * as wire from "./wire.ts";

/** An old event gives two new ones at most, but for the goroutines that were there at the start. */
const ROOM = 8;
const NO_THREAD = -1;

const NEW_BLOCK = new Uint8Array(64);
for (const type of wire.BLOCK_REASONS.keys()) NEW_BLOCK[type] = ev.EV_GO_BLOCK;
NEW_BLOCK[wire.V1_GO_SCHED] = ev.EV_GO_STOP;
NEW_BLOCK[wire.V1_GO_PREEMPT] = ev.EV_GO_STOP;

interface Task {
  readonly parent: number;
  readonly name: number;
}

/** Gives all events to `consumer`; returns how many, and the ids that no table has. */
export function convertEvents(
  container: V1Container,
  events: V1Events,
  goroutines: GoroutineRows,
  number: Uvarint,
  interner: TraceInterner,
  tables: InternedTables,
  consumer: EventConsumer,
): { readonly events: number; readonly missing: number } {
  const conversion = new Conversion(
    container,
    events,
    goroutines,
    number,
    interner,
    tables,
    consumer,
  );
  conversion.run();
  return { events: conversion.events, missing: conversion.missing };
}

class Conversion {
  readonly #container: V1Container;
  readonly #in: V1Events;
  readonly #ids: GoroutineRows["ids"];
  readonly #tables: InternedTables;
  readonly #consumer: EventConsumer;
  readonly #strings: TraceInterner["strings"];
  readonly #args: EventArgs;
  readonly #batch = new EventBatch();
  readonly #reasons = new Int32Array(64);
  readonly #stwReasons: readonly number[];
  /** Threads of procs; a stopped proc has none, one that never started no row. */
  readonly #procRows = new IdSlots();
  readonly #threads: number[] = [];
  readonly #tasks = new Map<number, Task>();
  /** Goroutines that were there at the start and of which no more is known yet. */
  #before: Set<number> | undefined = new Set();
  #lastNs = -1;
  #stwReason = 0;
  #syncs = 0;
  events = 0;
  missing = 0;

  constructor(
    container: V1Container,
    events: V1Events,
    goroutines: GoroutineRows,
    number: Uvarint,
    interner: TraceInterner,
    tables: InternedTables,
    consumer: EventConsumer,
  ) {
    this.#container = container;
    this.#in = events;
    this.#ids = goroutines.ids;
    this.#tables = tables;
    this.#consumer = consumer;
    this.#strings = interner.strings;
    this.#args = new EventArgs(container.bytes, number);
    for (const [type, reason] of wire.BLOCK_REASONS) {
      this.#reasons[type] = interner.strings.intern(reason);
    }
    this.#stwReasons = wire.STW_REASONS.map((reason) => interner.strings.intern(reason));
  }

  run(): void {
    const { length, sorted, time } = this.#in;
    const { batch } = this;
    if (length > 0) {
      this.#consumer.generation({ number: 1, clock: undefined });
      this.#sync(time[sorted[0]] - 1);
      // Go does not count the time of this one as the last.
      this.#lastNs = -1;
    }
    for (let turn = 0; turn < length; turn++) {
      if (batch.length > BATCH_EVENTS_MAX - ROOM) this.#flush();
      this.#event(sorted[turn]);
    }
    this.#flush();
    this.#consumer.generation(undefined);
    this.#sync(this.#lastNs + 1);
    this.#flush();
  }

  get batch(): EventBatch {
    return this.#batch;
  }

  #flush(): void {
    const { batch } = this;
    if (batch.length === 0) return;
    this.events += batch.length;
    this.#consumer.events(batch);
    batch.length = 0;
  }

  #sync(timeNs: number): void {
    this.#syncs += 1;
    const i = this.#row(ev.EV_SYNC, timeNs, NO_THREAD, -1, -1);
    this.#batch.arg0[i] = this.#syncs;
    this.#batch.stack[i] = NONE;
  }

  #row(type: number, ns: number, thread: number, proc: number, goroutine: number): number {
    const { batch } = this;
    const i = batch.length++;
    this.#lastNs = ns;
    batch.type[i] = type;
    batch.timeNs[i] = ns;
    batch.thread[i] = thread;
    batch.proc[i] = proc;
    batch.goroutine[i] = goroutine;
    return i;
  }

  /** Two events never have one time. */
  #put(type: number, timeNs: number, thread: number, proc: number, goroutine: number): number {
    const ns = timeNs <= this.#lastNs ? this.#lastNs + 1 : timeNs;
    return this.#row(type, ns, thread, proc, goroutine);
  }

  #stack(id: number): number {
    const index = this.#tables.stacks.get(id);
    if (index !== MISSING) return index;
    this.missing += 1;
    return NONE;
  }

  #nextStack(): number {
    return this.#stack(this.#args.nextStack());
  }

  #nextString(): number {
    const index = this.#tables.strings.get(this.#args.next());
    if (index !== MISSING) return index;
    this.missing += 1;
    return 0;
  }

  /** The thread that runs the proc, `otherwise` when none is known. */
  #thread(proc: number, otherwise: number): number {
    const row = this.#procRows.get(proc);
    const thread = row < 0 ? Number.NaN : this.#threads[row];
    return Number.isNaN(thread) ? otherwise : thread;
  }

  #event(at: number): void {
    const { type, time, proc, goroutine, named, args } = this.#in;
    const { batch } = this;
    const old = type[at];
    const ns = time[at];
    const p = proc[at];
    const id = this.#ids.data[goroutine[at]];
    const g = id === 0 ? -1 : id;
    this.#args.at = args[at];
    const reason = NEW_BLOCK[old];
    if (reason !== 0) {
      const i = this.#put(reason, ns, this.#thread(p, NO_THREAD), p, g);
      this.#transition(i, g, GO_RUNNING, reason === ev.EV_GO_STOP ? GO_RUNNABLE : GO_WAITING);
      batch.text0[i] = this.#reasons[old];
      batch.stack[i] = this.#nextStack();
      return;
    }
    switch (old) {
      case wire.V1_GO_START: {
        const start = this.#before === undefined;
        const i = this.#put(
          start ? ev.EV_GO_START : ev.EV_GO_STATUS,
          ns,
          this.#thread(p, NO_THREAD),
          p,
          g,
        );
        this.#transition(i, id, start ? GO_RUNNABLE : GO_UNDETERMINED, GO_RUNNING);
        this.#before?.delete(id);
        return;
      }
      case wire.V1_GO_START_LABEL: {
        const thread = this.#thread(p, 0);
        let i = this.#put(ev.EV_GO_START, ns, thread, p, id);
        this.#transition(i, id, GO_RUNNABLE, GO_RUNNING);
        i = this.#put(ev.EV_GO_LABEL, ns, thread, p, id);
        this.#args.next();
        this.#args.next();
        batch.arg0[i] = id;
        batch.text0[i] = this.#nextString();
        batch.stack[i] = NONE;
        return;
      }
      case wire.V1_GO_END: {
        const i = this.#put(ev.EV_GO_DESTROY, ns, this.#thread(p, NO_THREAD), p, g);
        this.#transition(i, g, GO_RUNNING, GO_NOT_EXIST);
        return;
      }
      case wire.V1_GO_UNBLOCK: {
        const i = this.#put(ev.EV_GO_UNBLOCK, ns, this.#thread(p, NO_THREAD), p, g);
        this.#transition(i, this.#ids.data[named[at]], GO_WAITING, GO_RUNNABLE);
        batch.stack[i] = this.#nextStack();
        return;
      }
      case wire.V1_GO_CREATE:
        this.#create(ns, p, g, this.#ids.data[named[at]]);
        return;
      case wire.V1_HEAP_ALLOC:
      case wire.V1_HEAP_GOAL: {
        const metric = old === wire.V1_HEAP_ALLOC ? ev.EV_HEAP_ALLOC : ev.EV_HEAP_GOAL;
        const i = this.#put(metric, ns, this.#thread(p, NO_THREAD), p, g);
        batch.arg0[i] = this.#args.next();
        batch.stack[i] = NONE;
        return;
      }
      case wire.V1_GO_SYS_CALL:
      case wire.V1_GO_SYS_CALL_BLOCKED: {
        const isBlocked = old === wire.V1_GO_SYS_CALL_BLOCKED;
        const thread = this.#thread(p, isBlocked ? NO_THREAD : 0);
        const i = this.#put(ev.EV_GO_SYSCALL_BEGIN, ns, thread, p, id);
        this.#transition(i, id, GO_RUNNING, GO_SYSCALL);
        batch.stack[i] = this.#nextStack();
        if (isBlocked) return;
        const end = this.#put(ev.EV_GO_SYSCALL_END, ns + 1, thread, p, id);
        this.#transition(end, id, GO_SYSCALL, GO_RUNNING);
        return;
      }
      case wire.V1_GO_SYS_BLOCK:
        return;
      case wire.V1_GO_SYS_EXIT: {
        const i = this.#put(ev.EV_GO_SYSCALL_END_BLOCKED, ns, this.#thread(p, NO_THREAD), p, g);
        this.#transition(i, g, GO_SYSCALL, GO_RUNNABLE);
        return;
      }
      case wire.V1_CPU_SAMPLE: {
        const i = this.#put(ev.EV_CPU_SAMPLE, ns, NO_THREAD, p, g);
        batch.stack[i] = this.#stack(this.#container.tables.samples.stack[args[at]]);
        return;
      }
      default:
        this.#rare(old, ns, p, g, id);
    }
  }

  #transition(i: number, id: number, from: number, to: number): void {
    const { batch } = this;
    batch.arg0[i] = id;
    batch.from[i] = from;
    batch.to[i] = to;
    batch.stack[i] = NONE;
  }

  #create(ns: number, p: number, g: number, other: number): void {
    if (this.#before !== undefined) {
      this.#before.add(other);
      return;
    }
    const { batch } = this;
    const i = this.#put(ev.EV_GO_CREATE, ns, this.#thread(p, NO_THREAD), p, g);
    this.#transition(i, other, GO_NOT_EXIST, GO_RUNNABLE);
    this.#args.next();
    batch.otherStack[i] = this.#stack(this.#args.next());
    batch.stack[i] = this.#nextStack();
  }

  #rare(old: number, ns: number, p: number, g: number, id: number): void {
    switch (old) {
      case wire.V1_PROC_START:
      case wire.V1_PROC_STOP:
        this.#procEvent(old, ns, p, g);
        return;
      case wire.V1_GOMAXPROCS:
        this.#gomaxprocs(ns, p, g);
        return;
      case wire.V1_GO_WAITING:
      case wire.V1_GO_IN_SYSCALL: {
        const i = this.#put(ev.EV_GO_STATUS, ns, this.#thread(p, NO_THREAD), p, g);
        const to = old === wire.V1_GO_WAITING ? GO_WAITING : GO_SYSCALL;
        this.#transition(i, id, GO_UNDETERMINED, to);
        this.#before?.delete(id);
        return;
      }
      case wire.V1_USER_TASK_CREATE:
      case wire.V1_USER_TASK_END:
      case wire.V1_USER_REGION:
      case wire.V1_USER_LOG:
        this.#user(old, ns, p, g);
        return;
      default:
        this.#range(old, ns, p, g);
    }
  }

  #procEvent(old: number, ns: number, p: number, g: number): void {
    let row = this.#procRows.get(p);
    const isKnown = row >= 0;
    if (!isKnown) {
      row = this.#threads.length;
      this.#threads.push(Number.NaN);
      // A table that hostile numbers cluster answers slowly, not wrongly; they are procs of the file,
      // which the container has let pass.
      this.#procRows.add(p, row);
    }
    const isStart = old === wire.V1_PROC_START;
    if (isStart) this.#threads[row] = this.#args.next();
    const type = isKnown ? (isStart ? ev.EV_PROC_START : ev.EV_PROC_STOP) : ev.EV_PROC_STATUS;
    const i = this.#put(type, ns, this.#thread(p, NO_THREAD), p, g);
    const to = isStart ? PROC_RUNNING : PROC_IDLE;
    this.#transition(i, p, isKnown ? (isStart ? PROC_IDLE : PROC_RUNNING) : PROC_UNDETERMINED, to);
    if (!isStart) this.#threads[row] = Number.NaN;
  }

  /** The first one ends the list of the goroutines that are there: who is left was to run. */
  #gomaxprocs(ns: number, p: number, g: number): void {
    const { batch } = this;
    const before = this.#before;
    if (before !== undefined) {
      this.#before = undefined;
      for (const id of before) {
        if (batch.length > BATCH_EVENTS_MAX - ROOM) this.#flush();
        const i = this.#put(ev.EV_GO_STATUS, ns, NO_THREAD, -1, -1);
        this.#transition(i, id, GO_UNDETERMINED, GO_RUNNABLE);
      }
      return;
    }
    const i = this.#put(ev.EV_PROCS_CHANGE, ns, this.#thread(p, NO_THREAD), p, g);
    batch.arg0[i] = this.#args.next();
    batch.stack[i] = this.#nextStack();
  }

  #range(old: number, ns: number, p: number, g: number): void {
    const { batch } = this;
    const thread = this.#thread(p, NO_THREAD);
    const put = (type: number, arg0: number): number => {
      const i = this.#put(type, ns, thread, p, g);
      batch.arg0[i] = arg0;
      batch.stack[i] = NONE;
      return i;
    };
    switch (old) {
      case wire.V1_GC_START: {
        const i = put(ev.EV_GC_BEGIN, this.#args.next());
        batch.stack[i] = this.#nextStack();
        return;
      }
      case wire.V1_GC_DONE:
        put(ev.EV_GC_END, 0);
        return;
      case wire.V1_STW_START: {
        const reason = wire.stwReasonIndex(this.#args.next(), this.#container.version);
        this.#stwReason = this.#stwReasons[reason] ?? 0;
        batch.text0[put(ev.EV_STW_BEGIN, g)] = this.#stwReason;
        return;
      }
      case wire.V1_STW_DONE:
        batch.text0[put(ev.EV_STW_END, g)] = this.#stwReason;
        return;
      case wire.V1_GC_SWEEP_START:
        batch.stack[put(ev.EV_GC_SWEEP_BEGIN, p)] = this.#nextStack();
        return;
      case wire.V1_GC_SWEEP_DONE: {
        const i = put(ev.EV_GC_SWEEP_END, p);
        batch.arg1[i] = this.#args.next();
        batch.arg2[i] = this.#args.next();
        return;
      }
      case wire.V1_GC_MARK_ASSIST_START:
        batch.stack[put(ev.EV_GC_MARK_ASSIST_BEGIN, g)] = this.#nextStack();
        return;
      case wire.V1_GC_MARK_ASSIST_DONE:
        put(ev.EV_GC_MARK_ASSIST_END, g);
        return;
      default:
        return;
    }
  }

  #user(old: number, ns: number, p: number, g: number): void {
    const { batch } = this;
    const args = this.#args;
    const thread = this.#thread(p, NO_THREAD);
    const task = args.next();
    switch (old) {
      case wire.V1_USER_TASK_CREATE: {
        const i = this.#put(ev.EV_USER_TASK_BEGIN, ns, thread, p, g);
        const parent = args.next();
        const name = this.#nextString();
        batch.arg0[i] = task;
        batch.arg1[i] = parent === 0 ? -1 : parent;
        batch.text0[i] = name;
        batch.stack[i] = this.#nextStack();
        this.#tasks.set(task, { parent, name });
        return;
      }
      case wire.V1_USER_TASK_END: {
        const i = this.#put(ev.EV_USER_TASK_END, ns, thread, p, g);
        const known = this.#tasks.get(task);
        this.#tasks.delete(task);
        batch.arg0[i] = task;
        batch.arg1[i] = known === undefined ? -1 : known.parent;
        batch.text0[i] = known === undefined ? 0 : known.name;
        batch.stack[i] = this.#nextStack();
        return;
      }
      case wire.V1_USER_REGION: {
        const isStart = args.next() === 0;
        const type = isStart ? ev.EV_USER_REGION_BEGIN : ev.EV_USER_REGION_END;
        const i = this.#put(type, ns, thread, p, g);
        batch.arg0[i] = task;
        batch.text0[i] = this.#nextString();
        batch.stack[i] = this.#nextStack();
        return;
      }
      default: {
        const i = this.#put(ev.EV_USER_LOG, ns, thread, p, g);
        batch.arg0[i] = task;
        batch.text0[i] = this.#nextString();
        batch.stack[i] = this.#nextStack();
        batch.text1[i] = this.#message();
      }
    }
  }

  /** Stands in the event itself, after its numbers. */
  #message(): number {
    const length = this.#args.next();
    const from = this.#args.at;
    return this.#strings.internBytes(this.#container.bytes, from, from + length);
  }
}
