// Heap snapshots as aligned buckets: which two are compared, and row by row the same (stack, size).

import type { HeapSnapshot, ProcessEvidence } from "../../evidence/process.ts";
import { heapRows, type HeapRows } from "../../goruntime/heap-rows.ts";
import { samplingProbability } from "../../goruntime/sampling.ts";
import { stackHashes } from "../../model/stack-frames.ts";
import { MiB } from "../../model/units.ts";
import { alignBuckets } from "./align.ts";

export interface SnapshotRows {
  readonly snapshot: HeapSnapshot;
  readonly rows: HeapRows;
  readonly hashes: Float64Array;
}

export function rowsOf(snapshot: HeapSnapshot): SnapshotRows | undefined {
  const rows = heapRows(snapshot.profile);
  return rows === undefined ? undefined : { snapshot, rows, hashes: stackHashes(snapshot.profile) };
}

export interface SnapshotPair {
  readonly before: SnapshotRows;
  readonly after: SnapshotRows;
  /** Aligned columns, one entry a bucket. `afterRow` is −1 where the later profile lacks it. */
  readonly sizes: Float64Array;
  readonly allocBefore: Float64Array;
  readonly allocAfter: Float64Array;
  readonly inuseBefore: Float64Array;
  readonly inuseAfter: Float64Array;
  readonly afterRow: Int32Array;
  readonly beforeRow: Int32Array;
  readonly cyclesBetween: number | undefined;
  /** Between the ends of the two cycles shown, else between the replies; NaN unknown. */
  readonly seconds: number;
  readonly timeIsOfCycles: boolean;
  /**
   * Cycles that must have ended between them, from what was allocated: at GOGC=100 a cycle comes after
   * about as much allocation as is live, 4 MiB at least. Only where the cycle numbers are not known;
   * misleads under another GOGC, so two thirds are taken.
   */
  readonly cyclesAtLeast: number;
  /** Not one allocation count differs: GC did not advance between them. */
  readonly isStill: boolean;
}

/**
 * The first and last profile of one encoding that can be compared; the encoding with more cycles
 * (else more time) between them. Undefined with fewer than two.
 */
export function comparablePair(p: ProcessEvidence): SnapshotPair | undefined {
  const candidates: SnapshotPair[] = [];
  for (const encoding of ["proto", "text"] as const) {
    const list = p.heap.filter(
      (h) => h.profile.encoding === encoding && h.profile.memStats?.numGC !== 0,
    );
    const first = list[0];
    const last = list[list.length - 1];
    if (first === undefined || last === undefined || first === last) continue;
    const a = rowsOf(first);
    const b = rowsOf(last);
    if (a === undefined || b === undefined || a.rows.rate !== b.rows.rate) continue;
    candidates.push(align(a, b));
  }
  candidates.sort(
    (x, y) =>
      Number(x.isStill) - Number(y.isStill) ||
      (y.cyclesBetween ?? 0) - (x.cyclesBetween ?? 0) ||
      finite(y.seconds) - finite(x.seconds),
  );
  return candidates[0];
}

function finite(x: number): number {
  return Number.isFinite(x) ? x : 0;
}

function align(before: SnapshotRows, after: SnapshotRows): SnapshotPair {
  const { sizes, allocs, inuse, row } = alignBuckets([after, before]);
  const [allocAfter, allocBefore] = [allocs[0], allocs[1]];
  const [inuseAfter, inuseBefore] = [inuse[0], inuse[1]];
  const columns = { allocBefore, allocAfter, inuseBefore, inuseAfter };
  let isStill = true;
  for (let i = 0; i < sizes.length && isStill; i++) isStill = allocBefore[i] === allocAfter[i];
  const a = before.snapshot;
  const b = after.snapshot;
  const timeIsOfCycles = Number.isFinite(a.cycleEndMs) && Number.isFinite(b.cycleEndMs);
  const seconds = timeIsOfCycles
    ? (b.cycleEndMs - a.cycleEndMs) / 1000
    : (after.snapshot.replyMs - before.snapshot.replyMs) / 1000;
  return {
    before,
    after,
    sizes,
    ...columns,
    afterRow: row[0],
    beforeRow: row[1],
    cyclesBetween: a.cycle !== undefined && b.cycle !== undefined ? b.cycle - a.cycle : undefined,
    seconds,
    timeIsOfCycles,
    cyclesAtLeast: isStill ? 0 : allocatedCycles(sizes, columns, before.rows.rate),
    isStill,
  };
}

function allocatedCycles(
  sizes: Float64Array,
  c: Pick<SnapshotPair, "allocBefore" | "allocAfter" | "inuseAfter">,
  rate: number,
): number {
  let allocated = 0;
  let live = 0;
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i] ?? 0;
    const each = size > 0 ? size / samplingProbability(size, rate) : 0;
    allocated += Math.max(0, (c.allocAfter[i] ?? 0) - (c.allocBefore[i] ?? 0)) * each;
    live += (c.inuseAfter[i] ?? 0) * each;
  }
  return Math.floor((allocated / Math.max(live, 4 * MiB)) * (2 / 3));
}
