// What the collector costs. CPU used = everything but idle time and idle mark workers, which run only
// where nothing else would: a share of it answers "how much of what we pay for is GC".

import type { ProcessEvidence } from "../evidence/process.ts";
import { counted, derived, type Quantity } from "../model/quantity.ts";
import { GC_UNSOUND } from "../model/tables/gc-cycles.ts";

export interface GcCost {
  /** Share of the CPU used, idle mark workers excluded; hi = 1 when only a lower bound is known. */
  readonly gcShare: Quantity | undefined;
  readonly assistShare: Quantity | undefined;
  readonly cyclesPerSec: Quantity | undefined;
  readonly cycles: number | undefined;
  readonly seconds: number | undefined;
  /** The CPU limiter acted within the window; undefined = not told. */
  readonly limiterActive: boolean | undefined;
  readonly source: "metrics" | "gctrace" | "memstats";
}

export function gcCost(p: ProcessEvidence): GcCost | undefined {
  return costFromMetrics(p) ?? costFromLog(p) ?? costFromMemStats(p);
}

function costFromMetrics(p: ProcessEvidence): GcCost | undefined {
  const with_ = p.metrics.filter((m) => m.value.scalars.has("/cpu/classes/gc/total:cpu-seconds"));
  const first = with_[0];
  const last = with_[with_.length - 1];
  if (first === undefined || last === undefined || first === last) return undefined;
  const evidence = [
    `${first.artefact.id}:/cpu/classes/gc/total:cpu-seconds`,
    `${last.artefact.id}:/cpu/classes/gc/total:cpu-seconds`,
  ];
  const d = (name: string) =>
    (last.value.scalars.get(name) ?? 0) - (first.value.scalars.get(name) ?? 0);
  const cycles = d("/gc/cycles/total:gc-cycles");
  // /cpu/classes refresh only at the end of a cycle: without one between, nothing is known.
  const total = d("/cpu/classes/total:cpu-seconds");
  const idleMark = d("/cpu/classes/gc/mark/idle:cpu-seconds");
  const gc = d("/cpu/classes/gc/total:cpu-seconds") - idleMark;
  const used = total - d("/cpu/classes/idle:cpu-seconds") - idleMark;
  const seconds = (last.timeMs - first.timeMs) / 1000;
  const rate = Number.isFinite(seconds) && seconds > 0 ? cycles / seconds : NaN;
  const share = (x: number): Quantity | undefined => {
    if (!(used > 0.05) || cycles < 1) return undefined;
    const v = Math.min(1, Math.max(0, x / used));
    // GC time stands beside user time that is itself the rest of wall × P: ± 2 ms a cycle of rounding.
    const slack = Math.min(0.02, (cycles * 0.002) / used);
    return derived(
      v,
      Math.max(0, v - slack),
      Math.min(1, v + slack),
      "fraction",
      evidence,
      "gc-cycle",
    );
  };
  const limiter = last.value.scalars.get("/gc/limiter/last-enabled:gc-cycle");
  const before = first.value.scalars.get("/gc/limiter/last-enabled:gc-cycle");
  return {
    gcShare: share(gc),
    assistShare: share(d("/cpu/classes/gc/mark/assist:cpu-seconds")),
    cyclesPerSec: Number.isFinite(rate) ? counted(rate, "1/s", evidence, "wall") : undefined,
    cycles,
    seconds: Number.isFinite(seconds) ? seconds : undefined,
    limiterActive:
      limiter === undefined
        ? undefined
        : limiter > 0 &&
          limiter > (first.value.scalars.get("/gc/cycles/total:gc-cycles") ?? 0) - 1 &&
          limiter >= (before ?? 0),
    source: "metrics",
  };
}

