import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact, cgroupV2, metrics, runtimeSample } from "../../../../test/tables.ts";

const START = 1_700_000_000_000;
const service = artefact(
  "m.json",
  metrics(
    Array.from({ length: 12 }, (_, i) =>
      runtimeSample({ timeMs: START + i * 5000, numGC: 50 + i, markedMiB: 50 + Math.sin(i * 7) }),
    ),
  ),
);

describe("page-cache", () => {
  test("positive: the charge is at its limit and more than half of it is files", () => {
    const answer = judged([
      service,
      ...cgroupV2("c", { anonMiB: 104, fileMiB: 148, maxMiB: 256, peakMiB: 256 }),
    ]);
    const v = verdictOf(answer, "page-cache");
    expect(v).toMatchObject({ fault: false, confidence: "high" });
    expect(answer.status).toBe("no-fault-seen");
  });

  test("negative: the program's own file pages", () => {
    const answer = judged([service, ...cgroupV2("c", { anonMiB: 104, fileMiB: 9, maxMiB: 256 })]);
    expect(verdictOf(answer, "page-cache")).toBeUndefined();
  });

  test("looks like it: shared memory is in memory.stat's `file` too and is never taken back", () => {
    const answer = judged([
      service,
      ...cgroupV2("c", { anonMiB: 104, fileMiB: 8, shmemMiB: 130, maxMiB: 256 }),
    ]);
    expect(verdictOf(answer, "page-cache")).toBeUndefined();
    const container = answer.ledgers.find((l) => l.of === "container");
    expect(container?.parts.find((x) => x.part === "shmem")?.bytes?.value).toBe(130 * 2 ** 20);
  });

  test("far below the limit it is not worth saying", () => {
    const answer = judged([
      service,
      ...cgroupV2("c", { anonMiB: 104, fileMiB: 148, maxMiB: 4096 }),
    ]);
    expect(verdictOf(answer, "page-cache")).toBeUndefined();
  });
});
