// Text as bytes, gathered into chunks: for outputs of millions of short lines.

const CHUNK = 1 << 16;
const TEN_9 = 1_000_000_000;

export class TextOut {
  readonly #write: (chunk: Uint8Array) => void;
  readonly #out = new Uint8Array(CHUNK);
  #at = 0;

  /** `write` gets chunks that it must have used when it returns. */
  constructor(write: (chunk: Uint8Array) => void) {
    this.#write = write;
  }

  flush(): void {
    if (this.#at > 0) this.#write(this.#out.subarray(0, this.#at));
    this.#at = 0;
  }

  byte(value: number): void {
    if (this.#at === CHUNK) this.flush();
    this.#out[this.#at++] = value;
  }

  bytes(bytes: Uint8Array, from = 0, to = bytes.length): void {
    const length = to - from;
    if (this.#at + length > CHUNK) {
      this.flush();
      if (length > CHUNK) {
        this.#write(bytes.subarray(from, to));
        return;
      }
    }
    if (length < 40) {
      let at = this.#at;
      for (let i = from; i < to; i++) this.#out[at++] = bytes[i];
    } else this.#out.set(bytes.subarray(from, to), this.#at);
    this.#at += length;
  }

  ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.byte(text.charCodeAt(i));
  }

  /** `high * 2^32 + low` in decimal. */
  decimal(low: number, high: number): void {
    if (high === 0 && low < TEN_9) {
      this.#digits(low);
      return;
    }
    const value = high * 2 ** 32 + low;
    if (value >= 2 ** 53) {
      this.ascii(((BigInt(high) << 32n) | BigInt(low)).toString());
      return;
    }
    this.ascii(String(value));
  }

  #digits(value: number): void {
    if (this.#at + 10 > CHUNK) this.flush();
    let length = 1;
    for (let power = 10; power <= value; power *= 10) length += 1;
    let at = this.#at + length;
    this.#at = at;
    let rest = value;
    do {
      const next = (rest / 10) | 0;
      this.#out[--at] = 48 + rest - next * 10;
      rest = next;
    } while (rest > 0);
  }
}
