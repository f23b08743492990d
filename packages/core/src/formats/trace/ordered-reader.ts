// Generations in, ordered events out: the loop around the order. Every generation starts with a Sync
// event and so does the end of the trace. Authority: Go internal/trace/reader.go (Go 1.26.8).

import { indexBatches, type ContainerEnd, type GenerationBytes, hasEndMark } from "./container.ts";
import { Cursors } from "./cursors.ts";
import { BATCH_EVENTS_MAX, type ClockReading, type EventConsumer } from "./event-batch.ts";
import { TraceFault } from "./fault.ts";
import { goSort } from "./go-sort.ts";
import { type IdMap, type InternedTables, MISSING, TraceInterner } from "./intern.ts";
import { TraceOrder } from "./order.ts";
import { EV_CPU_SAMPLE, EV_SYNC } from "./spec.ts";
import { type GenerationTables, nsOf, readTables } from "./tables.ts";
import { Uvarint } from "./uvarint.ts";

/** One step of the order puts out three events at most; a Sync and a sample never meet one. */
const ROOM = 8;

export class OrderedReader {
  readonly number = new Uvarint();
  readonly interner = new TraceInterner(this.number);
  readonly #cursors = new Cursors(this.number);
  readonly #order = new TraceOrder(this.#cursors);
  readonly #consumer: EventConsumer;
  #baseNs: number | undefined;
  #syncs = 0;
  #firstGeneration = 0;
  /** What ended the reading; nothing more is read then. */
  #fault: TraceFault | undefined;
  #events = 0;

  constructor(consumer: EventConsumer) {
    this.#consumer = consumer;
    const first = consumer.next?.();
    if (first !== undefined) this.#order.batch = first;
  }

