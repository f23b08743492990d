// Everything derived from one process's evidence, once, before any rule looks at it.

import type { ProcessEvidence } from "../evidence/process.ts";
import type { Quantity } from "../model/quantity.ts";
import { analyzeGoroutines, type GoroutineAnalysis } from "./goroutines/goroutines.ts";
import { gcCost, type GcCost } from "./gc-cost.ts";
import { containerLedger } from "./ledger/container.ts";
import { forecast, type Forecast } from "./ledger/forecast.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { lastRunOf } from "./last-run.ts";
import { processLedger } from "./ledger/process.ts";
import { loadOf, type Load } from "./load.ts";
import { buildSeries, type SeriesSet } from "./series/build.ts";
import type { SeriesId } from "./series/series.ts";
import { pacingOf, type Pacing } from "./pacing.ts";
import { buildSites, type SiteAnalysis } from "./sites/build.ts";
import { assistShares } from "./trace/join.ts";
import { traceOfProcess, type ProcessTrace } from "./trace/of-process.ts";
import { holdingsOf, type Holding } from "./sites/holdings.ts";
import { seriesTrend, type SeriesTrend } from "./series-trend.ts";

export interface ViewOptions {
  /** Memory limit given by the user, bytes. */
  readonly limitBytes: number | undefined;
  readonly loadCounter: string | undefined;
  /** What the user named, for the commands an answer recommends. */
  readonly target: string;
}

export interface View {
  readonly process: ProcessEvidence;
  readonly options: ViewOptions;
  readonly series: SeriesSet;
  readonly trends: { readonly [K in SeriesId]?: SeriesTrend };
  readonly sites: SiteAnalysis | undefined;
  /** The profile shown, by line and object size; empty without one. */
  readonly holdings: readonly Holding[];
  readonly goroutines: GoroutineAnalysis | undefined;
  readonly cost: GcCost | undefined;
  /** The execution trace, where one was recorded and read. */
  readonly trace: ProcessTrace | undefined;
  readonly pacing: Pacing;
  readonly load: Load;
  readonly processLedger: Ledger | undefined;
  readonly containerLedger: Ledger | undefined;
  readonly forecast: Forecast;
  /** Seconds the evidence spans, and cycles within; undefined = one instant or unknown. */
  readonly seconds: number | undefined;
  readonly cycles: number | undefined;
  readonly uptimeSec: number | undefined;
  /** From the last point of the marked series to the last reading of anything; undefined unknown. */
  readonly sinceLastCycleSec: number | undefined;
  readonly limitOrHost: Quantity | undefined;
}

const TRENDED: readonly SeriesId[] = [
  "marked",
  "goroutines",
  "native",
  "rss",
  "rss-anon",
  "stacks",
  "heap-alloc",
  "container-charge",
];

export function buildView(evidence: ProcessEvidence, options: ViewOptions): View {
  const p = lastRunOf(evidence);
  const series = buildSeries(p);
  const trends: { -readonly [K in SeriesId]?: SeriesTrend } = {};
  for (const id of TRENDED) {
    const s = series[id];
    if (s !== undefined) {
      const t = seriesTrend(s);
      if (t !== undefined) trends[id] = t;
    }
  }
  const pacing = pacingOf(p);
  const process = processLedger(p, series.marked);
  const prediction = forecast(p, series.marked, process, options.limitBytes, pacing);
  const span = spanOf(p, series);
  const trace = traceOfProcess(p);
  const sites = buildSites(
    p,
    trace === undefined ? undefined : assistShares(trace, trace.artefact.id),
  );
  const modulePath = p.buildInfo?.mainModule?.path;
  return {
    process: p,
    options,
    series,
    trends,
    sites,
    holdings: sites === undefined ? [] : holdingsOf(sites.shown, modulePath),
    goroutines: analyzeGoroutines(p),
    cost: gcCost(p),
    trace,
    pacing,
    load: loadOf(p, series, options.loadCounter),
    processLedger: process,
    containerLedger: containerLedger(p),
    forecast: prediction,
    seconds: span.seconds,
    cycles: span.cycles,
    uptimeSec: uptimeOf(p, series),
    sinceLastCycleSec: sinceLastCycle(series),
    limitOrHost: prediction.limit?.bytes ?? prediction.hostTotal,
  };
}

function spanOf(
  p: ProcessEvidence,
  series: SeriesSet,
): { seconds: number | undefined; cycles: number | undefined } {
  let seconds: number | undefined;
  for (const s of Object.values(series)) {
    if (s === undefined || s.time.length < 2) continue;
    const d = ((s.time[s.time.length - 1] ?? NaN) - (s.time[0] ?? NaN)) / 1000;
    if (Number.isFinite(d) && d > (seconds ?? 0)) seconds = d;
  }
  const marked = series.marked;
  const first = marked?.cycle?.[0];
  const last = marked?.cycle?.[marked.cycle.length - 1];
  let cycles =
    first !== undefined && last !== undefined && Number.isFinite(last - first)
      ? last - first + 1
      : marked?.time.length;
  const counts = p.memStats.map((m) => m.value.numGC).filter((n): n is number => n !== undefined);
  if (cycles === undefined && counts.length >= 2)
    cycles = Math.max(...counts) - Math.min(...counts);
  return { seconds, cycles };
}

function sinceLastCycle(series: SeriesSet): number | undefined {
  const marked = series.marked;
  const last = marked?.time[marked.time.length - 1];
  if (marked === undefined || last === undefined || marked.clock !== "wall") return undefined;
  let end = last;
  for (const s of Object.values(series)) {
    if (s === undefined || s.clock !== "wall") continue;
    end = Math.max(end, s.time[s.time.length - 1] ?? end);
  }
  return (end - last) / 1000;
}

/** Up time at the end of the evidence. */
function uptimeOf(p: ProcessEvidence, series: SeriesSet): number | undefined {
  if (Number.isFinite(p.startMs) && Number.isFinite(p.lastMs) && p.lastMs >= p.startMs)
    return (p.lastMs - p.startMs) / 1000;
  const log = series.marked;
  if (log !== undefined && log.clock === "process")
    return (log.time[log.time.length - 1] ?? NaN) / 1000;
  const started = p.container?.facts.startedAtMs;
  if (started !== undefined && Number.isFinite(p.lastMs) && p.lastMs > started)
    return (p.lastMs - started) / 1000;
  return undefined;
}
