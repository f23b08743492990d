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

export class EventBatch implements TraceEventBatch {
  length = 0;
  readonly type = new Uint8Array(BATCH_EVENTS_MAX);
  readonly timeNs = new Float64Array(BATCH_EVENTS_MAX);
  readonly thread = new Float64Array(BATCH_EVENTS_MAX);
  readonly proc = new Float64Array(BATCH_EVENTS_MAX);
  readonly goroutine = new Float64Array(BATCH_EVENTS_MAX);
  readonly from = new Uint8Array(BATCH_EVENTS_MAX);
  readonly to = new Uint8Array(BATCH_EVENTS_MAX);
  readonly arg0 = new Float64Array(BATCH_EVENTS_MAX);
  readonly arg1 = new Float64Array(BATCH_EVENTS_MAX);
  readonly arg2 = new Float64Array(BATCH_EVENTS_MAX);
  readonly stack = new Int32Array(BATCH_EVENTS_MAX);
  readonly otherStack = new Int32Array(BATCH_EVENTS_MAX);
  readonly text0 = new Int32Array(BATCH_EVENTS_MAX);
  readonly text1 = new Int32Array(BATCH_EVENTS_MAX);
}
