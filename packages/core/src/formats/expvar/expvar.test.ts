import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
  bytesOf,
  checkChunks,
  checkCuts,
  checkNoise,
  codesOf,
  readAll,
  utf8,
} from "../../../test/reading.ts";
import { seededRandom } from "../../../test/random.ts";
import { FormatError } from "../../model/errors.ts";
import type { MetricsSample } from "../../model/tables/metrics.ts";
import { expvarFormat } from "./expvar.ts";

const dir = fileURLToPath(new URL("../../../test/fixtures/expvar/", import.meta.url));
const recorded = ["go1.22", "go1.26"].map((v) => [v, bytesOf(`${dir}${v}.expvar.json`)] as const);

function samplesOf(input: Uint8Array): readonly MetricsSample[] {
  const { table } = readAll(expvarFormat, input);
  if (table.kind !== "metrics") throw new Error("wrong table");
  return table.samples;
}

describe("expvar", () => {
  test.each(recorded)("%s: memstats, counters, and nothing else", (_, bytes) => {
    expect(expvarFormat.detect(bytes, "vars")?.strength).toBe("certain");
    expect(readAll(expvarFormat, bytes).diagnostics).toEqual([]);
    const [s] = samplesOf(bytes);
    const raw: { memstats: Record<string, number> & { PauseEnd: number[]; PauseNs: number[] } } =
      JSON.parse(new TextDecoder().decode(bytes));
    const m = s?.memStats;
    expect(m?.heapAlloc).toBe(raw.memstats["HeapAlloc"]);
    expect(m?.mSpanSys).toBe(raw.memstats["MSpanSys"]);
    expect(m?.nextGC).toBe(raw.memstats["NextGC"]);
    expect(m?.gcCPUFraction).toBe(raw.memstats["GCCPUFraction"]);
    const n = m?.numGC ?? 0;
    expect(n).toBe(raw.memstats["NumGC"]);
    // The last cycle's slot of the ring bears the time of the last cycle.
    expect(m?.pauseEndMs?.[(n + 255) % 256]).toBeCloseTo(m?.lastGCMs ?? NaN, 3);
    expect(m?.pauseNs?.reduce((a, b) => a + b, 0)).toBe(m?.pauseTotalNs);
    expect(m?.lastGCMs).toBeGreaterThan(1.7e12);
    expect(s?.loadCounters).toEqual([
      { name: "handled", value: 12 },
      { name: "requests", value: 1234 },
    ]);
    expect(JSON.stringify(s)).not.toMatch(/secret|page/);
  });

  test.each(recorded)("%s: chunks, cuts, noise", (_, bytes) => {
    checkChunks(expvarFormat, bytes);
    const random = seededRandom(5);
    const two = new Uint8Array([...bytes, ...bytes]);
    expect(samplesOf(two)).toHaveLength(2);
    checkCuts(expvarFormat, two, "vars", {
      at: Array.from({ length: 200 }, () => random.integer(two.length)),
      isUndetectable: (kept) =>
        new TextDecoder().decode(kept).trimEnd().length ===
        new TextDecoder().decode(bytes).trimEnd().length,
    });
    checkNoise(expvarFormat, bytes, "vars", 3, 20);
  });

  test("redacted: no cmdline, memstats may be poor or absent", () => {
    const text = '{"requests":5,"memstats":{"HeapAlloc":7}}\n{"requests":6}\n';
    expect(expvarFormat.detect(utf8(text), "vars")?.strength).toBe("certain");
    const samples = samplesOf(utf8(text));
    expect(samples.map((s) => s.memStats)).toEqual([{ heapAlloc: 7 }, undefined]);
    expect(samples.map((s) => s.loadCounters[0]?.value)).toEqual([5, 6]);
  });

  test.each([
    "<html></html>",
    "",
    '{"a": 1}',
    '{"memstats": "off"}',
    '{"/gc/heap/live:bytes": 1, "/gc/heap/goal:bytes": 2}',
    '["memstats", {"Alloc": 1}]',
  ])("not mine: %j", (text) => {
    expect(expvarFormat.detect(utf8(text), "vars")).toBeUndefined();
  });

  test("bad values and rings are said; nothing whole is an error", () => {
    const bad = readAll(
      expvarFormat,
      utf8('{"memstats":{"Alloc":1,"Sys":"x","PauseNs":[1,2]}}\nleftover\n'),
    );
    expect(codesOf(bad)).toEqual(["expvar.bad-value", "expvar.foreign-text"]);
    expect(bad.completeness.complete).toBe(false);
    expect(() => samplesOf(utf8('{"memstats":{"Alloc":1'))).toThrow(FormatError);
  });

  test("text, fractions, negative numbers and maps of other things count nothing", () => {
    const s = samplesOf(
      utf8('{"a":1.5,"b":-1,"c":"9","d":{"x":1,"y":"z"},"e":{},"f":[1],"ok":2,"goroutines":8}'),
    )[0];
    expect(s?.loadCounters).toEqual([{ name: "ok", value: 2 }]);
    expect(s?.goroutines).toBe(8);
  });
});
