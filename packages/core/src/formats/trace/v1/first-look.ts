// The first look at a trace before Go 1.22: event after event, for its batches have no length.
// Authority: golang.org/x/exp trace/internal/tracev1/parser.go (2026-11).

import type { FirstCounts } from "../first-counts.ts";
import { HEADER_BYTES } from "../spec.ts";
import { Uvarint } from "../uvarint.ts";
import {
  isKnown,
  V1_BATCH,
  V1_GC_MARK_ASSIST_START,
  V1_GC_START,
  V1_HEAP_ALLOC,
  V1_HEAP_GOAL,
  V1_IS_TIMED,
  V1_STRING,
  V1_STW_START,
  V1_USER_LOG,
} from "./wire.ts";

/** As many numbers or more have their length in bytes before them. */
const WITH_LENGTH = 4;

export function lookAtOld(bytes: Uint8Array, version: number, counts: FirstCounts): void {
  const number = new Uvarint();
  const { length } = bytes;
  let ticks = 0;
  for (let at = HEADER_BYTES; at < length;) {
    const type = bytes[at] & 0x3f;
    const numbers = (bytes[at] >>> 6) + 1;
    at += 1;
    if (!isKnown(type, version)) return;
    if (type === V1_STRING) {
      number.double(bytes, at, length);
      if (number.next < 0) return;
      const size = number.double(bytes, number.next, length);
      if (number.next < 0) return;
      at = number.next + size;
      continue;
    }
    let first = at;
    if (numbers < WITH_LENGTH) {
      for (let left = numbers; left > 0 && at < length;) left -= 1 - (bytes[at++] >>> 7);
    } else {
      const size = number.double(bytes, at, length);
      if (number.next < 0) return;
      first = number.next;
      at = first + size;
    }
    if (type === V1_USER_LOG && at <= length) {
      const size = number.double(bytes, at, length);
      if (number.next < 0) return;
      at = number.next + size;
    }
    if (at > length) return;
    // Of a batch the proc, of an event the ticks since the one before.
    const ofFirst = number.double(bytes, first, length);
    if (number.next < 0) return;
    if (type === V1_BATCH) {
      ticks = number.double(bytes, number.next, length);
      continue;
    }
    if (V1_IS_TIMED[type] === 0) continue;
    ticks += ofFirst;
    counts.events += 1;
    if (type === V1_GC_START) counts.cycles += 1;
    else if (type === V1_STW_START) counts.stops += 1;
    else if (type === V1_GC_MARK_ASSIST_START) counts.assists += 1;
    else if (type === V1_HEAP_ALLOC) counts.live(number.double(bytes, number.next, length), ticks);
    else if (type === V1_HEAP_GOAL) counts.goal(number.double(bytes, number.next, length), ticks);
  }
}
