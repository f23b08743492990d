import fc from "fast-check";
import { expect, test } from "vitest";
import { type GrowthInput, type TrendLine, growthPicture, sparkPicture } from "./growth-chart.ts";

const MIB = 1024 * 1024;
const MINUTE = 60_000;

/** 1 MiB a second from 100 MiB, for 10 minutes. */
function growing(noise = 0): GrowthInput {
  const time = Float64Array.from({ length: 61 }, (_, i) => i * 10_000);
  const trend: TrendLine = {
    of: "marked",
    fromMs: 0,
    toMs: 10 * MINUTE,
    anchorMs: 5 * MINUTE,
    anchor: 400 * MIB,
    anchorError: 2 * MIB,
    perSec: { value: MIB, lo: 0.9 * MIB, hi: 1.2 * MIB },
  };
  return {
    main: {
      id: "marked",
      unit: "bytes",
      time,
      value: time.map((ms, i) => (100 + ms / 1000 + (i % 2 === 0 ? noise : -noise)) * MIB),
    },
    trends: [trend],
  };
}

test("the crossing stands on the limit line with its interval, and live at that time is told", () => {
  const picture = growthPicture({
    ...growing(),
    limit: 1000 * MIB,
    forecast: {
      of: "marked",
      crossMs: { value: 15 * MINUTE, lo: 14 * MINUTE, hi: 17 * MINUTE },
    },
  });
  if (picture?.forecast?.cross === undefined) throw new Error("must have a crossing");
  const { cross, line } = picture.forecast;
  expect(line.y[1]).toBeCloseTo(picture.limitAt ?? 0);
  expect(cross.x).toBeCloseTo(line.x[1]);
  expect(cross.lo).toBeLessThan(cross.x);
  expect(cross.hi).toBeGreaterThan(cross.x);
  expect(cross.hiIsCut).toBe(false);
  expect(picture.now).toBeLessThan(cross.lo);
  // 100 MiB + 900 s × 1 MiB/s.
  expect((picture.trend?.aheadValue ?? 0) / MIB).toBeCloseTo(1000);
});

test("a crossing far away leaves the picture to the right, and does not squeeze the data", () => {
  const picture = growthPicture({
    ...growing(),
    limit: 1e5 * MIB,
    forecast: { of: "marked", crossMs: { value: 9e7, lo: 8e7, hi: Infinity } },
  });
  expect(picture?.now).toBeCloseTo(1 / 1.35);
  expect(picture?.forecast?.cross).toBeUndefined();
  expect(picture?.limitIsBeyond).toBe(true);
  expect(picture?.forecast?.line.x[1]).toBeCloseTo(1);
});

test("without trend, limit or forecast there is just the series, up to its own top", () => {
  const picture = growthPicture({ ...growing(), trends: [] });
  expect(picture).toMatchObject({
    now: 1,
    trend: undefined,
    forecast: undefined,
    residual: undefined,
    limitAt: undefined,
  });
  expect(Math.max(...(picture?.main.y ?? []))).toBeLessThanOrEqual(1);
});

test("a forecast that lies in the past is not drawn", () => {
  const picture = growthPicture({
    ...growing(),
    limit: 1000 * MIB,
    forecast: { of: "marked", crossMs: { value: 1, lo: 0, hi: 2 } },
  });
  expect([picture?.forecast, picture?.now]).toEqual([undefined, 1]);
});

test("the band widens away from the anchor, more on the side that is less certain", () => {
  const band = growthPicture(growing())?.residual?.band;
  if (band === undefined) throw new Error("must have a band");
  const n = band.y.length / 2;
  const upper = band.y.slice(0, n);
  const lower = band.y.slice(n).reverse();
  const middle = (n - 1) / 2;
  expect(upper[middle]).toBeCloseTo(-lower[middle]);
  expect(upper[n - 1]).toBeGreaterThan(upper[middle]);
  // hi is twice as far from the slope as lo: right of the anchor the band is wider above.
  expect(upper[n - 1]).toBeGreaterThan(-lower[n - 1]);
  expect(-lower[0]).toBeGreaterThan(upper[0]);
});

