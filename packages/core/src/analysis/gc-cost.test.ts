import { describe, expect, test } from "vitest";
import { viewOf } from "../../test/judged.ts";
import {
  artefact,
  cgroupV2,
  gctrace,
  metrics,
  procStat,
  runtimeSample,
  type Cycle,
} from "../../test/tables.ts";

const START = 1_700_000_000_000;
const cycles = (o: {
  readonly from: number;
  readonly to: number;
  readonly workerMs: number;
}): Cycle[] =>
  Array.from({ length: o.to - o.from }, (_, i) => ({
    atSec: o.from + i,
    markedMiB: 60,
    workerNs: o.workerMs * 1e6,
    assistNs: 1e6,
  }));

describe("gcCost", () => {
  test("metrics: idle workers are neither GC cost nor CPU used", () => {
    const sample = (t: number) =>
      runtimeSample(
        { timeMs: START + t * 1000, numGC: 10 + t, markedMiB: 50 },
        { totalSec: 4 * t, userSec: 0.9 * t, dedicatedSec: 0.1 * t, idleMarkSec: 1 * t },
      );
    const { cost } = viewOf([artefact("m.json", metrics([sample(10), sample(70)]))]);
    expect(cost?.source).toBe("metrics");
    expect(cost?.gcShare?.value).toBeCloseTo(0.1, 6);
    expect(cost?.gcCores).toBeCloseTo(0.1, 6);
    expect(cost?.cyclesPerSec?.value).toBeCloseTo(1, 6);
  });

  // Stops of 100 ms a second on four Ps, of which one can have worked at most.
  test("metrics: Ps that stand still use no CPU, and cost the collector one P at most", () => {
    const sample = (t: number) =>
      runtimeSample(
        { timeMs: START + t * 1000, numGC: 10 + t, markedMiB: 50 },
        { totalSec: 4 * t, userSec: 1.9 * t, dedicatedSec: 0.1 * t, pauseSec: 0.4 * t },
      );
    const at = [sample(10), sample(70)];
    const procs = at.map((s) => ({
      ...s,
      scalars: new Map([...(s.scalars ?? []), ["/sched/gomaxprocs:threads", 4]]),
    }));
    for (const samples of [at, procs]) {
      const gc = viewOf([artefact("m.json", metrics(samples))]).cost?.gcShare;
      expect(gc?.value).toBeCloseTo(0.05, 6);
      expect(gc?.lo).toBeLessThan(0.05);
      expect(gc?.hi).toBeGreaterThan(0.1);
      expect(gc?.hi).toBeLessThan(0.11);
    }
  });

  test("metrics: no cycle between two samples, no new CPU numbers", () => {
    const sample = (t: number) =>
      runtimeSample(
        { timeMs: START + t * 1000, numGC: 10, markedMiB: 50 },
        { totalSec: 40, userSec: 9, dedicatedSec: 1 },
      );
    const { cost } = viewOf([artefact("m.json", metrics([sample(10), sample(70)]))]);
    expect(cost?.gcShare).toBeUndefined();
  });

  test("metrics without a cycle give way to a log that has some", () => {
    const sample = (t: number) =>
      runtimeSample(
        { timeMs: START + t * 1000, numGC: 40, markedMiB: 60 },
        { totalSec: 40, userSec: 9, dedicatedSec: 1 },
      );
    const { cost } = viewOf([
      artefact("m.json", metrics([sample(50), sample(51)])),
      artefact("gc.log", gctrace(cycles({ from: 10, to: 50, workerMs: 20 }), START)),
    ]);
    expect(cost?.source).toBe("gctrace");
  });

  test("gctrace alone: the share of capacity is a lower bound", () => {
    const { cost } = viewOf([
      artefact("gc.log", gctrace(cycles({ from: 10, to: 70, workerMs: 99 }), START, 2)),
    ]);
    expect(cost?.gcShare).toMatchObject({ grade: "bound", hi: 1 });
    // 100 ms a second of two cores.
    expect(cost?.gcShare?.value).toBeCloseTo(0.05, 2);
  });

  const withStat = (
    log: readonly Cycle[],
    a: readonly [t: number, cpu: number],
    b: readonly [t: number, cpu: number],
  ) => [
    artefact("gc.log", gctrace(log, START)),
    artefact("a/stat", procStat(a[1]), START + a[0] * 1000),
    artefact("b/stat", procStat(b[1]), START + b[0] * 1000),
  ];

  test("gctrace and stat: share of what was used between the two readings", () => {
    const { cost } = viewOf(
      withStat(cycles({ from: 0, to: 120, workerMs: 99 }), [20, 30], [100, 70]),
    );
    const gc = cost?.gcShare;
    // 80 s × 100 ms of 40 s.
    expect(gc?.grade).not.toBe("bound");
    expect(gc?.lo).toBeLessThan(0.2);
    expect(gc?.hi).toBeGreaterThan(0.2);
    expect((gc?.hi ?? 1) - (gc?.lo ?? 0)).toBeLessThan(0.03);
  });

  test("gctrace: a stop of 200 ms a second on two Ps is no 400 ms of CPU", () => {
    const log = cycles({ from: 0, to: 120, workerMs: 19 });
    const stops = log.map((c) => ({ ...c, stopNs: 200e6 }));
    const shareOf = (of: readonly Cycle[]) =>
      viewOf(withStat(of, [20, 30], [100, 110])).cost?.gcShare;
    // 20 ms of marking a second, one core used.
    expect(shareOf(stops)?.value).toBeCloseTo(0.02, 2);
    expect(shareOf(stops)?.lo).toBe(shareOf(log)?.lo);
    expect(shareOf(stops)?.hi).toBeCloseTo((shareOf(log)?.hi ?? 0) + 0.2, 2);
    const alone = viewOf([artefact("gc.log", gctrace(stops, START))]).cost;
    expect(alone?.gcShare).toMatchObject({ grade: "bound", hi: 1 });
    expect(alone?.gcShare?.value).toBeCloseTo(0.01, 2);
  });

  test("start-up in the log does not count against CPU measured later", () => {
    const log = [
      ...cycles({ from: 0, to: 30, workerMs: 900 }),
      ...cycles({ from: 30, to: 120, workerMs: 19 }),
    ];
    const { cost } = viewOf(withStat(log, [40, 60], [110, 130]));
    expect(cost?.gcShare?.value).toBeCloseTo(0.02, 2);
  });

  test("more GC than CPU: the log counts waiting, so it is a bound again", () => {
    const { cost } = viewOf(
      withStat(cycles({ from: 0, to: 120, workerMs: 99 }), [20, 30], [100, 36]),
    );
    expect(cost?.gcShare?.grade).toBe("bound");
  });

  test("a throttled container: not divided either", () => {
    const throttled = artefact("c/cpu.stat", {
      kind: "cgroup",
      version: 2,
      file: "cpu.stat",
      values: new Map([
        ["nr_periods", 900],
        ["nr_throttled", 400],
      ]),
    });
    const { cost } = viewOf([
      ...withStat(cycles({ from: 0, to: 120, workerMs: 99 }), [20, 30], [100, 70]),
      ...cgroupV2("", { anonMiB: 100 }).map((a) => ({ ...a, name: a.name.replace(/.*\//, "c/") })),
      throttled,
    ]);
    expect(cost?.gcShare?.grade).toBe("bound");
  });

  test("a log that stops before the CPU readings end says nothing of them", () => {
    const { cost } = viewOf(
      withStat(cycles({ from: 0, to: 40, workerMs: 99 }), [20, 30], [100, 70]),
    );
    expect(cost?.gcShare?.grade).toBe("bound");
  });
});
