// Finds the batches, tables and CPU samples of an old trace in one pass that looks at no event's
// numbers. A batch has no length, so that what follows a broken byte cannot be found again; the clock's
// frequency and the stacks come last, so that a file that was cut has neither.
// Authority: golang.org/x/exp trace/internal/tracev1/parser.go (collectBatchesAndCPUSamples).

import { GrowingFloat64, GrowingInt32 } from "../../../model/builders/growing.ts";
import { TraceFault } from "../fault.ts";
import { IdSlots } from "../id-slots.ts";
import { HEADER_BYTES } from "../spec.ts";
import { type GenerationTables, LocalIds } from "../tables.ts";
import type { Uvarint } from "../uvarint.ts";
import {
  isKnown,
  V1_BATCH,
  V1_COUNT,
  V1_CPU_SAMPLE,
  V1_FREQUENCY,
  V1_IS_TIMED,
  V1_MAX_EVENT_BYTES,
  V1_MAX_FRAMES,
  V1_MAX_STRING_BYTES,
  V1_NAMES,
  V1_NUMBERS,
  V1_STACK,
  V1_STRING,
  V1_TIMER_GOROUTINE,
  V1_USER_LOG,
} from "./wire.ts";

const TWO_31 = 2 ** 31;
const TWO_32 = 2 ** 32;
const TWO_53 = 2 ** 53;
/** Offsets are kept in 32 bits, signed. */
export const MAX_FILE_BYTES = TWO_31 - 1;
/** At 29 bytes an event the columns of the order are 3.9 GB then. */
const MAX_EVENTS = 1 << 27;

/** What is wrong, and where; everything before it was read. */
export class V1Fault extends TraceFault {
  readonly offset: number;

  constructor(code: string, offset: number, message: string) {
    super(code, message);
    this.offset = offset;
  }
}

/** Ticks of the processor's clock relative to `base`, so that differences are exact in a double. */
export class TickClock {
  #baseLow = 0;
  #baseHigh = 0;
  #hasBase = false;
  readonly #number: Uvarint;

  constructor(number: Uvarint) {
    this.#number = number;
  }

  /** The number that `number` has just read. */
  ofLast(at: number): number {
    const { low, high } = this.#number;
    if (!this.#hasBase) {
      this.#hasBase = true;
      this.#baseLow = low;
      this.#baseHigh = high;
    }
    const ticks = (high - this.#baseHigh) * TWO_32 + (low - this.#baseLow);
    if (Math.abs(ticks) < TWO_53) return ticks;
    throw new V1Fault("wild-ticks", at, "ticks that are centuries apart");
  }
}

export interface V1Batches {
  readonly length: number;
  /** Index into `procs`. */
  readonly proc: Int32Array;
  readonly ticks: Float64Array;
  /** The batch's first event, and where the next batch starts. */
  readonly start: Int32Array;
  readonly end: Int32Array;
}

export interface V1Container {
  readonly bytes: Uint8Array;
  readonly version: number;
  readonly clock: TickClock;
  readonly batches: V1Batches;
  /** Numbers of the procs, −1 for what ran without one, in the order of their first batches. */
  readonly procs: Float64Array;
  readonly tables: GenerationTables;
  /** Goroutines whose unblocking is a timer's work. */
  readonly timers: IdSlots;
  /** Undefined where the file does not come so far: then no time can be told. */
  readonly ticksPerSecond: number | undefined;
  /** Events by type. */
  readonly counts: Float64Array;
  /** Events that are put in order, without CPU samples. */
  readonly timed: number;
  /** Strings with an id that another has; the first one is kept, Go reads none of the file. */
  readonly repeatedStrings: number;
  /** What ended the pass; `readTo` is the length of the file where nothing did. */
  readonly fault: V1Fault | undefined;
  readonly readTo: number;
}

class V1Index {
  readonly #bytes: Uint8Array;
  readonly #version: number;
  readonly #number: Uvarint;
  readonly clock: TickClock;
  readonly #procRows = new IdSlots();
  readonly #stringRows = new IdSlots();
  readonly #stackRows = new IdSlots();
  repeatedStrings = 0;
  readonly procs = new GrowingFloat64();
  readonly batchProc = new GrowingInt32();
  readonly batchTicks = new GrowingFloat64();
  readonly batchStart = new GrowingInt32();
  readonly batchEnd = new GrowingInt32();
  readonly sampleTicks = new GrowingFloat64();
  readonly sampleProc = new GrowingFloat64();
  readonly sampleGoroutine = new GrowingFloat64();
  readonly sampleStack = new GrowingFloat64();
  readonly stringId = new GrowingFloat64();
  readonly stringStart = new GrowingInt32();
  readonly stringEnd = new GrowingInt32();
  readonly stackId = new GrowingFloat64();
  readonly stackStart = new GrowingInt32();
  readonly stackFrames = new GrowingInt32();
  readonly timers = new IdSlots();
  readonly counts = new Float64Array(V1_COUNT);
  ticksPerSecond: number | undefined;
  timed = 0;
  fault: V1Fault | undefined;
  readTo = HEADER_BYTES;

