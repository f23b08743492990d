// Stacks in which no node occurs twice, so that a node's cum is a plain sum. Cum counts a node once a
// stack however often it recurs, and to find that out again for every report is most of its cost: here it
// is done once, and a report adds each stack's weight to its frames without asking (2 ns a frame beside
// 10). Of a location with several lines some may recur and others not: then the frame becomes a place of
// its own with the lines that are new.
//
// Costs four bytes a frame for as long as it is kept, and four a stack for its innermost node.

import { IntLists } from "../../model/builders/int-lists.ts";
import type { NodeIndex } from "./nodes.ts";
import type { Stacks } from "./profile.ts";
import type { StackWeights } from "./weights.ts";

export class DistinctFrames {
  readonly #stacks: Stacks;
  readonly #index: NodeIndex;
  /** By frame, in the order of `stacks.location`: the location, or behind the locations a place. */
  readonly #place: Int32Array;
  /** Nodes of each place that is no location. The first has none. */
  readonly #places = new IntLists();
  /** The innermost node of each stack, −1 where it has none: looked up in the stack it is a cache miss. */
  readonly leaf: Int32Array;
  readonly #seen: Int32Array;
  #nodes = new Int32Array(16);

  constructor(stacks: Stacks, index: NodeIndex) {
    this.#stacks = stacks;
    this.#index = index;
    this.#place = new Int32Array(stacks.location.length);
    this.leaf = new Int32Array(stacks.length).fill(-1);
    this.#seen = new Int32Array(index.length).fill(-1);
    this.#places.intern(this.#nodes, 0, 0);
    for (let s = 0; s < stacks.length; s++) this.#fill(s);
  }

  #fill(s: number): void {
    const { from, to, location } = this.#stacks;
    const { start, node } = this.#index;
    const locations = start.length - 1;
    const seen = this.#seen;
    let inner = from[s];
    while (inner < to[s] && start[location[inner]] === start[location[inner] + 1]) inner += 1;
    if (inner < to[s]) this.leaf[s] = node[start[location[inner]]];
    for (let i = from[s]; i < to[s]; i++) {
      const l = location[i];
      const first = start[l];
      const last = start[l + 1] - 1;
      if (first === last && seen[node[first]] !== s) {
        seen[node[first]] = s;
        this.#place[i] = l;
        continue;
      }
      if (last - first >= this.#nodes.length) this.#nodes = new Int32Array((last - first) * 2);
      let fresh = 0;
      for (let k = first; k <= last; k++) {
        const n = node[k];
        if (seen[n] === s) continue;
        seen[n] = s;
        this.#nodes[fresh++] = n;
      }
      const isWhole = fresh > last - first;
      this.#place[i] = isWhole ? l : locations + this.#places.intern(this.#nodes, 0, fresh);
    }
  }

  /** What is the sum for each node of the weights of the stacks that it occurs in. */
  sums({ used }: StackWeights, weight: Float64Array): Float64Array {
    const { from, to } = this.#stacks;
    const { start, node } = this.#index;
    const locations = start.length - 1;
    const byPlace = new Float64Array(locations + this.#places.length);
    for (let u = 0; u < used.length; u++) {
      addTo(byPlace, this.#place, from[used[u]], to[used[u]], weight[used[u]]);
    }
    const out = new Float64Array(this.#index.length);
    for (let l = 0; l < locations; l++) {
      for (let k = start[l]; k < start[l + 1]; k++) out[node[k]] += byPlace[l];
    }
    const nodes = this.#places.data.data;
    for (let p = 0; p < this.#places.length; p++) {
      const end = this.#places.start.data[p + 1];
      for (let k = this.#places.start.data[p]; k < end; k++)
        out[nodes[k]] += byPlace[locations + p];
    }
    return out;
  }
}

/** A function of its own, so that it is compiled as one, whoever calls it. */
export function addTo(
  sums: Float64Array,
  place: Int32Array,
  from: number,
  to: number,
  weight: number,
): void {
  for (let i = from; i < to; i++) sums[place[i]] += weight;
}
