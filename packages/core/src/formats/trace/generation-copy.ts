// A generation's bytes for a new file: batches as they are, or with another payload. A payload that
// grew beyond what one batch may hold goes on in a second one with the same header.

import { GrowingBytes } from "../../model/builders/growing.ts";
import { type GenerationBytes, hasEndMark } from "./container.ts";
import { EV_END_OF_GENERATION, EV_EXPERIMENTAL_BATCH, MAX_BATCH_BYTES } from "./spec.ts";
import type { Uvarint } from "./uvarint.ts";

export class GenerationCopy {
  readonly out: GrowingBytes;
  readonly #generation: GenerationBytes;
  readonly #number: Uvarint;
  readonly #payload = new GrowingBytes(1024);
  /** Bytes that each batch of a split payload begins with. */
  #lead = 0;
  #header = 0;
  #sizeAt = 0;

  constructor(generation: GenerationBytes, number: Uvarint) {
    this.#generation = generation;
    this.#number = number;
    this.out = new GrowingBytes(generation.bytes.length + 1024);
  }

  batch(start: number, end: number): void {
    this.out.append(this.#generation.bytes, start, end);
  }

  /** Begins a batch with the header of the one at `start`, and a payload that starts with `lead`. */
  begin(start: number, lead: number): void {
    const { bytes } = this.#generation;
    this.#header = start;
    let at = start + (bytes[start] === EV_EXPERIMENTAL_BATCH ? 2 : 1);
    for (let field = 0; field < 3; field++) {
      this.#number.double(bytes, at, bytes.length);
      at = this.#number.next;
    }
    this.#sizeAt = at;
    this.#lead = lead;
    this.#payload.length = 0;
    this.#payload.push(lead);
  }

  /** Bytes [from, to) of the generation, then a length and a string. */
  entry(from: number, to: number, text: Uint8Array, textFrom: number, textTo: number): void {
    const length = textTo - textFrom;
    if (this.#payload.length + to - from + length + 3 > MAX_BATCH_BYTES) {
      this.end();
      this.#payload.length = 0;
      this.#payload.push(this.#lead);
    }
    this.#payload.append(this.#generation.bytes, from, to);
    putUvarint(this.#payload, length);
    this.#payload.append(text, textFrom, textTo);
  }

  end(): void {
    this.out.append(this.#generation.bytes, this.#header, this.#sizeAt);
    putUvarint(this.out, this.#payload.length);
    this.out.append(this.#payload.data, 0, this.#payload.length);
  }

  finish(): Uint8Array {
    if (hasEndMark(this.#generation.version)) this.out.push(EV_END_OF_GENERATION);
    return this.out.data.subarray(0, this.out.length);
  }
}

function putUvarint(out: GrowingBytes, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    out.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  out.push(rest);
}
