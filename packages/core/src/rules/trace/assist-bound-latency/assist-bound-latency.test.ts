import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact } from "../../../../test/tables.ts";
import {
  MS,
  serve,
  servedTrace,
  traceTable,
  US,
  type TraceSpec,
} from "../../../../test/trace-tables.ts";

const answerOf = (spec: TraceSpec) => judged([artefact("app.trace", traceTable(spec))]);
const ID = "assist-bound-latency";

/** Each cycle a handful of assists instead of one. */
const many = (assistUs: number, parkedUs: number, each = 12) =>
  servedTrace({
    cycles: 20,
    more: (_c, t) => ({
      ranges: Array.from({ length: each }, (_, i) => ({
        kind: "assist" as const,
        from: t + 200 * US + i * 600 * US,
        to: t + 200 * US + i * 600 * US + (assistUs + parkedUs) * US,
        g: 10,
        proc: 0,
        stack: serve,
      })),
    }),
  });

describe("assist-bound-latency", () => {
  test("positive: assists are 6 % of the running time; the line that pays is named", () => {
    const answer = answerOf(many(500, 0));
    const v = verdictOf(answer, ID);
    expect(answer.status).toBe("fault");
    expect(v).toMatchObject({ confidence: "high", fault: true });
    expect(v?.sites[0]).toMatchObject({ file: "/src/app/api/encode.go", line: 42 });
    expect(v?.facts.map((s) => s.id)).toEqual([
      `${ID}.cost`,
      `${ID}.payer`,
      `${ID}.line`,
      `${ID}.causes-itself`,
    ]);
    expect(v?.verify.map((s) => s.id)).toEqual([`${ID}.verify`]);
  });

  test("positive: a group that is parked in assists for a third of its time", () => {
    const spec = servedTrace({ cycles: 25, assistMs: 1, parkedMs: 34, markMs: 50 });
    const v = verdictOf(answerOf(spec), ID);
    expect(v?.facts[1]?.params).toMatchObject({ group: "handle" });
    expect(v?.facts[1]?.params["burden"]).toBeCloseTo(0.35, 1);
    // The share of all is 1 % and no fault: what is said and to be checked is this group's.
    expect(v?.headline).toMatchObject({
      id: `${ID}.headline-group-line`,
      params: { group: "handle" },
    });
    expect(v?.verify.map((s) => s.id)).toEqual([`${ID}.verify-group`]);
  });

  test("looks like it: the machine is short of cores, and everybody waits", () => {
    const parked = { cycles: 25, everyMs: 200, assistMs: 1, parkedMs: 60, markMs: 90 };
    expect(verdictOf(answerOf(servedTrace(parked)), ID)).toMatchObject({ fault: true });
    // Stops of 15 ms that no goroutine held up.
    expect(verdictOf(answerOf(servedTrace({ ...parked, stopMs: 15 })), ID)).toBeUndefined();
  });

  test("who causes and who pays can differ", () => {
    const base = many(500, 0);
    const spec: TraceSpec = {
      ...base,
      heap: (base.heap ?? []).map((h) => ({ ...h, g: 50 })),
      samples: [{ at: 5, g: 50, stack: [["app/batch.Run", "/src/app/batch.go", 3]] }],
    };
    const cause = verdictOf(answerOf(spec), ID)?.facts.find((s) => s.id === `${ID}.causes`);
    expect(cause?.params).toMatchObject({ group: "Run", payer: "handle", share: 1 });
  });

  test("negative: many cycles, assists of 1 %", () => {
    const answer = answerOf(many(80, 0));
    expect(verdictOf(answer, ID)).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain(`${ID}.not`);
  });

  test("looks like it: the recording's own goroutine pays", () => {
    const base = many(500, 0);
    const tracer = [
      ...serve.slice(0, 2),
      ["runtime.(*traceAdvancerState).start.func1", "/go/src/runtime/trace.go", 1000] as const,
    ];
    const spec: TraceSpec = {
      ...base,
      ranges: (base.ranges ?? []).map((r) =>
        r.kind === "assist" ? { ...r, g: 11, stack: tracer } : r,
      ),
    };
    expect(verdictOf(answerOf(spec), ID)).toBeUndefined();
  });

  test("looks like it: one burst at start-up", () => {
    const base = many(500, 0, 40);
    const spec: TraceSpec = {
      ...base,
      ranges: (base.ranges ?? []).filter((r) => r.from < 100 * MS),
      to: 400 * MS,
    };
    expect(verdictOf(answerOf(spec), ID)).toBeUndefined();
  });

  test("looks like it: idle workers busy, nobody assists", () => {
    const answer = answerOf(servedTrace({ cycles: 20, markMs: 60, worker: "GC (idle)" }));
    expect(answer.verdicts.filter((v) => v.fault)).toEqual([]);
  });

  test("without a trace, or with its events unread, nothing is said", () => {
    const answer = judged([
      artefact("app.trace", { kind: "trace", version: "go 1.26", bytes: 1, memory: undefined }),
    ]);
    expect(answer.verdicts).toEqual([]);
    expect(answer.notIt).toEqual([]);
  });
});
