// Events as they stand on the wire, framing included, one after the other: no order, no generations,
// no check beyond what their shape needs. Nothing is kept but the event at hand.
// Authority: Go internal/trace/raw/reader.go (Go 1.26.8).
//
// One difference. Go takes an end between two numbers, within a batch or before a generation's end mark
// for the end of the trace and says nothing. Here it is a fault, for a cut file must not read like a
// whole one. Below header 1.26 nothing marks the end, so a cut between two batches can't be seen.

import { TraceFault } from "./fault.ts";
import { HeaderFirst } from "./header.ts";
import { hasEndMark } from "./container.ts";
import { EV_END_OF_GENERATION, EV_EVENT_BATCH, EV_SPAN, HEADER_BYTES } from "./spec.ts";
import { type WireSpec, wireSpecs } from "./wire-events.ts";

/** Real events stay below a batch, 64 KiB. */
const MAX_EVENT_BYTES = 1 << 20;
const PIECE = 1 << 18;

/** Filled anew for each event; nothing of it may be kept. */
export class WireEvent {
  type = 0;
  /** Numbers, frames of a stack included: `high[i] * 2^32 + low[i]`. */
  length = 0;
  low = new Uint32Array(1024);
  high = new Uint32Array(1024);
  /** Bytes of a string or an experiment: `bytes[dataFrom, dataTo)`; both 0 for other events. */
  bytes = new Uint8Array(0);
  dataFrom = 0;
  dataTo = 0;

  add(low: number, high: number): void {
    if (this.length === this.low.length) {
      this.low = widened(this.low);
      this.high = widened(this.high);
    }
    this.low[this.length] = low;
    this.high[this.length] = high;
    this.length += 1;
  }
}

function widened(from: Uint32Array): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(from.length * 2);
  wider.set(from);
  return wider;
}

/** What is left when nothing more comes. */
export interface WireEnd {
  readonly version: number;
  readonly events: number;
  readonly fault: TraceFault | undefined;
  /** Where the first byte lies that belongs to no event that was read. */
  readonly readBytes: number;
  readonly totalBytes: number;
}

const MORE = -1;
const OVERFLOW = -2;

export class WireReader {
  readonly #begin: (version: number) => void;
  readonly #take: (event: WireEvent) => void;
  readonly #header = new HeaderFirst();
  readonly #event = new WireEvent();
  #specs: readonly WireSpec[] = [];
  #buffer = new Uint8Array(PIECE);
  #length = 0;
  /** Not worth another look before as many bytes are there. */
  #wanted = 0;
  /** File offset of the buffer's first byte. */
  #offset = HEADER_BYTES;
  #events = 0;
  #total = 0;
  /** File offset at which the batch that was last begun ends, as it says itself. */
  #batchEnd = 0;
  #fault: TraceFault | undefined;
  #low = 0;
  #high = 0;

  /** `begin` is called once, when the header is known. */
  constructor(begin: (version: number) => void, take: (event: WireEvent) => void) {
    this.#begin = begin;
    this.#take = take;
  }

