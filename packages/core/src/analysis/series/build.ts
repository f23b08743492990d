// Dense series of a process from whatever source has most points. Trend is asked of these, never of
// the two or three heap profiles. Marked = bytes marked at the end of a cycle, everything allocated
// during the mark included (gctrace's third number, /gc/heap/live, what NextGC was computed from).

import { markedFromNextGC, minimumGoal } from "../../goruntime/pacer.ts";
import {
  fromMemStats,
  fromMetrics,
  goMapped,
  limitGoal,
  type GoMemory,
} from "../../goruntime/memory-classes.ts";
import { cycleEndSec } from "../../evidence/fingerprint.ts";
import type { ProcessEvidence } from "../../evidence/process.ts";
import { GC_UNSOUND } from "../../model/tables/gc-cycles.ts";
import type { MemStats } from "../../model/tables/memstats.ts";
import { MiB } from "../../model/units.ts";
import type { Series, SeriesId } from "./series.ts";

export type SeriesSet = { readonly [K in SeriesId]?: Series };

interface Points {
  time: number[];
  value: number[];
  cycle: number[];
  evidence: Set<string>;
}

const empty = (): Points => ({ time: [], value: [], cycle: [], evidence: new Set() });

function push(p: Points, time: number, value: number, cycle: number, id: string): void {
  if (!Number.isFinite(value) || !Number.isFinite(time)) return;
  p.time.push(time);
  p.value.push(value);
  p.cycle.push(cycle);
  // A series of a thousand files is not cited file by file.
  if (p.evidence.size < 8) p.evidence.add(id);
}

function finish(
  id: SeriesId,
  p: Points,
  options: {
    unit?: Series["unit"];
    basis?: Series["basis"];
    clock?: Series["clock"];
    resolution?: number;
  },
): Series | undefined {
  if (p.time.length === 0) return undefined;
  const order = p.time.map((_, i) => i).sort((a, b) => (p.time[a] ?? 0) - (p.time[b] ?? 0));
  const pick = (list: readonly number[]) => Float64Array.from(order, (i) => list[i] ?? NaN);
  return {
    id,
    unit: options.unit ?? "bytes",
    basis: options.basis ?? "wall",
    clock: options.clock ?? "wall",
    time: pick(p.time),
    value: pick(p.value),
    cycle: options.basis === "gc-cycle" ? pick(p.cycle) : undefined,
    resolution: options.resolution ?? 0,
    evidence: [...p.evidence],
  };
}

export function buildSeries(p: ProcessEvidence): SeriesSet {
  const out: { -readonly [K in SeriesId]?: Series } = {};
  const set = (s: Series | undefined) => {
    if (s !== undefined) out[s.id] = s;
  };
  const log = fromGcTrace(p);
  const marked = [log.marked, markedFromLiveMetric(p), markedFromGoal(p)].filter(
    (s): s is Series => s !== undefined,
  );
  // Most cycles wins; between equals the exact one (metrics) before the floored one.
  marked.sort((a, b) => b.time.length - a.time.length || a.resolution - b.resolution);
  set(marked[0]);
  const goal = goalFromCounters(p);
  set(log.peak !== undefined && log.peak.time.length >= (goal?.time.length ?? 0) ? log.peak : goal);
  set(log.goal);
  set(
    scalarSeries(
      p,
      "heap-alloc",
      (m) => m.get("/memory/classes/heap/objects:bytes"),
      (m) => m.heapAlloc,
    ),
  );
  set(goroutineSeries(p));
  set(
    scalarSeries(
      p,
      "allocated",
      (m) => m.get("/gc/heap/allocs:bytes"),
      (m) => m.totalAlloc,
    ),
  );
  set(
    scalarSeries(
      p,
      "stacks",
      (m) => m.get("/memory/classes/heap/stacks:bytes"),
      (m) => m.stackInuse,
    ),
  );
  set(
    scalarSeries(
      p,
      "go-total",
      (m) => {
        const g = fromMetrics(m);
        return g === undefined ? undefined : goMapped(g);
      },
      (m) => {
        const g = fromMemStats(m);
        return g === undefined ? undefined : goMapped(g);
      },
    ),
  );
  set(rssSeries(p));
  set(rssAnonSeries(p));
  set(chargeSeries(p));
  set(nativeSeries(out["rss-anon"], out["go-total"]));
  return out;
}

