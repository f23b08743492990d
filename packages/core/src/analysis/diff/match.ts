// Which source line of one build is which of another. Within one build a line is itself. Across builds
// code was edited, files lie elsewhere and toolchains spell closures and type arguments differently, so
// that a line is looked for, in this order, under the same function by its normalised name:
//
//   1. the same distance from the function's first line, where both profiles state that line (since
//      Go 1.20): the code above it was edited;
//   2. the same line, where one of them does not state it;
//   3. what is left, in the order of the lines: the only one on both sides, else lines whose objects
//      have sizes in common.
//   4. what is left in closures of one function and file, whatever their numbers, where sizes are in
//      common, or callers where nothing has a size: a closure written before another takes its number.
//      Whole functions are matched so, too. A name that both builds have is never taken for another.
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
  /** Lines that call a line, where stacks have any. */
  readonly callersBefore?: (line: number) => ReadonlySet<number>;
  readonly callersAfter?: (line: number) => ReadonlySet<number>;
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
    for (const group of this.#closuresJoined(groups)) {
      if (granularity !== "lines") this.#whole(group.lines, group.renamed);
      else if (isOneBuild) for (const i of group.lines) this.#add(i, i, "same");
      else this.#acrossBuilds(group.lines);
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

  /** Whole functions that rule 4 takes for one are one group. */
  #closuresJoined(
    groups: ReadonlyMap<string, number[]>,
  ): { readonly lines: readonly number[]; readonly renamed: number }[] {
    const { isBefore, isAfter, isOneBuild, granularity } = this.#q;
    const plain = [...groups.values()].map((lines) => ({ lines, renamed: 0 }));
    if (isOneBuild || granularity !== "functions") return plain;
    const isOnly = (lines: readonly number[], other: Uint8Array): boolean =>
      lines.every((i) => other[i] === 0);
    const first = (group: Group): number => group.lines[0] ?? -1;
    const later = byOwner(
      plain.filter(({ lines }) => isOnly(lines, isBefore)),
      (group) => this.#ownerOf(first(group)),
    );
    const earlier = byOwner(
      plain.filter(({ lines }) => isOnly(lines, isAfter)),
      (group) => this.#ownerOf(first(group)),
    );
    const joined = new Map<Group, Group>();
    const gone = new Set<Group>();
    const lineOf = ({ lines }: Group): number =>
      Math.min(...lines.map((i) => this.#q.lines[i].line));
    for (const [owner, before] of earlier) {
      const after = later.get(owner) ?? [];
      before.sort((a, b) => lineOf(a) - lineOf(b));
      after.sort((a, b) => lineOf(a) - lineOf(b));
      const pairs = heaviestInOrder(before.length, after.length, (i, j) =>
        this.#alike(before[i].lines, after[j].lines),
      );
      for (const [i, j] of pairs) {
        joined.set(after[j], {
          lines: [...before[i].lines, ...after[j].lines],
          renamed: CLOSURE_NUMBER,
        });
        gone.add(before[i]);
      }
    }
    return plain.filter((group) => !gone.has(group)).map((group) => joined.get(group) ?? group);
  }

  /** A closure by its name without numbers, and its file; undefined for what is no closure. */
  #ownerOf(i: number): string | undefined {
    const name = this.#normal[i] ?? "";
    const owner = withoutClosureNumbers(name);
    return owner === name ? undefined : `${owner}\u0000${baseName(this.#q.lines[i].file)}`;
  }

  /** How much two closures of one function have in common, 0–1: sizes, or callers where there are none. */
  #alike(before: readonly number[], after: readonly number[]): number {
    const { lines, callersBefore, callersAfter } = this.#q;
    const starts = (list: readonly number[]): number => Math.min(...list.map((i) => lines[i].line));
    if (Math.abs(starts(before) - starts(after)) > NEAR) return 0;
    const callers = (list: readonly number[], of: MatchQuestion["callersBefore"]): Set<string> =>
      new Set(
        list.flatMap((i) =>
          [...(of?.(i) ?? [])].map((c) => withoutClosureNumbers(this.#normal[c])),
        ),
      );
    const a = callers(before, callersBefore);
    const b = callers(after, callersAfter);
    const isCalledAlike = [...a].some((name) => b.has(name));
    if (a.size > 0 && b.size > 0 && !isCalledAlike) return 0;
    const sizes = (
      list: readonly number[],
      of: (line: number) => ReadonlyMap<number, number>,
    ): Map<number, number> => {
      const out = new Map<number, number>();
      for (const i of list) for (const [size, n] of of(i)) out.set(size, (out.get(size) ?? 0) + n);
      return out;
    };
    const ofA = sizes(before, this.#q.sizesBefore);
    const ofB = sizes(after, this.#q.sizesAfter);
    if (ofA.size === 0 && ofB.size === 0) return isCalledAlike ? 0.5 : 0;
    return likeness(ofA, ofB);
  }

  /** A function or a file as one site. */
  #whole(group: readonly number[], renumbered: number): void {
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
      foundBy: renumbered === 0 ? "same" : "order",
      renamed:
        isOther && granularity === "functions" ? this.#renamed(other, shown) | renumbered : 0,
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
    const later = byOwner(this.#restAfter, (i) => this.#ownerOf(i));
    const used = new Set<number>();
    for (const [owner, earlier] of byOwner(this.#restBefore, (i) => this.#ownerOf(i))) {
      const candidates = (later.get(owner) ?? []).sort(byLine);
      earlier.sort(byLine);
      const pairs = heaviestInOrder(earlier.length, candidates.length, (i, j) =>
        this.#alike([earlier[i]], [candidates[j]]),
      );
      for (const [i, j] of pairs) {
        used.add(earlier[i]).add(candidates[j]);
        this.#add(earlier[i], candidates[j], "order", CLOSURE_NUMBER);
      }
    }
    for (const i of this.#restBefore) if (!used.has(i)) this.#add(i, -1, "same");
    for (const i of this.#restAfter) if (!used.has(i)) this.#add(-1, i, "same");
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
    const pairs = heaviestInOrder(earlier.length, later.length, (i, j) =>
      likeness(this.#q.sizesBefore(earlier[i]), this.#q.sizesAfter(later[j])),
    );
    return pairs.map(([i, j]) => [earlier[i], later[j]]);
  }
}

interface Group {
  readonly lines: readonly number[];
  readonly renamed: number;
}

/** Lines between a closure in one build and in the other. */
const NEAR = 200;

function byOwner<T>(list: readonly T[], ownerOf: (x: T) => string | undefined): Map<string, T[]> {
  const out = new Map<string, T[]>();
  for (const x of list) {
    const owner = ownerOf(x);
    if (owner === undefined) continue;
    const group = out.get(owner);
    if (group === undefined) out.set(owner, [x]);
    else group.push(x);
  }
  return out;
}

/** Pairs in order with the largest sum of weights; a weight of 0 is no pair. */
function heaviestInOrder(
  n: number,
  m: number,
  weight: (i: number, j: number) => number,
): [number, number][] {
  if (n === 0 || m === 0) return [];
  // A function of hundreds of edited lines is generated code: not worth the square.
  if (n * m > MOST_COMPARED) return [];
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
      out.push([i, j]);
      i += 1;
      j += 1;
    } else if (here === best[(i + 1) * (m + 1) + j]) i += 1;
    else j += 1;
  }
  return out;
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
