// The collector's work as stretches on procs: mark workers by mode, assists while they execute, sweeps
// on the allocation path, stops of the world. Everything that counts GC time starts here.
//
// How it can mislead: work that the runtime does outside these events (background sweep, write barriers,
// scavenging) is in none of them. A sweep's begin is written when its first span was swept
// (Go src/runtime/traceruntime.go, GCSweepSpan), so its time is a lower bound by one span.

import {
  METRIC_GOMAXPROCS,
  RANGE_GC_MARK,
  RANGE_MARK_ASSIST,
  RANGE_STARTED_BEFORE,
  RANGE_STW,
  RANGE_SWEEP,
  type TraceMemory,
} from "../../model/tables/trace.ts";
import { addEnding, cycleEndsOf, pauseEndNs, type CycleEnds } from "./cycle-ends.ts";
import { executingOf, slicesAfter, type Executing } from "./executing.ts";
import { orderBy, StretchesBuilder, type Stretches, type Windows } from "./stretches.ts";
import { goroutineGroups, WORKER_START } from "./goroutine-groups.ts";
import { stopKindOf } from "./stw-reasons.ts";

/** Modes of a mark worker (gcMarkWorkerModeStrings in Go src/runtime/mgc.go). */
export const WORKER_DEDICATED = 0;
export const WORKER_FRACTIONAL = 1;
export const WORKER_IDLE = 2;
const MODES: readonly string[] = ["GC (dedicated)", "GC (fractional)", "GC (idle)"];

export interface GcWork {
  /** Of goroutines that assisted, swept or marked. */
  readonly executing: Executing;
  /** `of` is the mode. */
  readonly workers: Stretches;
  /** Only while the assisting goroutine ran; `of` is the row of the range. */
  readonly assists: Stretches;
  /** `of` is the row of the range. */
  readonly sweeps: Stretches;
  /** Stops for a GC phase; `of` is the row of the range. */
  readonly gcStops: Stretches;
  /** Of each of `gcStops`: when the runtime's own clock for it ends (cycle-ends.ts). */
  readonly pauseEndNs: Float64Array;
  /** Parts of `assists` and `workers` that ended a cycle instead of marking; `of` as there. */
  readonly assistEndings: Stretches;
  readonly workerEndings: Stretches;
  /** GCBegin to GCEnd, cut where two touch; the row of each is in `markRow`. */
  readonly marks: Windows;
  readonly markRow: Int32Array;
  readonly workerGoroutines: ReadonlySet<number>;
  readonly procs: ProcCount;
}

/** GOMAXPROCS over time. Empty where the trace does not say. */
export interface ProcCount {
  readonly length: number;
  /** The first value holds from the start of the trace on. */
  readonly timeNs: Float64Array;
  readonly count: Float64Array;
}

export function gcWorkOf(m: TraceMemory): GcWork {
  const r = m.ranges;
  const labelled = new Set<number>();
  for (let i = 0; i < m.labels.length; i++)
    if (modeOf(m, m.labels.label[i]) >= 0) labelled.add(m.labels.goroutine[i]);
  const wanted = new Set<number>(labelled);
  for (let i = 0; i < r.length; i++)
    if (r.kind[i] === RANGE_MARK_ASSIST || r.kind[i] === RANGE_SWEEP) wanted.add(r.goroutine[i]);
  wanted.delete(-1);
  const executing = executingOf(m, wanted);
  const assists = new StretchesBuilder();
  const sweeps = new StretchesBuilder();
  const gcStops = new StretchesBuilder();
  const marks: number[] = [];
  for (let i = 0; i < r.length; i++) if (r.kind[i] === RANGE_GC_MARK) marks.push(i);
  const windows = markWindows(m, marks);
  const ends = cycleEndsOf(m, windows.marks);
  const isWorker = workersAmong(labelled, m, executing, windows.marks);
  const assistEndings = new StretchesBuilder();
  const kindOfReason = new Map<number, boolean>();
  const openedAt = generationStarts(m);
  for (let i = 0; i < r.length; i++) {
    const from = r.startNs[i];
    const to = r.endNs[i];
    switch (r.kind[i]) {
      case RANGE_MARK_ASSIST: {
        const slices = slicesAfter(executing, r.goroutine[i], from);
        if (
          (r.flags[i] & RANGE_STARTED_BEFORE) !== 0 &&
          isFirstSlice(executing, r.goroutine[i], from)
        )
          assists.add(openedAt(from), from, executing.proc[slices.from], i);
        const range = { startNs: from, endNs: to };
        for (let k = slices.from; k < slices.to && executing.startNs[k] < to; k++) {
          const start = Math.max(from, executing.startNs[k]);
          const end = Math.min(to, executing.endNs[k]);
          assists.add(start, end, executing.proc[k], i);
          addEnding(ends, r.goroutine[i], range, start, end, (a, b) =>
            assistEndings.add(a, b, executing.proc[k], i),
          );
        }
        break;
      }
      case RANGE_SWEEP:
        sweeps.add(
          (r.flags[i] & RANGE_STARTED_BEFORE) === 0 ? from : openedAt(from),
          to,
          r.proc[i],
          i,
        );
        break;
      case RANGE_STW: {
        const reason = r.reason[i];
        let isGc = kindOfReason.get(reason);
        if (isGc === undefined) {
          isGc = stopKindOf(m.stacks.strings.get(reason)) === "gc";
          kindOfReason.set(reason, isGc);
        }
        if (isGc) gcStops.add(from, to, -1, i);
        break;
      }
      default:
    }
  }
  const stops = gcStops.finish();
  return {
    executing,
    ...workerStretches(m, executing, isWorker, ends),
    assists: assists.finish(),
    assistEndings: assistEndings.finish(),
    sweeps: sweeps.finish(),
    gcStops: stops,
    pauseEndNs: stops.startNs.map((startNs, i) =>
      pauseEndNs(windows.marks, startNs, stops.endNs[i]),
    ),
    ...windows,
    workerGoroutines: isWorker,
    procs: procCountOf(m),
  };
}

