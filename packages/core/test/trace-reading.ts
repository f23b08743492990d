// Reads whole traces the way a program does: in chunks, through the splitter.

import type { TraceEventBatch } from "../src/model/tables/trace.ts";
import {
  type GenerationBytes,
  GenerationSplitter,
  traceVersion,
} from "../src/formats/trace/container.ts";
import type { EventConsumer, GenerationInfo } from "../src/formats/trace/event-batch.ts";
import { OrderedReader } from "../src/formats/trace/ordered-reader.ts";
import { ParsedText } from "../src/formats/trace/parsed-text.ts";

const CHUNK = 60_000;
const CAP = 1 << 30;

export function readOrdered(
  bytes: Uint8Array,
  open: (reader: () => OrderedReader) => EventConsumer,
) {
  const version = traceVersion(bytes.subarray(0, 16)) ?? 0;
  const consumer = open(() => reader);
  const reader: OrderedReader = new OrderedReader(consumer);
  const splitter = new GenerationSplitter(version, CAP);
  const take = (generation: GenerationBytes): boolean => {
    reader.generation(generation);
    return false;
  };
  for (let at = 16; at < bytes.length; at += CHUNK) {
    splitter.push(bytes.subarray(at, Math.min(at + CHUNK, bytes.length)), take);
  }
  const end = splitter.end(take);
  reader.end(end, version);
  return reader;
}

/** The text of -d=parsed, and the fault that ended it. */
export function parsedText(bytes: Uint8Array): { text: Buffer; fault: string | undefined } {
  const chunks: Buffer[] = [];
  let text: ParsedText | undefined;
  const of = (reader: OrderedReader): ParsedText =>
    (text ??= new ParsedText(
      reader.interner,
      reader.number,
      () => reader.baseNs,
      (chunk) => chunks.push(Buffer.from(chunk)),
    ));
  const reader = readOrdered(bytes, (get) => ({
    generation: (info: GenerationInfo | undefined) => of(get()).generation(info),
    events: (batch: TraceEventBatch) => of(get()).events(batch),
  }));
  text?.flush();
  return { text: Buffer.concat(chunks), fault: reader.fault?.message };
}
