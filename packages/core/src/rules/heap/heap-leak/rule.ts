// heap-leak: the live heap grows in a line and a few lines of code keep what they allocate.
// Conditions and what it cannot be told from: README.md beside this file.

import type { OwnLine } from "../../../analysis/sites/site.ts";
import type { View } from "../../../analysis/view.ts";
import { timeToLimit } from "../../../analysis/time-to-limit.ts";
import { say, type Statement } from "../../../model/message.ts";
import { derived, type Quantity } from "../../../model/quantity.ts";
import { MiB } from "../../../model/units.ts";
import { shortFunction, shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite, Supported } from "../../rule.ts";
import { messages } from "./messages.ts";

/** Below this growth over the window the floor of gctrace and of sampling decides. */
const MIN_GROWTH = MiB;
const MIN_CYCLES = 10;
const LINES = 3;
const SHARE = 0.8;
const SURVIVAL = 0.9;
/** A line shorter than this is not told from warm-up, a ramp or a filling cache. */
const LONG_ENOUGH_SEC = 300;
const OLD_ENOUGH_SEC = 1800;
/**
 * Silence after a line that is longer than the line: in a heap that grows in a line the next cycle
 * comes after at most as long as it took to get here (the heap doubles), so growth has ended or slowed.
 */
const STALE = 1.5;
/** Less than this of the growth in the second half of the time: it has ended, few cycles or not. */
const LEVELLED = 0.15;

export const heapLeak: Rule = {
  id: "heap-leak",
  evaluate(view): RuleOutcome {
    const trend = view.trends.marked;
    const growth = view.sites?.table.totalGrowth;
    if (trend === undefined && growth === undefined)
      return { is: "not-evaluable", missing: ["live-series", "second-heap"] };
    const silence = view.sinceLastCycleSec ?? 0;
    if (
      trend !== undefined &&
      silence > 30 &&
      silence > STALE * Math.max(trend.seconds, trend.allSeconds)
    ) {
      return { is: "not-evaluable", missing: ["live-series"] };
    }
    if (
      trend !== undefined &&
      trend.kind !== "too-short" &&
      trend.kind !== "irregular" &&
      trend.kind !== "rising"
    ) {
      const grown = trend.slope.value * trend.seconds;
      const isLine = trend.kind === "line" && trend.slope.lo > 0 && grown >= MIN_GROWTH;
      if (!isLine) {
        const v = trend.visibleSlope ?? Math.max(0, trend.slope.hi);
        const visible = derived(v, v, v, "bytes/s", trend.slope.evidence);
        return {
          is: "contradicted",
          by: [
            say(
              messages,
              "heap-leak.not",
              {
                kind:
                  trend.kind === "falling"
                    ? "falling"
                    : trend.kind === "plateau"
                      ? "levelling off"
                      : "level",
                visible,
              },
              trend.slope.evidence,
            ),
          ],
        };
      }
      const drift = view.load.drift;
      // Live memory that rises no faster than the work it is given is not kept, it is in use.
      if (drift !== undefined && drift > 1.15 && trend.drift <= drift * 1.1) {
        return {
          is: "contradicted",
          by: [
            say(
              messages,
              "heap-leak.not-load",
              { live: trend.drift, load: drift },
              trend.slope.evidence,
            ),
          ],
        };
      }
      return supported(view, trend.slope, grown);
    }
    // "Rising": grew, but whether it still does cannot be told yet. A line of code that keeps what it
    // makes turns that into a lead: in two profiles by its growth, in one by what it holds.
    if (trend !== undefined && trend.allPoints >= 4 && trend.recentShare < LEVELLED) {
      const visible = derived(
        Math.max(0, trend.visibleSlope ?? 0),
        0,
        Math.max(0, trend.visibleSlope ?? 0),
        "bytes/s",
        trend.slope.evidence,
      );
      return {
        is: "contradicted",
        by: [
          say(messages, "heap-leak.not", { kind: "levelling off", visible }, trend.slope.evidence),
        ],
      };
    }
    if (trend?.kind === "rising" && trend.slope.lo > 0) {
      const grown = trend.slope.value * trend.seconds;
      if (grown >= MIN_GROWTH && grown >= 0.3 * trend.endValue && keepsItsGrowth(view)) {
        return supported(view, trend.slope, grown);
      }
      return { is: "not-evaluable", missing: ["live-series"] };
    }
    if (growth === undefined || view.sites?.pair === undefined || view.sites.pair.isStill) {
      return { is: "not-evaluable", missing: ["live-series"] };
    }
    // Busy lines widen the interval of the sum; a line that keeps what it makes stands out by itself.
    if (!(growth.lo > MIN_GROWTH) && keepsItsGrowth(view)) return supported(view, undefined, 0);
    if (
      !(growth.lo > MIN_GROWTH) &&
      growth.hi > Math.max(16 * MiB, 0.5 * (view.sites?.table.total.value ?? 0))
    ) {
      return { is: "not-evaluable", missing: ["live-series"] };
    }
    if (!(growth.lo > MIN_GROWTH))
      return {
        is: "contradicted",
        by: [say(messages, "heap-leak.not-pair", { growth }, growth.evidence)],
      };
    return supported(view, undefined, growth.value);
  },
};

