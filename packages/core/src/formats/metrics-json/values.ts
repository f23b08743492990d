// JSON values of runtime/metrics brought to one sample.
// Authority: runtime/metrics (Go 1.22–1.27): Sample.Name → KindUint64, KindFloat64, or a
// Float64Histogram {Counts, Buckets}, whose outer buckets may be ±Inf.

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import type { MetricHistogram, MetricsSample } from "../../model/tables/metrics.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The level of a document on which names begin with "/" and hold a unit after ":". */
export function metricsLevel(value: unknown, depth = 0): JsonObject | undefined {
  if (!isObject(value) || depth > 4) return undefined;
  if (Object.keys(value).some(isMetricName)) return value;
  for (const inner of Object.values(value)) {
    const found = metricsLevel(inner, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

export function isMetricName(name: string): boolean {
  return /^\/[a-z0-9/_.-]+:[A-Za-z0-9*/_.-]+$/.test(name);
}

/** JSON has no infinities and no NaN: they come as strings. Undefined for anything that is no number. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string") return undefined;
  if (/^\+?Inf(inity)?$/i.test(value)) return Infinity;
  if (/^-Inf(inity)?$/i.test(value)) return -Infinity;
  if (value === "NaN") return NaN;
  return /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/.test(value) ? Number(value) : undefined;
}

function histogramOf(value: JsonObject): MetricHistogram | undefined {
  const counts = value["counts"] ?? value["Counts"];
  const buckets = value["buckets"] ?? value["Buckets"];
  if (!Array.isArray(counts) || !Array.isArray(buckets) || buckets.length !== counts.length + 1)
    return undefined;
  const c = counts.map(numberOf);
  const b = buckets.map(numberOf);
  if (c.some((x) => x === undefined) || b.some((x) => x === undefined)) return undefined;
  return {
    counts: Float64Array.from(c, (x) => x ?? 0),
    buckets: Float64Array.from(b, (x) => x ?? 0),
  };
}

/** `outer`: the whole document, for a time stated beside the metrics. */
export function sampleOf(
  level: JsonObject,
  outer: unknown,
  log: DiagnosticLog,
  line: number,
): MetricsSample {
  const scalars = new Map<string, number>();
  const histograms = new Map<string, MetricHistogram>();
  for (const [name, value] of Object.entries(level)) {
    if (!isMetricName(name)) continue;
    const n = numberOf(value);
    if (n !== undefined) {
      // NaN states that there is no value: the metric is absent then, not zero.
      if (!Number.isNaN(n)) scalars.set(name, n);
      continue;
    }
    const h = isObject(value) ? histogramOf(value) : undefined;
    if (h !== undefined) histograms.set(name, h);
    else log.add("metrics-json.bad-value", "damage", { name }, { line });
  }
  return {
    timeMs: timeOf(level) ?? timeOf(outer),
    scalars,
    histograms,
    memStats: undefined,
    goVersion: undefined,
    goroutines: scalars.get("/sched/goroutines:goroutines"),
    process: {},
    loadCounters: [],
  };
}

/** A field named time or timestamp: RFC 3339, or Unix seconds, ms, µs or ns told by their size. */
function timeOf(value: unknown): number | undefined {
  if (!isObject(value)) return undefined;
  const raw = value["time"] ?? value["timestamp"] ?? value["ts"] ?? value["time_unix_ms"];
  if (typeof raw === "string") {
    const ms = Date.parse(raw);
    return Number.isFinite(ms) ? ms : undefined;
  }
  if (typeof raw !== "number" || !(raw > 1e8)) return undefined;
  if (raw < 1e11) return raw * 1000;
  if (raw < 1e14) return raw;
  return raw < 1e17 ? raw / 1000 : raw / 1e6;
}
