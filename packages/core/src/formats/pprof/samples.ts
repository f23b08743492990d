// Second pass: the samples, straight into columns. No object per sample; a sample that cannot be
// used (unknown location, wrong number of values) takes no row and is counted.

import type { GrowingInt32 } from "../../model/builders/growing.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import { LabelsBuilder } from "../../model/builders/labels.ts";
import type { DiagnosticLog } from "../../model/diagnostic.ts";
import type { LabelColumns } from "../../model/tables/profile.ts";
import type { StackColumns } from "../../model/tables/stacks.ts";
import type { IdIndex } from "./ids.ts";
import { MOST_LABELS, MOST_STACK_BYTES, tooMany } from "./limits.ts";
import { BYTES, VARINT } from "../../model/builders/proto-wire.ts";
import type { Wire } from "../../model/builders/proto-wire.ts";

export interface SampleInput {
  readonly wire: Wire;
  readonly from: GrowingInt32;
  readonly to: GrowingInt32;
  /** Values each sample must have. */
  readonly types: number;
  readonly locations: IdIndex;
  /** Row of a location of the file in the table, −1 when it is unusable. */
  readonly locationRow: Int32Array;
  /** Index in `strings` for an index of the file, −1 when there is no such string. */
  readonly resolve: (index: number) => number;
  readonly log: DiagnosticLog;
}

export interface SampleColumns {
  readonly rows: number;
  readonly dropped: number;
  readonly values: readonly Float64Array[];
  readonly rowStack: Int32Array;
  readonly stacks: StackColumns;
  readonly labels: LabelColumns;
  /** Rows with a value below zero: the profile is a difference. */
  readonly negativeRows: number;
}

class SampleReader {
  readonly #input: SampleInput;
  readonly #wire: Wire;
  readonly #labels = new LabelsBuilder();
  readonly #stacks = new IntLists();
  #stack = new Int32Array(256);
  #depth = 0;
  readonly #value: Float64Array;
  #values = 0;
  #unresolved = false;

  constructor(input: SampleInput) {
    this.#input = input;
    this.#wire = input.wire;
    this.#value = new Float64Array(input.types);
  }

  #reserve(more: number): void {
    const needed = this.#depth + more;
    if (needed <= this.#stack.length) return;
    const wider = new Int32Array(Math.max(needed, this.#stack.length * 2));
    wider.set(this.#stack.subarray(0, this.#depth));
    this.#stack = wider;
  }

  /** Location ids up to `stop`: the hot loop, nine tenths of a profile's numbers are here. */
  #locationsUntil(stop: number): void {
    const wire = this.#wire;
    const { locations, locationRow } = this.#input;
    this.#reserve(stop - wire.pos);
    const stack = this.#stack;
    let depth = this.#depth;
    let unresolved = false;
    while (wire.pos < stop) {
      const at = locations.find(wire.id());
      const row = at < 0 ? -1 : locationRow[at];
      if (row < 0) unresolved = true;
      stack[depth++] = row;
    }
    this.#depth = depth;
    if (unresolved) this.#unresolved = true;
  }

  #location(id: number): void {
    this.#reserve(1);
    const at = this.#input.locations.find(id);
    const row = at < 0 ? -1 : this.#input.locationRow[at];
    if (row < 0) this.#unresolved = true;
    this.#stack[this.#depth] = row;
    this.#depth += 1;
  }

  #oneValue(value: number): void {
    if (this.#values < this.#value.length) this.#value[this.#values] = value;
    this.#values += 1;
  }

  /** Label: 1 key, 2 str, 3 num, 4 num_unit. */
  #label(): void {
    const wire = this.#wire;
    let key = 0;
    let str = 0;
    let num = NaN;
    let unit = 0;
    while (wire.tag()) {
      if (wire.type !== VARINT) {
        if (wire.field <= 4) wire.fail();
        else wire.skip(wire.type);
      } else if (wire.field === 1) key = wire.index();
      else if (wire.field === 2) str = wire.index();
      else if (wire.field === 3) num = wire.int();
      else if (wire.field === 4) unit = wire.index();
      else wire.uint();
    }
    if (wire.bad) return;
    const { resolve } = this.#input;
    const keyRow = resolve(key);
    const strRow = resolve(str);
    const unitRow = resolve(unit);
    if (keyRow < 0 || strRow < 0 || unitRow < 0) {
      this.#unresolved = true;
      return;
    }
    // Proto3 leaves zeros out: a unit makes the label numeric, else nothing means the empty string.
    if (Number.isNaN(num) && unitRow > 0 && strRow === 0) num = 0;
    this.#labels.add(keyRow, strRow, num, unitRow);
  }

