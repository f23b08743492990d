import { expect, test } from "vitest";
import type { Series } from "../analysis/series/series.ts";
import { trendOfSeries } from "./trend-of-series.ts";

function series(value: (i: number) => number, points = 60): Series {
  const time = Float64Array.from({ length: points }, (_, i) => i * 10_000);
  return {
    id: "marked",
    unit: "bytes",
    basis: "gc-cycle",
    clock: "wall",
    time,
    value: Float64Array.from(time, (_, i) => value(i)),
    cycle: undefined,
    resolution: 1,
    evidence: [],
  };
}

/** Deterministic noise of ± 1. */
const noise = (i: number): number => Math.sin(i * 12.9898) * Math.cos(i * 78.233);

test("growth is a line through its middle with its slope and no wedge", () => {
  const line = trendOfSeries(series((i) => 1e6 + 5e4 * i + 2e4 * noise(i)));
  if (line === undefined) throw new Error("must be a line");
  expect(line.perSec.value).toBeCloseTo(5000, -2);
  expect(line.perSec.lo).toBeLessThan(5000);
  expect(line.perSec.hi).toBeGreaterThan(5000);
  expect(line.anchor).toBeCloseTo(1e6 + 5e4 * 29.5, -5);
  expect(line.anchorError).toBeGreaterThan(0);
  expect(line.visiblePerSec).toBeUndefined();
});

test("a level series says what it could have shown", () => {
  const line = trendOfSeries(series((i) => 1e8 + 1e6 * noise(i)));
  expect(line?.visiblePerSec).toBeGreaterThan(0);
  expect((line?.perSec.lo ?? 1) < 0 && (line?.perSec.hi ?? -1) > 0).toBe(true);
});

test("no line where one would lie", () => {
  expect(trendOfSeries(series(() => 5, 3))).toBeUndefined();
  expect(trendOfSeries(series((i) => (i < 30 ? 1e8 : 3e8) + 1e5 * noise(i)))).toBeUndefined();
  expect(trendOfSeries(series(() => Number.NaN))).toBeUndefined();
});
