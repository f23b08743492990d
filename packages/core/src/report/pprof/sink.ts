// Where a report goes: text or bytes, handed on in pieces of about a megabyte. A list of traces can
// be half a gigabyte, which no string holds.

export type WriteBytes = (chunk: Uint8Array) => void;

const CHUNK_BYTES = 1024 * 1024;
/** Text is collected to this length before it is encoded: a call each line costs more than it. */
const TEXT_LENGTH = 64 * 1024;

const TO_UTF8 = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return TO_UTF8.encode(text);
}

export class Sink {
  readonly #write: WriteBytes;
  #buffer = new Uint8Array(16 * 1024);
  #length = 0;
  #text = "";

  constructor(write: WriteBytes) {
    this.#write = write;
  }

  line(text: string): void {
    this.#text += text;
    this.#text += "\n";
    if (this.#text.length >= TEXT_LENGTH) this.#encode();
  }

  text(text: string): void {
    this.#text += text;
    if (this.#text.length >= TEXT_LENGTH) this.#encode();
  }

  #encode(): void {
    if (this.#text === "") return;
    const bytes = TO_UTF8.encode(this.#text);
    this.#text = "";
    this.bytes(bytes);
  }

  bytes(bytes: Uint8Array): void {
    if (this.#text !== "") this.#encode();
    const end = this.#length + bytes.length;
    if (end > this.#buffer.length) this.#reserve(end);
    if (bytes.length > this.#buffer.length) {
      this.#write(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Makes room by growing, and from a megabyte on by handing on. */
  #reserve(needed: number): void {
    if (needed <= CHUNK_BYTES) {
      const wider = new Uint8Array(
        Math.min(CHUNK_BYTES, Math.max(needed, this.#buffer.length * 2)),
      );
      wider.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = wider;
      return;
    }
    if (this.#length > 0) this.#write(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
    if (this.#buffer.length < CHUNK_BYTES) this.#buffer = new Uint8Array(CHUNK_BYTES);
  }

  flush(): void {
    this.#encode();
    if (this.#length > 0) this.#write(this.#buffer.subarray(0, this.#length));
    this.#length = 0;
  }
}

/** Characters, not UTF-16 units: what `%10s` of Go counts. */
export function padLeft(text: string, width: number): string {
  if (text.length >= width && text.length < 2 * width) {
    const points = [...text].length;
    return points >= width ? text : " ".repeat(width - points) + text;
  }
  return text.padStart(width);
}
