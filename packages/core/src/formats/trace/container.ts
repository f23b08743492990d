// The container: cuts a trace into generations without looking at their events.
//
// After 16 bytes of header, batches: byte 1 (or byte 49 and an experiment), generation, thread, base
// ticks, size (four uvarints), payload. A generation ends where a batch of the next one begins, and
// since header 1.26 at byte 52. Everything that gives its events a meaning lies in the generation
// itself, so one is the unit of all further work, and the most that is held in memory.
// Authority: Go internal/trace/batch.go and generation.go (Go 1.26.8).

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { TraceFault } from "./fault.ts";
import {
  EV_CPU_SAMPLES,
  EV_END_OF_GENERATION,
  EV_EVENT_BATCH,
  EV_EXPERIMENTAL_BATCH,
  EV_FREQUENCY,
  EV_STACKS,
  EV_STRINGS,
  EV_SYNC_BATCH,
  HEADER_BYTES,
  MAX_BATCH_BYTES,
  MAX_BATCH_HEADER_BYTES,
} from "./spec.ts";
import { Uvarint } from "./uvarint.ts";

/** Format number of the header ("go 1.26 trace" → 26), undefined for anything else. */
export function traceVersion(head: Uint8Array): number | undefined {
  if (head.length < HEADER_BYTES) return undefined;
  let text = "";
  for (let i = 0; i < HEADER_BYTES; i++) text += String.fromCharCode(head[i] ?? 0);
  const number = /^go 1\.(\d{1,3}) trace\0+$/.exec(text)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** The header has it that a generation ends with a mark of its own. */
export function hasEndMark(version: number): boolean {
  return version >= 26;
}

/** The batches of one generation, and where they lay in the file. */
export interface GenerationContent {
  readonly version: number;
  /** Numbers are those of the runtime; the first one of a file is not always 1. */
  readonly number: number;
  /** Whole batches, without the end mark; the splitter's unless the receiver says that it keeps them. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of `bytes` in the file. */
  readonly offset: number;
}

export interface GenerationBytes extends GenerationContent {
  /**
   * Go reads a generation whole before it looks at it. From 1.26 on what breaks in a generation costs
   * that generation; before, the generation is delivered first and the fault comes after it.
   */
  readonly fault: TraceFault | undefined;
}

/** What is left when nothing more comes. */
export interface ContainerEnd {
  readonly fault: TraceFault | undefined;
  /** Where the first byte that belongs to no generation lies; the file's size when all are used. */
  readonly readBytes: number;
  readonly totalBytes: number;
  readonly offsetOfFault: number | undefined;
}

const FIRST_BUFFER = 1 << 20;

/**
 * Takes a generation. True: it keeps the bytes (to use them later or to transfer them), and the
 * splitter goes on with a new buffer. False: it is done with them.
 */
export type TakeGeneration = (generation: GenerationBytes) => boolean;

/** Where a generation's batches lie in the file. */
export interface FoundGeneration {
  readonly number: number;
  readonly start: number;
  readonly end: number;
  /** Of what comes next: without the end mark. */
  readonly next: number;
}

/** From batch to batch by their headers. All places are offsets in the file. */
class BatchWalk {
  readonly #version: number;
  readonly #emit: (found: FoundGeneration) => void;
  readonly #number = new Uvarint();
  #generation = 0;
  #hasEvents = false;
  #size = 0;
  #batchGeneration = 0;
  /** Of the generation that is being gathered. */
  start = HEADER_BYTES;
  /** Of the next batch. */
  at = HEADER_BYTES;
  fault: TraceFault | undefined;
  faultOffset: number | undefined;

  constructor(version: number, emit: (found: FoundGeneration) => void) {
    this.#version = version;
    this.#emit = emit;
  }

  break(code: string, message: string, offset: number): void {
    this.fault = new TraceFault(code, message);
    this.faultOffset = offset;
  }

  /**
   * Passes the batch at `at`. `bytes` hold the file from `from` on, `length` of them; batches that end
   * before `until` count as whole. False: there is not enough, or a fault.
   */
  step(bytes: Uint8Array, from: number, length: number, until: number): boolean {
    const start = this.at - from;
    if (hasEndMark(this.#version) && bytes[start] === EV_END_OF_GENERATION) {
      this.#end(this.at, this.at + 1);
      return true;
    }
    const payload = this.#header(bytes, start, length, false);
    if (payload === NEED_MORE) return false;
    if (payload === BROKEN) {
      this.#endByFault();
      return false;
    }
    if (from + payload + this.#size > until) return false;
    this.#batch(bytes, start, payload, this.at + payload - start + this.#size);
    return this.fault === undefined;
  }

  /** A whole batch, up to `end`. */
  #batch(bytes: Uint8Array, start: number, payload: number, end: number): void {
    const generation = this.#batchGeneration;
    if (generation === 0) {
      this.break("generation-zero", "invalid generation number 0", this.at);
      return;
    }
    if (this.#generation === 0) this.#generation = generation;
    else if (generation !== this.#generation) {
      if (hasEndMark(this.#version)) {
        this.break(
          "generations-mixed",
          "broken trace: missing end-of-generation event, or generations are interleaved",
          this.at,
        );
        return;
      }
      if (generation !== this.#generation + 1) {
        this.break("generations-out-of-order", "generations out of order", this.at);
        return;
      }
      this.#end(this.at, this.at);
      this.#generation = generation;
      this.at = end;
      return;
    }
    const kind = kindOf(bytes, start, payload, payload + this.#size, this.#version);
    this.#hasEvents ||= kind === BATCH_EVENTS;
    this.at = end;
  }

  #end(end: number, next: number): void {
    const found = { number: this.#generation, start: this.start, end, next };
    this.start = next;
    this.at = next;
    this.#generation = 0;
    this.#hasEvents = false;
    this.#emit(found);
  }

  /** Reads a batch's header; the payload's place in `bytes`, or why there is none. */
  #header(bytes: Uint8Array, start: number, end: number, isLast: boolean): number {
    const more = isLast || end - start >= MAX_BATCH_HEADER_BYTES ? BROKEN : NEED_MORE;
    const kind = bytes[start];
    let at = start + 1;
    if (kind === EV_EXPERIMENTAL_BATCH) at += 1;
    else if (kind !== EV_EVENT_BATCH) {
      this.break("no-batch", `expected batch event, got event ${kind}`, this.at);
      return BROKEN;
    }
    const number = this.#number;
    for (const field of FIELDS) {
      const value = number.double(bytes, at, end);
      if (number.next < 0) {
        if (more === BROKEN) {
          const cause = isLast
            ? at >= end
              ? "EOF"
              : "unexpected EOF"
            : "binary: varint overflows a 64-bit integer";
          this.break("cut-batch", `error reading batch ${field}: ${cause}`, this.at);
        }
        return more;
      }
      at = number.next;
      if (field === "gen") this.#batchGeneration = value;
      this.#size = value;
    }
    if (this.#size > MAX_BATCH_BYTES) {
      this.break(
        "batch-too-large",
        `invalid batch size ${this.#size}, maximum is ${MAX_BATCH_BYTES}`,
        this.at,
      );
      return BROKEN;
    }
    return at;
  }

  /** Below 1.26 a fault may belong to the next generation, so the one before it is delivered. */
  #endByFault(): void {
    if (hasEndMark(this.#version) || this.#generation === 0) return;
    this.#end(this.at, this.at);
  }

  /** The file has `total` bytes; `bytes` hold what is left of it, or the next header at least. */
  finish(bytes: Uint8Array, from: number, length: number, total: number): void {
    if (this.fault !== undefined) return;
    if (this.at > total) {
      this.break("cut-batch", "the file became shorter while it was read", total);
      return;
    }
    if (this.at < total) {
      const payload = this.#header(bytes, this.at - from, length, true);
      if (payload >= 0) {
        this.break(
          "cut-batch",
          `failed to read full batch: read ${total - from - payload} but wanted ${this.#size}`,
          this.at,
        );
      }
      this.#endByFault();
      return;
    }
    if (!hasEndMark(this.#version)) {
      if (this.#generation !== 0) this.#end(total, total);
      else if (total === HEADER_BYTES) this.#noGeneration();
      return;
    }
    if (this.start < total) {
      this.break(
        this.#hasEvents ? "cut-generation" : "cut-tables",
        "incomplete generation found; trace likely truncated",
        this.start,
      );
    } else if (total === HEADER_BYTES) this.#noGeneration();
  }

  #noGeneration(): void {
    this.break("no-generation", "no frequency event found", HEADER_BYTES);
  }
}

function tooLarge(walk: BatchWalk, maxBytes: number): void {
  walk.break("generation-too-large", `a generation of more than ${maxBytes} bytes`, walk.at);
}

/**
 * Push chunks cut anywhere; whole generations come out. Memory: one generation, capped by `maxBytes`.
 * After a fault the rest is counted and not looked at.
 */
export class GenerationSplitter {
  readonly version: number;
  readonly #maxBytes: number;
  readonly #walk: BatchWalk;
  #take: TakeGeneration = () => false;
  #buffer = new Uint8Array(FIRST_BUFFER);
  #length = 0;
  /** File offset of the buffer's first byte. */
  #offset = HEADER_BYTES;
  #total = HEADER_BYTES;

  constructor(version: number, maxBytes: number) {
    this.version = version;
    this.#maxBytes = maxBytes;
    this.#walk = new BatchWalk(version, (found) => this.#emit(found));
  }

  /** Bytes after the header. */
  push(chunk: Uint8Array, take: TakeGeneration): void {
    this.#total += chunk.length;
    this.#take = take;
    const walk = this.#walk;
    // A chunk is taken in pieces: a generation that ends in it leaves before the next piece comes.
    for (let from = 0; from < chunk.length && walk.fault === undefined;) {
      const piece = Math.min(chunk.length - from, FIRST_BUFFER);
      this.#append(chunk, from, from + piece);
      from += piece;
      this.#split();
    }
  }

  end(take: TakeGeneration): ContainerEnd {
    this.#take = take;
    this.#walk.finish(this.#buffer, this.#offset, this.#length, this.#total);
    return {
      fault: this.#walk.fault,
      readBytes: this.#offset,
      totalBytes: this.#total,
      offsetOfFault: this.#walk.faultOffset,
    };
  }

  #append(chunk: Uint8Array, from: number, to: number): void {
    const needed = this.#length + to - from;
    if (needed > this.#maxBytes) {
      tooLarge(this.#walk, this.#maxBytes);
      return;
    }
    if (needed > this.#buffer.length) {
      const wider = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      wider.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = wider;
    }
    this.#buffer.set(chunk.subarray(from, to), this.#length);
    this.#length = needed;
  }

  #split(): void {
    const walk = this.#walk;
    while (walk.fault === undefined && walk.at < this.#offset + this.#length) {
      const end = this.#offset + this.#length;
      if (!walk.step(this.#buffer, this.#offset, this.#length, end)) return;
    }
  }

  /** Hands out a generation's bytes and keeps those after it. */
  #emit({ number, start, end, next }: FoundGeneration): void {
    const bytes = this.#buffer.subarray(0, end - start);
    const used = next - this.#offset;
    const left = this.#length - used;
    this.#length = left;
    this.#offset = next;
    // What follows is at most a piece of a chunk; transferred bytes would take it along.
    const rest = this.#buffer.slice(used, used + left);
    const { fault } = this.#walk;
    if (this.#take({ version: this.version, number, bytes, offset: start, fault })) {
      this.#buffer = new Uint8Array(Math.max(FIRST_BUFFER, bytes.length + FIRST_BUFFER));
    }
    this.#buffer.set(rest);
  }
}

/** Reads from an offset of the file into the array; the bytes read, fewer only at the file's end. */
export type ReadAt = (offset: number, into: Uint8Array) => number;

const WINDOW = 4096;

/**
 * Finds the generations of a file that can be read at any place, by the headers of their batches: a
 * header tells how far it is to the next, so payloads are not read. The same generations and the same
 * faults as the splitter's.
 */
export class GenerationFinder {
  readonly #maxBytes: number;
  readonly #readAt: ReadAt;
  readonly #walk: BatchWalk;
  readonly #window = new Uint8Array(WINDOW);
  readonly #found: FoundGeneration[] = [];
  #from = HEADER_BYTES;
  #length = 0;
  #total: number;
  #readBytes = HEADER_BYTES;
  #isFinished = false;

  constructor(version: number, fileBytes: number, maxBytes: number, readAt: ReadAt) {
    this.#walk = new BatchWalk(version, (found) => this.#found.push(found));
    this.#total = fileBytes;
    this.#maxBytes = maxBytes;
    this.#readAt = readAt;
  }

  /** The next generation; undefined when nothing more comes. */
  next(): FoundGeneration | undefined {
    const walk = this.#walk;
    while (this.#found.length === 0 && !this.#isFinished) {
      if (walk.fault !== undefined || walk.at >= this.#total || !this.#step()) {
        this.#isFinished = true;
        this.#fill();
        walk.finish(this.#window, this.#from, this.#length, this.#total);
      }
    }
    const found = this.#found.shift();
    if (found !== undefined) this.#readBytes = found.next;
    return found;
  }

  #step(): boolean {
    const walk = this.#walk;
    this.#fill();
    const isPassed = walk.step(this.#window, this.#from, this.#length, this.#total);
    if (isPassed && walk.at - walk.start > this.#maxBytes) tooLarge(walk, this.#maxBytes);
    return isPassed;
  }

  /** The window has the next header whole, or all that is left of the file. */
  #fill(): void {
    const { at } = this.#walk;
    const end = this.#from + this.#length;
    if (at >= this.#from && end - at > MAX_BATCH_HEADER_BYTES) return;
    if (at >= this.#from && end === this.#total && at <= end) return;
    this.#from = Math.min(at, this.#total);
    const wanted = this.#window.subarray(0, Math.min(WINDOW, this.#total - this.#from));
    this.#length = this.#readAt(this.#from, wanted);
    // The file became shorter meanwhile.
    if (this.#length < wanted.length) this.#total = this.#from + this.#length;
  }

  /** Once `next` gives nothing. */
  end(): ContainerEnd {
    return {
      fault: this.#walk.fault,
      readBytes: this.#readBytes,
      totalBytes: this.#total,
      offsetOfFault: this.#walk.faultOffset,
    };
  }
}

const NEED_MORE = -1;
const BROKEN = -2;
const FIELDS = ["gen", "M ID", "timestamp", "size"] as const;

export const BATCH_EVENTS = 0;
export const BATCH_STRINGS = 1;
export const BATCH_STACKS = 2;
export const BATCH_CPU_SAMPLES = 3;
export const BATCH_SYNC = 4;
export const BATCH_EXPERIMENT = 5;

/** Where the batches of a generation lie, in file order. */
export interface BatchColumns {
  readonly length: number;
  /** BATCH_…. */
  readonly kind: Uint8Array;
  readonly thread: Float64Array;
  /** Base of the batch's time differences. */
  readonly ticks: Float64Array;
  /** Of the payload. */
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** Smallest base of all batches: where the generation starts. */
  readonly minTicks: number;
}

/** BATCH_…, of the batch at `batch` whose payload is [at, end). */
export function kindOf(
  bytes: Uint8Array,
  batch: number,
  at: number,
  end: number,
  version: number,
): number {
  // Experiment 0 is "none": such a batch is an ordinary one.
  if (bytes[batch] === EV_EXPERIMENTAL_BATCH && bytes[batch + 1] !== 0) return BATCH_EXPERIMENT;
  if (at === end) return BATCH_EVENTS;
  switch (bytes[at]) {
    case EV_STRINGS:
      return BATCH_STRINGS;
    case EV_STACKS:
      return BATCH_STACKS;
    case EV_CPU_SAMPLES:
      return BATCH_CPU_SAMPLES;
    case EV_FREQUENCY:
      return version < 25 ? BATCH_SYNC : BATCH_EVENTS;
    case EV_SYNC_BATCH:
      return version >= 25 ? BATCH_SYNC : BATCH_EVENTS;
    default:
      return BATCH_EVENTS;
  }
}

/** Lists the batches of a generation that a splitter cut, so their headers are known to be sound. */
export function indexBatches(generation: GenerationContent, number: Uvarint): BatchColumns {
  const { bytes, version } = generation;
  const kind: number[] = [];
  const thread = new GrowingFloat64();
  const ticks = new GrowingFloat64();
  const start = new GrowingInt32();
  const end = new GrowingInt32();
  let minTicks = 0;
  for (let at = 0; at < bytes.length;) {
    const batch = at;
    const isExperiment = bytes[at] === EV_EXPERIMENTAL_BATCH;
    number.double(bytes, at + (isExperiment ? 2 : 1), bytes.length);
    const m = number.id(bytes, number.next, bytes.length);
    const base = number.double(bytes, number.next, bytes.length);
    const size = number.double(bytes, number.next, bytes.length);
    const from = number.next;
    at = from + size;
    // The splitter has seen these headers; a file that changes between two looks has others.
    if (from < 0 || !(at <= bytes.length)) {
      throw new TraceFault("cut-batch", "the file changed while it was read");
    }
    kind.push(kindOf(bytes, batch, from, at, version));
    thread.push(m);
    ticks.push(base);
    start.push(from);
    end.push(at);
    // Go takes a smallest base of 0 for "not set" (generation.go), and so starts where the next one does.
    if (minTicks === 0 || base < minTicks) minTicks = base;
  }
  return {
    length: kind.length,
    kind: Uint8Array.from(kind),
    thread: thread.finish(),
    ticks: ticks.finish(),
    start: start.finish(),
    end: end.finish(),
    minTicks,
  };
}
