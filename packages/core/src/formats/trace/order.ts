// The full order: which event may go on, given what every goroutine, proc and thread is doing. Time
// stamps are a hint only; sequence numbers and the emulated scheduler decide.
// Authority: Go internal/trace/order.go (Go 1.26.8), rule by rule; faults carry its words. What is
// checked in which order matters: a trace that Go's reader refuses must be refused at the same event.
//
// `advance` is called for every event, so state is in typed arrays and there are no closures and no
// objects. The file is over 800 lines because the rules share one state and are read beside Go's one
// file, in its order.

import {
  GO_NOT_EXIST,
  GO_RUNNABLE,
  GO_RUNNING,
  GO_SYSCALL,
  GO_UNDETERMINED,
  GO_WAITING,
  PROC_IDLE,
  PROC_NOT_EXIST,
  PROC_RUNNING,
  PROC_UNDETERMINED,
} from "../../model/tables/trace.ts";
import type { Cursors } from "./cursors.ts";
import { EventBatch } from "./event-batch.ts";
import { TraceFault } from "./fault.ts";
import { type IdMap, type InternedTables, MISSING, NONE } from "./intern.ts";
import { Goroutines, Procs, Regions, Tasks, Threads } from "./scheduler-state.ts";
import * as ev from "./spec.ts";

const GO_STATE_OF_STATUS = [GO_UNDETERMINED, GO_RUNNABLE, GO_RUNNING, GO_SYSCALL, GO_WAITING];
const PROC_STATE_OF_STATUS = [PROC_UNDETERMINED, PROC_RUNNING, PROC_IDLE, PROC_RUNNING, PROC_IDLE];
const GO_STATUS_NAMES = ["Bad", "Runnable", "Running", "Syscall", "Waiting"];
const PROC_STATUS_NAMES = ["Bad", "Running", "Idle", "Syscall", "Bad"];

const GC_UNDETERMINED = 0;
const GC_NOT_RUNNING = 1;
const GC_RUNNING = 2;

function nameOf(type: number): string {
  return ev.SPECS.get(type)?.name ?? `Invalid(${type})`;
}

function broken(code: string, message: string): TraceFault {
  return new TraceFault(code, message);
}

const NO_IDS: IdMap | undefined = undefined;

export class TraceOrder {
  /** Being filled. */
  batch = new EventBatch();
  readonly #g = new Goroutines();
  readonly #p = new Procs();
  readonly #m = new Threads();
  readonly #regions = new Regions();
  readonly #tasks = new Tasks();
  readonly #cursors: Cursors;
  #gcSeq = 0;
  #gcState = GC_UNDETERMINED;
  #generation = 0;
  #isInitial = true;
  #strings: IdMap | undefined = NO_IDS;
  #stacks: IdMap | undefined = NO_IDS;
  /** Of the last event put out. */
  lastNs = 0;
  /**
   * An id of the last event that no table has. Go looks ids up when an event is delivered, after the
   * next one was decoded, so a broken next event comes first.
   */
  missing: TraceFault | undefined;

  constructor(cursors: Cursors) {
    this.#cursors = cursors;
  }

  /** `lastNs` starts at Go's time 0. */
  open(generation: number, isInitial: boolean, tables: InternedTables): void {
    this.#generation = generation;
    this.#isInitial = isInitial;
    this.#strings = tables.strings;
    this.#stacks = tables.stacks;
  }

  /** Puts an event out; returns its row. */
  put(type: number, time: number, thread: number, proc: number, goroutine: number): number {
    const { batch } = this;
    let ns = time;
    if (ns <= this.lastNs) {
      ns = this.lastNs + 1;
      // 2^53 ns after the trace's start, which only a broken clock reads.
      if (ns === this.lastNs) throw broken("time-out-of-range", "time stamps out of range");
    }
    this.lastNs = ns;
    const i = batch.length++;
    batch.type[i] = type;
    batch.timeNs[i] = ns;
    batch.thread[i] = thread;
    batch.proc[i] = proc;
    batch.goroutine[i] = goroutine;
    return i;
  }

