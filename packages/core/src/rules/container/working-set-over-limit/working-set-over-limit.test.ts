import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact, metrics, runtimeSample } from "../../../../test/tables.ts";
import { MiB } from "../../../model/units.ts";

const START = 1_700_000_000_000;
const samples = (live: (i: number) => number) =>
  artefact(
    "m.json",
    metrics(
      Array.from({ length: 20 }, (_, i) =>
        runtimeSample({
          timeMs: START + i * 3000,
          numGC: 100 + i,
          markedMiB: live(i),
          objectsMiB: live(i) * 1.3,
        }),
      ),
    ),
  );
const steady = (mib: number) => (i: number) => mib + 0.3 * Math.sin(i * 7);

describe("working-set-over-limit", () => {
  test("positive: 240 MiB live in a container of 200", () => {
    const answer = judged([samples(steady(240))], 200 * MiB);
    expect(answer.verdicts[0]).toMatchObject({
      cause: "working-set-over-limit",
      confidence: "high",
      fault: true,
    });
  });

  test("negative: fits with its garbage", () => {
    const answer = judged([samples(steady(60))], 200 * MiB);
    expect(verdictOf(answer, "working-set-over-limit")).toBeUndefined();
    expect(answer.status).toBe("no-fault-seen");
  });

  test("looks like it: live fits, its doubling does not", () => {
    const answer = judged([samples(steady(120))], 200 * MiB);
    expect(verdictOf(answer, "working-set-over-limit")).toBeUndefined();
    expect(answer.verdicts[0]?.cause).toBe("no-limit-oom-forecast");
  });

  test("looks like it: a heap that grows into the limit is a leak's case", () => {
    const answer = judged([samples((i) => 80 + i * 8)], 200 * MiB);
    expect(answer.verdicts[0]?.cause).toBe("heap-leak");
    expect(verdictOf(answer, "working-set-over-limit")?.confidence ?? "low").toBe("low");
  });
});
