// How long each stop of the world took to stop everyone, and which proc was the last. A consumer of the
// full order; memory: a row for each stop.
//
// Not recorded, but derived: the last proc that went idle, or was taken from a system call, between the
// begin of a stop and its end. How it can mislead: procs that were idle already have no event, a proc may
// go idle by itself just then, and a thread that the kernel had taken off its CPU writes its event when it
// runs again. What follows until the end of the stop is the work it was for.

import { GrowingFloat64, GrowingInt32 } from "../../../model/builders/growing.ts";
import { PROC_IDLE, type TraceEventBatch } from "../../../model/tables/trace.ts";
import * as event from "./event-types.ts";
import { isProcEvent } from "./event-types.ts";

/** Columns by start. */
export interface StoppingColumns {
  readonly length: number;
  readonly startNs: Float64Array;
  /** NaN for a stop that the trace's end cuts. */
  readonly endNs: Float64Array;
  /** Interned reason. */
  readonly reason: Int32Array;
  readonly goroutine: Float64Array;
  /** From the begin to the last proc's stop; 0 when no other proc had to stop. */
  readonly stoppingNs: Float64Array;
  /** −1 when no other proc had to stop. */
  readonly lastProc: Int32Array;
  /** Who ran on it last, −1 for none. */
  readonly lastGoroutine: Float64Array;
}

export class Stopping {
  readonly #start = new GrowingFloat64();
  readonly #end = new GrowingFloat64();
  readonly #reason = new GrowingInt32();
  readonly #goroutine = new GrowingFloat64();
  readonly #stopping = new GrowingFloat64();
  readonly #proc = new GrowingInt32();
  readonly #lastGoroutine = new GrowingFloat64();
  readonly #ranOn = new Map<number, number>();
  /** Row of the stop that is going on, −1 for none. */
  #row = -1;

  events(b: TraceEventBatch): void {
    for (let i = 0; i < b.length; i++) {
      const type = b.type[i];
      const proc = b.proc[i];
      if (proc >= 0 && b.goroutine[i] >= 0) this.#ranOn.set(proc, b.goroutine[i]);
      if (type === event.EVENT_STW_BEGIN) {
        this.#row = this.#start.length;
        this.#start.push(b.timeNs[i]);
        this.#end.push(NaN);
        this.#reason.push(b.text0[i]);
        this.#goroutine.push(b.goroutine[i]);
        this.#stopping.push(0);
        this.#proc.push(-1);
        this.#lastGoroutine.push(-1);
      } else if (type === event.EVENT_STW_END) {
        if (this.#row >= 0) this.#end.data[this.#row] = b.timeNs[i];
        this.#row = -1;
      } else if (
        this.#row >= 0 &&
        isProcEvent(type) &&
        b.to[i] === PROC_IDLE &&
        b.from[i] !== PROC_IDLE
      ) {
        this.#stopping.data[this.#row] = b.timeNs[i] - this.#start.data[this.#row];
        this.#proc.data[this.#row] = b.arg0[i];
        this.#lastGoroutine.data[this.#row] = this.#ranOn.get(b.arg0[i]) ?? -1;
      }
    }
  }

  finish(): StoppingColumns {
    return {
      length: this.#start.length,
      startNs: this.#start.finish(),
      endNs: this.#end.finish(),
      reason: this.#reason.finish(),
      goroutine: this.#goroutine.finish(),
      stoppingNs: this.#stopping.finish(),
      lastProc: this.#proc.finish(),
      lastGoroutine: this.#lastGoroutine.finish(),
    };
  }
}
