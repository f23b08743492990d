// What speaks for and against a leak of the live heap, and how sure that makes anyone: the same for
// every cause that is a kind of heap growth. Conditions: heap-leak/README.md.

import type { View } from "../../analysis/view.ts";
import { timeToLimit } from "../../analysis/time-to-limit.ts";
import { say, type Statement } from "../../model/message.ts";
import { derived, type Quantity } from "../../model/quantity.ts";
import { MiB } from "../../model/units.ts";
import { growthMessages } from "./growth-messages.ts";
import { shortLine } from "../naming.ts";
import {
  attribute,
  LINES,
  SHARE,
  SURVIVAL,
  type Attribution,
  type Growing,
} from "./live-growth.ts";

const MIN_CYCLES = 10;
/** A line shorter than this is not told from warm-up, a ramp or a filling cache. */
const LONG_ENOUGH_SEC = 300;
const OLD_ENOUGH_SEC = 1800;

/** The lines that a cause lays the growth at. */
export interface Placed {
  readonly lines: number;
  readonly share: Quantity | undefined;
  readonly survival: Quantity | undefined;
  /** Of the first line, as shown, and its evidence id. */
  readonly line: string;
  readonly evidence: string;
}

export interface Account {
  readonly confidence: "high" | "medium" | "low";
  readonly trend: readonly Statement[];
  readonly limit: readonly Statement[];
  readonly for: readonly Statement[];
  readonly against: readonly Statement[];
  readonly now: readonly Statement[];
}

/** The growth as heap-leak lays it at own lines: what a more special cause may not outdo. */
export function accountOfLines(
  view: View,
  growing: Growing,
): Attribution & { readonly account: Account } {
  const { lines, share } = attribute(view, growing.expected);
  const top = lines[0];
  const placed =
    top === undefined
      ? undefined
      : {
          lines: lines.length,
          share,
          survival: top.survival,
          line: shortLine(top),
          evidence: top.evidence,
        };
  return { lines, share, account: accountOf(view, growing, placed) };
}

const STEPS = ["low", "medium", "high"] as const;

export function lesser(a: Account["confidence"], b: Account["confidence"]): Account["confidence"] {
  return STEPS[Math.min(STEPS.indexOf(a), STEPS.indexOf(b))] ?? "low";
}

export function accountOf(view: View, growing: Growing, placed: Placed | undefined): Account {
  const { slope } = growing;
  const trend = view.trends.marked;
  const forIt: Statement[] = [];
  const against: Statement[] = [];
  const survives = isKept(placed?.survival);
  if (placed?.survival !== undefined && survives)
    forIt.push(
      say(
        growthMessages,
        "heap-leak.for-survival",
        { survival: placed.survival, line: placed.line },
        [placed.evidence],
      ),
    );
  if (trend?.kind === "line" && slope !== undefined)
    forIt.push(
      say(
        growthMessages,
        "heap-leak.for-line",
        { p: trend.p < 0.001 ? "p < .001" : `p = ${trend.p.toFixed(3)}` },
        slope.evidence,
      ),
    );
  const steady = view.load.steady === true;
  if (view.load.variation !== undefined) {
    if (steady)
      forIt.push(
        say(growthMessages, "heap-leak.for-load", {
          variation: view.load.variation,
          what: view.load.source === "requests" ? "requests" : "allocation rate",
        }),
      );
    else
      against.push(
        say(growthMessages, "heap-leak.against-load", { variation: view.load.variation }),
      );
  }
  const ratio = trend === undefined ? 1 : trend.endValue / Math.max(MiB, trend.startValue);
  const isLong = trend !== undefined && trend.seconds >= LONG_ENOUGH_SEC;
  if (trend !== undefined && ratio >= 3 && isLong)
    forIt.push(say(growthMessages, "heap-leak.for-ratio", { ratio, seconds: trend.seconds }));
  const lifelong = isLifelong(view);
  if (lifelong && view.uptimeSec !== undefined)
    forIt.push(say(growthMessages, "heap-leak.for-lifetime", { uptime: view.uptimeSec }));
  if (view.uptimeSec !== undefined && view.uptimeSec < OLD_ENOUGH_SEC)
    against.push(say(growthMessages, "heap-leak.against-young", { uptime: view.uptimeSec }));
  else if (trend !== undefined && !isLong)
    against.push(say(growthMessages, "heap-leak.against-short", { seconds: trend.seconds }));
  const goroutines = view.trends.goroutines;
  if (goroutines?.kind === "line" && goroutines.slope.lo > 0)
    against.push(
      say(
        growthMessages,
        "heap-leak.against-goroutines",
        { growth: Math.round(goroutines.slope.value * goroutines.seconds) },
        goroutines.slope.evidence,
      ),
    );
  if (view.process.sameness === "unknown")
    against.push(say(growthMessages, "heap-leak.against-replicas", {}));

  const further = Number(ratio >= 3 && isLong) + Number(lifelong);
  const isPlaced =
    placed?.share !== undefined && placed.share.value >= SHARE && placed.lines <= LINES;
  const isMedium =
    slope !== undefined &&
    trend?.kind === "line" &&
    trend.points >= MIN_CYCLES &&
    steady &&
    isPlaced &&
    survives &&
    further >= 1;
  const left = remaining(view, slope);
  return {
    confidence: isMedium && further >= 2 ? "high" : isMedium ? "medium" : "low",
    trend: trendFacts(view, slope),
    limit: left === undefined ? [] : [limitFact(view, left)],
    for: forIt,
    against,
    now: [
      left === undefined
        ? say(growthMessages, "heap-leak.now-unknown", {})
        : say(growthMessages, "heap-leak.now", { left: lifetimeAfterRestart(view, slope) ?? left }),
    ],
  };
}

/** Nearly every object ever sampled there is still live. */
export function isKept(survival: Quantity | undefined): boolean {
  return survival !== undefined && survival.value >= SURVIVAL;
}

function trendFacts(view: View, slope: Quantity | undefined): Statement[] {
  const trend = view.trends.marked;
  if (slope !== undefined && trend !== undefined)
    return [
      say(
        growthMessages,
        "heap-leak.trend",
        { slope, cycles: trend.points, seconds: trend.seconds },
        slope.evidence,
      ),
    ];
  const growth = view.sites?.table.totalGrowth;
  if (growth === undefined) return [];
  const seconds = view.sites?.pair?.seconds ?? 0;
  return [say(growthMessages, "heap-leak.pair", { growth, seconds }, growth.evidence)];
}

function limitFact(view: View, left: Quantity): Statement {
  const limit = view.forecast.limit;
  if (limit === undefined) return say(growthMessages, "heap-leak.host", { left }, left.evidence);
  const { bytes, source } = limit;
  return left.hi < 1
    ? say(growthMessages, "heap-leak.limit-now", { limit: bytes, source }, left.evidence)
    : say(growthMessages, "heap-leak.limit", { limit: bytes, left, source }, left.evidence);
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
