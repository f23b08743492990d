import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact, type Frame } from "../../../../test/tables.ts";
import { servedTrace, traceTable, US, type TraceSpec } from "../../../../test/trace-tables.ts";

const ID = "sweep-debt";
const caller: readonly Frame[] = [
  ["runtime.deductSweepCredit", "/go/src/runtime/mgcsweep.go", 920],
  ["runtime.mallocgc", "/go/src/runtime/malloc.go", 1000],
  ["app/index.add", "/src/app/index.go", 88],
];
/** After each cycle `count` sweeps of `us`. */
const swept = (count: number, us: number, stack: readonly Frame[] = caller, g = 10) =>
  servedTrace({
    cycles: 20,
    more: (_c, t) => ({
      ranges: Array.from({ length: count }, (_, i) => ({
        kind: "sweep" as const,
        from: t + 20e6 + i * (us + 100) * US,
        to: t + 20e6 + i * (us + 100) * US + us * US,
        g,
        proc: 0,
        stack,
        swept: 8192 * 20,
        reclaimed: 8192,
      })),
    }),
  });
const answerOf = (spec: TraceSpec) => judged([artefact("app.trace", traceTable(spec))]);

describe("sweep-debt", () => {
  test("positive: allocations sweep for 8 % of the running time", () => {
    const v = verdictOf(answerOf(swept(20, 400)), ID);
    expect(v).toMatchObject({ fault: true, confidence: "high" });
    expect(v?.sites[0]).toMatchObject({ file: "/src/app/index.go", line: 88 });
  });

  test("negative: many short sweeps, half a per cent", () => {
    const answer = answerOf(swept(20, 25));
    expect(verdictOf(answer, ID)).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain(`${ID}.not`);
  });

  test("looks like it: the recording's own goroutine sweeps", () => {
    const tracer: readonly Frame[] = [
      ...caller.slice(0, 2),
      ["runtime.(*traceAdvancerState).start.func1", "/go/src/runtime/trace.go", 1],
    ];
    expect(verdictOf(answerOf(swept(20, 400, tracer, 11)), ID)).toBeUndefined();
  });

  test("looks like it: long sweeps, but a handful in all", () => {
    expect(verdictOf(answerOf(swept(2, 4000)), ID)).toBeUndefined();
  });
});
