// The flame of a Go heap profile: live and allocated, in bytes and objects, from raw sample counts.

import { missedFraction, samplingProbability } from "../goruntime/sampling.ts";
import type { SourceLine } from "../analysis/sites/site.ts";
import type { HeapRows } from "../goruntime/heap-rows.ts";
import type { CallStacks } from "../model/tables/stacks.ts";
import { type FlameInput, type FlameRows, flameFromProfile } from "./flame-tree.ts";

/** A heap profile with its raw counts; analysis/sites' SnapshotRows is one. */
export interface HeapSamples {
  readonly snapshot: { readonly profile: CallStacks };
  readonly rows: HeapRows;
}

/**
 * `guilty` are the lines of a verdict. `root` is the name of the whole, in the reader's language.
 * Types that are 0 in all rows are left out; the tree is the same for the others.
 */
export function flameOfHeap(
  { snapshot, rows }: HeapSamples,
  guilty: readonly SourceLine[],
  root: string,
): FlameInput {
  const n = rows.rows;
  const missed = new Float64Array(n);
  const objects = new Float64Array(n);
  for (let r = 0; r < n; r++) {
    const size = rows.size[r];
    if (!(size > 0)) continue;
    missed[r] = missedFraction(size, rows.rate);
    objects[r] = 1 / samplingProbability(size, rows.rate);
  }
  const column = (counts: Float64Array, isBytes: boolean): Float64Array =>
    counts.map((count, r) => Math.max(0, count) * objects[r] * (isBytes ? rows.size[r] : 1));
  const all: FlameRows[] = [
    { id: "live-bytes", value: column(rows.inuse, true), samples: rows.inuse, missed },
    { id: "live-objects", value: column(rows.inuse, false), samples: rows.inuse, missed },
    { id: "allocated-bytes", value: column(rows.allocs, true), samples: rows.allocs, missed },
    { id: "allocated-objects", value: column(rows.allocs, false), samples: rows.allocs, missed },
  ];
  const keys = new Set(guilty.map(keyOf));
  return flameFromProfile({
    stacks: snapshot.profile,
    rows: n,
    rowStack: rows.stack,
    types: all.filter((t) => t.value.some((v) => v > 0)),
    isGuilty: (fn, file, line) => keys.has(keyOf({ function: fn, file, line })),
    root,
  });
}

function keyOf(at: SourceLine): string {
  return `${at.function}\0${at.file}\0${at.line}`;
}
