import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_RATE, heapTable, type SampledRow } from "../../../test/sampled-heap.ts";
import { seededRandom } from "../../../test/random.ts";
import { samplingProbability } from "../../goruntime/sampling.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { pairedGrowth } from "../stats/growth.ts";
import { liveInterval } from "../stats/heap-sampling.ts";
import { Certainty, NodeCertainty } from "./node-certainty.ts";
import { NodeIndex } from "./nodes.ts";
import { profileOf } from "./profile.ts";
import { sampleCounts } from "./sample-counts.ts";
import { sourceFacts } from "./source-facts.ts";
import { stackWeights } from "./weights.ts";
import { graphEdges, nodeTotals } from "./graph.ts";

const TYPES = { allocObjects: 0, allocSpace: 1, inuseObjects: 2, inuseSpace: 3 };

function looked(table: ProfileTable, value: number = TYPES.inuseSpace) {
  const profile = profileOf(table);
  const counts = sampleCounts(profile, [sourceFacts("heap", table, undefined)], value, false);
  const { unit } = profile.sampleTypes[value];
  const certainty = new Certainty(counts, unit, 1);
  const index = new NodeIndex(profile, { objectNames: false, trimPath: (path) => path });
  const totals = nodeTotals(profile, index, stackWeights(profile, { value, divisor: undefined }));
  const nodes = new NodeCertainty(certainty, profile, index);
  const nodeOf = (name: string): number => {
    for (let n = 0; n < index.length; n++) if (index.name(n) === name) return n;
    throw new Error(`no node ${name}`);
  };
  const sum = profile.values[value].reduce((all, v) => all + v, 0);
  return {
    counts,
    total: certainty.total(profile, sum),
    flat: (name: string) => nodes.flat(nodeOf(name), totals.flat[nodeOf(name)]),
    cum: (name: string) => nodes.cum(nodeOf(name), totals.cum[nodeOf(name)]),
  };
}

const rowArbitrary: fc.Arbitrary<SampledRow> = fc.record({
  stack: fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 6 }),
  size: fc.constantFrom(16, 48, 1024, 32_768, 1_048_576),
  allocs: fc.integer({ min: 0, max: 40 }),
  inuse: fc.integer({ min: 0, max: 40 }),
});

