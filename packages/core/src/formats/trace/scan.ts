// The memory scan: what one generation says about memory, thread by thread, without a global order. A
// pure function of the generation's bytes that returns typed arrays, so generations can be scanned by
// several workers at once; seams.ts joins the results.
//
// Which goroutine runs on a thread follows from that thread's own events (GoStart, GoStop, GoBlock,
// GoDestroy, GoSwitch, system calls) and from the status events that the runtime writes before a
// thread's first event of a generation. Ranges are paired on the thread while the goroutine (of a
// sweep: the proc) stays there; the rest is left to seams.ts as halves.
// How it can mislead: times are those of each thread's clock, not forced into one increasing order, so
// a length differs from the full order's by as many ns as that order had to shift its ends.
// Authority: Go internal/trace/order.go and runtime/traceruntime.go (Go 1.26.8).

import {
  METRIC_GOMAXPROCS,
  METRIC_HEAP_ALLOC,
  METRIC_HEAP_GOAL,
  RANGE_GC_MARK,
  RANGE_MARK_ASSIST,
  RANGE_STW,
  RANGE_SWEEP,
  SLICE_RUNNING,
  SLICE_SYSCALL,
} from "../../model/tables/trace.ts";
import {
  BATCH_EVENTS,
  BATCH_STRINGS,
  type BatchColumns,
  type GenerationContent,
  indexBatches,
} from "./container.ts";
import { TraceFault } from "./fault.ts";
import {
  HalfRows,
  LabelRows,
  MetricRows,
  orderOfRuns,
  PreemptionRows,
  RangeRows,
  SliceRows,
} from "./scan-rows.ts";
import { PREEMPTED, type ScannedTexts, TextRefs } from "./scan-texts.ts";
import * as ev from "./spec.ts";
import { type ClockSnapshot, type GenerationTables, nsOf, readTables } from "./tables.ts";
import { Uvarint } from "./uvarint.ts";

/** Arguments that the scan looks at; those behind them are passed over undecoded. */
const READ_ARGS = new Uint8Array(256);
for (const [reads, types] of [
  [1, [ev.EV_PROCS_CHANGE, ev.EV_PROC_START, ev.EV_GO_CREATE_SYSCALL, ev.EV_GO_START]],
  [1, [ev.EV_GC_SWEEP_ACTIVE, ev.EV_GC_SWEEP_BEGIN, ev.EV_GO_SWITCH, ev.EV_GO_SWITCH_DESTROY]],
  [1, [ev.EV_GC_MARK_ASSIST_ACTIVE, ev.EV_GC_MARK_ASSIST_BEGIN]],
  [1, [ev.EV_HEAP_ALLOC, ev.EV_HEAP_GOAL, ev.EV_GO_LABEL, ev.EV_GO_STOP]],
  [2, [ev.EV_PROC_STATUS, ev.EV_STW_BEGIN, ev.EV_GC_BEGIN, ev.EV_GC_SWEEP_END]],
  [3, [ev.EV_PROC_STEAL, ev.EV_GO_STATUS, ev.EV_GO_STATUS_STACK]],
] as const) {
  for (const type of types) READ_ARGS[type] = reads;
}

/** In narrow columns of slices. */
const MAX_NARROW_NS = 2 ** 32 - 1;

/** A thread whose goroutine is not known yet: no status event and no start so far. */
export const UNKNOWN = -2;

export interface ScannedGeneration {
  readonly number: number;
  readonly offset: number;
  readonly bytes: number;
  /** On the trace's clock; all other times are relative to it. */
  readonly startNs: number;
  readonly endNs: number;
  readonly events: number;
  readonly clock: (ClockSnapshot & { readonly timeNs: number }) | undefined;
  readonly threads: ThreadColumns;
  readonly slices: SliceRows;
  readonly ranges: RangeRows;
  readonly halves: HalfRows;
  readonly metrics: MetricRows;
  readonly labels: LabelRows;
  readonly preemptions: PreemptionRows;
  readonly samples: ScannedSamples;
  readonly texts: ScannedTexts;
  /** The generation has a batch of strings, as every one that the runtime finished. */
  readonly hasStrings: boolean;
  /** Stacks and strings that events name and no table has. */
  readonly missing: number;
  /** What broke one thread's events; those before it on that thread are in. */
  readonly fault: TraceFault | undefined;
}

