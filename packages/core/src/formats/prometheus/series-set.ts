// Which series a scrape has shown, so that one that comes again starts the next. Two 32-bit lanes a
// series instead of its text: a million series are 24 MiB, and the chance that any two of them share
// both lanes is below 1e-7.

/** 53 of the 64 bits as one exact number, for maps. */
export function seriesKey(h1: number, h2: number): number {
  return (h1 >>> 0) * 0x20_0000 + (h2 >>> 11);
}

/** Beyond this many the rest is not told apart any more. */
const MAX_SERIES = 1_000_000;
/** Names made to collide would otherwise cost a walk over all of them each. */
const MAX_PROBES = 256;

export class SeriesSet {
  #size = 0;
  #round = 1;
  #h1 = new Uint32Array(1024);
  #h2 = new Uint32Array(1024);
  /** A slot is filled when it bears the current round: a new scrape clears nothing. */
  #rounds = new Uint32Array(1024);

  #isIncomplete = false;

  get size(): number {
    return this.#size;
  }

  /** True when a series could not be kept: repeats may go unseen. */
  get isIncomplete(): boolean {
    return this.#isIncomplete;
  }

  clear(): void {
    this.#size = 0;
    this.#isIncomplete = false;
    this.#round += 1;
  }

  /** True when the series was there already. */
  add(h1: number, h2: number): boolean {
    const slot = this.#slot(h1 >>> 0, h2 >>> 0);
    if (slot !== undefined && this.#rounds[slot] === this.#round) return true;
    if (slot === undefined || this.#size >= MAX_SERIES) {
      this.#isIncomplete = true;
      return false;
    }
    this.#put(slot, h1 >>> 0, h2 >>> 0);
    this.#size += 1;
    if (this.#size * 2 > this.#rounds.length) this.#grow();
    return false;
  }

  /** Where the series is or would go; undefined when its neighbourhood is crowded. */
  #slot(h1: number, h2: number): number | undefined {
    const mask = this.#rounds.length - 1;
    // FNV's low bits are weak for short texts: the other lane is mixed in.
    const home = h1 ^ (h2 >>> 15) ^ (h1 >>> 17);
    for (let i = 0; i < MAX_PROBES; i++) {
      const slot = (home + i) & mask;
      if (this.#rounds[slot] !== this.#round || (this.#h1[slot] === h1 && this.#h2[slot] === h2))
        return slot;
    }
    return undefined;
  }

  #put(slot: number, h1: number, h2: number): void {
    this.#h1[slot] = h1;
    this.#h2[slot] = h2;
    this.#rounds[slot] = this.#round;
  }

  #grow(): void {
    const old1 = this.#h1;
    const old2 = this.#h2;
    const rounds = this.#rounds;
    this.#h1 = new Uint32Array(rounds.length * 2);
    this.#h2 = new Uint32Array(rounds.length * 2);
    this.#rounds = new Uint32Array(rounds.length * 2);
    for (let i = 0; i < rounds.length; i++) {
      if (rounds[i] !== this.#round) continue;
      const h1 = old1[i] ?? 0;
      const h2 = old2[i] ?? 0;
      const slot = this.#slot(h1, h2);
      if (slot === undefined) this.#isIncomplete = true;
      else this.#put(slot, h1, h2);
    }
  }
}
