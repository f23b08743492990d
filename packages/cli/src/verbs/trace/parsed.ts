// `heapwright trace -d=parsed FILE`: the text of Go's own tool, line by line.

import type { EventConsumer } from "@heapwright/core/formats/trace/event-batch.ts";
import { EventWindow } from "@heapwright/core/formats/trace/event-window.ts";
import { ParsedText } from "@heapwright/core/formats/trace/parsed-text.ts";
import { type OrderSource, readOrder } from "@heapwright/host/trace/read-order.ts";
import { inDist } from "../../dist.ts";
import { writeAll } from "../../output.ts";
import { EXIT } from "../../exit-codes.ts";

/** Part of a trace: ns since its first event. */
export interface Stretch {
  readonly fromNs: number;
  readonly untilNs: number;
}

/** Times are printed in UTC. A trace that breaks ends with Go's words for it on stderr and exit code 3. */
export async function printParsed(file: string, stretch?: Stretch): Promise<number> {
  const texts: ParsedText[] = [];
  const consumerOf = (reader: OrderSource): EventConsumer => {
    const text = new ParsedText(reader.interner, reader.number, () => reader.baseNs, writeAll);
    texts.push(text);
    return stretch === undefined ? text : new EventWindow(text, stretch.fromNs, stretch.untilNs);
  };
  const { fault } = await readOrder(file, consumerOf, { threadEntry: inDist("order-thread.js") });
  for (const text of texts) text.flush();
  if (fault === undefined) return EXIT.ok;
  process.stderr.write(`heapwright: ${file}: ${fault.message}\n`);
  return EXIT.unreadable;
}
