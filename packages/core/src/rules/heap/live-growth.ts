// Whether the live heap grows so that a leak may be spoken of, and which own lines carry it. Every cause
// that is a kind of heap growth asks here, so that none passes a gate that another one fails.

import type { OwnLine } from "../../analysis/sites/site.ts";
import type { View } from "../../analysis/view.ts";
import { say, type Statement } from "../../model/message.ts";
import { derived, type Quantity } from "../../model/quantity.ts";
import { MiB } from "../../model/units.ts";
import { growthMessages } from "./growth-messages.ts";

/** Below this growth over the window the floor of gctrace and of sampling decides. */
const MIN_GROWTH = MiB;
/** Most own lines that may carry the growth together. */
export const LINES = 3;
/** Of the growth, for a cause or a set of lines to explain it. */
export const SHARE = 0.8;
export const SURVIVAL = 0.9;
/**
 * Silence after a line that is longer than the line: in a heap that grows in a line the next cycle
 * comes after at most as long as it took to get here (the heap doubles), so growth has ended or slowed.
 */
const STALE = 1.5;
/** Less than this of the growth in the second half of the time: it has ended, few cycles or not. */
const LEVELLED = 0.15;

export interface Growing {
  readonly is: "growing";
  /** Of the marked series; undefined when two profiles alone said it. */
  readonly slope: Quantity | undefined;
  /** Over the window of the series, bytes; 0 unknown. */
  readonly grown: number;
  /** What the series predicts between the two profiles: what the shares of lines are of. */
  readonly expected: Quantity | undefined;
}

export type LiveGrowth =
  | Growing
  | { readonly is: "not"; readonly by: readonly Statement[] }
  | { readonly is: "unknown"; readonly missing: readonly string[] };

export function liveGrowth(view: View): LiveGrowth {
  const growing = (slope: Quantity | undefined, grown: number): Growing => ({
    is: "growing",
    slope,
    grown,
    expected: expectedOf(view, slope),
  });
  const trend = view.trends.marked;
  const growth = view.sites?.table.totalGrowth;
  if (trend === undefined && growth === undefined)
    return { is: "unknown", missing: ["live-series", "second-heap"] };
  const silence = view.sinceLastCycleSec ?? 0;
  if (
    trend !== undefined &&
    silence > 30 &&
    silence > STALE * Math.max(trend.seconds, trend.allSeconds)
  ) {
    return { is: "unknown", missing: ["live-series"] };
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
        is: "not",
        by: [
          say(
            growthMessages,
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
        is: "not",
        by: [
          say(
            growthMessages,
            "heap-leak.not-load",
            { live: trend.drift, load: drift },
            trend.slope.evidence,
          ),
        ],
      };
    }
    return growing(trend.slope, grown);
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
      is: "not",
      by: [
        say(
          growthMessages,
          "heap-leak.not",
          { kind: "levelling off", visible },
          trend.slope.evidence,
        ),
      ],
    };
  }
  if (trend?.kind === "rising" && trend.slope.lo > 0) {
    const grown = trend.slope.value * trend.seconds;
    if (grown >= MIN_GROWTH && grown >= 0.3 * trend.endValue && keepsItsGrowth(view)) {
      return growing(trend.slope, grown);
    }
    return { is: "unknown", missing: ["live-series"] };
  }
  if (growth === undefined || view.sites?.pair === undefined || view.sites.pair.isStill) {
    return { is: "unknown", missing: ["live-series"] };
  }
  // Busy lines widen the interval of the sum; a line that keeps what it makes stands out by itself.
  if (!(growth.lo > MIN_GROWTH) && keepsItsGrowth(view)) return growing(undefined, 0);
  if (
    !(growth.lo > MIN_GROWTH) &&
    growth.hi > Math.max(16 * MiB, 0.5 * (view.sites?.table.total.value ?? 0))
  ) {
    return { is: "unknown", missing: ["live-series"] };
  }
  if (!(growth.lo > MIN_GROWTH))
    return {
      is: "not",
      by: [say(growthMessages, "heap-leak.not-pair", { growth }, growth.evidence)],
    };
  return growing(undefined, growth.value);
}

function expectedOf(view: View, slope: Quantity | undefined): Quantity | undefined {
  const seconds = view.sites?.pair?.seconds;
  if (slope === undefined || seconds === undefined || !(seconds > 0)) return undefined;
  return derived(
    slope.value * seconds,
    slope.lo * seconds,
    slope.hi * seconds,
    "bytes",
    slope.evidence,
    "gc-cycle",
  );
}

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

export interface Attribution {
  readonly lines: readonly OwnLine[];
  readonly share: Quantity | undefined;
}

/** Fewest own lines (≤ 3) that carry 80 % of the growth; fewer samples than three carry nothing. */
export function attribute(view: View, grown: Quantity | undefined): Attribution {
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
