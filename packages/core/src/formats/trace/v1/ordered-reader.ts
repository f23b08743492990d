// The full order of an old trace. Nothing is given to the consumer before the whole file has been put in
// order and checked, as Go does it: a fault means that there are no events at all.

import type { EventConsumer } from "../event-batch.ts";
import { TraceFault } from "../fault.ts";
import { TraceInterner } from "../intern.ts";
import { Uvarint } from "../uvarint.ts";
import { checkEvents } from "./check.ts";
import { readContainer } from "./container.ts";
import { convertEvents } from "./convert.ts";
import { GoroutineRows } from "./cursors.ts";
import { orderEvents } from "./order.ts";

export class V1OrderedReader {
  readonly number = new Uvarint();
  readonly interner = new TraceInterner(this.number);
  /** Times start at the first event. */
  readonly baseNs = 0n;
  readonly #consumer: EventConsumer;
  #events = 0;
  #missing = 0;
  #fault: TraceFault | undefined;

  constructor(consumer: EventConsumer) {
    this.#consumer = consumer;
  }

  get events(): number {
    return this.#events;
  }

  /** Strings and stacks that events name and no table has: the file lost its end. */
  get missing(): number {
    return this.#missing;
  }

  /** Why there are no events, in the words of Go's reader. */
  get fault(): TraceFault | undefined {
    return this.#fault;
  }

  /** `bytes`: the whole file, header included. */
  read(bytes: Uint8Array, version: number): void {
    const { number } = this;
    try {
      const container = readContainer(bytes, version, number);
      const goroutines = new GoroutineRows();
      const events = orderEvents(container, number, goroutines);
      checkEvents(container, events, goroutines, number);
      const tables = this.interner.addOld(bytes, container.tables);
      const done = convertEvents(
        container,
        events,
        goroutines,
        number,
        this.interner,
        tables,
        this.#consumer,
      );
      this.#events = done.events;
      this.#missing = done.missing + this.interner.missing;
    } catch (error) {
      if (!(error instanceof TraceFault)) throw error;
      this.#fault = error;
    }
  }
}
