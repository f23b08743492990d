import { describe, expect, test } from "vitest";
import { viewOf } from "../../test/judged.ts";
import { artefact, gctrace, goEnv, metrics, runtimeSample, type Cycle } from "../../test/tables.ts";

/** Cycles as the pacer makes them, roots of 2 MiB included; gctrace floors to whole MiB. */
const paced = (gogc: number, marked: (i: number) => number, cycles = 40): Cycle[] =>
  Array.from({ length: cycles }, (_, i) => {
    const before = marked(Math.max(0, i - 1));
    return {
      atSec: 5 + i * 3,
      markedMiB: marked(i),
      goalMiB: before + (before + 2) * (gogc / 100),
    };
  });
const level = (mib: number) => (i: number) => mib + 0.7 * Math.sin(i * 5);

describe("pacingOf", () => {
  test.each([50, 75, 100, 200, 400])("GOGC=%i is told from goals alone", (gogc) => {
    const { pacing } = viewOf([artefact("gc.log", gctrace(paced(gogc, level(180))))]);
    expect(pacing).toMatchObject({ governs: "gogc", gogcSource: "goals" });
    // Roots of 2 MiB and floors of 1 MiB lie within 4 per cent points of GOGC.
    expect(Math.abs((pacing.gogcPercent ?? NaN) - gogc)).toBeLessThanOrEqual(4 + gogc * 0.02);
  });

  test("a growing heap keeps its GOGC: each goal is compared with the cycle before", () => {
    const { pacing } = viewOf([artefact("gc.log", gctrace(paced(100, (i) => 40 + i * 5)))]);
    expect(pacing.governs).toBe("gogc");
    expect(Math.abs((pacing.gogcPercent ?? NaN) - 100)).toBeLessThanOrEqual(8);
  });

  test("no room above marked, cycle after cycle: a limit governs", () => {
    const cycles = paced(100, level(215)).map((c) => ({ ...c, goalMiB: 222 }));
    const { pacing } = viewOf([artefact("gc.log", gctrace(cycles))]);
    expect(pacing).toMatchObject({ governs: "limit", gogcPercent: undefined });
  });

  test("GOGC known: a goal below what it asks for is the limit's", () => {
    const cycles = paced(100, level(150)).map((c) => ({ ...c, goalMiB: 220 }));
    const { pacing } = viewOf([
      artefact("gc.log", gctrace(cycles)),
      artefact("env", goEnv({ GOGC: "100", GOMEMLIMIT: "240MiB" })),
    ]);
    expect(pacing).toMatchObject({ governs: "limit", gogcPercent: 100, gogcSource: "settings" });
  });

  test("GOMEMLIMIT set and far away: GOGC governs", () => {
    const { pacing } = viewOf([
      artefact("gc.log", gctrace(paced(100, level(60)))),
      artefact("env", goEnv({ GOMEMLIMIT: "2GiB" })),
    ]);
    expect(pacing.governs).toBe("gogc");
  });

  test("1 MiB live: the floor, also with GOGC=400", () => {
    for (const gogc of [100, 400]) {
      const sample = (i: number) =>
        runtimeSample({ timeMs: 1e12 + i * 1e3, numGC: i, markedMiB: 1, stacksMiB: 0.2, gogc });
      const { pacing } = viewOf([
        artefact("m.json", metrics(Array.from({ length: 6 }, (_, i) => sample(i + 1)))),
      ]);
      expect(pacing.governs).toBe("floor");
    }
  });

  test("too little to tell: three small cycles", () => {
    const { pacing } = viewOf([artefact("gc.log", gctrace(paced(100, level(5), 2)))]);
    expect(pacing).toMatchObject({ governs: "unknown", gogcPercent: undefined });
  });
});
