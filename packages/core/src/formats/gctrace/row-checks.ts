// What a process's rows must satisfy together: rejects lines that were put together wrongly, and gives
// the neighbours' figures that decide between ways to read a torn one.

import { GC_FORCED, GC_REPAIRED, GC_UNSOUND } from "../../model/tables/gc-cycles.ts";
import { MiB } from "../../model/units.ts";
import { fitsFactors } from "./choosing.ts";
import type { CycleColumnsBuilder } from "./columns.ts";
import { stoppedProcs } from "./consistency.ts";
import { F_GLOBALS, F_STACKS } from "./grammar.ts";
import type { Neighbour, Neighbours } from "./neighbours.ts";

export function hasGaps(rows: CycleColumnsBuilder): boolean {
  const last = rows.length - 1;
  return (rows.current.number[last] ?? 0) - (rows.current.number[0] ?? 0) !== last;
}

/**
 * Rejects what was put together but contradicts itself or its neighbours. Where lines are torn, a
 * fragment of the application may also stand inside a line that looks whole, so those are held to
 * the arithmetic too.
 */
export function checkRows(
  rows: CycleColumnsBuilder,
  factors: ReadonlySet<number>,
  near: Int32Array,
  fields: ReadonlySet<number>,
): void {
  const c = rows.current;
  const last = rows.length - 1;
  const isTornLog = rows.current.flags
    .subarray(0, rows.length)
    .some((f) => f !== 0 && f !== GC_FORCED);
  if (!isTornLog) return;
  const gaps = hasGaps(rows);
  const hasStacks = fields.has(F_STACKS);
  const hasGlobals = fields.has(F_GLOBALS);
  const rejected: number[] = [];
  for (let i = 0; i <= last; i++) {
    if (rows.hasFlag(i, GC_UNSOUND)) continue;
    const end = c.heapEndBytes[i] ?? 0;
    const fits =
      end >= (c.heapStartBytes[i] ?? 0) &&
      end >= (c.markedBytes[i] ?? 0) &&
      fitsBefore(rows, i) &&
      fitsFactors(rows.stoppedPhases(i), factors);
    if (!rows.hasFlag(i, GC_REPAIRED)) {
      if (!fits) rejected.push(i);
      continue;
    }
    const hasTime = fitsTime(rows, i);
    const isFollowed = i < last ? c.number[i + 1] === (c.number[i] ?? 0) + 1 : !gaps;
    const hasProcs = near[i] === 0 || c.procs[i] === near[i];
    // One Go version prints one set of fields.
    const hasFields =
      Number.isNaN(c.stacksBytes[i] ?? Number.NaN) !== hasStacks &&
      Number.isNaN(c.globalsBytes[i] ?? Number.NaN) !== hasGlobals;
    if (!(fits && hasTime && isFollowed && hasProcs && hasFields)) rejected.push(i);
  }
  for (const i of rejected) rows.clearRow(i);
}

const NS_SLACK = 3e6;

/** No P works longer than the cycle lasts. Held in 5 612 undisturbed lines. */
function fitsTime(rows: CycleColumnsBuilder, i: number): boolean {
  const c = rows.current;
  const at = (column: Float64Array): number => column[i] ?? Number.NaN;
  const lasts = at(c.sweepTermNs) + at(c.markNs) + at(c.markTermNs) + NS_SLACK;
  const worked = at(c.assistCpuNs) + at(c.workerCpuNs) + at(c.idleCpuNs);
  return !(worked > lasts * (c.procs[i] ?? 0));
}

/** Marking starts with at least what the cycle before left. */
function fitsBefore(rows: CycleColumnsBuilder, i: number): boolean {
  const c = rows.current;
  if (i === 0 || c.number[i - 1] !== (c.number[i] ?? 0) - 1) return true;
  return !((c.heapStartBytes[i] ?? 0) < Math.floor((c.markedBytes[i - 1] ?? 0) / MiB) * MiB);
}

export function neighboursOf(rows: CycleColumnsBuilder, i: number, ratio: number): Neighbours {
  const number = rows.current.number[i] ?? 0;
  return {
    before: neighbour(rows, i - 1, number - 1),
    after: neighbour(rows, i + 1, number + 1),
    goalRatio: ratio,
  };
}

function neighbour(rows: CycleColumnsBuilder, i: number, number: number): Neighbour | undefined {
  const c = rows.current;
  if (i < 0 || i >= rows.length || c.number[i] !== number || !isUndisturbed(rows, i)) {
    return undefined;
  }
  const mb = (column: Float64Array): number => Math.floor((column[i] ?? Number.NaN) / MiB);
  return {
    startSec: c.startSec[i] ?? Number.NaN,
    cpuPercent: (c.cpuFractionSinceStart[i] ?? Number.NaN) * 100,
    heapStartMb: mb(c.heapStartBytes),
    markedMb: mb(c.markedBytes),
    goalMb: mb(c.goalBytes),
  };
}

const RATIO_PAIRS = 8;
const RATIO_MAX_PAIRS = 4096;
const RATIO_SPREAD = 1.4;
const RATIO_LEAST_MB = 8;

/** Goal ÷ marked heap of the cycle before, when undisturbed lines give one and the same figure. */
export function goalRatio(rows: CycleColumnsBuilder): number {
  const ratios: number[] = [];
  for (let i = 1; i < rows.length && ratios.length < RATIO_MAX_PAIRS; i++) {
    const number = rows.current.number[i] ?? 0;
    const before = neighbour(rows, i - 1, number - 1);
    const here = neighbour(rows, i, number);
    if (before === undefined || here === undefined || before.markedMb < RATIO_LEAST_MB) continue;
    ratios.push(here.goalMb / before.markedMb);
  }
  if (ratios.length < RATIO_PAIRS) return Number.NaN;
  ratios.sort((a, b) => a - b);
  const low = ratios[Math.floor(ratios.length * 0.05)] ?? Number.NaN;
  const high = ratios[Math.floor(ratios.length * 0.95)] ?? Number.NaN;
  return high / low <= RATIO_SPREAD ? (low + high) / 2 : Number.NaN;
}

const FACTOR_ROWS = 4096;

/** The factors between wall and CPU time of the stopped phases that fit every undisturbed line. */
export function commonFactors(rows: CycleColumnsBuilder): Set<number> {
  let common: number[] | undefined;
  for (let i = 0; i < rows.length && i < FACTOR_ROWS; i++) {
    if (!isUndisturbed(rows, i)) continue;
    const fits = stoppedProcs(rows.stoppedPhases(i));
    common = common === undefined ? fits : common.filter((f) => fits.includes(f));
    // GOMAXPROCS changed on the way: no one factor holds.
    if (common.length === 0) break;
  }
  return new Set(common ?? []);
}

function isUndisturbed(rows: CycleColumnsBuilder, i: number): boolean {
  return !rows.hasFlag(i, GC_UNSOUND) && !rows.hasFlag(i, GC_REPAIRED);
}

/** Per row the processor count of the nearest undisturbed lines when they agree, else 0. */
export function procsNearby(rows: CycleColumnsBuilder): Int32Array {
  const { procs, length } = rows.current;
  const near = new Int32Array(length);
  let before = 0;
  for (let i = 0; i < length; i++) {
    near[i] = before;
    if (isUndisturbed(rows, i)) before = procs[i] ?? 0;
  }
  let after = 0;
  for (let i = length - 1; i >= 0; i--) {
    const b = near[i] ?? 0;
    if (b === 0 || after === 0) near[i] = b + after;
    else if (b !== after) near[i] = 0;
    if (isUndisturbed(rows, i)) after = procs[i] ?? 0;
  }
  return near;
}
