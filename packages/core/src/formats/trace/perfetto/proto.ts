// Writes protocol buffer fields. A nested message is written to a writer of its own first, for its
// length stands before it. Authority: the protobuf encoding specification.

const TWO_53 = 2 ** 53;

export class ProtoWriter {
  data = new Uint8Array(1024);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  #reserve(extra: number): void {
    const needed = this.length + extra;
    if (needed <= this.data.length) return;
    const wider = new Uint8Array(Math.max(needed, this.data.length * 2));
    wider.set(this.data.subarray(0, this.length));
    this.data = wider;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.data[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.data[this.length++] = rest;
  }

  /** A non-negative integer. */
  uint(field: number, value: number): void {
    if (value >= TWO_53) {
      this.big(field, BigInt(value));
      return;
    }
    this.#reserve(16);
    this.#varint(field * 8);
    this.#varint(value);
  }

  big(field: number, value: bigint): void {
    this.#reserve(16);
    this.#varint(field * 8);
    let rest = BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.data[this.length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.data[this.length++] = Number(rest);
  }

  bytes(field: number, bytes: Uint8Array, length = bytes.length): void {
    this.#reserve(16 + length);
    this.#varint(field * 8 + 2);
    this.#varint(length);
    if (length < 40) {
      let at = this.length;
      for (let i = 0; i < length; i++) this.data[at++] = bytes[i];
    } else this.data.set(bytes.subarray(0, length), this.length);
    this.length += length;
  }

  message(field: number, inner: ProtoWriter): void {
    this.bytes(field, inner.data, inner.length);
  }
}
