import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom, type Random } from "../../../test/random.ts";
import {
  artefact,
  goroutineProfile,
  heapProfile,
  type Frame,
  type HeapRow,
  type ProfileFacts,
} from "../../../test/tables.ts";
import { samplingProbability } from "../../goruntime/sampling.ts";
import { MiB } from "../../model/units.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { diffDelta, diffPair, type PairDiff, type PairOptions } from "./pair.ts";
import { subjectsOf, type Subject } from "./subject.ts";

const RATE = 512 * 1024;
const START = 1_700_000_000_000;
const ONE: ProfileFacts = { vdso: 0x7ffe_0000, buildId: "b1" };
const LINES: PairOptions = { granularity: "lines", override: undefined };

function subjects(tables: readonly ProfileTable[], sampleIndex = ""): Subject[] {
  return subjectsOf(
    tables.map((t, i) => artefact(`${i}.pb.gz`, t)),
    { sampleIndex, focus: undefined, ignore: undefined },
  );
}

function diffOf(a: ProfileTable, b: ProfileTable, options = LINES, sampleIndex = ""): PairDiff {
  const [before, after] = subjects([a, b], sampleIndex);
  if (before === undefined || after === undefined) throw new Error("two profiles");
  return diffPair(before, after, options);
}

const at = (line: number, fn = "main.keep", file = "/src/app/main.go"): Frame[] => [
  [fn, file, line],
  ["main.main", "/src/app/main.go", 1],
];

function profileAt(rows: readonly HeapRow[], seconds: number, facts = ONE): ProfileTable {
  return heapProfile(rows, { ...facts, timeMs: START + seconds * 1000 });
}

interface Truth {
  readonly line: number;
  readonly size: number;
  readonly before: number;
  readonly born: number;
  readonly freed: number;
}
/** The five rows of the validation in docs/statistics.md. */
const FIVE: readonly Truth[] = [
  { line: 10, size: 64, before: 50_000, born: 20_000, freed: 0 },
  { line: 20, size: 1024, before: 3000, born: 5000, freed: 0 },
  { line: 30, size: 32_768, before: 100, born: 50, freed: 0 },
  { line: 40, size: MiB, before: 5, born: 2, freed: 0 },
  { line: 50, size: 4096, before: 20_000, born: 500, freed: 500 },
];

/** One process, sampled as Go samples: each object alive in both profiles is the same sample. */
function simulated(sites: readonly Truth[], random: Random): [ProfileTable, ProfileTable] {
  const before: HeapRow[] = [];
  const after: HeapRow[] = [];
  for (const s of sites) {
    const p = samplingProbability(s.size, RATE);
    const kept = random.binomial(s.before - s.freed, p);
    const freed = random.binomial(s.freed, p);
    const born = random.binomial(s.born, p);
    const row = { stack: at(s.line), size: s.size };
    before.push({ ...row, allocs: kept + freed, inuse: kept + freed });
    after.push({ ...row, allocs: kept + freed + born, inuse: kept + born });
  }
  // What every process allocates once at its start.
  const start: HeapRow = { stack: at(99, "main.start"), size: 8192, allocs: 3, inuse: 1 };
  // And what asking for a profile allocates: without it a quiet minute has no count that differs.
  const asked = (n: number): HeapRow => ({
    stack: at(98, "main.serve"),
    size: 4096,
    allocs: n,
    inuse: 0,
  });
  return [profileAt([...before, start, asked(1)], 0), profileAt([...after, start, asked(3)], 60)];
}

