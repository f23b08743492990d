// A service that leaks, in full: ledgers, series, flame and sites tell the same story.

import type { Ledger } from "@heapwright/core/analysis/ledger/ledger.ts";
import type { Series } from "@heapwright/core/analysis/series/series.ts";
import type { SiteTable, SourceLine } from "@heapwright/core/analysis/sites/site.ts";
import { counted, derived, estimated } from "@heapwright/core/model/quantity.ts";
import type { FlameInput } from "@heapwright/core/pictures/flame-tree.ts";
import { trendOfSeries } from "@heapwright/core/pictures/trend-of-series.ts";
import type {
  Answer,
  EvidenceRow,
  ProcessAnswer,
  ServiceFacts,
  Verdict,
} from "@heapwright/core/verdict/answer.ts";
import {
  GROUP,
  HEAP,
  MIB,
  MINUTE,
  NOW,
  SMAPS,
  TEXT,
  TRACE,
  answerOf,
  at,
  flameOf,
  grown,
  missing,
  part,
  row,
  sampled,
  series,
  site,
  st,
} from "./answer-parts.ts";

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

export const STORE: SourceLine = {
  function: "example.com/checkout/session.(*Store).Add",
  file: "session/store.go",
  line: 88,
};

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

export function leakProcess(): ProcessAnswer {
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

export function leak(): Answer {
  return answerOf(leakProcess(), "deploy/checkout-api");
}

export function leakFlame(): FlameInput {
  return flameOf(LEAK_STACKS, STORE);
}
