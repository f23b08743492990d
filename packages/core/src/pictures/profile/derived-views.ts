// Views made from a view: what calls a function and what it calls (sandwich), chains of frames that say one thing
// as one box (fold), and what a search finds.

import { OTHER_FRAME } from "../../analysis/profile/call-tree.ts";
import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { mapSums, SUMS, type Sums, type TreeView, widthOf } from "./tree-view.ts";

/** A tree that grows by paths; one number column per field that the source has. */
class ViewBuilder {
  readonly #source: TreeView;
  readonly parent = new GrowingInt32();
  readonly frame = new GrowingInt32();
  readonly line = new GrowingInt32();
  readonly stacks = new GrowingInt32();
  readonly #columns: { from: Float64Array; to: GrowingFloat64 }[] = [];
  readonly #child = new Map<number, number>();
  readonly #frames: number;

  constructor(source: TreeView) {
    this.#source = source;
    let frames = 0;
    for (const frame of source.frame) frames = Math.max(frames, frame);
    this.#frames = frames + 4;
    for (const sums of [source.plus, source.minus]) {
      for (const field of SUMS) {
        const from = sums?.[field];
        if (from !== undefined) this.#columns.push({ from, to: new GrowingFloat64() });
      }
    }
  }

  child(parent: number, frame: number, line: number): number {
    const key = (parent + 1) * this.#frames + frame + 3;
    const known = this.#child.get(key);
    if (known !== undefined) {
      if (this.line.data[known] !== line) this.line.data[known] = 0;
      return known;
    }
    const node = this.parent.length;
    this.parent.push(parent);
    this.frame.push(frame);
    this.line.push(line);
    this.stacks.push(0);
    for (const { to } of this.#columns) to.push(0);
    this.#child.set(key, node);
    return node;
  }

  add(node: number, source: number): void {
    for (const { from, to } of this.#columns) to.data[node] += from[source];
  }

  /** Brings node 0 up to `whole`; the rest goes to an "other" below it. */
  complete(whole: Pick<TreeView, "plus" | "minus">): void {
    const all: Float64Array[] = [];
    for (const sums of [whole.plus, whole.minus]) {
      for (const field of SUMS) {
        const column = sums?.[field];
        if (column !== undefined) all.push(column);
      }
    }
    const rest = this.#columns.map(({ to }, i) => Math.max(0, all[i][0] - to.data[0]));
    // Sums of numbers with a fraction differ in their last digits; less than that is nothing.
    const isRest = rest.some((v, i) => v > all[i][0] * 1e-9);
    if (!isRest) return;
    const other = this.child(0, OTHER_FRAME, 0);
    this.#columns.forEach(({ to }, i) => {
      to.data[other] += rest[i];
      to.data[0] = Math.max(to.data[0], all[i][0]);
    });
  }

  finish(): TreeView {
    const done = this.#columns.map(({ to }) => to.finish());
    let at = 0;
    const sums = (like: Sums): Sums => mapSums(like, () => done[at++]);
    const { plus, minus, type } = this.#source;
    const frame = this.frame.finish();
    return {
      length: frame.length,
      parent: this.parent.finish(),
      frame,
      line: this.line.finish(),
      stacks: this.stacks.finish(),
      first: frame,
      folded: new Int32Array(frame.length),
      plus: sums(plus),
      minus: minus === undefined ? undefined : sums(minus),
      type,
    };
  }
}

export interface Sandwich {
  /** Node 0 of both is the function itself. */
  readonly callers: TreeView;
  readonly callees: TreeView;
}

/**
 * What leads to `frame` and what it leads to. A stack in which it recurs counts once, from its outermost
 * place. `view` goes from callers to callees. What stacks that the tree does not carry hold of it is an
 * "other" on both sides, so that the width is `whole`, the function's own cum.
 */
export function sandwichOf(
  view: TreeView,
  frame: number,
  whole: Pick<TreeView, "plus" | "minus"> | undefined,
): Sandwich {
  const { length, parent } = view;
  const callees = new ViewBuilder(view);
  const callers = new ViewBuilder(view);
  callees.child(-1, frame, 0);
  callers.child(-1, frame, 0);
  // Node of `callees` for each node below an outermost place, −1 elsewhere; parents come first.
  const into = new Int32Array(length).fill(-1);
  for (let i = 0; i < length; i++) {
    const up = parent[i] < 0 ? -1 : into[parent[i]];
    if (up >= 0) into[i] = callees.child(up, view.frame[i], view.line[i]);
    else if (view.frame[i] === frame) into[i] = 0;
    else continue;
    callees.add(into[i], i);
    if (view.frame[i] === OTHER_FRAME) callees.stacks.data[into[i]] += view.stacks[i];
    if (up >= 0) continue;
    callers.add(0, i);
    let at = 0;
    for (let caller = parent[i]; caller > 0; caller = parent[caller]) {
      at = callers.child(at, view.frame[caller], view.line[caller]);
      callers.add(at, i);
    }
  }
  if (whole !== undefined) {
    callees.complete(whole);
    callers.complete(whole);
  }
  return { callers: callers.finish(), callees: callees.finish() };
}

