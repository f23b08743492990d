// A service whose live heap grows in a line while it is watched: what every cause of heap growth is
// tested on. Rows give samples, as Go's profiles do: one in 512 KiB of what was allocated.

import type { Artefact } from "../src/evidence/artefact.ts";
import { samplingProbability } from "../src/goruntime/sampling.ts";
import { MiB } from "../src/model/units.ts";
import { artefact, gctrace, heapProfile, metrics, type Frame, type HeapRow } from "./tables.ts";

const START = 1_700_000_000_000;
/** Deterministic noise in ± 1. */
const wobble = (i: number) => Math.sin(i * 12.9898) * 0.5 + Math.sin(i * 78.233) * 0.5;

export interface Kept {
  readonly stack: readonly Frame[];
  readonly size: number;
  /** MiB more in the later profile. */
  readonly grewMiB: number;
  /** MiB in both; default 2. */
  readonly beforeMiB?: number;
}

function samples(mib: number, size: number): number {
  const objects = (mib * MiB) / size;
  return Math.round(objects * samplingProbability(size, 512 * 1024));
}

/** Two profiles two minutes apart or as said, a gctrace and a steady load counter. */
export function growing(
  rows: readonly Kept[],
  liveMiB?: (t: number) => number,
  seconds = 120,
): Artefact[] {
  const slope = rows.reduce((sum, r) => sum + r.grewMiB, 0) / seconds;
  const live = liveMiB ?? ((t: number) => 20 + t * slope);
  const profile = (isLater: boolean) =>
    heapProfile(
      rows.map((r): HeapRow => {
        const before = samples(r.beforeMiB ?? 2, r.size);
        const n = before + (isLater ? samples(r.grewMiB, r.size) : 0);
        return { stack: r.stack, size: r.size, allocs: n, inuse: n };
      }),
      { timeMs: START + 10_000 + (isLater ? seconds * 1000 : 0) },
    );
  let total = 0;
  return [
    artefact(
      "gc.log",
      gctrace(
        Array.from({ length: seconds / 2 }, (_, i) => ({
          atSec: 10 + i * 2,
          markedMiB: live(i * 2) + 0.4 * wobble(i),
        })),
        START,
      ),
    ),
    artefact(
      "m.txt",
      metrics(
        Array.from({ length: seconds }, (_, t) => ({
          timeMs: START + 10_000 + t * 1000,
          loadCounters: [{ name: "http_requests_total", value: (total += 100) }],
        })),
      ),
    ),
    artefact("a.txt", profile(false)),
    artefact("b.txt", profile(true)),
  ];
}
