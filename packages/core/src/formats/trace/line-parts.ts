// Parts of lines that come again and again: their bytes by the numbers that they were printed from. A
// table with one place per hash, so that a lookup is a few loads and a line that never comes again
// costs no more than its key.

const HEAD_BITS = 10;
/** Bytes kept of a head; longer ones are printed each time. */
const HEAD_BYTES = 64;
const TAIL_BITS = 12;
/** With 4,096 places at most 16 MiB. */
const MAX_TAIL_BYTES = 4096;

/** What a line starts with: thread, proc, goroutine and kind. */
export class LineHeads {
  readonly #type = new Uint8Array(1 << HEAD_BITS);
  readonly #thread = new Float64Array(1 << HEAD_BITS);
  readonly #proc = new Float64Array(1 << HEAD_BITS);
  readonly #goroutine = new Float64Array(1 << HEAD_BITS);
  readonly #length = new Uint8Array(1 << HEAD_BITS);
  readonly #words = new Int32Array(1 << (HEAD_BITS + 4));
  readonly #bytes = new Uint8Array(this.#words.buffer);
  #slot = 0;

  /** Prints the head at `at`; 0 where it is not kept, else its length. May write 3 bytes more. */
  put(
    out: DataView,
    at: number,
    type: number,
    thread: number,
    proc: number,
    goroutine: number,
  ): number {
    let hash = Math.imul(thread | 0, 0x9e37_79b1) ^ Math.imul(goroutine | 0, 0x85eb_ca6b);
    hash = Math.imul(hash ^ (type << 8) ^ (proc | 0), 0x9e37_79b1);
    const slot = hash >>> (32 - HEAD_BITS);
    const length = this.#length[slot];
    this.#slot = slot;
    if (
      length === 0 ||
      this.#type[slot] !== type ||
      this.#goroutine[slot] !== goroutine ||
      this.#proc[slot] !== proc ||
      this.#thread[slot] !== thread
    ) {
      return 0;
    }
    const words = this.#words;
    const first = slot << 4;
    const end = first + ((length + 3) >> 2);
    let to = at;
    for (let word = first; word < end; word++) {
      out.setInt32(to, words[word], true);
      to += 4;
    }
    return length;
  }

  /** Keeps what was printed after the last `put` that gave 0. */
  keep(
    from: Uint8Array,
    start: number,
    end: number,
    type: number,
    thread: number,
    proc: number,
    goroutine: number,
  ): void {
    const length = end - start;
    if (length > HEAD_BYTES) return;
    const slot = this.#slot;
    this.#length[slot] = length;
    this.#type[slot] = type;
    this.#thread[slot] = thread;
    this.#proc[slot] = proc;
    this.#goroutine[slot] = goroutine;
    this.#bytes.set(from.subarray(start, end), slot << 6);
  }
}

/** What follows a goroutine's number in a change of its state: states, reason, stacks. */
export class LineTails {
  readonly #event = new Int32Array(1 << TAIL_BITS).fill(-1);
  readonly #text = new Int32Array(1 << TAIL_BITS);
  readonly #stack = new Int32Array(1 << TAIL_BITS);
  readonly #otherStack = new Int32Array(1 << TAIL_BITS);
  readonly #bytes: (Uint8Array | undefined)[] = Array.from({ length: 1 << TAIL_BITS });
  #slot = 0;
  /** The last one asked for was asked for before: worth keeping. */
  isKnown = false;

  get(event: number, text: number, stack: number, otherStack: number): Uint8Array | undefined {
    let hash = Math.imul(stack, 0x9e37_79b1) ^ Math.imul(otherStack, 0x85eb_ca6b);
    hash = Math.imul(hash ^ (event << 8) ^ text, 0x9e37_79b1);
    const slot = hash >>> (32 - TAIL_BITS);
    this.#slot = slot;
    this.isKnown =
      this.#event[slot] === event &&
      this.#stack[slot] === stack &&
      this.#text[slot] === text &&
      this.#otherStack[slot] === otherStack;
    if (this.isKnown) return this.#bytes[slot];
    this.#event[slot] = event;
    this.#text[slot] = text;
    this.#stack[slot] = stack;
    this.#otherStack[slot] = otherStack;
    this.#bytes[slot] = undefined;
    return undefined;
  }

  /** Keeps what was printed after the last `get`. */
  keep(from: Uint8Array, start: number, end: number): void {
    if (end - start <= MAX_TAIL_BYTES) this.#bytes[this.#slot] = from.slice(start, end);
  }
}
