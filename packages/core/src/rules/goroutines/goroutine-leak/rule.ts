// goroutine-leak: one blocked stack grows with time, not with connections or load.

import { acceptingFunctions, isParkedInRead } from "../../../analysis/goroutines/connections.ts";
import type { GoroutineAnalysis, GoroutineGroup } from "../../../analysis/goroutines/goroutines.ts";
import type { View } from "../../../analysis/view.ts";
import type { SourceLine } from "../../../analysis/sites/site.ts";
import { isInternalWait } from "../../../goruntime/waits.ts";
import { say, type Statement } from "../../../model/message.ts";
import { counted } from "../../../model/quantity.ts";
import type { ProfileTable } from "../../../model/tables/profile.ts";
import { shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { messages } from "./messages.ts";

/** Fewer are a pool filling up. */
const MIN_GROWTH = 20;
const KiB = 1024;

export const goroutineLeak: Rule = {
  id: "goroutine-leak",
  evaluate(view): RuleOutcome {
    const g = view.goroutines;
    const trend = view.trends.goroutines;
    const hasProfiles = g !== undefined && g.snapshots >= 2;
    const hasTrend = trend !== undefined && trend.kind !== "too-short";
    if (!hasProfiles && !hasTrend) return { is: "not-evaluable", missing: ["second-goroutine"] };
    const total = g?.after ?? trend?.endValue ?? 0;
    // The count series says whether it grows on; a level series outranks two profiles.
    if (
      hasTrend &&
      trend !== undefined &&
      trend.kind !== "line" &&
      trend.kind !== "irregular" &&
      trend.kind !== "rising"
    ) {
      return { is: "contradicted", by: [notIt(view, total)] };
    }
    if (
      hasTrend &&
      trend !== undefined &&
      trend.kind === "line" &&
      !(trend.slope.lo > 0 && trend.slope.value * trend.seconds >= MIN_GROWTH)
    ) {
      return { is: "contradicted", by: [notIt(view, total)] };
    }
    if (hasProfiles && g !== undefined) {
      const groups = growing(g);
      const top = groups[0];
      if (top === undefined) return { is: "contradicted", by: [notIt(view, total)] };
      return supported(view, g, top, groups);
    }
    if (trend === undefined || trend.kind !== "line")
      return { is: "not-evaluable", missing: ["second-goroutine"] };
    return countOnly(view, total);
  },
};

function growthOf(g: GoroutineGroup): number {
  return Number.isFinite(g.before) ? g.after - g.before : 0;
}

/**
 * Stacks that grew by enough and did not fall between readings by more than a tenth of their growth.
 * A goroutine that reads an accepted connection waits for its client: more of them are more clients.
 */
function growing(g: GoroutineAnalysis): GoroutineGroup[] {
  const accepting = acceptingFunctions(g);
  return g.groups.filter((x) => {
    const grown = growthOf(x);
    if (isServerConnection(x, accepting)) return false;
    if (grown < MIN_GROWTH || grown < 0.2 * x.before || x.wait === "running") return false;
    let worst = 0;
    for (let i = 1; i < x.counts.length; i++)
      worst = Math.max(worst, (x.counts[i - 1] ?? 0) - (x.counts[i] ?? 0));
    return worst <= 0.1 * grown;
  });
}

function notIt(view: View, total: number): Statement {
  const trend = view.trends.goroutines;
  const g = view.goroutines;
  const change =
    trend !== undefined && trend.kind !== "too-short"
      ? trend.kind === "falling"
        ? "falling"
        : trend.kind === "step" || trend.kind === "plateau"
          ? "levelled off"
          : "flat"
      : g !== undefined && g.snapshots >= 2
        ? `${g.after - g.before >= 0 ? "+" : "−"}${Math.abs(g.after - g.before)}`
        : "flat";
  return say(
    messages,
    "goroutine-leak.not",
    { count: Math.round(total), change },
    trend?.slope.evidence ?? [],
  );
}

/**
 * Waits for its client: a serving function by its name, or a goroutine parked in a read that was started
 * by a function which waits in Accept (told by a dump). A connection that was dialled is neither.
 */
function isServerConnection(x: GoroutineGroup, accepting: ReadonlySet<string>): boolean {
  if (isParkedInRead(x) && x.createdBy !== undefined && accepting.has(x.createdBy.function))
    return true;
  return (
    x.wait === "IO wait" &&
    x.functions.some(
      (f) =>
        f === "net/http.(*conn).serve" ||
        /\)\.(Serve|serve|handleConn|ServeConn|readLoop|serveConn|HandleConn|handleStreams|serveStreams)$/.test(
          f,
        ),
    ) &&
    !x.functions.some((f) => f.startsWith("net/http.(*persistConn)"))
  );
}