  constructor(bytes: Uint8Array, version: number, number: Uvarint) {
    this.#bytes = bytes;
    this.#version = version;
    this.#number = number;
    this.clock = new TickClock(number);
  }

  run(): void {
    const { length } = this.#bytes;
    try {
      if (length > MAX_FILE_BYTES) throw this.#at("too-large", 0, "a file of 4 GiB or more");
      while (this.readTo < length) this.readTo = this.#event(this.readTo);
    } catch (error) {
      if (!(error instanceof V1Fault)) throw error;
      this.fault = error;
    }
    if (this.batchStart.length > this.batchEnd.length) this.batchEnd.push(this.readTo);
  }

  #at(code: string, offset: number, message: string): V1Fault {
    return new V1Fault(code, offset, message);
  }

  #value(at: number): number {
    const value = this.#number.id(this.#bytes, at, this.#bytes.length);
    if (this.#number.next >= 0) return value;
    throw this.#at("bad-number", at, "malformatted base-128 varint");
  }

  /** Reads the event at `from`; returns where the next one is. */
  #event(from: number): number {
    const bytes = this.#bytes;
    const first = bytes[from];
    const type = first & 0x3f;
    if (!isKnown(type, this.#version)) {
      throw this.#at("unknown-event", from, `unknown event type ${type}`);
    }
    if (type === V1_STRING) return this.#string(from + 1);
    if (type === V1_BATCH) return this.#batch(from, first >>> 6);
    if (this.batchStart.length === 0) {
      throw this.#at(
        "no-batch",
        from,
        `read event ${type} with current P of 0, but P has no batches yet`,
      );
    }
    const inline = first >>> 6;
    let next: number;
    if (inline < 3) {
      next = from + 1;
      for (let left = inline + 1; left > 0; left--) next = this.#skip(next);
      if (type === V1_STACK || type === V1_CPU_SAMPLE || type === V1_USER_LOG) {
        throw this.#wrongNumber(from, type, inline + 1);
      }
      if (type === V1_FREQUENCY) this.#frequency(from, inline);
      else if (type === V1_TIMER_GOROUTINE) this.#timer(from, inline);
    } else {
      const length = this.#value(from + 1);
      const start = this.#number.next;
      if (!(length >= 0 && length <= V1_MAX_EVENT_BYTES)) {
        throw this.#at("long-event", from, `length-prefixed argument too big: ${length} bytes`);
      }
      next = start + length;
      if (next > bytes.length) throw this.#at("cut", from, "failed to read trace: unexpected EOF");
      if (type === V1_STACK) this.#stack(from, start, next);
      else if (type === V1_CPU_SAMPLE) this.#sample(from, start, next);
      else if (type === V1_USER_LOG) {
        const text = this.#value(next);
        next = this.#number.next + text;
        if (!(text >= 0 && next <= bytes.length)) {
          throw this.#at("cut", from, "failed to read trace: unexpected EOF");
        }
      } else if (type === V1_FREQUENCY || type === V1_TIMER_GOROUTINE) {
        throw this.#wrongNumber(from, type, 2);
      }
    }
    this.counts[type] += 1;
    this.timed += V1_IS_TIMED[type];
    if (this.timed + this.sampleTicks.length > MAX_EVENTS) {
      throw this.#at("too-many-events", from, `more than ${MAX_EVENTS} events`);
    }
    return next;
  }

  #skip(from: number): number {
    const bytes = this.#bytes;
    let at = from;
    while (at < bytes.length && bytes[at] >= 0x80) at += 1;
    if (at < bytes.length && at - from < 9) return at + 1;
    this.#value(from);
    return this.#number.next;
  }

  #wrongNumber(from: number, type: number, got: number): V1Fault {
    return this.#at(
      "argument-count",
      from,
      `${V1_NAMES[type]} has wrong number of arguments: want ${V1_NUMBERS[type]}, got ${got}`,
    );
  }

  #string(from: number): number {
    const id = this.#value(from);
    const length = this.#value(this.#number.next);
    const start = this.#number.next;
    if (id === 0) throw this.#at("string-id", from, "string has invalid id 0");
    if (length === 0) throw this.#at("string-length", from, "string has invalid length 0");
    if (!(length > 0 && length <= V1_MAX_STRING_BYTES)) {
      throw this.#at("string-length", from, `string has too large length ${length}`);
    }
    const end = start + length;
    if (end > this.#bytes.length) {
      throw this.#at("cut", from, "failed to read trace: unexpected EOF");
    }
    if (this.#stringRows.get(id) >= 0) {
      this.repeatedStrings += 1;
      return end;
    }
    this.#add(this.#stringRows, id, this.stringId.length, from);
    this.stringId.push(id);
    this.stringStart.push(start);
    this.stringEnd.push(end);
    return end;
  }

  #batch(from: number, inline: number): number {
    if (inline !== 1) {
      throw this.#at(
        "argument-count",
        from,
        `EvBatch has wrong number of arguments: got ${inline + 1}, want 2`,
      );
    }
    const id = this.#value(from + 1);
    if (id !== -1 && !(id >= 0 && id < TWO_31)) {
      throw this.#at("proc-number", from, "processor ID is larger than maximum of 2147483647");
    }
    this.#value(this.#number.next);
    const start = this.#number.next;
    let proc = this.#procRows.get(id);
    if (proc < 0) {
      proc = this.procs.length;
      this.procs.push(id);
      this.#add(this.#procRows, id, proc, from);
    }
    const ticks = this.clock.ofLast(from);
    if (this.batchStart.length > 0) this.batchEnd.push(from);
    this.batchProc.push(proc);
    this.batchTicks.push(ticks);
    this.batchStart.push(start);
    this.counts[V1_BATCH] += 1;
    return start;
  }

  #frequency(from: number, inline: number): void {
    if (inline !== 0) throw this.#wrongNumber(from, V1_FREQUENCY, inline + 1);
    const frequency = this.#value(from + 1);
    // A wide or zero frequency: negative as Go's int64, or no clock at all.
    if (!(frequency > 0)) throw this.#at("time-order", from, "time stamps out of order");
    this.ticksPerSecond = frequency;
  }

  #timer(from: number, inline: number): void {
    if (inline !== 0) throw this.#wrongNumber(from, V1_TIMER_GOROUTINE, inline + 1);
    const id = this.#value(from + 1);
    if (this.timers.get(id) < 0) this.#add(this.timers, id, this.timers.size, from);
  }

  #add(slots: IdSlots, id: number, row: number, from: number): void {
    if (slots.add(id, row)) return;
    throw this.#at("prepared-ids", from, "ids that were made to collide");
  }

  #numbersIn(from: number, to: number): number {
    let count = 0;
    for (let at = from; at < to; at++) if (this.#bytes[at] < 0x80) count += 1;
    if (to > from && this.#bytes[to - 1] >= 0x80) {
      throw this.#at("bad-number", from, "malformatted base-128 varint");
    }
    return count;
  }

  #stack(from: number, start: number, end: number): void {
    const numbers = this.#numbersIn(start, end);
    if (numbers < 2) throw this.#wrongNumber(from, V1_STACK, numbers);
    const id = this.#value(start);
    const frames = this.#value(this.#number.next);
    const at = this.#number.next;
    if (!(frames >= 0 && frames <= V1_MAX_FRAMES)) {
      throw this.#at("stack-frames", from, `EvStack has bad number of frames: ${frames}`);
    }
    if (numbers !== 2 + 4 * frames) {
      throw this.#at(
        "argument-count",
        from,
        `EvStack has wrong number of arguments: want ${2 + 4 * frames}, got ${numbers}`,
      );
    }
    const low = id >= 0 ? id % TWO_32 : Number(BigInt.asUintN(32, this.#number.wideValue(id)));
    if (low === 0 || frames === 0) return;
    // The last stack of an id is its stack.
    const row = this.#stackRows.get(low);
    if (row >= 0) {
      this.stackStart.data[row] = at;
      this.stackFrames.data[row] = frames;
      return;
    }
    this.#add(this.#stackRows, low, this.stackId.length, from);
    this.stackId.push(low);
    this.stackStart.push(at);
    this.stackFrames.push(frames);
  }

  /** Ticks that nobody wants, the ticks of the sample, proc, goroutine, stack. */
  #sample(from: number, start: number, end: number): void {
    const numbers = this.#numbersIn(start, end);
    if (numbers !== V1_NUMBERS[V1_CPU_SAMPLE]) {
      throw this.#wrongNumber(from, V1_CPU_SAMPLE, numbers);
    }
    this.#value(start);
    this.#value(this.#number.next);
    const ticks = this.clock.ofLast(from);
    this.#value(this.#number.next);
    this.sampleProc.push(this.#number.low | 0);
    const goroutine = this.#value(this.#number.next);
    this.#value(this.#number.next);
    this.sampleTicks.push(ticks);
    this.sampleGoroutine.push(goroutine);
    this.sampleStack.push(this.#number.low);
  }
}

export function readContainer(bytes: Uint8Array, version: number, number: Uvarint): V1Container {
  const index = new V1Index(bytes, version, number);
  index.run();
  return {
    bytes,
    version,
    clock: index.clock,
    batches: {
      length: index.batchStart.length,
      proc: index.batchProc.finish(),
      ticks: index.batchTicks.finish(),
      start: index.batchStart.finish(),
      end: index.batchEnd.finish(),
    },
    procs: index.procs.finish(),
    tables: tablesOf(index),
    repeatedStrings: index.repeatedStrings,
    timers: index.timers,
    ticksPerSecond: index.ticksPerSecond,
    counts: index.counts,
    timed: index.timed,
    fault: index.fault,
    readTo: index.readTo,
  };
}

/** In the shape of a generation's, of which an old trace has one. */
function tablesOf(index: V1Index): GenerationTables {
  const { length } = index.sampleTicks;
  return {
    nsPerTick: index.ticksPerSecond === undefined ? Number.NaN : 1e9 / index.ticksPerSecond,
    clock: undefined,
    strings: new LocalIds("string", index.stringId.finish()),
    stringStart: index.stringStart.finish(),
    stringEnd: index.stringEnd.finish(),
    stacks: new LocalIds("stack", index.stackId.finish()),
    stackStart: index.stackStart.finish(),
    stackFrames: index.stackFrames.finish(),
    samples: {
      length,
      ticks: index.sampleTicks.finish(),
      thread: new Float64Array(length).fill(-1),
      proc: index.sampleProc.finish(),
      goroutine: index.sampleGoroutine.finish(),
      stack: index.sampleStack.finish(),
    },
  };
}