describe("MemProfileRate 1", () => {
  /** 80 MiB of 4 KiB entries, `churn` of them replaced. */
  const cacheOf = (churn: number): HeapRow => ({
    stack: at(1, "main.cache"),
    size: 4096,
    allocs: 20_000 + churn,
    inuse: 20_000,
  });
  const exactly = (rows: readonly HeapRow[], seconds: number, facts = ONE): ProfileTable => ({
    ...profileAt(rows, seconds, facts),
    period: 1,
  });

  test("a first use of a few bytes is listed, and no growth", () => {
    const first = { stack: at(2, "rand.global"), size: 16, allocs: 1, inuse: 1 };
    for (const facts of [ONE, { vdso: 0x7fff_0000, buildId: "b2" }]) {
      const d = diffOf(exactly([cacheOf(0)], 0), exactly([cacheOf(500), first], 60, facts));
      expect(d.status).toBe("no-growth");
      expect(d.sites.map((s) => s.standing)).toEqual(["unsure", "quiet"]);
      expect(d.total?.value).toEqual({ value: 16, lo: 16, hi: 16 });
    }
  });

  test("two leaked objects of 1 MiB and a hundred of 64 bytes are growth", () => {
    for (const [size, count] of [
      [MiB, 2],
      [64, 100],
    ] as const) {
      const leaked = { stack: at(3, "main.leak"), size, allocs: count, inuse: count };
      const d = diffOf(exactly([cacheOf(0)], 0), exactly([cacheOf(500), leaked], 60));
      expect(d.status).toBe("growth");
      expect(d.sites[0]).toMatchObject({ function: "main.leak", standing: "new" });
    }
  });

  test("a cache that turns over and holds 1 MiB more by chance is no growth", () => {
    const more = { ...cacheOf(5000), inuse: 20_256 };
    const d = diffOf(exactly([cacheOf(0)], 0), exactly([more], 60));
    expect(d.total?.value.value).toBe(MiB);
    expect(d.status).toBe("growth");
    const wandering = { ...cacheOf(50_000), inuse: 20_256 };
    expect(diffOf(exactly([cacheOf(0)], 0), exactly([wandering], 60)).status).toBe("no-growth");
  });

  test("what could have been seen grows with what comes and goes", () => {
    const seen = (churn: number): number =>
      diffOf(exactly([cacheOf(0)], 0), exactly([cacheOf(churn)], 60)).total?.visible ?? NaN;
    expect(seen(10)).toBeGreaterThanOrEqual(6 * 64);
    expect(seen(5000)).toBeGreaterThan(3 * seen(10));
    expect(seen(5000)).toBeLessThanOrEqual(512 * 1024);
  });
});

describe("simulated processes", () => {
  test("five sites of known growth: covered, and the two leaked 1 MiB objects are found", () => {
    const random = seededRandom(20);
    const runs = 400;
    const covered = new Map<number, number>();
    const found = new Map<number, number>();
    let totalCovered = 0;
    for (let i = 0; i < runs; i++) {
      const d = diffOf(...simulated(FIVE, random));
      expect(d.comparison).toMatchObject({ form: "paired", by: "vdso" });
      for (const truth of FIVE) {
        const site = d.sites.find((s) => s.line === truth.line);
        // A site of which not one sample was drawn is in neither profile.
        const { lo, hi } = site?.value ?? { lo: 0, hi: 0 };
        const grown = truth.size * (truth.born - truth.freed);
        if (lo <= grown && grown <= hi) covered.set(truth.line, (covered.get(truth.line) ?? 0) + 1);
        if (site?.standing === "grew" || site?.standing === "new")
          found.set(truth.line, (found.get(truth.line) ?? 0) + 1);
      }
      const total = FIVE.reduce((sum, s) => sum + s.size * (s.born - s.freed), 0);
      const value = d.total?.value;
      if (value !== undefined && value.lo <= total && total <= value.hi) totalCovered += 1;
    }
    for (const { line } of FIVE)
      expect((covered.get(line) ?? 0) / runs, `${line}`).toBeGreaterThan(0.95);
    expect(totalCovered / runs).toBeGreaterThan(0.95);
    expect((found.get(20) ?? 0) / runs, "5 MiB of 1 KiB objects").toBeGreaterThan(0.9);
    expect((found.get(40) ?? 0) / runs, "two of 1 MiB").toBeGreaterThanOrEqual(0.7);
    expect((found.get(50) ?? 0) / runs, "a stable cache").toBeLessThanOrEqual(0.03);
  });

  test("a stable 80 MiB cache: no growth seen, could have seen some MiB", () => {
    const random = seededRandom(21);
    const runs = 400;
    let alarms = 0;
    for (let i = 0; i < runs; i++) {
      const d = diffOf(...simulated(FIVE.slice(4), random));
      if (d.status === "growth") alarms += 1;
      else expect(d.status).toBe("no-growth");
      const visible = (d.total?.visible ?? 0) / MiB;
      expect(visible).toBeGreaterThan(3);
      expect(visible).toBeLessThan(10);
    }
    expect(alarms / runs).toBeLessThanOrEqual(0.03);
  });

  test("what could have been seen is seen in about four of five runs", () => {
    const random = seededRandom(22);
    const cache = FIVE[4];
    if (cache === undefined) throw new Error("no cache");
    const seen = diffOf(...simulated([cache], random)).total?.visible ?? 0;
    const leak: Truth = { line: 60, size: 64, before: 0, born: Math.round(seen / 64), freed: 0 };
    let found = 0;
    const runs = 400;
    for (let i = 0; i < runs; i++) {
      const total = diffOf(...simulated([cache, leak], random)).total;
      if ((total?.value.lo ?? 0) > 0) found += 1;
    }
    // One run's background stands for all: a quarter either way.
    expect(found / runs).toBeGreaterThan(0.6);
    expect(found / runs).toBeLessThan(0.95);
  });

  test("a hundred busy sites of a stable service raise no alarm by their number", () => {
    const random = seededRandom(23);
    const busy = Array.from({ length: 100 }, (_, i) => ({
      line: 100 + i,
      size: 512,
      before: 20_000,
      born: 15_000,
      freed: 15_000,
    }));
    let alarms = 0;
    let alone = 0;
    const runs = 100;
    for (let i = 0; i < runs; i++) {
      const d = diffOf(...simulated(busy, random));
      if (d.sites.some((s) => s.standing === "grew" || s.standing === "shrank")) alarms += 1;
      if (d.sites.some((s) => s.standing === "unsure")) alone += 1;
    }
    expect(alarms / runs).toBeLessThanOrEqual(0.08);
    // Their own intervals would have: that is what the test above guards against.
    expect(alone / runs).toBeGreaterThan(0.3);
  });
});

