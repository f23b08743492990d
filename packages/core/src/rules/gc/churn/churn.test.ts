import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  defaultScrape,
  gctrace,
  heapProfile,
  metrics,
  procStat,
  runtimeSample,
  type Cycle,
  type HeapRow,
} from "../../../../test/tables.ts";

import { servedTrace, traceTable } from "../../../../test/trace-tables.ts";

const START = 1_700_000_000_000;

const encode: HeapRow["stack"] = [
  ["bytes.growSlice", "/go/src/bytes/buffer.go", 249],
  ["app/api.encode", "/src/app/api/encode.go", 42],
  ["net/http.HandlerFunc.ServeHTTP", "/go/src/net/http/server.go", 2166],
];

/** A sample every five seconds: `gc` and `user` cores of `procs`, `rate` cycles a second. */
const served = (o: {
  readonly seconds?: number;
  readonly user: number;
  readonly dedicated: number;
  readonly assist?: number;
  readonly idleMark?: number;
  readonly rate: number;
  readonly procs?: number;
  readonly gogc?: number;
  readonly markedMiB?: number;
}) =>
  artefact(
    "metrics.json",
    metrics(
      Array.from({ length: Math.floor((o.seconds ?? 60) / 5) + 1 }, (_, i) => {
        const t = i * 5;
        // Up for an hour before the first look.
        const wall = 3600 + t;
        return runtimeSample(
          {
            timeMs: START + t * 1000,
            numGC: Math.floor(wall * o.rate),
            markedMiB: (o.markedMiB ?? 80) + Math.sin(i * 7),
            gogc: o.gogc ?? 100,
          },
          {
            totalSec: wall * (o.procs ?? 4),
            userSec: wall * o.user,
            dedicatedSec: wall * o.dedicated,
            assistSec: wall * (o.assist ?? 0),
            idleMarkSec: wall * (o.idleMark ?? 0),
          },
        );
      }),
    ),
  );

const profiles = [0, 60].map((t) =>
  artefact(
    `heap${t}.txt`,
    heapProfile(
      [
        { stack: encode, size: 8192, allocs: 4000 + t * 500, inuse: 30 },
        {
          stack: [["app/store.load", "/src/app/store/store.go", 7]],
          size: 65536,
          allocs: 900,
          inuse: 900,
        },
      ],
      { timeMs: START + t * 1000 },
    ),
  ),
);

