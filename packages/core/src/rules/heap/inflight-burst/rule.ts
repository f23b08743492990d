// inflight-burst: peak memory is requests in flight times memory per request, and nothing bounds the first.

import { burstsOf, type Burst, type Bursts } from "../../../analysis/bursts.ts";
import type { GoroutineGroup } from "../../../analysis/goroutines/goroutines.ts";
import { rowsOf, type SnapshotRows } from "../../../analysis/sites/buckets.ts";
import { holdingsOf, liveOf, onePerCycle, type Holding } from "../../../analysis/sites/holdings.ts";
import type { View } from "../../../analysis/view.ts";
import { ownerOf } from "../../../goruntime/packages.ts";
import { samplingProbability } from "../../../goruntime/sampling.ts";
import { say, type Statement } from "../../../model/message.ts";
import { counted, estimated, type Quantity } from "../../../model/quantity.ts";
import { MiB } from "../../../model/units.ts";
import { shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome, RuleSite } from "../../rule.ts";
import { messages } from "./messages.ts";

const PEAK = 64 * MiB;
const TIMES_BASE = 4;
const RSS_TIMES_BASE = 3;
const BURSTS = 2;
/** Goroutines that must come with each burst, and their share of those before. */
const MORE = 10;
const MORE_SHARE = 0.2;
/**
 * Memory's factor as a share of the request rate's. What is live without any request keeps it below 1
 * (0.75 to 0.86 in three services without a bound); below a half a bound must have held it.
 */
const FOLLOWS = 0.7;
const BOUNDED = 0.5;
/** Below this factor of the request rate it is the time that each takes. */
const FASTER = 1.5;

export const inflightBurst: Rule = {
  id: "inflight-burst",
  evaluate(view): RuleOutcome {
    const counter = view.load.source === "requests" ? view.load.counter : undefined;
    const bursts = burstsOf(view.process, view.series, counter);
    if (bursts === undefined) return { is: "not-evaluable", missing: ["live-series"] };
    const { list, base, peak } = bursts;
    const ended = list.filter((b) => b.ended).length;
    if (list.length < BURSTS || ended < BURSTS || peak - base < PEAK || peak < TIMES_BASE * base)
      return { is: "contradicted", by: [] };
    const follows = list.every(
      (b) =>
        b.goroutinesPeak - b.goroutinesBefore >= Math.max(MORE, MORE_SHARE * b.goroutinesBefore),
    );
    const rss = residentOf(view);
    const isCarried = rss !== undefined && rss.peak - rss.base >= PEAK;
    if (!follows || !isCarried || rss.peak < RSS_TIMES_BASE * rss.base)
      return {
        is: "contradicted",
        by: [say(messages, "inflight-burst.not", { bursts: list.length }, bursts.evidence)],
      };
    return supported(view, bursts, rss);
  },
};

interface Resident {
  readonly base: number;
  readonly peak: number;
  readonly evidence: readonly string[];
}

/** RSS, else what Go holds of the system's memory. */
function residentOf(view: View): Resident | undefined {
  const s = view.series.rss ?? view.series["go-total"];
  if (s === undefined || s.value.length < 5) return undefined;
  const sorted = [...s.value].toSorted((a, b) => a - b);
  return {
    base: sorted[Math.floor(sorted.length * 0.1)] ?? 0,
    peak: sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0,
    evidence: s.evidence.slice(0, 1),
  };
}

