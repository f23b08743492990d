// Whether what grew still grows, over series of whole services: error rates of the answer.

import { describe, expect, test } from "vitest";
import { seededRandom, type Random } from "../../../test/random.ts";
import { artefact, heapProfile, type Frame, type HeapRow } from "../../../test/tables.ts";
import type { Artefact } from "../../evidence/artefact.ts";
import { samplingProbability } from "../../goruntime/sampling.ts";
import { KiB, MiB } from "../../model/units.ts";
import { diffSeries, type SeriesDiff } from "./series.ts";
import { subjectsOf } from "./subject.ts";

const RATE = 512 * 1024;
const START = 1_700_000_000_000;
const frame = (fn: string, line: number): Frame => [fn, "/src/app/app.go", line];
const main = frame("main.main", 9);

/** Objects of one site by snapshot: how many of which size are there, and how long each lives. */
interface Thing {
  readonly site: string;
  readonly size: number;
  /** Objects that come before each snapshot, of which each lives for `lives` snapshots (Infinity: always). */
  readonly comes: (snapshot: number) => number;
  readonly lives: number;
}

/** Snapshots that nobody took before the first, so that what turns over is there. */
const BEFORE = 30;

/** Objects are sampled when they come, and gone with all of their cohort. */
function series(things: readonly Thing[], snapshots: number, random: Random): Artefact[] {
  const cohorts = things.map(({ size, comes }) =>
    Array.from({ length: snapshots + BEFORE }, (_, i) =>
      random.binomial(Math.max(0, Math.round(comes(i - BEFORE))), samplingProbability(size, RATE)),
    ),
  );
  return Array.from({ length: snapshots }, (_, i) => {
    const rows = things.map(({ site, size, lives }, t): HeapRow => {
      let allocs = 0;
      let inuse = 0;
      for (let j = 0; j <= i + BEFORE; j++) {
        const n = cohorts[t]?.[j] ?? 0;
        allocs += n;
        if (i + BEFORE - j < lives) inuse += n;
      }
      return { stack: [frame(`app.${site}`, 3), main], size, allocs, inuse };
    });
    const asked: HeapRow = { stack: [frame("main.ask", 1)], size: 8192, allocs: 5 + i, inuse: 0 };
    const facts = { vdso: 0x7ffe_0000, buildId: "b1", timeMs: START + i * 30_000 };
    return artefact(`${i}.pb.gz`, heapProfile([...rows, asked], facts));
  });
}

/** 40 MiB of pages of which a tenth is replaced before each snapshot. */
const cache: readonly Thing[] = [{ site: "cache", size: 4 * KiB, comes: () => 1024, lives: 10 }];

function outgrown(size: number, bytes: number, factor: number): number {
  return size >= bytes ? size : outgrown(size * factor, bytes, factor);
}

/** A table of one object that is replaced by a larger one when `bytes` at a snapshot outgrow it. */
function table(bytes: (snapshot: number) => number, snapshots: number, factor: number): Thing[] {
  const out: Thing[] = [];
  let size = outgrown(MiB, bytes(0), factor);
  let from = 0;
  for (let i = 1; i <= snapshots; i++) {
    if (i < snapshots && bytes(i) <= size) continue;
    const since = from;
    out.push({ site: "table", size, comes: (j) => (j === since ? 1 : 0), lives: i - from });
    from = i;
    if (i < snapshots) size = outgrown(size, bytes(i), factor);
  }
  return out;
}

function answer(things: readonly Thing[], snapshots: number, random: Random): SeriesDiff {
  const files = series(things, snapshots, random);
  return diffSeries(subjectsOf(files, { sampleIndex: "", focus: undefined, ignore: undefined }), {
    override: undefined,
  });
}

function rates(runs: number, make: (i: number) => SeriesDiff): Record<string, number> {
  const out: Record<string, number> = {};
  for (let i = 0; i < runs; i++) {
    const { status, excursions } = make(i);
    out[status] = (out[status] ?? 0) + 1 / runs;
    if (excursions.length > 0) out["aside"] = (out["aside"] ?? 0) + 1 / runs;
  }
  return out;
}

const uniform = (random: Random, lo: number, hi: number): number =>
  lo + (hi - lo) * random.uniform();

const churn: Thing = { site: "churn", size: 2 * KiB, comes: () => 2000, lives: 3 };
const from0 = (f: (i: number) => number) => (i: number) => (i < 0 ? 0 : f(i));
const leak = (objects: number): Thing => ({
  site: "leak",
  size: KiB,
  comes: from0(() => objects),
  lives: Infinity,
});
const burst = (at: number, objects: number): Thing => ({
  site: "batch",
  size: 2 * KiB,
  comes: (i) => (i === at ? objects : 0),
  lives: 1,
});
const RUNS = 30;

