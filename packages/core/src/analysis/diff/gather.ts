// The rows of two profiles gathered by site: what came and what went, as sums from which intervals
// follow. One pass over the rows of each; no object a row.

import { functionFile, functionName } from "../../model/stack-frames.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import type { AlignedBuckets } from "../sites/align.ts";
import { LineNumbers, stackPlaces, type StackPlaces } from "../sites/places.ts";
import type { SourceLine } from "../sites/site.ts";
import { GrowthSum } from "../stats/growth.ts";
import { SampledMemory } from "../stats/heap-sampling.ts";
import { matchSites, type Granularity, type MatchedSite } from "./match.ts";
import type { Subject } from "./subject.ts";

/** What is known of one site before anybody asks for an interval. */
export class SiteSum {
  readonly change = new GrowthSum();
  /** State in each profile; empty for measures that have none. */
  readonly before = new SampledMemory();
  readonly after = new SampledMemory();
  /** Samples ever allocated, by the earlier profile: 0 = the site is new. */
  allocatedBefore = 0;
  /** Live, or counted, samples: 0 in the later profile = the site is gone. */
  samplesBefore = 0;
  samplesAfter = 0;
  /** Hash and weight of the stack that moved most. */
  stack = 0;
  stackWeight = -1;
  readonly own = new Map<number, number>();
}

export interface Gathered {
  readonly sites: readonly MatchedSite[];
  readonly sums: readonly SiteSum[];
  readonly total: SiteSum;
  readonly lines: readonly SourceLine[];
  readonly stacks: number;
}

interface Side {
  readonly subject: Subject;
  readonly places: StackPlaces;
  /** Site of each stack; −1 where it does not take part. */
  readonly site: Int32Array;
}

export interface GatherOptions {
  readonly granularity: Granularity;
  readonly isOneBuild: boolean;
}

export interface PlainWeights {
  /** Undefined: there is one file, and it is a difference. */
  readonly before: number | undefined;
  readonly after: number;
}

/** Both profiles with their sites matched, ready for rows to be added. */
export class Gathering implements Gathered {
  readonly sites: readonly MatchedSite[];
  readonly sums: readonly SiteSum[];
  readonly total = new SiteSum();
  readonly lines: readonly SourceLine[];
  readonly stacks: number;
  readonly #before: Side;
  readonly #after: Side;

  constructor(before: Subject, after: Subject, { granularity, isOneBuild }: GatherOptions) {
    const numbers = new LineNumbers();
    const placesBefore = stackPlaces(before.table, numbers, undefined);
    const placesAfter =
      after.table === before.table ? placesBefore : stackPlaces(after.table, numbers, undefined);
    const { lines } = numbers;
    this.lines = lines;
    const match = matchSites({
      lines,
      isBefore: usedLines(before, placesBefore, lines.length),
      isAfter: usedLines(after, placesAfter, lines.length),
      startBefore: startLines(before.table, lines),
      startAfter: startLines(after.table, lines),
      sizesBefore: sizesByLine(before, placesBefore),
      sizesAfter: sizesByLine(after, placesAfter),
      callersBefore: callersByLine(before, placesBefore),
      callersAfter: callersByLine(after, placesAfter),
      isOneBuild,
      granularity,
    });
    this.sites = match.sites;
    this.sums = match.sites.map(() => new SiteSum());
    this.stacks = after.table.stacks.length;
    this.#before = side(before, placesBefore, match.before);
    this.#after = side(after, placesAfter, match.after);
  }

  /** Two profiles of one process; `aligned` is of [before, after], given the other way round or not. */
  addPaired(aligned: AlignedBuckets, rate: number, isReversed: boolean): void {
    const [allocBefore, allocAfter] = aligned.allocs;
    const [inuseBefore, inuseAfter] = aligned.inuse;
    const { sizes } = aligned;
    const rows = { sizes, allocBefore, allocAfter, inuseBefore, inuseAfter };
    const isAllocated = this.#after.subject.measure === "allocated";
    for (let b = 0; b < aligned.length; b++) {
      const size = sizes[b];
      if (!(size > 0)) continue;
      const isAfter = aligned.row[1][b] >= 0;
      const of = isAfter ? this.#after : this.#before;
      const stack = of.subject.rows?.stack[aligned.row[isAfter ? 1 : 0][b]] ?? 0;
      const born = allocAfter[b] - allocBefore[b];
      const moved = isAllocated ? born : 2 * born - (inuseAfter[b] - inuseBefore[b]);
      const sum = this.#sumAt(of, stack, Math.abs(moved) * size);
      if (sum === undefined) continue;
      for (const into of [sum, this.total]) {
        if (isAllocated) {
          if (born >= 0) into.change.plus.add(born, size, rate);
          else into.change.minus.add(-born, size, rate);
        } else into.change.addPaired(rows, b, rate, isReversed);
        const [stateBefore, stateAfter] = isAllocated
          ? [allocBefore[b], allocAfter[b]]
          : [inuseBefore[b], inuseAfter[b]];
        into.before.add(stateBefore, size, rate);
        into.after.add(stateAfter, size, rate);
        into.allocatedBefore += allocBefore[b];
        into.samplesBefore += stateBefore;
        into.samplesAfter += stateAfter;
      }
    }
  }

