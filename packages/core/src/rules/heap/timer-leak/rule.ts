// timer-leak: timers that stay until they fire or are stopped, made faster than that happens. Which
// timers stay depends on the Go version and on asynctimerchan (goruntime/timers.ts).

import type { Maker } from "../../../analysis/sites/made-by.ts";
import type { View } from "../../../analysis/view.ts";
import {
  makesTimer,
  timerKind,
  unreferencedTimers,
  type TimerKind,
  type Unreferenced,
} from "../../../goruntime/timers.ts";
import { say, type Statement } from "../../../model/message.ts";
import { shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { accountOf, accountOfLines, lesser } from "../growth-account.ts";
import { liveGrowth, SHARE } from "../live-growth.ts";
import { explainedBy, sitesOf } from "../made-growth.ts";
import { messages } from "./messages.ts";

/** Timers alone are the growth. */
const MOST = 0.5;
/** Timers that the collector would take when unreferenced are kept by something: then nearly all of it. */
const NEARLY_ALL = 0.8;
/** time.Timer is 72 to 112 B; its channel 96 to 120 B is made in NewTimer, not in newTimer. */
const TIMER_BYTES = 64;

export const TIMERS: Maker = {
  isEntry: makesTimer,
  // A channel timer refers to its channel only; the function of AfterFunc to what it captured.
  holds: (names) => names.includes("time.AfterFunc"),
  part: (names, size) => {
    const first = names[0] ?? "";
    // Go ≥ 1.23 makes the timer in newTimer (runtime/time.go); before, in the function called.
    const isTimer =
      first === "time.newTimer" || first === "time.AfterFunc" || first === "time.NewTicker";
    return isTimer && size >= TIMER_BYTES ? "unit" : undefined;
  },
};

type Reading = "active" | "unfired" | "unstopped" | "referenced" | "unknown";

export const timerLeak: Rule = {
  id: "timer-leak",
  evaluate(view): RuleOutcome {
    const growth = liveGrowth(view);
    if (growth.is === "unknown") return { is: "not-evaluable", missing: growth.missing };
    if (growth.is === "not") return { is: "contradicted", by: [] };
    if (view.sites === undefined) return { is: "not-evaluable", missing: ["second-heap"] };
    const explained = explainedBy(view, growth, TIMERS);
    const top = explained?.made.lines[0];
    if (explained === undefined || top === undefined) return { is: "contradicted", by: [] };
    const { made, alone, around } = explained;
    const kind = timerKind(top.names);
    const reading = readingOf(kind, unreferencedOf(view));
    const holds = kind === "AfterFunc" && around !== undefined && made.holders.lo > 0;
    const enough = alone.value >= (reading === "referenced" ? NEARLY_ALL : MOST);
    if (!enough && !holds) return { is: "contradicted", by: [] };

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
    const call = `time.${kind}`;
    const facts: Statement[] = [
      ...account.trend,
      say(messages, "timer-leak.share", { share, alone }, share.evidence),
    ];
    if (made.units.lo > 0)
      facts.push(
        say(
          messages,
          made.basis === "growth" ? "timer-leak.units" : "timer-leak.units-live",
          { units: made.units },
          made.units.evidence,
        ),
      );
    const sure = lesser(account.confidence, accountOfLines(view, growth).account.confidence);
    return {
      is: "supported",
      confidence: reading === "unknown" ? "low" : sure,
      weight: growth.grown,
      sites: sitesOf(callers, others, others.length > 0 ? around?.at : undefined),
      headline: say(messages, `timer-leak.headline-${reading}`, { line: shortLine(top), call }, [
        top.evidence,
      ]),
      facts: [...facts, ...account.limit],
      for: [...whyFor(view, reading), ...account.for],
      against: [
        ...(reading === "referenced" || reading === "unstopped"
          ? []
          : [say(messages, "timer-leak.against-fires", {})]),
        ...(reading === "unknown" ? [say(messages, "timer-leak.against-version", {})] : []),
        ...account.against,
      ],
      alike: ["heap-leak"],
      covers: share.value >= SHARE ? ["heap-leak"] : [],
      now: account.now,
      fix: [say(messages, `timer-leak.fix-${reading}`, { line: shortLine(top), call })],
      verify: [
        say(messages, "timer-leak.verify", {
          line: shortLine(top),
          command: verifyCommand(view.options.target, "5m"),
        }),
      ],
    };
  },
};

function readingOf(kind: TimerKind, unreferenced: Unreferenced): Reading {
  if (kind === "AfterFunc") return "active";
  if (unreferenced === "collected") return "referenced";
  if (unreferenced === "unknown") return "unknown";
  return kind === "NewTicker" ? "unstopped" : "unfired";
}

function unreferencedOf(view: View): Unreferenced {
  const { goVersion, settings, buildInfo, metrics } = view.process;
  const name = "/godebug/non-default-behavior/asynctimerchan:events";
  return unreferencedTimers({
    range: goVersion.range,
    setting: settings.godebug.get("asynctimerchan"),
    isSettingKnown: buildInfo !== undefined,
    oldTimers: metrics.findLast((m) => m.value.scalars.has(name))?.value.scalars.get(name),
  });
}

function whyFor(view: View, reading: Reading): Statement[] {
  const version = view.process.goVersion.text;
  if (version === undefined || (reading !== "unfired" && reading !== "unstopped")) return [];
  return [
    view.process.goVersion.range.to < 23
      ? say(messages, "timer-leak.for-version", { version })
      : say(messages, "timer-leak.for-setting", { version }),
  ];
}
