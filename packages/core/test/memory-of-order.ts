// The tables of the memory scan made once more from the full order: another way to the same numbers,
// for the test that both agree. Written from the meaning of the events, without sight of the scan.

import { ByteStrings } from "../src/model/builders/byte-strings.ts";
import { CallStacksBuilder } from "../src/model/builders/call-stacks.ts";
import { slicesOfRows } from "../src/model/builders/slice-parts.ts";
import { GenerationSplitter, traceVersion } from "../src/formats/trace/container.ts";
import type { EventConsumer, GenerationInfo } from "../src/formats/trace/event-batch.ts";
import type { TraceInterner } from "../src/formats/trace/intern.ts";
import { OrderedReader } from "../src/formats/trace/ordered-reader.ts";
import type { OrderNames } from "../src/analysis/trace/order/event-types.ts";
import * as ev from "../src/formats/trace/spec.ts";
import type { CallStacks } from "../src/model/tables/stacks.ts";
import {
  GO_RUNNING,
  GO_SYSCALL,
  METRIC_GOMAXPROCS,
  METRIC_HEAP_ALLOC,
  METRIC_HEAP_GOAL,
  RANGE_GC_MARK,
  RANGE_MARK_ASSIST,
  RANGE_STARTED_BEFORE,
  RANGE_STW,
  RANGE_SWEEP,
  RANGE_UNFINISHED,
  SLICE_RUNNING,
  SLICE_SYSCALL,
  type TraceEventBatch,
  type TraceMemory,
} from "../src/model/tables/trace.ts";

interface Range {
  kind: number;
  flags: number;
  start: number;
  end: number;
  g: number;
  proc: number;
  stack: number;
  reason: number;
  swept: number;
  reclaimed: number;
}

interface Slice {
  state: number;
  start: number;
  end: number;
  g: number;
  thread: number;
  proc: number;
}

export interface OrderedTrace {
  readonly memory: TraceMemory;
  readonly reader: OrderedReader;
}

/** Reads a v2 trace in full order into every consumer given, and into the tables of the scan. */
export function orderedTrace(
  bytes: Uint8Array,
  consumers: (names: TraceInterner) => readonly { events(b: TraceEventBatch): void }[] = () => [],
): OrderedTrace {
  const version = traceVersion(bytes);
  if (version === undefined) throw new Error("no trace");
  const builder = new MemoryOfOrder();
  let others: readonly { events(b: TraceEventBatch): void }[] = [];
  const reader = new OrderedReader({
    generation: (info) => builder.generation(info),
    events: (batch) => {
      builder.events(batch);
      for (const o of others) o.events(batch);
    },
  });
  others = consumers(reader.interner);
  const splitter = new GenerationSplitter(version, 2 ** 31);
  const take = (g: Parameters<OrderedReader["generation"]>[0]): boolean => {
    reader.generation(g);
    return reader.fault === undefined;
  };
  splitter.push(bytes.subarray(ev.HEADER_BYTES), take);
  reader.end(splitter.end(take), version);
  return { memory: builder.finish(reader), reader };
}

class MemoryOfOrder implements EventConsumer {
  readonly #ranges: Range[] = [];
  readonly #slices: Slice[] = [];
  readonly #running = new Map<number, Slice>();
  readonly #assist = new Map<number, Range>();
  readonly #stw = new Map<string, Range>();
  readonly #sweep = new Map<number, Range>();
  readonly #metrics: { metric: number; time: number; value: number; g: number }[] = [];
  readonly #labels: { time: number; g: number; label: number }[] = [];
  readonly #stopped: { time: number; g: number; reason: number; stack: number }[] = [];
  readonly #samples: { time: number; thread: number; proc: number; g: number; stack: number }[] =
    [];
  readonly #generations: { number: number; start: number; events: number }[] = [];
  readonly #clocks: { time: number; mono: bigint; wall: bigint }[] = [];
  #mark: Range | undefined;
  #first = NaN;
  #last = NaN;
  #events = 0;

