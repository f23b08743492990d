// Who is responsible: live bytes, growth, survival and rate by allocating line, and gathered once more
// by the service's own line above it. Every number carries its interval (analysis/stats).

import type { ProcessEvidence } from "../../evidence/process.ts";
import { GrowthSum, growthInterval } from "../stats/growth.ts";
import { memoryInterval, SampledMemory } from "../stats/heap-sampling.ts";
import { comparablePair, rowsOf, type SnapshotPair, type SnapshotRows } from "./buckets.ts";
import {
  addGrowth,
  LineOfBuckets,
  quantity,
  rowsByLine,
  type BucketColumns,
  type RowsByLine,
} from "./lines.ts";
import { LineNumbers, stackPlaces } from "./places.ts";
import type { AssistShares, OwnLine, SiteTable } from "./site.ts";

export interface SiteAnalysis {
  readonly table: SiteTable;
  /** Largest growth first, then largest live; numbers are made when asked for. */
  readonly ownLines: readonly OwnLine[];
  readonly pair: SnapshotPair | undefined;
  /** The profile shown: the later of the pair, or the only one. */
  readonly shown: SnapshotRows;
  readonly countsAreExact: boolean;
}

const LISTED = 60;

export function buildSites(p: ProcessEvidence, assists?: AssistShares): SiteAnalysis | undefined {
  const pair = comparablePair(p);
  const shown = pair?.after ?? lastRows(p);
  if (shown === undefined) return undefined;
  const usable = pair !== undefined && !pair.isStill ? pair : undefined;
  const columns = columnsOf(p, shown, usable, assists);
  const id = columns.artefact;
  const byAlloc = rowsByLine(columns, columns.alloc);
  const byOwn = rowsByLine(columns, columns.own);

  const total = new SampledMemory();
  const totalGrowth = new GrowthSum();
  for (let r = 0; r < columns.length; r++) {
    const size = columns.size[r] ?? 0;
    if (!(size > 0)) continue;
    total.add(columns.inuse[r] ?? 0, size, columns.rate);
    addGrowth(columns, r, totalGrowth);
  }
  const { listed, rest } = chosen(columns, byAlloc);
  const restMemory = new SampledMemory();
  for (const line of rest)
    for (const r of rowsIn(byAlloc, line))
      restMemory.add(columns.inuse[r] ?? 0, columns.size[r] ?? 0, columns.rate);
  const evidence = usable === undefined ? [] : [usable.before.snapshot.artefact.id, id];
  const table: SiteTable = {
    sites: listed.map((line) => line.toSite()),
    rest: { sites: rest.length, live: quantity(memoryInterval(restMemory).bytes, "bytes", [id]) },
    total: quantity(memoryInterval(total).bytes, "bytes", [id]),
    totalGrowth:
      usable === undefined
        ? undefined
        : quantity(growthInterval(totalGrowth).bytes, "bytes", evidence),
    cycles: cyclesOf(usable),
    seconds: columns.seconds,
  };
  const ownLines = filled(byOwn)
    .sort(byEstimate(byOwn))
    .map((line) => new LineOfBuckets(columns, byOwn, line));
  return { table, ownLines, pair, shown, countsAreExact: shown.rows.counts === "exact" };
}

function columnsOf(
  p: ProcessEvidence,
  shown: SnapshotRows,
  pair: SnapshotPair | undefined,
  assists: AssistShares | undefined,
): BucketColumns {
  const numbers = new LineNumbers();
  const modulePath = p.buildInfo?.mainModule?.path;
  const after = { of: shown, places: stackPlaces(shown.snapshot.profile, numbers, modulePath) };
  const before =
    pair === undefined
      ? after
      : {
          of: pair.before,
          places: stackPlaces(pair.before.snapshot.profile, numbers, modulePath),
        };
  const length = pair?.sizes.length ?? shown.rows.rows;
  const made = {
    born: new Float64Array(length),
    stackHash: new Float64Array(length),
    alloc: new Int32Array(length),
    own: new Int32Array(length),
    caller: new Int32Array(length),
    depth: new Int32Array(length),
    isOwn: new Uint8Array(length),
  };
  for (let i = 0; i < length; i++) {
    const isAfter = pair === undefined || (pair.afterRow[i] ?? -1) >= 0;
    const { of, places } = isAfter ? after : before;
    const row = pair === undefined ? i : ((isAfter ? pair.afterRow : pair.beforeRow)[i] ?? 0);
    const stack = of.rows.stack[row] ?? 0;
    made.stackHash[i] = of.hashes[stack] ?? 0;
    made.alloc[i] = places.alloc[stack] ?? 0;
    made.own[i] = places.own[stack] ?? 0;
    made.caller[i] = places.caller[stack] ?? -1;
    made.depth[i] = places.depth[stack] ?? 0;
    made.isOwn[i] = places.isOwn[stack] ?? 0;
    if (pair !== undefined)
      made.born[i] = Math.max(0, (pair.allocAfter[i] ?? 0) - (pair.allocBefore[i] ?? 0));
  }
  return {
    ...made,
    length,
    rate: shown.rows.rate,
    size: pair?.sizes ?? shown.rows.size,
    inuse: pair?.inuseAfter ?? shown.rows.inuse,
    allocs: pair?.allocAfter ?? shown.rows.allocs,
    lines: numbers.lines,
    artefact: shown.snapshot.artefact.id,
    seconds: pair !== undefined && pair.seconds > 0 ? pair.seconds : undefined,
    pair,
    assists,
    isPaired: p.sameness !== "unknown",
  };
}

/**
 * The lines of the table: sure growth first (largest lower limit), then live bytes. A lower limit is
 * never above its estimate, so lines are asked for theirs in the order of the estimates until no
 * other can come among the first.
 */
function chosen(
  columns: BucketColumns,
  by: RowsByLine,
): { readonly listed: readonly LineOfBuckets[]; readonly rest: readonly number[] } {
  const lines = filled(by).sort(byEstimate(by));
  const sure: { readonly line: number; readonly of: LineOfBuckets; readonly lo: number }[] = [];
  for (const line of lines) {
    const estimate = by.growth[line] ?? 0;
    if (!(estimate > 0) || estimate <= (sure[LISTED - 1]?.lo ?? 0)) break;
    const of = new LineOfBuckets(columns, by, line);
    const lo = of.growth?.lo ?? 0;
    if (lo <= 0) continue;
    sure.push({ line, of, lo });
    sure.sort((a, b) => b.lo - a.lo);
    if (sure.length > LISTED) sure.pop();
  }
  const isGrown = new Set(sure.map(({ line }) => line));
  const others = lines
    .filter((line) => !isGrown.has(line))
    .sort((a, b) => (by.live[b] ?? 0) - (by.live[a] ?? 0));
  const room = LISTED - sure.length;
  return {
    listed: [
      ...sure.map(({ of }) => of),
      ...others.slice(0, room).map((line) => new LineOfBuckets(columns, by, line)),
    ],
    rest: others.slice(room),
  };
}

function byEstimate(by: RowsByLine): (a: number, b: number) => number {
  return (a, b) =>
    (by.growth[b] ?? 0) - (by.growth[a] ?? 0) || (by.live[b] ?? 0) - (by.live[a] ?? 0);
}

function filled(by: RowsByLine): number[] {
  const out: number[] = [];
  for (let line = 0; line < by.live.length; line++) if (rowsIn(by, line).length > 0) out.push(line);
  return out;
}

function rowsIn(by: RowsByLine, line: number): Int32Array {
  return by.rows.subarray(by.start[line] ?? 0, by.start[line + 1] ?? 0);
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