function keepsItsGrowth(view: View): boolean {
  const top = attribute(view, undefined).lines[0];
  return top?.survival !== undefined && top.survival.value >= SURVIVAL;
}

/** With one profile only: the line that holds most, when it freed next to nothing. */
function holder(view: View): OwnLine[] {
  const s = view.sites;
  const top = [...(s?.ownLines ?? [])].sort((a, b) => b.live.value - a.live.value)[0];
  if (s === undefined || top?.survival === undefined) return [];
  const isLarge = top.live.value >= 0.3 * s.table.total.value && top.samples >= 8;
  return isLarge && top.survival.value >= SURVIVAL ? [top] : [];
}

interface Attribution {
  readonly lines: readonly OwnLine[];
  readonly share: Quantity | undefined;
}

/** Fewest own lines (≤ 3) that carry 80 % of the growth; fewer samples than three carry nothing. */
function attribute(view: View, grown: Quantity | undefined): Attribution {
  const s = view.sites;
  if (s === undefined) return { lines: [], share: undefined };
  if (s.pair === undefined || s.pair.isStill) return { lines: holder(view), share: undefined };
  const sure: OwnLine[] = [];
  for (const line of s.ownLines) {
    // Lines come by growth: from the first that did not grow on, none did.
    if (sure.length === LINES || !((line.growth?.value ?? 0) > 0)) break;
    if ((line.growth?.lo ?? 0) > 0 && line.samples >= 3) sure.push(line);
  }
  const total = grown ?? s.table.totalGrowth;
  if (total === undefined || !(total.value > 0)) return { lines: sure, share: undefined };
  const lines: OwnLine[] = [];
  let value = 0;
  let lo = 0;
  let hi = 0;
  for (const line of sure) {
    const g = line.growth;
    // A line that adds less than a tenth of what is there already explains nothing more.
    if (
      g === undefined ||
      (lines.length > 0 && (value / total.value >= SHARE || g.value < 0.1 * value))
    )
      break;
    lines.push(line);
    value += g.value;
    lo += g.lo;
    hi += g.hi;
  }
  if (lines.length === 0) return { lines, share: undefined };
  const evidence = lines.flatMap((l) => l.growth?.evidence ?? []);
  return {
    lines,
    share: derived(
      value / total.value,
      Math.max(0, lo) / total.hi,
      total.lo > 0 ? hi / total.lo : hi / total.value,
      "fraction",
      evidence,
      "gc-cycle",
    ),
  };
}

