// What the runtime itself writes into the strings of a trace: why goroutines stop and block, why the
// world was stopped, what mark workers are called.
// Sources: src/runtime/traceruntime.go (trace2runtime.go in 1.22), proc.go and mgc.go of Go
// 1.22.12–1.27.3, joined.

export const RUNTIME_WORDS: ReadonlySet<string> = new Set([
  // traceBlockReasonStrings
  "unspecified",
  "forever",
  "network",
  "select",
  "sync.(*Cond).Wait",
  "sync",
  "chan send",
  "chan receive",
  "GC mark assist wait for work",
  "GC background sweeper wait",
  "system goroutine wait",
  "preempted",
  "wait for debug call",
  "wait until GC ends",
  "sleep",
  "GC weak to strong wait",
  "synctest",
  // traceGoStopReasonStrings
  "runtime.Gosched",
  // stwReasonStrings
  "unknown",
  "GC mark termination",
  "GC sweep termination",
  "write heap dump",
  "goroutine profile",
  "goroutine profile cleanup",
  "all goroutines stack trace",
  "read mem stats",
  "AllThreadsSyscall",
  "GOMAXPROCS",
  "start trace",
  "stop trace",
  "CountPagesInUse (test)",
  "ReadMetricsSlow (test)",
  "ReadMemStatsSlow (test)",
  "PageCachePagesLeaked (test)",
  "ResetDebugLog (test)",
  // gcMarkWorkerModeStrings
  "Not worker",
  "GC (dedicated)",
  "GC (fractional)",
  "GC (idle)",
]);

export function isRuntimeWord(text: string): boolean {
  return RUNTIME_WORDS.has(text);
}
