import { describe, expect, test } from "vitest";
import { judged, verdictOf } from "../../../../test/judged.ts";
import { artefact } from "../../../../test/tables.ts";
import { servedTrace, traceTable } from "../../../../test/trace-tables.ts";
import type { Artefact } from "../../../evidence/artefact.ts";

const ID = "idle-gc-theft";
const trace = (worker: string) =>
  artefact(
    "app.trace",
    traceTable({ ...servedTrace({ cycles: 20, markMs: 40, worker }), procs: 8 }),
  );

function cpu(cores: number, throttled: number, at = 0, before = 0): Artefact[] {
  const file = (name: string, values: Record<string, number>) =>
    artefact(`c${at}/sys/fs/cgroup/${name}`, {
      kind: "cgroup",
      version: 2,
      file: name,
      values: new Map(Object.entries(values)),
    });
  return [
    file("memory.current", { "": 64 * 2 ** 20 }),
    file("cpu.max", { quota: cores * 100_000, period: 100_000 }),
    file("cpu.stat", {
      nr_periods: 1000 + at * 100,
      nr_throttled: before + throttled * (at > 0 ? at * 100 : 1000),
    }),
  ];
}

describe("idle-gc-theft", () => {
  test("positive: idle workers on 8 Ps with a quota of 2 cores that runs out", () => {
    const answer = judged([trace("GC (idle)"), ...cpu(2, 0.4)]);
    const v = verdictOf(answer, ID);
    expect(v).toMatchObject({ fault: true, confidence: "high" });
    expect(v?.now[0]?.params).toEqual({ procs: 2 });
  });

  test("looks like it: it was throttled when it began, and is not while it is looked at", () => {
    const answer = judged([trace("GC (idle)"), ...cpu(2, 0.4), ...cpu(2, 0, 3, 400)]);
    expect(verdictOf(answer, ID)).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain(`${ID}.not-narrow`);
  });

  test("positive: throttled while it is looked at, after a calm week", () => {
    const answer = judged([trace("GC (idle)"), ...cpu(2, 0), ...cpu(2, 0.2, 3, 0)]);
    const v = verdictOf(answer, ID);
    expect(v?.facts.at(-1)?.params).toMatchObject({ throttled: 0.2 });
  });

  test("negative: fractional workers, hardly any idle ones", () => {
    const answer = judged([trace("GC (fractional)"), ...cpu(2, 0.4)]);
    expect(verdictOf(answer, ID)).toBeUndefined();
    expect(answer.notIt.map((s) => s.id)).toContain(`${ID}.not`);
  });

  test("looks like it: the quota is wide enough, or never runs out", () => {
    for (const files of [cpu(8, 0.4), cpu(2, 0)]) {
      const answer = judged([trace("GC (idle)"), ...files]);
      expect(verdictOf(answer, ID)).toBeUndefined();
      expect(answer.notIt.map((s) => s.id)).toContain(`${ID}.not-narrow`);
    }
  });

  test("looks like it: without the container's files nothing is said", () => {
    const answer = judged([trace("GC (idle)")]);
    expect(verdictOf(answer, ID)).toBeUndefined();
    expect(answer.missing.map((m) => m.what)).toContain("cgroup");
  });
});
