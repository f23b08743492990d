import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  defaultScrape,
  heapProfile,
  memStats,
  metrics,
  procStatus,
  type Frame,
  type HeapRow,
} from "../../../../test/tables.ts";

const START = 1_700_000_000_000;

/** Two heap?debug=1 texts a minute apart. */
const texts = (bucketsMiB: number, markedMiB: number, metadataMiB = 4) =>
  [0, 60].map((t) =>
    artefact(
      `heap${t}.txt`,
      heapProfile(
        [{ stack: [["app/x.f", "/src/x.go", 1]], size: 4096, allocs: 100 + t, inuse: 50 }],
        {
          timeMs: START + t * 1000,
          memStats: memStats({
            timeMs: START + t * 1000,
            numGC: 40 + t,
            markedMiB,
            bucketsMiB,
            metadataMiB,
          }),
        },
      ),
    ),
  );

describe("profiler-overhead", () => {
  test("positive: 80 MiB of buckets in a service of 200 MiB", () => {
    const answer = judged(texts(80, 60));
    const v = verdictOf(answer, "profiler-overhead");
    expect(v).toMatchObject({ fault: true, confidence: "high" });
    expect(v?.fix[0]?.params).toMatchObject({ rate: String(512 * 1024) });
  });

  test("the lines whose stacks fill the table", () => {
    const rows = Array.from({ length: 16_384 }, (_, i): HeapRow => ({
      stack: [
        ["app/rules.(*engine).decide", "/src/app/rules.go", 44],
        ...Array.from({ length: 14 }, (_x, bit): Frame => [
          "app/rules.(*engine).walk",
          "/src/app/rules.go",
          60 + bit * 2 + ((i >> bit) & 1),
        ]),
      ],
      size: 24,
      allocs: 5,
      inuse: 0,
    }));
    rows.push({ stack: [["app/x.f", "/src/x.go", 1]], size: 4096, allocs: 100, inuse: 50 });
    const with40 = texts(40, 60);
    const answer = judged([
      ...with40.slice(0, 1),
      artefact(
        "heap60.txt",
        heapProfile(rows, {
          timeMs: START + 60_000,
          memStats: memStats({ timeMs: START + 60_000, numGC: 100, markedMiB: 60, bucketsMiB: 40 }),
        }),
      ),
    ]);
    const v = verdictOf(answer, "profiler-overhead");
    expect(v?.sites).toMatchObject([{ file: "/src/app/rules.go", line: 44, role: "allocates" }]);
    expect(v?.facts[1]?.params).toMatchObject({ count: 16_384 });
  });

  test("a table filled by other profiles than the heap's names no line", () => {
    expect(verdictOf(judged(texts(80, 60)), "profiler-overhead")?.sites).toEqual([]);
  });

  test("negative: the usual 1.5 MiB", () => {
    const answer = judged(texts(1.5, 60));
    expect(verdictOf(answer, "profiler-overhead")).toBeUndefined();
  });

  test("looks like it: 40 MiB of buckets are little in 2 GiB", () => {
    const answer = judged([
      ...texts(40, 900),
      artefact("status", procStatus({ rssMiB: 2000 }), START + 60_000),
    ]);
    expect(verdictOf(answer, "profiler-overhead")).toBeUndefined();
  });

  test("looks like it: large GC metadata are not buckets", () => {
    const answer = judged(texts(1.5, 60, 90));
    expect(verdictOf(answer, "profiler-overhead")).toBeUndefined();
  });

  test("default Prometheus scrapes carry BuckHashSys too", () => {
    const answer = judged([
      artefact(
        "m.prom",
        metrics(
          Array.from({ length: 6 }, (_, i) =>
            defaultScrape({
              timeMs: START + i * 15_000,
              numGC: 0,
              markedMiB: 60,
              bucketsMiB: 80,
              totalAllocMiB: 100 + i,
            }),
          ),
        ),
      ),
    ]);
    expect(verdictOf(answer, "profiler-overhead")?.fault).toBe(true);
  });
});
