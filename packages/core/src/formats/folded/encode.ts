// A table to folded lines: for each stack of names the sum of one sample type. What the format cannot
// hold is in FORMAT.md.

import { IntLists } from "../../model/builders/int-lists.ts";
import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import type { ProfileTable } from "../../model/tables/profile.ts";

const CHUNK = 1 << 16;

/**
 * The lines in pieces of about 64 KiB, stacks in the order of their first row; stacks whose sum is 0 are
 * left out. Cost: one pass over the frames of each row, and a number a frame of each distinct stack.
 *
 * @param sampleType index into `table.sampleTypes`
 */
export function* encodeFolded(
  table: ProfileTable,
  sampleType = table.defaultSampleType,
): Generator<string> {
  const column = table.values[sampleType];
  if (column === undefined) throw new RangeError(`no sample type ${sampleType}`);
  const names = new FrameNames(table);
  const chains = new IntLists();
  const sums = new GrowingFloat64();
  const byStack = new Int32Array(table.stacks.length).fill(-1);
  for (let row = 0; row < table.rows; row++) {
    const stack = table.rowStack[row];
    if (byStack[stack] < 0) {
      const chain = names.chain(stack);
      byStack[stack] = chains.intern(chain.data, 0, chain.length);
      while (sums.length < chains.length) sums.push(0);
    }
    sums.data[byStack[stack]] += column[row];
  }
  let chunk = "";
  for (let i = 0; i < chains.length; i++) {
    if (sums.data[i] === 0) continue;
    const line: string[] = [];
    for (let at = chains.start.data[i + 1] - 1; at >= chains.start.data[i]; at--) {
      line.push(names.text(chains.data.data[at]));
    }
    chunk += `${line.join(";") || "[unknown]"} ${sums.data[i]}\n`;
    if (chunk.length >= CHUNK) {
      yield chunk;
      chunk = "";
    }
  }
  if (chunk !== "") yield chunk;
}

/** Frames by number: string indices for names, and behind them one for each address without one. */
class FrameNames {
  readonly #table: ProfileTable;
  readonly #chain = new GrowingInt32();
  readonly #texts: (string | undefined)[] = [];

  constructor(table: ProfileTable) {
    this.#table = table;
  }

  /** Leaf first; valid until the next call. */
  chain(stack: number): GrowingInt32 {
    const { stacks, locations, functions, strings } = this.#table;
    this.#chain.length = 0;
    for (let i = stacks.start[stack]; i < stacks.start[stack + 1]; i++) {
      const at = stacks.location[i];
      const from = locations.lineStart[at];
      const to = locations.lineStart[at + 1];
      if (from === to) this.#chain.push(strings.length + at);
      for (let line = from; line < to; line++) {
        this.#chain.push(functions.name[locations.lineFunction[line]]);
      }
    }
    return this.#chain;
  }

  text(frame: number): string {
    const known = this.#texts[frame];
    if (known !== undefined) return known;
    const { strings, locations } = this.#table;
    const text =
      frame < strings.length
        ? foldedName(strings.get(frame))
        : `0x${hex(locations.bigAddress?.get(frame - strings.length) ?? locations.address[frame - strings.length])}`;
    this.#texts[frame] = text;
    return text;
  }
}

function hex(value: number | bigint): string {
  return BigInt(value).toString(16);
}

/** ";" parts frames and a line feed stacks, so that neither can be in a name. */
export function foldedName(name: string): string {
  return name.replace(/[;\n\r]/g, (c) => (c === ";" ? ":" : " "));
}
