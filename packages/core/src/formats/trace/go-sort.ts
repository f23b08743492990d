// The order in which Go's slices.SortFunc leaves equal elements: it is not stable, and a trace's order
// depends on it (CPU samples of one moment; threads of one moment, of which the first that can go on
// goes on). So this is pattern-defeating quicksort with Go's constants, pivots and pseudo-random
// swaps. Authority: Go src/slices/zsortanyfunc.go and sort.go (Go 1.26.8).

const MAX_INSERTION = 12;
const SHORTEST_NINTHER = 50;
const MAX_SWAPS = 12;
const MAX_STEPS = 5;
const SHORTEST_SHIFTING = 50;

type Hint = "unknown" | "increasing" | "decreasing";

/** Sorts `items[0, length)`, which are indices into `keys`, by key. */
export function goSort(items: Int32Array, length: number, keys: Float64Array): void {
  if (length <= MAX_INSERTION) insertionSort(items, 0, length, keys);
  else new GoSort(items, keys).sort(0, length, 32 - Math.clz32(length));
}

function insertionSort(items: Int32Array, from: number, to: number, keys: Float64Array): void {
  for (let i = from + 1; i < to; i++) {
    const item = items[i];
    const key = keys[item];
    let j = i;
    while (j > from && key < keys[items[j - 1]]) {
      items[j] = items[j - 1];
      j -= 1;
    }
    items[j] = item;
  }
}

class GoSort {
  readonly #items: Int32Array;
  readonly #keys: Float64Array;
  #swaps = 0;
  #wasPartitioned = false;

  constructor(items: Int32Array, keys: Float64Array) {
    this.#items = items;
    this.#keys = keys;
  }

  #less(i: number, j: number): boolean {
    return this.#keys[this.#items[i]] < this.#keys[this.#items[j]];
  }

  #swap(i: number, j: number): void {
    const items = this.#items;
    const held = items[i];
    items[i] = items[j];
    items[j] = held;
  }

  /** `badPivots`: how many very uneven parts are borne before heap sort takes over. */
  sort(start: number, end: number, badPivots: number): void {
    let from = start;
    let to = end;
    let limit = badPivots;
    let wasBalanced = true;
    let wasPartitioned = true;
    for (;;) {
      const length = to - from;
      if (length <= MAX_INSERTION) {
        insertionSort(this.#items, from, to, this.#keys);
        return;
      }
      if (limit === 0) {
        this.#heapSort(from, to);
        return;
      }
      if (!wasBalanced) {
        this.#scatter(from, length);
        limit -= 1;
      }
      let pivot = this.#pivot(from, length);
      let hint: Hint = "unknown";
      if (this.#swaps === 0) hint = "increasing";
      else if (this.#swaps === MAX_SWAPS) {
        for (let i = from, j = to - 1; i < j; i++, j--) this.#swap(i, j);
        pivot = to - 1 - (pivot - from);
        hint = "increasing";
      }
      const isSorted = wasBalanced && wasPartitioned && hint === "increasing";
      if (isSorted && this.#sortNearlySorted(from, to)) return;
      if (from > 0 && !this.#less(from - 1, pivot)) {
        from = this.#partitionEqual(from, to, pivot);
        continue;
      }
      const middle = this.#partition(from, to, pivot);
      wasPartitioned = this.#wasPartitioned;
      const left = middle - from;
      const right = to - middle;
      const least = Math.trunc(length / 8);
      if (left < right) {
        wasBalanced = left >= least;
        this.sort(from, middle, limit);
        from = middle + 1;
      } else {
        wasBalanced = right >= least;
        this.sort(middle + 1, to, limit);
        to = middle;
      }
    }
  }

  #partition(from: number, to: number, pivot: number): number {
    this.#swap(from, pivot);
    let i = from + 1;
    let j = to - 1;
    let swapped = false;
    for (;;) {
      while (i <= j && this.#less(i, from)) i += 1;
      while (i <= j && !this.#less(j, from)) j -= 1;
      if (i > j) break;
      this.#swap(i, j);
      swapped = true;
      i += 1;
      j -= 1;
    }
    this.#swap(j, from);
    this.#wasPartitioned = !swapped;
    return j;
  }

  #partitionEqual(from: number, to: number, pivot: number): number {
    this.#swap(from, pivot);
    let i = from + 1;
    let j = to - 1;
    for (;;) {
      while (i <= j && !this.#less(from, i)) i += 1;
      while (i <= j && this.#less(from, j)) j -= 1;
      if (i > j) return i;
      this.#swap(i, j);
      i += 1;
      j -= 1;
    }
  }

  #sortNearlySorted(from: number, to: number): boolean {
    let i = from + 1;
    for (let step = 0; step < MAX_STEPS; step++) {
      while (i < to && !this.#less(i, i - 1)) i += 1;
      if (i === to) return true;
      if (to - from < SHORTEST_SHIFTING) return false;
      this.#swap(i, i - 1);
      if (i - from >= 2) {
        for (let j = i - 1; j >= 1 && this.#less(j, j - 1); j--) this.#swap(j, j - 1);
      }
      if (to - i >= 2) {
        for (let j = i + 1; j < to && this.#less(j, j - 1); j++) this.#swap(j, j - 1);
      }
    }
    return false;
  }

  /** Three swaps by xorshift64 seeded with the length, so always the same ones. */
  #scatter(from: number, length: number): void {
    let random = BigInt(length);
    const mask = (1n << BigInt(32 - Math.clz32(length))) - 1n;
    const middle = from + Math.trunc(length / 4) * 2;
    for (let at = middle - 1; at <= middle + 1; at++) {
      random = BigInt.asUintN(64, random ^ (random << 13n));
      random ^= random >> 7n;
      random = BigInt.asUintN(64, random ^ (random << 17n));
      let other = Number(random & mask);
      if (other >= length) other -= length;
      this.#swap(at, from + other);
    }
  }

  /** The median of three places, or of three medians; counts swaps as a hint at the order. */
  #pivot(from: number, length: number): number {
    const quarter = Math.trunc(length / 4);
    let i = from + quarter;
    let j = from + quarter * 2;
    let k = from + quarter * 3;
    this.#swaps = 0;
    if (length >= SHORTEST_NINTHER) {
      i = this.#median(i - 1, i, i + 1);
      j = this.#median(j - 1, j, j + 1);
      k = this.#median(k - 1, k, k + 1);
    }
    return this.#median(i, j, k);
  }

  #median(a: number, b: number, c: number): number {
    let low = a;
    let middle = b;
    let high = c;
    if (this.#less(middle, low)) {
      this.#swaps += 1;
      [low, middle] = [middle, low];
    }
    if (this.#less(high, middle)) {
      this.#swaps += 1;
      [middle, high] = [high, middle];
    }
    if (this.#less(middle, low)) {
      this.#swaps += 1;
      middle = low;
    }
    return middle;
  }

  #heapSort(from: number, to: number): void {
    const length = to - from;
    for (let i = Math.trunc((length - 1) / 2); i >= 0; i--) this.#siftDown(from, i, length);
    for (let i = length - 1; i >= 0; i--) {
      this.#swap(from, from + i);
      this.#siftDown(from, 0, i);
    }
  }

  #siftDown(first: number, start: number, length: number): void {
    let root = start;
    for (;;) {
      let child = 2 * root + 1;
      if (child >= length) return;
      if (child + 1 < length && this.#less(first + child, first + child + 1)) child += 1;
      if (!this.#less(first + root, first + child)) return;
      this.#swap(first + root, first + child);
      root = child;
    }
  }
}
