// Pieces of a stream that are kept while the rest passes: a range known in advance, or one that grows
// as its own content says how long it is.

/** Bytes [offset, offset + wanted) of the stream, as far as they have passed. */
export class Window {
  readonly offset: number;
  #wanted: number;
  #bytes: Uint8Array;
  #length = 0;

  constructor(offset: number, wanted: number) {
    this.offset = offset;
    this.#wanted = wanted;
    this.#bytes = new Uint8Array(Math.min(wanted, 256));
  }

  /** `bytes` begin at `at` in the stream. A gap before them leaves the window incomplete for good. */
  feed(at: number, bytes: Uint8Array): void {
    const next = this.offset + this.#length;
    if (at > next) return;
    const from = next - at;
    const take = Math.min(bytes.length - from, this.#wanted - this.#length);
    if (take <= 0) return;
    const needed = this.#length + take;
    if (needed > this.#bytes.length) {
      const size = Math.min(this.#wanted, Math.max(needed, this.#bytes.length * 2));
      const grown = new Uint8Array(size);
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes.subarray(from, from + take), this.#length);
    this.#length = needed;
  }

  grow(wanted: number): void {
    this.#wanted = Math.max(this.#wanted, wanted);
  }

  get isFull(): boolean {
    return this.#length >= this.#wanted;
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** What a fed piece takes part in; `feed` may be called with overlapping bytes. */
export interface Piece {
  feed(at: number, bytes: Uint8Array): void;
}

export const MAGIC_BYTES = 14;
/** Magic, pointer size, flags, and room for two pointers. */
export const HEADER_BYTES = 32;

/** A version is some ten bytes; vendors append a few words. */
const MAX_VERSION = 256;

const MAX_VARINT = 10;

/** Bit of the flags byte: strings follow inline (Go 1.18) instead of being pointed at. */
export const FLAG_INLINE = 2;
export const FLAG_BIG_ENDIAN = 1;

interface Varint {
  readonly value: number;
  readonly length: number;
}

/** Unsigned LEB128; undefined when unfinished or above 2^49. */
function readVarint(bytes: Uint8Array, at: number): Varint | undefined {
  let value = 0;
  for (let i = 0; i < 7 && at + i < bytes.length; i++) {
    const byte = bytes[at + i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, length: i + 1 };
  }
  return undefined;
}

function isVersionText(text: string): boolean {
  return /^[\x20-\x7e]{2,}$/.test(text);
}

/**
 * The blob that the linker leaves: header, then varint length and bytes of the version and of the
 * module information. It tells its own length, so exactly that much is kept.
 */
export class InlineBlob implements Piece {
  readonly offset: number;
  readonly #window: Window;
  readonly #maxInfo: number;
  #state: "reading" | "whole" | "rejected" = "reading";
  #version = "";
  #info: Uint8Array = new Uint8Array(0);

  constructor(offset: number, maxInfo: number) {
    this.offset = offset;
    this.#window = new Window(offset, HEADER_BYTES + MAX_VARINT);
    this.#maxInfo = maxInfo;
  }

  get state(): "reading" | "whole" | "rejected" {
    return this.#state;
  }

  get version(): string {
    return this.#version;
  }

  /** Module information with its framing; empty for a build without modules. */
  get info(): Uint8Array {
    return this.#info;
  }

  feed(at: number, bytes: Uint8Array): void {
    if (this.#state !== "reading") return;
    this.#window.feed(at, bytes);
    while (this.#state === "reading" && this.#window.isFull && this.#advance(false)) {
      this.#window.feed(at, bytes);
    }
  }

  /** At the end of the stream a blob may be whole although the longest varint did not fit. */
  finish(): void {
    if (this.#state === "reading") this.#advance(true);
  }

  /** Returns true when more bytes are wanted. */
  #advance(isEnd: boolean): boolean {
    const bytes = this.#window.bytes();
    const first = readVarint(bytes, HEADER_BYTES);
    if (first === undefined || first.value > MAX_VERSION || first.value < 2) {
      if (first !== undefined || bytes.length >= HEADER_BYTES + MAX_VARINT) {
        this.#state = "rejected";
      }
      return false;
    }
    const versionAt = HEADER_BYTES + first.length;
    const secondAt = versionAt + first.value;
    if (bytes.length < secondAt + (isEnd ? 1 : MAX_VARINT)) {
      this.#window.grow(secondAt + MAX_VARINT);
      if (bytes.length < secondAt + 1 || !isEnd) return true;
    }
    const version = new TextDecoder().decode(bytes.subarray(versionAt, secondAt));
    const second = readVarint(bytes, secondAt);
    if (second === undefined || second.value > this.#maxInfo || !isVersionText(version)) {
      this.#state = "rejected";
      return false;
    }
    const end = secondAt + second.length + second.value;
    if (bytes.length < end) {
      this.#window.grow(end);
      return true;
    }
    this.#version = version;
    this.#info = bytes.slice(secondAt + second.length, end);
    this.#state = "whole";
    return false;
  }
}

/** Framing of the module information (cmd/go/internal/modload infoStart and infoEnd). */
export const INFO_START = [
  0x30, 0x77, 0xaf, 0x0c, 0x92, 0x74, 0x08, 0x02, 0x41, 0xe1, 0xc1, 0x07, 0xe6, 0xd6, 0x18, 0xe6,
] as const;

const INFO_END = [
  0xf9, 0x32, 0x43, 0x31, 0x86, 0x18, 0x20, 0x72, 0x00, 0x82, 0x42, 0x10, 0x41, 0x16, 0xd8, 0xf2,
] as const;

export function matchesAt(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
  return true;
}

/** Module information as it lies among the read-only strings: kept from its start mark to its end mark. */
export class FramedInfo implements Piece {
  readonly offset: number;
  readonly #window: Window;
  #searched: number = INFO_START.length;
  #end = -1;

  constructor(offset: number, maxInfo: number) {
    this.offset = offset;
    this.#window = new Window(offset, maxInfo);
  }

  feed(at: number, bytes: Uint8Array): void {
    if (this.#end >= 0) return;
    this.#window.feed(at, bytes);
    const kept = this.#window.bytes();
    const last = kept.length - INFO_END.length;
    for (; this.#searched <= last; this.#searched++) {
      if (kept[this.#searched] === INFO_END[0] && matchesAt(kept, this.#searched, INFO_END)) {
        this.#end = this.#searched + INFO_END.length;
        return;
      }
    }
  }

  /** With framing; undefined when the end mark did not come within the cap. */
  bytes(): Uint8Array | undefined {
    return this.#end < 0 ? undefined : this.#window.bytes().slice(0, this.#end);
  }
}

/** Without the framing; "" when there is none, as in a build without modules. */
export function unframed(info: Uint8Array): string {
  const isFramed = info.length >= 33 && info[info.length - 17] === 10;
  return isFramed ? new TextDecoder().decode(info.subarray(16, info.length - 16)) : "";
}
