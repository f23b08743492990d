// Names of client_golang's collectors and what they are in the model.
//
// Authority: prometheus/client_golang v1.12–v1.25. internal/go_runtime_metrics.go builds a name from a
// runtime/metrics one: "go_" + path and unit, "/" "-" "*" become "_", "/" within the unit "_per_", "_total"
// behind cumulative scalars. go_collector.go and process_collector.go hold the fixed names. Underscores
// cannot be turned back into a path, so the known names (runtime/metrics/description.go of Go
// 1.22–1.27) are mapped forwards once, and newer ones are learned from HELP, where client_golang writes
// "Sourced from NAME.".

import type { MemStats } from "../../model/tables/memstats.ts";

const RUNTIME_NAMES = [
  "/cgo/go-to-c-calls:calls",
  "/cpu/classes/gc/mark/assist:cpu-seconds",
  "/cpu/classes/gc/mark/dedicated:cpu-seconds",
  "/cpu/classes/gc/mark/idle:cpu-seconds",
  "/cpu/classes/gc/pause:cpu-seconds",
  "/cpu/classes/gc/total:cpu-seconds",
  "/cpu/classes/idle:cpu-seconds",
  "/cpu/classes/scavenge/assist:cpu-seconds",
  "/cpu/classes/scavenge/background:cpu-seconds",
  "/cpu/classes/scavenge/total:cpu-seconds",
  "/cpu/classes/total:cpu-seconds",
  "/cpu/classes/user:cpu-seconds",
  "/gc/cleanups/executed:cleanups",
  "/gc/cleanups/queued:cleanups",
  "/gc/cycles/automatic:gc-cycles",
  "/gc/cycles/forced:gc-cycles",
  "/gc/cycles/total:gc-cycles",
  "/gc/finalizers/executed:finalizers",
  "/gc/finalizers/queued:finalizers",
  "/gc/gogc:percent",
  "/gc/gomemlimit:bytes",
  "/gc/heap/allocs-by-size:bytes",
  "/gc/heap/allocs:bytes",
  "/gc/heap/allocs:objects",
  "/gc/heap/frees-by-size:bytes",
  "/gc/heap/frees:bytes",
  "/gc/heap/frees:objects",
  "/gc/heap/goal:bytes",
  "/gc/heap/live:bytes",
  "/gc/heap/objects:objects",
  "/gc/heap/tiny/allocs:objects",
  "/gc/limiter/last-enabled:gc-cycle",
  "/gc/pauses:seconds",
  "/gc/scan/globals:bytes",
  "/gc/scan/heap:bytes",
  "/gc/scan/stack:bytes",
  "/gc/scan/total:bytes",
  "/gc/stack/starting-size:bytes",
  "/memory/classes/heap/free:bytes",
  "/memory/classes/heap/objects:bytes",
  "/memory/classes/heap/released:bytes",
  "/memory/classes/heap/stacks:bytes",
  "/memory/classes/heap/unused:bytes",
  "/memory/classes/metadata/mcache/free:bytes",
  "/memory/classes/metadata/mcache/inuse:bytes",
  "/memory/classes/metadata/mspan/free:bytes",
  "/memory/classes/metadata/mspan/inuse:bytes",
  "/memory/classes/metadata/other:bytes",
  "/memory/classes/os-stacks:bytes",
  "/memory/classes/other:bytes",
  "/memory/classes/profiling/buckets:bytes",
  "/memory/classes/total:bytes",
  "/sched/gomaxprocs:threads",
  "/sched/goroutines-created:goroutines",
  "/sched/goroutines/not-in-go:goroutines",
  "/sched/goroutines/runnable:goroutines",
  "/sched/goroutines/running:goroutines",
  "/sched/goroutines/waiting:goroutines",
  "/sched/goroutines:goroutines",
  "/sched/latencies:seconds",
  "/sched/pauses/stopping/gc:seconds",
  "/sched/pauses/stopping/other:seconds",
  "/sched/pauses/total/gc:seconds",
  "/sched/pauses/total/other:seconds",
  "/sched/threads/total:threads",
  "/sync/mutex/wait/total:seconds",
] as const;

