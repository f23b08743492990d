// Reads tracebacks line by line, wherever in a log they stand. Names and places are interned from
// bytes; goroutines go straight into columns.

import { ascii, findByte, parseHex, startsWith, textOf } from "../../model/builders/ascii.ts";
import { ByteStrings } from "../../model/builders/byte-strings.ts";
import { CallStacksBuilder } from "../../model/builders/call-stacks.ts";
import { GrowingBytes, GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { LabelsBuilder } from "../../model/builders/labels.ts";
import { LineSplitter } from "../../model/builders/lines.ts";
import type { LineSink } from "../../model/builders/lines.ts";
import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { FormatContext, FormatReader, ReadResult } from "../../model/format.ts";
import type { GoroutineTable } from "../../model/tables/goroutines.ts";
import { argumentsAt, collectPointers, hasNoArguments, readPlace } from "./frame.ts";
import { parseGoroutineHeader } from "./header.ts";

const LONGEST_LINE = 1024 * 1024;
/** runtime/pprof writeGoroutineStacks stops at a buffer of exactly this size. */
const GO_LIMIT = 64 * 1024 * 1024;
const MOST_POINTERS = 4096;

const TAB = 9;
const SPACE = 32;
const DIGIT_0 = 48;
const DIGIT_9 = 57;

const GOROUTINE = ascii("goroutine ");
const CREATED_BY = ascii("created by ");
const IN_GOROUTINE = " in goroutine ";
const ANCESTOR = ascii("[originating from goroutine ");
const ELIDED = /^\.\.\.(?:\d+|additional) frames elided\.\.\.$/;
const DOTS = ascii("...");
const UNAVAILABLE = ascii("\tgoroutine running on other thread; stack unavailable");
const C_FUNCTION = ascii("non-Go function at pc=");

/** Outermost functions of goroutine 1, and of a thread's own stack. */
const ROOT =
  /^(?:main\.main|runtime\.(?:main|goexit|mstart\w*|rt0_go|morestack)|.*\.init(?:\.\d+)?)$/;

/**
 * `outside`: lines of something else. `frames`: of a goroutine. `ancestors`: stacks of the creators
 * (GODEBUG=tracebackancestors), which are not goroutines.
 */
type Section = "outside" | "frames" | "ancestors";

export class GoroutineTextReader implements FormatReader, LineSink {
  readonly #ctx: FormatContext;
  readonly #lines = new LineSplitter(this, LONGEST_LINE);
  readonly #log = new DiagnosticLog();
  readonly #strings = new ByteStrings();
  readonly #stacks = new CallStacksBuilder(this.#strings);
  readonly #labels = new LabelsBuilder();
  readonly #id = new GrowingFloat64();
  readonly #state = new GrowingInt32();
  readonly #waitMinutes = new GrowingFloat64();
  readonly #rowStack = new GrowingInt32();
  readonly #createdBy = new GrowingInt32();
  readonly #createdAt = new GrowingInt32();
  readonly #pointers = new Set<number>();
  readonly #seen = new Set<number>();
  readonly #place = { fileFrom: 0, fileTo: 0, line: 0, hasOffset: false, pc: 0 };
  /** A function line whose place has not come yet. */
  readonly #pending = new GrowingBytes(256);
  #section: Section = "outside";
  /** The pending line is "created by …". */
  #isCreation = false;
  #isLocationOpen = false;
  #creator = 0;
  #creatorAt = 0;
  #hasStack = true;
  /** Name of the outermost frame so far. */
  #outermost = 0;
  #total = 0;
  #isLost = false;

  constructor(ctx: FormatContext) {
    this.#ctx = ctx;
  }

  push(chunk: Uint8Array): void {
    this.#total += chunk.length;
    const room = Math.max(this.#ctx.maxBytes - this.#lines.offset, 0);
    this.#lines.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
  }

  line(bytes: Uint8Array, from: number, to: number, ended: boolean, overlong: boolean): void {
    if (overlong) this.#damage("goroutine-text.overlong-line");
    if (!ended) {
      this.#damage("goroutine-text.unterminated");
      this.#isLost = true;
    }
    if (from === to) {
      if (this.#section !== "outside") this.#endGoroutine();
      return;
    }
    if (startsWith(bytes, from, to, GOROUTINE) && this.#headerLine(bytes, from, to)) return;
    if (this.#section === "frames") this.#stackLine(bytes, from, to);
    else if (this.#section === "outside") this.#foreign();
  }

  #damage(code: string): void {
    this.#log.add(code, "damage", {}, { line: this.#lines.number });
  }

  #foreign(): void {
    this.#log.add("goroutine-text.foreign-line", "note", {}, { line: this.#lines.number });
  }

  /** False when the line only begins like a header, as words of a log may. */
  #headerLine(bytes: Uint8Array, from: number, to: number): boolean {
    const digit = bytes[from + GOROUTINE.length];
    if (!(digit >= DIGIT_0 && digit <= DIGIT_9)) return false;
    const text = textOf(bytes, from, to);
    const header = parseGoroutineHeader(text);
    if (header === undefined && !/^goroutine \d+ (?:\w+=|\[)/.test(text)) return false;
    if (this.#section !== "outside") this.#endGoroutine();
    if (header === undefined) {
      this.#damage("goroutine-text.header-malformed");
      this.#isLost = true;
      return true;
    }
    this.#section = "frames";
    this.#id.push(header.id);
    this.#state.push(this.#strings.intern(header.state));
    this.#waitMinutes.push(header.waitMinutes);
    for (const [key, value] of header.labels) {
      this.#labels.add(this.#strings.intern(key), this.#strings.intern(value), NaN, 0);
    }
    if (this.#seen.has(header.id)) {
      this.#log.add("goroutine-text.repeated-id", "note", {}, { line: this.#lines.number });
    }
    this.#seen.add(header.id);
    return true;
  }

  #stackLine(bytes: Uint8Array, from: number, to: number): void {
    if (bytes[from] === TAB) {
      if (this.#pending.length > 0 && readPlace(bytes, from, to, this.#place)) {
        if (this.#isCreation) this.#creation(bytes);
        else this.#frame(bytes);
        this.#pending.length = 0;
        this.#isCreation = false;
      } else if (startsWith(bytes, from, to, UNAVAILABLE)) {
        this.#hasStack = false;
        this.#log.add("goroutine-text.stack-unavailable", "note", {}, { line: this.#lines.number });
      } else if (readPlace(bytes, from, to, this.#place)) {
        // Its function line was lost.
        this.#damage("goroutine-text.frame-torn");
      } else this.#foreign();
      return;
    }
    if (startsWith(bytes, from, to, CREATED_BY)) {
      this.#hold(bytes, from + CREATED_BY.length, to);
      this.#isCreation = true;
    } else if (startsWith(bytes, from, to, ANCESTOR)) {
      this.#log.add("goroutine-text.ancestors", "note", {}, { line: this.#lines.number });
      this.#section = "ancestors";
    } else if (startsWith(bytes, from, to, C_FUNCTION)) {
      this.#addressOnly(parseHex(bytes, from + C_FUNCTION.length, to));
    } else if (startsWith(bytes, from, to, DOTS) && ELIDED.test(textOf(bytes, from, to))) {
      this.#closeLocation();
      this.#log.add("goroutine-text.frames-elided", "note", {}, { line: this.#lines.number });
    } else if (argumentsAt(bytes, from, to) > 0) {
      this.#hold(bytes, from, to);
    } else if (this.#pending.length === 0 && isBareName(bytes, from, to)) {
      this.#pending.append(bytes, from, to);
    } else this.#foreign();
  }

  /** Keeps a line until its place comes. */
  #hold(bytes: Uint8Array, from: number, to: number): void {
    this.#dropPending();
    this.#pending.append(bytes, from, to);
  }

  /** A function whose place never came is a frame that was lost; a word was of another log. */
  #dropPending(): void {
    const length = this.#pending.length;
    if (length === 0) return;
    if (this.#isCreation || argumentsAt(this.#pending.data, 0, length) > 0) {
      this.#damage("goroutine-text.frame-torn");
    } else this.#foreign();
    this.#pending.length = 0;
    this.#isCreation = false;
  }

  #frame(placeLine: Uint8Array): void {
    const line = this.#pending.data;
    const end = this.#pending.length;
    const open = argumentsAt(line, 0, end);
    const isInlined = open > 0 && hasNoArguments(line, open, end) && !this.#place.hasOffset;
    if (open > 0) collectPointers(line, open, end, this.#pointers, MOST_POINTERS);
    const { fileFrom, fileTo, pc } = this.#place;
    const name = this.#functionName(line, open > 0 ? open : end);
    const file = this.#strings.internBytes(placeLine, fileFrom, fileTo);
    if (!this.#isLocationOpen) this.#stacks.beginLocation(pc, -1);
    this.#stacks.line(name, name, file, 0, this.#place.line);
    this.#isLocationOpen = true;
    if (!isInlined) this.#closeLocation();
    this.#outermost = name;
  }

  /** printFuncName prints gopanic as "panic"; the profiles have its real name. */
  #functionName(line: Uint8Array, end: number): number {
    const isPanic = end === 5 && textOf(line, 0, end) === "panic";
    return isPanic
      ? this.#strings.intern("runtime.gopanic")
      : this.#strings.internBytes(line, 0, end);
  }

  #addressOnly(pc: number): void {
    this.#closeLocation();
    this.#stacks.beginLocation(Number.isNaN(pc) ? 0 : pc, -1);
    this.#stacks.endLocation();
  }

  #closeLocation(): void {
    if (!this.#isLocationOpen) return;
    this.#stacks.endLocation();
    this.#isLocationOpen = false;
  }

  #creation(placeLine: Uint8Array): void {
    const text = textOf(this.#pending.data, 0, this.#pending.length);
    const by = text.lastIndexOf(IN_GOROUTINE);
    const { fileFrom, fileTo, line } = this.#place;
    this.#creator = this.#strings.intern(by < 0 ? text : text.slice(0, by));
    this.#creatorAt = this.#strings.intern(`${textOf(placeLine, fileFrom, fileTo)}:${line}`);
  }

  #endGoroutine(): void {
    this.#dropPending();
    this.#closeLocation();
    this.#rowStack.push(this.#stacks.endStack());
    this.#createdBy.push(this.#creator);
    this.#createdAt.push(this.#creatorAt);
    this.#labels.endRow();
    this.#creator = 0;
    this.#creatorAt = 0;
    this.#outermost = 0;
    this.#hasStack = true;
    this.#section = "outside";
  }

  /**
   * Every goroutine ends with its creation, but goroutine 1 and a thread's own (0). It misleads for
   * one that the runtime started to run finalizers: its creation is hidden.
   */
  get #isLastWhole(): boolean {
    if (this.#section === "outside" || this.#section === "ancestors") return true;
    if (this.#pending.length > 0) return false;
    if (this.#creator !== 0) return true;
    const id = this.#id.data[this.#id.length - 1];
    return id <= 1 && this.#hasStack && ROOT.test(this.#strings.get(this.#outermost));
  }

  end(): ReadResult {
    this.#lines.end();
    if (this.#section !== "outside") {
      if (!this.#isLastWhole) {
        this.#damage("goroutine-text.last-goroutine-open");
        this.#isLost = true;
      }
      this.#endGoroutine();
    }
    if (this.#id.length === 0) {
      throw new FormatError("goroutine-text", {
        line: 1,
        expected: "a goroutine header",
        found: this.#total === 0 ? "nothing" : "none in the text",
      });
    }
    const isCut = this.#total === GO_LIMIT;
    if (isCut) {
      this.#log.add("goroutine-text.go-limit", "damage", { bytes: GO_LIMIT });
      this.#isLost = true;
    }
    if (this.#total > this.#ctx.maxBytes) {
      this.#log.add("goroutine-text.too-large", "damage", { maxBytes: this.#ctx.maxBytes });
      this.#isLost = true;
    }
    // The text has no count of its goroutines: a cut between two of them leaves no trace.
    this.#log.add("goroutine-text.no-end-mark", "note");
    return {
      table: this.#table(isCut),
      diagnostics: this.#log.list(),
      completeness: this.#log.isDamaged ? { complete: false, lowerBounds: this.#isLost } : COMPLETE,
    };
  }

  #table(isCut: boolean): GoroutineTable {
    const table: GoroutineTable = {
      kind: "goroutines",
      ...this.#stacks.finish(),
      rows: this.#id.length,
      id: this.#id.finish(),
      state: this.#state.finish(),
      waitMinutes: this.#waitMinutes.finish(),
      rowStack: this.#rowStack.finish(),
      createdBy: this.#createdBy.finish(),
      createdAt: this.#createdAt.finish(),
      pointerArguments: Float64Array.from(this.#pointers),
      isCut,
    };
    return this.#labels.length > 0 ? { ...table, labels: this.#labels.finish() } : table;
  }
}

const NON_GO = ascii("non-Go function");

/** The name of a C function: one word, since the symbolizer prints no arguments. */
function isBareName(bytes: Uint8Array, from: number, to: number): boolean {
  if (to - from === NON_GO.length && startsWith(bytes, from, to, NON_GO)) return true;
  return findByte(bytes, SPACE, from, to) < 0;
}
