// What the collector took of the recorded window, by the definitions of Go's runtime and trace tools:
// dedicated and fractional workers, assists while they execute, and stops for a GC phase on every proc.
// Idle workers are apart: they run where nobody else would (runtime/metrics: /cpu/classes/gc/mark/idle).
// Who ends a cycle is still an assist or a worker in the trace; that time is apart too, so that assists
// and workers agree with /cpu/classes/gc/mark/* (cycle-ends.ts).
//
// How it can mislead: a stop's time starts before the procs have stopped, so workers and assists that are
// still running then count twice (Go charges the whole pause to every proc too: src/runtime/mstats.go,
// cpuStats.GCPauseTime). Slices are wall time on a proc, not CPU time.

import type { TraceMemory } from "../../model/tables/trace.ts";
import { workerNs } from "./assists.ts";
import { capacityNs, totalNs, type GcWork } from "./gc-work.ts";
import { nsWithin, type Stretches } from "./stretches.ts";

export interface GcShare {
  readonly windowNs: number;
  /** GOMAXPROCS × time; undefined where the trace does not tell GOMAXPROCS. */
  readonly capacityNs: number | undefined;
  readonly dedicatedNs: number;
  readonly fractionalNs: number;
  readonly idleNs: number;
  readonly assistNs: number;
  /** Running time of assists and workers that ended a cycle, within its stop and after. */
  readonly endingNs: number;
  /** Wall time in stops for a GC phase, begin to end. */
  readonly gcStopNs: number;
  /** The same by the runtime's own clock, as MemStats.PauseTotalNs counts: its end is earlier. */
  readonly pauseNs: number;
  /** The same on every proc. */
  readonly gcStopProcNs: number | undefined;
  /** Wall time of mark phases. */
  readonly markNs: number;
  /** Running time of all goroutines. */
  readonly runningNs: number;
  /** Dedicated + fractional + assists + what ended cycles + stops on every proc, of the capacity. */
  readonly ofCapacity: number | undefined;
  /** Dedicated + fractional + assists + what ended cycles, of what ran, idle workers left out: "of what is paid for". */
  readonly ofRunning: number | undefined;
  /** Assists of the running time of all goroutines but mark workers. */
  readonly assistOfMutator: number | undefined;
}

export function gcShare(m: TraceMemory, w: GcWork, mutatorNs: number): GcShare {
  const windowNs = m.endNs - m.startNs;
  const capacity = capacityNs(w.procs, m.startNs, m.endNs);
  const [dedicatedNs, fractionalNs, idleNs] = workerNs(w);
  const assistNs = totalNs(w.assists) - totalNs(w.assistEndings);
  const gcStopNs = totalNs(w.gcStops);
  let pauseNs = 0;
  for (let i = 0; i < w.gcStops.length; i++) pauseNs += w.pauseEndNs[i] - w.gcStops.startNs[i];
  let gcStopProcNs = 0;
  for (let i = 0; i < w.gcStops.length; i++)
    gcStopProcNs += capacityNs(w.procs, w.gcStops.startNs[i], w.gcStops.endNs[i]);
  const ranNs = w.executing.allNs;
  const endingNs = totalNs(w.assistEndings) + totalNs(w.workerEndings);
  const work = dedicatedNs + fractionalNs + assistNs + endingNs;
  // Within a stop every proc is charged once already.
  const twiceNs = withinStops(w.assistEndings, w.gcStops) + withinStops(w.workerEndings, w.gcStops);
  const paid = ranNs - idleNs;
  return {
    windowNs,
    capacityNs: capacity > 0 ? capacity : undefined,
    dedicatedNs,
    fractionalNs,
    idleNs,
    assistNs,
    endingNs,
    gcStopNs,
    pauseNs,
    gcStopProcNs: Number.isFinite(gcStopProcNs) ? gcStopProcNs : undefined,
    markNs: nsWithin(w.marks, m.startNs, m.endNs),
    runningNs: ranNs,
    ofCapacity: capacity > 0 ? Math.min(1, (work - twiceNs + gcStopProcNs) / capacity) : undefined,
    ofRunning: paid > 0 ? Math.min(1, work / paid) : undefined,
    assistOfMutator: mutatorNs > 0 ? Math.min(1, assistNs / mutatorNs) : undefined,
  };
}

/** Stops follow one another, so they are windows. */
function withinStops(s: Stretches, stops: Stretches): number {
  let sum = 0;
  for (let i = 0; i < s.length; i++) sum += nsWithin(stops, s.startNs[i], s.endNs[i]);
  return sum;
}
