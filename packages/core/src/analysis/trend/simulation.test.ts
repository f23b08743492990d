// The rates behind the word "line": how often healthy series are called one, and leaks are not.
// Fixed seeds; run with `--reporter=verbose` to see the tables that docs/statistics.md quotes.

import { afterAll, describe, expect, test } from "vitest";
import { HEALTHY, leak, LEAKS, LOOKALIKES, type SeriesMaker } from "../../../test/memory-series.ts";
import { seededRandom } from "../../../test/random.ts";
import { type Trend, type TrendKind, trendOf } from "./trend.ts";

const LENGTHS = [10, 20, 60, 200];
const KINDS: readonly TrendKind[] = [
  "line",
  "rising",
  "plateau",
  "step",
  "level",
  "falling",
  "irregular",
];

function trendsOf(name: string, maker: SeriesMaker, points: number, repeats: number): Trend[] {
  const random = seededRandom(points * 31 + name.length * 7 + (name.codePointAt(0) ?? 0));
  const time = Array.from({ length: points }, (_, i) => 1000 * i);
  const resolution = name.includes("whole units") ? 1 : 0;
  return Array.from({ length: repeats }, () =>
    trendOf({ time, value: maker(points, random), resolution }),
  );
}

const tables: string[] = [];
afterAll(() => {
  process.stdout.write(`${tables.join("\n")}\n`);
});

function sharesOf(trends: readonly Trend[]): Map<TrendKind, number> {
  return new Map(
    KINDS.map((kind) => [
      kind,
      trends.filter((trend) => trend.kind === kind).length / trends.length,
    ]),
  );
}

function addRow(name: string, cells: readonly string[]): void {
  tables.push(`| ${[name, ...cells].join(" | ")} |`);
}

function percent(share: number | undefined): string {
  return share === undefined || share === 0 ? "–" : (100 * share).toFixed(1);
}

describe("healthy series are not called a line", () => {
  const repeats = 40;
  const lines: number[] = [];
  let all = 0;
  test.each(Object.entries(HEALTHY))("%s", (name, maker) => {
    const cells: string[] = [];
    let called = 0;
    for (const points of LENGTHS) {
      const shares = sharesOf(trendsOf(name, maker, points, repeats));
      called += (shares.get("line") ?? 0) * repeats;
      cells.push(KINDS.map((kind) => percent(shares.get(kind))).join(" / "));
    }
    addRow(name, cells);
    lines.push(called);
    all += repeats * LENGTHS.length;
    // 5 of 160: twelve times the mean rate.
    expect(called).toBeLessThanOrEqual(5);
  });

  test("in all: at most 0.7 % of 2 720", () => {
    expect(all).toBe(2720);
    const called = lines.reduce((sum, count) => sum + count, 0);
    tables.push(`healthy series called a line: ${called} of ${all}`);
    expect(called / all).toBeLessThan(0.007);
  });
});

describe("leaks are called a line when there is enough of them", () => {
  /** Least share of "line" at 10, 20, 60, 200 points: about five points below what was measured. */
  const least: Readonly<Record<string, readonly number[]>> = {
    "5 σ in all": [0, 0, 0.12, 0.6],
    "8 σ": [0.25, 0.3, 0.55, 0.9],
    "15 σ": [0.7, 0.75, 0.9, 0.95],
    "40 σ": [0.95, 0.95, 0.95, 0.97],
    "200 σ": [1, 1, 1, 1],
    "warm-up, then 17 σ": [0, 0.6, 0.97, 1],
    "20 σ and a step": [0, 0.65, 0.97, 1],
    "from 40 % on, 18 σ": [0, 0.75, 0.97, 1],
    "under a sawtooth": [0.1, 0.45, 0.95, 0.97],
    "20 σ with spikes": [0.55, 0.6, 0.85, 0.97],
    "8 stairs": [0.85, 0.92, 0.97, 1],
    "6 whole units": [0.45, 0.65, 0.92, 0.93],
  };
  test.each(Object.entries(LEAKS))("%s", (name, maker) => {
    const cells: string[] = [];
    LENGTHS.forEach((points, i) => {
      const trends = trendsOf(name, maker, points, 40);
      const shares = sharesOf(trends);
      cells.push(KINDS.map((kind) => percent(shares.get(kind))).join(" / "));
      expect(shares.get("line"), `${name} at ${points} points`).toBeGreaterThanOrEqual(
        least[name]?.[i] ?? Number.NaN,
      );
      for (const trend of trends) {
        if (trend.kind === "line") expect(trend.slopePerSec.lo).toBeGreaterThan(0);
      }
    });
    addRow(name, cells);
  });

  test("a strong leak is never explained away as a plateau or a step", () => {
    for (const points of [20, 60, 200]) {
      for (const name of ["15 σ", "40 σ", "under a sawtooth", "20 σ with spikes"]) {
        const shares = sharesOf(trendsOf(name, LEAKS[name] ?? leak(15, 0.5), points, 80));
        const away = (shares.get("plateau") ?? 0) + (shares.get("step") ?? 0);
        expect(away, `${name} at ${points} points`).toBeLessThan(0.03);
      }
    }
  });
});