describe("properties", () => {
  const rows = fc.array(
    fc.record({
      line: fc.integer({ min: 1, max: 30 }),
      size: fc.constantFrom(16, 64, 1024, 32_768, MiB),
      kept: fc.integer({ min: 0, max: 50 }),
      born: fc.integer({ min: 0, max: 30 }),
      freed: fc.integer({ min: 0, max: 20 }),
    }),
    { minLength: 1, maxLength: 30 },
  );
  type Rows = typeof rows extends fc.Arbitrary<infer T> ? T : never;
  const tables = (list: Rows, facts = ONE): [ProfileTable, ProfileTable] => {
    const unique = [...new Map(list.map((r) => [`${r.line}/${r.size}`, r])).values()];
    const row = (r: Rows[number]) => ({ stack: at(r.line), size: r.size });
    return [
      profileAt(
        unique.map((r) => ({ ...row(r), allocs: r.kept + r.freed, inuse: r.kept + r.freed })),
        0,
        facts,
      ),
      profileAt(
        unique.map((r) => ({
          ...row(r),
          allocs: r.kept + r.freed + r.born + 1,
          inuse: r.kept + r.born,
        })),
        60,
        facts,
      ),
    ];
  };

  test("A with itself is exactly no growth", () => {
    fc.assert(
      fc.property(rows, (list) => {
        const [table] = tables(list);
        const same = artefact("a", table);
        const [a, b] = subjectsOf([same, same], {
          sampleIndex: "",
          focus: undefined,
          ignore: undefined,
        });
        if (a === undefined || b === undefined) throw new Error("two");
        const d = diffPair(a, b, LINES);
        expect(d.status).toBe("no-growth");
        expect(d.total?.value).toEqual({ value: 0, lo: 0, hi: 0 });
        expect(d.sites.every((s) => s.standing === "quiet" && s.value.value === 0)).toBe(true);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  test.each(["paired", "naive"] as const)(
    "%s: turning them round turns the sign; the sites add up to the total",
    (form) => {
      const facts = form === "paired" ? ONE : {};
      const override = form === "naive" ? "other" : undefined;
      fc.assert(
        fc.property(rows, (list) => {
          const [a, b] = tables(list, facts);
          const there = diffOf(a, b, { ...LINES, override });
          const back = diffOf(b, a, { ...LINES, override });
          expect(there.comparison.form).toBe(form);
          expect(back.comparison.form).toBe(form);
          const total = there.total?.value.value ?? NaN;
          expect(back.total?.value.value).toBeCloseTo(-total, 3);
          const values = new Map(back.sites.map((s) => [s.line, s.value.value]));
          let sum = 0;
          for (const site of there.sites) {
            sum += site.value.value;
            expect(values.get(site.line)).toBeCloseTo(-site.value.value, 3);
            expect(site.value.lo).toBeLessThanOrEqual(site.value.value);
            expect(site.value.hi).toBeGreaterThanOrEqual(site.value.value);
          }
          expect(sum).toBeCloseTo(total, 3);
        }),
        { seed: 2, numRuns: 60 },
      );
    },
  );
});

describe("what can be compared, and how", () => {
  const rows = (n: number): HeapRow[] => [
    { stack: at(3), size: 4096, allocs: n, inuse: n },
    { stack: at(9), size: 512, allocs: 40, inuse: 40 },
    { stack: at(10), size: 64, allocs: 30, inuse: 30 },
    { stack: at(11), size: 96, allocs: 20, inuse: 20 },
  ];

  test("the other way round is the same answer with its sign turned", () => {
    const [a, b] = simulated(FIVE, seededRandom(51));
    const there = diffOf(a, b);
    const back = diffOf(b, a);
    expect(back).toMatchObject({ inconsistentRows: 0, tested: there.tested });
    expect(back.comparison).toMatchObject({ form: "paired", isReversed: true });
    for (const site of there.sites) {
      const turned = back.sites.find((s) => s.line === site.line);
      expect(turned?.value.lo).toBeCloseTo(-site.value.hi, 3);
      expect(turned?.value.hi).toBeCloseTo(-site.value.lo, 3);
      expect(turned?.plusSamples).toBe(site.minusSamples);
      expect(turned?.minusSamples).toBe(site.plusSamples);
    }
  });

  test("no cycle between them, another kind, another rate", () => {
    const still = diffOf(profileAt(rows(5), 0), profileAt(rows(5), 9));
    expect(still).toMatchObject({ status: "not-comparable", total: undefined });
    expect(still.comparison).toEqual({ form: "none", why: "no-cycle-between" });
    const goroutines = goroutineProfile([{ stack: at(3), count: 4 }], ONE);
    expect(diffOf(profileAt(rows(5), 0), goroutines).comparison).toMatchObject({
      why: "kinds-differ",
    });
    const finer = { ...profileAt(rows(9), 9), period: 4096 };
    expect(diffOf(profileAt(rows(5), 0), finer).comparison).toEqual({
      form: "none",
      why: "rates-differ",
    });
    const asked = diffOf(profileAt(rows(5), 0), finer, { ...LINES, override: "other" });
    expect(asked.comparison).toEqual({ form: "naive", why: "rates-differ" });
    // One object of 376 KiB, seen at 64 KiB for sure: at 512 KiB half of such objects go unseen.
    const one: HeapRow = { stack: at(7), size: 376 * 1024, allocs: 1, inuse: 1 };
    const sharp = { ...profileAt([...rows(5), one], 9), period: 65_536 };
    const unseen = diffOf(profileAt(rows(5), 0), sharp, { ...LINES, override: "other" });
    const slice = unseen.sites.find((s) => s.line === 7);
    expect(slice).toMatchObject({ standing: "quiet" });
    expect(slice?.value.lo).toBeLessThan(0);
    expect(diffOf(profileAt(rows(5), 0), { ...finer, period: 0 }).comparison).toMatchObject({
      why: "sampling-off",
    });
  });

  test("counts that agree tell one process; other identities and unknown ones are independent", () => {
    const by = (a: ProfileFacts, b: ProfileFacts, more = 9) =>
      diffOf(profileAt(rows(5), 0, a), profileAt(rows(more), 9, b)).comparison;
    expect(by({}, {})).toMatchObject({ form: "paired", by: "counts" });
    expect(by(ONE, { ...ONE, vdso: 0x7fff_0000 })).toEqual({ form: "naive", why: "other-process" });
    const few = (n: number) => profileAt([{ stack: at(3), size: 64, allocs: n, inuse: n }], 0, {});
    expect(diffOf(few(3), few(9)).comparison).toEqual({ form: "naive", why: "process-unknown" });
    expect(diffOf(few(3), few(9), { ...LINES, override: "same" }).comparison).toMatchObject({
      form: "paired",
      by: "asked",
    });
    expect(by(ONE, ONE, 2)).toMatchObject({ form: "paired", isReversed: true });
  });

  test("one sample more in another process is no news", () => {
    const one: HeapRow = { stack: at(70), size: 64, allocs: 1, inuse: 1 };
    const d = diffOf(profileAt(rows(5), 0), profileAt([...rows(5), one], 9), {
      ...LINES,
      override: "other",
    });
    expect(d.status).toBe("no-growth");
    expect(d.sites.find((s) => s.line === 70)?.standing).toBe("quiet");
  });

  test("new, gone, and allocated between the two", () => {
    const a = [...rows(5), { stack: at(80), size: 4096, allocs: 40, inuse: 40 }];
    const b = [
      ...rows(5),
      { stack: at(80), size: 4096, allocs: 40, inuse: 0 },
      { stack: at(90), size: 4096, allocs: 30, inuse: 30 },
    ];
    const d = diffOf(profileAt(a, 0), profileAt(b, 9));
    const standing = (line: number) => d.sites.find((s) => s.line === line)?.standing;
    expect([standing(80), standing(90), standing(9)]).toEqual(["gone", "new", "quiet"]);
    const allocated = diffOf(profileAt(a, 0), profileAt(b, 9), LINES, "alloc_space");
    expect(allocated.status).toBe("allocated");
    const expected = (30 * 4096) / samplingProbability(4096, RATE);
    expect(allocated.total?.value.value).toBeCloseTo(expected, 3);
    expect(allocated.total?.value.lo).toBeGreaterThan(0);
  });

  test("goroutines are counts", () => {
    const p = (n: number) =>
      goroutineProfile(
        [
          { stack: at(3), count: n },
          { stack: at(9), count: 10 },
        ],
        ONE,
      );
    const grown = diffOf(p(10), p(800));
    expect(grown).toMatchObject({ status: "growth", unit: "count" });
    expect(grown.total?.value.value).toBe(790);
    expect(diffOf(p(100), p(104)).status).toBe("no-growth");
  });

  test("a file that is a difference already, its negatives and all", () => {
    const table: ProfileTable = {
      ...profileAt(
        [
          { stack: at(3), size: 4096, allocs: 40, inuse: 40 },
          { stack: at(9), size: 4096, allocs: 10, inuse: -30 },
          { stack: at(11), size: 4096, allocs: -5, inuse: -7 },
        ],
        0,
      ),
      isDelta: true,
      durationNs: 30e9,
    };
    const [delta] = subjects([table]);
    if (delta === undefined) throw new Error("one");
    const d = diffDelta(delta, LINES);
    expect(d).toMatchObject({ status: "growth", seconds: 30, inconsistentRows: 1 });
    const of = (line: number) => d.sites.find((s) => s.line === line);
    expect(of(3)).toMatchObject({ standing: "grew", plusSamples: 40, minusSamples: 0 });
    expect(of(9)).toMatchObject({ standing: "shrank", plusSamples: 10, minusSamples: 40 });
    for (const s of d.sites) expect(Number.isFinite(s.value.lo + s.value.hi)).toBe(true);
    const pair = diffOf(table, profileAt([], 9));
    expect(pair.comparison).toMatchObject({ form: "none", why: "delta-in-pair" });
  });
});

test("ten thousand sites, all changed or none: no square in it", () => {
  const many = (grown: number): HeapRow[] =>
    Array.from({ length: 10_000 }, (_, i) => ({
      stack: at(i + 1, `main.f${i % 3}`),
      size: 64 + 16 * (i % 7),
      allocs: 20 + grown,
      inuse: 20 + grown,
    }));
  const one = diffOf(profileAt(many(0), 0), profileAt(many(9), 9));
  expect(one.sites).toHaveLength(10_000);
  expect(one.sites.every((s) => s.standing === "grew")).toBe(true);
  const others = diffOf(
    profileAt(many(0), 0, {}),
    profileAt(many(9), 9, { vdso: 1, buildId: "x" }),
    {
      ...LINES,
      override: "other",
    },
  );
  expect(others.sites).toHaveLength(10_000);
}, 60_000);
