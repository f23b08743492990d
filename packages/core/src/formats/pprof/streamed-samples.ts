// Samples read while the rest of the file is still being decompressed. Names and locations may come
// after them, so a sample is kept as numbers of the file: its stack by the bytes of its list of
// location ids, and each distinct list once. Lists repeat (several sizes a stack, several types of
// goroutines), and comparing bytes costs a fraction of decoding them.
//
// Only the form that every known writer uses is taken: packed ids, then packed values, then labels, all
// within 53 bits. At the first sample of another form `isUsable` turns false, and the file is read by
// samples.ts from its kept bytes, which also reports what is damaged.

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { HashSlots, scramble } from "../../model/builders/hash-slots.ts";
import { LabelsBuilder } from "../../model/builders/labels.ts";
import type { LabelColumns } from "../../model/tables/profile.ts";
import type { IdIndex } from "./ids.ts";
import { MOST_LABELS, MOST_SAMPLES, MOST_STACK_BYTES, tooMany } from "./limits.ts";
import type { SampleColumns } from "./samples.ts";

const SAMPLE_TAG = 0x12;
const LOCATIONS_TAG = 0x0a;
const VALUES_TAG = 0x12;
const LABEL_TAG = 0x1a;
const TWO_32 = 0x1_0000_0000;
/** Lists found last; a power of two. */
const RECENT = 1024;

export interface Resolved {
  readonly types: number;
  readonly locationIds: IdIndex;
  /** Row of each location of the file, −1 when it is unusable. */
  readonly locationRow: Int32Array;
  readonly resolve: (index: number) => number;
}

export class StreamedSamples {
  isUsable = true;
  /** Where samples follow each other without another field between, and how many: taken already. */
  readonly runFrom = new GrowingInt32(256);
  readonly runTo = new GrowingInt32(256);
  readonly runSamples = new GrowingInt32(256);
  #bytes: Uint8Array = new Uint8Array(0);
  /** The same bytes, for reading four at once wherever they begin. */
  #view: DataView = new DataView(new ArrayBuffer(0));
  /** Where the next field begins; may lie behind what has arrived. */
  #at = 0;
  /** Values of each sample; −1 before the first. */
  #types = -1;
  #rows = 0;
  #negativeRows = 0;
  readonly #values: GrowingFloat64[] = [];
  readonly #rowStack = new GrowingInt32(1024);
  readonly #slots = new HashSlots();
  /** Entry + 1 of a list by a few of its bytes; 0: none yet. */
  readonly #recent = new Int32Array(RECENT);
  readonly #stackFrom = new GrowingInt32(1024);
  readonly #stackTo = new GrowingInt32(1024);
  readonly #labels = new LabelsBuilder();
  /** Position behind the varint read last, −1 after one that does not fit. */
  #next = 0;

