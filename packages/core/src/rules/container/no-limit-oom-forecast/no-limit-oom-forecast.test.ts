import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  cgroupV2,
  defaultScrape,
  gctrace,
  goEnv,
  memStats,
  heapProfile,
  metrics,
  procStatus,
  runtimeSample,
} from "../../../../test/tables.ts";

const START = 1_700_000_000_000;

const run = (o: {
  readonly markedMiB: number;
  readonly growMiB?: number;
  readonly memLimitMiB?: number;
  readonly gogc?: number;
  readonly numGC?: number;
  readonly freeMiB?: number;
}) =>
  artefact(
    "metrics.json",
    metrics(
      Array.from({ length: 13 }, (_, i) =>
        runtimeSample(
          {
            timeMs: START + i * 5000,
            numGC: (o.numGC ?? 5) + i,
            markedMiB: o.markedMiB + (o.growMiB ?? 0) * i + Math.sin(i * 7),
            freeMiB: o.freeMiB ?? 1,
            gogc: o.gogc ?? 100,
          },
          undefined,
          o.memLimitMiB === undefined ? {} : { memLimitMiB: o.memLimitMiB },
        ),
      ),
    ),
  );

describe("no-limit-oom-forecast", () => {
  test("positive: 150 MiB live, no GOMEMLIMIT, a container of 256 MiB", () => {
    const answer = judged([
      run({ markedMiB: 150 }),
      ...cgroupV2("c", { anonMiB: 200, maxMiB: 256, peakMiB: 210 }),
    ]);
    const v = verdictOf(answer, "no-limit-oom-forecast");
    expect(v?.confidence).toBe("high");
    expect(v?.now.map((s) => s.id)).toEqual(["no-limit-oom-forecast.now"]);
    expect(v?.now[0]?.params).toMatchObject({ value: expect.stringMatching(/^2[34]\dMiB$/) });
  });

  test("negative: room for the doubled heap", () => {
    const answer = judged([
      run({ markedMiB: 90 }),
      ...cgroupV2("c", { anonMiB: 150, maxMiB: 256 }),
    ]);
    expect(verdictOf(answer, "no-limit-oom-forecast")).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain("no-limit-oom-forecast.not");
  });

  test("looks like it: GOMEMLIMIT below the container's limit holds the goal down", () => {
    const answer = judged([
      run({ markedMiB: 150, memLimitMiB: 230 }),
      ...cgroupV2("c", { anonMiB: 200, maxMiB: 256 }),
    ]);
    expect(verdictOf(answer, "no-limit-oom-forecast")).toBeUndefined();
  });

  test("looks like it: a full page cache is no heap", () => {
    const answer = judged([
      run({ markedMiB: 60 }),
      ...cgroupV2("c", { anonMiB: 110, fileMiB: 140, maxMiB: 256, peakMiB: 256 }),
    ]);
    expect(verdictOf(answer, "no-limit-oom-forecast")).toBeUndefined();
    expect(verdictOf(answer, "page-cache")?.fault).toBe(false);
  });

  test("looks like it: many cycles have peaked below the limit already", () => {
    const answer = judged([
      run({ markedMiB: 125, numGC: 4000 }),
      artefact("status", procStatus({ rssMiB: 230, hwmMiB: 245 }), START + 60_000),
      ...cgroupV2("c", { anonMiB: 222, maxMiB: 256, peakMiB: 250 }, START + 60_000),
    ]);
    expect(verdictOf(answer, "no-limit-oom-forecast")).toBeUndefined();
  });

  test("a history of peaks does not refute it for a heap that grows", () => {
    const answer = judged([
      run({ markedMiB: 100, growMiB: 3, numGC: 4000 }),
      ...cgroupV2("c", { anonMiB: 222, maxMiB: 256, peakMiB: 250 }, START + 60_000),
    ]);
    expect(verdictOf(answer, "no-limit-oom-forecast")).toBeDefined();
  });

  test("GOGC=50 fits where 100 would not; GOGC=400 does not fit where 100 would", () => {
    const of = (markedMiB: number, gogc: number) =>
      verdictOf(
        judged([
          run({ markedMiB, gogc }),
          ...cgroupV2("c", { anonMiB: markedMiB * 1.2, maxMiB: 256, peakMiB: markedMiB * 1.3 }),
        ]),
        "no-limit-oom-forecast",
      );
    expect(of(140, 50)).toBeUndefined();
    expect(of(140, 100)).toBeDefined();
    expect(of(70, 100)).toBeUndefined();
    expect(of(70, 400)).toBeDefined();
  });

  test("GOGC=off without a memory limit: no next peak, and it says nothing", () => {
    const answer = judged([
      run({ markedMiB: 150, gogc: 2 ** 64 }),
      ...cgroupV2("c", { anonMiB: 200, maxMiB: 256 }),
    ]);
    expect(verdictOf(answer, "no-limit-oom-forecast")).toBeUndefined();
  });

  test("what does not fit by itself is another cause, and is not told to set GOMEMLIMIT", () => {
    const answer = judged([
      run({ markedMiB: 235 }),
      ...cgroupV2("c", { anonMiB: 245, maxMiB: 256 }),
    ]);
    expect(verdictOf(answer, "no-limit-oom-forecast")).toBeUndefined();
    const v = verdictOf(answer, "working-set-over-limit");
    expect(v?.fault).toBe(true);
    expect(v?.now.map((s) => s.id)).toEqual(["working-set-over-limit.now"]);
  });

  test("a pod restarted with GOGC=50 in its environment: what is asked of it is its own", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          Array.from({ length: 40 }, (_, i) => ({
            atSec: 10 + i * 3,
            markedMiB: 140 + Math.sin(i),
            goalMiB: 211,
            startMiB: 208,
          })),
          START,
        ),
      ),
      artefact("env", goEnv({ GOGC: "50" })),
      artefact(
        "h.txt",
        heapProfile([], {
          timeMs: START + 130_000,
          memStats: memStats({ timeMs: START + 130_000, numGC: 40, markedMiB: 140, gogc: 50 }),
        }),
      ),
      ...cgroupV2("c", { anonMiB: 215, maxMiB: 256 }),
    ]);
    expect(verdictOf(answer, "no-limit-oom-forecast")).toBeUndefined();
  });

  test("default scrapes of a process that lived before and after a restart", () => {
    const scrape = (i: number, started: number, markedMiB: number) =>
      defaultScrape(
        { timeMs: START + i * 15_000, numGC: 0, markedMiB, totalAllocMiB: 1000 + i },
        { startTimeSec: started, residentBytes: markedMiB * 2 * 2 ** 20 },
      );
    const answer = judged([
      artefact(
        "range.json",
        metrics([
          ...Array.from({ length: 20 }, (_, i) => scrape(i, START / 1000 - 9000, 200)),
          ...Array.from({ length: 20 }, (_, i) => scrape(20 + i, START / 1000 + 300, 60)),
        ]),
      ),
      ...cgroupV2("c", { anonMiB: 120, maxMiB: 256, peakMiB: 130 }),
    ]);
    // What is left of the predecessor in the series must not become the successor's next peak.
    expect(verdictOf(answer, "no-limit-oom-forecast")).toBeUndefined();
  });
});
