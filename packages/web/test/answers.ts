// Answers for the page's tests: invented, but each agrees with itself. The parts of a ledger sum to its
// total, sites and flame hold the same bytes, intervals follow from the sample counts, the forecast from
// slope and limit. Sentences are report's own.

import type { Ledger, LedgerPart } from "@heapwright/core/analysis/ledger/ledger.ts";
import type { Series, SeriesId } from "@heapwright/core/analysis/series/series.ts";
import type { Site, SiteTable, SourceLine } from "@heapwright/core/analysis/sites/site.ts";
import type { Statement } from "@heapwright/core/model/message.ts";
import { type Quantity, counted, derived, estimated } from "@heapwright/core/model/quantity.ts";
import {
  type FlameInput,
  flameFromProfile,
  sampledLimits,
} from "@heapwright/core/pictures/flame-tree.ts";
import { trendOfSeries } from "@heapwright/core/pictures/trend-of-series.ts";
import type {
  Answer,
  EvidenceRow,
  Missing,
  ProcessAnswer,
  ServiceFacts,
  Verdict,
} from "@heapwright/core/verdict/answer.ts";
import { type StackRow, rowsFrom } from "./stacks.ts";

export const MIB = 1024 * 1024;
const MINUTE = 60_000;
export const NOW = Date.UTC(2026, 10, 26, 3, 17, 16);

export const HEAP = "9f31c2aa";
const TEXT = "5a8e02f7";
const TRACE = "e2277b10";
const SMAPS = "08c1aa5e";
const GROUP = "b93f6610";

function st(id: string, params: Statement["params"] = {}, evidence: string[] = []): Statement {
  return { id, params, evidence };
}

/** `mib` of live bytes as sampling would know it: 2 samples a MiB at the default rate. */
export function sampled(mib: number, evidence: string): Quantity {
  const value = mib * MIB;
  const samples = Math.max(1, Math.round(mib * 2));
  const square = value ** 2 / samples;
  const { lo, hi } = sampledLimits(value, square, square);
  return estimated(value, lo, hi, "bytes", [evidence], "gc-cycle");
}

/** Deterministic noise in −1…1. */
function noise(seed: number): () => number {
  let x = seed >>> 0;
  return () => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
    return x / 2 ** 31 - 1;
  };
}

interface SeriesSpec {
  readonly id: SeriesId;
  readonly unit?: Series["unit"];
  readonly points: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly evidence: string;
  readonly value: (fraction: number, random: () => number) => number;
}

export function series({ id, unit, points, fromMs, toMs, evidence, value }: SeriesSpec): Series {
  const random = noise(points * 7 + id.length);
  const time = Float64Array.from(
    { length: points },
    (_, i) => fromMs + ((toMs - fromMs) * i) / (points - 1),
  );
  return {
    id,
    unit: unit ?? "bytes",
    basis: "gc-cycle",
    clock: "wall",
    time,
    value: Float64Array.from(time, (_, i) => value(i / (points - 1), random)),
    cycle: Float64Array.from(time, (_, i) => i + 1),
    resolution: MIB,
    evidence: [evidence],
  };
}

