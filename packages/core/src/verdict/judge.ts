// From a view to an answer for one process: runs the rules, caps and ranks what they say, and decides
// between fault, no fault seen and inconclusive. Only this folder ranks.

import { spanToSee } from "../analysis/trend/limit.ts";
import type { View } from "../analysis/view.ts";
import type { SeriesTrend } from "../analysis/series-trend.ts";
import type { Series } from "../analysis/series/series.ts";
import type { HeapSnapshot } from "../evidence/process.ts";
import { say, type Statement } from "../model/message.ts";
import { counted, derived } from "../model/quantity.ts";
import { MiB } from "../model/units.ts";
import { CAUSES } from "../rules/causes.ts";
import { shortLine, verifyCommand } from "../rules/naming.ts";
import { RULES } from "../rules/catalog.ts";
import type { Supported } from "../rules/rule.ts";
import type {
  Confidence,
  EvidenceRow,
  ProcessAnswer,
  ServiceFacts,
  Status,
  Verdict,
} from "./answer.ts";
import { verdictMessages } from "./messages.ts";
import { missingOf } from "./missing.ts";
import { BRINGS_ABOUT, CONFIDENCE_RANK, RANK } from "./weights.ts";

export function judge(view: View): ProcessAnswer {
  const outcomes = RULES.map((rule) => ({ rule, outcome: rule.evaluate(view) }));
  const covered = new Set(
    outcomes.flatMap(({ outcome }) => (outcome.is === "supported" ? (outcome.covers ?? []) : [])),
  );
  const ranked = outcomes
    .flatMap(({ rule, outcome }) =>
      outcome.is === "supported" && !covered.has(rule.id)
        ? [{ verdict: toVerdict(rule.id, outcome, view), weight: outcome.weight }]
        : [],
    )
    .sort((a, b) => order(a) - order(b) || b.weight - a.weight)
    .map((x) => x.verdict);
  const verdicts = causesFirst(ranked);
  const results = outcomes.map((o) => o.outcome);
  const isFault = verdicts.some((v) => v.fault);
  const followsLoad = results.flatMap((o) =>
    o.is === "contradicted" ? o.by.filter((s) => s.id === "heap-leak.not-load") : [],
  );
  const calm = isFault
    ? undefined
    : (calmness(view) ??
      (followsLoad.length > 0 ? [...followsLoad, ...costFacts(view)] : undefined));
  const status: Status = isFault ? "fault" : calm !== undefined ? "no-fault-seen" : "inconclusive";
  const p = view.process;
  const target = view.options.target;
  const headline = isFault
    ? (verdicts.find((v) => v.fault)?.headline ??
      say(verdictMessages, "answer.no-fault", { name: p.name }))
    : status === "no-fault-seen"
      ? say(verdictMessages, "answer.no-fault", { name: p.name })
      : whyInconclusive(view);
  return {
    key: p.key,
    status,
    service: serviceFacts(view),
    headline,
    facts: [
      ...restartFacts(view),
      ...(calm ?? []),
      ...(status === "inconclusive" ? [...rssChange(view), ...unknowns(view)] : []),
    ],
    verdicts,
    notIt: results.flatMap((o) => (o.is === "contradicted" ? o.by : [])),
    worthKnowing: worthKnowing(view, verdicts),
    ledgers: [view.processLedger, view.containerLedger].filter((l) => l !== undefined),
    sites: view.sites?.table,
    series: Object.values(view.series).filter((s) => s !== undefined),
    missing: missingOf(view, results),
    evidence: evidenceRows(view),
    linking: p.linking,
    diagnostics: p.artefacts.flatMap((a) => a.diagnostics.map((d) => ({ ...d, artefact: a.id }))),
    next: status === "inconclusive" ? nextSteps(view, target) : [],
  };
}

/** Moves a cause before its effect; the order of the rest stays. */
function causesFirst(ranked: readonly Verdict[]): Verdict[] {
  const list = [...ranked];
  for (const [cause, effect] of BRINGS_ABOUT) {
    const from = list.findIndex((v) => v.cause === cause && v.fault);
    const to = list.findIndex((v) => v.cause === effect);
    if (from < 0 || to < 0 || from < to) continue;
    const [moved] = list.splice(from, 1);
    if (moved !== undefined) list.splice(to, 0, moved);
  }
  return list;
}

