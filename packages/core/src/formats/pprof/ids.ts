// From ids of the file to rows of our columns. Ids are arbitrary but usually 1…n, so a dense array
// serves almost all and a map the rest (the split that google/pprof makes too, profile/encode.go).

import type { GrowingFloat64 } from "../../model/builders/growing.ts";

export class IdIndex {
  /** Row by id, −1 where there is none; as far as ids are dense. */
  readonly dense: Int32Array;
  readonly #sparse = new Map<number, number>();
  /** Position of the first id that occurs a second time, or is the reserved 0; −1 if none. */
  readonly conflict: number;

  constructor(ids: GrowingFloat64) {
    const count = ids.length;
    let highest = 0;
    for (let i = 0; i < count; i++) if (ids.data[i] > highest) highest = ids.data[i];
    const dense = new Int32Array(Math.min(highest, count * 4 + 1024) + 1).fill(-1);
    this.dense = dense;
    let conflict = -1;
    for (let i = count - 1; i >= 0; i--) {
      const id = ids.data[i];
      if (id >= 0 && id < dense.length) {
        if (id === 0 || dense[id] >= 0) conflict = i;
        dense[id] = i;
      } else {
        if (this.#sparse.has(id)) conflict = i;
        this.#sparse.set(id, i);
      }
    }
    this.conflict = conflict;
  }

  /** Row of `id`, or −1. */
  find(id: number): number {
    if (id >= 0 && id < this.dense.length) return this.dense[id];
    return this.#sparse.get(id) ?? -1;
  }
}
