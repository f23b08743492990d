import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  gctrace,
  goroutineProfile,
  heapProfile,
  metrics,
  type Cycle,
  type HeapRow,
} from "../../../../test/tables.ts";
import { MiB } from "../../../model/units.ts";

const START = 1_700_000_000_000;
/** Deterministic noise in ± 1. */
const wobble = (i: number) => Math.sin(i * 12.9898) * 0.5 + Math.sin(i * 78.233) * 0.5;

const handler: HeapRow["stack"] = [
  ["app/session.(*Store).Add", "/src/app/session/store.go", 88],
  ["app/api.login", "/src/app/api/login.go", 31],
  ["net/http.HandlerFunc.ServeHTTP", "/go/src/net/http/server.go", 2166],
];
const buffer: HeapRow["stack"] = [
  ["bufio.NewReaderSize", "/go/src/bufio/bufio.go", 57],
  ["net/http.(*conn).serve", "/go/src/net/http/server.go", 1933],
];

/** `seconds` of cycles, one every two; live MiB by time. */
const cyclesOf = (seconds: number, live: (t: number) => number): Cycle[] =>
  Array.from({ length: Math.floor(seconds / 2) }, (_, i) => ({
    atSec: 10 + i * 2,
    markedMiB: live(i * 2) + 0.4 * wobble(i),
  }));

const steadyLoad = (seconds: number, rate: (t: number) => number = () => 100) => {
  let total = 0;
  return metrics(
    Array.from({ length: seconds }, (_, t) => {
      total += rate(t);
      return {
        timeMs: START + 10_000 + t * 1000,
        loadCounters: [{ name: "http_requests_total", value: total }],
      };
    }),
  );
};

/** Two profiles: `kept` MiB more at the handler's line, all of it still live. */
const pairOf = (seconds: number, kept: number, freedShare = 0) => {
  const size = 4096;
  const perMiB = MiB / (512 * 1024);
  const before = Math.round(20 * perMiB);
  const born = Math.round((kept / (1 - freedShare)) * perMiB);
  const rows = (extraAlloc: number, extraLive: number): HeapRow[] => [
    { stack: handler, size, allocs: before + extraAlloc, inuse: before + extraLive },
    { stack: buffer, size: 4096, allocs: 400 + extraAlloc, inuse: 6 },
  ];
  return [
    artefact("a.txt", heapProfile(rows(0, 0), { timeMs: START + 10_000 })),
    artefact(
      "b.txt",
      heapProfile(rows(born, Math.round(born * (1 - freedShare))), {
        timeMs: START + 10_000 + seconds * 1000,
      }),
    ),
  ];
};

describe("heap-leak", () => {
  test("positive: a line in the series, one line of code that keeps what it makes", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          cyclesOf(120, (t) => 40 + t * 1.0),
          START,
        ),
      ),
      artefact("m.txt", steadyLoad(120)),
      ...pairOf(120, 120),
    ]);
    const v = verdictOf(answer, "heap-leak");
    expect(answer.status).toBe("fault");
    expect(answer.verdicts[0]?.cause).toBe("heap-leak");
    expect(v?.sites[0]).toMatchObject({
      file: "/src/app/session/store.go",
      line: 88,
      role: "allocates",
    });
    // Two minutes of a line are not told from a filling cache.
    expect(v?.confidence).toBe("low");
    expect(v?.alike).toContain("cache-plateau");
  });

  test("ten minutes, live three times its start, steady load: medium", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          cyclesOf(600, (t) => 40 + t * 0.5),
          START,
        ),
      ),
      artefact("m.txt", steadyLoad(600)),
      ...pairOf(600, 300),
    ]);
    expect(verdictOf(answer, "heap-leak")?.confidence).toBe("medium");
  });

  test("negative: level", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          cyclesOf(120, () => 60),
          START,
        ),
      ),
      artefact("m.txt", steadyLoad(120)),
      ...pairOf(120, 0),
    ]);
    expect(answer.status).toBe("no-fault-seen");
    expect(verdictOf(answer, "heap-leak")).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain("heap-leak.not");
    expect(answer.facts.map((s) => s.id)).toContain("answer.could-have-seen");
  });

  test("looks like it: a cache that filled and levelled off", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          cyclesOf(120, (t) => Math.min(100, 20 + t * 3)),
          START,
        ),
      ),
      artefact("m.txt", steadyLoad(120)),
    ]);
    expect(verdictOf(answer, "heap-leak")).toBeUndefined();
    expect(answer.status).toBe("no-fault-seen");
    expect(verdictOf(answer, "cache-plateau")?.fault).toBe(false);
  });

  test("looks like it: live memory that rises no faster than the load", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          cyclesOf(120, (t) => 30 + t * 0.3),
          START,
        ),
      ),
      artefact(
        "m.txt",
        steadyLoad(120, (t) => 100 + t * 2),
      ),
    ]);
    expect(verdictOf(answer, "heap-leak")).toBeUndefined();
  });

  test("two profiles alone never make more than low", () => {
    const answer = judged(pairOf(120, 200));
    expect(verdictOf(answer, "heap-leak")?.confidence).toBe("low");
  });

  test("growth through a library call is laid at the service's own line", () => {
    const rows = (n: number): HeapRow[] => [
      {
        stack: [
          ["bytes.growSlice", "/go/src/bytes/buffer.go", 249],
          ["bytes.(*Buffer).Write", "/go/src/bytes/buffer.go", 182],
          ["app/ingest.keep", "/src/app/ingest/keep.go", 14],
        ],
        size: 8192,
        allocs: n,
        inuse: n,
      },
    ];
    const answer = judged([
      artefact("a.txt", heapProfile(rows(50), { timeMs: START })),
      artefact("b.txt", heapProfile(rows(500), { timeMs: START + 60_000 })),
    ]);
    expect(verdictOf(answer, "heap-leak")?.sites).toMatchObject([
      { file: "/src/app/ingest/keep.go", line: 14, role: "holds" },
      { file: "/go/src/bytes/buffer.go", line: 249, role: "allocates" },
    ]);
  });

  test("one heap profile is not enough for any cause", () => {
    const answer = judged(pairOf(1, 0).slice(0, 1));
    expect(answer.status).toBe("inconclusive");
    expect(answer.headline.id).toBe("answer.one-profile");
    expect(answer.missing.map((m) => m.what)).toContain("second-heap");
  });

  test("goroutines that leak hold heap: they come first", () => {
    const stack = (n: number) =>
      goroutineProfile([
        {
          stack: [
            ["runtime.gopark", "p.go", 1],
            ["runtime.chansend1", "c.go", 1],
            ["app/work.send", "/src/app/work.go", 9],
            ["app/work.run.func1", "/src/app/work.go", 5],
          ],
          count: n,
        },
      ]);
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          cyclesOf(120, (t) => 40 + t),
          START,
        ),
      ),
      artefact("m.txt", steadyLoad(120)),
      ...pairOf(120, 120),
      ...[0, 40, 80, 120].map((t) =>
        artefact(`g${t}.txt`, { ...stack(100 + t * 10), timeMs: START + 10_000 + t * 1000 }),
      ),
    ]);
    expect(answer.verdicts[0]?.cause).toBe("goroutine-leak");
  });
});