test("the residual strip shows what the line leaves over, on its own scale", () => {
  const residual = growthPicture(growing(8))?.residual;
  expect(residual?.points.y.every((y) => Math.abs(y) <= 1)).toBe(true);
  const [first, second] = [residual?.points.y[0] ?? 0, residual?.points.y[1] ?? 0];
  expect(first * (residual?.half ?? 0)).toBeCloseTo(8 * MIB);
  expect(second * (residual?.half ?? 0)).toBeCloseTo(-8 * MIB);
  expect(residual?.beyond).toBe(0);
});

test("what would have been seen is a triangle, cut where it leaves the strip", () => {
  const input = growing(1);
  const level = (visiblePerSec: number): GrowthInput => ({
    ...input,
    trends: input.trends.map((t) => ({
      ...t,
      perSec: { value: MIB, lo: 0.999 * MIB, hi: 1.001 * MIB },
      visiblePerSec,
    })),
  });
  expect(growthPicture(level(0.005 * MIB))?.residual?.visible?.x.length).toBe(3);
  const steep = growthPicture(level(2 * MIB))?.residual?.visible;
  expect([steep?.x.length, Math.max(...(steep?.y ?? []))]).toEqual([4, 1]);
});

test("one point, equal times or nothing finite make no picture", () => {
  const line = (time: number[], value: number[]): GrowthInput => ({
    main: {
      id: "rss",
      unit: "bytes",
      time: Float64Array.from(time),
      value: Float64Array.from(value),
    },
    trends: [],
  });
  expect(growthPicture(line([], []))).toBeUndefined();
  expect(growthPicture(line([5], [1]))).toBeUndefined();
  expect(growthPicture(line([5, 5], [1, 2]))).toBeUndefined();
  expect(growthPicture(line([5, 6], [Number.NaN, Infinity]))).toBeUndefined();
  expect(growthPicture(line([5, 6], [0, 0]))?.max).toBe(1);
});

test("whatever comes in, every place is a number in the picture", () => {
  const n = fc.double({ min: -1e15, max: 1e15, noNaN: true });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({ min: 0, max: 2e12, noNaN: true }), fc.double()), {
        maxLength: 30,
      }),
      fc.array(n, { minLength: 8, maxLength: 8 }),
      fc.double(),
      (points, [from, to, anchor, level, slope, lo, hi, cross], limit) => {
        const picture = growthPicture({
          main: {
            id: "marked",
            unit: "bytes",
            time: Float64Array.from(points, (p) => p[0]),
            value: Float64Array.from(points, (p) => Math.abs(p[1])),
          },
          trends: [
            {
              of: "marked",
              fromMs: from,
              toMs: to,
              anchorMs: anchor,
              anchor: level,
              anchorError: 1,
              perSec: { value: slope, lo, hi },
            },
          ],
          limit,
          forecast: { of: "marked", crossMs: { value: cross, lo: cross, hi: Infinity } },
        });
        if (picture === undefined) return;
        expect(picture.main.x.every((x) => x >= 0 && x <= 1)).toBe(true);
        expect(picture.main.y.every((y) => y >= 0 && y <= 1)).toBe(true);
        expect(picture.max).toBeGreaterThan(0);
        expect(picture.yTicks.length).toBeLessThanOrEqual(3);
      },
    ),
    { seed: 8 },
  );
});

test("a spark goes from 0 to its own top", () => {
  const spark = sparkPicture({ time: Float64Array.of(0, 1, 2), value: Float64Array.of(4, 8, 2) });
  expect(spark).toMatchObject({ first: 4, last: 2, low: 2, high: 8 });
  expect(Array.from(spark?.path.y ?? [])).toEqual([0.5, 1, 0.25]);
  expect(sparkPicture({ time: Float64Array.of(1), value: Float64Array.of(1) })).toBeUndefined();
});
