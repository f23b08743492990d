import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact } from "../../../../test/tables.ts";
import {
  MS,
  SEC,
  servedTrace,
  traceTable,
  US,
  type TraceSpec,
} from "../../../../test/trace-tables.ts";

const ID = "user-stw";
const poll = (perSecond: number, stopUs: number, reason: string): TraceSpec => {
  const base = servedTrace({ cycles: 20 });
  return {
    ...base,
    ranges: [
      ...(base.ranges ?? []),
      ...Array.from({ length: perSecond * 2 }, (_, i) => ({
        kind: "stw" as const,
        from: (i * SEC) / perSecond + 5 * MS,
        to: (i * SEC) / perSecond + 5 * MS + stopUs * US,
        g: 10,
        reason,
        stack: [
          ["runtime.ReadMemStats", "/go/src/runtime/mstats.go", 400] as const,
          ["app/metrics.poll", "/src/app/metrics/poll.go", 12] as const,
        ],
      })),
    ],
  };
};
const answerOf = (spec: TraceSpec) => judged([artefact("app.trace", traceTable(spec))]);

describe("user-stw", () => {
  test("positive: MemStats 100 times a second; the line that asks is named", () => {
    const answer = answerOf(poll(100, 60, "read mem stats"));
    const v = verdictOf(answer, ID);
    expect(v).toMatchObject({ fault: true, confidence: "high" });
    expect(v?.sites[0]).toMatchObject({ file: "/src/app/metrics/poll.go", line: 12 });
    expect(v?.fix[0]?.id).toBe(`${ID}.fix-memstats`);
  });

  test("asked for through expvar: who polls is told, not to edit a line", () => {
    const spec = poll(100, 60, "read mem stats");
    const ranges = (spec.ranges ?? []).map((r) =>
      r.reason === "read mem stats"
        ? {
            ...r,
            stack: [
              ["runtime.ReadMemStats", "/go/src/runtime/mstats.go", 400] as const,
              ["expvar.memstats", "/go/src/expvar/expvar.go", 376] as const,
              ["app/admin.serve", "/src/app/admin/admin.go", 9] as const,
            ],
          }
        : r,
    );
    expect(verdictOf(answerOf({ ...spec, ranges }), ID)?.fix[0]?.id).toBe(`${ID}.fix-expvar`);
  });

  test("positive: fewer, but two per cent of the time", () => {
    expect(verdictOf(answerOf(poll(10, 2000, "goroutine profile")), ID)?.fix[0]?.id).toBe(
      `${ID}.fix`,
    );
  });

  test("negative: a look each half second", () => {
    const answer = answerOf(poll(2, 60, "read mem stats"));
    expect(verdictOf(answer, ID)).toBeUndefined();
  });

  test("looks like it: as many stops, but the collector's or the tracer's", () => {
    expect(verdictOf(answerOf(poll(100, 60, "start trace")), ID)).toBeUndefined();
    expect(verdictOf(answerOf(poll(100, 60, "GC sweep termination")), ID)).toBeUndefined();
  });
});
