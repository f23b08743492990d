// Where a trace lies among the rest of the evidence: its clock against the wall clock and the process's GC
// cycles. Go 1.25 and later write a reading of both clocks into each generation. Before that the times of
// cycles are matched: those of the trace against a gctrace log or a MemStats ring of pause ends.
//
// How the match can mislead: cycles that follow one another evenly fit at several places. A place is taken
// only where the next best fits at least four times worse; otherwise nothing is said.

import type { ProcessEvidence } from "../../evidence/process.ts";
import {
  RANGE_STARTED_BEFORE,
  RANGE_UNFINISHED,
  type TraceMemory,
} from "../../model/tables/trace.ts";
import type { CycleColumns } from "./cycles.ts";

export interface TraceClock {
  readonly source: "snapshot" | "gctrace" | "pause-ends";
  /** Unix ms at time 0 of the trace's tables; NaN where only cycle numbers are known. */
  readonly wallMsAtZero: number;
  /**
   * How far readings disagree, ms: the largest of the later snapshots against the first, or the median of
   * the matched cycles. NaN with one reading.
   */
  readonly skewMs: number;
  /** GC number (as in gctrace and NumGC) of each row of the cycle table; NaN unknown. */
  readonly numbers: Float64Array;
}

/** gctrace prints the start to 1 ms; a ring passes Unix ns through a double (256 ns). */
const TOLERANCE_MS = 3;
const MIN_MATCHED = 3;
/** Cycles of the trace that are tried; more do not make a match surer. */
const TRIED = 128;

export function traceClock(
  m: TraceMemory,
  cycles: CycleColumns,
  p: ProcessEvidence,
): TraceClock | undefined {
  const numbers = new Float64Array(cycles.length).fill(NaN);
  const snapshot = snapshotClock(m);
  const log = matchLog(cycles, p);
  const ring = log === undefined ? matchRing(cycles, p) : undefined;
  const match = log ?? ring;
  if (match !== undefined) for (let i = 0; i < cycles.length; i++) numbers[i] = match.first + i;
  if (snapshot !== undefined) return { source: "snapshot", ...snapshot, numbers };
  if (match === undefined) return undefined;
  return {
    source: log === undefined ? "pause-ends" : "gctrace",
    wallMsAtZero: match.wallMsAtZero,
    skewMs: match.skewMs,
    numbers,
  };
}

function snapshotClock(
  m: TraceMemory,
): { readonly wallMsAtZero: number; readonly skewMs: number } | undefined {
  const c = m.clocks;
  if (c.length === 0) return undefined;
  const at = (i: number) => Number(c.wallNs[i] / 1000n) / 1000 - c.timeNs[i] / 1e6;
  let skew = c.length > 1 ? 0 : NaN;
  for (let i = 1; i < c.length; i++) skew = Math.max(skew, Math.abs(at(i) - at(0)));
  return { wallMsAtZero: at(0), skewMs: skew };
}

interface CycleMatch {
  /** GC number of the first row. */
  readonly first: number;
  readonly wallMsAtZero: number;
  readonly skewMs: number;
}

function matchLog(cycles: CycleColumns, p: ProcessEvidence): CycleMatch | undefined {
  const starts = usable(cycles, RANGE_STARTED_BEFORE, cycles.startNs);
  for (const { segment } of p.gctrace) {
    const c = segment.cycles;
    const times = Float64Array.from(c.startSec, (s) => s * 1000);
    const found = matchTimes(starts.timesMs, times);
    if (found === undefined) continue;
    const number = c.number[found.shift];
    if (number === undefined) continue;
    return {
      first: number - starts.from,
      wallMsAtZero: p.startMs + found.offsetMs,
      skewMs: found.residualMs,
    };
  }
  return undefined;
}

function matchRing(cycles: CycleColumns, p: ProcessEvidence): CycleMatch | undefined {
  // A pause ends after GCEnd, by the rest of the stop for mark termination.
  const ends = usable(cycles, RANGE_UNFINISHED, cycles.endNs);
  for (const { value } of p.memStats) {
    const ring = value.pauseEndMs;
    const numGC = value.numGC;
    if (ring === undefined || numGC === undefined) continue;
    const first = Math.max(1, numGC - 255);
    const times = Float64Array.from(
      { length: numGC - first + 1 },
      (_, i) => ring[(first + i + 255) % 256] ?? NaN,
    );
    const found = matchTimes(ends.timesMs, times);
    if (found === undefined) continue;
    return {
      first: first + found.shift - ends.from,
      wallMsAtZero: found.offsetMs,
      skewMs: found.residualMs,
    };
  }
  return undefined;
}

/** Times of rows that no end of the trace cut, ms, and the row of the first. */
function usable(
  cycles: CycleColumns,
  cut: number,
  timeNs: Float64Array,
): { readonly from: number; readonly timesMs: Float64Array } {
  let from = 0;
  while (from < cycles.length && (cycles.flags[from] & cut) !== 0) from += 1;
  let to = from;
  while (to < cycles.length && to - from < TRIED && (cycles.flags[to] & cut) === 0) to += 1;
  return { from, timesMs: Float64Array.from(timeNs.subarray(from, to), (t) => t / 1e6) };
}

/**
 * The place in `b` from which the gaps of `a` follow: `b[shift + i] ≈ a[i] + offset`. Undefined where none
 * fits, or several do.
 */
export function matchTimes(
  a: Float64Array,
  b: Float64Array,
): { readonly shift: number; readonly offsetMs: number; readonly residualMs: number } | undefined {
  let best: { shift: number; offsetMs: number; residualMs: number } | undefined;
  let second = Infinity;
  const needed = Math.max(MIN_MATCHED, Math.ceil(Math.min(a.length, b.length) / 2));
  for (let shift = 1 - a.length; shift < b.length; shift++) {
    const from = Math.max(0, -shift);
    const to = Math.min(a.length, b.length - shift);
    if (to - from < needed) continue;
    const differences = new Float64Array(to - from);
    for (let i = from; i < to; i++) differences[i - from] = b[shift + i] - a[i];
    if (differences.some((x) => !Number.isFinite(x))) continue;
    const offsetMs = median(differences);
    let residualMs = 0;
    // The mean: a median would forgive a cycle that is missing in the middle.
    for (const x of differences) residualMs += Math.abs(x - offsetMs) / differences.length;
    if (best === undefined || residualMs < best.residualMs) {
      second = best?.residualMs ?? Infinity;
      best = { shift, offsetMs, residualMs };
    } else second = Math.min(second, residualMs);
  }
  if (best === undefined || best.residualMs > TOLERANCE_MS) return undefined;
  return second >= 4 * Math.max(best.residualMs, 0.25) && best.shift >= 0 ? best : undefined;
}

function median(list: Float64Array): number {
  const sorted = list.slice().sort();
  const mid = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[mid] : (sorted[mid - 1] + sorted[mid]) / 2;
}
