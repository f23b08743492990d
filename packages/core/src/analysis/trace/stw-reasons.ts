// Reasons of a stop of the world: stwReason in Go src/runtime/proc.go (1.22–1.27), and what older writers
// put there (src/runtime/trace.go: "mark termination", "sweep termination" up to 1.20).

/**
 * `gc`: a phase of a cycle. `user`: asked for by the program or its monitoring. `tracer`: the recording's
 * own. `runtime`: anything else.
 */
export type StopKind = "gc" | "user" | "tracer" | "runtime";

const USER = new Set([
  "write heap dump",
  "goroutine profile",
  "goroutine profile cleanup",
  "all goroutines stack trace",
  "read mem stats",
  "AllThreadsSyscall",
  "GOMAXPROCS",
]);

/** Without the "stop-the-world (…)" that Go's reader puts around a reason. */
export function plainReason(reason: string): string {
  return /^stop-the-world \((.*)\)$/.exec(reason)?.[1] ?? reason;
}

export function stopKindOf(reason: string): StopKind {
  const plain = plainReason(reason);
  if (isSweepTermination(plain) || isMarkTermination(plain)) return "gc";
  if (plain === "start trace" || plain === "stop trace") return "tracer";
  return USER.has(plain) ? "user" : "runtime";
}

export function isSweepTermination(reason: string): boolean {
  return /(^|\W)(GC )?sweep termination\)?$/.test(reason);
}

export function isMarkTermination(reason: string): boolean {
  return /(^|\W)(GC )?mark termination\)?$/.test(reason);
}
