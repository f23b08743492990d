// Focus and ignore on what a page carries: the same trees with only some of their stacks, and the tables
// that follow from them. As -focus and -ignore of google/pprof (profile/filter.go FilterSamplesByName):
// a stack stays if every focus is met by one of its frames and no ignore is.
//
// Nodes keep their numbers, so that a box that is zoomed into stays that box.
//
// How it can mislead: an "other" node tells only the frames above it. Such stacks stay only where those
// meet the focus, and stay where those are not ignored; how much is in doubt is said with the result.

import { addRow } from "../../analysis/profile/stack-amounts.ts";
import { OTHER_FRAME, type CallTree } from "../../analysis/profile/call-tree.ts";
import type { LabelCells } from "./label-cells.ts";
import type { FrameRows, ProfilePicture } from "./picture.ts";

/** Frames by which stacks stay or go, 1 per frame; or a label, by indices as in LabelCells. */
export type StackFilter =
  | { readonly isIgnored: boolean; readonly frames: Uint8Array }
  | { readonly isIgnored: boolean; readonly key: number; readonly value: number };

/** Bits of one Int32. */
export const MOST_FILTERS = 24;

export interface Filtered {
  readonly picture: Pick<ProfilePicture, "down" | "up" | "frames" | "total">;
  /** Rows of what "other" nodes may hide: not shown though a focus might keep it, or shown though to be ignored. */
  readonly hidden: { readonly down: Float64Array; readonly up: Float64Array };
  /** Per cell; undefined where the page carries none. */
  readonly isKept: Uint8Array | undefined;
}

interface Kept {
  readonly tree: CallTree;
  readonly total: Float64Array;
  readonly doubt: Float64Array;
  /** Per node, whether what ends in it stays. */
  readonly isKept: Uint8Array;
}

type FrameFilter = Extract<StackFilter, { readonly frames: Uint8Array }>;

function keptOf(tree: CallTree, width: number, filters: readonly FrameFilter[]): Kept {
  let wanted = 0;
  filters.forEach(({ isIgnored }, i) => {
    if (!isIgnored) wanted |= 1 << i;
  });
  const hasIgnored = filters.some(({ isIgnored }) => isIgnored);
  const met = new Int32Array(tree.length);
  const ownRow = new Int32Array(tree.length).fill(-1);
  const stays = new Uint8Array(tree.length);
  const total = new Float64Array(width);
  const doubt = new Float64Array(width);
  for (let i = 0; i < tree.length; i++) {
    const frame = tree.frame[i];
    let bits = tree.parent[i] < 0 ? 0 : met[tree.parent[i]];
    if (frame >= 0) filters.forEach(({ frames }, f) => (bits |= frames[frame] << f));
    met[i] = bits;
    const row = tree.ownRow[i];
    if ((bits & ~wanted) !== 0) continue;
    stays[i] = (bits & wanted) === wanted ? 1 : 0;
    if (row < 0) continue;
    const isKept = (bits & wanted) === wanted;
    if (frame === OTHER_FRAME && (hasIgnored || !isKept)) addRow(doubt, 0, tree.own, row, width);
    if (!isKept) continue;
    ownRow[i] = row;
    addRow(total, 0, tree.own, row, width);
  }
  return { tree: { ...tree, ownRow }, total, doubt, isKept: stays };
}

/** 1 per cell that the labels leave. As -tagfocus and -tagignore: a value of the key is enough. */
function cellsOf({ set, sets }: LabelCells, filters: readonly StackFilter[]): Uint8Array {
  const isKept = new Uint8Array(sets.start.length - 1).fill(1);
  for (const filter of filters) {
    if ("frames" in filter) continue;
    for (let s = 0; s < isKept.length; s++) {
      let has = false;
      for (let i = sets.start[s]; i < sets.start[s + 1]; i++) {
        if (sets.key[i] === filter.key && sets.value[i] === filter.value) has = true;
      }
      if (has === filter.isIgnored) isKept[s] = 0;
    }
  }
  return Uint8Array.from(set, (s) => isKept[s]);
}

