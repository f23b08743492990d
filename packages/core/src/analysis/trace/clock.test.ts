import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { viewOf } from "../../../test/judged.ts";
import { artefact, gctrace, heapProfile, memStats, ring } from "../../../test/tables.ts";
import { MS, serve, servedTrace, traceTable, type TraceSpec } from "../../../test/trace-tables.ts";
import { matchTimes } from "./clock.ts";

const START = 1_700_000_000_000;
/** Cycles at uneven times: even ones fit anywhere. */
const GAPS = [90, 140, 70, 210, 120, 95, 180, 60, 130, 160];

function uneven(): TraceSpec {
  let at = 0;
  const marks = GAPS.map((gap) => {
    at += gap * MS;
    return { kind: "mark" as const, from: at, to: at + 5 * MS, g: 1, stack: serve };
  });
  return { ...servedTrace({ cycles: 1 }), to: at + 50 * MS, ranges: marks };
}

/** Seconds since process start of the same cycles, 30 s in, with others before and after. */
const logged = (): number[] => {
  const out = [28, 28.31, 28.9, 29.4];
  let at = 30;
  for (const gap of GAPS) {
    at += gap / 1000;
    out.push(Math.round(at * 1000) / 1000);
  }
  return [...out, at + 0.33, at + 0.41];
};

describe("clock of a trace", () => {
  it("from the snapshots of Go 1.25 and later; their disagreement is the skew", () => {
    const spec: TraceSpec = {
      ...uneven(),
      clocks: [
        { at: 1 * MS, wallNs: BigInt(START) * 1_000_000n },
        { at: 1001 * MS, wallNs: BigInt(START + 1000) * 1_000_000n + 40_000n },
      ],
    };
    const clock = viewOf([artefact("a.trace", traceTable(spec))]).trace?.clock;
    expect(clock?.source).toBe("snapshot");
    expect(clock?.wallMsAtZero).toBeCloseTo(START - 1, 3);
    expect(clock?.skewMs).toBeCloseTo(0.04, 3);
    expect(clock?.numbers[0]).toBeNaN();
  });

  it("from the cycles of a log: numbers, and the place in the process's life", () => {
    const log = artefact("gc.log", gctrace(logged().map((atSec) => ({ atSec, markedMiB: 50 }))));
    const clock = viewOf([artefact("a.trace", traceTable(uneven())), log]).trace?.clock;
    expect(clock?.source).toBe("gctrace");
    expect([...(clock?.numbers ?? [])]).toEqual(GAPS.map((_, i) => 5 + i));
    expect(clock?.skewMs).toBeLessThan(1);
  });

  it("from the ring of pause ends in MemStats", () => {
    const ends = logged().map((s) => START + s * 1000 + 5);
    const m = {
      ...memStats({ timeMs: START + 40_000, numGC: ends.length, markedMiB: 50 }),
      pauseEndMs: ring(ends),
    };
    const heap = artefact("h.txt", heapProfile([], { memStats: m, timeMs: START + 40_000 }));
    const clock = viewOf([artefact("a.trace", traceTable(uneven())), heap]).trace?.clock;
    expect(clock?.source).toBe("pause-ends");
    expect(clock?.wallMsAtZero).toBeCloseTo(START + 30_000, 0);
    expect([...(clock?.numbers ?? [])]).toEqual(GAPS.map((_, i) => 5 + i));
  });

  it("nothing fits, or several places do: nothing is said", () => {
    const even = artefact(
      "gc.log",
      gctrace(Array.from({ length: 60 }, (_, i) => ({ atSec: 10 + i / 10, markedMiB: 50 }))),
    );
    const trace = artefact("a.trace", traceTable(servedTrace({ cycles: 8 })));
    expect(viewOf([trace, even]).trace?.clock).toBeUndefined();
    const other = artefact(
      "gc.log",
      gctrace(Array.from({ length: 60 }, (_, i) => ({ atSec: 10 + i * 0.777, markedMiB: 50 }))),
    );
    expect(viewOf([artefact("a.trace", traceTable(uneven())), other]).trace?.clock).toBeUndefined();
  });

  it("finds random sequences within longer ones, whatever the offset", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 20, max: 2000 }), { minLength: 30, maxLength: 80 }),
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        (gaps, from, offset) => {
          let at = 0;
          const b = Float64Array.from(gaps, (g) => (at += g));
          const a = b.slice(from, from + 12).map((t) => t - offset);
          const found = matchTimes(a, b);
          // Gaps may repeat by chance; then nothing is found, but never another place.
          if (found !== undefined) expect(found).toMatchObject({ shift: from, offsetMs: offset });
        },
      ),
    );
  });
});
