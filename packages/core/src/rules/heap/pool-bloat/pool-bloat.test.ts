import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  buildInfo,
  goroutineDump,
  goroutineProfile,
  heapProfile,
  memStats,
  metrics,
  runtimeSample,
  type Frame,
  type HeapRow,
} from "../../../../test/tables.ts";

const START = 1_700_000_000_000;
const KiB = 1024;
const grow: HeapRow["stack"] = [
  ["bytes.growSlice", "/go/src/bytes/buffer.go", 267],
  ["bytes.(*Buffer).grow", "/go/src/bytes/buffer.go", 169],
  ["app/feed.(*stream).event", "/src/app/feed/stream.go", 32],
  ["app/feed.Follow", "/src/app/feed/stream.go", 46],
];
const waiting: readonly Frame[] = [
  ["runtime.gopark", "/go/src/runtime/proc.go", 398],
  ["time.Sleep", "/go/src/runtime/time.go", 195],
  ["app/feed.Follow", "/src/app/feed/stream.go", 50],
];

interface Moment {
  readonly alive: number;
  readonly made: number;
}

interface Service {
  /** Buffers of 1 MiB, sampled, at three moments. */
  readonly top: readonly Moment[];
  readonly inFlight?: number;
  readonly rps?: number;
  readonly stepsAlive?: number;
  /** Highest goroutine ids of two dumps, at the first and the last moment. */
  readonly ids?: readonly [number, number];
  /** MiB at second t. */
  readonly marked?: (t: number) => number;
}

const watched = (s: Service) => {
  const moments = s.top.map((m, i) => {
    const timeMs = START + i * 30_000;
    const steps = [512, 256, 128].map((k) => ({
      stack: grow,
      size: k * KiB,
      allocs: Math.round(m.made / 2) + 2,
      inuse: s.stepsAlive ?? 0,
    }));
    return [
      artefact(
        `${i}/heap.txt`,
        heapProfile([{ stack: grow, size: 1024 * KiB, allocs: m.made, inuse: m.alive }, ...steps], {
          timeMs,
          memStats: memStats({ timeMs, numGC: 20 + i * 4, markedMiB: m.alive * 1.2 }),
        }),
        timeMs,
      ),
      artefact(
        `${i}/goroutine.txt`,
        { ...goroutineProfile([{ stack: waiting, count: s.inFlight ?? 100 }]), timeMs },
        timeMs,
      ),
    ];
  });
  const dumps = (s.ids ?? []).map((firstId, i) =>
    artefact(
      `${i}/goroutines-all.txt`,
      goroutineDump([{ stack: waiting, count: 100, state: "sleep", firstId }]),
      START + i * 60_000,
    ),
  );
  const marked = s.marked ?? ((t) => 20 + t);
  const rps = s.rps ?? 60;
  const samples = Array.from({ length: 60 }, (_, t) => ({
    ...runtimeSample({
      timeMs: START + t * 1000,
      numGC: 18 + Math.floor(t / 6),
      markedMiB: marked(Math.floor(t / 6) * 6),
    }),
    loadCounters: rps === 0 ? [] : [{ name: "http_requests_total", value: 500 + t * rps }],
  }));
  return judged([
    ...moments.flat(),
    ...dumps,
    artefact("metrics.json", metrics(samples)),
    artefact("buildinfo", buildInfo()),
  ]);
};

const SPREADS: readonly Moment[] = [
  { alive: 17, made: 17 },
  { alive: 45, made: 45 },
  { alive: 64, made: 65 },
];
const SETTLED: readonly Moment[] = [
  { alive: 84, made: 84 },
  { alive: 84, made: 84 },
  { alive: 84, made: 85 },
];

describe("pool-bloat", () => {
  test("positive: more and more of the buffers in use are large, none is freed", () => {
    const answer = watched({ top: SPREADS });
    const v = verdictOf(answer, "pool-bloat");
    expect(v).toMatchObject({ fault: true, confidence: "low" });
    expect(v?.sites[0]).toMatchObject({ file: "/src/app/feed/stream.go", line: 32 });
    expect(v?.alike).toContain("heap-leak");
    expect(v?.for.map((s) => s.id)).toContain("pool-bloat.for-spreads");
  });

  test("settled: whether all of them need it cannot be seen, so it is information", () => {
    const answer = watched({ top: SETTLED, marked: (t) => 90 + Math.sin(t) });
    const v = verdictOf(answer, "pool-bloat");
    expect(v?.fault).toBe(false);
    expect(v?.against.map((s) => s.id)).toContain("pool-bloat.against-need");
    expect(answer.status).not.toBe("fault");
  });

  test("negative: the largest are dropped like the steps before them", () => {
    const answer = watched({
      top: [
        { alive: 40, made: 100 },
        { alive: 42, made: 300 },
        { alive: 41, made: 500 },
      ],
      marked: (t) => 50 + Math.sin(t),
    });
    expect(verdictOf(answer, "pool-bloat")).toBeUndefined();
  });

  test("looks like it: more are alive than requests in flight could hold", () => {
    expect(verdictOf(watched({ top: SPREADS, inFlight: 20 }), "pool-bloat")).toBeUndefined();
  });

  test("looks like it: streams that never end may each need their buffer", () => {
    expect(verdictOf(watched({ top: SPREADS, rps: 2 }), "pool-bloat")).toBeUndefined();
  });

  test("looks like it: the smaller sizes live on as well, so nothing grows through them", () => {
    expect(verdictOf(watched({ top: SPREADS, stepsAlive: 20 }), "pool-bloat")).toBeUndefined();
  });

  test("only the first profile was taken before the load came: no spreading", () => {
    const v = verdictOf(
      watched({ top: [{ alive: 2, made: 2 }, ...SETTLED.slice(1)] }),
      "pool-bloat",
    );
    expect(v?.fault).toBe(false);
  });

  test("without a request counter the numbers of new goroutines tell that requests passed", () => {
    const many = watched({ top: SPREADS, rps: 0, ids: [5000, 9000] });
    expect(verdictOf(many, "pool-bloat")?.fault).toBe(true);
    const few = watched({ top: SPREADS, rps: 0, ids: [5000, 5300] });
    expect(verdictOf(few, "pool-bloat")).toBeUndefined();
  });

  test("nothing tells how many requests passed: it does not speak", () => {
    expect(verdictOf(watched({ top: SPREADS, rps: 0 }), "pool-bloat")).toBeUndefined();
  });
});
