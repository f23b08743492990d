import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { goldenRows } from "../../../test/golden-rows.ts";
import {
  betaI,
  chiSquareQuantile,
  chiSquareTail,
  gammaP,
  gammaQ,
  gammaQuantile,
  logGamma,
  normalCdf,
  normalQuantile,
  studentTCdf,
  studentTQuantile,
} from "./special.ts";

function worst(
  table: string,
  compute: (...args: number[]) => number,
): { error: number; at: readonly number[] } {
  let error = 0;
  let at: readonly number[] = [];
  for (const row of goldenRows("statistics/special.json", table)) {
    const wanted = row[row.length - 1] ?? Number.NaN;
    const got = compute(...row.slice(0, -1));
    const scale = wanted === 0 ? 1 : Math.abs(wanted);
    const here = Math.abs(got - wanted) / scale;
    if (!(here <= error)) {
      error = here;
      at = [...row, got];
    }
  }
  return { error, at };
}

describe("against 50-digit values", () => {
  const cases: readonly [string, (...args: number[]) => number, number][] = [
    ["logGamma", (x = 0) => logGamma(x), 1e-13],
    ["gammaP", (a = 0, x = 0) => gammaP(a, x), 1e-12],
    ["gammaQ", (a = 0, x = 0) => gammaQ(a, x), 1e-12],
    ["normalCdf", (z = 0) => normalCdf(z), 1e-12],
    ["normalQuantile", (p = 0) => normalQuantile(p), 1e-10],
    ["gammaQuantile", (p = 0, a = 0) => gammaQuantile(p, a), 1e-10],
    ["betaI", (a = 0, b = 0, x = 0) => betaI(a, b, x), 1e-11],
    ["studentTCdf", (t = 0, nu = 0) => studentTCdf(t, nu), 1e-11],
    ["studentTQuantile", (p = 0, nu = 0) => studentTQuantile(p, nu), 1e-10],
  ];
  test.each(cases)("%s", (table, compute, tolerance) => {
    const { error, at } = worst(table, compute);
    expect(error, `worst at [${at.join(", ")}]`).toBeLessThan(tolerance);
  });
});

test("published values: normal, chi-square and t tables", () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 12);
  expect(chiSquareQuantile(0.95, 1)).toBeCloseTo(3.841458820694124, 10);
  expect(chiSquareQuantile(0.95, 10)).toBeCloseTo(18.307038053275146, 10);
  expect(chiSquareTail(3.841458820694124, 1)).toBeCloseTo(0.05, 12);
  expect(studentTQuantile(0.975, 10)).toBeCloseTo(2.2281388519862735, 11);
  expect(studentTQuantile(0.975, 1)).toBeCloseTo(12.706204736174694, 10);
});

test("quantile functions undo their distribution functions", () => {
  const level = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
  fc.assert(
    fc.property(level, fc.double({ min: 0.05, max: 5e4, noNaN: true }), (p, a) => {
      const x = gammaQuantile(p, a);
      if (x > 1e-300) expect(gammaP(a, x)).toBeCloseTo(p, 9);
      expect(studentTCdf(studentTQuantile(p, a), a)).toBeCloseTo(p, 9);
      expect(normalCdf(normalQuantile(p))).toBeCloseTo(p, 11);
    }),
    { seed: 7, numRuns: 1500 },
  );
});

test("outside their domain they say NaN, at its ends the limits", () => {
  for (const bad of [logGamma(0), gammaP(0, 1), gammaQ(1, -1), gammaQuantile(1.1, 2)]) {
    expect(bad).toBeNaN();
  }
  for (const bad of [normalQuantile(-0.1), studentTCdf(1, 0), studentTQuantile(Number.NaN, 3)]) {
    expect(bad).toBeNaN();
  }
  expect(gammaP(2, 0)).toBe(0);
  expect(gammaQ(2, Number.POSITIVE_INFINITY)).toBe(0);
  expect(gammaQuantile(1, 2)).toBe(Number.POSITIVE_INFINITY);
  expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
  expect(studentTCdf(Number.NEGATIVE_INFINITY, 3)).toBe(0);
});
