// Real traces through the real reader to the verdict, and mutator utilisation against what Go 1.19's own
// parser said of old traces.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import { judged, verdictOf, viewOf } from "../../../test/judged.ts";
import { bytesOf, readAll } from "../../../test/reading.ts";
import { artefact, heapProfile } from "../../../test/tables.ts";
import { serve, servedTrace, traceTable } from "../../../test/trace-tables.ts";
import type { EvidenceTable } from "../../model/tables/table.ts";
import { traceFormat } from "../../formats/trace/trace.ts";
import { Integrated, minimumUtilisation } from "./mmu.ts";
import { analyzeTrace } from "./trace-analysis.ts";
import { COUNT_ASSIST, COUNT_BACKGROUND, COUNT_STW, systemUtilisation } from "./utilisation.ts";

function recorded(name: string): EvidenceTable {
  const path = new URL(`../../../test/fixtures/trace-analysis/${name}.trace`, import.meta.url);
  return readAll(traceFormat, new Uint8Array(readFileSync(path)), name).table;
}

describe("a recorded trace takes part in the answer", () => {
  it("MemStats on every request: the line, the rate, the reason", () => {
    const answer = judged([artefact("app.trace", recorded("user-stw-faulty"))]);
    const v = verdictOf(answer, "user-stw");
    expect(answer.status).toBe("fault");
    expect(v).toMatchObject({ confidence: "high", fault: true });
    expect(v?.headline.params).toMatchObject({ reason: "read mem stats" });
    expect(v?.sites[0]?.file).toMatch(/user-stw-admission\/faulty\/main\.go$/);
    expect(v?.sites[0]?.line).toBe(19);
  });

  it("its healthy twin raises nothing", () => {
    const answer = judged([artefact("app.trace", recorded("user-stw-healthy"))]);
    expect(answer.verdicts).toEqual([]);
  });

  it("has a clock of its own since Go 1.25", () => {
    const clock = viewOf([artefact("app.trace", recorded("user-stw-faulty"))]).trace?.clock;
    expect(clock?.source).toBe("snapshot");
    // Two readings of one machine's clocks, seconds apart.
    expect(clock?.skewMs).toBeLessThan(50);
    expect(new Date(clock?.wallMsAtZero ?? NaN).getUTCFullYear()).toBeGreaterThan(2024);
  });
});

it("sites of the profile say their share of the assist time", () => {
  const profile = heapProfile(
    [
      { stack: serve.slice(1), size: 4096, allocs: 500, inuse: 300 },
      {
        stack: [["app/store.load", "/src/app/store.go", 7]],
        size: 65536,
        allocs: 900,
        inuse: 900,
      },
    ],
    { timeMs: 1_700_000_000_000 },
  );
  const view = viewOf([
    artefact("heap.txt", profile),
    artefact("app.trace", traceTable(servedTrace({ cycles: 3, assistMs: 2 }))),
  ]);
  const shares = view.sites?.table.sites.map((s) => [s.function, s.assistShare?.value]);
  expect(shares).toContainEqual(["app/api.encode", 1]);
  expect(shares).toContainEqual(["app/store.load", 0]);
  const without = viewOf([artefact("heap.txt", profile)]);
  expect(without.sites?.table.sites[0]).not.toHaveProperty("assistShare");
});

describe("traces of the old format", () => {
  const folder = corpus("go-trace/go-1.19-canned");
  for (const name of ["http_1_19_good", "stress_1_11_good"]) {
    it.skipIf(folder === undefined)(`${name}: minimum mutator utilisation`, () => {
      const facts: Record<
        string,
        {
          readonly mmu_by_window_ns?: Record<string, number>;
          readonly mmu_stw_only_by_window_ns?: Record<string, number>;
          readonly gc_count?: number;
        }
      > = JSON.parse(readFileSync(`${folder ?? ""}/facts.json`, "utf8"));
      const { table } = readAll(traceFormat, bytesOf(`${folder ?? ""}/${name}`), name);
      const a = table.kind === "trace" ? analyzeTrace(table) : undefined;
      if (a === undefined) throw new Error("the events were not read");
      expect(a.cycles.length).toBe(facts[name]?.gc_count);
      const length = a.memory.endNs - a.memory.startNs;
      const lowest = (count: number, windowNs: number): number => {
        const steps = systemUtilisation(a.memory, a.work, count);
        return minimumUtilisation(steps === undefined ? [] : [new Integrated(steps)], windowNs);
      };
      for (const [window, mmu] of Object.entries(facts[name]?.mmu_stw_only_by_window_ns ?? {}))
        expect(lowest(COUNT_STW, Number(window)), window).toBeCloseTo(
          mmu,
          Number(window) < length ? 9 : 3,
        );
      // Go's parser counts a mark worker until its first stop only: one that goes on after a preemption
      // has no label then (Go 1.17 internal/trace/gc.go, bgMark). Here it counts on.
      for (const [window, mmu] of Object.entries(facts[name]?.mmu_by_window_ns ?? {})) {
        const found = lowest(COUNT_STW | COUNT_BACKGROUND | COUNT_ASSIST, Number(window));
        expect(found, window).toBeLessThanOrEqual(mmu + 5e-4);
        expect(found, window).toBeGreaterThan(mmu - 0.01);
      }
    });
  }
});
