import { describe, expect, test } from "vitest";
import { seededRandom, type Random } from "../../../test/random.ts";
import {
  comeAndGoP,
  driftInterval,
  driftOrBendP,
  driftP,
  hasEnded,
  noiseOf,
  shapeOf,
  spreadOf,
  stepsToTell,
  type Steps,
} from "./drift.ts";
import { WeightedCount } from "./weighted-count.ts";

const NONE = { x2: 0, degrees: 0 };
/** Ten other places that vary as chance has it. */
const QUIET = { x2: 50, degrees: 50 };

test("as many come as go: the exact binomial", () => {
  expect(comeAndGoP(0, 0)).toBe(1);
  expect(comeAndGoP(6, 0)).toBeCloseTo(2 / 64, 10);
  expect(comeAndGoP(0, 6)).toBeCloseTo(2 / 64, 10);
  // 2 · (C(10,8) + C(10,9) + 1) / 2^10
  expect(comeAndGoP(8, 2)).toBeCloseTo((2 * 56) / 1024, 10);
  expect(comeAndGoP(5, 5)).toBe(1);
});

test("steps that would tell: found in about four of five simulated series", () => {
  const random = seededRandom(3);
  for (const [came, went] of [
    [12, 6],
    [30, 22],
  ] as const) {
    const steps = stepsToTell(came, went) ?? 0;
    let found = 0;
    const runs = 1500;
    for (let i = 0; i < runs; i++)
      if (comeAndGoP(random.poisson(came * steps), random.poisson(went * steps)) <= 0.05) found++;
    expect(found / runs).toBeGreaterThan(0.72);
    expect(found / runs).toBeLessThan(0.92);
  }
  expect(stepsToTell(5, 5)).toBeUndefined();
  expect(stepsToTell(100, 0)).toBeUndefined();
});

interface Case {
  readonly steps: number;
  /** Samples that come and go in each step beside the growth. */
  readonly turnover: number;
  readonly growth: (j: number, steps: number) => number;
  /** Standard deviation of the net by load, in samples. */
  readonly noise?: number;
  /** Load between 1 and this many times the turnover. */
  readonly swing?: number;
}

function simulate(c: Case, random: Random): Steps {
  const came = new Float64Array(c.steps);
  const went = new Float64Array(c.steps);
  for (let j = 0; j < c.steps; j++) {
    const load = 1 + random.uniform() * ((c.swing ?? 1) - 1);
    const burst = (c.noise ?? 0) * random.normal();
    const growth = c.growth(j, c.steps);
    came[j] = random.poisson(c.turnover * load + Math.max(0, burst) + Math.max(0, growth));
    went[j] = random.poisson(c.turnover * load + Math.max(0, -burst) + Math.max(0, -growth));
  }
  return { came, went, seconds: new Float64Array(c.steps).fill(30) };
}

const sum = (x: Float64Array): number => x.reduce((a, b) => a + b, 0);
const drifts = (s: Steps, all = NONE): boolean =>
  driftP(sum(s.came), sum(s.went), noiseOf(spreadOf(s), all)) <= 0.05;

function share(c: Case, seed: number, is: (s: Steps) => boolean, runs = 600): number {
  const random = seededRandom(seed);
  let n = 0;
  for (let i = 0; i < runs; i++) if (is(simulate(c, random))) n++;
  return n / runs;
}

describe("false alarms of a place that does not drift, nominal 5 %", () => {
  const level = () => 0;
  test.each<[string, Case, number]>([
    ["chance alone, 5 steps", { steps: 5, turnover: 20, growth: level }, 0.07],
    ["chance alone, 20 steps", { steps: 20, turnover: 3, growth: level }, 0.07],
    ["load swings threefold", { steps: 8, turnover: 30, growth: level, swing: 3 }, 0.07],
    ["nets of load, 3 steps", { steps: 3, turnover: 10, growth: level, noise: 15 }, 0.1],
    ["nets of load, 8 steps", { steps: 8, turnover: 10, growth: level, noise: 15 }, 0.08],
    ["nets of load, 20 steps", { steps: 20, turnover: 10, growth: level, noise: 15 }, 0.08],
  ])("%s", (_, c, most) => {
    expect(share(c, 7, (s) => drifts(s))).toBeLessThanOrEqual(most);
    expect(share(c, 7, (s) => driftOrBendP(s, NONE) <= 0.05)).toBeLessThanOrEqual(most);
  });
});