/** CPU used by the whole process between two readings of /proc/PID/stat or process_cpu_seconds. */
function cpuUsedPerSec(p: ProcessEvidence): number | undefined {
  const first = p.stat[0];
  const last = p.stat[p.stat.length - 1];
  if (first !== undefined && last !== undefined && last.timeMs - first.timeMs > 1000) {
    const ticks =
      last.value.userTicks +
      last.value.systemTicks -
      first.value.userTicks -
      first.value.systemTicks;
    return ticks / 100 / ((last.timeMs - first.timeMs) / 1000);
  }
  const scraped = p.metrics.filter((m) => m.value.process.cpuSeconds !== undefined);
  const a = scraped[0];
  const b = scraped[scraped.length - 1];
  if (a === undefined || b === undefined || !(b.timeMs - a.timeMs > 1000)) return undefined;
  return (
    ((b.value.process.cpuSeconds ?? 0) - (a.value.process.cpuSeconds ?? 0)) /
    ((b.timeMs - a.timeMs) / 1000)
  );
}

function costFromLog(p: ProcessEvidence): GcCost | undefined {
  let best: GcCost | undefined;
  for (const { artefact, segment } of p.gctrace) {
    const c = segment.cycles;
    const sound: number[] = [];
    for (let i = 0; i < c.length; i++) if (((c.flags[i] ?? 0) & GC_UNSOUND) === 0) sound.push(i);
    // Start-up is not the service: the first fifth of a long log is left out.
    const from = sound.length >= 20 ? Math.floor(sound.length / 5) : 0;
    const rows = sound.slice(from);
    const a = rows[0];
    const b = rows[rows.length - 1];
    if (a === undefined || b === undefined || rows.length < 3) continue;
    const seconds = (c.startSec[b] ?? NaN) - (c.startSec[a] ?? NaN);
    if (!(seconds > 0)) continue;
    let gc = 0;
    let assist = 0;
    let idle = 0;
    // Cycle a..b−1 lie wholly inside the window between the two starts.
    for (const i of rows.slice(0, -1)) {
      gc += sum(c.assistCpuNs[i], c.workerCpuNs[i], c.sweepTermCpuNs[i], c.markTermCpuNs[i]) / 1e9;
      assist += (c.assistCpuNs[i] ?? 0) / 1e9;
      idle += (c.idleCpuNs[i] ?? 0) / 1e9;
    }
    const procs = c.procs[b] ?? 1;
    const used = cpuUsedPerSec(p);
    const evidence = [`${artefact.id}:L${c.line[a] ?? 0}-${c.line[b] ?? 0}`];
    const share = (x: number): Quantity => {
      // Without the process's CPU time only the capacity is known: the share of it is a lower bound.
      const known = used !== undefined && used * seconds > 0.05;
      const denominator = known ? Math.max(used * seconds - idle, x) : procs * seconds;
      const v = Math.min(1, x / denominator);
      return known
        ? derived(v, v * 0.9, Math.min(1, v * 1.1), "fraction", evidence, "gc-cycle")
        : { ...derived(v, v, 1, "fraction", evidence, "gc-cycle"), grade: "bound" };
    };
    const n = (c.number[b] ?? 0) - (c.number[a] ?? 0);
    const cost: GcCost = {
      gcShare: share(gc),
      assistShare: share(assist),
      cyclesPerSec: counted(n / seconds, "1/s", evidence, "gc-cycle"),
      cycles: n,
      seconds,
      limiterActive: undefined,
      source: "gctrace",
    };
    if (best === undefined || (cost.cycles ?? 0) > (best.cycles ?? 0)) best = cost;
  }
  return best;
}

function sum(...list: (number | undefined)[]): number {
  return list.reduce<number>((a, b) => a + (b !== undefined && Number.isFinite(b) ? b : 0), 0);
}

/** Cycle rate only: GCCPUFraction is since start and a share of capacity, so it decides nothing here. */
function costFromMemStats(p: ProcessEvidence): GcCost | undefined {
  const first = p.memStats[0];
  const last = p.memStats[p.memStats.length - 1];
  if (first === undefined || last === undefined || first === last) return undefined;
  const a = first.value.numGC;
  const b = last.value.numGC;
  const seconds = (last.timeMs - first.timeMs) / 1000;
  if (a === undefined || b === undefined || !(seconds > 1)) return undefined;
  const evidence = [`${first.artefact.id}:NumGC`, `${last.artefact.id}:NumGC`];
  return {
    gcShare: undefined,
    assistShare: undefined,
    cyclesPerSec: counted((b - a) / seconds, "1/s", evidence, "wall"),
    cycles: b - a,
    seconds,
    limiterActive: undefined,
    source: "memstats",
  };
}
