// mmap-file: RSS is high because of mapped files. Never a fault.

import { say } from "../../../model/message.ts";
import { MiB } from "../../../model/units.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { messages } from "./messages.ts";

export const mmapFile: Rule = {
  id: "mmap-file",
  evaluate(view): RuleOutcome {
    const ledger = view.processLedger;
    const rss = ledger?.total;
    const file = ledger?.parts.find((x) => x.part === "file")?.bytes;
    if (rss === undefined || file === undefined) return { is: "not-evaluable", missing: ["proc"] };
    // An executable of usual size is resident to some tens of MiB.
    if (file.value < 64 * MiB || file.value < 0.3 * rss.value)
      return { is: "contradicted", by: [] };
    return {
      is: "supported",
      confidence: "high",
      weight: file.value,
      sites: [],
      headline: say(messages, "mmap-file.headline", { file, rss }, file.evidence),
      facts: [say(messages, "mmap-file.fact", {}, file.evidence)],
      for: [],
      against: [],
      alike: [],
      now: [],
      fix: [],
      verify: [],
    };
  },
};
