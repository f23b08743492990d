// Sums by stack, and the profile made of them. A row is a stack and a label; its values are doubles,
// exact up to 2^53 (104 days in ns).

import { ByteStrings } from "../../model/builders/byte-strings.ts";
import { CallStacksBuilder } from "../../model/builders/call-stacks.ts";
import { GrowingFloat64 } from "../../model/builders/growing.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import type { LabelColumns, ProfileTable, ValueType } from "../../model/tables/profile.ts";
import type { TraceInterner } from "./intern.ts";

const NO_MAPPINGS = {
  length: 0,
  start: new Float64Array(0),
  limit: new Float64Array(0),
  offset: new Float64Array(0),
  file: new Int32Array(0),
  buildId: new Int32Array(0),
};

export class ProfileRows {
  readonly #types: readonly ValueType[];
  readonly #keys = new IntLists();
  readonly #key = new Int32Array(2);
  readonly #values: readonly GrowingFloat64[];

  constructor(types: readonly ValueType[]) {
    this.#types = types;
    this.#values = types.map(() => new GrowingFloat64());
  }

  get length(): number {
    return this.#keys.length;
  }

  /** The row of an interned stack (−1: none) and an interned label (0: none). */
  row(stack: number, label: number): number {
    this.#key[0] = stack;
    this.#key[1] = label;
    const row = this.#keys.intern(this.#key, 0, 2);
    if (row === this.#values[0]?.length) for (const column of this.#values) column.push(0);
    return row;
  }

  add(row: number, column: number, value: number): void {
    const values = this.#values[column];
    if (values !== undefined) values.data[row] += value;
  }

  /** Stacks and names are copied from the reader, so it need not be kept. */
  table(interner: TraceInterner, labelKey: string): ProfileTable {
    const strings = new ByteStrings();
    const stacks = new StackCopies(interner, strings);
    const rows = this.#keys.length;
    const keys = this.#keys.data.data;
    const rowStack = new Int32Array(rows);
    for (let row = 0; row < rows; row++) rowStack[row] = stacks.copy(keys[row * 2]);
    return {
      kind: "profile",
      profileKind: "other",
      encoding: "proto",
      rows,
      sampleTypes: this.#types,
      defaultSampleType: this.#types.length - 1,
      values: this.#values.map((column) => column.finish()),
      rowStack,
      labels: this.#labels(interner, strings, labelKey),
      mappings: NO_MAPPINGS,
      periodType: { type: "trace", unit: "count" },
      period: 1,
      timeMs: undefined,
      durationNs: undefined,
      isDelta: false,
      comments: [],
      memStats: undefined,
      ...stacks.finish(),
    };
  }

  #labels(interner: TraceInterner, strings: ByteStrings, labelKey: string): LabelColumns {
    const rows = this.#keys.length;
    const keys = this.#keys.data.data;
    const start = new Int32Array(rows + 1);
    const str: number[] = [];
    for (let row = 0; row < rows; row++) {
      const label = keys[row * 2 + 1];
      if (label > 0) str.push(strings.intern(interner.strings.get(label)));
      start[row + 1] = str.length;
    }
    const key = str.length > 0 ? strings.intern(labelKey) : 0;
    return {
      start,
      key: new Int32Array(str.length).fill(key),
      str: Int32Array.from(str),
      num: new Float64Array(str.length).fill(Number.NaN),
      unit: new Int32Array(str.length),
    };
  }
}

class StackCopies {
  readonly #interner: TraceInterner;
  readonly #strings: ByteStrings;
  readonly #builder: CallStacksBuilder;
  readonly #nameOf = new Map<number, number>();

  constructor(interner: TraceInterner, strings: ByteStrings) {
    this.#interner = interner;
    this.#strings = strings;
    this.#builder = new CallStacksBuilder(strings);
  }

  copy(stack: number): number {
    const { stacks, framePc, frameFunction, frameFile, frameLine } = this.#interner;
    const from = stack < 0 ? 0 : stacks.start.data[stack];
    const to = stack < 0 ? 0 : stacks.start.data[stack + 1];
    for (let at = from; at < to; at++) {
      const frame = stacks.data.data[at];
      const name = this.#name(frameFunction.data[frame]);
      // Negative codes stand for program counters above 2^53, which no process has.
      this.#builder.beginLocation(Math.max(framePc.data[frame], 0), -1);
      this.#builder.line(
        name,
        name,
        this.#name(frameFile.data[frame]),
        0,
        Math.min(Math.max(frameLine.data[frame], 0), 0x7fff_ffff),
      );
      this.#builder.endLocation();
    }
    return this.#builder.endStack();
  }

  #name(index: number): number {
    const known = this.#nameOf.get(index);
    if (known !== undefined) return known;
    const bytes = this.#interner.strings.bytesOf(index);
    const name = this.#strings.internBytes(bytes, 0, bytes.length);
    this.#nameOf.set(index, name);
    return name;
  }

  finish(): ReturnType<CallStacksBuilder["finish"]> {
    return this.#builder.finish();
  }
}
