// The numbers of one ordered event, read again from the file when they are needed: most events need
// none, and a column for each would be most of the memory.

import type { Uvarint } from "../uvarint.ts";

export class EventArgs {
  readonly #bytes: Uint8Array;
  readonly #number: Uvarint;
  at = 0;

  constructor(bytes: Uint8Array, number: Uvarint) {
    this.#bytes = bytes;
    this.#number = number;
  }

  /** As `Uvarint.id`. */
  next(): number {
    const bytes = this.#bytes;
    const at = this.at;
    const first = bytes[at];
    if (first < 0x80) {
      this.at = at + 1;
      return first;
    }
    if (bytes[at + 1] < 0x80) {
      this.at = at + 2;
      return (first & 0x7f) | (bytes[at + 1] << 7);
    }
    const value = this.#number.id(bytes, at, bytes.length);
    this.at = this.#number.next;
    return value;
  }

  /** Stacks are named by 32 bits. */
  nextStack(): number {
    const id = this.next();
    if (id >= 0 && id <= 0xffff_ffff) return id;
    return Number(BigInt.asUintN(32, this.#number.wideValue(id)));
  }
}
