// Stops of the world, by cause. What a stop costs has two parts: waiting until every proc has stopped, and
// the work done while they stand. A goroutine that is slow to stop makes the first part long.
//
// The last to stop is derived, not recorded: of the goroutines that ran on other procs when the stop began,
// the one whose slice ended last. It misleads in three ways: a slice also ends when its goroutine
// blocks by itself just then; a proc whose slice is missing (a thread that the kernel had taken off its CPU
// writes its event when it runs again) looks as if it had stopped at once or late; and a goroutine in a
// system call does not hold up a stop, so it is left out although its thread still runs.
// Its line is that of its stack when it gave up its proc: code that cannot be stopped is over by then, so it
// is the first point at which the goroutine could be stopped, after the slow code or in what called it.
// A stop begins before the runtime has its lock and ends after its clock was read, so it is longer than MemStats
// and /sched/pauses/* say; `pauseNs` is what they count (cycle-ends.ts).

import { RANGE_STW, SLICE_RUNNING, type TraceMemory } from "../../model/tables/trace.ts";
import type { GoroutineGroups } from "./goroutine-groups.ts";
import { pauseEndNs } from "./cycle-ends.ts";
import type { GcWork } from "./gc-work.ts";
import { Groups, NOBODY, Payers, type Payer, type StackPlaces } from "./payers.ts";
import { isMarkTermination, isSweepTermination, plainReason, stopKindOf } from "./stw-reasons.ts";
import type { StopKind } from "./stw-reasons.ts";

/** Columns by start. */
export interface StopColumns {
  readonly length: number;
  /** Row of the ranges. */
  readonly row: Int32Array;
  readonly kind: readonly StopKind[];
  /** ns from the begin until the last other goroutine left its proc; 0 when none ran. */
  readonly stoppingNs: Float64Array;
  /** Goroutine that left its proc last, and the proc; −1 when none ran. */
  readonly lastGoroutine: Float64Array;
  readonly lastProc: Int32Array;
  /** Where that goroutine was when it stopped; −1 where none ran, or where it left its proc by itself. */
  readonly lastStack: Int32Array;
}

export interface StopCause {
  readonly reason: string;
  readonly kind: StopKind;
  readonly count: number;
  /** Begin to end: as long as goroutines stood still. */
  readonly totalNs: number;
  /** As the runtime's own clock counts it, in MemStats.PauseTotalNs and /sched/pauses/total. */
  readonly pauseNs: number;
  readonly longestNs: number;
  /** Median and 99th percentile, by nearest rank. */
  readonly medianNs: number;
  readonly p99Ns: number;
  /** Part of `totalNs` in which goroutines were still running on other procs. */
  readonly stoppingNs: number;
}

export interface StopAnalysis {
  readonly stops: StopColumns;
  /** Most time first. */
  readonly causes: readonly StopCause[];
  /** Who asked for stops that no GC phase needed, by the service's own line. */
  readonly userLines: readonly Payer[];
  /** Who stopped last, by start function and the line where it could be stopped, with the stopping time caused. */
  readonly lastToStop: readonly Payer[];
}

export function analyzeStops(
  m: TraceMemory,
  w: GcWork,
  groups: GoroutineGroups,
  places: StackPlaces,
): StopAnalysis {
  const r = m.ranges;
  const rows: number[] = [];
  for (let i = 0; i < r.length; i++) if (r.kind[i] === RANGE_STW) rows.push(i);
  const last = lastToStop(m, rows);
  const kind = rows.map((i) => stopKindOf(m.stacks.strings.get(r.reason[i])));
  const userLines = new Payers();
  const slow = new Payers();
  const groupWho = new Groups();
  rows.forEach((i, k) => {
    const ns = r.endNs[i] - r.startNs[i];
    if (kind[k] === "user") {
      const at = places.of(r.stack[i]);
      userLines.add(at?.own ?? NOBODY, r.stack[i], ns, ns);
    }
    const g = last.goroutine[k];
    if (g >= 0) {
      const name = groups.nameOf(g) ?? "";
      const at = places.of(last.stack[k])?.own.at;
      // Go 1.21 and before write stacks of the runtime's own goroutines without names.
      const who =
        at === undefined || at.function === "" ? groupWho.of(name) : groupWho.at(name, at);
      slow.add(who, last.stack[k], last.stoppingNs[k], last.stoppingNs[k]);
    }
  });
  return {
    stops: {
      length: rows.length,
      row: Int32Array.from(rows),
      kind,
      stoppingNs: last.stoppingNs,
      lastGoroutine: last.goroutine,
      lastProc: last.proc,
      lastStack: last.stack,
    },
    causes: causesOf(m, w, rows, last.stoppingNs),
    userLines: userLines.finish(),
    lastToStop: slow.finish(),
  };
}

interface LastToStop {
  readonly stoppingNs: Float64Array;
  readonly goroutine: Float64Array;
  readonly proc: Int32Array;
  readonly stack: Int32Array;
}

