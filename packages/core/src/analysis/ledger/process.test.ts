import { describe, expect, test } from "vitest";
import { viewOf } from "../../../test/judged.ts";
import {
  artefact,
  defaultScrape,
  heapProfile,
  memStats,
  metrics,
  procStatus,
  runtimeSample,
} from "../../../test/tables.ts";
import { MiB } from "../../model/units.ts";

const START = 1_700_000_000_000;
const STATE = { numGC: 9, markedMiB: 60, objectsMiB: 90, freeMiB: 10, stacksMiB: 2 } as const;

const mib = (view: ReturnType<typeof viewOf>, part: string) => {
  const bytes = view.processLedger?.parts.find((x) => x.part === part)?.bytes;
  return bytes === undefined ? undefined : Math.round((bytes.value / MiB) * 10) / 10;
};

describe("processLedger", () => {
  test("status and metrics: parts sum to RSS, native is what Go does not account for", () => {
    const view = viewOf([
      artefact("m.json", metrics([runtimeSample({ timeMs: START, ...STATE })])),
      artefact("status", procStatus({ rssMiB: 160, anonMiB: 150, fileMiB: 10 }), START),
    ]);
    // 150 − (90 + 2 + 10 + 2) heap − 5.4 metadata.
    expect(mib(view, "native")).toBe(40.6);
    expect(mib(view, "live")).toBe(60);
    expect(mib(view, "since-gc")).toBe(30);
    const sum = view.processLedger?.parts.reduce((s, x) => s + (x.bytes?.value ?? 0), 0);
    expect(sum).toBeCloseTo(160 * MiB, -1);
  });

  test("memory that was mapped and never touched is no part, but told beside", () => {
    const view = viewOf([
      artefact("m.json", metrics([runtimeSample({ timeMs: START, ...STATE, freeMiB: 200 })])),
      artefact("status", procStatus({ rssMiB: 120, anonMiB: 112, fileMiB: 8 }), START),
    ]);
    expect(mib(view, "native")).toBeGreaterThanOrEqual(0);
    expect(mib(view, "free")).toBeLessThan(30);
    expect(view.processLedger?.beside.map((x) => x.part)).toContain("free");
    for (const part of view.processLedger?.parts ?? [])
      if (part.part !== "unexplained") expect(part.bytes?.value ?? 0).toBeGreaterThanOrEqual(0);
  });

  test("a sample without a clock still has its live heap", () => {
    const { timeMs: _timeMs, ...undated } = runtimeSample({ timeMs: START, ...STATE });
    const table = metrics([{ ...undated, timeMs: START }]);
    const view = viewOf([
      artefact("m.json", {
        ...table,
        samples: table.samples.map((s) => ({ ...s, timeMs: undefined })),
      }),
    ]);
    expect(mib(view, "live")).toBe(60);
    expect(view.forecast.nextPeak?.value).toBeGreaterThan(120 * MiB);
  });

  test("without the kernel's view: no total, what Go mapped, and why the rest is unknown", () => {
    const view = viewOf([
      artefact(
        "h.txt",
        heapProfile([], {
          timeMs: START,
          memStats: memStats({ timeMs: START, ...STATE, maxRssMiB: 170 }),
        }),
      ),
    ]);
    expect(view.processLedger?.total).toBeUndefined();
    expect(view.processLedger?.peakSeen?.value).toBe(170 * MiB);
    expect(view.processLedger?.parts.find((x) => x.part === "native")?.unknown).toBeDefined();
    expect(mib(view, "free")).toBe(10);
  });

  test("default scrapes: RSS without a split of anonymous and file leaves native unknown", () => {
    const view = viewOf([
      artefact(
        "m.prom",
        metrics([defaultScrape({ timeMs: START, ...STATE }, { residentBytes: 160 * MiB })]),
      ),
    ]);
    expect(view.processLedger?.total?.value).toBe(160 * MiB);
    expect(mib(view, "native")).toBeUndefined();
    expect(mib(view, "unexplained")).toBeUndefined();
  });

  test("readings far apart in time are said to be", () => {
    const view = viewOf([
      artefact("m.json", metrics([runtimeSample({ timeMs: START, ...STATE })])),
      artefact("status", procStatus({ rssMiB: 160 }), START + 30_000),
      artefact("x/status", procStatus({ rssMiB: 160 }), START + 29_000),
    ]);
    expect(view.processLedger?.skewSec).toBe(30);
    expect(view.processLedger?.notes.map((s) => s.id)).toContain("ledger.skew");
  });
});