  /** Time of the trace's clock that all times of events are relative to; known with the first one. */
  get baseNs(): bigint {
    return BigInt(this.#baseNs ?? 0);
  }

  get events(): number {
    return this.#events;
  }

  get fault(): TraceFault | undefined {
    return this.#fault;
  }

  generation(generation: GenerationBytes): void {
    if (this.#fault !== undefined) return;
    try {
      this.#run(this.#open(generation));
    } catch (error) {
      if (!(error instanceof TraceFault)) throw error;
      this.#fault ??= error;
    }
    this.#flush();
  }

  /** Nothing more comes: the last Sync, and the fault that Go reports after it. */
  end(end: ContainerEnd, version: number): void {
    if (this.#fault !== undefined) return;
    this.#close();
    const isAccepted =
      hasEndMark(version) &&
      (end.fault?.code === "cut-tables" || end.fault?.code === "no-generation");
    if (!isAccepted) this.#fault = end.fault;
    this.#flush();
  }

  #close(): void {
    this.#flush();
    this.#consumer.generation(undefined);
    this.#sync(this.#order.lastNs);
  }

  #open(generation: GenerationBytes): OpenGeneration {
    const order = this.#order;
    const batches = indexBatches(generation, this.number);
    let tables: GenerationTables;
    let interned: InternedTables;
    try {
      tables = readTables(generation, batches, this.number);
      interned = this.interner.add(generation.bytes, tables);
    } catch (error) {
      // The generation is lost as a whole, so the Sync that would open it closes the trace.
      this.#close();
      throw error;
    }
    if (this.#firstGeneration === 0) this.#firstGeneration = generation.number;
    order.open(generation.number, generation.number === this.#firstGeneration, interned);
    const startNs = nsOf(batches.minTicks, tables.nsPerTick);
    if (this.#baseNs === undefined) {
      this.#baseNs = startNs;
      order.lastNs = -startNs;
    }
    const baseNs = this.#baseNs;
    this.#cursors.open(generation.bytes, batches, tables.nsPerTick, baseNs);
    this.#flush();
    this.#consumer.generation({ number: generation.number, clock: clockOf(tables, baseNs) });
    this.#sync(startNs - baseNs);
    return { samples: this.#samples(tables), stacks: interned.stacks };
  }

  #samples(tables: GenerationTables): SamplesByTime {
    const { samples } = tables;
    const time = new Float64Array(samples.length);
    const base = this.#baseNs ?? 0;
    for (let i = 0; i < time.length; i++) time[i] = nsOf(samples.ticks[i], tables.nsPerTick) - base;
    const order = Int32Array.from(time.keys());
    goSort(order, order.length, time);
    return { tables, time, order };
  }

  #run({ samples, stacks }: OpenGeneration): void {
    const cursors = this.#cursors;
    const order = this.#order;
    let { batch } = order;
    let sample = 0;
    for (;;) {
      if (batch.length > BATCH_EVENTS_MAX - ROOM) {
        this.#flush();
        batch = order.batch;
      }
      if (sample < samples.order.length) {
        const row = samples.order[sample];
        if (cursors.heapLength === 0 || samples.time[row] < cursors.time[cursors.heap[0]]) {
          this.#sample(samples, row, stacks);
          sample += 1;
          continue;
        }
      }
      if (cursors.heapLength === 0) return;
      const c = cursors.heap[0];
      const mark = batch.length;
      if (!order.advance(c)) {
        this.#advanceAnother();
        continue;
      }
      this.#refresh(c, 0, mark);
    }
  }

  /** The event of heap place `i` has gone on: its cursor moves to the next one. */
  #refresh(c: number, i: number, mark: number): void {
    let hasMore: boolean;
    try {
      hasMore = this.#cursors.next(c);
    } catch (error) {
      // Go loses the event before a broken one.
      this.#order.batch.length = mark;
      throw error;
    }
    if (hasMore) this.#cursors.update(i);
    else this.#cursors.remove(i);
    const { missing } = this.#order;
    if (missing !== undefined) {
      this.#order.batch.length = mark;
      throw missing;
    }
  }

  /** The earliest event cannot go on: the others are tried by time. */
  #advanceAnother(): void {
    const cursors = this.#cursors;
    cursors.sort();
    for (let i = 1; i < cursors.heapLength; i++) {
      const c = cursors.heap[i];
      const mark = this.#order.batch.length;
      if (!this.#order.advance(c)) continue;
      this.#refresh(c, i, mark);
      return;
    }
    throw new TraceFault("stuck", "broken trace: failed to advance");
  }

  #sample(samples: SamplesByTime, row: number, stacks: IdMap): void {
    const { thread, proc, goroutine, stack } = samples.tables.samples;
    const { batch } = this.#order;
    const i = this.#order.put(
      EV_CPU_SAMPLE,
      samples.time[row],
      thread[row],
      proc[row],
      goroutine[row],
    );
    const index = stacks.get(stack[row]);
    batch.stack[i] = index;
    if (index !== MISSING) return;
    batch.length = i;
    throw new TraceFault("no-stack", `found invalid stack ID ${stack[row]} for event CPUSample`);
  }

  #sync(timeNs: number): void {
    this.#syncs += 1;
    const i = this.#order.put(EV_SYNC, timeNs, -1, -1, -1);
    this.#order.batch.arg0[i] = this.#syncs;
  }

  #flush(): void {
    const { batch } = this.#order;
    if (batch.length === 0) return;
    this.#events += batch.length;
    this.#consumer.events(batch);
    const next = this.#consumer.next?.() ?? batch;
    next.length = 0;
    this.#order.batch = next;
  }
}

interface OpenGeneration {
  readonly samples: SamplesByTime;
  readonly stacks: IdMap;
}

interface SamplesByTime {
  readonly tables: GenerationTables;
  readonly time: Float64Array;
  readonly order: Int32Array;
}

function clockOf(tables: GenerationTables, baseNs: number): ClockReading | undefined {
  const { clock } = tables;
  return clock === undefined
    ? undefined
    : { ...clock, timeNs: nsOf(clock.ticks, tables.nsPerTick) - baseNs };
}