function supported(view: View, bursts: Bursts, rss: Resident): RuleOutcome {
  const { list, evidence } = bursts;
  const base = counted(bursts.base, "bytes", evidence, "gc-cycle");
  const peak = counted(bursts.peak, "bytes", evidence, "gc-cycle");
  const place = placeOfPeak(view, bursts);
  const typical = middle(list);
  if (typical === undefined) return { is: "contradicted", by: [] };
  const more = Math.max(1, typical.goroutinesPeak - typical.goroutinesBefore);
  const facts: Statement[] = [
    say(
      messages,
      "inflight-burst.bursts",
      {
        bursts: list.length,
        ended: list.filter((b) => b.ended).length,
        seconds: bursts.seconds,
      },
      evidence,
    ),
    say(
      messages,
      "inflight-burst.goroutines",
      {
        before: typical.goroutinesBefore,
        peak: typical.goroutinesPeak,
        each: (bursts.peak - bursts.base) / more,
      },
      evidence,
    ),
    say(
      messages,
      "inflight-burst.rss",
      {
        base: counted(rss.base, "bytes", rss.evidence),
        peak: counted(rss.peak, "bytes", rss.evidence),
      },
      rss.evidence,
    ),
  ];
  const forIt: Statement[] = [];
  const against: Statement[] = [];
  if (place !== undefined)
    facts.push(
      say(
        messages,
        "inflight-burst.site",
        { line: shortLine(place.top.own), live: place.live, share: place.share },
        [place.top.evidence],
      ),
    );
  if (place?.isAtPeak !== true) against.push(say(messages, "inflight-burst.against-unplaced", {}));

  // Little's law: in flight = rate × time each takes. What grows in step with the rate met no bound.
  const memory = bursts.peak / Math.max(1, bursts.base);
  const rate = typical.ratePeak / typical.rateBefore;
  const hasRate = Number.isFinite(rate) && rate > FASTER;
  const isSlower = Number.isFinite(rate) && rate <= FASTER;
  const isProportional = hasRate && memory >= FOLLOWS * rate;
  const isBelowRate = hasRate && memory < BOUNDED * rate;
  const ratio = { rate: Math.round(rate * 10) / 10, memory: Math.round(memory * 10) / 10 };
  const saturated = list.filter((b) => b.saturated).length;
  const isFlat = 2 * saturated >= list.length;
  const queue = place === undefined ? undefined : queueOf(view, place.top);
  if (queue !== undefined)
    against.push(
      say(
        messages,
        "inflight-burst.against-queue",
        { line: shortLine(queue.at), count: Math.max(...queue.counts) },
        [queue.evidence],
      ),
    );
  if (isFlat)
    against.push(
      say(messages, "inflight-burst.against-flat", { saturated, bursts: list.length }, evidence),
    );
  if (isBelowRate) against.push(say(messages, "inflight-burst.against-bound", ratio, evidence));
  else if (isProportional && !isFlat && queue === undefined)
    forIt.push(say(messages, "inflight-burst.for-load", ratio, evidence));
  else if (hasRate && !isProportional)
    against.push(say(messages, "inflight-burst.against-partly", ratio, evidence));
  else if (isSlower && !isFlat && queue === undefined)
    forIt.push(say(messages, "inflight-burst.for-slow", { rate: ratio.rate }, evidence));
  else if (!Number.isFinite(rate))
    against.push(say(messages, "inflight-burst.against-unbounded", {}));
  const limit = view.forecast.limit?.bytes;
  const fits = limit !== undefined && rss.base + 2 * (rss.peak - rss.base) <= limit.value;
  if (fits) against.push(say(messages, "inflight-burst.against-limit", { limit }, limit.evidence));

  const isBounded = isBelowRate || isFlat || queue !== undefined || fits;
  const sites: RuleSite[] = place === undefined ? [] : place.sites;
  return {
    is: "supported",
    confidence: isProportional && place?.isAtPeak === true && !isBounded ? "medium" : "low",
    fault: !isBounded,
    weight: bursts.peak - bursts.base,
    sites,
    headline:
      place === undefined
        ? say(messages, "inflight-burst.headline-unplaced", { base, peak }, evidence)
        : say(
            messages,
            "inflight-burst.headline",
            { base, peak, line: shortLine(place.top.own) },
            evidence,
          ),
    facts,
    for: forIt,
    against,
    alike: [],
    now: [say(messages, "inflight-burst.now", {})],
    fix: [
      place === undefined
        ? say(messages, "inflight-burst.fix-unplaced", {})
        : say(messages, "inflight-burst.fix", { line: shortLine(place.top.own) }),
    ],
    verify: [
      say(messages, "inflight-burst.verify", {
        command: verifyCommand(view.options.target, "60s"),
      }),
    ],
  };
}

