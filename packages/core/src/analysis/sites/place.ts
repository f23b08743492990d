// Where a stack puts an allocation: the allocating line, and the service's own line above it. Profiles
// and traces use the same rule, so their rows meet under the same (function, file, line).

import { isProfilingFrame, ownerOf, type Owner } from "../../goruntime/packages.ts";
import { framesOf, functionFile, functionName } from "../../model/stack-frames.ts";
import type { CallStacks } from "../../model/tables/stacks.ts";
import type { SourceLine } from "./site.ts";

export interface Place {
  readonly alloc: SourceLine;
  readonly own: SourceLine;
  readonly isOwn: boolean;
  readonly caller: SourceLine | undefined;
}

/** `owners` keeps whose each function is, for callers that place many stacks of one table. */
export function placeOf(
  t: CallStacks,
  stack: number,
  modulePath: string | undefined,
  owners = new Map<number, Owner>(),
): Place {
  const { functions, lines } = framesOf(t, stack);
  const at = (i: number): SourceLine | undefined => {
    const fn = functions[i];
    if (fn === undefined) return undefined;
    return { function: functionName(t, fn), file: functionFile(t, fn), line: lines[i] ?? 0 };
  };
  const owner = (fn: number): Owner => {
    let known = owners.get(fn);
    if (known === undefined) {
      known = ownerOf(functionName(t, fn), functionFile(t, fn), modulePath);
      owners.set(fn, known);
    }
    return known;
  };
  // Leaf frames of the runtime itself (map internals from 1.24 on) are how, not who.
  let leaf = functions.findIndex((fn) => owner(fn) !== "runtime");
  if (leaf < 0) leaf = 0;
  let own = -1;
  let dependency = -1;
  for (let i = leaf; i < functions.length && own < 0; i++) {
    const fn = functions[i] ?? 0;
    const whose = owner(fn);
    if (whose === "own" && !isProfilingFrame(functionName(t, fn))) own = i;
    else if (whose === "dependency" && dependency < 0) dependency = i;
  }
  const alloc = at(leaf) ?? { function: "?", file: "", line: 0 };
  const nearest = own >= 0 ? own : dependency;
  return {
    alloc,
    own: nearest < 0 || nearest === leaf ? alloc : (at(nearest) ?? alloc),
    isOwn: own >= 0,
    caller: at(leaf + 1),
  };
}
