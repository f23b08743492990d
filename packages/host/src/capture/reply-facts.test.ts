import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { corpus } from "../../test/corpus.ts";
import { heapTextFacts, isHeapText, metricsFacts } from "./reply-facts.ts";

describe("metrics pages", () => {
  test.each([
    ['{"/gc/cycles/total:gc-cycles":42,"/gc/heap/live:bytes":1}', "runtime-metrics", 42],
    ['{"cmdline":[],"memstats":{"Alloc":1,"NumGC":7,"NumForcedGC":3}}', "expvar", 7],
    ["# TYPE x counter\ngo_gc_duration_seconds_count 9\n", "prometheus", 9],
    ["my_requests_total 5\n", "prometheus", undefined],
  ])("%s", (text, kind, numGC) => {
    expect(metricsFacts(text)).toEqual({ kind, numGC });
  });

  test.each([['{"status":"ok"}'], ["Hello, world"], [""], ["<html>"]])("%j is none", (text) => {
    expect(metricsFacts(text)).toBeUndefined();
  });
});

const recorded = corpus("kernel/v1-native/healthy/t1/go-app/heap.txt");
const scraped = corpus("kube/metrics/metrics.txt");
const vars = corpus("kube/metrics/expvar.json");

test.skipIf(recorded === undefined)("a recorded heap?debug=1", () => {
  const text = readFileSync(recorded ?? "", "latin1");
  expect(isHeapText(text)).toBe(true);
  const facts = heapTextFacts(text);
  expect(facts?.numGC).toBeGreaterThan(0);
  expect(facts?.maxRss).toBeGreaterThan(facts?.heapAlloc ?? Infinity);
  expect(heapTextFacts(text.slice(0, -2000))).toBeUndefined();
});

test.skipIf(scraped === undefined || vars === undefined)("recorded scrapes", () => {
  expect(metricsFacts(readFileSync(scraped ?? "", "utf8"))?.kind).toBe("prometheus");
  expect(metricsFacts(readFileSync(scraped ?? "", "utf8"))?.numGC).toBeGreaterThan(0);
  expect(metricsFacts(readFileSync(vars ?? "", "utf8"))?.numGC).toBeGreaterThan(0);
});