function fromGcTrace(p: ProcessEvidence): {
  marked: Series | undefined;
  peak: Series | undefined;
  goal: Series | undefined;
} {
  const marked = empty();
  const peak = empty();
  const goal = empty();
  const onWall = Number.isFinite(p.startMs);
  // Copies of a growing log repeat their cycles.
  const seen = new Set<string>();
  for (const { artefact, segment } of p.gctrace) {
    const c = segment.cycles;
    for (let i = 0; i < c.length; i++) {
      if (((c.flags[i] ?? 0) & GC_UNSOUND) !== 0) continue;
      const key = `${c.number[i] ?? NaN}@${(c.startSec[i] ?? NaN).toFixed(2)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      const end = cycleEndSec(segment, i);
      const seconds = Number.isFinite(end) ? end : (c.startSec[i] ?? NaN);
      const time = (onWall ? p.startMs : 0) + seconds * 1000;
      const n = c.number[i] ?? NaN;
      push(marked, time, (c.markedBytes[i] ?? NaN) + MiB / 2, n, artefact.id);
      push(peak, time, (c.heapEndBytes[i] ?? NaN) + MiB / 2, n, artefact.id);
      push(goal, time, c.goalBytes[i] ?? NaN, n, artefact.id);
    }
  }
  const options = {
    basis: "gc-cycle",
    clock: onWall ? "wall" : "process",
    resolution: MiB,
  } as const;
  return {
    marked: finish("marked", marked, options),
    peak: finish("peak", peak, options),
    goal: finish("goal", goal, options),
  };
}

function markedFromLiveMetric(p: ProcessEvidence): Series | undefined {
  const points = empty();
  let lastCycle = -1;
  for (const m of p.metrics) {
    const live = m.value.scalars.get("/gc/heap/live:bytes");
    const cycle = m.value.scalars.get("/gc/cycles/total:gc-cycles") ?? NaN;
    if (live === undefined || live === 0 || cycle === lastCycle) continue;
    lastCycle = cycle;
    push(points, m.timeMs, live, cycle, m.artefact.id);
  }
  return finish("marked", points, { basis: "gc-cycle" });
}

/** Scanned globals are not in MemStats; large programs have a few MiB. */
const GLOBALS = 8 * MiB;

/**
 * From NextGC and GOGC, where a memory limit does not govern. Without scanned roots the value is too
 * high by at most (S + K)·g/(1 + g), the same each cycle while stacks are steady: fit for a trend.
 */
function markedFromGoal(p: ProcessEvidence): Series | undefined {
  const gogc = p.settings.gogcPercent ?? 100;
  const memLimit = p.settings.goMemLimit ?? Infinity;
  // The goal is the lower of the two; near the limit's own it says nothing of what was marked.
  const limitMakes = (goal: number, memory: GoMemory | undefined) =>
    Number.isFinite(memLimit) &&
    goal >= 0.95 * (memory === undefined ? 0.7 * memLimit : limitGoal(memory, memLimit));
  // What was marked stays allocated until the next cycle. Less allocated than that means that another
  // GOGC, or a memory limit, made the goal: then nothing follows from it.
  const isGuess = p.settings.gogcPercent === undefined || p.settings.goMemLimit === undefined;
  const points = empty();
  const seen = new Set<number>();
  // go_memstats_* carries no NumGC: there the time of the last cycle tells one from the next.
  const seenEnds = new Set<number>();
  for (const m of p.memStats) {
    const v = m.value;
    const cycle = v.numGC ?? NaN;
    if (v.nextGC === undefined || cycle === 0 || v.lastGCMs === 0) continue;
    if (limitMakes(v.nextGC, fromMemStats(v))) continue;
    const marked = markedFromNextGC(v.nextGC, gogc, { lo: 0, hi: v.stackInuse ?? 0 });
    if (marked === undefined) continue;
    if (isGuess && v.heapAlloc !== undefined && v.heapAlloc < 0.95 * marked.lo - GLOBALS)
      return undefined;
    if (seen.has(cycle) || (v.lastGCMs !== undefined && seenEnds.has(v.lastGCMs))) continue;
    if (Number.isFinite(cycle)) seen.add(cycle);
    if (v.lastGCMs !== undefined) seenEnds.add(v.lastGCMs);
    const time = v.lastGCMs !== undefined && v.lastGCMs > 0 ? v.lastGCMs : m.timeMs;
    push(points, time, marked.value, cycle, m.artefact.id);
  }
  for (const m of p.metrics) {
    const s = m.value.scalars;
    const goal = s.get("/gc/heap/goal:bytes");
    const cycle = s.get("/gc/cycles/total:gc-cycles") ?? NaN;
    if (goal === undefined || seen.has(cycle) || s.has("/gc/heap/live:bytes")) continue;
    if (goal <= minimumGoal(gogc) * 1.001 || limitMakes(goal, fromMetrics(s))) continue;
    const marked = markedFromNextGC(goal, gogc, {
      lo: 0,
      hi: s.get("/memory/classes/heap/stacks:bytes") ?? 0,
    });
    if (marked === undefined) continue;
    if (Number.isFinite(cycle)) seen.add(cycle);
    push(points, m.timeMs, marked.value, cycle, m.artefact.id);
  }
  if (isGuess && floorRisesAway(points, p)) return undefined;
  return finish("marked", points, { basis: "gc-cycle" });
}

/**
 * Under a governing memory limit NextGC stays where it is while live memory rises below it. Then the
 * floor of heap objects, what remains after each cycle, rises and "marked" does not: the guess that
 * GOGC made the goal is wrong.
 */
function floorRisesAway(points: Points, p: ProcessEvidence): boolean {
  const heap = p.memStats.flatMap((m) =>
    m.value.heapAlloc === undefined ? [] : [m.value.heapAlloc],
  );
  const third = Math.floor(heap.length / 3);
  const n = points.value.length;
  if (third < 5 || n < 5) return false;
  const floorBefore = Math.min(...heap.slice(0, third));
  const floorAfter = Math.min(...heap.slice(-third));
  const rise = (points.value[n - 1] ?? 0) - (points.value[0] ?? 0);
  return floorAfter - floorBefore > 4 * MiB && floorAfter - floorBefore > 3 * Math.max(0, rise);
}

/** The heap just before the next cycle is its goal, as long as the pacer meets it. */
function goalFromCounters(p: ProcessEvidence): Series | undefined {
  const points = empty();
  let last = -1;
  for (const m of p.metrics) {
    const goal = m.value.scalars.get("/gc/heap/goal:bytes");
    const cycle = m.value.scalars.get("/gc/cycles/total:gc-cycles") ?? NaN;
    if (goal === undefined || goal > 2 ** 60 || cycle === last) continue;
    last = cycle;
    push(points, m.timeMs, goal, cycle, m.artefact.id);
  }
  if (points.time.length === 0) {
    const seen = new Set<number>();
    for (const m of p.memStats) {
      const v = m.value;
      if (v.nextGC === undefined || v.nextGC > 2 ** 60) continue;
      const of = v.lastGCMs ?? v.numGC;
      if (of !== undefined && seen.has(of)) continue;
      if (of !== undefined) seen.add(of);
      push(
        points,
        v.lastGCMs !== undefined && v.lastGCMs > 0 ? v.lastGCMs : m.timeMs,
        v.nextGC,
        v.numGC ?? NaN,
        m.artefact.id,
      );
    }
  }
  return finish("peak", points, { basis: "gc-cycle" });
}

function scalarSeries(
  p: ProcessEvidence,
  id: SeriesId,
  fromScalars: (m: ReadonlyMap<string, number>) => number | undefined,
  fromStats: (m: MemStats) => number | undefined,
): Series | undefined {
  const points = empty();
  for (const m of p.metrics) {
    const v =
      fromScalars(m.value.scalars) ??
      (m.value.memStats === undefined ? undefined : fromStats(m.value.memStats));
    if (v !== undefined) push(points, m.timeMs, v, NaN, m.artefact.id);
  }
  const scraped = new Set(p.metrics.map((m) => m.artefact));
  for (const m of p.memStats) {
    if (scraped.has(m.artefact)) continue;
    const v = fromStats(m.value);
    if (v !== undefined) push(points, m.timeMs, v, NaN, m.artefact.id);
  }
  return finish(id, points, {});
}

function goroutineSeries(p: ProcessEvidence): Series | undefined {
  const points = empty();
  for (const m of p.metrics) {
    const n = m.value.scalars.get("/sched/goroutines:goroutines") ?? m.value.goroutines;
    if (n !== undefined) push(points, m.timeMs, n, NaN, m.artefact.id);
  }
  for (const g of p.goroutineProfiles) {
    const total = (g.value.values[0] ?? new Float64Array()).reduce((a, b) => a + b, 0);
    push(points, g.timeMs, total, NaN, g.artefact.id);
  }
  for (const g of p.goroutineDumps) push(points, g.timeMs, g.value.rows, NaN, g.artefact.id);
  return finish("goroutines", points, { unit: "count" });
}

function rssSeries(p: ProcessEvidence): Series | undefined {
  const points = empty();
  for (const s of p.status)
    if (s.value.vmRss !== undefined) push(points, s.timeMs, s.value.vmRss, NaN, s.artefact.id);
  for (const s of p.smaps) {
    if (s.value.form === "maps") continue;
    push(
      points,
      s.timeMs,
      s.value.rss.reduce((a, b) => a + b, 0),
      NaN,
      s.artefact.id,
    );
  }
  if (points.time.length === 0) {
    for (const m of p.metrics) {
      const v = m.value.process.residentBytes;
      if (v !== undefined) push(points, m.timeMs, v, NaN, m.artefact.id);
    }
  }
  return finish("rss", points, {});
}

function rssAnonSeries(p: ProcessEvidence): Series | undefined {
  const points = empty();
  for (const s of p.status)
    if (s.value.rssAnon !== undefined) push(points, s.timeMs, s.value.rssAnon, NaN, s.artefact.id);
  for (const s of p.smaps) {
    if (s.value.form === "maps") continue;
    push(
      points,
      s.timeMs,
      s.value.anonymous.reduce((a, b) => a + b, 0),
      NaN,
      s.artefact.id,
    );
  }
  return finish("rss-anon", points, {});
}

function chargeSeries(p: ProcessEvidence): Series | undefined {
  const points = empty();
  for (const c of p.cgroup) {
    const v =
      c.value.files.get("memory.current")?.get("") ??
      c.value.files.get("memory.usage_in_bytes")?.get("");
    if (v !== undefined) push(points, c.timeMs, v, NaN, c.artefact.id);
  }
  return finish("container-charge", points, {});
}

/** RssAnon minus what Go mapped and kept, at the nearest Go reading within 5 s. */
function nativeSeries(anon: Series | undefined, go: Series | undefined): Series | undefined {
  if (anon === undefined || go === undefined) return undefined;
  const points = empty();
  let j = 0;
  for (let i = 0; i < anon.time.length; i++) {
    const t = anon.time[i] ?? NaN;
    while (
      j + 1 < go.time.length &&
      Math.abs((go.time[j + 1] ?? NaN) - t) <= Math.abs((go.time[j] ?? NaN) - t)
    )
      j++;
    if (Math.abs((go.time[j] ?? NaN) - t) > 5000) continue;
    push(points, t, (anon.value[i] ?? NaN) - (go.value[j] ?? NaN), NaN, anon.evidence[0] ?? "");
  }
  return finish("native", points, {});
}
