// How often a source may be asked: never more than 1 % of the time it needs to answer. A profile of
// 70 KB protobuf is 10 MB and 160 ms of the service's CPU as text, and each ReadMemStats stops the
// world: such a source is asked every 16 s, a metrics page of 1 ms every second.

/** Interval ≥ SHARE × the time of an answer. */
const SHARE = 100;
const MAX_REMEMBERED = 5;
/** After failures the interval doubles up to this. */
const MAX_BACKOFF_MS = 15_000;

export class Pace {
  readonly #everyMs: number;
  readonly #recent: number[] = [];
  #failures = 0;
  #lastMs = -Infinity;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  /** Milliseconds between two requests as things stand. */
  get intervalMs(): number {
    const sorted = [...this.#recent].sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? 0;
    const calm = Math.max(this.#everyMs, SHARE * median);
    return this.#failures === 0
      ? calm
      : Math.max(calm, Math.min(MAX_BACKOFF_MS, calm * 2 ** this.#failures));
  }

  get dueMs(): number {
    return this.#lastMs + this.intervalMs;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.dueMs;
  }

  /** An answer to a request that was begun at `atMs`. */
  took(atMs: number, busyMs: number): void {
    this.#lastMs = atMs;
    this.#failures = 0;
    this.#recent.push(busyMs);
    if (this.#recent.length > MAX_REMEMBERED) this.#recent.shift();
  }

  failed(atMs: number): void {
    this.#lastMs = atMs;
    this.#failures += 1;
  }
}
