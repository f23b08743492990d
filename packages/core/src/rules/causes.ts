// The table of causes: one data file that rules, docs and the page read.
// `needs` are kinds of evidence a rule must see before it may speak; `alike` is the set it cannot be
// told from without more; `top` the highest confidence reachable without source or a second load level.

export type CauseId =
  | "heap-leak"
  | "context-leak"
  | "timer-leak"
  | "finalizer-blocked"
  | "goroutine-leak"
  | "churn"
  | "limit-thrash"
  | "min-heap-regime"
  | "no-limit-oom-forecast"
  | "native-growth"
  | "fragmentation"
  | "scavenger-lag"
  | "page-cache"
  | "cache-plateau"
  | "race-build"
  | "profiler-overhead"
  | "gogc-off"
  | "unexplained-growth"
  | "mmap-file"
  | "working-set-over-limit"
  | "assist-bound-latency"
  | "gc-thrash"
  | "idle-gc-theft"
  | "long-stw"
  | "sweep-debt"
  | "user-stw"
  | "per-connection-buffers"
  | "inflight-burst"
  | "pool-bloat"
  | "map-never-shrinks";

export interface CauseFacts {
  readonly fault: boolean;
  readonly needs: readonly string[];
  readonly alike: readonly CauseId[];
  readonly top: "high" | "medium" | "low";
}

export const CAUSES: Readonly<Record<CauseId, CauseFacts>> = {
  "heap-leak": {
    fault: true,
    needs: ["live series", "two heap profiles"],
    alike: ["cache-plateau"],
    top: "high",
  },
  "context-leak": {
    fault: true,
    needs: ["live series", "a heap profile, better two"],
    alike: ["heap-leak"],
    top: "high",
  },
  "timer-leak": {
    fault: true,
    needs: ["live series", "a heap profile, better two", "Go version, asynctimerchan"],
    alike: ["heap-leak"],
    top: "high",
  },
  "finalizer-blocked": {
    fault: true,
    needs: ["two goroutine profiles, or the queue's metrics (Go ≥ 1.26)"],
    alike: ["heap-leak"],
    top: "high",
  },
  "goroutine-leak": {
    fault: true,
    needs: ["two goroutine profiles, or a count series"],
    alike: [],
    top: "high",
  },
  churn: { fault: true, needs: ["GC CPU", "allocation rate"], alike: [], top: "high" },
  "limit-thrash": {
    fault: true,
    needs: ["GOMEMLIMIT", "cycle rate", "GC CPU"],
    alike: ["min-heap-regime"],
    top: "high",
  },
  "min-heap-regime": {
    fault: true,
    needs: ["heap goal", "cycle rate"],
    alike: ["limit-thrash"],
    top: "high",
  },
  "no-limit-oom-forecast": {
    fault: true,
    needs: ["live heap", "limit", "GOGC"],
    alike: [],
    top: "high",
  },
  "native-growth": {
    fault: true,
    needs: ["two readings of smaps or RssAnon", "Go totals"],
    alike: ["race-build"],
    top: "high",
  },
  fragmentation: { fault: true, needs: ["unused spans", "live"], alike: [], top: "medium" },
  "scavenger-lag": { fault: false, needs: ["free spans, twice"], alike: [], top: "medium" },
  "page-cache": { fault: false, needs: ["cgroup memory.stat"], alike: [], top: "high" },
  "cache-plateau": { fault: false, needs: ["live series with a bend"], alike: [], top: "medium" },
  "race-build": { fault: true, needs: ["build info"], alike: [], top: "medium" },
  "profiler-overhead": { fault: true, needs: ["BuckHashSys"], alike: [], top: "high" },
  "gogc-off": {
    fault: true,
    needs: ["GOGC and GOMEMLIMIT in force"],
    alike: ["heap-leak"],
    top: "high",
  },
  "unexplained-growth": {
    fault: true,
    needs: ["RSS series"],
    alike: ["heap-leak", "native-growth", "goroutine-leak"],
    top: "low",
  },
  "mmap-file": { fault: false, needs: ["smaps, or RssFile in status"], alike: [], top: "high" },
  "working-set-over-limit": {
    fault: true,
    needs: ["live heap", "limit"],
    alike: ["heap-leak"],
    top: "high",
  },
  "assist-bound-latency": { fault: true, needs: ["execution trace"], alike: [], top: "high" },
  "gc-thrash": {
    fault: true,
    needs: ["execution trace"],
    alike: ["churn", "limit-thrash", "min-heap-regime"],
    top: "high",
  },
  "idle-gc-theft": {
    fault: true,
    needs: ["execution trace", "CPU quota"],
    alike: [],
    top: "high",
  },
  "long-stw": { fault: true, needs: ["execution trace"], alike: [], top: "high" },
  "sweep-debt": { fault: true, needs: ["execution trace"], alike: [], top: "high" },
  "user-stw": { fault: true, needs: ["execution trace"], alike: [], top: "high" },
  "per-connection-buffers": {
    fault: true,
    needs: ["heap profile", "goroutine profile"],
    alike: ["cache-plateau"],
    top: "high",
  },
  "inflight-burst": {
    fault: true,
    needs: ["live series", "goroutine count series"],
    alike: [],
    top: "medium",
  },
  "pool-bloat": {
    fault: true,
    needs: ["two heap profiles", "goroutine profile", "request counter or two dumps"],
    alike: ["heap-leak", "cache-plateau"],
    top: "low",
  },
  "map-never-shrinks": {
    fault: false,
    needs: ["two heap profiles"],
    alike: ["cache-plateau", "heap-leak"],
    top: "low",
  },
};
