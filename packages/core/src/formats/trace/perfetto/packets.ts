// A stream of TracePackets on one sequence: tracks, slices, counters; names and stacks are written once
// and called by number from then on. A Perfetto file is the bare sequence of its packets.

import type { TraceInterner } from "../intern.ts";
import {
  ANNOTATION,
  CALLSTACK,
  CLOCK,
  CLOCK_MONOTONIC,
  CLOCK_REALTIME,
  CLOCK_SNAPSHOT,
  COUNTER,
  COUNTER_VALUE,
  DESCRIPTOR,
  EVENT,
  FRAME,
  INCREMENTAL_STATE_CLEARED,
  INSTANT,
  INTERNED,
  MAPPING,
  NAMED,
  NEEDS_INCREMENTAL_STATE,
  PACKET,
  PACKET_DEFAULTS,
  SLICE_BEGIN,
  SLICE_END,
  TRACE,
} from "./fields.ts";
import { ProtoWriter } from "./proto.ts";

const CHUNK = 1 << 16;
const SEQUENCE = 1;
const MAPPING_IID = 1;
const UTF8 = new TextEncoder();

export interface TrackShape {
  readonly parent?: number;
  /** Of a counter: UNIT_…. */
  readonly unit?: number;
  readonly childOrder?: number;
  readonly rank?: number;
}

/** Numbers below a bound that have been written, one byte each. */
class Written {
  #seen = new Uint8Array(1024);

