import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../test/random.ts";
import { GrowthSum, growthInterval, naiveGrowth, pairedGrowth } from "./growth.ts";
import { liveInterval, memoryInterval, neverSeenBound, SampledMemory } from "./heap-sampling.ts";
import { samplingProbability } from "../../goruntime/sampling.ts";
import { poissonLimits, proportionInterval } from "./poisson.ts";
import { minVisibleGrowth } from "./visible-growth.ts";

const RATE = 524_288;
const MIB = 1024 * 1024;

describe("poissonLimits", () => {
  test("Garwood's published 95 % table", () => {
    const table: [number, number, number][] = [
      [0, 0, 3.689],
      [1, 0.0253, 5.572],
      [2, 0.2422, 7.225],
      [5, 1.623, 11.668],
      [10, 4.795, 18.39],
      [20, 12.217, 30.888],
      [50, 37.111, 65.919],
      [100, 81.364, 121.627],
    ];
    for (const [count, lo, hi] of table) {
      expect(poissonLimits(count).lo).toBeCloseTo(lo, 3);
      expect(poissonLimits(count).hi).toBeCloseTo(hi, 3);
    }
  });

  test("covers any mean at least 95 % of the time", () => {
    const random = seededRandom(1);
    for (const mean of [0.3, 2.5, 9, 60]) {
      let covered = 0;
      for (let i = 0; i < 3000; i++) {
        const { lo, hi } = poissonLimits(random.poisson(mean));
        if (lo <= mean && mean <= hi) covered++;
      }
      expect(covered / 3000, `mean ${mean}`).toBeGreaterThan(0.943);
    }
  });
});

test("proportionInterval: Wilson's limits of 9 of 10 and of nothing", () => {
  const { lo, hi } = proportionInterval(9, 10);
  expect(lo).toBeCloseTo(0.5958, 4);
  expect(hi).toBeCloseTo(0.9821, 4);
  expect(proportionInterval(0, 0)).toMatchObject({ lo: 0, hi: 1 });
});

describe("liveInterval", () => {
  test("± per cent by size for 64-byte objects: 1.96/√n for tens of samples, skewed below", () => {
    const relative = (mib: number): [number, number] => {
      const { value, lo, hi } = liveInterval((mib * MIB) / RATE, 64, RATE).bytes;
      expect(value / MIB).toBeCloseTo(mib, 0);
      return [Math.round((100 * (lo - value)) / value), Math.round((100 * (hi - value)) / value)];
    };
    expect(relative(1)).toEqual([-88, 261]);
    expect(relative(10)).toEqual([-39, 54]);
    expect(relative(40)).toEqual([-21, 24]);
    expect(relative(100)).toEqual([-13, 15]);
    expect(relative(1000)).toEqual([-4, 4]);
  });

  test("rate 1 counts everything; large objects are nearly certain; nothing seen is not nothing", () => {
    expect(liveInterval(7, 48, 1).bytes).toEqual({ value: 336, lo: 336, hi: 336 });
    const large = liveInterval(3, 16 * MIB, RATE);
    expect(large.objects.value).toBeCloseTo(3, 9);
    expect(large.objects.hi - large.objects.lo).toBeLessThan(1e-5);
    const none = liveInterval(0, 64, RATE).bytes;
    expect(none.lo).toBe(0);
    expect(none.hi / MIB).toBeCloseTo(3.689 / 2, 2);
  });

  test("the sampled objects themselves exist, the interval is ordered", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e6 }),
        fc.integer({ min: 1, max: 1 << 26 }),
        fc.constantFrom(1, 4096, RATE),
        (count, size, rate) => {
          const { objects, bytes } = liveInterval(count, size, rate);
          expect(objects.lo).toBeGreaterThanOrEqual(count);
          expect(bytes.lo).toBeGreaterThanOrEqual(count * size);
          expect(bytes.value).toBeGreaterThanOrEqual(bytes.lo);
          expect(bytes.hi).toBeGreaterThanOrEqual(bytes.value);
        },
      ),
      { seed: 2 },
    );
  });
});

