// native-growth: anonymous memory outside Go's arenas and metadata grows.

import { hasRaceShadow } from "../../../analysis/ledger/mappings.ts";
import { timeToLimit } from "../../../analysis/time-to-limit.ts";
import { say, type Statement } from "../../../model/message.ts";
import { derived, type Quantity } from "../../../model/quantity.ts";
import { MiB } from "../../../model/units.ts";
import { verifyCommand } from "../../naming.ts";
import type { View } from "../../../analysis/view.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { messages } from "./messages.ts";

/**
 * RssAnon minus Go's totals moves with memory that Go touches late. One smaps of the second half of the
 * window measures what is native by then: more than that cannot have grown up to it. Twice that at most
 * grew over the whole window, where it grew in a line. Undefined without such a smaps.
 */
function mostThatGrew(view: View, native: Quantity | undefined): Quantity | undefined {
  const { smaps, status } = view.process;
  const seen = smaps.findLast((s) => s.value.form === "smaps")?.timeMs;
  const from = status[0]?.timeMs;
  const to = status[status.length - 1]?.timeMs;
  if (native === undefined || seen === undefined || from === undefined || to === undefined)
    return undefined;
  if (!(seen >= (from + to) / 2)) return undefined;
  const most = 2 * native.hi;
  return derived(most, most, most, native.unit, native.evidence);
}

const MIN_GROWTH = 8 * MiB;

export const nativeGrowth: Rule = {
  id: "native-growth",
  evaluate(view): RuleOutcome {
    // The race detector's shadow memory is native memory that grows with what is touched.
    const { buildInfo, smaps } = view.process;
    const isRace =
      buildInfo === undefined
        ? smaps.some((s) => hasRaceShadow(s.value))
        : buildInfo.settings.get("-race") === "true";
    if (isRace) {
      return { is: "gated-out", why: say(messages, "native-growth.race", {}) };
    }
    const ledger = view.processLedger;
    const native = ledger?.parts.find((x) => x.part === "native");
    const trend = view.trends.native;
    const hasSmaps = view.process.smaps.filter((s) => s.value.form === "smaps").length >= 2;
    const change = native?.change;
    if (change === undefined && trend === undefined)
      return { is: "not-evaluable", missing: ["proc"] };
    // With smaps the change is measured on mappings; else RssAnon minus Go's totals.
    const growth: Quantity | undefined =
      hasSmaps && change !== undefined
        ? change
        : trend !== undefined && trend.kind !== "too-short"
          ? derived(
              trend.slope.value * trend.seconds,
              trend.slope.lo * trend.seconds,
              trend.slope.hi * trend.seconds,
              "bytes",
              trend.slope.evidence,
            )
          : change;
    if (growth === undefined) return { is: "not-evaluable", missing: ["proc"] };
    const most = mostThatGrew(view, native?.bytes);
    if (!hasSmaps && most !== undefined && growth.lo > most.value)
      return {
        is: "contradicted",
        by: [say(messages, "native-growth.not-mapped", { native: most }, most.evidence)],
      };
    const heap = view.trends.marked;
    const heapFlat = heap !== undefined && heap.kind !== "line" && heap.kind !== "too-short";
    const isLine =
      trend === undefined || trend.kind === "too-short"
        ? undefined
        : (trend.kind === "line" || trend.kind === "rising") && trend.slope.lo > 0;
    if (!(growth.lo >= MIN_GROWTH) || isLine === false) {
      const name = growth.lo >= MIN_GROWTH ? "native-growth.no-line" : "native-growth.not";
      return { is: "contradicted", by: [say(messages, name, { change: growth }, growth.evidence)] };
    }
    const facts: Statement[] = [];
    const against: Statement[] = [];
    if (trend !== undefined && isLine === true)
      facts.push(
        say(
          messages,
          "native-growth.trend",
          { slope: trend.slope, seconds: trend.seconds },
          trend.slope.evidence,
        ),
      );
    if (native?.bytes !== undefined && ledger?.total !== undefined)
      facts.push(
        say(
          messages,
          "native-growth.now-size",
          { native: native.bytes, rss: ledger.total },
          native.bytes.evidence,
        ),
      );
    const limit = view.forecast.limit;
    const peak = view.forecast.nextPeak ?? ledger?.total;
    if (limit !== undefined && trend !== undefined && isLine === true && peak !== undefined) {
      const left = timeToLimit(limit.bytes, peak, trend.slope, 1);
      if (left !== undefined)
        facts.push(
          say(
            messages,
            "native-growth.limit",
            { limit: limit.bytes, left, source: limit.source },
            left.evidence,
          ),
        );
    }
    const huge = ledger?.beside.find((x) => x.part === "unexplained")?.bytes;
    const hugeGrowth =
      huge !== undefined && huge.value > 0.5 * growth.value && growth.value < 64 * MiB
        ? huge
        : undefined;
    if (hugeGrowth !== undefined)
      against.push(
        say(messages, "native-growth.against-huge", { growth: hugeGrowth }, hugeGrowth.evidence),
      );
    if (!hasSmaps) against.push(say(messages, "native-growth.against-no-smaps", {}));
    const confidence =
      hasSmaps && isLine === true && heapFlat && hugeGrowth === undefined
        ? "high"
        : isLine === true && hugeGrowth === undefined && (hasSmaps || heapFlat)
          ? "medium"
          : "low";
    return {
      is: "supported",
      confidence,
      weight: growth.value,
      sites: [],
      headline: say(messages, "native-growth.headline", { growth }, growth.evidence),
      facts,
      for: heapFlat ? [say(messages, "native-growth.for-heap-flat", {}, heap.slope.evidence)] : [],
      against,
      alike: [],
      now: [say(messages, "native-growth.now", {})],
      fix: [say(messages, "native-growth.fix", {})],
      verify: [
        say(messages, "native-growth.verify", {
          command: verifyCommand(view.options.target, "5m"),
        }),
      ],
    };
  },
};
