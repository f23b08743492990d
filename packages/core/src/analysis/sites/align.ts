// Heap profiles of one process side by side: bucket by bucket, the same (stack, size).
// Cost: one look-up a row and profile.

import { bucketKey, type HeapRows } from "../../goruntime/heap-rows.ts";

export interface HashedRows {
  readonly rows: HeapRows;
  /** Of each stack (model/stack-frames.ts). */
  readonly hashes: Float64Array;
  /** 1 where the stack takes part; absent: all do. */
  readonly isKept?: Uint8Array | undefined;
}

/** Columns of buckets; `allocs[i]`, `inuse[i]` and `row[i]` are of the i-th profile given. */
export interface AlignedBuckets {
  readonly length: number;
  readonly sizes: Float64Array;
  /** Raw sample counts; 0 where a profile lacks the bucket. */
  readonly allocs: readonly Float64Array[];
  readonly inuse: readonly Float64Array[];
  /** −1 where a profile lacks the bucket. */
  readonly row: readonly Int32Array[];
}

export function alignBuckets(profiles: readonly HashedRows[]): AlignedBuckets {
  const index = new Map<string, number>();
  const sizes: number[] = [];
  const bucketOf = profiles.map(({ rows, hashes, isKept }) => {
    const buckets = new Int32Array(rows.rows).fill(-1);
    for (let r = 0; r < rows.rows; r++) {
      const stack = rows.stack[r];
      if (rows.allocs[r] === 0 && rows.inuse[r] === 0) continue;
      if (isKept !== undefined && isKept[stack] === 0) continue;
      const size = rows.size[r];
      const key = bucketKey(hashes[stack], size);
      let at = index.get(key);
      if (at === undefined) {
        at = sizes.length;
        index.set(key, at);
        sizes.push(size);
      }
      buckets[r] = at;
    }
    return buckets;
  });
  const length = sizes.length;
  const allocs = profiles.map(() => new Float64Array(length));
  const inuse = profiles.map(() => new Float64Array(length));
  const row = profiles.map(() => new Int32Array(length).fill(-1));
  profiles.forEach(({ rows }, i) => {
    for (let r = 0; r < rows.rows; r++) {
      const at = bucketOf[i][r];
      if (at < 0) continue;
      allocs[i][at] += rows.allocs[r];
      inuse[i][at] += rows.inuse[r];
      row[i][at] = r;
    }
  });
  return { length, sizes: Float64Array.from(sizes), allocs, inuse, row };
}
