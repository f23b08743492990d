import { describe, expect, it } from "vitest";
import {
  MS,
  SEC,
  serve,
  servedTrace,
  traceMemory,
  traceTable,
  US,
  type TraceSpec,
} from "../../../test/trace-tables.ts";
import { RANGE_STARTED_BEFORE, RANGE_UNFINISHED } from "../../model/tables/trace.ts";
import { tracedLines } from "./join.ts";
import { analyzeTrace, type TraceAnalysis } from "./trace-analysis.ts";
import { COUNT_ALL, COUNT_STW, procUtilisations, systemUtilisation } from "./utilisation.ts";

function analysis(spec: TraceSpec): TraceAnalysis {
  const a = analyzeTrace(traceTable(spec));
  if (a === undefined) throw new Error("no analysis");
  return a;
}

describe("cycle table", () => {
  const a = analysis(servedTrace({ cycles: 3, assistMs: 2 }));

  it("heap, goal, what was marked and found dead", () => {
    const c = a.cycles;
    expect(c.length).toBe(3);
    expect([...c.heapStart]).toEqual([95e6, 95e6, 95e6]);
    expect([...c.heapPeak]).toEqual([104e6, 104e6, 104e6]);
    expect([...c.heapEnd]).toEqual([104e6, 104e6, 104e6]);
    expect([...c.marked]).toEqual([50e6, 50e6, 50e6]);
    expect([...c.goal]).toEqual([100e6, 100e6, 100e6]);
    expect([...c.overshoot]).toEqual([4e6, 4e6, 4e6]);
    expect([...c.reclaimed]).toEqual([54e6, 54e6, 54e6]);
  });

  it("stops, worker and assist time within the phase", () => {
    const c = a.cycles;
    expect([...c.sweepTermNs]).toEqual([20 * US, 20 * US, 20 * US]);
    // It ends after the phase does.
    expect([...c.markTermNs]).toEqual([30 * US, 30 * US, 30 * US]);
    expect(c.concurrentNs[0]).toBe(10 * MS - 40 * US);
    expect(c.fractionalNs[1]).toBe(10 * MS - 50 * US);
    expect([c.dedicatedNs[1], c.idleNs[1]]).toEqual([0, 0]);
    expect([...c.assistNs]).toEqual([2 * MS, 2 * MS, 2 * MS]);
  });

  it("a cycle that an end of the trace cuts keeps what is known, and no more", () => {
    const cut = analysis({
      to: 100 * MS,
      ranges: [
        { kind: "mark", from: 0, to: 5 * MS, flags: RANGE_STARTED_BEFORE },
        { kind: "stw", from: 4.9 * MS, to: 5.1 * MS, reason: "GC mark termination" },
        { kind: "mark", from: 95 * MS, to: 100 * MS, flags: RANGE_UNFINISHED, stack: serve },
        { kind: "stw", from: 95.1 * MS, to: 95.2 * MS, reason: "GC sweep termination" },
      ],
      heap: [
        { at: 1 * MS, bytes: 10e6 },
        { at: 5 * MS, bytes: 6e6 },
        { at: 90 * MS, bytes: 12e6 },
        { at: 97 * MS, bytes: 13e6 },
      ],
    }).cycles;
    expect([...cut.heapStart]).toEqual([NaN, 12e6]);
    expect([...cut.marked]).toEqual([6e6, NaN]);
    expect([...cut.heapPeak]).toEqual([10e6, 13e6]);
    expect([...cut.reclaimed]).toEqual([4e6, NaN]);
    expect([...cut.sweepTermNs]).toEqual([NaN, expect.closeTo(0.1 * MS, 3)]);
    expect([...cut.markTermNs]).toEqual([expect.closeTo(0.2 * MS, 3), NaN]);
  });

  it("a goal that the heap never reaches is none", () => {
    const off = analysis({ ...servedTrace({ cycles: 1 }), goals: [{ at: 1, bytes: 2 ** 63 }] });
    expect(off.cycles.goal[0]).toBeNaN();
    expect(off.cycles.overshoot[0]).toBeNaN();
  });
});

