// limit-thrash: GOMEMLIMIT leaves too little room above what is live, so cycle follows cycle.

import { gogcGoal } from "../../../goruntime/pacer.ts";
import { say, type Statement } from "../../../model/message.ts";
import { counted, derived } from "../../../model/quantity.ts";
import { shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { messages } from "./messages.ts";

const GC_SHARE = 0.25;
/** Cycles a second that no healthy pacing reaches above the minimum heap. */
const RACING = 20;

export const limitThrash: Rule = {
  id: "limit-thrash",
  evaluate(view): RuleOutcome {
    const s = view.process.settings;
    // Without the setting the goals tell: no room above marked, cycle after cycle.
    if (s.goMemLimit === undefined && view.pacing.governs !== "limit")
      return { is: "not-evaluable", missing: ["memlimit"] };
    if (s.goMemLimit !== undefined && !Number.isFinite(s.goMemLimit))
      return { is: "contradicted", by: [] };
    // Where the limit makes the goal NextGC tells nothing of what was marked; the floor of heap objects,
    // what remains right after a cycle, stands in.
    const marked = lastOf(view.series.marked?.value) ?? floorOf(view.series["heap-alloc"]?.value);
    const goal = lastOf(view.series.goal?.value) ?? lastOf(view.series.peak?.value);
    if (marked === undefined || goal === undefined)
      return { is: "not-evaluable", missing: ["live-series"] };
    const gogc = view.forecast.gogcPercent;
    const wanted = gogcGoal(marked, 0, 0, gogc);
    if (view.pacing.governs !== "limit" && goal >= wanted * 0.97)
      return { is: "contradicted", by: [say(messages, "limit-thrash.not-governing", {})] };
    const cost = view.cost;
    const gc = cost?.gcShare;
    const rate = cost?.cyclesPerSec?.value ?? 0;
    if (cost === undefined) return { is: "not-evaluable", missing: ["gc-cpu"] };
    const limiter = cost.limiterActive === true;
    // Cycle upon cycle at a goal that leaves no room is thrash whatever the CPU says.
    const isRacing = view.pacing.governs === "limit" && rate >= RACING;
    const isCostly = gc !== undefined && gc.lo >= GC_SHARE;
    if (!isCostly && !limiter && !isRacing) {
      if (gc === undefined) return { is: "not-evaluable", missing: ["gc-cpu"] };
      if (gc.grade === "bound") return { is: "not-evaluable", missing: ["cpu"] };
      return {
        is: "contradicted",
        by: [say(messages, "limit-thrash.not", { gc }, gc.evidence)],
      };
    }
    const cycles = cost.cyclesPerSec ?? counted(0, "1/s", []);
    const facts: Statement[] = [
      gc === undefined
        ? say(messages, "limit-thrash.rate", { cycles }, cycles.evidence)
        : say(messages, "limit-thrash.cost", { gc, cycles }, gc.evidence),
    ];
    const goalQ = counted(goal, "bytes", view.series.peak?.evidence.slice(0, 1) ?? []);
    if (Number.isFinite(wanted))
      facts.push(
        say(messages, "limit-thrash.governs", {
          goal: goalQ,
          gogcGoal: counted(wanted, "bytes", []),
          gogc,
        }),
      );
    else
      facts.push(
        say(messages, "limit-thrash.governs-off", {
          goal: goalQ,
          live: counted(marked, "bytes", view.series.marked?.evidence.slice(0, 1) ?? []),
        }),
      );
    const forIt = limiter ? [say(messages, "limit-thrash.limiter", {}, cycles.evidence)] : [];
    // Room for a cycle of at least half the live heap, plus what is not heap, plus 3 %.
    const other = view.forecast.other ?? 0;
    const need = (marked * 1.5 + other) / 0.97;
    const largest = [...(view.sites?.ownLines ?? [])].sort(
      (a, b) => b.live.value - a.live.value,
    )[0];
    const sites: RuleSite[] =
      largest === undefined
        ? []
        : [{ function: largest.function, file: largest.file, line: largest.line, role: "holds" }];
    return {
      is: "supported",
      confidence:
        s.goMemLimit !== undefined && (cost.cycles ?? 0) >= 20 && (isCostly || limiter)
          ? "high"
          : "medium",
      weight: 1 + (gc?.value ?? 0),
      sites,
      headline:
        s.goMemLimit === undefined
          ? say(messages, "limit-thrash.headline-inferred", {})
          : say(messages, "limit-thrash.headline", { limit: counted(s.goMemLimit, "bytes", []) }),
      facts,
      for: forIt,
      against: [],
      alike: ["min-heap-regime"],
      now: [say(messages, "limit-thrash.now", { need: derived(need, need, need, "bytes", []) })],
      fix:
        largest === undefined
          ? []
          : [say(messages, "limit-thrash.fix", { line: shortLine(largest) }, [largest.evidence])],
      verify: [
        say(messages, "limit-thrash.verify", {
          command: verifyCommand(view.options.target, "60s"),
        }),
      ],
    };
  },
};

function lastOf(values: Float64Array | undefined): number | undefined {
  return values === undefined || values.length === 0 ? undefined : values[values.length - 1];
}

function floorOf(values: Float64Array | undefined): number | undefined {
  return values === undefined || values.length === 0 ? undefined : Math.min(...values);
}
