// The service's own lines by what they allocate: who makes the garbage, for every cause that is garbage.

import type { OwnLine } from "../../analysis/sites/site.ts";
import type { View } from "../../analysis/view.ts";
import type { RuleSite } from "../rule.ts";

/** Less than this of all is not worth a place among the lines of a verdict. */
const WORTH_NAMING = 0.1;
const LINES = 3;

export interface AllocatingLines {
  /** Largest first. */
  readonly lines: readonly OwnLine[];
  /** What they are compared by: bytes/s between two profiles, or bytes since the start. */
  readonly of: (line: OwnLine) => number;
  readonly total: number;
  readonly sites: readonly RuleSite[];
}

export function allocatingLines(view: View): AllocatingLines {
  return ranked(view.sites?.ownLines ?? [], (l) => l.allocRate?.value ?? 0);
}

/**
 * Where no cycle ended nothing was freed, so that what a profile shows as live is all that was allocated
 * until it was made. The runtime publishes that once, for the first profile (runtime/mprof.go,
 * memProfileInternal: "clear"); a second one shows the same and gives no rate.
 */
export function linesSinceStart(view: View): AllocatingLines {
  const lines = view.sites?.ownLines ?? [];
  const isAll = lines.every((l) => l.survival === undefined || l.survival.value === 1);
  return ranked(isAll ? lines : [], (l) => l.live.value);
}

function ranked(all: readonly OwnLine[], of: (line: OwnLine) => number): AllocatingLines {
  const lines = all.filter((l) => of(l) > 0).toSorted((a, b) => of(b) - of(a));
  const total = lines.reduce((sum, l) => sum + of(l), 0);
  return {
    lines,
    of,
    total,
    sites: lines
      .filter((l) => of(l) >= WORTH_NAMING * total)
      .slice(0, LINES)
      .map((l) => ({ function: l.function, file: l.file, line: l.line, role: "allocates" })),
  };
}
