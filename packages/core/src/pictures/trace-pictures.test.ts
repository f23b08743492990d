import fc from "fast-check";
import { expect, test } from "vitest";
import { MS, servedTrace, traceTable, US, type TraceSpec } from "../../test/trace-tables.ts";
import { analyzeTrace, type TraceAnalysis } from "../analysis/trace/trace-analysis.ts";
import { cycleBars } from "./cycle-bars.ts";
import { flameOfAssists } from "./flame-of-assists.ts";
import { mmuCurve } from "./mmu-curve.ts";
import { traceTimeline, type TraceTimeline } from "./trace-timeline.ts";

function analysis(spec: TraceSpec): TraceAnalysis {
  const a = analyzeTrace(traceTable(spec));
  if (a === undefined) throw new Error("no analysis");
  return a;
}

function timeline(spec: TraceSpec, columns: number): TraceTimeline {
  const t = traceTimeline(analysis(spec), columns);
  if (t === undefined) throw new Error("no timeline");
  return t;
}

const bytes = (t: TraceTimeline, column: Float64Array): number[] =>
  Array.from(column, (f) => Math.round(f * t.max));

test("a column keeps the lowest and highest heap; without a reading the last one holds", () => {
  const t = timeline(
    {
      to: 40 * MS,
      heap: [
        { at: 11 * MS, bytes: 10e6 },
        { at: 12 * MS, bytes: 90e6 },
        { at: 13 * MS, bytes: 40e6 },
        { at: 31 * MS, bytes: 20e6 },
      ],
      goals: [
        { at: 5 * MS, bytes: 100e6 },
        { at: 25 * MS, bytes: 2 ** 63 },
      ],
    },
    4,
  );
  expect(bytes(t, t.heap.lo)).toEqual([NaN, 10e6, 40e6, 20e6]);
  expect(bytes(t, t.heap.hi)).toEqual([NaN, 90e6, 40e6, 40e6]);
  expect([t.heap.lowest, t.heap.highest]).toEqual([10e6, 90e6]);
  // A goal that no heap reaches is none, not a line at the top.
  expect(bytes(t, t.goal.hi)).toEqual([100e6, 100e6, 100e6, NaN]);
  expect(t.goal.highest).toBe(100e6);
});

test("a goal far above the heap is named, and does not press the heap flat", () => {
  const heap = [{ at: 1, bytes: 10e6 }];
  const near = timeline({ to: MS, heap, goals: [{ at: 1, bytes: 39e6 }] }, 4);
  expect([near.goalIsBeyond, near.max > 39e6]).toEqual([false, true]);
  const far = timeline({ to: MS, heap, goals: [{ at: 1, bytes: 900e6 }] }, 4);
  expect([far.goalIsBeyond, far.max < 20e6]).toEqual([true, true]);
});

test("no stop is ever hidden, however short it is and wherever it lies", () => {
  const stop = fc.tuple(fc.integer({ min: 0, max: 999_999 }), fc.integer({ min: 1, max: 300_000 }));
  fc.assert(
    fc.property(fc.array(stop, { maxLength: 60 }), fc.integer({ min: 1, max: 50 }), (list, n) => {
      // Stops follow one another.
      let after = 0;
      const stops = list.map(([gap, length]) => {
        const from = after + gap;
        after = from + length;
        return { kind: "stw" as const, from, to: after, reason: "GC mark termination" };
      });
      const to = after + 1000;
      const t = timeline({ to, ranges: stops }, n);
      const drawn = new Map(Array.from(t.gcStops.column, (c, i) => [c, t.gcStops.longestNs[i]]));
      for (const s of stops) {
        const middle = Math.min(n - 1, Math.floor(((s.from + s.to) / 2 / to) * n));
        expect(drawn.get(middle) ?? 0).toBeGreaterThanOrEqual(s.to - s.from);
      }
      expect(t.gcStops.count).toBe(stops.length);
      expect(t.otherStops.count).toBe(0);
    }),
  );
});

test("stops that no GC phase needed are apart", () => {
  const t = timeline(
    {
      to: 10 * MS,
      ranges: [
        { kind: "stw", from: 1 * MS, to: 1 * MS + 20 * US, reason: "GC sweep termination" },
        { kind: "stw", from: 5 * MS, to: 8 * MS, reason: "read mem stats" },
      ],
    },
    10,
  );
  expect([...t.gcStops.column]).toEqual([1]);
  expect([...t.otherStops.column]).toEqual([5, 6, 7, 8]);
  expect([t.gcStops.mostNs, t.otherStops.mostNs]).toEqual([20 * US, 3 * MS]);
});

