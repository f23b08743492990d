// page-cache: the charge is high because of file pages. Never a fault.

import { say } from "../../../model/message.ts";
import { MiB } from "../../../model/units.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { messages } from "./messages.ts";

export const pageCache: Rule = {
  id: "page-cache",
  evaluate(view): RuleOutcome {
    const ledger = view.containerLedger;
    const charge = ledger?.total;
    const file = ledger?.parts.find((x) => x.part === "file")?.bytes;
    const anon = ledger?.parts.find((x) => x.part === "anon")?.bytes;
    if (charge === undefined || file === undefined || anon === undefined)
      return { is: "not-evaluable", missing: ["cgroup"] };
    const big = file.value >= 32 * MiB && file.value >= 0.3 * charge.value;
    const nearLimit = ledger?.limit === undefined || charge.value >= 0.5 * ledger.limit.value;
    if (!big || !nearLimit) return { is: "contradicted", by: [] };
    return {
      is: "supported",
      confidence: "high",
      weight: file.value,
      sites: [],
      headline: say(messages, "page-cache.headline", { file, charge }, file.evidence),
      facts: [say(messages, "page-cache.active", {}, file.evidence)],
      for: [],
      against: [],
      alike: [],
      now: [],
      fix: [],
      verify: [],
    };
  },
};
