// The text of `go tool trace -d=parsed`, in the dialect of Go 1.26 and 1.27 (internal/trace/event.go,
// Event.String), for every version of input; times of day are UTC. Bytes, not strings: names of
// functions go out as they came, sound UTF-8 or not, and stacks are formatted once.

import type { TraceEventBatch } from "../../model/tables/trace.ts";
import type { EventConsumer, GenerationInfo } from "./event-batch.ts";
import type { TraceInterner } from "./intern.ts";
import { quoteBytes } from "./go-quote.ts";
import { LineHeads, LineTails } from "./line-parts.ts";
import * as ev from "./spec.ts";
import type { Uvarint } from "./uvarint.ts";

const CHUNK = 1 << 20;
/** Formatted stacks kept; a trace of ever new stacks would not fit, and has no use for them. */
const MAX_STACK_BYTES = 64 << 20;
/** A line without its stacks: two quoted strings of 1 KiB, each byte as \x.. at worst. */
const ROOM = 16 << 10;

const ASCII = new TextEncoder();
const bytesOf = (text: string): Uint8Array => ASCII.encode(text);

/** Fixed text as words, so that four bytes go out at once; the last word may reach over its end. */
interface Piece {
  readonly words: Int32Array;
  readonly length: number;
}

function piece(text: string): Piece {
  const bytes = bytesOf(text);
  const words = new Int32Array((bytes.length + 3) >> 2);
  const view = new DataView(new ArrayBuffer(words.length * 4));
  for (let i = 0; i < bytes.length; i++) view.setUint8(i, bytes[i]);
  for (let i = 0; i < words.length; i++) words[i] = view.getInt32(i * 4, true);
  return { words, length: bytes.length };
}

const GO_STATES = ["Undetermined", "NotExist", "Runnable", "Running", "Waiting", "Syscall"];
const PROC_STATES = ["Undetermined", "NotExist", "Running", "Idle"];

const pairs = (names: readonly string[], end: string): readonly Piece[] =>
  names.flatMap((from) => names.map((to) => piece(` ${from}->${to} Reason="${end}`)));
const GO_TRANSITIONS = pairs(GO_STATES, '"');
const GO_TRANSITIONS_WHY = pairs(GO_STATES, "");
const PROC_TRANSITIONS = pairs(PROC_STATES, '"');

const M = piece("M=");
const P = piece(" P=");
const G = piece(" G=");
const GO_ID = piece(" GoID=");
const PROC_ID = piece(" ProcID=");
const VALUE = piece("Value{Uint64(");
const TRANSITION_STACK = piece("\nTransitionStack=\n");
const STACK = piece("\nStack=\n");
const CLOSE_VALUE = piece(")}");
const LABEL = piece(' Label="');
const RESOURCE_GOROUTINE = piece('" Resource=Goroutine(');
const CLOSE = piece(")");
const TASK_ID = piece(" ID=");
const PARENT = piece(" Parent=");
const TASK = piece(" Task=");
const CLOSE_LIST = piece("]");
const SCOPE_GOROUTINE = piece(')" Scope=Goroutine(');
const ATTRIBUTES = piece(" Attributes=[");
const BYTES_SWEPT = piece('"bytes swept"=Value{Uint64(');
const BYTES_RECLAIMED = piece(')} "bytes reclaimed"=Value{Uint64(');
const TYPE = piece(' Type="');
const CATEGORY = piece(' Category="');
const MESSAGE = piece(' Message="');

const KIND_METRIC = 1;
const KIND_LABEL = 2;
const KIND_SAMPLE = 3;
const KIND_RANGE = 4;
const KIND_RANGE_END = 5;
const KIND_TASK = 6;
const KIND_REGION = 7;
const KIND_LOG = 8;
const KIND_GO = 9;
const KIND_PROC = 10;
const KIND_EXPERIMENT = 11;
const KIND_SYNC = 12;

/** Per wire type: how it is printed, and what stands between the goroutine and the time. */
const KIND = new Uint8Array(256);
const KIND_NAME: Piece[] = Array.from({ length: 256 }, () => piece(" Bad Time="));
/** What follows the time for types where that is fixed. */
const AFTER_TIME: Piece[] = Array.from({ length: 256 }, () => piece(""));