/** Stacks of the leaking service: MiB live at each. Sums: store.go:88 holds 531 of 638. */
export const LEAK_STACKS: readonly (readonly [number, string])[] = (() => {
  const http =
    "net/http.(*conn).serve@net/http/server.go:2092;net/http.serverHandler.ServeHTTP@net/http/server.go:3210;go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp.(*middleware).serveHTTP@otelhttp/handler.go:176;example.com/checkout/httpx.Recover.func1@httpx/recover.go:21;github.com/go-chi/chi/v5.(*Mux).routeHTTP@chi/mux.go:459";
  const app = "example.com/checkout";
  const login = `${http};${app}/api.(*Server).handleLogin@api/login.go:44`;
  const begin = (line: number): string =>
    `${app}/session.(*Manager).Begin@session/manager.go:${line}`;
  const add = `${app}/session.(*Store).Add@session/store.go:88`;
  const token = `${app}/session.(*Store).Add@session/store.go:81;${app}/session.newToken@session/token.go:31`;
  const refresh = `${http};${app}/api.(*Server).handleRefresh@api/refresh.go:30;${app}/session.(*Manager).Rotate@session/manager.go:101`;
  const oauth = `${http};${app}/api.(*Server).handleOAuthCallback@api/oauth.go:77;${begin(77)}`;
  const put = `${app}/cache.(*LRU[go.shape.string,go.shape.*uint8]).Put@cache/lru.go:51`;
  return [
    [402, `${login};${begin(77)};${add}`],
    [10, `${login};${begin(77)};${token}`],
    [1, `${login};${begin(80)};${app}/session.(*Manager).audit@session/manager.go:140`],
    [
      5,
      `${login};${app}/api.decodeJSON@api/json.go:12;encoding/json.(*Decoder).Decode@encoding/json/stream.go:63;encoding/json.(*decodeState).object@encoding/json/decode.go:701`,
    ],
    [98, `${refresh};${add}`],
    [3, `${refresh};${token}`],
    [31, `${oauth};${add}`],
    [1, `${oauth};${token}`],
    [
      16,
      `${http};${app}/api.(*Server).handleCatalog@api/catalog.go:19;${app}/catalog.(*Service).List@catalog/service.go:52;${put}`,
    ],
    [
      3,
      `${http};${app}/api.(*Server).handleCatalog@api/catalog.go:24;google.golang.org/protobuf/encoding/protojson.MarshalOptions.marshal@protojson/encode.go:166`,
    ],
    [
      4,
      `${http};${app}/api.(*Server).handleQuote@api/quote.go:33;${app}/pricing.(*Engine).Quote@pricing/engine.go:61;${app}/pricing.(*Engine).compileRules.func2.1@internal/pricing/rules_engine_generated.go:1204`,
    ],
    [
      12,
      `net/http.(*conn).serve@net/http/server.go:2035;net/http.newBufioReader@net/http/server.go:843;bufio.NewReaderSize@bufio/bufio.go:57`,
    ],
    [
      9,
      `net/http.(*conn).serve@net/http/server.go:2036;net/http.newBufioWriterSize@net/http/server.go:860;bufio.NewWriterSize@bufio/bufio.go:598`,
    ],
    [
      28,
      `${app}/catalog.(*Refresher).run@catalog/refresh.go:40;${app}/catalog.(*Service).Warm@catalog/service.go:88;${put}`,
    ],
    [
      7,
      `runtime.main@runtime/proc.go:283;runtime.doInit@runtime/proc.go:7353;google.golang.org/protobuf/internal/impl.(*MessageInfo).makeCoderMethods@impl/codec_message.go:107`,
    ],
    [
      4,
      `runtime.main@runtime/proc.go:283;main.main@main.go:31;${app}/pricing.LoadRules@pricing/load.go:20;${app}/pricing.(*Engine).compileRules.func2.1@internal/pricing/rules_engine_generated.go:1204`,
    ],
    [
      3.5,
      `runtime.main@runtime/proc.go:283;main.main@main.go:40;github.com/prometheus/client_golang/prometheus.(*Registry).Register@prometheus/registry.go:301`,
    ],
    [
      0.5,
      `runtime.main@runtime/proc.go:283;main.main@main.go:22;go.uber.org/zap.New@zap/logger.go:61`,
    ],
  ];
})();

const STORE: SourceLine = {
  function: "example.com/checkout/session.(*Store).Add",
  file: "session/store.go",
  line: 88,
};

export function flameOf(
  stacks: readonly (readonly [number, string])[],
  guilty: SourceLine | undefined,
): FlameInput {
  const rows: StackRow[] = stacks.map(([mib, stack]) => ({
    stack,
    bytes: mib * MIB,
    samples: Math.max(1, Math.round(mib * 2)),
  }));
  const columns = rowsFrom(rows);
  return flameFromProfile({
    stacks: columns.stacks,
    rows: rows.length,
    rowStack: columns.rowStack,
    types: [
      { id: "live-bytes", value: columns.bytes, samples: columns.samples },
      {
        id: "allocated-bytes",
        value: columns.bytes.map((b, i) => b * (2 + (i % 5) * 9)),
        samples: columns.samples.map((n, i) => n * (2 + (i % 5) * 9)),
      },
    ],
    isGuilty: (fn, file, line) =>
      guilty !== undefined &&
      fn === guilty.function &&
      file === guilty.file &&
      line === guilty.line,
    root: "all",
  });
}

