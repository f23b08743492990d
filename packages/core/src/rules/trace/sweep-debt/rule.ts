// sweep-debt: allocations have to sweep before they may have memory, because the background sweeper has
// not kept up since the last cycle.

import { say, type Statement } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import { shortLine } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { isRuntimeGroup, recordCommand, tracedView } from "../../traced.ts";
import { messages } from "./messages.ts";

/** Of the running time of all goroutines but mark workers: as for assists. */
const SHARE = 0.05;
const MIN_SWEEPS = 50;
const MIN_WALL_NS = 20e6;
const MIN_CYCLES = 3;

export const sweepDebt: Rule = {
  id: "sweep-debt",
  evaluate(view): RuleOutcome {
    const traced = tracedView(view);
    if ("outcome" in traced) return traced.outcome;
    const { trace, evidence } = traced;
    const { sweeps, assists, cycles } = trace;
    const groups = sweeps.byGroup.filter((g) => !isRuntimeGroup(g.name));
    const wallNs = groups.reduce((n, g) => n + g.wallNs, 0);
    const count = groups.reduce((n, g) => n + g.count, 0);
    const share = assists.mutatorNs > 0 ? Math.min(1, wallNs / assists.mutatorNs) : 0;
    const shareQ = counted(share, "fraction", evidence, "wall");
    if (share < SHARE || count < MIN_SWEEPS || wallNs < MIN_WALL_NS)
      return {
        is: "contradicted",
        by:
          count === 0 ? [] : [say(messages, "sweep-debt.not", { count, share: shareQ }, evidence)],
      };
    if (cycles.length < MIN_CYCLES) return { is: "not-evaluable", missing: ["trace"] };
    const lines = sweeps.byLine.flatMap((l) =>
      l.at === undefined || !l.isOwn ? [] : [{ ...l, at: l.at }],
    );
    const top = lines[0];
    const facts: Statement[] = [
      say(
        messages,
        "sweep-debt.cost",
        {
          count,
          wall: wallNs / 1e9,
          longest: counted(sweeps.longestNs, "ns", evidence, "wall"),
          swept: counted(sweeps.sweptBytes, "bytes", evidence),
          reclaimed: counted(sweeps.reclaimedBytes, "bytes", evidence),
        },
        evidence,
      ),
    ];
    for (const l of lines.slice(0, 3))
      if (l.wallNs >= 0.1 * wallNs)
        facts.push(
          say(
            messages,
            "sweep-debt.line",
            { line: shortLine(l.at), share: Math.min(1, l.wallNs / wallNs) },
            evidence,
          ),
        );
    const sites: RuleSite[] = lines
      .filter((l) => l.wallNs >= 0.1 * wallNs)
      .slice(0, 3)
      .map((l) => ({
        function: l.at.function,
        file: l.at.file,
        line: l.at.line,
        role: "allocates",
        share: counted(Math.min(1, l.wallNs / wallNs), "fraction", evidence, "wall"),
      }));
    return {
      is: "supported",
      confidence: cycles.length >= 10 && trace.seconds >= 1 ? "high" : "medium",
      weight: share,
      sites,
      headline:
        top === undefined
          ? say(messages, "sweep-debt.headline", { share: shareQ }, evidence)
          : say(
              messages,
              "sweep-debt.headline-line",
              { share: shareQ, line: shortLine(top.at) },
              evidence,
            ),
      facts,
      for: [],
      against: [],
      alike: [],
      now: [say(messages, "sweep-debt.now", {})],
      fix: [say(messages, "sweep-debt.fix", {})],
      verify: [say(messages, "sweep-debt.verify", { command: recordCommand(view.options.target) })],
    };
  },
};
