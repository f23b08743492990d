// Whether the ordered events make sense together: a proc runs one goroutine, who is woken was waiting.
// A trace in which they do not is refused as a whole, as by Go. On the way, each event gets the proc
// that Go gives it, and each system call is marked when it blocked.
// Authority: golang.org/x/exp trace/internal/tracev1/parser.go (postProcessTrace), rule by rule;
// tracev1.go for the call that blocked: the next event of its goroutine says so.

import { GrowingFloat64, GrowingInt32 } from "../../../model/builders/growing.ts";
import { IdSlots } from "../id-slots.ts";
import type { Uvarint } from "../uvarint.ts";
import { EventArgs } from "./args.ts";
import { type V1Container, V1Fault } from "./container.ts";
import type { GoroutineRows } from "./cursors.ts";
import type { V1Events } from "./order.ts";
import * as wire from "./wire.ts";

const UNSEEN = 0;
const DEAD = 1;
const RUNNABLE = 2;
const RUNNING = 3;
const WAITING = 4;

/** @throws V1Fault in Go's words. */
export function checkEvents(
  container: V1Container,
  events: V1Events,
  goroutines: GoroutineRows,
  number: Uvarint,
): void {
  new Check(container, events, goroutines, number).run();
}

class Check {
  readonly #events: V1Events;
  readonly #goroutines: GoroutineRows;
  readonly #args: EventArgs;

  /** Of goroutines by row. `known`: Go's table has an entry, be it an empty one. */
  readonly #state: Uint8Array;
  readonly #known: Uint8Array;
  readonly #waitsForNet: Uint8Array;
  readonly #assists: Uint8Array;
  /** Place of a system call of which the next event is not known yet, + 1. */
  readonly #call: Int32Array;
  /** Innermost open region, as an index into the region columns, + 1. */
  readonly #region: Int32Array;
  readonly #regionTask = new GrowingFloat64();
  readonly #regionName = new GrowingFloat64();
  readonly #regionOuter = new GrowingInt32();

  readonly #procRows = new IdSlots();
  readonly #procGoroutine = new GrowingInt32();
  readonly #procRuns = new GrowingInt32();
  readonly #procSweeps = new GrowingInt32();
  readonly #tasks = new IdSlots();
  #marks = false;
  #isStopped = false;
  #proc = -1;
  #procRow = -1;

  constructor(
    container: V1Container,
    events: V1Events,
    goroutines: GoroutineRows,
    number: Uvarint,
  ) {
    this.#events = events;
    this.#goroutines = goroutines;
    this.#args = new EventArgs(container.bytes, number);
    const { length } = goroutines;
    this.#state = new Uint8Array(length);
    this.#known = new Uint8Array(length);
    this.#waitsForNet = new Uint8Array(length);
    this.#assists = new Uint8Array(length);
    this.#call = new Int32Array(length);
    this.#region = new Int32Array(length);
    this.#state[0] = RUNNING;
    this.#known[0] = 1;
  }

  run(): void {
    const { sorted, type, goroutine } = this.#events;
    for (let turn = 0; turn < sorted.length; turn++) {
      const i = sorted[turn];
      const g = goroutine[i];
      const call = this.#call[g];
      if (call !== 0) {
        if (type[i] === wire.V1_GO_SYS_BLOCK) type[call - 1] = wire.V1_GO_SYS_CALL_BLOCKED;
        this.#call[g] = 0;
      }
      this.#event(i, type[i], g);
    }
  }

  #rowOfProc(i: number): number {
    const id = this.#events.proc[i];
    if (id === this.#proc) return this.#procRow;
    let row = this.#procRows.get(id);
    if (row < 0) {
      row = this.#procRuns.length;
      this.#procRuns.push(0);
      this.#procSweeps.push(0);
      this.#procGoroutine.push(0);
      if (!this.#procRows.add(id, row)) throw this.#wrong(i, "procs that were made to collide");
    }
    this.#proc = id;
    this.#procRow = row;
    return row;
  }

  #wrong(i: number, message: string): V1Fault {
    const { args, time, type } = this.#events;
    const offset = type[i] === wire.V1_CPU_SAMPLE ? 0 : args[i];
    return new V1Fault("inconsistent", offset, `${message} (time ${time[i]})`);
  }

