// Stacks that Go cut because they were too deep, told from the profile alone.
//
// A stack is cut when it is as deep as Go keeps frames and its outermost function has callers in other
// stacks: a goroutine's first function has none. Misleads where a function is both started and called.
//
// Cost: two look-ups a frame, and one more only where some stack is as deep as that.

import type { Profile } from "./profile.ts";

/** The allocator's own frames are taken off after the cut. */
const STRIPPED = 8;

export interface CutStacks {
  /** Frames that Go kept of each. */
  readonly depth: number;
  readonly count: number;
  /** What they weigh together. */
  readonly weight: number;
}

/** Stacks of thread creation are padded with functions without a name (string 0 is ""). */
export function namedFunction({ locations, functions }: Profile, line: number): number {
  const fn = locations.lineFunction[line] ?? -1;
  return fn >= 0 && functions.name[fn] === 0 ? -1 : fn;
}

/** Of each location how many of its lines have a function. */
function namedLines(profile: Profile): Int32Array {
  const { length, lineStart, lineEnd } = profile.locations;
  const out = new Int32Array(length);
  for (let l = 0; l < length; l++) {
    for (let line = lineStart[l]; line < lineEnd[l]; line++) {
      if (namedFunction(profile, line) >= 0) out[l] += 1;
    }
  }
  return out;
}

/** The function that calls all others of a stack, −1 where it has no name. */
function rootOf(profile: Profile, s: number): number {
  const { from, to, location } = profile.stacks;
  if (from[s] === to[s]) return -1;
  const l = location[to[s] - 1];
  const { lineStart, lineEnd } = profile.locations;
  return lineStart[l] === lineEnd[l] ? -1 : namedFunction(profile, lineEnd[l] - 1);
}

/** The functions that something calls. */
function calledFunctions(profile: Profile): Uint8Array {
  const { stacks, locations, functions } = profile;
  const { from, to, location } = stacks;
  const isInner = new Uint8Array(locations.length);
  for (let s = 0; s < stacks.length; s++) markAll(isInner, location, from[s], to[s] - 1);
  const isCalled = new Uint8Array(functions.length);
  for (let l = 0; l < locations.length; l++) {
    // The outermost line of a location that is only ever a stack's last is called by nothing.
    const end = isInner[l] === 1 ? locations.lineEnd[l] : locations.lineEnd[l] - 1;
    for (let line = locations.lineStart[l]; line < end; line++) {
      const fn = namedFunction(profile, line);
      if (fn >= 0) isCalled[fn] = 1;
    }
  }
  return isCalled;
}

/** A function of its own, so that it is compiled as one. */
export function markAll(marks: Uint8Array, location: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) marks[location[i]] = 1;
}

/**
 * @param cuts depths at which Go cuts, the lowest first
 * @param weight by stack
 */
export function cutStacks(
  profile: Profile,
  cuts: readonly number[],
  weight: Float64Array,
): CutStacks | undefined {
  const { length, from, to, location } = profile.stacks;
  const named = namedLines(profile);
  const frames = new Int32Array(length);
  const physical = new Int32Array(length);
  let deepest = 0;
  for (let s = 0; s < length; s++) {
    let lines = 0;
    let without = 0;
    const end = to[s];
    for (let i = from[s]; i < end; i++) {
      const count = named[location[i]];
      lines += count;
      without += count === 0 ? 1 : 0;
    }
    frames[s] = lines;
    physical[s] = end - from[s] - without;
    if (physical[s] > deepest) deepest = physical[s];
  }
  let isCalled: Uint8Array | undefined;
  for (const depth of cuts) {
    // Deeper stacks in the same file: nothing was cut here.
    if (deepest > depth) continue;
    const isDeep = (n: number): boolean => n <= depth && n > depth - STRIPPED;
    let count = 0;
    let sum = 0;
    for (let s = 0; s < length; s++) {
      // What has no value is in no number.
      if (weight[s] === 0 || (!isDeep(physical[s]) && !isDeep(frames[s]))) continue;
      const root = rootOf(profile, s);
      if (root < 0) continue;
      isCalled ??= calledFunctions(profile);
      if (isCalled[root] === 0) continue;
      count += 1;
      sum += weight[s];
    }
    if (count > 0) return { depth, count, weight: sum };
  }
  return undefined;
}
