// What the collector and stops of the world took, by the stack at which it began: mark assists, stops,
// sweeps of goroutines that allocate. `go tool trace` has no such profiles.
//
// Only ranges whose begin and end are both in the trace have a row: one that was open when the recording
// began has no stack, and one that did not end has no length. Both are counted beside the profile, with
// the time that was seen of them, so that what is missing is known.

import type { ProfileTable, ValueType } from "../../model/tables/profile.ts";
import { GO_RUNNING, type TraceEventBatch } from "../../model/tables/trace.ts";
import { IS_TRANSITION } from "./delay-profile.ts";
import type { EventConsumer, GenerationInfo } from "./event-batch.ts";
import type { TraceInterner } from "./intern.ts";
import { ProfileRows } from "./profile-rows.ts";
import {
  EV_GC_MARK_ASSIST_ACTIVE,
  EV_GC_MARK_ASSIST_BEGIN,
  EV_GC_MARK_ASSIST_END,
  EV_GC_SWEEP_ACTIVE,
  EV_GC_SWEEP_BEGIN,
  EV_GC_SWEEP_END,
  EV_STW_BEGIN,
  EV_STW_END,
} from "./spec.ts";

export type RangeKind = "assist" | "stw" | "sweep";

interface RangeShape {
  readonly begin: number;
  readonly active: number;
  readonly end: number;
  readonly types: readonly ValueType[];
}

const DELAY: ValueType = { type: "delay", unit: "nanoseconds" };

/** The last type is wall time; it is what pprof shows unless told otherwise. */
const SHAPES: Readonly<Record<RangeKind, RangeShape>> = {
  assist: {
    begin: EV_GC_MARK_ASSIST_BEGIN,
    active: EV_GC_MARK_ASSIST_ACTIVE,
    end: EV_GC_MARK_ASSIST_END,
    // cpu: only while the goroutine ran; the rest of the delay it stood still for the collector.
    types: [{ type: "assists", unit: "count" }, { type: "cpu", unit: "nanoseconds" }, DELAY],
  },
  stw: {
    begin: EV_STW_BEGIN,
    active: 0,
    end: EV_STW_END,
    types: [{ type: "stops", unit: "count" }, DELAY],
  },
  sweep: {
    begin: EV_GC_SWEEP_BEGIN,
    active: EV_GC_SWEEP_ACTIVE,
    end: EV_GC_SWEEP_END,
    types: [
      { type: "sweeps", unit: "count" },
      { type: "swept", unit: "bytes" },
      { type: "reclaimed", unit: "bytes" },
      DELAY,
    ],
  },
};

/** Ranges without a row. */
export interface RangesLeftOut {
  readonly count: number;
  /** Wall time that was seen of them. */
  readonly seenNs: number;
}

export interface RangeProfileResult {
  readonly table: ProfileTable;
  readonly startedBefore: RangesLeftOut;
  readonly unfinished: RangesLeftOut;
}

/** Few are open at a time: one per goroutine or proc. */
interface OpenRange {
  readonly startNs: number;
  readonly stack: number;
  readonly reason: number;
  readonly isStartedBefore: boolean;
  cpuNs: number;
  /** −1 while it does not run. */
  runningSinceNs: number;
}

export class RangeProfile implements EventConsumer {
  readonly #kind: RangeKind;
  readonly #shape: RangeShape;
  readonly #interner: () => TraceInterner;
  readonly #rows: ProfileRows;
  /** By goroutine, by proc for sweeps. */
  readonly #open = new Map<number, OpenRange>();
  #lastNs = 0;
  #startedBefore = 0;
  #startedBeforeNs = 0;

  constructor(kind: RangeKind, interner: () => TraceInterner) {
    this.#kind = kind;
    this.#shape = SHAPES[kind];
    this.#interner = interner;
    this.#rows = new ProfileRows(this.#shape.types);
  }

  generation(_info: GenerationInfo | undefined): void {}

  events(batch: TraceEventBatch): void {
    const { length, type, timeNs } = batch;
    const { begin, active, end } = this.#shape;
    const isAssist = this.#kind === "assist";
    for (let i = 0; i < length; i++) {
      const kind = type[i];
      if (kind === begin || kind === active) this.#begin(batch, i, kind === active);
      else if (kind === end) this.#end(batch, i);
      else if (isAssist && this.#open.size > 0 && IS_TRANSITION[kind] === 1) {
        this.#transition(batch, i);
      }
    }
    if (length > 0) this.#lastNs = timeNs[length - 1];
  }

  #begin(batch: TraceEventBatch, i: number, isActive: boolean): void {
    const owner = batch.arg0[i];
    // Each generation names the open ranges again.
    if (isActive && this.#open.has(owner)) return;
    const startNs = batch.timeNs[i];
    this.#open.set(owner, {
      startNs,
      stack: isActive ? -1 : batch.stack[i],
      reason: this.#kind === "stw" ? Math.max(batch.text0[i], 0) : 0,
      isStartedBefore: isActive,
      cpuNs: 0,
      runningSinceNs: startNs,
    });
  }

  #transition(batch: TraceEventBatch, i: number): void {
    const open = this.#open.get(batch.arg0[i]);
    if (open === undefined) return;
    const timeNs = batch.timeNs[i];
    const isRunning = batch.to[i] === GO_RUNNING;
    if (!isRunning && open.runningSinceNs >= 0) {
      open.cpuNs += timeNs - open.runningSinceNs;
      open.runningSinceNs = -1;
    } else if (isRunning && open.runningSinceNs < 0) open.runningSinceNs = timeNs;
  }

  #end(batch: TraceEventBatch, i: number): void {
    const owner = batch.arg0[i];
    const open = this.#open.get(owner);
    if (open === undefined) return;
    this.#open.delete(owner);
    const timeNs = batch.timeNs[i];
    const delayNs = timeNs - open.startNs;
    if (open.isStartedBefore) {
      this.#startedBefore += 1;
      this.#startedBeforeNs += delayNs;
      return;
    }
    const rows = this.#rows;
    const row = rows.row(open.stack, open.reason);
    rows.add(row, 0, 1);
    if (this.#kind === "assist") {
      const lastNs = open.runningSinceNs < 0 ? 0 : timeNs - open.runningSinceNs;
      rows.add(row, 1, open.cpuNs + lastNs);
    } else if (this.#kind === "sweep") {
      rows.add(row, 1, Math.max(batch.arg1[i], 0));
      rows.add(row, 2, Math.max(batch.arg2[i], 0));
    }
    rows.add(row, this.#shape.types.length - 1, delayNs);
  }

  /** When nothing more comes. */
  finish(): RangeProfileResult {
    let unfinishedNs = 0;
    for (const { startNs } of this.#open.values()) unfinishedNs += this.#lastNs - startNs;
    return {
      table: this.#rows.table(this.#interner(), "reason"),
      startedBefore: { count: this.#startedBefore, seenNs: this.#startedBeforeNs },
      unfinished: { count: this.#open.size, seenNs: unfinishedNs },
    };
  }
}
