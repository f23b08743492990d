// The full order of a trace file's events, handed to consumers batch by batch. With a thread, the order is
// made there while the consumer has the batch before.

import { Worker } from "node:worker_threads";
import type { EventConsumer } from "@heapwright/core/formats/trace/event-batch.ts";
import { TraceFault } from "@heapwright/core/formats/trace/fault.ts";
import { TraceInterner } from "@heapwright/core/formats/trace/intern.ts";
import { OrderedReader } from "@heapwright/core/formats/trace/ordered-reader.ts";
import { GENERATION_VERSIONS, OLD_VERSIONS } from "@heapwright/core/formats/trace/spec.ts";
import { Uvarint } from "@heapwright/core/formats/trace/uvarint.ts";
import { V1OrderedReader } from "@heapwright/core/formats/trace/v1/ordered-reader.ts";
import { FormatError } from "@heapwright/core/model/errors.ts";
import { batchesOf, newRing, type OrderMessage, type OrderTask } from "./order-messages.ts";
import { readGenerations, versionOfTrace, wholeTrace } from "./read-generations.ts";

export interface OrderRead {
  readonly events: number;
  /** What ended the reading before the file did; the events before it were handed over. */
  readonly fault: TraceFault | undefined;
}

/** What consumers need of a reader, whichever format it reads, and wherever it does. */
export type OrderSource = Pick<OrderedReader, "interner" | "number" | "baseNs">;

export interface ReadOrderOptions {
  /** Of order-thread.ts as bundled; without it all is done in this thread. */
  readonly threadEntry?: URL;
  /** Fraction of the file that was read, 0–1. */
  readonly onProgress?: (fraction: number) => void;
}

/** `consumerOf` gets the reader, whose tables the events' numbers refer to. */
export async function readOrder(
  file: string,
  consumerOf: (reader: OrderSource) => EventConsumer,
  { threadEntry, onProgress }: ReadOrderOptions = {},
): Promise<OrderRead> {
  const version = await versionOfTrace(file);
  if (version !== undefined && GENERATION_VERSIONS.includes(version) && threadEntry !== undefined) {
    return orderInThread(file, threadEntry, consumerOf, onProgress);
  }
  const late: { consumer?: EventConsumer } = {};
  const delegate: EventConsumer = {
    generation: (info) => late.consumer?.generation(info),
    events: (batch) => late.consumer?.events(batch),
  };
  if (version !== undefined && OLD_VERSIONS.includes(version)) {
    const old = new V1OrderedReader(delegate);
    late.consumer = consumerOf(old);
    old.read(await wholeTrace(file, onProgress), version);
    return { events: old.events, fault: old.fault };
  }
  const reader = new OrderedReader(delegate);
  late.consumer = consumerOf(reader);
  const read = await readGenerations(
    file,
    () => (generation) => {
      reader.generation(generation);
      return false;
    },
    onProgress === undefined ? {} : { onProgress },
  );
  reader.end(read.end, read.version);
  return { events: reader.events, fault: reader.fault };
}

/** The tables of the reader in the other thread, as far as events that have come refer to them. */
class SourceElsewhere implements OrderSource {
  readonly number = new Uvarint();
  readonly interner = new TraceInterner(this.number);
  baseNs = 0n;
}

async function orderInThread(
  file: string,
  entry: URL,
  consumerOf: (reader: OrderSource) => EventConsumer,
  onProgress?: (fraction: number) => void,
): Promise<OrderRead> {
  const ring = newRing();
  const batches = batchesOf(ring);
  const source = new SourceElsewhere();
  const consumer = consumerOf(source);
  const task: OrderTask = { file, ring };
  const worker = new Worker(entry, { workerData: task });
  const take = (message: OrderMessage): OrderRead | undefined => {
    switch (message.kind) {
      case "progress":
        onProgress?.(message.fraction);
        return undefined;
      case "generation":
        source.interner.extend(message.growth);
        source.number.extend(message.wide);
        source.baseNs = message.baseNs;
        consumer.generation(message.info);
        return undefined;
      case "events":
        source.number.extend(message.wide);
        for (const [i, length] of message.lengths.entries()) {
          const batch = batches[(message.first + i) % batches.length];
          if (batch === undefined) throw new Error("a ring has its places");
          batch.length = length;
          consumer.events(batch);
          Atomics.add(ring.free, 0, 1);
          Atomics.notify(ring.free, 0);
        }
        return undefined;
      case "end": {
        const { events, fault } = message;
        return {
          events,
          fault: fault === undefined ? undefined : new TraceFault(fault.code, fault.message),
        };
      }
      case "unreadable":
        throw new FormatError(message.format, message.detail);
    }
  };
  try {
    return await new Promise<OrderRead>((resolve, reject) => {
      worker.on("error", reject);
      worker.on("exit", () => reject(new Error("the thread that orders events ended early")));
      worker.on("message", (message: OrderMessage) => {
        try {
          const read = take(message);
          if (read !== undefined) resolve(read);
        } catch (error) {
          reject(error);
        }
      });
    });
  } finally {
    await worker.terminate();
  }
}
