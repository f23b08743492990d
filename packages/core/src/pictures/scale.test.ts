import fc from "fast-check";
import { expect, test } from "vitest";
import { byteTicks, countTicks, roundUp, timeTicks } from "./scale.ts";

const MIB = 1024 * 1024;

test("ticks people expect", () => {
  expect(byteTicks(2048 * MIB)).toEqual([1024 * MIB, 2048 * MIB]);
  expect(byteTicks(700 * MIB)).toEqual([256 * MIB, 512 * MIB]);
  expect(countTicks(1000)).toEqual([500, 1000]);
  expect(countTicks(212)).toEqual([100, 200]);
  const t = Date.UTC(2026, 10, 26, 2, 36);
  expect(
    timeTicks(t, t + 61 * 60_000, 4).map((ms) => new Date(ms).toISOString().slice(11, 16)),
  ).toEqual(["02:45", "03:00", "03:15", "03:30"]);
  expect([roundUp(7 * MIB), roundUp(0), roundUp(3), roundUp(10)]).toEqual([10 * MIB, 1, 5, 10]);
});

test("few, inside, and never without end", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1e15, noNaN: true }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 4e12 }),
      (max, most, from) => {
        for (const ticks of [byteTicks(max, most), countTicks(max, most)]) {
          expect(ticks.length).toBeLessThanOrEqual(most);
          for (const t of ticks) expect(t > 0 && t <= max).toBe(true);
        }
        const time = timeTicks(from, from + max, most);
        expect(time.length).toBeLessThanOrEqual(most);
        for (const t of time) expect(t >= from && t <= from + max).toBe(true);
        expect(roundUp(max)).toBeGreaterThanOrEqual(max * (1 - 1e-9));
        expect(roundUp(max)).toBeLessThanOrEqual(max * 10.01);
      },
    ),
    { seed: 5 },
  );
  expect(byteTicks(Number.NaN)).toEqual([]);
  expect(countTicks(-1)).toEqual([]);
  expect(timeTicks(5, 5)).toEqual([]);
});
