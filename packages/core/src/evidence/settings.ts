// Go version and effective settings of a process, with where each was found.

import { functionFile, functionName } from "../model/stack-frames.ts";
import type { CallStacks } from "../model/tables/stacks.ts";
import type { MetricsSample } from "../model/tables/metrics.ts";
import type { BuildInfoTable } from "../model/tables/system.ts";
import { ANY_MINOR, intersect, parseGoVersion, type MinorRange } from "../goruntime/version.ts";
import type { EffectiveSettings, GoVersionFact } from "./process.ts";

export interface VersionSources {
  readonly buildInfo: BuildInfoTable | undefined;
  readonly metrics: readonly MetricsSample[];
  readonly trace: string | undefined;
  readonly stacks: readonly CallStacks[];
}

export function goVersionOf(s: VersionSources): GoVersionFact {
  const exact: [string | undefined, GoVersionFact["source"]][] = [
    [s.buildInfo?.goVersion, "build-info"],
    [s.metrics.find((m) => m.goVersion !== undefined)?.goVersion, "metrics"],
    [toolchainInPaths(s.stacks), "stack-paths"],
  ];
  for (const [text, source] of exact) {
    const release = text === undefined ? undefined : parseGoVersion(text);
    if (text === undefined || release === undefined) continue;
    return { range: { from: release.minor, to: release.minor }, text, source };
  }
  const range = narrow(s);
  if (range.from === ANY_MINOR.from && range.to === ANY_MINOR.to)
    return { range, text: undefined, source: "none" };
  const text =
    range.from === range.to
      ? `go1.${range.from}`
      : range.to === ANY_MINOR.to
        ? `go ≥ 1.${range.from}`
        : `go1.${range.from}–1.${range.to}`;
  return { range, text, source: "stack-frames" };
}

/**
 * A toolchain fetched by the go command lies in a directory named by its version, and so do Debian's
 * and many images' GOROOTs: …/toolchain@v0.0.1-go1.27.3.linux-amd64/src/…, /usr/lib/go-1.24/src/….
 */
function toolchainInPaths(tables: readonly CallStacks[]): string | undefined {
  for (const t of tables) {
    for (let f = 0; f < t.functions.length; f++) {
      const file = functionFile(t, f);
      const match =
        /(?:toolchain@v[\d.]+-|\/)(go-?1\.\d+(?:\.\d+)?)(?:\.[a-z]+-[a-z0-9]+)?\/src\//.exec(file);
      if (match?.[1] !== undefined) return match[1].replace("go-", "go");
    }
  }
  return undefined;
}

/** Function or file that exists only in some minors; source: the trees of Go 1.22–1.27. */
const MARKS: readonly {
  readonly match: (name: string, file: string) => boolean;
  readonly range: MinorRange;
}[] = [
  { match: (name) => name.startsWith("internal/runtime/maps."), range: { from: 24, to: 99 } },
  {
    match: (_n, file) =>
      file.endsWith("/runtime/map_faststr.go") || file.endsWith("/runtime/map_fast64.go"),
    range: { from: 1, to: 25 },
  },
  { match: (name) => name === "runtime.(*unwinder).next", range: { from: 21, to: 99 } },
  { match: (name) => name.startsWith("internal/sync.(*HashTrieMap"), range: { from: 24, to: 99 } },
  {
    match: (name) => name.startsWith("internal/concurrent.(*HashTrieMap"),
    range: { from: 23, to: 23 },
  },
];

function narrow(s: VersionSources): MinorRange {
  let range: MinorRange = ANY_MINOR;
  for (const t of s.stacks) {
    for (let f = 0; f < t.functions.length; f++) {
      const name = functionName(t, f);
      const file = functionFile(t, f);
      for (const mark of MARKS) {
        if (mark.match(name, file)) range = intersect(range, mark.range) ?? range;
      }
    }
  }
  // Metrics that exist since a minor (runtime/metrics/description.go of each release).
  const SINCE: readonly [string, number][] = [
    ["/gc/heap/live:bytes", 21],
    ["/sched/pauses/total/gc:seconds", 22],
    ["/gc/finalizers/queued:finalizers", 26],
  ];
  for (const m of s.metrics) {
    for (const [name, minor] of SINCE) {
      if (m.scalars.has(name) || m.histograms.has(name))
        range = intersect(range, { from: minor, to: 99 }) ?? range;
    }
  }
  if (s.trace !== undefined) {
    const release = parseGoVersion(s.trace);
    // The header names the trace format, which a release may share with its predecessor.
    if (release !== undefined) range = intersect(range, { from: release.minor, to: 99 }) ?? range;
  }
  return range;
}

/** 2^63 − 1, "no limit", rounds up to 2^63 in a double. */
const MAX_INT64 = 2 ** 63;

export function settingsOf(
  metrics: readonly MetricsSample[],
  environment: ReadonlyMap<string, string> | undefined,
  buildInfo: BuildInfoTable | undefined,
): EffectiveSettings {
  // A scrape of default metrics beside one of runtime/metrics does not make them unknown.
  const latest = (name: string) => metrics.findLast((m) => m.scalars.has(name))?.scalars.get(name);
  const gogcMetric = latest("/gc/gogc:percent");
  const limitMetric = latest("/gc/gomemlimit:bytes");
  const gogcEnv = environment?.get("GOGC");
  const limitEnv = environment?.get("GOMEMLIMIT");
  const godebug = new Map<string, string>();
  for (const text of [buildInfo?.settings.get("DefaultGODEBUG"), environment?.get("GODEBUG")]) {
    for (const pair of (text ?? "").split(",")) {
      const [k, v] = pair.split("=", 2);
      if (k !== undefined && k !== "" && v !== undefined) godebug.set(k, v);
    }
  }
  // GOGC=off reads back as a huge percentage: debug.SetGCPercent(-1) is stored as -1, uint64.
  const gogc =
    gogcMetric !== undefined
      ? gogcMetric > 1e9
        ? -1
        : gogcMetric
      : gogcEnv !== undefined
        ? parseGogc(gogcEnv)
        : environment !== undefined
          ? 100
          : undefined;
  const limit =
    limitMetric !== undefined
      ? limitMetric >= MAX_INT64
        ? Infinity
        : limitMetric
      : limitEnv !== undefined
        ? parseMemLimit(limitEnv)
        : environment !== undefined
          ? Infinity
          : undefined;
  return {
    gogcPercent: gogc,
    gogcSource:
      gogcMetric !== undefined
        ? "metrics"
        : gogcEnv !== undefined
          ? "environment"
          : environment !== undefined
            ? "default"
            : "none",
    goMemLimit: limit,
    goMemLimitSource:
      limitMetric !== undefined ? "metrics" : environment !== undefined ? "environment" : "none",
    godebug,
  };
}

/** runtime readGOGC: "off" or a base-10 int32, else 100. */
function parseGogc(text: string): number {
  if (text === "off") return -1;
  return /^-?\d{1,10}$/.test(text) ? Number(text) : 100;
}

/** runtime parseByteCount: digits with B, KiB, MiB, GiB, TiB; "off" = none. Undefined when malformed (the runtime then throws). */
export function parseMemLimit(text: string): number | undefined {
  if (text === "off" || text === "") return Infinity;
  const match = /^(\d+)(B|KiB|MiB|GiB|TiB)?$/.exec(text);
  if (match === null) return undefined;
  const exponent = ["B", "KiB", "MiB", "GiB", "TiB"].indexOf(match[2] ?? "B");
  return Number(match[1]) * 1024 ** exponent;
}
