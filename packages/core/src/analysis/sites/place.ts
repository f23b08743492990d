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

/** Whose code a frame is; an own frame that profiles the service is not what the service does. */
export type FrameOwner = Owner | "profiling";

export function frameOwner(name: string, file: string, modulePath: string | undefined): FrameOwner {
  const owner = ownerOf(name, file, modulePath);
  return owner === "own" && isProfilingFrame(name) ? "profiling" : owner;
}

/** The rule: which frames of a stack, innermost first, stand for it. One object serves many stacks. */
export class PlacedFrames {
  /** Innermost frame that is not the runtime's; the innermost of all where all are. */
  leaf = 0;
  /** Innermost frame of the service's own code from there on, else of a dependency; −1 none. */
  nearest = -1;
  isOwn = false;

  find(depth: number, ownerAt: (frame: number) => FrameOwner): void {
    let leaf = 0;
    // Leaf frames of the runtime itself (map internals from 1.24 on) are how, not who.
    while (leaf < depth && ownerAt(leaf) === "runtime") leaf += 1;
    if (leaf === depth) leaf = 0;
    let own = leaf;
    let dependency = -1;
    for (; own < depth; own++) {
      const owner = ownerAt(own);
      if (owner === "own") break;
      if (owner === "dependency" && dependency < 0) dependency = own;
    }
    this.leaf = leaf;
    this.isOwn = own < depth;
    this.nearest = this.isOwn ? own : dependency;
  }
}

/** `owners` keeps whose each function is, for callers that place many stacks of one table. */
export function placeOf(
  t: CallStacks,
  stack: number,
  modulePath: string | undefined,
  owners = new Map<number, FrameOwner>(),
): Place {
  const { functions, lines } = framesOf(t, stack);
  const at = (i: number): SourceLine | undefined => {
    const fn = functions[i];
    if (fn === undefined) return undefined;
    return { function: functionName(t, fn), file: functionFile(t, fn), line: lines[i] ?? 0 };
  };
  const placed = new PlacedFrames();
  placed.find(functions.length, (i) => {
    const fn = functions[i] ?? 0;
    let known = owners.get(fn);
    if (known === undefined) {
      known = frameOwner(functionName(t, fn), functionFile(t, fn), modulePath);
      owners.set(fn, known);
    }
    return known;
  });
  const { leaf, nearest, isOwn } = placed;
  const alloc = at(leaf) ?? { function: "?", file: "", line: 0 };
  return {
    alloc,
    own: nearest < 0 || nearest === leaf ? alloc : (at(nearest) ?? alloc),
    isOwn,
    caller: at(leaf + 1),
  };
}