/** Sure faults first, then by table rank; information last. */
function order(x: { verdict: Verdict }): number {
  const v = x.verdict;
  return -((v.fault ? 1000 : 0) + CONFIDENCE_RANK[v.confidence] * 100 + RANK[v.cause]);
}

function toVerdict(cause: Verdict["cause"], o: Supported, view: View): Verdict {
  return {
    cause,
    fault: o.fault ?? CAUSES[cause].fault,
    confidence: cap(o.confidence, view),
    sites: o.sites,
    headline: o.headline,
    facts: o.facts,
    for: o.for,
    against: o.against,
    alike: o.alike,
    now: o.now,
    fix: o.fix,
    verify: o.verify,
  };
}

/** Evidence that may be of several replicas says nothing of one process's growth above low. */
function cap(confidence: Confidence, view: View): Confidence {
  return view.process.sameness === "unknown" ? "low" : confidence;
}

/**
 * Why "no fault seen" may be said, as facts that name what could have been seen; undefined when the
 * evidence does not carry it: ≥ 5 cycles of a series, or two profiles ≥ 2 cycles apart, or no cycle at
 * all in a look that bounds growth by heap objects.
 */
function calmness(view: View): Statement[] | undefined {
  const out: Statement[] = [];
  const trend = view.trends.marked;
  const limit = view.limitOrHost;
  const peak = view.processLedger?.peakSeen;
  if (view.forecast.limit !== undefined && peak !== undefined)
    out.push(
      say(
        verdictMessages,
        "answer.peak-headroom",
        { limit: view.forecast.limit.bytes, peak, source: view.forecast.limit.source },
        peak.evidence,
      ),
    );
  // Growth, or what cannot be told from it, is nothing to be calm about; nor is a trend that ended
  // long before the rest of the evidence.
  const isTold =
    trend !== undefined &&
    (trend.kind === "level" ||
      trend.kind === "plateau" ||
      trend.kind === "step" ||
      trend.kind === "falling" ||
      // Few cycles after a bend leave the shape open; that next to nothing was added since does not.
      ((trend.kind === "rising" || trend.kind === "irregular") &&
        Math.abs(trend.recentShare) < 0.15) ||
      (trend.kind === "line" && !(trend.slope.lo > 0)));
  const silence = view.sinceLastCycleSec ?? 0;
  const clear =
    trend !== undefined &&
    trend.allPoints >= 5 &&
    isTold &&
    (silence <= 30 || silence <= 1.5 * trend.allSeconds);
  if (clear && trend !== undefined) {
    const v = visibleOf(trend, view.series.marked);
    const visible = derived(v, v, v, "bytes/s", trend.slope.evidence, "gc-cycle");
    out.push(
      say(
        verdictMessages,
        "answer.could-have-seen",
        { visible, cycles: trend.allPoints, seconds: trend.allSeconds },
        trend.slope.evidence,
      ),
    );
    const nextPeak = view.forecast.nextPeak;
    if (limit !== undefined && nextPeak !== undefined && v > 0) {
      const factor = view.forecast.gogcPercent < 0 ? 1 : 1 + view.forecast.gogcPercent / 100;
      const left = Math.max(0, (limit.value - nextPeak.value) / (v * factor));
      out.push(
        say(verdictMessages, "answer.could-have-seen-limit", {
          left,
          until: view.forecast.limit === undefined ? "the host's memory" : "the limit",
        }),
      );
      const day = 86_400;
      if (left < day) {
        const minutes =
          Math.ceil(spanToSee(left === 0 ? Infinity : day / left, trend.allSeconds, 1) / 300) * 5;
        out.push(
          say(verdictMessages, "answer.look-longer", {
            command: verifyCommand(
              view.options.target,
              minutes > 120 ? `${Math.ceil(minutes / 60)}h` : `${minutes}m`,
            ),
          }),
        );
      }
    }
    return [...out, ...costFacts(view)];
  }
  const objects = objectsBound(view);
  if (objects !== undefined) return [...out, objects, ...costFacts(view)];
  const pair = view.sites?.pair;
  const growth = view.sites?.table.totalGrowth;
  if (
    pair !== undefined &&
    !pair.isStill &&
    growth !== undefined &&
    (pair.cyclesBetween ?? pair.cyclesAtLeast) >= 2
  ) {
    // Growth as large as the heap itself could hide in it: that is no calm.
    const live = view.sites?.table.total.value ?? 0;
    if (growth.hi > Math.max(16 * MiB, 0.5 * live)) return undefined;
    const visible = derived(
      Math.max(0, growth.hi),
      Math.max(0, growth.hi),
      Math.max(0, growth.hi),
      "bytes",
      growth.evidence,
    );
    out.push(
      say(
        verdictMessages,
        "answer.could-have-seen-pair",
        { visible, seconds: pair.seconds },
        growth.evidence,
      ),
    );
    return [...out, ...costFacts(view)];
  }
  const idle = idleBound(view);
  if (idle !== undefined) return [...out, idle];
  return undefined;
}

