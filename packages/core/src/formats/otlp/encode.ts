// A ProfileTable as OTLP profiles (protocol buffers, opentelemetry-proto v1.11.0): one Profile a sample
// type, all in one scope, all listing the same samples in the same order. Reading it back gives the
// table; what the format cannot hold is in FORMAT.md.

import { MessageWriter } from "../../model/builders/proto-writer.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import * as names from "./names.ts";

const TO_UTF8 = new TextEncoder();

type Value = string | number | boolean | readonly string[];

class OtlpEncoder {
  readonly #table: ProfileTable;
  readonly #strings = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #attributes = new Map<string, number>();
  readonly #attributeTable = new MessageWriter();
  readonly #out = new MessageWriter();

  constructor(table: ProfileTable) {
    this.#table = table;
    this.#string("");
    // Index 0 of every table is its zero value.
    this.#attributeTable.bytes(6, new Uint8Array(0));
  }

  #string(text: string): number {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    const index = this.#texts.length;
    this.#strings.set(text, index);
    this.#texts.push(text);
    return index;
  }

  #tableString(index: number): number {
    return this.#string(this.#table.strings.get(index));
  }

  #value(value: Value): MessageWriter {
    const out = new MessageWriter();
    if (typeof value === "string") out.bytes(1, TO_UTF8.encode(value));
    else if (typeof value === "boolean") out.always(2, value ? 1 : 0);
    else if (typeof value === "number") out.always(3, value);
    else {
      const list = new MessageWriter();
      for (const item of value) list.message(1, this.#value(item));
      out.message(5, list);
    }
    return out;
  }

  /** Index in the table of attributes. */
  #attribute(key: string, value: Value, unit = ""): number {
    const id = JSON.stringify([key, value, unit]);
    const known = this.#attributes.get(id);
    if (known !== undefined) return known;
    const message = new MessageWriter();
    message.number(1, this.#string(key));
    message.message(2, this.#value(value));
    message.number(3, this.#string(unit));
    this.#attributeTable.message(6, message);
    const index = this.#attributes.size + 1;
    this.#attributes.set(id, index);
    return index;
  }

  #packed(to: MessageWriter, field: number, indices: readonly number[]): void {
    if (indices.length === 0) return;
    const inner = new MessageWriter();
    for (const index of indices) inner.bare(index);
    to.message(field, inner);
  }

  #valueType(to: MessageWriter, field: number, type: string, unit: string): void {
    const inner = new MessageWriter();
    inner.number(1, this.#string(type));
    inner.number(2, this.#string(unit));
    to.message(field, inner);
  }

  /** Attributes of each row, packed once for all profiles. */
  #labels(): MessageWriter[] {
    const { labels, strings, rows } = this.#table;
    const out: MessageWriter[] = [];
    for (let row = 0; row < rows; row++) {
      const indices: number[] = [];
      for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
        const num = labels.num[i];
        const isText = labels.str[i] !== 0 || Number.isNaN(num);
        const value = isText ? strings.get(labels.str[i]) : num;
        const unit = strings.get(labels.unit[i]);
        indices.push(this.#attribute(strings.get(labels.key[i]), value, unit));
      }
      const message = new MessageWriter();
      this.#packed(message, 2, indices);
      out.push(message);
    }
    return out;
  }

  #profileAttributes(): number[] {
    const { comments, docUrl, dropFrames, keepFrames } = this.#table;
    const list: number[] = [];
    if (comments.length > 0) list.push(this.#attribute(names.COMMENT, comments));
    if (docUrl !== undefined) list.push(this.#attribute(names.DOC_URL, docUrl));
    if (dropFrames !== undefined) list.push(this.#attribute(names.DROP_FRAMES, dropFrames));
    if (keepFrames !== undefined) list.push(this.#attribute(names.KEEP_FRAMES, keepFrames));
    return list;
  }

  #profiles(to: MessageWriter): void {
    const table = this.#table;
    const labels = this.#labels();
    const attributes = this.#profileAttributes();
    const whole = Math.floor(table.timeMs ?? 0);
    const rest = BigInt(Math.round(((table.timeMs ?? 0) - whole) * 1e6));
    const nanos = table.timeNanos ?? BigInt(whole) * 1_000_000n + rest;
    table.sampleTypes.forEach(({ type, unit }, at) => {
      const profile = new MessageWriter();
      this.#valueType(profile, 1, type, unit);
      const sample = new MessageWriter();
      const value = new MessageWriter();
      for (let row = 0; row < table.rows; row++) {
        sample.clear();
        // Stack 0 is the empty one.
        sample.number(1, table.rowStack[row] + 1);
        sample.out.append(labels[row].out.data, 0, labels[row].out.length);
        value.clear();
        value.bare(table.values[at][row]);
        sample.message(4, value);
        profile.message(2, sample);
      }
      profile.fixed64(3, BigInt.asUintN(64, nanos));
      profile.number(4, table.durationNs ?? 0);
      if (table.periodType !== undefined) {
        this.#valueType(profile, 5, table.periodType.type, table.periodType.unit);
      }
      profile.number(6, table.period ?? 0);
      this.#packed(profile, 11, attributes);
      to.message(2, profile);
    });
  }

  #scope(): MessageWriter {
    const scope = new MessageWriter();
    scope.bytes(1, TO_UTF8.encode("heapwright"));
    const stated = this.#table.statedDefaultType;
    if (stated !== undefined) {
      const attribute = new MessageWriter();
      attribute.bytes(1, TO_UTF8.encode(names.DEFAULT_TYPE));
      attribute.message(2, this.#value(stated));
      scope.message(3, attribute);
    }
    return scope;
  }

  #mappings(to: MessageWriter): void {
    const { mappings, strings } = this.#table;
    to.bytes(1, new Uint8Array(0));
    for (let i = 0; i < mappings.length; i++) {
      const message = new MessageWriter();
      message.number(1, mappings.start[i]);
      message.number(2, mappings.limit[i]);
      message.number(3, mappings.offset[i]);
      message.number(4, this.#tableString(mappings.file[i]));
      const attributes: number[] = [];
      const buildId = strings.get(mappings.buildId[i]);
      if (buildId !== "") attributes.push(this.#attribute(names.BUILD_ID, buildId));
      const flags = mappings.flags?.[i] ?? 0;
      names.MAPPING_FLAGS.forEach((key, bit) => {
        if ((flags >> bit) & 1) attributes.push(this.#attribute(key, true));
      });
      this.#packed(message, 5, attributes);
      to.message(1, message);
    }
  }

  #locations(to: MessageWriter): void {
    const { locations } = this.#table;
    const message = new MessageWriter();
    const line = new MessageWriter();
    to.bytes(2, new Uint8Array(0));
    for (let i = 0; i < locations.length; i++) {
      message.clear();
      message.number(1, locations.mapping[i] + 1);
      const exact = locations.bigAddress?.get(i);
      if (exact === undefined) message.number(2, locations.address[i]);
      else message.big(2, exact);
      for (let at = locations.lineStart[i]; at < locations.lineStart[i + 1]; at++) {
        line.clear();
        line.number(1, locations.lineFunction[at] + 1);
        line.number(2, locations.lineNumber[at]);
        line.number(3, locations.lineColumn?.[at] ?? 0);
        message.message(3, line);
      }
      if (locations.isFolded?.[i] === 1) {
        this.#packed(message, 4, [this.#attribute(names.IS_FOLDED, true)]);
      }
      to.message(2, message);
    }
  }

  #functions(to: MessageWriter): void {
    const { functions } = this.#table;
    const message = new MessageWriter();
    to.bytes(3, new Uint8Array(0));
    for (let i = 0; i < functions.length; i++) {
      message.clear();
      message.number(1, this.#tableString(functions.name[i]));
      message.number(2, this.#tableString(functions.systemName[i]));
      message.number(3, this.#tableString(functions.file[i]));
      message.number(4, functions.startLine[i]);
      to.message(3, message);
    }
  }

  #stacks(to: MessageWriter): void {
    const { stacks } = this.#table;
    const message = new MessageWriter();
    const indices = new MessageWriter();
    to.bytes(7, new Uint8Array(0));
    for (let i = 0; i < stacks.length; i++) {
      message.clear();
      indices.clear();
      for (let at = stacks.start[i]; at < stacks.start[i + 1]; at++) {
        indices.bare(stacks.location[at] + 1);
      }
      if (indices.out.length > 0) message.message(1, indices);
      to.message(7, message);
    }
  }

  run(): Uint8Array {
    const dictionary = new MessageWriter();
    this.#mappings(dictionary);
    this.#locations(dictionary);
    this.#functions(dictionary);
    dictionary.bytes(4, new Uint8Array(0));
    this.#stacks(dictionary);
    const scope = new MessageWriter();
    scope.message(1, this.#scope());
    this.#profiles(scope);
    const resource = new MessageWriter();
    resource.message(2, scope);
    this.#out.message(1, resource);
    const { out } = this.#attributeTable;
    dictionary.out.append(out.data, 0, out.length);
    for (const text of this.#texts) dictionary.bytes(5, TO_UTF8.encode(text));
    this.#out.message(2, dictionary);
    return this.#out.out.finish();
  }
}

/** @throws RangeError for raw heap counts, which have to be scaled first, and for fractions. */
export function encodeOtlp(table: ProfileTable): Uint8Array {
  const isHeap = table.profileKind === "heap" || table.profileKind === "allocs";
  if (table.encoding === "text" && isHeap) {
    throw new RangeError("heap values of debug=1 text are raw counts and must be scaled first");
  }
  return new OtlpEncoder(table).run();
}
