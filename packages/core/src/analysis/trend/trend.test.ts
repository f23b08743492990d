import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import { autocorrelated } from "../../../test/memory-series.ts";
import { seededRandom } from "../../../test/random.ts";
import { robustLine } from "./line.ts";
import { leastSquares } from "./long-run.ts";
import { floorOf } from "./points.ts";
import { trendOf } from "./trend.ts";

const MIB = 1024 * 1024;

function series(
  points: number,
  value: (u: number, i: number) => number,
  everyMs = 1000,
): { time: number[]; value: number[] } {
  return {
    time: Array.from({ length: points }, (_, i) => 1_700_000_000_000 + everyMs * i),
    value: Array.from({ length: points }, (_, i) => value(i / (points - 1), i)),
  };
}

function noise(points: number, seed: number, correlation = 0.3): number[] {
  return autocorrelated(points, correlation, seededRandom(seed));
}

describe("trendOf", () => {
  test("a leak: slope per second, size at both ends, factor", () => {
    const e = noise(120, 1);
    const trend = trendOf(series(120, (u, i) => MIB * (50 + 100 * u + e[i])));
    expect(trend.kind).toBe("line");
    expect(trend.slopePerSec.lo).toBeLessThan((100 * MIB) / 119);
    expect(trend.slopePerSec.hi).toBeGreaterThan((100 * MIB) / 119);
    expect(trend.growthFactor).toBeCloseTo(3, 1);
    expect(trend.ratioLastToFirst).toBeCloseTo(3, 1);
    expect(trend.change / MIB).toBeCloseTo(100, -1);
    expect(trend.coversFraction).toBe(1);
    expect(trend.bendAt).toBeUndefined();
    expect(trend.residualSd / MIB).toBeGreaterThan(0.8);
    expect(trend.residualSd / MIB).toBeLessThan(1.2);
    expect(trend.effectiveN).toBeGreaterThan(30);
    expect(trend.lineOverEnded).toBeGreaterThan(1);
    expect(trend.p).toBeLessThan(1e-3);
  });

  test("warm-up, then a leak: the line begins at the bend", () => {
    const e = noise(200, 2);
    const input = series(200, (u, i) => 20 + 100 * Math.min(1, u / 0.2) + 40 * u + e[i]);
    const trend = trendOf(input);
    expect(trend.kind).toBe("line");
    expect(trend.coversFraction).toBeGreaterThan(0.75);
    expect(trend.coversFraction).toBeLessThan(0.85);
    expect(trend.bendAt).toBe(trend.fromIndex);
    expect(trend.fromMs).toBe(input.time[trend.fromIndex]);
    expect(trend.slopePerSec.value * 199).toBeCloseTo(40, -0.5);
    expect(trend.growthFactor).toBeCloseTo(160 / 128, 1);
  });

  test("a cache that fills: a plateau with its bend; the slope is that of the flat part", () => {
    const e = noise(150, 3);
    const trend = trendOf(series(150, (u, i) => 10 + 50 * (1 - Math.exp(-u / 0.12)) + e[i]));
    expect(trend.kind).toBe("plateau");
    expect(trend.bendAt).toBeGreaterThan(15);
    expect(trend.bendAt).toBeLessThan(75);
    expect(trend.slopePerSec.lo).toBeLessThan(0.05);
    expect(Math.abs(trend.slopePerSec.value)).toBeLessThan(0.06);
    expect(trend.ratioLastToFirst).toBeGreaterThan(4);
  });

  test("a deploy: a step where it happened, with its size and sign", () => {
    const e = noise(90, 4);
    const up = trendOf(series(90, (_, i) => 100 + (i >= 30 ? 25 : 0) + e[i]));
    expect(up).toMatchObject({ kind: "step", bendAt: 30, fromIndex: 30 });
    expect(up.change).toBeGreaterThan(23);
    expect(up.change).toBeLessThan(27);
    const down = trendOf(series(90, (_, i) => 100 - (i >= 30 ? 25 : 0) + e[i]));
    expect(down.kind).toBe("step");
    expect(down.change).toBeLessThan(-23);
  });

  test("falls: falling; a late start: rising, from where it began", () => {
    const e = noise(100, 5);
    expect(trendOf(series(100, (u, i) => 100 - 30 * u + e[i])).kind).toBe("falling");
    const late = trendOf(series(100, (u, i) => 100 + 80 * Math.max(0, u - 0.8) + e[i]));
    expect(late.kind).toBe("rising");
    expect(late.fromIndex).toBeGreaterThan(70);
    expect(late.coversFraction).toBeLessThan(0.3);
  });

  test("rounded values: within one unit nothing can be told, and the bound says how much", () => {
    const flat = trendOf({ ...series(61, () => 40), resolution: 1 });
    expect(flat).toMatchObject({ kind: "level", growthFactor: 1, change: 0 });
    expect(flat.slopePerSec.hi * 60).toBeCloseTo(2, 9);
    expect(flat.smallestVisibleSlopePerSec * 60).toBeCloseTo(2, 9);
    const stairs = trendOf({ ...series(61, (u) => Math.floor(40 + 12 * u)), resolution: 1 });
    expect(stairs.kind).toBe("line");
    expect(stairs.slopePerSec.lo * 60).toBeLessThan(12);
    expect(stairs.slopePerSec.hi * 60).toBeGreaterThan(12);
  });

  test("too short, a hole, damaged points", () => {
    const short = trendOf(series(4, (u) => u));
    expect(short.kind).toBe("too-short");
    expect(short.slopePerSec).toMatchObject({ lo: -Infinity, hi: Infinity });
    expect(short.smallestVisibleSlopePerSec).toBe(Infinity);
    expect(trendOf({ time: [], value: [] }).kind).toBe("too-short");
    expect(trendOf({ time: [5, 5, 5, 5, 5, 5], value: [1, 2, 3, 4, 5, 6] }).kind).toBe("too-short");

    const hole = series(40, (u) => 100 + u);
    for (let i = 20; i < 40; i++) hole.time[i] += 60_000;
    expect(trendOf(hole).kind).toBe("irregular");

    const e = noise(80, 6);
    const torn = series(80, (u, i) => 100 + 40 * u + e[i]);
    torn.value[10] = Number.NaN;
    torn.time[20] = Number.POSITIVE_INFINITY;
    torn.time[31] = torn.time[30];
    const trend = trendOf(torn);
    expect(trend).toMatchObject({ kind: "line", points: 77, dropped: 3 });
  });

  test("order of the points does not matter; indices refer to the input", () => {
    const e = noise(60, 7);
    const sorted = series(60, (_, i) => 100 + (i >= 20 ? 30 : 0) + e[i]);
    const reversed = { time: sorted.time.toReversed(), value: sorted.value.toReversed() };
    const a = trendOf(sorted);
    const b = trendOf(reversed);
    expect(a.kind).toBe("step");
    expect(b.kind).toBe("step");
    expect(a.bendAt).toBe(20);
    expect(b.bendAt).toBe(39);
    expect(b.bendMs).toBe(a.bendMs);
  });

  test("units do not matter: kind, p and factors are those of the scaled series", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 8, max: 90 }),
        fc.constantFrom(0, 3, 30),
        fc.constantFrom(1e-6, 1, 1024, 1e9),
        (seed, points, total, scale) => {
          const e = noise(points, seed);
          const plain = series(points, (u, i) => 100 + total * u + e[i]);
          const scaled = {
            time: plain.time.map((ms) => (ms - 1_700_000_000_000) * 60),
            value: plain.value.map((value) => value * scale),
          };
          const a = trendOf(plain);
          const b = trendOf(scaled);
          expect(b.kind).toBe(a.kind);
          expect(b.bendAt).toBe(a.bendAt);
          expect(Math.abs(b.p - a.p)).toBeLessThan(1e-6);
          expect(b.slopePerSec.value).toBeCloseTo((a.slopePerSec.value * scale) / 60, 6);
        },
      ),
      { seed: 13, numRuns: 120 },
    );
  });

  test("any numbers at all: an answer with ordered limits, never an exception", () => {
    const number = fc.oneof(
      fc.double({ min: -1e15, max: 1e15, noNaN: true }),
      fc.integer({ min: 0, max: 5 }),
      fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, 1e300, 1e-300),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(number, number), { maxLength: 60 }),
        fc.constantFrom(0, 1),
        (rows, resolution) => {
          const trend = trendOf({
            time: rows.map(([time]) => time),
            value: rows.map(([, value]) => value),
            resolution,
          });
          expect(trend.slopePerSec.lo).toBeLessThanOrEqual(trend.slopePerSec.hi);
          expect(trend.p).toBeGreaterThanOrEqual(0);
          expect(trend.p).toBeLessThanOrEqual(1);
          expect(trend.points + trend.dropped).toBe(rows.length);
          expect(trend.coversFraction).toBeGreaterThan(0);
          expect(trend.coversFraction).toBeLessThanOrEqual(1);
          if (trend.kind === "line") expect(trend.slopePerSec.lo).toBeGreaterThan(0);
        },
      ),
      { seed: 14, numRuns: 600 },
    );
  });

  test("10 000 points are binned: the same answer as from their means", () => {
    const e = noise(10_000, 8, 0.8);
    const long = trendOf(series(10_000, (u, i) => 100 + 4 * u + e[i], 100));
    expect(long.kind).toBe("line");
    expect(long.points).toBe(10_000);
    expect(long.slopePerSec.lo * 999.9).toBeLessThan(4);
    expect(long.slopePerSec.hi * 999.9).toBeGreaterThan(4);
    expect(long.residualSd).toBeCloseTo(1, 1);
    // An AR(1) of 0.8 leaves a ninth of the points.
    expect(long.effectiveN).toBeGreaterThan(400);
    expect(long.effectiveN).toBeLessThan(3000);
  });
});

