import { describe, expect, test } from "vitest";
import { viewOf } from "../../../test/judged.ts";
import { artefact, gctrace, heapProfile, memStats, type HeapRow } from "../../../test/tables.ts";

const START = 1_700_000_000_000;
const at = (name: string, line: number): HeapRow["stack"] => [[name, "/src/app/app.go", line]];
const rows = (n: number): HeapRow[] => [
  { stack: at("app.keep", 3), size: 4096, allocs: n, inuse: n },
  { stack: at("app.load", 9), size: 512, allocs: 40, inuse: 40 },
  { stack: at("app.load", 10), size: 64, allocs: 30, inuse: 30 },
  { stack: at("app.load", 11), size: 96, allocs: 20, inuse: 20 },
];
const text = (n: number, t: number, numGC: number) =>
  artefact(
    `h${t}.txt`,
    heapProfile(rows(n), {
      timeMs: START + t * 1000,
      memStats: memStats({
        timeMs: START + t * 1000,
        numGC,
        markedMiB: 40,
        totalAllocMiB: 1000 + t,
        lastGCMs: START + t * 1000 - 200,
      }),
    }),
  );

describe("comparablePair", () => {
  test("first and last of several; rows aligned by stack and size", () => {
    const pair = viewOf([text(10, 0, 20), text(30, 30, 35), text(50, 60, 50)]).sites?.pair;
    expect(pair?.before.snapshot.artefact.name).toBe("h0.txt");
    expect(pair?.after.snapshot.artefact.name).toBe("h60.txt");
    expect(pair?.cyclesBetween).toBe(30);
    const grown = Array.from(pair?.sizes ?? []).map((size, i) => [
      size,
      (pair?.inuseAfter[i] ?? 0) - (pair?.inuseBefore[i] ?? 0),
    ]);
    expect(grown.filter(([, d]) => d !== 0)).toEqual([[4096, 40]]);
  });

  test("not one count differs: still, whatever the clock says", () => {
    const view = viewOf([text(10, 0, 20), text(10, 60, 20)]);
    expect(view.sites?.pair?.isStill).toBe(true);
    expect(view.sites?.table.totalGrowth).toBeUndefined();
  });

  test("one profile is no pair", () => {
    expect(viewOf([text(10, 0, 20)]).sites?.pair).toBeUndefined();
  });

  test("another sampling rate is another scale", () => {
    const other = { ...heapProfile(rows(50), { timeMs: START + 60_000 }), period: 4096 };
    const view = viewOf([
      artefact("a.txt", heapProfile(rows(10), { timeMs: START })),
      artefact("b.txt", other),
    ]);
    expect(view.sites?.pair).toBeUndefined();
  });

  test("protobufs without MemStats are dated by the log beside them", () => {
    const proto = (n: number, t: number) =>
      artefact(`h${t}.pb.gz`, {
        ...heapProfile(rows(n), { timeMs: START + t * 1000, vdso: 0x7ffe0000 }),
        encoding: "proto" as const,
      });
    const log = gctrace(
      Array.from({ length: 60 }, (_, i) => ({ atSec: 1 + i * 2, markedMiB: 40 })),
      START,
    );
    const pair = viewOf([artefact("gc.log", log), proto(10, 10), proto(50, 90)]).sites?.pair;
    expect(pair?.timeIsOfCycles).toBe(true);
    expect(pair?.cyclesBetween).toBe(40);
    expect(pair?.seconds).toBeCloseTo(80, 3);
  });
});
