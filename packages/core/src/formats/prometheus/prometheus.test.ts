import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../../../test/random.ts";
import {
  bytesOf,
  checkChunks,
  checkCuts,
  checkNoise,
  codesOf,
  readAll,
  utf8,
} from "../../../test/reading.ts";
import { FormatError } from "../../model/errors.ts";
import type { MetricsSample } from "../../model/tables/metrics.ts";
import { MetricNames, promName } from "./names.ts";
import { prometheusFormat } from "./prometheus.ts";

const dir = fileURLToPath(new URL("../../../test/fixtures/prometheus/", import.meta.url));
const pages = readdirSync(dir).filter((f) => /^go.*\.txt$/.test(f));

function samplesOf(text: string | Uint8Array): readonly MetricsSample[] {
  const { table } = readAll(prometheusFormat, typeof text === "string" ? utf8(text) : text);
  if (table.kind !== "metrics") throw new Error("wrong table");
  return table.samples;
}

function only(text: string | Uint8Array): MetricsSample {
  const samples = samplesOf(text);
  const [sample] = samples;
  if (sample === undefined || samples.length !== 1) throw new Error(`${samples.length} samples`);
  return sample;
}

const load = (s: MetricsSample) => Object.fromEntries(s.loadCounters.map((c) => [c.name, c.value]));

function recordOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new Error("no object");
  return Object.fromEntries(Object.entries(value));
}

function runtimeJson(file: string): Record<string, unknown> {
  return recordOf(JSON.parse(new TextDecoder().decode(bytesOf(dir + file))));
}

