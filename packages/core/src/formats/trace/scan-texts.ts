// The strings and stacks that the memory scan's rows name, by numbers of the generation's own, as flat
// columns that can be transferred. Only what is named is decoded: of a trace's bytes most can be tables.

import { GrowingBytes, GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { TraceFault } from "./fault.ts";
import type { GenerationTables } from "./tables.ts";
import type { Uvarint } from "./uvarint.ts";

export interface ScannedTexts {
  /** String i is bytes [stringStart[i], stringStart[i+1]); string 0 is "". */
  readonly stringBytes: Uint8Array;
  readonly stringStart: Int32Array;
  /** Stack i is frames [stackStart[i], stackStart[i+1]), leaf first. */
  readonly stackStart: Int32Array;
  readonly framePc: Float64Array;
  readonly frameFunction: Int32Array;
  readonly frameFile: Int32Array;
  readonly frameLine: Float64Array;
}

const NOT_YET = -1;
/** Reason of GoStop (Go src/runtime/traceruntime.go, GoPreempt); the other one is "runtime.Gosched". */
export const PREEMPTED = new TextEncoder().encode("preempted");

/** Equal to no id. */
const NO_ID = Number.NaN;

export class TextRefs {
  readonly #bytes: Uint8Array;
  readonly #tables: GenerationTables;
  readonly #number: Uvarint;
  readonly #stringOfRow: Int32Array;
  readonly #stackOfRow: Int32Array;
  readonly #text = new GrowingBytes();
  readonly #stringStart = new GrowingInt32();
  readonly #stackStart = new GrowingInt32();
  readonly #framePc = new GrowingFloat64();
  readonly #frameFunction = new GrowingInt32();
  readonly #frameFile = new GrowingInt32();
  readonly #frameLine = new GrowingFloat64();
  /** Ids that no table has: they read as "" and as no stack. */
  missing = 0;

  constructor(bytes: Uint8Array, tables: GenerationTables, number: Uvarint) {
    this.#bytes = bytes;
    this.#tables = tables;
    this.#number = number;
    this.#stringOfRow = new Int32Array(tables.stringStart.length).fill(NOT_YET);
    this.#stackOfRow = new Int32Array(tables.stackStart.length).fill(NOT_YET);
    this.#stringStart.push(0);
    this.#stringStart.push(0);
    this.#stackStart.push(0);
  }

  string(id: number): number {
    if (id === 0) return 0;
    const row = this.#tables.strings.row(id);
    if (row < 0) {
      this.missing += 1;
      return 0;
    }
    const known = this.#stringOfRow[row];
    if (known !== NOT_YET) return known;
    const index = this.#stringStart.length - 1;
    this.#text.append(this.#bytes, this.#tables.stringStart[row], this.#tables.stringEnd[row]);
    this.#stringStart.push(this.#text.length);
    this.#stringOfRow[row] = index;
    return index;
  }

  /** The id under which the generation has a text; NaN where it has not. */
  idOf(text: Uint8Array): number {
    const { strings, stringStart, stringEnd } = this.#tables;
    for (let row = 0; row < strings.length; row++) {
      const from = stringStart[row];
      if (stringEnd[row] - from !== text.length) continue;
      if (text.every((byte, i) => this.#bytes[from + i] === byte)) return strings.id(row);
    }
    return NO_ID;
  }

  /** A string that no table has: a name that is the format's own. */
  own(text: Uint8Array): number {
    const index = this.#stringStart.length - 1;
    this.#text.append(text);
    this.#stringStart.push(this.#text.length);
    return index;
  }

  /** −1 for none. */
  stack(id: number): number {
    if (id === 0) return -1;
    const row = this.#tables.stacks.row(id);
    if (row < 0) {
      this.missing += 1;
      return -1;
    }
    const known = this.#stackOfRow[row];
    if (known !== NOT_YET) return known;
    const index = this.#stackStart.length - 1;
    const frames = this.#tables.stackFrames[row];
    let at = this.#tables.stackStart[row];
    for (let i = 0; i < frames; i++) {
      this.#framePc.push(this.#next(at));
      this.#frameFunction.push(this.string(this.#next(this.#number.next)));
      this.#frameFile.push(this.string(this.#next(this.#number.next)));
      this.#frameLine.push(this.#next(this.#number.next));
      at = this.#number.next;
    }
    this.#stackStart.push(this.#framePc.length);
    this.#stackOfRow[row] = index;
    return index;
  }

  #next(at: number): number {
    const value = this.#number.double(this.#bytes, at, this.#bytes.length);
    if (this.#number.next < 0) {
      throw new TraceFault("cut-table", "binary: varint overflows a 64-bit integer");
    }
    return value;
  }

  finish(): ScannedTexts {
    return {
      stringBytes: this.#text.finish(),
      stringStart: this.#stringStart.finish(),
      stackStart: this.#stackStart.finish(),
      framePc: this.#framePc.finish(),
      frameFunction: this.#frameFunction.finish(),
      frameFile: this.#frameFile.finish(),
      frameLine: this.#frameLine.finish(),
    };
  }
}
