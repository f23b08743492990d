// What every rule on an execution trace asks first: is there one, is it long enough, whose code is it.

import type { ProcessTrace } from "../analysis/trace/of-process.ts";
import type { View } from "../analysis/view.ts";
import type { RuleOutcome } from "./rule.ts";

/** Below this a trace is one moment: half a request burst looks like the service's whole life. */
export const SHORT_TRACE_SEC = 0.3;

export type Traced =
  | { readonly trace: ProcessTrace; readonly evidence: readonly string[] }
  | { readonly outcome: RuleOutcome };

export function tracedView(view: View): Traced {
  const trace = view.trace;
  if (trace === undefined || trace.seconds < SHORT_TRACE_SEC)
    return { outcome: { is: "not-evaluable", missing: ["trace"] } };
  return { trace, evidence: [trace.artefact.id] };
}

/**
 * Goroutines that the runtime and the recording itself started: not the service's. Up to Go 1.24 the
 * tracer's own allocations pay assists too.
 */
export function isRuntimeGroup(startFunction: string): boolean {
  return (
    (startFunction.startsWith("runtime.") && startFunction !== "runtime.main") ||
    startFunction.startsWith("runtime/trace.") ||
    startFunction.startsWith("runtime/pprof.")
  );
}

/** Room above marked, of marked: less than any GOGC that is set on purpose leaves. */
const NO_ROOM = 0.02;
const CYCLES_FOR_ROOM = 10;

/**
 * Whether a memory limit makes the goals: goal after goal, there is no room above what the cycle before had
 * marked. How it can mislead: GOGC=1 looks the same.
 */
export function limitLeavesNoRoom(trace: ProcessTrace): boolean {
  const { goal, marked, length } = trace.cycles;
  let known = 0;
  let tight = 0;
  for (let c = 1; c < length; c++) {
    if (!(goal[c] > 0) || !(marked[c - 1] > 0)) continue;
    known += 1;
    if (goal[c] <= marked[c - 1] * (1 + NO_ROOM)) tight += 1;
  }
  return known >= CYCLES_FOR_ROOM && tight > known / 2;
}

/** How to record the next one; a trace has no verb of its own for that. */
export function recordCommand(target: string): string {
  const origin = /https?:\/\/[^/\s]+/.exec(target)?.[0] ?? "http://HOST:PORT";
  return `curl -o app.trace '${origin}/debug/pprof/trace?seconds=5'`;
}
