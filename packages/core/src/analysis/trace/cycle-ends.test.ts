// Who ends a cycle, and what is left of the marking; a program beside its own counters is in
// runtime-figures.test.ts.

import { describe, expect, it } from "vitest";
import { MS, serve, traceTable, US, type TraceSpec } from "../../../test/trace-tables.ts";
import { pauseEndNs } from "./cycle-ends.ts";
import { analyzeTrace, type TraceAnalysis } from "./trace-analysis.ts";

function analysis(spec: TraceSpec): TraceAnalysis {
  const a = analyzeTrace(traceTable(spec));
  if (a === undefined) throw new Error("no analysis");
  return a;
}

/** Goroutine 10 assists from 12 to 16 ms and ends the cycle within: stop from 14 ms, GCEnd 14.2, start 14.5. */
const ended = (markEnd: number): TraceSpec => ({
  to: 40 * MS,
  procs: 2,
  ranges: [
    { kind: "mark", from: 10 * MS, to: markEnd, g: 10, stack: serve },
    { kind: "stw", from: 10.1 * MS, to: 10.2 * MS, g: 10, reason: "GC sweep termination" },
    { kind: "assist", from: 12 * MS, to: 16 * MS, g: 10, proc: 0, stack: serve },
    { kind: "stw", from: 14 * MS, to: 14.5 * MS, g: 10, reason: "GC mark termination" },
  ],
  runs: [
    { g: 10, from: 0, to: 40 * MS, proc: 0 },
    { g: 30, from: 11 * MS, to: 13.9 * MS, proc: 1 },
  ],
  labels: [{ g: 30, at: 11 * MS, label: "GC (fractional)" }],
});

describe("the end of a cycle", () => {
  it("an assist that ends it marks until its stop", () => {
    const a = analysis(ended(14.2 * MS));
    expect(a.share.assistNs).toBe(2 * MS);
    expect(a.share.endingNs).toBe(2 * MS);
    expect([...a.cycles.assistNs]).toEqual([2 * MS]);
    // Its goroutine ran for all of it.
    expect(a.assists).toMatchObject({ cpuNs: 4 * MS, endingNs: 2 * MS });
  });

  it("the runtime's clock ends with the phase, the stop when goroutines run again", () => {
    const a = analysis(ended(14.2 * MS));
    expect(a.share.gcStopNs).toBeCloseTo(600 * US, 3);
    expect(a.share.pauseNs).toBeCloseTo(300 * US, 3);
    const cause = a.stops.causes.find((c) => c.reason === "GC mark termination");
    expect(cause?.totalNs).toBeCloseTo(500 * US, 3);
    expect(cause?.pauseNs).toBeCloseTo(200 * US, 3);
  });

  it("a mark termination that found more to mark is a pause to its end, and marking goes on after it", () => {
    const a = analysis(ended(30 * MS));
    expect(a.share.pauseNs).toBe(a.share.gcStopNs);
    expect(a.share.endingNs).toBeCloseTo(500 * US, 3);
    expect(a.share.assistNs).toBeCloseTo(3500 * US, 3);
  });

  it("a worker that ends it marks until its stop", () => {
    const spec = ended(14.2 * MS);
    const a = analysis({
      ...spec,
      ranges: (spec.ranges ?? [])
        .filter((r) => r.kind !== "assist")
        .map((r) => (r.reason === "GC mark termination" ? { ...r, g: 30 } : r)),
      runs: [
        { g: 10, from: 0, to: 40 * MS, proc: 0 },
        { g: 30, from: 11 * MS, to: 15 * MS, proc: 1 },
      ],
    });
    expect(a.share).toMatchObject({ fractionalNs: 3 * MS, endingNs: 1 * MS });
  });

  it("stops outside of mark phases last as long as they last", () => {
    const marks = {
      length: 1,
      startNs: Float64Array.of(10),
      endNs: Float64Array.of(20),
    };
    expect(pauseEndNs(marks, 2, 5)).toBe(5);
    expect(pauseEndNs(marks, 25, 30)).toBe(30);
    expect(pauseEndNs(marks, 18, 23)).toBe(20);
  });
});

it("the recording's own goroutines are one payer, and no line", () => {
  const of = (start: string) =>
    [
      ["runtime.traceLocker.GCMarkAssistStart", "/go/src/runtime/traceruntime.go", 405],
      ["runtime.gcAssistAlloc", "/go/src/runtime/mgcmark.go", 500],
      [start, "/go/src/runtime/trace/x.go", 9],
    ] as const;
  const stacks = [
    of("runtime/trace.(*traceMultiplexer).startLocked.func1"),
    of("runtime.(*traceAdvancerState).start.func1"),
    of("runtime.bgsweep"),
    serve,
  ];
  const a = analysis({
    to: 40 * MS,
    ranges: stacks.map((stack, i) => ({
      kind: "assist" as const,
      from: (10 + i * 5) * MS,
      to: (11 + i * 5) * MS,
      g: 10 + i,
      proc: 0,
      stack,
    })),
  });
  expect(a.assists.byLine.map((p) => [p.name, p.count, p.at?.line])).toEqual([
    ["runtime/trace", 2, undefined],
    ["app/api.encode", 1, 42],
    ["runtime.bgsweep", 1, undefined],
  ]);
});
