// A trace as the memory scan gives it, written as what happened.

import { slicesOfRows } from "@heapwright/core/model/builders/slice-parts.ts";
import type { StringTable } from "@heapwright/core/model/strings.ts";
import {
  METRIC_GOMAXPROCS,
  METRIC_HEAP_ALLOC,
  METRIC_HEAP_GOAL,
  RANGE_GC_MARK,
  RANGE_MARK_ASSIST,
  RANGE_STW,
  SLICE_RUNNING,
  type TraceTable,
} from "@heapwright/core/model/tables/trace.ts";
import { rowsFrom } from "./stacks.ts";

export const US = 1000;
export const MS = 1_000_000;
export const SEC = 1_000_000_000;

export interface RangeSpec {
  readonly kind: "mark" | "stw" | "assist";
  readonly from: number;
  readonly to: number;
  readonly g?: number;
  /** As in stacks.ts, callers first. */
  readonly stack?: string;
  readonly reason?: string;
}

export interface TraceSpec {
  readonly to: number;
  /** 0: the trace does not tell. */
  readonly procs: number;
  readonly ranges: readonly RangeSpec[];
  readonly runs: readonly { readonly g: number; readonly from: number; readonly to: number }[];
  readonly heap: readonly { readonly at: number; readonly bytes: number }[];
  readonly goals: readonly { readonly at: number; readonly bytes: number }[];
}

const KINDS = { mark: RANGE_GC_MARK, stw: RANGE_STW, assist: RANGE_MARK_ASSIST };

/** Strings of the stacks, and behind them the reasons of stops. */
function withReasons(base: StringTable, reasons: readonly string[]): StringTable {
  return {
    length: base.length + reasons.length,
    get: (i) => (i < base.length ? base.get(i) : (reasons[i - base.length] ?? "")),
  };
}

export function traceOf(spec: TraceSpec): TraceTable {
  const ranges = spec.ranges.toSorted((a, b) => a.from - b.from);
  const stackTexts = [...new Set(ranges.flatMap((r) => r.stack ?? []))];
  const stackIndex = new Map(stackTexts.map((text, i) => [text, i]));
  const { stacks } = rowsFrom(stackTexts.map((stack) => ({ stack, bytes: 0, samples: 0 })));
  const reasons = [...new Set(ranges.map((r) => r.reason ?? ""))];
  const reasonIndex = new Map(reasons.map((text, i) => [text, stacks.strings.length + i]));
  const metrics = [
    ...(spec.procs === 0 ? [] : [{ metric: METRIC_GOMAXPROCS, at: 0, value: spec.procs }]),
    ...spec.heap.map((x) => ({ metric: METRIC_HEAP_ALLOC, at: x.at, value: x.bytes })),
    ...spec.goals.map((x) => ({ metric: METRIC_HEAP_GOAL, at: x.at, value: x.bytes })),
  ].sort((a, b) => a.at - b.at);
  const runs = spec.runs.toSorted((a, b) => a.g - b.g || a.from - b.from);
  const threads = [...new Set(runs.map((r) => r.g))];
  const f64 = <T>(list: readonly T[], of: (x: T) => number) => Float64Array.from(list, of);
  const n = ranges.length;
  return {
    kind: "trace",
    version: "go 1.26",
    bytes: 1000,
    memory: {
      baseNs: 1000n,
      startNs: 0,
      endNs: spec.to,
      events: 2 * (n + runs.length) + metrics.length,
      generations: {
        length: 1,
        number: Float64Array.of(1),
        startNs: Float64Array.of(0),
        endNs: Float64Array.of(spec.to),
        events: Float64Array.of(n),
        offset: Float64Array.of(16),
        bytes: Float64Array.of(984),
      },
      clocks: {
        length: 0,
        timeNs: new Float64Array(),
        monotonicNs: new BigUint64Array(),
        wallNs: new BigInt64Array(),
      },
      stacks: { ...stacks, strings: withReasons(stacks.strings, reasons) },
      ranges: {
        length: n,
        kind: Uint8Array.from(ranges, (r) => KINDS[r.kind]),
        flags: new Uint8Array(n),
        startNs: f64(ranges, (r) => r.from),
        endNs: f64(ranges, (r) => r.to),
        goroutine: f64(ranges, (r) => r.g ?? -1),
        proc: new Int32Array(n).fill(-1),
        stack: Int32Array.from(ranges, (r) => stackIndex.get(r.stack ?? "") ?? -1),
        reason: Int32Array.from(ranges, (r) => reasonIndex.get(r.reason ?? "") ?? 0),
        sweptBytes: new Float64Array(n),
        reclaimedBytes: new Float64Array(n),
      },
      metrics: {
        length: metrics.length,
        metric: Uint8Array.from(metrics, (x) => x.metric),
        timeNs: f64(metrics, (x) => x.at),
        value: f64(metrics, (x) => x.value),
        goroutine: new Float64Array(metrics.length).fill(10),
      },
      labels: {
        length: 0,
        timeNs: new Float64Array(),
        goroutine: new Float64Array(),
        label: new Int32Array(),
      },
      slices: slicesOfRows(
        runs.map((r) => ({
          state: SLICE_RUNNING,
          startNs: r.from,
          endNs: r.to,
          goroutine: r.g,
          thread: threads.indexOf(r.g),
          proc: threads.indexOf(r.g) % 2,
        })),
        Float64Array.from(threads),
      ),
      preemptions: {
        length: 0,
        timeNs: new Float64Array(),
        goroutine: new Float64Array(),
        stack: new Int32Array(),
      },
      samples: {
        length: 0,
        timeNs: new Float64Array(),
        thread: new Float64Array(),
        proc: new Float64Array(),
        goroutine: new Float64Array(),
        stack: new Int32Array(),
      },
    },
  };
}
