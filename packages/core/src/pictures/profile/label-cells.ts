// What the samples of one stack with the same labels hold: what a page needs to filter by a label, and
// to say which labels the stacks that are shown have.

import type { BuiltTree } from "../../analysis/profile/call-tree.ts";
import type { Labels, LabelSets } from "../../analysis/profile/label-totals.ts";
import { sampleAt, sampleCount, type Profile } from "../../analysis/profile/profile.ts";
import type { SourceFacts } from "../../analysis/profile/source-facts.ts";
import { stackAmounts, type StackAmounts } from "../../analysis/profile/stack-amounts.ts";

/** A cell is one stack with one set of labels. */
export interface LabelCells {
  /** Nodes of the two trees in which its stack ends. */
  readonly down: Int32Array;
  readonly up: Int32Array;
  readonly set: Int32Array;
  /** As those of the trees: the cells of a node add up to its own row. */
  readonly rows: Float64Array;
  readonly sets: Omit<LabelSets, "of">;
}

/**
 * A cell is some 20 bytes of a page. A usual service has a few thousand; the million samples of the
 * largest profiles have as many cells, and their page goes without.
 */
export const MOST_CELLS = 40_000;

/** undefined: no labels, or too many cells to carry. */
export function labelCells(
  profile: Profile,
  amounts: StackAmounts,
  sources: readonly SourceFacts[],
  isDifference: boolean,
  labels: Labels,
  trees: { readonly down: BuiltTree; readonly up: BuiltTree },
): LabelCells | undefined {
  if (labels.totals.length === 0 || amounts.stack.length > MOST_CELLS) return undefined;
  const { of, ...sets } = labels.sets();
  const rows = sampleCount(profile);
  const group = new Int32Array(profile.stack.length);
  const number = new Map<number, number>();
  const stackOf: number[] = [];
  const setOf: number[] = [];
  const count = sets.start.length;
  for (let k = 0; k < rows; k++) {
    const row = sampleAt(profile, k);
    const key = profile.stack[row] * count + of[row];
    let at = number.get(key);
    if (at === undefined) {
      at = stackOf.length;
      if (at === MOST_CELLS) return undefined;
      number.set(key, at);
      stackOf.push(profile.stack[row]);
      setOf.push(of[row]);
    }
    group[row] = at;
  }
  // The same sums as of stacks, over a finer grouping of the same samples.
  const fine = stackAmounts(
    { ...profile, stack: group, stacks: { ...profile.stacks, length: stackOf.length } },
    sources,
    isDifference,
  );
  const rowOf = new Int32Array(profile.stacks.length).fill(-1);
  amounts.stack.forEach((stack, row) => (rowOf[stack] = row));
  // In the order of the nodes, so that what is written are small steps.
  const order = Array.from(fine.stack, (_, i) => i);
  const downOf = fine.stack.map((g) => trees.down.ended[rowOf[stackOf[g]]]);
  order.sort((a, b) => downOf[a] - downOf[b] || fine.stack[a] - fine.stack[b]);
  const out = new Float64Array(order.length * fine.width);
  order.forEach((from, to) =>
    out.set(fine.data.subarray(from * fine.width, (from + 1) * fine.width), to * fine.width),
  );
  return {
    down: Int32Array.from(order, (i) => downOf[i]),
    up: Int32Array.from(order, (i) => trees.up.ended[rowOf[stackOf[fine.stack[i]]]]),
    set: Int32Array.from(order, (i) => setOf[fine.stack[i]]),
    rows: out,
    sets,
  };
}

/** Sums per shown value of each key, and last of each key's others. `isKept` per cell; all without it. */
export function labelSums(
  { set, rows, sets }: LabelCells,
  width: number,
  shown: readonly number[],
  isKept?: Uint8Array,
): Float64Array[] {
  const out = shown.map((values) => new Float64Array((values + 1) * width));
  for (let c = 0; c < set.length; c++) {
    if (isKept !== undefined && isKept[c] === 0) continue;
    for (let i = sets.start[set[c]]; i < sets.start[set[c] + 1]; i++) {
      const key = sets.key[i];
      const value = sets.value[i] < 0 ? shown[key] : sets.value[i];
      const to = out[key];
      for (let f = 0; f < width; f++) to[value * width + f] += rows[c * width + f];
    }
  }
  return out;
}