  #stack(id: number, type: number): number {
    const index = this.#stacks === undefined ? MISSING : this.#stacks.get(id);
    if (index === MISSING && this.missing === undefined) {
      this.missing = broken("no-stack", `found invalid stack ID ${id} for event ${nameOf(type)}`);
    }
    return index;
  }

  #string(id: number, type: number): number {
    const index = this.#strings === undefined ? MISSING : this.#strings.get(id);
    if (index === MISSING && this.missing === undefined) {
      this.missing = broken("no-string", `found invalid string ID ${id} for event ${nameOf(type)}`);
    }
    return index;
  }

  /** The first of what an event needs and does not have, in Go's order: thread, proc, goroutine. */
  #lack(m: number, p: number, needsProc: boolean): TraceFault {
    const what = m < 0 ? "thread" : needsProc && p < 0 ? "proc" : "goroutine";
    return broken(`no-${what}`, `expected a ${what} but didn't have one`);
  }

  #unknownGoroutine(type: number, goroutine: number): TraceFault {
    return broken(
      "unknown-goroutine",
      `event ${nameOf(type)} for goroutine (${goroutine}) that doesn't exist`,
    );
  }

  #notInState(type: number, state: string): TraceFault {
    return broken("goroutine-state", `${nameOf(type)} event for goroutine that's not ${state}`);
  }

  /**
   * Tries the event at cursor `c`. False: something has to happen on another thread first.
   * @throws TraceFault when it can never be right.
   */
  advance(c: number): boolean {
    const cursors = this.#cursors;
    const threads = this.#m;
    const procs = this.#p;
    const goroutines = this.#g;
    const type = cursors.type[c];
    const time = cursors.time[c];
    const arg0 = cursors.arg0[c];
    const thread = cursors.thread[c];
    let m = -1;
    let p = -1;
    let pid = -1;
    let g = -1;
    let row = -1;
    if (thread !== -1) {
      m = threads.row(thread);
      if (m < 0) m = threads.add(thread);
      p = threads.proc[m];
      if (p >= 0) pid = procs.id[p];
      g = threads.goroutine[m];
      if (g !== -1) {
        row = threads.goroutineRow[m];
        if (row < 0 || goroutines.id[row] !== g) row = goroutines.row(g);
      }
    }
    const { batch } = this;
    switch (type) {
      case ev.EV_HEAP_ALLOC:
      case ev.EV_HEAP_GOAL: {
        if (m < 0 || p < 0) throw this.#lack(m, p, true);
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = arg0;
        return true;
      }
      case ev.EV_GO_START: {
        const other = goroutines.row(arg0);
        if (other < 0 || goroutines.status[other] !== ev.STATUS_RUNNABLE) return false;
        const seq = cursors.arg1[c];
        if (seq < 0 || goroutines.seq[other] + 1 !== seq) return false;
        if (goroutines.seqGeneration[other] !== this.#generation) return false;
        if (m < 0 || p < 0) throw this.#lack(m, p, true);
        if (g !== -1) throw broken("odd-goroutine", "expected no goroutine but had one");
        goroutines.status[other] = ev.STATUS_RUNNING;
        goroutines.seq[other] = seq;
        threads.goroutine[m] = arg0;
        threads.goroutineRow[m] = other;
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = arg0;
        batch.from[i] = GO_RUNNABLE;
        batch.to[i] = GO_RUNNING;
        return true;
      }
      case ev.EV_GO_STOP:
      case ev.EV_GO_BLOCK: {
        if (m < 0 || p < 0 || g === -1) throw this.#lack(m, p, true);
        if (row < 0) throw this.#unknownGoroutine(type, g);
        if (goroutines.status[row] !== ev.STATUS_RUNNING) throw this.#notInState(type, "Running");
        const isStop = type === ev.EV_GO_STOP;
        goroutines.status[row] = isStop ? ev.STATUS_RUNNABLE : ev.STATUS_WAITING;
        threads.goroutine[m] = -1;
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = g;
        batch.from[i] = GO_RUNNING;
        batch.to[i] = isStop ? GO_RUNNABLE : GO_WAITING;
        batch.stack[i] = this.#stack(cursors.arg1[c], type);
        batch.text0[i] = this.#string(arg0, type);
        return true;
      }
      case ev.EV_GO_UNBLOCK: {
        const other = goroutines.row(arg0);
        if (other < 0 || goroutines.status[other] !== ev.STATUS_WAITING) return false;
        const seq = cursors.arg1[c];
        if (seq < 0 || goroutines.seq[other] + 1 !== seq) return false;
        if (goroutines.seqGeneration[other] !== this.#generation) return false;
        goroutines.status[other] = ev.STATUS_RUNNABLE;
        goroutines.seq[other] = seq;
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = arg0;
        batch.from[i] = GO_WAITING;
        batch.to[i] = GO_RUNNABLE;
        batch.stack[i] = this.#stack(cursors.arg2[c], type);
        return true;
      }
      case ev.EV_GO_SYSCALL_BEGIN: {
        if (m < 0 || p < 0 || g === -1) throw this.#lack(m, p, true);
        if (row < 0) throw this.#unknownGoroutine(type, g);
        if (goroutines.status[row] !== ev.STATUS_RUNNING) throw this.#notInState(type, "Running");
        // A fault here ends the trace, so that the status has changed already does not matter.
        goroutines.status[row] = ev.STATUS_SYSCALL;
        procs.status[p] = ev.PROC_STATUS_SYSCALL;
        if (arg0 < 0 || procs.seq[p] + 1 !== arg0 || procs.seqGeneration[p] !== this.#generation) {
          throw broken(
            "odd-sequence",
            `failed to advance ${nameOf(type)}: can't make sequence: ${procs.seq[p]} (gen=${procs.seqGeneration[p]}) -> ${arg0} (gen=${this.#generation})`,
          );
        }
        procs.seq[p] = arg0;
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = g;
        batch.from[i] = GO_RUNNING;
        batch.to[i] = GO_SYSCALL;
        batch.stack[i] = this.#stack(cursors.arg1[c], type);
        return true;
      }
      case ev.EV_GO_SYSCALL_END: {
        if (m < 0 || p < 0 || g === -1) throw this.#lack(m, p, true);
        if (row < 0) throw this.#unknownGoroutine(type, g);
        if (goroutines.status[row] !== ev.STATUS_SYSCALL) throw this.#notInState(type, "Running");
        goroutines.status[row] = ev.STATUS_RUNNING;
        if (procs.status[p] !== ev.PROC_STATUS_SYSCALL) {
          throw broken(
            "proc-state",
            `expected proc ${pid} in state Syscall, but got ${PROC_STATUS_NAMES[procs.status[p]]} instead`,
          );
        }
        procs.status[p] = ev.PROC_STATUS_RUNNING;
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = g;
        batch.from[i] = GO_SYSCALL;
        batch.to[i] = GO_RUNNING;
        return true;
      }
      case ev.EV_GO_SYSCALL_END_BLOCKED: {
        if (p >= 0 && procs.status[p] === ev.PROC_STATUS_SYSCALL) return false;
        if (m < 0 || g === -1) throw this.#lack(m, p, false);
        if (row < 0) throw this.#unknownGoroutine(type, g);
        if (goroutines.status[row] !== ev.STATUS_SYSCALL) throw this.#notInState(type, "Running");
        goroutines.status[row] = ev.STATUS_RUNNABLE;
        threads.goroutine[m] = -1;
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = g;
        batch.from[i] = GO_SYSCALL;
        batch.to[i] = GO_RUNNABLE;
        return true;
      }
      case ev.EV_GO_CREATE:
      case ev.EV_GO_CREATE_BLOCKED: {
        if (m < 0 || p < 0) throw this.#lack(m, p, true);
        if (row >= 0 && goroutines.status[row] !== ev.STATUS_RUNNING) {
          throw this.#notInState(type, "Running");
        }
        if (goroutines.row(arg0) >= 0) {
          throw broken(
            "goroutine-exists",
            `tried to create goroutine (${arg0}) that already exists`,
          );
        }
        const isBlocked = type === ev.EV_GO_CREATE_BLOCKED;
        goroutines.add(arg0, isBlocked ? ev.STATUS_WAITING : ev.STATUS_RUNNABLE, this.#generation);
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = arg0;
        batch.from[i] = GO_NOT_EXIST;
        batch.to[i] = isBlocked ? GO_WAITING : GO_RUNNABLE;
        batch.stack[i] = this.#stack(cursors.arg2[c], type);
        batch.otherStack[i] = this.#stack(cursors.arg1[c], type);
        return true;
      }
      case ev.EV_GO_DESTROY: {
        if (m < 0 || p < 0 || g === -1) throw this.#lack(m, p, true);
        if (row < 0) throw this.#unknownGoroutine(type, g);
        if (goroutines.status[row] !== ev.STATUS_RUNNING) throw this.#notInState(type, "Running");
        this.#end(row);
        threads.goroutine[m] = -1;
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = g;
        batch.from[i] = GO_RUNNING;
        batch.to[i] = GO_NOT_EXIST;
        return true;
      }
      case ev.EV_PROC_START: {
        const other = procs.row(arg0);
        if (other < 0 || procs.status[other] !== ev.PROC_STATUS_IDLE) return false;
        const seq = cursors.arg1[c];
        if (seq < 0 || procs.seq[other] + 1 !== seq || p >= 0) return false;
        if (procs.seqGeneration[other] !== this.#generation) return false;
        if (m < 0) throw this.#lack(m, p, false);
        procs.status[other] = ev.PROC_STATUS_RUNNING;
        procs.seq[other] = seq;
        threads.proc[m] = other;
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = arg0;
        batch.from[i] = PROC_IDLE;
        batch.to[i] = PROC_RUNNING;
        return true;
      }
      case ev.EV_PROC_STOP: {
        if (p < 0) {
          throw broken("unknown-proc", `event ${nameOf(type)} for proc (-1) that doesn't exist`);
        }
        const status = procs.status[p];
        if (status !== ev.PROC_STATUS_RUNNING && status !== ev.PROC_STATUS_SYSCALL) {
          throw broken(
            "proc-state",
            `${nameOf(type)} event for proc that's not Running or Syscall`,
          );
        }
        procs.status[p] = ev.PROC_STATUS_IDLE;
        threads.proc[m] = -1;
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = pid;
        batch.from[i] = PROC_RUNNING;
        batch.to[i] = PROC_IDLE;
        return true;
      }
      case ev.EV_GO_SWITCH:
      case ev.EV_GO_SWITCH_DESTROY:
        return this.#goSwitch(c, m, p, g, row);
      case ev.EV_PROC_STEAL:
        return this.#procSteal(c, m, p, g);
      case ev.EV_PROC_STATUS:
        return this.#procStatus(c, m, p, g);
      case ev.EV_GO_STATUS:
      case ev.EV_GO_STATUS_STACK:
        return this.#goStatus(c, m, p, g);
      case ev.EV_GO_CREATE_SYSCALL:
      case ev.EV_GO_DESTROY_SYSCALL:
        return this.#callback(c, m, p, g, row);
      case ev.EV_GC_ACTIVE:
      case ev.EV_GC_BEGIN:
      case ev.EV_GC_END:
        return this.#gc(c, m, p, g);
      case ev.EV_STW_BEGIN:
      case ev.EV_STW_END:
      case ev.EV_GC_MARK_ASSIST_ACTIVE:
      case ev.EV_GC_MARK_ASSIST_BEGIN:
      case ev.EV_GC_MARK_ASSIST_END:
        return this.#goroutineRange(c, m, p, g, row);
      case ev.EV_GC_SWEEP_ACTIVE:
      case ev.EV_GC_SWEEP_BEGIN:
      case ev.EV_GC_SWEEP_END:
        return this.#sweep(c, m, p, g);
      case ev.EV_PROCS_CHANGE:
      case ev.EV_GO_LABEL:
      case ev.EV_USER_LOG:
        return this.#annotation(c, m, p, g);
      case ev.EV_USER_TASK_BEGIN:
      case ev.EV_USER_TASK_END:
        return this.#task(c, m, p, g);
      case ev.EV_USER_REGION_BEGIN:
      case ev.EV_USER_REGION_END:
        return this.#region(c, m, p, g, row);
      default: {
        // AllocFree; ClockSnapshot has a time but no place in the order.
        if (type < ev.EV_SPAN) {
          throw broken("odd-event", `bad event type found while ordering: ${type}`);
        }
        if (m < 0) throw this.#lack(m, p, false);
        const i = this.put(type, time, thread, pid, g);
        batch.arg0[i] = arg0;
        batch.arg1[i] = cursors.arg1[c];
        batch.arg2[i] = cursors.arg2[c];
        return true;
      }
    }
  }

  #end(row: number): void {
    this.#regions.removeAll(this.#g.region[row]);
    this.#g.remove(row);
  }

  #pid(p: number): number {
    return p < 0 ? -1 : this.#p.id[p];
  }

  #goSwitch(c: number, m: number, p: number, g: number, row: number): boolean {
    const { type: types, time: times, arg0, arg1, thread: threadOf } = this.#cursors;
    const goroutines = this.#g;
    const type = types[c];
    if (m < 0 || p < 0 || g === -1) throw this.#lack(m, p, true);
    if (row < 0) throw this.#unknownGoroutine(type, g);
    if (goroutines.status[row] !== ev.STATUS_RUNNING) throw this.#notInState(type, "Running");
    const next = arg0[c];
    const seq = arg1[c];
    const other = goroutines.row(next);
    if (other < 0 || goroutines.status[other] !== ev.STATUS_WAITING) return false;
    if (seq < 0 || goroutines.seq[other] + 1 !== seq) return false;
    if (goroutines.seqGeneration[other] !== this.#generation) return false;
    const { batch } = this;
    const time = times[c];
    const thread = threadOf[c];
    const pid = this.#pid(p);
    let i = this.put(type, time, thread, pid, g);
    batch.arg0[i] = next;
    batch.from[i] = GO_WAITING;
    batch.to[i] = GO_RUNNABLE;
    batch.stack[i] = NONE;
    if (type === ev.EV_GO_SWITCH) {
      goroutines.status[row] = ev.STATUS_WAITING;
      i = this.put(ev.EV_GO_BLOCK, time, thread, pid, g);
      batch.to[i] = GO_WAITING;
      batch.stack[i] = NONE;
      batch.text0[i] = 0;
    } else {
      this.#end(row);
      i = this.put(ev.EV_GO_DESTROY, time, thread, pid, g);
      batch.to[i] = GO_NOT_EXIST;
    }
    batch.arg0[i] = g;
    batch.from[i] = GO_RUNNING;
    goroutines.status[other] = ev.STATUS_RUNNING;
    goroutines.seq[other] = seq;
    this.#m.goroutine[m] = next;
    this.#m.goroutineRow[m] = other;
    i = this.put(ev.EV_GO_START, time, thread, pid, -1);
    batch.arg0[i] = next;
    batch.from[i] = GO_RUNNABLE;
    batch.to[i] = GO_RUNNING;
    return true;
  }

  #procSteal(c: number, m: number, p: number, g: number): boolean {
    const { time: times, arg0, arg1, arg2, thread: threadOf } = this.#cursors;
    const procs = this.#p;
    const stolen = arg0[c];
    const other = procs.row(stolen);
    if (other < 0) return false;
    const status = procs.status[other];
    if (status !== ev.PROC_STATUS_SYSCALL && status !== ev.PROC_STATUS_SYSCALL_ABANDONED) {
      return false;
    }
    const seq = arg1[c];
    if (seq < 0 || procs.seq[other] + 1 !== seq) return false;
    if (procs.seqGeneration[other] !== this.#generation) return false;
    if (m < 0) throw this.#lack(m, p, false);
    procs.status[other] = ev.PROC_STATUS_IDLE;
    procs.seq[other] = seq;
    const from = arg2[c];
    const thread = threadOf[c];
    if (status !== ev.PROC_STATUS_SYSCALL_ABANDONED) {
      if (from === thread) {
        if (p !== other) {
          throw broken(
            "odd-steal",
            `tried to self-steal proc ${stolen} (thread ${from}), but got proc ${this.#pid(p)} instead`,
          );
        }
        this.#m.proc[m] = -1;
      } else {
        const victim = this.#m.row(from);
        if (victim < 0) {
          throw broken("odd-steal", `stole proc from non-existent thread ${from}`);
        }
        if (this.#m.proc[victim] !== other) {
          throw broken(
            "odd-steal",
            `tried to steal proc ${stolen} from thread ${from}, but got proc ${this.#pid(this.#m.proc[victim])} instead`,
          );
        }
        this.#m.proc[victim] = -1;
      }
    }
    const i = this.put(ev.EV_PROC_STEAL, times[c], thread, this.#pid(p), g);
    this.batch.arg0[i] = stolen;
    this.batch.arg1[i] = from;
    // Lost information: the proc has been shown as idle already.
    this.batch.from[i] = status === ev.PROC_STATUS_SYSCALL_ABANDONED ? PROC_IDLE : PROC_RUNNING;
    this.batch.to[i] = PROC_IDLE;
    return true;
  }

  #procStatus(c: number, m: number, p: number, g: number): boolean {
    const { time: times, arg0, arg1, thread: threadOf } = this.#cursors;
    const procs = this.#p;
    const pid = arg0[c];
    const status = arg1[c];
    const state = PROC_STATE_OF_STATUS[status];
    if (state === undefined) {
      throw broken("odd-status", `invalid status for proc ${pid}: ${status}`);
    }
    let from = state;
    let to = state;
    let isPromoted = false;
    let row = procs.row(pid);
    if (row >= 0) {
      const known = procs.status[row];
      if (status === ev.PROC_STATUS_SYSCALL_ABANDONED && known === ev.PROC_STATUS_SYSCALL) {
        // It may mean lost information, but it is known that the proc is in a system call.
        from = PROC_RUNNING;
        to = PROC_RUNNING;
        isPromoted = true;
      } else if (known !== status) {
        throw broken(
          "inconsistent-status",
          `inconsistent status for proc ${pid}: old ${PROC_STATUS_NAMES[known]} vs. new ${PROC_STATUS_NAMES[status]}`,
        );
      }
      procs.seq[row] = 0;
      procs.seqGeneration[row] = this.#generation;
    } else {
      row = procs.add(pid, status, this.#generation);
      from = this.#isInitial ? PROC_UNDETERMINED : PROC_NOT_EXIST;
    }
    let thread = threadOf[c];
    let proc = this.#pid(p);
    let goroutine = g;
    if (isPromoted) {
      // It is about to be stolen, and its status is rarely told by the thread that it is bound to.
      const holder = this.#holderOf(row);
      if (holder < 0) {
        throw broken(
          "no-holder",
          `failed to find sched context for proc ${pid} that's about to be stolen`,
        );
      }
      thread = this.#m.id[holder];
      proc = pid;
      goroutine = this.#m.goroutine[holder];
    } else if (m >= 0 && (status === ev.PROC_STATUS_RUNNING || status === ev.PROC_STATUS_SYSCALL)) {
      this.#m.proc[m] = row;
    }
    const i = this.put(ev.EV_PROC_STATUS, times[c], thread, proc, goroutine);
    this.batch.arg0[i] = pid;
    this.batch.from[i] = from;
    this.batch.to[i] = to;
    return true;
  }

  #holderOf(proc: number): number {
    for (let m = 0; m < this.#m.length; m++) if (this.#m.proc[m] === proc) return m;
    return -1;
  }

  #goStatus(c: number, m: number, p: number, g: number): boolean {
    const { type: types, time: times, arg0, arg1, arg2, arg3, thread: threadOf } = this.#cursors;
    const goroutines = this.#g;
    const type = types[c];
    const gid = arg0[c];
    const mid = arg1[c];
    const status = arg2[c];
    const to = GO_STATE_OF_STATUS[status];
    if (to === undefined) {
      throw broken("odd-status", `invalid status for goroutine ${gid}: ${status}`);
    }
    let from = to;
    let row = goroutines.row(gid);
    if (row >= 0) {
      const known = goroutines.status[row];
      if (known !== status) {
        throw broken(
          "inconsistent-status",
          `inconsistent status for goroutine ${gid}: old ${GO_STATUS_NAMES[known]} vs. new ${GO_STATUS_NAMES[status]}`,
        );
      }
      goroutines.seq[row] = 0;
      goroutines.seqGeneration[row] = this.#generation;
    } else if (this.#isInitial) {
      row = goroutines.add(gid, status, this.#generation);
      from = GO_UNDETERMINED;
    } else {
      throw broken(
        "late-goroutine",
        `found goroutine status for new goroutine after the first generation: id=${gid} status=${GO_STATUS_NAMES[status]}`,
      );
    }
    let thread = threadOf[c];
    let goroutine = g;
    if (status === ev.STATUS_RUNNING) this.#bind(m, gid, row);
    else if (status === ev.STATUS_SYSCALL) {
      if (mid === -1) {
        throw broken("no-thread", `found goroutine ${gid} in syscall without a thread`);
      }
      if (mid === thread) {
        if (!this.#isInitial && g !== gid) {
          throw broken(
            "odd-thread",
            `inconsistent thread for syscalling goroutine ${gid}: thread has goroutine ${g}`,
          );
        }
        this.#bind(m, gid, row);
      } else {
        // Another thread's: it has sat in the call for the whole generation, without a proc.
        const holder = this.#m.row(mid);
        if (holder >= 0) {
          const held = this.#m.goroutine[holder];
          if (held !== gid) {
            throw broken(
              "odd-thread",
              `inconsistent thread for syscalling goroutine ${gid}: thread has goroutine ${held}`,
            );
          }
          goroutine = gid;
        } else this.#bind(this.#m.add(mid), gid, row);
        thread = mid;
      }
    }
    const i = this.put(type, times[c], thread, this.#pid(p), goroutine);
    this.batch.arg0[i] = gid;
    this.batch.from[i] = from;
    this.batch.to[i] = to;
    this.batch.stack[i] = type === ev.EV_GO_STATUS_STACK ? this.#stack(arg3[c], type) : NONE;
    return true;
  }

  #bind(m: number, goroutine: number, row: number): void {
    if (m < 0) return;
    this.#m.goroutine[m] = goroutine;
    this.#m.goroutineRow[m] = row;
  }

  /** Goroutines of threads that C made: they begin and end in a system call. */
  #callback(c: number, m: number, p: number, g: number, row: number): boolean {
    const { type: types, time: times, arg0, thread: threadOf } = this.#cursors;
    const goroutines = this.#g;
    const type = types[c];
    const { batch } = this;
    const thread = threadOf[c];
    if (type === ev.EV_GO_CREATE_SYSCALL) {
      if (m < 0) throw this.#lack(m, p, false);
      if (g !== -1) throw broken("odd-goroutine", "expected no goroutine but had one");
      const gid = arg0[c];
      if (goroutines.row(gid) >= 0) {
        throw broken(
          "goroutine-exists",
          `tried to create goroutine (${gid}) in syscall that already exists`,
        );
      }
      this.#bind(m, gid, goroutines.add(gid, ev.STATUS_SYSCALL, this.#generation));
      const i = this.put(type, times[c], thread, this.#pid(p), g);
      batch.arg0[i] = gid;
      batch.from[i] = GO_NOT_EXIST;
      batch.to[i] = GO_SYSCALL;
      return true;
    }
    if (m < 0 || g === -1) throw this.#lack(m, p, false);
    if (row < 0) throw this.#unknownGoroutine(type, g);
    if (goroutines.status[row] !== ev.STATUS_SYSCALL) throw this.#notInState(type, "Syscall");
    const pid = this.#pid(p);
    this.#end(row);
    this.#m.goroutine[m] = -1;
    if (p >= 0) {
      // The thread's id may be used again, so its proc counts as lost with it.
      if (this.#p.status[p] !== ev.PROC_STATUS_SYSCALL) {
        throw broken(
          "proc-state",
          `proc ${pid} in unexpected state ${PROC_STATUS_NAMES[this.#p.status[p]]} during ${nameOf(type)}`,
        );
      }
      this.#p.status[p] = ev.PROC_STATUS_SYSCALL_ABANDONED;
      this.#m.proc[m] = -1;
      const i = this.put(ev.EV_PROC_STEAL, times[c], thread, pid, g);
      batch.arg0[i] = pid;
      batch.arg1[i] = thread;
      batch.from[i] = PROC_RUNNING;
      batch.to[i] = PROC_IDLE;
    }
    const i = this.put(type, times[c], thread, pid, g);
    batch.arg0[i] = g;
    batch.from[i] = GO_SYSCALL;
    batch.to[i] = GO_NOT_EXIST;
    return true;
  }

  #gc(c: number, m: number, p: number, g: number): boolean {
    const { type: types, time: times, arg0, arg1, thread: threadOf } = this.#cursors;
    const type = types[c];
    const seq = arg0[c];
    const isFirst =
      type === ev.EV_GC_ACTIVE
        ? this.#isInitial
        : type === ev.EV_GC_BEGIN && this.#gcState === GC_UNDETERMINED;
    if (isFirst) {
      if (this.#gcState !== GC_UNDETERMINED) {
        throw broken("odd-gc", "GCActive in the first generation isn't first GC event");
      }
    } else {
      if (seq < 0 || seq !== this.#gcSeq + 1) return false;
      this.#checkGc(type);
      if (m < 0 || p < 0 || g === -1) throw this.#lack(m, p, true);
    }
    this.#gcSeq = seq;
    this.#gcState = type === ev.EV_GC_END ? GC_NOT_RUNNING : GC_RUNNING;
    const i = this.put(type, times[c], threadOf[c], this.#pid(p), g);
    this.batch.arg0[i] = seq;
    this.batch.stack[i] = type === ev.EV_GC_BEGIN ? this.#stack(arg1[c], type) : NONE;
    return true;
  }

  #checkGc(type: number): void {
    const state = this.#gcState;
    if (type === ev.EV_GC_ACTIVE && state !== GC_RUNNING) {
      throw broken("odd-gc", "encountered GCActive while GC was not in progress");
    }
    if (type === ev.EV_GC_BEGIN && state === GC_RUNNING) {
      throw broken("odd-gc", "encountered GCBegin while GC was already in progress");
    }
    if (type === ev.EV_GC_END && state === GC_NOT_RUNNING) {
      throw broken("odd-gc", "encountered GCEnd when GC was not in progress");
    }
    if (type === ev.EV_GC_END && state === GC_UNDETERMINED) {
      throw broken("odd-gc", "encountered GCEnd when GC was in an undetermined state");
    }
  }

  /** Stops of the world and mark assists. */
  #goroutineRange(c: number, m: number, p: number, g: number, row: number): boolean {
    const { type: types, time: times, arg0, arg1, thread: threadOf } = this.#cursors;
    const goroutines = this.#g;
    const { batch } = this;
    const type = types[c];
    if (type === ev.EV_GC_MARK_ASSIST_ACTIVE) {
      const gid = arg0[c];
      const other = goroutines.row(gid);
      if (other < 0) {
        throw broken(
          "unknown-goroutine",
          `uninitialized goroutine ${gid} found during ${nameOf(type)}`,
        );
      }
      this.#checkActive(goroutines.isAssisting[other] === 1, "GCMarkAssistBegin");
      goroutines.isAssisting[other] = 1;
      const i = this.put(type, times[c], threadOf[c], this.#pid(p), g);
      batch.arg0[i] = gid;
      batch.stack[i] = NONE;
      return true;
    }
    if (m < 0 || p < 0 || g === -1) throw this.#lack(m, p, true);
    if (row < 0) {
      throw broken(
        "unknown-goroutine",
        `encountered event of type ${type} without known state for current goroutine ${g}`,
      );
    }
    let stack = NONE;
    let reason = 0;
    if (type === ev.EV_STW_BEGIN) {
      this.#beginStw(row, arg0[c]);
      stack = this.#stack(arg1[c], type);
      reason = this.#string(arg0[c], type);
    } else if (type === ev.EV_STW_END) reason = this.#endStw(row);
    else if (type === ev.EV_GC_MARK_ASSIST_BEGIN) {
      if (goroutines.isAssisting[row] === 1) throw inFlight("GCMarkAssistBegin");
      goroutines.isAssisting[row] = 1;
      stack = this.#stack(arg0[c], type);
    } else {
      if (goroutines.isAssisting[row] === 0) throw notInFlight("GCMarkAssistBegin");
      goroutines.isAssisting[row] = 0;
    }
    const i = this.put(type, times[c], threadOf[c], this.#pid(p), g);
    batch.arg0[i] = g;
    batch.stack[i] = stack;
    batch.text0[i] = reason;
    return true;
  }

  /** In the first generation an open range is news, later it must be known. */
  #checkActive(isKnown: boolean, name: string): void {
    if (this.#isInitial === !isKnown) return;
    throw broken(
      "odd-range",
      this.#isInitial
        ? `found named active range already in first gen: ${name}`
        : `resource is missing active range: ${name}`,
    );
  }

  #beginStw(row: number, reasonId: number): void {
    const goroutines = this.#g;
    const reason = reasonId + 1;
    if (goroutines.stwReason[row] === 0) {
      goroutines.stwReason[row] = reason;
      return;
    }
    const more = goroutines.moreStw.get(row) ?? [];
    if (goroutines.stwReason[row] === reason || more.includes(reason)) throw inFlight("STWBegin");
    more.push(reason);
    goroutines.moreStw.set(row, more);
  }

  /** The interned reason. Its id is the begin's; a stop never crosses a generation (runtime/trace.go). */
  #endStw(row: number): number {
    const goroutines = this.#g;
    const reason = goroutines.stwReason[row];
    if (reason === 0) throw notInFlight("STWBegin");
    // Go swaps the last one into the place of the one that ended.
    const more = goroutines.moreStw.get(row);
    goroutines.stwReason[row] = more?.pop() ?? 0;
    if (more?.length === 0) goroutines.moreStw.delete(row);
    return this.#string(reason - 1, ev.EV_STW_END);
  }

  #sweep(c: number, m: number, p: number, g: number): boolean {
    const { type: types, time: times, arg0, arg1, thread: threadOf } = this.#cursors;
    const procs = this.#p;
    const { batch } = this;
    const type = types[c];
    let swept = p;
    if (type === ev.EV_GC_SWEEP_ACTIVE) {
      swept = procs.row(arg0[c]);
      if (swept < 0) {
        throw broken("unknown-proc", `encountered GCSweepActive for unknown proc ${arg0[c]}`);
      }
      this.#checkActive(procs.isSweeping[swept] === 1, "GCSweepBegin");
      procs.isSweeping[swept] = 1;
    } else {
      if (m < 0 || p < 0) throw this.#lack(m, p, true);
      const isBegin = type === ev.EV_GC_SWEEP_BEGIN;
      if (isBegin && procs.isSweeping[p] === 1) throw inFlight("GCSweepBegin");
      if (!isBegin && procs.isSweeping[p] === 0) throw notInFlight("GCSweepBegin");
      procs.isSweeping[p] = isBegin ? 1 : 0;
    }
    const i = this.put(type, times[c], threadOf[c], this.#pid(p), g);
    batch.arg0[i] = procs.id[swept];
    if (type === ev.EV_GC_SWEEP_END) {
      batch.arg1[i] = arg0[c];
      batch.arg2[i] = arg1[c];
    }
    batch.stack[i] = type === ev.EV_GC_SWEEP_BEGIN ? this.#stack(arg0[c], type) : NONE;
    return true;
  }

  #annotation(c: number, m: number, p: number, g: number): boolean {
    const { type: types, time: times, arg0, arg1, arg2, arg3, thread: threadOf } = this.#cursors;
    const { batch } = this;
    const type = types[c];
    if (m < 0 || p < 0 || g === -1) throw this.#lack(m, p, true);
    const i = this.put(type, times[c], threadOf[c], this.#pid(p), g);
    if (type === ev.EV_PROCS_CHANGE) {
      batch.arg0[i] = arg0[c];
      batch.stack[i] = this.#stack(arg1[c], type);
    } else if (type === ev.EV_GO_LABEL) {
      batch.arg0[i] = g;
      batch.text0[i] = this.#string(arg0[c], type);
    } else {
      batch.arg0[i] = arg0[c];
      batch.stack[i] = this.#stack(arg3[c], type);
      batch.text0[i] = this.#string(arg1[c], type);
      batch.text1[i] = this.#string(arg2[c], type);
    }
    return true;
  }

  #task(c: number, m: number, p: number, g: number): boolean {
    const { type: types, time: times, arg0, arg1, arg2, arg3, thread: threadOf } = this.#cursors;
    const tasks = this.#tasks;
    const type = types[c];
    const id = arg0[c];
    let row = tasks.row(id);
    let parent = -1;
    let name = 0;
    if (type === ev.EV_USER_TASK_BEGIN) {
      if (row >= 0) throw broken("task-conflict", `task ID conflict: ${id}`);
      // A parent of 0 is no parent here, not the background task.
      parent = arg1[c] === 0 ? -1 : arg1[c];
      name = this.#named(arg2[c], type);
      tasks.add(id, parent, name);
    } else if (row >= 0) {
      parent = tasks.parent[row];
      name = tasks.name[row];
      tasks.remove(id, row);
    }
    if (m < 0 || p < 0 || g === -1) throw this.#lack(m, p, true);
    row = this.put(type, times[c], threadOf[c], this.#pid(p), g);
    this.batch.arg0[row] = id;
    this.batch.arg1[row] = parent;
    this.batch.text0[row] = name;
    this.batch.stack[row] = this.#stack(type === ev.EV_USER_TASK_BEGIN ? arg3[c] : arg1[c], type);
    return true;
  }

  /** A name that decides about order, so it is looked up at once. */
  #named(id: number, type: number): number {
    const name = this.#strings === undefined ? MISSING : this.#strings.get(id);
    if (name === MISSING) {
      throw broken("no-string", `invalid string ID ${id} for ${type} event`);
    }
    return name;
  }

  #region(c: number, m: number, p: number, g: number, row: number): boolean {
    const { type: types, time: times, arg0, arg1, arg2, thread: threadOf } = this.#cursors;
    const goroutines = this.#g;
    const regions = this.#regions;
    const type = types[c];
    if (m < 0 || p < 0 || g === -1) throw this.#lack(m, p, true);
    const task = arg0[c];
    const name = this.#named(arg1[c], type);
    if (row < 0) {
      throw broken(
        "unknown-goroutine",
        `encountered Ev${nameOf(type)} without known state for current goroutine ${g}`,
      );
    }
    const innermost = goroutines.region[row];
    if (type === ev.EV_USER_REGION_BEGIN) {
      goroutines.region[row] = regions.add(task, name, innermost);
    } else if (innermost >= 0) {
      // An end without a begin is a region that was open when the recording started.
      if (regions.task[innermost] !== task || regions.name[innermost] !== name) {
        throw broken(
          "region-misuse",
          `misuse of region in goroutine ${g}: region end when the inner-most active region start event is another`,
        );
      }
      goroutines.region[row] = regions.outer[innermost];
      regions.remove(innermost);
    }
    const i = this.put(type, times[c], threadOf[c], this.#pid(p), g);
    this.batch.arg0[i] = task;
    this.batch.text0[i] = name;
    this.batch.stack[i] = this.#stack(arg2[c], type);
    return true;
  }
}

function inFlight(name: string): TraceFault {
  return broken("odd-range", `discovered event already in-flight for when starting event ${name}`);
}

function notInFlight(name: string): TraceFault {
  return broken("odd-range", `tried to end event ${name}, but not in-flight`);
}
