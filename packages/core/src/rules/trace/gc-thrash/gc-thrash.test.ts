import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact, metrics, runtimeSample } from "../../../../test/tables.ts";
import { servedTrace, traceTable, type TraceSpec } from "../../../../test/trace-tables.ts";

const trace = (spec: TraceSpec) => artefact("app.trace", traceTable(spec));
const ID = "gc-thrash";
const thrash = servedTrace({ cycles: 40, everyMs: 30, markMs: 19 });

describe("gc-thrash", () => {
  test("positive: marking 63 % of the time, a quarter of what runs and more", () => {
    const answer = judged([trace(thrash)]);
    const v = verdictOf(answer, ID);
    expect(v).toMatchObject({ fault: true, confidence: "high" });
    expect(v?.headline.params["marking"]).toBeCloseTo(19 / 30, 2);
    expect(v?.sites[0]).toMatchObject({ line: 42 });
    expect(v?.facts.map((s) => s.id)).toContain(`${ID}.trigger`);
  });

  test("negative: a cycle of 10 ms each 100 ms", () => {
    const answer = judged([trace(servedTrace({ cycles: 20 }))]);
    expect(verdictOf(answer, ID)).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain(`${ID}.not`);
  });

  test("positive: short phases, but most of what runs is the collector", () => {
    // Goroutine 10 sleeps but for its assists.
    const spec = servedTrace({ cycles: 40, everyMs: 30, markMs: 12, assistMs: 2 });
    const runs = (spec.runs ?? []).filter((r) => r.g !== 10);
    const assists = (spec.ranges ?? []).filter((r) => r.kind === "assist");
    const only = {
      ...spec,
      runs: [...runs, ...assists.map((r) => ({ g: 10, from: r.from, to: r.to + 1e6, proc: 0 }))],
    };
    const v = verdictOf(judged([trace(only)]), ID);
    expect(v).toMatchObject({ fault: true });
    expect(v?.headline.params["marking"]).toBeLessThan(0.5);
    expect(v?.now[0]?.id).toBe(`${ID}.now`);
  });

  test("goals without room tell of a memory limit", () => {
    const tight = { ...thrash, goals: (thrash.goals ?? []).map((g) => ({ ...g, bytes: 50.5e6 })) };
    const v = verdictOf(judged([trace(tight)]), ID);
    expect(v?.now[0]?.id).toBe(`${ID}.now-limit`);
    expect(v?.facts.map((s) => s.id)).toContain(`${ID}.no-room`);
    expect(verdictOf(judged([trace(thrash)]), ID)?.now[0]?.id).toBe(`${ID}.now`);
  });

  test("looks like it: idle workers mark on a proc that nobody wants", () => {
    const idle = servedTrace({ cycles: 40, everyMs: 30, markMs: 19, worker: "GC (idle)" });
    expect(verdictOf(judged([trace(idle)]), ID)).toBeUndefined();
  });

  test("looks like it: a large heap is marked for long while much else runs", () => {
    const busy = servedTrace({
      cycles: 10,
      everyMs: 100,
      markMs: 60,
      // Six other procs serve requests.
      more: (c) => ({
        runs: Array.from({ length: 6 }, (_, i) => ({
          g: 100 + i,
          from: c * 100e6,
          to: (c + 1) * 100e6,
          proc: 2 + i,
        })),
      }),
    });
    expect(verdictOf(judged([trace({ ...busy, procs: 8 })]), ID)).toBeUndefined();
  });

  test("looks like it: the minimum heap governs, and its rule speaks", () => {
    const START = 1_700_000_000_000;
    const floor = artefact(
      "m.json",
      metrics(
        Array.from({ length: 12 }, (_, i) =>
          runtimeSample({
            timeMs: START + i * 5000,
            numGC: 100 + i * 100,
            markedMiB: 0.4,
            goalMiB: 4,
          }),
        ),
      ),
    );
    expect(verdictOf(judged([trace(thrash), floor]), ID)).toBeUndefined();
  });
});
