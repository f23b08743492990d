// From chunks of a log to the cycles of the processes in it. Holds one line, the open pieces and the
// columns of the cycles; a log of any length passes through.

import { DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { FormatContext, FormatReader, ReadResult } from "../../model/format.ts";
import type { GcSegment } from "../../model/tables/gc-cycles.ts";
import { LineAssembler } from "./assembler.ts";
import { BYTES_PER_CYCLE } from "./columns.ts";
import { CycleCollector } from "./cycles.ts";
import type { CycleCounts } from "./cycles.ts";
import { FORMAT_ID } from "./detect.ts";
import {
  isJournalExport,
  isLokiAnswer,
  JournalExportEntries,
  readLokiAnswer,
} from "./documents.ts";
import { LineBeginnings } from "./shapes.ts";
import { BARE, chooseForm, unwrapNothing } from "./wrappers.ts";
import type { Form, Unwrap, Unwrapped } from "./wrappers.ts";

// Longer lines are an application's; what stands behind is not looked at, and that is reported.
const MAX_LINE = 1 << 20;
const SNIFF_CHARS = 64 * 1024;
const SNIFF_LINES = 2000;
const DOCUMENT_HEAD = 512;
const MAX_STREAMS = 4096;
/** Adjacent lines in falling time order from which on a log counts as newest first. */
const FALLING_ENOUGH = 3;

interface Stream {
  readonly assembler: LineAssembler;
  readonly collector: CycleCollector;
  readonly beginnings: LineBeginnings;
  /** A line that the collector cut (CRI's P, docker above 16 KiB), until its last piece comes. */
  partial: { text: string; wallMs: number; line: number } | undefined;
}

interface NumberedLine {
  readonly unwrapped: Unwrapped;
  readonly line: number;
}

type Mode = "sniff" | "lines" | "export" | "loki" | "backward";

export class GcTraceReader implements FormatReader {
  readonly #maxBytes: number;
  readonly #decoder = new TextDecoder();
  readonly #log = new DiagnosticLog();
  readonly #streams = new Map<string, Stream>();
  readonly #counts: CycleCounts;
  readonly #export = new JournalExportEntries();
  #mode: Mode = "sniff";
  #form: Form = BARE;
  #carry = "";
  #isDropping = false;
  #lineNumber = 0;
  #sniffed: string[] = [];
  #sniffedChars = 0;
  #document: string[] = [];
  #held: NumberedLine[] = [];
  #heldChars = 0;

  constructor(ctx: FormatContext) {
    this.#maxBytes = ctx.maxBytes;
    this.#counts = { rows: 0, maxRows: Math.floor(ctx.maxBytes / BYTES_PER_CYCLE) };
  }

  push(chunk: Uint8Array): void {
    this.#text(this.#decoder.decode(chunk, { stream: true }));
  }

  end(): ReadResult {
    this.#text(this.#decoder.decode());
    this.#lastLine();
    if (this.#mode === "sniff") this.#choose();
    if (this.#mode === "loki") this.#readLoki();
    if (this.#mode === "export") this.#emit(this.#export.take(), this.#lineNumber);
    for (const held of this.#held.reverse()) this.#emit(held.unwrapped, held.line);
    return this.#finish();
  }

  // ——— text to lines ———

  #text(text: string): void {
    if (this.#mode === "sniff" && this.#lineNumber === 0) {
      if (isLokiAnswer((this.#carry + text).slice(0, DOCUMENT_HEAD))) {
        this.#mode = "loki";
        this.#holdDocument(this.#carry);
        this.#carry = "";
      }
    }
    if (this.#mode === "loki") {
      this.#holdDocument(text);
      return;
    }
    let from = 0;
    for (;;) {
      const at = text.indexOf("\n", from);
      if (at < 0) break;
      const piece = text.slice(from, at);
      const line = this.#carry === "" ? piece : this.#carry + piece;
      this.#carry = "";
      this.#isDropping = false;
      this.#line(line.length > MAX_LINE ? this.#shorten(line) : line);
      from = at + 1;
    }
    if (this.#isDropping) return;
    this.#carry += text.slice(from);
    if (this.#carry.length > MAX_LINE) {
      this.#carry = this.#shorten(this.#carry);
      this.#isDropping = true;
    }
  }

  #shorten(line: string): string {
    this.#log.add("gctrace.long-line", "damage", {}, { line: this.#lineNumber + 1 });
    return line.slice(0, MAX_LINE);
  }

  #lastLine(): void {
    if (this.#carry === "") return;
    // Every writer of logs ends its lines: one without an end was cut, and with it the log.
    this.#log.add("gctrace.cut-end", "damage", {}, { line: this.#lineNumber + 1 });
    const line = this.#carry;
    this.#carry = "";
    this.#line(line);
  }

  #line(raw: string): void {
    this.#lineNumber += 1;
    const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
    if (this.#mode === "sniff") {
      this.#sniffed.push(line);
      this.#sniffedChars += line.length + 1;
      if (this.#sniffedChars >= SNIFF_CHARS || this.#sniffed.length >= SNIFF_LINES) this.#choose();
      return;
    }
    this.#wrapped(line, this.#lineNumber);
  }

  // ——— the wrapping ———

  #choose(): void {
    const lines = this.#sniffed;
    this.#sniffed = [];
    if (isJournalExport(lines[0] ?? "")) this.#mode = "export";
    else {
      this.#form = chooseForm(lines);
      this.#mode = isNewestFirst(lines, this.#form.unwrap) ? "backward" : "lines";
    }
    if (this.#mode === "backward") this.#log.add("gctrace.newest-first", "note");
    if (this.#mode === "lines") this.#learn(lines);
    const before = this.#lineNumber - lines.length;
    for (const [i, line] of lines.entries()) this.#wrapped(line, before + i + 1);
  }

  /** A torn line near the beginning can only be judged by lines that come behind it. */
  #learn(lines: readonly string[]): void {
    for (const line of lines) {
      const u = this.#form.unwrap(line);
      if (u !== undefined) this.#stream(u)?.beginnings.learn(u.text);
    }
  }

  #wrapped(line: string, number: number): void {
    if (this.#mode === "export") {
      this.#emit(this.#export.line(line), number);
      return;
    }
    let unwrapped = this.#form.unwrap(line);
    if (unwrapped === undefined) {
      if (line !== "") this.#log.add("gctrace.line-without-prefix", "note", {}, { line: number });
      unwrapped = unwrapNothing(line);
    }
    if (this.#mode !== "backward") {
      this.#emit(unwrapped, number);
      return;
    }
    this.#heldChars += line.length;
    if (this.#heldChars > this.#maxBytes) {
      this.#log.add("gctrace.newest-first-too-long", "damage", {}, { line: number });
      return;
    }
    this.#held.push({ unwrapped, line: number });
  }

  #holdDocument(text: string): void {
    this.#heldChars += text.length;
    if (this.#heldChars > this.#maxBytes) this.#document = [];
    else this.#document.push(text);
  }

  #readLoki(): void {
    const isWhole = this.#heldChars <= this.#maxBytes;
    const lines = isWhole ? readLokiAnswer(this.#document.join("")) : undefined;
    this.#document = [];
    if (lines === undefined) {
      throw new FormatError(FORMAT_ID, {
        offset: this.#heldChars,
        expected: "a whole Loki query_range answer with streams",
        found: isWhole ? "JSON that ends early or has another shape" : "more bytes than the cap",
      });
    }
    for (const [i, line] of lines.entries()) this.#emit(line, i + 1);
  }

  // ——— lines to streams ———

  #emit(unwrapped: Unwrapped | undefined, line: number): void {
    if (unwrapped === undefined) return;
    const stream = this.#stream(unwrapped);
    if (stream === undefined) return;
    const before = stream.partial;
    const joined = before === undefined ? unwrapped.text : before.text + unwrapped.text;
    const first = before ?? { text: "", wallMs: this.#wallMs(unwrapped), line };
    if (unwrapped.isPartial) {
      stream.partial = {
        ...first,
        text: joined.length > MAX_LINE ? this.#shorten(joined) : joined,
      };
      return;
    }
    stream.partial = undefined;
    stream.assembler.line(joined, first.wallMs, first.line);
  }

  #wallMs(u: Unwrapped): number {
    if (!u.hasZone) {
      this.#log.add(
        Number.isNaN(u.wallMs) ? "gctrace.time-without-year" : "gctrace.time-without-zone",
        "note",
      );
    }
    return u.wallMs;
  }

  #stream(u: Unwrapped): Stream | undefined {
    const key = `${u.label}\n${u.pipe}`;
    const known = this.#streams.get(key);
    if (known !== undefined) return known;
    if (this.#streams.size >= MAX_STREAMS) {
      this.#log.add("gctrace.too-many-streams", "damage", { kept: MAX_STREAMS });
      return undefined;
    }
    const beginnings = new LineBeginnings();
    const collector = new CycleCollector(u.label, beginnings, this.#log, this.#counts);
    const assembler = new LineAssembler(
      {
        cycle: (found) => collector.add(found),
        other: (text) => collector.other(text),
        isMixed: () => collector.isMixed,
        partialLine: () => collector.partialLine(),
        lateForced: () => collector.lateForced(),
      },
      beginnings,
      this.#form.dropsEmptyLines || this.#mode === "export" || this.#mode === "loki",
    );
    const stream: Stream = { assembler, collector, beginnings, partial: undefined };
    this.#streams.set(key, stream);
    return stream;
  }

  #finish(): ReadResult {
    const segments: GcSegment[] = [];
    let repaired = 0;
    let unsound = 0;
    for (const stream of this.#streams.values()) {
      if (stream.partial !== undefined) {
        this.#log.add("gctrace.cut-end", "damage", {}, { line: stream.partial.line });
        stream.assembler.line(stream.partial.text, stream.partial.wallMs, stream.partial.line);
      }
      stream.assembler.end();
      const found = stream.collector.finish();
      segments.push(...found.segments);
      repaired += found.repaired;
      unsound += found.unsound;
    }
    if (segments.length === 0) {
      throw new FormatError(FORMAT_ID, {
        line: this.#lineNumber,
        expected: "gctrace lines of Go 1.5 or later",
        found: "none that can be put together",
      });
    }
    segments.sort((a, b) => (a.cycles.line[0] ?? 0) - (b.cycles.line[0] ?? 0));
    const missing = segments.reduce((sum, s) => sum + s.missingCycles, 0);
    if (repaired > 0) this.#log.add("gctrace.repaired-lines", "note", { lines: repaired });
    if (unsound > 0) this.#log.add("gctrace.unsound-lines", "damage", { lines: unsound });
    if (missing > 0) this.#log.add("gctrace.missing-cycles", "damage", { cycles: missing });
    const isWhole = !this.#log.isDamaged;
    return {
      table: { kind: "gctrace", segments, repairedLines: repaired, unsoundLines: unsound },
      diagnostics: this.#log.list(),
      completeness: { complete: isWhole, lowerBounds: !isWhole },
    };
  }
}

/** Loki's tools print the newest line first unless told otherwise. */
function isNewestFirst(lines: readonly string[], unwrap: Unwrap): boolean {
  let falling = 0;
  let last = Number.NaN;
  for (const line of lines) {
    const wallMs = unwrap(line)?.wallMs ?? Number.NaN;
    if (wallMs > last) return false;
    if (wallMs < last) falling += 1;
    if (!Number.isNaN(wallMs)) last = wallMs;
  }
  return falling >= FALLING_ENOUGH;
}
