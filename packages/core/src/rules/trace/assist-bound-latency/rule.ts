// assist-bound-latency: goroutines that allocate during a mark phase do the collector's work, or wait for it,
// instead of their own.

import type { AssistGroup } from "../../../analysis/trace/assists.ts";
import type { SourceLine } from "../../../analysis/sites/site.ts";
import { say, type Statement } from "../../../model/message.ts";
import { counted, type Quantity } from "../../../model/quantity.ts";
import { shortFunction, shortLine } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import {
  isRuntimeGroup,
  isShortOfCpu,
  limitLeavesNoRoom,
  recordCommand,
  tracedView,
} from "../../traced.ts";
import { messages } from "./messages.ts";

/** Of the running time of all goroutines: where churn calls assists a fault too. */
const SHARE = 0.05;
/**
 * Of the time in which a group of goroutines ran or was held up by assists, which holds waiting for a P: on a
 * starved machine that is much of any interruption.
 */
const GROUP_SHARE = 0.25;
/** Part of all assist time that such a group must bear: a lone goroutine is nobody's latency. */
const GROUP_PART = 0.3;
/** For a group alone. */
const GROUP_CYCLES = 5;
const MIN_ASSISTS = 20;
const MIN_WALL_NS = 20e6;
const MIN_CYCLES = 3;
/** Held up for less than this part of one core's time, nobody notices. */
const WORTH_CORES = 0.02;

