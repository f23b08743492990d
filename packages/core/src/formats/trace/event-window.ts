// Events of a stretch of time out of the full order; all others are dropped.

import type { TraceEventBatch } from "../../model/tables/trace.ts";
import { EventBatch, type EventConsumer, type GenerationInfo } from "./event-batch.ts";
import { EV_SYNC } from "./spec.ts";

const NUMBERS = ["timeNs", "thread", "proc", "goroutine", "arg0", "arg1", "arg2"] as const;
const BYTES = ["type", "from", "to"] as const;
const INDICES = ["stack", "otherStack", "text0", "text1"] as const;

export class EventWindow implements EventConsumer {
  readonly #to: EventConsumer;
  readonly #fromNs: number;
  readonly #untilNs: number;
  readonly #kept = new EventBatch();
  #startNs = Number.NaN;
  /** Events handed on. */
  count = 0;

  /** Times are ns since the trace's first event; the window holds its beginning and not its end. */
  constructor(to: EventConsumer, fromNs: number, untilNs: number) {
    this.#to = to;
    this.#fromNs = fromNs;
    this.#untilNs = untilNs;
  }

  generation(info: GenerationInfo | undefined): void {
    this.#to.generation(info);
  }

  events(batch: TraceEventBatch): void {
    const kept = this.#kept;
    kept.length = 0;
    for (let i = 0; i < batch.length; i++) {
      if (Number.isNaN(this.#startNs)) this.#startNs = batch.timeNs[i];
      const at = batch.timeNs[i] - this.#startNs;
      // A Sync is of a generation and not of a moment.
      if (batch.type[i] === EV_SYNC || at < this.#fromNs || at >= this.#untilNs) continue;
      const row = kept.length++;
      for (const name of NUMBERS) kept[name][row] = batch[name][i];
      for (const name of BYTES) kept[name][row] = batch[name][i];
      for (const name of INDICES) kept[name][row] = batch[name][i];
    }
    this.count += kept.length;
    if (kept.length > 0) this.#to.events(kept);
  }
}
