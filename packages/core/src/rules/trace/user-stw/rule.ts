// user-stw: the program, or whoever watches it, stops the world again and again.

import type { ProcessTrace } from "../../../analysis/trace/of-process.ts";
import { framesOf, functionName } from "../../../model/stack-frames.ts";
import { say, type Statement } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import { shortLine } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { recordCommand, tracedView } from "../../traced.ts";
import { messages } from "./messages.ts";

/** No monitoring needs a look each 50 ms; each ends every goroutine's time slice. */
const RATE = 20;
/** Of the recorded time stopped on request. */
const SHARE = 0.01;
const MIN_STOPS = 10;
const MIN_SECONDS = 0.5;

export const userStw: Rule = {
  id: "user-stw",
  evaluate(view): RuleOutcome {
    const traced = tracedView(view);
    if ("outcome" in traced) return traced.outcome;
    const { trace, evidence } = traced;
    if (trace.seconds < MIN_SECONDS) return { is: "not-evaluable", missing: ["trace"] };
    const causes = trace.stops.causes.filter((c) => c.kind === "user");
    const count = causes.reduce((n, c) => n + c.count, 0);
    const totalNs = causes.reduce((n, c) => n + c.totalNs, 0);
    const rate = counted(count / trace.seconds, "1/s", evidence, "wall");
    const share = totalNs / 1e9 / trace.seconds;
    if (count < MIN_STOPS || (rate.value < RATE && share < SHARE))
      return {
        is: "contradicted",
        by: count === 0 ? [] : [say(messages, "user-stw.not", { count, rate, share }, evidence)],
      };
    const top = causes[0];
    const facts: Statement[] = causes.slice(0, 3).map((c) =>
      say(
        messages,
        "user-stw.cause",
        {
          reason: c.reason,
          count: c.count,
          total: c.totalNs / 1e9,
          longest: counted(c.longestNs, "ns", evidence, "wall"),
        },
        evidence,
      ),
    );
    const gcStops = trace.stops.causes
      .filter((c) => c.kind === "gc")
      .reduce((n, c) => n + c.count, 0);
    facts.push(say(messages, "user-stw.beside-gc", { count, gcStops }, evidence));
    const lines = trace.stops.userLines.flatMap((l) =>
      l.at === undefined ? [] : [{ ...l, at: l.at }],
    );
    const line = lines[0];
    const sites: RuleSite[] = lines
      .filter((l) => l.count >= 0.1 * count)
      .slice(0, 3)
      .map((l) => ({
        function: l.at.function,
        file: l.at.file,
        line: l.at.line,
        role: "creates",
        share: counted(l.count / count, "fraction", evidence),
      }));
    if (line !== undefined)
      facts.push(
        say(messages, "user-stw.line", { line: shortLine(line.at), count: line.count }, evidence),
      );
    return {
      is: "supported",
      confidence: count >= 30 && trace.seconds >= 1 ? "high" : "medium",
      weight: Math.min(1, share),
      sites,
      headline: say(
        messages,
        "user-stw.headline",
        { reason: top?.reason ?? "?", rate, share },
        evidence,
      ),
      facts,
      for: [],
      against: [],
      alike: [],
      now: [],
      fix: [
        top?.reason === "read mem stats" && isAskedByExpvar(trace, trace.stops.userLines[0]?.stack)
          ? say(messages, "user-stw.fix-expvar", {})
          : fixOf(top?.reason ?? ""),
      ],
      verify: [say(messages, "user-stw.verify", { command: recordCommand(view.options.target) })],
    };
  },
};

/** The page /debug/vars, whoever serves it: its handler calls all published variables. */
function isAskedByExpvar(trace: ProcessTrace, stack: number | undefined): boolean {
  if (stack === undefined || stack < 0) return false;
  const t = trace.memory.stacks;
  return framesOf(t, stack).functions.some((fn) => functionName(t, fn).startsWith("expvar."));
}

function fixOf(reason: string): Statement {
  if (reason === "read mem stats") return say(messages, "user-stw.fix-memstats", {});
  if (reason === "GOMAXPROCS") return say(messages, "user-stw.fix-gomaxprocs", {});
  return say(messages, "user-stw.fix", {});
}