/** Without a fitted tail: two MiB, or the series' resolution, over the second half of the window. */
function visibleOf(trend: SeriesTrend, marked: Series | undefined): number {
  const fitted = trend.visibleSlope ?? 0;
  if (fitted > 0) return fitted;
  return (2 * Math.max(MiB, marked?.resolution ?? 0)) / Math.max(1, trend.allSeconds / 2);
}

function costFacts(view: View): Statement[] {
  const gc = view.cost?.gcShare;
  return gc === undefined || gc.grade === "bound"
    ? []
    : [say(verdictMessages, "answer.gc-cost", { gc }, gc.evidence)];
}

/**
 * Few cycles, but heap objects, garbage included, do not grow: live memory, a part of them, does not
 * grow faster than that series could have shown.
 */
function objectsBound(view: View): Statement | undefined {
  const t = view.trends["heap-alloc"];
  if (t === undefined || t.allPoints < 15 || t.allSeconds < 30) return undefined;
  if (t.kind !== "level" && t.kind !== "falling" && t.kind !== "plateau") return undefined;
  const v = t.visibleSlope;
  if (v === undefined) return undefined;
  const visible = derived(v, v, v, "bytes/s", t.slope.evidence, "wall");
  return say(
    verdictMessages,
    "answer.could-have-seen-objects",
    { visible, seconds: t.allSeconds },
    t.slope.evidence,
  );
}

/** No cycle ended: growth is bounded by the change of heap objects, and that is the answer. */
function idleBound(view: View): Statement | undefined {
  const objects = view.series["heap-alloc"];
  if (objects === undefined || objects.time.length < 2) return undefined;
  const counts = [
    ...view.process.memStats.map((m) => m.value.numGC),
    ...view.process.metrics.map((m) => m.value.scalars.get("/gc/cycles/total:gc-cycles")),
  ].filter((n): n is number => n !== undefined);
  if (counts.length < 2 || Math.max(...counts) !== Math.min(...counts)) return undefined;
  const seconds =
    ((objects.time[objects.time.length - 1] ?? NaN) - (objects.time[0] ?? NaN)) / 1000;
  if (!(seconds >= 20)) return undefined;
  const change = (objects.value[objects.value.length - 1] ?? 0) - (objects.value[0] ?? 0);
  // An idle service that allocates nothing much: more than that is a service between two cycles.
  if (change > 4 * 1024 * 1024) return undefined;
  return say(
    verdictMessages,
    "answer.idle",
    { seconds, change: counted(Math.max(0, change), "bytes", objects.evidence) },
    objects.evidence,
  );
}

