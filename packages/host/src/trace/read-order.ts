// The full order of a trace file's events, handed to consumers batch by batch.

import type { EventConsumer } from "@heapwright/core/formats/trace/event-batch.ts";
import type { TraceFault } from "@heapwright/core/formats/trace/fault.ts";
import { OrderedReader } from "@heapwright/core/formats/trace/ordered-reader.ts";
import { OLD_VERSIONS } from "@heapwright/core/formats/trace/spec.ts";
import { V1OrderedReader } from "@heapwright/core/formats/trace/v1/ordered-reader.ts";
import { readGenerations, versionOfTrace, wholeTrace } from "./read-generations.ts";

export interface OrderRead {
  readonly events: number;
  /** What ended the reading before the file did; the events before it were handed over. */
  readonly fault: TraceFault | undefined;
}

/** What consumers need of a reader, whichever format it reads. */
export type OrderSource = Pick<OrderedReader, "interner" | "number" | "baseNs">;

/** `consumerOf` gets the reader, whose tables the events' numbers refer to. */
export async function readOrder(
  file: string,
  consumerOf: (reader: OrderSource) => EventConsumer,
  onProgress?: (fraction: number) => void,
): Promise<OrderRead> {
  const version = await versionOfTrace(file);
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