describe("robustLine", () => {
  /** Coverage of a true slope of 0 by the 95 % interval. */
  function coverage(make: (seed: number) => number[], trials: number): number {
    let covered = 0;
    for (let seed = 0; seed < trials; seed++) {
      const value = make(seed);
      const line = robustLine({ time: value.map((_, i) => 1000 * i), value });
      if (line !== undefined && line.slopePerSec.lo <= 0 && line.slopePerSec.hi >= 0) covered++;
    }
    return covered / trials;
  }
  test.each([
    [10, 0, 0.92],
    [10, 0.5, 0.9],
    [20, 0.7, 0.88],
    [60, 0, 0.92],
    [60, 0.5, 0.92],
    [60, 0.7, 0.91],
    [240, 0.7, 0.92],
  ])("%i points, lag correlation %d: covers at least %d", (points, correlation, atLeast) => {
    const share = coverage((seed) => noise(points, seed * 13 + points, correlation), 500);
    expect(share).toBeGreaterThan(atLeast);
    expect(share).toBeLessThan(0.98);
  });

  test("a sawtooth of six teeth is covered without being drowned", () => {
    const random = seededRandom(99);
    const make = (): number[] => {
      const phase = random.uniform();
      return Array.from(
        { length: 60 },
        (_, i) => 3 * ((i / 10 + phase) % 1) + 0.3 * random.normal(),
      );
    };
    expect(coverage(make, 400)).toBeGreaterThan(0.93);
    const value = make().map((tooth, i) => tooth + 0.05 * i);
    const line = robustLine({ time: value.map((_, i) => 1000 * i), value });
    expect(line?.slopePerSec.lo).toBeGreaterThan(0);
  });

  test("needs five points", () => {
    expect(robustLine(series(4, (u) => u))).toBeUndefined();
    expect(robustLine(series(5, (u) => 3 * u))?.slopePerSec.value).toBeCloseTo(0.75, 9);
  });
});

