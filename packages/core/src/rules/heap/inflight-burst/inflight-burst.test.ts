import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import {
  artefact,
  buildInfo,
  goroutineProfile,
  heapProfile,
  memStats,
  metrics,
  runtimeSample,
  type Frame,
  type HeapRow,
} from "../../../../test/tables.ts";
import { MiB } from "../../../model/units.ts";

const START = 1_700_000_000_000;
const handler: HeapRow["stack"] = [
  ["app/convert.layOut", "/src/app/convert/page.go", 22],
  ["app/convert.Serve", "/src/app/convert/serve.go", 42],
  ["net/http.HandlerFunc.ServeHTTP", "/go/src/net/http/server.go", 2286],
];

interface Phase {
  readonly markedMiB: number;
  readonly goroutines: number;
  readonly rps: number;
  readonly rssMiB: number;
}

const LOW: Phase = { markedMiB: 15, goroutines: 50, rps: 15, rssMiB: 40 };
const HIGH: Phase = { markedMiB: 170, goroutines: 300, rps: 180, rssMiB: 340 };
const inBurst = (t: number): boolean => t % 15 >= 10;

/** Two readings and two cycles a second for a minute. */
const watched = (of: (t: number) => Phase, profileMiB = 160) => {
  let requests = 1000;
  const samples = Array.from({ length: 120 }, (_, i) => {
    const p = of(i / 2);
    requests += p.rps / 2;
    return {
      ...runtimeSample(
        { timeMs: START + i * 500, numGC: 20 + i, markedMiB: p.markedMiB + Math.sin(i * 7) },
        undefined,
        { goroutines: p.goroutines },
      ),
      process: { residentBytes: p.rssMiB * MiB },
      loadCounters: p.rps === 0 ? [] : [{ name: "http_requests_total", value: requests }],
    };
  });
  return [
    artefact("metrics.json", metrics(samples)),
    artefact(
      "heap.txt",
      heapProfile(
        [{ stack: handler, size: 96 * 1024, allocs: 4000, inuse: Math.round(profileMiB * 1.82) }],
        {
          timeMs: START + 30_000,
          memStats: memStats({ timeMs: START + 30_000, numGC: 80, markedMiB: profileMiB }),
        },
      ),
      START + 30_000,
    ),
    artefact("buildinfo", buildInfo()),
  ];
};
const phases = (high: Partial<Phase>, low: Partial<Phase> = {}) =>
  watched((t) => (inBurst(t) ? { ...HIGH, ...high } : { ...LOW, ...low }));

describe("inflight-burst", () => {
  test("positive: memory, goroutines and requests go up tenfold together, four times", () => {
    const answer = judged(phases({}));
    const v = verdictOf(answer, "inflight-burst");
    expect(answer.verdicts[0]?.cause).toBe("inflight-burst");
    expect(v).toMatchObject({ fault: true, confidence: "medium" });
    expect(v?.sites[0]).toMatchObject({ file: "/src/app/convert/page.go", line: 22 });
    expect(v?.for.map((s) => s.id)).toContain("inflight-burst.for-load");
  });

  test("no request counter, or no profile at a peak: a lead", () => {
    const uncounted = verdictOf(judged(phases({ rps: 0 }, { rps: 0 })), "inflight-burst");
    expect(uncounted?.confidence).toBe("low");
    expect(uncounted?.against.map((s) => s.id)).toContain("inflight-burst.against-unbounded");
    const unplaced = verdictOf(
      judged(watched((t) => (inBurst(t) ? HIGH : LOW), 12)),
      "inflight-burst",
    );
    expect(unplaced?.confidence).toBe("low");
  });

  test("requests come no faster but stay longer: said, and a lead", () => {
    const v = verdictOf(judged(phases({ rps: 16 }, { rps: 15 })), "inflight-burst");
    expect(v).toMatchObject({ fault: true, confidence: "low" });
    expect(v?.for.map((s) => s.id)).toContain("inflight-burst.for-slow");
  });

  test("negative: the same burst with 32 desks", () => {
    const answer = judged(phases({ markedMiB: 27, rssMiB: 62, goroutines: 160 }));
    expect(verdictOf(answer, "inflight-burst")).toBeUndefined();
    expect(answer.status).toBe("no-fault-seen");
  });

  test("looks like it: a nightly job takes memory, no goroutines come with it", () => {
    const answer = judged(phases({ goroutines: 53, rps: 15 }));
    expect(verdictOf(answer, "inflight-burst")).toBeUndefined();
  });

  test("looks like it: one step up that stays", () => {
    const answer = judged(watched((t) => (t > 25 ? HIGH : LOW)));
    expect(verdictOf(answer, "inflight-burst")).toBeUndefined();
  });

  test("looks like it: memory far below what the requests would bring is bounded", () => {
    const answer = judged(phases({ markedMiB: 90, rssMiB: 200, rps: 600 }));
    const v = verdictOf(answer, "inflight-burst");
    expect(v?.fault).toBe(false);
    expect(v?.against.map((s) => s.id)).toContain("inflight-burst.against-bound");
    expect(answer.status).toBe("no-fault-seen");
  });

  test("memory at six tenths of what the requests would bring: a lead", () => {
    const v = verdictOf(judged(phases({ rps: 280 })), "inflight-burst");
    expect(v).toMatchObject({ fault: true, confidence: "low" });
    expect(v?.against.map((s) => s.id)).toContain("inflight-burst.against-partly");
  });

  test("looks like it: goroutines pile up before a bound while memory stays flat", () => {
    const answer = judged(
      watched((t) =>
        inBurst(t) ? { ...HIGH, goroutines: 250 + ((t % 15) - 10) * 200 } : { ...LOW, rps: 15 },
      ),
    );
    const v = verdictOf(answer, "inflight-burst");
    expect(v?.fault).toBe(false);
    expect(v?.against.map((s) => s.id)).toContain("inflight-burst.against-flat");
  });

  test("looks like it: a queue for a turn is seen in the goroutine profile", () => {
    const queue: readonly Frame[] = [
      ["runtime.gopark", "/go/src/runtime/proc.go", 398],
      ["runtime.chansend1", "/go/src/runtime/chan.go", 145],
      ["app/convert.Serve", "/src/app/convert/serve.go", 36],
    ];
    const timeMs = START + 30_000;
    const answer = judged([
      ...phases({}),
      artefact("g.txt", { ...goroutineProfile([{ stack: queue, count: 120 }]), timeMs }, timeMs),
    ]);
    const v = verdictOf(answer, "inflight-burst");
    expect(v?.fault).toBe(false);
    expect(v?.against.map((s) => s.id)).toContain("inflight-burst.against-queue");
  });

  test("a limit with room for twice the burst makes it information", () => {
    const v = verdictOf(judged(phases({}), 2048 * MiB), "inflight-burst");
    expect(v?.fault).toBe(false);
    expect(verdictOf(judged(phases({}), 400 * MiB), "inflight-burst")?.fault).toBe(true);
  });
});
