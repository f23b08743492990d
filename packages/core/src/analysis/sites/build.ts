// Who is responsible: live bytes, growth, survival and rate by allocating line, and gathered once more
// by the service's own line above it. Every number carries its interval (analysis/stats).

import type { ProcessEvidence } from "../../evidence/process.ts";
import { derived, estimated, type Quantity } from "../../model/quantity.ts";
import { stackKey } from "../../model/stack-frames.ts";
import { GrowthSum, growthInterval } from "../stats/growth.ts";
import { samplingProbability } from "../../goruntime/sampling.ts";
import { memoryInterval, SampledMemory } from "../stats/heap-sampling.ts";
import { comparablePair, rowsOf, type SnapshotPair, type SnapshotRows } from "./buckets.ts";
import { lineKey, placeOf, type Place } from "./place.ts";
import type { OwnLine, Site, SiteTable, SourceLine } from "./site.ts";

export interface SiteAnalysis {
  readonly table: SiteTable;
  readonly ownLines: readonly OwnLine[];
  readonly pair: SnapshotPair | undefined;
  /** The profile shown: the later of the pair, or the only one. */
  readonly shown: SnapshotRows;
  readonly countsAreExact: boolean;
}

interface Gathered {
  at: SourceLine;
  user: SourceLine | undefined;
  isOwn: boolean;
  live: SampledMemory;
  growth: GrowthSum;
  allocs: number;
  inuse: number;
  /** Bytes allocated between the two profiles. */
  born: SampledMemory;
  stacks: Map<number, number>;
  callers: Map<string, { at: SourceLine; live: SampledMemory }>;
  allocates: Map<string, { at: SourceLine; live: number }>;
}

const LISTED = 60;

