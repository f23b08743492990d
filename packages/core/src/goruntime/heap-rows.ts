// Go's heap sampling: what a heap profile's rows say about how many objects were sampled.
// Source: runtime/mprof.go, runtime/malloc.go nextSample, runtime/pprof/protomem.go scaleHeapSample
// (Go 1.22–1.27). A bucket is a (stack, size class); its scaled bytes are n·s / (1 − e^(−s/R)).

import type { ProfileTable } from "../model/tables/profile.ts";
import { recoverRawCounts } from "./raw-counts.ts";

export interface HeapRows {
  readonly rows: number;
  /** MemProfileRate R, bytes. ≤ 1: every object was counted. */
  readonly rate: number;
  /** Object size of the bucket; 0 where the row had no allocation. */
  readonly size: Float64Array;
  /** Raw sample counts, whole numbers. */
  readonly allocs: Float64Array;
  readonly inuse: Float64Array;
  /** Index into the profile's stacks. */
  readonly stack: Int32Array;
  /**
   * `exact`: text, or every row gave a whole number; `approximate`: the profile was transformed
   * (labels dropped, averaged, normalised), counts are space/R.
   */
  readonly counts: "exact" | "approximate";
  /** Largest distance of a recovered count from a whole number, over rows. */
  readonly maxResidual: number;
}

/** Undefined when the profile has no alloc/inuse space columns or sampling was off. */
export function heapRows(p: ProfileTable): HeapRows | undefined {
  const column = (name: string) => {
    const at = p.sampleTypes.findIndex((t) => t.type === name);
    return at < 0 ? undefined : p.values[at];
  };
  const inuseSpace = column("inuse_space");
  const allocSpace = column("alloc_space") ?? inuseSpace;
  const inuseObjects = column("inuse_objects");
  const allocObjects = column("alloc_objects") ?? inuseObjects;
  if (inuseSpace === undefined || allocSpace === undefined) return undefined;
  if (p.period === 0) return undefined;
  const rate = p.period ?? 512 * 1024;
  const rows = p.rows;
  const size = new Float64Array(rows);
  const allocs = new Float64Array(rows);
  const inuse = new Float64Array(rows);
  if (p.encoding === "text") {
    for (let r = 0; r < rows; r++) {
      const objects = allocObjects?.[r] ?? 0;
      const live = inuseObjects?.[r] ?? 0;
      const n = objects !== 0 ? objects : live;
      const bytes = objects !== 0 ? (allocSpace[r] ?? 0) : (inuseSpace[r] ?? 0);
      size[r] = n === 0 ? 0 : bytes / n;
      allocs[r] = objects;
      inuse[r] = live;
    }
    return { rows, rate, size, allocs, inuse, stack: p.rowStack, counts: "exact", maxResidual: 0 };
  }
  const labelSize = sizeLabels(p);
  const allocated = recoverRawCounts(allocSpace, labelSize, rate);
  const live = recoverRawCounts(inuseSpace, labelSize, rate);
  const maxResidual = Math.max(allocated.maxResidual, live.maxResidual);
  if (allocated.verified && live.verified) {
    return {
      rows,
      rate,
      size: labelSize,
      allocs: allocated.counts,
      inuse: live.counts,
      stack: p.rowStack,
      counts: "exact",
      maxResidual,
    };
  }
  // Labels dropped or values transformed: the object's size is what bytes and objects leave.
  for (let r = 0; r < rows; r++) {
    const objects = Math.abs(allocObjects?.[r] ?? 0);
    const held = Math.abs(inuseObjects?.[r] ?? 0);
    const bytes = objects > 0 ? Math.abs(allocSpace[r] ?? 0) : Math.abs(inuseSpace[r] ?? 0);
    const n = objects > 0 ? objects : held;
    const known = labelSize[r] ?? 0;
    size[r] = known > 0 ? known : n > 0 ? bytes / n : 0;
  }
  return {
    rows,
    rate,
    size,
    allocs: recoverRawCounts(allocSpace, size, rate).counts,
    inuse: recoverRawCounts(inuseSpace, size, rate).counts,
    stack: p.rowStack,
    counts: "approximate",
    maxResidual,
  };
}

function sizeLabels(p: ProfileTable): Float64Array {
  const out = new Float64Array(p.rows);
  const { start, key, num } = p.labels;
  for (let r = 0; r < p.rows; r++) {
    for (let l = start[r] ?? 0; l < (start[r + 1] ?? 0); l++) {
      if (p.strings.get(key[l] ?? 0) === "bytes") {
        const v = num[l] ?? NaN;
        if (v > 0) out[r] = v;
      }
    }
  }
  return out;
}

/**
 * Counts per bucket under a key that is the same in every profile of one process. `of` maps a stack
 * index to its hash (model/stack-frames.ts).
 */
export function bucketKey(stackHash: number, size: number): string {
  return `${stackHash}/${size}`;
}
