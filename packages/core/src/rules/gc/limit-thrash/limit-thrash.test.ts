import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  cgroupV2,
  gctrace,
  goEnv,
  metrics,
  runtimeSample,
} from "../../../../test/tables.ts";

const START = 1_700_000_000_000;

const run = (o: {
  readonly markedMiB: number;
  readonly goalMiB?: number;
  readonly limitMiB?: number;
  readonly gcCores: number;
  readonly rate: number;
  readonly gogc?: number;
  readonly limiter?: boolean;
  readonly seconds?: number;
}) =>
  artefact(
    "metrics.json",
    metrics(
      Array.from({ length: Math.floor((o.seconds ?? 60) / 5) + 1 }, (_, i) => {
        const wall = 3600 + i * 5;
        const numGC = Math.floor(wall * o.rate);
        return runtimeSample(
          {
            timeMs: START + i * 5000,
            numGC,
            markedMiB: o.markedMiB + Math.sin(i * 7),
            gogc: o.gogc ?? 100,
            ...(o.goalMiB === undefined ? {} : { goalMiB: o.goalMiB }),
          },
          { totalSec: wall * 4, userSec: wall * 1.2, dedicatedSec: wall * o.gcCores },
          {
            ...(o.limitMiB === undefined ? {} : { memLimitMiB: o.limitMiB }),
            limiterCycle: o.limiter === true ? numGC - 1 : 0,
          },
        );
      }),
    ),
  );

describe("limit-thrash", () => {
  test("positive: the limit holds the goal just above live, half the CPU collects", () => {
    const answer = judged([
      run({ markedMiB: 215, goalMiB: 225, limitMiB: 240, gcCores: 1.4, rate: 12 }),
      ...cgroupV2("c", { anonMiB: 245, maxMiB: 256 }),
    ]);
    expect(answer.verdicts[0]).toMatchObject({ cause: "limit-thrash", confidence: "high" });
    // The same cycles are not two faults.
    expect(verdictOf(answer, "churn")).toBeUndefined();
    expect(verdictOf(answer, "min-heap-regime")).toBeUndefined();
  });

  test("GOGC=off with a limit: the limiter acted", () => {
    const answer = judged([
      run({
        markedMiB: 215,
        goalMiB: 222,
        limitMiB: 240,
        gcCores: 0.35,
        rate: 20,
        gogc: 2 ** 64,
        limiter: true,
      }),
    ]);
    expect(verdictOf(answer, "limit-thrash")?.for.map((s) => s.id)).toContain(
      "limit-thrash.limiter",
    );
  });

  test("negative: a limit far away does not govern", () => {
    const answer = judged([run({ markedMiB: 60, limitMiB: 900, gcCores: 0.05, rate: 0.5 })]);
    expect(verdictOf(answer, "limit-thrash")).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain("limit-thrash.not-governing");
    expect(answer.status).toBe("no-fault-seen");
  });

  test("looks like it: at the limit by design, GOGC=off, and cheap", () => {
    const answer = judged([
      run({ markedMiB: 120, goalMiB: 225, limitMiB: 240, gcCores: 0.05, rate: 1, gogc: 2 ** 64 }),
    ]);
    expect(verdictOf(answer, "limit-thrash")).toBeUndefined();
    expect(answer.status).toBe("no-fault-seen");
  });

  test("looks like it: churn under a limit that does not govern is churn", () => {
    const answer = judged([run({ markedMiB: 60, limitMiB: 900, gcCores: 0.9, rate: 9 })]);
    expect(verdictOf(answer, "limit-thrash")).toBeUndefined();
    expect(verdictOf(answer, "churn")?.confidence).toBe("high");
  });

  test("GOGC=400 set, half of it given by the limit: governed, dear, but only at 25 % a thrash", () => {
    const answer = judged([
      run({ markedMiB: 100, goalMiB: 200, limitMiB: 230, gcCores: 0.2, rate: 2, gogc: 400 }),
    ]);
    expect(verdictOf(answer, "limit-thrash")).toBeUndefined();
  });

  test("only gctrace and the environment: the goals show the limit, the cost is a lower bound", () => {
    const cycles = Array.from({ length: 120 }, (_, i) => ({
      atSec: 10 + i * 0.25,
      markedMiB: 215 + Math.sin(i),
      goalMiB: 224,
      startMiB: 222,
      workerNs: 300e6,
      assistNs: 20e6,
    }));
    const answer = judged([
      artefact("gc.log", gctrace(cycles, START)),
      artefact("env", goEnv({ GOMEMLIMIT: "240MiB" })),
    ]);
    expect(verdictOf(answer, "limit-thrash")?.confidence).toBe("high");
  });
});
