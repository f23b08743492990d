// Strings and stacks of all generations under one number each. Every generation repeats its tables
// with numbers of its own; without interning nothing could be added up over generations.

import { ByteStrings, type StringsPart } from "../../model/builders/byte-strings.ts";
import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { HashSlots, scramble } from "../../model/builders/hash-slots.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import { TraceFault } from "./fault.ts";
import { IdSlots } from "./id-slots.ts";
import type { GenerationTables, LocalIds } from "./tables.ts";
import type { Uvarint } from "./uvarint.ts";

/** Lookup results other than an index. */
export const NONE = -1;
export const MISSING = -2;

/** Frames of a stack in the format before Go 1.22, which bears more than the one since. */
const MAX_OLD_FRAMES = 1000;

/** From a generation's own ids to the trace's indices. */
export class IdMap {
  readonly #ids: LocalIds;
  readonly #index: Int32Array;
  readonly #dense: Int32Array;

  /** `index`: per row of `ids`. `ofZero`: what id 0 means. */
  constructor(ids: LocalIds, index: Int32Array, ofZero: number) {
    this.#ids = ids;
    this.#index = index;
    // One load instead of two for the ids that real traces have.
    const length = Math.min(ids.length * 4 + 1024, 1 << 24);
    this.#dense = new Int32Array(length).fill(MISSING);
    for (let row = 0; row < ids.length; row++) {
      const id = ids.id(row);
      if (id >= 0 && id < length) this.#dense[id] = index[row];
    }
    this.#dense[0] = ofZero;
  }

  /** The index, or MISSING. */
  get(id: number): number {
    if (id >= 0 && id < this.#dense.length) return this.#dense[id];
    const row = this.#ids.row(id);
    return row < 0 ? MISSING : this.#index[row];
  }
}

export interface InternedTables {
  /** Id 0 is "". */
  readonly strings: IdMap;
  /** Id 0 is NONE. */
  readonly stacks: IdMap;
}

/** How much of an interner's tables is known elsewhere. */
export interface InternedLengths {
  readonly strings: number;
  readonly frames: number;
  readonly stacks: number;
}

/** What came to an interner's tables since then; copies. */
export interface InternedGrowth {
  readonly strings: StringsPart;
  readonly framePc: Float64Array<ArrayBuffer>;
  readonly frameFunction: Int32Array<ArrayBuffer>;
  readonly frameFile: Int32Array<ArrayBuffer>;
  readonly frameLine: Float64Array<ArrayBuffer>;
  readonly stackFrames: Int32Array<ArrayBuffer>;
  /** Offsets in all of the stacks' frames. */
  readonly stackEnds: Int32Array<ArrayBuffer>;
}

export class TraceInterner {
  readonly strings = new ByteStrings();
  readonly #number: Uvarint;
  /** Frames: pc and line as `Uvarint.id` gives them. */
  readonly framePc = new GrowingFloat64();
  readonly frameFunction = new GrowingInt32();
  readonly frameFile = new GrowingInt32();
  readonly frameLine = new GrowingFloat64();
  readonly #frameSlots = new HashSlots();
  /** Stack i is frames [start[i], start[i+1]) of `data`, leaf first. */
  readonly stacks = new IntLists();
  #at = 0;

  constructor(number: Uvarint) {
    this.#number = number;
  }

  /** Frames of the old format that name a string that is not there; they read as "". */
  missing = 0;
  #isOld = false;

  /** @throws TraceFault when a frame names a string that is not there. */
  add(bytes: Uint8Array, tables: GenerationTables): InternedTables {
    this.#isOld = false;
    return this.#add(bytes, tables);
  }

  /** Of a trace in the old format, of which Go checks frames only when it prints them. */
  addOld(bytes: Uint8Array, tables: GenerationTables): InternedTables {
    this.#isOld = true;
    return this.#add(bytes, tables);
  }

  get lengths(): InternedLengths {
    return {
      strings: this.strings.length,
      frames: this.framePc.length,
      stacks: this.stacks.length,
    };
  }

  growthSince({ strings, frames, stacks }: InternedLengths): InternedGrowth {
    const { data, start } = this.stacks;
    return {
      strings: this.strings.part(strings),
      framePc: this.framePc.data.slice(frames, this.framePc.length),
      frameFunction: this.frameFunction.data.slice(frames, this.frameFunction.length),
      frameFile: this.frameFile.data.slice(frames, this.frameFile.length),
      frameLine: this.frameLine.data.slice(frames, this.frameLine.length),
      stackFrames: data.data.slice(start.data[stacks], data.length),
      stackEnds: start.data.slice(stacks + 1, start.length),
    };
  }

