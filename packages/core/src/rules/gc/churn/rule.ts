// churn: what is allocated is soon freed, and the collector takes a noticeable share of the CPU used.

import { SHORT_LOOK_SEC, WORTH_CORES } from "../../../analysis/gc-cost.ts";
import { say, type Statement } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import { shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { allocatingLines } from "../allocating-lines.ts";
import { messages } from "./messages.ts";

const GC_SHARE = 0.1;
const ASSIST_SHARE = 0.05;
/** A log's GC times are of the wall clock: on a crowded machine up to this many times what was used. */
const CROWDED = 1.5;

export const churn: Rule = {
  id: "churn",
  evaluate(view): RuleOutcome {
    const cost = view.cost;
    if (cost?.gcShare === undefined) return { is: "not-evaluable", missing: ["gc-cpu"] };
    const gc = cost.gcShare;
    const assist = cost.assistShare;
    const isHigh = gc.lo >= GC_SHARE || (assist !== undefined && assist.lo >= ASSIST_SHARE);
    if (!isHigh) {
      // A lower bound below the threshold clears nothing.
      if (gc.grade === "bound") return { is: "not-evaluable", missing: ["cpu"] };
      return { is: "contradicted", by: [say(messages, "churn.not", { gc }, gc.evidence)] };
    }
    if (cost.gcCores !== undefined && cost.gcCores < WORTH_CORES)
      return {
        is: "contradicted",
        by: [say(messages, "churn.not-idle", { cores: cost.gcCores, gc }, gc.evidence)],
      };
    // Other rules own these regimes: there the number of cycles, not the allocation, is out of place.
    const gogc = view.forecast.gogcPercent;
    if (view.pacing.governs === "floor" || view.pacing.governs === "limit")
      return { is: "contradicted", by: [] };

    const { lines, total, sites } = allocatingLines(view);
    const top = lines[0];
    const facts: Statement[] = [
      say(
        messages,
        "churn.cost",
        { gc, cycles: cost.cyclesPerSec ?? counted(0, "1/s", []) },
        gc.evidence,
      ),
    ];
    if (assist !== undefined && assist.value >= 0.01)
      facts.push(say(messages, "churn.assist", { assist }, assist.evidence));
    for (const l of lines.slice(0, 3)) {
      if (l.allocRate !== undefined && total > 0 && l.allocRate.value >= 0.05 * total)
        facts.push(
          say(
            messages,
            "churn.site",
            { rate: l.allocRate, line: shortLine(l), share: l.allocRate.value / total },
            [l.evidence],
          ),
        );
    }
    const forIt: Statement[] = [];
    const against: Statement[] = [];
    const trend = view.trends.marked;
    const flat =
      trend !== undefined &&
      (trend.kind === "level" || trend.kind === "falling" || trend.kind === "plateau");
    if (flat) forIt.push(say(messages, "churn.for-flat", {}, trend.slope.evidence));
    if (gc.grade === "bound") against.push(say(messages, "churn.against-bound", {}));
    const cycles = cost.cycles ?? 0;
    if (cycles < 20) against.push(say(messages, "churn.against-few", { cycles }));
    const isShort = cost.seconds !== undefined && cost.seconds < SHORT_LOOK_SEC;
    if (isShort) against.push(say(messages, "churn.against-short", { seconds: cost.seconds }));
    const isWallTime = cost.source === "gctrace" && gc.grade !== "bound";
    const mayBeLess = isWallTime && gc.lo < CROWDED * GC_SHARE;
    if (mayBeLess) against.push(say(messages, "churn.against-wall", {}));
    return {
      is: "supported",
      confidence:
        isShort || cycles < (cost.source === "metrics" ? 10 : 20) || mayBeLess
          ? "low"
          : cycles >= 20 && cost.source === "metrics"
            ? "high"
            : "medium",
      weight: gc.value,
      sites,
      headline:
        top !== undefined && total > 0
          ? say(messages, "churn.headline-line", { share: gc, line: shortLine(top) }, gc.evidence)
          : say(messages, "churn.headline", { share: gc }, gc.evidence),
      facts,
      for: forIt,
      against,
      alike: [],
      now: gogc > 0 ? [say(messages, "churn.now", { gogc })] : [],
      fix: [
        top === undefined
          ? say(messages, "churn.fix-unplaced", {})
          : say(messages, "churn.fix", { line: shortLine(top) }),
      ],
      verify: [
        say(messages, "churn.verify", { command: verifyCommand(view.options.target, "60s") }),
      ],
    };
  },
};