interface SiteSpec {
  readonly at: SourceLine;
  readonly mib: number;
  readonly stacks?: number;
  readonly growth?: Quantity;
  readonly kept: number;
  readonly callers?: Site["callers"];
}

function site({ at, mib, stacks = 1, growth, kept, callers = [] }: SiteSpec, key: string): Site {
  const evidence = `${HEAP}:stack:${key}`;
  const live = sampled(mib, evidence);
  const samples = Math.max(1, Math.round(mib * 2));
  const visible = Math.max(3, Math.sqrt(mib) * 1.4) * MIB;
  return {
    ...at,
    user: undefined,
    evidence,
    live,
    liveObjects: estimated(live.value / 1152, live.lo / 1152, live.hi / 1152, "count", [evidence]),
    samples,
    stacks,
    growth: growth ?? estimated(0, -visible / 2, visible, "bytes", [evidence], "gc-cycle"),
    visibleGrowth: visible,
    survival: estimated(kept, Math.max(0, kept - 0.02), Math.min(1, kept + 0.001), "fraction", [
      evidence,
    ]),
    allocRate: derived(live.value / 2400, live.lo / 2400, live.hi / 2400, "bytes/s", [evidence]),
    callers,
  };
}

function grown(mib: number, lo: number, hi: number): Quantity {
  return estimated(mib * MIB, lo * MIB, hi * MIB, "bytes", [HEAP], "gc-cycle");
}

const at = (fn: string, file: string, line: number): SourceLine => ({ function: fn, file, line });

export function leakSites(): SiteTable {
  const app = "example.com/checkout";
  const caller = (name: string, file: string, line: number, mib: number) => ({
    at: at(`${app}/api.(*Server).${name}`, file, line),
    live: sampled(mib, `${HEAP}:stack:4be07c`),
  });
  const sites = [
    site(
      {
        at: STORE,
        mib: 531,
        stacks: 3,
        growth: grown(133, 118, 150),
        kept: 0.999,
        callers: [
          caller("handleLogin", "api/login.go", 44, 402),
          caller("handleRefresh", "api/refresh.go", 30, 98),
          caller("handleOAuthCallback", "api/oauth.go", 77, 31),
        ],
      },
      "4be07c",
    ),
    site(
      {
        at: at(`${app}/cache.(*LRU[go.shape.string,go.shape.*uint8]).Put`, "cache/lru.go", 51),
        mib: 44,
        stacks: 2,
        kept: 0.12,
      },
      "03a9f1",
    ),
    site(
      {
        at: at(`${app}/session.newToken`, "session/token.go", 31),
        mib: 14,
        stacks: 3,
        growth: grown(4, 1, 7),
        kept: 0.97,
      },
      "18aa02",
    ),
    site({ at: at("bufio.NewReaderSize", "bufio/bufio.go", 57), mib: 12, kept: 0.02 }, "06c77e"),
    site({ at: at("bufio.NewWriterSize", "bufio/bufio.go", 598), mib: 9, kept: 0.02 }, "07d01b"),
    site(
      {
        at: at(
          `${app}/pricing.(*Engine).compileRules.func2.1`,
          "internal/pricing/rules_engine_generated.go",
          1204,
        ),
        mib: 8,
        stacks: 2,
        kept: 0.31,
      },
      "52ef18",
    ),
    site(
      {
        at: at(
          "google.golang.org/protobuf/internal/impl.(*MessageInfo).makeCoderMethods",
          "google.golang.org/protobuf@v1.36.6/internal/impl/codec_message.go",
          107,
        ),
        mib: 7,
        kept: 1,
      },
      "09b3c4",
    ),
    site(
      { at: at("go.uber.org/zap.New", "go.uber.org/zap@v1.27.0/logger.go", 61), mib: 0.5, kept: 1 },
      "77aa10",
    ),
  ];
  return {
    sites,
    rest: { sites: 6, live: sampled(12.5, HEAP), visibleGrowth: 5 * MIB },
    total: sampled(638, HEAP),
    totalGrowth: grown(137, 121, 154),
    cycles: { from: 163, to: 183 },
    seconds: 576,
  };
}