function whyInconclusive(view: View): Statement {
  const p = view.process;
  const delta = p.otherProfiles.find((o) => o.value.isDelta);
  const off = p.heap.find((h) => h.profile.period === 0);
  const trend = view.trends.marked;
  if (off !== undefined && view.sites === undefined)
    return say(verdictMessages, "answer.sampling-off", {}, [off.artefact.id]);
  if (view.sites?.pair?.isStill === true)
    return say(
      verdictMessages,
      "answer.still",
      { seconds: view.seconds ?? view.sites.pair.seconds },
      [view.sites.pair.after.snapshot.artefact.id],
    );
  if (trend !== undefined && (trend.kind === "irregular" || trend.kind === "rising"))
    return say(verdictMessages, "answer.unclear-series", {}, trend.slope.evidence);
  if (trend !== undefined && trend.kind === "too-short" && view.sites?.pair === undefined)
    return say(
      verdictMessages,
      "answer.short-series",
      { cycles: trend.points },
      trend.slope.evidence,
    );
  if (view.sites !== undefined)
    return say(
      verdictMessages,
      "answer.one-profile",
      { total: view.sites.table.total },
      view.sites.table.total.evidence,
    );
  if (delta !== undefined)
    return say(verdictMessages, "answer.delta", { name: delta.artefact.name }, [delta.artefact.id]);
  if (view.series.marked !== undefined)
    return say(
      verdictMessages,
      "answer.short-series",
      { cycles: view.series.marked.time.length },
      view.series.marked.evidence,
    );
  return say(verdictMessages, "answer.no-go", {});
}

/** Growth that no rule could weigh is still the first thing its reader wants to know. */
function rssChange(view: View): Statement[] {
  const rss = view.series.rss;
  const n = rss?.value.length ?? 0;
  if (rss === undefined || n < 2) return [];
  const change = (rss.value[n - 1] ?? 0) - (rss.value[0] ?? 0);
  if (Math.abs(change) < 8 * MiB) return [];
  const seconds = ((rss.time[n - 1] ?? NaN) - (rss.time[0] ?? NaN)) / 1000;
  const quantity = counted(change, "bytes", rss.evidence);
  return [say(verdictMessages, "answer.rss-change", { change: quantity, seconds }, rss.evidence)];
}

function unknowns(view: View): Statement[] {
  const list: string[] = [];
  if (view.process.goVersion.text === undefined) list.push("go-version");
  if (view.processLedger?.total === undefined) list.push("rss");
  if (view.forecast.limit === undefined) list.push("limit");
  if (view.uptimeSec === undefined) list.push("uptime");
  return list.length === 0
    ? []
    : [say(verdictMessages, "answer.unknowns", { list: list.join(",") })];
}

function restartFacts(view: View): Statement[] {
  const facts = view.process.container?.facts;
  if (facts?.restarts === undefined || facts.restarts === 0) return [];
  const id = view.process.container?.artefact.id;
  return [
    say(
      verdictMessages,
      "answer.restarted",
      { restarts: facts.restarts, reason: facts.lastState?.reason ?? "unknown" },
      id === undefined ? [] : [id],
    ),
  ];
}

function worthKnowing(view: View, verdicts: readonly Verdict[]): Statement[] {
  const out: Statement[] = [];
  // Beside a fault they stand under ALSO.
  if (!verdicts.some((v) => v.fault)) for (const v of verdicts) out.push(v.headline);
  const top = [...(view.sites?.table.sites ?? [])].sort((a, b) => b.live.value - a.live.value)[0];
  if (top !== undefined && top.live.value >= 64 * 1024 && !verdicts.some((v) => v.fault))
    out.push(
      say(verdictMessages, "answer.largest", { line: shortLine(top), live: top.live }, [
        top.evidence,
      ]),
    );
  const marked = view.series.marked;
  const shown = view.sites?.shown.snapshot;
  const at = shown === undefined || marked === undefined ? undefined : markedAt(marked, shown);
  // Below a few MiB the profile holds a sample or two.
  if (view.sites !== undefined && at !== undefined && marked !== undefined && at >= 4 * MiB) {
    out.push(
      say(
        verdictMessages,
        "answer.calibration",
        {
          sampled: view.sites.table.total,
          marked: counted(at, "bytes", marked.evidence.slice(0, 1)),
          share: view.sites.table.total.value / Math.max(1, at),
        },
        view.sites.table.total.evidence,
      ),
    );
  }
  for (const d of view.process.otherProfiles)
    if (d.value.isDelta)
      out.push(say(verdictMessages, "answer.delta", { name: d.artefact.name }, [d.artefact.id]));
  return out;
}

