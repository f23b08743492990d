// Places of boxes: row by row, larger ones first, as columns that a painter can search by x. Zooming and
// panning change which part is looked at, never these columns.

import { OTHER_FRAME } from "../../analysis/profile/call-tree.ts";
import { type TreeView, widthOf } from "./tree-view.ts";

export interface FlameRows {
  /** Rows; row r is the places [start[r], start[r + 1]). */
  readonly rows: number;
  readonly start: Int32Array;
  /** Node at each place, in order of x. */
  readonly node: Int32Array;
  /** Ends of each place, in the unit of the values. */
  readonly x0: Float64Array;
  readonly x1: Float64Array;
  /** Place of each node, −1 of those without width. */
  readonly place: Int32Array;
  readonly row: Int32Array;
}

/** Siblings by width, "other" last. Cost: a sort of each node's children. */
export function leftHeavy(view: TreeView): FlameRows {
  const { length, parent, frame } = view;
  const width = new Float64Array(length);
  const childStart = new Int32Array(length + 1);
  for (let i = 0; i < length; i++) {
    width[i] = widthOf(view, i);
    if (i > 0 && width[i] > 0) childStart[parent[i] + 1] += 1;
  }
  for (let i = 0; i < length; i++) childStart[i + 1] += childStart[i];
  const fill = childStart.slice(0, length);
  const children = new Int32Array(childStart[length]);
  for (let i = 1; i < length; i++) if (width[i] > 0) children[fill[parent[i]]++] = i;

  const places = width[0] > 0 ? children.length + 1 : 0;
  const node = new Int32Array(places);
  const x0 = new Float64Array(places);
  const x1 = new Float64Array(places);
  const place = new Int32Array(length).fill(-1);
  const row = new Int32Array(length);
  const start: number[] = [0];
  let filled = 0;
  if (places > 0) {
    x1[0] = width[0];
    place[0] = 0;
    filled = 1;
  }
  // Rows come out in order of x because each is made from the one above, left to right.
  for (let from = 0; from < filled;) {
    const to = filled;
    start.push(to);
    for (let p = from; p < to; p++) {
      const up = node[p];
      const list = children.subarray(childStart[up], childStart[up + 1]);
      if (list.length > 1) {
        list.sort(
          (a, b) =>
            Number(frame[a] === OTHER_FRAME) - Number(frame[b] === OTHER_FRAME) ||
            width[b] - width[a] ||
            a - b,
        );
      }
      let x = x0[p];
      for (const child of list) {
        node[filled] = child;
        x0[filled] = x;
        x += width[child];
        // Sums of many numbers differ in the last digit; a child never sticks out of its parent.
        x1[filled] = Math.min(x, x1[p]);
        place[child] = filled;
        row[child] = start.length - 1;
        filled += 1;
      }
    }
    from = to;
  }
  return { rows: start.length - 1, start: Int32Array.from(start), node, x0, x1, place, row };
}

/** First place of a row whose right end is beyond `x`; the row's end when there is none. */
export function firstBeyond(
  { start, x1 }: FlameRows,
  row: number,
  x: number,
  from?: number,
): number {
  let low = from ?? start[row];
  let high = start[row + 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x1[middle] > x) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What is drawn: one box, or `count` boxes that are narrower than a pixel each, side by side. */
export type Visit = (place: number, last: number, x0: number, x1: number) => void;

/**
 * The boxes of a row between `from` and `to`. Neighbours narrower than `least` become one visit with
 * place < last, exact in width; a gap between cousins ends it. Cost: the visits, times a binary search.
 */
export function visitRow(
  flame: FlameRows,
  row: number,
  from: number,
  to: number,
  least: number,
  visit: Visit,
): void {
  const { x0, x1, start } = flame;
  const end = start[row + 1];
  for (let p = firstBeyond(flame, row, from); p < end && x0[p] < to;) {
    if (x1[p] - x0[p] >= least) {
      visit(p, p, x0[p], x1[p]);
      p += 1;
      continue;
    }
    // As far as a pixel reaches at once, then on while the next is narrow and has no gap before it.
    const left = x0[p];
    let right = x1[p];
    let last = p;
    let q = p + 1;
    while (q < end && x0[q] < to && x1[q] - x0[q] < least && x0[q] - right < least) {
      const jump = firstBeyond(flame, row, x0[q] + least, q) - 1;
      let take = q;
      // Only over boxes that are narrow too: what ends within a pixel of x0[q] is.
      if (jump > q) take = jump;
      right = x1[take];
      last = take;
      q = take + 1;
    }
    visit(p, last, left, right);
    p = last + 1;
  }
}

/** Place under a point, −1 where there is none. */
export function placeAt(flame: FlameRows, row: number, x: number): number {
  if (row < 0 || row >= flame.rows) return -1;
  const place = firstBeyond(flame, row, x);
  return place < flame.start[row + 1] && flame.x0[place] <= x ? place : -1;
}