const part = (
  name: LedgerPart["part"],
  mib: number,
  evidence: string,
  change?: number,
  note?: Statement,
): LedgerPart => ({
  part: name,
  bytes: counted(mib * MIB, "bytes", [evidence]),
  ...(change === undefined
    ? {}
    : { change: derived(change * MIB, change * MIB, change * MIB, "bytes", [evidence]) }),
  ...(note === undefined ? {} : { note }),
});

function leakLedgers(): readonly Ledger[] {
  const limit = counted(2048 * MIB, "bytes", [GROUP]);
  return [
    {
      of: "process",
      total: counted(1389 * MIB, "bytes", [SMAPS]),
      parts: [
        part("live", 642, TEXT, 136),
        part("since-gc", 402, TEXT, 90, st("ledger.since-gc")),
        part("unused-spans", 66, TEXT, 9, st("ledger.unused-spans")),
        part("free", 214, TEXT, 32, st("ledger.free")),
        part("stacks", 9, TEXT, 0, st("ledger.goroutines", { count: 212 })),
        part("runtime", 31, TEXT, 4, st("ledger.runtime")),
        part("native", 4, SMAPS, 0, st("ledger.native")),
        part("file", 13, SMAPS, 0, st("ledger.file")),
        part("unexplained", 8, SMAPS, 1),
      ],
      beside: [
        {
          part: "free",
          bytes: counted(37 * MIB, "bytes", [TEXT]),
          note: st("ledger.untouched", { bytes: counted(37 * MIB, "bytes", [TEXT]) }),
        },
      ],
      limit: undefined,
      skewSec: 12,
      nextPeak: undefined,
      peakSeen: counted(1391 * MIB, "bytes", [SMAPS]),
      notes: [],
    },
    {
      of: "container",
      total: counted(1459 * MIB, "bytes", [GROUP]),
      parts: [
        part("anon", 1376, GROUP, 268),
        part("file", 61, GROUP, 1, st("ledger.reclaimable")),
        part("kernel", 22, GROUP, 3, st("ledger.kernel")),
      ],
      beside: [],
      limit,
      skewSec: undefined,
      nextPeak: derived(1475 * MIB, 1460 * MIB, 1495 * MIB, "bytes", [GROUP]),
      peakSeen: undefined,
      notes: [],
    },
  ];
}

/** Slow wandering of the live heap, so that the slope's interval is not a point. */
const wander = (f: number): number => (9 * Math.sin(f * 17) + 7 * Math.sin(f * 41 + 1)) * MIB;
const START = NOW - 41 * MINUTE;
/** 14.2 MiB/min of live, from 60 MiB. */
const liveAt = (minutes: number): number => (60 + 14.2 * minutes) * MIB;

function leakSeries(): readonly Series[] {
  const base = { points: 183, fromMs: START + 20_000, toMs: NOW - 12_000, evidence: TRACE };
  const minutes = (f: number): number => f * 40.4 + 0.3;
  return [
    series({
      ...base,
      id: "marked",
      value: (f, r) => liveAt(minutes(f)) + wander(f) + r() * 12 * MIB,
    }),
    series({
      ...base,
      id: "peak",
      value: (f, r) => 2 * liveAt(minutes(f)) + (150 + 10 * r()) * MIB,
    }),
    series({
      ...base,
      id: "goroutines",
      unit: "count",
      points: 60,
      value: (_, r) => Math.round(212 + 6 * r()),
    }),
    series({ ...base, id: "stacks", points: 60, value: (_, r) => (9 + 0.3 * r()) * MIB }),
    series({
      ...base,
      id: "rss",
      points: 80,
      value: (f, r) => 2 * liveAt(minutes(f)) + (90 + 14 * r()) * MIB,
    }),
    series({
      ...base,
      id: "requests",
      unit: "count",
      points: 60,
      value: (f) => Math.round(782_000 * f),
    }),
  ];
}

const row = (
  id: string,
  kind: string,
  name: string,
  bytes: number,
  timeMs: number | undefined,
  cycle?: number,
): EvidenceRow => ({ id, kind, name, bytes, timeMs, cycle, complete: true, diagnostics: [] });

