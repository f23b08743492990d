// pool-bloat: buffers that a few requests grew are handed to requests that need little, and held by them.

import type { GoroutineAnalysis } from "../../../analysis/goroutines/goroutines.ts";
import { turnoverOf } from "../../../analysis/goroutines/turnover.ts";
import { rowsOf } from "../../../analysis/sites/buckets.ts";
import { holdingsOf, liveOf, onePerCycle, type Holding } from "../../../analysis/sites/holdings.ts";
import { poissonLimits } from "../../../analysis/stats/poisson.ts";
import type { View } from "../../../analysis/view.ts";
import { ownerOf } from "../../../goruntime/packages.ts";
import { say, type Statement } from "../../../model/message.ts";
import { estimated } from "../../../model/quantity.ts";
import { KiB, MiB } from "../../../model/units.ts";
import { shortLine, verifyCommand } from "../../naming.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { messages } from "./messages.ts";

const TOTAL = 32 * MiB;
const SHARE = 0.5;
/** Smaller buffers are worth pooling. */
const LARGE = 64 * KiB;
const IN_FLIGHT = 10;
/** Requests that passed, as a multiple of those in flight: what is alive then outlived its request. */
const TURNED_OVER = 5;

/** One line's buffers: the size they were grown to and the steps on the way there. */
interface Grown {
  readonly line: readonly Holding[];
  readonly top: readonly Holding[];
  readonly steps: readonly Holding[];
  readonly size: number;
}

export const poolBloat: Rule = {
  id: "pool-bloat",
  evaluate(view): RuleOutcome {
    const { sites, goroutines, holdings } = view;
    if (sites?.pair === undefined || sites.pair.isStill)
      return { is: "not-evaluable", missing: ["second-heap"] };
    if (goroutines === undefined) return { is: "not-evaluable", missing: ["second-goroutine"] };
    const modulePath = view.process.buildInfo?.mainModule?.path;
    const rate = sites.shown.rows.rate;
    const grown = grownAt(holdings, rate, sites.table.total.value);
    if (grown === undefined) return { is: "contradicted", by: [] };
    const inFlight = inFlightOf(goroutines, grown, modulePath);
    const now = inFlight[inFlight.length - 1] ?? 0;
    const objects = liveOf(grown.top, rate).objects;
    // More of them than could be in use: kept by something else.
    if (now < IN_FLIGHT || objects.lo > 1.3 * now || objects.hi < 0.1 * now)
      return { is: "contradicted", by: [] };
    const turnover = turnoverOf(view.process, view.load, sites.pair.seconds);
    if (turnover === undefined) return { is: "not-evaluable", missing: ["load"] };
    const times = turnover.started / (turnover.source === "requests" ? 1 : 2) / now;
    if (!(times >= TURNED_OVER)) return { is: "contradicted", by: [] };
    const first = inFlight[0] ?? now;
    const isLevel = now <= 1.3 * first && first <= 1.3 * now;
    const trend = view.trends.marked?.kind;
    const hasBent = trend === "level" || trend === "plateau" || trend === "falling";
    const spreads = isLevel && !hasBent && spreadsOver(view, grown, modulePath);

    const top = grown.top[0];
    if (top === undefined) return { is: "contradicted", by: [] };
    const id = [top.evidence];
    const live = liveOf(grown.top, rate).bytes;
    const params = {
      line: shortLine(top.own),
      live: estimated(live.value, live.lo, live.hi, "bytes", id, "gc-cycle"),
      size: grown.size,
    };
    const facts: Statement[] = [
      say(
        messages,
        "pool-bloat.kept",
        {
          kept: sum(grown.top, (h) => h.alive) / sum(grown.top, (h) => h.allocated),
          steps: sum(grown.steps, (h) => h.alive) / sum(grown.steps, (h) => h.allocated),
        },
        id,
      ),
      ...grown.line
        .toSorted((a, b) => b.size - a.size)
        .slice(0, 4)
        .map((h) =>
          say(
            messages,
            "pool-bloat.size",
            {
              size: h.size,
              alive: Math.round(h.live.objects.value),
              made: Math.round(h.allocatedObjects),
            },
            [h.evidence],
          ),
        ),
      say(
        messages,
        "pool-bloat.held",
        {
          objects: estimated(objects.value, objects.lo, objects.hi, "count", id, "gc-cycle"),
          inFlight: now,
        },
        id,
      ),
      say(
        messages,
        "pool-bloat.turnover",
        {
          started: Math.round(turnover.started),
          times: Math.round(times),
          source: turnover.source,
        },
        turnover.evidence,
      ),
    ];
    const forIt: Statement[] = [];
    if (spreads) forIt.push(say(messages, "pool-bloat.for-spreads", {}, id));
    const pooled = holdings.find(
      (h) =>
        [...h.functions].some((f) => f.startsWith("sync.(*Pool).")) &&
        ownFunctions(grown.top, modulePath).some((f) => h.functions.has(f)),
    );
    if (pooled !== undefined)
      forIt.push(say(messages, "pool-bloat.for-get", {}, [pooled.evidence]));
    return {
      is: "supported",
      confidence: "low",
      fault: spreads,
      weight: live.value,
      sites: [
        { function: top.own.function, file: top.own.file, line: top.own.line, role: "allocates" },
      ],
      headline: spreads
        ? say(messages, "pool-bloat.headline", params, id)
        : say(messages, "pool-bloat.headline-level", params, id),
      facts,
      for: forIt,
      against: [
        spreads
          ? say(messages, "pool-bloat.against-set", {})
          : say(messages, "pool-bloat.against-need", {}),
      ],
      alike: ["heap-leak", "cache-plateau"],
      now: [say(messages, "pool-bloat.now", {})],
      fix: [say(messages, "pool-bloat.fix", { line: shortLine(top.own) })],
      verify: [
        say(messages, "pool-bloat.verify", {
          command: verifyCommand(view.options.target, "5m"),
        }),
      ],
    };
  },
};