export function buildSites(p: ProcessEvidence): SiteAnalysis | undefined {
  const pair = comparablePair(p);
  const shown = pair?.after ?? lastRows(p);
  if (shown === undefined) return undefined;
  const modulePath = p.buildInfo?.mainModule?.path;
  const byLine = new Map<string, Gathered>();
  const byOwn = new Map<string, Gathered>();
  const total = new SampledMemory();
  const totalGrowth = new GrowthSum();
  const places = new Map<string, Place>();
  const rate = shown.rows.rate;
  const usable = pair !== undefined && !pair.isStill ? pair : undefined;

  const visit = (
    source: SnapshotRows,
    row: number,
    size: number,
    live: number,
    alloc: number,
    grow: ((g: GrowthSum) => void) | undefined,
    bornCount: number,
  ) => {
    const stack = source.rows.stack[row] ?? 0;
    const hash = source.hashes[stack] ?? 0;
    const cacheKey = String(hash);
    let place = places.get(cacheKey);
    if (place === undefined) {
      place = placeOf(source.snapshot.profile, stack, modulePath);
      places.set(cacheKey, place);
    }
    total.add(live, size, rate);
    grow?.(totalGrowth);
    for (const [map, key, at] of [
      [byLine, place.alloc, place.alloc],
      [byOwn, place.own, place.own],
    ] as const) {
      const g = entry(map, key, at);
      g.isOwn = place.isOwn;
      g.user = place.isOwn && place.own !== place.alloc ? place.own : undefined;
      g.live.add(live, size, rate);
      g.allocs += alloc;
      g.inuse += live;
      g.born.add(bornCount, size, rate);
      grow?.(g.growth);
      g.stacks.set(
        hash,
        (g.stacks.get(hash) ?? 0) + (live * size) / samplingProbability(size, rate),
      );
      if (map === byLine && place.caller !== undefined && live > 0) {
        const c = g.callers.get(lineKey(place.caller)) ?? {
          at: place.caller,
          live: new SampledMemory(),
        };
        c.live.add(live, size, rate);
        g.callers.set(lineKey(place.caller), c);
      }
      if (map === byOwn) {
        const a = g.allocates.get(lineKey(place.alloc)) ?? { at: place.alloc, live: 0 };
        a.live += live * size;
        g.allocates.set(lineKey(place.alloc), a);
      }
    }
  };

  if (usable !== undefined) {
    for (let i = 0; i < usable.sizes.length; i++) {
      const size = usable.sizes[i] ?? 0;
      if (!(size > 0)) continue;
      const inAfter = (usable.afterRow[i] ?? -1) >= 0;
      const source = inAfter ? usable.after : usable.before;
      const row = inAfter ? (usable.afterRow[i] ?? 0) : (usable.beforeRow[i] ?? 0);
      const paired = p.sameness !== "unknown";
      const grow = (g: GrowthSum) => {
        if (paired) g.addPaired(usable, i, rate);
        else g.addNaive(usable.inuseBefore[i] ?? 0, rate, usable.inuseAfter[i] ?? 0, rate, size);
      };
      const born = Math.max(0, (usable.allocAfter[i] ?? 0) - (usable.allocBefore[i] ?? 0));
      visit(source, row, size, usable.inuseAfter[i] ?? 0, usable.allocAfter[i] ?? 0, grow, born);
    }
  } else {
    for (let r = 0; r < shown.rows.rows; r++) {
      const size = shown.rows.size[r] ?? 0;
      if (!(size > 0)) continue;
      visit(shown, r, size, shown.rows.inuse[r] ?? 0, shown.rows.allocs[r] ?? 0, undefined, 0);
    }
  }

  const id = shown.snapshot.artefact.id;
  const seconds = usable !== undefined && usable.seconds > 0 ? usable.seconds : undefined;
  const gathered = [...byLine.values()]
    .map((from) => ({ from, site: toSite(from, id, seconds, usable !== undefined) }))
    .sort((a, b) => byInterest(a.site, b.site));
  const sites = gathered.map((each) => each.site);
  const ownLines = [...byOwn.values()]
    .map((g) => toOwnLine(g, id, seconds, usable !== undefined))
    .sort((a, b) => (b.growth?.value ?? 0) - (a.growth?.value ?? 0) || b.live.value - a.live.value);
  const rest = gathered.slice(LISTED);
  const restMemory = new SampledMemory();
  for (const { from } of rest) restMemory.merge(from.live);
  const sum = memoryInterval(total);
  const table: SiteTable = {
    sites: sites.slice(0, LISTED),
    rest: { sites: rest.length, live: quantity(memoryInterval(restMemory).bytes, "bytes", [id]) },
    total: quantity(sum.bytes, "bytes", [id]),
    totalGrowth:
      usable === undefined
        ? undefined
        : quantity(growthInterval(totalGrowth).bytes, "bytes", [
            usable.before.snapshot.artefact.id,
            id,
          ]),
    cycles: cyclesOf(usable),
    seconds,
  };
  return { table, ownLines, pair, shown, countsAreExact: shown.rows.counts === "exact" };
}

function cyclesOf(pair: SnapshotPair | undefined): SiteTable["cycles"] {
  if (pair?.cyclesBetween === undefined) return undefined;
  const to = pair.after.snapshot.cycle;
  return to === undefined ? undefined : { from: to - pair.cyclesBetween, to };
}

function lastRows(p: ProcessEvidence): SnapshotRows | undefined {
  for (let i = p.heap.length - 1; i >= 0; i--) {
    const h = p.heap[i];
    const rows = h === undefined ? undefined : rowsOf(h);
    if (rows !== undefined) return rows;
  }
  return undefined;
}

function entry(map: Map<string, Gathered>, key: SourceLine, at: SourceLine): Gathered {
  const k = lineKey(key);
  const known = map.get(k);
  if (known !== undefined) return known;
  const made: Gathered = {
    at,
    user: undefined,
    isOwn: false,
    live: new SampledMemory(),
    growth: new GrowthSum(),
    allocs: 0,
    inuse: 0,
    born: new SampledMemory(),
    stacks: new Map(),
    callers: new Map(),
    allocates: new Map(),
  };
  map.set(k, made);
  return made;
}

