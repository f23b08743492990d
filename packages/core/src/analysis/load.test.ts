import { describe, expect, test } from "vitest";
import { viewOf } from "../../test/judged.ts";
import { artefact, gctrace, metrics, runtimeSample } from "../../test/tables.ts";

const START = 1_700_000_000_000;
const counted = (rates: Record<string, (t: number) => number>, seconds = 60) => {
  const totals = new Map<string, number>();
  return artefact(
    "m.json",
    metrics(
      Array.from({ length: seconds }, (_, t) => ({
        ...runtimeSample({
          timeMs: START + t * 1000,
          numGC: t,
          markedMiB: 50,
          totalAllocMiB: t * 20,
        }),
        loadCounters: Object.entries(rates).map(([name, of]) => {
          totals.set(name, (totals.get(name) ?? 1000) + of(t));
          return { name, value: totals.get(name) ?? 0 };
        }),
      })),
    ),
  );
};

describe("loadOf", () => {
  test("the busiest counter, steady", () => {
    const { load } = viewOf([
      counted({ http_requests_total: () => 100, cron_runs_total: (t) => (t % 30 === 0 ? 1 : 0) }),
    ]);
    expect(load).toMatchObject({
      source: "requests",
      counter: "http_requests_total",
      steady: true,
    });
    expect(load.rate?.value).toBeCloseTo(100, 6);
    expect(load.drift).toBeCloseTo(1, 6);
  });

  test("a counter that only the look itself moves is none", () => {
    const { load } = viewOf([counted({ promhttp_metric_handler_requests_total: () => 1 })]);
    expect(load.source).toBe("allocations");
    expect(load.rate?.unit).toBe("bytes/s");
  });

  test("a ramp is not steady and drifts", () => {
    const { load } = viewOf([counted({ http_requests_total: (t) => 50 + t * 3 })]);
    expect(load.steady).toBe(false);
    expect(load.drift).toBeGreaterThan(1.5);
  });

  test("from gctrace alone: allocation between cycles", () => {
    const { load } = viewOf([
      artefact(
        "gc.log",
        gctrace(
          Array.from({ length: 60 }, (_, i) => ({ atSec: 5 + i * 2, markedMiB: 50, startMiB: 90 })),
        ),
      ),
    ]);
    expect(load).toMatchObject({ source: "allocations", steady: true });
    expect((load.rate?.value ?? 0) / 2 ** 20).toBeCloseTo(20, 0);
  });

  test("nothing that counts", () => {
    const { load } = viewOf([artefact("gc.log", gctrace([{ atSec: 1, markedMiB: 4 }]))]);
    expect(load).toMatchObject({ source: "none", rate: undefined, steady: undefined });
  });
});
