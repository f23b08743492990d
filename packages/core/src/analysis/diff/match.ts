// Which source line of one build is which of another. Within one build a line is itself. Across builds
// code was edited, files lie elsewhere and toolchains spell closures and type arguments differently, so
// that a line is looked for, in this order, under the same function by its normalised name:
//
//   1. the same distance from the function's first line, where both profiles state that line (since
//      Go 1.20): the code above it was edited;
//   2. the same line, where one of them does not state it;
//   3. what is left, in the order of the lines: the only one on both sides, else lines whose objects
//      have sizes in common.
//   4. what is left in closures of one function, whatever their numbers, where sizes are in common: a
//      closure written before another takes its number
//
// How it misleads: where a closure that took another's number has a line at the same distance from its
// start, rule 1 takes the two for one. A line that was deleted and another that was written into the same function are one
// "moved" line under rule 3; two lines of one function that allocate the same sizes and changed places
// are taken for each other. A function that was renamed by hand is "gone" and "new".

import {
  CLOSURE_NUMBER,
  normalFunctionNames,
  withoutClosureNumbers,
} from "../../goruntime/function-names.ts";
import { packageOf } from "../../goruntime/packages.ts";
import type { SourceLine } from "../sites/site.ts";

export type Granularity = "lines" | "functions" | "files";

/** How the two lines were found to be one; `same` needs no word. */
export type FoundBy = "same" | "offset" | "order";

export interface MatchedSite {
  /** In the later profile; where it lacks the site, in the earlier one. */
  readonly at: SourceLine;
  /** In the earlier profile, only where it is another line, name or file. */
  readonly before: SourceLine | undefined;
  readonly foundBy: FoundBy;
  /** Bits of goruntime/function-names.ts: the two names are equal only after these were undone. */
  readonly renamed: number;
}

export interface SiteMatch {
  /** Site of each line number; −1 for lines that the profile lacks. */
  readonly before: Int32Array;
  readonly after: Int32Array;
  readonly sites: readonly MatchedSite[];
}

export interface MatchQuestion {
  /** Lines of both profiles by number (sites/places.ts). */
  readonly lines: readonly SourceLine[];
  readonly isBefore: Uint8Array;
  readonly isAfter: Uint8Array;
  /** First line of the function that a line is in; 0 unknown. */
  readonly startBefore: Int32Array;
  readonly startAfter: Int32Array;
  /** Samples by object size. */
  readonly sizesBefore: (line: number) => ReadonlyMap<number, number>;
  readonly sizesAfter: (line: number) => ReadonlyMap<number, number>;
  readonly isOneBuild: boolean;
  readonly granularity: Granularity;
}

export function matchSites(q: MatchQuestion): SiteMatch {
  return new Matching(q).run();
}

function baseName(file: string): string {
  return file.slice(Math.max(file.lastIndexOf("/"), file.lastIndexOf("\\")) + 1);
}

class Matching {
  readonly #q: MatchQuestion;
  readonly #sites: MatchedSite[] = [];
  readonly #before: Int32Array;
  readonly #after: Int32Array;
  #normal: readonly string[] = [];
  #changed: Uint8Array = new Uint8Array(0);
  /** Lines of two builds that no rule within their function matched. */
  readonly #restBefore: number[] = [];
  readonly #restAfter: number[] = [];

  constructor(q: MatchQuestion) {
    this.#q = q;
    this.#before = new Int32Array(q.lines.length).fill(-1);
    this.#after = new Int32Array(q.lines.length).fill(-1);
  }

