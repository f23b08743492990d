// The one visible table of weights: how causes that are supported at once are ordered, and what caps
// a rule's confidence. Higher rank first; within a rank the rule's own weight decides.

import type { CauseId } from "../rules/causes.ts";

/**
 * Causes that explain others come first: leaked goroutines hold heap, a thrashing limit makes cycles,
 * the minimum heap regime looks like churn.
 */
export const RANK: Readonly<Record<CauseId, number>> = {
  "goroutine-leak": 90,
  "limit-thrash": 85,
  "finalizer-blocked": 83,
  "context-leak": 82,
  "timer-leak": 81,
  "heap-leak": 80,
  // Says of growing buffers what a leak's rule says of growth: where both hold at one confidence it tells more.
  "pool-bloat": 82,
  "native-growth": 78,
  "no-limit-oom-forecast": 70,
  "working-set-over-limit": 72,
  "per-connection-buffers": 66,
  "inflight-burst": 64,
  "min-heap-regime": 60,
  churn: 55,
  "profiler-overhead": 52,
  fragmentation: 50,
  "gogc-off": 88,
  "race-build": 40,
  "unexplained-growth": 30,
  "cache-plateau": 20,
  "map-never-shrinks": 18,
  "page-cache": 15,
  "mmap-file": 14,
  "scavenger-lag": 10,
  // From a trace, of what churn says from CPU shares: who is held up, by which line, for how long.
  "long-stw": 58,
  // One rank: by weight, a goal without room goes first, else whoever is held up, else the share.
  "gc-thrash": 56,
  "assist-bound-latency": 56,
  "user-stw": 51,
  "idle-gc-theft": 49,
  "sweep-debt": 48,
};

export const CONFIDENCE_RANK: Readonly<Record<"high" | "medium" | "low", number>> = {
  high: 3,
  medium: 2,
  low: 1,
};

/**
 * A supported cause goes before what it brings about, even at lower confidence: a growing heap is why
 * the next peak does not fit; leaked goroutines are why the heap grows. Kept short: only where the
 * second cannot be a fault of its own while the first is there.
 */
export const BRINGS_ABOUT: readonly (readonly [cause: CauseId, effect: CauseId])[] = [
  ["heap-leak", "no-limit-oom-forecast"],
  ["goroutine-leak", "no-limit-oom-forecast"],
  ["native-growth", "no-limit-oom-forecast"],
  ["heap-leak", "working-set-over-limit"],
  ["goroutine-leak", "working-set-over-limit"],
  ["native-growth", "working-set-over-limit"],
  ["context-leak", "no-limit-oom-forecast"],
  ["timer-leak", "no-limit-oom-forecast"],
  ["finalizer-blocked", "no-limit-oom-forecast"],
  ["context-leak", "working-set-over-limit"],
  ["timer-leak", "working-set-over-limit"],
  ["finalizer-blocked", "working-set-over-limit"],
  ["context-leak", "heap-leak"],
  ["timer-leak", "heap-leak"],
  ["finalizer-blocked", "heap-leak"],
  ["goroutine-leak", "heap-leak"],
  ["goroutine-leak", "context-leak"],
  ["goroutine-leak", "timer-leak"],
  // Cycle upon cycle: marking is always on, and whoever allocates pays for it.
  ["limit-thrash", "gc-thrash"],
  ["limit-thrash", "assist-bound-latency"],
  ["min-heap-regime", "gc-thrash"],
  ["min-heap-regime", "assist-bound-latency"],
  // gctrace charges a stop to every P from its begin on, also while one of them still works for the program.
  ["long-stw", "churn"],
];
