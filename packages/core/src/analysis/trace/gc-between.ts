// The collector's time between the ends of two cycles: what the runtime's own counters say of that window
// can be compared with it (/cpu/classes are brought up to date at the end of a cycle).

import type { TraceAnalysis } from "./trace-analysis.ts";
import { WORKER_IDLE } from "./gc-work.ts";
import type { Stretches } from "./stretches.ts";

export interface GcBetween {
  readonly fromNs: number;
  readonly toNs: number;
  /** Without what ended cycles; so are the workers' times. */
  readonly assistNs: number;
  /** Dedicated and fractional workers. */
  readonly workerNs: number;
  readonly idleNs: number;
  /** From begin to end. */
  readonly gcStopNs: number;
  /** What the runtime's own clock counts of it. */
  readonly pauseNs: number;
  readonly gcStops: number;
}

/** Undefined with fewer than two cycles after `first`. A stop belongs to the cycle in which it began. */
export function gcBetweenCycles(
  t: TraceAnalysis,
  first: number,
  last: number,
): GcBetween | undefined {
  const { endNs, length } = t.cycles;
  if (first < 0 || last >= length || first >= last) return undefined;
  const fromNs = endNs[first];
  const toNs = endNs[last];
  const within = (s: Stretches, of: (i: number) => boolean): number => {
    let sum = 0;
    for (let i = 0; i < s.length; i++)
      if (of(i)) sum += Math.max(0, Math.min(s.endNs[i], toNs) - Math.max(s.startNs[i], fromNs));
    return sum;
  };
  const { workers, workerEndings, assists, assistEndings, gcStops } = t.work;
  const isIdle = (w: Stretches) => (i: number) => w.of[i] === WORKER_IDLE;
  const isPaid = (w: Stretches) => (i: number) => w.of[i] !== WORKER_IDLE;
  let gcStopNs = 0;
  let pauseNs = 0;
  let stops = 0;
  for (let i = 0; i < gcStops.length; i++) {
    if (gcStops.startNs[i] <= fromNs || gcStops.startNs[i] > toNs) continue;
    gcStopNs += gcStops.endNs[i] - gcStops.startNs[i];
    pauseNs += t.work.pauseEndNs[i] - gcStops.startNs[i];
    stops += 1;
  }
  return {
    fromNs,
    toNs,
    assistNs: within(assists, () => true) - within(assistEndings, () => true),
    workerNs: within(workers, isPaid(workers)) - within(workerEndings, isPaid(workerEndings)),
    idleNs: within(workers, isIdle(workers)) - within(workerEndings, isIdle(workerEndings)),
    gcStopNs,
    pauseNs,
    gcStops: stops,
  };
}
