// The call tree of a profile, from its callers down or from its leaves up, as many nodes as asked for:
// the heaviest ones, with everything else in exact "other" nodes.
//
// Best first: a node holds the range of stacks that pass through it; the heaviest node that is not
// opened yet is opened by one walk over its stacks, which sorts them by their next frame. So what is
// never opened costs nothing, and a profile of a million samples gives its first 100 000 nodes without
// looking at most of its frames. Heaviest = the shares of all sample types added up, so that one tree serves
// all types. Nothing is lost: each stack ends in exactly one node's own row, a frame's or an "other"'s.
//
// Cost: the sum of the stacks of all opened nodes, one small step each.

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import type { Frames } from "./frames.ts";
import type { Profile } from "./profile.ts";
import { addRow, rowWeights, type StackAmounts } from "./stack-amounts.ts";

export const ROOT_FRAME = -1;
/** What the tree does not tell apart below its parent. */
export const OTHER_FRAME = -2;

/** Columns per node, in preorder: a parent precedes its children, node 0 is the root. */
export interface CallTree {
  readonly length: number;
  /** −1 for the root. */
  readonly parent: Int32Array;
  /** Index into Frames, ROOT_FRAME or OTHER_FRAME. */
  readonly frame: Int32Array;
  /** The line on which the frame stands, 0 where it stands on several or none is known. */
  readonly line: Int32Array;
  /** Of an "other": how many different stacks it holds; 0 of all others. */
  readonly stacks: Int32Array;
  /** Row of `own` that ends here (not below), −1 where there is none. */
  readonly ownRow: Int32Array;
  readonly own: Float64Array;
  /** No "other" was needed. */
  readonly isWhole: boolean;
}

/** A tree where its stacks are at hand. */
export interface BuiltTree extends CallTree {
  /** Node whose own row each row of the amounts went to. */
  readonly ended: Int32Array;
}

export interface CallTreeOptions {
  /** Leaves at the root, callers below. */
  readonly isInverted: boolean;
  /** Nodes besides "other" ones, of which each node can have one. */
  readonly mostNodes: number;
}

const END = -3;

/** Reads each stack frame by frame, all of them side by side. */
class Cursors {
  readonly #profile: Profile;
  readonly #frames: Frames;
  /** Way to the next location: 1 from the leaf, −1 from the root. */
  readonly #step: number;
  /** Per stack the next location, and the one at which it is over. */
  readonly #at: Int32Array;
  readonly #end: Int32Array;
  /** Lines of the location that were given already. */
  readonly #used: Uint16Array;
  /** Of the frame that `next` gave. */
  line = 0;

  constructor(profile: Profile, frames: Frames, stack: Int32Array, isInverted: boolean) {
    this.#profile = profile;
    this.#frames = frames;
    this.#step = isInverted ? 1 : -1;
    const { from, to } = profile.stacks;
    this.#at = stack.map((s) => (isInverted ? from[s] : to[s] - 1));
    this.#end = stack.map((s) => (isInverted ? to[s] : from[s] - 1));
    this.#used = new Uint16Array(stack.length);
  }

  next(row: number): number {
    const { stacks, locations } = this.#profile;
    const end = this.#end[row];
    let at = this.#at[row];
    let used = this.#used[row];
    for (; at !== end; at += this.#step, used = 0) {
      const location = stacks.location[at];
      if (locations.isHidden !== undefined && locations.isHidden[location] === 1) continue;
      const from = locations.lineStart[location];
      const count = locations.lineEnd[location] - from;
      if (count === 0 && used === 0) {
        this.#at[row] = at;
        this.#used[row] = 1;
        this.line = 0;
        return this.#frames.ofBare[location];
      }
      if (used >= count) continue;
      const line = this.#step > 0 ? from + used : from + count - 1 - used;
      // The last line leads to the next location at once, so that `used` of most is never read again.
      this.#at[row] = used + 1 === count ? at + this.#step : at;
      this.#used[row] = used + 1 === count ? 0 : used + 1;
      this.line = locations.lineNumber[line];
      return this.#frames.ofLine[line];
    }
    return END;
  }
}

/** Largest first. */
class Heap {
  readonly #score: GrowingFloat64;
  readonly #items: number[] = [];