function leakEvidence(): readonly EvidenceRow[] {
  return [
    row(HEAP, "profile", "heap-3.pb.gz", 219_136, NOW - 18_000, 183),
    row("71b0e4d3", "profile", "heap-2.pb.gz", 214_016, NOW - 302_000, 174),
    row("c40d19be", "profile", "heap-1.pb.gz", 205_824, NOW - 604_000, 163),
    {
      ...row(TRACE, "gctrace", "gctrace.log", 31_744, NOW - 32_000),
      complete: false,
      diagnostics: [
        {
          code: "gctrace.torn-line",
          severity: "damage",
          count: 2,
          params: {},
          where: { line: 57 },
        },
      ],
    },
    row(TEXT, "profile", "heap-debug1.txt", 397_312, NOW - 12_000, 183),
    row(SMAPS, "smaps", "smaps_rollup", 1_024, NOW - 12_000),
    row(GROUP, "cgroup", "memory.stat", 4_096, NOW - 11_000),
    row("6671f0c9", "goroutines", "goroutine-debug2.txt", 18_432, NOW),
    row("a7d2905b", "build-info", "buildinfo.txt", 9_216, NOW - 604_000),
  ];
}

const missing = (what: string): Missing => ({
  what,
  name: st(`missing.${what}`),
  wouldTell: st(`missing.${what}.tells`),
  get: st(`missing.${what}.get`),
});

const LEAK_VERIFY = "heapwright why deploy/checkout-api --for 5m";

export function leakVerdict(): Verdict {
  const marked = leakSeries().find((s) => s.id === "marked");
  const line = marked === undefined ? undefined : trendOfSeries(marked);
  if (line === undefined) throw new Error("the fixture's live heap must grow in a line");
  const { value, lo, hi } = line.perSec;
  const slope = estimated(value, lo, hi, "bytes/s", [TRACE], "gc-cycle");
  // Room to the limit from the next peak, at twice the slope of live (GOGC 100).
  const room = (2048 - 1475) * MIB;
  const left = derived(
    room / (2 * slope.value),
    room / (2 * slope.hi),
    room / (2 * slope.lo),
    "s",
    [GROUP],
  );
  return {
    cause: "heap-leak",
    fault: true,
    confidence: "medium",
    sites: [{ ...STORE, role: "allocates" }],
    headline: st("heap-leak.headline", { line: "session/store.go:88", function: STORE.function }, [
      `${HEAP}:stack:4be07c`,
    ]),
    facts: [
      st("heap-leak.trend", { slope, cycles: 183, seconds: 2448 }, [TRACE]),
      st("heap-leak.share", { share: derived(0.98, 0.86, 1.1, "fraction", [HEAP]), lines: 1 }, [
        HEAP,
      ]),
      st(
        "heap-leak.limit",
        { limit: counted(2048 * MIB, "bytes", [GROUP]), left, source: "cgroup" },
        [GROUP],
      ),
    ],
    for: [
      st(
        "heap-leak.for-survival",
        { survival: estimated(0.999, 0.995, 1, "fraction", [HEAP]), line: "session/store.go:88" },
        [`${HEAP}:stack:4be07c`],
      ),
      st("heap-leak.for-line", { p: "p < .001" }, [`${TRACE}:L1-190`]),
      st("heap-leak.for-load", { variation: 0.04, what: "requests" }),
      st("heap-leak.for-ratio", { ratio: 10.1, seconds: 2448 }),
    ],
    against: [st("heap-leak.against-young", { uptime: 2460 }, ["a7d2905b"])],
    alike: ["cache-plateau"],
    now: [st("heap-leak.now", { left: derived(4100, 3900, 4300, "s", [GROUP]) })],
    fix: [st("heap-leak.fix", { line: "session/store.go:88" })],
    verify: [st("heap-leak.verify", { line: "session/store.go:88", command: LEAK_VERIFY })],
  };
}

function leakService(): ServiceFacts {
  return {
    name: "checkout-api",
    pid: 4242,
    goVersion: { text: "go1.26.1", source: "build info" },
    uptimeSec: 2460,
    limit: counted(2048 * MIB, "bytes", [GROUP]),
    limitSource: "cgroup",
    gogcPercent: 100,
    goMemLimit: undefined,
    load: st("answer.load-requests", { rate: counted(318, "1/s", []), steady: "yes" }),
    fromMs: NOW - 604_000,
    toMs: NOW,
    cycles: 183,
  };
}

