// Joins scanned generations to one table: slices and ranges that cross a seam become one row, strings
// and stacks get one number, times one base. Generations are given in file order.
//
// A trace may have holes (a lost generation). Nothing is carried over one: what was open before it ends
// with its generation.

import { ByteStrings } from "../../model/builders/byte-strings.ts";
import { CallStacksBuilder } from "../../model/builders/call-stacks.ts";
import {
  RANGE_MARK_ASSIST,
  RANGE_STW,
  RANGE_SWEEP,
  type TraceClockColumns,
  type TraceMemory,
  type TraceRangeColumns,
  type TraceSliceColumns,
} from "../../model/tables/trace.ts";
import { ACTIVE, END, Halves, type HeadlessRange, pairHalves } from "./range-pairs.ts";
import { type ScannedGeneration, UNKNOWN } from "./scan.ts";
import { orderOfRuns } from "./scan-rows.ts";

interface Part {
  readonly scan: ScannedGeneration;
  /** Added to its times. */
  readonly shiftNs: number;
  readonly stackOf: Int32Array;
  readonly stringOf: Int32Array;
  /** Global number of each of its threads. */
  readonly threadOf: Int32Array;
}

/** What a thread was running at the end of the generations so far. */
interface OpenSlice {
  goroutine: number;
  state: number;
  proc: number;
  sinceNs: number;
}

export class TraceMemoryBuilder {
  readonly #strings = new ByteStrings();
  readonly #stacks = new CallStacksBuilder(this.#strings);
  readonly #parts: Part[] = [];
  readonly #threads = new Map<number, number>();
  readonly #open = new Map<number, OpenSlice>();
  /** Slices whose end is no event: open at a hole or at the end of the trace. */
  readonly #tails: (OpenSlice & { readonly thread: number; readonly endNs: number })[] = [];
  #baseNs = 0;
  #events = 0;

  get generations(): number {
    return this.#parts.length;
  }

  add(scan: ScannedGeneration): void {
    const before = this.#parts.at(-1);
    if (before === undefined) this.#baseNs = scan.startNs;
    else if (scan.number !== before.scan.number + 1) this.#closeAll(before);
    const part: Part = {
      scan,
      shiftNs: scan.startNs - this.#baseNs,
      ...this.#intern(scan),
      threadOf: Int32Array.from(scan.threads.id, (id) => this.#thread(id)),
    };
    this.#parts.push(part);
    this.#events += scan.events;
    for (let t = 0; t < scan.threads.length; t++) this.#joinThread(part, t);
  }

  #thread(id: number): number {
    const known = this.#threads.get(id);
    if (known !== undefined) return known;
    const index = this.#threads.size;
    this.#threads.set(id, index);
    return index;
  }

