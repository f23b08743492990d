// A trace without its service's words: functions, files, tasks, regions, log lines, labels and the type
// names of the AllocFree experiment get others. Ids, times, stacks and the order of batches stay, so that
// every tool shows the same events. A string's place is the table of its generation, so the rest of a
// generation is copied as it is, after every event of it was read once: what can't be read may hide
// anything and is not passed on.
//
// Not supported: headers below 1.22, whose strings stand among the events. Experiments other than
// AllocFree are left out, for their bytes can't be read; Go's tools print nothing of them.

import {
  BATCH_EVENTS,
  BATCH_EXPERIMENT,
  BATCH_STRINGS,
  type BatchColumns,
  type GenerationBytes,
  indexBatches,
} from "./container.ts";
import { EventWalk } from "./event-walk.ts";
import { TraceFault } from "./fault.ts";
import { GenerationCopy } from "./generation-copy.ts";
import { GenerationWalk, type GenerationWalkEnd } from "./generation-walk.ts";
import {
  Pseudonyms,
  USE_CATEGORY,
  USE_FILE,
  USE_FUNCTION,
  USE_LABEL,
  USE_MESSAGE,
  USE_NONE,
  USE_REASON,
  USE_REGION,
  USE_STANDARD_FUNCTION,
  USE_TASK,
} from "./pseudonyms.ts";
import { EV_STRINGS, EV_USER_TASK_BEGIN, SPECS } from "./spec.ts";
import { type GenerationTables, readTables } from "./tables.ts";
import { Uvarint } from "./uvarint.ts";

const ALLOC_FREE = 1;
/** Kinds of its batches: runtime/traceallocfree.go. */
const TYPES_BATCH = 0;
const INFO_BATCH = 1;

const USE_OF_ARG: Readonly<Record<string, number>> = {
  reason_string: USE_REASON,
  kind_string: USE_REASON,
  label_string: USE_LABEL,
  name_string: USE_REGION,
  key_string: USE_CATEGORY,
  value_string: USE_MESSAGE,
};

interface StringArg {
  readonly arg: number;
  readonly use: number;
}

const STRING_ARGS: (readonly StringArg[])[] = Array.from({ length: 256 }, () => []);
for (const [type, { args }] of SPECS) {
  STRING_ARGS[type] = args.flatMap((name, arg) => {
    const use = USE_OF_ARG[name];
    if (use === undefined) return [];
    return [{ arg, use: type === EV_USER_TASK_BEGIN ? USE_TASK : use }];
  });
}

export interface AnonymizeEnd extends GenerationWalkEnd {
  readonly generations: number;
  /** Distinct strings that got another word, and those that stayed. */
  readonly replaced: number;
  readonly kept: number;
  /** Batches of experiments that could not be read. */
  readonly leftOut: number;
}

interface BatchPlace {
  readonly start: number;
  /** Of the payload. */
  readonly from: number;
  readonly end: number;
}

export class Anonymize {
  readonly #write: (chunk: Uint8Array) => void;
  readonly #walk: GenerationWalk;
  readonly #number = new Uvarint();
  readonly #words = new Pseudonyms();
  #generations = 0;
  #leftOut = 0;

  /** `maxBytes`: the most that a generation may have; two of them are held in memory. */
  constructor(write: (chunk: Uint8Array) => void, maxBytes: number) {
    this.#write = write;
    this.#walk = new GenerationWalk(maxBytes, write, (generation) => this.#generation(generation));
  }

  push(chunk: Uint8Array): void {
    this.#walk.push(chunk);
  }

  end(): AnonymizeEnd {
    const end = this.#walk.end();
    return {
      ...end,
      generations: this.#generations,
      replaced: this.#words.replaced,
      kept: this.#words.kept,
      leftOut: this.#leftOut,
    };
  }

