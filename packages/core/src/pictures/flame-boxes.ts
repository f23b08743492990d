// Boxes of a flame graph: chains of frames that say one thing become one box, boxes get their place,
// and each gets a class by how well its value is known.

import type { FlameInput, FlameValues } from "./flame-tree.ts";

/** Columns per box. Box 0 is the root; a parent always precedes its children. */
export interface FlameBoxes {
  readonly length: number;
  readonly parent: Int32Array;
  /** Frames of box b, outermost first: nodes [frameStart[b], frameStart[b + 1]) of `frame`. */
  readonly frameStart: Int32Array;
  readonly frame: Int32Array;
  /** 1 when one of its frames is guilty. */
  readonly isGuilty: Uint8Array;
}

/**
 * Folds each chain in which every frame has exactly one callee and that callee carries the same value
 * in every type: nothing branches there, so one box tells as much. The root stays alone, as the name of
 * the whole. With `unfolded` every node is a box of its own.
 */
export function foldFlame(tree: FlameInput, unfolded = false): FlameBoxes {
  const n = tree.length;
  const children = new Int32Array(n);
  for (let i = 1; i < n; i++) children[tree.parent[i]]++;
  // joins[i] = 1: node i goes into its parent's box.
  const joins = new Uint8Array(n);
  if (!unfolded) {
    for (let i = 1; i < n; i++) {
      const up = tree.parent[i];
      if (up > 0 && children[up] === 1 && carriesAll(tree.values, i, up)) joins[i] = 1;
    }
  }
  const boxOf = new Int32Array(n);
  let boxes = 0;
  for (let i = 0; i < n; i++) boxOf[i] = joins[i] === 1 ? boxOf[tree.parent[i]] : boxes++;
  const parent = new Int32Array(boxes).fill(-1);
  const frameStart = new Int32Array(boxes + 1);
  const isGuilty = new Uint8Array(boxes);
  for (let i = 0; i < n; i++) {
    frameStart[boxOf[i] + 1]++;
    if (tree.isGuilty[i] === 1) isGuilty[boxOf[i]] = 1;
    if (i > 0 && joins[i] === 0) parent[boxOf[i]] = boxOf[tree.parent[i]];
  }
  for (let b = 0; b < boxes; b++) frameStart[b + 1] += frameStart[b];
  const fill = frameStart.slice(0, boxes);
  const frame = new Int32Array(n);
  for (let i = 0; i < n; i++) frame[fill[boxOf[i]]++] = i;
  return { length: boxes, parent, frameStart, frame, isGuilty };
}

function carriesAll(values: readonly FlameValues[], node: number, parent: number): boolean {
  return values.every((v) => Math.abs(v.value[node] - v.value[parent]) <= v.value[parent] * 1e-9);
}

/** Values per box from values per node: all frames of a box carry the same. */
export function boxColumn(boxes: FlameBoxes, column: Float64Array): Float64Array {
  const out = new Float64Array(boxes.length);
  for (let b = 0; b < boxes.length; b++) out[b] = column[boxes.frame[boxes.frameStart[b]]];
  return out;
}

/**
 * How well a value is known, by the wider half of its 95 % interval: 4 within ± 10 %, 3 within ± 20 %,
 * 2 within ± 50 %, 1 wider or not known, 0 wider because there is a single sample. One sample of an
 * object much larger than the sampling rate is as good as a count.
 */
export type Certainty = 0 | 1 | 2 | 3 | 4;

export function certainty(value: number, lo: number, hi: number, samples: number): Certainty {
  const half = Math.max(hi - value, value - lo) / value;
  if (half <= 0.1) return 4;
  if (half <= 0.2) return 3;
  if (half <= 0.5) return 2;
  return samples > 0 && samples < 1.5 ? 0 : 1;
}

export interface FlameRect {
  /** −1: what is too small to draw of the callees of `under`. */
  readonly box: number;
  readonly under: number;
  /** Fractions of the picture's width. */
  readonly x: number;
  readonly width: number;
  readonly row: number;
  /** How many boxes a `box` of −1 stands for; 1 otherwise. */
  readonly count: number;
  readonly value: number;
}

export interface FlameLayout {
  readonly rects: readonly FlameRect[];
  readonly rows: number;
  /** Rows below the last one drawn. */
  readonly deeper: number;
}

export interface LayoutOptions {
  /** Box that fills the width; its callers stand above it at full width. */
  readonly zoom: number;
  /** Fraction of the width below which boxes are put together. */
  readonly least: number;
  readonly rows: number;
  /** Per box: callees that the tree does not hold, part of the box's value all the same. */
  readonly pruned?: Int32Array;
}