  #intern(scan: ScannedGeneration): { stackOf: Int32Array; stringOf: Int32Array } {
    const { texts } = scan;
    const stringOf = new Int32Array(texts.stringStart.length - 1);
    for (let i = 0; i < stringOf.length; i++) {
      stringOf[i] = this.#strings.internBytes(
        texts.stringBytes,
        texts.stringStart[i],
        texts.stringStart[i + 1],
      );
    }
    const stackOf = new Int32Array(texts.stackStart.length - 1);
    for (let i = 0; i < stackOf.length; i++) {
      for (let frame = texts.stackStart[i]; frame < texts.stackStart[i + 1]; frame++) {
        const name = stringOf[texts.frameFunction[frame]];
        this.#stacks.beginLocation(texts.framePc[frame], -1);
        this.#stacks.line(name, name, stringOf[texts.frameFile[frame]], 0, texts.frameLine[frame]);
        this.#stacks.endLocation();
      }
      stackOf[i] = this.#stacks.endStack();
    }
    return { stackOf, stringOf };
  }

  /** A thread's first slice here and its last one of before may be the same. */
  #joinThread(part: Part, t: number): void {
    const { scan, shiftNs } = part;
    const { threads, slices } = scan;
    const id = threads.id[t];
    const open = this.#open.get(id);
    const first = threads.sliceStart[t];
    const hasSlice = first < threads.sliceStart[t + 1];
    let openGoroutine = threads.openGoroutine[t];
    if (open !== undefined) {
      if (hasSlice && slices.goroutine[first] === UNKNOWN) {
        for (let row = first; row < threads.sliceStart[t + 1]; row++) {
          if (slices.goroutine[row] !== UNKNOWN) break;
          slices.goroutine[row] = open.goroutine;
        }
      }
      if (openGoroutine === UNKNOWN) openGoroutine = open.goroutine;
      const goesOn = hasSlice
        ? threads.continues[t] === 1 &&
          slices.goroutine[first] === open.goroutine &&
          slices.state[first] === open.state
        : threads.openGoroutine[t] === UNKNOWN ||
          (threads.openContinues[t] === 1 &&
            openGoroutine === open.goroutine &&
            threads.openState[t] === open.state);
      if (goesOn && hasSlice) slices.startNs[first] = open.sinceNs - shiftNs;
      else if (goesOn) return;
      else this.#tails.push({ ...open, thread: id, endNs: threads.firstNs[t] + shiftNs });
      this.#open.delete(id);
    }
    if (openGoroutine >= 0) {
      this.#open.set(id, {
        goroutine: openGoroutine,
        state: threads.openState[t],
        proc: threads.openProc[t],
        sinceNs: threads.openSinceNs[t] + shiftNs,
      });
    }
  }

  #closeAll(last: Part): void {
    const endNs = last.scan.endNs + last.shiftNs;
    for (const [thread, open] of this.#open) this.#tails.push({ ...open, thread, endNs });
    this.#open.clear();
  }

  /** Once: it lets the scans go while it copies them. */
  finish(): TraceMemory {
    const parts = this.#parts;
    const last = parts.at(-1);
    if (last !== undefined) this.#closeAll(last);
    const ends = parts.map(({ scan, shiftNs }) => scan.endNs + shiftNs);
    const length = parts.length;
    const slices = this.#slices();
    return {
      baseNs: BigInt(this.#baseNs),
      startNs: 0,
      endNs: Math.max(0, ...ends),
      events: this.#events,
      generations: {
        length,
        number: Float64Array.from(parts, ({ scan }) => scan.number),
        startNs: Float64Array.from(parts, ({ shiftNs }) => shiftNs),
        endNs: Float64Array.from(ends),
        events: Float64Array.from(parts, ({ scan }) => scan.events),
        offset: Float64Array.from(parts, ({ scan }) => scan.offset),
        bytes: Float64Array.from(parts, ({ scan }) => scan.bytes),
      },
      clocks: this.#clocks(),
      ranges: this.#ranges(ends),
      metrics: {
        length: this.#total((scan) => scan.metrics.length),
        metric: this.#bytes((scan) => scan.metrics.metric),
        timeNs: this.#times((scan) => scan.metrics.timeNs),
        value: this.#floats((scan) => scan.metrics.value),
        goroutine: this.#floats((scan) => scan.metrics.goroutine),
      },
      labels: {
        length: this.#total((scan) => scan.labels.length),
        timeNs: this.#times((scan) => scan.labels.timeNs),
        goroutine: this.#floats((scan) => scan.labels.goroutine),
        label: this.#ints((scan, part) => mapped(scan.labels.label, part.stringOf)),
      },
      slices,
      samples: {
        length: this.#total((scan) => scan.samples.length),
        timeNs: this.#times((scan) => scan.samples.timeNs),
        thread: this.#floats((scan) => scan.samples.thread),
        proc: this.#floats((scan) => scan.samples.proc),
        goroutine: this.#floats((scan) => scan.samples.goroutine),
        stack: this.#ints((scan, part) => mapped(scan.samples.stack, part.stackOf)),
      },
      stacks: this.#stacks.finish(),
    };
  }

  #clocks(): TraceClockColumns {
    const read = this.#parts.flatMap(({ scan: { clock }, shiftNs }) =>
      clock === undefined ? [] : [{ ...clock, timeNs: clock.timeNs + shiftNs }],
    );
    return {
      length: read.length,
      timeNs: Float64Array.from(read, (clock) => clock.timeNs),
      monotonicNs: BigUint64Array.from(read, (clock) => clock.monotonicNs),
      wallNs: BigInt64Array.from(read, (clock) =>
        BigInt.asIntN(64, clock.seconds * 1_000_000_000n + clock.nanoseconds),
      ),
    };
  }

  /** By thread, then by time: a counting sort over the generations' rows and the tails. */
  #slices(): TraceSliceColumns {
    const threads = Float64Array.from(this.#threads.keys());
    const next = new Int32Array(threads.length + 1);
    for (const { scan, threadOf } of this.#parts) {
      const { sliceStart } = scan.threads;
      for (let t = 0; t < threadOf.length; t++) {
        next[threadOf[t] + 1] += sliceStart[t + 1] - sliceStart[t];
      }
    }
    for (const tail of this.#tails) next[this.#thread(tail.thread) + 1] += 1;
    for (let t = 0; t < threads.length; t++) next[t + 1] += next[t];
    const length = next[threads.length];
    const state = new Uint8Array(length);
    const startNs = new Float64Array(length);
    const endNs = new Float64Array(length);
    const goroutine = new Float64Array(length);
    const thread = new Int32Array(length);
    const proc = new Int32Array(length);
    const tails = this.#tails.toSorted((a, b) => a.sinceNs - b.sinceNs);
    const byThread = new Map<number, typeof tails>();
    for (const tail of tails) {
      const t = this.#thread(tail.thread);
      const list = byThread.get(t);
      if (list === undefined) byThread.set(t, [tail]);
      else list.push(tail);
    }
    const putTail = (t: number, tail: (typeof tails)[number]): void => {
      const row = next[t]++;
      state[row] = tail.state;
      startNs[row] = tail.sinceNs;
      endNs[row] = Math.max(tail.endNs, tail.sinceNs);
      goroutine[row] = tail.goroutine;
      thread[row] = t;
      proc[row] = tail.proc;
    };
    const putTails = (t: number, waiting: typeof tails, before: number): void => {
      for (let tail = waiting[0]; tail !== undefined; tail = waiting[0]) {
        if (tail.sinceNs > before) return;
        putTail(t, tail);
        waiting.shift();
      }
    };
    for (const { scan, shiftNs, threadOf } of this.#parts) {
      const { slices } = scan;
      const { sliceStart } = scan.threads;
      for (let t = 0; t < threadOf.length; t++) {
        const global = threadOf[t];
        const from = sliceStart[t];
        const to = sliceStart[t + 1];
        if (from === to) continue;
        // What is waiting began in a generation before this one.
        const waiting = byThread.get(global);
        if (waiting !== undefined) putTails(global, waiting, slices.startNs[from] + shiftNs);
        const row = next[global];
        const end = row + to - from;
        next[global] = end;
        state.set(slices.state.subarray(from, to), row);
        startNs.set(slices.startNs.subarray(from, to), row);
        endNs.set(slices.endNs.subarray(from, to), row);
        goroutine.set(slices.goroutine.subarray(from, to), row);
        proc.set(slices.proc.subarray(from, to), row);
        thread.fill(global, row, end);
        for (let i = row; i < end; i++) startNs[i] += shiftNs;
        for (let i = row; i < end; i++) endNs[i] += shiftNs;
        for (let i = row; i < end && goroutine[i] === UNKNOWN; i++) goroutine[i] = -1;
      }
      release(slices);
    }
    for (const [t, waiting] of byThread) putTails(t, waiting, Infinity);
    return { length, state, startNs, endNs, goroutine, thread, proc, threads };
  }

  #ranges(ends: readonly number[]): TraceRangeColumns {
    const length = this.#total((scan) => scan.ranges.length);
    const kind = this.#bytes((scan) => scan.ranges.kind);
    const flags = new Uint8Array(length);
    const startNs = this.#times((scan) => scan.ranges.startNs);
    const endNs = this.#times((scan) => scan.ranges.endNs);
    const goroutine = this.#floats((scan) => scan.ranges.goroutine);
    const proc = this.#ints((scan) => scan.ranges.proc);
    const stack = this.#ints((scan, part) => mapped(scan.ranges.stack, part.stackOf));
    const reason = this.#ints((scan, part) => mapped(scan.ranges.reason, part.stringOf));
    const sweptBytes = this.#floats((scan) => scan.ranges.sweptBytes);
    const reclaimedBytes = this.#floats((scan) => scan.ranges.reclaimedBytes);
    const halves = new Halves();
    for (let row = 0; row < length; row++) {
      if (!Number.isNaN(endNs[row])) continue;
      halves.add(kind[row], keyOf(kind[row], goroutine[row], proc[row]), startNs[row], row, 0, 0);
    }
    for (const { scan, shiftNs } of this.#parts) {
      const half = scan.halves;
      for (let i = 0; i < half.length; i++) {
        halves.add(
          half.kind[i],
          half.key[i],
          half.timeNs[i] + shiftNs,
          half.isEnd[i] === 1 ? END : ACTIVE,
          half.sweptBytes[i],
          half.reclaimedBytes[i],
        );
      }
    }
    const lastNsOf = (time: number): number => ends.find((end) => end >= time) ?? time;
    const headless = pairHalves(
      { length, kind, flags, startNs, endNs, sweptBytes, reclaimedBytes },
      halves,
      lastNsOf,
    );
    return byStart(
      {
        length,
        kind,
        flags,
        startNs,
        endNs,
        goroutine,
        proc,
        stack,
        reason,
        sweptBytes,
        reclaimedBytes,
      },
      headless,
    );
  }

  #total(lengthOf: (scan: ScannedGeneration) => number): number {
    let total = 0;
    for (const { scan } of this.#parts) total += lengthOf(scan);
    return total;
  }

  #times(columnOf: (scan: ScannedGeneration) => Float64Array): Float64Array {
    const column = this.#floats(columnOf);
    let at = 0;
    for (const { scan, shiftNs } of this.#parts) {
      const end = at + columnOf(scan).length;
      for (; at < end; at++) column[at] += shiftNs;
    }
    return column;
  }

  #floats(columnOf: (scan: ScannedGeneration) => Float64Array): Float64Array {
    const column = new Float64Array(this.#total((scan) => columnOf(scan).length));
    let at = 0;
    for (const { scan } of this.#parts) {
      column.set(columnOf(scan), at);
      at += columnOf(scan).length;
    }
    return column;
  }

  #bytes(columnOf: (scan: ScannedGeneration) => Uint8Array): Uint8Array {
    const column = new Uint8Array(this.#total((scan) => columnOf(scan).length));
    let at = 0;
    for (const { scan } of this.#parts) {
      column.set(columnOf(scan), at);
      at += columnOf(scan).length;
    }
    return column;
  }

  #ints(columnOf: (scan: ScannedGeneration, part: Part) => Int32Array): Int32Array {
    const columns = this.#parts.map((part) => columnOf(part.scan, part));
    const column = new Int32Array(columns.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of columns) {
      column.set(part, at);
      at += part.length;
    }
    return column;
  }
}

