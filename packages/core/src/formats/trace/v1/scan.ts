// The memory scan of an old trace: proc by proc, without a global order, so that also a trace tells
// something that Go's tools cannot put in order. The result has the shape of one scanned generation.
//
// A proc's own events say which thread it is on (ProcStart), which goroutine it runs, and that a system
// call blocked. Marks, stops, assists and blocked calls may end on another proc: those are paired by
// time. How it can mislead: procs' clocks decide there, so where two disagree by more than the gap
// between an end and the next begin, two ranges read as one; a goroutine that was in a system call at
// the start has no thread and so no slice.
// Authority: Go src/runtime/trace.go (1.11–1.21), traceGoSysBlock, traceGCSweepStart, traceSTWStart.

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
} from "../../../model/tables/trace.ts";
import {
  type ScannedGeneration,
  type ScannedSamples,
  sortedMetrics,
  type ThreadColumns,
} from "../scan.ts";
import {
  HalfRows,
  LabelRows,
  MetricRows,
  orderOfRuns,
  PreemptionRows,
  RangeRows,
} from "../scan-rows.ts";
import { TextRefs } from "../scan-texts.ts";
import { HEADER_BYTES } from "../spec.ts";
import type { Uvarint } from "../uvarint.ts";
import { EventArgs } from "./args.ts";
import { type V1Container, V1Fault } from "./container.ts";
import { GoroutineRows, LEAVES, V1Cursors } from "./cursors.ts";
import { type OpenTicks, Points, type SortedSlices, TickSlices } from "./scan-points.ts";
import * as wire from "./wire.ts";

const NOT_YET = -1;
const UTF8 = new TextEncoder();

/** A blocked system call while it is paired with its end. */
const CALL = 4;

export interface V1Scan {
  readonly scan: ScannedGeneration;
  /** Bytes of batches after an event that could not be read. */
  readonly lostBytes: number;
  readonly fault: V1Fault | undefined;
}

/** The container has a clock. @throws V1Fault where ids were made to collide. */
export function scanOldTrace(container: V1Container, number: Uvarint): V1Scan {
  return new Scan(container, number).run();
}

class Scan {
  readonly #container: V1Container;
  readonly #number: Uvarint;
  readonly #goroutines = new GoroutineRows();
  readonly #cursors: V1Cursors;
  readonly #args: EventArgs;
  readonly #texts: TextRefs;
  readonly #points = new Points();
  readonly #slices = new TickSlices();
  readonly #metrics: MetricRows;
  readonly #labels = new LabelRows();
  readonly #preemptions = new PreemptionRows();
  readonly #ranges = new RangeRows();
  readonly #halves = new HalfRows();
  /** Strings of the reasons for which the world was stopped, NOT_YET where none was. */
  readonly #reasons = new Int32Array(wire.STW_REASONS.length).fill(NOT_YET);
  readonly #firstNs = new Map<number, number>();
  #minTicks = Infinity;
  #maxTicks = -Infinity;
  #events = 0;
  #lostBytes = 0;
  #fault: V1Fault | undefined;

  // Of the proc that is being read.
  #proc = 0;
  #id = -1;
  #thread = -1;
  #since = Number.NaN;
  #runs = 0;
  #callTicks = Number.NaN;
  #callOf = 0;
  #sweep = -1;