function quantity(
  i: { value: number; lo: number; hi: number },
  unit: Quantity["unit"],
  evidence: readonly string[],
): Quantity {
  return estimated(i.value, i.lo, i.hi, unit, evidence, "gc-cycle");
}

/** Wilson interval of live ÷ ever allocated among sampled objects. */
function survivalOf(
  inuse: number,
  allocs: number,
  evidence: readonly string[],
): Quantity | undefined {
  if (!(allocs > 0) || inuse < 0 || inuse > allocs) return undefined;
  const z = 1.96;
  const p = inuse / allocs;
  const d = 1 + (z * z) / allocs;
  const mid = (p + (z * z) / (2 * allocs)) / d;
  const half = (z * Math.sqrt((p * (1 - p)) / allocs + (z * z) / (4 * allocs * allocs))) / d;
  return estimated(
    p,
    Math.max(0, mid - half),
    Math.min(1, mid + half),
    "fraction",
    evidence,
    "gc-cycle",
  );
}

function largestStack(g: Gathered): number {
  let best = 0;
  let most = -1;
  for (const [hash, bytes] of g.stacks) {
    if (bytes > most) {
      most = bytes;
      best = hash;
    }
  }
  return best;
}

function rateOf(
  g: Gathered,
  seconds: number | undefined,
  evidence: readonly string[],
): Quantity | undefined {
  if (seconds === undefined) return undefined;
  const b = memoryInterval(g.born).bytes;
  return derived(
    b.value / seconds,
    b.lo / seconds,
    b.hi / seconds,
    "bytes/s",
    evidence,
    "gc-cycle",
  );
}

function toSite(g: Gathered, id: string, seconds: number | undefined, paired: boolean): Site {
  const evidence = `${id}:${stackKey(largestStack(g))}`;
  const live = memoryInterval(g.live);
  const growth = paired ? growthInterval(g.growth) : undefined;
  return {
    ...g.at,
    user: g.user,
    evidence,
    live: quantity(live.bytes, "bytes", [evidence]),
    liveObjects: quantity(live.objects, "count", [evidence]),
    samples: live.samples,
    stacks: g.stacks.size,
    growth: growth === undefined ? undefined : quantity(growth.bytes, "bytes", [evidence]),
    visibleGrowth: growth === undefined ? undefined : Math.max(0, growth.bytes.hi),
    survival: survivalOf(g.inuse, g.allocs, [evidence]),
    allocRate: rateOf(g, seconds, [evidence]),
    callers: [...g.callers.values()]
      .map((c) => ({ at: c.at, live: quantity(memoryInterval(c.live).bytes, "bytes", [evidence]) }))
      .sort((a, b) => b.live.value - a.live.value)
      .slice(0, 3),
  };
}

function toOwnLine(g: Gathered, id: string, seconds: number | undefined, paired: boolean): OwnLine {
  const evidence = `${id}:${stackKey(largestStack(g))}`;
  return {
    ...g.at,
    live: quantity(memoryInterval(g.live).bytes, "bytes", [evidence]),
    growth: paired ? quantity(growthInterval(g.growth).bytes, "bytes", [evidence]) : undefined,
    survival: survivalOf(g.inuse, g.allocs, [evidence]),
    allocRate: rateOf(g, seconds, [evidence]),
    samples: memoryInterval(g.live).samples,
    evidence,
    allocates: [...g.allocates.values()].sort((a, b) => b.live - a.live).map((a) => a.at),
    isOwn: g.isOwn,
  };
}

/** Sure growth first, then live bytes. */
function byInterest(a: Site, b: Site): number {
  const sure = (s: Site) => (s.growth !== undefined && s.growth.lo > 0 ? s.growth.lo : 0);
  return sure(b) - sure(a) || b.live.value - a.live.value;
}