describe("look-alikes: measured, with the few promises that can be made", () => {
  /** Largest share of "line" at 10, 20, 60, 200 points. */
  const most: Readonly<Record<string, readonly number[]>> = {
    "cache, τ = ½ window": [0.05, 0.1, 0.05, 0.03],
    "cache, τ = window": [0.6, 0.7, 0.5, 0.15],
    "ramp that ended at 80 %": [0.5, 0.4, 0.5, 0.1],
    "ramp that ended at 90 %": [1, 1, 0.9, 0.8],
    "burst at the very end": [0.03, 0.03, 0.03, 0.03],
    "half a wave": [0.2, 0.4, 0.5, 0.5],
    "random walk": [0.1, 0.12, 0.12, 0.12],
  };
  test.each(Object.entries(LOOKALIKES))("%s", (name, maker) => {
    const cells = LENGTHS.map((points, i) => {
      const shares = sharesOf(trendsOf(name, maker, points, 40));
      expect(shares.get("line"), `${name} at ${points} points`).toBeLessThanOrEqual(
        most[name]?.[i] ?? Number.NaN,
      );
      return KINDS.map((kind) => percent(shares.get(kind))).join(" / ");
    });
    addRow(name, cells);
  });
});

describe("what could have been seen", () => {
  test.each([
    [20, 0, 0.75],
    [60, 0, 0.75],
    [60, 0.5, 0.7],
    [200, 0.5, 0.7],
  ])("%i points, ρ %d: the smallest visible slope is seen", (points, correlation, atLeast) => {
    const quiet = trendsOf("level", leak(0, correlation), points, 200);
    const median = (values: number[]): number => values.sort((a, b) => a - b)[100] ?? Number.NaN;
    const visible = median(quiet.map((trend) => trend.smallestVisibleSlopePerSec));
    const asLine = median(quiet.map((trend) => trend.smallestLineSlopePerSec));
    const seconds = points - 1;
    const seen = trendsOf("seen", leak(visible * seconds, correlation), points, 200).filter(
      (trend) => trend.slopePerSec.lo > 0,
    );
    const called = trendsOf("called", leak(asLine * seconds, correlation), points, 200).filter(
      (trend) => trend.kind === "line",
    );
    tables.push(
      `${points} points, ρ ${correlation}: visible ${(visible * seconds).toFixed(2)} σ seen in ${percent(seen.length / 200)} %, line ${(asLine * seconds).toFixed(2)} σ called in ${percent(called.length / 200)} %`,
    );
    expect(seen.length / 200).toBeGreaterThan(atLeast);
    expect(called.length / 200).toBeGreaterThan(0.7);
    expect(asLine).toBeGreaterThan(visible);
  });

  test("the slope of a line is covered by its interval", () => {
    for (const [points, correlation, atLeast] of [
      [20, 0, 0.86],
      [60, 0.5, 0.87],
      [200, 0.5, 0.91],
    ] as const) {
      const lines = trendsOf("line", leak(40, correlation), points, 200).filter(
        (trend) => trend.kind === "line",
      );
      const truth = 40 / (points - 1);
      const covered = lines.filter(
        ({ slopePerSec }) => slopePerSec.lo <= truth && truth <= slopePerSec.hi,
      );
      tables.push(
        `slope of lines covered, ${points} points, ρ ${correlation}: ${percent(covered.length / lines.length)} %`,
      );
      expect(lines.length).toBeGreaterThan(185);
      expect(covered.length / lines.length).toBeGreaterThan(atLeast);
    }
  });
});
