// What the first megabytes of a trace say about the heap, at once: the batches that lie in them, each
// whole in itself, without strings, stacks, clock or order. For whoever waits for the rest.
//
// How it can mislead: threads hand in their batches when these are full, so those of a busy thread come
// first, and a cycle counts where its begin was written; nothing here is a total.
// Authority: Go internal/trace/batch.go (Go 1.26.8); before Go 1.22 v1/first-look.ts.

import type { FirstLook } from "../../model/tables/trace.ts";
import { BATCH_EVENTS, kindOf, traceVersion } from "./container.ts";
import {
  ARG_COUNT,
  EV_END_OF_GENERATION,
  EV_EVENT_BATCH,
  EV_EXPERIMENTAL_BATCH,
  EV_GC_BEGIN,
  EV_GC_MARK_ASSIST_BEGIN,
  EV_HEAP_ALLOC,
  EV_HEAP_GOAL,
  EV_STW_BEGIN,
  GENERATION_VERSIONS,
  HEADER_BYTES,
  MAX_BATCH_BYTES,
  NOT_TIMED,
  OLD_VERSIONS,
} from "./spec.ts";
import { FirstCounts } from "./first-counts.ts";
import { Uvarint } from "./uvarint.ts";
import { lookAtOld } from "./v1/first-look.ts";

/** As much as is looked at: some 800,000 events, read in a few hundredths of a second. */
export const FIRST_LOOK_BYTES = 4 << 20;

/**
 * `bytes`: the file's first ones, header and all, cut anywhere. Undefined where they are no trace of a
 * version that is read. What is broken or cut ends the look without a word: the reading that follows
 * tells of it.
 */
export function lookAt(bytes: Uint8Array): FirstLook | undefined {
  const version = traceVersion(bytes);
  if (version === undefined) return undefined;
  const counts = new FirstCounts();
  if (OLD_VERSIONS.includes(version)) lookAtOld(bytes, version, counts);
  else if (GENERATION_VERSIONS.includes(version)) lookAtBatches(bytes, version, counts);
  else return undefined;
  return counts.finish(version, bytes.length);
}

function lookAtBatches(bytes: Uint8Array, version: number, counts: FirstCounts): void {
  const number = new Uvarint();
  const { length } = bytes;
  for (let at = HEADER_BYTES; at < length;) {
    const batch = at;
    if (bytes[at] === EV_END_OF_GENERATION) {
      at += 1;
      continue;
    }
    if (bytes[at] !== EV_EVENT_BATCH && bytes[at] !== EV_EXPERIMENTAL_BATCH) return;
    number.double(bytes, at + (bytes[at] === EV_EXPERIMENTAL_BATCH ? 2 : 1), length);
    let field = 0;
    let ticks = 0;
    // Generation, thread, base and size.
    for (let i = 0; i < 3; i++) {
      if (number.next < 0) return;
      ticks = field;
      field = number.double(bytes, number.next, length);
    }
    const start = number.next;
    at = start + field;
    if (start < 0 || field > MAX_BATCH_BYTES || at > length) return;
    if (kindOf(bytes, batch, start, at, version) !== BATCH_EVENTS) continue;
    if (!lookAtEvents(bytes, start, at, ticks, number, counts)) return;
  }
}

/** False where an event is broken. */
function lookAtEvents(
  bytes: Uint8Array,
  start: number,
  end: number,
  base: number,
  number: Uvarint,
  counts: FirstCounts,
): boolean {
  let ticks = base;
  for (let at = start; at < end;) {
    const type = bytes[at];
    const args = ARG_COUNT[type];
    if (args === NOT_TIMED) return false;
    ticks += number.double(bytes, at + 1, end);
    if (number.next < 0) return false;
    at = number.next;
    const first = at;
    for (let left = args; left > 0;) left -= 1 - (bytes[at++] >>> 7);
    if (!(at <= end)) return false;
    counts.events += 1;
    if (type === EV_GC_BEGIN) counts.cycles += 1;
    else if (type === EV_STW_BEGIN) counts.stops += 1;
    else if (type === EV_GC_MARK_ASSIST_BEGIN) counts.assists += 1;
    else if (type === EV_HEAP_ALLOC) counts.live(number.double(bytes, first, end), ticks);
    else if (type === EV_HEAP_GOAL) counts.goal(number.double(bytes, first, end), ticks);
  }
  return true;
}
