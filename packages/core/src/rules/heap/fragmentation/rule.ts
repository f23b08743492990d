// fragmentation: spans in use are mostly free slots, and stay so.

import { goReadings } from "../../../analysis/ledger/process.ts";
import { say } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import { MiB } from "../../../model/units.ts";
import { shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { messages } from "./messages.ts";

const ABSOLUTE = 64 * MiB;
const SHARE = 0.5;
const CYCLES_AFTER_PEAK = 5;

export const fragmentation: Rule = {
  id: "fragmentation",
  evaluate(view): RuleOutcome {
    const readings = goReadings(view.process);
    const last = readings[readings.length - 1];
    if (last === undefined) return { is: "not-evaluable", missing: ["memstats"] };
    const share = (g: typeof last.memory) =>
      g.heapUnused / Math.max(1, g.heapUnused + g.heapObjects);
    const isOver = (g: typeof last.memory) => g.heapUnused >= ABSOLUTE && share(g) >= SHARE;
    const unused = counted(last.memory.heapUnused, "bytes", [last.evidence]);
    if (!isOver(last.memory))
      return {
        is: "contradicted",
        by: [
          say(messages, "fragmentation.not", { unused, share: share(last.memory) }, [
            last.evidence,
          ]),
        ],
      };
    // How long it has held: readings back from the end, and the cycles that ended meanwhile.
    let from = readings.length - 1;
    while (from > 0 && isOver(readings[from - 1]?.memory ?? last.memory)) from--;
    const cycles = cyclesSince(view, readings[from]?.timeMs ?? NaN, last.timeMs);
    const lasting =
      readings.length - from >= 3 && cycles !== undefined && cycles >= CYCLES_AFTER_PEAK;
    const inUse = counted(last.memory.heapUnused + last.memory.heapObjects, "bytes", [
      last.evidence,
    ]);
    const holder = [...(view.sites?.ownLines ?? [])].sort((a, b) => b.live.value - a.live.value)[0];
    const facts = [
      say(messages, "fragmentation.fact", { unused, inUse, share: share(last.memory) }, [
        last.evidence,
      ]),
    ];
    if (holder !== undefined)
      facts.push(
        say(messages, "fragmentation.holder", { line: shortLine(holder), live: holder.live }, [
          holder.evidence,
        ]),
      );
    const sites: RuleSite[] =
      holder === undefined
        ? []
        : [{ function: holder.function, file: holder.file, line: holder.line, role: "holds" }];
    return {
      is: "supported",
      confidence: lasting ? "medium" : "low",
      weight: last.memory.heapUnused,
      sites,
      headline: say(messages, "fragmentation.headline", { unused }, [last.evidence]),
      facts,
      for: lasting
        ? [say(messages, "fragmentation.for-lasting", { cycles: cycles ?? 0 }, [last.evidence])]
        : [],
      against: lasting ? [] : [say(messages, "fragmentation.against-once", {})],
      alike: [],
      now: [say(messages, "fragmentation.now", {})],
      fix: [say(messages, "fragmentation.fix", {})],
      verify: [
        say(messages, "fragmentation.verify", {
          command: verifyCommand(view.options.target, "60s"),
        }),
      ],
    };
  },
};

function cyclesSince(
  view: Parameters<Rule["evaluate"]>[0],
  fromMs: number,
  toMs: number,
): number | undefined {
  const marked = view.series.marked;
  if (
    marked !== undefined &&
    marked.clock === "wall" &&
    Number.isFinite(fromMs) &&
    Number.isFinite(toMs)
  ) {
    let n = 0;
    for (const t of marked.time) if (t > fromMs && t <= toMs) n++;
    return n;
  }
  const counts = view.process.memStats
    .filter((m) => !(m.timeMs < fromMs))
    .map((m) => m.value.numGC ?? NaN);
  const finite = counts.filter(Number.isFinite);
  return finite.length < 2 ? undefined : Math.max(...finite) - Math.min(...finite);
}
