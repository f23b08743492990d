// Reads the three grammars of Go's debug=1 text line by line. Names are interned from bytes, rows go
// straight into columns.

import {
  ascii,
  findByte,
  findLastByte,
  parseDecimal,
  parseHex,
  skipDigits,
  startsWith,
  textOf,
} from "../../model/builders/ascii.ts";
import { ByteStrings } from "../../model/builders/byte-strings.ts";
import { CallStacksBuilder } from "../../model/builders/call-stacks.ts";
import { labelPairsAt } from "../../model/builders/go-quoted.ts";
import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { LabelsBuilder } from "../../model/builders/labels.ts";
import { LineSplitter } from "../../model/builders/lines.ts";
import type { LineSink } from "../../model/builders/lines.ts";
import { MAPS_SENTINELS, ProcMapsBuilder } from "../../model/builders/proc-maps.ts";
import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import type { Completeness } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { FormatContext, FormatReader, ReadResult } from "../../model/format.ts";
import type {
  MappingColumns,
  ProfileKind,
  ProfileTable,
  ValueType,
} from "../../model/tables/profile.ts";
import type { CallStacks } from "../../model/tables/stacks.ts";
import { RowFrames } from "./frames.ts";
import { parseHeader } from "./header.ts";
import type { Header } from "./header.ts";
import { MemStatsTail } from "./memstats.ts";

/** Five numbers of twenty digits and names that programs choose. */
const LONGEST_HEADER = 1024;
/** A PauseEnd line is about 5 KB, a row of 128 addresses 2 KB; labels may be longer. */
const LONGEST_LINE = 1024 * 1024;

const TAB = 9;
const SPACE = 32;
const HASH = 35;
const PLUS = 43;
const MINUS = 45;
const COLON = 58;
const AT = 64;
const OPEN = 91;
const CLOSE = 93;

const FRAME = ascii("#\t0x");
const LABELS = ascii("# labels: ");
const MEMSTATS = ascii("# runtime.MemStats");
const CYCLES = ascii("cycles/second=");
const SAMPLING = ascii("sampling period=");
/** Older tools append the memory map: the programs of addresses without a symbol. */
const MEMORY_MAP = MAPS_SENTINELS.map(ascii);

const HEAP_TYPES: readonly ValueType[] = [
  { type: "alloc_objects", unit: "count" },
  { type: "alloc_space", unit: "bytes" },
  { type: "inuse_objects", unit: "count" },
  { type: "inuse_space", unit: "bytes" },
];

type Section = "header" | "rows" | "memstats" | "memory-map";

/** Numbers printed before the "@" of a row, and what stands behind each. */
const ROW_SHAPES: Readonly<Record<Header["grammar"], readonly (readonly number[])[]>> = {
  heap: [
    [COLON, SPACE],
    [SPACE, OPEN],
    [COLON, SPACE],
    [CLOSE, SPACE, AT],
  ],
  count: [[SPACE, AT]],
  contention: [[SPACE], [SPACE, AT]],
};

export class ProfileTextReader implements FormatReader, LineSink {
  readonly #ctx: FormatContext;
  readonly #lines = new LineSplitter(this, LONGEST_LINE);
  readonly #log = new DiagnosticLog();
  readonly #strings = new ByteStrings();
  readonly #stacks = new CallStacksBuilder(this.#strings);
  readonly #labels = new LabelsBuilder();
  readonly #frames = new RowFrames();
  readonly #memStats = new MemStatsTail();
  /** Columns in the order of printing; one, two or four are used. */
  readonly #printed = [0, 1, 2, 3].map(() => new GrowingFloat64());
  readonly #numbers = [0, 0, 0, 0];
  readonly #rowStack = new GrowingInt32();
  readonly #rowPc = new GrowingFloat64();
  readonly #rowPcStart = new GrowingInt32();
  #section: Section = "header";
  #header: Header | undefined;
  /** A row whose frames may still follow. */
  #isRowOpen = false;
  /** Rows follow each other without empty lines: an old text without symbols. */
  #isBare = false;
  #hasFrames = false;
  readonly #maps = new ProcMapsBuilder();
  #cyclesPerSecond: number | undefined;
  #samplingPeriod: number | undefined;
  #isTooLarge = false;
  /** Something that belonged to the rows is missing: sums are lower bounds. */
  #lostRows = false;
  #endedOpen = false;
  /** Another profile was written behind this one: nothing more is read. */
  #hasSecond = false;

  constructor(ctx: FormatContext) {
    this.#ctx = ctx;
    this.#rowPcStart.push(0);
  }

  push(chunk: Uint8Array): void {
    const room = this.#ctx.maxBytes - this.#lines.offset;
    if (chunk.length > room) this.#isTooLarge = true;
    this.#lines.push(chunk.length > room ? chunk.subarray(0, Math.max(room, 0)) : chunk);
  }