/**
 * The line that holds most, if its sizes are those of growing buffers that are then kept: several
 * smaller sizes that are nearly all dead, and a largest one that is mostly alive. Of buffers that are
 * grown and dropped, the largest die like the steps.
 */
function grownAt(holdings: readonly Holding[], rate: number, total: number): Grown | undefined {
  const byLine = new Map<string, Holding[]>();
  for (const h of holdings) {
    const key = `${h.alloc.function}\u0000${h.alloc.line}\u0000${h.own.function}\u0000${h.own.line}`;
    byLine.set(key, [...(byLine.get(key) ?? []), h]);
  }
  for (const line of byLine.values()) {
    const largest = line[0];
    if (largest === undefined || largest.size < LARGE) continue;
    const top = line.filter((h) => h.size >= 0.75 * largest.size);
    const steps = line.filter((h) => h.size <= 0.6 * largest.size);
    const live = liveOf(top, rate).bytes;
    if (live.lo < TOTAL || live.value < SHARE * total) continue;
    const made = sum(steps, (h) => h.allocated);
    if (steps.length < 2 || made < 4 || sum(steps, (h) => h.alive) > 0.3 * made) continue;
    if (sum(top, (h) => h.alive) < 0.6 * sum(top, (h) => h.allocated)) continue;
    return { line, top, steps, size: largest.size };
  }
  return undefined;
}

function sum(list: readonly Holding[], of: (h: Holding) => number): number {
  return list.reduce((s, h) => s + of(h), 0);
}

function ownFunctions(list: readonly Holding[], modulePath: string | undefined): string[] {
  return [...new Set(list.flatMap((h) => [...h.functions]))].filter(
    (f) => ownerOf(f, "", modulePath) === "own",
  );
}

/** Goroutines with one of the service's functions that the buffers are made under, per snapshot. */
function inFlightOf(
  g: GoroutineAnalysis,
  grown: Grown,
  modulePath: string | undefined,
): readonly number[] {
  const own = new Set(ownFunctions(grown.top, modulePath));
  const groups = g.groups.filter((x) => x.functions.some((f) => own.has(f)));
  return g.timesMs.map((_, i) => groups.reduce((s, x) => s + (x.counts[i] ?? 0), 0));
}

/**
 * Does the largest size gain in both halves of the time? Objects made since the profile before (a count
 * of samples, Poisson) less those that died, for sure above zero and a tenth of what is alive. The first
 * profile is often older than the load, so the second half alone must say it too; steps from cycle to
 * cycle would be too short to say anything.
 */
function spreadsOver(view: View, grown: Grown, modulePath: string | undefined): boolean {
  const shown = view.sites?.shown.snapshot;
  const top = grown.top[0];
  if (shown === undefined || top === undefined) return false;
  const all = onePerCycle(view.process, shown.profile.encoding);
  const first = all[0];
  const last = all[all.length - 1];
  if (first === undefined || last === undefined || all.length < 3) return false;
  const half = (first.replyMs + last.replyMs) / 2;
  const between = all.slice(1, -1);
  const middle = between.toSorted(
    (a, b) => Math.abs(a.replyMs - half) - Math.abs(b.replyMs - half),
  )[0];
  const [a, b, c] = [first, middle, last].map((snapshot) => {
    const rows = snapshot === undefined ? undefined : rowsOf(snapshot);
    const same = (rows === undefined ? [] : holdingsOf(rows, modulePath)).filter(
      (h) =>
        h.size >= 0.75 * grown.size &&
        h.alloc.function === top.alloc.function &&
        shortLine(h.own) === shortLine(top.own),
    );
    return { alive: sum(same, (h) => h.alive), allocated: sum(same, (h) => h.allocated) };
  });
  if (a === undefined || b === undefined || c === undefined) return false;
  return gains(a, b) && gains(b, c);
}

interface Counts {
  readonly alive: number;
  readonly allocated: number;
}

function gains(before: Counts, after: Counts): boolean {
  const born = after.allocated - before.allocated;
  const died = born - (after.alive - before.alive);
  return born > 0 && poissonLimits(born).lo > died && born - died >= 0.1 * after.alive;
}
