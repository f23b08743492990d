// Cuts a stream of chunks into lines without turning them into strings. Wherever the chunks are
// cut, the lines are the same. A line that lies whole inside one chunk is not copied.

import { GrowingBytes } from "./growing.ts";

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

export interface LineSink {
  /**
   * One line without its end ("\n" or "\r\n"): bytes [from, to). Valid during the call only.
   * @param ended false when the input stopped before the end of this line: it may be cut
   * @param overlong the line went on beyond the limit and only its beginning is here
   */
  line(bytes: Uint8Array, from: number, to: number, ended: boolean, overlong: boolean): void;
}

export class LineSplitter {
  /** 1-based number of the line being handed over, or of the next one. */
  number = 1;
  /** All bytes seen. */
  offset = 0;
  readonly #sink: LineSink;
  readonly #limit: number;
  readonly #carry = new GrowingBytes(256);
  #overlong = false;

  /** `limit`: bytes of a line that are kept; the rest of a longer one is skipped. */
  constructor(sink: LineSink, limit: number) {
    this.#sink = sink;
    this.#limit = limit;
  }

  push(chunk: Uint8Array): void {
    this.offset += chunk.length;
    let from = 0;
    while (from < chunk.length) {
      const at = chunk.indexOf(NEWLINE, from);
      if (at < 0) {
        this.#keep(chunk, from, chunk.length);
        return;
      }
      if (this.#carry.length === 0 && !this.#overlong) {
        const overlong = at - from > this.#limit;
        this.#emit(chunk, from, overlong ? from + this.#limit : at, true, overlong);
      } else {
        this.#keep(chunk, from, at);
        this.#emit(this.#carry.data, 0, this.#carry.length, true, this.#overlong);
        this.#carry.length = 0;
        this.#overlong = false;
      }
      from = at + 1;
    }
  }

  /** Hands over what follows the last newline, if anything does. */
  end(): void {
    if (this.#carry.length === 0 && !this.#overlong) return;
    this.#emit(this.#carry.data, 0, this.#carry.length, false, this.#overlong);
    this.#carry.length = 0;
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    const room = this.#limit - this.#carry.length;
    if (to - from > room) this.#overlong = true;
    this.#carry.append(chunk, from, Math.min(to, from + room));
  }

  #emit(bytes: Uint8Array, from: number, to: number, ended: boolean, overlong: boolean): void {
    const end = to > from && bytes[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
    this.#sink.line(bytes, from, end, ended, overlong);
    this.number += 1;
  }
}