describe("samples and intervals of nodes", () => {
  test("raw counts come back whole, also of the objects columns", () => {
    const { counts, total } = looked(
      heapTable([
        { stack: ["leaf", "main"], size: 48, allocs: 7, inuse: 3 },
        { stack: ["leaf", "main"], size: 1_048_576, allocs: 2, inuse: 1 },
      ]),
    );
    expect(counts.basis).toBe("recovered");
    expect([...(counts.plus ?? [])]).toEqual([3, 1]);
    expect(total.samples).toBe(4);
    const objects = looked(
      heapTable([{ stack: ["leaf"], size: 48, allocs: 7, inuse: 3 }]),
      TYPES.inuseObjects,
    );
    expect(objects.total.samples).toBe(3);
    expect(objects.total.lo).toBeGreaterThanOrEqual(3);
  });

  test("one bucket has the interval of one bucket", () => {
    const { cum } = looked(
      heapTable([{ stack: ["leaf", "main"], size: 4096, allocs: 9, inuse: 5 }]),
    );
    const expected = liveInterval(5, 4096, DEFAULT_RATE).bytes;
    expect(cum("main").lo).toBeCloseTo(expected.lo, 3);
    expect(cum("main").hi).toBeCloseTo(expected.hi, 3);
  });

  test("a sample counts once for a node that recurs in its stack", () => {
    const { cum, flat } = looked(
      heapTable([{ stack: ["f", "g", "f", "g", "main"], size: 64, allocs: 4, inuse: 4 }]),
    );
    expect([cum("f").samples, cum("g").samples, cum("main").samples]).toEqual([4, 4, 4]);
    expect([flat("f").samples, flat("g").samples]).toEqual([4, 0]);
  });

  test("a node without a sample of its own is not known to be empty", () => {
    const { flat } = looked(heapTable([{ stack: ["f", "main"], size: 64, allocs: 4, inuse: 4 }]));
    expect(flat("main")).toMatchObject({ value: 0, lo: 0, samples: 0 });
    expect(flat("main").hi / DEFAULT_RATE).toBeCloseTo(3, 1);
  });

  test("samples of leaves add up to the total, and every interval holds its value", () => {
    fc.assert(
      fc.property(fc.array(rowArbitrary, { minLength: 1, maxLength: 20 }), (rows) => {
        const { flat, cum, total } = looked(heapTable(rows));
        const names = [...new Set(rows.flatMap(({ stack }) => stack))];
        const flats = names.map(flat);
        expect(flats.reduce((sum, { samples }) => sum + samples, 0)).toBe(total.samples);
        expect(flats.reduce((sum, { value }) => sum + value, 0)).toBe(total.value);
        for (const certain of [...flats, ...names.map(cum), total]) {
          expect(certain.lo).toBeLessThanOrEqual(certain.value);
          expect(certain.hi).toBeGreaterThanOrEqual(certain.value);
        }
        for (const name of names) expect(cum(name).samples).toBeLessThanOrEqual(total.samples);
      }),
    );
  });

  test("sums of chosen nodes and of edges are those of the graph with samples for values", () => {
    fc.assert(
      fc.property(
        fc.array(rowArbitrary, { minLength: 1, maxLength: 20 }),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
        (rows, kept) => {
          const table = heapTable(rows);
          const profile = profileOf(table);
          const sources = [sourceFacts("heap", table, undefined)];
          const counts = sampleCounts(profile, sources, TYPES.inuseSpace, false);
          const index = new NodeIndex(profile, { objectNames: false, trimPath: (path) => path });
          const samples = { ...profile, values: [counts.plus ?? new Float64Array(0)] };
          const weights = stackWeights(samples, { value: 0, divisor: undefined });
          const totals = nodeTotals(samples, index, weights);
          const isKept = Uint8Array.from({ length: index.length }, (_, n) => (kept[n] ? 1 : 0));
          const edges = graphEdges(samples, index, weights, isKept);
          const chosen = [...isKept.keys()].filter((n) => isKept[n] === 1);
          const certainty = new Certainty(counts, "bytes", 1);
          const nodes = new NodeCertainty(certainty, profile, index, chosen);
          for (const n of chosen) {
            expect(nodes.cum(n, 0).samples).toBe(totals.cum[n]);
            expect(nodes.flat(n, 0).samples).toBe(totals.flat[n]);
          }
          const found = nodes.edges(profile, index, isKept);
          for (let edge = 0; edge < edges.length; edge++) {
            const { source, target, weight } = edges;
            expect(found.of(source.data[edge], target.data[edge], 0).samples).toBe(
              weight.data[edge],
            );
          }
          // What is no edge has no samples.
          for (const n of chosen) expect(found.of(n, n, 0).samples).toBe(0);
        },
      ),
    );
  });

  test("rate 1: every object is counted and there is no error", () => {
    const table = heapTable([{ stack: ["f"], size: 64, allocs: 4, inuse: 4 }], { rate: 1 });
    const { total, counts } = looked(table);
    expect(counts).toMatchObject({ basis: "counted", reason: "every-object" });
    expect([total.lo, total.hi]).toEqual([total.value, total.value]);
  });

  test("without sizes, or after an average, counts are about right and say so", () => {
    const rows = [{ stack: ["f"], size: 64, allocs: 40, inuse: 40 }];
    const bare = looked(heapTable(rows, { withoutSizes: true }));
    expect(bare.counts).toMatchObject({
      basis: "approximate",
      reason: "no-sizes",
      unverifiedRows: 1,
    });
    expect(bare.total.samples).toBeCloseTo(40, 0);
    const averaged = looked(heapTable(rows, { scale: 0.337 }));
    expect(averaged.counts).toMatchObject({ basis: "approximate", reason: "not-whole" });
  });

  test("rate 0, no rate and unlike rates", () => {
    const rows = [{ stack: ["f"], size: 64, allocs: 4, inuse: 4 }];
    const of = (periods: readonly (number | undefined)[]) => {
      const table = heapTable(rows);
      const sources = periods.map((period) => ({
        ...sourceFacts("heap", table, undefined),
        period,
      }));
      return sampleCounts(profileOf(table), sources, TYPES.inuseSpace, false);
    };
    expect(of([0])).toMatchObject({ basis: "unknown", reason: "rate-off" });
    expect(of([undefined])).toMatchObject({ basis: "unknown", reason: "rate-not-stated" });
    expect(of([DEFAULT_RATE, 4096])).toMatchObject({
      basis: "approximate",
      reason: "rates-differ",
    });
  });

  test("a difference: what came and what went both have their error", () => {
    const table = heapTable([{ stack: ["f"], size: 64, allocs: 100, inuse: 0 }], {
      durationNs: 1e9,
      table: { isDelta: true },
    });
    const { total } = looked(table);
    expect(total.samples).toBe(200);
    expect(total.value).toBe(0);
    // √200 samples of 512 KiB, twice.
    expect(total.hi / (1.96 * Math.sqrt(200) * DEFAULT_RATE)).toBeCloseTo(1, 0);
    expect(total.lo).toBeLessThan(0);
    const torn = looked(
      heapTable([{ stack: ["f"], size: 64, allocs: 1, inuse: 4 }], { table: { isDelta: true } }),
    );
    expect(torn.counts.inconsistentRows).toBe(1);
  });

  test.each([
    { allocs: 4, inuse: 4, what: "nothing seen to go" },
    { allocs: 5, inuse: -1, what: "more seen to go than to come" },
    { allocs: 0, inuse: -3, what: "nothing seen to come" },
  ])("a difference with $what has the interval that diff gives it", ({ allocs, inuse }) => {
    const size = 1024;
    const table = heapTable([{ stack: ["f"], size, allocs, inuse }], {
      durationNs: 1e9,
      table: { isDelta: true },
    });
    const { flat } = looked(table);
    const rows = {
      sizes: [size],
      allocBefore: [10],
      allocAfter: [10 + allocs],
      inuseBefore: [10],
      inuseAfter: [10 + inuse],
    };
    const { bytes } = pairedGrowth(rows, DEFAULT_RATE);
    expect(flat("f").lo / bytes.lo).toBeCloseTo(1, 4);
    expect(flat("f").hi / bytes.hi).toBeCloseTo(1, 4);
    // Seen or not, something may have gone the other way.
    if (allocs === inuse) expect(flat("f").lo).toBeLessThan(0);
  });

  // As the reference measured it on real processes, by the sampling model alone: a program's objects are
  // drawn with p = 1 − e^(−s/R), written, read back, and the interval of the tree's root is asked.
  test("intervals cover the truth", () => {
    const random = seededRandom(11);
    const program = [
      { stack: ["f", "main"], size: 64, live: 50_000 },
      { stack: ["g", "f", "main"], size: 1024, live: 3000 },
      { stack: ["g", "main"], size: 32_768, live: 100 },
      { stack: ["h", "main"], size: 1_048_576, live: 5 },
    ];
    const trials = 600;
    const covered = { main: 0, f: 0, g: 0 };
    const truth = {
      main: program.reduce((sum, { size, live }) => sum + size * live, 0),
      f: 64 * 50_000 + 1024 * 3000,
      g: 1024 * 3000 + 32_768 * 100,
    };
    for (let trial = 0; trial < trials; trial++) {
      const rows = program.map(({ stack, size, live }) => {
        const inuse = random.binomial(live, samplingProbability(size, DEFAULT_RATE));
        return { stack, size, allocs: inuse, inuse };
      });
      const { cum } = looked(heapTable(rows));
      for (const name of ["main", "f", "g"] as const) {
        const { lo, hi } = cum(name);
        if (lo <= truth[name] && truth[name] <= hi) covered[name] += 1;
      }
    }
    for (const name of ["main", "f", "g"] as const) {
      const share = covered[name] / trials;
      expect(share, name).toBeGreaterThan(0.92);
      // An interval that always covers is too wide to be of use.
      expect(share, name).toBeLessThan(0.995);
    }
  });
});