/** Marked bytes of the cycle that a profile shows, by number, else by time. */
function markedAt(marked: Series, shown: HeapSnapshot): number | undefined {
  const { cycle, time, value } = marked;
  let best: number | undefined;
  for (let i = 0; i < time.length; i++) {
    if (shown.cycle !== undefined && cycle?.[i] === shown.cycle) return value[i];
    if ((time[i] ?? Infinity) <= shown.cycleEndMs + 50) best = value[i];
  }
  return best;
}

function nextSteps(view: View, target: string): Statement[] {
  const command = verifyCommand(target, "60s").replace(" --for 60s", "");
  if (view.trends.marked?.kind === "too-short" || view.sites?.pair?.isStill === true)
    return [say(verdictMessages, "next.longer", { command: verifyCommand(target, "5m") })];
  // A CPU, mutex or goroutine profile alone: no cause follows from it, but it can be looked at.
  const isHeap = view.sites !== undefined || view.series.marked !== undefined;
  const other = isHeap
    ? undefined
    : view.process.artefacts.find(
        ({ table: { kind } }) => kind === "profile" || kind === "goroutines",
      );
  return [
    ...(other === undefined
      ? []
      : [
          say(verdictMessages, "next.show", { command: `heapwright show ${other.name}` }, [
            other.id,
          ]),
        ]),
    say(verdictMessages, "next.capture", { command }),
    say(verdictMessages, "next.two-profiles", {}),
  ];
}

function serviceFacts(view: View): ServiceFacts {
  const p = view.process;
  const f = view.forecast;
  const load = view.load;
  const steady = load.steady === undefined ? "" : load.steady ? "yes" : "no";
  const times = p.artefacts.map((a) => a.record?.startMs ?? NaN).filter(Number.isFinite);
  const wall = Object.values(view.series).filter((s) => s !== undefined && s.clock === "wall");
  const from = Math.min(...times, ...wall.map((s) => s.time[0] ?? Infinity));
  const to = Math.max(
    ...wall.map((s) => s.time[s.time.length - 1] ?? -Infinity),
    Number.isFinite(p.lastMs) ? p.lastMs : -Infinity,
  );
  return {
    name: p.name,
    pid: p.pid,
    goVersion:
      p.goVersion.text === undefined
        ? undefined
        : { text: p.goVersion.text, source: p.goVersion.source },
    uptimeSec: view.uptimeSec,
    limit: f.limit?.bytes,
    limitSource: f.limit?.source,
    gogcPercent: p.settings.gogcPercent,
    goMemLimit: p.settings.goMemLimit,
    load:
      load.rate === undefined
        ? undefined
        : load.source === "requests"
          ? say(
              verdictMessages,
              "answer.load-requests",
              { rate: load.rate, steady },
              load.rate.evidence,
            )
          : say(
              verdictMessages,
              "answer.load-allocations",
              { rate: load.rate, steady },
              load.rate.evidence,
            ),
    fromMs: Number.isFinite(from) ? from : undefined,
    toMs: Number.isFinite(to) ? to : undefined,
    cycles: view.cycles,
  };
}

function evidenceRows(view: View): EvidenceRow[] {
  const heap = new Map(view.process.heap.map((h) => [h.artefact, h]));
  return view.process.artefacts.map((a) => {
    const t = a.table;
    const time = a.record?.startMs ?? (t.kind === "profile" ? t.timeMs : undefined) ?? a.fileTimeMs;
    return {
      id: a.id,
      kind:
        t.kind === "profile"
          ? `${t.profileKind}${t.isDelta ? " delta" : ""}`
          : t.kind === "cgroup"
            ? t.file
            : t.kind,
      name: a.name,
      bytes: a.bytes,
      timeMs: time,
      cycle: heap.get(a)?.cycle,
      complete: a.completeness.complete,
      diagnostics: a.diagnostics,
    };
  });
}
