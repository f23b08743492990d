import type { EventConsumer } from "../src/formats/trace/event-batch.ts";
import type { OrderedReader } from "../src/formats/trace/ordered-reader.ts";
export declare function readOrdered(
  bytes: Uint8Array,
  open: (reader: () => OrderedReader) => EventConsumer,
): OrderedReader;
/** The text of -d=parsed, and the fault that ended it. */
export declare function parsedText(bytes: Uint8Array): {
  text: Buffer;
  fault: string | undefined;
};