test("neverSeenBound: 3 × rate, and right for every size", () => {
  expect(neverSeenBound(RATE) / MIB).toBeCloseTo(1.498, 3);
  expect(neverSeenBound(1)).toBe(0);
  for (const size of [16, 4096, 262_144]) {
    const objects = neverSeenBound(RATE) / size;
    expect((1 - samplingProbability(size, RATE)) ** objects).toBeCloseTo(0.05, 6);
  }
});

/** Buckets [size, objects] of a node. */
type Node = readonly (readonly [number, number])[];
const NODES: Readonly<Record<string, Node>> = {
  "one bucket of 64 B, 6 samples": [[64, 50_000]],
  "5 objects of 1 MiB": [[MIB, 5]],
  "200 buckets of 0.1 samples": Array.from({ length: 200 }, () => [64, 819] as const),
  "100 buckets of 1 sample": Array.from({ length: 100 }, () => [64, 8192] as const),
  "64 B to 4 MiB": [
    [64, 20_000],
    [1024, 1000],
    [32_768, 40],
    [262_144, 4],
    [MIB, 3],
    [4 * MIB, 2],
  ],
  "256 KiB to 2 MiB": [
    [262_144, 6],
    [524_288, 4],
    [MIB, 3],
    [2 * MIB, 2],
  ],
};

test("the bytes of a node of many buckets are covered, and missed on both sides alike", () => {
  const random = seededRandom(5);
  const trials = 2000;
  for (const [name, node] of Object.entries(NODES)) {
    const truth = node.reduce((sum, [size, objects]) => sum + size * objects, 0);
    let below = 0;
    let above = 0;
    for (let i = 0; i < trials; i++) {
      const memory = new SampledMemory();
      for (const [size, objects] of node) {
        memory.add(random.binomial(objects, samplingProbability(size, RATE)), size, RATE);
      }
      const { bytes } = memoryInterval(memory);
      if (truth < bytes.lo) below++;
      if (truth > bytes.hi) above++;
    }
    // 0.935 = 0.95 minus three standard errors of 2 000 trials.
    expect(1 - (below + above) / trials, `node ${name}`).toBeGreaterThan(0.935);
    expect(below / trials, `node ${name}`).toBeLessThan(0.04);
    expect(above / trials, `node ${name}`).toBeLessThan(0.04);
  }
});

test("sums do not depend on the order or grouping of buckets", () => {
  const left = new SampledMemory();
  const right = new SampledMemory();
  left.add(3, 64, RATE);
  right.add(2, 1024, RATE);
  right.add(1, MIB, RATE);
  left.merge(right);
  const whole = new SampledMemory();
  whole.add(1, MIB, RATE);
  whole.add(2, 1024, RATE);
  whole.add(3, 64, RATE);
  expect(memoryInterval(left).bytes.lo).toBeCloseTo(memoryInterval(whole).bytes.lo, 6);
  expect(memoryInterval(left).bytes.hi).toBeCloseTo(memoryInterval(whole).bytes.hi, 6);
});

interface Site {
  readonly size: number;
  readonly before: number;
  readonly born: number;
  readonly freed: number;
  /** Mean half-width of the paired interval in MiB, measured on 400 processes. */
  readonly halfWidth: number;
}
const SITES: readonly Site[] = [
  { size: 64, before: 50_000, born: 20_000, freed: 0, halfWidth: 2.39 },
  { size: 1024, before: 3000, born: 5000, freed: 0, halfWidth: 3.66 },
  { size: 32_768, before: 100, born: 50, freed: 0, halfWidth: 2.54 },
  { size: MIB, before: 5, born: 2, freed: 0, halfWidth: 1.93 },
  { size: 4096, before: 20_000, born: 500, freed: 500, halfWidth: 3.36 },
];

