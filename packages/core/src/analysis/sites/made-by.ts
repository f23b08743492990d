// Growth told apart by the library call that allocated it: contexts, timers. A site table names the
// allocating line and the service's own line; two calls on one own line, or one call three frames deep
// in a dependency, are only told apart by the frames between. One pass over the buckets, frames of each
// distinct stack walked once; asked for only when the live heap grows.
//
// How it can mislead: a frame between says who allocated, not who holds. What else grows around the
// call (`around`) grows under the same line of the service; that the made objects are what keeps it is
// for a rule to argue.

import type { ProcessEvidence } from "../../evidence/process.ts";
import { isProfilingFrame, ownerOf, type Owner } from "../../goruntime/packages.ts";
import { estimated, type Quantity } from "../../model/quantity.ts";
import { framesOf, functionFile, functionName, stackKey } from "../../model/stack-frames.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { GrowthSum, growthInterval } from "../stats/growth.ts";
import { memoryInterval, SampledMemory } from "../stats/heap-sampling.ts";
import type { SnapshotPair, SnapshotRows } from "./buckets.ts";
import type { SiteAnalysis } from "./build.ts";
import { survivalOf } from "./lines.ts";
import { lineKey, type SourceLine } from "./site.ts";

/** Which stacks a library call allocated. `names`: frames between allocation and own code, leaf first. */
export interface Maker {
  /** The frame that the service calls. */
  readonly isEntry: (name: string) => boolean;
  /** Does what is made here refer to values of the service? */
  readonly holds: (names: readonly string[]) => boolean;
  /**
   * `unit`: one a call. `anchor`: what refers to the units from inside the library, so that they live
   * without anybody's help.
   */
  readonly part: (names: readonly string[], size: number) => "unit" | "anchor" | undefined;
}

export interface MadeLine extends SourceLine {
  readonly bytes: Quantity;
  readonly objects: Quantity;
  readonly survival: Quantity | undefined;
  readonly evidence: string;
  /** Frames of the library, of the line's largest stack, leaf first. */
  readonly names: readonly string[];
}

/** All that grows under one line of the service through which the largest maker line is called. */
export interface Around {
  readonly at: SourceLine;
  readonly bytes: Quantity;
  /** Nearest own lines of it, largest first; the makers' own lines among them. */
  readonly lines: readonly SourceLine[];
}

export interface Made {
  /** Growth between two profiles, or what one profile shows as live. */
  readonly basis: "growth" | "live";
  /** Own lines that call the maker, largest first. */
  readonly lines: readonly MadeLine[];
  readonly bytes: Quantity;
  readonly samples: number;
  /** The part of `bytes` in objects that refer to the service's values. */
  readonly holders: Quantity;
  /**
   * Live in the later profile: tables are freed and made anew as they grow, so that their paired growth
   * is lost in its interval when they are there in plain sight.
   */
  readonly anchors: Quantity;
  /** How many were made, as far as their unit could be told. */
  readonly units: Quantity;
  /** Of units, where there are any, over all own lines. */
  readonly survival: Quantity | undefined;
  /** The line itself, then its callers in the service, nearest first, at most three. */
  readonly around: readonly Around[];
}

const LEVELS = 3;

interface Sum {
  readonly growth: GrowthSum;
  allocs: number;
  inuse: number;
}

interface Place {
  readonly own: SourceLine | undefined;
  /** Own frames from the nearest up. */
  readonly chain: readonly SourceLine[];
  readonly isMade: boolean;
  readonly names: readonly string[];
  readonly hash: number;
}

interface LineSum extends Sum {
  readonly units: Sum;
  readonly at: SourceLine;
  readonly stacks: Map<number, { readonly sum: Sum; readonly place: Place }>;
}

const emptySum = (): Sum => ({ growth: new GrowthSum(), allocs: 0, inuse: 0 });