function kind(name: string, value: number, types: readonly number[]): void {
  for (const type of types) {
    KIND[type] = value;
    KIND_NAME[type] = piece(` ${name} Time=`);
  }
}
kind("Metric", KIND_METRIC, [ev.EV_PROCS_CHANGE, ev.EV_HEAP_ALLOC, ev.EV_HEAP_GOAL]);
kind("Label", KIND_LABEL, [ev.EV_GO_LABEL]);
kind("StackSample", KIND_SAMPLE, [ev.EV_CPU_SAMPLE]);
kind("RangeBegin", KIND_RANGE, [
  ev.EV_STW_BEGIN,
  ev.EV_GC_BEGIN,
  ev.EV_GC_SWEEP_BEGIN,
  ev.EV_GC_MARK_ASSIST_BEGIN,
]);
kind("RangeActive", KIND_RANGE, [
  ev.EV_GC_ACTIVE,
  ev.EV_GC_SWEEP_ACTIVE,
  ev.EV_GC_MARK_ASSIST_ACTIVE,
]);
kind("RangeEnd", KIND_RANGE_END, [
  ev.EV_STW_END,
  ev.EV_GC_END,
  ev.EV_GC_SWEEP_END,
  ev.EV_GC_MARK_ASSIST_END,
]);
kind("TaskBegin", KIND_TASK, [ev.EV_USER_TASK_BEGIN]);
kind("TaskEnd", KIND_TASK, [ev.EV_USER_TASK_END]);
kind("RegionBegin", KIND_REGION, [ev.EV_USER_REGION_BEGIN]);
kind("RegionEnd", KIND_REGION, [ev.EV_USER_REGION_END]);
kind("Log", KIND_LOG, [ev.EV_USER_LOG]);
kind("StateTransition", KIND_GO, [
  ev.EV_GO_CREATE,
  ev.EV_GO_CREATE_SYSCALL,
  ev.EV_GO_START,
  ev.EV_GO_DESTROY,
  ev.EV_GO_DESTROY_SYSCALL,
  ev.EV_GO_STOP,
  ev.EV_GO_BLOCK,
  ev.EV_GO_UNBLOCK,
  ev.EV_GO_SYSCALL_BEGIN,
  ev.EV_GO_SYSCALL_END,
  ev.EV_GO_SYSCALL_END_BLOCKED,
  ev.EV_GO_STATUS,
  ev.EV_GO_SWITCH,
  ev.EV_GO_SWITCH_DESTROY,
  ev.EV_GO_CREATE_BLOCKED,
  ev.EV_GO_STATUS_STACK,
]);
kind("StateTransition", KIND_PROC, [
  ev.EV_PROC_START,
  ev.EV_PROC_STOP,
  ev.EV_PROC_STEAL,
  ev.EV_PROC_STATUS,
]);
kind("Sync", KIND_SYNC, [ev.EV_SYNC]);
for (let type = ev.EV_SPAN; type <= ev.EV_GOROUTINE_STACK_FREE; type++) {
  kind("Experimental", KIND_EXPERIMENT, [type]);
}

function afterTime(text: string, types: readonly number[]): void {
  for (const type of types) AFTER_TIME[type] = piece(text);
}
afterTime(' Name="/sched/gomaxprocs:threads" Value=', [ev.EV_PROCS_CHANGE]);
afterTime(' Name="/memory/classes/heap/objects:bytes" Value=', [ev.EV_HEAP_ALLOC]);
afterTime(' Name="/gc/heap/goal:bytes" Value=', [ev.EV_HEAP_GOAL]);
afterTime(' Name="stop-the-world (', [ev.EV_STW_BEGIN, ev.EV_STW_END]);
afterTime(' Name="GC concurrent mark phase" Scope=None', [
  ev.EV_GC_BEGIN,
  ev.EV_GC_ACTIVE,
  ev.EV_GC_END,
]);
afterTime(' Name="GC incremental sweep" Scope=Proc(', [
  ev.EV_GC_SWEEP_BEGIN,
  ev.EV_GC_SWEEP_ACTIVE,
  ev.EV_GC_SWEEP_END,
]);
afterTime(' Name="GC mark assist" Scope=Goroutine(', [
  ev.EV_GC_MARK_ASSIST_BEGIN,
  ev.EV_GC_MARK_ASSIST_ACTIVE,
  ev.EV_GC_MARK_ASSIST_END,
]);

