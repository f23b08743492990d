// A ProfileTable back to a pprof message (not compressed). Reading the result gives the same table:
// same strings at the same indices, same rows, same locations. The string table is written last,
// as Go does, so that a cut file is always noticed.
//
// Not supported: heap values from Go's debug=1 text, which are raw counts while a heap message holds
// values scaled up by the writer; writing them unscaled would state a wrong profile.

import { exactBytes } from "../../model/exact-text.ts";
import { MessageWriter } from "../../model/builders/proto-writer.ts";
import type { ProfileTable, ValueType } from "../../model/tables/profile.ts";

const NS_PER_MS = 1_000_000n;

/** The table's strings in their order, and behind them those that only plain text fields hold. */
class StringsOut {
  readonly #table: ProfileTable;
  readonly #index = new Map<string, number>();
  readonly extra: string[] = [];

  constructor(table: ProfileTable) {
    this.#table = table;
    for (let i = table.strings.length - 1; i >= 0; i--) this.#index.set(table.strings.get(i), i);
  }

  indexOf(text: string): number {
    const known = this.#index.get(text);
    if (known !== undefined) return known;
    const index = this.#table.strings.length + this.extra.length;
    this.extra.push(text);
    this.#index.set(text, index);
    return index;
  }

  write(to: MessageWriter): void {
    const { strings } = this.#table;
    for (let i = 0; i < strings.length; i++) to.bytes(6, exactBytes(strings.get(i)));
    for (const text of this.extra) to.bytes(6, exactBytes(text));
  }
}

function timeNanos(ms: number): bigint {
  const whole = Math.floor(ms);
  return BigInt(whole) * NS_PER_MS + BigInt(Math.round((ms - whole) * 1e6));
}

class ProfileEncoder {
  readonly #table: ProfileTable;
  readonly #strings: StringsOut;
  readonly #out = new MessageWriter();
  readonly #message = new MessageWriter();
  readonly #inner = new MessageWriter();

  constructor(table: ProfileTable) {
    this.#table = table;
    this.#strings = new StringsOut(table);
  }

  #valueType(field: number, { type, unit }: ValueType): void {
    this.#message.clear();
    this.#message.number(1, this.#strings.indexOf(type));
    this.#message.number(2, this.#strings.indexOf(unit));
    this.#out.message(field, this.#message);
  }

  #samples(): void {
    const { rows, rowStack, stacks, values, labels } = this.#table;
    for (let row = 0; row < rows; row++) {
      this.#message.clear();
      const stack = rowStack[row];
      const from = stacks.start[stack];
      const to = stacks.start[stack + 1];
      if (to > from) {
        this.#inner.clear();
        const ids = this.#table.locations.id;
        for (let i = from; i < to; i++) {
          const location = stacks.location[i];
          this.#inner.id(ids === undefined ? location + 1 : ids[location]);
        }
        this.#message.message(1, this.#inner);
      }
      this.#inner.clear();
      for (const column of values) this.#inner.bare(column[row]);
      this.#message.message(2, this.#inner);
      for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
        this.#inner.clear();
        this.#inner.number(1, labels.key[i]);
        this.#inner.number(2, labels.str[i]);
        const num = labels.num[i];
        // A stated 0 is written: it tells "zero" from "the empty string".
        if (!Number.isNaN(num)) this.#inner.always(3, num);
        this.#inner.number(4, labels.unit[i]);
        this.#message.message(3, this.#inner);
      }
      this.#out.message(2, this.#message);
    }
  }

  #mappings(): void {
    const { mappings } = this.#table;
    for (let i = 0; i < mappings.length; i++) {
      this.#message.clear();
      this.#message.idField(1, mappings.id?.[i] ?? i + 1);
      this.#message.number(2, mappings.start[i]);
      this.#message.number(3, mappings.limit[i]);
      this.#message.number(4, mappings.offset[i]);
      this.#message.number(5, mappings.file[i]);
      this.#message.number(6, mappings.buildId[i]);
      const flags = mappings.flags === undefined ? 0 : mappings.flags[i];
      for (let bit = 0; bit < 4; bit++) this.#message.number(7 + bit, (flags >> bit) & 1);
      this.#out.message(3, this.#message);
    }
  }

  #locations(): void {
    const { locations } = this.#table;
    const { lineColumn, isFolded } = locations;
    for (let i = 0; i < locations.length; i++) {
      this.#message.clear();
      const mapping = locations.mapping[i];
      const mappingIds = this.#table.mappings.id;
      this.#message.idField(1, locations.id?.[i] ?? i + 1);
      if (mapping >= 0) this.#message.idField(2, mappingIds?.[mapping] ?? mapping + 1);
      const big = locations.bigAddress?.get(i);
      if (big === undefined) this.#message.number(3, locations.address[i]);
      else this.#message.big(3, big);
      for (let line = locations.lineStart[i]; line < locations.lineStart[i + 1]; line++) {
        this.#inner.clear();
        this.#inner.number(1, locations.lineFunction[line] + 1);
        this.#inner.number(2, locations.lineNumber[line]);
        if (lineColumn !== undefined) this.#inner.number(3, lineColumn[line]);
        this.#message.message(4, this.#inner);
      }
      if (isFolded !== undefined) this.#message.number(5, isFolded[i]);
      this.#out.message(4, this.#message);
    }
  }

  #functions(): void {
    const { functions } = this.#table;
    for (let i = 0; i < functions.length; i++) {
      this.#message.clear();
      this.#message.number(1, i + 1);
      this.#message.number(2, functions.name[i]);
      this.#message.number(3, functions.systemName[i]);
      this.#message.number(4, functions.file[i]);
      this.#message.number(5, functions.startLine[i]);
      this.#out.message(5, this.#message);
    }
  }

  #text(field: number, text: string | undefined): void {
    if (text !== undefined) this.#out.number(field, this.#strings.indexOf(text));
  }

  run(): Uint8Array {
    const table = this.#table;
    for (const type of table.sampleTypes) this.#valueType(1, type);
    this.#samples();
    this.#mappings();
    this.#locations();
    this.#functions();
    this.#text(7, table.dropFrames);
    this.#text(8, table.keepFrames);
    if (table.timeNanos !== undefined) this.#out.big(9, table.timeNanos);
    else if (table.timeMs !== undefined) this.#out.big(9, timeNanos(table.timeMs));
    if (table.durationNs !== undefined) this.#out.number(10, table.durationNs);
    if (table.periodType !== undefined) this.#valueType(11, table.periodType);
    if (table.period !== undefined) this.#out.always(12, table.period);
    for (const comment of table.comments) this.#out.always(13, this.#strings.indexOf(comment));
    // The last type is the default unless another is named.
    if (table.statedDefaultType !== undefined) this.#text(14, table.statedDefaultType);
    else if (table.defaultSampleType !== table.sampleTypes.length - 1) {
      this.#text(14, table.sampleTypes[table.defaultSampleType]?.type);
    }
    this.#text(15, table.docUrl);
    this.#strings.write(this.#out);
    return this.#out.out.finish();
  }
}

/** @throws RangeError for a table that the format cannot state: raw heap counts, or fractions. */
export function encodeProfile(table: ProfileTable): Uint8Array {
  const isHeap = table.profileKind === "heap" || table.profileKind === "allocs";
  if (table.encoding === "text" && isHeap) {
    throw new RangeError("heap values of debug=1 text are raw counts and must be scaled first");
  }
  return new ProfileEncoder(table).run();
}
