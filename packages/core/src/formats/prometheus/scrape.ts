// One scrape as it is read, and the sample that comes of it.

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import type { MemStats } from "../../model/tables/memstats.ts";
import type { LoadCounter, MetricHistogram, MetricsSample } from "../../model/tables/metrics.ts";
import type { LoadRule } from "./load-names.ts";
import type { ProcessField } from "./names.ts";

type MemStatsDraft = { -readonly [K in keyof MemStats]: MemStats[K] };

/** A counter by name, summed over its label sets. */
export interface LoadSum {
  readonly name: string;
  readonly rules: readonly LoadRule[];
  sum: number;
}

interface Buckets {
  readonly le: number[];
  readonly upTo: number[];
}

/** runtime/metrics histograms have some 160 buckets at most. */
const MAX_BUCKETS = 2000;
const MAX_NAMES = 10_000;

/** `base_count` and how `base` was seen to be a histogram or summary. */
export interface Types {
  typeOf(family: string): string | undefined;
  /** The family has `_bucket` or `_sum` samples. */
  isDistribution(base: string): boolean;
}

export class Scrape {
  readonly scalars = new Map<string, number>();
  readonly memStats: MemStatsDraft = {};
  readonly process: { -readonly [K in ProcessField]?: number } = {};
  readonly loads = new Map<string, LoadSum>();
  readonly distributions = new Set<string>();
  readonly #buckets = new Map<string, Buckets>();
  readonly #identities = new Map<string, number>();
  goVersion: string | undefined = undefined;
  goroutines: number | undefined = undefined;
  timeMs: number | undefined = undefined;
  /** A go_ or process_ metric has more than one label set. */
  isOfSeveral = false;
  hasInstance = false;
  lines = 0;
  readonly firstLine: number;

  constructor(firstLine: number) {
    this.firstLine = firstLine;
  }

  /** True while `metric` has been seen with these labels only. */
  noteIdentity(metric: string, identity: number): void {
    const known = this.#identities.get(metric);
    if (known === undefined) this.#identities.set(metric, identity);
    else if (known !== identity) this.isOfSeveral = true;
  }

  addBucket(name: string, le: number, upTo: number): void {
    let buckets = this.#buckets.get(name);
    if (buckets === undefined) {
      buckets = { le: [], upTo: [] };
      this.#buckets.set(name, buckets);
    }
    if (buckets.le.length >= MAX_BUCKETS) return;
    buckets.le.push(le);
    buckets.upTo.push(upTo);
  }

  addLoad(name: string, rules: readonly LoadRule[], value: number, log: DiagnosticLog): void {
    const known = this.loads.get(name);
    if (known !== undefined) known.sum += value;
    else if (this.loads.size < MAX_NAMES) this.loads.set(name, { name, rules, sum: value });
    else log.add("prometheus.too-many-counters", "damage", { most: MAX_NAMES });
  }

  finish(types: Types, log: DiagnosticLog): MetricsSample {
    const where = { line: this.firstLine };
    const isOfOne = !this.isOfSeveral;
    if (!isOfOne) log.add("prometheus.several-processes", "warning", {}, where);
    const histograms = new Map<string, MetricHistogram>();
    if (isOfOne) {
      for (const [name, buckets] of this.#buckets) {
        const histogram = histogramOf(buckets);
        if (histogram !== undefined) histograms.set(name, histogram);
        else log.add("prometheus.bad-histogram", "damage", { name }, where);
      }
    }
    // Counters of a federated page are of all the instances together, those of one process's page its own.
    const isOwnLoad = isOfOne || !this.hasInstance;
    return {
      timeMs: this.timeMs,
      scalars: isOfOne ? this.scalars : new Map(),
      histograms,
      memStats: isOfOne && Object.keys(this.memStats).length > 0 ? this.memStats : undefined,
      goVersion: isOfOne ? this.goVersion : undefined,
      goroutines: isOfOne
        ? (this.goroutines ?? this.scalars.get("/sched/goroutines:goroutines"))
        : undefined,
      process: isOfOne ? this.process : {},
      loadCounters: isOwnLoad ? loadCountersOf(this.loads, types) : [],
    };
  }
}

/** Prometheus buckets count up to their edge, runtime/metrics between two. */
function histogramOf({ le, upTo }: Buckets): MetricHistogram | undefined {
  const n = le.length;
  const counts = new Float64Array(n);
  const edges = new Float64Array(n + 1);
  edges[0] = -Infinity;
  let before = 0;
  for (let i = 0; i < n; i++) {
    const edge = le[i] ?? NaN;
    const total = upTo[i] ?? NaN;
    if (!(edge > (edges[i] ?? NaN)) || !(total >= before)) return undefined;
    edges[i + 1] = edge;
    counts[i] = total - before;
    before = total;
  }
  return edges[n] === Infinity ? { counts, buckets: edges } : undefined;
}

function loadCountersOf(loads: ReadonlyMap<string, LoadSum>, types: Types): LoadCounter[] {
  const out: LoadCounter[] = [];
  for (const { name, rules, sum } of loads.values()) {
    if (rules.some((rule) => isOf(rule, name, types))) out.push({ name, value: sum });
  }
  return out;
}

function isOf(rule: LoadRule, name: string, types: Types): boolean {
  // OpenMetrics writes TYPE of the name without _total.
  const type = types.typeOf(name) ?? types.typeOf(name.replace(/_total$/, ""));
  switch (rule.of) {
    case "any":
      return true;
    case "counter":
      return type === undefined
        ? !isCount(name, types)
        : /^(?:counter|untyped|unknown)$/.test(type);
    case "count":
      return type === undefined && isCount(name, types);
  }
}

function isCount(name: string, types: Types): boolean {
  if (!name.endsWith("_count")) return false;
  const base = name.slice(0, -"_count".length);
  const type = types.typeOf(base);
  if (type === undefined) return types.isDistribution(base);
  return type === "histogram" || type === "summary";
}
