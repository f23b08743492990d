// Small traces for tests, as the memory scan would give them: written as what happened, not as columns.

import { slicesOfRows } from "../src/model/builders/slice-parts.ts";
import { StringTableBuilder } from "../src/model/strings.ts";
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
  type TraceMemory,
  type TraceTable,
} from "../src/model/tables/trace.ts";
import { stacksOf, type Frame } from "./tables.ts";

export type Ns = number;
export const US = 1000;
export const MS = 1_000_000;
export const SEC = 1_000_000_000;

export interface TraceRangeSpec {
  readonly kind: "mark" | "stw" | "sweep" | "assist";
  readonly from: Ns;
  readonly to: Ns;
  readonly g?: number;
  readonly proc?: number;
  readonly stack?: readonly Frame[];
  readonly reason?: string;
  readonly swept?: number;
  readonly reclaimed?: number;
  readonly flags?: number;
}

export interface TraceSpec {
  readonly from?: Ns;
  readonly to: Ns;
  readonly version?: string;
  readonly procs?: number;
  readonly ranges?: readonly TraceRangeSpec[];
  readonly runs?: readonly {
    readonly g: number;
    readonly from: Ns;
    readonly to: Ns;
    readonly proc?: number;
    readonly thread?: number;
    readonly isSyscall?: boolean;
  }[];
  readonly labels?: readonly { readonly g: number; readonly at: Ns; readonly label: string }[];
  readonly heap?: readonly { readonly at: Ns; readonly bytes: number; readonly g?: number }[];
  readonly goals?: readonly { readonly at: Ns; readonly bytes: number }[];
  readonly gomaxprocs?: readonly { readonly at: Ns; readonly count: number }[];
  readonly samples?: readonly {
    readonly at: Ns;
    readonly g?: number;
    readonly stack: readonly Frame[];
  }[];
  /** Ends of runs at which the goroutine had to give up its proc. */
  readonly preemptions?: readonly {
    readonly at: Ns;
    readonly g: number;
    readonly stack: readonly Frame[];
  }[];
  readonly clocks?: readonly { readonly at: Ns; readonly wallNs: bigint }[];
  readonly generations?: number;
}

const KINDS = {
  mark: RANGE_GC_MARK,
  stw: RANGE_STW,
  sweep: RANGE_SWEEP,
  assist: RANGE_MARK_ASSIST,
};

export function traceMemory(spec: TraceSpec): TraceMemory {
  const strings = new StringTableBuilder();
  const start = spec.from ?? 0;
  const stacked: { readonly stack: readonly Frame[] }[] = [];
  const stackOf = (stack: readonly Frame[] | undefined): number => {
    if (stack === undefined) return -1;
    const known = stacked.findIndex((s) => JSON.stringify(s.stack) === JSON.stringify(stack));
    if (known >= 0) return known;
    stacked.push({ stack });
    return stacked.length - 1;
  };
  const ranges = [...(spec.ranges ?? [])].sort((a, b) => a.from - b.from);
  const rangeStack = Int32Array.from(ranges, (r) => stackOf(r.stack));
  const samples = [...(spec.samples ?? [])].sort((a, b) => a.at - b.at);
  const sampleStack = Int32Array.from(samples, (s) => stackOf(s.stack));
  const preemptions = [...(spec.preemptions ?? [])].sort((a, b) => a.at - b.at);
  const preemptionStack = Int32Array.from(preemptions, (p) => stackOf(p.stack));
  const runs = (spec.runs ?? [])
    .map((r) => ({ ...r, thread: r.thread ?? r.proc ?? 0 }))
    .sort((a, b) => a.thread - b.thread || a.from - b.from);
  const threads = [...new Set(runs.map((r) => r.thread))].sort((a, b) => a - b);
  const labels = [...(spec.labels ?? [])].sort((a, b) => a.at - b.at);
  const metrics = [
    ...(spec.gomaxprocs ?? [{ at: start, count: spec.procs ?? 2 }]).map((x) => ({
      metric: METRIC_GOMAXPROCS,
      at: x.at,
      value: x.count,
      g: -1,
    })),
    ...(spec.heap ?? []).map((x) => ({
      metric: METRIC_HEAP_ALLOC,
      at: x.at,
      value: x.bytes,
      g: x.g ?? -1,
    })),
    ...(spec.goals ?? []).map((x) => ({
      metric: METRIC_HEAP_GOAL,
      at: x.at,
      value: x.bytes,
      g: -1,
    })),
  ].sort((a, b) => a.at - b.at);
  const clocks = spec.clocks ?? [];
  const generations = spec.generations ?? 1;
  const generationNs = (spec.to - start) / generations;
  const f64 = <T>(list: readonly T[], of: (x: T) => number) => Float64Array.from(list, of);
  return {
    baseNs: 1000n,
    startNs: start,
    endNs: spec.to,
    events: runs.length * 2 + ranges.length * 2 + metrics.length,
    generations: {
      length: generations,
      number: Float64Array.from({ length: generations }, (_, i) => i + 1),
      startNs: Float64Array.from({ length: generations }, (_, i) => start + i * generationNs),
      endNs: Float64Array.from({ length: generations }, (_, i) => start + (i + 1) * generationNs),
      events: new Float64Array(generations),
      offset: new Float64Array(generations),
      bytes: new Float64Array(generations),
    },
    clocks: {
      length: clocks.length,
      timeNs: f64(clocks, (c) => c.at),
      monotonicNs: BigUint64Array.from(clocks, (c) => BigInt(c.at) + 1000n),
      wallNs: BigInt64Array.from(clocks, (c) => c.wallNs),
    },
    ranges: {
      length: ranges.length,
      kind: Uint8Array.from(ranges, (r) => KINDS[r.kind]),
      flags: Uint8Array.from(ranges, (r) => r.flags ?? 0),
      startNs: f64(ranges, (r) => r.from),
      endNs: f64(ranges, (r) => r.to),
      goroutine: f64(ranges, (r) => r.g ?? -1),
      proc: Int32Array.from(ranges, (r) => r.proc ?? -1),
      stack: rangeStack,
      reason: Int32Array.from(ranges, (r) => strings.intern(r.reason ?? "")),
      sweptBytes: f64(ranges, (r) => r.swept ?? 0),
      reclaimedBytes: f64(ranges, (r) => r.reclaimed ?? 0),
    },
    metrics: {
      length: metrics.length,
      metric: Uint8Array.from(metrics, (x) => x.metric),
      timeNs: f64(metrics, (x) => x.at),
      value: f64(metrics, (x) => x.value),
      goroutine: f64(metrics, (x) => x.g),
    },
    labels: {
      length: labels.length,
      timeNs: f64(labels, (l) => l.at),
      goroutine: f64(labels, (l) => l.g),
      label: Int32Array.from(labels, (l) => strings.intern(l.label)),
    },
    slices: slicesOfRows(
      runs.map((r) => ({
        state: r.isSyscall === true ? SLICE_SYSCALL : SLICE_RUNNING,
        startNs: r.from,
        endNs: r.to,
        goroutine: r.g,
        thread: threads.indexOf(r.thread),
        proc: r.proc ?? -1,
      })),
      Float64Array.from(threads),
    ),
    preemptions: {
      length: preemptions.length,
      timeNs: f64(preemptions, (p) => p.at),
      goroutine: f64(preemptions, (p) => p.g),
      stack: preemptionStack,
    },
    samples: {
      length: samples.length,
      timeNs: f64(samples, (s) => s.at),
      thread: new Float64Array(samples.length),
      proc: new Float64Array(samples.length),
      goroutine: f64(samples, (s) => s.g ?? -1),
      stack: sampleStack,
    },
    stacks: { strings, ...stacksOf(strings, stacked) },
  };
}

