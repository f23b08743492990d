// Sums over stacks for places of the code: a row of numbers a stack, added to every place that occurs in
// it, once however often it recurs. Places are nodes of a graph, frames, lines: all of them or a few.
//
// Cost: a byte looked up for every frame (1 ns), and more only where a place is met; what the places of
// a stack are is found out once for all its numbers (5 ns a frame). The numbers are added four at a time,
// to tables of four columns each and for some hundred stacks before the next four: a row of 16 doubles
// is two cache lines in a table of megabytes, four are half a line in one that stays in the processor's
// second cache (1 ns a number instead of 4). Four zeros in a row are passed over, as those of a stack that
// holds nothing any more are.

import type { NodeIndex } from "./nodes.ts";
import type { Stacks } from "./profile.ts";

/** Places of location i are [start[i], start[i+1]) of `place`, numbers below `length`. */
export interface LocationPlaces {
  readonly length: number;
  readonly start: Int32Array;
  readonly place: Int32Array;
}

/** Rows of numbers: row i is of stack stack[i]. */
export interface StackRows {
  readonly stack: Int32Array;
  readonly width: number;
  readonly data: Float64Array;
}

/** The places of an index's lines: what `placeOf` says of each node, −1 for none. */
export function nodePlaces(
  { start, node }: NodeIndex,
  placeOf: Int32Array,
  length: number,
): LocationPlaces {
  const out = { length, start: new Int32Array(start.length), place: new Int32Array(node.length) };
  let at = 0;
  for (let l = 0; l + 1 < start.length; l++) {
    for (let k = start[l]; k < start[l + 1]; k++) {
      const place = placeOf[node[k]];
      if (place >= 0) out.place[at++] = place;
    }
    out.start[l + 1] = at;
  }
  return out;
}

/** Numbers that are added together. */
const GROUP = 4;
/** Places that are found before any numbers are added; a stack more may be on top. */
const BATCH = 32_768;
const MOST_ROWS = 1024;

const NO_PLACE = -1;
const SEVERAL_PLACES = -2;

/** The places of one stack after the other. */
class Finder {
  readonly #stacks: Stacks;
  readonly #places: LocationPlaces;
  /** The place of each location that has just one, as most have. */
  readonly #only: Int32Array;
  readonly #hasPlace: Uint8Array;
  readonly #seen: Int32Array;
  /** Locations of the stack at hand that have a place. */
  #hits = new Int32Array(256);
  /** Its places, each once, behind those of the stacks before it. */
  readonly found: Int32Array;

  constructor(stacks: Stacks, places: LocationPlaces) {
    const { length, start, place } = places;
    this.#stacks = stacks;
    this.#places = places;
    this.#only = new Int32Array(start.length - 1);
    this.#hasPlace = new Uint8Array(start.length - 1);
    for (let l = 0; l + 1 < start.length; l++) {
      const count = start[l + 1] - start[l];
      this.#only[l] = count === 1 ? place[start[l]] : count === 0 ? NO_PLACE : SEVERAL_PLACES;
      this.#hasPlace[l] = count === 0 ? 0 : 1;
    }
    this.#seen = new Int32Array(length).fill(-1);
    this.found = new Int32Array(BATCH + length);
  }

  /** Adds the places of a stack to `found` from `at` on; returns where they end. */
  find(s: number, at: number): number {
    const { from, to, location } = this.#stacks;
    const { start, place } = this.#places;
    const frames = to[s] - from[s];
    if (frames > this.#hits.length) this.#hits = new Int32Array(frames * 2);
    const hits = this.#hits;
    const only = this.#only;
    const seen = this.#seen;
    const found = this.found;
    const met = gather(location, from[s], to[s], this.#hasPlace, hits);
    let count = at;
    for (let hit = 0; hit < met; hit++) {
      const l = hits[hit];
      const single = only[l];
      if (single >= 0) {
        if (seen[single] === s) continue;
        seen[single] = s;
        found[count++] = single;
        continue;
      }
      for (let k = start[l]; k < start[l + 1]; k++) {
        const p = place[k];
        if (seen[p] === s) continue;
        seen[p] = s;
        found[count++] = p;
      }
    }
    return count;
  }
}

/**
 * The frames of a stack with a place: which ones is past guessing for the processor, so they are
 * gathered without a branch. A function of its own, so that it is compiled as one; those below too.
 */
function gather(
  location: Int32Array,
  begin: number,
  end: number,
  hasPlace: Uint8Array,
  hits: Int32Array,
): number {
  let count = 0;
  for (let i = begin; i < end; i++) {
    const l = location[i];
    hits[count] = l;
    count += hasPlace[l];
  }
  return count;
}

/** Places of some stacks: those of row first + i are [ends[i − 1], ends[i]) of `found`. */
interface Batch {
  readonly found: Int32Array;
  readonly ends: Int32Array;
  readonly rows: number;
}

/** One column, of which `data[at]` is the first number. */
function addOne(
  to: Float64Array,
  { found, ends, rows }: Batch,
  data: Float64Array,
  at: number,
  width: number,
): void {
  for (let row = 0, i = 0; row < rows; row++) {
    const v = data[at + row * width];
    for (const end = ends[row]; i < end; i++) to[found[i]] += v;
  }
}

function addFour(
  to: Float64Array,
  { found, ends, rows }: Batch,
  data: Float64Array,
  at: number,
  width: number,
): void {
  for (let row = 0, i = 0; row < rows; row++) {
    const from = at + row * width;
    const a = data[from];
    const b = data[from + 1];
    const c = data[from + 2];
    const d = data[from + 3];
    const end = ends[row];
    if (a === 0 && b === 0 && c === 0 && d === 0) {
      i = end;
      continue;
    }
    for (; i < end; i++) {
      const place = found[i] * GROUP;
      to[place] += a;
      to[place + 1] += b;
      to[place + 2] += c;
      to[place + 3] += d;
    }
  }
}

/** Row p of the result is the sum for place p. */
export function placeSums(
  stacks: Stacks,
  places: LocationPlaces,
  { stack, width, data }: StackRows,
): Float64Array {
  const { length } = places;
  const finder = new Finder(stacks, places);
  const groups = Math.floor(width / GROUP);
  const rest = width % GROUP;
  const table = (columns: number) => (): Float64Array => new Float64Array(length * columns);
  const fours = Array.from({ length: groups }, table(GROUP));
  const ones = Array.from({ length: rest }, table(1));
  const ends = new Int32Array(MOST_ROWS);
  for (let first = 0; first < stack.length;) {
    let rows = 0;
    for (let end = 0; end < BATCH && rows < MOST_ROWS && first + rows < stack.length; rows++) {
      end = finder.find(stack[first + rows], end);
      ends[rows] = end;
    }
    const batch = { found: finder.found, ends, rows };
    for (const [g, to] of fours.entries()) {
      addFour(to, batch, data, first * width + g * GROUP, width);
    }
    for (const [f, to] of ones.entries()) {
      addOne(to, batch, data, first * width + groups * GROUP + f, width);
    }
    first += rows;
  }
  const sums = new Float64Array(length * width);
  for (const [g, from] of fours.entries()) {
    for (let p = 0; p < length; p++) {
      for (let f = 0; f < GROUP; f++) sums[p * width + g * GROUP + f] = from[p * GROUP + f];
    }
  }
  for (const [f, from] of ones.entries()) {
    for (let p = 0; p < length; p++) sums[p * width + groups * GROUP + f] = from[p];
  }
  return sums;
}
