import { describe, expect, test } from "vitest";
import { artefact, gctrace, heapProfile, ring } from "../../test/tables.ts";
import { link } from "./link.ts";

const START = 1_700_000_000_000;
const ends = [START + 1000, START + 2000, START + 4000, START + 8000];
const row = { stack: [["main.f", "/m.go", 1] as const], size: 64, allocs: 5, inuse: 5 };

const shown = (facts: Parameters<typeof heapProfile>[1]) => {
  const { processes } = link([artefact("heap.txt", heapProfile([row], facts))]);
  const h = processes[0]?.heap[0];
  return { cycle: h?.cycle, endMs: h?.cycleEndMs };
};

describe("which cycle a heap profile shows", () => {
  test("the one before the last finished", () => {
    expect(
      shown({
        memStats: { numGC: 4, numForcedGC: 0, pauseEndMs: ring(ends), lastGCMs: ends[3] ?? 0 },
      }),
    ).toEqual({ cycle: 3, endMs: ends[2] });
  });

  test("the last, when every cycle was forced", () => {
    expect(
      shown({
        memStats: { numGC: 4, numForcedGC: 4, pauseEndMs: ring(ends), lastGCMs: ends[3] ?? 0 },
      }),
    ).toEqual({ cycle: 4, endMs: ends[3] });
  });

  test("everything up to the reply before the second cycle", () => {
    expect(
      shown({
        timeMs: START + 1500,
        memStats: { numGC: 1, pauseEndMs: ring(ends.slice(0, 1)), lastGCMs: ends[0] ?? 0 },
      }),
    ).toEqual({ cycle: undefined, endMs: START + 1500 });
  });

  test("a protobuf without MemStats is dated by a log that covers its reply", () => {
    const log = gctrace(
      [
        { atSec: 1, markedMiB: 1 },
        { atSec: 2, markedMiB: 1 },
        { atSec: 4, markedMiB: 1 },
        { atSec: 8, markedMiB: 1 },
      ],
      START,
    );
    const { processes } = link([
      artefact("heap.pb.gz", heapProfile([row], { timeMs: START + 5000 })),
      artefact("gc.log", log),
    ]);
    expect(processes[0]?.heap[0]).toMatchObject({ cycle: 2, cycleEndMs: START + 2000 });
  });

  test("unknown when no source covers the reply", () => {
    const log = gctrace(
      [
        { atSec: 1, markedMiB: 1 },
        { atSec: 2, markedMiB: 1 },
      ],
      START,
    );
    const { processes } = link([
      artefact("heap.pb.gz", heapProfile([row], { timeMs: START + 60_000 })),
      artefact("gc.log", log),
    ]);
    expect(processes[0]?.heap[0]?.cycle).toBeUndefined();
  });
});
