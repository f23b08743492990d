// Writes protocol buffer messages: the counterpart of proto-wire.ts.

import { GrowingBytes } from "./growing.ts";

const TWO_63 = 2 ** 63;
const TWO_64 = 2 ** 64;

/** Writes fields of one message. Nested messages are written to a sibling first: a length precedes. */
export class MessageWriter {
  readonly out = new GrowingBytes(256);

  clear(): void {
    this.out.length = 0;
  }

  #varint(value: number): void {
    let rest = value;
    if (rest < 0 || rest > Number.MAX_SAFE_INTEGER) {
      this.#bigVarint(BigInt(Math.max(Math.min(rest, TWO_64), -TWO_63)));
      return;
    }
    while (rest >= 0x80) {
      this.out.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.out.push(rest);
  }

  #bigVarint(value: bigint): void {
    let rest = value >= 1n << 64n ? (1n << 64n) - 1n : BigInt.asUintN(64, value);
    while (rest >= 0x80n) {
      this.out.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.out.push(Number(rest));
  }

  /** A repeated scalar's element, or any value outside a message. */
  bare(value: number): void {
    if (!Number.isInteger(value)) throw new RangeError(`not an integer: ${value}`);
    this.#varint(value);
  }

  /** Ids of 2^53 and above stand as negative numbers (proto-wire.ts `id`): any distinct one will do. */
  id(value: number): void {
    if (value >= 0) this.bare(value);
    else this.#bigVarint((1n << 64n) + BigInt(value));
  }

  idField(field: number, value: number): void {
    this.#varint(field * 8);
    this.id(value);
  }

  /** Zero is the default in proto3 and is left out. */
  number(field: number, value: number): void {
    if (value !== 0) this.always(field, value);
  }

  always(field: number, value: number): void {
    this.#varint(field * 8);
    this.bare(value);
  }

  big(field: number, value: bigint): void {
    if (value === 0n) return;
    this.#varint(field * 8);
    this.#bigVarint(value);
  }

  bytes(field: number, content: Uint8Array, length = content.length): void {
    this.#varint(field * 8 + 2);
    this.#varint(length);
    this.out.append(content, 0, length);
  }

  /** A fixed 64-bit number; zero is left out. */
  fixed64(field: number, value: bigint): void {
    if (value === 0n) return;
    this.#varint(field * 8 + 1);
    for (let shift = 0n; shift < 64n; shift += 8n) this.out.push(Number((value >> shift) & 0xffn));
  }

  message(field: number, inner: MessageWriter): void {
    this.bytes(field, inner.out.data, inner.out.length);
  }
}
