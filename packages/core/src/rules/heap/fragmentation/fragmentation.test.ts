import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  heapProfile,
  memStats,
  metrics,
  runtimeSample,
  type HeapRow,
} from "../../../../test/tables.ts";

const START = 1_700_000_000_000;
const index: HeapRow["stack"] = [["app/index.(*Tree).insert", "/src/app/index/tree.go", 61]];

/** A reading every five seconds, three cycles between two. */
const watched = (
  readings: number,
  of: (i: number) => { readonly markedMiB: number; readonly unusedMiB: number },
  step = 3,
) =>
  artefact(
    "m.json",
    metrics(
      Array.from({ length: readings }, (_, i) =>
        runtimeSample({ timeMs: START + i * 5000, numGC: 50 + i * step, ...of(i) }),
      ),
    ),
  );

describe("fragmentation", () => {
  test("positive: two thirds of the spans in use are free slots, reading after reading", () => {
    const answer = judged([
      watched(12, (i) => ({ markedMiB: 80 + Math.sin(i * 7), unusedMiB: 260 })),
      artefact(
        "heap.txt",
        heapProfile([{ stack: index, size: 128, allocs: 90_000, inuse: 6000 }], {
          timeMs: START + 50_000,
        }),
      ),
    ]);
    const v = verdictOf(answer, "fragmentation");
    expect(v?.confidence).toBe("medium");
    expect(v?.sites[0]).toMatchObject({ file: "/src/app/index/tree.go", role: "holds" });
  });

  test("negative: spans are full", () => {
    const answer = judged([
      watched(12, (i) => ({ markedMiB: 300 + Math.sin(i * 7), unusedMiB: 20 })),
    ]);
    expect(verdictOf(answer, "fragmentation")).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain("fragmentation.not");
  });

  test("looks like it: a small heap is mostly unused slots", () => {
    const answer = judged([
      watched(12, (i) => ({ markedMiB: 3 + 0.1 * Math.sin(i), unusedMiB: 9 })),
    ]);
    expect(verdictOf(answer, "fragmentation")).toBeUndefined();
  });

  test("looks like it: a burst that ended a cycle ago is a lead at most", () => {
    const answer = judged([
      watched(12, (i) =>
        i < 11 ? { markedMiB: 300, unusedMiB: 20 } : { markedMiB: 60, unusedMiB: 240 },
      ),
    ]);
    const v = verdictOf(answer, "fragmentation");
    expect(v?.confidence).toBe("low");
    expect(v?.against.map((s) => s.id)).toContain("fragmentation.against-once");
  });

  test("looks like it: three looks within one cycle are one look", () => {
    const answer = judged([
      watched(
        4,
        (i) => (i === 0 ? { markedMiB: 300, unusedMiB: 20 } : { markedMiB: 60, unusedMiB: 240 }),
        0,
      ),
    ]);
    expect(verdictOf(answer, "fragmentation")?.confidence).toBe("low");
  });

  test("only two debug=1 texts: low", () => {
    const answer = judged(
      [0, 60].map((t) =>
        artefact(
          `heap${t}.txt`,
          heapProfile([{ stack: index, size: 128, allocs: 900 + t, inuse: 600 }], {
            timeMs: START + t * 1000,
            memStats: memStats({
              timeMs: START + t * 1000,
              numGC: 40 + t,
              markedMiB: 60,
              unusedMiB: 240,
            }),
          }),
        ),
      ),
    );
    expect(verdictOf(answer, "fragmentation")?.confidence).toBe("low");
  });
});
