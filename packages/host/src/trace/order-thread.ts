// The thread that puts a trace's events in order. An entry of its own in the bundle.

import { parentPort, workerData } from "node:worker_threads";
import type {
  EventBatch,
  EventConsumer,
  GenerationInfo,
} from "@heapwright/core/formats/trace/event-batch.ts";
import type { InternedLengths } from "@heapwright/core/formats/trace/intern.ts";
import { OrderedReader } from "@heapwright/core/formats/trace/ordered-reader.ts";
import { FormatError } from "@heapwright/core/model/errors.ts";
import type { TraceEventBatch } from "@heapwright/core/model/tables/trace.ts";
import { batchesOf, type OrderMessage, type OrderTask } from "./order-messages.ts";
import { readGenerations } from "./read-generations.ts";

/**
 * Batches in a message. Each wakes the other thread, which on busy processors takes the place of this one:
 * one by one that was a sixth of this thread's time.
 */
const TOGETHER = 4;
/** A thread that only waits could not be ended. */
const WAIT_MS = 200;

const port = parentPort;
if (port === null) throw new Error("this file is the entry of a worker thread");
const { file, ring }: OrderTask = workerData;
const batches = batchesOf(ring);
const { free } = ring;

function post(message: OrderMessage, moved: ArrayBuffer[] = []): void {
  port?.postMessage(message, moved);
}

/** Hands over the batches of the ring one after the other. */
class Sender implements EventConsumer {
  #place = -1;
  /** Tables of which the other thread knows: "" is there from the start. */
  #lengths: InternedLengths = { strings: 1, frames: 0, stacks: 0 };
  #wide = 0;
  /** Lengths of batches that are full and not handed over yet, from place `#first` on. */
  #filled: number[] = [];
  #first = 0;
  /** Last, for it asks for its first batch at once. */
  readonly #reader = new OrderedReader(this);

  get reader(): OrderedReader {
    return this.#reader;
  }

  next(): EventBatch {
    while (Atomics.load(free, 0) === 0) Atomics.wait(free, 0, 0, WAIT_MS);
    Atomics.sub(free, 0, 1);
    this.#place = (this.#place + 1) % batches.length;
    const batch = batches[this.#place];
    if (batch === undefined) throw new Error("a ring has its places");
    return batch;
  }

  generation(info: GenerationInfo | undefined): void {
    this.flush();
    const { interner, baseNs } = this.#reader;
    const growth = interner.growthSince(this.#lengths);
    this.#lengths = interner.lengths;
    const wide = this.#newWide();
    post({ kind: "generation", info, baseNs, growth, wide }, [
      growth.strings.bytes.buffer,
      growth.strings.ends.buffer,
      growth.framePc.buffer,
      growth.frameFunction.buffer,
      growth.frameFile.buffer,
      growth.frameLine.buffer,
      growth.stackFrames.buffer,
      growth.stackEnds.buffer,
    ]);
  }

  events({ length }: TraceEventBatch): void {
    if (this.#filled.length === 0) this.#first = this.#place;
    this.#filled.push(length);
    if (this.#filled.length === TOGETHER) this.flush();
  }

  flush(): void {
    if (this.#filled.length === 0) return;
    post({ kind: "events", first: this.#first, lengths: this.#filled, wide: this.#newWide() });
    this.#filled = [];
  }

  #newWide(): readonly bigint[] {
    const { number } = this.#reader;
    const wide = number.wideCount > this.#wide ? number.wideValues(this.#wide) : [];
    this.#wide += wide.length;
    return wide;
  }
}

const sender = new Sender();
const { reader } = sender;
try {
  const read = await readGenerations(
    file,
    () => (generation) => {
      reader.generation(generation);
      return false;
    },
    { onProgress: (fraction) => post({ kind: "progress", fraction }) },
  );
  reader.end(read.end, read.version);
  sender.flush();
  const { events, fault } = reader;
  post({
    kind: "end",
    events,
    fault: fault === undefined ? undefined : { code: fault.code, message: fault.message },
  });
} catch (error) {
  if (!(error instanceof FormatError)) throw error;
  post({ kind: "unreadable", format: error.format, detail: error.detail });
}