/** One row per thread with events. */
export interface ThreadColumns {
  readonly length: number;
  readonly id: Float64Array;
  /** Its rows of `slices` are [sliceStart[i], sliceEnd[i]). */
  readonly sliceStart: Int32Array;
  readonly sliceEnd: Int32Array;
  /**
   * 1: the row before `sliceStart` is its first slice, which goes on from the generation before (told
   * by a status event). Where that starts is known only when the generations are joined.
   */
  readonly continues: Uint8Array;
  /** At the thread's first event. */
  readonly firstNs: Float64Array;
  /** What it was running at its last event: goroutine −1 for nothing. */
  readonly openGoroutine: Float64Array;
  readonly openState: Uint8Array;
  readonly openProc: Int32Array;
  readonly openSinceNs: Float64Array;
  /** That slice has gone on since before this generation. */
  readonly openContinues: Uint8Array;
}

export interface ScannedSamples {
  readonly length: number;
  readonly timeNs: Float64Array;
  readonly thread: Float64Array;
  readonly proc: Float64Array;
  readonly goroutine: Float64Array;
  readonly stack: Int32Array;
}

/** What a worker that sends a scan away should transfer instead of copying. */
export function buffersOf(scan: ScannedGeneration): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  const parts: readonly object[] = [
    scan.threads,
    scan.slices,
    scan.ranges,
    scan.halves,
    scan.metrics,
    scan.labels,
    scan.preemptions,
    scan.samples,
    scan.texts,
  ];
  for (const part of parts) {
    for (const column of Object.values(part)) {
      if (ArrayBuffer.isView(column) && column.buffer instanceof ArrayBuffer) {
        buffers.add(column.buffer);
      }
    }
  }
  return [...buffers];
}

/** A value does not fit the narrow columns of slices. */
class TooWide extends Error {}

/**
 * Nothing of the result refers to the generation's bytes. `metrics` is filled anew by each scan: pages
 * that were touched once cost nothing to fill again.
 * @throws TraceFault when the generation's tables are broken, so that nothing of it can be read.
 */
export function scanGeneration(
  generation: GenerationContent,
  metrics = new MetricRows(),
): ScannedGeneration {
  const number = new Uvarint();
  const batches = indexBatches(generation, number);
  const tables = readTables(generation, batches, number);
  const scan = (isWide: boolean): ScannedGeneration =>
    new GenerationScan(generation, batches, tables, number, metrics, isWide).run();
  try {
    return scan(false);
  } catch (error) {
    if (!(error instanceof TooWide)) throw error;
    // A generation of more than four seconds, clocks that turn back, or very large ids.
    return scan(true);
  }
}

class GenerationScan {
  readonly #generation: GenerationContent;
  readonly #bytes: Uint8Array;
  readonly #batches: BatchColumns;
  readonly #tables: GenerationTables;
  readonly #number: Uvarint;
  readonly #texts: TextRefs;
  readonly #startNs: number;
  /** Id of the reason for which a goroutine had to give up its proc; NaN where there is none. */
  readonly #preempted: number;
  readonly #slices: SliceRows;
  readonly #ranges = new RangeRows();
  readonly #halves = new HalfRows();
  readonly #metrics: MetricRows;
  readonly #labels = new LabelRows();
  readonly #preemptions = new PreemptionRows();
  /** Goroutines in a system call on another thread, as a third thread tells. */
  readonly #callOf = new Map<number, number>();
  readonly #threads: number[][] = [];
  #events = 0;
  #endNs = 0;
  #fault: TraceFault | undefined;

  // Of the thread that is being read.
  #threadId = 0;
  #g = UNKNOWN;
  #p = -1;
  #state = SLICE_RUNNING;
  #since = 0;
  #continues = 0;
  #isFirstSlice = true;
  #firstContinues = 0;
  #hasNewProc = false;
  #assist = -1;
  #stw = -1;
  #sweep = -1;
  /** Second and third argument of the event that is being read. */
  #arg1 = 0;
  #arg2 = 0;

