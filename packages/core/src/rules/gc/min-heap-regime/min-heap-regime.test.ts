import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  gctrace,
  heapProfile,
  metrics,
  runtimeSample,
  type HeapRow,
} from "../../../../test/tables.ts";

const START = 1_700_000_000_000;

const run = (o: {
  readonly markedMiB: number;
  readonly gcCores: number;
  readonly rate: number;
  readonly gogc?: number;
  readonly seconds?: number;
}) =>
  artefact(
    "metrics.json",
    metrics(
      Array.from({ length: Math.floor((o.seconds ?? 60) / 5) + 1 }, (_, i) => {
        const wall = 3600 + i * 5;
        return runtimeSample(
          {
            timeMs: START + i * 5000,
            numGC: Math.floor(wall * o.rate),
            markedMiB: o.markedMiB + 0.05 * Math.sin(i * 7),
            stacksMiB: 0.3,
            gogc: o.gogc ?? 100,
          },
          { totalSec: wall * 4, userSec: wall * 1.2, dedicatedSec: wall * o.gcCores },
        );
      }),
    ),
  );

describe("min-heap-regime", () => {
  test("positive: 1 MiB live, ninety cycles a second, a fifth of the CPU", () => {
    const answer = judged([run({ markedMiB: 1, gcCores: 0.3, rate: 90 })]);
    expect(answer.verdicts[0]).toMatchObject({ cause: "min-heap-regime", confidence: "high" });
    expect(verdictOf(answer, "churn")).toBeUndefined();
  });

  test("the lines that allocate what is collected, those above a tenth of it", () => {
    const line = (at: number): HeapRow["stack"] => [["app/relay.relay", "/src/app/relay.go", at]];
    const profile = (t: number) =>
      artefact(
        `heap${t}.txt`,
        heapProfile(
          [
            { stack: line(18), size: 524_288, allocs: 1000 + t * 40, inuse: 1 },
            { stack: line(19), size: 524_288, allocs: 1000 + t * 50, inuse: 1 },
            { stack: line(30), size: 4096, allocs: 50 + t, inuse: 1 },
          ],
          { timeMs: START + t * 1000 },
        ),
      );
    const answer = judged([run({ markedMiB: 1, gcCores: 0.3, rate: 90 }), profile(0), profile(60)]);
    expect(verdictOf(answer, "min-heap-regime")?.sites).toMatchObject([{ line: 19 }, { line: 18 }]);
  });

  test("at the floor and cheap: information", () => {
    const answer = judged([run({ markedMiB: 1, gcCores: 0.03, rate: 12 })]);
    expect(verdictOf(answer, "min-heap-regime")?.fault).toBe(false);
    expect(answer.status).toBe("no-fault-seen");
  });

  test("negative: a heap above the floor", () => {
    const answer = judged([run({ markedMiB: 40, gcCores: 0.03, rate: 1 })]);
    expect(verdictOf(answer, "min-heap-regime")).toBeUndefined();
  });

  test("looks like it: a small idle service at the floor", () => {
    const answer = judged([run({ markedMiB: 1, gcCores: 0.0005, rate: 1 / 30, seconds: 600 })]);
    expect(verdictOf(answer, "min-heap-regime")).toBeUndefined();
    expect(answer.status).not.toBe("fault");
  });

  test("looks like it: GOGC=400 moved the floor to 16 MiB; 10 MiB live lie under it", () => {
    const answer = judged([run({ markedMiB: 12, gcCores: 0.3, rate: 20, gogc: 400 })]);
    // 12 MiB live with GOGC=400 asks for 60 MiB: not the floor.
    expect(verdictOf(answer, "min-heap-regime")).toBeUndefined();
    expect(verdictOf(answer, "churn")).toBeDefined();
  });

  test("looks like it: a log that ends in the first second of a start", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          Array.from({ length: 12 }, (_, i) => ({
            atSec: 0.01 + i * 0.04,
            markedMiB: 1,
            goalMiB: 4,
            startMiB: 3,
            workerNs: 9e6,
          })),
        ),
      ),
    ]);
    const v = verdictOf(answer, "min-heap-regime");
    expect(v === undefined || !v.fault || v.confidence === "low").toBe(true);
  });
});