/** With "growth" asked and one profile given: what that one shows as live. */
export function madeBy(
  p: ProcessEvidence,
  sites: SiteAnalysis,
  maker: Maker,
  asked: Made["basis"],
): Made | undefined {
  const modulePath = p.buildInfo?.mainModule?.path;
  const pair =
    asked === "growth" && sites.pair !== undefined && !sites.pair.isStill ? sites.pair : undefined;
  const basis = pair === undefined ? "live" : "growth";
  const places = new Map<number, Place>();
  const lines = new Map<string, LineSum>();
  const all = emptySum();
  const holders = emptySum();
  const anchors = new SampledMemory();
  const units = emptySum();

  eachBucket(p, sites.shown, pair, (source, row, size, live, add) => {
    const stack = source.rows.stack[row] ?? 0;
    const hash = source.hashes[stack] ?? 0;
    let place = places.get(hash);
    if (place === undefined) {
      place = placeOf(source.snapshot.profile, stack, hash, modulePath, maker);
      places.set(hash, place);
    }
    if (!place.isMade || place.own === undefined) return;
    add(all);
    if (maker.holds(place.names)) add(holders);
    const part = maker.part(place.names, size);
    if (part === "anchor") anchors.add(live, size, sites.shown.rows.rate);
    else if (part === "unit") add(units);
    const key = lineKey(place.own);
    let line = lines.get(key);
    if (line === undefined) {
      line = { ...emptySum(), units: emptySum(), at: place.own, stacks: new Map() };
      lines.set(key, line);
    }
    add(line);
    if (part === "unit") add(line.units);
    let one = line.stacks.get(hash);
    if (one === undefined) {
      one = { sum: emptySum(), place };
      line.stacks.set(hash, one);
    }
    add(one.sum);
  });
  if (lines.size === 0) return undefined;

  const id = sites.shown.snapshot.artefact.id;
  const sorted = [...lines.values()].toSorted((a, b) => plain(b, basis) - plain(a, basis));
  const top = sorted[0];
  const tables = memoryInterval(anchors).bytes;
  const topStack = top === undefined ? undefined : largest(top, basis);
  return {
    basis,
    lines: sorted.map((line) => toLine(line, id, basis)),
    bytes: bytesOf(all, basis, [id]),
    samples: memoryInterval(all.growth.plus).samples,
    holders: bytesOf(holders, basis, [id]),
    anchors: estimated(tables.value, tables.lo, tables.hi, "bytes", [id], "gc-cycle"),
    units: objectsOf(units, basis, [id]),
    survival: survivalOfUnits(units, all, [id]),
    around:
      topStack === undefined
        ? []
        : aroundOf(p, sites.shown, pair, topStack.place.chain, places, id),
  };
}

/** Second pass: everything below each of the lines through which the maker was called. */
function aroundOf(
  p: ProcessEvidence,
  shown: SnapshotRows,
  pair: SnapshotPair | undefined,
  chain: readonly SourceLine[],
  places: ReadonlyMap<number, Place>,
  id: string,
): Around[] {
  const basis = pair === undefined ? "live" : "growth";
  const levels = chain.map((at) => ({
    at,
    key: lineKey(at),
    sum: emptySum(),
    lines: new Map<string, { at: SourceLine; sum: Sum }>(),
  }));
  eachBucket(p, shown, pair, (source, row, _size, _live, add) => {
    const place = places.get(source.hashes[source.rows.stack[row] ?? 0] ?? 0);
    if (place?.own === undefined) return;
    for (const level of levels) {
      if (!place.chain.some((at) => lineKey(at) === level.key)) continue;
      add(level.sum);
      const key = lineKey(place.own);
      const line = level.lines.get(key) ?? { at: place.own, sum: emptySum() };
      level.lines.set(key, line);
      add(line.sum);
    }
  });
  return levels.map((level) => {
    const total = plain(level.sum, basis);
    return {
      at: level.at,
      bytes: bytesOf(level.sum, basis, [id]),
      lines: [...level.lines.values()]
        .filter((l) => plain(l.sum, basis) >= 0.1 * total)
        .toSorted((a, b) => plain(b.sum, basis) - plain(a.sum, basis))
        .map((l) => l.at),
    };
  });
}