export interface Folded {
  readonly view: TreeView;
  /** Box of each node of the view it was made of. */
  readonly box: Int32Array;
}

/**
 * Chains in which each frame has one callee that holds all of it, as one box named by its last frame.
 * The root stays alone.
 */
export function folded(view: TreeView): Folded {
  const { length, parent } = view;
  const children = new Int32Array(length);
  for (let i = 1; i < length; i++) if (widthOf(view, i) > 0) children[parent[i]] += 1;
  const joins = new Uint8Array(length);
  for (let i = 1; i < length; i++) {
    const up = parent[i];
    const isAll =
      view.plus.value[i] === view.plus.value[up] &&
      (view.minus === undefined || view.minus.value[i] === view.minus.value[up]);
    if (up > 0 && children[up] === 1 && isAll && view.frame[i] !== OTHER_FRAME) joins[i] = 1;
  }
  const box = new Int32Array(length);
  let boxes = 0;
  for (let i = 0; i < length; i++) box[i] = joins[i] === 1 ? box[parent[i]] : boxes++;
  const last = new Int32Array(boxes);
  const top = new Int32Array(boxes).fill(-1);
  const count = new Int32Array(boxes);
  for (let i = 0; i < length; i++) {
    if (widthOf(view, i) === 0 && top[box[i]] >= 0) continue;
    last[box[i]] = i;
    if (top[box[i]] < 0) top[box[i]] = i;
    else count[box[i]] += 1;
  }
  const sums = (of: Sums): Sums =>
    mapSums(of, (column) => Float64Array.from(last, (i) => column[i]));
  const made: TreeView = {
    length: boxes,
    parent: top.map((i) => (parent[i] < 0 ? -1 : box[parent[i]])),
    frame: last.map((i) => view.frame[i]),
    line: last.map((i) => view.line[i]),
    stacks: last.map((i) => view.stacks[i]),
    first: top.map((i) => view.frame[i]),
    folded: count,
    plus: sums(view.plus),
    minus: view.minus === undefined ? undefined : sums(view.minus),
    type: view.type,
  };
  return { view: made, box };
}

export interface Found {
  /** 1 per node whose frame matches. */
  readonly isHit: Uint8Array;
  readonly boxes: number;
  /** Of the outermost matching boxes: each stack counts once. */
  readonly plus: number;
  readonly minus: number;
  /** The same as sums of one entry, for an interval. */
  readonly sums: Pick<TreeView, "plus" | "minus">;
  /** What "other" boxes outside of all hits hold, plus and minus together: unknown whether it matches. */
  readonly unknown: number;
}

/** `matches` per frame. */
export function foundIn(view: TreeView, matches: Uint8Array): Found {
  const { length, parent, frame } = view;
  const isHit = new Uint8Array(length);
  const isUnder = new Uint8Array(length);
  const outermost: number[] = [];
  let boxes = 0;
  let unknown = 0;
  for (let i = 0; i < length; i++) {
    const up = parent[i];
    if (up >= 0 && (isHit[up] === 1 || isUnder[up] === 1)) isUnder[i] = 1;
    if (frame[i] === OTHER_FRAME && isUnder[i] === 0) unknown += widthOf(view, i);
    if (frame[i] < 0 || matches[frame[i]] === 0 || widthOf(view, i) === 0) continue;
    isHit[i] = 1;
    boxes += 1;
    if (isUnder[i] === 0) outermost.push(i);
  }
  const sums = sumsOf(view, outermost);
  return {
    isHit,
    boxes,
    plus: sums.plus.value[0],
    minus: sums.minus === undefined ? 0 : sums.minus.value[0],
    sums,
    unknown,
  };
}

/** As foundIn, of stacks that pass through `frame`, above or below which the match may stand. */
export function sumThrough(
  view: TreeView,
  frame: number,
  matches: Uint8Array,
): Pick<TreeView, "plus" | "minus"> {
  // 1: through the frame, 2: through a match.
  const state = new Uint8Array(view.length);
  const outermost: number[] = [];
  for (let i = 0; i < view.length; i++) {
    const up = view.parent[i] < 0 ? 0 : state[view.parent[i]];
    const of = view.frame[i];
    state[i] = up | (of === frame ? 1 : 0) | (of >= 0 && matches[of] === 1 ? 2 : 0);
    if (state[i] === 3 && up !== 3) outermost.push(i);
  }
  return sumsOf(view, outermost);
}

/** Sums over some nodes, none below another, as of one entry. */
export function sumsOf(view: TreeView, nodes: Iterable<number>): Pick<TreeView, "plus" | "minus"> {
  const of = (sums: Sums): Sums => {
    const one = (column: Float64Array): Float64Array => {
      let sum = 0;
      for (const i of nodes) sum += column[i];
      return Float64Array.of(sum);
    };
    return mapSums(sums, one);
  };
  return { plus: of(view.plus), minus: view.minus === undefined ? undefined : of(view.minus) };
}