function leakProcess(): ProcessAnswer {
  return {
    key: "4242",
    status: "fault",
    service: leakService(),
    headline: leakVerdict().headline,
    facts: [],
    verdicts: [leakVerdict()],
    notIt: [
      st("native-growth.not", { change: derived(0, -2 * MIB, 2 * MIB, "bytes", [SMAPS]) }, [SMAPS]),
    ],
    worthKnowing: [
      st(
        "answer.calibration",
        { sampled: sampled(638, HEAP), marked: counted(642 * MIB, "bytes", [TEXT]) },
        [HEAP],
      ),
    ],
    ledgers: leakLedgers(),
    sites: leakSites(),
    series: leakSeries(),
    missing: [missing("gc-cpu"), missing("second-goroutine")],
    evidence: leakEvidence(),
    linking: [st("link.manifest", { count: 9, process: "4242" })],
    diagnostics: [
      {
        artefact: TRACE,
        code: "gctrace.torn-line",
        severity: "damage",
        count: 2,
        params: {},
        where: { line: 57 },
      },
    ],
    next: [],
  };
}

function answerOf(first: ProcessAnswer, target: string, processes = [first]): Answer {
  const { key: _key, ...top } = first;
  return {
    schema: "heapwright.why/1",
    tool: { name: "heapwright", version: "0.1.0" },
    target,
    ...top,
    processes,
  };
}

export function leak(): Answer {
  return answerOf(leakProcess(), "deploy/checkout-api");
}

export function leakFlame(): FlameInput {
  return flameOf(LEAK_STACKS, STORE);
}

function healthyProcess(): ProcessAnswer {
  const id = "1c7e90ab";
  const text = "40aa77d1";
  const status = "d07711b3";
  const base = { points: 61, fromMs: NOW - 600_000, toMs: NOW, evidence: text };
  const limit = counted(512 * MIB, "bytes", [status]);
  const peak = counted(301 * MIB, "bytes", [status]);
  const visible = derived(0.05 * MIB, 0.05 * MIB, 0.05 * MIB, "bytes/s", [text]);
  const lru = at("example.com/orders/cache.(*LRU).Put", "cache/lru.go", 51);
  const top = sampled(44, `${id}:stack:03a9f1`);
  return {
    key: "4127",
    status: "no-fault-seen",
    service: {
      name: "orders",
      pid: 4127,
      goVersion: { text: "go1.26.1", source: "build info" },
      uptimeSec: 532_800,
      limit,
      limitSource: "cgroup",
      gogcPercent: 100,
      goMemLimit: 450 * MIB,
      load: st("answer.load-requests", { rate: counted(318, "1/s", []), steady: "yes" }),
      fromMs: NOW - 600_000,
      toMs: NOW,
      cycles: 61,
    },
    headline: st("answer.no-fault", { name: "orders" }),
    facts: [
      st("answer.peak-headroom", { limit, peak, source: "cgroup" }, [status]),
      st("answer.could-have-seen", { visible, cycles: 61, seconds: 600 }, [text]),
      st("answer.look-longer", { command: "heapwright why pid:4127 --for 25m" }),
      st("answer.gc-cost", { gc: counted(0.018, "fraction", [text]) }, [text]),
    ],
    verdicts: [],
    notIt: [st("heap-leak.not", { kind: "level", visible }, [text])],
    worthKnowing: [
      st("answer.largest", { line: "cache/lru.go:51", live: top }, [`${id}:stack:03a9f1`]),
    ],
    ledgers: [
      {
        of: "process",
        total: counted(248 * MIB, "bytes", [status]),
        parts: [
          part("live", 96, text),
          part("since-gc", 71, text, undefined, st("ledger.since-gc")),
          part("unused-spans", 14, text),
          part("free", 25, text),
          part("stacks", 6, text),
          part("runtime", 17, text),
          part("native", 3, status),
          part("file", 14, status),
          part("unexplained", 2, status),
        ],
        beside: [],
        limit: undefined,
        skewSec: 0.4,
        nextPeak: undefined,
        peakSeen: peak,
        notes: [],
      },
    ],
    sites: {
      sites: [
        { ...site({ at: lru, mib: 44, kept: 0.12 }, "03a9f1"), evidence: `${id}:stack:03a9f1` },
        site(
          { at: at("bufio.NewReaderSize", "bufio/bufio.go", 57), mib: 11, kept: 0.02 },
          "06c77e",
        ),
      ],
      rest: { sites: 46, live: sampled(41, id), visibleGrowth: 5 * MIB },
      total: sampled(96, id),
      totalGrowth: undefined,
      cycles: { from: 880, to: 941 },
      seconds: 600,
    },
    series: [
      series({ ...base, id: "marked", value: (_, r) => (96 + 2 * r()) * MIB }),
      series({
        ...base,
        id: "goroutines",
        unit: "count",
        value: (_, r) => Math.round(84 + 4 * r()),
      }),
    ],
    missing: [missing("gc-cpu")],
    evidence: [
      row(id, "profile", "heap-2.pb.gz", 88_064, NOW - 2_000, 941),
      row(text, "profile", "heap-debug1.txt", 204_800, NOW, 941),
      row(status, "proc-status", "status", 1_434, NOW),
    ],
    linking: [],
    diagnostics: [],
    next: [],
  };
}

