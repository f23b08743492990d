// context-leak: contexts that nobody cancels stay in the children of a parent that lives on, with all
// that their values refer to. Conditions and how it can mislead: README.md beside this file.

import type { Made, Maker } from "../../../analysis/sites/made-by.ts";
import { say, type Statement } from "../../../model/message.ts";
import { shortFunction, shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { accountOf, accountOfLines, lesser } from "../growth-account.ts";
import { liveGrowth, SHARE } from "../live-growth.ts";
import { explainedBy, sitesOf } from "../made-growth.ts";
import { messages } from "./messages.ts";

/** Contexts alone are the growth. */
const MOST = 0.5;
/** Without values that hold the rest, contexts have to be at least this much of what grows around them. */
const MUCH = 0.2;
/**
 * Bytes that a child takes in its parent's map at least: Go 1.24+ 9 B a slot at a load of at most 7/8,
 * before 10 B a slot at a load of at most 6.5/8.
 */
const TABLE_BYTES_A_CHILD = 10;
/** Samples of the parent's table that must have been seen by chance, for their absence to tell. */
const CLEAR_ABSENCE = 5;
/** A child map of one group (72 or 80 B) is a parent with a handful of children. */
const LARGE_TABLE = 512;
/** cancelCtx is 80 or 96 B, timerCtx 112 B and more; closures beside them 16 to 32 B (Go 1.22–1.27). */
const CONTEXT_BYTES = 64;

/**
 * What package context allocates for its caller. context/context.go, Go 1.22–1.27: withCancel and
 * WithDeadlineCause make the context, propagateCancel puts it into its parent's children, a deadline
 * starts a timer, whose function refers to the context until it fires.
 */
export const CONTEXTS: Maker = {
  isEntry: (name) => /^context\.(With|AfterFunc$|withCancel$)/.test(name),
  holds: (names) => names.some((n) => n === "context.WithValue" || n === "context.AfterFunc"),
  part: (names, size) => {
    const first = names[0] ?? "";
    if (first === "context.(*cancelCtx).propagateCancel")
      return size >= LARGE_TABLE ? "anchor" : undefined;
    if (first.startsWith("time.")) return "anchor";
    return size >= CONTEXT_BYTES &&
      /^context\.(withCancel|newCancelCtx|WithDeadline|WithTimeout|WithCancel)/.test(first)
      ? "unit"
      : undefined;
  },
};

export const contextLeak: Rule = {
  id: "context-leak",
  evaluate(view): RuleOutcome {
    const growth = liveGrowth(view);
    if (growth.is === "unknown") return { is: "not-evaluable", missing: growth.missing };
    if (growth.is === "not") return { is: "contradicted", by: [] };
    if (view.sites === undefined) return { is: "not-evaluable", missing: ["second-heap"] };
    const explained = explainedBy(view, growth, CONTEXTS);
    const top = explained?.made.lines[0];
    if (explained === undefined || top === undefined) return { is: "contradicted", by: [] };
    const { made, alone, around } = explained;
    if (isHeldElsewhere(made, view.sites.shown.rows.rate)) return { is: "contradicted", by: [] };
    const isAnchored = made.anchors.lo > 0;
    const holds =
      around !== undefined &&
      (made.holders.lo > 0 || (isAnchored && made.bytes.value >= MUCH * around.bytes.value));
    if (alone.value < MOST && !holds) return { is: "contradicted", by: [] };

    const share = holds && around.share.value > alone.value ? around.share : alone;
    const callers = made.lines.filter((l) => l.bytes.value >= 0.1 * made.bytes.value);
    const others = holds
      ? around.lines.filter((l) => !callers.some((c) => c.file === l.file && c.line === l.line))
      : [];
    const account = accountOf(view, growth, {
      lines: callers.length,
      share,
      survival: top.survival,
      line: shortLine(top),
      evidence: top.evidence,
    });
    const entry = top.names.at(-1) ?? "context";
    const onlyValues = made.units.value === 0;
    const facts: Statement[] = [
      ...account.trend,
      say(
        messages,
        others.length > 0 ? "context-leak.share-with" : "context-leak.share",
        { share, alone },
        share.evidence,
      ),
    ];
    if (made.units.lo > 0)
      facts.push(
        say(
          messages,
          made.basis === "growth" ? "context-leak.units" : "context-leak.units-live",
          { units: made.units },
          made.units.evidence,
        ),
      );
    return {
      is: "supported",
      confidence: lesser(account.confidence, accountOfLines(view, growth).account.confidence),
      weight: growth.grown,
      sites: sitesOf(callers, others, others.length > 0 ? around?.at : undefined),
      headline: say(
        messages,
        onlyValues ? "context-leak.headline-values" : "context-leak.headline",
        { line: shortLine(top), function: shortFunction(top.function), entry },
        [top.evidence],
      ),
      facts: [...facts, ...account.limit],
      for: [
        ...(isAnchored
          ? [
              say(
                messages,
                "context-leak.for-anchor",
                { anchors: made.anchors },
                made.anchors.evidence,
              ),
            ]
          : []),
        ...account.for,
      ],
      against: [
        ...(isAnchored ? [] : [say(messages, "context-leak.against-holder", {})]),
        ...account.against,
      ],
      alike: ["heap-leak"],
      covers: share.value >= SHARE ? ["heap-leak"] : [],
      now: account.now,
      fix: [
        onlyValues
          ? say(messages, "context-leak.fix-values", { line: shortLine(top) })
          : say(messages, "context-leak.fix", { line: shortLine(top) }),
      ],
      verify: [
        say(messages, "context-leak.verify", {
          line: shortLine(top),
          command: verifyCommand(view.options.target, "5m"),
        }),
      ],
    };
  },
};

/**
 * Enough contexts that their parent's table must have been sampled, and it was not: no parent has many
 * children and no deadline runs. Then something else keeps these contexts, cancelled or not.
 */
function isHeldElsewhere(made: Made, rate: number): boolean {
  if (made.anchors.value > 0 || made.units.lo <= 0) return false;
  return (made.units.lo * TABLE_BYTES_A_CHILD) / rate >= CLEAR_ABSENCE;
}
