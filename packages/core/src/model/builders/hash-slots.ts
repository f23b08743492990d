// The shared part of the interners: an open-addressing table from hash to entry number. Entries are
// numbered in the order of insertion, so results never depend on the seed; the seed is random so
// that an input cannot be made in advance whose rows all fall into one chain.

import { GrowingInt32 } from "./growing.ts";

const FIRST_SLOTS = 256;
/** What is expected is no more than a hint. */
const MOST_FIRST_SLOTS = 2 ** 24;

export class HashSlots {
  readonly seed = Math.trunc(Math.random() * 0x7fffffff);
  /** Entry number + 1; 0 is free. The length is a power of two. */
  slots: Int32Array;
  mask: number;
  /** Hash of each entry: compared before the entry itself, and reused when the table grows. */
  readonly hashes: GrowingInt32;

  /** Room for `expected` entries before the table has to grow. */
  constructor(expected = 0) {
    let length = FIRST_SLOTS;
    while (length < expected * 2 && length < MOST_FIRST_SLOTS) length *= 2;
    this.slots = new Int32Array(length);
    this.mask = length - 1;
    this.hashes = new GrowingInt32(Math.min(expected, MOST_FIRST_SLOTS) || undefined);
  }

  /** `slot` is the free slot at which the search for `hash` ended. */
  add(hash: number, slot: number): number {
    const entry = this.hashes.length;
    this.hashes.push(hash);
    this.slots[slot] = entry + 1;
    if (this.hashes.length * 2 > this.slots.length) this.#grow();
    return entry;
  }

  #grow(): void {
    const slots = new Int32Array(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.hashes.length; entry++) {
      let slot = this.hashes.data[entry] & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    this.slots = slots;
    this.mask = mask;
  }
}

/** Spreads all 32 bits over the low ones that pick the slot. */
export function scramble(hash: number): number {
  let h = hash;
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 16);
}
