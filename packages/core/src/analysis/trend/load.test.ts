import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../test/random.ts";
import { spanToSee, timeToLimit } from "./limit.ts";
import { loadSteadiness } from "./steadiness.ts";

describe("loadSteadiness", () => {
  function polled(
    seconds: number,
    everySec: number,
    rate: (sec: number) => number,
    draw: (mean: number) => number,
  ): { time: number[]; counter: number[] } {
    const time: number[] = [];
    const counter: number[] = [];
    let total = 1000;
    for (let sec = 0; sec <= seconds; sec += everySec) {
      if (sec > 0) total += draw(everySec * rate(sec));
      time.push(1000 * sec);
      counter.push(total);
    }
    return { time, counter };
  }

  test("a steady service whose requests arrive at random is steady, even at 5 per second", () => {
    const random = seededRandom(1);
    let steady = 0;
    for (let i = 0; i < 200; i++) {
      const { time, counter } = polled(
        60,
        1,
        () => 5,
        (mean) => random.poisson(mean),
      );
      const got = loadSteadiness(time, counter);
      expect(got.windows).toBe(10);
      expect(got.cv).toBeGreaterThan(0.05);
      if (got.isSteady === true) steady++;
    }
    expect(steady / 200).toBeGreaterThan(0.7);
  });

  test("a ramp and a swing are not", () => {
    const exact = (mean: number): number => mean;
    const ramp = polled(60, 1, (sec) => 100 + 2 * sec, exact);
    expect(loadSteadiness(ramp.time, ramp.counter)).toMatchObject({ isSteady: false, resets: 0 });
    expect(loadSteadiness(ramp.time, ramp.counter).lastToFirst).toBeGreaterThan(1.8);
    const swing = polled(60, 1, (sec) => 100 + 40 * Math.sin(sec / 6), exact);
    expect(loadSteadiness(swing.time, swing.counter).isSteady).toBe(false);
    const flat = polled(60, 7, () => 100, exact);
    const got = loadSteadiness(flat.time, flat.counter, "bytes");
    expect(got).toMatchObject({ windows: 8, isSteady: true });
    expect(got.meanRatePerSec).toBeCloseTo(100, 9);
    expect(got.cv).toBeCloseTo(0, 9);
  });

  test("a restart is left out and counted", () => {
    const { time, counter } = polled(
      60,
      1,
      () => 100,
      (mean) => mean,
    );
    const before = counter[30] - 5;
    for (let i = 30; i < counter.length; i++) counter[i] -= before;
    const got = loadSteadiness(time, counter, "bytes");
    expect(got).toMatchObject({ resets: 1, windows: 9, isSteady: true });
    expect(got.meanRatePerSec).toBeCloseTo(100, 6);
  });

  test("too little to say is undefined, not steady", () => {
    expect(loadSteadiness([0, 1000, 2000], [1, 2, 3]).isSteady).toBeUndefined();
    expect(loadSteadiness([], []).isSteady).toBeUndefined();
    expect(loadSteadiness([0, 1, 2, 3, 4], [7, 7, 7, 7, 7]).isSteady).toBeUndefined();
  });
});

describe("timeToLimit", () => {
  const slope = { value: 2, lo: 1, hi: 4 };
  test("divides by the far end of each interval", () => {
    expect(timeToLimit(100, slope, 140)).toEqual({ value: 20, lo: 10, hi: 40 });
    const level = { value: 100, lo: 90, hi: 110 };
    expect(timeToLimit(level, slope, 140)).toEqual({ value: 20, lo: 7.5, hi: 50 });
  });
  test("a slope that may be 0 may never get there; what is there is there", () => {
    expect(timeToLimit(100, { value: 2, lo: -1, hi: 4 }, 140).hi).toBe(Infinity);
    expect(timeToLimit(100, { value: -2, lo: -3, hi: -1 }, 140)).toEqual({
      value: Infinity,
      lo: Infinity,
      hi: Infinity,
    });
    expect(timeToLimit(150, slope, 140)).toEqual({ value: 0, lo: 0, hi: 0 });
  });
});

test("spanToSee: an eighth of the slope needs four times the window", () => {
  expect(spanToSee(8, 60, 1)).toBeCloseTo(240, 9);
  expect(spanToSee(1, 60, 2)).toBe(60);
  expect(spanToSee(1, 60, 0)).toBe(Infinity);
});
