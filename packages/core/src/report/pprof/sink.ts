// Where a report goes, as bytes in pieces: a list of traces can be half a gigabyte, which no string holds.

import { exactBytes } from "../../model/exact-text.ts";

export type WriteBytes = (chunk: Uint8Array) => void;

/** Text is collected to this length before it is encoded and handed on: a call each line costs more. */
const TEXT_LENGTH = 256 * 1024;

export class Sink {
  readonly write: WriteBytes;
  #text = "";

  constructor(write: WriteBytes) {
    this.write = write;
  }

  line(text: string): void {
    this.#text += text;
    this.#text += "\n";
    if (this.#text.length >= TEXT_LENGTH) this.flush();
  }

  text(text: string): void {
    this.#text += text;
    if (this.#text.length >= TEXT_LENGTH) this.flush();
  }

  flush(): void {
    if (this.#text !== "") this.write(exactBytes(this.#text));
    this.#text = "";
  }
}

/** Characters, not UTF-16 units: what `%10s` of Go counts. */
export function padLeft(text: string, width: number): string {
  if (text.length >= width && text.length < 2 * width) {
    const points = Array.from(text).length;
    return points >= width ? text : " ".repeat(width - points) + text;
  }
  return text.padStart(width);
}