  /** Takes what is new in the first `length` bytes of the file. */
  advance(bytes: Uint8Array, length: number): void {
    if (!this.isUsable) return;
    if (this.#bytes !== bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    let at = this.#at;
    while (at < length) {
      const tag = bytes[at];
      const type = tag & 7;
      if (tag < 8 || tag >= 0x80 || (type !== 0 && type !== 2)) {
        this.isUsable = false;
        return;
      }
      // Ten bytes hold any varint, so with that many the number is whole.
      if (length - at < 11 && !this.#hasVarint(at + 1, length)) break;
      if (type === 0) {
        // Not a sample's; a time may well be beyond 53 bits.
        at += 1;
        while (bytes[at] >= 0x80) at += 1;
        at += 1;
        continue;
      }
      const value = this.#varint(at + 1);
      if (this.#next < 0) {
        this.isUsable = false;
        return;
      }
      const end = this.#next + value;
      if (value < 0 || end > 0x7fff_ffff) {
        this.isUsable = false;
        return;
      }
      if (tag === SAMPLE_TAG) {
        if (end > length) break;
        if (!this.#sample(this.#next, end)) {
          this.isUsable = false;
          return;
        }
        this.#addToRun(at, end);
      }
      at = end;
    }
    this.#at = at;
  }

  #addToRun(from: number, to: number): void {
    const last = this.runTo.length - 1;
    if (last >= 0 && this.runTo.data[last] === from) {
      this.runTo.data[last] = to;
      this.runSamples.data[last] += 1;
    } else {
      this.runFrom.push(from);
      this.runTo.push(to);
      this.runSamples.push(1);
    }
  }

  #hasVarint(from: number, length: number): boolean {
    for (let i = from; i < length; i++) if (this.#bytes[i] < 0x80) return true;
    return false;
  }

  /** The varint at `at`, signed; −1 in `#next` when it has more than 53 bits or no end. */
  #varint(at: number): number {
    const bytes = this.#bytes;
    let byte = bytes[at];
    if (byte < 0x80) {
      this.#next = at + 1;
      return byte;
    }
    let low = byte & 127;
    let high = 0;
    let shift = 7;
    for (let i = at + 1; i < at + 10; i++) {
      byte = bytes[i];
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= (bits & 15) << 28;
        high |= bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#next = i + 1;
        const value = (high | 0) * TWO_32 + (low >>> 0);
        if (!Number.isSafeInteger(value)) this.#next = -1;
        return value;
      }
      shift += 7;
    }
    this.#next = -1;
    return 0;
  }

  #sample(from: number, end: number): boolean {
    const bytes = this.#bytes;
    let at = from;
    let idsFrom = from;
    let idsTo = from;
    let values = -1;
    while (at < end) {
      const tag = bytes[at];
      const length = this.#varint(at + 1);
      const inner = this.#next;
      if (inner < 0 || length < 0 || length > end - inner) return false;
      at = inner + length;
      if (tag === LOCATIONS_TAG) {
        if (idsTo > idsFrom) return false;
        idsFrom = inner;
        idsTo = at;
      } else if (tag === VALUES_TAG) {
        if (values >= 0) return false;
        values = this.#readValues(inner, at);
        if (values < 0) return false;
      } else if (tag !== LABEL_TAG || !this.#label(inner, at)) return false;
    }
    if (values < 0 && !this.#isWidth(0)) return false;
    // A list that ends inside a varint is no list.
    if (idsTo > idsFrom && bytes[idsTo - 1] >= 0x80) return false;
    // The other reader says that there are too many.
    if (this.#rows === MOST_SAMPLES || this.#labels.length > MOST_LABELS) return false;
    this.#rowStack.push(this.#stack(idsFrom, idsTo));
    this.#labels.endRow();
    this.#rows += 1;
    return true;
  }

  #isWidth(values: number): boolean {
    if (this.#types < 0) {
      this.#types = values;
      for (let i = 0; i < values; i++) this.#values.push(new GrowingFloat64(1024));
    }
    return this.#types === values;
  }

  /** How many values, −1 when not as many as in every sample before. */
  #readValues(from: number, to: number): number {
    if (this.#types < 0) {
      let count = 0;
      for (let i = from; i < to; i++) if (this.#bytes[i] < 0x80) count += 1;
      // A hostile first sample could ask for a column a byte.
      if (count > 64) return -1;
      this.#isWidth(count);
    }
    let at = from;
    let isNegative = false;
    let count = 0;
    while (at < to) {
      const value = this.#varint(at);
      if (this.#next < 0 || this.#next > to || count >= this.#types) return -1;
      at = this.#next;
      this.#values[count].push(value);
      count += 1;
      if (value < 0) isNegative = true;
    }
    if (isNegative) this.#negativeRows += 1;
    return count === this.#types ? count : -1;
  }

  #label(from: number, to: number): boolean {
    const bytes = this.#bytes;
    let key = 0;
    let str = 0;
    let num = NaN;
    let unit = 0;
    let at = from;
    while (at < to) {
      const tag = bytes[at];
      const value = this.#varint(at + 1);
      if (this.#next < 0 || this.#next > to) return false;
      at = this.#next;
      if (tag === 0x18) num = value;
      else if (value < 0 || value > 0x7fff_ffff) return false;
      else if (tag === 0x08) key = value;
      else if (tag === 0x10) str = value;
      else if (tag === 0x20) unit = value;
      else return false;
    }
    this.#labels.add(key, str, num, unit);
    return true;
  }

  /** Number of the list of ids [from, to): the same bytes have the same number. */
  #stack(from: number, to: number): number {
    // The buckets of a stack lie near each other, so most lists are found here without hashing them
    // whole and without a look into the large table.
    const recent = this.#recent;
    const key = this.#recentKey(from, to);
    const candidate = recent[key] - 1;
    if (candidate >= 0 && this.#equals(candidate, from, to)) return candidate;
    const entry = this.#intern(from, to);
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

  #intern(from: number, to: number): number {
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
    this.#stackFrom.push(from);
    this.#stackTo.push(to);
    return table.add(hash, slot);
  }

  #equals(entry: number, from: number, to: number): boolean {
    const bytes = this.#bytes;
    let at = this.#stackFrom.data[entry];
    if (this.#stackTo.data[entry] - at !== to - from) return false;
    const view = this.#view;
    let i = from;
    for (; i + 4 <= to; i += 4) {
      if (view.getInt32(i, true) !== view.getInt32(at, true)) return false;
      at += 4;
    }
    for (; i < to; i++) if (bytes[i] !== bytes[at++]) return false;
    return true;
  }

  /** The columns; undefined when something does not resolve, so that the other reader tells what. */
  finish(bytes: Uint8Array, to: Resolved): SampleColumns | undefined {
    if (!this.isUsable) return undefined;
    if (this.#rows > 0 && this.#types !== to.types) return undefined;
    this.#bytes = bytes;
    const labels = resolvedLabels(this.#labels.finish(), to.resolve);
    const stacks = this.#stacks(to);
    if (labels === undefined || stacks === undefined) return undefined;
    const values: Float64Array[] = [];
    for (let i = 0; i < to.types; i++) {
      values.push(this.#rows === 0 ? new Float64Array(0) : this.#values[i].finish());
    }
    return {
      rows: this.#rows,
      dropped: 0,
      values,
      rowStack: this.#rowStack.finish(),
      stacks,
      labels,
      negativeRows: this.#negativeRows,
    };
  }

  #stacks(to: Resolved): SampleColumns["stacks"] | undefined {
    const bytes = this.#bytes;
    const count = this.#stackFrom.length;
    const start = new Int32Array(count + 1);
    const from = this.#stackFrom.data;
    const end = this.#stackTo.data;
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
function denseRows({ locationIds, locationRow }: Resolved): Int32Array {
  const { dense } = locationIds;
  const rows = new Int32Array(dense.length);
  for (let id = 0; id < rows.length; id++) rows[id] = dense[id] < 0 ? -1 : locationRow[dense[id]];
  return rows;
}

function resolvedLabels(
  labels: LabelColumns,
  resolve: (index: number) => number,
): LabelColumns | undefined {
  const { key, str, num, unit } = labels;
  for (let i = 0; i < key.length; i++) {
    key[i] = resolve(key[i]);
    str[i] = resolve(str[i]);
    unit[i] = resolve(unit[i]);
    if (key[i] < 0 || str[i] < 0 || unit[i] < 0) return undefined;
    // Proto3 leaves zeros out: a unit makes the label numeric, else nothing means the empty string.
    if (Number.isNaN(num[i]) && unit[i] > 0 && str[i] === 0) num[i] = 0;
  }
  return labels;
}
