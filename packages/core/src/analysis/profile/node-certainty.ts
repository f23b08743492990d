// Samples and intervals of nodes, edges and totals of a report. The sums behind an interval are additive
// over samples, so a node or an edge counts a sample for its interval where it counts it for its value:
// once, however often it recurs in the stack.
//
// Cost: all sums in one walk over the frames of all stacks, and of the nodes only those that are asked
// for; edges are one walk more.

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { Edges, keptSlots, slotNode } from "./graph.ts";
import type { NodeIndex } from "./nodes.ts";
import { nodePlaces, placeSums, type StackRows } from "./place-sums.ts";
import { sampleAt, sampleCount, type Profile } from "./profile.ts";
import type { SampleCounts } from "./sample-counts.ts";
import { valueInterval, type SideSums } from "./value-interval.ts";

/** Columns of one side of a sum: n, Σwn, Σw²n, Σw²nq, and what the samples themselves are. */
const SUMS = 5;

/** One value with what is known of it. */
export interface Certain {
  readonly value: number;
  /** NaN: unknown. */
  readonly lo: number;
  readonly hi: number;
  /** Samples behind it; NaN: unknown. */
  readonly samples: number;
}

/** The sides of a value: those that take away follow those that add. */
function sidesOf({ plus, minus }: SampleCounts): Float64Array[] {
  return [plus, minus].filter((side) => side !== undefined);
}

/** Adds the samples of a profile to the rows of sums that `rowOf` has for their stacks. */
function addSamples(
  profile: Profile,
  counts: SampleCounts,
  rowOf: Int32Array | undefined,
  data: Float64Array,
): void {
  const { weight, missed, own } = counts;
  const sides = sidesOf(counts);
  const width = sides.length * SUMS;
  const rows = sampleCount(profile);
  for (const [side, samples] of sides.entries()) {
    for (let k = 0; k < rows; k++) {
      const row = sampleAt(profile, k);
      const count = samples[row];
      if (count === 0) continue;
      const w = weight === undefined ? Number.NaN : weight[row];
      const square = w * w * count;
      const at = (rowOf === undefined ? 0 : rowOf[profile.stack[row]]) * width + side * SUMS;
      data[at] += count;
      data[at + 1] += w * count;
      data[at + 2] += square;
      data[at + 3] += square * (missed === undefined ? 1 : missed[row]);
      data[at + 4] += own === undefined ? 0 : count * own[row];
    }
  }
}

/** The sums of every stack that has a sample on either side. */
function stackSums(profile: Profile, counts: SampleCounts): StackRows {
  const sides = sidesOf(counts);
  const width = sides.length * SUMS;
  const rowOf = new Int32Array(profile.stacks.length).fill(-1);
  const rows = sampleCount(profile);
  for (const samples of sides) {
    for (let k = 0; k < rows; k++) {
      const row = sampleAt(profile, k);
      if (samples[row] !== 0) rowOf[profile.stack[row]] = 0;
    }
  }
  const stack = new GrowingInt32(rowOf.length);
  for (let s = 0; s < rowOf.length; s++) {
    if (rowOf[s] < 0) continue;
    rowOf[s] = stack.length;
    stack.push(s);
  }
  const data = new Float64Array(stack.length * width);
  addSamples(profile, counts, rowOf, data);
  return { stack: stack.finish(), width, data };
}

type SumAt = (column: number) => number;

function sideOf(at: SumAt, from: number): SideSums {
  return {
    samples: at(from),
    estimate: at(from + 1),
    squares: at(from + 2),
    variance: at(from + 3),
    own: at(from + 4),
  };
}

export class Certainty {
  readonly counts: SampleCounts;
  readonly #isBytes: boolean;
  readonly #ratio: number;

  /** @param ratio what values are multiplied by when shown (divide_by) */
  constructor(counts: SampleCounts, unit: string, ratio: number) {
    this.counts = counts;
    this.#isBytes = unit === "bytes";
    this.#ratio = ratio;
  }

  get hasIntervals(): boolean {
    return this.counts.plus !== undefined;
  }

  /** A value whose samples add up to these sums. */
  of(value: number, at: SumAt): Certain {
    const shown = value * this.#ratio;
    if (this.counts.basis === "counted") {
      return { value: shown, lo: shown, hi: shown, samples: Number.NaN };
    }
    if (this.counts.plus === undefined) {
      return { value: shown, lo: Number.NaN, hi: Number.NaN, samples: Number.NaN };
    }
    const plus = sideOf(at, 0);
    const minus = this.counts.minus === undefined ? undefined : sideOf(at, SUMS);
    const rate = this.#isBytes ? this.counts.rate : undefined;
    const { lo, hi } = valueInterval(value, plus, minus, rate);
    const samples = plus.samples + (minus?.samples ?? 0);
    return { value: shown, lo: lo * this.#ratio, hi: hi * this.#ratio, samples };
  }

  /** Of all samples that a profile is left with. */
  total(profile: Profile, value: number): Certain {
    const sums = new Float64Array(sidesOf(this.counts).length * SUMS);
    addSamples(profile, this.counts, undefined, sums);
    return this.of(value, (column) => sums[column]);
  }
}

/** Sums of the nodes of an index: flat of all, cum of those that are asked for. */
export class NodeCertainty {
  readonly certainty: Certainty;
  readonly #sums: StackRows;
  readonly #flat: Float64Array;
  readonly #cum: Float64Array;
  /** By node its row of `#cum`, −1: not asked for. */
  readonly #place: Int32Array;

