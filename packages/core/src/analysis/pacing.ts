// What governs the heap goal: GOGC, a memory limit, or the 4 MiB·GOGC/100 floor. Told by settings where
// the evidence has them, else inferred from goals: with GOGC in charge goal − marked is GOGC/100 of
// marked and roots, cycle after cycle; under a limit the room above marked does not follow marked.

import type { ProcessEvidence } from "../evidence/process.ts";
import { fromMemStats, limitGoal } from "../goruntime/memory-classes.ts";
import { gogcGoal, minimumGoal } from "../goruntime/pacer.ts";
import { GC_UNSOUND } from "../model/tables/gc-cycles.ts";
import { MiB } from "../model/units.ts";

export interface Pacing {
  readonly governs: "gogc" | "limit" | "floor" | "unknown";
  /** −1 = off. */
  readonly gogcPercent: number | undefined;
  readonly gogcSource: "settings" | "goals" | "none";
  /** Median of goal ÷ marked over the last cycles; undefined without both. */
  readonly room: number | undefined;
}

/** Goals are floored to MiB in gctrace: below this the ratio is rounding. */
const MIN_MARKED = 12 * MiB;

export function pacingOf(p: ProcessEvidence): Pacing {
  const ratios: { marked: number; roots: number; goal: number }[] = [];
  for (const { segment } of p.gctrace) {
    const c = segment.cycles;
    for (let i = 1; i < c.length; i++) {
      const isSound = (((c.flags[i] ?? 0) | (c.flags[i - 1] ?? 0)) & GC_UNSOUND) === 0;
      if (!isSound || (c.number[i] ?? 0) !== (c.number[i - 1] ?? 0) + 1) continue;
      const roots = finite(c.stacksBytes[i - 1]) + finite(c.globalsBytes[i - 1]) || 0;
      ratios.push({
        marked: (c.markedBytes[i - 1] ?? NaN) + MiB / 2,
        roots,
        goal: (c.goalBytes[i] ?? NaN) + MiB / 2,
      });
    }
  }
  for (const m of p.metrics) {
    const s = m.value.scalars;
    const live = s.get("/gc/heap/live:bytes");
    const goal = s.get("/gc/heap/goal:bytes");
    if (live === undefined || goal === undefined || live === 0 || goal > 2 ** 60) continue;
    const roots = (s.get("/gc/scan/stack:bytes") ?? 0) + (s.get("/gc/scan/globals:bytes") ?? 0);
    ratios.push({ marked: live, roots, goal });
  }
  const recent = ratios.slice(-40);
  if (recent.length < 3 && limitMakesGoals(p)) {
    return {
      governs: "limit",
      gogcPercent: p.settings.gogcPercent,
      gogcSource: p.settings.gogcPercent === undefined ? "none" : "settings",
      room: undefined,
    };
  }
  const room = median(recent.map((r) => r.goal / r.marked));
  const known = p.settings.gogcPercent;
  if (known !== undefined) {
    return { governs: governs(recent, known), gogcPercent: known, gogcSource: "settings", room };
  }
  const large = recent.filter((r) => r.marked >= MIN_MARKED);
  const factors = large.map((r) => ((r.goal - r.marked) / (r.marked + r.roots)) * 100);
  const middle = median(factors);
  const spread =
    middle === undefined ? undefined : median(factors.map((f) => Math.abs(f - middle)));
  // GOGC is a whole number that people choose round; the pacer's own goal follows it within rounding.
  if (
    middle !== undefined &&
    spread !== undefined &&
    large.length >= 5 &&
    middle >= 10 &&
    spread <= Math.max(2, 0.04 * middle)
  ) {
    return { governs: "gogc", gogcPercent: Math.round(middle), gogcSource: "goals", room };
  }
  if (large.length >= 5 && middle !== undefined && middle < 10)
    return { governs: "limit", gogcPercent: undefined, gogcSource: "none", room };
  return {
    governs: recent.length >= 3 ? governs(recent, 100) : "unknown",
    gogcPercent: undefined,
    gogcSource: "none",
    room,
  };
}

/** From MemStats: NextGC stands where the limit puts it, in most readings. */
function limitMakesGoals(p: ProcessEvidence): boolean {
  const limit = p.settings.goMemLimit;
  if (limit === undefined || !Number.isFinite(limit)) return false;
  let at = 0;
  let n = 0;
  for (const m of p.memStats) {
    const memory = fromMemStats(m.value);
    if (memory === undefined || m.value.nextGC === undefined) continue;
    n++;
    // Over the limit the goal is what is live, above what the limit would allow.
    if (m.value.nextGC >= 0.95 * limitGoal(memory, limit)) at++;
  }
  return n >= 3 && at > n / 2;
}

function governs(
  list: readonly { marked: number; roots: number; goal: number }[],
  gogc: number,
): Pacing["governs"] {
  if (list.length === 0) return "unknown";
  const floor = minimumGoal(gogc);
  const votes = { gogc: 0, limit: 0, floor: 0 };
  for (const r of list) {
    const wanted = gogcGoal(r.marked, r.roots, 0, gogc);
    if (r.goal < wanted * 0.95 - 2 * MiB) votes.limit++;
    else if (gogc > 0 && r.goal <= floor * 1.1 + MiB) votes.floor++;
    else votes.gogc++;
  }
  const most = Math.max(votes.gogc, votes.limit, votes.floor);
  return votes.limit === most ? "limit" : votes.floor === most ? "floor" : "gogc";
}

function finite(x: number | undefined): number {
  return x !== undefined && Number.isFinite(x) ? x : 0;
}

function median(list: readonly number[]): number | undefined {
  const sorted = list.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted.length === 0 ? undefined : sorted[Math.floor(sorted.length / 2)];
}
