// cache-plateau: growth that bent. Harmless, and said because a short look mistakes it for a leak.

import { say } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import { MiB } from "../../../model/units.ts";
import { shortLine } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { messages } from "./messages.ts";

export const cachePlateau: Rule = {
  id: "cache-plateau",
  evaluate(view): RuleOutcome {
    const t = view.trends.marked;
    if (t === undefined || t.kind === "too-short" || t.kind === "irregular" || t.kind === "rising")
      return { is: "not-evaluable", missing: ["live-series"] };
    const grown = t.change;
    if (t.kind !== "plateau" || grown < 8 * MiB || grown < 0.2 * t.endValue)
      return { is: "contradicted", by: [] };
    const evidence = t.slope.evidence;
    const top = [...(view.sites?.ownLines ?? [])].sort((a, b) => b.live.value - a.live.value)[0];
    const sites: RuleSite[] =
      top === undefined
        ? []
        : [{ function: top.function, file: top.file, line: top.line, role: "holds" }];
    return {
      is: "supported",
      confidence: "medium",
      weight: grown,
      sites,
      headline: say(
        messages,
        "cache-plateau.headline",
        {
          from: counted(Math.max(0, t.endValue - t.change), "bytes", evidence),
          to: counted(t.endValue, "bytes", evidence),
        },
        evidence,
      ),
      facts:
        top === undefined
          ? []
          : [
              say(messages, "cache-plateau.site", { line: shortLine(top), live: top.live }, [
                top.evidence,
              ]),
            ],
      for: [],
      against: [],
      alike: [],
      now: [],
      fix: [],
      verify: [],
    };
  },
};
