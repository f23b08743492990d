// The goroutines that run finalizers and cleanups, by name. Up to Go 1.24 one goroutine, runfinq, runs
// both (runtime/mfinal.go); since Go 1.25 runFinalizers (still one) and runCleanups, of which there are
// up to a quarter of GOMAXPROCS, at least one (runtime/mcleanup.go, maxCleanupGs). Profiles and dumps
// show them only while they call the program's code (traceback.go, isSystemGoroutine).

export type QueueKind = "finalizers" | "cleanups";

export function runsQueue(functionName: string): QueueKind | undefined {
  if (functionName === "runtime.runfinq" || functionName === "runtime.runFinalizers")
    return "finalizers";
  return functionName === "runtime.runCleanups" ? "cleanups" : undefined;
}

/**
 * Finalizers are counted as executed by the block (mfinal.go: finexecuted += n after the last of the 101
 * of a 4 KiB block; of cleanups 31 of a 512 B block): growth below two blocks tells nothing.
 */
export const QUEUE_BLOCK = 101;
