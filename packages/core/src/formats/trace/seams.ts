// Joins scanned generations to one table: slices and ranges that cross a seam become one row, strings
// and stacks get one number, times one base. Generations are given in file order.
//
// A trace may have holes (a lost generation). Nothing is carried over one: what was open before it ends
// with its generation.

import { ByteStrings } from "../../model/builders/byte-strings.ts";
import { CallStacksBuilder } from "../../model/builders/call-stacks.ts";
import { partOfRows, type SliceRow } from "../../model/builders/slice-parts.ts";
import {
  RANGE_MARK_ASSIST,
  RANGE_STW,
  RANGE_SWEEP,
  type TraceClockColumns,
  type TraceMemory,
  type TraceRangeColumns,
  type TraceSliceColumns,
  type TraceSlicePart,
} from "../../model/tables/trace.ts";
import { ACTIVE, END, Halves, type HeadlessRange, pairHalves } from "./range-pairs.ts";
import { type ScannedGeneration, UNKNOWN } from "./scan.ts";
import { orderOfRuns, type SliceRows } from "./scan-rows.ts";

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
type OpenSlice = Omit<SliceRow, "endNs">;

export class TraceMemoryBuilder {
  readonly #strings = new ByteStrings();
  readonly #stacks = new CallStacksBuilder(this.#strings);
  readonly #parts: Part[] = [];
  readonly #threads = new Map<number, number>();
  readonly #open = new Map<number, OpenSlice>();
  /** Slices that start or end where a generation does: the first and the last of a thread in it. */
  readonly #crossing: SliceRow[] = [];
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
    const thread = part.threadOf[t];
    const open = this.#open.get(thread);
    const isContinued = threads.continues[t] === 1;
    const unknownIs = open?.goroutine ?? -1;
    let openGoroutine = threads.openGoroutine[t];
    if (openGoroutine === UNKNOWN && open !== undefined) openGoroutine = open.goroutine;
    if (isContinued) this.#name(slices, threads.sliceStart[t] - 1, threads.sliceEnd[t], unknownIs);
    // The row of a first slice that goes on.
    const first = threads.sliceStart[t] - 1;
    let since = slices.startNs[first] + shiftNs;
    if (open !== undefined) {
      const hasSlice = isContinued || threads.sliceStart[t] < threads.sliceEnd[t];
      const goesOn = hasSlice
        ? isContinued &&
          slices.goroutine[first] === open.goroutine &&
          slices.state[first] === open.state
        : threads.openGoroutine[t] === UNKNOWN ||
          (threads.openContinues[t] === 1 &&
            openGoroutine === open.goroutine &&
            threads.openState[t] === open.state);
      if (goesOn && !hasSlice) return;
      if (goesOn) since = open.startNs;
      else {
        const endNs = Math.max(threads.firstNs[t] + shiftNs, open.startNs);
        this.#crossing.push({ ...open, endNs });
      }
      this.#open.delete(thread);
    }
    if (isContinued) {
      this.#crossing.push({
        state: slices.state[first],
        startNs: since,
        endNs: slices.endNs[first] + shiftNs,
        goroutine: slices.goroutine[first],
        thread,
        proc: slices.proc[first],
      });
    }
    if (openGoroutine >= 0) {
      this.#open.set(thread, {
        goroutine: openGoroutine,
        state: threads.openState[t],
        proc: threads.openProc[t],
        startNs: threads.openSinceNs[t] + shiftNs,
        thread,
      });
    }
  }

  /** Says who ran in a thread's first slices, which the generation itself does not tell. */
  #name(slices: SliceRows, from: number, to: number, goroutine: number): void {
    if (slices.goroutine[from] !== UNKNOWN) return;
    if (!slices.isWide && (goroutine | 0) !== goroutine) {
      slices.goroutine = Float64Array.from(slices.goroutine);
    }
    const column = slices.goroutine;
    for (let row = from; row < to && column[row] === UNKNOWN; row++) column[row] = goroutine;
  }

  #closeAll(last: Part): void {
    const endNs = last.scan.endNs + last.shiftNs;
    for (const open of this.#open.values()) {
      this.#crossing.push({ ...open, endNs: Math.max(endNs, open.startNs) });
    }
    this.#open.clear();
  }

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
      preemptions: {
        length: this.#total((scan) => scan.preemptions.length),
        timeNs: this.#times((scan) => scan.preemptions.timeNs),
        goroutine: this.#floats((scan) => scan.preemptions.goroutine),
        stack: this.#ints((scan, part) => mapped(scan.preemptions.stack, part.stackOf)),
      },
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

  /** The generations' rows as they are, and one more part of what crosses their seams. */
  #slices(): TraceSliceColumns {
    const threads = Float64Array.from(this.#threads.keys());
    const parts: TraceSlicePart[] = this.#parts.map(({ scan, shiftNs, threadOf }) => ({
      state: scan.slices.state,
      baseNs: shiftNs,
      startNs: scan.slices.startNs,
      endNs: scan.slices.endNs,
      goroutine: scan.slices.goroutine,
      proc: scan.slices.proc,
      runStart: scan.threads.sliceStart,
      runEnd: scan.threads.sliceEnd,
      runThread: threadOf,
    }));
    if (this.#crossing.length > 0) parts.push(partOfRows(this.#crossing));
    let length = 0;
    for (const { runStart, runEnd } of parts) {
      for (let run = 0; run < runStart.length; run++) length += runEnd[run] - runStart[run];
    }
    return { length, parts, threads };
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
    // In a generation that broke off on a thread the end may be lost, not late: nothing is known of its length.
    const lastNsOf = (time: number): number => {
      const part = ends.findIndex((end) => end >= time);
      return part < 0 || this.#parts[part].scan.fault !== undefined ? time : ends[part];
    };
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
