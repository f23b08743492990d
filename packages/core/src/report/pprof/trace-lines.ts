// The text of stacks as bytes. A list of traces is the same few thousand lines over and over, half a
// gigabyte of them: each location's lines are encoded once into the front part of one array, and copied
// within it to the rear part, from which they are handed on. (Copying between arrays costs an object a
// line, and joining strings is slower still.)

import type { NodeIndex } from "../../analysis/profile/nodes.ts";
import { exactBytes } from "../../model/exact-text.ts";
import type { WriteBytes } from "./sink.ts";

const WINDOW_BYTES = 1024 * 1024;

export class TraceLines {
  readonly #write: WriteBytes;
  /** Lines of location i are [from[i], to[i]) of `bytes`; of the first line the room for the value is
   * [from[i], value[i]). */
  readonly #from: Int32Array;
  readonly #value: Int32Array;
  readonly #to: Int32Array;
  readonly #bytes: Uint8Array;
  /** Where the rear part begins, and how far it is filled. */
  readonly #base: number;
  #at: number;

  constructor(index: NodeIndex, write: WriteBytes) {
    this.#write = write;
    const locations = index.start.length - 1;
    this.#from = new Int32Array(locations);
    this.#value = new Int32Array(locations);
    this.#to = new Int32Array(locations);
    const room = " ".repeat(10);
    const parts: Uint8Array[] = [];
    let length = 0;
    for (let i = 0; i < locations; i++) {
      let text = "";
      for (let k = index.start[i]; k < index.start[i + 1]; k++) {
        const inline = index.isInlined[k] === 1 ? " (inline)" : "";
        text += `${room}   ${index.printableName(index.node[k])}${inline}\n`;
      }
      const bytes = exactBytes(text);
      parts.push(bytes);
      this.#from[i] = length;
      this.#value[i] = length + Math.min(room.length, bytes.length);
      length += bytes.length;
      this.#to[i] = length;
    }
    this.#base = length;
    this.#at = length;
    this.#bytes = new Uint8Array(length + WINDOW_BYTES);
    parts.forEach((part, i) => this.#bytes.set(part, this.#from[i]));
  }

  isEmpty(location: number): boolean {
    return this.#from[location] === this.#to[location];
  }

  #copy(from: number, to: number): void {
    if (this.#at + to - from > this.#bytes.length) {
      this.flush();
      if (to - from > WINDOW_BYTES) {
        this.#write(this.#bytes.subarray(from, to));
        return;
      }
    }
    this.#bytes.copyWithin(this.#at, from, to);
    this.#at += to - from;
  }

  /** All lines of a location. */
  inner(location: number): void {
    this.#copy(this.#from[location], this.#to[location]);
  }

  /** The same without the room for the value, which stands there already. */
  leaf(location: number): void {
    this.#copy(this.#value[location], this.#to[location]);
  }

  text(text: string): void {
    if (this.#at + text.length * 3 > this.#bytes.length) this.flush();
    if (text.length * 3 > WINDOW_BYTES) {
      this.#write(exactBytes(text));
      return;
    }
    const { length } = text;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) {
        const bytes = exactBytes(text.slice(i));
        this.#bytes.set(bytes, this.#at);
        this.#at += bytes.length;
        return;
      }
      this.#bytes[this.#at++] = code;
    }
  }

  flush(): void {
    if (this.#at > this.#base) this.#write(this.#bytes.subarray(this.#base, this.#at));
    this.#at = this.#base;
  }
}