  run(): SiteMatch {
    const { lines, granularity, isOneBuild } = this.#q;
    if (!isOneBuild) {
      const names = normalFunctionNames(
        lines.map((at) => at.function),
        lines.map((at) => at.file),
      );
      this.#normal = names.names;
      this.#changed = names.changed;
    }
    const groups = new Map<string, number[]>();
    for (let i = 0; i < lines.length; i++) {
      if (this.#q.isBefore[i] === 0 && this.#q.isAfter[i] === 0) continue;
      const key = this.#groupKey(i);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [i]);
      else group.push(i);
    }
    for (const group of groups.values()) {
      if (granularity !== "lines") this.#whole(group);
      else if (isOneBuild) for (const i of group) this.#add(i, i, "same");
      else this.#acrossBuilds(group);
    }
    this.#renumbered();
    return { before: this.#before, after: this.#after, sites: this.#sites };
  }

  #groupKey(i: number): string {
    const at = this.#q.lines[i];
    if (this.#q.granularity === "files")
      return this.#q.isOneBuild ? at.file : `${packageOf(at.function)}\u0000${baseName(at.file)}`;
    return this.#q.isOneBuild ? at.function : this.#normal[i];
  }

  /** A function or a file as one site. */
  #whole(group: readonly number[]): void {
    const { lines, isBefore, isAfter, granularity } = this.#q;
    const later = group.find((i) => isAfter[i] === 1);
    const earlier = group.find((i) => isBefore[i] === 1);
    const named = (i: number): SourceLine => {
      const at = lines[i];
      return granularity === "files"
        ? { function: packageOf(at.function), file: at.file, line: 0 }
        : { function: at.function, file: at.file, line: 0 };
    };
    const shown = later ?? earlier ?? group[0];
    const other = earlier === undefined || later === undefined ? undefined : earlier;
    const at = named(shown);
    const isOther =
      other !== undefined &&
      (granularity === "files"
        ? lines[other].file !== at.file
        : lines[other].function !== at.function);
    const site = this.#sites.length;
    this.#sites.push({
      at,
      before: other !== undefined && isOther ? named(other) : undefined,
      foundBy: "same",
      renamed: isOther && granularity === "functions" ? this.#renamed(other, shown) : 0,
    });
    for (const i of group) {
      if (isBefore[i] === 1) this.#before[i] = site;
      if (isAfter[i] === 1) this.#after[i] = site;
    }
  }

  #renamed(before: number, after: number): number {
    return this.#q.lines[before].function === this.#q.lines[after].function
      ? 0
      : (this.#changed[before] ?? 0) | (this.#changed[after] ?? 0);
  }

  /** −1 on either side: the other profile lacks it. */
  #add(before: number, after: number, foundBy: FoundBy, renamed = 0): void {
    const { lines, isBefore, isAfter } = this.#q;
    const site = this.#sites.length;
    if (before === after) {
      if (isBefore[before] === 1) this.#before[before] = site;
      if (isAfter[after] === 1) this.#after[after] = site;
      this.#sites.push({ at: lines[before], before: undefined, foundBy, renamed: 0 });
      return;
    }
    if (before >= 0) this.#before[before] = site;
    if (after >= 0) this.#after[after] = site;
    const both = before >= 0 && after >= 0;
    this.#sites.push({
      at: lines[after >= 0 ? after : before],
      before: both ? lines[before] : undefined,
      foundBy,
      renamed: both ? this.#renamed(before, after) | renamed : 0,
    });
  }

  #acrossBuilds(group: readonly number[]): void {
    const { lines, isBefore, isAfter, startBefore, startAfter } = this.#q;
    const byLine = (a: number, b: number): number => lines[a].line - lines[b].line || a - b;
    const earlier = group.filter((i) => isBefore[i] === 1).sort(byLine);
    const later = group.filter((i) => isAfter[i] === 1).sort(byLine);
    const knowsStarts =
      earlier.every((i) => startBefore[i] > 0) && later.every((i) => startAfter[i] > 0);
    const placed = new Map<number, number[]>();
    for (const i of later) {
      const at = lines[i].line - (knowsStarts ? startAfter[i] : 0);
      const list = placed.get(at);
      if (list === undefined) placed.set(at, [i]);
      else list.push(i);
    }
    const usedBefore = new Set<number>();
    const usedAfter = new Set<number>();
    const match = (before: number, after: number, foundBy: FoundBy): void => {
      usedBefore.add(before);
      usedAfter.add(after);
      this.#add(before, after, foundBy);
    };
    for (const i of earlier) {
      const found = placed.get(lines[i].line - (knowsStarts ? startBefore[i] : 0))?.shift();
      if (found === undefined) continue;
      match(i, found, lines[i].line === lines[found].line ? "same" : "offset");
    }
    const restBefore = earlier.filter((i) => !usedBefore.has(i));
    const restAfter = later.filter((i) => !usedAfter.has(i));
    for (const [before, after] of this.#inOrder(restBefore, restAfter))
      match(before, after, "order");
    for (const i of restBefore) if (!usedBefore.has(i)) this.#restBefore.push(i);
    for (const i of restAfter) if (!usedAfter.has(i)) this.#restAfter.push(i);
  }

  /** Rule 4, and then whatever only one of the builds has. */
  #renumbered(): void {
    const { lines } = this.#q;
    const byLine = (a: number, b: number): number => lines[a].line - lines[b].line || a - b;
    const later = this.#byOwner(this.#restAfter);
    const used = new Set<number>();
    for (const [owner, earlier] of this.#byOwner(this.#restBefore)) {
      const candidates = later.get(owner) ?? [];
      for (const [before, after] of this.#likely(earlier.sort(byLine), candidates.sort(byLine))) {
        used.add(before).add(after);
        this.#add(before, after, "order", CLOSURE_NUMBER);
      }
    }
    for (const i of this.#restBefore) if (!used.has(i)) this.#add(i, -1, "same");
    for (const i of this.#restAfter) if (!used.has(i)) this.#add(-1, i, "same");
  }

  /** Closures by their name without numbers. */
  #byOwner(list: readonly number[]): Map<string, number[]> {
    const out = new Map<string, number[]>();
    for (const i of list) {
      const owner = withoutClosureNumbers(this.#normal[i]);
      if (owner === this.#normal[i]) continue;
      const group = out.get(owner);
      if (group === undefined) out.set(owner, [i]);
      else group.push(i);
    }
    return out;
  }

  /** The heaviest matching that keeps the order of lines (longest common subsequence with weights). */
  #inOrder(earlier: readonly number[], later: readonly number[]): [number, number][] {
    const n = earlier.length;
    const m = later.length;
    if (n === 1 && m === 1) return [[earlier[0], later[0]]];
    return this.#likely(earlier, later);
  }

  /** The same, of lines with sizes in common only. */
  #likely(earlier: readonly number[], later: readonly number[]): [number, number][] {
    const n = earlier.length;
    const m = later.length;
    if (n === 0 || m === 0) return [];
    // A function of hundreds of edited lines is generated code: not worth the square.
    if (n * m > MOST_COMPARED) return [];
    const weight = (i: number, j: number): number =>
      likeness(this.#q.sizesBefore(earlier[i]), this.#q.sizesAfter(later[j]));
    const best = new Float64Array((n + 1) * (m + 1));
    const weights = new Float64Array(n * m);
    for (let i = n - 1; i >= 0; i--) {
      for (let j = m - 1; j >= 0; j--) {
        const w = weight(i, j);
        weights[i * m + j] = w;
        const both = w > 0 ? w + best[(i + 1) * (m + 1) + j + 1] : 0;
        best[i * (m + 1) + j] = Math.max(
          both,
          best[(i + 1) * (m + 1) + j],
          best[i * (m + 1) + j + 1],
        );
      }
    }
    const out: [number, number][] = [];
    let i = 0;
    let j = 0;
    while (i < n && j < m) {
      const here = best[i * (m + 1) + j];
      const w = weights[i * m + j];
      if (w > 0 && here === w + best[(i + 1) * (m + 1) + j + 1]) {
        out.push([earlier[i], later[j]]);
        i += 1;
        j += 1;
      } else if (here === best[(i + 1) * (m + 1) + j]) i += 1;
      else j += 1;
    }
    return out;
  }
}

const MOST_COMPARED = 250_000;

/** Part of the samples that have a size in common, 0–1. */
function likeness(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>): number {
  let ofA = 0;
  let ofB = 0;
  for (const n of a.values()) ofA += n;
  for (const n of b.values()) ofB += n;
  if (ofA === 0 || ofB === 0) return 0;
  let common = 0;
  for (const [size, n] of a) common += Math.min(n / ofA, (b.get(size) ?? 0) / ofB);
  return common;
}
