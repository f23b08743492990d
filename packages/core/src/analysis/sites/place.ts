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

export function placeOf(t: CallStacks, stack: number, modulePath: string | undefined): Place {
  const frames = framesOf(t, stack);
  const lines: { at: SourceLine; owner: Owner }[] = frames.functions.map((fn, i) => {
    const name = functionName(t, fn);
    const file = functionFile(t, fn);
    return {
      at: { function: name, file, line: frames.lines[i] ?? 0 },
      owner: ownerOf(name, file, modulePath),
    };
  });
  // Leaf frames of the runtime itself (map internals from 1.24 on) are how, not who.
  let leaf = lines.findIndex((l) => l.owner !== "runtime");
  if (leaf < 0) leaf = 0;
  const alloc = lines[leaf]?.at ?? { function: "?", file: "", line: 0 };
  const own = lines.slice(leaf).find((l) => l.owner === "own" && !isProfilingFrame(l.at.function));
  const fallback = lines.slice(leaf).find((l) => l.owner === "dependency");
  const caller = lines[leaf + 1]?.at;
  return { alloc, own: own?.at ?? fallback?.at ?? alloc, isOwn: own !== undefined, caller };
}

export function lineKey(at: SourceLine): string {
  return `${at.function}\u0000${at.file}\u0000${at.line}`;
}
