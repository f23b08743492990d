// scavenger-lag: memory that Go freed and is still returning. Over in seconds; never a fault.

import { goReadings } from "../../../analysis/ledger/process.ts";
import { say } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import { MiB } from "../../../model/units.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { messages } from "./messages.ts";

const WORTH_SAYING = 64 * MiB;

export const scavengerLag: Rule = {
  id: "scavenger-lag",
  evaluate(view): RuleOutcome {
    const readings = goReadings(view.process);
    const first = readings[0];
    const last = readings[readings.length - 1];
    if (first === undefined || last === undefined || first === last)
      return { is: "not-evaluable", missing: ["memstats"] };
    // Free is judged against what the heap uses: keeping room for the next cycle is by design.
    const most = readings.reduce((a, b) => (b.memory.heapFree > a.memory.heapFree ? b : a));
    const released = last.memory.heapReleased - most.memory.heapReleased;
    const shrank = most.memory.heapFree - last.memory.heapFree;
    if (
      most.memory.heapFree < WORTH_SAYING ||
      most.memory.heapFree < most.memory.heapObjects ||
      released < 0.25 * most.memory.heapFree ||
      shrank <= 0
    )
      return { is: "contradicted", by: [] };
    const free = counted(last.memory.heapFree, "bytes", [last.evidence]);
    return {
      is: "supported",
      confidence: "medium",
      weight: most.memory.heapFree,
      sites: [],
      headline: say(
        messages,
        "scavenger-lag.headline",
        { free: counted(most.memory.heapFree, "bytes", [most.evidence]) },
        [most.evidence],
      ),
      facts: [
        say(
          messages,
          "scavenger-lag.fact",
          {
            before: counted(most.memory.heapFree, "bytes", [most.evidence]),
            now: free,
            released: counted(released, "bytes", [last.evidence]),
          },
          [last.evidence],
        ),
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
