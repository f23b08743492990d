// A table as a speedscope file: one sampled profile for each sample type, all with the same samples in
// the same order, so that the sample types can be joined again. What it cannot hold is in FORMAT.md.

import { GrowingInt32 } from "../../model/builders/growing.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";
import { EXPORTER, SCHEMA } from "./names.ts";

const CHUNK = 1 << 16;
const UNITS = new Set(["nanoseconds", "microseconds", "milliseconds", "seconds", "bytes"]);

/** Lines of all locations as frames of the file, equal ones once. */
class FramesOut {
  readonly #table: ProfileTable;
  readonly #interned = new IntLists();
  readonly json: string[] = [];
  /** Frames of location i, innermost first, are [start[i], start[i+1]) of `frame`. */
  readonly start: Int32Array;
  readonly frame = new GrowingInt32();

  constructor(table: ProfileTable) {
    this.#table = table;
    const { length, lineStart } = table.locations;
    this.start = new Int32Array(length + 1);
    for (let at = 0; at < length; at++) {
      if (lineStart[at] === lineStart[at + 1]) this.#address(at);
      for (let line = lineStart[at]; line < lineStart[at + 1]; line++) this.#line(line);
      this.start[at + 1] = this.frame.length;
    }
  }

  #add(key: Int32Array, json: () => unknown): void {
    const at = this.#interned.intern(key, 0, key.length);
    if (at === this.json.length) this.json.push(JSON.stringify(json()));
    this.frame.push(at);
  }

  #address(at: number): void {
    const { address, bigAddress } = this.#table.locations;
    const exact = BigInt(bigAddress?.get(at) ?? address[at]);
    const key = [-1, Number(exact & 0xffff_ffffn), Number(exact >> 32n)];
    this.#add(Int32Array.from(key), () => ({ name: `0x${exact.toString(16)}` }));
  }

  #line(line: number): void {
    const { strings, functions, locations } = this.#table;
    const fn = locations.lineFunction[line];
    const number = locations.lineNumber[line];
    const column = locations.lineColumn?.[line] ?? 0;
    const key = [functions.name[fn], functions.file[fn], number, column];
    this.#add(Int32Array.from(key), () => {
      const file = strings.get(functions.file[fn]);
      return {
        name: strings.get(functions.name[fn]),
        ...(file === "" ? {} : { file }),
        ...(number > 0 ? { line: number } : {}),
        ...(column > 0 ? { col: column } : {}),
      };
    });
  }
}

function* list(items: Iterable<string>): Generator<string> {
  let isFirst = true;
  for (const item of items) {
    yield isFirst ? item : `,${item}`;
    isFirst = false;
  }
}

function* samples(table: ProfileTable, frames: FramesOut): Generator<string> {
  const { stacks } = table;
  for (let row = 0; row < table.rows; row++) {
    const stack = table.rowStack[row];
    const chain: number[] = [];
    for (let i = stacks.start[stack + 1] - 1; i >= stacks.start[stack]; i--) {
      const at = stacks.location[i];
      for (let k = frames.start[at + 1] - 1; k >= frames.start[at]; k--) {
        chain.push(frames.frame.data[k]);
      }
    }
    yield `[${chain.join(",")}]`;
  }
}

function* weights(column: Float64Array): Generator<string> {
  for (const value of column) yield String(value);
}

function* parts(table: ProfileTable): Generator<string> {
  const frames = new FramesOut(table);
  const active = table.defaultSampleType;
  const head = { $schema: SCHEMA, exporter: EXPORTER, activeProfileIndex: active };
  const [comment] = table.comments;
  const named = comment === undefined ? head : { ...head, name: comment };
  yield `${JSON.stringify(named).slice(0, -1)},"shared":{"frames":[`;
  yield* list(frames.json);
  yield `]},"profiles":[`;
  for (let i = 0; i < table.sampleTypes.length; i++) {
    const { type, unit } = table.sampleTypes[i];
    const column = table.values[i];
    const total = column.reduce((sum, value) => sum + value, 0);
    const profile = {
      type: "sampled",
      name: `${type}/${unit}`,
      unit: UNITS.has(unit) ? unit : "none",
      startValue: 0,
      endValue: total,
    };
    yield `${i > 0 ? "," : ""}${JSON.stringify(profile).slice(0, -1)},"samples":[`;
    yield* list(samples(table, frames));
    yield `],"weights":[`;
    yield* list(weights(column));
    yield "]}";
  }
  yield "]}\n";
}

/**
 * The file in pieces of about 64 KiB.
 *
 * @throws RangeError for a table with negative values: speedscope refuses a file with one
 */
export function* encodeSpeedscope(table: ProfileTable): Generator<string> {
  if (table.values.some((column) => column.some((value) => value < 0))) {
    throw new RangeError("speedscope has no negative weights, and a difference has them");
  }
  let chunk = "";
  for (const part of parts(table)) {
    chunk += part;
    if (chunk.length >= CHUNK) {
      yield chunk;
      chunk = "";
    }
  }
  yield chunk;
}