test("CPU samples, goroutines and contention", () => {
  const table = heapTable([{ stack: ["f"], size: 64, allocs: 4, inuse: 4 }]);
  const of = (profileKind: ProfileTable["profileKind"], period = 1) => {
    const types = [
      { type: "samples", unit: "count" },
      { type: "cpu", unit: "nanoseconds" },
    ];
    const values = [Float64Array.of(16), Float64Array.of(160_000_000)];
    const cpu = { ...table, profileKind, sampleTypes: types, values, period };
    return looked(cpu, 1);
  };
  const cpu = of("cpu", 10_000_000);
  expect(cpu.total).toMatchObject({ value: 160_000_000, samples: 16 });
  // Garwood's limits of 16.
  expect(cpu.total.lo / 1e7).toBeCloseTo(9.145, 2);
  expect(cpu.total.hi / 1e7).toBeCloseTo(25.98, 2);
  // Something else that a CPU profiler writes beside: how it is sampled is not known.
  const beside = { ...table, profileKind: "cpu" as const, period: 1 };
  expect(looked(beside, 3).counts).toMatchObject({ basis: "unknown", reason: "other-kind" });
  // Values that are no whole number of periods were not made of them.
  const odd = { ...beside, sampleTypes: [{ type: "cpu", unit: "nanoseconds" }], period: 1e7 };
  expect(looked({ ...odd, values: [Float64Array.of(3e7)] }, 0).total.samples).toBe(3);
  expect(looked({ ...odd, values: [Float64Array.of(33_333_333)] }, 0).counts.basis).toBe("unknown");
  expect(of("goroutine").counts).toMatchObject({ basis: "counted" });
  expect(of("block").counts).toMatchObject({ basis: "unknown", reason: "contention" });
  expect(of("other").total.lo).toBeNaN();
});