  /** @param nodes whose cum is asked for; undefined: all */
  constructor(certainty: Certainty, profile: Profile, index: NodeIndex, nodes?: readonly number[]) {
    this.certainty = certainty;
    this.#sums = stackSums(profile, certainty.counts);
    this.#flat = leafSums(profile, index, this.#sums);
    this.#place = new Int32Array(index.length);
    if (nodes === undefined) for (let n = 0; n < index.length; n++) this.#place[n] = n;
    else {
      this.#place.fill(-1);
      for (const [place, n] of nodes.entries()) this.#place[n] = place;
    }
    const places = nodePlaces(index, this.#place, nodes?.length ?? index.length);
    this.#cum =
      this.#sums.width === 0 ? new Float64Array(0) : placeSums(profile.stacks, places, this.#sums);
  }

  flat(node: number, value: number): Certain {
    const { width } = this.#sums;
    return this.certainty.of(value, (column) => this.#flat[node * width + column]);
  }

  cum(node: number, value: number): Certain {
    const { width } = this.#sums;
    const place = this.#place[node];
    if (place < 0) throw new Error(`cum of node ${node} was not asked for`);
    return this.certainty.of(value, (column) => this.#cum[place * width + column]);
  }

  /** Flat of many nodes together: no sample has two leaves, so their sums add up. */
  flatOf(isIn: (node: number) => boolean, value: number): Certain {
    const { width } = this.#sums;
    const sums = new Float64Array(width);
    for (let node = 0; node < this.#place.length; node++) {
      if (!isIn(node)) continue;
      for (let column = 0; column < width; column++) {
        sums[column] += this.#flat[node * width + column];
      }
    }
    return this.certainty.of(value, (column) => sums[column]);
  }

  /** Of samples without a frame, which are in no node. */
  withoutFrames({ stacks: { from, to } }: Profile, value: number): Certain {
    const { stack, width, data } = this.#sums;
    const sums = new Float64Array(width);
    for (let row = 0; row < stack.length; row++) {
      const s = stack[row];
      if (from[s] < to[s]) continue;
      for (let column = 0; column < width; column++) sums[column] += data[row * width + column];
    }
    return this.certainty.of(value, (column) => sums[column]);
  }

  /** Sums of the edges between the nodes that `isKept` has. */
  edges(profile: Profile, index: NodeIndex, isKept: Uint8Array | undefined): EdgeCertainty {
    return new EdgeCertainty(this.certainty, profile, index, this.#sums, isKept);
  }
}

/** What each node has in itself: the rows of the stacks in which it is the innermost node. */
function leafSums(
  { stacks: { from, to, location } }: Profile,
  { start, node, length }: NodeIndex,
  { stack, width, data }: StackRows,
): Float64Array {
  const sums = new Float64Array(length * width);
  for (let row = 0; row < stack.length; row++) {
    const s = stack[row];
    let i = from[s];
    while (i < to[s] && start[location[i]] === start[location[i] + 1]) i += 1;
    if (i === to[s]) continue;
    const leaf = node[start[location[i]]] * width;
    for (let column = 0; column < width; column++)
      sums[leaf + column] += data[row * width + column];
  }
  return sums;
}

/** Edges with the sums of the stacks that they are in, as graphEdges counts them. */
export class EdgeCertainty {
  readonly #certainty: Certainty;
  readonly #edges = new Edges();
  readonly #sums = new GrowingFloat64(1024);
  readonly #width: number;

  constructor(
    certainty: Certainty,
    { stacks: { from, to, location } }: Profile,
    index: NodeIndex,
    { stack, width, data }: StackRows,
    isKept: Uint8Array | undefined,
  ) {
    this.#certainty = certainty;
    this.#width = width;
    if (width === 0) return;
    const { start, slot } = keptSlots(index, isKept);
    // The caller of a line is mostly the one of last time: its edge need not be looked up again.
    const last = new Int32Array(slot.length * 2).fill(-1);
    const seen = new GrowingInt32(1024);
    for (let row = 0; row < stack.length; row++) {
      const s = stack[row];
      let parent = -1;
      for (let i = to[s] - 1; i >= from[s]; i--) {
        const l = location[i];
        for (let k = start[l + 1] - 1; k >= start[l]; k--) {
          const n = slotNode(slot[k]);
          const caller = parent;
          parent = n;
          if (caller < 0 || caller === n) continue;
          let edge = last[k * 2 + 1];
          if (last[k * 2] !== caller) {
            edge = this.#edges.intern(caller, n);
            last[k * 2] = caller;
            last[k * 2 + 1] = edge;
            if (edge === seen.length) {
              seen.push(-1);
              for (let column = 0; column < width; column++) this.#sums.push(0);
            }
          }
          if (seen.data[edge] === s) continue;
          seen.data[edge] = s;
          const sums = this.#sums.data;
          for (let column = 0; column < width; column++) {
            sums[edge * width + column] += data[row * width + column];
          }
        }
      }
    }
  }

  of(source: number, target: number, value: number): Certain {
    const edge = this.#edges.find(source, target);
    return this.#certainty.of(value, (column) =>
      edge < 0 ? 0 : this.#sums.data[edge * this.#width + column],
    );
  }
}