describe("assists", () => {
  it("wall, CPU and parked apart; who pays by line and group", () => {
    const a = analysis(servedTrace({ cycles: 4, assistMs: 1, parkedMs: 3 })).assists;
    expect(a).toMatchObject({ count: 4, wallNs: 16 * MS, cpuNs: 4 * MS, longestNs: 4 * MS });
    expect(a.byLine).toEqual([
      expect.objectContaining({
        name: "app/api.encode",
        at: { function: "app/api.encode", file: "/src/app/api/encode.go", line: 42 },
        isOwn: true,
        count: 4,
        wallNs: 16 * MS,
        cpuNs: 4 * MS,
      }),
    ]);
    expect(a.byGroup).toEqual([
      expect.objectContaining({ name: "app/api.handle", goroutines: 1, wallNs: 16 * MS }),
    ]);
    // 400 ms less the parked time.
    expect(a.byGroup[0]?.executedNs).toBe(400 * MS - 12 * MS);
    expect(a.mutatorNs).toBe(400 * MS - 12 * MS);
  });

  it("an assist that was open at the start reaches back to it, if its goroutine ran", () => {
    const spec = (isRunning: boolean): TraceSpec => ({
      to: SEC,
      ranges: [{ kind: "assist", from: 5 * MS, to: 6 * MS, g: 1, flags: RANGE_STARTED_BEFORE }],
      runs: isRunning
        ? [{ g: 1, from: 5 * MS, to: 9 * MS, proc: 0 }]
        : [{ g: 1, from: 5.5 * MS, to: 9 * MS, proc: 0 }],
    });
    expect(analysis(spec(true)).share.assistNs).toBe(6 * MS);
    expect(analysis(spec(false)).share.assistNs).toBe(0.5 * MS);
    expect(analysis(spec(true)).assists.cut).toBe(1);
  });

  it("meets the profile's sites by function, file and line", () => {
    const a = analysis(servedTrace({ cycles: 2, assistMs: 1 }));
    const [line] = [...tracedLines(a, "own").values()];
    expect(line).toMatchObject({ line: 42, assistShare: 1, triggers: 2, mallocSamples: undefined });
  });
});

describe("GC share", () => {
  it("idle workers are told and left out", () => {
    const idle = analysis(servedTrace({ cycles: 5, worker: "GC (idle)" })).share;
    expect(idle.idleNs).toBe(5 * (10 * MS - 50 * US));
    expect(idle.fractionalNs).toBe(0);
    expect(idle.ofRunning).toBe(0);
    const busy = analysis(servedTrace({ cycles: 5, worker: "GC (dedicated)" })).share;
    expect(busy.dedicatedNs).toBe(idle.idleNs);
    // Two stops of 50 µs in all on two procs each cycle.
    expect(busy.ofCapacity).toBeCloseTo((5 * (10 * MS - 50 * US) + 5 * 50 * US * 2) / (SEC * 1), 9);
  });

  it("is unknown without GOMAXPROCS", () => {
    const a = analysis({ ...servedTrace({ cycles: 2 }), gomaxprocs: [] });
    expect(a.share.capacityNs).toBeUndefined();
    expect(a.share.ofCapacity).toBeUndefined();
    expect(systemUtilisation(a.memory, a.work, COUNT_ALL)).toBeUndefined();
  });
});

describe("an assist without a begin", () => {
  const spec: TraceSpec = {
    to: SEC,
    generations: 2,
    runs: [{ g: 7, from: 0, to: SEC, proc: 0 }],
  };
  const at = (from: number) =>
    analysis({
      ...spec,
      ranges: [{ kind: "assist", from, to: from + 10, g: 7, flags: RANGE_STARTED_BEFORE }],
    }).assists.cpuNs;

  it("was open since reading began, but not since a later generation did: its begin was lost", () => {
    expect(at(100)).toBe(110);
    expect(at(0.5 * SEC + 100)).toBe(10);
  });
});

