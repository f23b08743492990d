// Builds LabelColumns: labels of row r are [start[r], start[r+1]).

import type { LabelColumns } from "../tables/profile.ts";
import { GrowingFloat64, GrowingInt32 } from "./growing.ts";

export class LabelsBuilder {
  readonly #start = new GrowingInt32();
  readonly #key = new GrowingInt32();
  readonly #str = new GrowingInt32();
  readonly #num = new GrowingFloat64();
  readonly #unit = new GrowingInt32();

  constructor() {
    this.#start.push(0);
  }

  /** String indices; `str` 0 for a numeric label, `num` NaN for a string. */
  add(key: number, str: number, num: number, unit: number): void {
    this.#key.push(key);
    this.#str.push(str);
    this.#num.push(num);
    this.#unit.push(unit);
  }

  endRow(): void {
    this.#start.push(this.#key.length);
  }

  /** Forgets the labels added since the last `endRow`: the row turned out to be unusable. */
  dropRow(): void {
    const length = this.#start.data[this.#start.length - 1];
    this.#key.length = length;
    this.#str.length = length;
    this.#num.length = length;
    this.#unit.length = length;
  }

  /** Labels so far. */
  get length(): number {
    return this.#key.length;
  }

  finish(): LabelColumns {
    return {
      start: this.#start.finish(),
      key: this.#key.finish(),
      str: this.#str.finish(),
      num: this.#num.finish(),
      unit: this.#unit.finish(),
    };
  }
}
