// idle-gc-theft: idle mark workers run on Ps that the kernel or a CPU quota does not really give, so what
// they take is missing elsewhere.

import type { View } from "../../../analysis/view.ts";
import { say, type Statement } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { recordCommand, tracedView } from "../../traced.ts";
import { messages } from "./messages.ts";

/** Of all running time: below this there is nothing to win. */
const IDLE_SHARE = 0.1;
/** Share of the periods in which the quota ran out. */
const THROTTLED = 0.05;
const MIN_CYCLES = 3;

export const idleGcTheft: Rule = {
  id: "idle-gc-theft",
  evaluate(view): RuleOutcome {
    const traced = tracedView(view);
    if ("outcome" in traced) return traced.outcome;
    const { trace, evidence } = traced;
    const { share, cycles, work } = trace;
    const idle = share.runningNs > 0 ? share.idleNs / share.runningNs : 0;
    const idleQ = counted(idle, "fraction", evidence, "wall");
    if (idle < IDLE_SHARE)
      return {
        is: "contradicted",
        by: [say(messages, "idle-gc-theft.not", { idle: idleQ }, evidence)],
      };
    if (cycles.length < MIN_CYCLES) return { is: "not-evaluable", missing: ["trace"] };
    const cpu = cpuLimit(view);
    if (cpu === undefined || work.procs.length === 0)
      return { is: "not-evaluable", missing: ["cgroup"] };
    const procs = work.procs.count[work.procs.length - 1];
    const isThrottled = (cpu.throttled ?? 0) > THROTTLED;
    const isNarrow = cpu.cores < procs;
    if (!isThrottled || !isNarrow)
      return {
        is: "contradicted",
        by: [
          say(
            messages,
            "idle-gc-theft.not-narrow",
            { idle: idleQ, procs, throttled: cpu.throttled ?? 0 },
            [...evidence, cpu.evidence],
          ),
        ],
      };
    const all = [...evidence, cpu.evidence];
    const facts: Statement[] = [
      say(
        messages,
        "idle-gc-theft.cost",
        { idle: idleQ, ns: share.idleNs / 1e9, seconds: trace.seconds },
        evidence,
      ),
      say(
        messages,
        "idle-gc-theft.quota",
        { cores: cpu.cores, procs, throttled: cpu.throttled ?? 0 },
        all,
      ),
    ];
    return {
      is: "supported",
      confidence: cycles.length >= 10 ? "high" : "medium",
      weight: idle,
      sites: [],
      headline: say(
        messages,
        "idle-gc-theft.headline",
        { idle: idleQ, cores: cpu.cores, procs },
        all,
      ),
      facts,
      for: [],
      against: [say(messages, "idle-gc-theft.against-wall", {}, evidence)],
      alike: [],
      now: [say(messages, "idle-gc-theft.now", { procs: Math.max(1, Math.ceil(cpu.cores)) })],
      fix: [say(messages, "idle-gc-theft.fix", {})],
      verify: [
        say(messages, "idle-gc-theft.verify", { command: recordCommand(view.options.target) }),
      ],
    };
  },
};

/** The container's CPU quota and how often it ran out; undefined where no file told a quota. */
function cpuLimit(
  view: View,
):
  | { readonly cores: number; readonly throttled: number | undefined; readonly evidence: string }
  | undefined {
  const throttled = throttledPart(view);
  for (const c of view.process.cgroup) {
    const max = c.value.files.get("cpu.max");
    const quota = max?.get("quota") ?? c.value.files.get("cpu.cfs_quota_us")?.get("");
    const period = max?.get("period") ?? c.value.files.get("cpu.cfs_period_us")?.get("");
    if (quota === undefined || period === undefined || !(period > 0)) continue;
    return { cores: quota / period, throttled, evidence: c.artefact.id };
  }
  return undefined;
}

/**
 * Of the periods between the first and the last reading; of all since the container's start where there is one
 * reading only. The kernel counts from the start: what loading took there says nothing of now, and an idle
 * week hides it.
 */
function throttledPart(view: View): number | undefined {
  const readings = view.process.cgroup.flatMap((c) => {
    const stat = c.value.files.get("cpu.stat");
    const periods = stat?.get("nr_periods");
    return periods === undefined ? [] : [{ periods, throttled: stat?.get("nr_throttled") ?? 0 }];
  });
  const last = readings.at(-1);
  if (last === undefined) return undefined;
  const first = readings[0];
  const periods = last.periods - first.periods;
  if (periods > 0) return Math.max(0, last.throttled - first.throttled) / periods;
  return last.periods > 0 ? last.throttled / last.periods : undefined;
}