export function traceTable(spec: TraceSpec): TraceTable {
  return {
    kind: "trace",
    version: spec.version ?? "go 1.26",
    bytes: 1000,
    memory: traceMemory(spec),
  };
}

export const serve: readonly Frame[] = [
  ["runtime.gcAssistAlloc", "/go/src/runtime/mgcmark.go", 500],
  ["runtime.mallocgc", "/go/src/runtime/malloc.go", 1000],
  ["app/api.encode", "/src/app/api/encode.go", 42],
  ["app/api.handle", "/src/app/api/handle.go", 7],
];

/**
 * A service on two Ps with a cycle each `everyMs`: each marks for `markMs` with a fractional worker on P 1
 * while goroutine 10 runs on P 0 and assists for `assistMs` of it. Everything scales from there.
 */
export function servedTrace(o: {
  readonly cycles: number;
  readonly everyMs?: number;
  readonly markMs?: number;
  readonly assistMs?: number;
  readonly parkedMs?: number;
  readonly worker?: string;
  readonly stopMs?: number;
  readonly more?: (cycle: number, atNs: number) => Partial<TraceSpec>;
}): TraceSpec {
  const every = (o.everyMs ?? 100) * MS;
  const mark = (o.markMs ?? 10) * MS;
  const assist = (o.assistMs ?? 0) * MS;
  const parked = (o.parkedMs ?? 0) * MS;
  const stop = (o.stopMs ?? 0.02) * MS;
  const to = o.cycles * every;
  const ranges: TraceRangeSpec[] = [];
  const runs: NonNullable<TraceSpec["runs"]>[number][] = [];
  const labels: NonNullable<TraceSpec["labels"]>[number][] = [];
  const heap: NonNullable<TraceSpec["heap"]>[number][] = [];
  const goals: NonNullable<TraceSpec["goals"]>[number][] = [{ at: 1, bytes: 100e6 }];
  let since = 0;
  for (let c = 0; c < o.cycles; c++) {
    const t = c * every + 10 * MS;
    const end = t + mark;
    ranges.push(
      { kind: "mark", from: t, to: end, g: 10, stack: serve },
      {
        kind: "stw",
        from: t + 10 * US,
        to: t + 10 * US + stop,
        g: 10,
        reason: "GC sweep termination",
      },
      { kind: "stw", from: end - 10 * US, to: end + stop, g: 30, reason: "GC mark termination" },
    );
    heap.push(
      { at: t - 1, bytes: 95e6, g: 10 },
      { at: t + mark / 2, bytes: 104e6, g: 10 },
      { at: end - 5 * US, bytes: 50e6, g: 30 },
    );
    goals.push({ at: end - 4 * US, bytes: 100e6 });
    runs.push({ g: 30, from: t + stop + 20 * US, to: end - 10 * US, proc: 1 });
    labels.push({ g: 30, at: t + stop + 20 * US, label: o.worker ?? "GC (fractional)" });
    if (assist + parked > 0) {
      const from = t + stop + 100 * US;
      ranges.push({
        kind: "assist",
        from,
        to: from + assist + parked,
        g: 10,
        proc: 0,
        stack: serve,
      });
      if (parked > 0) {
        runs.push({ g: 10, from: since, to: from + assist, proc: 0 });
        since = from + assist + parked;
      }
    }
    const more = o.more?.(c, t);
    ranges.push(...(more?.ranges ?? []));
    runs.push(...(more?.runs ?? []));
    labels.push(...(more?.labels ?? []));
    heap.push(...(more?.heap ?? []));
  }
  runs.push({ g: 10, from: since, to, proc: 0 });
  return { to, ranges, runs, labels, heap, goals, procs: 2 };
}