  line(bytes: Uint8Array, from: number, to: number, ended: boolean, overlong: boolean): void {
    if (this.#hasSecond) return;
    if (overlong) this.#damage("profile-text.overlong-line");
    if (!ended) {
      this.#damage("profile-text.unterminated");
      this.#endedOpen = true;
    }
    switch (this.#section) {
      case "header":
        this.#headerLine(bytes, from, to);
        return;
      case "rows":
        this.#rowsLine(bytes, from, to);
        return;
      case "memstats":
        // The value of a line that may be cut is not a value.
        if (from < to && ended && !this.#isSecond(bytes, from, to)) {
          this.#memStatsLine(textOf(bytes, from, to));
        }
        return;
      case "memory-map":
        if (this.#header === undefined || this.#isSecond(bytes, from, to)) return;
        this.#maps.line(textOf(bytes, from, to));
        return;
    }
  }

  #damage(code: string): void {
    this.#log.add(code, "damage", {}, { line: this.#lines.number });
  }

  #headerLine(bytes: Uint8Array, from: number, to: number): void {
    const text = textOf(bytes, from, to).trim();
    if (text === "") return;
    this.#header = parseHeader(text);
    if (this.#header !== undefined) {
      this.#section = "rows";
      return;
    }
    // Only end() may throw; whatever follows is not looked at.
    this.#section = "memory-map";
  }

