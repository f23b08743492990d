// Consumers of the full order on orders written by hand.

import { describe, expect, it } from "vitest";
import {
  GO_NOT_EXIST,
  GO_RUNNABLE,
  GO_RUNNING,
  GO_UNDETERMINED,
  GO_WAITING,
  PROC_IDLE,
  PROC_RUNNING,
  type TraceEventBatch,
} from "../../../model/tables/trace.ts";
import { AnnotatedAssists } from "./annotated-assists.ts";
import type { OrderNames } from "./event-types.ts";
import { GoroutineSummary } from "./goroutine-summary.ts";
import { Scheduling } from "./scheduling.ts";
import { Stopping } from "./stopping.ts";

interface Row {
  readonly type: number;
  readonly at: number;
  readonly g?: number;
  readonly proc?: number;
  readonly from?: number;
  readonly to?: number;
  readonly arg?: number;
  readonly text?: string;
  readonly stack?: number;
}

const TEXTS = ["", "sync", "job", "parse", "GC mark termination", "forever"];
const NAMES: OrderNames = {
  string: (i) => TEXTS[i] ?? "",
  startFunction: (stack) => (stack < 0 ? undefined : `app.f${stack}`),
};

/** The same rows, in batches of every size: what is kept between batches must not depend on it. */
function batches(rows: readonly Row[], size: number): TraceEventBatch[] {
  const out: TraceEventBatch[] = [];
  for (let i = 0; i < rows.length; i += size) {
    const part = rows.slice(i, i + size);
    const f64 = (of: (r: Row) => number) => Float64Array.from(part, of);
    out.push({
      length: part.length,
      type: Uint8Array.from(part, (r) => r.type),
      timeNs: f64((r) => r.at),
      thread: f64(() => 1),
      proc: f64((r) => r.proc ?? 0),
      goroutine: f64((r) => r.g ?? -1),
      from: Uint8Array.from(part, (r) => r.from ?? 0),
      to: Uint8Array.from(part, (r) => r.to ?? 0),
      arg0: f64((r) => r.arg ?? r.g ?? -1),
      arg1: f64(() => 0),
      arg2: f64(() => 0),
      stack: Int32Array.from(part, (r) => r.stack ?? -1),
      otherStack: Int32Array.from(part, (r) => r.stack ?? -1),
      text0: Int32Array.from(part, (r) => TEXTS.indexOf(r.text ?? "")),
      text1: new Int32Array(part.length),
    });
  }
  return out;
}

const go = (at: number, arg: number, from: number, to: number, more: Partial<Row> = {}): Row => ({
  type: to === GO_WAITING ? 20 : to === GO_RUNNING ? 16 : to === GO_NOT_EXIST ? 17 : 21,
  at,
  arg,
  from,
  to,
  ...more,
});

function each<T>(
  rows: readonly Row[],
  make: () => { events(b: TraceEventBatch): void; finish(): T },
  check: (result: T) => void,
): void {
  for (const size of [1, 2, 3, rows.length]) {
    const consumer = make();
    for (const b of batches(rows, size)) consumer.events(b);
    check(consumer.finish());
  }
}

describe("scheduling", () => {
  it("splits waits by whether the collector marked, and sums the waiting of each cycle", () => {
    each(
      [
        go(0, 1, GO_WAITING, GO_RUNNABLE),
        go(10, 1, GO_RUNNABLE, GO_RUNNING),
        { type: 29, at: 100, g: 1 },
        go(110, 2, GO_WAITING, GO_RUNNABLE),
        go(120, 3, GO_WAITING, GO_RUNNABLE),
        go(150, 2, GO_RUNNABLE, GO_RUNNING),
        { type: 30, at: 200, g: 1 },
        go(230, 3, GO_RUNNABLE, GO_RUNNING),
      ],
      () => new Scheduling(),
      (s) => {
        expect(s.outside).toMatchObject({ count: 1, totalNs: 10, longestNs: 10 });
        expect(s.inMark).toMatchObject({ count: 2, totalNs: 150, longestNs: 110 });
        // 40 of goroutine 2, 80 of goroutine 3; its last 30 lie after the mark.
        expect(s.markPartNs).toBe(120);
        expect([...s.cycleDelayNs]).toEqual([120]);
        expect(s.mostRunnable).toBe(2);
      },
    );
  });

  it("a wait whose beginning was not seen has no length", () => {
    const s = new Scheduling();
    for (const b of batches([go(50, 1, GO_RUNNABLE, GO_RUNNING)], 1)) s.events(b);
    expect(s.finish().outside.count).toBe(0);
    expect(s.finish().outside.medianNs).toBeNaN();
  });
});

