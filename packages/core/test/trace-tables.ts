// Small traces for tests, as the memory scan would give them: written as what happened, not as columns.

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
    slices: {
      length: runs.length,
      state: Uint8Array.from(runs, (r) => (r.isSyscall === true ? SLICE_SYSCALL : SLICE_RUNNING)),
      startNs: f64(runs, (r) => r.from),
      endNs: f64(runs, (r) => r.to),
      goroutine: f64(runs, (r) => r.g),
      thread: Int32Array.from(runs, (r) => threads.indexOf(r.thread)),
      proc: Int32Array.from(runs, (r) => r.proc ?? -1),
      threads: Float64Array.from(threads),
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