  /** True the first time. */
  isNew(index: number): boolean {
    if (index >= this.#seen.length) {
      const wider = new Uint8Array(Math.max(index + 1, this.#seen.length * 2));
      wider.set(this.#seen);
      this.#seen = wider;
    }
    if (this.#seen[index] === 1) return false;
    this.#seen[index] = 1;
    return true;
  }
}

export class PacketStream {
  readonly #write: (chunk: Uint8Array) => void;
  readonly #interner: () => TraceInterner;
  readonly #out = new ProtoWriter();
  readonly #packet = new ProtoWriter();
  readonly #event = new ProtoWriter();
  readonly #interned = new ProtoWriter();
  readonly #inner = new ProtoWriter();
  readonly #names = new Map<string, number>();
  readonly #annotationNames = new Map<string, number>();
  readonly #stacks = new Written();
  readonly #frames = new Written();
  readonly #functions = new Written();
  readonly #files = new Written();
  #hasMapping = false;
  #tracks = 0;
  #packets = 0;

  constructor(write: (chunk: Uint8Array) => void, interner: () => TraceInterner) {
    this.#write = write;
    this.#interner = interner;
  }

  get packets(): number {
    return this.#packets;
  }

  flush(): void {
    if (this.#out.length > 0) this.#write(this.#out.data.subarray(0, this.#out.length));
    this.#out.clear();
  }

  #end(): void {
    this.#out.message(TRACE.packet, this.#packet);
    this.#packet.clear();
    this.#packets += 1;
    if (this.#out.length > CHUNK) this.flush();
  }

  /**
   * The first packet: times are those of the trace's own clock. `wallNs` pairs one of its readings with
   * the time of day; traces below header 1.25 have none.
   */
  begin(monotonicNs: bigint, wallNs: bigint | undefined): void {
    const inner = this.#inner;
    const event = this.#event;
    event.clear();
    inner.clear();
    inner.uint(CLOCK.clockId, CLOCK_MONOTONIC);
    inner.big(CLOCK.timestamp, monotonicNs);
    event.message(CLOCK_SNAPSHOT.clocks, inner);
    if (wallNs !== undefined) {
      inner.clear();
      inner.uint(CLOCK.clockId, CLOCK_REALTIME);
      inner.big(CLOCK.timestamp, wallNs);
      event.message(CLOCK_SNAPSHOT.clocks, inner);
    }
    event.uint(CLOCK_SNAPSHOT.primaryTraceClock, CLOCK_MONOTONIC);
    this.#packet.message(PACKET.clockSnapshot, event);
    this.#packet.big(PACKET.timestamp, monotonicNs);
    this.#packet.uint(PACKET.timestampClockId, CLOCK_MONOTONIC);
    this.#packet.uint(PACKET.trustedPacketSequenceId, SEQUENCE);
    this.#packet.uint(PACKET.sequenceFlags, INCREMENTAL_STATE_CLEARED);
    this.#packet.uint(PACKET.firstPacketOnSequence, 1);
    inner.clear();
    inner.uint(PACKET_DEFAULTS.timestampClockId, CLOCK_MONOTONIC);
    this.#packet.message(PACKET.tracePacketDefaults, inner);
    this.#end();
  }

  /** A new track; gives its number. */
  track(name: string, { parent, unit, childOrder, rank }: TrackShape): number {
    const uuid = ++this.#tracks;
    const event = this.#event;
    event.clear();
    event.uint(DESCRIPTOR.uuid, uuid);
    if (parent !== undefined) event.uint(DESCRIPTOR.parentUuid, parent);
    event.bytes(DESCRIPTOR.name, UTF8.encode(name));
    if (unit !== undefined) {
      this.#inner.clear();
      this.#inner.uint(COUNTER.unit, unit);
      event.message(DESCRIPTOR.counter, this.#inner);
    }
    if (childOrder !== undefined) event.uint(DESCRIPTOR.childOrdering, childOrder);
    if (rank !== undefined) event.uint(DESCRIPTOR.siblingOrderRank, rank);
    this.#packet.uint(PACKET.trustedPacketSequenceId, SEQUENCE);
    this.#packet.message(PACKET.trackDescriptor, event);
    this.#end();
    return uuid;
  }

  /**
   * Ends the event that was begun with #open. Times are absolute: differences (an incremental clock)
   * would save a quarter of the file, but then one lost packet moves all that follow.
   */
  #close(timestamp: bigint | number): void {
    if (typeof timestamp === "number") this.#packet.uint(PACKET.timestamp, timestamp);
    else this.#packet.big(PACKET.timestamp, timestamp);
    this.#packet.uint(PACKET.trustedPacketSequenceId, SEQUENCE);
    this.#packet.uint(PACKET.sequenceFlags, NEEDS_INCREMENTAL_STATE);
    if (this.#interned.length > 0) {
      this.#packet.message(PACKET.internedData, this.#interned);
      this.#interned.clear();
    }
    this.#packet.message(PACKET.trackEvent, this.#event);
    this.#end();
  }

  #open(type: number, track: number): void {
    this.#event.clear();
    this.#event.uint(EVENT.type, type);
    this.#event.uint(EVENT.trackUuid, track);
  }

  /** `stack` is an interned one or −1; `goroutine` −1 for none. */
  begins(
    timestamp: bigint | number,
    track: number,
    name: string,
    stack: number,
    goroutine: number,
  ): void {
    this.#open(SLICE_BEGIN, track);
    this.#named(name, stack, goroutine);
    this.#close(timestamp);
  }

  ends(timestamp: bigint | number, track: number): void {
    this.#open(SLICE_END, track);
    this.#close(timestamp);
  }

  instant(
    timestamp: bigint | number,
    track: number,
    name: string,
    stack: number,
    goroutine: number,
  ): void {
    this.#open(INSTANT, track);
    this.#named(name, stack, goroutine);
    this.#close(timestamp);
  }

  /** A line of a log: its text is not interned, for it hardly comes again. */
  message(timestamp: bigint | number, track: number, text: string, category: string): void {
    this.#open(INSTANT, track);
    this.#event.bytes(EVENT.name, UTF8.encode(text));
    const iid = this.#annotationName("category");
    this.#inner.clear();
    this.#inner.uint(ANNOTATION.nameIid, iid);
    this.#inner.bytes(ANNOTATION.stringValue, UTF8.encode(category));
    this.#event.message(EVENT.debugAnnotations, this.#inner);
    this.#close(timestamp);
  }

  counts(timestamp: bigint | number, track: number, value: number): void {
    this.#open(COUNTER_VALUE, track);
    this.#event.uint(EVENT.counterValue, value);
    this.#close(timestamp);
  }

  #named(name: string, stack: number, goroutine: number): void {
    this.#event.uint(EVENT.nameIid, this.#name(name));
    if (stack >= 0) this.#event.uint(EVENT.callstackIid, this.#stack(stack));
    if (goroutine < 0) return;
    const iid = this.#annotationName("goroutine");
    this.#inner.clear();
    this.#inner.uint(ANNOTATION.nameIid, iid);
    this.#inner.uint(ANNOTATION.uintValue, goroutine);
    this.#event.message(EVENT.debugAnnotations, this.#inner);
  }

  #intern(field: number, iid: number, text: Uint8Array): void {
    this.#inner.clear();
    this.#inner.uint(NAMED.iid, iid);
    this.#inner.bytes(NAMED.text, text);
    this.#interned.message(field, this.#inner);
  }

  #name(name: string): number {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const iid = this.#names.size + 1;
    this.#names.set(name, iid);
    this.#intern(INTERNED.eventNames, iid, UTF8.encode(name));
    return iid;
  }

  #annotationName(name: string): number {
    const known = this.#annotationNames.get(name);
    if (known !== undefined) return known;
    const iid = this.#annotationNames.size + 1;
    this.#annotationNames.set(name, iid);
    this.#intern(INTERNED.debugAnnotationNames, iid, UTF8.encode(name));
    return iid;
  }

