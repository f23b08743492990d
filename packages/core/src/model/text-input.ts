// What small text readers share: bounded collection of chunks, lines that know whether the last one
// was whole, and decimal numbers that refuse to be rounded. Readers of large inputs use LineInput,
// which keeps one line at most.

import { FormatError } from "./errors.ts";

const LF = 10;
const CR = 13;

/** Text of a file as lines. `rest` follows the last newline: "" when the file ends properly. */
export interface TextLines {
  readonly lines: readonly string[];
  readonly rest: string;
}

/** Collects an input of bounded size. Bytes beyond the cap are counted, not kept. */
export class ByteInput {
  readonly #cap: number;
  #buffer = new Uint8Array(4096);
  #length = 0;
  #total = 0;

  constructor(cap: number) {
    this.#cap = Math.max(0, cap);
  }

  push(chunk: Uint8Array): void {
    this.#total += chunk.length;
    const take = Math.min(chunk.length, this.#cap - this.#length);
    if (take <= 0) return;
    const needed = this.#length + take;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.min(this.#cap, Math.max(needed, this.#buffer.length * 2)));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk.subarray(0, take), this.#length);
    this.#length = needed;
  }

  /** Bytes pushed, kept or not. */
  get total(): number {
    return this.#total;
  }

  /** A view: valid until the next push. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** @throws FormatError when the input was larger than the cap. */
  whole(format: string): Uint8Array {
    if (this.#total > this.#cap) {
      throw new FormatError(format, {
        offset: this.#cap,
        expected: `at most ${this.#cap} bytes`,
        found: `${this.#total} bytes`,
      });
    }
    return this.bytes();
  }

  /** @throws FormatError when the input was larger than the cap. */
  lines(format: string): TextLines {
    return splitLines(new TextDecoder().decode(this.whole(format)));
  }
}

/** Lines without their newline; a carriage return before it is dropped (files copied by Windows). */
export function splitLines(text: string): TextLines {
  const lines: string[] = [];
  let from = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
    const end = at > from && text.charCodeAt(at - 1) === CR ? at - 1 : at;
    lines.push(text.slice(from, end));
    from = at + 1;
  }
  return { lines, rest: text.slice(from) };
}

/** First lines of a detection head. A last line without newline counts only where the head ended. */
export function headLines(head: Uint8Array, maxBytes: number): TextLines {
  const text = new TextDecoder().decode(head.subarray(0, maxBytes));
  const { lines, rest } = splitLines(text);
  return { lines, rest: head.length > maxBytes ? "" : rest };
}

export type LineHandler = (bytes: Uint8Array, start: number, end: number, line: number) => void;

/**
 * Hands out lines as byte ranges of the chunk they lie in (of a carry buffer when they span chunks),
 * so that nothing is copied or decoded for lines that nobody wants. A line longer than `maxLine` is
 * skipped and counted.
 */
export class LineInput {
  readonly #onLine: LineHandler;
  readonly #maxLine: number;
  #carry = new Uint8Array(256);
  #carried = 0;
  #isSkipping = false;
  #line = 0;
  #skipped = 0;
  #firstSkipped = 0;

  constructor(onLine: LineHandler, maxLine: number) {
    this.#onLine = onLine;
    this.#maxLine = maxLine;
  }

  push(chunk: Uint8Array): void {
    let from = 0;
    while (from < chunk.length) {
      const at = chunk.indexOf(LF, from);
      if (at < 0) {
        this.#keep(chunk, from, chunk.length);
        return;
      }
      if (this.#carried === 0 && !this.#isSkipping && at - from <= this.#maxLine) {
        this.#line += 1;
        this.#emit(chunk, from, at);
      } else {
        this.#keep(chunk, from, at);
        this.#line += 1;
        if (this.#isSkipping) {
          this.#skipped += 1;
          if (this.#skipped === 1) this.#firstSkipped = this.#line;
        } else {
          this.#emit(this.#carry, 0, this.#carried);
        }
      }
      this.#carried = 0;
      this.#isSkipping = false;
      from = at + 1;
    }
  }

  #emit(bytes: Uint8Array, start: number, end: number): void {
    this.#onLine(bytes, start, end > start && bytes[end - 1] === CR ? end - 1 : end, this.#line);
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    if (this.#isSkipping || from === to) return;
    const needed = this.#carried + (to - from);
    if (needed > this.#maxLine) {
      this.#isSkipping = true;
      this.#carried = 0;
      return;
    }
    if (needed > this.#carry.length) {
      const grown = new Uint8Array(
        Math.min(this.#maxLine, Math.max(needed, this.#carry.length * 2)),
      );
      grown.set(this.#carry.subarray(0, this.#carried));
      this.#carry = grown;
    }
    this.#carry.set(chunk.subarray(from, to), this.#carried);
    this.#carried = needed;
  }

  /** True when bytes follow the last newline: the file was cut, or its writer strips newlines. */
  get hasRest(): boolean {
    return this.#carried > 0 || this.#isSkipping;
  }

  /** Lines handed out or skipped so far. */
  get line(): number {
    return this.#line;
  }

  get skippedLines(): { readonly count: number; readonly first: number } {
    return { count: this.#skipped, first: this.#firstSkipped };
  }
}

/** Digits only; undefined for anything else and for values that a number cannot hold exactly. */
export function parseExact(text: string): number | undefined {
  if (text.length === 0 || text.length > 16) return undefined;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return undefined;
  }
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}
