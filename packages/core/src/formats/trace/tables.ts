// The tables of one generation: strings, stacks, clock, CPU samples. Ids hold within the generation
// only; intern.ts gives them numbers for the whole trace.
// Authority: Go internal/trace/generation.go (Go 1.26.8). Faults carry its words.

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import {
  BATCH_CPU_SAMPLES,
  BATCH_STACKS,
  BATCH_STRINGS,
  BATCH_SYNC,
  type BatchColumns,
  type GenerationContent,
} from "./container.ts";
import { TraceFault } from "./fault.ts";
import { IdSlots } from "./id-slots.ts";
import {
  EV_CLOCK_SNAPSHOT,
  EV_CPU_SAMPLE,
  EV_FREQUENCY,
  EV_STACK,
  EV_STRING,
  MAX_FRAMES,
  MAX_STRING_BYTES,
} from "./spec.ts";
import type { Uvarint } from "./uvarint.ts";

/** Rows of a table by id. Ids count up from 1 in real traces, so an array serves; else a hash. */
export class LocalIds {
  readonly #ids: Float64Array;
  readonly #dense: Int32Array;
  readonly #sparse: IdSlots | undefined;

  /** @throws TraceFault when an id is there twice. */
  constructor(what: string, ids: Float64Array) {
    this.#ids = ids;
    let max = 0;
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row];
      if (id < 0) max = Infinity;
      else if (id > max) max = id;
    }
    const isDense = max <= ids.length * 4 + 1024;
    this.#dense = new Int32Array(isDense ? max + 1 : 1).fill(-1);
    this.#sparse = isDense ? undefined : new IdSlots();
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row];
      if (id === 0 || this.row(id) >= 0) {
        throw new TraceFault("repeated-id", `multiple ${what}s with the same ID: id=${id}`);
      }
      if (this.#sparse === undefined) this.#dense[id] = row;
      else if (!this.#sparse.add(id, row)) {
        throw new TraceFault("prepared-ids", `ids of ${what}s that were made to collide`);
      }
    }
  }

  get length(): number {
    return this.#ids.length;
  }

  id(row: number): number {
    return this.#ids[row];
  }

  /** The row of an id, −1 when it is not there; id 0 never is. */
  row(id: number): number {
    if (id >= 0 && id < this.#dense.length) return this.#dense[id];
    return this.#sparse === undefined ? -1 : this.#sparse.get(id);
  }
}

export interface GenerationTables {
  readonly nsPerTick: number;
  readonly clock: ClockSnapshot | undefined;
  readonly strings: LocalIds;
  /** Bytes of a string's row. */
  readonly stringStart: Int32Array;
  readonly stringEnd: Int32Array;
  readonly stacks: LocalIds;
  /** First frame of a stack's row, and how many there are: four uvarints each. */
  readonly stackStart: Int32Array;
  readonly stackFrames: Int32Array;
  readonly samples: SampleColumns;
}

export interface ClockSnapshot {
  readonly ticks: number;
  readonly monotonicNs: bigint;
  readonly seconds: bigint;
  readonly nanoseconds: bigint;
}

/** In file order; times in ticks. */
export interface SampleColumns {
  readonly length: number;
  readonly ticks: Float64Array;
  readonly thread: Float64Array;
  readonly proc: Float64Array;
  readonly goroutine: Float64Array;
  readonly stack: Float64Array;
}

/** Go's amd64 conversion of a double to int64: what does not fit becomes the smallest one. */
const TWO_63 = 2 ** 63;

/** Ticks to ns as Go's `frequency.mul`: scaled as a double, then cut. */
export function nsOf(ticks: number, nsPerTick: number): number {
  const ns = Math.trunc(ticks * nsPerTick);
  return ns < TWO_63 ? ns : -TWO_63;
}

/** Fewer numbers are passed one by one. */
const MIN_WORDWISE = 16;
/** So that the sum of the four counters stays below 256. */
const MAX_WORDS = 63;

function cut(): never {
  throw new TraceFault("cut-table", "unexpected EOF");
}

