import { describe, expect, test } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import { corpusArtefacts } from "../../../test/corpus-folder.ts";
import { viewOf } from "../../../test/judged.ts";
import {
  artefact,
  defaultScrape,
  gctrace,
  goEnv,
  heapProfile,
  memStats,
  metrics,
  procStatus,
  runtimeSample,
  type Cycle,
} from "../../../test/tables.ts";
import { GC_UNSOUND } from "../../model/tables/gc-cycles.ts";
import { MiB } from "../../model/units.ts";

const START = 1_700_000_000_000;
const log = (cycles: number): Cycle[] =>
  Array.from({ length: cycles }, (_, i) => ({ atSec: 3 + i * 2, markedMiB: 40 + i }));

describe("marked", () => {
  test("copies of one growing log are one series", () => {
    const { series } = viewOf([
      artefact("t1/gc.log", gctrace(log(10), START)),
      artefact("t2/gc.log", gctrace(log(20), START)),
    ]);
    expect(series.marked?.time.length).toBe(20);
    expect(Array.from(series.marked?.cycle ?? [])).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
  });

  test("unsound cycles are left out", () => {
    const table = gctrace(log(10), START);
    const flags = table.segments[0]?.cycles.flags;
    if (flags !== undefined) flags[4] = GC_UNSOUND;
    const { series } = viewOf([artefact("gc.log", table)]);
    expect(Array.from(series.marked?.cycle ?? [])).not.toContain(5);
    expect(series.marked?.time.length).toBe(9);
  });

  test("floored to MiB: the middle, with the resolution said", () => {
    const { series } = viewOf([
      artefact("gc.log", gctrace([{ atSec: 1, markedMiB: 47.8 }], START)),
    ]);
    expect(series.marked?.value[0]).toBe(47.5 * MiB);
    expect(series.marked?.resolution).toBe(MiB);
  });

  test.each([50, 100, 200])(
    "from NextGC with GOGC=%i: true value within the stacks' interval",
    (gogc) => {
      const stacksMiB = 6;
      const texts = [1, 2, 3].map((i) =>
        artefact(
          `h${i}.txt`,
          heapProfile([], {
            timeMs: START + i * 10_000,
            memStats: memStats({
              timeMs: START + i * 10_000,
              numGC: 10 + i,
              markedMiB: 100 + i,
              stacksMiB,
              gogc,
            }),
          }),
        ),
      );
      const { series } = viewOf([...texts, artefact("env", goEnv({ GOGC: String(gogc) }))]);
      const g = gogc / 100;
      const off = (stacksMiB * g) / (1 + g);
      for (const [i, v] of Array.from(series.marked?.value ?? []).entries())
        expect(Math.abs(v / MiB - (101 + i))).toBeLessThanOrEqual(off / 2 + 0.01);
      expect(series.marked?.time.length).toBe(3);
    },
  );

  test("not from NextGC under a memory limit, at the floor, or with GOGC off", () => {
    const text = (facts: Partial<Parameters<typeof memStats>[0]>) =>
      artefact(
        "h.txt",
        heapProfile([], {
          timeMs: START,
          memStats: memStats({ timeMs: START, numGC: 9, markedMiB: 100, ...facts }),
        }),
      );
    const marked = (facts: Partial<Parameters<typeof memStats>[0]>, env: Record<string, string>) =>
      viewOf([text(facts), artefact("env", goEnv(env))]).series.marked;
    expect(marked({}, { GOMEMLIMIT: "220MiB" })).toBeUndefined();
    expect(marked({ markedMiB: 1, stacksMiB: 0.1 }, {})).toBeUndefined();
    expect(marked({ goalMiB: 2 ** 43 }, { GOGC: "off" })).toBeUndefined();
    expect(marked({}, {})).toBeDefined();
  });

  test("metrics beat a log with fewer cycles", () => {
    const samples = Array.from({ length: 8 }, (_, i) =>
      runtimeSample({ timeMs: START + i * 1000, numGC: 20 + i, markedMiB: 55.25 }),
    );
    const { series } = viewOf([
      artefact("gc.log", gctrace(log(4), START)),
      artefact("m.json", metrics(samples)),
    ]);
    expect(series.marked?.value[0]).toBe(55.25 * MiB);
    expect(series.marked?.resolution).toBe(0);
  });
});

describe("native", () => {
  test("RssAnon minus what Go holds, only where both were read within 5 s", () => {
    const { series } = viewOf([
      artefact(
        "m.json",
        metrics(
          [0, 10].map((t) =>
            defaultScrape({ timeMs: START + t * 1000, numGC: 0, markedMiB: 50, objectsMiB: 80 }),
          ),
        ),
      ),
      artefact("a/status", procStatus({ rssMiB: 138, anonMiB: 130 }), START + 1000),
      artefact("b/status", procStatus({ rssMiB: 148, anonMiB: 140 }), START + 60_000),
    ]);
    // 80 objects + 2 unused + 1 free + 1 stacks + 4 metadata + 1.4 buckets.
    expect(Array.from(series.native?.value ?? [], (v) => Math.round(v / MiB))).toEqual([41]);
  });
});

describe.skipIf(corpus("kernel") === undefined)("recorded", () => {
  test.each([
    "v2-emulated/v22-healthy-go1.22.12",
    "v2-emulated/a-healthy",
    "v2-emulated/v27-healthy-go1.27.3",
  ])("%s: NextGC, gctrace and /gc/heap/live agree", (name) => {
    const of = (keep: RegExp) =>
      viewOf(corpusArtefacts(`kernel/${name}`, (n) => keep.test(n)) ?? []).series.marked;
    const fromLog = of(/gctrace\.log$/);
    const fromMetrics = of(/go-app\/(runtime-metrics|heap)\.txt$/);
    const fromGoal = of(/(t1|t2)\/go-app\/heap\.txt$/);
    expect(fromMetrics?.time.length).toBe(2);
    expect(fromGoal?.time.length).toBe(2);
    const logged = new Map(
      Array.from(fromLog?.cycle ?? [], (n, i) => [n, fromLog?.value[i] ?? NaN]),
    );
    let compared = 0;
    for (const s of [fromMetrics, fromGoal]) {
      for (const [i, n] of Array.from(s?.cycle ?? []).entries()) {
        const other = logged.get(n);
        if (other === undefined) continue;
        compared++;
        // Half a MiB of flooring, and the roots that NextGC alone does not tell.
        expect(Math.abs((s?.value[i] ?? NaN) - other) / MiB).toBeLessThanOrEqual(1.1);
      }
    }
    expect(compared).toBeGreaterThanOrEqual(2);
  });
});