  /** Reads the sample whose bytes are [from, to); false when it is malformed. */
  #read(from: number, to: number): boolean {
    const wire = this.#wire;
    this.#depth = 0;
    this.#values = 0;
    this.#unresolved = false;
    wire.enter(from, to);
    while (wire.tag()) {
      const field = wire.field;
      if (wire.type === BYTES) {
        const stop = wire.length() + wire.pos;
        if (wire.bad) break;
        if (field === 1) {
          this.#locationsUntil(stop);
        } else if (field === 2) {
          while (wire.pos < stop) this.#oneValue(wire.int());
        } else if (field === 3) {
          wire.enter(wire.pos, stop);
          this.#label();
          const bad = wire.bad;
          wire.enter(stop, to);
          if (bad) wire.fail();
        } else wire.pos = stop;
        if (wire.pos !== stop) wire.fail();
      } else if (field === 1 && wire.type === VARINT) this.#location(wire.id());
      else if (field === 2 && wire.type === VARINT) this.#oneValue(wire.int());
      else if (field <= 3) wire.fail();
      else wire.skip(wire.type);
    }
    return !wire.bad;
  }

  run(): SampleColumns {
    const { from, to, types, log } = this.#input;
    const samples = from.length;
    // Every value takes at least one byte, so a short file cannot ask for many wide rows.
    const capacity = Math.min(samples, Math.floor(this.#wire.bytes.length / Math.max(types, 1)));
    const values: Float64Array[] = [];
    for (let i = 0; i < types; i++) values.push(new Float64Array(capacity));
    const rowStack = new Int32Array(capacity);
    let rows = 0;
    let negativeRows = 0;
    for (let i = 0; i < samples; i++) {
      const well = this.#read(from.data[i], to.data[i]);
      if (!well || this.#unresolved || this.#values !== types) {
        const code = !well
          ? "pprof.sample-malformed"
          : this.#unresolved
            ? "pprof.sample-unresolved"
            : "pprof.sample-value-count";
        log.add(code, "damage", { samples }, { offset: from.data[i] });
        this.#labels.dropRow();
        continue;
      }
      let negative = false;
      for (let k = 0; k < types; k++) {
        const value = this.#value[k];
        values[k][rows] = value;
        if (value < 0) negative = true;
      }
      if (negative) negativeRows += 1;
      if (this.#labels.length > MOST_LABELS) throw tooMany("labels", MOST_LABELS, from.data[i]);
      rowStack[rows] = this.#stacks.intern(this.#stack, 0, this.#depth);
      // Four bytes a frame here, one to four in the file.
      if (this.#stacks.data.length > MOST_STACK_BYTES) {
        throw tooMany("frames", MOST_STACK_BYTES, from.data[i]);
      }
      this.#labels.endRow();
      rows += 1;
    }
    const exact = rows === capacity;
    return {
      rows,
      dropped: samples - rows,
      values: exact ? values : values.map((column) => column.slice(0, rows)),
      rowStack: exact ? rowStack : rowStack.slice(0, rows),
      stacks: {
        length: this.#stacks.length,
        start: this.#stacks.start.finish(),
        location: this.#stacks.data.finish(),
      },
      labels: this.#labels.finish(),
      negativeRows,
    };
  }
}

export function readSamples(input: SampleInput): SampleColumns {
  return new SampleReader(input).run();
}
