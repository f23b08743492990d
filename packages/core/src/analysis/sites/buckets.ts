// Heap snapshots as aligned buckets: which two are compared, and row by row the same (stack, size).

import type { HeapSnapshot, ProcessEvidence } from "../../evidence/process.ts";
import { bucketKey, heapRows, type HeapRows } from "../../goruntime/heap-rows.ts";
import { samplingProbability } from "../../goruntime/sampling.ts";
import { stackHashes } from "../../model/stack-frames.ts";
import { MiB } from "../../model/units.ts";

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
  const index = new Map<string, number>();
  const sizes: number[] = [];
  const allocBefore: number[] = [];
  const allocAfter: number[] = [];
  const inuseBefore: number[] = [];
  const inuseAfter: number[] = [];
  const afterRow: number[] = [];
  const beforeRow: number[] = [];
  const columns = { allocBefore, allocAfter, inuseBefore, inuseAfter, afterRow, beforeRow };
  const slot = (key: string, size: number): number => {
    const known = index.get(key);
    if (known !== undefined) return known;
    const at = sizes.length;
    index.set(key, at);
    sizes.push(size);
    columns.allocBefore.push(0);
    columns.allocAfter.push(0);
    columns.inuseBefore.push(0);
    columns.inuseAfter.push(0);
    columns.afterRow.push(-1);
    columns.beforeRow.push(-1);
    return at;
  };
  const fill = (s: SnapshotRows, alloc: number[], inuse: number[], row: number[]) => {
    for (let r = 0; r < s.rows.rows; r++) {
      const n = s.rows.allocs[r] ?? 0;
      const live = s.rows.inuse[r] ?? 0;
      if (n === 0 && live === 0) continue;
      const size = s.rows.size[r] ?? 0;
      const at = slot(bucketKey(s.hashes[s.rows.stack[r] ?? 0] ?? 0, size), size);
      alloc[at] = (alloc[at] ?? 0) + n;
      inuse[at] = (inuse[at] ?? 0) + live;
      row[at] = r;
    }
  };
  fill(after, columns.allocAfter, columns.inuseAfter, columns.afterRow);
  fill(before, columns.allocBefore, columns.inuseBefore, columns.beforeRow);
  let isStill = true;
  for (let i = 0; i < sizes.length && isStill; i++)
    isStill = columns.allocBefore[i] === columns.allocAfter[i];
  const a = before.snapshot;
  const b = after.snapshot;
  const timeIsOfCycles = Number.isFinite(a.cycleEndMs) && Number.isFinite(b.cycleEndMs);
  const seconds = timeIsOfCycles
    ? (b.cycleEndMs - a.cycleEndMs) / 1000
    : (after.snapshot.replyMs - before.snapshot.replyMs) / 1000;
  return {
    before,
    after,
    sizes: Float64Array.from(sizes),
    allocBefore: Float64Array.from(columns.allocBefore),
    allocAfter: Float64Array.from(columns.allocAfter),
    inuseBefore: Float64Array.from(columns.inuseBefore),
    inuseAfter: Float64Array.from(columns.inuseAfter),
    afterRow: Int32Array.from(columns.afterRow),
    beforeRow: Int32Array.from(columns.beforeRow),
    cyclesBetween: a.cycle !== undefined && b.cycle !== undefined ? b.cycle - a.cycle : undefined,
    seconds,
    timeIsOfCycles,
    cyclesAtLeast: isStill ? 0 : allocatedCycles(sizes, columns, before.rows.rate),
    isStill,
  };
}

function allocatedCycles(
  sizes: readonly number[],
  c: {
    readonly allocBefore: readonly number[];
    readonly allocAfter: readonly number[];
    readonly inuseAfter: readonly number[];
  },
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
