// Folded lines to a table. Streaming: a line becomes a row as it comes.

import { ByteStrings } from "../../model/builders/byte-strings.ts";
import { CallStacksBuilder } from "../../model/builders/call-stacks.ts";
import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { LineSplitter } from "../../model/builders/lines.ts";
import type { LineSink } from "../../model/builders/lines.ts";
import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { FormatContext, FormatReader, ReadResult } from "../../model/format.ts";
import type { ProfileTable, ValueType } from "../../model/tables/profile.ts";
import { parseFolded, parseSingle } from "./line.ts";
import { FILE_NAME } from "./names.ts";

/** A stack of 4 096 frames with generous names; anything longer is no stack. */
const LONGEST_LINE = 1024 * 1024;
const SEMICOLON = 59;
const HASH = 35;
const ZERO = 48;
const X = 120;
/** Digits of an address that a double holds. */
const LONGEST_ADDRESS = 13;

const COUNT: ValueType = { type: "samples", unit: "count" };
const BEFORE: ValueType = { type: "before", unit: "count" };
const AFTER: ValueType = { type: "after", unit: "count" };

export class FoldedReader implements FormatReader, LineSink {
  readonly #ctx: FormatContext;
  readonly #lines = new LineSplitter(this, LONGEST_LINE);
  readonly #log = new DiagnosticLog();
  readonly #strings = new ByteStrings();
  readonly #stacks = new CallStacksBuilder(this.#strings);
  readonly #rowStack = new GrowingInt32();
  readonly #first = new GrowingFloat64();
  readonly #second = new GrowingFloat64();
  readonly #frameStart = new GrowingInt32();
  /** Location of each frame text; −1 where it was not seen yet. */
  readonly #locationOf = new GrowingInt32();
  /** Set by the first row: later ones must be like it. */
  #isDifferential: boolean | undefined;
  /** Stacks alone, as a sampler prints them: each line is one. Set by the first row too. */
  #isUncounted = false;
  #isSigned = false;
  #isNegative = false;
  #isTooLarge = false;

  constructor(ctx: FormatContext) {
    this.#ctx = ctx;
  }

  push(chunk: Uint8Array): void {
    const room = this.#ctx.maxBytes - this.#lines.offset;
    if (chunk.length > room) this.#isTooLarge = true;
    this.#lines.push(chunk.length > room ? chunk.subarray(0, Math.max(room, 0)) : chunk);
  }

  line(bytes: Uint8Array, from: number, to: number, ended: boolean, overlong: boolean): void {
    if (from === to) return;
    // The number at its end may be the beginning of a larger one.
    if (!ended) this.#damage("folded.unterminated");
    if (overlong) {
      this.#damage("folded.row-malformed");
      return;
    }
    const read = this.#isDifferential === false ? parseSingle : parseFolded;
    const line = read(bytes, from, to);
    if (line === undefined && bytes[from] === HASH) return;
    if (line === undefined && this.#rowStack.length === 0) {
      this.#isUncounted ||= hasStack(bytes, from, to) && FILE_NAME.test(this.#ctx.name);
    }
    if (this.#isUncounted && line === undefined) {
      this.#rowStack.push(this.#stack(bytes, from, trimmedEnd(bytes, from, to)));
      this.#first.push(1);
      return;
    }
    if (this.#isUncounted) {
      this.#damage("folded.row-malformed");
      return;
    }
    if (line === undefined || (this.#isDifferential === true && line.second === undefined)) {
      this.#damage("folded.row-malformed");
      return;
    }
    this.#isDifferential ??= line.second !== undefined;
    this.#isSigned ||= line.isSigned;
    this.#isNegative ||= line.value < 0;
    this.#rowStack.push(this.#stack(bytes, from, line.end));
    this.#push(this.#first, line.value);
    if (line.second !== undefined) this.#push(this.#second, line.second);
  }

  #push(column: GrowingFloat64, value: number): void {
    if (!Number.isSafeInteger(value)) {
      this.#log.add("folded.inexact-value", "warning", {}, { line: this.#lines.number });
    }
    column.push(value);
  }