/** Visits every bucket; `add` adds the one being visited. */
function eachBucket(
  p: ProcessEvidence,
  shown: SnapshotRows,
  pair: SnapshotPair | undefined,
  visit: (
    source: SnapshotRows,
    row: number,
    size: number,
    live: number,
    add: (to: Sum) => void,
  ) => void,
): void {
  const rate = shown.rows.rate;
  const isPaired = p.sameness !== "unknown";
  let at = 0;
  if (pair === undefined) {
    const { size, inuse, allocs, rows } = shown.rows;
    const add = (to: Sum) => {
      to.growth.plus.add(inuse[at] ?? 0, size[at] ?? 0, rate);
      to.allocs += allocs[at] ?? 0;
      to.inuse += inuse[at] ?? 0;
    };
    for (; at < rows; at++)
      if ((size[at] ?? 0) > 0) visit(shown, at, size[at] ?? 0, inuse[at] ?? 0, add);
    return;
  }
  const { sizes, inuseBefore, inuseAfter, allocAfter, afterRow, beforeRow } = pair;
  const add = (to: Sum) => {
    if (isPaired) to.growth.addPaired(pair, at, rate);
    else to.growth.addNaive(inuseBefore[at] ?? 0, rate, inuseAfter[at] ?? 0, rate, sizes[at] ?? 0);
    to.allocs += allocAfter[at] ?? 0;
    to.inuse += inuseAfter[at] ?? 0;
  };
  for (; at < sizes.length; at++) {
    const size = sizes[at] ?? 0;
    if (!(size > 0)) continue;
    const isInAfter = (afterRow[at] ?? -1) >= 0;
    const row = (isInAfter ? afterRow[at] : beforeRow[at]) ?? 0;
    visit(isInAfter ? pair.after : pair.before, row, size, inuseAfter[at] ?? 0, add);
  }
}

function placeOf(
  t: ProfileTable,
  stack: number,
  hash: number,
  modulePath: string | undefined,
  maker: Maker,
): Place {
  const frames = framesOf(t, stack);
  const owners: Owner[] = [];
  const at: SourceLine[] = frames.functions.map((fn, i) => {
    const line = {
      function: functionName(t, fn),
      file: functionFile(t, fn),
      line: frames.lines[i] ?? 0,
    };
    owners.push(ownerOf(line.function, line.file, modulePath));
    return line;
  });
  const leaf = Math.max(
    0,
    owners.findIndex((o) => o !== "runtime"),
  );
  const isService = (i: number, owner: Owner) =>
    owners[i] === owner && !isProfilingFrame(at[i]?.function ?? "");
  let own = at.findIndex((_, i) => i >= leaf && isService(i, "own"));
  const owner: Owner = own < 0 ? "dependency" : "own";
  if (own < 0) own = at.findIndex((_, i) => i >= leaf && isService(i, "dependency"));
  const between = own < 0 ? [] : at.slice(leaf, own).map((x) => x.function);
  const entry = between.findLastIndex((name) => maker.isEntry(name));
  // What the standard library makes for itself (net/http for a request) is not the service's doing.
  const caller = owners[leaf + entry + 1];
  const isMade = entry >= 0 && (caller === "own" || caller === "dependency");
  const chain = own < 0 ? [] : at.filter((_, i) => i >= own && isService(i, owner));
  return {
    own: at[own],
    chain: chain.slice(0, LEVELS),
    isMade,
    names: between.slice(0, entry + 1),
    hash,
  };
}

function largest(line: LineSum, basis: Made["basis"]): { sum: Sum; place: Place } | undefined {
  return [...line.stacks.values()].toSorted((a, b) => plain(b.sum, basis) - plain(a.sum, basis))[0];
}

function toLine(line: LineSum, id: string, basis: Made["basis"]): MadeLine {
  const top = largest(line, basis);
  const evidence = `${id}:${stackKey(top?.place.hash ?? 0)}`;
  return {
    ...line.at,
    bytes: bytesOf(line, basis, [evidence]),
    objects: objectsOf(line, basis, [evidence]),
    survival: survivalOfUnits(line.units, line, [evidence]),
    evidence,
    names: top?.place.names ?? [],
  };
}

/** A table is freed each time it grows and closures with the call, whatever becomes of the units. */
function survivalOfUnits(units: Sum, all: Sum, evidence: readonly string[]): Quantity | undefined {
  const { inuse, allocs } = units.allocs > 0 ? units : all;
  return survivalOf(inuse, allocs, evidence);
}

function plain(sum: Sum, basis: Made["basis"]): number {
  return bytesOf(sum, basis, []).value;
}

function bytesOf(sum: Sum, basis: Made["basis"], evidence: readonly string[]): Quantity {
  const { value, lo, hi } =
    basis === "live" ? memoryInterval(sum.growth.plus).bytes : growthInterval(sum.growth).bytes;
  return estimated(value, lo, hi, "bytes", evidence, "gc-cycle");
}

function objectsOf(sum: Sum, basis: Made["basis"], evidence: readonly string[]): Quantity {
  const { value, lo, hi } =
    basis === "live" ? memoryInterval(sum.growth.plus).objects : growthInterval(sum.growth).objects;
  return estimated(value, lo, hi, "count", evidence, "gc-cycle");
}