test("marking and assists add up to what the analysis counts, whatever the columns", () => {
  const a = analysis(servedTrace({ cycles: 3, assistMs: 2 }));
  for (const columns of [1, 7, 100, 1000]) {
    const t = traceTimeline(a, columns);
    if (t === undefined) throw new Error("no timeline");
    const column = (a.memory.endNs - a.memory.startNs) / columns;
    const sum = (list: Float64Array): number => list.reduce((x, y) => x + y, 0) * column;
    expect(sum(t.marking)).toBeCloseTo(a.share.markNs, 0);
    expect(sum(t.assists.wall)).toBeCloseTo(a.assists.wallNs, 0);
    expect(sum(t.assists.cpu)).toBeCloseTo(a.assists.cpuNs, 0);
    expect(Math.max(...t.marking)).toBeLessThanOrEqual(1 + 1e-9);
  }
  expect(traceTimeline(a, 1000)?.bands.length).toBe(3);
  expect(traceTimeline(a, 16)?.bands.length).toBe(0);
});

test("the MMU curve ends at the mean of the whole trace and keeps to 0…1", () => {
  const a = analysis(servedTrace({ cycles: 3, assistMs: 2 }));
  const curve = mmuCurve(a);
  if (curve === undefined) throw new Error("no curve");
  const last = curve.utilisation.length - 1;
  expect([curve.x[0], curve.x[last]]).toEqual([0, 1]);
  expect(curve.windowNs[last]).toBe(a.memory.endNs - a.memory.startNs);
  expect(Math.min(...curve.utilisation)).toBe(0);
  expect(curve.utilisation[last]).toBeGreaterThan(0.5);
  expect(curve.utilisation[last]).toBeLessThan(1);
  // While an assist of 2 ms runs beside the worker, both procs are the collector's.
  expect(curve.zeroUpToNs).toBeGreaterThan(1.5 * MS);
  expect(curve.zeroUpToNs).toBeLessThanOrEqual(2 * MS);
  expect(curve.ticks.map((t) => t.value)).toEqual([1e4, 1e5, 1e6, 1e7, 1e8]);
});

test("without GOMAXPROCS there is no curve", () => {
  expect(mmuCurve(analysis({ to: MS, gomaxprocs: [] }))).toBeUndefined();
});

test("the flame of assists holds wall and CPU time of every assist", () => {
  const a = analysis(servedTrace({ cycles: 3, assistMs: 2 }));
  const flame = flameOfAssists(
    a,
    [{ function: "app/api.encode", file: "/src/app/api/encode.go", line: 42 }],
    "all",
  );
  if (flame === undefined) throw new Error("no flame");
  const [wall, cpu] = flame.values;
  expect([wall?.id, wall?.unit, cpu?.id]).toEqual(["assist-wall", "ns", "assist-cpu"]);
  expect(wall?.value[0]).toBe(a.assists.wallNs);
  expect(cpu?.value[0]).toBe(a.assists.cpuNs);
  expect(wall?.samples[0]).toBe(a.assists.count);
  // Counted: the interval is the value.
  expect([wall?.lo[0], wall?.hi[0]]).toEqual([a.assists.wallNs, a.assists.wallNs]);
  const names = Array.from(flame.name, (n) => flame.strings[n]);
  // The runtime's own frames below the allocating line are how, not who.
  expect(names).toEqual(["all", "app/api.handle", "app/api.encode", "encode.go:42"]);
  expect([...flame.isGuilty]).toEqual([0, 0, 0, 1]);
  expect(flameOfAssists(analysis({ to: MS }), [], "all")).toBeUndefined();
});

test("of a recursion, only the line that met the bill is marked", () => {
  const frame = (line: number) => ["app.build", "/src/app/build.go", line] as const;
  const assist = (from: number, ...stack: ReturnType<typeof frame>[]) =>
    ({ kind: "assist", from, to: from + MS, g: 7, stack }) as const;
  const a = analysis({
    to: 9 * MS,
    ranges: [assist(0, frame(24), frame(26)), assist(2 * MS, frame(26), frame(26))],
  });
  const flame = flameOfAssists(
    a,
    [{ function: "app.build", file: "/src/app/build.go", line: 26 }],
    "all",
  );
  if (flame === undefined) throw new Error("no flame");
  const marked = Array.from(flame.isGuilty, (is, i) =>
    is === 1 ? [flame.strings[flame.name[i] ?? 0], flame.values[0]?.value[i]] : [],
  ).filter((m) => m.length > 0);
  expect(marked).toEqual([["build.go:26", MS]]);
});

test("cycle bars share one scale; unknown is not 0", () => {
  const a = analysis({ ...servedTrace({ cycles: 3, assistMs: 2 }), goals: [] });
  const bars = cycleBars(a.cycles, [0, 2]);
  expect(bars.heap.length).toBe(2);
  expect(bars.heapMax).toBe(104e6);
  expect(bars.heap[0]).toEqual({
    marked: 50 / 104,
    start: 95 / 104,
    peak: 1,
    goal: undefined,
    isOver: false,
  });
  expect(bars.costMax).toBe((a.cycles.fractionalNs[0] ?? 0) + 2 * MS);
  expect(cycleBars(analysis(servedTrace({ cycles: 1 })).cycles, [0]).heap[0]?.isOver).toBe(true);
});