describe("recorded pages of client_golang", () => {
  test.each(pages)("%s is claimed and whole", (file) => {
    const bytes = bytesOf(dir + file);
    expect(prometheusFormat.detect(bytes.subarray(0, 65_536), file)?.strength).toBe("certain");
    const result = readAll(prometheusFormat, bytes);
    expect(result.diagnostics).toEqual([]);
    const s = only(bytes);
    expect(s.goVersion).toMatch(file.startsWith("go1.22") ? /^go1\.22\.12$/ : /^go1\.26\.8$/);
    expect(s.goroutines).toBeGreaterThan(1);
    expect(s.memStats?.numGC).toBeGreaterThan(1);
    expect(s.process.residentBytes).toBeGreaterThan(1e6);
    expect(s.process.startTimeSec).toBeGreaterThan(1.7e9);
    expect(s.process.openFds).toBeGreaterThan(2);
    expect(s.process.cpuSeconds).toBeGreaterThanOrEqual(0);
    expect(load(s)).toEqual({ http_requests_total: 60, http_request_duration_seconds_count: 60 });
  });

  test.each(["go1.22", "go1.26"])("%s: MetricsAll maps every metric of the runtime", (version) => {
    const before = runtimeJson(`${version}.runtime-before.json`);
    const after = runtimeJson(`${version}.runtime-after.json`);
    const s = only(bytesOf(`${dir}${version}.all.txt`));
    let equal = 0;
    for (const [name, lo] of Object.entries(before)) {
      const hi = after[name];
      if (typeof lo === "number" && typeof hi === "number") {
        const value = s.scalars.get(name);
        expect(value, name).toBeDefined();
        // Between the two readings of the same process, where nothing else moved it: exactly.
        if (
          lo === hi &&
          !/^\/memory|^\/sched\/(?:goroutines|threads)|^\/gc\/heap\/objects/.test(name)
        ) {
          expect(value, name).toBe(lo);
          equal++;
        } else if (/cpu-seconds|total|allocs|frees|created/.test(name) && hi > lo) {
          expect(value, name).toBeGreaterThanOrEqual(lo);
          expect(value, name).toBeLessThanOrEqual(hi);
        }
      } else {
        const h = s.histograms.get(name);
        const counts = (x: unknown): number => {
          const list = recordOf(x)["counts"];
          return Array.isArray(list) ? list.reduce((a: number, b: number) => a + b, 0) : NaN;
        };
        const total = h?.counts.reduce((a, b) => a + b, 0);
        expect(total, name).toBeGreaterThanOrEqual(counts(lo));
        expect(total, name).toBeLessThanOrEqual(counts(hi));
        expect(h?.buckets.length).toBe((h?.counts.length ?? 0) + 1);
        expect(h?.buckets[h.buckets.length - 1]).toBe(Infinity);
      }
    }
    expect(equal).toBeGreaterThan(30);
    expect(s.scalars.size + s.histograms.size).toBe(Object.keys(before).length);
  });

  test("MemStats agree with the runtime's classes of the same page", () => {
    const s = only(bytesOf(`${dir}go1.26.all.txt`));
    const m = s.memStats;
    const get = (name: string) => s.scalars.get(`/memory/classes/${name}:bytes`) ?? NaN;
    expect(m?.heapAlloc).toBe(get("heap/objects"));
    expect(m?.heapInuse).toBe(get("heap/objects") + get("heap/unused"));
    expect(m?.heapIdle).toBe(get("heap/free") + get("heap/released"));
    expect(m?.gcSys).toBe(get("metadata/other"));
    expect(m?.sys).toBe(get("total"));
    expect(m?.nextGC).toBe(s.scalars.get("/gc/heap/goal:bytes"));
    expect(m?.totalAlloc).toBe(s.scalars.get("/gc/heap/allocs:bytes"));
    expect(m?.numGC).toBe(s.scalars.get("/gc/cycles/total:gc-cycles"));
    expect(m?.lastGCMs).toBeGreaterThan(1.7e12);
    expect(s.scalars.get("/gc/gogc:percent")).toBe(150);
    expect(s.scalars.get("/gc/gomemlimit:bytes")).toBe(2 ** 30);
  });

  test.each(pages)("%s: chunks, cuts, noise", (file) => {
    const bytes = bytesOf(dir + file);
    checkChunks(prometheusFormat, bytes);
    const random = seededRandom(7);
    const isOpenMetrics = file.includes("openmetrics");
    checkCuts(prometheusFormat, bytes, file, {
      at: Array.from({ length: 200 }, () => random.integer(bytes.length)),
      // Text 0.0.4 has no end mark: between two families a cut page is a page.
      // OpenMetrics has one, but is known for what it is by its first unit, counter or exemplar only.
      isUndetectable: (kept) =>
        kept[kept.length - 1] === 10 &&
        !(isOpenMetrics && /^# UNIT|_total/m.test(new TextDecoder().decode(kept))),
    });
    checkNoise(prometheusFormat, bytes, file, 11, 20);
  });

  test("two scrapes in one file are two samples, a cut second one is said", () => {
    const page = bytesOf(`${dir}go1.26.default.txt`);
    const text = new TextDecoder().decode(page);
    const later = text.replace(/^go_goroutines \d+$/m, "go_goroutines 99");
    expect(samplesOf(text + later).map((s) => s.goroutines)).toEqual([only(page).goroutines, 99]);
    expect(load(samplesOf(text + later)[1] ?? only(""))).toEqual(load(only(page)));
    const cut = readAll(prometheusFormat, utf8(text + later.slice(0, 2000)));
    expect(cut.completeness.complete).toBe(false);
  });

  test("two scrapes of OpenMetrics, each with its end", () => {
    const text = new TextDecoder().decode(bytesOf(`${dir}go1.26.openmetrics.txt`));
    expect(samplesOf(text + text)).toHaveLength(2);
    expect(codesOf(readAll(prometheusFormat, utf8(text.replace("# EOF\n", ""))))).toEqual([
      "prometheus.no-eof",
    ]);
    // The newline behind the mark may be missing, as the specification allows.
    expect(codesOf(readAll(prometheusFormat, utf8(text.trimEnd())))).toEqual([]);
  });
});

describe("names", () => {
  test("client_golang's rule", () => {
    expect(promName("/gc/heap/live:bytes")).toBe("go_gc_heap_live_bytes");
    expect(promName("/cpu/classes/gc/total:cpu-seconds")).toBe(
      "go_cpu_classes_gc_total_cpu_seconds",
    );
    const names = new MetricNames();
    expect(names.meaningOf("go_gc_cycles_total_gc_cycles_total")).toEqual({
      kind: "scalar",
      name: "/gc/cycles/total:gc-cycles",
    });
    expect(names.meaningOf("go_gc_pauses_seconds_total_bucket")).toEqual({
      kind: "bucket",
      name: "/gc/pauses:seconds",
    });
    expect(names.meaningOf("go_unheard_of_bytes")).toEqual({ kind: "none" });
  });

  test("a metric of a later Go is learned from HELP, one that the rule denies is not", () => {
    const s = only(
      "# HELP go_gc_new_thing_bytes Words. Sourced from /gc/new-thing:bytes.\n# TYPE go_gc_new_thing_bytes gauge\n" +
        "go_gc_new_thing_bytes 5\n# HELP go_other Words. Sourced from /gc/heap/live:bytes.\ngo_other 7\n",
    );
    expect([...s.scalars]).toEqual([["/gc/new-thing:bytes", 5]]);
  });
});

describe("load", () => {
  test("by type: gauges, own scrapes and plain counts are none", () => {
    const s = only(
      '# TYPE http_requests_total counter\nhttp_requests_total{p="a"} 3\nhttp_requests_total{p="b"} 4\n' +
        "# TYPE open_requests_total gauge\nopen_requests_total 9\n" +
        '# TYPE promhttp_metric_handler_requests_total counter\npromhttp_metric_handler_requests_total{code="200"} 8\n' +
        '# TYPE rpc_server_latency summary\nrpc_server_latency{quantile="0.5"} NaN\nrpc_server_latency_sum 2\nrpc_server_latency_count 11\n' +
        "# TYPE http_worker_count gauge\nhttp_worker_count 4\n" +
        '# TYPE gnatsd_varz_in_msgs gauge\ngnatsd_varz_in_msgs{server_id="x"} 21\n' +
        "# TYPE kafka_messages_total counter\nkafka_messages_total 6\n",
    );
    expect(load(s)).toEqual({
      http_requests_total: 7,
      rpc_server_latency_count: 11,
      gnatsd_varz_in_msgs: 21,
      kafka_messages_total: 6,
    });
  });

  test("without TYPE lines a count needs its sum", () => {
    expect(load(only("http_handler_count 3\nhttp_pool_count 8\nhttp_handler_sum 1\n"))).toEqual({
      http_handler_count: 3,
    });
  });
});

describe("several processes", () => {
  const federated = ["a", "b"]
    .map(
      (i) =>
        `go_memstats_alloc_bytes{instance="${i}"} 5 1700000000000\nhttp_requests_total{instance="${i}"} 3\n`,
    )
    .join("");

  test("nothing of them is summed or chosen", () => {
    const result = readAll(prometheusFormat, utf8(`# TYPE up gauge\n${federated}`));
    expect(codesOf(result)).toEqual(["prometheus.several-processes"]);
    expect(result.completeness.complete).toBe(false);
    const s = only(federated);
    expect(s.memStats).toBeUndefined();
    expect(s.loadCounters).toEqual([]);
    expect(s.timeMs).toBe(1_700_000_000_000);
  });

  test("one instance's labels are no harm, and values are not kept", () => {
    const s = only('go_memstats_alloc_bytes{instance="host-7:80",pod="p"} 5\n');
    expect(s.memStats).toEqual({ alloc: 5 });
    expect(JSON.stringify(s)).not.toContain("host-7");
  });
});

describe("what it refuses", () => {
  test.each([
    "<html># TYPE go_goroutines gauge</html>",
    "",
    "anon 4096\nfile 8192\nkernel 12288\n",
    "gc 1 @0.1s 0%: 0.1+0.2+0.3 ms clock\n",
    'level=info msg="x"\n# TYPE go_goroutines gauge\nlevel=info msg="y"\n',
    '{"memstats": {}}\n',
  ])("not mine: %j", (text) => {
    expect(prometheusFormat.detect(utf8(text), "metrics")).toBeUndefined();
  });

  test("a page of application counters only is one", () => {
    const page = "# TYPE a counter\na_total 1\n# TYPE b gauge\nb 2\nc 3\n";
    expect(prometheusFormat.detect(utf8(page), "x")?.strength).toBe("certain");
  });

  test("a dump over time, and a page of headers", () => {
    const dump = "a 1 1700000000\na 2 1700000015\nb 1 1700000000\nb 2 1700000015\n# EOF\n";
    expect(() => samplesOf(dump)).toThrow(FormatError);
    expect(() => samplesOf("# TYPE go_goroutines gauge\n")).toThrow(FormatError);
  });

  test("histograms that fall, or lack their end, are left out and said", () => {
    const page = (rows: string) =>
      readAll(prometheusFormat, utf8(`${rows}go_gc_pauses_seconds_count 3\n`));
    const b = (le: string, n: number) => `go_gc_pauses_seconds_bucket{le="${le}"} ${n}\n`;
    expect(codesOf(page(b("0.1", 3) + b("+Inf", 2)))).toEqual(["prometheus.bad-histogram"]);
    expect(codesOf(page(b("0.1", 3)))).toEqual(["prometheus.bad-histogram"]);
    expect(codesOf(page(b("0.1", 3) + b("+Inf", 3)))).toEqual([]);
  });
});

describe("properties", () => {
  const escaped = (text: string) =>
    text.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n");

  test("any labels: values are summed, whatever the labels hold and however it is cut", () => {
    const labels = fc.dictionary(
      fc.stringMatching(/^[a-z_][a-z0-9_]{0,5}$/),
      fc.string({ unit: "grapheme" }),
      {
        maxKeys: 4,
      },
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(labels, fc.nat()), {
          minLength: 1,
          maxLength: 12,
          selector: ([l]) => JSON.stringify(l),
        }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        (series, chunks) => {
          const rows = series.map(([l, value]) => {
            const inner = Object.entries(l).map(([k, v]) => `${k}="${escaped(v)}"`);
            return `x_requests_total${inner.length > 0 ? `{${inner.join(", ")}}` : ""} ${value}\n`;
          });
          const text = `# TYPE x_requests_total counter\n${rows.join("")}`;
          const { table, diagnostics } = readAll(prometheusFormat, utf8(text), "x", chunks);
          expect(diagnostics).toEqual([]);
          if (table.kind !== "metrics") throw new Error("wrong table");
          expect(table.samples.map((s) => load(s))).toEqual([
            { x_requests_total: series.reduce((sum, [, v]) => sum + v, 0) },
          ]);
        },
      ),
      { numRuns: 150 },
    );
  });

  test("numbers as Go prints them", () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
        expect(only(`go_gc_gogc_percent ${text}\n`).scalars.get("/gc/gogc:percent")).toBe(value);
      }),
    );
  });

  test("quoted names, CRLF, blanks, timestamps in s and ms", () => {
    expect(load(only('{"http.requests_total", code="200"} 4\r\n  \r\n'))).toEqual({
      "http.requests_total": 4,
    });
    expect(only("go_goroutines\t3\t1700000000123\n").timeMs).toBe(1_700_000_000_123);
    expect(only("go_goroutines 3 1700000000.5\n# EOF\n").timeMs).toBe(1_700_000_000_500);
  });

  test("many series stay apart", () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => `a_requests_total{id="${i}"} 1\n`);
    const samples = samplesOf(rows.join(""));
    expect(samples.map(load)).toEqual([{ a_requests_total: 60_000 }]);
  });
});