  #damage(code: string): void {
    this.#log.add(code, "damage", {}, { line: this.#lines.number });
  }

  #stack(bytes: Uint8Array, from: number, to: number): number {
    const starts = this.#frameStart;
    starts.length = 0;
    starts.push(from);
    for (let i = from; i < to; i++) if (bytes[i] === SEMICOLON) starts.push(i + 1);
    let end = to;
    for (let i = starts.length - 1; i >= 0; i--) {
      this.#frame(bytes, starts.data[i], end);
      end = starts.data[i] - 1;
    }
    return this.#stacks.endStack();
  }

  /** A name, or an address where the writer had none. */
  #frame(bytes: Uint8Array, from: number, to: number): void {
    const name = this.#strings.internBytes(bytes, from, to);
    while (this.#locationOf.length <= name) this.#locationOf.push(-1);
    const known = this.#locationOf.data[name];
    if (known >= 0) {
      this.#stacks.location(known);
      return;
    }
    const address = addressOf(bytes, from, to);
    this.#stacks.beginLocation(address, -1);
    if (address === 0) this.#stacks.line(name, name, 0, 0, 0);
    this.#locationOf.data[name] = this.#stacks.endLocation();
  }

  end(): ReadResult {
    this.#lines.end();
    const rows = this.#rowStack.length;
    if (rows === 0) {
      throw new FormatError("folded", {
        line: 1,
        expected: "frames, a space and a number",
        found: this.#lines.offset === 0 ? "nothing" : "no such line",
      });
    }
    if (this.#isTooLarge) {
      this.#log.add("folded.too-large", "damage", { maxBytes: this.#ctx.maxBytes });
    }
    if (this.#isUncounted) this.#log.add("folded.uncounted", "note");
    // Neither a total nor an end: a cut between two lines leaves no trace.
    this.#log.add("folded.no-end-mark", "note");
    const table: ProfileTable = {
      kind: "profile",
      profileKind: "other",
      encoding: "proto",
      ...this.#stacks.finish(),
      rows,
      ...this.#values(),
      rowStack: this.#rowStack.finish(),
      labels: {
        start: new Int32Array(rows + 1),
        key: new Int32Array(0),
        str: new Int32Array(0),
        num: new Float64Array(0),
        unit: new Int32Array(0),
      },
      mappings: {
        length: 0,
        start: new Float64Array(0),
        limit: new Float64Array(0),
        offset: new Float64Array(0),
        file: new Int32Array(0),
        buildId: new Int32Array(0),
      },
      periodType: undefined,
      period: undefined,
      timeMs: undefined,
      durationNs: undefined,
      comments: [],
      memStats: undefined,
    };
    const completeness = this.#log.isDamaged ? { complete: false, lowerBounds: true } : COMPLETE;
    return { table, diagnostics: this.#log.list(), completeness };
  }

  #values(): Pick<ProfileTable, "values" | "sampleTypes" | "defaultSampleType" | "isDelta"> {
    const first = this.#first.finish();
    if (this.#isDifferential !== true) {
      const isDelta = this.#isSigned || this.#isNegative;
      return { values: [first], sampleTypes: [COUNT], defaultSampleType: 0, isDelta };
    }
    const second = this.#second.finish();
    // One signed number makes the column one of differences: a bare 0 in it is no change.
    if (this.#isSigned) for (let i = 0; i < second.length; i++) second[i] += first[i];
    return {
      values: [first, second],
      sampleTypes: [BEFORE, AFTER],
      defaultSampleType: 1,
      isDelta: false,
    };
  }
}

function hasStack(bytes: Uint8Array, from: number, to: number): boolean {
  const at = bytes.indexOf(SEMICOLON, from);
  return at >= from && at < to;
}

function trimmedEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && (bytes[end - 1] === 32 || bytes[end - 1] === 9)) end -= 1;
  return end;
}

/** `0x` and few enough hexadecimal digits; else 0, which is no address. */
function addressOf(bytes: Uint8Array, from: number, to: number): number {
  const digits = to - from - 2;
  if (digits < 1 || digits > LONGEST_ADDRESS || bytes[from] !== ZERO || bytes[from + 1] !== X) {
    return 0;
  }
  const text = String.fromCharCode(...bytes.subarray(from + 2, to));
  return /^[0-9a-f]+$/.test(text) ? parseInt(text, 16) : 0;
}