/** The tree with own rows that are sums of cells. */
function ofCells(
  tree: CallTree,
  nodes: Int32Array,
  rows: Float64Array,
  isKept: Uint8Array,
  width: number,
): CallTree {
  const ownRow = new Int32Array(tree.length).fill(-1);
  let length = 0;
  nodes.forEach((node, c) => {
    if (isKept[c] === 1 && ownRow[node] < 0) ownRow[node] = length++;
  });
  const own = new Float64Array(length * width);
  nodes.forEach((node, c) => {
    if (isKept[c] === 1) addRow(own, ownRow[node], rows, c, width);
  });
  return { ...tree, ownRow, own };
}

/** Each stack once in a function's row, however often the function stands in it. */
function frameRows(
  { frame: listed }: FrameRows,
  tree: CallTree,
  width: number,
  names: number,
): FrameRows {
  const rowOf = new Int32Array(names).fill(-1);
  listed.forEach((frame, row) => (rowOf[frame] = row));
  const flat = new Float64Array(listed.length * width);
  const cum = new Float64Array(listed.length * width);
  const otherFlat = new Float64Array(width);
  const others = new Set<number>();
  for (let i = 0; i < tree.length; i++) {
    const frame = tree.frame[i];
    const own = tree.ownRow[i];
    if (frame < 0 || own < 0) continue;
    if (rowOf[frame] >= 0) addRow(flat, rowOf[frame], tree.own, own, width);
    else {
      others.add(frame);
      addRow(otherFlat, 0, tree.own, own, width);
    }
  }
  const below = new Float64Array(tree.length * width);
  for (let i = tree.length - 1; i >= 0; i--) {
    if (tree.ownRow[i] >= 0) addRow(below, i, tree.own, tree.ownRow[i], width);
    if (i > 0) addRow(below, tree.parent[i], below, i, width);
  }
  // The nearest node above of the same function: found by walking down in preorder with one stack of
  // open nodes a function, so that the cost is a step a node and not its depth.
  const open = new Int32Array(names).fill(-1);
  const before = new Int32Array(tree.length).fill(-1);
  const path: number[] = [];
  for (let i = 0; i < tree.length; i++) {
    while (path.length > 0 && path[path.length - 1] !== tree.parent[i]) {
      const done = path.pop() ?? 0;
      if (tree.frame[done] >= 0) open[tree.frame[done]] = before[done];
    }
    path.push(i);
    const frame = tree.frame[i];
    if (frame < 0) continue;
    before[i] = open[frame];
    open[frame] = i;
    if (before[i] < 0 && rowOf[frame] >= 0) addRow(cum, rowOf[frame], below, i, width);
  }
  return { frame: listed, flat, cum, others: others.size, otherFlat };
}

export function filteredPicture(
  picture: Pick<ProfilePicture, "down" | "up" | "frames" | "width" | "names" | "cells">,
  filters: readonly StackFilter[],
): Filtered {
  const { width, cells } = picture;
  const used = filters.slice(0, MOST_FILTERS);
  const byFrame = used.filter((filter) => "frames" in filter);
  const isKept = cells === undefined ? undefined : cellsOf(cells, used);
  let { down: wholeDown, up: wholeUp } = picture;
  if (cells !== undefined && isKept !== undefined && byFrame.length < used.length) {
    wholeDown = ofCells(wholeDown, cells.down, cells.rows, isKept, width);
    wholeUp = ofCells(wholeUp, cells.up, cells.rows, isKept, width);
  }
  const down = keptOf(wholeDown, width, byFrame);
  const up = keptOf(wholeUp, width, byFrame);
  if (cells !== undefined && isKept !== undefined) {
    for (let c = 0; c < isKept.length; c++) if (down.isKept[cells.down[c]] === 0) isKept[c] = 0;
  }
  return {
    picture: {
      down: down.tree,
      up: up.tree,
      total: down.total,
      frames: frameRows(picture.frames, down.tree, width, picture.names.length),
    },
    hidden: { down: down.doubt, up: up.doubt },
    isKept,
  };
}
