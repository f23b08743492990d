// Unsigned LEB128 of up to 64 bits, as Go's encoding/binary writes it; not necessarily the shortest
// form (the clock batch's size is padded to ten bytes). Hot loops read one and two bytes inline and
// come here for the rest.

const TWO_32 = 0x1_0000_0000;
const TWO_53 = 2 ** 53;

/** 2^64 − 1: Go's "no thread", "no task". */
const ALL_ONES = -1;

export class Uvarint {
  /** Where the number ended; −1 when it was cut or longer than 64 bits. */
  next = 0;
  /** The halves of the last number: for differences of two that are 2^53 or more. */
  low = 0;
  high = 0;
  /** Values of 2^53 and above, in order of appearance: a double could not tell them apart. */
  readonly #wide: bigint[] = [];
  readonly #codes = new Map<bigint, number>();

  /** Number of values of 2^53 and above. */
  get wideCount(): number {
    return this.#wide.length;
  }

  /** Those from the `from`th on. */
  wideValues(from: number): bigint[] {
    return this.#wide.slice(from);
  }

  /** Goes on with the values of another reader, so that its negative numbers mean the same here. */
  extend(values: readonly bigint[]): void {
    for (const value of values) this.#wide.push(value);
  }

  #halves(bytes: Uint8Array, at: number, end: number): void {
    let low = 0;
    let high = 0;
    let shift = 0;
    let from = at;
    this.next = -1;
    for (;;) {
      if (from >= end) return;
      const byte = bytes[from++];
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else if (shift < 63) high |= bits << (shift - 32);
      else if (byte > 1) return;
      else high |= byte << 31;
      if (byte < 0x80) break;
      shift += 7;
      if (shift > 63) return;
    }
    this.next = from;
    this.low = low >>> 0;
    this.high = high >>> 0;
  }

  /** As Go's float64(x): rounded once from 2^53 on. For ticks, sizes and values that are only scaled. */
  double(bytes: Uint8Array, at: number, end: number): number {
    this.#halves(bytes, at, end);
    return this.high * TWO_32 + this.low;
  }

  /**
   * As an id that stays distinct: exact below 2^53, −1 for 2^64 − 1, and for the other large ones a
   * negative number that `wideValue` turns back. No real id is that large.
   */
  id(bytes: Uint8Array, at: number, end: number): number {
    this.#halves(bytes, at, end);
    const value = this.high * TWO_32 + this.low;
    return value < TWO_53 ? value : this.#wideCode();
  }

  #wideCode(): number {
    if (this.low === 0xffff_ffff && this.high === 0xffff_ffff) return ALL_ONES;
    const value = (BigInt(this.high) << 32n) | BigInt(this.low);
    const known = this.#codes.get(value);
    if (known !== undefined) return known;
    this.#wide.push(value);
    const code = -1 - this.#wide.length;
    this.#codes.set(value, code);
    return code;
  }

  /** The number behind what `id` returned. */
  wideValue(id: number): bigint {
    if (id >= 0) return BigInt(id);
    if (id === ALL_ONES) return 0xffff_ffff_ffff_ffffn;
    return this.#wide[-2 - id] ?? 0n;
  }
}