/** Slices are most of the table, so a generation's are let go as soon as they are copied. */
function release(slices: ScannedGeneration["slices"]): void {
  slices.length = 0;
  slices.state = new Uint8Array(0);
  slices.startNs = new Float64Array(0);
  slices.endNs = new Float64Array(0);
  slices.goroutine = new Float64Array(0);
  slices.proc = new Int32Array(0);
}

function mapped(column: Int32Array, to: Int32Array): Int32Array {
  const out = new Int32Array(column.length);
  for (let i = 0; i < out.length; i++) out[i] = column[i] < 0 ? column[i] : to[column[i]];
  return out;
}

/** Who a range belongs to while it is open. */
function keyOf(kind: number, goroutine: number, proc: number): number {
  if (kind === RANGE_SWEEP) return proc;
  return kind === RANGE_MARK_ASSIST || kind === RANGE_STW ? goroutine : 0;
}

function byStart(ranges: TraceRangeColumns, headless: readonly HeadlessRange[]): TraceRangeColumns {
  const { length } = ranges;
  const starts = new Float64Array(length + headless.length);
  starts.set(ranges.startNs);
  headless.forEach((range, i) => {
    starts[length + i] = range.startNs;
  });
  const order = orderOfRuns(starts, starts.length);
  const total = starts.length;
  const sorted = {
    length: total,
    kind: new Uint8Array(total),
    flags: new Uint8Array(total),
    startNs: new Float64Array(total),
    endNs: new Float64Array(total),
    goroutine: new Float64Array(total),
    proc: new Int32Array(total),
    stack: new Int32Array(total),
    reason: new Int32Array(total),
    sweptBytes: new Float64Array(total),
    reclaimedBytes: new Float64Array(total),
  };
  for (let row = 0; row < total; row++) {
    const from = order[row];
    sorted.startNs[row] = starts[from];
    if (from < length) {
      sorted.kind[row] = ranges.kind[from];
      sorted.flags[row] = ranges.flags[from];
      sorted.endNs[row] = ranges.endNs[from];
      sorted.goroutine[row] = ranges.goroutine[from];
      sorted.proc[row] = ranges.proc[from];
      sorted.stack[row] = ranges.stack[from];
      sorted.reason[row] = ranges.reason[from];
      sorted.sweptBytes[row] = ranges.sweptBytes[from];
      sorted.reclaimedBytes[row] = ranges.reclaimedBytes[from];
      continue;
    }
    const range = headless[from - length];
    const isGoroutine = range.kind === RANGE_MARK_ASSIST || range.kind === RANGE_STW;
    sorted.kind[row] = range.kind;
    sorted.flags[row] = range.flags;
    sorted.endNs[row] = range.endNs;
    sorted.goroutine[row] = isGoroutine ? range.key : -1;
    sorted.proc[row] = range.kind === RANGE_SWEEP ? range.key : -1;
    sorted.stack[row] = -1;
    sorted.sweptBytes[row] = range.sweptBytes;
    sorted.reclaimedBytes[row] = range.reclaimedBytes;
  }
  return sorted;
}
