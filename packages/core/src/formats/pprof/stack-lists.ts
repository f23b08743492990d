// Lists of location ids, interned as the bytes that they are in the file: equal bytes have equal numbers,
// and only the distinct lists are ever decoded.

import { GrowingInt32 } from "../../model/builders/growing.ts";
import { HashSlots, scramble } from "../../model/builders/hash-slots.ts";
import type { StackColumns } from "../../model/tables/stacks.ts";
import type { IdIndex } from "./ids.ts";
import { MOST_STACK_BYTES, tooMany } from "./limits.ts";

/** Lists found last; a power of two. */
const RECENT = 1024;

export interface LocationRows {
  readonly locationIds: IdIndex;
  /** Row of each location of the file, −1 when it is unusable. */
  readonly locationRow: Int32Array;
}

export class StackLists {
  #bytes: Uint8Array = new Uint8Array(0);
  /** The same bytes, for reading four at once wherever they begin. */
  #view: DataView = new DataView(new ArrayBuffer(0));
  readonly #slots = new HashSlots();
  /** Entry + 1 of a list by a few of its bytes; 0: none yet. */
  readonly #recent = new Int32Array(RECENT);
  readonly #from = new GrowingInt32(1024);
  readonly #to = new GrowingInt32(1024);

  /** The bytes of the file from now on: what was there is still there. */
  use(bytes: Uint8Array): void {
    if (this.#bytes === bytes) return;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Number of the list of ids [from, to): the same bytes have the same number. */
  intern(from: number, to: number): number {
    // The buckets of a stack lie near each other, so most lists are found here without hashing them
    // whole and without a look into the large table.
    const recent = this.#recent;
    const key = this.#recentKey(from, to);
    const candidate = recent[key] - 1;
    if (candidate >= 0 && this.#equals(candidate, from, to)) return candidate;
    const entry = this.#internWhole(from, to);
    recent[key] = entry + 1;
    return entry;
  }

  #recentKey(from: number, to: number): number {
    const length = to - from;
    if (length < 8) return length;
    const view = this.#view;
    const near = view.getInt32(from, true) ^ view.getInt32(from + 4, true);
    const far = view.getInt32(from + ((length >> 1) & ~3), true);
    return scramble(near ^ Math.imul(far, 0x9e3779b1) ^ length) & (RECENT - 1);
  }

  #internWhole(from: number, to: number): number {
    const bytes = this.#bytes;
    const table = this.#slots;
    const view = this.#view;
    // Two halves that do not wait for each other.
    let hash = table.seed ^ (to - from);
    let other = ~hash;
    let i = from;
    for (; i + 8 <= to; i += 8) {
      hash = Math.imul(hash ^ view.getInt32(i, true), 0x5bd1e995);
      other = Math.imul(other ^ view.getInt32(i + 4, true), 0x1b873593);
      hash ^= hash >>> 15;
      other ^= other >>> 13;
    }
    for (; i < to; i++) hash = Math.imul(hash ^ bytes[i], 0x01000193);
    hash = scramble(hash ^ Math.imul(other, 0x85ebca77));
    let slot = hash & table.mask;
    for (;;) {
      const entry = table.slots[slot] - 1;
      if (entry < 0) break;
      if (table.hashes.data[entry] === hash && this.#equals(entry, from, to)) return entry;
      slot = (slot + 1) & table.mask;
    }
    this.#from.push(from);
    this.#to.push(to);
    return table.add(hash, slot);
  }

  #equals(entry: number, from: number, to: number): boolean {
    const bytes = this.#bytes;
    let at = this.#from.data[entry];
    if (this.#to.data[entry] - at !== to - from) return false;
    const view = this.#view;
    let i = from;
    for (; i + 4 <= to; i += 4) {
      if (view.getInt32(i, true) !== view.getInt32(at, true)) return false;
      at += 4;
    }
    for (; i < to; i++) if (bytes[i] !== bytes[at++]) return false;
    return true;
  }

  /** The lists as rows of locations; undefined where one does not resolve or could be written otherwise. */
  rows(bytes: Uint8Array, to: LocationRows): StackColumns | undefined {
    const count = this.#from.length;
    const start = new Int32Array(count + 1);
    const from = this.#from.data;
    const end = this.#to.data;
    let listBytes = 0;
    for (let s = 0; s < count; s++) listBytes += end[s] - from[s];
    if (listBytes > MOST_STACK_BYTES) throw tooMany("bytes of stacks", MOST_STACK_BYTES);
    const rowOfId = denseRows(to);
    const rows = rowOfId.length;
    // A frame takes a byte at least. What of this is not filled is never touched, so it takes no memory.
    const location = new Int32Array(listBytes);
    let at = 0;
    for (let s = 0; s < count; s++) {
      const stop = end[s];
      let i = from[s];
      while (i < stop) {
        // The last byte of a list ends a varint, so none reaches beyond its list.
        let id = bytes[i++];
        if (id >= 0x80) {
          let byte = bytes[i++];
          id = (id & 127) | ((byte & 127) << 7);
          if (byte >= 0x80) {
            byte = bytes[i++];
            id |= (byte & 127) << 14;
            if (byte >= 0x80) {
              byte = bytes[i++];
              id |= byte << 21;
              // Beyond 28 bits.
              if (byte >= 0x80) return undefined;
            }
          }
          // Padded with zeros: two lists of bytes could be one list of ids.
          if (byte === 0) return undefined;
        }
        if (id >= rows) return undefined;
        const row = rowOfId[id];
        if (row < 0) return undefined;
        location[at++] = row;
      }
      start[s + 1] = at;
    }
    return { length: count, start, location: location.subarray(0, at) };
  }
}

/** Ids to rows as one array, as far as ids are dense. */
function denseRows({ locationIds, locationRow }: LocationRows): Int32Array {
  const { dense } = locationIds;
  const rows = new Int32Array(dense.length);
  for (let id = 0; id < rows.length; id++) rows[id] = dense[id] < 0 ? -1 : locationRow[dense[id]];
  return rows;
}
