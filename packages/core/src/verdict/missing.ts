// What would have helped, each with how to get it. Order: what would settle an open rule first.

import { say, type Statement } from "../model/message.ts";
import type { View } from "../analysis/view.ts";
import type { RuleOutcome } from "../rules/rule.ts";
import type { Missing } from "./answer.ts";
import { missingMessages, type MissingKind } from "./messages.ts";

const KINDS: Readonly<Record<MissingKind, (origin: string) => Missing>> = {
  "second-heap": (origin) =>
    row(
      "second-heap",
      say(missingMessages, "missing.second-heap", {}),
      say(missingMessages, "missing.second-heap.tells", {}),
      say(missingMessages, "missing.second-heap.get", { origin }),
    ),
  "live-series": () =>
    row(
      "live-series",
      say(missingMessages, "missing.live-series", {}),
      say(missingMessages, "missing.live-series.tells", {}),
      say(missingMessages, "missing.live-series.get", {}),
    ),
  "second-goroutine": (origin) =>
    row(
      "second-goroutine",
      say(missingMessages, "missing.second-goroutine", {}),
      say(missingMessages, "missing.second-goroutine.tells", {}),
      say(missingMessages, "missing.second-goroutine.get", { origin }),
    ),
  "gc-cpu": () =>
    row(
      "gc-cpu",
      say(missingMessages, "missing.gc-cpu", {}),
      say(missingMessages, "missing.gc-cpu.tells", {}),
      say(missingMessages, "missing.gc-cpu.get", {}),
    ),
  cpu: () =>
    row(
      "cpu",
      say(missingMessages, "missing.cpu", {}),
      say(missingMessages, "missing.cpu.tells", {}),
      say(missingMessages, "missing.cpu.get", {}),
    ),
  proc: () =>
    row(
      "proc",
      say(missingMessages, "missing.proc", {}),
      say(missingMessages, "missing.proc.tells", {}),
      say(missingMessages, "missing.proc.get", {}),
    ),
  memstats: (origin) =>
    row(
      "memstats",
      say(missingMessages, "missing.memstats", {}),
      say(missingMessages, "missing.memstats.tells", {}),
      say(missingMessages, "missing.memstats.get", { origin }),
    ),
  cgroup: () =>
    row(
      "cgroup",
      say(missingMessages, "missing.cgroup", {}),
      say(missingMessages, "missing.cgroup.tells", {}),
      say(missingMessages, "missing.cgroup.get", {}),
    ),
  limit: () =>
    row(
      "limit",
      say(missingMessages, "missing.limit", {}),
      say(missingMessages, "missing.limit.tells", {}),
      say(missingMessages, "missing.limit.get", {}),
    ),
  memlimit: () =>
    row(
      "memlimit",
      say(missingMessages, "missing.memlimit", {}),
      say(missingMessages, "missing.memlimit.tells", {}),
      say(missingMessages, "missing.memlimit.get", {}),
    ),
  "build-info": () =>
    row(
      "build-info",
      say(missingMessages, "missing.build-info", {}),
      say(missingMessages, "missing.build-info.tells", {}),
      say(missingMessages, "missing.build-info.get", {}),
    ),
  load: () =>
    row(
      "load",
      say(missingMessages, "missing.load", {}),
      say(missingMessages, "missing.load.tells", {}),
      say(missingMessages, "missing.load.get", {}),
    ),
  gctrace: () =>
    row(
      "gctrace",
      say(missingMessages, "missing.gctrace", {}),
      say(missingMessages, "missing.gctrace.tells", {}),
      say(missingMessages, "missing.gctrace.get", {}),
    ),
};

function row(what: MissingKind, name: Statement, wouldTell: Statement, get: Statement): Missing {
  return { what, name, wouldTell, get };
}

export function everyMissing(): Missing[] {
  return Object.values(KINDS).map((make) => make(NO_ORIGIN));
}

function isKind(name: string): name is MissingKind {
  return name in KINDS;
}

export function missingOf(view: View, outcomes: readonly RuleOutcome[]): Missing[] {
  const wanted: MissingKind[] = [];
  for (const o of outcomes) {
    if (o.is !== "not-evaluable") continue;
    for (const m of o.missing) if (isKind(m)) wanted.push(m);
  }
  if (view.load.source !== "requests") wanted.push("load");
  if (view.forecast.limit === undefined) wanted.push("limit");
  if (view.process.buildInfo === undefined) wanted.push("build-info");
  // A trace tells the collector's CPU time for its own window: what it costs is known, if for seconds only.
  const isTold = view.trace?.share.ofRunning !== undefined;
  const origin = originOf(view.options.target);
  const seen = new Set<MissingKind>();
  const out: Missing[] = [];
  for (const kind of wanted) {
    if (seen.has(kind) || (kind === "gc-cpu" && isTold)) continue;
    seen.add(kind);
    out.push(KINDS[kind](origin));
  }
  return out;
}

const NO_ORIGIN = "http://HOST:PORT";

/** Of a live target, so that a command can be pasted as it is. */
function originOf(target: string): string {
  return /https?:\/\/[^/\s]+/.exec(target)?.[0] ?? NO_ORIGIN;
}
