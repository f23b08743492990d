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

/** A goroutine is asked to yield after 10 ms (forcePreemptNS in Go src/runtime/proc.go); stops take less. */
export const LONG_STOP_NS = 10e6;
/** So many of them are no accident. */
export const MIN_LONG_STOPS = 3;
/** Part of a stop in which others still ran, from which on they are what it waited for. */
export const WAITED_PART = 0.5;

/**
 * Whether the machine had too few cores for the process: long stops that no goroutine held up, for then the
 * kernel had taken the threads off their cores. Whoever waited meanwhile, waited for that: a parked assist
 * waits for a worker that does not run. How it can mislead: a stop that works for long (a heap of hundreds
 * of GiB, a thousand Ps) looks the same.
 */
export function isShortOfCpu(trace: ProcessTrace): boolean {
  const { stops } = trace.stops;
  const { startNs, endNs } = trace.memory.ranges;
  let long = 0;
  for (let i = 0; i < stops.length; i++) {
    const ns = endNs[stops.row[i]] - startNs[stops.row[i]];
    if (ns >= LONG_STOP_NS && stops.stoppingNs[i] < WAITED_PART * ns) long += 1;
  }
  return long >= MIN_LONG_STOPS;
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
