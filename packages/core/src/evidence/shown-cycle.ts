// Which GC cycle a heap profile shows, and when that cycle ended.
//
// A profile is one cycle older than NumGC says: allocations count toward the next mark termination's
// snapshot, sweep frees toward the previous one's, so that a snapshot is published only at the mark
// termination after it (runtime/mprof.go, "memRecord" and mProf_Flush, Go 1.22–1.27). Asked for when
// NumGC is N, the profile shows the end of cycle N − 1. runtime.GC (and so ?gc=1) publishes its own
// cycle at once (mProf_PostSweep): then it shows N. Before the second cycle there is nothing to
// publish and everything up to the reply is shown.
//
// How it can mislead: a service that calls runtime.GC itself now and then; its last cycle may be a
// forced one without the evidence saying so, and the growth is then dated one cycle early.

import type { MemStats } from "../model/tables/memstats.ts";
import { cycleEndSec } from "./fingerprint.ts";
import type { ProcessEvidence, Timed } from "./process.ts";

export interface CycleClock {
  /** End of a cycle, Unix ms; NaN unknown. */
  endOf(cycle: number): number;
  /** Number of the last cycle that ended by then; undefined where no source covers that instant. */
  lastEndedAt(timeMs: number): number | undefined;
}

/** `startMs`: runtime init on the wall clock, for cycles of a log; NaN unknown. */
export function cycleClock(
  memStats: readonly Timed<MemStats>[],
  gctrace: ProcessEvidence["gctrace"],
  startMs: number,
): CycleClock {
  const ends = new Map<number, number>();
  let coveredUntil = -Infinity;
  if (Number.isFinite(startMs)) {
    for (const { segment } of gctrace) {
      const c = segment.cycles;
      for (let i = 0; i < c.length; i++) {
        const end = startMs + cycleEndSec(segment, i) * 1000;
        if (!Number.isFinite(end)) continue;
        ends.set(c.number[i] ?? 0, end);
        coveredUntil = Math.max(coveredUntil, end);
      }
    }
  }
  // Rings come last: they are exact to the nanosecond where a log has milliseconds.
  for (const m of memStats) {
    const { pauseEndMs, numGC, lastGCMs } = m.value;
    if (numGC === undefined || numGC === 0) continue;
    if (lastGCMs !== undefined && lastGCMs > 0) ends.set(numGC, lastGCMs);
    const ring = pauseEndMs ?? new Float64Array(0);
    for (let n = numGC; n > 0 && n > numGC - 256; n--) {
      const end = ring[(n + 255) % 256] ?? 0;
      if (end > 0) ends.set(n, end);
    }
    // At the moment of the reply no later cycle had ended.
    if (m.clock === "reply" && Number.isFinite(m.timeMs)) {
      coveredUntil = Math.max(coveredUntil, m.timeMs);
    }
  }
  const numbers = [...ends.keys()].toSorted((a, b) => a - b);
  return {
    endOf: (cycle) => ends.get(cycle) ?? NaN,
    lastEndedAt: (timeMs) => {
      // A reply a moment after the last reading still shows what that reading saw.
      if (!(timeMs <= coveredUntil + 250)) return undefined;
      let best: number | undefined;
      for (const n of numbers) if ((ends.get(n) ?? Infinity) <= timeMs) best = n;
      return best;
    },
  };
}

export interface Shown {
  readonly cycle: number | undefined;
  readonly endMs: number;
}

export function shownCycle(
  numGC: number | undefined,
  isForced: boolean,
  replyMs: number,
  clock: CycleClock,
): Shown {
  const last = numGC ?? (Number.isFinite(replyMs) ? clock.lastEndedAt(replyMs) : undefined);
  if (last === undefined) return { cycle: undefined, endMs: NaN };
  if (!isForced && last < 2) return { cycle: undefined, endMs: replyMs };
  const cycle = isForced ? last : last - 1;
  return { cycle, endMs: clock.endOf(cycle) };
}
