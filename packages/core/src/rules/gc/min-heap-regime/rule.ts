// min-heap-regime: so little is live that the floor of the heap goal (4 MiB·GOGC/100) decides, and a
// service that allocates fast collects hundreds of times a second.

import { SHORT_LOOK_SEC, WORTH_CORES } from "../../../analysis/gc-cost.ts";
import { minimumGoal } from "../../../goruntime/pacer.ts";
import { say } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import { shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { allocatingLines } from "../allocating-lines.ts";
import { messages } from "./messages.ts";

const GC_SHARE = 0.1;
const ASSIST_SHARE = 0.05;
/** Below this many cycles a second the floor is nobody's problem. */
const CYCLES_PER_SEC = 5;

export const minHeapRegime: Rule = {
  id: "min-heap-regime",
  evaluate(view): RuleOutcome {
    const goals = view.series.goal ?? view.series.peak;
    const goal = goals?.value[goals.value.length - 1];
    const cost = view.cost;
    const gogc = view.forecast.gogcPercent;
    if (goal === undefined || cost?.cyclesPerSec === undefined)
      return { is: "not-evaluable", missing: ["live-series", "gc-cpu"] };
    if (!(gogc > 0)) return { is: "contradicted", by: [] };
    const floor = minimumGoal(gogc);
    // Only a memory limit puts the goal below the floor, and then a higher GOGC changes nothing.
    const isBelow = goal + (goals?.resolution ?? 0) < floor * 0.97;
    if (view.pacing.governs === "limit" || isBelow) return { is: "contradicted", by: [] };
    // gctrace floors to whole MiB.
    if (goal > floor * 1.1 + (goals?.resolution ?? 0)) return { is: "contradicted", by: [] };
    if (cost.cyclesPerSec.value < CYCLES_PER_SEC) return { is: "contradicted", by: [] };
    const gc = cost.gcShare;
    const assist = cost.assistShare;
    const isFault =
      !(cost.gcCores !== undefined && cost.gcCores < WORTH_CORES) &&
      ((gc !== undefined && gc.lo >= GC_SHARE) ||
        (assist !== undefined && assist.lo >= ASSIST_SHARE));
    // Every heap begins at the floor.
    const isShort = cost.seconds !== undefined && cost.seconds < SHORT_LOOK_SEC;
    const { lines, sites } = allocatingLines(view);
    const top = lines[0];
    const facts = [
      say(messages, "min-heap-regime.fact", {
        goal: counted(goal, "bytes", goals?.evidence.slice(0, 1) ?? []),
        floor: counted(floor, "bytes", []),
        gogc,
      }),
    ];
    if (gc !== undefined) facts.push(say(messages, "min-heap-regime.cost", { gc }, gc.evidence));
    return {
      is: "supported",
      confidence: isShort ? "low" : isFault && (cost.cycles ?? 0) >= 50 ? "high" : "medium",
      fault: isFault,
      weight: gc?.value ?? 0,
      sites,
      headline: isFault
        ? say(
            messages,
            "min-heap-regime.headline",
            { cycles: cost.cyclesPerSec },
            cost.cyclesPerSec.evidence,
          )
        : say(
            messages,
            "min-heap-regime.info",
            { cycles: cost.cyclesPerSec },
            cost.cyclesPerSec.evidence,
          ),
      facts,
      for: [],
      against: [],
      alike: ["limit-thrash"],
      now: [say(messages, "min-heap-regime.now", { gogc: 1600 })],
      fix:
        top === undefined
          ? []
          : [say(messages, "min-heap-regime.fix", { line: shortLine(top) }, [top.evidence])],
      verify: [
        say(messages, "min-heap-regime.verify", {
          command: verifyCommand(view.options.target, "60s"),
        }),
      ],
    };
  },
};
