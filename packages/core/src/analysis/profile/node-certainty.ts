// Samples and intervals of nodes, edges and totals of a report. The sums behind an interval are additive
// over samples, so each is one more pass of the graph's own code with other weights, which counts a
// node once a sample as the value itself is counted.
//
// Cost: five passes over the frames of all stacks (ten for differences).

import { neverSeenBound } from "../stats/heap-sampling.ts";
import type { Interval } from "../stats/interval.ts";
import {
  differenceInterval,
  stepLike,
  WeightedCount,
  weightedInterval,
} from "../stats/weighted-count.ts";
import { graphEdges, nodeTotals, type Edges } from "./graph.ts";
import type { NodeIndex } from "./nodes.ts";
import { sampleAt, sampleCount, type Profile } from "./profile.ts";
import type { SampleCounts } from "./sample-counts.ts";
import type { StackWeights } from "./weights.ts";

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

/** Per stack, one column a sum; those that take away follow those that add. */
class StackSums {
  readonly used: Int32Array;
  readonly columns: readonly Float64Array[];

  constructor(profile: Profile, counts: SampleCounts) {
    const { plus, minus, weight, missed, own } = counts;
    const stacks = profile.stacks.length;
    const sides = [plus, minus].filter((side) => side !== undefined);
    const columns = Array.from({ length: sides.length * SUMS }, () => new Float64Array(stacks));
    const isUsed = new Uint8Array(stacks);
    const rows = sampleCount(profile);
    for (const [side, samples] of sides.entries()) {
      const [n, value, squares, variance, seen] = columns.slice(side * SUMS);
      for (let k = 0; k < rows; k++) {
        const row = sampleAt(profile, k);
        const count = samples[row];
        if (count === 0) continue;
        const s = profile.stack[row];
        const w = weight?.[row] ?? Number.NaN;
        const square = w * w * count;
        isUsed[s] = 1;
        n[s] += count;
        value[s] += w * count;
        squares[s] += square;
        variance[s] += square * (missed?.[row] ?? 1);
        seen[s] += count * (own?.[row] ?? 0);
      }
    }
    this.columns = columns;
    let length = 0;
    for (let s = 0; s < stacks; s++) length += isUsed[s];
    this.used = new Int32Array(length);
    let at = 0;
    for (let s = 0; s < stacks; s++) if (isUsed[s] === 1) this.used[at++] = s;
  }

  weights(column: number): StackWeights {
    return { used: this.used, weight: this.columns[column], divisor: undefined };
  }

  get length(): number {
    return this.columns.length;
  }
}

type SumAt = (column: number) => number;

function countOf(at: SumAt, from: number): WeightedCount {
  const count = new WeightedCount();
  count.samples = at(from);
  count.value = at(from + 1);
  count.squares = at(from + 2);
  count.variance = at(from + 3);
  return count;
}

function clamp(value: number, { lo, hi }: Interval): { lo: number; hi: number } {
  // Values were truncated to whole bytes after scaling; the interval is of what they were before.
  return { lo: Math.min(lo, value), hi: Math.max(hi, value) };
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
    const plus = countOf(at, 0);
    const minus = this.counts.minus === undefined ? undefined : countOf(at, SUMS);
    const samples = plus.samples + (minus?.samples ?? 0);
    let lo: number;
    let hi: number;
    if (samples === 0) {
      // Nothing was sampled here: at most what can stay unseen, in bytes; objects may be of any size.
      const { rate } = this.counts;
      const most = this.#isBytes && rate !== undefined ? neverSeenBound(rate) : Number.NaN;
      lo = minus === undefined ? 0 : -most;
      hi = most;
    } else if (minus === undefined) {
      const limits = clamp(value, weightedInterval(plus));
      lo = Math.max(limits.lo, Math.min(at(SUMS - 1), value));
      hi = limits.hi;
    } else {
      // Nothing sampled is no known zero: what was freed unseen would take as much as a sample of these.
      if (plus.value === 0) plus.step = stepLike(minus);
      if (minus.value === 0) minus.step = stepLike(plus);
      ({ lo, hi } = clamp(value, differenceInterval(plus, minus)));
    }
    return { value: shown, lo: lo * this.#ratio, hi: hi * this.#ratio, samples };
  }

  /** Of all samples that a profile is left with. */
  total(profile: Profile, value: number): Certain {
    const sums = new StackSums(profile, this.counts);
    return this.of(value, (column) => {
      let sum = 0;
      for (const s of sums.used) sum += sums.columns[column][s];
      return sum;
    });
  }
}

/** Sums of every node of an index, for its flat and its cum. */
export class NodeCertainty {
  readonly certainty: Certainty;
  readonly #sums: StackSums;
  readonly #flat: Float64Array[] = [];
  readonly #cum: Float64Array[] = [];

  constructor(certainty: Certainty, profile: Profile, index: NodeIndex) {
    this.certainty = certainty;
    this.#sums = new StackSums(profile, certainty.counts);
    for (let c = 0; c < this.#sums.length; c++) {
      const { flat, cum } = nodeTotals(profile, index, this.#sums.weights(c));
      this.#flat.push(flat);
      this.#cum.push(cum);
    }
  }

  flat(node: number, value: number): Certain {
    return this.certainty.of(value, (column) => this.#flat[column][node]);
  }

  cum(node: number, value: number): Certain {
    return this.certainty.of(value, (column) => this.#cum[column][node]);
  }

  /** Flat of many nodes together: no sample has two leaves, so their sums add up. */
  flatOf(isIn: (node: number) => boolean, value: number): Certain {
    return this.certainty.of(value, (column) => {
      const flat = this.#flat[column];
      let sum = 0;
      for (let node = 0; node < flat.length; node++) if (isIn(node)) sum += flat[node];
      return sum;
    });
  }

  /** Of samples without a frame, which are in no node. */
  withoutFrames({ stacks }: Profile, value: number): Certain {
    return this.certainty.of(value, (column) => {
      let sum = 0;
      for (const s of this.#sums.used) {
        if (stacks.from[s] === stacks.to[s]) sum += this.#sums.columns[column][s];
      }
      return sum;
    });
  }

  /** Sums of the edges between the nodes that `isKept` has. */
  edges(profile: Profile, index: NodeIndex, isKept: Uint8Array | undefined): EdgeCertainty {
    const sums: Edges[] = [];
    for (let c = 0; c < this.#sums.length; c++) {
      sums.push(graphEdges(profile, index, this.#sums.weights(c), isKept));
    }
    return new EdgeCertainty(this.certainty, sums);
  }
}

export class EdgeCertainty {
  readonly #certainty: Certainty;
  readonly #sums: readonly Edges[];

  constructor(certainty: Certainty, sums: readonly Edges[]) {
    this.#certainty = certainty;
    this.#sums = sums;
  }

  of(source: number, target: number, value: number): Certain {
    return this.#certainty.of(value, (column) => {
      const edges = this.#sums[column];
      const edge = edges.intern(source, target);
      return edges.weight.data[edge];
    });
  }
}