describe("growth", () => {
  test.each(SITES)(
    "size $size, $before + $born − $freed: coverage and width as measured",
    (site) => {
      const random = seededRandom(site.size);
      const p = samplingProbability(site.size, RATE);
      const truth = site.size * (site.born - site.freed);
      const trials = 1500;
      const covered = { paired: 0, naive: 0 };
      const width = { paired: 0, naive: 0 };
      for (let i = 0; i < trials; i++) {
        const old = random.binomial(site.before - site.freed, p);
        const freed = random.binomial(site.freed, p);
        const born = random.binomial(site.born, p);
        const rows = {
          sizes: [site.size],
          allocBefore: [old + freed],
          allocAfter: [old + freed + born],
          inuseBefore: [old + freed],
          inuseAfter: [old + born],
        };
        const paired = pairedGrowth(rows, RATE).bytes;
        const naive = naiveGrowth(rows, RATE, RATE).bytes;
        if (paired.lo <= truth && truth <= paired.hi) covered.paired++;
        if (naive.lo <= truth && truth <= naive.hi) covered.naive++;
        width.paired += (paired.hi - paired.lo) / 2 / MIB / trials;
        width.naive += (naive.hi - naive.lo) / 2 / MIB / trials;
      }
      expect(covered.paired / trials).toBeGreaterThan(0.97);
      expect(covered.naive / trials).toBeGreaterThan(0.97);
      expect(Math.abs(width.paired / site.halfWidth - 1)).toBeLessThan(0.04);
      expect(width.naive).toBeGreaterThan(1.2 * width.paired);
    },
  );

  test("the written-out formula for one bucket", () => {
    const rows = {
      sizes: [1024],
      allocBefore: [100],
      allocAfter: [110],
      inuseBefore: [40],
      inuseAfter: [46],
    };
    const got = pairedGrowth(rows, RATE);
    const p = samplingProbability(1024, RATE);
    const born = poissonLimits(10);
    const freed = poissonLimits(4);
    const shrink = Math.sqrt(1 - p);
    const scale = 1024 / p;
    expect(got.bytes.value).toBeCloseTo(6 * scale, 3);
    expect(got.bytes.lo).toBeCloseTo(
      scale * (6 - shrink * Math.hypot(10 - born.lo, freed.hi - 4)),
      3,
    );
    expect(got.bytes.hi).toBeCloseTo(
      scale * (6 + shrink * Math.hypot(born.hi - 10, 4 - freed.lo)),
      3,
    );
    expect(got).toMatchObject({ plusSamples: 10, minusSamples: 4, inconsistentRows: 0 });
  });

  test("a node that nothing happened to has an interval around 0 that is no point", () => {
    const rows = {
      sizes: [64],
      allocBefore: [9],
      allocAfter: [9],
      inuseBefore: [9],
      inuseAfter: [9],
    };
    const { bytes } = pairedGrowth(rows, RATE);
    expect(bytes.value).toBe(0);
    expect(bytes.lo).toBeCloseTo(-bytes.hi, 6);
    expect(bytes.hi / MIB).toBeCloseTo(3.689 / 2, 2);
  });

  test("a place that turned over ten times: its live counts are what is compared", () => {
    const random = seededRandom(31);
    const p = samplingProbability(512, RATE);
    const trials = 1500;
    const live = 40_000;
    let covered = 0;
    let naive = 0;
    let width = 0;
    let byTurnover = 0;
    for (let i = 0; i < trials; i++) {
      const before = random.binomial(live, p);
      const after = random.binomial(live + 4000, p);
      const passing = random.binomial(9 * live, p);
      const rows = {
        sizes: [512],
        allocBefore: [before],
        allocAfter: [before + passing + after],
        inuseBefore: [before],
        inuseAfter: [after],
      };
      const { bytes } = pairedGrowth(rows, RATE);
      const truth = 4000 * 512;
      if (bytes.lo <= truth && truth <= bytes.hi) covered++;
      width += bytes.hi - bytes.lo;
      naive += Math.abs(naiveGrowth(rows, RATE, RATE).bytes.hi - bytes.hi);
      const sum = new GrowthSum();
      sum.plus.add(passing + after, 512, RATE);
      sum.minus.add(passing + before, 512, RATE);
      const wide = growthInterval(sum).bytes;
      byTurnover += wide.hi - wide.lo;
    }
    expect(covered / trials).toBeGreaterThan(0.935);
    expect(naive).toBeLessThan(1);
    expect(width).toBeLessThan(0.4 * byTurnover);
  });

  test("counts that cannot come from one process are named and widen the interval", () => {
    const sound = {
      sizes: [64],
      allocBefore: [50],
      allocAfter: [60],
      inuseBefore: [50],
      inuseAfter: [55],
    };
    const torn = { ...sound, allocAfter: [40] };
    expect(pairedGrowth(sound, RATE).inconsistentRows).toBe(0);
    const got = pairedGrowth(torn, RATE);
    expect(got.inconsistentRows).toBe(1);
    expect(got.bytes).toEqual(naiveGrowth(torn, RATE, RATE).bytes);
  });

  test("many small sites: sums cover and members select", () => {
    const random = seededRandom(8);
    const rows = 60;
    const sizes = Array.from({ length: rows }, (_, i) => 32 * (i + 1));
    let covered = 0;
    const trials = 1500;
    for (let i = 0; i < trials; i++) {
      const columns = { allocBefore: [0], allocAfter: [0], inuseBefore: [0], inuseAfter: [0] };
      let truth = 0;
      sizes.forEach((size, row) => {
        const p = samplingProbability(size, RATE);
        const born = Math.round((0.6 * RATE) / size);
        const freed = Math.round((0.4 * RATE) / size);
        const bornSamples = random.binomial(born, p);
        const freedSamples = random.binomial(freed, p);
        truth += size * (born - freed);
        columns.allocBefore[row] = 100;
        columns.allocAfter[row] = 100 + bornSamples;
        columns.inuseBefore[row] = 100;
        columns.inuseAfter[row] = 100 + bornSamples - freedSamples;
      });
      const { bytes } = pairedGrowth({ sizes, ...columns }, RATE);
      if (bytes.lo <= truth && truth <= bytes.hi) covered++;
      if (i === 0) {
        const sum = new GrowthSum();
        for (const row of [3, 7]) sum.addPaired({ sizes, ...columns }, row, RATE);
        expect(pairedGrowth({ sizes, ...columns }, RATE, Int32Array.of(3, 7))).toEqual(
          growthInterval(sum),
        );
      }
    }
    expect(covered / trials).toBeGreaterThan(0.935);
  });
});

