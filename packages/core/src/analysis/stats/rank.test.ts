import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { goldenRows } from "../../../test/golden-rows.ts";
import { seededRandom } from "../../../test/random.ts";
import { benjaminiHochberg, mannWhitney, medianInterval } from "./rank.ts";

/** p by listing every assignment of labels: the definition, for small samples. */
function enumeratedP(first: readonly number[], second: readonly number[]): number {
  const all = [...first, ...second];
  const pairs = (chosen: readonly number[], rest: readonly number[]): number => {
    let u = 0;
    for (const a of chosen) for (const b of rest) u += a > b ? 1 : a === b ? 0.5 : 0;
    return u;
  };
  const seen = pairs(first, second);
  let below = 0;
  let above = 0;
  let total = 0;
  for (let mask = 0; mask < 1 << all.length; mask++) {
    const chosen = all.filter((_, i) => (mask >> i) & 1);
    if (chosen.length !== first.length) continue;
    const u = pairs(
      chosen,
      all.filter((_, i) => !((mask >> i) & 1)),
    );
    total++;
    if (u <= seen) below++;
    if (u >= seen) above++;
  }
  return Math.min(1, (2 * Math.min(below, above)) / total);
}

describe("mannWhitney", () => {
  test("gives golang/perf's U and p: exact, with ties, and normal", () => {
    const methods = new Set<string>();
    for (const row of goldenRows("statistics/rank.json", "mannWhitney")) {
      const n1 = row[0] ?? 0;
      const n2 = row[n1 + 1] ?? 0;
      const first = row.slice(1, n1 + 1);
      const second = row.slice(n1 + 2, n1 + 2 + n2);
      const got = mannWhitney(first, second);
      expect(got?.u).toBe(row[row.length - 2]);
      const wanted = row[row.length - 1] ?? Number.NaN;
      expect(Math.abs((got?.p ?? Number.NaN) - wanted)).toBeLessThan(1e-9 * Math.max(wanted, 1e-3));
      methods.add(got?.method ?? "none");
    }
    expect([...methods].sort()).toEqual(["exact", "normal"]);
  });

  test("equals full enumeration, with ties and unequal sizes too", () => {
    const values = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(values, values, (first, second) => {
        const got = mannWhitney(first, second);
        if (got?.method === "all-equal") expect(got.p).toBe(1);
        else expect(got?.p).toBeCloseTo(enumeratedP(first, second), 12);
      }),
      { seed: 11, numRuns: 150 },
    );
  });

  test("refuses an empty side and NaN; all equal says so", () => {
    expect(mannWhitney([], [1])).toBeUndefined();
    expect(mannWhitney([1, Number.NaN], [1])).toBeUndefined();
    expect(mannWhitney([2, 2], [2])).toEqual({ u: 1, p: 1, n1: 2, n2: 1, method: "all-equal" });
  });
});

describe("medianInterval", () => {
  test("takes the order statistics that go-moremath takes, n ≤ 30", () => {
    for (const [n = 0, confidence = 0, lo = 0, hi = 0, reached = 0] of goldenRows(
      "statistics/rank.json",
      "medianInterval",
    )) {
      const got = medianInterval(
        Array.from({ length: n }, (_, i) => i + 1),
        confidence,
      );
      // Where left and right are equally likely, rounding decides there: the mirror image is as good.
      const seen = [Math.max(0, got?.lo ?? Number.NaN), Math.min(n + 1, got?.hi ?? Number.NaN)];
      expect([
        [lo, hi],
        [n + 1 - hi, n + 1 - lo],
      ]).toContainEqual(seen);
      expect(got?.confidence).toBeCloseTo(reached, 10);
    }
  });

  test("covers the true median of a skewed distribution at least as often as it says", () => {
    const random = seededRandom(3);
    let covered = 0;
    let promised = 0;
    const trials = 3000;
    for (let i = 0; i < trials; i++) {
      const got = medianInterval(Array.from({ length: 41 }, () => random.exponential()));
      if (got === undefined) throw new Error("no interval");
      if (got.lo <= Math.LN2 && Math.LN2 <= got.hi) covered++;
      promised = got.confidence;
    }
    expect(promised).toBeGreaterThanOrEqual(0.95);
    expect(covered / trials).toBeGreaterThan(promised - 0.012);
    expect(covered / trials).toBeLessThan(promised + 0.012);
  });

  test("under 6 values a 95 % interval has no ends", () => {
    expect(medianInterval([3, 1, 2, 9])).toMatchObject({ value: 2.5, lo: -Infinity, hi: Infinity });
    expect(medianInterval([3, 1, 2, 9, 4])).toMatchObject({ value: 3, lo: -Infinity, hi: 9 });
    expect(medianInterval([1, 2, 3, 4, 5, 6])).toMatchObject({ value: 3.5, lo: 1, hi: 6 });
    expect(medianInterval([])).toBeUndefined();
  });
});

describe("benjaminiHochberg", () => {
  test("a worked example (Benjamini & Hochberg 1995, section 3.2: 15 tests, 4 rejected)", () => {
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
      0.6528, 0.759, 1.0,
    ];
    const q = benjaminiHochberg(p);
    expect([...q].filter((value) => value <= 0.05).length).toBe(4);
    expect(q[0]).toBeCloseTo(0.0015, 12);
    expect(q[3]).toBeCloseTo((0.0095 * 15) / 4, 12);
    expect(q[14]).toBe(1);
  });

  test("keeps order, ignores NaN, never lowers a p value", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }), (p) => {
        const q = benjaminiHochberg([...p, Number.NaN]);
        expect(q[p.length]).toBeNaN();
        for (let i = 0; i < p.length; i++) {
          expect(q[i]).toBeGreaterThanOrEqual(p[i] ?? 0);
          for (let j = 0; j < p.length; j++) {
            if ((p[i] ?? 0) < (p[j] ?? 0)) expect(q[i]).toBeLessThanOrEqual(q[j] ?? 0);
          }
        }
      }),
      { seed: 5 },
    );
  });

  test("bounds the share of false discoveries: 200 tests, 20 real, 300 repeats", () => {
    const random = seededRandom(17);
    let share = 0;
    let found = 0;
    for (let repeat = 0; repeat < 300; repeat++) {
      const p = Array.from({ length: 200 }, (_, i) =>
        i < 20 ? random.uniform() * 1e-3 : random.uniform(),
      );
      const q = benjaminiHochberg(p);
      let real = 0;
      let falsely = 0;
      q.forEach((value, i) => {
        if (value > 0.1) return;
        if (i < 20) real++;
        else falsely++;
      });
      share += falsely / Math.max(1, real + falsely);
      found += real / 20;
    }
    expect(share / 300).toBeLessThan(0.1);
    expect(share / 300).toBeGreaterThan(0.06);
    expect(found / 300).toBeGreaterThan(0.95);
  });
});
