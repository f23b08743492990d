import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  defaultScrape,
  heapProfile,
  memStats,
  metrics,
  procStatus,
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