describe("stopping", () => {
  it("the last proc that goes idle within the stop, and who ran there", () => {
    const proc = (at: number, id: number): Row => ({
      type: 11,
      at,
      arg: id,
      proc: id,
      from: PROC_RUNNING,
      to: PROC_IDLE,
    });
    each(
      [
        { type: 37, at: 1, g: 8, proc: 2 },
        { type: 26, at: 10, g: 1, proc: 0, text: "GC mark termination" },
        proc(12, 1),
        proc(40, 2),
        { type: 27, at: 60, g: 1, text: "GC mark termination" },
        proc(70, 3),
        { type: 26, at: 80, g: 1, text: "GC mark termination" },
      ],
      () => new Stopping(),
      (s) => {
        expect(s.length).toBe(2);
        expect([...s.stoppingNs]).toEqual([30, 0]);
        expect([...s.lastProc]).toEqual([2, -1]);
        expect([...s.lastGoroutine]).toEqual([8, -1]);
        expect([...s.endNs]).toEqual([60, NaN]);
      },
    );
  });
});

describe("assists by region and task", () => {
  it("go to the innermost region and its task; outer regions are lengthened too", () => {
    each(
      [
        { type: 40, at: 0, g: 1, arg: 77, text: "job" },
        { type: 42, at: 10, g: 1, arg: 77, text: "job" },
        { type: 42, at: 20, g: 1, arg: 77, text: "parse" },
        { type: 35, at: 30, g: 1 },
        go(35, 1, GO_RUNNING, GO_WAITING, { text: "sync" }),
        go(45, 1, GO_WAITING, GO_RUNNABLE),
        go(50, 1, GO_RUNNABLE, GO_RUNNING),
        { type: 36, at: 60, g: 1 },
        { type: 43, at: 80, g: 1, arg: 77, text: "parse" },
        { type: 43, at: 110, g: 1, arg: 77, text: "job" },
        { type: 41, at: 120, g: 1, arg: 77 },
        { type: 35, at: 130, g: 2 },
        { type: 36, at: 134, g: 2 },
      ],
      () => new AnnotatedAssists(NAMES),
      ({ regions, tasks }) => {
        expect(regions.map((r) => [r.name, r.assists, r.assistWallNs, r.assistCpuNs])).toEqual([
          ["parse", 1, 30, 15],
          ["", 1, 4, 4],
          ["job", 0, 0, 0],
        ]);
        expect(regions[0]?.worstShare).toBe(0.5);
        expect(regions[2]?.worstShare).toBe(0.3);
        expect(tasks[0]).toMatchObject({ name: "job", count: 1, wallNs: 120, assistWallNs: 30 });
        expect(tasks[0]?.worstShare).toBe(0.25);
      },
    );
  });
});

describe("goroutine summary", () => {
  it("states, reasons and ranges; goroutines that end are added up and forgotten", () => {
    each(
      [
        { type: 255, at: 100 },
        { type: 25, at: 110, arg: 1, from: GO_UNDETERMINED, to: GO_RUNNING },
        { ...go(120, 2, GO_NOT_EXIST, GO_RUNNABLE, { g: 1, stack: 4 }), type: 14 },
        go(130, 1, GO_RUNNING, GO_WAITING, { g: 1, text: "sync", stack: 3 }),
        go(140, 2, GO_RUNNABLE, GO_RUNNING),
        { type: 35, at: 150, g: 2 },
        { type: 36, at: 170, g: 2 },
        go(180, 2, GO_RUNNING, GO_NOT_EXIST, { g: 2 }),
        go(190, 1, GO_WAITING, GO_RUNNABLE),
        go(200, 1, GO_RUNNABLE, GO_RUNNING),
        go(210, 1, GO_RUNNING, GO_WAITING, { g: 1, text: "forever", stack: 3 }),
        // Heard of once more, as if it were there.
        go(220, 1, GO_WAITING, GO_RUNNABLE),
      ],
      () => new GoroutineSummary(NAMES, true),
      ({ groups, goroutines }) => {
        expect(groups.map((g) => g.name).toSorted()).toEqual(["app.f3", "app.f4"]);
        const one = goroutines.find((g) => g.goroutine === 1);
        const two = goroutines.find((g) => g.goroutine === 2);
        // Since the sync before its first mention.
        expect(one).toMatchObject({
          name: "app.f3",
          executingNs: 30 + 10,
          schedWaitNs: 10,
          totalNs: 110,
        });
        expect([...(one?.blockNs ?? [])]).toEqual([["sync", 60]]);
        expect(two).toMatchObject({
          name: "app.f4",
          executingNs: 40,
          schedWaitNs: 20,
          assistNs: 20,
          totalNs: 60,
          unknownNs: 0,
        });
        expect(goroutines.length).toBe(2);
      },
    );
  });
});