describe("a worker's mode", () => {
  it("is that of the run, not of the goroutine", () => {
    const a = analysis({
      to: SEC,
      runs: [
        { g: 5, from: 0, to: 10, proc: 0 },
        { g: 5, from: 100, to: 130, proc: 0 },
        { g: 5, from: 200, to: 260, proc: 0 },
      ],
      // The first run began before the recording; its name is the next that is told.
      labels: [
        { g: 5, at: 100, label: "GC (idle)" },
        { g: 5, at: 201, label: "GC (fractional)" },
      ],
    });
    expect([a.share.idleNs, a.share.fractionalNs]).toEqual([40, 60]);
  });

  it("is no mode of others that run on a P which a worker left in its mode", () => {
    const label = "GC (fractional)";
    const a = analysis({
      to: SEC,
      ranges: [
        { kind: "mark", from: 100, to: 200, g: 1 },
        { kind: "stw", from: 700, to: 710, g: 8, reason: "read mem stats", stack: serve },
      ],
      runs: [
        { g: 5, from: 100, to: 190, proc: 0 },
        // The sweeper: labelled at each start, but after the mark.
        ...[300, 400, 500].map((from) => ({ g: 2, from, to: from + 50, proc: 0 })),
        // A goroutine that met the P while marking once.
        ...[120, 210, 320, 430, 540, 650].map((from) => ({ g: 9, from, to: from + 20, proc: 1 })),
        // One whose stack tells that it is a request's.
        { g: 8, from: 150, to: 800, proc: 2 },
      ],
      labels: [
        { g: 5, at: 100, label },
        ...[300, 400, 500].map((at) => ({ g: 2, at, label })),
        { g: 9, at: 120, label },
        { g: 8, at: 150, label },
      ],
    });
    expect([...a.work.workerGoroutines]).toEqual([5]);
    expect(a.share.fractionalNs).toBe(90);
    expect(a.assists.mutatorNs).toBe(150 + 120 + 650);
  });
});

describe("stops of the world", () => {
  const spec: TraceSpec = {
    to: SEC,
    ranges: [
      { kind: "stw", from: 10 * MS, to: 30 * MS, g: 1, reason: "GC sweep termination" },
      { kind: "stw", from: 50 * MS, to: 51 * MS, g: 1, reason: "read mem stats", stack: serve },
      { kind: "stw", from: 1, to: 2, g: 1, reason: "start trace" },
      // As Go 1.11–1.20 write it.
      { kind: "stw", from: 70 * MS, to: 71 * MS, g: 1, reason: "mark termination" },
    ],
    runs: [
      { g: 1, from: 0, to: 40 * MS, proc: 0 },
      { g: 2, from: 0, to: 28 * MS, proc: 1 },
      { g: 3, from: 0, to: 12 * MS, proc: 2 },
      // Began after the stop did, and outlasts it.
      { g: 4, from: 31 * MS, to: 90 * MS, proc: 1 },
    ],
    samples: [{ at: 5, g: 2, stack: [["app.hash", "/src/app/hash.go", 9]] }],
    preemptions: [
      { at: 12 * MS, g: 3, stack: [["app.early", "/src/app/early.go", 1]] },
      { at: 28 * MS, g: 2, stack: [["app.hash", "/src/app/hash.go", 12]] },
    ],
  };
  const a = analysis(spec).stops;

  it("are told apart by who wanted them", () => {
    expect(a.causes.map((c) => [c.reason, c.kind, c.totalNs])).toEqual([
      ["GC sweep termination", "gc", 20 * MS],
      ["read mem stats", "user", MS],
      ["GC mark termination", "gc", MS],
      ["start trace", "tracer", 1],
    ]);
    expect(a.userLines[0]?.at).toMatchObject({ line: 42 });
  });

  it("the last to stop is who ran longest into the stop", () => {
    expect([...a.stops.lastGoroutine]).toEqual([-1, 2, -1, -1]);
    expect(a.stops.stoppingNs[1]).toBe(18 * MS);
    expect(a.stops.lastProc[1]).toBe(1);
    expect(a.lastToStop[0]).toMatchObject({
      name: "app.hash",
      at: { file: "/src/app/hash.go", line: 12 },
      wallNs: 18 * MS,
    });
  });
});

describe("span pulls and sweeps", () => {
  it("rises of HeapAlloc go to who was running, in marks and out; falls to nobody", () => {
    const pulls = analysis({
      to: SEC,
      ranges: [
        { kind: "mark", from: 100, to: 200, g: 1 },
        { kind: "sweep", from: 20, to: 25, g: 1, proc: 0, stack: serve, swept: 100, reclaimed: 60 },
      ],
      heap: [
        { at: 10, bytes: 1000, g: 1 },
        { at: 20, bytes: 1500, g: 1 },
        { at: 120, bytes: 4500, g: 2 },
        { at: 130, bytes: 4000, g: 2 },
        { at: 140, bytes: 5000, g: 1 },
      ],
    });
    expect(pulls.pulls).toMatchObject({ bytes: 4500, bytesInMark: 4000 });
    expect(pulls.pulls.byGroup).toEqual([
      { name: "", goroutines: 1, pulls: 1, bytes: 3000, bytesInMark: 3000 },
      { name: "app/api.handle", goroutines: 1, pulls: 2, bytes: 1500, bytesInMark: 1000 },
    ]);
    expect(pulls.sweeps).toMatchObject({
      count: 1,
      wallNs: 5,
      sweptBytes: 100,
      reclaimedBytes: 60,
      duringMark: 0,
    });
  });
});