  constructor(
    generation: GenerationContent,
    batches: BatchColumns,
    tables: GenerationTables,
    number: Uvarint,
    metrics: MetricRows,
    isWide: boolean,
  ) {
    this.#generation = generation;
    this.#bytes = generation.bytes;
    this.#batches = batches;
    this.#tables = tables;
    this.#number = number;
    this.#texts = new TextRefs(generation.bytes, tables, number);
    this.#startNs = nsOf(batches.minTicks, tables.nsPerTick);
    // A guess that is seldom short: pages that stay untouched cost nothing.
    let eventBytes = 0;
    for (let i = 0; i < batches.length; i++) {
      if (batches.kind[i] === BATCH_EVENTS) eventBytes += batches.end[i] - batches.start[i];
    }
    this.#slices = new SliceRows(1024 + Math.trunc(eventBytes / 6), isWide);
    this.#metrics = metrics;
    this.#metrics.length = 0;
    this.#preempted = this.#texts.idOf(PREEMPTED);
  }

  run(): ScannedGeneration {
    for (const [thread, batches] of this.#byThread()) this.#readThread(thread, batches);
    this.#ranges.resize(this.#ranges.length);
    this.#halves.resize(this.#halves.length);
    this.#labels.resize(this.#labels.length);
    const { clock, nsPerTick } = this.#tables;
    return {
      number: this.#generation.number,
      offset: this.#generation.offset,
      bytes: this.#bytes.length,
      startNs: this.#startNs,
      endNs: this.#endNs,
      events: this.#events,
      clock:
        clock === undefined
          ? undefined
          : { ...clock, timeNs: nsOf(clock.ticks, nsPerTick) - this.#startNs },
      threads: this.#threadColumns(),
      slices: this.#slices,
      ranges: this.#ranges,
      halves: this.#halves,
      metrics: sortedMetrics(this.#metrics),
      labels: this.#labels.sorted(),
      preemptions: this.#preemptions.sorted(),
      samples: this.#samples(),
      texts: this.#texts.finish(),
      hasStrings: this.#batches.kind.includes(BATCH_STRINGS),
      missing: this.#texts.missing,
      fault: this.#fault,
    };
  }

  #byThread(): Map<number, number[]> {
    const { length, kind, thread } = this.#batches;
    const lists = new Map<number, number[]>();
    for (let i = 0; i < length; i++) {
      if (kind[i] !== BATCH_EVENTS) continue;
      const list = lists.get(thread[i]);
      if (list === undefined) lists.set(thread[i], [i]);
      else list.push(i);
    }
    return lists;
  }

  #readThread(id: number, batches: readonly number[]): void {
    const slicesBefore = this.#slices.length;
    const metricsBefore = this.#metrics.length;
    const rangesBefore = this.#ranges.length;
    const preemptionsBefore = this.#preemptions.length;
    this.#threadId = id;
    this.#g = id === -1 ? -1 : UNKNOWN;
    this.#p = -1;
    this.#state = SLICE_RUNNING;
    this.#continues = 0;
    this.#isFirstSlice = true;
    this.#firstContinues = 0;
    this.#hasNewProc = false;
    this.#assist = -1;
    this.#stw = -1;
    this.#sweep = -1;
    let firstNs = Number.NaN;
    try {
      for (const batch of batches) {
        const start = this.#batches.start[batch];
        const end = this.#batches.end[batch];
        if (start === end) continue;
        const baseNs = nsOf(this.#batches.ticks[batch], this.#tables.nsPerTick) - this.#startNs;
        if (Number.isNaN(firstNs)) {
          firstNs = baseNs;
          this.#since = baseNs;
        }
        this.#readBatch(start, end, baseNs);
      }
    } catch (error) {
      if (!(error instanceof TraceFault)) throw error;
      this.#fault ??= error;
    }
    const known = this.#callOf.get(id);
    if (known !== undefined) {
      // Told by another thread: it sat in a call when the generation began.
      fill(this.#slices.goroutine, slicesBefore, this.#slices.length, known);
      if (this.#g === UNKNOWN) this.#g = known;
    }
    fill(this.#metrics.goroutine, metricsBefore, this.#metrics.length, known ?? -1);
    fill(this.#ranges.goroutine, rangesBefore, this.#ranges.length, known ?? -1);
    fill(this.#preemptions.goroutine, preemptionsBefore, this.#preemptions.length, known ?? -1);
    this.#threads.push([
      id,
      slicesBefore,
      this.#firstContinues,
      firstNs,
      this.#g,
      this.#state,
      this.#p,
      this.#since,
      this.#continues,
      this.#slices.length,
    ]);
  }

  #threadColumns(): ThreadColumns {
    const threads = this.#threads;
    const column = (field: number): Float64Array =>
      Float64Array.from(threads, (row) => row[field] ?? 0);
    return {
      length: threads.length,
      id: column(0),
      sliceStart: Int32Array.from(threads, (row) => (row[1] ?? 0) + (row[2] ?? 0)),
      sliceEnd: Int32Array.from(column(9)),
      continues: Uint8Array.from(column(2)),
      firstNs: column(3),
      openGoroutine: column(4),
      openState: Uint8Array.from(column(5)),
      openProc: Int32Array.from(column(6)),
      openSinceNs: column(7),
      openContinues: Uint8Array.from(column(8)),
    };
  }

  #samples(): ScannedSamples {
    const { samples, nsPerTick } = this.#tables;
    const { length } = samples;
    const time = new Float64Array(length);
    for (let i = 0; i < length; i++) time[i] = nsOf(samples.ticks[i], nsPerTick) - this.#startNs;
    const order = orderOfRuns(time, length);
    const pick = (column: Float64Array): Float64Array =>
      Float64Array.from(order, (row) => column[row]);
    return {
      length,
      timeNs: pick(time),
      thread: pick(samples.thread),
      proc: pick(samples.proc),
      goroutine: pick(samples.goroutine),
      stack: Int32Array.from(order, (row) => this.#texts.stack(samples.stack[row])),
    };
  }

  /**
   * The hot loop: one event a turn. Numbers are read past the batch's end and the event refused
   * afterwards, so that no byte is checked by itself; the thread's state is in locals meanwhile.
   */
  #readBatch(start: number, end: number, baseNs: number): void {
    const bytes = this.#bytes;
    const number = this.#number;
    const { nsPerTick } = this.#tables;
    const metrics = this.#metrics;
    const slices = this.#slices;
    // An event has two bytes at least, and ends one slice at most; one with a value has three.
    slices.reserve(((end - start) >> 1) + 1);
    metrics.reserve(Math.trunc((end - start) / 3) + 1);
    const { state: stateOf, startNs, endNs, goroutine, proc } = slices;
    // Locals, for a bundler may make variables of constants, and those are looked up each time.
    const argCount = ev.ARG_COUNT;
    const readArgs = READ_ARGS;
    const preempted = this.#preempted;
    let row = slices.length;
    let g = this.#g;
    let p = this.#p;
    let state = this.#state;
    let since = this.#since;
    let continues = this.#continues;
    let isFirst = this.#isFirstSlice;
    let isInRange = this.#assist >= 0 || this.#stw >= 0;
    let fault: TraceFault | undefined;
    if (baseNs < 0) this.#needWide();
    let time = baseNs;
    let at = start;
    let events = 0;
    while (at < end) {
      const type = bytes[at];
      const args = argCount[type];
      if (args === ev.NOT_TIMED) {
        fault = new TraceFault("odd-event", `found event without a timestamp: type=${type}`);
        break;
      }
      let value = bytes[at + 1];
      at += 2;
      if (value >= 0x80) {
        const second = bytes[at++];
        if (second < 0x80) value = (value & 0x7f) | (second << 7);
        else {
          value = number.double(bytes, at - 2, end);
          at = number.next;
          if (at < 0) {
            fault = cutEvent();
            break;
          }
        }
      }
      const reads = readArgs[type];
      let arg0 = 0;
      if (reads > 0) {
        arg0 = bytes[at++];
        if (arg0 >= 0x80) {
          const second = bytes[at];
          const third = bytes[at + 1];
          if (second < 0x80) {
            arg0 = (arg0 & 0x7f) | (second << 7);
            at += 1;
          } else if (third < 0x80) {
            arg0 = (arg0 & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
            at += 2;
          } else {
            arg0 = number.id(bytes, at - 1, end);
            at = number.next;
            if (at < 0) {
              fault = cutEvent();
              break;
            }
            if (type === ev.EV_GO_START) this.#checkGoroutine(arg0);
          }
        }
      }
      if (reads > 1) {
        this.#arg1 = number.id(bytes, at, end);
        at = number.next;
        if (at >= 0 && reads > 2) {
          this.#arg2 = number.id(bytes, at, end);
          at = number.next;
        }
        if (at < 0) {
          fault = cutEvent();
          break;
        }
      }
      for (let left = args - reads; left > 0;) left -= 1 - (bytes[at++] >>> 7);
      if (!(at <= end)) {
        fault = cutEvent();
        break;
      }
      time += Math.trunc(value * nsPerTick);
      events += 1;
      switch (type) {
        case ev.EV_GO_START:
          g = arg0;
          state = SLICE_RUNNING;
          since = time;
          continues = 0;
          break;
        case ev.EV_GO_STOP:
        case ev.EV_GO_BLOCK:
        case ev.EV_GO_DESTROY:
        case ev.EV_GO_SYSCALL_BEGIN:
        case ev.EV_GO_SYSCALL_END:
          if (type === ev.EV_GO_SYSCALL_END && g === UNKNOWN) state = SLICE_SYSCALL;
          else if (type === ev.EV_GO_STOP && arg0 === preempted) this.#preempt(time, g, at);
          if (g !== -1) {
            stateOf[row] = state;
            startNs[row] = since;
            endNs[row] = time;
            goroutine[row] = g;
            proc[row] = p;
            row += 1;
            if (isFirst) {
              isFirst = false;
              this.#firstContinues = g === UNKNOWN ? 1 : continues;
            }
          }
          since = time;
          continues = 0;
          if (type === ev.EV_GO_SYSCALL_END) state = SLICE_RUNNING;
          else if (type === ev.EV_GO_SYSCALL_BEGIN) {
            state = SLICE_SYSCALL;
            this.#hasNewProc = false;
          } else {
            g = -1;
            if (isInRange) {
              this.#assist = -1;
              this.#stw = -1;
              isInRange = false;
            }
          }
          break;
        case ev.EV_HEAP_ALLOC:
        case ev.EV_HEAP_GOAL:
        case ev.EV_PROCS_CHANGE: {
          const metric = metrics.length++;
          metrics.metric[metric] =
            type === ev.EV_HEAP_ALLOC
              ? METRIC_HEAP_ALLOC
              : type === ev.EV_HEAP_GOAL
                ? METRIC_HEAP_GOAL
                : METRIC_GOMAXPROCS;
          metrics.timeNs[metric] = time;
          // A goal of 2^53 and more (GOGC=off writes the largest number) is a size, not an id.
          metrics.value[metric] = arg0 < 0 ? number.high * 2 ** 32 + number.low : arg0;
          metrics.goroutine[metric] = g;
          break;
        }
        case ev.EV_GO_UNBLOCK:
        case ev.EV_GO_CREATE:
        case ev.EV_GO_CREATE_BLOCKED:
        case ev.EV_USER_TASK_BEGIN:
        case ev.EV_USER_TASK_END:
        case ev.EV_USER_REGION_BEGIN:
        case ev.EV_USER_REGION_END:
        case ev.EV_USER_LOG:
          break;
        default: {
          if (type >= ev.EV_SPAN) break;
          if (time > MAX_NARROW_NS) this.#needWide();
          slices.length = row;
          this.#g = g;
          this.#p = p;
          this.#state = state;
          this.#since = since;
          this.#continues = continues;
          this.#isFirstSlice = isFirst;
          this.#other(type, time, arg0, this.#arg1, this.#arg2);
          row = slices.length;
          g = this.#g;
          p = this.#p;
          state = this.#state;
          since = this.#since;
          continues = this.#continues;
          isFirst = this.#isFirstSlice;
          isInRange = this.#assist >= 0 || this.#stw >= 0;
        }
      }
    }
    slices.length = row;
    this.#g = g;
    this.#p = p;
    this.#state = state;
    this.#since = since;
    this.#continues = continues;
    this.#isFirstSlice = isFirst;
    this.#events += events;
    if (time > MAX_NARROW_NS) this.#needWide();
    if (time > this.#endNs) this.#endNs = time;
    if (fault !== undefined) throw fault;
  }

  /** What is rarer: procs, statuses, ranges, labels, switches. */
  #other(type: number, time: number, arg0: number, arg1: number, arg2: number): void {
    switch (type) {
      case ev.EV_GO_SWITCH:
      case ev.EV_GO_SWITCH_DESTROY:
        this.#leave(time);
        this.#enter(time, arg0, SLICE_RUNNING, 0);
        return;
      case ev.EV_GO_SYSCALL_END_BLOCKED:
        if (this.#g === UNKNOWN) this.#state = SLICE_SYSCALL;
        this.#leave(time);
        if (!this.#hasNewProc) this.#loseProc();
        return;
      case ev.EV_GO_CREATE_SYSCALL:
        this.#enter(time, arg0, SLICE_SYSCALL, 0);
        return;
      case ev.EV_GO_DESTROY_SYSCALL:
        if (this.#g === UNKNOWN) this.#state = SLICE_SYSCALL;
        this.#leave(time);
        this.#loseProc();
        return;
      case ev.EV_PROC_START:
        this.#p = arg0;
        this.#hasNewProc = true;
        return;
      case ev.EV_PROC_STOP:
        this.#loseProc();
        return;
      case ev.EV_PROC_STEAL:
        if (arg2 === this.#threadId) this.#loseProc();
        return;
      case ev.EV_PROC_STATUS:
        if (arg1 === ev.PROC_STATUS_RUNNING || arg1 === ev.PROC_STATUS_SYSCALL) this.#p = arg0;
        return;
      case ev.EV_GO_STATUS:
      case ev.EV_GO_STATUS_STACK:
        this.#status(time, arg0, arg1, arg2);
        return;
      case ev.EV_GO_LABEL: {
        const labels = this.#labels;
        if (labels.length === labels.capacity) labels.resize(labels.capacity * 2);
        const row = labels.length++;
        labels.timeNs[row] = time;
        labels.goroutine[row] = this.#g === UNKNOWN ? -1 : this.#g;
        labels.label[row] = this.#texts.string(arg0);
        return;
      }
      case ev.EV_GC_BEGIN:
        this.#begin(RANGE_GC_MARK, time, arg1, 0);
        return;
      case ev.EV_STW_BEGIN:
        this.#stw = this.#begin(RANGE_STW, time, arg1, this.#texts.string(arg0));
        return;
      case ev.EV_GC_SWEEP_BEGIN:
        this.#sweep = this.#begin(RANGE_SWEEP, time, arg0, 0);
        return;
      case ev.EV_GC_MARK_ASSIST_BEGIN:
        this.#assist = this.#begin(RANGE_MARK_ASSIST, time, arg0, 0);
        return;
      case ev.EV_GC_ACTIVE:
        this.#half(RANGE_GC_MARK, 0, time, 0, 0, 0);
        return;
      case ev.EV_GC_END:
        this.#half(RANGE_GC_MARK, 1, time, 0, 0, 0);
        return;
      case ev.EV_GC_SWEEP_ACTIVE:
        this.#half(RANGE_SWEEP, 0, time, arg0, 0, 0);
        return;
      case ev.EV_GC_MARK_ASSIST_ACTIVE:
        this.#half(RANGE_MARK_ASSIST, 0, time, arg0, 0, 0);
        return;
      case ev.EV_STW_END:
        if (this.#stw >= 0) this.#ranges.endNs[this.#stw] = time;
        else this.#half(RANGE_STW, 1, time, this.#g, 0, 0);
        this.#stw = -1;
        return;
      case ev.EV_GC_MARK_ASSIST_END:
        if (this.#assist >= 0) this.#ranges.endNs[this.#assist] = time;
        else this.#half(RANGE_MARK_ASSIST, 1, time, this.#g, 0, 0);
        this.#assist = -1;
        return;
      case ev.EV_GC_SWEEP_END:
        if (this.#sweep >= 0) {
          this.#ranges.endNs[this.#sweep] = time;
          this.#ranges.sweptBytes[this.#sweep] = arg0;
          this.#ranges.reclaimedBytes[this.#sweep] = arg1;
        } else this.#half(RANGE_SWEEP, 1, time, this.#p, arg0, arg1);
        this.#sweep = -1;
        return;
      default:
    }
  }

  #status(time: number, goroutine: number, thread: number, status: number): void {
    if (status === ev.STATUS_RUNNING) this.#enter(time, goroutine, SLICE_RUNNING, 1);
    else if (status === ev.STATUS_SYSCALL) {
      if (thread === this.#threadId) this.#enter(time, goroutine, SLICE_SYSCALL, 1);
      else {
        this.#checkGoroutine(goroutine);
        this.#callOf.set(thread, goroutine);
      }
    }
  }

  /** The last number before `next` is the stack; a number's bytes but its last one have the high bit set. */
  #preempt(time: number, goroutine: number, next: number): void {
    let at = next - 1;
    while ((this.#bytes[at - 1] & 0x80) !== 0) at -= 1;
    const stack = this.#texts.stack(this.#number.id(this.#bytes, at, next));
    if (stack >= 0) this.#preemptions.add(time, goroutine, stack);
  }

  #needWide(): void {
    if (!this.#slices.isWide) throw new TooWide();
  }

  #checkGoroutine(id: number): void {
    if ((id | 0) !== id) this.#needWide();
  }

  #enter(time: number, goroutine: number, state: number, continues: number): void {
    this.#checkGoroutine(goroutine);
    this.#g = goroutine;
    this.#state = state;
    this.#since = time;
    this.#continues = continues;
  }

  /** The goroutine leaves the thread: ranges that it is in end elsewhere. */
  #leave(time: number): void {
    this.#close(time);
    this.#g = -1;
    this.#assist = -1;
    this.#stw = -1;
  }

  #loseProc(): void {
    this.#p = -1;
    this.#sweep = -1;
  }

  /** Writes the slice that ends; the next one starts now. */
  #close(time: number): void {
    if (this.#g !== -1) {
      const slices = this.#slices;
      const row = slices.length++;
      slices.state[row] = this.#state;
      slices.startNs[row] = this.#since;
      slices.endNs[row] = time;
      slices.goroutine[row] = this.#g;
      slices.proc[row] = this.#p;
      if (this.#isFirstSlice) {
        this.#isFirstSlice = false;
        this.#firstContinues = this.#g === UNKNOWN ? 1 : this.#continues;
      }
    }
    this.#since = time;
    this.#continues = 0;
  }

  #begin(kind: number, time: number, stackId: number, reason: number): number {
    const ranges = this.#ranges;
    if (ranges.length === ranges.capacity) ranges.resize(ranges.capacity * 2);
    const row = ranges.length++;
    ranges.kind[row] = kind;
    ranges.startNs[row] = time;
    ranges.endNs[row] = Number.NaN;
    ranges.goroutine[row] = this.#g;
    ranges.proc[row] = this.#p;
    ranges.stack[row] = this.#texts.stack(stackId);
    ranges.reason[row] = reason;
    ranges.sweptBytes[row] = 0;
    ranges.reclaimedBytes[row] = 0;
    return row;
  }

  #half(
    kind: number,
    isEnd: number,
    time: number,
    key: number,
    swept: number,
    reclaimed: number,
  ): void {
    const halves = this.#halves;
    if (halves.length === halves.capacity) halves.resize(halves.capacity * 2);
    const row = halves.length++;
    halves.kind[row] = kind;
    halves.isEnd[row] = isEnd;
    halves.timeNs[row] = time;
    halves.key[row] = key;
    halves.sweptBytes[row] = swept;
    halves.reclaimedBytes[row] = reclaimed;
  }
}

function cutEvent(): TraceFault {
  return new TraceFault("cut-event", "found invalid uvarint");
}

/** Rows that were written before a thread's goroutine was known. */
function fill(
  column: Float64Array | Int32Array,
  from: number,
  to: number,
  goroutine: number,
): void {
  for (let row = from; row < to && column[row] === UNKNOWN; row++) column[row] = goroutine;
}

export function sortedMetrics(metrics: MetricRows): MetricRows {
  const { length } = metrics;
  const order = orderOfRuns(metrics.timeNs, length);
  const sorted = new MetricRows(length);
  sorted.length = length;
  for (let i = 0; i < length; i++) {
    const row = order[i];
    sorted.metric[i] = metrics.metric[row];
    sorted.timeNs[i] = metrics.timeNs[row];
    sorted.value[i] = metrics.value[row];
    sorted.goroutine[i] = metrics.goroutine[row];
  }
  return sorted;
}