/** The burst in the middle by goroutines at its peak; its own figures belong together. */
function middle(list: readonly Burst[]): Burst | undefined {
  const sorted = list.toSorted((a, b) => a.goroutinesPeak - b.goroutinesPeak);
  return sorted[Math.floor(sorted.length / 2)];
}

interface PeakPlace {
  readonly top: Holding;
  readonly live: Quantity;
  readonly share: number;
  /** The profile shows a heap well above the base. */
  readonly isAtPeak: boolean;
  readonly sites: RuleSite[];
}

/** The own line that holds most in the fullest profile, if it is nearly all of what came with the burst. */
function placeOfPeak(view: View, bursts: Bursts): PeakPlace | undefined {
  const modulePath = view.process.buildInfo?.mainModule?.path;
  const encoding = view.sites?.shown.snapshot.profile.encoding;
  if (encoding === undefined) return undefined;
  let best: { rows: SnapshotRows; total: number } | undefined;
  for (const snapshot of onePerCycle(view.process, encoding)) {
    const rows = rowsOf(snapshot);
    if (rows === undefined) continue;
    const { size, inuse, rate } = rows.rows;
    let total = 0;
    for (let r = 0; r < rows.rows.rows; r++) {
      const s = size[r] ?? 0;
      if (s > 0) total += ((inuse[r] ?? 0) * s) / samplingProbability(s, rate);
    }
    if (best === undefined || total > best.total) best = { rows, total };
  }
  if (best === undefined || best.total === 0) return undefined;
  const { rate } = best.rows.rows;
  const byOwn = new Map<string, Holding[]>();
  for (const h of holdingsOf(best.rows, modulePath)) {
    const key = `${h.own.function}\u0000${shortLine(h.own)}`;
    byOwn.set(key, [...(byOwn.get(key) ?? []), h]);
  }
  const ranked = [...byOwn.values()]
    .map((list) => ({ list, live: liveOf(list, rate).bytes }))
    .sort((a, b) => b.live.value - a.live.value);
  const first = ranked[0];
  const top = first?.list[0];
  if (first === undefined || top === undefined || first.live.value < 0.5 * best.total)
    return undefined;
  const { live } = first;
  const sites: RuleSite[] = [
    { function: top.own.function, file: top.own.file, line: top.own.line, role: "allocates" },
  ];
  return {
    top,
    live: estimated(live.value, live.lo, live.hi, "bytes", [top.evidence], "gc-cycle"),
    share: live.value / best.total,
    isAtPeak: live.lo >= bursts.base + 0.25 * (bursts.peak - bursts.base),
    sites,
  };
}

const QUEUES = /semaphore\.\(\*Weighted\)\.Acquire$|netutil\.\(\*limitListener\)/;

/** Goroutines that wait for their turn in a function that the memory is made under. */
function queueOf(view: View, top: Holding): GoroutineGroup | undefined {
  const modulePath = view.process.buildInfo?.mainModule?.path;
  const own = [...top.functions].filter((f) => ownerOf(f, "", modulePath) === "own");
  return view.goroutines?.groups.find((g) => {
    if (Math.max(0, ...g.counts) < MORE) return false;
    const isTurn = g.wait === "chan send" || g.wait === "lock" || g.wait === "cond";
    if (!isTurn && !g.functions.some((f) => QUEUES.test(f))) return false;
    return g.functions.some((f) => own.includes(f)) || g.functions.some((f) => QUEUES.test(f));
  });
}
