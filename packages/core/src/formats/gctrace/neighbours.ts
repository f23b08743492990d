// What the cycles before and after one allow its numbers to be. Holds for every program: checked on
// 5 537 pairs of undisturbed neighbours of Go 1.19 and 1.26, none of which broke it.

import {
  F_CLOCK,
  F_CPU,
  F_CPU_PERCENT,
  F_GOAL,
  F_HEAP_END,
  F_HEAP_START,
  F_MARKED,
  F_PROCS,
  F_START_SEC,
} from "./grammar.ts";

/** Figures of an undisturbed cycle directly before or after, as printed. */
export interface Neighbour {
  readonly startSec: number;
  readonly cpuPercent: number;
  readonly heapStartMb: number;
  readonly markedMb: number;
  readonly goalMb: number;
}

export interface Neighbours {
  readonly before: Neighbour | undefined;
  readonly after: Neighbour | undefined;
  /** Goal of a cycle ÷ marked heap of the one before, NaN where it is not one and the same. */
  readonly goalRatio: number;
}

/** Sizes and times are cut to whole MiB and ms when printed. */
const SLACK_MS = 3;
// P% is an average since the start that runtime/mgc.go makes from two clocks: it can fall a little
// faster than the arithmetic of printed numbers says.
const SLACK_PERCENT = 5;
/** GOGC moves the goal smoothly; a wrong split moves it tenfold. */
const GOAL_TOLERANCE = 2;

/** Whether a number can stand in `field` beside the other numbers of its line and its neighbours. */
export function canBe(field: number, x: number, values: readonly number[], n: Neighbours): boolean {
  const v = (f: number): number => values[f] ?? Number.NaN;
  // Comparisons with NaN are false, so `!(a > b)` lets an unknown pass.
  switch (field) {
    case F_HEAP_START:
      return !(x < (n.before?.markedMb ?? Number.NaN)) && !(x > v(F_HEAP_END));
    case F_HEAP_END:
      return !(x < v(F_HEAP_START)) && !(x < v(F_MARKED));
    case F_MARKED:
      return (
        !(x > v(F_HEAP_END)) &&
        !(x > (n.after?.heapStartMb ?? Number.NaN)) &&
        isNearGoal(n.after?.goalMb ?? Number.NaN, x, n.goalRatio)
      );
    case F_GOAL:
      return (
        !(x < (n.before?.markedMb ?? Number.NaN)) &&
        isNearGoal(x, n.before?.markedMb ?? Number.NaN, n.goalRatio)
      );
    case F_CPU_PERCENT:
      return canBePercent(x, v(F_START_SEC), n);
    default:
      return canBeTime(field, x, values, n);
  }
}

function isNearGoal(goalMb: number, markedMb: number, ratio: number): boolean {
  // Below this the 4 MiB floor and MiB rounding hide the ratio.
  if (!(markedMb >= 1) || Math.max(goalMb, markedMb) < 16) return true;
  const expected = markedMb * ratio;
  return !(goalMb > expected * GOAL_TOLERANCE) && !(goalMb < expected / GOAL_TOLERANCE);
}

/** GC time so far can only grow, and by no more than all the time that has passed. */
function canBePercent(x: number, startSec: number, n: Neighbours): boolean {
  const check = (early: number, earlySec: number, late: number, lateSec: number): boolean => {
    const most = ((early + 1) * earlySec) / lateSec + (100 * (lateSec - earlySec + 0.01)) / lateSec;
    const least = (early * earlySec) / lateSec - SLACK_PERCENT;
    return !(late > most + SLACK_PERCENT) && !(late < least);
  };
  const { before, after } = n;
  return (
    (before === undefined || check(before.cpuPercent, before.startSec, x, startSec)) &&
    (after === undefined || check(x, startSec, after.cpuPercent, after.startSec))
  );
}

/** A cycle ends before the next begins, and no P can work longer than the cycle lasts. */
function canBeTime(field: number, x: number, values: readonly number[], n: Neighbours): boolean {
  const v = (f: number): number => values[f] ?? Number.NaN;
  const lastsMs = ((n.after?.startSec ?? Number.NaN) - v(F_START_SEC)) * 1000 + SLACK_MS;
  if (field >= F_CLOCK && field < F_CPU) return !(x > lastsMs);
  if (field < F_CPU || field >= F_HEAP_START) return true;
  let clockMs = 0;
  for (let f = F_CLOCK; f < F_CPU; f++) if (!Number.isNaN(v(f))) clockMs += v(f);
  const hasClock = [F_CLOCK, F_CLOCK + 1, F_CLOCK + 2].every((f) => !Number.isNaN(v(f)));
  const longest = hasClock ? Math.min(clockMs + SLACK_MS, orMax(lastsMs)) : lastsMs;
  return !(x > longest * v(F_PROCS) + SLACK_MS);
}

function orMax(x: number): number {
  return Number.isNaN(x) ? Number.MAX_VALUE : x;
}
