// runtime.MemStats as far as an input carried it: the tail of heap?debug=1, expvar's memstats, or
// client_golang's go_memstats_*. Names are Go's in lower camel case; bytes unless said.
// Source: runtime/mstats.go (Go 1.26), runtime/pprof/pprof.go writeHeapInternal.

export interface MemStats {
  readonly alloc?: number;
  readonly totalAlloc?: number;
  readonly sys?: number;
  /** Objects, cumulative. */
  readonly mallocs?: number;
  readonly frees?: number;
  readonly heapAlloc?: number;
  readonly heapSys?: number;
  readonly heapIdle?: number;
  readonly heapInuse?: number;
  readonly heapReleased?: number;
  readonly heapObjects?: number;
  readonly stackInuse?: number;
  readonly stackSys?: number;
  readonly mSpanInuse?: number;
  readonly mSpanSys?: number;
  readonly mCacheInuse?: number;
  readonly mCacheSys?: number;
  readonly buckHashSys?: number;
  readonly gcSys?: number;
  readonly otherSys?: number;
  readonly nextGC?: number;
  /** End of the last finished GC cycle, Unix ms. Absent or 0 in Go means: no cycle yet. */
  readonly lastGCMs?: number;
  readonly numGC?: number;
  readonly numForcedGC?: number;
  /** Fraction since start of the program, 0–1. */
  readonly gcCPUFraction?: number;
  /** Cumulative stop-the-world time. */
  readonly pauseTotalNs?: number;
  /**
   * Ring buffers of the last 256 cycles; cycle n is at index (n + 255) % 256. PauseEnd in Unix ms
   * (0 = slot unused), pauses in ns.
   */
  readonly pauseNs?: Float64Array;
  readonly pauseEndMs?: Float64Array;
  /** ru_maxrss of the process at the time of the reply. */
  readonly maxRss?: number;
}
