// The flame of mark assists: the stacks at which allocating goroutines were made to help the collector, by
// the time they took (wall) and the part of it on a core. Every assist of the trace is in it, so values are
// counts, not estimates. A stack ends at the line that allocated, as everywhere else (sites/place.ts): the
// runtime's own frames below it, from mallocgc to the trace's own, are the same for all.
//
// How it can mislead: the stack is the one that met the bill (analysis/trace/assists.ts).

import type { SourceLine } from "../analysis/sites/site.ts";
import type { TraceAnalysis } from "../analysis/trace/trace-analysis.ts";
import type { Payer } from "../analysis/trace/payers.ts";
import { lineKey } from "../analysis/sites/site.ts";
import { ownerOf } from "../goruntime/packages.ts";
import type { CallStacks } from "../model/tables/stacks.ts";
import { type FlameInput, flameFromProfile } from "./flame-tree.ts";

/** undefined when there were no assists. `root` is the name of the whole, in the reader's language. */
export function flameOfAssists(
  t: Pick<TraceAnalysis, "memory" | "assists">,
  guilty: readonly SourceLine[],
  root: string,
): FlameInput | undefined {
  const { byStack } = t.assists;
  if (byStack.length === 0 || !(t.assists.wallNs > 0)) return undefined;
  const samples = Float64Array.from(byStack, (p) => p.count);
  // Nothing was left out by sampling: the interval is the value.
  const missed = new Float64Array(byStack.length);
  const keys = new Set(guilty.map(lineKey));
  const flame = flameFromProfile({
    stacks: withoutRuntimeLeaves(t.memory.stacks, byStack),
    rows: byStack.length,
    rowStack: Int32Array.from(byStack, (p) => p.stack),
    types: [
      { id: "assist-wall", value: Float64Array.from(byStack, (p) => p.wallNs), samples, missed },
      { id: "assist-cpu", value: Float64Array.from(byStack, (p) => p.cpuNs), samples, missed },
    ],
    isGuilty: (fn, file, line) => keys.has(lineKey({ function: fn, file, line })),
    root,
  });
  keepPaying(flame);
  return flame;
}

/**
 * A payer is the innermost line of the service's own code. A line that only called another one of it, as in
 * a recursion, paid nothing there. Where a call leads to own code and to a library, the mark is left out.
 */
function keepPaying({ length, parent, name, file, isLine, isGuilty, strings }: FlameInput): void {
  const hasOwnBelow = new Uint8Array(length);
  for (let i = length - 1; i > 0; i--) {
    if (hasOwnBelow[i] === 1) isGuilty[i] = 0;
    const isOwn =
      isLine[i] === 1 || ownerOf(strings[name[i]], strings[file[i]], undefined) === "own";
    if (hasOwnBelow[i] === 1 || isOwn) hasOwnBelow[parent[i]] = 1;
  }
}

/** A stack that is the runtime's throughout keeps its frames. Cost: the frames of stacks that paid. */
function withoutRuntimeLeaves(t: CallStacks, payers: readonly Payer[]): CallStacks {
  const { start, location, length } = t.stacks;
  const paid = new Uint8Array(length);
  for (const { stack } of payers) if (stack >= 0) paid[stack] = 1;
  const isRuntime = new Map<number, boolean>();
  const from = new Int32Array(length + 1);
  const kept = new Int32Array(location.length);
  let n = 0;
  for (let s = 0; s < length; s++) {
    from[s] = n;
    if (paid[s] === 0) continue;
    let leaf = start[s];
    while (leaf < start[s + 1] && isRuntimeLocation(t, location[leaf], isRuntime)) leaf += 1;
    if (leaf === start[s + 1]) leaf = start[s];
    for (let i = leaf; i < start[s + 1]; i++) kept[n++] = location[i];
  }
  from[length] = n;
  return { ...t, stacks: { length, start: from, location: kept.subarray(0, n) } };
}

function isRuntimeLocation(t: CallStacks, at: number, known: Map<number, boolean>): boolean {
  const { lineStart, lineFunction } = t.locations;
  if (lineStart[at] === lineStart[at + 1]) return false;
  for (let l = lineStart[at]; l < lineStart[at + 1]; l++) {
    const fn = lineFunction[l];
    let is = known.get(fn);
    if (is === undefined) {
      const name = t.strings.get(t.functions.name[fn]);
      is = ownerOf(name, t.strings.get(t.functions.file[fn]), undefined) === "runtime";
      known.set(fn, is);
    }
    if (!is) return false;
  }
  return true;
}
