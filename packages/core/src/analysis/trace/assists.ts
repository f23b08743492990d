// Mark assists: what allocating goroutines paid for the collector, by stack, line and start function.
//
// Definitions: wall = begin to end per goroutine, whatever its state; CPU = the part of it in which the
// goroutine executed; the rest it was parked, because no credit was to be had, or waited for a proc
// (Go internal/trace/summary.go RangeTime and gc.go MutatorUtilizationV2).
//
// How it can mislead: an assist is charged when an allocation finds the goroutine in debt, and then pays
// for 64 KiB of work at once (gcOverAssistWork in Go src/runtime/mgcmark.go). The line in the stack is the
// one that met the bill; over many assists lines share it by the bytes they allocate, over few they do
// not. And the ranges of a cut trace are lower bounds.

import { RANGE_MARK_ASSIST, type TraceMemory } from "../../model/tables/trace.ts";
import { runningNsWithout } from "./executing.ts";
import { totalNs, WORKER_IDLE, type GcWork } from "./gc-work.ts";
import type { GoroutineGroups } from "./goroutine-groups.ts";
import { Groups, NOBODY, Payers, type Payer, type StackPlaces } from "./payers.ts";

export interface AssistAnalysis {
  readonly count: number;
  readonly wallNs: number;
  readonly cpuNs: number;
  /** Part of `cpuNs` in which assists ended a cycle, stop and flushing, instead of marking (cycle-ends.ts). */
  readonly endingNs: number;
  readonly longestNs: number;
  /** Assists cut by an end of the trace: their times are lower bounds. */
  readonly cut: number;
  /** Running time of all goroutines that are no mark workers. */
  readonly mutatorNs: number;
  /** By the stack of the begin; `name` is the allocating line's function. */
  readonly byStack: readonly Payer[];
  /** By the service's own line. */
  readonly byLine: readonly Payer[];
  /** By the line that allocated, in whosever code. */
  readonly byAllocatingLine: readonly Payer[];
  /** By start function; executed time of the group is in `groups`. */
  readonly byGroup: readonly AssistGroup[];
  /** ns executed in assists per row of the ranges; NaN for rows of other kinds. */
  readonly cpuOfRow: Float64Array;
}

export interface AssistGroup extends Payer {
  /** Goroutines of the group that assisted. */
  readonly goroutines: number;
  /** Running time of those goroutines, within assists and without. */
  readonly executedNs: number;
}

export function analyzeAssists(
  m: TraceMemory,
  w: GcWork,
  groups: GoroutineGroups,
  places: StackPlaces,
): AssistAnalysis {
  const r = m.ranges;
  const cpuOfRow = new Float64Array(r.length).fill(NaN);
  for (let i = 0; i < r.length; i++) if (r.kind[i] === RANGE_MARK_ASSIST) cpuOfRow[i] = 0;
  for (let i = 0; i < w.assists.length; i++)
    cpuOfRow[w.assists.of[i]] += w.assists.endNs[i] - w.assists.startNs[i];
  const byStack = new Payers();
  const byLine = new Payers();
  const byAllocatingLine = new Payers();
  const byGroup = new Payers();
  const groupWho = new Groups();
  const members = new Map<string, Set<number>>();
  let count = 0;
  let wallNs = 0;
  let cpuNs = 0;
  let longestNs = 0;
  let cut = 0;
  for (let i = 0; i < r.length; i++) {
    if (r.kind[i] !== RANGE_MARK_ASSIST) continue;
    const wall = r.endNs[i] - r.startNs[i];
    const cpu = cpuOfRow[i];
    count += 1;
    wallNs += wall;
    cpuNs += cpu;
    longestNs = Math.max(longestNs, wall);
    if (r.flags[i] !== 0) cut += 1;
    const stack = r.stack[i];
    const at = places.of(stack);
    byStack.add(at?.stack ?? NOBODY, stack, wall, cpu);
    byLine.add(at?.own ?? NOBODY, stack, wall, cpu);
    byAllocatingLine.add(at?.allocating ?? NOBODY, stack, wall, cpu);
    const group = groups.nameOf(r.goroutine[i]) ?? "";
    byGroup.add(groupWho.of(group), stack, wall, cpu);
    let set = members.get(group);
    if (set === undefined) {
      set = new Set();
      members.set(group, set);
    }
    set.add(r.goroutine[i]);
  }
  const groupRows = byGroup.finish().map((payer) => {
    const set = members.get(payer.name) ?? new Set<number>();
    let executedNs = 0;
    for (const g of set) {
      const at = w.executing.index.get(g);
      if (at === undefined) continue;
      for (let k = w.executing.start[at]; k < w.executing.start[at + 1]; k++)
        executedNs += w.executing.endNs[k] - w.executing.startNs[k];
    }
    return { ...payer, goroutines: set.size, executedNs };
  });
  return {
    count,
    wallNs,
    cpuNs,
    endingNs: totalNs(w.assistEndings),
    longestNs,
    cut,
    // The background sweeper's is in it.
    mutatorNs: runningNsWithout(w.executing, w.workerGoroutines),
    byStack: byStack.finish(),
    byLine: byLine.finish(),
    byAllocatingLine: byAllocatingLine.finish(),
    byGroup: groupRows,
    cpuOfRow,
  };
}

/** ns that mark workers marked in each mode: dedicated, fractional, idle. What ended cycles is left out. */
export function workerNs(w: GcWork): readonly [number, number, number] {
  const out: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < w.workers.length; i++) {
    const mode = w.workers.of[i];
    if (mode >= 0 && mode <= WORKER_IDLE) out[mode] += w.workers.endNs[i] - w.workers.startNs[i];
  }
  const ends = w.workerEndings;
  for (let i = 0; i < ends.length; i++)
    if (ends.of[i] >= 0 && ends.of[i] <= WORKER_IDLE)
      out[ends.of[i]] -= ends.endNs[i] - ends.startNs[i];
  return out;
}