describe("minVisibleGrowth", () => {
  test.each([
    [64, 0],
    [64, 6],
    [4096, 4],
    [262_144, 5],
    [MIB, 0],
    [64, 900],
  ])(
    "size %i beside %i samples: found in 80 % of simulated pairs, ± 5 points",
    (size, background) => {
      const { objects, bytes } = minVisibleGrowth({
        size,
        rate: RATE,
        backgroundSamples: background,
      });
      expect(bytes).toBe(objects * size);
      const random = seededRandom(size + background);
      const p = samplingProbability(size, RATE);
      const trials = 2500;
      let found = 0;
      for (let i = 0; i < trials; i++) {
        const freed = random.poisson(background);
        const born = random.poisson(background) + random.binomial(objects, p);
        const sum = new GrowthSum();
        sum.plus.add(born, size, RATE);
        sum.minus.add(freed, size, RATE);
        if (growthInterval(sum).bytes.lo > 0) found++;
      }
      expect(found / trials).toBeGreaterThan(0.77);
      // One object more or less may be a large step.
      if (p < 0.3) expect(found / trials).toBeLessThan(0.86);
    },
  );

  test("small objects at the default rate: a few MiB, more beside churn, less at a lower rate", () => {
    const quiet = minVisibleGrowth({ size: 64, rate: RATE, backgroundSamples: 0 }).bytes;
    const churning = minVisibleGrowth({ size: 64, rate: RATE, backgroundSamples: 100 }).bytes;
    const fine = minVisibleGrowth({ size: 64, rate: 65_536, backgroundSamples: 0 }).bytes;
    expect(quiet / MIB).toBeGreaterThan(2);
    expect(quiet / MIB).toBeLessThan(6);
    expect(churning).toBeGreaterThan(3 * quiet);
    // The step from 5 to 6 samples needed falls differently at another rate.
    expect(Math.abs(quiet / fine / 8 - 1)).toBeLessThan(0.25);
  });
});
