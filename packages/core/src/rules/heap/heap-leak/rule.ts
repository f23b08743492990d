// heap-leak: the live heap grows in a line and a few lines of code keep what they allocate.
// Conditions and what it cannot be told from: README.md beside this file.

import type { OwnLine } from "../../../analysis/sites/site.ts";
import type { View } from "../../../analysis/view.ts";
import { say, type Statement } from "../../../model/message.ts";
import { shortFunction, shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite, Supported } from "../../rule.ts";
import { accountOfLines, isKept } from "../growth-account.ts";
import { LINES, liveGrowth, type Growing } from "../live-growth.ts";
import { messages } from "./messages.ts";

export const heapLeak: Rule = {
  id: "heap-leak",
  evaluate(view): RuleOutcome {
    const growth = liveGrowth(view);
    if (growth.is === "unknown") return { is: "not-evaluable", missing: growth.missing };
    if (growth.is === "not") return { is: "contradicted", by: growth.by };
    return supported(view, growth);
  },
};

function supported(view: View, growing: Growing): Supported {
  const { lines, share, account } = accountOfLines(view, growing);
  const top = lines[0];
  const placed: Statement[] =
    share !== undefined
      ? [say(messages, "heap-leak.share", { share, lines: lines.length }, share.evidence)]
      : view.sites !== undefined && lines.length === 0
        ? [say(messages, "heap-leak.spread", { lines: LINES })]
        : [];
  const command = verifyCommand(view.options.target, "5m");
  return {
    is: "supported",
    confidence: account.confidence,
    weight: growing.grown,
    sites: lines.flatMap(sitesOf),
    headline:
      top === undefined
        ? say(messages, "heap-leak.headline-unplaced", {})
        : say(
            messages,
            isKept(top.survival) ? "heap-leak.headline" : "heap-leak.headline-grows",
            { line: shortLine(top), function: shortFunction(top.function) },
            [top.evidence],
          ),
    facts: [...account.trend, ...placed, ...account.limit],
    for: account.for,
    against: account.against,
    alike: ["cache-plateau"],
    now: account.now,
    fix: top === undefined ? [] : [say(messages, "heap-leak.fix", { line: shortLine(top) })],
    verify: [
      top === undefined
        ? say(messages, "heap-leak.verify-unplaced", { command })
        : say(messages, "heap-leak.verify", { line: shortLine(top), command }),
    ],
  };
}

/** The own line, then the library lines below it that do the allocating. */
function sitesOf(line: OwnLine): RuleSite[] {
  const allocatesItself = line.allocates.some((a) => a.file === line.file && a.line === line.line);
  const out: RuleSite[] = [
    {
      function: line.function,
      file: line.file,
      line: line.line,
      role: allocatesItself ? "allocates" : "holds",
    },
  ];
  for (const a of line.allocates.slice(0, 2)) {
    if (a.file !== line.file || a.line !== line.line) out.push({ ...a, role: "allocates" });
  }
  return out;
}
