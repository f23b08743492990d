// What the collector took of the recorded window, by the definitions of Go's runtime and trace tools:
// dedicated and fractional workers, assists while they execute, and stops for a GC phase on every proc.
// Idle workers are apart: they run where nobody else would (runtime/metrics: /cpu/classes/gc/mark/idle).
//
// How it can mislead: a stop's time starts before the procs have stopped, so workers and assists that are
// still running then count twice (Go charges the whole pause to every proc too: src/runtime/mstats.go,
// cpuStats.GCPauseTime). Slices are wall time on a proc, not CPU time.

import type { TraceMemory } from "../../model/tables/trace.ts";
import { workerNs } from "./assists.ts";
import { runningNs } from "./executing.ts";
import { capacityNs, totalNs, type GcWork } from "./gc-work.ts";
import { nsWithin } from "./stretches.ts";

export interface GcShare {
  readonly windowNs: number;
  /** GOMAXPROCS × time; undefined where the trace does not tell GOMAXPROCS. */
  readonly capacityNs: number | undefined;
  readonly dedicatedNs: number;
  readonly fractionalNs: number;
  readonly idleNs: number;
  readonly assistNs: number;
  /** Wall time in stops for a GC phase. */
  readonly gcStopNs: number;
  /** The same on every proc. */
  readonly gcStopProcNs: number | undefined;
  /** Wall time of mark phases. */
  readonly markNs: number;
  /** Running time of all goroutines. */
  readonly runningNs: number;
  /** Dedicated + fractional + assists + stops on every proc, of the capacity. */
  readonly ofCapacity: number | undefined;
  /** Dedicated + fractional + assists, of what ran, idle workers left out: "of what is paid for". */
  readonly ofRunning: number | undefined;
  /** Assists of the running time of all goroutines but mark workers. */
  readonly assistOfMutator: number | undefined;
}

export function gcShare(m: TraceMemory, w: GcWork, mutatorNs: number): GcShare {
  const windowNs = m.endNs - m.startNs;
  const capacity = capacityNs(w.procs, m.startNs, m.endNs);
  const [dedicatedNs, fractionalNs, idleNs] = workerNs(w);
  const assistNs = totalNs(w.assists);
  const gcStopNs = totalNs(w.gcStops);
  let gcStopProcNs = 0;
  for (let i = 0; i < w.gcStops.length; i++)
    gcStopProcNs += capacityNs(w.procs, w.gcStops.startNs[i], w.gcStops.endNs[i]);
  const ranNs = runningNs(m, new Set());
  const work = dedicatedNs + fractionalNs + assistNs;
  const paid = ranNs - idleNs;
  return {
    windowNs,
    capacityNs: capacity > 0 ? capacity : undefined,
    dedicatedNs,
    fractionalNs,
    idleNs,
    assistNs,
    gcStopNs,
    gcStopProcNs: Number.isFinite(gcStopProcNs) ? gcStopProcNs : undefined,
    markNs: nsWithin(w.marks, m.startNs, m.endNs),
    runningNs: ranNs,
    ofCapacity: capacity > 0 ? Math.min(1, (work + gcStopProcNs) / capacity) : undefined,
    ofRunning: paid > 0 ? Math.min(1, work / paid) : undefined,
    assistOfMutator: mutatorNs > 0 ? Math.min(1, assistNs / mutatorNs) : undefined,
  };
}
