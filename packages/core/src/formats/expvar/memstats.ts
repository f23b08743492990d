// The `memstats` object of expvar: encoding/json of runtime.MemStats, with Go's field names.
// Source: runtime/mstats.go (Go 1.22–1.27).

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import type { MemStats } from "../../model/tables/memstats.ts";

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

type Draft = { -readonly [K in keyof MemStats]: MemStats[K] };
type NumberField = {
  [K in keyof Draft]-?: Draft[K] extends number | undefined ? K : never;
}[keyof Draft];

const FIELDS: readonly (readonly [string, NumberField, number])[] = [
  ["Alloc", "alloc", 1],
  ["TotalAlloc", "totalAlloc", 1],
  ["Sys", "sys", 1],
  ["Mallocs", "mallocs", 1],
  ["Frees", "frees", 1],
  ["HeapAlloc", "heapAlloc", 1],
  ["HeapSys", "heapSys", 1],
  ["HeapIdle", "heapIdle", 1],
  ["HeapInuse", "heapInuse", 1],
  ["HeapReleased", "heapReleased", 1],
  ["HeapObjects", "heapObjects", 1],
  ["StackInuse", "stackInuse", 1],
  ["StackSys", "stackSys", 1],
  ["MSpanInuse", "mSpanInuse", 1],
  ["MSpanSys", "mSpanSys", 1],
  ["MCacheInuse", "mCacheInuse", 1],
  ["MCacheSys", "mCacheSys", 1],
  ["BuckHashSys", "buckHashSys", 1],
  ["GCSys", "gcSys", 1],
  ["OtherSys", "otherSys", 1],
  ["NextGC", "nextGC", 1],
  // Unix ns are above 2^53: rounded to 256 ns by the parser, far below a ms.
  ["LastGC", "lastGCMs", 1e-6],
  ["NumGC", "numGC", 1],
  ["NumForcedGC", "numForcedGC", 1],
  ["GCCPUFraction", "gcCPUFraction", 1],
  ["PauseTotalNs", "pauseTotalNs", 1],
];

const RING = 256;

/** undefined when no field of MemStats is there: a redacted capture may hold an empty object. */
export function memStatsOf(
  from: Readonly<Record<string, unknown>>,
  log: DiagnosticLog,
  line: number,
): MemStats | undefined {
  const out: Draft = {};
  for (const [name, field, scale] of FIELDS) {
    const value = from[name];
    if (value === undefined || value === null) continue;
    if (typeof value === "number" && value >= 0) out[field] = scale === 1 ? value : value * scale;
    else log.add("expvar.bad-value", "damage", { name }, { line });
  }
  const pauses = ring(from, "PauseNs", 1, log, line);
  if (pauses !== undefined) out.pauseNs = pauses;
  const ends = ring(from, "PauseEnd", 1e-6, log, line);
  if (ends !== undefined) out.pauseEndMs = ends;
  return Object.keys(out).length > 0 ? out : undefined;
}

function ring(
  from: Readonly<Record<string, unknown>>,
  name: string,
  scale: number,
  log: DiagnosticLog,
  line: number,
): Float64Array | undefined {
  const list = from[name];
  if (list === undefined || list === null) return undefined;
  if (!Array.isArray(list) || list.length !== RING) {
    log.add("expvar.bad-value", "damage", { name }, { line });
    return undefined;
  }
  const out = new Float64Array(RING);
  for (let i = 0; i < RING; i++) {
    const value: unknown = list[i];
    if (typeof value !== "number" || !(value >= 0)) {
      log.add("expvar.bad-value", "damage", { name }, { line });
      return undefined;
    }
    out[i] = value * scale;
  }
  return out;
}
