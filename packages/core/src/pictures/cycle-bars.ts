// Rows of the cycle table as pictures: how far the heap came against its goal, and what marking cost, each
// on one scale for all rows shown, so that two rows compare.

import type { CycleColumns } from "../analysis/trace/cycles.ts";

/** Fractions of the scale; undefined where the trace does not tell. */
export interface CycleHeapBar {
  readonly marked: number | undefined;
  readonly start: number | undefined;
  readonly peak: number | undefined;
  readonly goal: number | undefined;
  /** The peak is above the goal. */
  readonly isOver: boolean;
}

/** CPU of one mark phase in the order of the table; fractions of the scale. */
export interface CycleCostBar {
  readonly dedicated: number;
  readonly fractional: number;
  readonly idle: number;
  readonly assist: number;
}

export interface CycleBars {
  /** Bytes at 1. */
  readonly heapMax: number;
  /** ns of CPU at 1. */
  readonly costMax: number;
  /** By row asked for. */
  readonly heap: readonly CycleHeapBar[];
  readonly cost: readonly CycleCostBar[];
}

export function cycleBars(c: CycleColumns, rows: readonly number[]): CycleBars {
  let heapMax = 0;
  let costMax = 0;
  for (const i of rows) {
    for (const v of [c.heapStart[i], c.heapPeak[i], c.marked[i], c.goal[i]])
      if (v > heapMax) heapMax = v;
    costMax = Math.max(costMax, costOf(c, i));
  }
  const fraction = (v: number): number | undefined =>
    Number.isNaN(v) || heapMax === 0 ? undefined : v / heapMax;
  const share = (ns: number): number => (costMax > 0 ? ns / costMax : 0);
  return {
    heapMax,
    costMax,
    heap: rows.map((i) => ({
      marked: fraction(c.marked[i]),
      start: fraction(c.heapStart[i]),
      peak: fraction(c.heapPeak[i]),
      goal: fraction(c.goal[i]),
      isOver: c.overshoot[i] > 0,
    })),
    cost: rows.map((i) => ({
      dedicated: share(c.dedicatedNs[i]),
      fractional: share(c.fractionalNs[i]),
      idle: share(c.idleNs[i]),
      assist: share(c.assistNs[i]),
    })),
  };
}

function costOf(c: CycleColumns, i: number): number {
  return c.dedicatedNs[i] + c.fractionalNs[i] + c.idleNs[i] + c.assistNs[i];
}