describe("power", () => {
  test.each<[string, Case, number]>([
    ["a leak that frees nothing", { steps: 5, turnover: 0, growth: () => 3 }, 0.95],
    ["a leak beside turnover", { steps: 10, turnover: 10, growth: () => 6 }, 0.9],
    ["beside nets of load", { steps: 12, turnover: 10, growth: () => 12, noise: 10 }, 0.75],
    ["a cache that filled", { steps: 10, turnover: 2, growth: (j) => (j < 4 ? 30 : 0) }, 0.95],
    ["one jump", { steps: 10, turnover: 2, growth: (j) => (j === 4 ? 60 : 0) }, 0.95],
  ])("%s", (_, c, least) => {
    expect(share(c, 11, (s) => drifts(s, QUIET))).toBeGreaterThanOrEqual(least);
  });
});

test("a bend that turnover hides from the whole is told by its part", () => {
  const filled: Steps = {
    came: Float64Array.of(12, 11, 13, 12, 14, 10, 12, 13, 11, 12, 12),
    went: Float64Array.of(0, 0, 0, 12, 11, 13, 12, 14, 10, 12, 13),
    seconds: new Float64Array(11).fill(30),
  };
  expect(drifts(filled)).toBe(false);
  expect(driftOrBendP(filled, NONE)).toBeLessThan(0.001);
  // What came in a burst and went again is no bend.
  const burst: Steps = {
    came: Float64Array.of(12, 11, 13, 60, 14, 10, 12, 13, 11, 12, 12),
    went: Float64Array.of(12, 12, 11, 12, 62, 13, 12, 14, 10, 12, 13),
    seconds: filled.seconds,
  };
  expect(driftOrBendP(burst, NONE)).toBeGreaterThan(0.5);
});

test("a thousand steps: the bend is found within 2 % of them", () => {
  const random = seededRandom(19);
  const late = simulate({ steps: 1000, turnover: 2, growth: (j) => (j < 700 ? 0 : 3) }, random);
  expect(driftOrBendP(late, NONE)).toBeLessThan(1e-6);
  const choice = shapeOf(late, noiseOf(spreadOf(late), NONE));
  expect(choice?.shape).toBe("late");
  expect(Math.abs((choice?.at ?? 0) - 700)).toBeLessThanOrEqual(20);
});

describe("shapes", () => {
  const shapes = (c: Case, is: (shape: string, ended: boolean) => boolean): number =>
    share(
      c,
      13,
      (s) => {
        const choice = shapeOf(s, noiseOf(spreadOf(s), NONE));
        return choice !== undefined && is(choice.shape, hasEnded(choice, c.steps));
      },
      150,
    );

  test("a line is no end, an end is no line", () => {
    const line: Case = { steps: 10, turnover: 5, growth: () => 20 };
    expect(shapes(line, (shape) => shape === "line")).toBeGreaterThan(0.85);
    expect(shapes(line, (_, ended) => ended)).toBeLessThan(0.02);
    const filled: Case = { steps: 10, turnover: 5, growth: (j) => (j < 5 ? 30 : 0) };
    expect(shapes(filled, (_, ended) => ended)).toBeGreaterThan(0.9);
    const late: Case = { steps: 10, turnover: 5, growth: (j) => (j < 5 ? 0 : 30) };
    expect(shapes(late, (shape) => shape === "late")).toBeGreaterThan(0.85);
    expect(shapes(late, (_, ended) => ended)).toBeLessThan(0.02);
    const jump: Case = { steps: 10, turnover: 5, growth: (j) => (j === 3 ? 80 : 0) };
    expect(shapes(jump, (shape) => shape === "jump")).toBeGreaterThan(0.85);
  });

  test("the bend is where it is; few steps say nothing", () => {
    const s: Steps = {
      came: Float64Array.of(20, 22, 19, 21, 2, 1, 3, 2),
      went: Float64Array.of(1, 2, 0, 1, 2, 2, 2, 1),
      seconds: new Float64Array(8).fill(10),
    };
    expect(shapeOf(s, noiseOf(spreadOf(s), NONE))).toMatchObject({
      shape: "plateau",
      at: 4,
      isClear: true,
    });
    const few: Steps = {
      came: s.came.subarray(0, 3),
      went: s.went.subarray(0, 3),
      seconds: s.seconds.subarray(0, 3),
    };
    expect(shapeOf(few, noiseOf(spreadOf(few), NONE))).toBeUndefined();
  });
});

test("the slope's interval covers the slope, with and without load", () => {
  for (const noise of [0, 12]) {
    const c: Case = { steps: 10, turnover: 12, growth: () => 5, noise };
    const covered = share(c, 17, (s) => {
      const came = new WeightedCount();
      const went = new WeightedCount();
      came.add(sum(s.came), 1, 1);
      went.add(sum(s.went), 1, 1);
      const { lo, hi } = driftInterval(came, went, noiseOf(spreadOf(s), NONE), 300);
      return lo <= 5 / 30 && 5 / 30 <= hi;
    });
    expect(covered, `noise ${noise}`).toBeGreaterThan(0.93);
  }
});
