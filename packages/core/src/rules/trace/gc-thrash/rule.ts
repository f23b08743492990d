// gc-thrash: the collector marks most of the time, one cycle after another.

import { say, type Statement } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import { shortLine } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { limitLeavesNoRoom, recordCommand, tracedView } from "../../traced.ts";
import { messages } from "./messages.ts";

/** Of the recorded time within mark phases: marking is no longer the exception. */
const MARKING = 0.5;
/** Of what ran: however short the phases, the collector is what the service is paid for. */
const MOSTLY_GC = 0.5;
/** Of what ran, idle workers left out: the same threshold as limit-thrash. */
const GC_SHARE = 0.25;
/** Goal ÷ marked under a GOGC of less than 50, or a limit. */
const SETTING_ROOM = 1.5;
const MIN_CYCLES = 5;
const WORTH_CORES = 0.02;

export const gcThrash: Rule = {
  id: "gc-thrash",
  evaluate(view): RuleOutcome {
    const traced = tracedView(view);
    if ("outcome" in traced) return traced.outcome;
    const { trace, evidence } = traced;
    const { share, cycles, seconds } = trace;
    const marking = share.markNs / share.windowNs;
    const gc = share.ofRunning;
    if (gc === undefined) return { is: "not-evaluable", missing: ["trace"] };
    const gcQ = counted(gc, "fraction", evidence, "wall");
    const cores = (share.dedicatedNs + share.fractionalNs + share.assistNs) / share.windowNs;
    const isThrash = (marking >= MARKING && gc >= GC_SHARE) || gc >= MOSTLY_GC;
    if (!isThrash || cores < WORTH_CORES)
      return {
        is: "contradicted",
        by: [say(messages, "gc-thrash.not", { gc: gcQ, marking }, evidence)],
      };
    if (cycles.length < MIN_CYCLES) return { is: "not-evaluable", missing: ["trace"] };
    // Other rules own these regimes, and say which setting is out of place.
    if (view.pacing.governs === "floor" || view.pacing.governs === "limit")
      return { is: "contradicted", by: [] };
    const facts: Statement[] = [
      say(
        messages,
        "gc-thrash.cost",
        { gc: gcQ, marking, cycles: counted(cycles.length / seconds, "1/s", evidence, "wall") },
        evidence,
      ),
    ];
    const stopped = share.gcStopNs / share.windowNs;
    // Told where the settings are not: what governs decides what helps.
    if (limitLeavesNoRoom(trace)) facts.push(say(messages, "gc-thrash.no-room", {}, evidence));
    if (stopped >= 0.01) facts.push(say(messages, "gc-thrash.stopped", { stopped }, evidence));
    const goal = median([...cycles.goal].filter(Number.isFinite));
    const marked = median([...cycles.marked].filter(Number.isFinite));
    if (goal !== undefined && marked !== undefined)
      facts.push(
        say(
          messages,
          "gc-thrash.heap",
          {
            marked: counted(marked, "bytes", evidence),
            goal: counted(goal, "bytes", evidence),
          },
          evidence,
        ),
      );
    // Less room than anybody's allocation rate could explain away: the setting is out of place.
    const isSetting = goal !== undefined && marked !== undefined && goal < SETTING_ROOM * marked;
    const gogc = view.process.settings.gogcPercent;
    const lines = triggers(trace);
    const top = lines[0];
    if (top !== undefined)
      facts.push(
        say(
          messages,
          "gc-thrash.trigger",
          { line: shortLine(top.at), count: top.count, cycles: cycles.length },
          evidence,
        ),
      );
    const sites: RuleSite[] = lines
      .filter((l) => l.count >= 0.2 * cycles.length)
      .slice(0, 2)
      .map((l) => ({
        function: l.at.function,
        file: l.at.file,
        line: l.at.line,
        role: "allocates",
      }));
    return {
      is: "supported",
      confidence: cycles.length >= 10 && seconds >= 1 ? "high" : "medium",
      // With room it is the allocation rate that makes the cycles: whoever pays for it is told first.
      weight: isSetting ? 1 + gc : 0,
      sites,
      headline: say(messages, "gc-thrash.headline", { gc: gcQ, marking }, evidence),
      facts,
      for: [],
      against: [],
      alike: ["churn", "limit-thrash", "min-heap-regime"],
      now: [
        limitLeavesNoRoom(trace)
          ? say(messages, "gc-thrash.now-limit", {})
          : gogc !== undefined && gogc > 0 && isSetting && marked !== undefined
            ? say(messages, "gc-thrash.now-gogc", {
                gogc,
                goal: counted(2 * marked, "bytes", evidence),
              })
            : say(messages, "gc-thrash.now", {}),
      ],
      fix: [
        top === undefined
          ? say(messages, "gc-thrash.fix-unplaced", {})
          : say(messages, "gc-thrash.fix", { line: shortLine(top.at) }),
      ],
      verify: [say(messages, "gc-thrash.verify", { command: recordCommand(view.options.target) })],
    };
  },
};

type Trace = Extract<ReturnType<typeof tracedView>, { readonly trace: unknown }>["trace"];

/** The service's own lines whose allocations triggered cycles, most first. */
function triggers(trace: Trace): { readonly at: RuleSiteLine; count: number }[] {
  const counts = new Map<string, { readonly at: RuleSiteLine; count: number }>();
  for (let c = 0; c < trace.cycles.length; c++) {
    const found = trace.places.of(trace.cycles.triggerStack[c]);
    if (found === undefined || !found.place.isOwn) continue;
    const row = counts.get(found.key);
    if (row === undefined) counts.set(found.key, { at: found.place.own, count: 1 });
    else row.count += 1;
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

type RuleSiteLine = Pick<RuleSite, "function" | "file" | "line">;

function median(list: number[]): number | undefined {
  return list.sort((a, b) => a - b)[Math.floor(list.length / 2)];
}
