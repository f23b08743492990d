// map-never-shrinks: a large, still table of a map. Information: no profile says how full it is.
//
// A map's own frames never appear in a heap profile (runtime/pprof drops leading frames of runtime and
// internal/runtime, Go 1.22–1.27), so the line is the service's and its sizes have to speak.
// Source of the sizes: internal/runtime/maps/table.go (maxTableCapacity 1024, split: two tables of the
// full size replace one) since Go 1.24; runtime/map.go (hashGrow: an array of twice as many buckets)
// before.

import { rowsOf } from "../../../analysis/sites/buckets.ts";
import { holdingsOf, liveOf, onePerCycle, type Holding } from "../../../analysis/sites/holdings.ts";
import { proportionInterval } from "../../../analysis/stats/poisson.ts";
import type { View } from "../../../analysis/view.ts";
import { holdsSince } from "../../../goruntime/version.ts";
import { say, type Statement } from "../../../model/message.ts";
import { estimated } from "../../../model/quantity.ts";
import { KiB, MiB } from "../../../model/units.ts";
import { shortLine } from "../../naming.ts";
import type { Rule, RuleOutcome } from "../../rule.ts";
import { messages } from "./messages.ts";

const TOTAL = 32 * MiB;
const SHARE = 0.25;
/** 128 groups of 8 slots and 8 control bytes; a slot takes 1 to 256 bytes, then size classes. */
const SPLIT_SIZES: readonly [number, number] = [2 * KiB, 288 * KiB];
/** Samples ever made at the size, so that a half is told from other shares. */
const SPLIT_SAMPLES = 60;
const ARRAY = 16 * MiB;
const HALVINGS = 3;

interface Table {
  readonly line: readonly Holding[];
  readonly top: Holding;
  readonly how: Statement;
}

export const mapNeverShrinks: Rule = {
  id: "map-never-shrinks",
  evaluate(view): RuleOutcome {
    const { sites, holdings } = view;
    if (sites?.pair === undefined) return { is: "not-evaluable", missing: ["second-heap"] };
    const modulePath = view.process.buildInfo?.mainModule?.path;
    const rate = sites.shown.rows.rate;
    const total = sites.table.total.value;
    const table = tableIn(view, holdings, rate, total);
    if (table === undefined || !isStill(view, table, modulePath))
      return { is: "contradicted", by: [] };
    const { top } = table;
    const live = liveOf(table.line, rate).bytes;
    const forIt: Statement[] = [];
    const against: Statement[] = [];
    const beside = besideOf(holdings, table);
    if (beside !== undefined) {
      const params = {
        line: shortLine(beside.at.own),
        objects: Math.round(beside.objects),
        left: beside.left,
      };
      if (beside.left <= 0.1)
        forIt.push(say(messages, "map-never-shrinks.for-entries", params, [beside.at.evidence]));
      else if (beside.left >= 0.5)
        against.push(
          say(messages, "map-never-shrinks.against-entries", params, [beside.at.evidence]),
        );
    }
    against.push(say(messages, "map-never-shrinks.against-full", {}));
    return {
      is: "supported",
      confidence: "low",
      weight: live.value,
      sites: [
        { function: top.own.function, file: top.own.file, line: top.own.line, role: "allocates" },
      ],
      headline: say(
        messages,
        "map-never-shrinks.headline",
        {
          line: shortLine(top.own),
          live: estimated(live.value, live.lo, live.hi, "bytes", [top.evidence], "gc-cycle"),
        },
        [top.evidence],
      ),
      facts: [
        table.how,
        say(messages, "map-never-shrinks.share", { share: live.value / total }, [top.evidence]),
      ],
      for: forIt,
      against,
      alike: ["cache-plateau", "heap-leak"],
      now: [],
      fix: [say(messages, "map-never-shrinks.fix", { line: shortLine(top.own) })],
      verify: [],
    };
  },
};

