// Interned strings kept as UTF-8 bytes and decoded only when asked for. A profile has some ten
// thousand names of which a report shows fifty; and a JavaScript substring would keep the whole
// chunk alive that it was cut from.

import { exactBytes, exactText } from "../exact-text.ts";
import type { StringTable } from "../strings.ts";
import { GrowingBytes, GrowingInt32 } from "./growing.ts";
import { HashSlots, scramble } from "./hash-slots.ts";

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Who asks for more strings than this gets them cut from the text of all: a call of the decoder costs a
 * microsecond, whatever the length. Such pieces keep that text alive, hence the limit of its length.
 */
const FEW_STRINGS = 64;
const MOST_TEXT_BYTES = 4 * 1024 * 1024;

/** Strings of one table on their way to another; ends are offsets in all of its bytes. */
export interface StringsPart {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly ends: Int32Array<ArrayBuffer>;
}

/** Index 0 is always "". Equal bytes get equal indices. */
export class ByteStrings implements StringTable {
  readonly #bytes = new GrowingBytes(1024);
  /** String i is bytes [start[i], start[i+1]). */
  readonly #start = new GrowingInt32();
  readonly #decoded: (string | undefined)[] = [""];
  readonly #slots = new HashSlots();
  /** `get` keeps bytes that are no UTF-8. */
  readonly #isExact: boolean;
  #decodings = 0;
  /** The first bytes as one text of as many characters; "" where there is none. */
  #text = "";

  constructor(isExact = false) {
    this.#isExact = isExact;
    this.#start.push(0);
    this.internBytes(this.#bytes.data, 0, 0);
  }

  get length(): number {
    return this.#start.length - 1;
  }

  get(index: number): string {
    if (!(index > 0 && index < this.length)) return "";
    const known = this.#decoded[index];
    if (known !== undefined) return known;
    const from = this.#start.data[index];
    const to = this.#start.data[index + 1];
    if (this.#decodings === FEW_STRINGS) this.#decodeAll();
    let text: string;
    if (to <= this.#text.length) text = this.#text.slice(from, to);
    else {
      this.#decodings += 1;
      const bytes = this.#bytes.data.subarray(from, to);
      text = this.#isExact ? exactText(bytes) : UTF8.decode(bytes);
    }
    this.#decoded[index] = text;
    return text;
  }

  /** With a character for each byte, no sequence of several bytes was joined, so the pieces are right. */
  #decodeAll(): void {
    this.#decodings += 1;
    if (this.#bytes.length > MOST_TEXT_BYTES) return;
    const text = UTF8.decode(this.#bytes.data.subarray(0, this.#bytes.length));
    if (text.length !== this.#bytes.length) return;
    if (this.#isExact && text.includes("\ufffd")) return;
    this.#text = text;
  }

  /** A view of the bytes, which need not be sound UTF-8; it ends with the next intern. */
  bytesOf(index: number): Uint8Array {
    return this.#bytes.data.subarray(this.#start.data[index], this.#start.data[index + 1]);
  }

  intern(text: string): number {
    const bytes = exactBytes(text);
    return this.internBytes(bytes, 0, bytes.length);
  }

  find(text: string): number {
    const bytes = exactBytes(text);
    const table = this.#slots;
    const hash = this.#hash(bytes, 0, bytes.length);
    let slot = hash & table.mask;
    for (;;) {
      const entry = table.slots[slot] - 1;
      if (entry < 0) return -1;
      const isSame = table.hashes.data[entry] === hash;
      if (isSame && this.#equals(entry, bytes, 0, bytes.length)) return entry;
      slot = (slot + 1) & table.mask;
    }
  }

  #hash(source: Uint8Array, from: number, to: number): number {
    let hash = this.#slots.seed;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ source[i], 0x01000193);
    return scramble(hash);
  }

  internBytes(source: Uint8Array, from: number, to: number): number {
    const table = this.#slots;
    const hash = this.#hash(source, from, to);
    let slot = hash & table.mask;
    for (;;) {
      const entry = table.slots[slot] - 1;
      if (entry < 0) break;
      if (table.hashes.data[entry] === hash && this.#equals(entry, source, from, to)) return entry;
      slot = (slot + 1) & table.mask;
    }
    this.#bytes.append(source, from, to);
    this.#start.push(this.#bytes.length);
    return table.add(hash, slot);
  }

  /** Copies of the bytes and ends of the strings from `index` on. */
  part(index: number): StringsPart {
    const from = this.#start.data[index];
    return {
      bytes: this.#bytes.data.slice(from, this.#bytes.length),
      ends: this.#start.data.slice(index + 1, this.#start.length),
    };
  }

  /**
   * Goes on with what another table has from this one's length on. Only `get` and `bytesOf` know of
   * those strings: they are not hashed again.
   */
  extend({ bytes, ends }: StringsPart): void {
    this.#bytes.append(bytes);
    this.#start.append(ends, 0, ends.length);
  }

  #equals(entry: number, source: Uint8Array, from: number, to: number): boolean {
    const start = this.#start.data[entry];
    const length = this.#start.data[entry + 1] - start;
    if (length !== to - from) return false;
    const bytes = this.#bytes.data;
    for (let i = 0; i < length; i++) if (bytes[start + i] !== source[from + i]) return false;
    return true;
  }
}