export function healthy(): Answer {
  return answerOf(healthyProcess(), "pid:4127");
}

function singleProcess(): ProcessAnswer {
  const id = "77c10e9a";
  const one = (line: SourceLine, mib: number, kept: number, key: string): Site => {
    const evidence = `${id}:stack:${key}`;
    return {
      ...site({ at: line, mib, kept }, key),
      evidence,
      growth: undefined,
      visibleGrowth: undefined,
      allocRate: undefined,
    };
  };
  const total = sampled(388, id);
  return {
    key: "heap.pb.gz",
    status: "inconclusive",
    service: {
      name: "",
      pid: undefined,
      goVersion: undefined,
      uptimeSec: undefined,
      limit: undefined,
      limitSource: undefined,
      gogcPercent: undefined,
      goMemLimit: undefined,
      load: undefined,
      fromMs: NOW - 1_145_000,
      toMs: NOW - 1_145_000,
      cycles: undefined,
    },
    headline: st("answer.one-profile", { total }, [id]),
    facts: [st("answer.unknowns", { list: "Go version, RSS, limit, uptime" })],
    verdicts: [],
    notIt: [],
    worthKnowing: [],
    ledgers: [
      {
        of: "process",
        total: undefined,
        parts: [
          { part: "live", bytes: total },
          ...(["since-gc", "unused-spans", "free", "stacks", "runtime"] as const).map((p) => ({
            part: p,
            bytes: undefined,
            unknown: st("ledger.unknown-no-go-view"),
          })),
          ...(["native", "file", "shared", "unexplained"] as const).map((p) => ({
            part: p,
            bytes: undefined,
            unknown: st("ledger.unknown-no-kernel-view"),
          })),
        ],
        beside: [],
        limit: undefined,
        skewSec: undefined,
        nextPeak: undefined,
        peakSeen: undefined,
        notes: [],
      },
    ],
    sites: {
      sites: [
        one(at("example.com/ingest.decode", "ingest/decode.go", 140), 301, 0.97, "4be07c"),
        one(at("bufio.NewReaderSize", "bufio/bufio.go", 57), 38, 0.01, "06c77e"),
      ],
      rest: { sites: 46, live: sampled(49, id) },
      total,
      totalGrowth: undefined,
      cycles: undefined,
      seconds: undefined,
    },
    series: [],
    missing: [missing("second-heap"), missing("live-series"), missing("proc")],
    evidence: [row(id, "profile", "heap.pb.gz", 192_512, NOW - 1_145_000)],
    linking: [],
    diagnostics: [],
    next: [
      st("next.capture", { command: "heapwright why http://HOST:PORT" }),
      st("next.two-profiles"),
    ],
  };
}

export function single(): Answer {
  return answerOf(singleProcess(), "heap.pb.gz");
}

export function singleFlame(): FlameInput {
  return flameOf(
    [
      [
        301,
        "main.main@main.go:20;example.com/ingest.Run@ingest/run.go:31;example.com/ingest.decode@ingest/decode.go:140",
      ],
      [
        38,
        "main.main@main.go:20;example.com/ingest.Run@ingest/run.go:22;bufio.NewReaderSize@bufio/bufio.go:57",
      ],
      [49, "main.main@main.go:25;net/http.ListenAndServe@net/http/server.go:3300"],
    ],
    undefined,
  );
}