  constructor(score: GrowingFloat64) {
    this.#score = score;
  }

  push(item: number): void {
    const items = this.#items;
    const { data } = this.#score;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (data[items[up]] >= data[item]) break;
      items[at] = items[up];
      at = up;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const items = this.#items;
    const { data } = this.#score;
    const top = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && data[items[child + 1]] > data[items[child]]) child += 1;
      if (data[items[child]] <= data[last]) break;
      items[at] = items[child];
      at = child;
    }
    items[at] = last;
    return top;
  }
}

class TreeBuilder {
  readonly #amounts: StackAmounts;
  readonly #cursors: Cursors;
  readonly #weight: Float64Array;
  readonly #mostNodes: number;
  readonly parent = new GrowingInt32(1024);
  readonly frame = new GrowingInt32(1024);
  readonly line = new GrowingInt32(1024);
  readonly stacks = new GrowingInt32(1024);
  readonly ownRow = new GrowingInt32(1024);
  readonly own = new GrowingFloat64(1024);
  readonly score = new GrowingFloat64(1024);
  /** Stacks of node n, until it is opened: order[from[n]] … order[to[n] − 1]. */
  readonly #from = new GrowingInt32(1024);
  readonly #to = new GrowingInt32(1024);
  readonly #order: Int32Array;
  readonly #buffer: Int32Array;
  readonly #heap: Heap;
  /** Per frame: the opening that met it last, and its place there. */
  readonly #seen: Int32Array;
  readonly #place: Int32Array;
  #openings = 0;
  /** Node in which each row ends. */
  readonly ended: Int32Array;
  isWhole = true;

  constructor(profile: Profile, amounts: StackAmounts, frames: Frames, options: CallTreeOptions) {
    this.#amounts = amounts;
    this.#weight = rowWeights(amounts);
    this.#cursors = new Cursors(profile, frames, amounts.stack, options.isInverted);
    this.#mostNodes = options.mostNodes;
    const rows = amounts.stack.length;
    this.#order = Int32Array.from({ length: rows }, (_, i) => i);
    this.#buffer = new Int32Array(rows * 2);
    this.ended = new Int32Array(rows);
    this.#seen = new Int32Array(frames.length);
    this.#place = new Int32Array(frames.length);
    this.#heap = new Heap(this.score);
    const root = this.#add(-1, ROOT_FRAME, 0, 0, rows, 1);
    if (rows > 0) this.#heap.push(root);
  }