/**
 * Cost: for each stop a search among the slices of each thread, which are in the order of time. How it can
 * mislead: in a damaged trace whose clock turns back a search can miss the slice.
 */
function lastToStop(m: TraceMemory, rows: readonly number[]): LastToStop {
  const r = m.ranges;
  const startNs = Float64Array.from(rows, (i) => r.startNs[i]);
  const endNs = Float64Array.from(rows, (i) => r.endNs[i]);
  // Stops follow one another (the runtime holds worldsema), so the last that began before a slice ended
  // is the only one the slice can have held up.
  const stoppingNs = new Float64Array(rows.length);
  const goroutine = new Float64Array(rows.length).fill(-1);
  const proc = new Int32Array(rows.length).fill(-1);
  for (const part of m.slices.parts) {
    for (let run = 0; run < part.runThread.length; run++) {
      let i = part.runStart[run];
      const runEnd = part.runEnd[run];
      if (i === runEnd) continue;
      for (
        let k = firstAtLeast(startNs, part.baseNs + part.startNs[i]);
        k < startNs.length && i < runEnd;
        k++
      ) {
        i = firstEndingAfter(part.endNs, startNs[k] - part.baseNs, i, runEnd);
        if (i === runEnd || part.state[i] !== SLICE_RUNNING) continue;
        const end = part.baseNs + part.endNs[i];
        if (part.baseNs + part.startNs[i] > startNs[k] || end > endNs[k]) continue;
        if (k + 1 < startNs.length && startNs[k + 1] < end) continue;
        if (part.goroutine[i] === r.goroutine[rows[k]]) continue;
        const ns = end - startNs[k];
        if (ns > stoppingNs[k]) {
          stoppingNs[k] = ns;
          goroutine[k] = part.goroutine[i];
          proc[k] = part.proc[i];
        }
      }
    }
  }
  // The preemption is the event that ended the slice.
  const stack = new Int32Array(rows.length).fill(-1);
  const p = m.preemptions;
  for (let k = 0, i = 0; k < rows.length; k++) {
    if (goroutine[k] < 0) continue;
    const end = startNs[k] + stoppingNs[k];
    for (; i < p.length && p.timeNs[i] < end - 1; i++);
    for (let j = i; j < p.length && p.timeNs[j] <= end + 1; j++)
      if (p.goroutine[j] === goroutine[k]) stack[k] = p.stack[j];
  }
  return { stoppingNs, goroutine, proc, stack };
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (sorted[mid] >= value) high = mid;
    else low = mid + 1;
  }
  return low;
}

/** The next one is most often near, so steps double from `from` on. */
function firstEndingAfter(
  endNs: Float64Array | Uint32Array,
  timeNs: number,
  from: number,
  to: number,
): number {
  let low = from;
  let step = 1;
  while (low + step < to && endNs[low + step] <= timeNs) {
    low += step;
    step *= 2;
  }
  let high = Math.min(to, low + step);
  while (low < high) {
    const mid = (low + high) >>> 1;
    if (endNs[mid] > timeNs) high = mid;
    else low = mid + 1;
  }
  return low;
}

function causesOf(
  m: TraceMemory,
  w: GcWork,
  rows: readonly number[],
  stoppingNs: Float64Array,
): StopCause[] {
  interface Sum {
    readonly lengths: number[];
    pauseNs: number;
    stoppingNs: number;
  }
  const byReason = new Map<string, Sum>();
  rows.forEach((i, k) => {
    const reason = canonical(m.stacks.strings.get(m.ranges.reason[i]));
    let c = byReason.get(reason);
    if (c === undefined) {
      c = { lengths: [], pauseNs: 0, stoppingNs: 0 };
      byReason.set(reason, c);
    }
    const startNs = m.ranges.startNs[i];
    const endNs = m.ranges.endNs[i];
    c.lengths.push(endNs - startNs);
    c.pauseNs +=
      (isMarkTermination(reason) ? pauseEndNs(w.marks, startNs, endNs) : endNs) - startNs;
    c.stoppingNs += stoppingNs[k];
  });
  return [...byReason]
    .map(([reason, c]) => {
      const sorted = c.lengths.sort((a, b) => a - b);
      const n = sorted.length;
      const rank = (q: number) => sorted[Math.min(n - 1, Math.max(0, Math.ceil(q * n) - 1))];
      return {
        reason,
        kind: stopKindOf(reason),
        count: n,
        totalNs: sorted.reduce((a, b) => a + b, 0),
        pauseNs: c.pauseNs,
        longestNs: sorted[n - 1],
        medianNs: rank(0.5),
        p99Ns: rank(0.99),
        stoppingNs: c.stoppingNs,
      };
    })
    .sort((a, b) => b.totalNs - a.totalNs);
}

/** One name for what writers of several ages call differently. */
function canonical(reason: string): string {
  const plain = plainReason(reason);
  if (isSweepTermination(plain)) return "GC sweep termination";
  if (isMarkTermination(plain)) return "GC mark termination";
  return plain;
}
