// What the collector costs. CPU used = everything but idle time and idle mark workers, which run only
// where nothing else would: a share of it answers "how much of what we pay for is GC".
//
// A stop of the world is charged to every P by the runtime: gctrace's CPU numbers are its wall time × GOMAXPROCS,
// /cpu/classes/gc/pause what each P stood (Go src/runtime/mgc.go, gcStart and gcMarkTermination; mstats.go,
// accumulateGCPauseTime). But Ps that stand use no CPU, and while the slow ones are waited for nobody works: of
// a stop at most one P's time is the collector's work. So the share is mark work (assists, dedicated and fractional
// workers), and only its upper end has a stop's wall time, once. How it can mislead: what thousands of short
// stops a second cost in caches and wake-ups is in no number here.

import type { ProcessEvidence, Timed } from "../evidence/process.ts";
import { counted, derived, type Quantity } from "../model/quantity.ts";
import { containerReadings } from "./ledger/container.ts";
import { cycleEndSec } from "../evidence/fingerprint.ts";
import type { MemStats } from "../model/tables/memstats.ts";
import { GC_UNSOUND, type GcCycleColumns, type GcSegment } from "../model/tables/gc-cycles.ts";

export interface GcCost {
  /** Share of the CPU used, idle mark workers and stops excluded; hi = 1 when only a lower bound is known. */
  readonly gcShare: Quantity | undefined;
  readonly assistShare: Quantity | undefined;
  /**
   * Cores that the collector kept busy: all that a change could give back. An idle service's forced
   * cycle every two minutes is a large share of next to nothing.
   */
  readonly gcCores: number | undefined;
  readonly cyclesPerSec: Quantity | undefined;
  readonly cycles: number | undefined;
  readonly seconds: number | undefined;
  /** The CPU limiter acted within the window; undefined = not told. */
  readonly limiterActive: boolean | undefined;
  readonly source: "metrics" | "gctrace" | "memstats";
}

/** A shorter look is as good as all start-up, or one burst. */
export const SHORT_LOOK_SEC = 10;
/** Below this many cores spent on GC there is nothing to win, whatever their share. */
export const WORTH_CORES = 0.02;

