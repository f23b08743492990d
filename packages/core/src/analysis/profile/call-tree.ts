// The call tree of a profile, from its callers down or from its leaves up, as many nodes as asked for:
// the heaviest ones, with everything else in exact "other" nodes.
//
// Best first: a node holds the stacks that pass through it; the heaviest node that is not opened yet is
// opened by sorting them by their next frame. So what is never opened costs nothing, and a profile of a
// million samples gives its first 100 000 nodes without looking at most of its frames. Heaviest = the
// shares of all sample types added up, so that one tree serves all types. Nothing is lost: each stack ends
// in exactly one node's own row, a frame's or an "other"'s.
//
// Near the root many stacks are alike. So they are read eight locations at a time, those that read the
// same become one bundle, and a node sorts bundles; only after eight locations are a bundle's stacks looked
// at one by one again.
//
// Cost: a cache miss for each stack of an opened node in eight levels, and a small step for each bundle of
// each opened node (1 M samples, 60 000 nodes: 1.6 M steps where stacks one by one are 7.7 M).

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import type { Frames } from "./frames.ts";
import type { Profile } from "./profile.ts";
import { StackReader, WINDOW } from "./stack-reader.ts";
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

/** Frames and lines as the tree reads them, in the direction in which it reads. */
interface Reading {
  /** Of location i its frames: pairs of frame and line in `frames`, first[i] to first[i + 1] pairs. */
  readonly first: Int32Array;
  readonly frames: Int32Array;
}

function readingOf({ locations }: Profile, frames: Frames, isInverted: boolean): Reading {
  const { length, isHidden, lineStart, lineEnd, lineNumber } = locations;
  const first = new Int32Array(length + 1);
  const pairs = new GrowingInt32(length * 2 + 2);
  for (let i = 0; i < length; i++) {
    first[i] = pairs.length / 2;
    if (isHidden !== undefined && isHidden[i] === 1) continue;
    const from = lineStart[i];
    const to = lineEnd[i];
    if (from === to) {
      pairs.push(frames.ofBare[i]);
      pairs.push(0);
    }
    for (let k = from; k < to; k++) {
      const line = isInverted ? k : to - 1 - (k - from);
      pairs.push(frames.ofLine[line]);
      pairs.push(lineNumber[line]);
    }
  }
  first[length] = pairs.length / 2;
  return { first, frames: pairs.finish() };
}

/** Bundles are records of six numbers, which move when they are sorted. */
const RECORD = 6;
/** A row of the bundle: its window is that of all. */
const ROW = 0;
/** The next location in the window, and how many there are; fewer than WINDOW: then the stacks are over. */
const NEXT = 1;
const COUNT = 2;
/** Frames of the next location that were given already. */
const GIVEN = 3;
/** The rows of the bundle: order[FROM] … order[TO − 1]. */
const FROM = 4;
const TO = 5;

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

interface Child {
  readonly place: number;
  readonly frame: number;
  line: number;
  stacks: number;
  bundles: number;
  score: number;
  /** Where its next bundle goes, −1: into an "other". */
  at: number;
}

class TreeBuilder {
  readonly #amounts: StackAmounts;
  readonly #reader: StackReader;
  readonly #reading: Reading;
  readonly #weight: Float64Array;
  readonly #mostNodes: number;
  readonly parent = new GrowingInt32(1024);
  readonly frame = new GrowingInt32(1024);
  readonly line = new GrowingInt32(1024);
  readonly stacks = new GrowingInt32(1024);
  readonly ownRow = new GrowingInt32(1024);
  readonly own = new GrowingFloat64(1024);
  readonly score = new GrowingFloat64(1024);
  /**
   * Of node n, until it is opened: from[n] is the place of its first bundle; there is room for as many as
   * it has stacks.
   */
  readonly #from = new GrowingInt32(1024);
  readonly #bundles = new GrowingInt32(1024);
  readonly #records: Int32Array;
  readonly #weights: Float64Array;
  /** Rows, those of a bundle side by side. */
  readonly #order: Int32Array;
  /** Bundles of the node that is being opened, and the place among its siblings of each one's next frame. */
  readonly #moved = new GrowingInt32(1024);
  readonly #movedWeights = new GrowingFloat64(256);
  readonly #movedPlace = new GrowingInt32(256);
  readonly #heap: Heap;
  /** Per frame: the opening that met it last, and its place there. */
  readonly #seen: Int32Array;
  readonly #place: Int32Array;
  #openings = 0;
  /** Of the node that is being opened: its children so far. */
  #children: Child[] = [];
  /** Node in which each row ends. */
  readonly ended: Int32Array;
  isWhole = true;

