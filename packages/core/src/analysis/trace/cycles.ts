// The cycle table: one row per mark phase (GCBegin to GCEnd), with what triggered it, how far the heap got
// against its goal, and what it cost.
//
// Facts it rests on (Go 1.22–1.27): GCBegin precedes the stop for sweep termination; GCEnd lies within
// the stop for mark termination, which so may end after it. At mark termination heapLive is set to the
// bytes marked and written down (src/runtime/mgcpacer.go, resetLive): the fall of HeapAlloc there is what
// the cycle found dead.
//
// How it can mislead: heapLive counts whole spans that Ps hold, so start and peak are a little above what is
// allocated, and `reclaimed` with them. A cycle that an end of the trace cuts keeps its row; what it would
// need the missing part for is NaN, and its times are lower bounds.

import {
  METRIC_HEAP_ALLOC,
  METRIC_HEAP_GOAL,
  RANGE_STARTED_BEFORE,
  RANGE_STW,
  RANGE_UNFINISHED,
  type TraceMemory,
} from "../../model/tables/trace.ts";
import type { GcWork } from "./gc-work.ts";
import { addWithin, firstEndingAfter } from "./stretches.ts";
import { isMarkTermination, isSweepTermination } from "./stw-reasons.ts";

/** NaN for unknown throughout; columns by start. */
export interface CycleColumns {
  readonly length: number;
  /** Row of the ranges. */
  readonly row: Int32Array;
  /** RANGE_STARTED_BEFORE and RANGE_UNFINISHED as in the ranges. */
  readonly flags: Uint8Array;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  /** Of the goroutine whose allocation (or call) started it; −1 for none. */
  readonly triggerStack: Int32Array;
  readonly triggerGoroutine: Float64Array;
  readonly heapStart: Float64Array;
  /** Highest from the begin to mark termination. */
  readonly heapPeak: Float64Array;
  /** Last before mark termination. */
  readonly heapEnd: Float64Array;
  /** Right after mark termination: what was marked. */
  readonly marked: Float64Array;
  /** Goal in force at the begin; NaN also where the heap triggers no cycles (GOGC=off, no limit). */
  readonly goal: Float64Array;
  /** Peak over goal, bytes; 0 when the goal held. */
  readonly overshoot: Float64Array;
  /** heapEnd − marked. */
  readonly reclaimed: Float64Array;
  /** Between the two stops; the whole phase where a stop is missing. */
  readonly concurrentNs: Float64Array;
  readonly sweepTermNs: Float64Array;
  readonly markTermNs: Float64Array;
  /** Running time within the phase, without what ended it. */
  readonly dedicatedNs: Float64Array;
  readonly fractionalNs: Float64Array;
  readonly idleNs: Float64Array;
  readonly assistNs: Float64Array;
}

/** A goal that no heap reaches: GOGC=off writes the largest number. */
const NO_GOAL = 2 ** 60;

export function analyzeCycles(m: TraceMemory, w: GcWork): CycleColumns {
  const n = w.marks.length;
  const r = m.ranges;
  const flags = Uint8Array.from(w.markRow, (i) => r.flags[i]);
  const startNs = w.marks.startNs;
  const endNs = w.marks.endNs;
  const stops = stopsOf(m, w);
  const heap = heapOf(m, w, stops);
  const workers = [0, 1, 2].map(() => new Float64Array(n));
  for (let i = 0; i < w.workers.length; i++) {
    const out = workers[w.workers.of[i]];
    if (out !== undefined) addWithin(w.marks, w.workers.startNs[i], w.workers.endNs[i], out);
  }
  const assistNs = new Float64Array(n);
  for (let i = 0; i < w.assists.length; i++)
    addWithin(w.marks, w.assists.startNs[i], w.assists.endNs[i], assistNs);
  // What ends the phase marks nothing.
  for (let i = 0; i < w.workerEndings.length; i++) {
    const out = workers[w.workerEndings.of[i]];
    if (out !== undefined)
      addWithin(w.marks, w.workerEndings.startNs[i], w.workerEndings.endNs[i], out, -1);
  }
  for (let i = 0; i < w.assistEndings.length; i++)
    addWithin(w.marks, w.assistEndings.startNs[i], w.assistEndings.endNs[i], assistNs, -1);
  const concurrentNs = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const from = Number.isNaN(stops.sweepTermEnd[i]) ? startNs[i] : stops.sweepTermEnd[i];
    const to = Number.isNaN(stops.markTermStart[i]) ? endNs[i] : stops.markTermStart[i];
    concurrentNs[i] = Math.max(0, to - from);
  }
  return {
    length: n,
    row: w.markRow,
    flags,
    startNs,
    endNs,
    triggerStack: Int32Array.from(w.markRow, (i) => r.stack[i]),
    triggerGoroutine: Float64Array.from(w.markRow, (i) => r.goroutine[i]),
    ...heap,
    concurrentNs,
    sweepTermNs: stops.sweepTermNs,
    markTermNs: stops.markTermNs,
    dedicatedNs: workers[0],
    fractionalNs: workers[1],
    idleNs: workers[2],
    assistNs,
  };
}