export function gcCost(p: ProcessEvidence): GcCost | undefined {
  const metrics = costFromMetrics(p);
  if (metrics?.gcShare !== undefined) return metrics;
  return costFromLog(p) ?? metrics ?? costFromMemStats(p);
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
  // 0 too where it is not told: then the stops stay in the total, which cannot be taken apart.
  const stood = d("/cpu/classes/gc/pause:cpu-seconds");
  const gc = d("/cpu/classes/gc/total:cpu-seconds") - idleMark - stood;
  const used = total - d("/cpu/classes/idle:cpu-seconds") - idleMark - stood;
  const clocked = (last.timeMs - first.timeMs) / 1000;
  // Without a clock: total = GOMAXPROCS × wall time.
  const procs = last.value.scalars.get("/sched/gomaxprocs:threads") ?? NaN;
  const seconds = Number.isFinite(clocked) ? clocked : total / procs;
  const told = Number.isFinite(procs) ? procs : total / seconds;
  const inStops = told >= 1 ? stood / told : stood;
  const rate = Number.isFinite(seconds) && seconds > 0 ? cycles / seconds : NaN;
  const share = (x: number, more: number): Quantity | undefined => {
    if (!(used > 0.05) || cycles < 1) return undefined;
    const v = Math.min(1, Math.max(0, x / used));
    // User time is the rest of wall × P, and cycles are cut at the readings: a twentieth of the share,
    // and in a short look up to 2 ms of each cycle.
    const slack = Math.min(0.02, (cycles * 0.002) / used, 0.002 + 0.05 * v);
    return derived(
      v,
      Math.max(0, v - slack),
      Math.min(1, v + slack + more / used),
      "fraction",
      evidence,
      "gc-cycle",
    );
  };
  const limiter = last.value.scalars.get("/gc/limiter/last-enabled:gc-cycle");
  const before = first.value.scalars.get("/gc/limiter/last-enabled:gc-cycle");
  return {
    gcShare: share(gc, inStops),
    assistShare: share(d("/cpu/classes/gc/mark/assist:cpu-seconds"), 0),
    gcCores: seconds > 0 && gc >= 0 ? gc / seconds : undefined,
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

/** CPU used by the whole process between two readings, and the error of that number. */
interface CpuWindow {
  readonly fromMs: number;
  readonly toMs: number;
  readonly usedSec: number;
  readonly errorSec: number;
  /** How far the clock of a reading may be off, ms. */
  readonly clockMs: number;
  readonly evidence: readonly string[];
}

/** From /proc/PID/stat (ticks of 10 ms), else process_cpu_seconds_total. */
function cpuWindow(p: ProcessEvidence): CpuWindow | undefined {
  const readings =
    p.stat.length >= 2
      ? p.stat.map((s) => ({
          at: s,
          sec: (s.value.userTicks + s.value.systemTicks) / 100,
          row: "utime",
        }))
      : p.metrics.flatMap((m) =>
          m.value.process.cpuSeconds === undefined
            ? []
            : [{ at: m, sec: m.value.process.cpuSeconds, row: "process_cpu_seconds_total" }],
        );
  const a = readings[0];
  const b = readings[readings.length - 1];
  if (a === undefined || b === undefined || !(b.at.timeMs - a.at.timeMs > 1000)) return undefined;
  const usedSec = b.sec - a.sec;
  // Less than at the start: another process than the first.
  if (!(usedSec > 0)) return undefined;
  return {
    fromMs: a.at.timeMs,
    toMs: b.at.timeMs,
    usedSec,
    errorSec: 0.02,
    clockMs: a.at.clock === "reply" && b.at.clock === "reply" ? 50 : 1500,
    evidence: [a, b].map((r) => `${r.at.artefact.id}:${r.row}`),
  };
}

function isThrottled(p: ProcessEvidence): boolean {
  return containerReadings(p).some((r) => (r.throttledFraction ?? 0) > 0.05);
}

/** Sound cycles of a log between two of its rows, summed; CPU seconds. */
interface LogWork {
  readonly first: number;
  readonly last: number;
  readonly cycles: number;
  /** Of marking. */
  readonly gc: number;
  readonly assist: number;
  /** Wall time of the stops: what one P can have worked in them at most. */
  readonly stopped: number;
  readonly idle: number;
  /** GC work of the costliest cycle: what one more or less at an end of the window would change. */
  readonly most: number;
}

function workOf(c: GcCycleColumns, rows: readonly number[]): LogWork | undefined {
  const first = rows[0];
  const last = rows[rows.length - 1];
  if (first === undefined || last === undefined) return undefined;
  let gc = 0;
  let assist = 0;
  let idle = 0;
  let stopped = 0;
  let most = 0;
  for (const i of rows) {
    const work = sum(c.assistCpuNs[i], c.workerCpuNs[i]) / 1e9;
    stopped += sum(c.sweepTermNs[i], c.markTermNs[i]) / 1e9;
    gc += work;
    most = Math.max(most, work);
    assist += (c.assistCpuNs[i] ?? 0) / 1e9;
    idle += (c.idleCpuNs[i] ?? 0) / 1e9;
  }
  return { first, last, cycles: rows.length, gc, assist, idle, stopped, most };
}

type Shares = Pick<
  GcCost,
  "gcShare" | "assistShare" | "gcCores" | "cyclesPerSec" | "cycles" | "seconds"
>;

function costFromLog(p: ProcessEvidence): GcCost | undefined {
  const window = isThrottled(p) ? undefined : cpuWindow(p);
  let best: Shares | undefined;
  const isBetter = (x: Shares): boolean => {
    if (best === undefined) return true;
    const known = (s: Shares) => Number(s.gcShare?.grade !== "bound");
    return known(x) - known(best) > 0 || (x.cycles ?? 0) > (best.cycles ?? 0);
  };
  for (const { artefact, segment } of p.gctrace) {
    const c = segment.cycles;
    const sound: number[] = [];
    for (let i = 0; i < c.length; i++) if (((c.flags[i] ?? 0) & GC_UNSOUND) === 0) sound.push(i);
    const id = (w: LogWork) => `${artefact.id}:L${c.line[w.first] ?? 0}-${c.line[w.last] ?? 0}`;
    const shares =
      (window === undefined ? undefined : shareOfUsed(window, segment, sound, p.startMs, id)) ??
      shareOfCapacity(c, sound, id);
    if (shares !== undefined && isBetter(shares)) best = shares;
  }
  return best === undefined ? undefined : { ...best, limiterActive: undefined, source: "gctrace" };
}

/**
 * Cycles that ended between the two readings of CPU time, over the CPU used between them. The two must
 * be of one window: start-up fills caches and costs another share than what follows.
 */
function shareOfUsed(
  w: CpuWindow,
  segment: GcSegment,
  sound: readonly number[],
  startMs: number,
  id: (work: LogWork) => string,
): Shares | undefined {
  if (!Number.isFinite(startMs)) return undefined;
  const ends = (i: number) => startMs + cycleEndSec(segment, i) * 1000;
  const within = sound.filter((i) => ends(i) > w.fromMs && ends(i) <= w.toMs);
  const work = workOf(segment.cycles, within);
  if (work === undefined || work.cycles < 3) return undefined;
  const lastLogged = sound[sound.length - 1];
  const gap = ((w.toMs - w.fromMs) / work.cycles) * 3;
  // A log that ends long before the window does would show less than there was.
  if (lastLogged === undefined || ends(lastLogged) < w.toMs - gap) return undefined;
  const seconds = (w.toMs - w.fromMs) / 1000;
  const rate = work.cycles / seconds;
  // At either end one cycle, or as many as the clock's error holds, may belong to the other side.
  const atEnds = Math.max(1, rate * (w.clockMs / 1000));
  const mean = work.gc / work.cycles;
  const doubt = Math.max(work.most, mean * atEnds);
  const used = w.usedSec - work.idle;
  if (!(used > 5 * w.errorSec)) return undefined;
  // The log's CPU times are of the wall clock while a P is held: a process that is throttled or waits for a
  // core shows more of it than it used, and then the two cannot be divided.
  if (work.gc + work.idle > 0.9 * w.usedSec) return undefined;
  const evidence = [id(work), ...w.evidence];
  const share = (x: number, more: number): Quantity => {
    const off = work.gc > 0 ? (doubt * x) / work.gc : doubt;
    const at = (v: number, of: number) => Math.min(1, Math.max(0, v / of));
    return derived(
      at(x, used),
      at(x - off, used + w.errorSec),
      at(x + off + more, used - w.errorSec),
      "fraction",
      evidence,
      "gc-cycle",
    );
  };
  return {
    gcShare: share(work.gc, work.stopped),
    assistShare: share(work.assist, 0),
    gcCores: work.gc / seconds,
    cyclesPerSec: counted(rate, "1/s", evidence, "gc-cycle"),
    cycles: work.cycles,
    seconds,
  };
}

/** Without the process's CPU time only the capacity is known: the share of it is a lower bound. */
function shareOfCapacity(
  c: GcCycleColumns,
  sound: readonly number[],
  id: (work: LogWork) => string,
): Shares | undefined {
  // Start-up is not the service: the first fifth of a long log is left out.
  const rows = sound.slice(sound.length >= 20 ? Math.floor(sound.length / 5) : 0);
  const a = rows[0];
  const b = rows[rows.length - 1];
  // The cycles before the last lie wholly inside the window between the first and the last start.
  const work = workOf(c, rows.slice(0, -1));
  if (a === undefined || b === undefined || work === undefined || rows.length < 3) return undefined;
  const seconds = (c.startSec[b] ?? NaN) - (c.startSec[a] ?? NaN);
  if (!(seconds > 0)) return undefined;
  const capacity = (c.procs[b] ?? 1) * seconds;
  const evidence = [id({ ...work, last: b })];
  const share = (x: number): Quantity => {
    const v = Math.min(1, x / capacity);
    return { ...derived(v, v, 1, "fraction", evidence, "gc-cycle"), grade: "bound" };
  };
  const n = (c.number[b] ?? 0) - (c.number[a] ?? 0);
  return {
    gcShare: share(work.gc),
    assistShare: share(work.assist),
    gcCores: work.gc / seconds,
    cyclesPerSec: counted(n / seconds, "1/s", evidence, "gc-cycle"),
    cycles: n,
    seconds,
  };
}

function sum(...list: (number | undefined)[]): number {
  return list.reduce<number>((a, b) => a + (b !== undefined && Number.isFinite(b) ? b : 0), 0);
}

/** Cycle rate, and GCCPUFraction as far as the age of the process is known. */
function costFromMemStats(p: ProcessEvidence): GcCost | undefined {
  const first = p.memStats[0];
  const last = p.memStats[p.memStats.length - 1];
  if (first === undefined || last === undefined || first === last) return undefined;
  const a = first.value.numGC;
  const b = last.value.numGC;
  const seconds = (last.timeMs - first.timeMs) / 1000;
  if (a === undefined || b === undefined || !(seconds > 1)) return undefined;
  const evidence = [`${first.artefact.id}:NumGC`, `${last.artefact.id}:NumGC`];
  const capacity = capacityShare(p, first, last);
  const procs = p.metrics
    .findLast((m) => m.value.scalars.has("/sched/gomaxprocs:threads"))
    ?.value.scalars.get("/sched/gomaxprocs:threads");
  const window = isThrottled(p) ? undefined : cpuWindow(p);
  const used =
    window === undefined ? undefined : (window.usedSec * 1000) / (window.toMs - window.fromMs);
  // GCCPUFraction is a share of GOMAXPROCS × time; of the CPU used it is at least as much.
  const cores = capacity !== undefined && procs !== undefined ? capacity * procs : undefined;
  const share = cores !== undefined && used !== undefined && used > 0.02 ? cores / used : undefined;
  const ids = [`${first.artefact.id}:GCCPUFraction`, `${last.artefact.id}:GCCPUFraction`];
  const most = used !== undefined && used > 0.02 ? stoppedShare(first, last) / used : 0;
  return {
    gcShare:
      share !== undefined
        ? derived(
            Math.min(1, share),
            share * 0.85,
            Math.min(1, share * 1.15 + most),
            "fraction",
            ids,
          )
        : capacity === undefined
          ? undefined
          : { ...derived(capacity, capacity * 0.95, 1, "fraction", ids), grade: "bound" },
    assistShare: undefined,
    gcCores: cores,
    cyclesPerSec: counted((b - a) / seconds, "1/s", evidence, "wall"),
    cycles: b - a,
    seconds,
    limiterActive: undefined,
    source: "memstats",
  };
}

/** Wall time of the stops over that between two readings; 0 where it is not told. */
function stoppedShare(first: Timed<MemStats>, last: Timed<MemStats>): number {
  const ns = (last.value.pauseTotalNs ?? 0) - (first.value.pauseTotalNs ?? 0);
  return Math.max(0, ns / 1e6 / (last.timeMs - first.timeMs)) || 0;
}

/**
 * GC CPU over capacity between two readings, without the stops, in which it counts all Ps; needs the process's
 * age at both.
 */
function capacityShare(
  p: ProcessEvidence,
  first: Timed<MemStats>,
  last: Timed<MemStats>,
): number | undefined {
  const a = first.value.gcCPUFraction;
  const b = last.value.gcCPUFraction;
  if (a === undefined || b === undefined || !Number.isFinite(p.startMs)) return undefined;
  const ageA = first.timeMs - p.startMs;
  const ageB = last.timeMs - p.startMs;
  if (!(ageA > 0) || !(ageB > ageA)) return undefined;
  const share = (b * ageB - a * ageA) / (ageB - ageA);
  if (!(share >= 0 && share <= 1)) return undefined;
  return Math.max(0, share - stoppedShare(first, last));
}
