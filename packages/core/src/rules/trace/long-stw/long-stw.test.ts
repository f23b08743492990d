import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact } from "../../../../test/tables.ts";
import { MS, SEC, servedTrace, traceTable, type TraceSpec } from "../../../../test/trace-tables.ts";

const answerOf = (spec: TraceSpec) => judged([artefact("app.trace", traceTable(spec))]);
const ID = "long-stw";

/** Every 100 ms a stop of `stopMs`; goroutine `who(i)` runs `heldMs` into it. */
const stopped = (stopMs: number, heldMs: number, who: (i: number) => number, reason: string) => {
  const cycles = 10;
  const at = Array.from({ length: cycles }, (_, i) => 50 * MS + i * 100 * MS);
  const spec: TraceSpec = {
    to: SEC,
    procs: 2,
    ranges: at.map((t) => ({ kind: "stw", from: t, to: t + stopMs * MS, g: 1, reason })),
    runs: [
      { g: 1, from: 0, to: SEC, proc: 0 },
      ...at.map((t, i) => ({ g: who(i), from: t - 20 * MS, to: t + heldMs * MS, proc: 1 })),
    ],
    samples: at.map((t, i) => ({
      at: t,
      g: who(i),
      stack: [
        ["crypto/sha256.block", "/go/src/crypto/sha256/block.s", 1],
        [`app.worker${who(i)}`, "/src/app/worker.go", 5],
      ],
    })),
  };
  return spec;
};

describe("long-stw", () => {
  test("positive: one kind of goroutine holds every stop up for 40 ms", () => {
    const answer = answerOf(stopped(42, 40, () => 7, "GC sweep termination"));
    const v = verdictOf(answer, ID);
    expect(v).toMatchObject({ fault: true, confidence: "high" });
    expect(v?.headline.params).toMatchObject({ group: "worker7" });
    expect(answer.status).toBe("fault");
  });

  test("names the line at which it could be stopped, but no line that a few stops have", () => {
    const at = (line: number): [string, string, number][] => [
      ["crypto/sha512.(*Digest).Sum", "/go/src/crypto/sha512/sha512.go", 9],
      ["app.(*store).check", "/src/app/check.go", line],
    ];
    const lastly = (lineOf: (i: number) => number) => {
      const spec = stopped(42, 40, () => 7, "GC sweep termination");
      const ends = (spec.runs ?? []).filter((r) => r.g === 7);
      return answerOf({
        ...spec,
        preemptions: ends.map((r, i) => ({ at: r.to, g: 7, stack: at(lineOf(i)) })),
      });
    };
    const v = verdictOf(
      lastly((i) => (i < 7 ? 36 : i)),
      ID,
    );
    expect(v?.sites).toMatchObject([
      { file: "/src/app/check.go", line: 36, share: { value: 0.7 } },
    ]);
    const line = v?.facts.find((f) => f.id === `${ID}.line`);
    expect(line?.params).toMatchObject({
      line: "app/check.go:36",
      within: "(*Digest).Sum",
      stops: 7,
    });
    const scattered = verdictOf(
      lastly((i) => i + 1),
      ID,
    );
    expect(scattered).toMatchObject({ fault: true, confidence: "high", sites: [] });
    expect(scattered?.facts.map((f) => f.id)).not.toContain(`${ID}.line`);
  });

  test("negative: stops of 80 µs", () => {
    const answer = answerOf(servedTrace({ cycles: 20, stopMs: 0.08 }));
    expect(verdictOf(answer, ID)).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain(`${ID}.not`);
  });

  test("looks like it: long stops, but somebody else each time: short of CPU, no fault", () => {
    const answer = answerOf(stopped(42, 40, (i) => 7 + i, "GC sweep termination"));
    const v = verdictOf(answer, ID);
    expect(v).toMatchObject({ fault: false, confidence: "low" });
    expect(v?.against[0]?.id).toBe(`${ID}.against-unexplained`);
    expect(answer.status).not.toBe("fault");
  });

  test("looks like it: four goroutines of one kind keep a starved machine busy", () => {
    const spec = stopped(42, 40, (i) => 7 + (i % 4), "GC sweep termination");
    const same: TraceSpec = {
      ...spec,
      samples: (spec.samples ?? []).map((s) => ({
        ...s,
        stack: [["app.worker", "/src/app/worker.go", 5]],
      })),
    };
    expect(verdictOf(answerOf(same), ID)).toMatchObject({ fault: false, confidence: "low" });
  });

  test("looks like it: one goroutine is last, but waiting for it is a part of the stop only", () => {
    expect(verdictOf(answerOf(stopped(42, 22, () => 7, "GC sweep termination")), ID)?.fault).toBe(
      false,
    );
  });

  test("looks like it: nobody ran, the stop's own work was long", () => {
    const v = verdictOf(answerOf(stopped(42, 0.001, () => 7, "GC mark termination")), ID);
    expect(v?.fault).toBe(false);
  });

  test("looks like it: long stops that the program asked for are not the collector's", () => {
    expect(verdictOf(answerOf(stopped(42, 40, () => 7, "read mem stats")), ID)).toBeUndefined();
  });

  test("looks like it: a single long stop", () => {
    const spec = stopped(42, 40, () => 7, "GC sweep termination");
    const one: TraceSpec = { ...spec, ranges: (spec.ranges ?? []).slice(0, 1) };
    expect(verdictOf(answerOf(one), ID)).toBeUndefined();
  });
});