  #stack(stack: number): number {
    const { stacks } = this.#interner();
    const iid = stack + 1;
    if (!this.#stacks.isNew(stack)) return iid;
    const from = stacks.start.data[stack];
    const to = stacks.start.data[stack + 1];
    for (let at = from; at < to; at++) this.#frame(stacks.data.data[at]);
    this.#inner.clear();
    this.#inner.uint(CALLSTACK.iid, iid);
    // Perfetto wants the root first, Go gives the leaf first.
    for (let at = to - 1; at >= from; at--) {
      this.#inner.uint(CALLSTACK.frameIds, stacks.data.data[at] + 1);
    }
    this.#interned.message(INTERNED.callstacks, this.#inner);
    return iid;
  }

  #frame(frame: number): void {
    if (!this.#frames.isNew(frame)) return;
    const { strings, framePc, frameFunction, frameFile, frameLine } = this.#interner();
    // A reader drops frames without a mapping; a trace names none, so there is one for all.
    if (!this.#hasMapping) this.#map();
    const name = frameFunction.data[frame];
    const file = frameFile.data[frame];
    if (this.#functions.isNew(name)) {
      this.#intern(INTERNED.functionNames, name + 1, strings.bytesOf(name));
    }
    if (this.#files.isNew(file)) {
      this.#intern(INTERNED.sourcePaths, file + 1, strings.bytesOf(file));
    }
    this.#inner.clear();
    this.#inner.uint(FRAME.iid, frame + 1);
    this.#inner.uint(FRAME.functionNameId, name + 1);
    this.#inner.uint(FRAME.mappingId, MAPPING_IID);
    // Codes below 0 stand for numbers above 2^53, which no program counter or line is.
    this.#inner.uint(FRAME.relPc, Math.max(framePc.data[frame], 0));
    this.#inner.uint(FRAME.sourcePathIid, file + 1);
    this.#inner.uint(FRAME.lineNumber, Math.min(Math.max(frameLine.data[frame], 0), 0xffff_ffff));
    this.#interned.message(INTERNED.frames, this.#inner);
  }

  #map(): void {
    this.#hasMapping = true;
    this.#intern(INTERNED.mappingPaths, MAPPING_IID, UTF8.encode("go"));
    this.#inner.clear();
    this.#inner.uint(MAPPING.iid, MAPPING_IID);
    this.#inner.uint(MAPPING.pathStringIds, MAPPING_IID);
    this.#interned.message(INTERNED.mappings, this.#inner);
  }
}
