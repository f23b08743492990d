// One thread's events of one batch, without their order: for who wants their times or their strings.

import type { BatchColumns } from "./container.ts";
import { TraceFault } from "./fault.ts";
import { ARG_COUNT, NOT_TIMED } from "./spec.ts";
import type { Uvarint } from "./uvarint.ts";

/** Events have five numbers at most. */
const MAX_ARGS = 5;

export class EventWalk {
  readonly #bytes: Uint8Array;
  readonly #number: Uvarint;
  #at = 0;
  #end = 0;
  type = 0;
  /** Ticks since the event before, or since the batch's base. */
  ticks = 0;
  /** As `Uvarint.id` gives them. */
  readonly args = new Float64Array(MAX_ARGS);

  constructor(bytes: Uint8Array, number: Uvarint) {
    this.#bytes = bytes;
    this.#number = number;
  }

  open(batches: BatchColumns, i: number): void {
    this.#at = batches.start[i];
    this.#end = batches.end[i];
  }

  /** @throws TraceFault for an event that no batch can hold, or that is cut. */
  next(): boolean {
    if (this.#at >= this.#end) return false;
    const type = this.#bytes[this.#at++];
    const count = ARG_COUNT[type];
    if (count === NOT_TIMED) {
      throw new TraceFault("odd-event", `found invalid event type: ${type}`);
    }
    this.type = type;
    this.ticks = this.#one();
    for (let i = 0; i < count; i++) this.args[i] = this.#one();
    return true;
  }

  #one(): number {
    const first = this.#bytes[this.#at];
    if (this.#at < this.#end && first < 0x80) {
      this.#at += 1;
      return first;
    }
    const value = this.#number.id(this.#bytes, this.#at, this.#end);
    if (this.#number.next < 0) throw new TraceFault("cut-event", "unexpected EOF");
    this.#at = this.#number.next;
    return value;
  }
}