  push(chunk: Uint8Array): void {
    this.#total += chunk.length;
    if (this.#fault !== undefined) return;
    try {
      const isNew = this.#header.version === 0;
      const rest = this.#header.after(chunk);
      if (rest === undefined) return;
      if (isNew) {
        this.#specs = wireSpecs(this.#header.version);
        this.#begin(this.#header.version);
      }
      for (let from = 0; from < rest.length; from += PIECE) {
        this.#append(rest.subarray(from, from + PIECE));
        if (this.#length >= this.#wanted) this.#read();
      }
    } catch (error) {
      if (!(error instanceof TraceFault)) throw error;
      this.#fault = error;
    }
  }

  end(): WireEnd {
    try {
      if (this.#fault === undefined) this.#finish();
    } catch (error) {
      if (!(error instanceof TraceFault)) throw error;
      this.#fault = error;
    }
    return {
      version: this.#header.version,
      events: this.#events,
      fault: this.#fault,
      readBytes: Math.min(this.#offset, this.#total),
      totalBytes: this.#total,
    };
  }

  #finish(): void {
    this.#header.end();
    this.#read();
    if (this.#length > 0) throw new TraceFault("cut-event", "unexpected EOF");
    if (this.#offset < this.#batchEnd) {
      throw new TraceFault("cut-batch", "the trace ends within a batch");
    }
    const isOpen = this.#events > 0 && this.#event.type !== EV_END_OF_GENERATION;
    if (isOpen && hasEndMark(this.#header.version)) {
      throw new TraceFault("cut-generation", "incomplete generation found; trace likely truncated");
    }
  }

  #append(piece: Uint8Array): void {
    const needed = this.#length + piece.length;
    if (needed > this.#buffer.length) {
      const wider = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      wider.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = wider;
    }
    this.#buffer.set(piece, this.#length);
    this.#length = needed;
  }

  /** Hands out the whole events of the buffer and keeps the rest. */
  #read(): void {
    let at = 0;
    try {
      for (let next = this.#next(0); next >= 0; next = this.#next(at)) {
        this.#events += 1;
        this.#take(this.#event);
        at = next;
        if (this.#event.type === EV_EVENT_BATCH) {
          this.#batchEnd = this.#offset + at + this.#event.low[3];
        }
        if (at === this.#length) break;
      }
    } finally {
      this.#buffer.copyWithin(0, at, this.#length);
      this.#length -= at;
      this.#offset += at;
    }
    if (this.#length > MAX_EVENT_BYTES) {
      throw new TraceFault("event-too-large", `an event of more than ${MAX_EVENT_BYTES} bytes`);
    }
    // Doubling keeps the work linear however small the pushes are.
    this.#wanted = this.#length < 256 ? 0 : this.#length * 2;
  }

  /** Reads the event at `from`; where the next one starts, or MORE. */
  #next(from: number): number {
    if (from >= this.#length) return MORE;
    const bytes = this.#buffer;
    const event = this.#event;
    const type = bytes[from];
    if (type === 0 || type >= this.#specs.length) throw this.#invalid(type);
    const spec = this.#specs[type];
    event.type = type;
    event.length = 0;
    event.dataFrom = 0;
    event.dataTo = 0;
    let at = this.#numbers(from + 1, spec.args.length);
    if (spec.isStack && at !== MORE) {
      // As int(args[1]) of a 64-bit Go: a count that is negative there is no frame at all.
      const isNegative = event.high[1] >= 0x8000_0000;
      const frames = isNegative ? 0 : event.high[1] * 2 ** 32 + event.low[1];
      at = this.#numbers(at, frames * 4);
    }
    if (!spec.hasData || at === MORE) return at;
    at = this.#number(at);
    if (at === MORE) return MORE;
    const size = this.#high >= 0x8000_0000 ? 0 : this.#high * 2 ** 32 + this.#low;
    if (at + size > this.#length) {
      if (size > MAX_EVENT_BYTES) {
        throw new TraceFault("event-too-large", `an event of more than ${MAX_EVENT_BYTES} bytes`);
      }
      return MORE;
    }
    event.bytes = bytes;
    event.dataFrom = at;
    event.dataTo = at + size;
    return at + size;
  }

  #invalid(type: number): TraceFault {
    const isKnown = type >= EV_SPAN && type < EV_SPAN + 9;
    return new TraceFault(
      isKnown ? "experimental-event" : "odd-event",
      `invalid event type: ${type}${isKnown ? " (AllocFree events have a text since header go 1.26)" : ""}`,
    );
  }

  #numbers(from: number, count: number): number {
    let at = from;
    for (let i = 0; i < count; i++) {
      at = this.#number(at);
      if (at === MORE) return MORE;
      this.#event.add(this.#low, this.#high);
    }
    return at;
  }

  #number(from: number): number {
    const at = this.#uvarint(from);
    if (at !== OVERFLOW) return at;
    throw new TraceFault("long-number", "binary: varint overflows a 64-bit integer");
  }

  #uvarint(from: number): number {
    const bytes = this.#buffer;
    const end = this.#length;
    let at = from;
    let low = 0;
    let high = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= end) return MORE;
      const byte = bytes[at++];
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else if (byte > 1) return OVERFLOW;
      else high |= byte << 31;
      if (byte < 0x80) break;
    }
    this.#low = low >>> 0;
    this.#high = high >>> 0;
    return at;
  }
}
