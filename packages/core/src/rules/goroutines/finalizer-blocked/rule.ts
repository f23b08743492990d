// finalizer-blocked: a finalizer waits, and with it every finalizer after it, because one goroutine runs
// them all. What they would have let go stays. Conditions and how it can mislead: README.md.

import { finalizerQueue, type FinalizerQueue } from "../../../analysis/finalizer-queue.ts";
import type { GoroutineGroup } from "../../../analysis/goroutines/goroutines.ts";
import type { OwnLine } from "../../../analysis/sites/site.ts";
import type { View } from "../../../analysis/view.ts";
import { QUEUE_BLOCK, runsQueue, type QueueKind } from "../../../goruntime/finalizers.ts";
import { say, type Statement } from "../../../model/message.ts";
import type { Quantity } from "../../../model/quantity.ts";
import { shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { attribute, liveGrowth, type LiveGrowth } from "../../heap/live-growth.ts";
import { messages } from "./messages.ts";

/** Less is what may lie in blocks that are just being run. */
const MIN_QUEUED = 2 * QUEUE_BLOCK;
const MIN_SECONDS = 20;
const MIN_SAMPLES = 3;
/** In each third of the readings one of three, or its shortest is no floor. */
const MIN_COURSE = 9;

interface Blocked {
  readonly group: GoroutineGroup;
  readonly kind: QueueKind;
  readonly snapshots: number;
  readonly seconds: number;
  /** A dump printed how long it has been in this one wait. */
  readonly minutes: number;
}

type QueueState = "still" | "behind" | "drains" | "short";

export const finalizerBlocked: Rule = {
  id: "finalizer-blocked",
  evaluate(view): RuleOutcome {
    const queues = [
      finalizerQueue(view.process, "finalizers"),
      finalizerQueue(view.process, "cleanups"),
    ];
    const known = queues.filter((q) => q !== undefined);
    const snapshots = view.goroutines?.snapshots ?? 0;
    const blocked = blockedOf(view);
    const queue =
      known.find((q) => q.kind === blocked?.kind) ??
      known.toSorted((a, b) => growthOf(b) - growthOf(a))[0];
    const state = queue === undefined ? undefined : stateOf(queue);
    if (blocked === undefined && (state === undefined || state === "short"))
      return snapshots < 2 && queue === undefined
        ? { is: "not-evaluable", missing: ["second-goroutine"] }
        : { is: "contradicted", by: [] };
    // A queue that is worked off while the goroutine shows the same stack: busy, not blocked.
    if (state === "drains" || (blocked === undefined && state !== "still" && state !== "behind"))
      return { is: "contradicted", by: [] };
    const growth = liveGrowth(view);
    const isQueued = state === "still" || state === "behind";
    // The same stack each time may be many short calls: a wait that is short by its nature, or a heap
    // that does not grow, says so.
    if (
      blocked !== undefined &&
      !isQueued &&
      blocked.minutes < 1 &&
      (blocked.group.wait === "sleep" || growth.is === "not")
    )
      return { is: "contradicted", by: [] };
    return supported(view, blocked, queue, state, growth);
  },
};

function growthOf(q: FinalizerQueue): number {
  return q.after - q.before;
}

function stateOf(q: FinalizerQueue): QueueState {
  if (
    q.still.queued >= MIN_QUEUED &&
    q.still.samples >= MIN_SAMPLES &&
    q.still.seconds >= MIN_SECONDS
  )
    return "still";
  if (q.samples < MIN_SAMPLES || q.seconds < MIN_SECONDS) return "short";
  const [first, second, third] = q.floors;
  const rises = second > first && third > second && third - first >= MIN_QUEUED;
  if (rises && q.samples >= MIN_COURSE) return "behind";
  // Nothing was queued, or what was queued was run: no goroutine can have been blocked throughout.
  return q.still.samples < q.samples ? "drains" : "short";
}

/**
 * The goroutine stands in the program's code, in the same stack, in every snapshot that there is; or a
 * dump says that it has waited there for a minute.
 */
function blockedOf(view: View): Blocked | undefined {
  const g = view.goroutines;
  if (g === undefined) return undefined;
  for (const group of g.groups) {
    const kind = group.functions.map(runsQueue).find((k) => k !== undefined);
    if (kind === undefined || group.wait === "running") continue;
    if (!group.functions.some((f) => !f.startsWith("runtime."))) continue;
    const minutes = group.maxWaitMinutes ?? 0;
    const always = g.snapshots >= 2 && g.seconds > 0 && group.counts.every((c) => c > 0);
    if (!(group.after > 0) || !(always || minutes >= 1)) continue;
    return { group, kind, snapshots: g.snapshots, seconds: g.seconds, minutes };
  }
  return undefined;
}

function supported(
  view: View,
  blocked: Blocked | undefined,
  queue: FinalizerQueue | undefined,
  state: QueueState | undefined,
  growth: LiveGrowth,
): RuleOutcome {
  const kind = blocked?.kind ?? queue?.kind ?? "finalizers";
  const id = blocked === undefined ? [] : [blocked.group.evidence];
  const isGrowing = growth.is === "growing";
  const isQueued = queue !== undefined && (state === "still" || state === "behind");
  const kept = isGrowing && isQueued ? keptLines(view, growth.expected, queue) : [];
  const facts: Statement[] = [];
  const forIt: Statement[] = [];
  const against: Statement[] = [];
  if (blocked !== undefined)
    facts.push(
      say(
        messages,
        "finalizer-blocked.stands",
        { snapshots: blocked.snapshots, seconds: blocked.seconds, minutes: blocked.minutes },
        id,
      ),
    );
  if (isQueued)
    facts.push(
      say(
        messages,
        state === "still" ? "finalizer-blocked.queue-still" : "finalizer-blocked.queue-behind",
        {
          kind,
          before: queue.before,
          after: queue.after,
          seconds: state === "still" ? queue.still.seconds : queue.seconds,
        },
        queue.evidence,
      ),
    );
  if (isGrowing && growth.slope !== undefined)
    facts.push(
      say(messages, "finalizer-blocked.grows", { slope: growth.slope }, growth.slope.evidence),
    );
  const top = kept[0];
  if (top !== undefined && queue !== undefined)
    forIt.push(
      say(
        messages,
        "finalizer-blocked.for-objects",
        { line: shortLine(top.line), objects: top.objects, queued: queue.after },
        top.objects.evidence,
      ),
    );
  if (blocked !== undefined && blocked.minutes >= 1)
    forIt.push(say(messages, "finalizer-blocked.for-age", { minutes: blocked.minutes }, id));
  if (!isQueued) against.push(say(messages, "finalizer-blocked.against-queue", {}));
  if (blocked === undefined) against.push(say(messages, "finalizer-blocked.against-place", {}));
  if (kind === "cleanups") against.push(say(messages, "finalizer-blocked.against-cleanups", {}));
  if (!isGrowing) against.push(say(messages, "finalizer-blocked.against-growth", {}));

  const isStill = state === "still";
  const isProved = blocked !== undefined && isStill;
  const isLikely =
    isStill || (blocked !== undefined && isGrowing && (isQueued || blocked.minutes >= 1));
  const sites: RuleSite[] = blocked === undefined ? [] : [{ ...blocked.group.at, role: "blocks" }];
  for (const { line } of kept)
    sites.push({ function: line.function, file: line.file, line: line.line, role: "allocates" });
  return {
    is: "supported",
    confidence: isProved ? "high" : isLikely ? "medium" : "low",
    weight: isGrowing ? growth.grown : 0,
    sites,
    headline:
      blocked === undefined
        ? say(
            messages,
            isStill ? "finalizer-blocked.headline-still" : "finalizer-blocked.headline-behind",
            { kind },
            queue?.evidence ?? [],
          )
        : say(
            messages,
            state === "behind" ? "finalizer-blocked.headline-slow" : "finalizer-blocked.headline",
            { line: shortLine(blocked.group.at), wait: blocked.group.wait, kind },
            id,
          ),
    facts,
    for: forIt,
    against,
    alike: ["heap-leak"],
    covers: kept.length > 0 ? ["heap-leak"] : [],
    now: [say(messages, "finalizer-blocked.now", {})],
    fix: [
      blocked === undefined
        ? say(messages, "finalizer-blocked.fix-unplaced", { kind })
        : say(messages, "finalizer-blocked.fix", { line: shortLine(blocked.group.at), kind }),
    ],
    verify: [
      say(messages, "finalizer-blocked.verify", {
        command: verifyCommand(view.options.target, "5m"),
      }),
    ],
  };
}

/**
 * Lines of the growth at which about as many objects live as wait in the queue. Misleads where one
 * finalizer's object holds many of them, or where two lines happen to keep pace.
 */
function keptLines(
  view: View,
  expected: Quantity | undefined,
  queue: FinalizerQueue,
): { readonly line: OwnLine; readonly objects: Quantity }[] {
  return attribute(view, expected).lines.flatMap((line) => {
    const site = view.sites?.table.sites.find((s) => {
      const at = s.user ?? s;
      return at.file === line.file && at.line === line.line;
    });
    if (site === undefined) return [];
    const { lo, hi } = site.liveObjects;
    return hi >= 0.5 * queue.after && lo <= 2 * queue.after
      ? [{ line, objects: site.liveObjects }]
      : [];
  });
}
