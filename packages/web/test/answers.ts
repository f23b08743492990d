// Answers for the page's tests: invented, but each agrees with itself. The parts of a ledger sum to its
// total, sites and flame hold the same bytes, intervals follow from the sample counts, the forecast from
// slope and limit. Sentences are report's own.

import type { Site, SourceLine } from "@heapwright/core/analysis/sites/site.ts";
import { type Quantity, counted, derived } from "@heapwright/core/model/quantity.ts";
import type { FlameInput } from "@heapwright/core/pictures/flame-tree.ts";
import type { Answer, ProcessAnswer } from "@heapwright/core/verdict/answer.ts";
import {
  HEAP,
  MIB,
  NOW,
  answerOf,
  at,
  flameOf,
  missing,
  part,
  row,
  sampled,
  series,
  site,
  st,
} from "./answer-parts.ts";
import { leakProcess, leakVerdict } from "./leak-answer.ts";

export { NOW, flameOf } from "./answer-parts.ts";
export { leak, leakFlame } from "./leak-answer.ts";

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
