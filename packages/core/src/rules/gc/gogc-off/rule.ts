// gogc-off: GOGC=off without a memory limit. The heap is bounded by nothing but the host.

import { timeToLimit } from "../../../analysis/time-to-limit.ts";
import { say, type Statement } from "../../../model/message.ts";
import { MiB } from "../../../model/units.ts";
import { shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { allocatingLines, linesSinceStart } from "../allocating-lines.ts";
import { messages } from "./messages.ts";

/** A short-lived tool turns the collector off on purpose; it does not grow like this. */
const MIN_GROWTH = 32 * MiB;

export const gogcOff: Rule = {
  id: "gogc-off",
  evaluate(view): RuleOutcome {
    const { gogcPercent, goMemLimit, gogcSource } = view.process.settings;
    if (gogcPercent === undefined) return { is: "not-evaluable", missing: ["memlimit"] };
    if (gogcPercent >= 0 || goMemLimit === undefined || Number.isFinite(goMemLimit)) {
      return { is: "contradicted", by: [] };
    }
    const objects = view.trends["heap-alloc"];
    const facts: Statement[] = [];
    if (view.cost?.cycles !== undefined && view.seconds !== undefined) {
      facts.push(
        say(messages, "gogc-off.cycles", { cycles: view.cost.cycles, seconds: view.seconds }),
      );
    }
    const grows = objects !== undefined && objects.slope.lo > 0;
    const grown = grows ? objects.slope.value * objects.seconds : 0;
    if (grows)
      facts.push(
        say(messages, "gogc-off.growth", { slope: objects.slope }, objects.slope.evidence),
      );
    const limit = view.limitOrHost;
    const now = view.processLedger?.total ?? view.containerLedger?.total;
    if (grows && limit !== undefined && now !== undefined) {
      const left = timeToLimit(limit, now, objects.slope, 1);
      if (left !== undefined)
        facts.push(say(messages, "gogc-off.limit", { left, limit }, left.evidence));
    }
    const rates = allocatingLines(view);
    const garbage = rates.total > 0 ? rates : linesSinceStart(view);
    const top = garbage.lines[0];
    if (top !== undefined)
      facts.push(
        say(
          messages,
          "gogc-off.line",
          {
            line: shortLine(top),
            share: garbage.of(top) / garbage.total,
            since: garbage === rates ? "look" : "start",
          },
          [top.evidence],
        ),
      );
    const room = (view.forecast.limit?.bytes.value ?? 0) * 0.9 - (view.forecast.foreign ?? 0);
    return {
      is: "supported",
      confidence: grown >= MIN_GROWTH ? (gogcSource === "metrics" ? "high" : "medium") : "low",
      weight: grown,
      sites: garbage.sites,
      headline: say(messages, "gogc-off.headline", {}),
      facts,
      for: [],
      against: [],
      alike: ["heap-leak"],
      now:
        room > 64 * MiB
          ? [say(messages, "gogc-off.now", { limit: `${Math.floor(room / MiB)}MiB` })]
          : [],
      fix: [say(messages, "gogc-off.fix", {})],
      verify: [
        say(messages, "gogc-off.verify", { command: verifyCommand(view.options.target, "60s") }),
      ],
    };
  },
};
