// A set of goroutines asked for once per slice: an array where ids are small, as the runtime's counter
// makes them, else a map.

/** 16 MiB of it at most. */
const MAX_DENSE = 1 << 22;

export class GoroutineIndex {
  readonly #dense: Int32Array;
  readonly #sparse = new Map<number, number>();

  constructor(goroutines: ReadonlySet<number>) {
    let most = -1;
    for (const id of goroutines) if (id < MAX_DENSE && id > most) most = id;
    this.#dense = new Int32Array(most + 1).fill(-1);
    let index = 0;
    for (const id of goroutines) {
      if (id >= 0 && id <= most) this.#dense[id] = index;
      else this.#sparse.set(id, index);
      index += 1;
    }
  }

  /** Its place in the set, −1 where it is not there. */
  of(goroutine: number): number {
    if (goroutine >= 0 && goroutine < this.#dense.length) return this.#dense[goroutine];
    return this.#sparse.size === 0 ? -1 : (this.#sparse.get(goroutine) ?? -1);
  }
}
