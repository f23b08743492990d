// Dense numbers for goroutines that are there now; a number is used again when its goroutine has ended,
// so columns indexed by it stay as long as the most goroutines at one time.

export class GoroutineSlots {
  readonly #slots = new Map<number, number>();
  readonly #free: number[] = [];
  /** Numbers given out so far. */
  length = 0;

  /** −1 where the goroutine is not known. */
  of(goroutine: number): number {
    return this.#slots.get(goroutine) ?? -1;
  }

  add(goroutine: number): number {
    const slot = this.#free.pop() ?? this.length++;
    this.#slots.set(goroutine, slot);
    return slot;
  }

  remove(goroutine: number): void {
    const slot = this.#slots.get(goroutine);
    if (slot === undefined) return;
    this.#slots.delete(goroutine);
    this.#free.push(slot);
  }

  entries(): IterableIterator<[goroutine: number, slot: number]> {
    return this.#slots.entries();
  }
}

/** `column`, or a wider copy of it that holds row `row`. */
export function wideEnough(column: Float64Array, row: number): Float64Array {
  if (row < column.length) return column;
  const wider = new Float64Array(Math.max(64, column.length * 2, row + 1));
  wider.set(column);
  return wider;
}
