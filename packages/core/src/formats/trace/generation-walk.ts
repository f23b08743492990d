// The bytes of a trace, handed over generation by generation to what copies them: header, splitting, and what
// was read when a fault ended it. Nothing is kept of a generation.

import { type ContainerEnd, type GenerationBytes, GenerationSplitter } from "./container.ts";
import { TraceFault } from "./fault.ts";
import { HeaderFirst } from "./header.ts";

export interface GenerationWalkEnd {
  readonly version: number;
  /** What ended the walk; the generations before it are whole. */
  readonly fault: TraceFault | undefined;
  readonly readBytes: number;
  readonly totalBytes: number;
}

export class GenerationWalk {
  readonly #take: (generation: GenerationBytes) => void;
  readonly #begin: (header: Uint8Array) => void;
  readonly #maxBytes: number;
  readonly #header = new HeaderFirst();
  #splitter: GenerationSplitter | undefined;
  #readBytes = 0;
  #total = 0;
  #fault: TraceFault | undefined;

  /** `begin` gets the 16 bytes of a header that can be read, once; `take` may throw a TraceFault. */
  constructor(
    maxBytes: number,
    begin: (header: Uint8Array) => void,
    take: (generation: GenerationBytes) => void,
  ) {
    this.#maxBytes = maxBytes;
    this.#begin = begin;
    this.#take = take;
  }

  push(chunk: Uint8Array): void {
    this.#total += chunk.length;
    this.#guard(() => {
      const rest = this.#header.after(chunk);
      if (rest === undefined) return;
      if (this.#splitter === undefined) {
        this.#splitter = new GenerationSplitter(this.#header.version, this.#maxBytes);
        this.#begin(this.#header.bytes);
      }
      this.#splitter.push(rest, (generation) => this.#generation(generation));
    });
  }

  end(): GenerationWalkEnd {
    let end: ContainerEnd | undefined;
    this.#guard(() => {
      this.#header.end();
      end = this.#splitter?.end((generation) => this.#generation(generation));
    });
    return {
      version: this.#header.version,
      fault: this.#fault ?? end?.fault,
      readBytes: this.#fault === undefined ? (end?.readBytes ?? 0) : this.#readBytes,
      totalBytes: this.#total,
    };
  }

  #guard(step: () => void): void {
    if (this.#fault !== undefined) return;
    try {
      step();
    } catch (error) {
      if (!(error instanceof TraceFault)) throw error;
      this.#fault = error;
    }
  }

  /** False, for the bytes are not kept. */
  #generation(generation: GenerationBytes): boolean {
    if (this.#fault !== undefined) return false;
    this.#take(generation);
    this.#readBytes = generation.offset + generation.bytes.length;
    return false;
  }
}
