// The few numbers a capture needs from a reply to steer itself: how many GC cycles, how many goroutines,
// is this a Go service at all. Readers in core take the whole; this looks at the ends only, because a
// poll must not cost the reader's machine what it costs the service's.

export interface HeapTextFacts {
  readonly numGC: number;
  readonly heapAlloc: number | undefined;
  /** ru_maxrss in bytes; written on Unix systems since Go 1.16 (runtime/pprof/pprof_rusage.go). */
  readonly maxRss: number | undefined;
}

/** PauseNs and PauseEnd, 256 numbers of up to 20 digits each, stand before NumGC. */
export const HEAP_TAIL_BYTES = 32 * 1024;

/** From the last HEAP_TAIL_BYTES of heap?debug=1; undefined when they are not the end of one. */
export function heapTextFacts(tail: string): HeapTextFacts | undefined {
  const numGC = numberAfter(tail, /^# NumGC = (\d+)$/m);
  if (numGC === undefined) return undefined;
  return {
    numGC,
    heapAlloc: numberAfter(tail, /^# HeapAlloc = (\d+)$/m),
    maxRss: numberAfter(tail, /^# MaxRSS = (\d+)$/m),
  };
}

function numberAfter(text: string, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

export function isHeapText(head: string): boolean {
  return /^heap profile: \d+: \d+ \[\d+: \d+\] @ heap\/\d+/.test(head);
}

export function isGoroutineDump(head: string): boolean {
  return /^goroutine \d+ /.test(head);
}

/** Go's own profile: gzip around a message that begins with a sample_type (field 1, length-delimited). */
export function goroutineCount(head: string): number | undefined {
  return numberAfter(head, /^goroutine profile: total (\d+)$/m);
}

/** "go 1.26 trace" (internal/trace/version). */
export function isTrace(head: string): boolean {
  return /^go 1\.\d+ trace\0/.test(head);
}

export type MetricsKind = "runtime-metrics" | "prometheus" | "expvar";

export interface MetricsFacts {
  readonly kind: MetricsKind;
  /** Undefined: the page tells nothing of Go's garbage collector. */
  readonly numGC: number | undefined;
}

/** Undefined: this page holds no metrics that core reads. */
export function metricsFacts(text: string): MetricsFacts | undefined {
  const start = /\S/.exec(text)?.[0];
  if (start === "{") {
    if (/"memstats"\s*:\s*\{/.test(text)) {
      return { kind: "expvar", numGC: numberAfter(text, /"NumGC"\s*:\s*(\d+)/) };
    }
    if (/"\/(?:gc|memory|sched|cpu)\/[^"]+"\s*:/.test(text)) {
      return {
        kind: "runtime-metrics",
        numGC: numberAfter(text, /"\/gc\/cycles\/total:gc-cycles"\s*:\s*(\d+)/),
      };
    }
    return undefined;
  }
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*(?:\{.*\})? +[-+0-9.eEINanf]+/m.test(text)) return undefined;
  return {
    kind: "prometheus",
    // client_golang's summary counts cycles: its value is MemStats.NumGC.
    numGC: numberAfter(
      text,
      /^go_gc_duration_seconds_count(?:\{\})? (\d+)(?:\.0+)?(?:e\+?0+)?\s*$/m,
    ),
  };
}