  /** Its rows would be added to those of the first, or be lost without a word. */
  #isSecond(bytes: Uint8Array, from: number, to: number): boolean {
    const first = bytes[from];
    // Nearly all lines; a header begins with its name or with "---".
    if (from === to || first === HASH || to - from > LONGEST_HEADER) return false;
    if (parseHeader(textOf(bytes, from, to).trim()) === undefined) return false;
    this.#hasSecond = true;
    this.#damage("profile-text.second-profile");
    return true;
  }

  #memStatsLine(text: string): void {
    if (this.#memStats.line(text)) return;
    if (text.startsWith("# ")) this.#damage("profile-text.memstats-malformed");
    else this.#foreign();
  }

  #foreign(): void {
    this.#log.add("profile-text.foreign-line", "note", {}, { line: this.#lines.number });
  }

  #rowsLine(bytes: Uint8Array, from: number, to: number): void {
    if (from === to) {
      // Frames are printed under each row; none of them left means that all its addresses are hidden
      // ones (runtime.goexit alone).
      this.#frames.pcs.length = 0;
      this.#closeRow();
      return;
    }
    const first = bytes[from];
    if (first === HASH) {
      if (startsWith(bytes, from, to, FRAME)) this.#frameLine(bytes, from + 2, to);
      else if (startsWith(bytes, from, to, LABELS)) this.#labelLine(bytes, from, to);
      else if (startsWith(bytes, from, to, MEMSTATS)) {
        this.#closeRow();
        this.#section = "memstats";
      } else {
        this.#lostRows = true;
        this.#damage("profile-text.row-malformed");
      }
      return;
    }
    const digits = first === MINUS ? from + 1 : from;
    if (skipDigits(bytes, digits, to) > digits) {
      if (this.#isRowOpen && this.#frames.length === 0) this.#isBare = true;
      this.#closeRow();
      this.#row(bytes, from, to);
      return;
    }
    if (this.#header?.grammar === "contention") {
      if (startsWith(bytes, from, to, CYCLES)) {
        this.#cyclesPerSecond = parseDecimal(bytes, from + CYCLES.length, to);
        return;
      }
      if (startsWith(bytes, from, to, SAMPLING)) {
        this.#samplingPeriod = parseDecimal(bytes, from + SAMPLING.length, to);
        return;
      }
    }
    if (MEMORY_MAP.some((marker) => startsWith(bytes, from, to, marker))) {
      this.#closeRow();
      if (this.#hasFrames) {
        this.#log.add("profile-text.memory-map", "note", {}, { line: this.#lines.number });
      }
      this.#section = "memory-map";
      return;
    }
    if (!this.#isSecond(bytes, from, to)) this.#foreign();
  }

  #row(bytes: Uint8Array, from: number, to: number): void {
    const shape = ROW_SHAPES[this.#header?.grammar ?? "count"];
    let at = from;
    for (let i = 0; i < shape.length; i++) {
      const stop = skipDigits(bytes, bytes[at] === 45 ? at + 1 : at, to);
      const value = parseDecimal(bytes, at, stop);
      at = stop;
      let well = !Number.isNaN(value);
      for (const byte of shape[i]) {
        well &&= at < to && bytes[at] === byte;
        at += 1;
      }
      if (!well) {
        this.#lostRows = true;
        this.#damage("profile-text.row-malformed");
        return;
      }
      if (!Number.isSafeInteger(value)) {
        this.#log.add("profile-text.inexact-value", "warning", {}, { line: this.#lines.number });
      }
      this.#numbers[i] = value;
    }
    for (let i = 0; i < shape.length; i++) this.#printed[i].push(this.#numbers[i]);
    this.#isRowOpen = true;
    while (at < to) {
      if (bytes[at] === SPACE) {
        at += 1;
        continue;
      }
      const space = findByte(bytes, SPACE, at, to);
      const end = space < 0 ? to : space;
      const pc = parseHex(bytes, at, end);
      if (Number.isNaN(pc)) {
        this.#damage("profile-text.address-malformed");
        return;
      }
      this.#frames.pcs.push(pc);
      this.#rowPc.push(pc);
      at = end;
    }
  }

  /** `0xPC` or `0xPC \t NAME+0xOFFSET \t… FILE:LINE`; `at` is at the address. */
  #frameLine(bytes: Uint8Array, at: number, to: number): void {
    if (!this.#isRowOpen) {
      this.#damage("profile-text.frame-malformed");
      return;
    }
    this.#hasFrames = true;
    const pcEnd = findByte(bytes, TAB, at, to);
    const pc = parseHex(bytes, at, pcEnd < 0 ? to : pcEnd);
    if (pcEnd < 0 && !Number.isNaN(pc)) {
      this.#frames.add(pc, 0, 0, 0, 0);
      return;
    }
    const nameEnd = findByte(bytes, TAB, pcEnd + 1, to);
    const plus = findLastByte(bytes, PLUS, pcEnd + 1, nameEnd);
    const offset = plus < 0 ? NaN : parseHex(bytes, plus + 1, nameEnd);
    // The columns are aligned with as many tabs as it takes.
    let file = nameEnd + 1;
    while (file < to && bytes[file] === TAB) file += 1;
    const colon = findLastByte(bytes, COLON, file, to);
    const line = parseDecimal(bytes, colon + 1, to);
    if (nameEnd < 0 || colon < 0 || Number.isNaN(pc + offset + line)) {
      this.#damage("profile-text.frame-malformed");
      return;
    }
    this.#frames.add(
      pc,
      offset,
      this.#strings.internBytes(bytes, pcEnd + 1, plus),
      this.#strings.internBytes(bytes, file, colon),
      line,
    );
  }

  #labelLine(bytes: Uint8Array, from: number, to: number): void {
    const text = textOf(bytes, from + LABELS.length, to);
    const parsed = labelPairsAt(text, 0);
    if (!this.#isRowOpen || parsed === undefined || parsed.next !== text.length) {
      this.#damage("profile-text.labels-malformed");
      return;
    }
    for (const [key, value] of parsed.pairs) {
      this.#labels.add(this.#strings.intern(key), this.#strings.intern(value), NaN, 0);
    }
  }

  #closeRow(): void {
    if (!this.#isRowOpen) return;
    this.#isRowOpen = false;
    this.#rowStack.push(this.#frames.stack(this.#stacks));
    this.#rowPcStart.push(this.#rowPc.length);
    this.#labels.endRow();
    this.#frames.clear();
  }

  end(): ReadResult {
    this.#lines.end();
    const header = this.#header;
    if (header === undefined) {
      throw new FormatError("profile-text", {
        line: 1,
        expected: "the first line of a debug=1 profile",
        found: this.#lines.offset === 0 ? "nothing" : "another text",
      });
    }
    // Go prints frames under every row and ends each with an empty line.
    if (this.#isRowOpen && !this.#isBare) {
      if (!this.#endedOpen) this.#damage("profile-text.last-row-open");
      this.#lostRows = true;
    }
    this.#closeRow();
    if (this.#isTooLarge) {
      this.#log.add("profile-text.too-large", "damage", { maxBytes: this.#ctx.maxBytes });
      this.#lostRows = true;
    }
    const columns = this.#printed.map((column) => column.finish());
    const table = this.#table(header, columns);
    return {
      table,
      completeness: this.#completeness(),
      diagnostics: this.#log.list(),
    };
  }

  #completeness(): Completeness {
    if (!this.#log.isDamaged) return COMPLETE;
    return { complete: false, lowerBounds: this.#lostRows };
  }

  #table(header: Header, columns: readonly Float64Array[]): ProfileTable {
    const rows = this.#rowStack.length;
    const stacks = this.#stacks.finish();
    const shared = {
      kind: "profile",
      encoding: "text",
      ...stacks,
      rows,
      rowStack: this.#rowStack.finish(),
      labels: this.#labels.finish(),
      mappings: this.#mappings(stacks),
      timeMs: undefined,
      durationNs: undefined,
      // ?seconds=N is refused together with debug=1 (net/http/pprof serveDeltaProfile).
      isDelta: false,
      comments: [],
      ...(this.#hasFrames
        ? { rowPcs: { start: this.#rowPcStart.finish(), pc: this.#rowPc.finish() } }
        : {}),
    } as const;
    const [first = columns[0], second = first, third = first, fourth = first] = columns;
    switch (header.grammar) {
      case "heap": {
        this.#checkHeap(header, [third, fourth, first, second]);
        const kind = this.#heapKind();
        return {
          ...shared,
          profileKind: kind,
          sampleTypes: HEAP_TYPES,
          defaultSampleType: kind === "allocs" ? 1 : 3,
          values: [third, fourth, first, second],
          periodType: { type: "space", unit: "bytes" },
          period: Math.floor(header.doubleRate / 2),
          memStats: this.#section === "memstats" ? this.#memStats.stats : undefined,
        };
      }
      case "count": {
        const total = sum(first);
        if (total !== header.total) {
          this.#mismatch({ stated: header.total, found: total });
        }
        const type = { type: header.profile, unit: "count" };
        return {
          ...shared,
          profileKind: header.kind,
          sampleTypes: [type],
          defaultSampleType: 0,
          values: [first],
          periodType: type,
          period: 1,
          memStats: undefined,
        };
      }
      case "contention":
        return {
          ...shared,
          ...this.#delays(first, second),
          profileKind: header.kind,
          defaultSampleType: 1,
          periodType: { type: "contentions", unit: "count" },
          period: this.#samplingPeriod,
          memStats: undefined,
        };
    }
  }

  /** Addresses alone are of some program; with frames the text has said what matters of it. */
  #mappings({ locations }: CallStacks): MappingColumns {
    const isSymbolised = this.#hasFrames;
    const addresses = isSymbolised ? new Float64Array(0) : locations.address;
    const maps = isSymbolised ? new ProcMapsBuilder() : this.#maps;
    return maps.finish(this.#strings, addresses, locations.mapping);
  }

  /** heap?debug=1 and allocs?debug=1 print the same text: only the file name can tell them apart. */
  #heapKind(): ProfileKind {
    const { name } = this.#ctx;
    const file = name.slice(name.lastIndexOf("/") + 1).toLowerCase();
    return file.includes("allocs") ? "allocs" : "heap";
  }

  #mismatch(params: { readonly stated: number; readonly found: number }): void {
    this.#lostRows = true;
    this.#log.add("profile-text.total-mismatch", "damage", params);
  }

  #checkHeap(
    header: Extract<Header, { grammar: "heap" }>,
    [allocObjects, allocBytes, inuseObjects, inuseBytes]: readonly [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ],
  ): void {
    if (header.doubleRate === 0) this.#log.add("profile-text.sampling-off", "warning");
    // The writer adds 1 to the total of allocated bytes where it would equal the live bytes.
    const allocated = sum(allocBytes);
    const isOneMore = header.allocBytes === allocated + 1 && allocated === header.inuseBytes;
    for (const [stated, found] of [
      [header.inuseBytes, sum(inuseBytes)],
      [header.inuseObjects, sum(inuseObjects)],
      [header.allocObjects, sum(allocObjects)],
      [isOneMore ? allocated : header.allocBytes, allocated],
    ] as const) {
      if (stated !== found) this.#mismatch({ stated, found });
    }
    if (this.#section !== "memstats") {
      this.#log.add("profile-text.memstats-missing", "damage");
    } else if (!this.#memStats.hasDebugGC) {
      this.#log.add("profile-text.memstats-cut", "damage");
    } else if (!this.#memStats.hasMaxRss) {
      // Printed since Go 1.15 everywhere but js/wasm and Plan 9; a cut there cannot be told apart.
      this.#log.add("profile-text.maxrss-missing", "warning");
    }
  }

  #delays(
    cycles: Float64Array,
    counts: Float64Array,
  ): { sampleTypes: readonly ValueType[]; values: readonly Float64Array[] } {
    const contentions = { type: "contentions", unit: "count" };
    const perSecond = this.#cyclesPerSecond ?? NaN;
    // Neither a total nor an end mark: a cut between two rows leaves no trace.
    this.#log.add("profile-text.no-end-mark", "note");
    if (!(perSecond > 0)) {
      this.#log.add("profile-text.cycles-per-second-missing", "damage");
      return {
        sampleTypes: [contentions, { type: "delay", unit: "cycles" }],
        values: [counts, cycles],
      };
    }
    const cyclesPerNs = perSecond / 1e9;
    return {
      sampleTypes: [contentions, { type: "delay", unit: "nanoseconds" }],
      values: [counts, cycles.map((value) => Math.trunc(value / cyclesPerNs))],
    };
  }
}

function sum(column: Float64Array): number {
  let total = 0;
  for (const value of column) total += value;
  return total;
}
