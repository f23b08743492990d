import { expect, test } from "vitest";
import { seededRandom, type Random } from "../../../test/random.ts";
import { rateOf, standsOut, type Windows } from "./rate-change.ts";

/** Windows of 10 to 40 s, rates with load noise of `noise` beside a Poisson's. */
function windows(
  k: number,
  rate: (j: number) => number,
  noise: number,
  random: Random,
  isSampled = true,
): Windows {
  const seconds = Float64Array.from({ length: k }, () => 10 + 30 * random.uniform());
  const value = seconds.map((t, j) =>
    random.poisson(Math.max(0, rate(j) * t * (1 + noise * random.normal()))),
  );
  return { value, seconds, variance: isSampled ? value : new Float64Array(k) };
}

function share(runs: number, is: () => boolean): number {
  let n = 0;
  for (let i = 0; i < runs; i++) if (is()) n += 1;
  return n / runs;
}

test("a steady rate is called changed in about 5 %, with and without noise of load", () => {
  const random = seededRandom(71);
  for (const k of [4, 6, 12, 40]) {
    for (const noise of [0, 0.1, 0.5]) {
      for (const isSampled of [true, false]) {
        const alarms = share(600, () => {
          const { change } = rateOf(windows(k, () => 3, noise, random, isSampled));
          return (change?.p ?? 1) <= 0.05;
        });
        expect(alarms).toBeLessThanOrEqual(0.09);
      }
    }
  }
});

test("a doubled rate is found where it doubled; a gradual one is called so", () => {
  const random = seededRandom(72);
  let where = 0;
  const found = share(200, () => {
    const { change } = rateOf(windows(12, (j) => (j < 5 ? 3 : 6), 0.1, random));
    if (change?.at === 5) where += 1 / 200;
    return (change?.p ?? 1) <= 0.05 && (change?.change.lo ?? 0) > 0;
  });
  expect(found).toBeGreaterThan(0.98);
  expect(where).toBeGreaterThan(0.9);
  const gradual = share(200, () => {
    const { change } = rateOf(windows(12, (j) => 3 + j, 0.05, random));
    return change?.isGradual === true && change.p <= 0.05;
  });
  expect(gradual).toBeGreaterThan(0.95);
});

test("what could have been seen is seen in about four of five", () => {
  const random = seededRandom(73);
  for (const noise of [0.02, 0.2]) {
    let visible = 0;
    for (let i = 0; i < 100; i++)
      visible += (rateOf(windows(12, () => 20, noise, random)).visible ?? NaN) / 100;
    const found = share(300, () => {
      const { change } = rateOf(windows(12, (j) => (j < 6 ? 20 : 20 + visible), noise, random));
      return (change?.p ?? 1) <= 0.05;
    });
    expect(found).toBeGreaterThan(0.58);
    expect(found).toBeLessThan(0.95);
  }
});

test("one window that stands out is named; a step is not, nor is a rhythm", () => {
  const of = (rates: readonly number[]): number[] =>
    standsOut({
      value: Float64Array.from(rates, (r) => r * 10),
      variance: new Float64Array(rates.length),
      seconds: new Float64Array(rates.length).fill(10),
    });
  expect(of([3, 3.1, 2.9, 9, 3, 3.1, 2.8])).toEqual([3]);
  expect(of([3, 3.1, 2.9, 3, 9, 9.1, 8.9])).toEqual([]);
  expect(of([3, 9, 3.1, 9, 2.9, 9, 3, 9])).toEqual([]);
  expect(of([3, 3.1, 2.9, 9])).toEqual([]);
  expect(
    rateOf({
      value: new Float64Array(6),
      variance: new Float64Array(6),
      seconds: new Float64Array(6).fill(1),
    }).change?.p,
  ).toBe(1);
});