  #idOf(row: number): number {
    return this.#goroutines.ids.data[row];
  }

  #checkRunning(i: number, g: number, p: number, allowNone: boolean): void {
    const name = wire.V1_NAMES[this.#events.type[i]] ?? "GoSysCall";
    if (this.#state[g] !== RUNNING) {
      throw this.#wrong(i, `g ${this.#idOf(g)} is not running while ${name}`);
    }
    if (this.#procGoroutine.data[p] !== g) {
      const { proc } = this.#events;
      throw this.#wrong(i, `p ${proc[i]} is not running g ${this.#idOf(g)} while ${name}`);
    }
    if (!allowNone && g === 0) throw this.#wrong(i, `g 0 did ${name}`);
  }

  #event(i: number, type: number, g: number): void {
    const state = this.#state;
    switch (type) {
      case wire.V1_GO_START:
      case wire.V1_GO_START_LABEL: {
        const p = this.#rowOfProc(i);
        if (state[g] !== RUNNABLE) {
          throw this.#wrong(i, `g ${this.#idOf(g)} is not runnable before start`);
        }
        if (this.#procGoroutine.data[p] !== 0) {
          const other = this.#idOf(this.#procGoroutine.data[p]);
          throw this.#wrong(
            i,
            `p ${this.#proc} is already running g ${other} while start g ${this.#idOf(g)}`,
          );
        }
        state[g] = RUNNING;
        this.#procGoroutine.data[p] = g;
        this.#waitsForNet[g] = 0;
        return;
      }
      case wire.V1_GO_SCHED:
      case wire.V1_GO_PREEMPT:
        this.#leave(i, g, RUNNABLE);
        return;
      case wire.V1_GO_SLEEP:
      case wire.V1_GO_BLOCK:
      case wire.V1_GO_BLOCK_SEND:
      case wire.V1_GO_BLOCK_RECV:
      case wire.V1_GO_BLOCK_SELECT:
      case wire.V1_GO_BLOCK_SYNC:
      case wire.V1_GO_BLOCK_COND:
      case wire.V1_GO_BLOCK_NET:
      case wire.V1_GO_BLOCK_GC:
        this.#leave(i, g, WAITING);
        if (type === wire.V1_GO_BLOCK_NET) this.#waitsForNet[g] = 1;
        return;
      case wire.V1_GO_UNBLOCK:
        this.#unblock(i, g);
        return;
      case wire.V1_GO_SYS_CALL:
        this.#checkRunning(i, g, this.#rowOfProc(i), false);
        this.#call[g] = i + 1;
        this.#waitsForNet[g] = 0;
        return;
      case wire.V1_GO_SYS_BLOCK:
        this.#checkRunning(i, g, this.#rowOfProc(i), false);
        state[g] = WAITING;
        this.#procGoroutine.data[this.#procRow] = 0;
        return;
      case wire.V1_GO_SYS_EXIT:
        if (state[g] !== WAITING) {
          throw this.#wrong(i, `g ${this.#idOf(g)} is not waiting during syscall exit`);
        }
        state[g] = RUNNABLE;
        this.#waitsForNet[g] = 0;
        return;
      case wire.V1_HEAP_ALLOC:
      case wire.V1_HEAP_GOAL:
      case wire.V1_CPU_SAMPLE:
        return;
      default:
        this.#rare(i, type, g);
    }
  }

  #leave(i: number, g: number, next: number): void {
    const p = this.#rowOfProc(i);
    this.#checkRunning(i, g, p, false);
    this.#state[g] = next;
    this.#waitsForNet[g] = 0;
    this.#procGoroutine.data[p] = 0;
  }

  #unblock(i: number, g: number): void {
    const { proc, named } = this.#events;
    const p = this.#rowOfProc(i);
    const other = named[i];
    if (this.#state[g] !== RUNNING) {
      throw this.#wrong(i, `g ${this.#idOf(g)} is not running while unpark`);
    }
    if (proc[i] !== wire.TIMER_P && this.#procGoroutine.data[p] !== g) {
      throw this.#wrong(i, `p ${proc[i]} is not running g ${this.#idOf(g)} while unpark`);
    }
    if (this.#state[other] !== WAITING) {
      throw this.#wrong(i, `g ${this.#idOf(other)} is not waiting before unpark`);
    }
    if (this.#waitsForNet[other] === 1) {
      proc[i] = wire.NETPOLL_P;
      this.#waitsForNet[other] = 0;
    }
    this.#state[other] = RUNNABLE;
  }

  #rare(i: number, type: number, g: number): void {
    switch (type) {
      case wire.V1_PROC_START:
      case wire.V1_PROC_STOP:
        this.#procEvent(i, type);
        return;
      case wire.V1_GO_CREATE: {
        const other = this.#events.named[i];
        this.#checkRunning(i, g, this.#rowOfProc(i), true);
        if (this.#state[other] !== UNSEEN || this.#known[other] === 1) {
          throw this.#wrong(i, `g ${this.#idOf(other)} already exists`);
        }
        this.#state[other] = RUNNABLE;
        return;
      }
      case wire.V1_GO_WAITING:
      case wire.V1_GO_IN_SYSCALL:
        if (this.#state[g] !== RUNNABLE) {
          const name = type === wire.V1_GO_WAITING ? "EvGoWaiting" : "EvGoInSyscall";
          throw this.#wrong(i, `g ${this.#idOf(g)} is not runnable before ${name}`);
        }
        this.#state[g] = WAITING;
        this.#waitsForNet[g] = 0;
        return;
      case wire.V1_GO_END:
      case wire.V1_GO_STOP:
        this.#leave(i, g, DEAD);
        if (type === wire.V1_GO_END) this.#region[g] = 0;
        return;
      case wire.V1_GC_MARK_ASSIST_START:
        if (this.#assists[g] === 1) {
          throw this.#wrong(i, "previous mark assist is not ended before a new one");
        }
        this.#assists[g] = 1;
        this.#known[g] = 1;
        return;
      case wire.V1_GC_MARK_ASSIST_DONE:
        this.#assists[g] = 0;
        this.#known[g] = 1;
        return;
      case wire.V1_USER_TASK_CREATE:
      case wire.V1_USER_TASK_END:
      case wire.V1_USER_REGION:
        this.#user(i, type, g);
        return;
      default:
        this.#collector(i, type);
    }
  }

  #procEvent(i: number, type: number): void {
    const p = this.#rowOfProc(i);
    const runs = this.#procRuns.data;
    if (type === wire.V1_PROC_START) {
      if (runs[p] === 1) throw this.#wrong(i, `p ${this.#proc} is running before start`);
      runs[p] = 1;
      return;
    }
    if (runs[p] === 0) throw this.#wrong(i, `p ${this.#proc} is not running before stop`);
    const g = this.#procGoroutine.data[p];
    if (g !== 0) {
      throw this.#wrong(i, `p ${this.#proc} is running a goroutine ${this.#idOf(g)} during stop`);
    }
    runs[p] = 0;
  }

  #collector(i: number, type: number): void {
    switch (type) {
      case wire.V1_GC_START:
        if (this.#marks) throw this.#wrong(i, "previous GC is not ended before a new one");
        this.#marks = true;
        this.#events.proc[i] = wire.GC_P;
        return;
      case wire.V1_GC_DONE:
        if (!this.#marks) throw this.#wrong(i, "bogus GC end");
        this.#marks = false;
        return;
      case wire.V1_STW_START:
        if (this.#isStopped) throw this.#wrong(i, "previous STW is not ended before a new one");
        this.#isStopped = true;
        return;
      case wire.V1_STW_DONE:
        if (!this.#isStopped) throw this.#wrong(i, "bogus STW end");
        this.#isStopped = false;
        return;
      case wire.V1_GC_SWEEP_START: {
        const p = this.#rowOfProc(i);
        if (this.#procSweeps.data[p] === 1) {
          throw this.#wrong(i, "previous sweeping is not ended before a new one");
        }
        this.#procSweeps.data[p] = 1;
        return;
      }
      case wire.V1_GC_SWEEP_DONE: {
        const p = this.#rowOfProc(i);
        if (this.#procSweeps.data[p] === 0) throw this.#wrong(i, "bogus sweeping end");
        this.#procSweeps.data[p] = 0;
        return;
      }
      case wire.V1_FUTILE_WAKEUP:
        // Go's converter knows no such event and gives up; releases before 1.11 wrote it.
        throw this.#wrong(i, "unexpected event type 36");
      default:
        return;
    }
  }

  #user(i: number, type: number, g: number): void {
    const args = this.#args;
    args.at = this.#events.args[i];
    const task = args.next();
    if (type === wire.V1_USER_TASK_END) {
      this.#tasks.remove(task);
      return;
    }
    if (type === wire.V1_USER_TASK_CREATE) {
      if (this.#tasks.get(task) >= 0) throw this.#wrong(i, `task id conflicts (id:${task})`);
      if (!this.#tasks.add(task, i)) throw this.#wrong(i, "tasks that were made to collide");
      return;
    }
    const mode = args.next();
    const name = args.next();
    const top = this.#region[g];
    if (mode === 0) {
      this.#regionTask.push(task);
      this.#regionName.push(name);
      this.#regionOuter.push(top);
      this.#region[g] = this.#regionTask.length;
    } else if (mode !== 1) throw this.#wrong(i, "invalid user region mode");
    else if (top > 0) {
      if (this.#regionTask.data[top - 1] !== task || this.#regionName.data[top - 1] !== name) {
        throw this.#wrong(
          i,
          `misuse of region in goroutine ${this.#idOf(g)}: span end when the inner-most active span is another`,
        );
      }
      this.#region[g] = this.#regionOuter.data[top - 1];
    }
  }
}
