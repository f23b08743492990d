// Stacks read side by side, a few locations of each at a time, and told apart by what was read. To read
// one location of each in turn would be a cache miss for each location, in the largest column of a profile.

import { GrowingInt32 } from "../../model/builders/growing.ts";
import type { Profile } from "./profile.ts";

/** Locations that are read at once. */
export const WINDOW = 8;

export class StackReader {
  readonly #location: Int32Array;
  /** Which locations have a frame: the first of each location's frames. */
  readonly #first: Int32Array;
  /** Way to the next location: 1 from the leaf, −1 from the root. */
  readonly #step: number;
  /** By row the next location, and the one at which the stack is over. */
  readonly #at: Int32Array;
  readonly #stop: Int32Array;
  /** By row what was read last. */
  readonly #window: Int32Array;
  readonly #count: Uint8Array;
  readonly #order: Int32Array;
  /** Of a split: hashes to groups, valid where the stamp is that of the split. */
  readonly #slots: Int32Array;
  readonly #stamps: Int32Array;
  #splits = 0;
  readonly #groupOf: Int32Array;
  readonly #rows: Int32Array;
  /** By group its first row and the end of its rows in `order`. */
  readonly #groupRow = new GrowingInt32(256);
  readonly #groupEnds = new GrowingInt32(256);

  /** @param order rows as they are sorted: `split` puts those of a group side by side */
  constructor(
    { stacks: { from, to, location } }: Profile,
    stack: Int32Array,
    order: Int32Array,
    reading: { readonly first: Int32Array },
    isInverted: boolean,
  ) {
    const rows = stack.length;
    this.#location = location;
    this.#first = reading.first;
    this.#step = isInverted ? 1 : -1;
    this.#at = stack.map((s) => (isInverted ? from[s] : to[s] - 1));
    this.#stop = stack.map((s) => (isInverted ? to[s] : from[s] - 1));
    this.#window = new Int32Array(rows * WINDOW);
    this.#count = new Uint8Array(rows);
    this.#order = order;
    let slots = 16;
    while (slots < rows * 2) slots *= 2;
    this.#slots = new Int32Array(slots);
    this.#stamps = new Int32Array(slots);
    this.#groupOf = new Int32Array(rows);
    this.#rows = new Int32Array(rows);
  }

  /** Locations of `row` that were read last. */
  count(row: number): number {
    return this.#count[row];
  }

  location(row: number, index: number): number {
    return this.#window[row * WINDOW + index];
  }

  groupEnd(group: number): number {
    return this.#groupEnds.data[group];
  }

  /** Whether nothing is left of a row whose window is used up. */
  isOver(row: number): boolean {
    return this.#read(row) === 0;
  }

  #read(row: number): number {
    const location = this.#location;
    const first = this.#first;
    const window = this.#window;
    const step = this.#step;
    const stop = this.#stop[row];
    let at = this.#at[row];
    let count = 0;
    for (; count < WINDOW && at !== stop; at += step) {
      const l = location[at];
      window[row * WINDOW + count] = l;
      // Locations without a frame are passed over.
      if (first[l] < first[l + 1]) count += 1;
    }
    this.#at[row] = at;
    this.#count[row] = count;
    return count;
  }

  #isSame(a: number, b: number): boolean {
    const count = this.#count[a];
    if (count !== this.#count[b]) return false;
    const window = this.#window;
    for (let i = 0; i < count; i++) {
      if (window[a * WINDOW + i] !== window[b * WINDOW + i]) return false;
    }
    return true;
  }

  /** The slot of the group of `row`, or the free one where it goes. */
  #slotOf(row: number, mask: number): number {
    let hash = this.#count[row];
    for (let i = row * WINDOW; i < row * WINDOW + this.#count[row]; i++) {
      hash = Math.imul(hash ^ this.#window[i], 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    let slot = hash & mask;
    while (this.#stamps[slot] === this.#splits) {
      if (this.#isSame(this.#groupRow.data[this.#slots[slot]], row)) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /**
   * Reads on in the rows order[from] … order[to − 1], which were alike and of which `count` locations were
   * read, and puts those that read the same side by side. Returns how many groups there are.
   */
  split(from: number, to: number, count: number): number {
    this.#groupRow.length = 0;
    this.#groupEnds.length = 0;
    const order = this.#order;
    if (to - from === 1 || count < WINDOW) {
      if (count < WINDOW) for (let k = from; k < to; k++) this.#count[order[k]] = 0;
      else this.#read(order[from]);
      this.#groupEnds.push(to);
      return 1;
    }
    this.#splits += 1;
    let mask = 15;
    while (mask < (to - from) * 2 - 1) mask = mask * 2 + 1;
    for (let k = from; k < to; k++) {
      const row = order[k];
      this.#read(row);
      const slot = this.#slotOf(row, mask);
      if (this.#stamps[slot] !== this.#splits) {
        this.#stamps[slot] = this.#splits;
        this.#slots[slot] = this.#groupRow.length;
        this.#groupRow.push(row);
        this.#groupEnds.push(0);
      }
      const group = this.#slots[slot];
      this.#groupOf[k] = group;
      this.#rows[k] = row;
      this.#groupEnds.data[group] += 1;
    }
    const groups = this.#groupEnds.length;
    const ends = this.#groupEnds.data;
    // Sizes become beginnings, and those ends as each group's rows are put there.
    for (let g = 0, at = from; g < groups; g++) {
      const size = ends[g];
      ends[g] = at;
      at += size;
    }
    for (let k = from; k < to; k++) order[ends[this.#groupOf[k]]++] = this.#rows[k];
    return groups;
  }
}