/** The single profile again, cut off in the middle: all numbers are lower bounds. */
export function damaged(): Answer {
  const whole = singleProcess();
  const bound = (q: Quantity): Quantity => ({ ...q, hi: Infinity, lo: q.value, grade: "bound" });
  const loss = {
    code: "gzip.truncated",
    severity: "damage",
    count: 1,
    params: { fraction: 0.61 },
    where: { offset: 1_258_291 },
  } as const;
  const sites = whole.sites;
  const process: ProcessAnswer = {
    ...whole,
    ledgers: whole.ledgers.map((l) => ({
      ...l,
      parts: l.parts.map((p) => (p.bytes === undefined ? p : { ...p, bytes: bound(p.bytes) })),
    })),
    headline:
      sites === undefined
        ? whole.headline
        : st("answer.one-profile", { total: bound(sites.total) }),
    sites:
      sites === undefined
        ? undefined
        : {
            ...sites,
            sites: sites.sites.map((s) => ({ ...s, live: bound(s.live) })),
            total: bound(sites.total),
          },
    evidence: whole.evidence.map((e) => ({ ...e, complete: false, diagnostics: [loss] })),
    diagnostics: [{ ...loss, artefact: whole.evidence[0]?.id ?? "" }],
  };
  return answerOf(process, "dump.pb.gz");
}

export function two(): Answer {
  const first = leakProcess();
  return answerOf(first, "captures/2026-11-26", [first, healthyProcess()]);
}

/** Nothing but a profile without samples. */
export function empty(): Answer {
  const whole = singleProcess();
  return answerOf(
    {
      ...whole,
      headline: st("answer.sampling-off", {}, ["77c10e9a"]),
      sites: undefined,
      ledgers: [],
      missing: [],
    },
    "heap.pb.gz",
  );
}

export const HOSTILE: readonly string[] = [
  "<img src=x onerror=alert(1)>",
  "</script><script>alert(1)</script>",
  "main.\u202egnp.exe\u2066evil",
  "__proto__",
  "constructor",
  `a.${"x".repeat(10_000)}`,
  '" onmouseover="alert(1)',
  "${alert(1)}",
  "\u0000\u001b[31mred",
  "\ud800lonely",
];

/** The leak with its names replaced by hostile ones, everywhere a name can come from outside. */
export function hostile(): { readonly answer: Answer; readonly flame: FlameInput } {
  const name = (i: number): string => HOSTILE[i % HOSTILE.length] ?? "";
  const base = leakProcess();
  const sites = base.sites;
  const guilty: SourceLine = { function: name(0), file: name(1), line: 88 };
  const verdict = leakVerdict();
  const process: ProcessAnswer = {
    ...base,
    key: name(3),
    service: {
      ...base.service,
      name: name(0),
      goVersion: { text: name(2), source: name(1) },
      limitSource: name(6),
    },
    verdicts: [
      {
        ...verdict,
        sites: [{ ...guilty, role: name(6) }],
        headline: st("heap-leak.headline", { line: name(0), function: name(5) }, [name(6)]),
        verify: [
          st("heap-leak.verify", {
            line: name(0),
            command: `heapwright why ${name(0)} ${name(1)}`,
          }),
        ],
      },
    ],
    sites:
      sites === undefined
        ? undefined
        : {
            ...sites,
            sites: sites.sites.map((s, i) => ({
              ...s,
              function: i === 0 ? guilty.function : name(i),
              file: i === 0 ? guilty.file : name(i + 1),
              evidence: `${HEAP}:${name(i)}`,
              user: { function: name(i + 2), file: name(i + 3), line: 1 },
              callers: [{ at: { function: name(i + 4), file: name(i), line: 3 }, live: s.live }],
            })),
          },
    evidence: base.evidence.map((e, i) => ({
      ...e,
      id: i === 1 ? name(0) : i === 2 ? "__proto__" : e.id,
      name: name(i),
      kind: i === 3 ? "constructor" : i === 4 ? name(0) : e.kind,
    })),
    diagnostics: [
      {
        artefact: name(1),
        code: "gctrace.torn-line",
        severity: "damage",
        count: 1,
        params: { name: name(0) },
      },
    ],
  };
  const flame = flameOf(
    HOSTILE.map(
      (_, i) => [10 + i, `${name(i)}@${name(i + 1)}:${i};${name(i + 2)}@${name(i)}:7`] as const,
    ),
    guilty,
  );
  return { answer: answerOf(process, name(1)), flame };
}