/** Icicle: callers on top, callees below, larger first. Boxes of value 0 take no place. */
export function layoutFlame(
  parent: Int32Array,
  value: Float64Array,
  { zoom, least, rows: mostRows, pruned }: LayoutOptions,
): FlameLayout {
  const callees = calleesOf(parent);
  const rects: FlameRect[] = [];
  const up: number[] = [];
  for (let b = zoom; b >= 0; b = parent[b]) up.push(b);
  up.reverse();
  up.forEach((box, row) => {
    rects.push({ box, under: parent[box], x: 0, width: 1, row, count: 1, value: value[box] });
  });
  const whole = value[zoom];
  const stack: { box: number; x: number; row: number }[] = [
    { box: zoom, x: 0, row: up.length - 1 },
  ];
  let rows = up.length;
  let deepest = rows;
  for (let at = whole > 0 ? stack.pop() : undefined; at !== undefined; at = stack.pop()) {
    const list = callees(at.box)
      .filter((c) => value[c] > 0)
      .sort((a, b) => value[b] - value[a] || a - b);
    const lost = pruned === undefined ? 0 : pruned[at.box];
    if (list.length === 0 && lost === 0) continue;
    const row = at.row + 1;
    deepest = Math.max(deepest, row + 1);
    if (row >= mostRows) continue;
    let x = at.x;
    let small = 0;
    let smallCount = lost;
    if (lost > 0) small = list.reduce((rest, c) => rest - value[c], value[at.box]);
    for (const box of list) {
      const width = value[box] / whole;
      if (width < least) {
        small += value[box];
        smallCount++;
        continue;
      }
      rects.push({ box, under: at.box, x, width, row, count: 1, value: value[box] });
      stack.push({ box, x, row });
      rows = Math.max(rows, row + 1);
      x += width;
    }
    if (small / whole >= least) {
      const width = small / whole;
      rects.push({ box: -1, under: at.box, x, width, row, count: smallCount, value: small });
      rows = Math.max(rows, row + 1);
    }
  }
  return { rects, rows, deeper: deepest - rows };
}

/** Callees by box from the parent column: two passes, no array per box until asked. */
export function calleesOf(parent: Int32Array): (box: number) => number[] {
  const n = parent.length;
  const start = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) if (parent[i] >= 0) start[parent[i] + 1]++;
  for (let i = 0; i < n; i++) start[i + 1] += start[i];
  const fill = start.slice(0, n);
  const list = new Int32Array(n);
  for (let i = 0; i < n; i++) if (parent[i] >= 0) list[fill[parent[i]]++] = i;
  return (box) => Array.from(list.subarray(start[box], start[box + 1]));
}

export interface GuiltyColumn {
  /** Topmost box that belongs to the guilty stack alone. */
  readonly top: number;
  readonly boxes: readonly number[];
}

/** A caller counts as part of a guilty stack while at least this share of it is guilty. */
const GUILTY_SHARE = 0.8;

/**
 * The stacks that lead to guilty boxes, each from where it parts from the others down to the guilty box.
 * A caller that leads to two guilty boxes belongs to neither column, nor does the root.
 */
export function guiltyColumns(boxes: FlameBoxes, value: Float64Array): GuiltyColumn[] {
  const n = boxes.length;
  const guilty = new Float64Array(n);
  const leaves = new Int32Array(n);
  const out: GuiltyColumn[] = [];
  const isTop = (b: number): boolean => {
    for (let up = boxes.parent[b]; up >= 0; up = boxes.parent[up]) {
      if (boxes.isGuilty[up] === 1) return false;
    }
    return boxes.isGuilty[b] === 1;
  };
  const starts: number[] = [];
  for (let b = 0; b < n; b++) if (value[b] > 0 && isTop(b)) starts.push(b);
  for (const b of starts) {
    for (let up = b; up >= 0; up = boxes.parent[up]) {
      guilty[up] += value[b];
      leaves[up]++;
    }
  }
  for (const b of starts) {
    const column = [b];
    let top = b;
    for (let up = boxes.parent[b]; up > 0; up = boxes.parent[up]) {
      if (leaves[up] > 1 || guilty[up] < value[up] * GUILTY_SHARE) break;
      column.push(up);
      top = up;
    }
    out.push({ top, boxes: column.reverse() });
  }
  return out;
}

/** Value of all guilty boxes together, counted once per stack. */
export function guiltyValue(boxes: FlameBoxes, value: Float64Array): number {
  let sum = 0;
  for (const { boxes: column } of guiltyColumns(boxes, value))
    sum += value[column[column.length - 1]];
  return sum;
}

/** x and row of the corners of one outline around `column`, clockwise from the top left. */
export function columnOutline(
  layout: FlameLayout,
  column: GuiltyColumn,
): { readonly x: number; readonly row: number }[] {
  const wanted = new Set(column.boxes);
  const rects = layout.rects
    .filter((r) => r.box >= 0 && wanted.has(r.box))
    .sort((a, b) => a.row - b.row);
  const right = rects.flatMap((r) => [
    { x: r.x + r.width, row: r.row },
    { x: r.x + r.width, row: r.row + 1 },
  ]);
  const left = rects.reverse().flatMap((r) => [
    { x: r.x, row: r.row + 1 },
    { x: r.x, row: r.row },
  ]);
  return [...right, ...left];
}