  constructor(profile: Profile, amounts: StackAmounts, frames: Frames, options: CallTreeOptions) {
    this.#amounts = amounts;
    this.#reading = readingOf(profile, frames, options.isInverted);
    this.#weight = rowWeights(amounts);
    this.#mostNodes = options.mostNodes;
    const rows = amounts.stack.length;
    this.#order = new Int32Array(rows);
    for (let row = 0; row < rows; row++) this.#order[row] = row;
    this.#reader = new StackReader(
      profile,
      amounts.stack,
      this.#order,
      this.#reading,
      options.isInverted,
    );
    this.#records = new Int32Array(rows * RECORD);
    this.#weights = new Float64Array(rows);
    this.ended = new Int32Array(rows);
    this.#seen = new Int32Array(frames.length);
    this.#place = new Int32Array(frames.length);
    this.#heap = new Heap(this.score);
    const root = this.#add(-1, ROOT_FRAME, 0, 0, 1, 1);
    if (rows === 0) return;
    // One bundle of which nothing is read yet.
    this.#records.set([0, WINDOW, WINDOW, 0, 0, rows]);
    this.#heap.push(root);
  }

  #add(
    parent: number,
    frame: number,
    line: number,
    from: number,
    bundles: number,
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
    this.#bundles.push(bundles);
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
    const end = from + this.#bundles.data[node];
    const records = this.#records;
    const reader = this.#reader;
    this.#openings += 1;
    this.#children = [];
    this.#moved.length = 0;
    this.#movedWeights.length = 0;
    this.#movedPlace.length = 0;
    let hasEnd = false;
    for (let i = from; i < end; i++) {
      const record = i * RECORD;
      const first = records[record + FROM];
      const last = records[record + TO];
      if (records[record + NEXT] < records[record + COUNT]) {
        this.#take(
          records[record + ROW],
          records[record + NEXT],
          records[record + COUNT],
          records[record + GIVEN],
          first,
          last,
          this.#weights[i],
        );
        continue;
      }
      const groups = reader.split(first, last, records[record + COUNT]);
      for (let g = 0; g < groups; g++) {
        const to = reader.groupEnd(g);
        const start = g === 0 ? first : reader.groupEnd(g - 1);
        const row = this.#order[start];
        const count = reader.count(row);
        if (count === 0) {
          hasEnd = true;
          for (let k = start; k < to; k++) this.#addOwn(node, this.#order[k]);
          continue;
        }
        let weight = 0;
        for (let k = start; k < to; k++) weight += this.#weight[this.#order[k]];
        this.#take(row, 0, count, 0, start, to, weight);
      }
    }
    return this.#sort(node, from, hasEnd);
  }

  /** Moves a bundle on by one frame, to the child of that frame. */
  #take(
    row: number,
    next: number,
    count: number,
    given: number,
    from: number,
    to: number,
    weight: number,
  ): void {
    const { first, frames } = this.#reading;
    const location = this.#reader.location(row, next);
    const pair = first[location] + given;
    const isLast = pair + 1 === first[location + 1];
    const frame = frames[pair * 2];
    const line = frames[pair * 2 + 1];
    let place = this.#place[frame];
    if (this.#seen[frame] !== this.#openings) {
      place = this.#children.length;
      this.#seen[frame] = this.#openings;
      this.#place[frame] = place;
      this.#children.push({ place, frame, line, stacks: 0, bundles: 0, score: 0, at: 0 });
    }
    const child = this.#children[place];
    if (child.line !== line) child.line = 0;
    child.stacks += to - from;
    child.bundles += 1;
    child.score += weight;
    const moved = this.#moved;
    moved.push(row);
    moved.push(isLast ? next + 1 : next);
    moved.push(count);
    moved.push(isLast ? 0 : given + 1);
    moved.push(from);
    moved.push(to);
    this.#movedWeights.push(weight);
    this.#movedPlace.push(place);
  }

  /** Puts the bundles of each child together, the heaviest first. */
  #sort(node: number, from: number, hasEnd: boolean): number | undefined {
    const children = this.#children;
    if (children.length === 0) return undefined;
    const sorted = children.toSorted((a, b) => b.score - a.score || a.place - b.place);
    // All or the heaviest: at least one, so that no opened node is left with nothing but an "other".
    const room = Math.max(1, this.#mostNodes - this.parent.length);
    let at = from;
    for (const child of sorted) {
      child.at = at;
      at += child.stacks;
    }
    const shown = sorted.slice(0, room).map((child) => {
      const { frame, line, bundles, score } = child;
      return this.#add(node, frame, line, child.at, bundles, score);
    });
    const cut = sorted.slice(room);
    const other = cut.length === 0 ? -1 : this.#other(node);
    for (const child of cut) child.at = -1;
    const moved = this.#moved.data;
    for (let k = 0; k < this.#movedPlace.length; k++) {
      const child = children[this.#movedPlace.data[k]];
      const source = k * RECORD;
      if (child.at < 0) {
        this.#addAll(other, moved[source + FROM], moved[source + TO]);
        continue;
      }
      const target = child.at * RECORD;
      for (let f = 0; f < RECORD; f++) this.#records[target + f] = moved[source + f];
      this.#weights[child.at] = this.#movedWeights.data[k];
      child.at += 1;
    }
    const isChain = shown.length === 1 && cut.length === 0 && !hasEnd;
    if (isChain && this.parent.length < this.#mostNodes) return shown[0];
    for (const child of shown) this.#heap.push(child);
    return undefined;
  }

  /** Rows that an "other" holds. */
  #addAll(other: number, from: number, to: number): void {
    for (let k = from; k < to; k++) this.#addOwn(other, this.#order[k]);
    this.stacks.data[other] += to - from;
  }

  #other(node: number): number {
    this.isWhole = false;
    return this.#add(node, OTHER_FRAME, 0, 0, 0, 0);
  }

  /** A node that stays shut: what ends in it is its own, the rest one "other". */
  #close(node: number): void {
    const from = this.#from.data[node];
    const end = from + this.#bundles.data[node];
    let other = -1;
    for (let i = from; i < end; i++) {
      const record = i * RECORD;
      const isRead = this.#records[record + NEXT] === this.#records[record + COUNT];
      for (let k = this.#records[record + FROM]; k < this.#records[record + TO]; k++) {
        const row = this.#order[k];
        if (isRead && this.#reader.isOver(row)) {
          this.#addOwn(node, row);
          continue;
        }
        if (other < 0) other = this.#other(node);
        this.#addAll(other, k, k + 1);
      }
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
