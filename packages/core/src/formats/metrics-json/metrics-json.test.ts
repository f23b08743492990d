import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { corpus } from "../../../test/corpus.ts";
import type { MetricsTable } from "../../model/tables/metrics.ts";
import { FormatError } from "../../model/errors.ts";
import { metricsJsonFormat } from "./metrics-json.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function read(input: Uint8Array, chunk = 1 << 20) {
  const reader = metricsJsonFormat.open({ name: "m.json", maxBytes: 1 << 28 });
  for (let i = 0; i < input.length; i += chunk) reader.push(input.subarray(i, i + chunk));
  const result = reader.end();
  if (result.table.kind !== "metrics") throw new Error("wrong table");
  return { ...result, table: result.table satisfies MetricsTable };
}

const ONE = `{"/gc/heap/live:bytes": 12345678, "/sched/goroutines:goroutines": 7,
 "/sched/latencies:seconds": {"counts": [1, 2], "buckets": ["-Inf", 0.5, "+Inf"]}, "time": "2026-05-01T10:00:00Z"}`;

describe("metrics-json", () => {
  test("numbers, histograms with infinities, time", () => {
    const { table, completeness } = read(bytes(ONE));
    const s = table.samples[0];
    expect(completeness.complete).toBe(true);
    expect(s?.scalars.get("/gc/heap/live:bytes")).toBe(12345678);
    expect(s?.goroutines).toBe(7);
    expect(s?.histograms.get("/sched/latencies:seconds")?.buckets).toEqual(
      Float64Array.of(-Infinity, 0.5, Infinity),
    );
    expect(s?.timeMs).toBe(Date.UTC(2026, 4, 1, 10));
  });

  test("NaN is no value, and no damage", () => {
    const { table, diagnostics } = read(
      bytes(`{"/gc/heap/live:bytes": "NaN", "/gc/heap/goal:bytes": 4,
 "/sched/latencies:seconds": {"counts": [1], "buckets": ["NaN", "+Inf"]}}`),
    );
    expect([...(table.samples[0]?.scalars ?? [])]).toEqual([["/gc/heap/goal:bytes", 4]]);
    expect(table.samples[0]?.histograms.get("/sched/latencies:seconds")?.buckets[0]).toBeNaN();
    expect(diagnostics).toEqual([]);
  });

  test("several objects are several samples, nested levels are found", () => {
    const { table } = read(bytes(`${ONE}\n{"data":{"metrics":${ONE}}}`));
    expect(table.samples).toHaveLength(2);
    expect(table.samples[1]?.scalars.size).toBe(2);
  });

  test("plain lines; a repeated name starts a new sample", () => {
    const { table } = read(
      bytes("/gc/heap/live:bytes 1\n/gc/heap/goal:bytes 2\n/gc/heap/live:bytes 3\n"),
    );
    expect(table.samples.map((s) => s.scalars.get("/gc/heap/live:bytes"))).toEqual([1, 3]);
  });

  test.each([
    "<html><body>404</body></html>",
    '{"cmdline":["a"],"memstats":{}}',
    '{"/v1/path:id": 1}',
    "",
    "gc 1 @0.1s",
  ])("not mine: %j", (text) => {
    expect(metricsJsonFormat.detect(bytes(text), "metrics.json")).toBeUndefined();
  });

  test("cut at every byte: an error or damage, never a silently shorter answer", () => {
    const two = bytes(`${ONE}\n${ONE}`);
    for (let n = 1; n < two.length; n++) {
      try {
        const { table, completeness } = read(two.subarray(0, n));
        if (completeness.complete) {
          // Whole documents only: a cut exactly between two cannot be told from a file with one.
          expect(bytes(ONE).length === n || bytes(`${ONE}\n`).length === n).toBe(true);
        }
        expect(table.samples.length).toBeGreaterThan(0);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });

  test("plain lines cut at every byte", () => {
    const text = bytes("/gc/heap/live:bytes 149829840\n/gc/heap/goal:bytes 299877426\n");
    for (let n = 1; n < text.length; n++) {
      try {
        const { completeness } = read(text.subarray(0, n));
        if (text[n - 1] !== 10) expect(completeness.complete).toBe(false);
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }
  });

  test("chunk borders do not matter", () => {
    const whole = read(bytes(ONE)).table;
    for (const chunk of [1, 3, 17]) expect(read(bytes(ONE), chunk).table).toEqual(whole);
  });

  test("recorded kernel evidence", (context) => {
    const root = corpus("kernel/v1-native/healthy");
    if (root === undefined) return context.skip("public corpora are absent");
    const file = `${root}/t1/${readdirSync(`${root}/t1`).find((f) => f.startsWith("go-")) ?? ""}/runtime-metrics.txt`;
    const input = readFileSync(file);
    expect(metricsJsonFormat.detect(input, "runtime-metrics.txt")?.strength).toBe("certain");
    expect(read(input).table.samples[0]?.scalars.get("/gc/gogc:percent")).toBe(100);
  });
});
