// Batches of ordered events: columns that are filled, handed out and filled again.

import type { TraceEventBatch } from "../../model/tables/trace.ts";

/** 70 bytes an event: a batch stays in the second-level cache. */
export const BATCH_EVENTS_MAX = 8192;

/** Who takes the order. Nothing that is handed over may be kept. */
export interface EventConsumer {
  /**
   * Before the Sync event that opens a generation; undefined before the Sync that ends the trace, or
   * that comes before a fault.
   */
  generation(info: GenerationInfo | undefined): void;
  events(batch: TraceEventBatch): void;
  /** The columns to be filled next, where those that were handed over are still in use. */
  next?(): EventBatch;
}

export interface GenerationInfo {
  readonly number: number;
  readonly clock: ClockReading | undefined;
}

export interface ClockReading {
  /** ns relative to the trace's base. */
  readonly timeNs: number;
  readonly monotonicNs: bigint;
  readonly seconds: bigint;
  readonly nanoseconds: bigint;
}

/** Seven columns of doubles, four of 32-bit numbers, three of bytes. */
export const EVENT_BATCH_BYTES = BATCH_EVENTS_MAX * (7 * 8 + 4 * 4 + 3);

export class EventBatch implements TraceEventBatch {
  length = 0;
  readonly timeNs: Float64Array;
  readonly thread: Float64Array;
  readonly proc: Float64Array;
  readonly goroutine: Float64Array;
  readonly arg0: Float64Array;
  readonly arg1: Float64Array;
  readonly arg2: Float64Array;
  readonly stack: Int32Array;
  readonly otherStack: Int32Array;
  readonly text0: Int32Array;
  readonly text1: Int32Array;
  readonly type: Uint8Array;
  readonly from: Uint8Array;
  readonly to: Uint8Array;

  /** `buffer` has EVENT_BATCH_BYTES from `offset` on; shared where threads hand batches to each other. */
  constructor(buffer: ArrayBufferLike = new ArrayBuffer(EVENT_BATCH_BYTES), offset = 0) {
    let at = offset;
    const place = (bytes: number): number => {
      const here = at;
      at += bytes * BATCH_EVENTS_MAX;
      return here;
    };
    const doubles = (): Float64Array => new Float64Array(buffer, place(8), BATCH_EVENTS_MAX);
    const ints = (): Int32Array => new Int32Array(buffer, place(4), BATCH_EVENTS_MAX);
    const bytes = (): Uint8Array => new Uint8Array(buffer, place(1), BATCH_EVENTS_MAX);
    this.timeNs = doubles();
    this.thread = doubles();
    this.proc = doubles();
    this.goroutine = doubles();
    this.arg0 = doubles();
    this.arg1 = doubles();
    this.arg2 = doubles();
    this.stack = ints();
    this.otherStack = ints();
    this.text0 = ints();
    this.text1 = ints();
    this.type = bytes();
    this.from = bytes();
    this.to = bytes();
  }
}
