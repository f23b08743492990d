// Builds the CallStacks columns for readers that meet frames one at a time (text dumps, traces): it
// interns functions, locations and stacks, so that equal content gets one index.

import type { CallStacks, FunctionColumns } from "../tables/stacks.ts";
import type { ByteStrings } from "./byte-strings.ts";
import { GrowingInt32 } from "./growing.ts";
import { IntLists } from "./int-lists.ts";

const TWO_32 = 0x1_0000_0000;
const FUNCTION_FIELDS = 4;
/** address low, address high, mapping; then two integers a line. */
const LOCATION_HEAD = 3;

/** The four fields by which a function is told apart: name, system name, file, start line. */
export class FunctionInterner {
  readonly #lists = new IntLists();
  readonly #scratch = new Int32Array(FUNCTION_FIELDS);

  intern(name: number, systemName: number, file: number, startLine: number): number {
    const s = this.#scratch;
    s[0] = name;
    s[1] = systemName;
    s[2] = file;
    s[3] = startLine;
    return this.#lists.intern(s, 0, FUNCTION_FIELDS);
  }

  finish(): FunctionColumns {
    const length = this.#lists.length;
    const field = (offset: number): Int32Array => {
      const column = new Int32Array(length);
      const data = this.#lists.data.data;
      for (let i = 0; i < length; i++) column[i] = data[i * FUNCTION_FIELDS + offset];
      return column;
    };
    return { length, name: field(0), systemName: field(1), file: field(2), startLine: field(3) };
  }
}

/**
 * Use: for each frame from the leaf on, `beginLocation`, one `line` for each function there
 * (innermost inlined one first), `endLocation`; then `endStack` gives the index of the stack.
 */
export class CallStacksBuilder {
  readonly strings: ByteStrings;
  readonly #functions = new FunctionInterner();
  readonly #locations = new IntLists();
  readonly #stacks = new IntLists();
  readonly #location = new GrowingInt32();
  readonly #stack = new GrowingInt32();

  constructor(strings: ByteStrings) {
    this.strings = strings;
  }

  /** Number of distinct stacks so far. */
  get stackCount(): number {
    return this.#stacks.length;
  }

  /** `address` below 2^53, 0 where unknown; `mapping` −1 where unknown. */
  beginLocation(address: number, mapping: number): void {
    this.#location.length = 0;
    this.#location.push((address % TWO_32) | 0);
    this.#location.push(Math.floor(address / TWO_32) | 0);
    this.#location.push(mapping);
  }

  /** String indices of the names; `startLine` 0 where unknown. */
  line(name: number, systemName: number, file: number, startLine: number, line: number): void {
    this.#location.push(this.#functions.intern(name, systemName, file, startLine));
    this.#location.push(line);
  }

  /** The index by which the same location can be added again at less cost. */
  endLocation(): number {
    const at = this.#locations.intern(this.#location.data, 0, this.#location.length);
    this.#stack.push(at);
    return at;
  }

  /** Adds a location that `endLocation` gave the index of. */
  location(index: number): void {
    this.#stack.push(index);
  }

  endStack(): number {
    const at = this.#stacks.intern(this.#stack.data, 0, this.#stack.length);
    this.#stack.length = 0;
    return at;
  }

  finish(): CallStacks {
    const functions = this.#functions.finish();
    const length = this.#locations.length;
    const start = this.#locations.start.data;
    const data = this.#locations.data.data;
    const lines = (this.#locations.data.length - length * LOCATION_HEAD) / 2;
    const address = new Float64Array(length);
    const mapping = new Int32Array(length);
    const lineStart = new Int32Array(length + 1);
    const lineFunction = new Int32Array(lines);
    const lineNumber = new Int32Array(lines);
    let line = 0;
    for (let i = 0; i < length; i++) {
      const from = start[i];
      address[i] = (data[from] >>> 0) + (data[from + 1] >>> 0) * TWO_32;
      mapping[i] = data[from + 2];
      lineStart[i] = line;
      for (let at = from + LOCATION_HEAD; at < start[i + 1]; at += 2) {
        lineFunction[line] = data[at];
        lineNumber[line] = data[at + 1];
        line += 1;
      }
    }
    lineStart[length] = line;
    return {
      strings: this.strings,
      functions,
      locations: { length, address, mapping, lineStart, lineFunction, lineNumber },
      stacks: {
        length: this.#stacks.length,
        start: this.#stacks.start.finish(),
        location: this.#stacks.data.finish(),
      },
    };
  }
}