describe("churn", () => {
  test("positive: GC takes a quarter of the CPU used, one line allocates it all", () => {
    const answer = judged([
      served({ user: 1.5, dedicated: 0.45, assist: 0.06, rate: 6 }),
      ...profiles,
    ]);
    const v = verdictOf(answer, "churn");
    expect(answer.status).toBe("fault");
    expect(v?.confidence).toBe("high");
    expect(v?.sites[0]).toMatchObject({ file: "/src/app/api/encode.go", line: 42 });
    expect(verdictOf(answer, "heap-leak")).toBeUndefined();
  });

  test("negative: 4 % of the CPU used", () => {
    const answer = judged([served({ user: 1.5, dedicated: 0.06, rate: 1 })]);
    expect(verdictOf(answer, "churn")).toBeUndefined();
    expect(answer.status).toBe("no-fault-seen");
    expect(answer.notIt.map((s) => s.id)).toContain("churn.not");
  });

  test("looks like it: idle mark workers take what nobody else wants", () => {
    const answer = judged([served({ user: 1.5, dedicated: 0.06, idleMark: 0.9, rate: 1 })]);
    expect(verdictOf(answer, "churn")).toBeUndefined();
  });

  test("looks like it: an idle service whose forced cycles are most of its little work", () => {
    // A cycle every two minutes, 200 ms of marking; hardly anything else runs.
    const answer = judged([
      served({ seconds: 900, user: 0.002, dedicated: 0.0017, rate: 1 / 120, markedMiB: 400 }),
    ]);
    expect(verdictOf(answer, "churn")).toBeUndefined();
    expect(answer.status).not.toBe("fault");
  });

  test("GOGC=50 by choice costs more, and is churn only when the share says so", () => {
    const calm = judged([served({ user: 2, dedicated: 0.14, rate: 2, gogc: 50 })]);
    expect(verdictOf(calm, "churn")).toBeUndefined();
    const busy = judged([served({ user: 2, dedicated: 0.7, rate: 9, gogc: 50 })]);
    expect(verdictOf(busy, "churn")?.now[0]?.params).toMatchObject({ gogc: 50 });
  });

  test("assists alone: requests do the collector's work", () => {
    const answer = judged([served({ user: 2, dedicated: 0.02, assist: 0.15, rate: 3 })]);
    expect(verdictOf(answer, "churn")?.facts.map((s) => s.id)).toContain("churn.assist");
  });

  const log = (from: number, to: number, workerMs: number): Cycle[] =>
    Array.from({ length: (to - from) * 2 }, (_, i) => ({
      atSec: from + i / 2,
      markedMiB: 80 + Math.sin(i),
      workerNs: workerMs * 1e6,
    }));

  test("gctrace alone: a low share of capacity clears nothing", () => {
    const answer = judged([artefact("gc.log", gctrace(log(10, 70, 40), START))]);
    expect(verdictOf(answer, "churn")).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).not.toContain("churn.not");
    expect(answer.missing.map((m) => m.what)).toContain("cpu");
  });

  test("gctrace alone: a lower bound above the threshold is enough for medium", () => {
    // 2 P: 140 ms of 1 s of capacity between two cycles.
    const answer = judged([artefact("gc.log", gctrace(log(10, 70, 140), START))]);
    const v = verdictOf(answer, "churn");
    expect(v?.confidence).toBe("medium");
    expect(v?.against.map((s) => s.id)).toContain("churn.against-bound");
  });

  test("a log's times are of the wall clock: little above the threshold is only possible", () => {
    // 60 s, a cycle each half second of 70 ms: 8.4 s of GC.
    const judgedOver = (usedSec: number) =>
      judged([
        artefact("gc.log", gctrace(log(10, 130, 70), START)),
        artefact("a/stat", procStat(10), START + 40_000),
        artefact("b/stat", procStat(10 + usedSec), START + 100_000),
      ]);
    const near = verdictOf(judgedOver(70), "churn");
    expect(near?.confidence).toBe("low");
    expect(near?.against.map((s) => s.id)).toContain("churn.against-wall");
    expect(verdictOf(judgedOver(40), "churn")?.confidence).toBe("medium");
  });

  test("looks like it: only start-up was logged", () => {
    const answer = judged([
      artefact(
        "gc.log",
        gctrace(
          Array.from({ length: 25 }, (_, i) => ({
            atSec: 0.05 + i * 0.1,
            markedMiB: 13 + i * 3,
            workerNs: 60e6,
          })),
          START,
        ),
      ),
    ]);
    const v = verdictOf(answer, "churn");
    expect(v === undefined || v.confidence === "low").toBe(true);
  });

  test("start-up in the log, CPU time from later: each share is of its own window", () => {
    // Half a minute of filling caches with long marks, then one calm cycle every five seconds.
    const cycles: Cycle[] = [
      ...log(0, 30, 300),
      ...Array.from({ length: 24 }, (_, i) => ({
        atSec: 31 + i * 5,
        markedMiB: 200,
        workerNs: 30e6,
      })),
    ];
    const answer = judged([
      artefact("gc.log", gctrace(cycles, START)),
      artefact("a/stat", procStat(60), START + 40_000),
      artefact("b/stat", procStat(90), START + 140_000),
    ]);
    expect(verdictOf(answer, "churn")).toBeUndefined();
  });

  const scrapes = () =>
    artefact(
      "m.prom",
      metrics(
        Array.from({ length: 20 }, (_, i) =>
          defaultScrape(
            { timeMs: START + i * 15_000, numGC: 100 + i * 3, markedMiB: 50 + Math.sin(i) },
            { cpuSeconds: 100 + i * 6, startTimeSec: START / 1000 - 3600 },
          ),
        ),
      ),
    );

  test("only default Prometheus scrapes: no GC CPU, so it says what is missing", () => {
    const answer = judged([scrapes()]);
    expect(verdictOf(answer, "churn")).toBeUndefined();
    expect(answer.missing.map((m) => m.what)).toContain("gc-cpu");
  });

  test("an execution trace beside them tells GC CPU: it is not missing", () => {
    const trace = artefact("app.trace", traceTable(servedTrace({ cycles: 20, markMs: 4 })));
    expect(judged([scrapes(), trace]).missing.map((m) => m.what)).not.toContain("gc-cpu");
  });

  test("stops that hold every P still are no churn", () => {
    const log = Array.from({ length: 100 }, (_, i) => ({
      atSec: i,
      markedMiB: 60,
      workerNs: 10e6,
      stopNs: 150e6,
    }));
    const cpu = (t: number) => artefact(`${t}/stat`, procStat(t * 0.9), START + t * 1000);
    const answer = judged([artefact("gc.log", gctrace(log, START)), cpu(20), cpu(90)]);
    expect(verdictOf(answer, "churn")).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain("churn.not");
  });
});
