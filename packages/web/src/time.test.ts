import { expect, test } from "vitest";
import { clock, date, isSameDay, sinceStart, tick } from "./time.ts";

const T = Date.UTC(2026, 10, 6, 3, 7, 5);

test("always UTC", () => {
  expect([clock(T), clock(T, true), clock(Number.NaN)]).toEqual(["03:07", "03:07:05", ""]);
  expect([date(T, "en"), date(T, "zh"), date(Infinity, "en")]).toEqual([
    "6 Nov 2026",
    "2026-11-06",
    "",
  ]);
  expect([isSameDay(T, T + 3600_000), isSameDay(T, T + 86_400_000)]).toEqual([true, false]);
});

test("an axis says what its length needs", () => {
  expect([tick(T, 60_000, "en"), tick(T, 3_600_000, "en")]).toEqual(["03:07:05", "03:07"]);
  expect([tick(T, 1e9, "en"), tick(T, 1e9, "zh")]).toEqual(["6 Nov", "11-06"]);
  expect([5_000, 120_000, 150_000, 7_200_000, 5_400_000].map(sinceStart)).toEqual([
    "5\u00a0s",
    "2\u00a0min",
    "2:30",
    "2\u00a0h",
    "1\u00a0h\u00a030",
  ]);
});
