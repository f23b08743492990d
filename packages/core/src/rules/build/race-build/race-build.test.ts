import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact, buildInfo, metrics, runtimeSample } from "../../../../test/tables.ts";

const service = artefact(
  "m.json",
  metrics(
    Array.from({ length: 12 }, (_, i) =>
      runtimeSample({ timeMs: 1.7e12 + i * 5000, numGC: 50 + i, markedMiB: 50 + Math.sin(i * 7) }),
    ),
  ),
);

describe("race-build", () => {
  test("positive: build info says -race", () => {
    const answer = judged([service, artefact("app", buildInfo({ "-race": "true" }))]);
    expect(verdictOf(answer, "race-build")).toMatchObject({ fault: true, confidence: "medium" });
  });

  test("negative: build info without it", () => {
    const answer = judged([service, artefact("app", buildInfo())]);
    expect(verdictOf(answer, "race-build")).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain("race-build.not");
  });

  test("looks like it: cgo, which -race needs, and -race=false", () => {
    const answer = judged([
      service,
      artefact("app", buildInfo({ CGO_ENABLED: "1", "-race": "false" })),
    ]);
    expect(verdictOf(answer, "race-build")).toBeUndefined();
  });

  test("without build info nothing is said, and it is named", () => {
    const answer = judged([service]);
    expect(answer.notIt.map((s) => s.id)).not.toContain("race-build.not");
    expect(answer.missing.map((m) => m.what)).toContain("build-info");
  });
});