class TableReader {
  readonly #bytes: Uint8Array;
  /** The same bytes as words, and how far into the first word they start. */
  readonly #words: Int32Array;
  readonly #offset: number;
  readonly #number: Uvarint;
  readonly stringId = new GrowingFloat64();
  readonly stringStart = new GrowingInt32();
  readonly stringEnd = new GrowingInt32();
  readonly stackId = new GrowingFloat64();
  readonly stackStart = new GrowingInt32();
  readonly stackFrames = new GrowingInt32();
  readonly sampleTicks = new GrowingFloat64();
  readonly sampleThread = new GrowingFloat64();
  readonly sampleProc = new GrowingFloat64();
  readonly sampleGoroutine = new GrowingFloat64();
  readonly sampleStack = new GrowingFloat64();
  nsPerTick = 0;
  clock: ClockSnapshot | undefined;
  #at = 0;
  #end = 0;

  constructor(bytes: Uint8Array, number: Uvarint) {
    this.#bytes = bytes;
    this.#offset = bytes.byteOffset & 3;
    this.#words = new Int32Array(
      bytes.buffer,
      bytes.byteOffset - this.#offset,
      (bytes.length + this.#offset) >> 2,
    );
    this.#number = number;
  }

  #id(): number {
    const first = this.#bytes[this.#at];
    if (this.#at < this.#end && first < 0x80) {
      this.#at += 1;
      return first;
    }
    const value = this.#number.id(this.#bytes, this.#at, this.#end);
    if (this.#number.next < 0) cut();
    this.#at = this.#number.next;
    return value;
  }

  #double(): number {
    const value = this.#number.double(this.#bytes, this.#at, this.#end);
    if (this.#number.next < 0) cut();
    this.#at = this.#number.next;
    return value;
  }