interface CycleStops {
  readonly sweepTermNs: Float64Array;
  readonly sweepTermEnd: Float64Array;
  readonly markTermNs: Float64Array;
  readonly markTermStart: Float64Array;
  readonly markTermEnd: Float64Array;
}

/** Both stops begin within the phase; a mark termination that fails and is done again counts twice. */
function stopsOf(m: TraceMemory, w: GcWork): CycleStops {
  const n = w.marks.length;
  const unknown = () => new Float64Array(n).fill(NaN);
  const out = {
    sweepTermNs: unknown(),
    sweepTermEnd: unknown(),
    markTermNs: unknown(),
    markTermStart: unknown(),
    markTermEnd: unknown(),
  };
  const r = m.ranges;
  const kinds = new Map<number, 0 | 1 | 2>();
  for (let i = 0; i < r.length; i++) {
    if (r.kind[i] !== RANGE_STW) continue;
    let kind = kinds.get(r.reason[i]);
    if (kind === undefined) {
      const reason = m.stacks.strings.get(r.reason[i]);
      kind = isSweepTermination(reason) ? 1 : isMarkTermination(reason) ? 2 : 0;
      kinds.set(r.reason[i], kind);
    }
    if (kind === 0) continue;
    const c = firstEndingAfter(w.marks, r.startNs[i] - 1);
    if (c >= n || w.marks.startNs[c] > r.startNs[i]) continue;
    const ns = r.endNs[i] - r.startNs[i];
    if (kind === 1) {
      out.sweepTermNs[c] = Number.isNaN(out.sweepTermNs[c]) ? ns : out.sweepTermNs[c] + ns;
      out.sweepTermEnd[c] = r.endNs[i];
    } else {
      out.markTermNs[c] = Number.isNaN(out.markTermNs[c]) ? ns : out.markTermNs[c] + ns;
      out.markTermStart[c] = r.startNs[i];
      out.markTermEnd[c] = r.endNs[i];
    }
  }
  return out;
}

type CycleHeap = Pick<
  CycleColumns,
  "heapStart" | "heapPeak" | "heapEnd" | "marked" | "goal" | "overshoot" | "reclaimed"
>;

/** One pass over the metrics, which are in order of time. */
function heapOf(m: TraceMemory, w: GcWork, stops: CycleStops): CycleHeap {
  const n = w.marks.length;
  const unknown = () => new Float64Array(n).fill(NaN);
  const heapStart = unknown();
  const heapPeak = unknown();
  const heapEnd = unknown();
  const marked = unknown();
  const goal = unknown();
  const { metric, timeNs, value } = m.metrics;
  let at = 0;
  let heap = NaN;
  let goalNow = NaN;
  const take = (i: number) => {
    if (metric[i] === METRIC_HEAP_ALLOC) heap = value[i];
    else if (metric[i] === METRIC_HEAP_GOAL) goalNow = value[i];
  };
  for (let c = 0; c < n; c++) {
    while (at < m.metrics.length && timeNs[at] <= w.marks.startNs[c]) take(at++);
    const flags = m.ranges.flags[w.markRow[c]];
    if ((flags & RANGE_STARTED_BEFORE) === 0) heapStart[c] = heap;
    goal[c] = goalNow > 0 && goalNow < NO_GOAL ? goalNow : NaN;
    let peak = heap;
    const stopFrom = stops.markTermStart[c];
    const stopTo = stops.markTermEnd[c];
    const isCut = (flags & RANGE_UNFINISHED) !== 0 || Number.isNaN(stopFrom);
    const until = isCut ? w.marks.endNs[c] : stopFrom;
    while (at < m.metrics.length && timeNs[at] <= until) {
      take(at++);
      peak = Number.isNaN(peak) ? heap : Math.max(peak, heap);
    }
    heapPeak[c] = peak;
    if (isCut) continue;
    heapEnd[c] = heap;
    // Ps flush what they hold within the stop; then comes the fall to what was marked.
    while (at < m.metrics.length && timeNs[at] <= stopTo) {
      const before = heap;
      const isHeap = metric[at] === METRIC_HEAP_ALLOC;
      take(at++);
      if (!isHeap) continue;
      if (heap < before || Number.isNaN(before)) {
        marked[c] = heap;
        break;
      }
      heapEnd[c] = heap;
      heapPeak[c] = Math.max(heapPeak[c], heap);
    }
  }
  const overshoot = unknown();
  const reclaimed = unknown();
  for (let c = 0; c < n; c++) {
    overshoot[c] = Math.max(0, heapPeak[c] - goal[c]);
    reclaimed[c] = heapEnd[c] - marked[c];
  }
  return { heapStart, heapPeak, heapEnd, marked, goal, overshoot, reclaimed };
}
