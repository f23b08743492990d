import { expect, test } from "vitest";
import { Pace } from "./pace.ts";

test("a source is asked for 1 % of the time at most", () => {
  const pace = new Pace(1_000);
  expect(pace.isDue(0)).toBe(true);
  pace.took(0, 2);
  expect([pace.isDue(999), pace.isDue(1_000)]).toEqual([false, true]);
  pace.took(1_000, 160);
  pace.took(17_000, 160);
  expect(pace.intervalMs).toBe(16_000);
});

test("one slow answer among five does not slow the series", () => {
  const pace = new Pace(1_000);
  for (const [i, busyMs] of [3, 3, 900, 3, 3].entries()) pace.took(i * 1_000, busyMs);
  expect(pace.intervalMs).toBe(1_000);
});

test("failures back off to 15 s and an answer ends that", () => {
  const pace = new Pace(1_000);
  const intervals = [1, 2, 3, 4, 5, 6].map((atMs) => {
    pace.failed(atMs);
    return pace.intervalMs;
  });
  expect(intervals).toEqual([2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  pace.took(7, 1);
  expect(pace.intervalMs).toBe(1_000);
});
