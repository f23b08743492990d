import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../test/random.ts";
import {
  artefact,
  goroutineProfile,
  heapProfile,
  type Frame,
  type ProfileFacts,
} from "../../../test/tables.ts";
import type { Artefact } from "../../evidence/artefact.ts";
import { rateSeries, type RateSeries } from "./rate-series.ts";
import { diffSeries, type SeriesDiff } from "./series.ts";
import { subjectsOf } from "./subject.ts";

const START = 1_700_000_000_000;
const ONE: ProfileFacts = { vdso: 0x7ffe_0000, buildId: "b1" };
const TWO: ProfileFacts = { vdso: 0x7fff_0000, buildId: "b2" };
const frame = (fn: string, line: number): Frame => [fn, "/src/app/app.go", line];

function rates(files: readonly Artefact[]): RateSeries {
  const filters = { sampleIndex: "alloc_space", focus: undefined, ignore: undefined };
  return rateSeries(subjectsOf(files, filters), undefined);
}

function states(files: readonly Artefact[]): SeriesDiff {
  const filters = { sampleIndex: "", focus: undefined, ignore: undefined };
  return diffSeries(subjectsOf(files, filters), { override: undefined });
}

/** `perStep` samples of 64 bytes come before each snapshot, 30 s apart. */
function totals(perStep: readonly number[], facts = ONE, from = 0): Artefact[] {
  let allocs = 100;
  return perStep.map((n, i) => {
    allocs += n;
    const timeMs = START + (from + i) * 30_000;
    const rows = [{ stack: [frame("app.make", 3)], size: 64, allocs, inuse: 10 }];
    return artefact(`${from + i}.pb.gz`, heapProfile(rows, { ...facts, timeMs }));
  });
}

describe("what was allocated", () => {
  test("is a rate; where it changes is found, in an order of time", () => {
    const random = seededRandom(81);
    const counts = Array.from({ length: 12 }, (_, i) => random.poisson(i < 7 ? 40 : 120));
    const d = rates(totals(counts).toReversed());
    expect(d).toMatchObject({ status: "rate-changed", wasUnsorted: true, restarts: 0 });
    expect(d.windows).toHaveLength(11);
    expect(d.changed[0]).toMatchObject({ at: { function: "app.make" }, change: { at: 6 } });
    // A sample of small objects stands for half a MiB.
    expect(d.total?.change?.before.value).toBeCloseTo((40 * 2 ** 19) / 30, -5);
  });

  test("steady load is steady, whatever its height", () => {
    const random = seededRandom(82);
    let changed = 0;
    for (let i = 0; i < 200; i++) {
      const d = rates(totals(Array.from({ length: 10 }, () => random.poisson(60))));
      if (d.status === "rate-changed") changed += 1;
    }
    expect(changed).toBeLessThanOrEqual(16);
  });

  test("a restart is no window, and its totals do not count as a fall of the rate", () => {
    const d = rates([...totals([50, 50, 50, 50]), ...totals([50, 50, 50, 50], TWO, 4)]);
    expect(d).toMatchObject({ restarts: 1, rateChanges: 0, builds: 2, status: "rate-steady" });
    expect(d.windows).toHaveLength(6);
    // Of two processes each with one snapshot there is nothing to tell.
    const [a] = totals([50]);
    const [b] = totals([50], TWO, 1);
    if (a === undefined || b === undefined) throw new Error("two files");
    expect(rates([a, b]).status).toBe("not-comparable");
  });

  test("one window that stands out is set aside", () => {
    const d = rates(totals([50, 48, 52, 50, 900, 50, 49, 51, 50, 50]));
    expect(d.status).toBe("rate-steady");
    expect(d.windows.flatMap((w, j) => (w.isSetAside ? [j] : []))).toEqual([3]);
  });
});

function atRate(file: Artefact, period: number): Artefact {
  const { table } = file;
  if (table.kind !== "profile") throw new Error("a profile");
  return { ...file, table: { ...table, period } };
}

test("a rate of sampling changed on the way: windows go on behind it, states do not", () => {
  const files = totals(Array.from({ length: 12 }, () => 50)).map((file, i) =>
    i < 6 ? file : atRate(file, 64 * 1024),
  );
  const d = rates(files);
  expect(d).toMatchObject({ restarts: 1, rateChanges: 1 });
  expect(d.windows).toHaveLength(10);
  const live = states(files);
  expect(live.snapshots).toHaveLength(6);
  expect(live.mixed).toEqual({ snapshots: 6, from: 512 * 1024, to: 64 * 1024 });
  // Another process at another rate is a restart like any.
  const other = totals([50, 50, 50], TWO, 6).map((file) => atRate(file, 64 * 1024));
  expect(states([...files.slice(0, 6), ...other])).toMatchObject({
    restarts: 1,
    steps: 7,
    mixed: { snapshots: 0 },
  });
});

describe("goroutines", () => {
  const waiting = (counts: readonly (readonly [number, number])[]): Artefact[] =>
    counts.map(([leak, serve], i) => {
      const rows = [
        { stack: [frame("app.leak", 3)], count: leak },
        { stack: [frame("app.serve", 7)], count: serve },
      ];
      const timeMs = START + i * 30_000;
      return artefact(`${i}.pb.gz`, goroutineProfile(rows, { ...ONE, timeMs }));
    });

  test("that stay grow; those of requests do not", () => {
    const random = seededRandom(83);
    const d = states(
      waiting(Array.from({ length: 12 }, (_, i) => [10 + 2 * i, random.poisson(20)])),
    );
    expect(d).toMatchObject({ status: "growth", isGoroutines: true, unit: "count" });
    const grown = d.places.filter((p) => p.slope.value > 0);
    expect(grown.map((p) => p.at.function)).toEqual(["app.leak"]);
    expect(grown[0]?.slope.value).toBeCloseTo(2 / 30, 6);
  });

  test("of a steady service raise few alarms; of one that is level the same profile is a step", () => {
    const random = seededRandom(84);
    let alarms = 0;
    for (let i = 0; i < 200; i++) {
      const d = states(waiting(Array.from({ length: 10 }, () => [10, random.poisson(30)])));
      if (d.status === "growth") alarms += 1;
    }
    expect(alarms).toBeLessThanOrEqual(6);
    const level = states(waiting(Array.from({ length: 6 }, () => [10, 5])));
    expect(level).toMatchObject({ status: "no-growth", steps: 5, repeated: 0 });
  });
});
