// working-set-over-limit: no setting helps, because what is live does not fit the container.

import { say, type Statement } from "../../../model/message.ts";
import { counted, derived } from "../../../model/quantity.ts";
import { shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { messages } from "./messages.ts";

/** A container at more than this of its limit is reclaimed and killed in practice. */
const FULL = 0.95;

export const workingSetOverLimit: Rule = {
  id: "working-set-over-limit",
  evaluate(view): RuleOutcome {
    const f = view.forecast;
    if (f.limit === undefined || f.live95 === undefined || f.other === undefined) {
      return { is: "not-evaluable", missing: f.limit === undefined ? ["limit"] : ["live-series"] };
    }
    const need = f.live95 + f.other;
    if (need < FULL * f.limit.bytes.value) return { is: "contradicted", by: [] };
    // A heap that grows into the limit is a leak's case, not a limit that was chosen too small.
    const trend = view.trends.marked;
    const grows =
      trend !== undefined &&
      (trend.kind === "line" || trend.kind === "rising") &&
      trend.slope.lo > 0 &&
      trend.recentShare >= 0.15;
    const evidence = view.series.marked?.evidence.slice(0, 2) ?? [];
    const holder = (view.sites?.ownLines ?? []).toSorted((a, b) => b.live.value - a.live.value)[0];
    const facts: Statement[] = [
      say(
        messages,
        "working-set-over-limit.sum",
        { live: counted(f.live95, "bytes", evidence), other: counted(f.other, "bytes", []) },
        evidence,
      ),
    ];
    if (holder !== undefined) {
      facts.push(
        say(
          messages,
          "working-set-over-limit.holder",
          { line: shortLine(holder), live: holder.live },
          [holder.evidence],
        ),
      );
    }
    const sites: RuleSite[] =
      holder === undefined
        ? []
        : [{ function: holder.function, file: holder.file, line: holder.line, role: "holds" }];
    const points = view.series.marked?.time.length ?? 0;
    const room = need * 1.5;
    return {
      is: "supported",
      confidence: grows || points < 3 ? "low" : points >= 5 ? "high" : "medium",
      weight: need - f.limit.bytes.value,
      sites,
      headline: say(
        messages,
        "working-set-over-limit.headline",
        { need: derived(need, need, need, "bytes", evidence), limit: f.limit.bytes },
        evidence,
      ),
      facts,
      for: [],
      against: [],
      alike: ["heap-leak"],
      now: [
        say(messages, "working-set-over-limit.now", {
          need: derived(room, room, room, "bytes", []),
        }),
      ],
      fix:
        holder === undefined
          ? []
          : [say(messages, "working-set-over-limit.fix", { line: shortLine(holder) })],
      verify: [
        say(messages, "working-set-over-limit.verify", {
          command: verifyCommand(view.options.target, "60s"),
        }),
      ],
    };
  },
};