describe("a table that grows in jumps", () => {
  for (const [n, factor] of [
    [8, 2],
    [12, 2],
    [20, 2],
    [12, 1.25],
  ] as const) {
    test(`grows while entries come: ${n} snapshots, tables times ${factor}`, () => {
      const random = seededRandom(60 + n + factor);
      const of = rates(RUNS, () => {
        const first = uniform(random, 1.2, 6);
        const last = first * uniform(random, 5, 16);
        const bytes = (i: number): number => (first + ((last - first) * i) / n) * MiB;
        return answer([...table(bytes, n, factor), churn], n, random);
      });
      expect(of["growth"]).toBeGreaterThan(0.95);
    });
  }

  test("one that doubled once and stays does not", () => {
    const random = seededRandom(61);
    const of = rates(RUNS * 2, () => {
      const at = 1 + random.integer(11);
      return answer([...table((i) => (i < at ? 7 : 9) * MiB, 12, 2), churn], 12, random);
    });
    expect(of["growth"] ?? 0).toBe(0);
    // Where too little came after it nobody knows.
    expect(of["ended"]).toBeGreaterThan(0.5);
  });

  test("nor does a warm-up of two doublings, long ago", () => {
    const random = seededRandom(62);
    const of = rates(RUNS, () =>
      answer([...table((i) => (i < 2 ? 4 : i < 4 ? 7 : 15) * MiB, 12, 2), churn], 12, random),
    );
    expect(of["ended"]).toBeCloseTo(1, 9);
  });

  test("nor do buffers in flight, or a sawtooth", () => {
    const random = seededRandom(63);
    const of = rates(RUNS * 2, () => {
      const flights = Array.from({ length: 12 }, (_, j): Thing => {
        const count = random.binomial(100, 0.05);
        return { site: "flight", size: 4 * MiB, comes: (i) => (i === j ? count : 0), lives: 1 };
      });
      return answer([churn, ...flights], 12, random);
    });
    expect(of["growth"] ?? 0).toBeLessThanOrEqual(0.04);
    const saw = rates(RUNS, () => {
      const period = 2 + random.integer(4);
      const teeth = Array.from({ length: 12 + period }, (_, k): Thing => {
        const j = k - period;
        const lives = period - (((j % period) + period) % period);
        return { site: "saw", size: 2 * KiB, comes: (i) => (i === j ? 8000 : 0), lives };
      });
      return answer([churn, ...teeth], 12, random);
    });
    expect(saw["growth"] ?? 0).toBe(0);
  });
});

describe("a snapshot inside a batch", () => {
  test("is set aside and told; what could have been seen is what it is without", () => {
    const random = seededRandom(64);
    let wider = 0;
    const of = rates(RUNS, () => {
      const at = 1 + random.integer(10);
      const objects = uniform(random, 5000, 60_000);
      const without = answer([churn, ...cache], 12, random);
      const d = answer([churn, ...cache, burst(at, objects)], 12, random);
      for (const { from, to, at: place } of d.excursions) {
        expect([from, to, place?.function]).toEqual([at, at + 1, "app.batch"]);
        expect(d.snapshots[at]?.isSetAside).toBe(true);
      }
      wider += (d.total?.visible ?? NaN) / (without.total?.visible ?? NaN) / RUNS;
      return d;
    });
    expect(of["aside"]).toBeGreaterThan(0.95);
    expect(of["growth"] ?? 0).toBeLessThanOrEqual(0.05);
    expect(wider).toBeLessThan(1.3);
  });

  test("hides no leak, and no step that stays", () => {
    const random = seededRandom(65);
    const of = rates(RUNS, () => {
      const at = 1 + random.integer(10);
      return answer([churn, leak(5000), burst(at, uniform(random, 5000, 60_000))], 12, random);
    });
    expect(of["growth"]).toBeGreaterThan(0.95);
    let seen = 0;
    const step = rates(RUNS, () => {
      const at = 1 + random.integer(11);
      const d = answer([churn, { ...burst(at, 20_000), lives: Infinity }], 12, random);
      if (d.status === "ended" || d.status === "inconclusive") seen += 1 / RUNS;
      return d;
    });
    expect(step["aside"] ?? 0).toBe(0);
    expect(seen).toBeGreaterThan(0.95);
    // A batch of which half stays is set aside as a batch, and seen as what stayed.
    const half = rates(RUNS, () =>
      answer([churn, burst(5, 20_000), { ...burst(5, 20_000), lives: Infinity }], 12, random),
    );
    expect((half["ended"] ?? 0) + (half["inconclusive"] ?? 0)).toBeGreaterThan(0.9);
    expect(half["aside"]).toBeGreaterThan(0.9);
  });

  test("at the very end it cannot be told from growth, and that is said", () => {
    const random = seededRandom(66);
    const of = rates(RUNS, () => answer([churn, burst(11, 20_000)], 12, random));
    expect(of["inconclusive"]).toBeGreaterThan(0.95);
  });
});

describe("a service that warmed up", () => {
  test("has ended; a leak has not", () => {
    const random = seededRandom(67);
    const warm = (tau: number): Thing => ({
      site: "warm",
      size: 2 * KiB,
      comes: from0((i) => 40_000 * (Math.exp(-i / tau) - Math.exp(-(i + 1) / tau))),
      lives: Infinity,
    });
    for (const n of [8, 12, 20]) {
      const of = rates(RUNS, () => answer([churn, warm(n / uniform(random, 4, 10))], n, random));
      expect(of["growth"] ?? 0).toBeLessThanOrEqual(0.07);
      const filled = rates(RUNS, () =>
        answer(
          [churn, { ...leak(0), comes: (i) => (i >= 0 && i < n / 2 ? 80_000 / n : 0) }],
          n,
          random,
        ),
      );
      expect(filled["ended"]).toBeGreaterThan(0.9);
      for (const objects of [1500, 4000]) {
        const leaks = rates(RUNS, () => answer([churn, leak(objects)], n, random));
        expect(leaks["growth"]).toBeGreaterThan(0.9);
      }
    }
  }, 60_000);
});
