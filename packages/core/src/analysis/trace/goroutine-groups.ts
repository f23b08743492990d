// Goroutines by the function they started with, as `go tool trace` groups them: the outermost frame of
// any of a goroutine's stacks (Go internal/trace/summary.go).
//
// How it can mislead: a stack of 128 frames was cut at that depth (Go src/runtime/trace.go,
// tracev2.MaxFramesPerStack), so its last frame is not the start and is not taken. A goroutine none of
// whose stacks is in the table has no name here.

import { functionName } from "../../model/stack-frames.ts";
import type { CallStacks } from "../../model/tables/stacks.ts";
import type { TraceMemory } from "../../model/tables/trace.ts";

const MAX_FRAMES = 128;

export interface GoroutineGroups {
  /** Start function; undefined where it is not known. */
  nameOf(goroutine: number): string | undefined;
}

export const WORKER_START = "runtime.gcBgMarkWorker";

/** The outermost function of a stack; undefined where the stack is empty or was cut. */
export function startFunction(t: CallStacks, stack: number): string | undefined {
  if (stack < 0) return undefined;
  const { start, location } = t.stacks;
  const frames = start[stack + 1] - start[stack];
  if (!(frames > 0) || frames >= MAX_FRAMES) return undefined;
  const outermost = location[start[stack + 1] - 1];
  const fn = t.locations.lineFunction[t.locations.lineStart[outermost + 1] - 1];
  if (fn === undefined) return undefined;
  const name = functionName(t, fn);
  // Go 1.22 writes stacks whose outermost frame has no name.
  return name === "" ? undefined : name;
}

export function goroutineGroups(
  m: TraceMemory,
  workers: ReadonlySet<number>,
  known: ReadonlyMap<number, string> = new Map(),
): GoroutineGroups {
  const ofStack = new Map<number, string | undefined>();
  const names = new Map<number, string>(known);
  const note = (goroutine: number, stack: number) => {
    if (goroutine < 0 || stack < 0 || names.has(goroutine)) return;
    let name = ofStack.get(stack);
    if (name === undefined && !ofStack.has(stack)) {
      name = startFunction(m.stacks, stack);
      ofStack.set(stack, name);
    }
    if (name !== undefined) names.set(goroutine, name);
  };
  for (const g of workers) if (!names.has(g)) names.set(g, WORKER_START);
  for (let i = 0; i < m.ranges.length; i++) note(m.ranges.goroutine[i], m.ranges.stack[i]);
  for (let i = 0; i < m.preemptions.length; i++)
    note(m.preemptions.goroutine[i], m.preemptions.stack[i]);
  for (let i = 0; i < m.samples.length; i++) note(m.samples.goroutine[i], m.samples.stack[i]);
  return { nameOf: (g) => names.get(g) };
}