function supported(
  view: View,
  g: GoroutineAnalysis,
  top: GoroutineGroup,
  groups: readonly GoroutineGroup[],
): RuleOutcome {
  const trend = view.trends.goroutines;
  const seconds = g.seconds;
  const forIt: Statement[] = [];
  const against: Statement[] = [];
  const facts: Statement[] = [];
  const id = [top.evidence];
  const grown = growthOf(top);
  const positive = g.groups.reduce((s, x) => s + Math.max(0, growthOf(x)), 0);

  const isLoop = (x: GoroutineGroup, name: string) =>
    x.functions.some((f) => f.endsWith(`net/http.(*persistConn).${name}`));
  const read = groups.filter((x) => isLoop(x, "readLoop")).reduce((s, x) => s + growthOf(x), 0);
  const write = groups.filter((x) => isLoop(x, "writeLoop")).reduce((s, x) => s + growthOf(x), 0);
  const isBodies =
    read >= MIN_GROWTH &&
    write >= MIN_GROWTH &&
    Math.abs(read - write) <= 0.2 * Math.max(read, write) &&
    read >= 0.3 * grown;

  const internal = isInternalWait(top.wait) || isBodies;
  // A goroutine a connection with its partner in IO wait: clients, unless nobody closes them.
  const accepting = acceptingFunctions(g);
  const connections = g.groups
    .filter((x) => isServerConnection(x, accepting))
    .reduce((s, x) => s + Math.max(0, growthOf(x)), 0);
  const withConnections = connections >= 0.7 * grown;
  const rises =
    top.counts.length >= 3 && top.counts.every((c, i) => i === 0 || c > (top.counts[i - 1] ?? 0));
  const straight = trend?.kind === "line" && trend.slope.lo > 0;
  const steady = view.load.steady;
  const drift = view.load.drift;
  const ramp = drift !== undefined && drift > 1.15;

  // Goroutines that come at an even pace are their own proof of even work: allocation, the fallback
  // for load, is disturbed by the capture itself in a service that allocates little.
  const isEven =
    straight && trend !== undefined && trend.slope.hi - trend.slope.lo <= 0.2 * trend.slope.value;
  if (straight && trend !== undefined)
    facts.push(
      say(
        messages,
        "goroutine-leak.trend",
        { slope: trend.slope, seconds: trend.seconds },
        trend.slope.evidence,
      ),
    );
  facts.push(
    say(
      messages,
      "goroutine-leak.snapshots",
      { before: top.before, after: top.after, seconds, snapshots: g.snapshots },
      id,
    ),
  );
  if (positive > 0)
    facts.push(say(messages, "goroutine-leak.share", { share: grown / positive }, id));
  facts.push(
    top.createdBy !== undefined
      ? say(messages, "goroutine-leak.created", { line: shortLine(top.createdBy) }, id)
      : say(messages, "goroutine-leak.root", { function: top.root.function }, id),
  );
  const stacks = view.series.stacks?.value;
  const stackNow = stacks?.[stacks.length - 1];
  if (stackNow !== undefined && g.after > 0)
    facts.push(
      say(messages, "goroutine-leak.cost", {
        stacks: counted(stackNow, "bytes", view.series.stacks?.evidence ?? []),
        each: Math.max(2 * KiB, stackNow / g.after),
      }),
    );

  if (isBodies) forIt.push(say(messages, "goroutine-leak.for-bodies", { read, write }, id));
  else if (internal)
    forIt.push(say(messages, "goroutine-leak.for-internal", { wait: top.wait }, id));
  else against.push(say(messages, "goroutine-leak.against-external", { wait: top.wait }, id));
  if (rises)
    forIt.push(
      say(messages, "goroutine-leak.for-never-falls", { snapshots: top.counts.length }, id),
    );
  const age = top.maxWaitMinutes ?? 0;
  const oldest = age >= 1 && age * 60 >= 0.8 * seconds - 60;
  if (age >= 1) forIt.push(say(messages, "goroutine-leak.for-age", { minutes: age }, id));
  if (steady === true && view.load.variation !== undefined)
    forIt.push(say(messages, "goroutine-leak.for-load", { variation: view.load.variation }));
  if (ramp || (steady === false && !isEven))
    against.push(say(messages, "goroutine-leak.against-load", {}));
  if (withConnections && !isBodies)
    against.push(say(messages, "goroutine-leak.against-connections", { growth: connections }, id));

  const leakProfile = view.process.otherProfiles.find(
    (x) => x.value.profileKind === "goroutineleak",
  );
  let named = false;
  if (leakProfile !== undefined) {
    named = namesStack(leakProfile.value, top);
    if (named)
      forIt.push(say(messages, "goroutine-leak.for-profile", {}, [leakProfile.artefact.id]));
    else
      against.push(say(messages, "goroutine-leak.against-profile", {}, [leakProfile.artefact.id]));
  }

  const sustained = straight || rises;
  const clean = internal && sustained && !withConnections && !ramp && (steady !== false || isEven);
  const confidence =
    clean && (named || (oldest && straight))
      ? "high"
      : clean && (leakProfile === undefined || named) && grown >= 2 * MIN_GROWTH
        ? "medium"
        : "low";
  const command = verifyCommand(view.options.target, "5m");
  const asks = isBodies ? requestLine(view) : undefined;
  const sites: RuleSite[] = asks === undefined ? [] : [{ ...asks, role: "creates" }];
  sites.push({ ...top.at, role: "blocks" });
  if (top.createdBy !== undefined) sites.push({ ...top.createdBy, role: "creates" });
  else sites.push({ ...top.root, role: "creates" });
  return {
    is: "supported",
    confidence,
    // Stack, descriptor and a little heap: what one blocked goroutine costs at least.
    weight: grown * 8 * KiB,
    sites,
    headline: say(
      messages,
      "goroutine-leak.headline",
      { line: shortLine(top.at), wait: top.wait, count: top.after },
      id,
    ),
    facts,
    for: forIt,
    against,
    alike: [],
    now: [say(messages, "goroutine-leak.now", {})],
    fix: [
      isBodies
        ? say(messages, "goroutine-leak.fix-bodies", {})
        : say(messages, "goroutine-leak.fix", { line: shortLine(top.at), wait: top.wait }),
    ],
    verify: [say(messages, "goroutine-leak.verify", { command })],
  };
}

