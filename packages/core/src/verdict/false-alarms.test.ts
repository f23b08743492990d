// Healthy services as they are really watched, a few kinds of evidence at a time: none of them is a fault.

import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../test/judged.ts";
import {
  artefact,
  cgroupV2,
  defaultScrape,
  gctrace,
  goEnv,
  heapProfile,
  memStats,
  metrics,
  procStat,
  procStatus,
  runtimeSample,
  type Cycle,
  type HeapRow,
} from "../../test/tables.ts";
import { MiB } from "../model/units.ts";

const START = 1_700_000_000_000;
const wobble = (i: number) => Math.sin(i * 12.9898) * 0.5 + Math.sin(i * 78.233) * 0.5;

const cycles = (n: number, live: (i: number) => number, everySec = 2, from = 30): Cycle[] =>
  Array.from({ length: n }, (_, i) => ({ atSec: from + i * everySec, markedMiB: live(i) }));
const faults = (answer: ReturnType<typeof judged>) =>
  answer.processes.flatMap((p) =>
    p.verdicts.filter((v) => v.fault).map((v) => `${v.cause} ${v.confidence}`),
  );

describe("no fault", () => {
  test("a nightly job: live doubles for a fifth of the window and falls back", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          cycles(200, (i) => (i > 80 && i < 120 ? 160 : 70) + wobble(i)),
          START,
        ),
      ),
    ]);
    expect(faults(answer)).toEqual([]);
  });

  test("a sawtooth of batches", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          cycles(200, (i) => 60 + (i % 25) * 3 + wobble(i)),
          START,
        ),
      ),
    ]);
    expect(faults(answer)).toEqual([]);
  });

  test("a deploy: live steps up with the new load and stays", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          cycles(150, (i) => (i < 60 ? 40 : 75) + wobble(i)),
          START,
        ),
      ),
    ]);
    expect(faults(answer)).toEqual([]);
  });

  test("an idle night: two minutes between cycles, CPU hardly used", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          cycles(30, (i) => 300 + 0.3 * wobble(i), 120).map((c) => ({ ...c, workerNs: 400e6 })),
          START,
        ),
      ),
      artefact("a/stat", procStat(100), START + 60_000),
      artefact("b/stat", procStat(116), START + 3_600_000),
    ]);
    expect(faults(answer)).toEqual([]);
  });

  test("GOGC=400, GOMEMLIMIT far off, a container with room", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          cycles(60, (i) => 50 + wobble(i)).map((c) => ({ ...c, goalMiB: 250, startMiB: 245 })),
          START,
        ),
      ),
      artefact("env", goEnv({ GOGC: "400", GOMEMLIMIT: "900MiB" })),
      ...cgroupV2("c", { anonMiB: 270, fileMiB: 30, maxMiB: 1024, peakMiB: 320 }),
    ]);
    expect(faults(answer)).toEqual([]);
  });

  test("huge pages: RSS steps up when the kernel collapses the heap", () => {
    const answer = judged([
      artefact(
        "m.json",
        metrics(
          Array.from({ length: 25 }, (_, i) =>
            runtimeSample({
              timeMs: START + i * 5000,
              numGC: 40 + i,
              markedMiB: 60 + wobble(i),
              objectsMiB: 90,
              freeMiB: 4,
              releasedMiB: 60,
            }),
          ),
        ),
      ),
      ...Array.from({ length: 25 }, (_, i) =>
        artefact(
          `s${String(i).padStart(2, "0")}/status`,
          procStatus({ rssMiB: (i < 12 ? 112 : 150) + 0.3 * wobble(i) }),
          START + i * 5000,
        ),
      ),
    ]);
    expect(faults(answer).filter((f) => !f.endsWith("low"))).toEqual([]);
  });

  test("only default Prometheus scrapes over a day of tides", () => {
    const answer = judged([
      artefact(
        "range.json",
        metrics(
          Array.from({ length: 288 }, (_, i) =>
            defaultScrape(
              {
                timeMs: START + i * 300_000,
                numGC: 0,
                markedMiB: 120 + 40 * Math.sin((i / 144) * Math.PI) + 3 * wobble(i),
                totalAllocMiB: 1000 * i,
              },
              { cpuSeconds: 100 * i, residentBytes: 350 * MiB, startTimeSec: START / 1000 - 1e5 },
            ),
          ),
        ),
      ),
    ]);
    expect(faults(answer)).toEqual([]);
  });

  const rows = (scale: number): HeapRow[] => [
    {
      stack: [["app/api.serve", "/src/app/api.go", 20]],
      size: 2048,
      allocs: 500 * scale,
      inuse: 30,
    },
    { stack: [["app/cache.fill", "/src/app/cache.go", 8]], size: 65536, allocs: 700, inuse: 700 },
    { stack: [["app/cfg.load", "/src/app/cfg.go", 8]], size: 512, allocs: 9, inuse: 9 },
    { stack: [["app/cfg.parse", "/src/app/cfg.go", 80]], size: 128, allocs: 7, inuse: 7 },
  ];
  const text = (name: string, scale: number, t: number, vdso?: number) =>
    artefact(
      name,
      heapProfile(rows(scale), {
        timeMs: START + t * 1000,
        ...(vdso === undefined ? {} : { vdso }),
        memStats: memStats({
          timeMs: START + t * 1000,
          numGC: 20 + t,
          markedMiB: 55,
          totalAllocMiB: 900 + t * 30,
        }),
      }),
    );

  test("only two debug=1 texts of a level service", () => {
    const answer = judged([text("a.txt", 1, 0), text("b.txt", 3, 60)]);
    expect(faults(answer)).toEqual([]);
    expect(answer.status).toBe("no-fault-seen");
  });

  test("several processes in one folder: judged apart, a small replica beside a large one", () => {
    const big = heapProfile(
      rows(9).map((r) => ({ ...r, inuse: r.inuse * 4, allocs: r.allocs * 4 + 1 })),
      { timeMs: START + 60_000, vdso: 0x7ffd2000 },
    );
    const answer = judged([text("one/a.txt", 1, 0, 0x7ffd1000), artefact("two/b.txt", big)]);
    expect(answer.processes).toHaveLength(2);
    expect(faults(answer)).toEqual([]);
    expect(verdictOf(answer, "heap-leak")).toBeUndefined();
  });

  test("unknown GOGC: default scrapes of a service with GOGC=400 do not promise an OOM", () => {
    const answer = judged([
      artefact(
        "range.json",
        metrics(
          Array.from({ length: 40 }, (_, i) =>
            defaultScrape(
              {
                timeMs: START + i * 15_000,
                numGC: 0,
                markedMiB: 40 + wobble(i),
                gogc: 400,
                // Somewhere between two cycles.
                objectsMiB: 45 + ((i * 37) % 150),
                totalAllocMiB: 1000 * i,
              },
              { startTimeSec: START / 1000 - 1e5 },
            ),
          ),
        ),
      ),
      ...cgroupV2("c", { anonMiB: 215, maxMiB: 256, peakMiB: 220 }),
    ]);
    // Live is no more than what is allocated: 100 MiB cannot be live when 45 are.
    const live = answer.ledgers[0]?.parts.find((x) => x.part === "live")?.bytes;
    expect(live === undefined || live.lo / MiB < 60).toBe(true);
  });
});