  generation(info: GenerationInfo | undefined): void {
    if (info === undefined) return;
    this.#generations.push({ number: info.number, start: NaN, events: 0 });
    if (info.clock !== undefined)
      this.#clocks.push({
        time: info.clock.timeNs,
        mono: info.clock.monotonicNs,
        wall: info.clock.seconds * 1_000_000_000n + info.clock.nanoseconds,
      });
  }

  #open(kind: number, start: number, g: number, proc: number, stack: number, flags = 0): Range {
    const range: Range = {
      kind,
      flags,
      start,
      end: NaN,
      g,
      proc,
      stack,
      reason: 0,
      swept: 0,
      reclaimed: 0,
    };
    this.#ranges.push(range);
    return range;
  }

  events(b: TraceEventBatch): void {
    for (let i = 0; i < b.length; i++) {
      const t = b.timeNs[i];
      if (Number.isNaN(this.#first)) this.#first = t;
      const generation = this.#generations.at(-1);
      if (generation !== undefined && Number.isNaN(generation.start)) generation.start = t;
      this.#last = t;
      this.#events += 1;
      const g = b.goroutine[i];
      const proc = b.proc[i];
      switch (b.type[i]) {
        case ev.EV_GC_ACTIVE:
          this.#mark ??= this.#open(RANGE_GC_MARK, t, -1, -1, -1, RANGE_STARTED_BEFORE);
          break;
        case ev.EV_GC_BEGIN:
          this.#mark = this.#open(RANGE_GC_MARK, t, g, proc, b.stack[i]);
          break;
        case ev.EV_GC_END:
          if (this.#mark !== undefined) this.#mark.end = t;
          this.#mark = undefined;
          break;
        case ev.EV_STW_BEGIN: {
          const range = this.#open(RANGE_STW, t, g, proc, b.stack[i]);
          range.reason = b.text0[i];
          this.#stw.set(`${g}:${b.text0[i]}`, range);
          break;
        }
        case ev.EV_STW_END: {
          const range = this.#stw.get(`${g}:${b.text0[i]}`);
          if (range !== undefined) range.end = t;
          break;
        }
        case ev.EV_GC_MARK_ASSIST_ACTIVE:
          if (!this.#assist.has(b.arg0[i]))
            this.#assist.set(
              b.arg0[i],
              this.#open(RANGE_MARK_ASSIST, t, b.arg0[i], proc, -1, RANGE_STARTED_BEFORE),
            );
          break;
        case ev.EV_GC_MARK_ASSIST_BEGIN:
          this.#assist.set(g, this.#open(RANGE_MARK_ASSIST, t, g, proc, b.stack[i]));
          break;
        case ev.EV_GC_MARK_ASSIST_END: {
          const range = this.#assist.get(g);
          if (range !== undefined) range.end = t;
          this.#assist.delete(g);
          break;
        }
        case ev.EV_GC_SWEEP_ACTIVE:
          if (!this.#sweep.has(b.arg0[i]))
            this.#sweep.set(
              b.arg0[i],
              this.#open(RANGE_SWEEP, t, g, b.arg0[i], -1, RANGE_STARTED_BEFORE),
            );
          break;
        case ev.EV_GC_SWEEP_BEGIN:
          this.#sweep.set(b.arg0[i], this.#open(RANGE_SWEEP, t, g, b.arg0[i], b.stack[i]));
          break;
        case ev.EV_GC_SWEEP_END: {
          const range = this.#sweep.get(b.arg0[i]);
          if (range !== undefined) {
            range.end = t;
            range.swept = b.arg1[i];
            range.reclaimed = b.arg2[i];
          }
          this.#sweep.delete(b.arg0[i]);
          break;
        }
        case ev.EV_HEAP_ALLOC:
          this.#metrics.push({ metric: METRIC_HEAP_ALLOC, time: t, value: b.arg0[i], g });
          break;
        case ev.EV_HEAP_GOAL:
          this.#metrics.push({ metric: METRIC_HEAP_GOAL, time: t, value: b.arg0[i], g });
          break;
        case ev.EV_PROCS_CHANGE:
          this.#metrics.push({ metric: METRIC_GOMAXPROCS, time: t, value: b.arg0[i], g });
          break;
        case ev.EV_GO_LABEL:
          this.#labels.push({ time: t, g: b.arg0[i], label: b.text0[i] });
          break;
        case ev.EV_CPU_SAMPLE:
          this.#samples.push({ time: t, thread: b.thread[i], proc, g, stack: b.stack[i] });
          break;
        case ev.EV_GO_CREATE:
        case ev.EV_GO_CREATE_BLOCKED:
        case ev.EV_GO_CREATE_SYSCALL:
        case ev.EV_GO_START:
        case ev.EV_GO_DESTROY:
        case ev.EV_GO_DESTROY_SYSCALL:
        case ev.EV_GO_STOP:
        case ev.EV_GO_BLOCK:
        case ev.EV_GO_UNBLOCK:
        case ev.EV_GO_SYSCALL_BEGIN:
        case ev.EV_GO_SYSCALL_END:
        case ev.EV_GO_SYSCALL_END_BLOCKED:
        case ev.EV_GO_STATUS:
        case ev.EV_GO_STATUS_STACK:
          if (b.type[i] === ev.EV_GO_STOP)
            this.#stopped.push({ time: t, g: b.arg0[i], reason: b.text0[i], stack: b.stack[i] });
          this.#transition(b, i, t);
          break;
        default:
      }
    }
  }

  #transition(b: TraceEventBatch, i: number, t: number): void {
    if (b.from[i] === b.to[i]) return;
    const g = b.arg0[i];
    const open = this.#running.get(g);
    if (open !== undefined) {
      open.end = t;
      this.#running.delete(g);
    }
    const to = b.to[i];
    if (to !== GO_RUNNING && to !== GO_SYSCALL) return;
    const slice: Slice = {
      state: to === GO_RUNNING ? SLICE_RUNNING : SLICE_SYSCALL,
      start: t,
      end: NaN,
      g,
      thread: b.thread[i],
      proc: b.proc[i],
    };
    this.#slices.push(slice);
    this.#running.set(g, slice);
  }

  finish(reader: OrderedReader): TraceMemory {
    for (const r of this.#ranges)
      if (Number.isNaN(r.end)) {
        r.end = this.#last;
        r.flags |= RANGE_UNFINISHED;
      }
    for (const s of this.#slices) if (Number.isNaN(s.end)) s.end = this.#last;
    const threads = [...new Set(this.#slices.map((s) => s.thread))].sort((a, b) => a - b);
    const threadIndex = new Map(threads.map((t, i) => [t, i]));
    const ranges = this.#ranges.toSorted((a, b) => a.start - b.start);
    const slices = this.#slices.toSorted((a, b) => a.thread - b.thread || a.start - b.start);
    const preempted = this.#stopped.filter(
      (p) => p.stack >= 0 && reader.interner.strings.get(p.reason) === "preempted",
    );
    const f64 = <T>(list: readonly T[], of: (x: T) => number) => Float64Array.from(list, of);
    const i32 = <T>(list: readonly T[], of: (x: T) => number) => Int32Array.from(list, of);
    const u8 = <T>(list: readonly T[], of: (x: T) => number) => Uint8Array.from(list, of);
    return {
      baseNs: reader.baseNs,
      startNs: this.#first,
      endNs: this.#last,
      events: this.#events,
      generations: {
        length: this.#generations.length,
        number: f64(this.#generations, (g) => g.number),
        startNs: f64(this.#generations, (g) => g.start),
        endNs: f64(this.#generations, (g) => g.start),
        events: f64(this.#generations, (g) => g.events),
        offset: new Float64Array(this.#generations.length),
        bytes: new Float64Array(this.#generations.length),
      },
      clocks: {
        length: this.#clocks.length,
        timeNs: f64(this.#clocks, (c) => c.time),
        monotonicNs: BigUint64Array.from(this.#clocks, (c) => c.mono),
        wallNs: BigInt64Array.from(this.#clocks, (c) => c.wall),
      },
      stacks: callStacks(reader.interner),
      ranges: {
        length: ranges.length,
        kind: u8(ranges, (r) => r.kind),
        flags: u8(ranges, (r) => r.flags),
        startNs: f64(ranges, (r) => r.start),
        endNs: f64(ranges, (r) => r.end),
        goroutine: f64(ranges, (r) => r.g),
        proc: i32(ranges, (r) => r.proc),
        stack: i32(ranges, (r) => r.stack),
        reason: i32(ranges, (r) => r.reason),
        sweptBytes: f64(ranges, (r) => r.swept),
        reclaimedBytes: f64(ranges, (r) => r.reclaimed),
      },
      metrics: {
        length: this.#metrics.length,
        metric: u8(this.#metrics, (m) => m.metric),
        timeNs: f64(this.#metrics, (m) => m.time),
        value: f64(this.#metrics, (m) => m.value),
        goroutine: f64(this.#metrics, (m) => m.g),
      },
      labels: {
        length: this.#labels.length,
        timeNs: f64(this.#labels, (l) => l.time),
        goroutine: f64(this.#labels, (l) => l.g),
        label: i32(this.#labels, (l) => l.label),
      },
      slices: slicesOfRows(
        slices.map((s) => ({
          state: s.state,
          startNs: s.start,
          endNs: s.end,
          goroutine: s.g,
          thread: threadIndex.get(s.thread) ?? -1,
          proc: s.proc,
        })),
        Float64Array.from(threads),
      ),
      preemptions: {
        length: preempted.length,
        timeNs: f64(preempted, (p) => p.time),
        goroutine: f64(preempted, (p) => p.g),
        stack: i32(preempted, (p) => p.stack),
      },
      samples: {
        length: this.#samples.length,
        timeNs: f64(this.#samples, (s) => s.time),
        thread: f64(this.#samples, (s) => s.thread),
        proc: f64(this.#samples, (s) => s.proc),
        goroutine: f64(this.#samples, (s) => s.g),
        stack: i32(this.#samples, (s) => s.stack),
      },
    };
  }
}

/** What consumers of the order need of its strings and stacks. */
export function orderNames(interner: TraceInterner): OrderNames {
  return {
    string: (index) => interner.strings.get(index),
    startFunction: (stack) => {
      const from = interner.stacks.start.data[stack];
      const to = interner.stacks.start.data[stack + 1];
      if (!(to > from) || to - from >= ev.MAX_FRAMES) return undefined;
      const frame = interner.stacks.data.data[to - 1];
      return interner.strings.get(interner.frameFunction.data[frame]) || undefined;
    },
  };
}

/** Every stack of the trace, under the index that the order gives it. */
export function callStacks(interner: TraceInterner): CallStacks {
  const strings = new ByteStrings();
  const builder = new CallStacksBuilder(strings);
  const copy = (index: number) => strings.intern(interner.strings.get(index));
  const same = new Int32Array(interner.stacks.length);
  for (let s = 0; s < interner.stacks.length; s++) {
    for (let k = interner.stacks.start.data[s]; k < interner.stacks.start.data[s + 1]; k++) {
      const frame = interner.stacks.data.data[k];
      const name = copy(interner.frameFunction.data[frame]);
      builder.beginLocation(interner.framePc.data[frame], -1);
      builder.line(
        name,
        name,
        copy(interner.frameFile.data[frame]),
        0,
        interner.frameLine.data[frame],
      );
      builder.endLocation();
    }
    same[s] = builder.endStack();
  }
  const table = builder.finish();
  // Two stacks of the trace can be one here; the rows keep the trace's numbers.
  const start: number[] = [0];
  const location: number[] = [];
  for (const s of same) {
    for (let k = table.stacks.start[s]; k < table.stacks.start[s + 1]; k++)
      location.push(table.stacks.location[k]);
    start.push(location.length);
  }
  return {
    ...table,
    strings: interner.strings,
    functions: renamed(table, strings, interner),
    stacks: {
      length: same.length,
      start: Int32Array.from(start),
      location: Int32Array.from(location),
    },
  };
}

/** Reasons and labels are indices of the interner's strings, so functions have to be too. */
function renamed(
  table: CallStacks,
  strings: ByteStrings,
  interner: TraceInterner,
): CallStacks["functions"] {
  const back = (column: Int32Array) =>
    column.map((index) => interner.strings.intern(strings.get(index)));
  return {
    ...table.functions,
    name: back(table.functions.name),
    systemName: back(table.functions.systemName),
    file: back(table.functions.file),
  };
}