function tableIn(
  view: View,
  holdings: readonly Holding[],
  rate: number,
  total: number,
): Table | undefined {
  const splits = holdsSince(view.process.goVersion.range, 24);
  const byLine = new Map<string, Holding[]>();
  for (const h of holdings) {
    // A library's growing buffers halve and double too; a map's allocating line is its user's.
    if (h.owner === "standard" || h.owner === "runtime" || h.alloc.function !== h.own.function)
      continue;
    const key = `${h.own.function}\u0000${h.own.file}\u0000${h.own.line}`;
    byLine.set(key, [...(byLine.get(key) ?? []), h]);
  }
  for (const line of byLine.values()) {
    const live = liveOf(line, rate).bytes;
    if (live.lo < TOTAL || live.value < SHARE * total) continue;
    const split = splits === "no" ? undefined : splitTable(line, live.value);
    const found = split ?? (splits === "yes" ? undefined : doubledArray(line, live.value));
    if (found !== undefined) return { line, ...found };
  }
  return undefined;
}

/**
 * Blocks of one size of which half are alive: each split made two and dropped one, so of n + 1 alive
 * 2n + 1 were made. A map made with a size hint shows no such half and is not recognised. Misleads:
 * blocks of one size that are half freed for another reason.
 */
function splitTable(
  line: readonly Holding[],
  live: number,
): { top: Holding; how: Statement } | undefined {
  const top = line[0];
  if (top === undefined || top.live.bytes.value < 0.9 * live) return undefined;
  if (top.size < SPLIT_SIZES[0] || top.size > SPLIT_SIZES[1]) return undefined;
  if (top.allocated < SPLIT_SAMPLES) return undefined;
  const kept = proportionInterval(top.alive, top.allocated);
  if (kept.lo > 0.5 || kept.hi < 0.5 || kept.hi - kept.lo > 0.3) return undefined;
  const o = top.live.objects;
  const id = [top.evidence];
  return {
    top,
    how: say(
      messages,
      "map-never-shrinks.split",
      {
        objects: estimated(o.value, o.lo, o.hi, "count", id, "gc-cycle"),
        size: top.size,
        kept: estimated(top.alive / top.allocated, kept.lo, kept.hi, "fraction", id, "gc-cycle"),
      },
      id,
    ),
  };
}

/**
 * One large array after dead ones of a half, a quarter, an eighth. append grows a large slice by a
 * quarter (runtime/slice.go nextslicecap), so it leaves no halves. Misleads: a table of the service's
 * own that doubles.
 */
function doubledArray(
  line: readonly Holding[],
  live: number,
): { top: Holding; how: Statement } | undefined {
  const top = line[0];
  if (top === undefined || top.size < ARRAY || top.live.bytes.value < 0.9 * live) return undefined;
  let steps = 0;
  for (let part = 2; part <= 64; part *= 2) {
    const half = line.find((h) => Math.abs((h.size * part) / top.size - 1) <= 0.02);
    if (half === undefined || half.alive > 0) break;
    steps++;
  }
  if (steps < HALVINGS) return undefined;
  return {
    top,
    how: say(messages, "map-never-shrinks.doubled", { size: top.size, steps }, [top.evidence]),
  };
}

/** Nothing was made at the line between the last two profiles of different cycles. */
function isStill(view: View, table: Table, modulePath: string | undefined): boolean {
  const shown = view.sites?.shown.snapshot;
  if (shown === undefined) return false;
  const made: number[] = [];
  for (const snapshot of onePerCycle(view.process, shown.profile.encoding).slice(-2)) {
    const rows = rowsOf(snapshot);
    if (rows === undefined) continue;
    made.push(
      holdingsOf(rows, modulePath)
        .filter((h) => h.size === table.top.size && shortLine(h.own) === shortLine(table.top.own))
        .reduce((s, h) => s + h.allocated, 0),
    );
  }
  return made.length === 2 && made[0] === made[1];
}

/** Small objects that the same function made most of, its keys or values if it has any of its own. */
function besideOf(
  holdings: readonly Holding[],
  table: Table,
): { at: Holding; objects: number; left: number } | undefined {
  const near = holdings.filter(
    (h) => h.size <= KiB && h.allocated >= 20 && h.functions.has(table.top.own.function),
  );
  const at = near.toSorted((a, b) => b.allocatedObjects - a.allocatedObjects)[0];
  return at === undefined
    ? undefined
    : { at, objects: at.allocatedObjects, left: at.alive / at.allocated };
}