  #generation(generation: GenerationBytes): void {
    const batches = indexBatches(generation, this.#number);
    const tables = readTables(generation, batches, this.#number);
    const { bytes } = generation;
    const uses = this.#uses(generation, batches, tables);
    const copy = new GenerationCopy(generation, this.#number);
    let row = 0;
    for (let i = 0; i < batches.length; i++) {
      const batch = {
        start: i === 0 ? 0 : batches.end[i - 1],
        from: batches.start[i],
        end: batches.end[i],
      };
      const kind = batches.kind[i];
      if (kind === BATCH_STRINGS) row = this.#strings(bytes, batch, tables, uses, row, copy);
      else if (kind === BATCH_EXPERIMENT) this.#experiment(bytes, batch, copy);
      else copy.batch(batch.start, batch.end);
    }
    this.#write(copy.finish());
    this.#generations += 1;
  }

  /** What each string of the generation is used for, by row. */
  #uses({ bytes }: GenerationBytes, batches: BatchColumns, tables: GenerationTables): Uint8Array {
    const { strings } = tables;
    const uses = new Uint8Array(strings.length);
    this.#usesOfFrames(bytes, tables, uses);
    const walk = new EventWalk(bytes, this.#number);
    for (let i = 0; i < batches.length; i++) {
      if (batches.kind[i] !== BATCH_EVENTS) continue;
      walk.open(batches, i);
      while (walk.next()) {
        for (const { arg, use } of STRING_ARGS[walk.type]) {
          const row = strings.row(walk.args[arg]);
          if (row >= 0 && (uses[row] === USE_NONE || uses[row] > use)) uses[row] = use;
        }
      }
    }
    return uses;
  }

  #usesOfFrames(bytes: Uint8Array, tables: GenerationTables, uses: Uint8Array): void {
    const { strings, stringStart, stringEnd, stackStart, stackFrames } = tables;
    const text = (row: number): Uint8Array => bytes.subarray(stringStart[row], stringEnd[row]);
    const names: number[] = [];
    const files: number[] = [];
    const seen = new Set<number>();
    for (let stack = 0; stack < stackStart.length; stack++) {
      let at = stackStart[stack];
      for (let frame = 0; frame < stackFrames[stack]; frame++) {
        const pair: number[] = [];
        for (let field = 0; field < 4; field++) {
          const value = this.#number.id(bytes, at, bytes.length);
          if (this.#number.next < 0) throw new TraceFault("cut-table", "unexpected EOF");
          at = this.#number.next;
          if (field === 1 || field === 2) pair.push(strings.row(value));
        }
        const [name = -1, file = -1] = pair;
        const key = (name + 1) * (strings.length + 1) + file + 1;
        if (seen.has(key)) continue;
        seen.add(key);
        names.push(name);
        files.push(file);
        if (name >= 0 && file >= 0) this.#words.sawFrame(text(name), text(file));
      }
    }
    names.forEach((name, i) => {
      const file = files[i] ?? -1;
      const isStandard = file < 0 || this.#words.isStandardFile(text(file));
      if (file >= 0 && uses[file] === USE_NONE) uses[file] = USE_FILE;
      if (name < 0) return;
      // One frame in a foreign file makes the name foreign.
      if (!isStandard) uses[name] = USE_FUNCTION;
      else if (uses[name] !== USE_FUNCTION) uses[name] = USE_STANDARD_FUNCTION;
    });
  }

  /** Rows of a table's strings are in file order; gives the row after the batch's last one. */
  #strings(
    bytes: Uint8Array,
    { start, from, end }: BatchPlace,
    { stringStart, stringEnd }: GenerationTables,
    uses: Uint8Array,
    firstRow: number,
    copy: GenerationCopy,
  ): number {
    copy.begin(start, EV_STRINGS);
    let row = firstRow;
    for (let at = from + 1; at < end; row++) {
      this.#number.id(bytes, at + 1, bytes.length);
      const word = this.#words.word(bytes, stringStart[row], stringEnd[row], uses[row]);
      if (word === undefined) {
        copy.entry(at, this.#number.next, bytes, stringStart[row], stringEnd[row]);
      } else copy.entry(at, this.#number.next, word, 0, word.length);
      at = stringEnd[row];
    }
    copy.end();
    return row;
  }

  #experiment(bytes: Uint8Array, { start, from, end }: BatchPlace, copy: GenerationCopy): void {
    const kind = from < end ? bytes[from] : -1;
    if (bytes[start + 1] !== ALLOC_FREE || (kind !== TYPES_BATCH && kind !== INFO_BATCH)) {
      this.#leftOut += 1;
      return;
    }
    if (kind === INFO_BATCH) {
      copy.batch(start, end);
      return;
    }
    const number = this.#number;
    copy.begin(start, TYPES_BATCH);
    for (let at = from + 1; at < end;) {
      let next = at;
      // Id, address, size, bytes with pointers; then the name.
      for (let field = 0; field < 4; field++) next = this.#after(bytes, next, end);
      const length = number.double(bytes, next, end);
      const name = number.next;
      if (name < 0 || name + length > end) throw new TraceFault("cut-experiment", "unexpected EOF");
      const word = this.#words.typeWord(bytes, name, name + length);
      if (word === undefined) copy.entry(at, next, bytes, name, name + length);
      else copy.entry(at, next, word, 0, word.length);
      at = name + length;
    }
    copy.end();
  }

  #after(bytes: Uint8Array, at: number, end: number): number {
    this.#number.double(bytes, at, end);
    if (this.#number.next < 0) throw new TraceFault("cut-experiment", "unexpected EOF");
    return this.#number.next;
  }
}
