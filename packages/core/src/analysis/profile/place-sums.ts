// Sums over stacks for chosen places of the code: a row of numbers a stack, added to every place that
// occurs in it, once however often it recurs. Reports look at a few dozen nodes of a graph of thousands.
//
// Cost: a byte looked up for every frame (1 ns), and the sums only where a chosen place is met; so a few
// places cost little however wide the rows are, and all places one walk instead of one for each column.

import type { NodeIndex } from "./nodes.ts";
import type { Stacks } from "./profile.ts";

/** Places of location i are [start[i], start[i+1]) of `place`, numbers below `length`. */
export interface LocationPlaces {
  readonly length: number;
  readonly start: Int32Array;
  readonly place: Int32Array;
}

/** Rows of numbers by stack: those of stack s begin at s · width. */
export interface StackRows {
  readonly used: Int32Array;
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

/**
 * The frames of a stack with a chosen place: which ones is past guessing for the processor, so they are
 * gathered without a branch. A function of its own, so that it is compiled as one.
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

/** Row p of the result is the sum for place p. */
export function placeSums(
  { from, to, location }: Stacks,
  { length, start, place }: LocationPlaces,
  { used, width, data }: StackRows,
): Float64Array {
  const sums = new Float64Array(length * width);
  const hasPlace = new Uint8Array(start.length - 1);
  for (let l = 0; l < hasPlace.length; l++) if (start[l] < start[l + 1]) hasPlace[l] = 1;
  const seen = new Int32Array(length).fill(-1);
  let hits = new Int32Array(256);
  for (let u = 0; u < used.length; u++) {
    const s = used[u];
    const frames = to[s] - from[s];
    if (frames > hits.length) hits = new Int32Array(frames * 2);
    const count = gather(location, from[s], to[s], hasPlace, hits);
    for (let hit = 0; hit < count; hit++) {
      const l = hits[hit];
      const stop = start[l + 1];
      for (let k = start[l]; k < stop; k++) {
        const p = place[k];
        if (seen[p] === s) continue;
        seen[p] = s;
        let a = p * width;
        let b = s * width;
        for (const end = b + width; b < end; ) sums[a++] += data[b++];
      }
    }
  }
  return sums;
}