/** `/gc/heap/live:bytes` → `go_gc_heap_live_bytes`, without the `_total` of counters. */
export function promName(runtimeName: string): string {
  const colon = runtimeName.indexOf(":");
  const path = runtimeName.slice(1, colon).replace(/[/-]/g, "_");
  const unit = runtimeName
    .slice(colon + 1)
    .replace(/[-*]/g, "_")
    .replace(/\//g, "_per_");
  // A name of one element stands in the subsystem ".", which no released metric has.
  return `go_${path}_${unit}`;
}

type Draft = { -readonly [K in keyof MemStats]: MemStats[K] };
export type MemStatsField = {
  [K in keyof Draft]-?: Draft[K] extends number | undefined ? K : never;
}[keyof Draft];

export type ProcessField = "residentBytes" | "startTimeSec" | "cpuSeconds" | "openFds";

/** What a sample's name says; `none` for everything that no rule asks for. */
export type Meaning =
  | { readonly kind: "scalar"; readonly name: string }
  | { readonly kind: "bucket"; readonly name: string }
  | { readonly kind: "memstats"; readonly field: MemStatsField; readonly scale: number }
  | { readonly kind: "process"; readonly field: ProcessField }
  | { readonly kind: "goroutines" }
  | { readonly kind: "go-info" }
  | { readonly kind: "none" };

const NONE: Meaning = { kind: "none" };

const mem = (field: MemStatsField, scale = 1): Meaning => ({ kind: "memstats", field, scale });

const FIXED: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ["go_goroutines", { kind: "goroutines" }],
  ["go_info", { kind: "go-info" }],
  ["process_resident_memory_bytes", { kind: "process", field: "residentBytes" }],
  ["process_start_time_seconds", { kind: "process", field: "startTimeSec" }],
  ["process_cpu_seconds_total", { kind: "process", field: "cpuSeconds" }],
  ["process_open_fds", { kind: "process", field: "openFds" }],
  // A summary of debug.GCStats: its count is NumGC, its sum PauseTotal.
  ["go_gc_duration_seconds_count", mem("numGC")],
  ["go_gc_duration_seconds_sum", mem("pauseTotalNs", 1e9)],
  ["go_memstats_alloc_bytes", mem("alloc")],
  ["go_memstats_alloc_bytes_total", mem("totalAlloc")],
  ["go_memstats_sys_bytes", mem("sys")],
  ["go_memstats_mallocs_total", mem("mallocs")],
  ["go_memstats_frees_total", mem("frees")],
  ["go_memstats_heap_alloc_bytes", mem("heapAlloc")],
  ["go_memstats_heap_sys_bytes", mem("heapSys")],
  ["go_memstats_heap_idle_bytes", mem("heapIdle")],
  ["go_memstats_heap_inuse_bytes", mem("heapInuse")],
  ["go_memstats_heap_released_bytes", mem("heapReleased")],
  ["go_memstats_heap_objects", mem("heapObjects")],
  ["go_memstats_stack_inuse_bytes", mem("stackInuse")],
  ["go_memstats_stack_sys_bytes", mem("stackSys")],
  ["go_memstats_mspan_inuse_bytes", mem("mSpanInuse")],
  ["go_memstats_mspan_sys_bytes", mem("mSpanSys")],
  ["go_memstats_mcache_inuse_bytes", mem("mCacheInuse")],
  ["go_memstats_mcache_sys_bytes", mem("mCacheSys")],
  ["go_memstats_buck_hash_sys_bytes", mem("buckHashSys")],
  ["go_memstats_gc_sys_bytes", mem("gcSys")],
  ["go_memstats_other_sys_bytes", mem("otherSys")],
  ["go_memstats_next_gc_bytes", mem("nextGC")],
  ["go_memstats_last_gc_time_seconds", mem("lastGCMs", 1e3)],
  // Until v1.11.
  ["go_memstats_gc_cpu_fraction", mem("gcCPUFraction")],
]);

/** Not Go settings but the name of one: `go_godebug_non_default_behavior_NAME_events_total`. */
const GODEBUG = /^go_godebug_non_default_behavior_([a-z0-9]+)_events_total$/;

const KNOWN: ReadonlyMap<string, string> = new Map(RUNTIME_NAMES.map((n) => [promName(n), n]));

/** A hostile page could name thousands. */
const MAX_LEARNED = 1000;

export class MetricNames {
  readonly #learned = new Map<string, string>();

  /** `text`: what follows "# HELP " on a line of a go_ metric. */
  learn(text: string): void {
    const match = /^(go_[a-z0-9_]+) .*Sourced from (\/[a-z0-9/_-]+:[a-zA-Z0-9*/_-]+)\.$/.exec(text);
    const metric = match?.[1];
    const source = match?.[2];
    if (metric === undefined || source === undefined || this.#learned.size >= MAX_LEARNED) return;
    const name = promName(source);
    // Only where the rule gives that very name: HELP is free text.
    if (!KNOWN.has(name) && (metric === name || metric === `${name}_total`))
      this.#learned.set(name, source);
  }

  meaningOf(metric: string): Meaning {
    const fixed = FIXED.get(metric);
    if (fixed !== undefined) return fixed;
    if (!metric.startsWith("go_")) return NONE;
    const scalar = this.#source(metric);
    if (scalar !== undefined) return { kind: "scalar", name: scalar };
    if (metric.endsWith("_bucket")) {
      const histogram = this.#source(metric.slice(0, -"_bucket".length));
      if (histogram !== undefined) return { kind: "bucket", name: histogram };
    }
    const setting = GODEBUG.exec(metric)?.[1];
    return setting === undefined
      ? NONE
      : { kind: "scalar", name: `/godebug/non-default-behavior/${setting}:events` };
  }

  #source(metric: string): string | undefined {
    const found = KNOWN.get(metric) ?? this.#learned.get(metric);
    if (found !== undefined || !metric.endsWith("_total")) return found;
    // v1.12 put _total behind histograms too: go_gc_pauses_seconds_total_bucket.
    const base = metric.slice(0, -"_total".length);
    return KNOWN.get(base) ?? this.#learned.get(base);
  }
}