describe("CPU samples", () => {
  it("an assist within mallocgc is an assist; shares carry intervals", () => {
    const a = analysis({
      to: SEC,
      samples: [
        { at: 1, stack: serve },
        { at: 2, stack: serve.slice(1) },
        {
          at: 3,
          stack: [
            ["runtime.gcDrain", "mgc.go", 1],
            ["runtime.gcBgMarkWorker", "mgc.go", 2],
          ],
        },
        { at: 4, stack: [["app.work", "/src/app/work.go", 1]] },
      ],
    }).samples;
    expect(Object.fromEntries(a?.classes.map((c) => [c.class, c.samples]) ?? [])).toEqual({
      assist: 1,
      malloc: 1,
      mark: 1,
      other: 1,
    });
    const share = a?.classes[0]?.share;
    expect(share?.value).toBe(0.25);
    expect(share?.lo).toBeLessThan(0.1);
    expect(share?.hi).toBeGreaterThan(0.6);
    expect(a?.byLine[0]).toMatchObject({ count: 2 });
    expect(analysis({ to: SEC }).samples).toBeUndefined();
  });
});

describe("mutator utilisation", () => {
  const steps = (f: { readonly timeNs: Float64Array; readonly value: Float64Array } | undefined) =>
    f === undefined ? [] : [...f.timeNs].map((t, i) => [t, f.value[i]]);
  const spec: TraceSpec = {
    to: 1000,
    procs: 4,
    ranges: [
      { kind: "assist", from: 100, to: 300, g: 1 },
      { kind: "sweep", from: 150, to: 160, g: 1, proc: 0 },
      { kind: "stw", from: 400, to: 450, g: 1, reason: "GC mark termination" },
      { kind: "stw", from: 500, to: 550, g: 1, reason: "read mem stats" },
    ],
    runs: [
      { g: 1, from: 0, to: 200, proc: 0 },
      { g: 1, from: 250, to: 900, proc: 1 },
      { g: 7, from: 210, to: 350, proc: 2 },
    ],
    labels: [{ g: 7, at: 210, label: "GC (dedicated)" }],
  };

  it("of the system: work on one proc counts once, a stop takes all", () => {
    const a = analysis(spec);
    expect(steps(systemUtilisation(a.memory, a.work, COUNT_ALL))).toEqual([
      [0, 1],
      [100, 0.75],
      [200, 1],
      [210, 0.75],
      [250, 0.5],
      [300, 0.75],
      [350, 1],
      [400, 0],
      [450, 1],
      [1000, 0],
    ]);
    // Stops that the program asked for are not the collector's.
    expect(steps(systemUtilisation(a.memory, a.work, COUNT_STW))).toEqual([
      [0, 1],
      [400, 0],
      [450, 1],
      [1000, 0],
    ]);
  });

  it("per proc: 0 or 1, without dedicated workers; a proc that goes and returns is two", () => {
    const a = analysis({
      ...spec,
      gomaxprocs: [
        { at: 0, count: 2 },
        { at: 600, count: 1 },
        { at: 700, count: 3 },
      ],
    });
    const list = procUtilisations(a.memory, a.work, COUNT_ALL).map(steps);
    expect(list).toEqual([
      [
        [0, 1],
        [100, 0],
        [200, 1],
        [400, 0],
        [450, 1],
        [1000, 0],
      ],
      [
        [0, 1],
        [250, 0],
        [300, 1],
        [400, 0],
        [450, 1],
        [600, 0],
      ],
      [
        [700, 1],
        [1000, 0],
      ],
      [
        [700, 1],
        [1000, 0],
      ],
    ]);
  });
});

it("an empty trace has no analysis", () => {
  expect(analyzeTrace(traceTable({ to: 0 }))).toBeUndefined();
  expect(
    analyzeTrace({ kind: "trace", version: "go 1.26", bytes: 9, memory: undefined }),
  ).toBeUndefined();
  expect(traceMemory({ to: 5 }).ranges.length).toBe(0);
});
