// Assists by the task and region in which they were paid, and by how much they lengthened those regions.
// A consumer of the full order; memory: a row for each task that is open, for each region that is open,
// and for each name.
//
// An assist belongs to the innermost region that is open on its goroutine, and to that region's task. How
// it can mislead: a task's work on goroutines that open no region of it is not seen as the task's.

import { GO_RUNNING, type TraceEventBatch } from "../../../model/tables/trace.ts";
import * as event from "./event-types.ts";
import { isGoroutineEvent, type OrderNames } from "./event-types.ts";

export interface AnnotatedPayer {
  /** Name of the region, or of the task; "" for work in none. */
  readonly name: string;
  /** Regions or tasks of the name that were seen whole. */
  readonly count: number;
  readonly wallNs: number;
  readonly longestNs: number;
  readonly assists: number;
  readonly assistWallNs: number;
  readonly assistCpuNs: number;
  /** Largest part of one region or task that assists took, 0–1. */
  readonly worstShare: number;
}

interface Sum {
  count: number;
  wallNs: number;
  longestNs: number;
  assists: number;
  assistWallNs: number;
  assistCpuNs: number;
  worstShare: number;
}

interface OpenRegion {
  readonly name: string;
  readonly task: number;
  readonly startNs: number;
  assistWallNs: number;
}

interface OpenTask {
  readonly name: string;
  readonly startNs: number;
  assistWallNs: number;
}

interface OpenAssist {
  readonly startNs: number;
  cpuNs: number;
  /** NaN while the goroutine does not run. */
  runningSince: number;
}

export class AnnotatedAssists {
  readonly #names: OrderNames;
  readonly #regionSums = new Map<string, Sum>();
  readonly #taskSums = new Map<string, Sum>();
  readonly #regions = new Map<number, OpenRegion[]>();
  readonly #tasks = new Map<number, OpenTask>();
  readonly #assists = new Map<number, OpenAssist>();

  constructor(names: OrderNames) {
    this.#names = names;
  }

  events(b: TraceEventBatch): void {
    for (let i = 0; i < b.length; i++) {
      const type = b.type[i];
      const t = b.timeNs[i];
      if (isGoroutineEvent(type)) {
        if (this.#assists.size > 0 && b.from[i] !== b.to[i]) this.#transition(b, i, t);
        continue;
      }
      const g = b.goroutine[i];
      switch (type) {
        case event.EVENT_ASSIST_BEGIN:
          this.#assists.set(g, { startNs: t, cpuNs: 0, runningSince: t });
          break;
        case event.EVENT_ASSIST_END:
          this.#endAssist(g, t);
          break;
        case event.EVENT_TASK_BEGIN:
          this.#tasks.set(b.arg0[i], {
            name: this.#names.string(b.text0[i]),
            startNs: t,
            assistWallNs: 0,
          });
          break;
        case event.EVENT_TASK_END: {
          const task = this.#tasks.get(b.arg0[i]);
          this.#tasks.delete(b.arg0[i]);
          if (task !== undefined) close(this.#sum(this.#taskSums, task.name), task, t);
          break;
        }
        case event.EVENT_REGION_BEGIN: {
          const region: OpenRegion = {
            name: this.#names.string(b.text0[i]),
            task: b.arg0[i],
            startNs: t,
            assistWallNs: 0,
          };
          const open = this.#regions.get(g);
          if (open === undefined) this.#regions.set(g, [region]);
          else open.push(region);
          break;
        }
        case event.EVENT_REGION_END: {
          const open = this.#regions.get(g);
          const region = open?.pop();
          if (open?.length === 0) this.#regions.delete(g);
          if (region !== undefined) close(this.#sum(this.#regionSums, region.name), region, t);
          break;
        }
        default:
      }
    }
  }

  #transition(b: TraceEventBatch, i: number, t: number): void {
    const assist = this.#assists.get(b.arg0[i]);
    if (assist === undefined) return;
    if (!Number.isNaN(assist.runningSince)) {
      assist.cpuNs += t - assist.runningSince;
      assist.runningSince = NaN;
    }
    if (b.to[i] === GO_RUNNING) assist.runningSince = t;
  }

  #endAssist(g: number, t: number): void {
    const assist = this.#assists.get(g);
    if (assist === undefined) return;
    this.#assists.delete(g);
    if (!Number.isNaN(assist.runningSince)) assist.cpuNs += t - assist.runningSince;
    const wall = t - assist.startNs;
    const open = this.#regions.get(g) ?? [];
    // A region that holds another is lengthened by what the inner one paid; the sums go to the inner.
    for (const region of open) region.assistWallNs += wall;
    const inner = open[open.length - 1];
    const task = inner === undefined ? undefined : this.#tasks.get(inner.task);
    if (task !== undefined) task.assistWallNs += wall;
    for (const sum of [
      this.#sum(this.#regionSums, inner?.name ?? ""),
      this.#sum(this.#taskSums, task?.name ?? ""),
    ]) {
      sum.assists += 1;
      sum.assistWallNs += wall;
      sum.assistCpuNs += assist.cpuNs;
    }
  }

  #sum(sums: Map<string, Sum>, name: string): Sum {
    let sum = sums.get(name);
    if (sum === undefined) {
      sum = {
        count: 0,
        wallNs: 0,
        longestNs: 0,
        assists: 0,
        assistWallNs: 0,
        assistCpuNs: 0,
        worstShare: 0,
      };
      sums.set(name, sum);
    }
    return sum;
  }

  finish(): {
    readonly regions: readonly AnnotatedPayer[];
    readonly tasks: readonly AnnotatedPayer[];
  } {
    return { regions: ranked(this.#regionSums), tasks: ranked(this.#taskSums) };
  }
}

function close(
  sum: Sum,
  open: { readonly startNs: number; readonly assistWallNs: number },
  t: number,
): void {
  const wall = t - open.startNs;
  sum.count += 1;
  sum.wallNs += wall;
  sum.longestNs = Math.max(sum.longestNs, wall);
  if (wall > 0) sum.worstShare = Math.max(sum.worstShare, Math.min(1, open.assistWallNs / wall));
}

function ranked(sums: ReadonlyMap<string, Sum>): AnnotatedPayer[] {
  return [...sums]
    .map(([name, sum]) => ({ name, ...sum }))
    .sort((a, b) => b.assistWallNs - a.assistWallNs || b.wallNs - a.wallNs);
}
