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

export interface CallTreeOptions {
  /** Leaves at the root, callers below. */
  readonly isInverted: boolean;
  /** Nodes besides "other" ones, of which each node can have one. */
  readonly mostNodes: number;
}

const END = -1;

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

/**
 * Where the reading of each stack has come to, as records that move when stacks are sorted: so a node's
 * stacks are read one behind the other in memory.
 */
const RECORD = 4;
const ROW = 0;
/** The next location, and the one at which the stack is over. */
const AT = 1;
const STOP = 2;
/** Frames of the location that were given already. */
const GIVEN = 3;

/**
 * Locations of a stack that are kept at hand, by its row: eight that lie together. Stacks are read all a
 * step at a time, so each step would be a cache miss in the largest column of the profile (100 ns); so
 * it is one in eight.
 */
const WINDOW = 8;

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
  readonly #location: Int32Array;
  /** Of each row the locations from a multiple of WINDOW on, among them the next one. */
  readonly #window: Int32Array;
  readonly #reading: Reading;
  /** Way to the next location: 1 from the leaf, −1 from the root. */
  readonly #step: number;
  /** The place in a window that is read first. */
  readonly #entry: number;
  readonly #weight: Float64Array;
  readonly #mostNodes: number;
  readonly parent = new GrowingInt32(1024);
  readonly frame = new GrowingInt32(1024);
  readonly line = new GrowingInt32(1024);
  readonly stacks = new GrowingInt32(1024);
  readonly ownRow = new GrowingInt32(1024);
  readonly own = new GrowingFloat64(1024);
  readonly score = new GrowingFloat64(1024);
  /** Stacks of node n, until it is opened: records from[n] to to[n] − 1. */
  readonly #from = new GrowingInt32(1024);
  readonly #to = new GrowingInt32(1024);
  readonly #records: Int32Array;
  /** Records that are being sorted, and the place among its siblings of each one's frame. */
  readonly #moved: Int32Array;
  readonly #placeOf: Int32Array;
  readonly #heap: Heap;
  /** Per frame: the opening that met it last, and its place there. */
  readonly #seen: Int32Array;
  readonly #place: Int32Array;
  #openings = 0;
  isWhole = true;

  constructor(profile: Profile, amounts: StackAmounts, frames: Frames, options: CallTreeOptions) {
    const { isInverted } = options;
    const { from, to, location } = profile.stacks;
    this.#amounts = amounts;
    this.#location = location;
    this.#reading = readingOf(profile, frames, isInverted);
    this.#step = isInverted ? 1 : -1;
    this.#entry = isInverted ? 0 : WINDOW - 1;
    this.#weight = rowWeights(amounts);
    this.#mostNodes = options.mostNodes;
    const rows = amounts.stack.length;
    this.#records = new Int32Array(rows * RECORD);
    this.#window = new Int32Array(rows * WINDOW);
    for (let row = 0; row < rows; row++) {
      const s = amounts.stack[row];
      this.#records[row * RECORD + ROW] = row;
      this.#records[row * RECORD + AT] = isInverted ? from[s] : to[s] - 1;
      this.#records[row * RECORD + STOP] = isInverted ? to[s] : from[s] - 1;
      if (from[s] < to[s]) this.#fill(row, this.#records[row * RECORD + AT]);
    }
    this.#moved = new Int32Array(rows * RECORD);
    this.#placeOf = new Int32Array(rows);
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

  #fill(row: number, at: number): void {
    const window = this.#window;
    const location = this.#location;
    const first = at - (at % WINDOW);
    const end = Math.min(first + WINDOW, location.length);
    for (let i = first, to = row * WINDOW; i < end; i++, to++) window[to] = location[i];
  }

  /**
   * The pair in `#reading` of the next frame of a record, which moves on; −1 when the stack is over.
   */
  #next(record: number): number {
    const records = this.#records;
    const { first } = this.#reading;
    const row = records[record + ROW];
    const stop = records[record + STOP];
    let at = records[record + AT];
    let given = records[record + GIVEN];
    while (at !== stop) {
      const location = this.#window[row * WINDOW + (at % WINDOW)];
      const pair = first[location] + given;
      const rest = first[location + 1] - pair;
      if (rest > 1) {
        records[record + AT] = at;
        records[record + GIVEN] = given + 1;
        return pair;
      }
      at += this.#step;
      given = 0;
      if (at % WINDOW === this.#entry && at !== stop) this.#fill(row, at);
      if (rest === 1) {
        records[record + AT] = at;
        records[record + GIVEN] = 0;
        return pair;
      }
    }
    records[record + AT] = at;
    return END;
  }

  /** Sorts a node's stacks by their next frame. Returns its child when it has just one and no end. */
  #open(node: number): number | undefined {
    const from = this.#from.data[node];
    const to = this.#to.data[node];
    const records = this.#records;
    const moved = this.#moved;
    const weight = this.#weight;
    const seen = this.#seen;
    const placeOf = this.#place;
    const pairs = this.#reading.frames;
    const opening = ++this.#openings;
    const frames: number[] = [];
    const lines: number[] = [];
    const counts: number[] = [];
    const scores: number[] = [];
    let kept = 0;
    for (let i = from; i < to; i++) {
      const record = i * RECORD;
      const row = records[record + ROW];
      const pair = this.#next(record);
      if (pair === END) {
        this.#addOwn(node, row);
        continue;
      }
      const frame = pairs[pair * 2];
      const line = pairs[pair * 2 + 1];
      let place: number;
      if (seen[frame] === opening) {
        place = placeOf[frame];
        if (lines[place] !== line) lines[place] = 0;
        counts[place] += 1;
        scores[place] += weight[row];
      } else {
        place = frames.length;
        seen[frame] = opening;
        placeOf[frame] = place;
        frames.push(frame);
        lines.push(line);
        counts.push(1);
        scores.push(weight[row]);
      }
      const free = kept * RECORD;
      moved[free + ROW] = row;
      moved[free + AT] = records[record + AT];
      moved[free + STOP] = records[record + STOP];
      moved[free + GIVEN] = records[record + GIVEN];
      this.#placeOf[kept] = place;
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
    // One child that all stacks lead to: they are in order as they are.
    if (frames.length > 1 || kept < to - from) {
      for (let k = 0; k < kept; k++) {
        const record = start[this.#placeOf[k]]++ * RECORD;
        const sorted = k * RECORD;
        records[record + ROW] = moved[sorted + ROW];
        records[record + AT] = moved[sorted + AT];
        records[record + STOP] = moved[sorted + STOP];
        records[record + GIVEN] = moved[sorted + GIVEN];
      }
    }
    if (cut.length > 0) {
      const other = this.#other(node);
      for (let i = restFrom; i < at; i++) this.#addOwn(other, records[i * RECORD + ROW]);
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
      const row = this.#records[i * RECORD + ROW];
      if (this.#next(i * RECORD) === END) {
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
): CallTree {
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
