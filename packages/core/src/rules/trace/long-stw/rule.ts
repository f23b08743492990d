// long-stw: stops of the world for a GC phase that take longer than a time slice, and what held them up.

import { say, type Statement } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import { lineKey } from "../../../analysis/sites/site.ts";
import type { Place } from "../../../analysis/sites/place.ts";
import { shortFunction, shortLine } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import {
  isRuntimeGroup,
  LONG_STOP_NS,
  MIN_LONG_STOPS,
  recordCommand,
  tracedView,
  WAITED_PART,
} from "../../traced.ts";
import { messages } from "./messages.ts";

/**
 * Part of the long stops that one goroutine must have held up, and of their time. Not one start function: where
 * all goroutines have the same one it is always last, also on a machine that is merely short of CPU.
 */
const ONE_GOROUTINE = 0.6;
const EXPLAINED = 0.7;
/** Part of the culprit's stops that one line must have, to stand for the slow code. */
const ONE_LINE = 0.5;

interface HeldUp {
  stops: number;
  ns: number;
  /** Where it could be stopped, by line. */
  readonly lines: Map<string, { stops: number; readonly place: Place }>;
}

export const longStw: Rule = {
  id: "long-stw",
  evaluate(view): RuleOutcome {
    const traced = tracedView(view);
    if ("outcome" in traced) return traced.outcome;
    const { trace, evidence } = traced;
    const { stops } = trace.stops;
    const r = trace.memory.ranges;
    let count = 0;
    let longest = 0;
    let longNs = 0;
    let long = 0;
    const held = new Map<number, HeldUp>();
    for (let i = 0; i < stops.length; i++) {
      if (stops.kind[i] !== "gc") continue;
      const ns = r.endNs[stops.row[i]] - r.startNs[stops.row[i]];
      count += 1;
      longest = Math.max(longest, ns);
      if (ns < LONG_STOP_NS) continue;
      long += 1;
      longNs += ns;
      if (stops.stoppingNs[i] < WAITED_PART * ns) continue;
      const g = stops.lastGoroutine[i];
      const row: HeldUp = held.get(g) ?? { stops: 0, ns: 0, lines: new Map() };
      row.stops += 1;
      row.ns += stops.stoppingNs[i];
      held.set(g, row);
      const place = trace.places.of(stops.lastStack[i])?.place;
      if (place === undefined) continue;
      const key = lineKey(place.own);
      const line = row.lines.get(key) ?? { stops: 0, place };
      line.stops += 1;
      row.lines.set(key, line);
    }
    const longestQ = counted(longest, "ns", evidence, "wall");
    if (count === 0) return { is: "contradicted", by: [] };
    if (long < MIN_LONG_STOPS)
      return {
        is: "contradicted",
        by: [say(messages, "long-stw.not", { count, longest: longestQ }, evidence)],
      };
    const top = [...held].sort((a, b) => b[1].stops - a[1].stops || b[1].ns - a[1].ns)[0];
    const name = top === undefined ? "" : (trace.groups.nameOf(top[0]) ?? `g${top[0]}`);
    // Mark workers stand still only when the kernel had taken their thread: that is the machine.
    const culprit =
      top !== undefined &&
      top[1].stops >= ONE_GOROUTINE * long &&
      top[1].ns >= EXPLAINED * longNs &&
      !isRuntimeGroup(name)
        ? top[1]
        : undefined;
    const facts: Statement[] = [
      say(
        messages,
        "long-stw.long",
        { long, count, total: longNs / 1e9, longest: longestQ },
        evidence,
      ),
    ];
    if (culprit !== undefined)
      facts.push(
        say(
          messages,
          "long-stw.last",
          { group: shortFunction(name), stops: culprit.stops, ns: culprit.ns / 1e9 },
          evidence,
        ),
      );
    const sites: RuleSite[] = [];
    const line = [...(culprit?.lines.values() ?? [])].sort((a, b) => b.stops - a.stops)[0];
    if (culprit !== undefined && line !== undefined && line.stops >= ONE_LINE * culprit.stops) {
      const { own, alloc } = line.place;
      sites.push({
        ...own,
        role: "blocks",
        share: counted(line.stops / long, "fraction", evidence),
      });
      facts.push(
        say(
          messages,
          "long-stw.line",
          { line: shortLine(own), within: shortFunction(alloc.function), stops: line.stops },
          evidence,
        ),
      );
    }
    return {
      is: "supported",
      confidence:
        culprit === undefined
          ? "low"
          : long >= 5 && culprit.stops >= 0.8 * long
            ? "high"
            : "medium",
      // Long stops that nothing in the trace explains are what a starved machine looks like.
      ...(culprit === undefined ? { fault: false } : {}),
      weight: Math.min(1, longNs / 1e9 / trace.seconds),
      sites,
      headline:
        culprit === undefined
          ? say(messages, "long-stw.headline", { longest: longestQ }, evidence)
          : say(
              messages,
              "long-stw.headline-held",
              { longest: longestQ, group: shortFunction(name) },
              evidence,
            ),
      facts,
      for: [],
      against: [
        culprit === undefined
          ? say(messages, "long-stw.against-unexplained", {}, evidence)
          : say(messages, "long-stw.against-derived", {}, evidence),
      ],
      alike: [],
      now: [],
      fix: culprit === undefined ? [] : [say(messages, "long-stw.fix", {})],
      verify: [say(messages, "long-stw.verify", { command: recordCommand(view.options.target) })],
    };
  },
};