  #add(
    parent: number,
    frame: number,
    line: number,
    from: number,
    to: number,
    score: number,
  ): number {
    const node = this.parent.length;
    this.parent.push(parent);
    this.frame.push(frame);
    this.line.push(line);
    this.stacks.push(0);
    this.ownRow.push(-1);
    this.score.push(score);
    this.#from.push(from);
    this.#to.push(to);
    return node;
  }

  #addOwn(node: number, row: number): void {
    const { width, data } = this.#amounts;
    this.ended[row] = node;
    let own = this.ownRow.data[node];
    if (own < 0) {
      own = width === 0 ? 0 : this.own.length / width;
      this.ownRow.data[node] = own;
      for (let f = 0; f < width; f++) this.own.push(0);
    }
    addRow(this.own.data, own, data, row, width);
  }

  build(): void {
    for (let node = this.#heap.pop(); node !== undefined; node = this.#heap.pop()) {
      if (this.parent.length >= this.#mostNodes) {
        this.#close(node);
        continue;
      }
      let next: number | undefined = node;
      // A chain without branches has one weight: its nodes would be next anyway.
      while (next !== undefined) next = this.#open(next);
    }
  }

  /** Sorts a node's stacks by their next frame. Returns its child when it has just one and no end. */
  #open(node: number): number | undefined {
    const from = this.#from.data[node];
    const to = this.#to.data[node];
    const order = this.#order;
    const buffer = this.#buffer;
    const weight = this.#weight;
    const cursors = this.#cursors;
    const seen = this.#seen;
    const placeOf = this.#place;
    const opening = ++this.#openings;
    const frames: number[] = [];
    const lines: number[] = [];
    const counts: number[] = [];
    const scores: number[] = [];
    let kept = 0;
    for (let i = from; i < to; i++) {
      const row = order[i];
      const frame = cursors.next(row);
      if (frame === END) {
        this.#addOwn(node, row);
        continue;
      }
      let place: number;
      if (seen[frame] === opening) {
        place = placeOf[frame];
        if (lines[place] !== cursors.line) lines[place] = 0;
        counts[place] += 1;
        scores[place] += weight[row];
      } else {
        place = frames.length;
        seen[frame] = opening;
        placeOf[frame] = place;
        frames.push(frame);
        lines.push(cursors.line);
        counts.push(1);
        scores.push(weight[row]);
      }
      buffer[kept * 2] = row;
      buffer[kept * 2 + 1] = place;
      kept += 1;
    }
    if (frames.length === 0) return undefined;
    const byScore = frames.map((_, place) => place);
    if (frames.length > 1) byScore.sort((a, b) => scores[b] - scores[a] || a - b);
    // All or the heaviest: at least one, so that no opened node is left with nothing but an "other".
    const room = Math.max(1, this.#mostNodes - this.parent.length);
    const start = new Int32Array(frames.length);
    let at = from;
    for (const place of byScore) {
      start[place] = at;
      at += counts[place];
    }
    const cut = byScore.slice(room);
    const restFrom = cut.length === 0 ? at : start[cut[0]];
    const children = byScore.slice(0, room).map((place) => {
      const first = start[place];
      return this.#add(
        node,
        frames[place],
        lines[place],
        first,
        first + counts[place],
        scores[place],
      );
    });
    for (let k = 0; k < kept; k++) order[start[buffer[k * 2 + 1]]++] = buffer[k * 2];
    if (cut.length > 0) {
      const other = this.#other(node);
      for (let i = restFrom; i < at; i++) this.#addOwn(other, order[i]);
      this.stacks.data[other] = at - restFrom;
    }
    const isChain = children.length === 1 && cut.length === 0 && kept === to - from;
    if (isChain && this.parent.length < this.#mostNodes) {
      return children[0];
    }
    for (const child of children) this.#heap.push(child);
    return undefined;
  }

  #other(node: number): number {
    this.isWhole = false;
    return this.#add(node, OTHER_FRAME, 0, 0, 0, 0);
  }

  /** A node that stays shut: what ends in it is its own, the rest one "other". */
  #close(node: number): void {
    const from = this.#from.data[node];
    const to = this.#to.data[node];
    let other = -1;
    for (let i = from; i < to; i++) {
      const row = this.#order[i];
      if (this.#cursors.next(row) === END) {
        this.#addOwn(node, row);
        continue;
      }
      if (other < 0) other = this.#other(node);
      this.#addOwn(other, row);
      this.stacks.data[other] += 1;
    }
  }
}

export function callTree(
  profile: Profile,
  amounts: StackAmounts,
  frames: Frames,
  options: CallTreeOptions,
): BuiltTree {
  const built = new TreeBuilder(profile, amounts, frames, options);
  built.build();
  const parent = built.parent.finish();
  const order = preorder(parent);
  const length = parent.length;
  const at = new Int32Array(length);
  for (let i = 0; i < length; i++) at[order[i]] = i;
  const column = (of: Int32Array): Int32Array => order.map((node) => of[node]);
  return {
    length,
    parent: order.map((node) => (parent[node] < 0 ? -1 : at[parent[node]])),
    frame: column(built.frame.data),
    line: column(built.line.data),
    stacks: column(built.stacks.data),
    ownRow: column(built.ownRow.data),
    own: built.own.finish(),
    isWhole: built.isWhole,
    ended: built.ended.map((node) => at[node]),
  };
}

/** Nodes in preorder; children in the order in which they were made, which is by weight. */
function preorder(parent: Int32Array): Int32Array {
  const n = parent.length;
  const size = new Int32Array(n).fill(1);
  for (let i = n - 1; i > 0; i--) size[parent[i]] += size[i];
  const place = new Int32Array(n);
  const next = new Int32Array(n);
  if (n > 0) next[0] = 1;
  for (let i = 1; i < n; i++) {
    place[i] = next[parent[i]];
    next[parent[i]] += size[i];
    next[i] = place[i] + 1;
  }
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[place[i]] = i;
  return order;
}