export const assistBoundLatency: Rule = {
  id: "assist-bound-latency",
  evaluate(view): RuleOutcome {
    const traced = tracedView(view);
    if ("outcome" in traced) return traced.outcome;
    const { trace, evidence } = traced;
    const { assists, cycles, seconds } = trace;
    const groups = assists.byGroup.filter((g) => !isRuntimeGroup(g.name));
    const wallNs = sum(groups, (g) => g.wallNs);
    const cpuNs = sum(groups, (g) => g.cpuNs);
    const count = sum(groups, (g) => g.count);
    const share = assists.mutatorNs > 0 ? Math.min(1, cpuNs / assists.mutatorNs) : 0;
    const shareQ = counted(share, "fraction", evidence, "wall");
    if (cycles.length === 0)
      return {
        is: "contradicted",
        by: [say(messages, "assist-bound-latency.no-cycle", { seconds }, evidence)],
      };
    // On a machine short of cores waiting is nobody's doing; work on a core still tells.
    const heldUp =
      cycles.length < GROUP_CYCLES || isShortOfCpu(trace)
        ? []
        : groups.filter(
            (g) =>
              burden(g) >= GROUP_SHARE && g.wallNs >= Math.max(MIN_WALL_NS, GROUP_PART * wallNs),
          );
    const isHigh = share >= SHARE || heldUp.length > 0;
    const isWorth = wallNs / 1e9 / seconds >= WORTH_CORES;
    if (!isHigh || !isWorth || count < MIN_ASSISTS || wallNs < MIN_WALL_NS)
      return {
        is: "contradicted",
        by: [
          say(messages, "assist-bound-latency.not", { share: shareQ, count, seconds }, evidence),
        ],
      };
    // One burst at start-up is no habit.
    if (cycles.length < MIN_CYCLES) return { is: "not-evaluable", missing: ["trace"] };
    const payer = [...groups].sort((a, b) => b.wallNs - a.wallNs)[0];
    // Where the share of all is small, the fault is that of one group.
    const held = [...heldUp].sort((a, b) => b.wallNs - a.wallNs).find((g) => g.name !== "");
    const lines = assists.byLine.filter((l) => l.at !== undefined && l.isOwn);
    const top = lines[0];
    const facts: Statement[] = [
      say(
        messages,
        "assist-bound-latency.cost",
        {
          count,
          wall: wallNs / 1e9,
          cpu: cpuNs / 1e9,
          parked: (wallNs - cpuNs) / 1e9,
          longest: assists.longestNs / 1e9,
          share: shareQ,
        },
        evidence,
      ),
    ];
    if (payer !== undefined && payer.name !== "")
      facts.push(
        say(
          messages,
          "assist-bound-latency.payer",
          {
            group: shortFunction(payer.name),
            goroutines: payer.goroutines,
            burden: burden(payer),
            share: payer.wallNs / wallNs,
          },
          evidence,
        ),
      );
    for (const l of lines.slice(0, 3)) {
      if (l.at === undefined || l.wallNs < 0.05 * wallNs) continue;
      facts.push(
        say(
          messages,
          "assist-bound-latency.line",
          { line: shortLine(l.at), share: Math.min(1, l.wallNs / wallNs), count: l.count },
          evidence,
        ),
      );
    }
    const puller = trace.pulls.byGroup.find((g) => g.name !== "" && !isRuntimeGroup(g.name));
    const pulled = trace.pulls.bytesInMark;
    if (puller !== undefined && pulled > 0 && puller.bytesInMark >= 0.2 * pulled)
      facts.push(
        say(
          messages,
          puller.name === payer?.name
            ? "assist-bound-latency.causes-itself"
            : "assist-bound-latency.causes",
          {
            group: shortFunction(puller.name),
            share: puller.bytesInMark / pulled,
            payer: payer === undefined || payer.name === "" ? "?" : shortFunction(payer.name),
          },
          evidence,
        ),
      );
    const against: Statement[] = [];
    if (assists.cut > 0)
      against.push(
        say(messages, "assist-bound-latency.against-cut", { cut: assists.cut }, evidence),
      );
    if (cycles.length < 10)
      against.push(
        say(messages, "assist-bound-latency.against-few", { cycles: cycles.length }, evidence),
      );
    const sites: RuleSite[] = lines
      .filter((l) => l.wallNs >= 0.1 * wallNs)
      .slice(0, 3)
      .flatMap((l) =>
        l.at === undefined
          ? []
          : [
              {
                function: l.at.function,
                file: l.at.file,
                line: l.at.line,
                role: "allocates" as const,
                share: counted(Math.min(1, l.wallNs / wallNs), "fraction", evidence, "wall"),
              },
            ],
      );
    return {
      is: "supported",
      confidence:
        cycles.length >= 10 && count >= 100 && seconds >= 1
          ? "high"
          : cycles.length >= 5
            ? "medium"
            : "low",
      weight: Math.min(1, Math.max(share, ...heldUp.map(burden))),
      sites,
      headline: headlineOf(top?.at, share < SHARE ? held : undefined, shareQ, evidence),
      facts,
      for: [],
      against,
      alike: [],
      now: [
        say(
          messages,
          limitLeavesNoRoom(trace) ? "assist-bound-latency.now-limit" : "assist-bound-latency.now",
          {},
        ),
      ],
      fix: [
        top?.at === undefined
          ? say(messages, "assist-bound-latency.fix-unplaced", {})
          : say(messages, "assist-bound-latency.fix", { line: shortLine(top.at) }),
      ],
      verify: [
        share < SHARE && held !== undefined
          ? say(messages, "assist-bound-latency.verify-group", {
              command: recordCommand(view.options.target),
              group: shortFunction(held.name),
              most: GROUP_SHARE,
            })
          : say(messages, "assist-bound-latency.verify", {
              command: recordCommand(view.options.target),
            }),
      ],
    };
  },
};

/** `held`: who is held up, where that alone is the fault. */
function headlineOf(
  at: SourceLine | undefined,
  held: AssistGroup | undefined,
  share: Quantity,
  evidence: readonly string[],
): Statement {
  const line = at === undefined ? undefined : shortLine(at);
  if (held === undefined)
    return line === undefined
      ? say(messages, "assist-bound-latency.headline", { share }, evidence)
      : say(messages, "assist-bound-latency.headline-line", { line, share }, evidence);
  const of = { group: shortFunction(held.name), burden: burden(held) };
  return line === undefined
    ? say(messages, "assist-bound-latency.headline-group", of, evidence)
    : say(messages, "assist-bound-latency.headline-group-line", { line, ...of }, evidence);
}

/** Held up by assists, of the time it ran or was held up. */
function burden(g: AssistGroup): number {
  const held = g.executedNs + (g.wallNs - g.cpuNs);
  return held > 0 ? Math.min(1, g.wallNs / held) : 0;
}

function sum(groups: readonly AssistGroup[], of: (g: AssistGroup) => number): number {
  return groups.reduce((total, g) => total + of(g), 0);
}