/**
 * A range that was open when reading began is mentioned with the first event of its goroutine or proc, which
 * can be late. Until then nothing happened to it: it was open, and its goroutine ran if it runs then
 * (Go internal/trace/gc.go, EventRangeActive). Gives the start of the generation that holds a time, where reading
 * began with it; else the time itself: an end without a begin in a later one is what damage left.
 */
function generationStarts(m: TraceMemory): (timeNs: number) => number {
  const { length, startNs, number } = m.generations;
  return (timeNs) => {
    let start = m.startNs;
    for (let i = 0; i < length && startNs[i] <= timeNs; i++)
      start = i === 0 || number[i] !== number[i - 1] + 1 ? startNs[i] : timeNs;
    return start;
  };
}

/** Whether the slice that holds `timeNs` is the first of its goroutine. */
function isFirstSlice(x: Executing, goroutine: number, timeNs: number): boolean {
  const at = x.index.get(goroutine);
  const { from } = slicesAfter(x, goroutine, timeNs);
  return at !== undefined && from === x.start[at] && x.startNs[from] <= timeNs;
}

/** A worker says its mode at nearly each start; who meets a P with an old mode does so now and then. */
const SAYS_MODE = 0.2;

/**
 * A label is that of the P, and a worker that blocks while it ends a cycle leaves its mode there: whoever runs
 * on that P next is labelled too, the sweeper a thousand times and a request's goroutine once (Go
 * src/runtime/traceruntime.go, GoStart; mgc.go, gcBgMarkWorker). So a worker is who started as one, and where
 * that is not known, who says its mode at many of its starts while marking. How it can mislead: Go's own tools
 * count the others' labelled stretches as marking, so their utilisation is lower.
 */
function workersAmong(
  labelled: ReadonlySet<number>,
  m: TraceMemory,
  x: Executing,
  marks: Windows,
): ReadonlySet<number> {
  const groups = goroutineGroups(m, new Set());
  const saysInMark = new Map<number, number>();
  const { timeNs, goroutine } = m.labels;
  let at = 0;
  for (const i of orderBy(timeNs, m.labels.length)) {
    while (at < marks.length && marks.endNs[at] < timeNs[i]) at += 1;
    const isInMark = marks.length === 0 || (at < marks.length && marks.startNs[at] <= timeNs[i]);
    if (isInMark) saysInMark.set(goroutine[i], (saysInMark.get(goroutine[i]) ?? 0) + 1);
  }
  const workers = new Set<number>();
  for (const g of labelled) {
    const name = groups.nameOf(g);
    const row = x.index.get(g);
    const starts = row === undefined ? 0 : x.start[row + 1] - x.start[row];
    const isOne =
      name === undefined ? (saysInMark.get(g) ?? 0) >= SAYS_MODE * starts : name === WORKER_START;
    if (isOne) workers.add(g);
  }
  return workers;
}

