// Protocol buffer wire format, the subset that pprof uses: varints, length-delimited fields, and the
// two fixed widths to skip unknown fields. Authority: google/pprof profile/proto.go and the protobuf
// encoding specification. Groups (wire types 3 and 4) are not supported, as there.
//
// A fault sets `bad` and ends the message instead of throwing: a hostile file may hold a million
// broken messages, and an exception each would take seconds.

export const VARINT = 0;
export const FIXED64 = 1;
export const BYTES = 2;
export const FIXED32 = 5;

const TWO_32 = 0x1_0000_0000;
const SAFE_HIGH = 0x1f_ffff;

export class Wire {
  readonly bytes: Uint8Array;
  pos = 0;
  /** End of the message being read. */
  end: number;
  bad = false;
  /** The fault was that the message ended too early, so the input may have been cut. */
  ranOut = false;
  /** Field and wire type of the last `tag`. */
  field = 0;
  type = 0;
  /** Both halves of the last varint that took more than 28 bits. */
  low = 0;
  high = 0;
  /** Signed values so far that a double cannot hold exactly. */
  inexact = 0;
  /** Ids of 2^53 and above, given negative numbers in order of appearance. */
  readonly #bigIds = new Map<bigint, number>();

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.end = bytes.length;
  }

  /** Begins the message [from, to). */
  enter(from: number, to: number): void {
    this.pos = from;
    this.end = to;
    this.bad = false;
    this.ranOut = false;
  }

  fail(): void {
    this.bad = true;
    this.pos = this.end;
  }

  /** Reads the next tag; false at the end of the message or on a fault. */
  tag(): boolean {
    if (this.pos >= this.end) return false;
    const tag = this.uint();
    this.type = tag & 7;
    this.field = tag >>> 3;
    if (this.bad) return false;
    if (tag < 8 || tag >= TWO_32) {
      this.fail();
      return false;
    }
    return true;
  }

  /** Unsigned varint as a number; rounded from 2^53 on (`low` and `high` are exact). */
  uint(): number {
    const bytes = this.bytes;
    let p = this.pos;
    if (this.end - p < 4) return this.#long();
    let byte = bytes[p++];
    let value = byte & 127;
    if (byte < 128) {
      this.pos = p;
      return value;
    }
    byte = bytes[p++];
    value |= (byte & 127) << 7;
    if (byte < 128) {
      this.pos = p;
      return value;
    }
    byte = bytes[p++];
    value |= (byte & 127) << 14;
    if (byte < 128) {
      this.pos = p;
      return value;
    }
    byte = bytes[p++];
    value |= (byte & 127) << 21;
    if (byte < 128) {
      this.pos = p;
      return value;
    }
    return this.#long();
  }

  /** Any length, checked byte by byte. More than ten bytes is a fault: no varint is longer. */
  #long(): number {
    const bytes = this.bytes;
    const limit = Math.min(this.end, this.pos + 10);
    let low = 0;
    let high = 0;
    let shift = 0;
    for (let p = this.pos; p < limit; p++) {
      const byte = bytes[p];
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= (bits & 15) << 28;
        high |= bits >> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) {
        this.pos = p + 1;
        this.low = low >>> 0;
        this.high = high >>> 0;
        return this.high * TWO_32 + this.low;
      }
      shift += 7;
    }
    if (limit === this.end && limit - this.pos < 10) this.ranOut = true;
    this.fail();
    return 0;
  }

  /** Signed varint (two's complement, not zigzag) as a number; counts what cannot be exact. */
  int(): number {
    const value = this.uint();
    if (value < 0x8000_0000) return value;
    return this.#signed();
  }

  #signed(): number {
    const high = this.high | 0;
    const value = high * TWO_32 + this.low;
    if (value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) this.inexact += 1;
    return value;
  }

  /** The last varint that took more than 28 bits, as a uint64. */
  exact(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }

  /** An int64 exactly. */
  bigint(): bigint {
    const value = this.int();
    if (Number.isSafeInteger(value)) return BigInt(value);
    return BigInt.asIntN(64, (BigInt(this.high) << 32n) | BigInt(this.low));
  }

  /**
   * An id as a number that is equal only for equal ids: itself below 2^53, a negative number for the
   * others (ids are arbitrary uint64, and a double would merge neighbours).
   */
  id(): number {
    const value = this.uint();
    if (value < TWO_32 || this.high <= SAFE_HIGH) return value;
    const exact = (BigInt(this.high) << 32n) | BigInt(this.low);
    let known = this.#bigIds.get(exact);
    if (known === undefined) {
      known = -1 - this.#bigIds.size;
      this.#bigIds.set(exact, known);
    }
    return known;
  }

  /** An index or small count; −1 when it does not fit 31 bits (so it can refer to nothing). */
  index(): number {
    const value = this.int();
    return value >= 0 && value <= 0x7fff_ffff ? value : -1;
  }

  /** Length of a length-delimited field, checked against what is left of the message. */
  length(): number {
    const length = this.uint();
    if (length > this.end - this.pos) {
      this.ranOut = true;
      this.fail();
      return 0;
    }
    return length;
  }

  /** Skips the value of a field of type `type`. */
  skip(type: number): void {
    if (type === VARINT) this.uint();
    else if (type === BYTES) this.pos += this.length();
    else if (type === FIXED64) this.#advance(8);
    else if (type === FIXED32) this.#advance(4);
    else this.fail();
  }

  #advance(count: number): void {
    if (this.end - this.pos >= count) {
      this.pos += count;
      return;
    }
    this.ranOut = true;
    this.fail();
  }
}