  /** Goes on with another interner's tables, to look numbers up in; nothing may be added then. */
  extend(growth: InternedGrowth): void {
    this.strings.extend(growth.strings);
    this.framePc.append(growth.framePc);
    this.frameFunction.append(growth.frameFunction, 0, growth.frameFunction.length);
    this.frameFile.append(growth.frameFile, 0, growth.frameFile.length);
    this.frameLine.append(growth.frameLine);
    const { stackFrames, stackEnds } = growth;
    this.stacks.data.append(stackFrames, 0, stackFrames.length);
    this.stacks.start.append(stackEnds, 0, stackEnds.length);
  }

  #add(bytes: Uint8Array, tables: GenerationTables): InternedTables {
    const strings = this.#internStrings(bytes, tables);
    const stackIndex = new Int32Array(tables.stackStart.length);
    // Within a generation the first frame seen for a pc stands for all (generation.go addStacks).
    const frameOfPc = new IdSlots();
    const list = new Int32Array(MAX_OLD_FRAMES);
    for (let row = 0; row < stackIndex.length; row++) {
      const frames = tables.stackFrames[row];
      this.#at = tables.stackStart[row];
      for (let i = 0; i < frames; i++) {
        const pc = this.#next(bytes);
        const known = frameOfPc.get(pc);
        if (known >= 0) {
          this.#skipThree(bytes);
          list[i] = known;
          continue;
        }
        const frame = this.#frame(bytes, pc, strings);
        if (!frameOfPc.add(pc, frame)) {
          throw new TraceFault("prepared-ids", "program counters that were made to collide");
        }
        list[i] = frame;
      }
      stackIndex[row] = this.stacks.intern(list, 0, frames);
    }
    return { strings, stacks: new IdMap(tables.stacks, stackIndex, NONE) };
  }

  #internStrings(bytes: Uint8Array, tables: GenerationTables): IdMap {
    const index = new Int32Array(tables.stringStart.length);
    for (let row = 0; row < index.length; row++) {
      index[row] = this.strings.internBytes(bytes, tables.stringStart[row], tables.stringEnd[row]);
    }
    return new IdMap(tables.strings, index, 0);
  }

  #next(bytes: Uint8Array): number {
    let at = this.#at;
    const first = bytes[at];
    if (first < 0x80) {
      this.#at = at + 1;
      return first;
    }
    const second = bytes[at + 1];
    if (second < 0x80) {
      this.#at = at + 2;
      return (first & 0x7f) | (second << 7);
    }
    const third = bytes[at + 2];
    if (third < 0x80) {
      this.#at = at + 3;
      return (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
    }
    const fourth = bytes[at + 3];
    if (fourth < 0x80) {
      this.#at = at + 4;
      return (first & 0x7f) | ((second & 0x7f) << 7) | ((third & 0x7f) << 14) | (fourth << 21);
    }
    const value = this.#number.id(bytes, at, bytes.length);
    at = this.#number.next;
    if (at < 0) throw new TraceFault("cut-table", "binary: varint overflows a 64-bit integer");
    this.#at = at;
    return value;
  }

  #skipThree(bytes: Uint8Array): void {
    let at = this.#at;
    for (let left = 3; left > 0;) left -= 1 - (bytes[at++] >>> 7);
    this.#at = at;
  }

  #frame(bytes: Uint8Array, pc: number, strings: IdMap): number {
    const functionId = this.#next(bytes);
    const fileId = this.#next(bytes);
    const line = this.#next(bytes);
    let name = strings.get(functionId);
    let file = strings.get(fileId);
    if (this.#isOld && (name === MISSING || file === MISSING)) {
      this.missing += 1;
      name = Math.max(name, 0);
      file = Math.max(file, 0);
    }
    if (name === MISSING) {
      throw new TraceFault("no-string", `found invalid func string ID ${functionId} in a stack`);
    }
    if (file === MISSING) {
      throw new TraceFault("no-string", `found invalid file string ID ${fileId} in a stack`);
    }
    return this.#internFrame(pc, name, file, line);
  }

  #internFrame(pc: number, name: number, file: number, line: number): number {
    const table = this.#frameSlots;
    let hash = table.seed ^ (pc | 0);
    hash = Math.imul(hash ^ Math.trunc(pc / 0x1_0000_0000), 0x5bd1_e995);
    hash = Math.imul(hash ^ name ^ (hash >>> 15), 0x5bd1_e995);
    hash = Math.imul(hash ^ file ^ (hash >>> 15), 0x5bd1_e995);
    hash = scramble(hash ^ (line | 0));
    let slot = hash & table.mask;
    for (;;) {
      const entry = table.slots[slot] - 1;
      if (entry < 0) break;
      if (
        this.framePc.data[entry] === pc &&
        this.frameFunction.data[entry] === name &&
        this.frameFile.data[entry] === file &&
        this.frameLine.data[entry] === line
      ) {
        return entry;
      }
      slot = (slot + 1) & table.mask;
    }
    this.framePc.push(pc);
    this.frameFunction.push(name);
    this.frameFile.push(file);
    this.frameLine.push(line);
    return table.add(hash, slot);
  }
}
