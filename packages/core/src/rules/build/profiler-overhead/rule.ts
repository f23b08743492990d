// profiler-overhead: one bucket per distinct (stack, size), never freed.

import { goReadings } from "../../../analysis/ledger/process.ts";
import type { OwnLine } from "../../../analysis/sites/site.ts";
import type { View } from "../../../analysis/view.ts";
import { goMapped } from "../../../goruntime/memory-classes.ts";
import { say } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import { MiB } from "../../../model/units.ts";
import { shortLine } from "../../naming.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { messages } from "./messages.ts";

/** Of the table, for a line to be named. */
const WORTH_NAMING = 0.1;
const LINES = 3;

export const profilerOverhead: Rule = {
  id: "profiler-overhead",
  evaluate(view): RuleOutcome {
    const readings = goReadings(view.process);
    const last = readings[readings.length - 1];
    if (last === undefined) return { is: "not-evaluable", missing: ["memstats"] };
    const buckets = counted(last.memory.profilingBuckets, "bytes", [last.evidence]);
    // RSS where known; what Go mapped is never smaller than its resident part.
    const of =
      view.processLedger?.total ?? counted(goMapped(last.memory), "bytes", [last.evidence]);
    const share = buckets.value / Math.max(1, of.value);
    if (buckets.value < 32 * MiB || share < 0.1)
      return {
        is: "contradicted",
        by: [say(messages, "profiler-overhead.not", { buckets }, [last.evidence])],
      };
    const rate = view.sites?.shown.rows.rate;
    const lines = fillers(view, buckets.value);
    return {
      is: "supported",
      confidence: "high",
      weight: buckets.value,
      sites: lines.map((l) => ({
        function: l.function,
        file: l.file,
        line: l.line,
        role: "allocates",
      })),
      headline: say(messages, "profiler-overhead.headline", { buckets }, [last.evidence]),
      facts: [
        say(messages, "profiler-overhead.share", { buckets, of, share }, [last.evidence]),
        ...lines.map((l) =>
          say(
            messages,
            "profiler-overhead.line",
            { line: shortLine(l), count: l.buckets, bytes: l.bucketBytes },
            [l.evidence],
          ),
        ),
      ],
      for: [],
      against: [],
      alike: [],
      now: [],
      fix: [
        say(messages, "profiler-overhead.fix", { rate: rate === undefined ? "?" : String(rate) }),
      ],
      verify: [],
    };
  },
};

/**
 * Own lines whose samples take a tenth of the table or more. Only of heap samples: a table filled by
 * block or mutex profiles, which no heap profile shows, names none.
 */
function fillers(view: View, buckets: number): OwnLine[] {
  return (view.sites?.ownLines ?? [])
    .filter((l) => l.isOwn && l.bucketBytes >= WORTH_NAMING * buckets)
    .toSorted((a, b) => b.bucketBytes - a.bucketBytes)
    .slice(0, LINES);
}
