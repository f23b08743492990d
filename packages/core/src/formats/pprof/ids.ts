// From ids of the file to rows of our columns. Ids are arbitrary but usually 1…n, so a dense array
// serves almost all and a map the rest (the split that google/pprof makes too, profile/encode.go).

import type { GrowingFloat64 } from "../../model/builders/growing.ts";

export class IdIndex {
  readonly #dense: Int32Array;
  readonly #sparse = new Map<number, number>();
  /** Position of the first id that occurs a second time, or is the reserved 0; −1 if none. */
  readonly conflict: number;

  constructor(ids: GrowingFloat64) {
    const count = ids.length;
    this.#dense = new Int32Array(count * 4 + 1024).fill(-1);
    let conflict = -1;
    for (let i = count - 1; i >= 0; i--) {
      const id = ids.data[i];
      if (id === 0 || this.find(id) >= 0) conflict = i;
      if (id >= 0 && id < this.#dense.length) this.#dense[id] = i;
      else this.#sparse.set(id, i);
    }
    this.conflict = conflict;
  }

  /** Row of `id`, or −1. */
  find(id: number): number {
    if (id >= 0 && id < this.#dense.length) return this.#dense[id];
    return this.#sparse.get(id) ?? -1;
  }
}