  /** Two profiles that share nothing: each carries its whole error. */
  addNaive(): void {
    this.#addSide(this.#before, this.#after, false);
    this.#addSide(this.#after, this.#before, true);
  }

  #addSide(of: Side, other: Side, isAfter: boolean): void {
    const { rows, measure } = of.subject;
    // What the other did not see it missed at its own rate.
    const otherRate = other.subject.rows?.rate;
    if (rows === undefined || otherRate === undefined) return;
    const counts = measure === "allocated" ? rows.allocs : rows.inuse;
    for (let r = 0; r < rows.rows; r++) {
      const size = rows.size[r];
      const n = counts[r];
      if (!(size > 0) || (n === 0 && rows.allocs[r] === 0)) continue;
      const sum = this.#sumAt(of, rows.stack[r], Math.abs(n) * size);
      if (sum === undefined) continue;
      // A negative state is no state: it can only come from a file that is not what it says.
      const isPlus = isAfter === n >= 0;
      for (const into of [sum, this.total]) {
        // Nothing seen on the other side is not known to be nothing: its upper limit counts.
        const { plus, minus } = into.change;
        (isPlus ? plus : minus).add(Math.abs(n), size, rows.rate);
        (isPlus ? minus : plus).add(0, size, otherRate);
        (isAfter ? into.after : into.before).add(Math.max(0, n), size, rows.rate);
        if (isAfter) into.samplesAfter += n;
        else {
          into.samplesBefore += n;
          into.allocatedBefore += rows.allocs[r];
        }
      }
    }
  }

  /** One profile that is itself a difference (`?seconds=`): its counts are what came, and the net. */
  addDelta(): void {
    const of = this.#after;
    const { rows, measure } = of.subject;
    if (rows === undefined) return;
    for (let r = 0; r < rows.rows; r++) {
      const size = rows.size[r];
      const born = rows.allocs[r];
      const net = measure === "allocated" ? born : rows.inuse[r];
      const freed = born - net;
      if (!(size > 0) || (born === 0 && net === 0)) continue;
      const sum = this.#sumAt(of, rows.stack[r], (Math.abs(born) + Math.abs(freed)) * size);
      if (sum === undefined) continue;
      for (const into of [sum, this.total]) {
        if (born >= 0 && freed >= 0) {
          into.change.came += born;
          into.change.went += freed;
          into.change.plus.add(born, size, rows.rate);
          into.change.minus.add(freed, size, rows.rate);
        } else if (born <= 0 && freed <= 0) {
          // Subtracted the other way round.
          into.change.came -= freed;
          into.change.went -= born;
          into.change.plus.add(-freed, size, rows.rate);
          into.change.minus.add(-born, size, rows.rate);
        } else {
          into.change.inconsistentRows += 1;
          (net >= 0 ? into.change.plus : into.change.minus).add(Math.abs(net), size, rows.rate);
        }
        // What was there before is not in the file, so nothing is new and nothing is gone.
        into.allocatedBefore = NaN;
        into.samplesAfter = NaN;
      }
    }
  }

  /**
   * Values that are no heap sample. `each` is what one event adds to the column (a sample of a CPU
   * profile adds its period), `weights` what it weighs in the result. Of a delta only the later side
   * is read: its sign says which way a value goes.
   */
  addPlain(each: number, weights: PlainWeights, isChance: boolean): void {
    const missed = isChance ? 1 : 0;
    const sides = weights.before === undefined ? [this.#after] : [this.#before, this.#after];
    for (const of of sides) {
      const isAfter = of === this.#after;
      const weight = isAfter ? weights.after : (weights.before ?? 0);
      const { table, valueIndex } = of.subject;
      const values = table.values[valueIndex] ?? new Float64Array(table.rows);
      for (let r = 0; r < table.rows; r++) {
        const n = values[r] / each;
        if (n === 0) continue;
        const sum = this.#sumAt(of, table.rowStack[r], Math.abs(n) * weight);
        if (sum === undefined) continue;
        const isPlus = isAfter === n >= 0;
        for (const into of [sum, this.total]) {
          for (const to of [into.change.plus, into.change.minus]) {
            const count = (to === into.change.plus) === isPlus ? Math.abs(n) : 0;
            to.bytes.add(count, weight, missed);
            to.objects.add(count, 1, missed);
          }
          (isAfter ? into.after : into.before).bytes.add(Math.max(0, n), weight, missed);
          if (isAfter) into.samplesAfter += n;
          else {
            into.samplesBefore += n;
            into.allocatedBefore += Math.abs(n);
          }
        }
      }
    }
  }

  #sumAt(of: Side, stack: number, weight: number): SiteSum | undefined {
    const site = of.site[stack];
    if (site < 0) return undefined;
    const sum = this.sums[site];
    if (weight > sum.stackWeight) {
      sum.stackWeight = weight;
      sum.stack = of.subject.hashes[stack];
    }
    const own = of.places.own[stack];
    if (of.places.isOwn[stack] === 1 && own !== of.places.alloc[stack])
      sum.own.set(own, (sum.own.get(own) ?? 0) + weight);
    return sum;
  }
}

