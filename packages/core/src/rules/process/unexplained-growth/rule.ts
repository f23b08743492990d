// unexplained-growth: the process or its container grows in a line, and no part that can be told apart
// does. A lead, never more: it is said so that growth is not passed over for want of a name.

import type { SeriesTrend } from "../../../analysis/series-trend.ts";
import type { View } from "../../../analysis/view.ts";
import { say, type Statement } from "../../../model/message.ts";
import { MiB } from "../../../model/units.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { messages } from "./messages.ts";

const MIN_GROWTH = 16 * MiB;

export const unexplainedGrowth: Rule = {
  id: "unexplained-growth",
  evaluate(view): RuleOutcome {
    const found = growing(view, "rss") ?? growing(view, "container-charge");
    const rss = view.trends.rss ?? view.trends["container-charge"];
    if (found === undefined) {
      return rss === undefined || rss.kind === "too-short"
        ? { is: "not-evaluable", missing: ["proc"] }
        : { is: "contradicted", by: [] };
    }
    // Parts that explain it have rules of their own.
    const parts = [
      view.trends.marked,
      view.trends.goroutines,
      view.trends.native,
      view.trends["heap-alloc"],
    ];
    if (parts.some((t) => t !== undefined && rises(t))) return { is: "contradicted", by: [] };
    const known = parts.filter((t) => t !== undefined && t.kind !== "too-short");
    const { trend, what } = found;
    const forIt: Statement[] =
      known.length >= 2 ? [say(messages, "unexplained-growth.not-heap", {})] : [];
    return {
      is: "supported",
      confidence: "low",
      weight: trend.slope.value * trend.seconds,
      sites: [],
      headline: say(
        messages,
        "unexplained-growth.headline",
        { slope: trend.slope },
        trend.slope.evidence,
      ),
      facts: [
        say(
          messages,
          "unexplained-growth.seconds",
          { what, seconds: trend.seconds, points: trend.points },
          trend.slope.evidence,
        ),
      ],
      for: forIt,
      against: [],
      alike: ["heap-leak", "native-growth", "goroutine-leak"],
      now: [],
      fix: [say(messages, "unexplained-growth.fix", {})],
      verify: [],
    };
  },
};

function rises(t: SeriesTrend): boolean {
  return (t.kind === "line" || t.kind === "rising") && t.slope.lo > 0;
}

function growing(
  view: View,
  id: "rss" | "container-charge",
): { trend: SeriesTrend; what: string } | undefined {
  const trend = view.trends[id];
  if (trend === undefined || trend.kind !== "line" || !(trend.slope.lo > 0)) return undefined;
  // The charge holds page cache, which grows with every file read.
  if (id === "container-charge" && cacheShare(view) > 0.3) return undefined;
  if (trend.slope.value * trend.seconds < MIN_GROWTH) return undefined;
  return { trend, what: id === "rss" ? "RSS" : "memory.current" };
}

function cacheShare(view: View): number {
  const l = view.containerLedger;
  const file = l?.parts.find((p) => p.part === "file")?.bytes?.value ?? 0;
  return file / Math.max(1, l?.total?.value ?? 1);
}
