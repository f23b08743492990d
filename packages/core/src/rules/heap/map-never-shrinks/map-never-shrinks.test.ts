import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  buildInfo,
  heapProfile,
  memStats,
  metrics,
  runtimeSample,
  type HeapRow,
} from "../../../../test/tables.ts";

const START = 1_700_000_000_000;
const MiB = 1024 * 1024;
const count: HeapRow["stack"] = [
  ["app/guard.(*Guard).Count", "/src/app/guard/guard.go", 35],
  ["app/guard.(*Guard).Load", "/src/app/guard/guard.go", 61],
];
const key: HeapRow["stack"] = [
  ["app/guard.keyOf", "/src/app/guard/guard.go", 20],
  ["app/guard.(*Guard).Count", "/src/app/guard/guard.go", 33],
  ["app/guard.(*Guard).Load", "/src/app/guard/guard.go", 61],
];
/** A map's table since Go 1.24: 2n + 1 made, n + 1 alive. */
const SPLIT: HeapRow = { stack: count, size: 65_536, allocs: 248, inuse: 123 };

const watched = (
  before: readonly HeapRow[],
  after: readonly HeapRow[],
  goVersion = "go1.26.8",
  markedMiB = 130,
) => {
  const profiles = [before, after].map((rows, i) => {
    const timeMs = START + i * 60_000;
    return artefact(
      `${i}/heap.txt`,
      heapProfile(rows, { timeMs, memStats: memStats({ timeMs, numGC: 20 + i * 10, markedMiB }) }),
      timeMs,
    );
  });
  const samples = Array.from({ length: 61 }, (_, t) =>
    runtimeSample({
      timeMs: START + t * 1000,
      numGC: 20 + Math.floor(t / 6),
      markedMiB: markedMiB + 0.1 * Math.sin(Math.floor(t / 6)),
    }),
  );
  return judged([
    ...profiles,
    artefact("metrics.json", metrics(samples)),
    artefact("buildinfo", { ...buildInfo(), goVersion }),
  ]);
};
const still = (rows: readonly HeapRow[], goVersion?: string, markedMiB?: number) =>
  watched(
    [...rows, { stack: key, size: 4096, allocs: 3, inuse: 0 }],
    [...rows, { stack: key, size: 4096, allocs: 9, inuse: 0 }],
    goVersion,
    markedMiB,
  );

describe("map-never-shrinks", () => {
  test("positive: half of the blocks of one size are alive, and nothing is made any more", () => {
    const answer = still([SPLIT]);
    const v = verdictOf(answer, "map-never-shrinks");
    expect(v).toMatchObject({ fault: false, confidence: "low" });
    expect(v?.sites[0]).toMatchObject({ file: "/src/app/guard/guard.go", line: 35 });
    expect(answer.status).toBe("no-fault-seen");
    expect(answer.worthKnowing.map((s) => s.id)).toContain("map-never-shrinks.headline");
  });

  test("what the same function made beside it is gone, or is not", () => {
    const gone = still([SPLIT, { stack: key, size: 48, allocs: 140, inuse: 2 }]);
    expect(verdictOf(gone, "map-never-shrinks")?.for.map((s) => s.id)).toEqual([
      "map-never-shrinks.for-entries",
    ]);
    const there = still([SPLIT, { stack: key, size: 48, allocs: 140, inuse: 138 }]);
    expect(verdictOf(there, "map-never-shrinks")?.against.map((s) => s.id)).toContain(
      "map-never-shrinks.against-entries",
    );
  });

  test("negative: all blocks ever made are alive", () => {
    expect(verdictOf(still([{ ...SPLIT, allocs: 124 }]), "map-never-shrinks")).toBeUndefined();
  });

  test("looks like it: it still grows, so it is no table left over", () => {
    const answer = watched([SPLIT], [{ ...SPLIT, allocs: 300, inuse: 150 }]);
    expect(verdictOf(answer, "map-never-shrinks")).toBeUndefined();
  });

  test("looks like it: buffers of a library that halve and double", () => {
    const answer = still([
      {
        ...SPLIT,
        stack: [["bytes.growSlice", "/go/src/bytes/buffer.go", 267], ...count],
      },
    ]);
    expect(verdictOf(answer, "map-never-shrinks")).toBeUndefined();
  });

  const doubled = (ratio: number): HeapRow[] =>
    [1, 1, 1, 1, 1].map((_, i) => ({
      stack: count,
      size: Math.round((128 * MiB) / ratio ** i),
      allocs: 1,
      inuse: i === 0 ? 1 : 0,
    }));

  test("before Go 1.24: one array after dead ones of a half, a quarter, an eighth", () => {
    const v = verdictOf(still(doubled(2), "go1.22.12"), "map-never-shrinks");
    expect(v?.facts.map((s) => s.id)).toContain("map-never-shrinks.doubled");
  });

  test("looks like it: append grows a slice by a quarter", () => {
    expect(verdictOf(still(doubled(1.25), "go1.22.12"), "map-never-shrinks")).toBeUndefined();
  });

  test("since Go 1.24 no map is one array", () => {
    expect(verdictOf(still(doubled(2)), "map-never-shrinks")).toBeUndefined();
  });
});
