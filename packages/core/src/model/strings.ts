// Interned strings by index. Index 0 is always "" (the same convention as pprof's string table).

export interface StringTable {
  readonly length: number;
  get(index: number): string;
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

  intern(value: string): number {
    const known = this.#index.get(value);
    if (known !== undefined) return known;
    const index = this.#list.length;
    this.#list.push(value);
    this.#index.set(value, index);
    return index;
  }
}