  strings(from: number, to: number): void {
    this.#at = from + 1;
    this.#end = to;
    while (this.#at < to) {
      this.#expect(EV_STRING, "string");
      const id = this.#id();
      const length = this.#double();
      if (length > MAX_STRING_BYTES) {
        throw new TraceFault(
          "string-too-large",
          `invalid string size ${length}, maximum is ${MAX_STRING_BYTES}`,
        );
      }
      if (this.#at + length > to) {
        throw new TraceFault(
          "cut-table",
          `failed to read full string: read ${to - this.#at} but wanted ${length}`,
        );
      }
      this.stringId.push(id);
      this.stringStart.push(this.#at);
      this.#at += length;
      this.stringEnd.push(this.#at);
    }
  }

  stacks(from: number, to: number): void {
    this.#at = from + 1;
    this.#end = to;
    while (this.#at < to) {
      this.#expect(EV_STACK, "stack");
      const id = this.#id();
      const frames = this.#double();
      if (frames > MAX_FRAMES) {
        throw new TraceFault(
          "stack-too-large",
          `invalid stack size ${frames}, maximum is ${MAX_FRAMES}`,
        );
      }
      this.stackId.push(id);
      this.stackStart.push(this.#at);
      this.stackFrames.push(frames);
      this.#at = this.#afterNumbers(frames * 4);
    }
  }

  /**
   * Each number ends with a byte below 0x80; what they say is read when the stack is wanted. Of large
   * tables this is most of the work, so four bytes are counted at once: as many as there are numbers
   * left can be passed over unseen, and what is then still missing is counted again.
   */
  #afterNumbers(count: number): number {
    const bytes = this.#bytes;
    const words = this.#words;
    const to = this.#end;
    let at = this.#at;
    let left = count;
    while (left >= MIN_WORDWISE && at + left + 3 <= to) {
      for (; ((at + this.#offset) & 3) !== 0; at++) left -= 1 - (bytes[at] >>> 7);
      let word = (at + this.#offset) >> 2;
      const end = word + Math.min(left >> 2, MAX_WORDS);
      at += (end - word) << 2;
      left -= (end - word) << 2;
      // Four counters of continuation bytes, each below 256.
      let more = 0;
      for (; word < end; word++) more += (words[word] >>> 7) & 0x0101_0101;
      left += Math.imul(more, 0x0101_0101) >>> 24;
    }
    while (left > 0 && at < to) left -= 1 - (bytes[at++] >>> 7);
    if (left > 0) cut();
    return at;
  }

  samples(from: number, to: number): void {
    this.#at = from + 1;
    this.#end = to;
    while (this.#at < to) {
      this.#expect(EV_CPU_SAMPLE, "CPU sample");
      this.sampleTicks.push(this.#double());
      this.sampleThread.push(this.#id());
      this.sampleProc.push(this.#id());
      const goroutine = this.#id();
      this.sampleGoroutine.push(goroutine === 0 ? -1 : goroutine);
      this.sampleStack.push(this.#id());
    }
  }

  sync(from: number, to: number, base: number, version: number): void {
    this.#at = version >= 25 ? from + 1 : from;
    this.#end = to;
    let ticks = base;
    while (this.#at < to) {
      const kind = this.#bytes[this.#at++];
      if (kind === EV_FREQUENCY) {
        if (this.nsPerTick !== 0) {
          throw new TraceFault("repeated-frequency", "found multiple frequency events");
        }
        const perSecond = this.#double();
        if (perSecond === 0) throw new TraceFault("no-frequency", "a frequency of 0");
        this.nsPerTick = 1 / (perSecond / 1e9);
      } else if (kind === EV_CLOCK_SNAPSHOT && version >= 25) {
        if (this.clock !== undefined) {
          throw new TraceFault("repeated-clock", "found multiple clock snapshot events");
        }
        ticks += this.#double();
        const monotonicNs = this.#number.wideValue(this.#id());
        const seconds = this.#number.wideValue(this.#id());
        const nanoseconds = this.#number.wideValue(this.#id());
        this.clock = { ticks, monotonicNs, seconds, nanoseconds };
      } else {
        throw new TraceFault("odd-sync", `expected frequency or clock snapshot event, got ${kind}`);
      }
    }
  }

  #expect(kind: number, name: string): void {
    const found = this.#bytes[this.#at++];
    if (found !== kind) throw new TraceFault("odd-table", `expected ${name} event, got ${found}`);
  }
}

/** @throws TraceFault with the words of Go's reader, in the order in which it meets them. */
export function readTables(
  generation: GenerationContent,
  batches: BatchColumns,
  number: Uvarint,
): GenerationTables {
  const { version } = generation;
  const reader = new TableReader(generation.bytes, number);
  for (let i = 0; i < batches.length; i++) {
    const from = batches.start[i];
    const to = batches.end[i];
    const kind = batches.kind[i];
    if (kind === BATCH_STRINGS) reader.strings(from, to);
    else if (kind === BATCH_STACKS) reader.stacks(from, to);
    else if (kind === BATCH_CPU_SAMPLES) reader.samples(from, to);
    else if (kind === BATCH_SYNC) reader.sync(from, to, batches.ticks[i], version);
  }
  if (reader.nsPerTick === 0) throw new TraceFault("no-frequency", "no frequency event found");
  if (version >= 25 && reader.clock === undefined) {
    throw new TraceFault("no-clock", "no clock snapshot event found");
  }
  return {
    nsPerTick: reader.nsPerTick,
    clock: reader.clock,
    strings: new LocalIds("string", reader.stringId.finish()),
    stringStart: reader.stringStart.finish(),
    stringEnd: reader.stringEnd.finish(),
    stacks: new LocalIds("stack", reader.stackId.finish()),
    stackStart: reader.stackStart.finish(),
    stackFrames: reader.stackFrames.finish(),
    samples: {
      length: reader.sampleTicks.length,
      ticks: reader.sampleTicks.finish(),
      thread: reader.sampleThread.finish(),
      proc: reader.sampleProc.finish(),
      goroutine: reader.sampleGoroutine.finish(),
      stack: reader.sampleStack.finish(),
    },
  };
}