test("leastSquares: coefficients and their variance, by the normal equations", () => {
  const x = Float64Array.of(0, 1, 2, 3, 4, 5);
  const y = Float64Array.of(1, 3, 2, 5, 4, 6);
  const fit = leastSquares([new Float64Array(6).fill(1), x], y);
  // Σ(x − x̄)² = 17.5, Σ(x − x̄)(y − ȳ) = 15.5, ȳ = 3.5.
  expect(fit?.coefficients[1]).toBeCloseTo(15.5 / 17.5, 12);
  expect(fit?.coefficients[0]).toBeCloseTo(3.5 - (2.5 * 15.5) / 17.5, 12);
  expect(fit?.unitVariance[1]).toBeCloseTo(1 / 17.5, 12);
  expect(fit?.unitVariance[0]).toBeCloseTo(1 / 6 + 2.5 ** 2 / 17.5, 12);
  expect(leastSquares([x, x], y)).toBeUndefined();
});

test("floorOf: of uneven teeth the noise goes and the leak stays", () => {
  const random = seededRandom(3);
  let phase = 0;
  let length = 9;
  const saw = series(600, (u) => {
    phase += 1 / length;
    if (phase >= 1) {
      phase = 0;
      length = 9 * (0.7 + 0.6 * random.uniform());
    }
    return 100 + 10 * u + 60 * phase + random.normal();
  });
  const floor = trendOf(floorOf(saw, 12));
  expect(floor.smallestVisibleSlopePerSec).toBeLessThan(
    trendOf(saw).smallestVisibleSlopePerSec / 1.5,
  );
  expect(floor.kind).toBe("line");
  expect(floor.slopePerSec.value * 599).toBeGreaterThan(8);
  expect(floor.slopePerSec.value * 599).toBeLessThan(12);
  expect(floorOf({ time: [1, 2, 3], value: [5, Number.NaN, 4] }, 2)).toEqual({
    time: [1, 3],
    value: [5, 4],
  });
});

const folder = corpus("kernel/v2-emulated");

describe.skipIf(folder === undefined)("recorded cgroups (skipped without corpora)", () => {
  /** memory.current every 2 s while the service lived: second column, above 3 MiB. */
  function current(name: string): { time: number[]; value: number[] } {
    const rows = readFileSync(`${folder}/${name}/series.txt`, "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => line.split(" ").map(Number))
      .filter(([, bytes = 0]) => bytes > 3 * MIB);
    return { time: rows.map(([sec = 0]) => 1000 * sec), value: rows.map(([, bytes = 0]) => bytes) };
  }
  test("a leak to its OOM kill is a line from the start of the process", () => {
    const trend = trendOf(current("c-leak-oom"));
    expect(trend.kind).toBe("line");
    expect(trend.slopePerSec.lo / MIB).toBeGreaterThan(5);
    expect(trend.slopePerSec.hi / MIB).toBeLessThan(11);
  });
  test("no healthy or merely filled service is a line", () => {
    const names = readdirSync(folder ?? "").filter((name) =>
      /healthy|page-cache|shmem|high|mmap/.test(name),
    );
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) expect(trendOf(current(name)).kind, `case ${name}`).not.toBe("line");
  });
});