/**
 * The transport's goroutines carry no frame of the caller. The heap profile does: the own line under
 * which net/http's client allocates most. Misleads where several lines make requests and another one
 * forgets the body.
 */
function requestLine(view: View): SourceLine | undefined {
  const lines = (view.sites?.ownLines ?? []).filter(
    (l) =>
      l.isOwn &&
      l.allocates.some((a) =>
        /^net\/http\.(\(\*(Client|Transport|Request|wantConn)\)|NewRequest|send|setRequestCancel|cloneURL|cloneOrMakeHeaders)/.test(
          a.function,
        ),
      ),
  );
  const best = lines.toSorted(
    (a, b) => (b.growth?.value ?? 0) - (a.growth?.value ?? 0) || b.live.value - a.live.value,
  )[0];
  return best === undefined
    ? undefined
    : { function: best.function, file: best.file, line: best.line };
}

function namesStack(t: ProfileTable, top: GoroutineGroup): boolean {
  for (let f = 0; f < t.functions.length; f++) {
    if (t.strings.get(t.functions.name[f] ?? 0) === top.at.function) return true;
  }
  return false;
}

function countOnly(view: View, total: number): RuleOutcome {
  const trend = view.trends.goroutines;
  const against =
    view.load.steady === false || (view.load.drift ?? 1) > 1.15
      ? [say(messages, "goroutine-leak.against-load", {})]
      : [];
  return {
    is: "supported",
    confidence: "low",
    weight: (trend === undefined ? 0 : trend.slope.value * trend.seconds) * 8 * KiB,
    sites: [],
    headline: say(
      messages,
      "goroutine-leak.headline-count",
      { count: Math.round(total) },
      trend?.slope.evidence ?? [],
    ),
    facts:
      trend === undefined
        ? []
        : [
            say(
              messages,
              "goroutine-leak.trend",
              { slope: trend.slope, seconds: trend.seconds },
              trend.slope.evidence,
            ),
          ],
    for: [],
    against,
    alike: [],
    now: [say(messages, "goroutine-leak.now", {})],
    fix: [say(messages, "goroutine-leak.fix-count", {})],
    verify: [
      say(messages, "goroutine-leak.verify", { command: verifyCommand(view.options.target, "5m") }),
    ],
  };
}