function side(subject: Subject, places: StackPlaces, siteOfLine: Int32Array): Side {
  const site = places.alloc.map((line, stack) =>
    subject.isKept !== undefined && subject.isKept[stack] === 0 ? -1 : siteOfLine[line],
  );
  return { subject, places, site };
}

/** Lines at which a stack that takes part allocates or waits. */
function usedLines(s: Subject, places: StackPlaces, lines: number): Uint8Array {
  const used = new Uint8Array(lines);
  for (let stack = 0; stack < places.alloc.length; stack++)
    if (s.isKept === undefined || s.isKept[stack] === 1) used[places.alloc[stack]] = 1;
  return used;
}

function startLines(t: ProfileTable, lines: readonly SourceLine[]): Int32Array {
  const starts = new Map<string, number>();
  for (let f = 0; f < t.functions.length; f++) {
    const start = t.functions.startLine[f];
    if (start > 0) starts.set(`${functionName(t, f)}\u0000${functionFile(t, f)}`, start);
  }
  return Int32Array.from(lines, (at) => starts.get(`${at.function}\u0000${at.file}`) ?? 0);
}

const NO_SIZES: ReadonlyMap<number, number> = new Map();

/** Made when the first line is asked about: most comparisons never do. */
function sizesByLine(
  s: Subject,
  places: StackPlaces,
): (line: number) => ReadonlyMap<number, number> {
  let byLine: Map<number, Map<number, number>> | undefined;
  return (line) => {
    if (byLine === undefined) {
      byLine = new Map();
      const { rows } = s;
      if (rows === undefined) return NO_SIZES;
      for (let r = 0; r < rows.rows; r++) {
        const at = places.alloc[rows.stack[r]];
        const sizes = byLine.get(at) ?? new Map<number, number>();
        const size = rows.size[r];
        sizes.set(size, (sizes.get(size) ?? 0) + rows.allocs[r]);
        byLine.set(at, sizes);
      }
    }
    return byLine.get(line) ?? NO_SIZES;
  };
}

const NO_CALLERS: ReadonlySet<number> = new Set();

/** Made when the first line is asked about, as above. */
function callersByLine(s: Subject, places: StackPlaces): (line: number) => ReadonlySet<number> {
  let byLine: Map<number, Set<number>> | undefined;
  return (line) => {
    if (byLine === undefined) {
      byLine = new Map();
      for (let stack = 0; stack < places.alloc.length; stack++) {
        if (places.caller[stack] < 0 || (s.isKept !== undefined && s.isKept[stack] === 0)) continue;
        const callers = byLine.get(places.alloc[stack]) ?? new Set<number>();
        callers.add(places.caller[stack]);
        byLine.set(places.alloc[stack], callers);
      }
    }
    return byLine.get(line) ?? NO_CALLERS;
  };
}
