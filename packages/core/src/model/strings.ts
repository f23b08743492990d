// Interned strings by index. Index 0 is always "" (the same convention as pprof's string table).

export interface StringTable {
  readonly length: number;
  get(index: number): string;
  /** Index of `text`, −1 when no string equals it; absent where that would need a search. */
  find?(text: string): number;
}

export class StringTableBuilder implements StringTable {
  readonly #list: string[] = [""];
  readonly #index = new Map<string, number>([["", 0]]);

  get length(): number {
    return this.#list.length;
  }

  get(index: number): string {
    return this.#list[index] ?? "";
  }

  find(text: string): number {
    return this.#index.get(text) ?? -1;
  }

  intern(value: string): number {
    const known = this.#index.get(value);
    if (known !== undefined) return known;
    const index = this.#list.length;
    this.#list.push(value);
    this.#index.set(value, index);
    return index;
  }
}