/** Whether the stack of the thread is printed, and whether it is that of the transition too. */
const HAS_STACK = new Uint8Array(256);
for (const [type, { args }] of ev.SPECS) HAS_STACK[type] = args.includes("stack") ? 1 : 0;
/** The transition is the thread's own goroutine's: its stack is printed twice. */
const IS_OWN_STACK = new Uint8Array(256);
for (const type of [
  ev.EV_GO_STOP,
  ev.EV_GO_BLOCK,
  ev.EV_GO_SYSCALL_BEGIN,
  ev.EV_GO_STATUS,
  ev.EV_GO_STATUS_STACK,
]) {
  IS_OWN_STACK[type] = 1;
}

const ARG_NAMES: (readonly Piece[])[] = Array.from({ length: 256 }, () => []);
const EXPERIMENT_HEAD: Piece[] = Array.from({ length: 256 }, () => piece(""));
for (const [type, { name, args }] of ev.SPECS) {
  ARG_NAMES[type] = args.map((arg, i) => piece(`${i === 0 ? "" : ", "}${arg}=Value{Uint64(`));
  EXPERIMENT_HEAD[type] = piece(` Name=${name} Args=[`);
}

/** Four digits with leading zeros, as the word that holds them in order. */
const FOUR_DIGITS = new Int32Array(10_000);
for (let i = 0; i < 10_000; i++) {
  const units = 48 + (i % 10);
  const tens = 48 + (Math.trunc(i / 10) % 10);
  const hundreds = 48 + (Math.trunc(i / 100) % 10);
  FOUR_DIGITS[i] = (units << 24) | (tens << 16) | (hundreds << 8) | (48 + Math.trunc(i / 1000));
}
const TEN_8 = 100_000_000;

export class ParsedText implements EventConsumer {
  readonly #interner: TraceInterner;
  readonly #number: Uvarint;
  readonly #baseNs: () => bigint;
  readonly #write: (chunk: Uint8Array) => void;
  readonly #out = new Uint8Array(CHUNK + ROOM);
  readonly #view = new DataView(this.#out.buffer);
  #at = 0;
  /** The trace's base split at 10^8, so that times are printed without big integers. */
  #hasBase = false;
  #baseHigh = 0;
  #baseLow = 0;
  #generation: GenerationInfo | undefined;
  readonly #heads = new LineHeads();
  readonly #tails = new LineTails();
  #flushes = 0;
  readonly #quoted: (Uint8Array | undefined)[] = [];
  readonly #frames: (Uint8Array | undefined)[] = [];
  readonly #stacks = new Map<number, Uint8Array>();
  #stackBytes = 0;

  /** `write` gets chunks that it must have used when it returns. */
  constructor(
    interner: TraceInterner,
    number: Uvarint,
    baseNs: () => bigint,
    write: (chunk: Uint8Array) => void,
  ) {
    this.#interner = interner;
    this.#number = number;
    this.#baseNs = baseNs;
    this.#write = write;
  }

  generation(info: GenerationInfo | undefined): void {
    this.#generation = info;
  }

  flush(): void {
    if (this.#at > 0) this.#write(this.#out.subarray(0, this.#at));
    this.#at = 0;
    this.#flushes += 1;
  }

  #put({ words, length }: Piece): void {
    const view = this.#view;
    let at = this.#at;
    this.#at = at + length;
    for (let i = 0; i < words.length; i++) {
      view.setInt32(at, words[i], true);
      at += 4;
    }
  }