function supported(view: View, slope: Quantity | undefined, grownOverWindow: number): Supported {
  const trend = view.trends.marked;
  const seconds = view.sites?.pair?.seconds;
  // Growth the series predicts between the two profiles: what the lines' shares are of.
  const expected =
    slope !== undefined && seconds !== undefined && seconds > 0
      ? derived(
          slope.value * seconds,
          slope.lo * seconds,
          slope.hi * seconds,
          "bytes",
          slope.evidence,
          "gc-cycle",
        )
      : undefined;
  const { lines, share } = attribute(view, expected);
  const top = lines[0];
  const forIt: Statement[] = [];
  const against: Statement[] = [];
  const facts: Statement[] = [];
  const cycles = trend?.points ?? 0;

  if (slope !== undefined && trend !== undefined) {
    facts.push(
      say(messages, "heap-leak.trend", { slope, cycles, seconds: trend.seconds }, slope.evidence),
    );
  } else {
    const growth = view.sites?.table.totalGrowth;
    if (growth !== undefined)
      facts.push(
        say(messages, "heap-leak.pair", { growth, seconds: seconds ?? 0 }, growth.evidence),
      );
  }
  if (share !== undefined)
    facts.push(say(messages, "heap-leak.share", { share, lines: lines.length }, share.evidence));
  else if (view.sites !== undefined && lines.length === 0)
    facts.push(say(messages, "heap-leak.spread", { lines: LINES }));

  const left = remaining(view, slope);
  if (left !== undefined && left.hi < 1 && view.forecast.limit !== undefined) {
    const { bytes, source } = view.forecast.limit;
    facts.push(say(messages, "heap-leak.limit-now", { limit: bytes, source }, left.evidence));
  } else if (left !== undefined) {
    const limit = view.forecast.limit;
    facts.push(
      limit === undefined
        ? say(messages, "heap-leak.host", { left }, left.evidence)
        : say(
            messages,
            "heap-leak.limit",
            { limit: limit.bytes, left, source: limit.source },
            left.evidence,
          ),
    );
  }

  const survives = top?.survival !== undefined && top.survival.value >= SURVIVAL;
  if (top?.survival !== undefined && survives)
    forIt.push(
      say(messages, "heap-leak.for-survival", { survival: top.survival, line: shortLine(top) }, [
        top.evidence,
      ]),
    );
  if (trend?.kind === "line" && slope !== undefined)
    forIt.push(
      say(
        messages,
        "heap-leak.for-line",
        { p: trend.p < 0.001 ? "p < .001" : `p = ${trend.p.toFixed(3)}` },
        slope.evidence,
      ),
    );
  const steady = view.load.steady === true;
  if (view.load.variation !== undefined) {
    if (steady)
      forIt.push(
        say(messages, "heap-leak.for-load", {
          variation: view.load.variation,
          what: view.load.source === "requests" ? "requests" : "allocation rate",
        }),
      );
    else against.push(say(messages, "heap-leak.against-load", { variation: view.load.variation }));
  }
  const ratio = trend === undefined ? 1 : trend.endValue / Math.max(MiB, trend.startValue);
  const isLong = trend !== undefined && trend.seconds >= LONG_ENOUGH_SEC;
  if (trend !== undefined && ratio >= 3 && isLong)
    forIt.push(say(messages, "heap-leak.for-ratio", { ratio, seconds: trend.seconds }));
  const lifelong = isLifelong(view);
  if (lifelong && view.uptimeSec !== undefined)
    forIt.push(say(messages, "heap-leak.for-lifetime", { uptime: view.uptimeSec }));
  if (view.uptimeSec !== undefined && view.uptimeSec < OLD_ENOUGH_SEC)
    against.push(say(messages, "heap-leak.against-young", { uptime: view.uptimeSec }));
  else if (trend !== undefined && !isLong)
    against.push(say(messages, "heap-leak.against-short", { seconds: trend.seconds }));
  const goroutines = view.trends.goroutines;
  if (goroutines?.kind === "line" && goroutines.slope.lo > 0)
    against.push(
      say(
        messages,
        "heap-leak.against-goroutines",
        { growth: Math.round(goroutines.slope.value * goroutines.seconds) },
        goroutines.slope.evidence,
      ),
    );
  if (view.process.sameness === "unknown")
    against.push(say(messages, "heap-leak.against-replicas", {}));

  const further = Number(ratio >= 3 && isLong) + Number(lifelong);
  const placed = share !== undefined && share.value >= SHARE && lines.length <= LINES;
  const isMedium =
    slope !== undefined &&
    trend?.kind === "line" &&
    cycles >= MIN_CYCLES &&
    steady &&
    placed &&
    survives &&
    further >= 1;
  const confidence = isMedium && further >= 2 ? "high" : isMedium ? "medium" : "low";
  const command = verifyCommand(view.options.target, "5m");
  return {
    is: "supported",
    confidence,
    weight: grownOverWindow,
    sites: lines.flatMap(sitesOf),
    headline:
      top === undefined
        ? say(messages, "heap-leak.headline-unplaced", {})
        : say(
            messages,
            survives ? "heap-leak.headline" : "heap-leak.headline-grows",
            { line: shortLine(top), function: shortFunction(top.function) },
            [top.evidence],
          ),
    facts,
    for: forIt,
    against,
    alike: ["cache-plateau"],
    now: [
      left === undefined
        ? say(messages, "heap-leak.now-unknown", {})
        : say(messages, "heap-leak.now", { left: lifetimeAfterRestart(view, slope) ?? left }),
    ],
    fix: top === undefined ? [] : [say(messages, "heap-leak.fix", { line: shortLine(top) })],
    verify: [
      top === undefined
        ? say(messages, "heap-leak.verify-unplaced", { command })
        : say(messages, "heap-leak.verify", { line: shortLine(top), command }),
    ],
  };
}