  constructor(container: V1Container, number: Uvarint) {
    this.#container = container;
    this.#number = number;
    this.#cursors = new V1Cursors(container, number, this.#goroutines);
    this.#args = new EventArgs(container.bytes, number);
    this.#texts = new TextRefs(container.bytes, container.tables, number);
    const { counts } = container;
    this.#metrics = new MetricRows(
      counts[wire.V1_HEAP_ALLOC] + counts[wire.V1_HEAP_GOAL] + counts[wire.V1_GOMAXPROCS],
    );
  }

  run(): V1Scan {
    const { procs, tables, bytes } = this.#container;
    for (let proc = 0; proc < procs.length; proc++) this.#readProc(proc);
    const { samples } = tables;
    for (let i = 0; i < samples.length; i++) this.#see(samples.ticks[i]);
    this.#events += samples.length;
    if (this.#events === 0) this.#minTicks = this.#maxTicks = 0;
    this.#pair();
    const open = this.#slices.finish();
    const threads = this.#threads(open);
    this.#metrics.resize(this.#metrics.length);
    this.#ranges.resize(this.#ranges.length);
    this.#halves.resize(this.#halves.length);
    this.#labels.resize(this.#labels.length);
    this.#preemptions.resize(this.#preemptions.length);
    for (const column of [
      this.#metrics.timeNs,
      this.#ranges.startNs,
      this.#ranges.endNs,
      this.#halves.timeNs,
      this.#labels.timeNs,
      this.#preemptions.timeNs,
    ]) {
      this.#toNs(column);
    }
    const scan: ScannedGeneration = {
      number: 1,
      offset: HEADER_BYTES,
      bytes: bytes.length - HEADER_BYTES,
      startNs: 0,
      endNs: this.#ns(this.#maxTicks),
      events: this.#events,
      clock: undefined,
      threads,
      slices: open.rows,
      ranges: this.#ranges,
      halves: this.#halves,
      metrics: sortedMetrics(this.#metrics),
      labels: this.#labels.sorted(),
      preemptions: this.#preemptions.sorted(),
      samples: this.#samples(),
      texts: this.#texts.finish(),
      hasStrings: true,
      missing: this.#texts.missing,
      fault: undefined,
    };
    return { scan, lostBytes: this.#lostBytes, fault: this.#fault };
  }

  #see(ticks: number): void {
    if (ticks < this.#minTicks) this.#minTicks = ticks;
    if (ticks > this.#maxTicks) this.#maxTicks = ticks;
  }

  #ns(ticks: number): number {
    return Math.trunc((ticks - this.#minTicks) * this.#container.tables.nsPerTick);
  }

  #toNs(column: Float64Array | Uint32Array): void {
    for (let i = 0; i < column.length; i++) column[i] = this.#ns(column[i]);
  }

  #idOf(row: number): number {
    return row === 0 ? -1 : this.#goroutines.ids.data[row];
  }

  #readProc(proc: number): void {
    const cursors = this.#cursors;
    this.#proc = proc;
    this.#id = this.#container.procs[proc];
    this.#thread = -1;
    this.#since = Number.NaN;
    this.#runs = 0;
    this.#callTicks = Number.NaN;
    this.#sweep = -1;
    for (;;) {
      try {
        if (!cursors.next(proc)) break;
      } catch (error) {
        if (!(error instanceof V1Fault)) throw error;
        this.#fault ??= error;
        this.#lostBytes += cursors.dropBatch(proc, error.offset);
        continue;
      }
      this.#event(cursors.type[proc], cursors.ticks[proc], cursors.goroutine[proc]);
    }
    if (this.#runs !== 0 && !Number.isNaN(this.#since)) {
      this.#slices.open(this.#thread, this.#since, this.#idOf(this.#runs), SLICE_RUNNING, this.#id);
    }
  }

  #event(type: number, ticks: number, g: number): void {
    this.#events += 1;
    if (ticks < this.#minTicks) this.#minTicks = ticks;
    if (ticks > this.#maxTicks) this.#maxTicks = ticks;
    switch (type) {
      case wire.V1_HEAP_ALLOC:
      case wire.V1_HEAP_GOAL:
      case wire.V1_GOMAXPROCS:
        this.#metric(type, ticks, g);
        break;
      case wire.V1_GO_START:
      case wire.V1_GO_START_LOCAL:
      case wire.V1_GO_START_LABEL:
        this.#close(ticks);
        this.#since = ticks;
        this.#runs = g;
        if (type === wire.V1_GO_START_LABEL) this.#label(ticks, g);
        break;
      case wire.V1_GO_SYS_CALL:
        this.#callTicks = ticks;
        this.#callOf = g;
        return;
      case wire.V1_GO_SYS_BLOCK:
        this.#block(ticks, g);
        break;
      case wire.V1_GO_UNBLOCK:
      case wire.V1_GO_UNBLOCK_LOCAL:
      case wire.V1_GO_CREATE:
      case wire.V1_GO_WAITING:
      case wire.V1_GO_IN_SYSCALL:
        break;
      default:
        if (LEAVES[type] === 1) {
          if (type === wire.V1_GO_PREEMPT) this.#preempt(ticks, g);
          this.#close(ticks);
        } else this.#rare(type, ticks, g);
    }
    // Only what comes right after a call tells whether it blocked.
    if (g === this.#callOf) this.#callTicks = Number.NaN;
  }

  #close(ticks: number): void {
    if (this.#runs !== 0 && !Number.isNaN(this.#since)) {
      this.#slices.add(
        this.#thread,
        this.#since,
        ticks,
        this.#idOf(this.#runs),
        SLICE_RUNNING,
        this.#id,
      );
    }
    this.#runs = 0;
    this.#since = Number.NaN;
  }

  #block(ticks: number, g: number): void {
    const isKnown = this.#callOf === g && !Number.isNaN(this.#callTicks);
    const from = isKnown ? this.#callTicks : ticks;
    this.#close(from);
    const point = this.#points.add(CALL, g, from, 0);
    this.#points.proc.data[point] = this.#id;
    this.#points.thread.data[point] = this.#thread;
  }

  #preempt(ticks: number, g: number): void {
    const args = this.#args;
    args.at = this.#cursors.args[this.#proc];
    const stack = this.#texts.stack(args.nextStack());
    if (stack >= 0) this.#preemptions.add(ticks, this.#idOf(g), stack);
  }

  #metric(type: number, ticks: number, g: number): void {
    const metrics = this.#metrics;
    const row = metrics.length++;
    metrics.metric[row] =
      type === wire.V1_HEAP_ALLOC
        ? METRIC_HEAP_ALLOC
        : type === wire.V1_HEAP_GOAL
          ? METRIC_HEAP_GOAL
          : METRIC_GOMAXPROCS;
    metrics.timeNs[row] = ticks;
    const { bytes } = this.#container;
    metrics.value[row] = this.#number.double(bytes, this.#cursors.args[this.#proc], bytes.length);
    metrics.goroutine[row] = this.#idOf(g);
  }

  #label(ticks: number, g: number): void {
    const labels = this.#labels;
    if (labels.length === labels.capacity) labels.resize(labels.capacity * 2);
    const row = labels.length++;
    const args = this.#args;
    args.at = this.#cursors.args[this.#proc];
    args.next();
    args.next();
    labels.timeNs[row] = ticks;
    labels.goroutine[row] = this.#idOf(g);
    labels.label[row] = this.#texts.string(args.next());
  }

  #rare(type: number, ticks: number, g: number): void {
    const args = this.#args;
    const proc = this.#proc;
    args.at = this.#cursors.args[proc];
    switch (type) {
      case wire.V1_PROC_START:
        this.#thread = args.next();
        if (!this.#firstNs.has(this.#thread)) this.#firstNs.set(this.#thread, ticks);
        return;
      case wire.V1_PROC_STOP:
        this.#close(ticks);
        this.#thread = -1;
        return;
      case wire.V1_GO_SYS_EXIT:
      case wire.V1_GO_SYS_EXIT_LOCAL:
        this.#exit(type, ticks);
        return;
      case wire.V1_GC_START: {
        args.next();
        this.#begin(RANGE_GC_MARK, 0, ticks, g, args.nextStack(), 0);
        return;
      }
      case wire.V1_GC_DONE:
        this.#points.add(RANGE_GC_MARK, 0, ticks, 1);
        return;
      case wire.V1_STW_START: {
        const reason = wire.stwReasonIndex(args.next(), this.#container.version);
        this.#begin(RANGE_STW, 0, ticks, g, 0, reason);
        return;
      }
      case wire.V1_STW_DONE:
        this.#points.add(RANGE_STW, 0, ticks, 1);
        return;
      case wire.V1_GC_MARK_ASSIST_START:
        this.#begin(RANGE_MARK_ASSIST, g, ticks, g, args.nextStack(), 0);
        return;
      case wire.V1_GC_MARK_ASSIST_DONE:
        this.#points.add(RANGE_MARK_ASSIST, g, ticks, 1);
        return;
      case wire.V1_GC_SWEEP_START:
        this.#sweep = this.#range(RANGE_SWEEP, ticks, this.#idOf(g), args.nextStack());
        return;
      case wire.V1_GC_SWEEP_DONE:
        this.#sweepDone(ticks, args.next(), args.next());
        return;
      default:
        return;
    }
  }

  /** When it was written is later than when it was; the real time is in the event, 0 for none. */
  #exit(type: number, ticks: number): void {
    const { bytes, clock } = this.#container;
    const number = this.#number;
    let at = this.#cursors.args[this.#proc];
    for (let left = type === wire.V1_GO_SYS_EXIT ? 3 : 2; left > 0; left--, at = number.next) {
      number.id(bytes, at, bytes.length);
    }
    const hasReal = number.low !== 0 || number.high !== 0;
    const real = hasReal && type === wire.V1_GO_SYS_EXIT ? clock.ofLast(at) : ticks;
    this.#see(real);
    this.#points.add(CALL, this.#cursors.named[this.#proc], real, 1);
  }

  #begin(kind: number, key: number, ticks: number, g: number, stack: number, reason: number): void {
    const point = this.#points.add(kind, key, ticks, 0);
    this.#points.proc.data[point] = this.#id;
    this.#points.goroutine.data[point] = this.#idOf(g);
    this.#points.stack.data[point] = this.#texts.stack(stack);
    this.#points.reason.data[point] = reason;
  }

  #range(kind: number, ticks: number, goroutine: number, stackId: number): number {
    const ranges = this.#ranges;
    if (ranges.length === ranges.capacity) ranges.resize(ranges.capacity * 2);
    const row = ranges.length++;
    ranges.kind[row] = kind;
    ranges.startNs[row] = ticks;
    ranges.endNs[row] = Number.NaN;
    ranges.goroutine[row] = goroutine;
    ranges.proc[row] = this.#id;
    ranges.stack[row] = this.#texts.stack(stackId);
    ranges.reason[row] = 0;
    ranges.sweptBytes[row] = 0;
    ranges.reclaimedBytes[row] = 0;
    return row;
  }

  #sweepDone(ticks: number, swept: number, reclaimed: number): void {
    if (this.#sweep < 0) {
      this.#half(RANGE_SWEEP, this.#id, ticks);
      const row = this.#halves.length - 1;
      this.#halves.sweptBytes[row] = swept;
      this.#halves.reclaimedBytes[row] = reclaimed;
      return;
    }
    this.#ranges.endNs[this.#sweep] = ticks;
    this.#ranges.sweptBytes[this.#sweep] = swept;
    this.#ranges.reclaimedBytes[this.#sweep] = reclaimed;
    this.#sweep = -1;
  }

  /** An end without a begin. */
  #half(kind: number, key: number, ticks: number): void {
    const halves = this.#halves;
    if (halves.length === halves.capacity) halves.resize(halves.capacity * 2);
    const row = halves.length++;
    halves.kind[row] = kind;
    halves.isEnd[row] = 1;
    halves.timeNs[row] = ticks;
    halves.key[row] = key;
    halves.sweptBytes[row] = 0;
    halves.reclaimedBytes[row] = 0;
  }

  /** Begins with ends, per owner by time. */
  #pair(): void {
    const points = this.#points;
    const { kind, key, ticks, isEnd } = points;
    const order = points.order();
    let open = -1;
    let before = -1;
    for (let turn = 0; turn < order.length; turn++) {
      let point = order[turn];
      if (
        before < 0 ||
        kind.data[point] !== kind.data[before] ||
        key.data[point] !== key.data[before]
      ) {
        this.#unfinished(open);
        open = -1;
      }
      before = point;
      const next = order[turn + 1] ?? point;
      if (
        isEnd.data[point] === 0 &&
        open >= 0 &&
        isEnd.data[next] === 1 &&
        ticks.data[next] === ticks.data[point] &&
        kind.data[next] === kind.data[point] &&
        key.data[next] === key.data[point]
      ) {
        // Another proc's begin of the same tick: what is open ends first.
        order[turn + 1] = point;
        point = next;
      }
      if (isEnd.data[point] === 0) {
        this.#unfinished(open);
        open = point;
      } else if (open >= 0) {
        this.#finished(open, ticks.data[point]);
        open = -1;
      } else if (kind.data[point] !== CALL) {
        // The mark phase has the process as its owner, which is 0.
        const owner = kind.data[point] === RANGE_GC_MARK ? 0 : this.#idOf(key.data[point]);
        this.#half(kind.data[point], owner, ticks.data[point]);
      }
    }
    this.#unfinished(open);
  }

  #finished(point: number, end: number): void {
    const points = this.#points;
    const start = points.ticks.data[point];
    if (points.kind.data[point] === CALL) {
      const thread = points.thread.data[point];
      const goroutine = this.#idOf(points.key.data[point]);
      this.#slices.add(thread, start, end, goroutine, SLICE_SYSCALL, points.proc.data[point]);
      return;
    }
    // First the row: it may make room, in new columns.
    const row = this.#rangeOf(point);
    this.#ranges.endNs[row] = end;
  }

  #unfinished(point: number): void {
    if (point < 0) return;
    const points = this.#points;
    if (points.kind.data[point] !== CALL) {
      this.#rangeOf(point);
      return;
    }
    this.#slices.open(
      points.thread.data[point],
      points.ticks.data[point],
      this.#idOf(points.key.data[point]),
      SLICE_SYSCALL,
      points.proc.data[point],
    );
  }

  #rangeOf(point: number): number {
    const points = this.#points;
    const kind = points.kind.data[point];
    const goroutine = points.goroutine.data[point];
    const row = this.#range(kind, points.ticks.data[point], goroutine, 0);
    this.#ranges.proc[row] = points.proc.data[point];
    this.#ranges.stack[row] = points.stack.data[point];
    if (kind === RANGE_STW) this.#ranges.reason[row] = this.#reason(points.reason.data[point]);
    return row;
  }

  #reason(index: number): number {
    if (index === 0) return 0;
    if (this.#reasons[index] === NOT_YET) {
      this.#reasons[index] = this.#texts.own(UTF8.encode(wire.STW_REASONS[index]));
    }
    return this.#reasons[index];
  }

  #threads(sorted: SortedSlices): ThreadColumns {
    const { ids, sliceStart, rows } = sorted;
    this.#toNs(rows.startNs);
    this.#toNs(rows.endNs);
    const { length } = ids;
    const at = (pick: (open: OpenTicks) => number, none: number): Float64Array =>
      Float64Array.from(ids, (id) => {
        const open = sorted.open.get(id);
        return open === undefined ? none : pick(open);
      });
    const openSinceNs = at((open) => open.since, this.#minTicks);
    this.#toNs(openSinceNs);
    return {
      length,
      id: ids,
      sliceStart: sliceStart.subarray(0, length),
      sliceEnd: sliceStart.subarray(1),
      continues: new Uint8Array(length),
      firstNs: Float64Array.from(ids, (id) => this.#ns(this.#firstNs.get(id) ?? this.#minTicks)),
      openGoroutine: at((open) => open.goroutine, -1),
      openState: Uint8Array.from(at((open) => open.state, 0)),
      openProc: Int32Array.from(at((open) => open.proc, -1)),
      openSinceNs,
      openContinues: new Uint8Array(length),
    };
  }

  #samples(): ScannedSamples {
    const { samples } = this.#container.tables;
    const { length } = samples;
    const time = samples.ticks.slice();
    this.#toNs(time);
    const order = orderOfRuns(time, length);
    const pick = (column: Float64Array): Float64Array =>
      Float64Array.from(order, (row) => column[row]);
    return {
      length,
      timeNs: pick(time),
      thread: pick(samples.thread),
      proc: pick(samples.proc),
      goroutine: Float64Array.from(order, (row) => samples.goroutine[row] || -1),
      stack: Int32Array.from(order, (row) => this.#texts.stack(samples.stack[row])),
    };
  }
}