  #bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length < 24) {
      const out = this.#out;
      let at = this.#at;
      for (let i = 0; i < length; i++) out[at++] = bytes[i];
      this.#at = at;
      return;
    }
    if (this.#at + length > CHUNK) this.flush();
    if (length > CHUNK) {
      this.#write(bytes);
      return;
    }
    this.#out.set(bytes, this.#at);
    this.#at += length;
  }

  #text(text: string): void {
    this.#bytes(bytesOf(text));
  }

  /** A non-negative integer below 2^53. */
  #digits(value: number): void {
    const out = this.#out;
    if (value < 10) {
      out[this.#at++] = 48 + value;
      return;
    }
    if (value < TEN_8) {
      this.#small(value);
      return;
    }
    const high = Math.floor(value / TEN_8);
    const low = value - high * TEN_8;
    if (high < TEN_8) this.#small(high);
    else {
      const top = Math.floor(high / TEN_8);
      this.#small(top);
      this.#eight(high - top * TEN_8);
    }
    this.#eight(low);
  }

  /** Below 10^8. */
  #small(value: number): void {
    if (value < 10_000) {
      this.#head(value);
      return;
    }
    const high = (value / 10_000) | 0;
    this.#head(high);
    this.#view.setInt32(this.#at, FOUR_DIGITS[value - high * 10_000], true);
    this.#at += 4;
  }

  /** Below 10^4, without leading zeros. */
  #head(value: number): void {
    const digits = value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
    this.#view.setInt32(this.#at, FOUR_DIGITS[value] >>> (32 - 8 * digits), true);
    this.#at += digits;
  }

  /** Eight digits with leading zeros. */
  #eight(value: number): void {
    const high = (value / 10_000) | 0;
    this.#view.setInt32(this.#at, FOUR_DIGITS[high], true);
    this.#view.setInt32(this.#at + 4, FOUR_DIGITS[value - high * 10_000], true);
    this.#at += 8;
  }

  /** An id that Go prints signed: goroutine, proc, thread. */
  #signed(id: number): void {
    if (id >= 0) this.#digits(id);
    else if (id === -1) {
      this.#out[this.#at++] = MINUS;
      this.#out[this.#at++] = ONE;
    } else this.#text(BigInt.asIntN(64, this.#number.wideValue(id)).toString());
  }

  #unsigned(id: number): void {
    if (id >= 0) this.#digits(id);
    else this.#text(this.#number.wideValue(id).toString());
  }

  #time(offset: number): void {
    if (!this.#hasBase) {
      const base = this.#baseNs();
      this.#hasBase = true;
      this.#baseHigh = Number(base / BigInt(TEN_8));
      this.#baseLow = Number(base % BigInt(TEN_8));
    }
    if (offset < 0 || offset > 2 ** 52 || this.#baseHigh < 0 || this.#baseHigh > 2 ** 40) {
      this.#text((this.#baseNs() + BigInt(offset)).toString());
      return;
    }
    let high = Math.floor(offset / TEN_8);
    let low = offset - high * TEN_8 + this.#baseLow;
    high += this.#baseHigh;
    if (low >= TEN_8) {
      low -= TEN_8;
      high += 1;
    }
    if (high === 0) this.#digits(low);
    else {
      this.#digits(high);
      this.#eight(low);
    }
  }

  /** As %q prints it. */
  #quotedString(index: number): Uint8Array {
    const known = this.#quoted[index];
    if (known !== undefined) return known;
    const quoted = quoteBytes(this.#interner.strings.bytesOf(index));
    this.#quoted[index] = quoted;
    return quoted;
  }

  #putStack(index: number): void {
    const known = this.#stacks.get(index);
    if (known !== undefined) {
      this.#bytes(known);
      return;
    }
    const { stacks } = this.#interner;
    const from = stacks.start.data[index];
    const to = stacks.start.data[index + 1];
    let length = 0;
    for (let at = from; at < to; at++) length += this.#frame(stacks.data.data[at]).length;
    const text = new Uint8Array(length);
    let end = 0;
    for (let at = from; at < to; at++) {
      const frame = this.#frame(stacks.data.data[at]);
      text.set(frame, end);
      end += frame.length;
    }
    this.#stackBytes += length;
    if (this.#stackBytes > MAX_STACK_BYTES) {
      this.#stacks.clear();
      this.#stackBytes = length;
    }
    this.#stacks.set(index, text);
    this.#bytes(text);
  }

  /** The two lines of a frame. */
  #frame(frame: number): Uint8Array {
    const known = this.#frames[frame];
    if (known !== undefined) return known;
    const { strings, framePc, frameFunction, frameFile, frameLine } = this.#interner;
    const name = strings.bytesOf(frameFunction.data[frame]);
    const pc = this.#number.wideValue(framePc.data[frame]);
    const at = bytesOf(` @ 0x${pc.toString(16)}\n\t\t`);
    const file = strings.bytesOf(frameFile.data[frame]);
    const line = bytesOf(`:${this.#number.wideValue(frameLine.data[frame])}\n`);
    const text = new Uint8Array(1 + name.length + at.length + file.length + line.length);
    text[0] = TAB;
    text.set(name, 1);
    text.set(at, 1 + name.length);
    text.set(file, 1 + name.length + at.length);
    text.set(line, text.length - line.length);
    this.#frames[frame] = text;
    return text;
  }

  events(batch: TraceEventBatch): void {
    for (let i = 0; i < batch.length; i++) {
      if (this.#at > CHUNK) this.flush();
      this.#event(batch, i);
    }
  }

  #event(batch: TraceEventBatch, i: number): void {
    const type = batch.type[i];
    this.#lineHead(type, batch.thread[i], batch.proc[i], batch.goroutine[i]);
    this.#time(batch.timeNs[i]);
    const stack = HAS_STACK[type] === 1 ? batch.stack[i] : -1;
    const kindOfType = KIND[type];
    if (kindOfType === KIND_GO) {
      this.#goTransition(batch, i, type, stack);
      return;
    }
    if (kindOfType === KIND_PROC) {
      this.#put(PROC_ID);
      this.#signed(batch.arg0[i]);
      this.#put(PROC_TRANSITIONS[batch.from[i] * PROC_STATES.length + batch.to[i]]);
    } else if (kindOfType === KIND_METRIC) {
      this.#put(AFTER_TIME[type]);
      this.#put(VALUE);
      this.#unsigned(batch.arg0[i]);
      this.#put(CLOSE_VALUE);
    } else this.#other(batch, i, type, kindOfType);
    if (stack >= 0 || kindOfType === KIND_SAMPLE) {
      this.#put(STACK);
      if (kindOfType === KIND_SAMPLE) {
        if (batch.stack[i] >= 0) this.#putStack(batch.stack[i]);
      } else this.#putStack(stack);
    }
    this.#out[this.#at++] = NEWLINE;
  }

  #lineHead(type: number, thread: number, proc: number, goroutine: number): void {
    const start = this.#at;
    const length = this.#heads.put(this.#view, start, type, thread, proc, goroutine);
    if (length > 0) {
      this.#at = start + length;
      return;
    }
    this.#put(M);
    this.#signed(thread);
    this.#put(P);
    this.#signed(proc);
    this.#put(G);
    this.#signed(goroutine);
    this.#put(KIND_NAME[type]);
    this.#heads.keep(this.#out, start, this.#at, type, thread, proc, goroutine);
  }

  #goTransition(batch: TraceEventBatch, i: number, type: number, stack: number): void {
    this.#put(GO_ID);
    this.#signed(batch.arg0[i]);
    const transition = batch.from[i] * GO_STATES.length + batch.to[i];
    const hasReason = type === ev.EV_GO_BLOCK || type === ev.EV_GO_STOP;
    const isCreate = type === ev.EV_GO_CREATE || type === ev.EV_GO_CREATE_BLOCKED;
    const reason = hasReason ? batch.text0[i] : 0;
    const otherStack = isCreate ? batch.otherStack[i] : -1;
    const tail = this.#tails.get((type << 8) | transition, reason, stack, otherStack);
    if (tail !== undefined) {
      this.#out.set(tail, this.#at);
      this.#at += tail.length;
      return;
    }
    const { isKnown } = this.#tails;
    const start = this.#at;
    const flushes = this.#flushes;
    if (hasReason) {
      this.#put(GO_TRANSITIONS_WHY[transition]);
      this.#bytes(this.#quotedString(reason));
      this.#out[this.#at++] = QUOTE;
    } else this.#put(GO_TRANSITIONS[transition]);
    if (isCreate) {
      this.#put(TRANSITION_STACK);
      if (otherStack >= 0) this.#putStack(otherStack);
    } else if (IS_OWN_STACK[type] === 1 && stack >= 0) {
      this.#put(TRANSITION_STACK);
      this.#putStack(stack);
    }
    if (stack >= 0) {
      this.#put(STACK);
      this.#putStack(stack);
    }
    this.#out[this.#at++] = NEWLINE;
    // A long stack may have gone out by itself.
    if (isKnown && flushes === this.#flushes) this.#tails.keep(this.#out, start, this.#at);
  }

  #other(batch: TraceEventBatch, i: number, type: number, kindOfType: number): void {
    switch (kindOfType) {
      case KIND_RANGE:
      case KIND_RANGE_END:
        this.#range(batch, i, type);
        if (kindOfType === KIND_RANGE_END) this.#attributes(batch, i, type);
        return;
      case KIND_LABEL:
        this.#put(LABEL);
        this.#bytes(this.#quotedString(batch.text0[i]));
        this.#put(RESOURCE_GOROUTINE);
        this.#signed(batch.arg0[i]);
        this.#put(CLOSE);
        return;
      case KIND_TASK:
        this.#put(TASK_ID);
        this.#unsigned(batch.arg0[i]);
        this.#put(PARENT);
        this.#unsigned(batch.arg1[i]);
        this.#named(TYPE, batch.text0[i]);
        return;
      case KIND_REGION:
        this.#put(TASK);
        this.#unsigned(batch.arg0[i]);
        this.#named(TYPE, batch.text0[i]);
        return;
      case KIND_LOG:
        this.#put(TASK);
        this.#unsigned(batch.arg0[i]);
        this.#named(CATEGORY, batch.text0[i]);
        this.#named(MESSAGE, batch.text1[i]);
        return;
      case KIND_EXPERIMENT:
        this.#put(EXPERIMENT_HEAD[type]);
        for (let arg = 0; arg < ARG_NAMES[type].length; arg++) {
          this.#put(ARG_NAMES[type][arg]);
          this.#unsigned(arg === 0 ? batch.arg0[i] : arg === 1 ? batch.arg1[i] : batch.arg2[i]);
          this.#put(CLOSE_VALUE);
        }
        this.#put(CLOSE_LIST);
        return;
      case KIND_SYNC:
        this.#sync(batch.arg0[i]);
        return;
      default:
        return;
    }
  }

  #named(name: Piece, index: number): void {
    this.#put(name);
    this.#bytes(this.#quotedString(index));
    this.#out[this.#at++] = QUOTE;
  }

  #range(batch: TraceEventBatch, i: number, type: number): void {
    this.#put(AFTER_TIME[type]);
    if (type === ev.EV_GC_BEGIN || type === ev.EV_GC_ACTIVE || type === ev.EV_GC_END) return;
    if (type === ev.EV_STW_BEGIN || type === ev.EV_STW_END) {
      this.#bytes(this.#quotedString(batch.text0[i]));
      this.#put(SCOPE_GOROUTINE);
    }
    this.#signed(batch.arg0[i]);
    this.#put(CLOSE);
  }

  #attributes(batch: TraceEventBatch, i: number, type: number): void {
    this.#put(ATTRIBUTES);
    if (type === ev.EV_GC_SWEEP_END) {
      this.#put(BYTES_SWEPT);
      this.#unsigned(batch.arg1[i]);
      this.#put(BYTES_RECLAIMED);
      this.#unsigned(batch.arg2[i]);
      this.#put(CLOSE_VALUE);
    }
    this.#put(CLOSE_LIST);
  }

  #sync(n: number): void {
    this.#text(` N=${n}`);
    const clock = this.#generation?.clock;
    if (clock === undefined) return;
    this.#text(
      ` Trace=${this.#baseNs() + BigInt(clock.timeNs)} Mono=${clock.monotonicNs} Wall=${wallText(clock.seconds, clock.nanoseconds)}`,
    );
  }
}

const TAB = 9;
const NEWLINE = 10;
const MINUS = 45;
const ONE = 49;
const QUOTE = 34;

/** As Go's time.RFC3339Nano in UTC: no trailing zeros, none at all for whole seconds. */
function wallText(seconds: bigint, nanoseconds: bigint): string {
  const total = BigInt.asIntN(64, seconds) * 1_000_000_000n + BigInt.asIntN(64, nanoseconds);
  let ns = total % 1_000_000_000n;
  if (ns < 0n) ns += 1_000_000_000n;
  const ms = Number((total - ns) / 1_000_000n);
  // Outside what a Date holds; no clock reads so.
  if (!(Math.abs(ms) <= 8.64e15)) return `${total / 1_000_000_000n}s`;
  const date = new Date(ms).toISOString().slice(0, 19);
  const fraction = ns === 0n ? "" : `.${ns.toString().padStart(9, "0").replace(/0+$/, "")}`;
  return `${date}${fraction}Z`;
}