/** The own line, then the library lines below it that do the allocating. */
function sitesOf(line: OwnLine): RuleSite[] {
  const allocatesItself = line.allocates.some((a) => a.file === line.file && a.line === line.line);
  const out: RuleSite[] = [
    {
      function: line.function,
      file: line.file,
      line: line.line,
      role: allocatesItself ? "allocates" : "holds",
    },
  ];
  for (const a of line.allocates.slice(0, 2)) {
    if (a.file !== line.file || a.line !== line.line) out.push({ ...a, role: "allocates" });
  }
  return out;
}

function factorOf(view: View): number {
  return view.forecast.gogcPercent < 0 ? 1 : 1 + view.forecast.gogcPercent / 100;
}

function remaining(view: View, slope: Quantity | undefined): Quantity | undefined {
  const limit = view.limitOrHost;
  const peak = view.forecast.nextPeak;
  if (slope === undefined || limit === undefined || peak === undefined) return undefined;
  return timeToLimit(limit, peak, slope, factorOf(view));
}

/** From an empty heap to the limit at the same slope. */
function lifetimeAfterRestart(view: View, slope: Quantity | undefined): Quantity | undefined {
  const limit = view.limitOrHost;
  const other = view.forecast.other;
  if (slope === undefined || limit === undefined || other === undefined) return undefined;
  const start = derived(other, other, other, "bytes", []);
  return timeToLimit(limit, start, slope, factorOf(view));
}

/** The window's slope times the uptime gives the size the heap has: it grew like this from the start. */
function isLifelong(view: View): boolean {
  const t = view.trends.marked;
  if (t === undefined || view.uptimeSec === undefined || view.uptimeSec < OLD_ENOUGH_SEC)
    return false;
  if (t.seconds > view.uptimeSec * 0.7) return false;
  return (
    t.endValue >= t.slope.lo * view.uptimeSec * 0.9 &&
    t.endValue <= t.slope.hi * view.uptimeSec * 1.25 + 16 * MiB
  );
}
