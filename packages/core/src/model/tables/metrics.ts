// runtime/metrics, Prometheus text and expvar, brought to one form: names are runtime/metrics names
// wherever a source's name maps to one exactly (formats/<source>/names.ts holds the mapping).

import type { MemStats } from "./memstats.ts";

export interface MetricHistogram {
  /** counts[i] lies in [buckets[i], buckets[i+1]); buckets may begin with −Infinity, end with ∞. */
  readonly counts: Float64Array;
  readonly buckets: Float64Array;
}

/** A monotone counter of the application that can stand for load. */
export interface LoadCounter {
  readonly name: string;
  readonly value: number;
}

export interface MetricsSample {
  /** When the source says it was taken, Unix ms; undefined when it does not say. */
  readonly timeMs: number | undefined;
  /** `/gc/heap/live:bytes` → number. */
  readonly scalars: ReadonlyMap<string, number>;
  readonly histograms: ReadonlyMap<string, MetricHistogram>;
  readonly memStats: MemStats | undefined;
  /** `go_info`'s version label, "go1.26.8". */
  readonly goVersion: string | undefined;
  readonly goroutines: number | undefined;
  readonly process: {
    readonly residentBytes?: number;
    readonly startTimeSec?: number;
    readonly cpuSeconds?: number;
    readonly openFds?: number;
  };
  /** `*_requests_total`, `*_count` of histograms and summaries…: summed over labels, by name. */
  readonly loadCounters: readonly LoadCounter[];
}

export interface MetricsTable {
  readonly kind: "metrics";
  readonly source: "runtime-metrics" | "prometheus" | "expvar";
  /** One per scrape found in the artefact, in file order. */
  readonly samples: readonly MetricsSample[];
}
