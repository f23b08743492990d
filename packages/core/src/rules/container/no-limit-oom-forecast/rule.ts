// no-limit-oom-forecast: nothing is wrong with the live heap, but its doubling before the next cycle
// does not fit the container. Predictable from one sample.

import { containerReadings } from "../../../analysis/ledger/container.ts";
import { say, type Statement } from "../../../model/message.ts";
import { counted, derived } from "../../../model/quantity.ts";
import { MiB } from "../../../model/units.ts";
import { verifyCommand } from "../../naming.ts";
import type { View } from "../../../analysis/view.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { messages } from "./messages.ts";

/** Peaks of so many cycles that stayed below the limit refute the forecast. */
const CYCLES_THAT_REFUTE = 20;

export const noLimitOomForecast: Rule = {
  id: "no-limit-oom-forecast",
  evaluate(view): RuleOutcome {
    const f = view.forecast;
    const missing: string[] = [];
    if (f.limit === undefined) missing.push("limit");
    if (f.nextPeak === undefined || f.live95 === undefined) missing.push("live-series");
    if (f.limit === undefined || f.nextPeak === undefined || f.live95 === undefined)
      return { is: "not-evaluable", missing };
    const memLimit = view.process.settings.goMemLimit;
    const limit = f.limit.bytes;
    const peak = f.nextPeak;
    if (peak.value <= limit.value)
      return {
        is: "contradicted",
        by: [say(messages, "no-limit-oom-forecast.not", { peak, limit }, peak.evidence)],
      };
    // What is live does not fit by itself: another cause, with another remedy.
    const native0 = view.processLedger?.parts.find((x) => x.part === "native")?.bytes?.value ?? 0;
    if (f.live95 + (f.other ?? 0) >= 0.95 * limit.value && native0 < 0.3 * limit.value) {
      return { is: "contradicted", by: [] };
    }
    // A memory limit below the container's keeps the goal down: then it is the thrash rule's case.
    if (memLimit !== undefined && memLimit < limit.value) return { is: "contradicted", by: [] };
    const history = Math.max(
      view.processLedger?.peakSeen?.value ?? 0,
      ...containerReadings(view.process).map((r) => r.peak ?? 0),
    );
    const numGC = Math.max(
      0,
      ...view.process.memStats.map((m) => m.value.numGC ?? 0),
      ...view.process.metrics.map((m) => m.value.scalars.get("/gc/cycles/total:gc-cycles") ?? 0),
    );
    const trend = view.trends.marked;
    const isRising = trend?.kind === "line" && trend.slope.lo > 0;
    if (
      history > 0 &&
      history < limit.value &&
      numGC > CYCLES_THAT_REFUTE &&
      !isRising &&
      f.limit.source !== "given"
    )
      return {
        is: "contradicted",
        by: [say(messages, "no-limit-oom-forecast.not", { peak, limit }, peak.evidence)],
      };
    const live = counted(f.live95, "bytes", view.series.marked?.evidence.slice(0, 2) ?? []);
    const other = counted(f.other ?? 0, "bytes", []);
    const facts: Statement[] = [
      say(
        messages,
        "no-limit-oom-forecast.sum",
        { live, gogc: f.gogcPercent, other },
        peak.evidence,
      ),
    ];
    const against: Statement[] = [];
    if (!f.gogcIsKnown) against.push(say(messages, "no-limit-oom-forecast.assumed", {}));
    if (history > 0 && history < limit.value)
      against.push(
        say(messages, "no-limit-oom-forecast.against-peak", {
          peak: counted(history, "bytes", []),
        }),
      );
    // GOMEMLIMIT counts what Go maps; the rest of the container is not its business.
    const room = limit.value * 0.95 - (f.foreign ?? 0);
    const native = view.processLedger?.parts.find((x) => x.part === "native")?.bytes;
    const isNative = native !== undefined && native.value > 0.3 * limit.value;
    const fits = !isNative && (f.live95 + (f.other ?? 0) - (f.foreign ?? 0)) * 1.2 < room;
    if (isNative) {
      facts.push(say(messages, "no-limit-oom-forecast.native", { native }, native.evidence));
    }
    if (!fits && !isNative)
      facts.push(say(messages, "no-limit-oom-forecast.live-over", { live }, live.evidence));
    const need = peak.value * 1.1;
    const points = view.series.marked?.time.length ?? 0;
    return {
      is: "supported",
      confidence:
        peak.lo > limit.value && f.gogcIsKnown && memLimit !== undefined && points >= 5
          ? "high"
          : peak.lo > limit.value && points >= 3
            ? "medium"
            : "low",
      weight: peak.value - limit.value,
      sites: holders(view),
      headline: say(messages, "no-limit-oom-forecast.headline", { peak, limit }, peak.evidence),
      facts,
      for: [],
      against,
      alike: [],
      now: fits
        ? [
            say(messages, "no-limit-oom-forecast.now", {
              value: `${Math.floor(room / MiB)}MiB`,
              limit,
            }),
          ]
        : [],
      fix: [
        say(messages, "no-limit-oom-forecast.fix", {
          need: derived(need, need, need, "bytes", []),
        }),
      ],
      verify: [
        say(messages, "no-limit-oom-forecast.verify", {
          command: verifyCommand(view.options.target, "60s"),
        }),
      ],
    };
  },
};

/** The lines that hold most of what is live: where less would help. */
function holders(view: View): RuleSite[] {
  return (view.sites?.ownLines ?? [])
    .toSorted((a, b) => b.live.value - a.live.value)
    .filter((l, i) => i < 2 && l.live.value >= 0.2 * (view.sites?.table.total.value ?? Infinity))
    .map((l) => ({ function: l.function, file: l.file, line: l.line, role: "holds" }));
}
