// Heap goal arithmetic of Go 1.19–1.27 (runtime/mgcpacer.go, commit and heapGoalInternal).
// M = marked heap, S = scanned stacks, K = globals, g = GOGC/100; bytes.

import { MiB } from "../model/units.ts";

/** max(M + (M + S + K)·g, 4 MiB·g); Infinity with GOGC=off. */
export function gogcGoal(
  marked: number,
  stacks: number,
  globals: number,
  gogcPercent: number,
): number {
  if (gogcPercent < 0 || !Number.isFinite(gogcPercent)) return Infinity;
  const g = gogcPercent / 100;
  return Math.max(marked + (marked + stacks + globals) * g, minimumGoal(gogcPercent));
}

export function minimumGoal(gogcPercent: number): number {
  return (4 * MiB * gogcPercent) / 100;
}

/**
 * M from NextGC while GOGC governs: exact when S and K are known, else the interval that stack memory
 * in use allows. Undefined where the inversion is not valid: GOGC off, goal at the 4 MiB·g floor.
 * How it can mislead: under a governing memory limit NextGC says nothing of M; the caller checks.
 */
export function markedFromNextGC(
  nextGC: number,
  gogcPercent: number,
  roots: { readonly lo: number; readonly hi: number },
): { readonly value: number; readonly lo: number; readonly hi: number } | undefined {
  if (!(gogcPercent > 0) || !Number.isFinite(gogcPercent)) return undefined;
  if (nextGC <= minimumGoal(gogcPercent) * 1.001) return undefined;
  const g = gogcPercent / 100;
  const at = (rootBytes: number) => Math.max(0, (nextGC - rootBytes * g) / (1 + g));
  return { value: at((roots.lo + roots.hi) / 2), lo: at(roots.hi), hi: at(roots.lo) };
}