function modeOf(m: TraceMemory, label: number): number {
  return MODES.indexOf(m.stacks.strings.get(label));
}

function markWindows(
  m: TraceMemory,
  rows: readonly number[],
): { readonly marks: Windows; readonly markRow: Int32Array } {
  const markRow = Int32Array.from(rows);
  const startNs = Float64Array.from(rows, (i) => m.ranges.startNs[i]);
  const endNs = Float64Array.from(rows, (i) => m.ranges.endNs[i]);
  // Cycles never overlap; a damaged trace's may, and windows must not.
  for (let i = 0; i + 1 < endNs.length; i++) endNs[i] = Math.min(endNs[i], startNs[i + 1]);
  return { markRow, marks: { length: markRow.length, startNs, endNs } };
}

/**
 * A worker names its mode right after each start (traceLocker.GoStart). The label that counts for a slice
 * is the first within it, else the last before it: a slice may begin before the recording does.
 */
function workerStretches(
  m: TraceMemory,
  x: Executing,
  workers: ReadonlySet<number>,
  ends: CycleEnds,
): Pick<GcWork, "workers" | "workerEndings"> {
  const out = new StretchesBuilder();
  const endings = new StretchesBuilder();
  const byGoroutine = new Map<number, { timeNs: number[]; mode: number[] }>();
  for (const i of orderBy(m.labels.timeNs, m.labels.length)) {
    const mode = modeOf(m, m.labels.label[i]);
    if (mode < 0) continue;
    const g = m.labels.goroutine[i];
    let list = byGoroutine.get(g);
    if (list === undefined) {
      list = { timeNs: [], mode: [] };
      byGoroutine.set(g, list);
    }
    list.timeNs.push(m.labels.timeNs[i]);
    list.mode.push(mode);
  }
  for (const g of workers) {
    const labels = byGoroutine.get(g);
    const at = x.index.get(g);
    if (labels === undefined || at === undefined) continue;
    let next = 0;
    let mode = -1;
    for (let k = x.start[at]; k < x.start[at + 1]; k++) {
      while (next < labels.timeNs.length && labels.timeNs[next] < x.startNs[k])
        mode = labels.mode[next++];
      if (next < labels.timeNs.length && labels.timeNs[next] < x.endNs[k])
        mode = labels.mode[next++];
      // Unnamed: the recording began within this stretch, before the next name.
      if (mode < 0) mode = labels.mode[0];
      const slice = { startNs: x.startNs[k], endNs: x.endNs[k] };
      out.add(slice.startNs, slice.endNs, x.proc[k], mode);
      addEnding(ends, g, slice, slice.startNs, slice.endNs, (a, b) =>
        endings.add(a, b, x.proc[k], mode),
      );
    }
  }
  return { workers: out.finish(), workerEndings: endings.finish() };
}

function procCountOf(m: TraceMemory): ProcCount {
  const timeNs: number[] = [];
  const count: number[] = [];
  for (let i = 0; i < m.metrics.length; i++) {
    if (m.metrics.metric[i] !== METRIC_GOMAXPROCS || !(m.metrics.value[i] >= 1)) continue;
    if (count[count.length - 1] === m.metrics.value[i]) continue;
    timeNs.push(count.length === 0 ? m.startNs : m.metrics.timeNs[i]);
    count.push(m.metrics.value[i]);
  }
  return {
    length: count.length,
    timeNs: Float64Array.from(timeNs),
    count: Float64Array.from(count),
  };
}

/** GOMAXPROCS × time within [fromNs, toNs), ns; NaN where GOMAXPROCS is not known. */
export function capacityNs(p: ProcCount, fromNs: number, toNs: number): number {
  if (p.length === 0) return NaN;
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const from = i === 0 ? fromNs : Math.max(fromNs, p.timeNs[i]);
    const to = i + 1 < p.length ? Math.min(toNs, p.timeNs[i + 1]) : toNs;
    if (to > from) sum += (to - from) * p.count[i];
  }
  return sum;
}

/** Sum of the lengths. */
export function totalNs(s: Stretches): number {
  let sum = 0;
  for (let i = 0; i < s.length; i++) sum += s.endNs[i] - s.startNs[i];
  return sum;
}

/** Stretches in order of start, for a sweep over time. */
export function byStart(s: Stretches): Int32Array {
  return orderBy(s.startNs, s.length);
}
