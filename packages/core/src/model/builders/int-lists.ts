// Interned lists of 32-bit integers as one flat column: stacks (lists of locations), functions and
// locations (fixed fields). List i is data [start[i], start[i+1]).

import { GrowingInt32 } from "./growing.ts";
import { HashSlots, scramble } from "./hash-slots.ts";

export class IntLists {
  readonly data: GrowingInt32;
  readonly start: GrowingInt32;
  readonly #slots: HashSlots;

  /** About how many lists will come, and of how many numbers in all. */
  constructor(lists = 63, numbers = 256) {
    this.data = new GrowingInt32(numbers);
    this.start = new GrowingInt32(lists + 1);
    this.#slots = new HashSlots(lists);
    this.start.push(0);
  }

  get length(): number {
    return this.start.length - 1;
  }

  intern(source: Int32Array, from: number, to: number): number {
    const table = this.#slots;
    let hash = table.seed;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ source[i], 0x5bd1e995) ^ (hash >>> 15);
    hash = scramble(hash ^ (to - from));
    let slot = hash & table.mask;
    for (;;) {
      const entry = table.slots[slot] - 1;
      if (entry < 0) break;
      if (table.hashes.data[entry] === hash && this.#equals(entry, source, from, to)) return entry;
      slot = (slot + 1) & table.mask;
    }
    this.data.append(source, from, to);
    this.start.push(this.data.length);
    return table.add(hash, slot);
  }

  #equals(entry: number, source: Int32Array, from: number, to: number): boolean {
    const start = this.start.data[entry];
    const length = this.start.data[entry + 1] - start;
    if (length !== to - from) return false;
    const data = this.data.data;
    for (let i = 0; i < length; i++) if (data[start + i] !== source[from + i]) return false;
    return true;
  }
}
