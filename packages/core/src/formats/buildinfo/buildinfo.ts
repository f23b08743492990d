// Build information of Go programs: from an executable (ELF, PE, Mach-O) or from the text of
// `go version -m FILE`.
// Authority: see executable.ts, elf.ts and info-text.ts.
// Not supported: `go version -m -json`, Plan 9 and XCOFF executables, core dumps, archives.

import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type {
  Detection,
  Format,
  FormatContext,
  FormatReader,
  ReadResult,
} from "../../model/format.ts";
import { parseGoVersion } from "../../goruntime/version.ts";
import { ByteInput, headLines } from "../../model/text-input.ts";
import type { TextLines } from "../../model/text-input.ts";
import { unexpectedStart } from "../../model/text-reader.ts";
import { ExecutableScan } from "./executable.ts";
import type { ExecutableKind } from "./executable.ts";
import { BuildInfoBuilder, splitVersion } from "./info-text.ts";
import { unframed } from "./window.ts";

const ID = "buildinfo";

/** `go version -m` of a whole folder of executables. */
const MAX_TEXT_BYTES = 16 << 20;

/** Enough to tell an executable's kind. */
const SNIFF_BYTES = 64;

const VERSION = "(?:go\\d\\S*|devel (?:go|\\+)\\S+).*";

/** `/path/to/app: go1.26.8`, the line before the indented ones. */
const HEADING = new RegExp(`^(\\S.*): (${VERSION})$`);

/** First line of debug.BuildInfo's own text. */
const BARE_HEADING = new RegExp(`^go\\t(${VERSION})$`);

const INFO_LINE = /^(?:path|mod|dep|=>|build)\t/;

function u32(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = 0; i < 4; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

const MACH_O = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe]);
const MACH_O_FAT = new Set([0xcafebabe, 0xcafebabf]);

function kindOf(start: Uint8Array): ExecutableKind | undefined {
  if (start.length < 8) return undefined;
  const magic = u32(start, 0);
  if (magic === 0x7f454c46) return "elf";
  if (MACH_O.has(magic)) return "mach-o";
  // A Java class file has the same magic, and its version (45 and above) where the count would be.
  if (MACH_O_FAT.has(magic) && u32(start, 4) >= 1 && u32(start, 4) < 20) return "mach-o";
  return magic >>> 16 === 0x4d5a ? "pe" : undefined;
}

/** "MZ" is two letters only: the PE signature must be there too. */
function isPortableExecutable(head: Uint8Array): boolean {
  const at = (head[0x3c] ?? 0) + (head[0x3d] ?? 0) * 2 ** 8 + (head[0x3e] ?? 0) * 2 ** 16;
  return u32(head, at) === 0x50450000 && at + 4 <= head.length;
}

function textStrength({ lines, rest }: TextLines): Detection["strength"] | undefined {
  const [first = rest, second] = lines;
  if (BARE_HEADING.test(first)) {
    return second !== undefined && INFO_LINE.test(second) ? "certain" : undefined;
  }
  if (!HEADING.test(first)) return undefined;
  if (second === undefined) return "likely";
  if (second.startsWith("\t")) return INFO_LINE.test(second.slice(1)) ? "certain" : undefined;
  return HEADING.test(second) ? "likely" : undefined;
}

function detect(head: Uint8Array): Detection | undefined {
  const kind = kindOf(head);
  if (kind !== undefined) {
    const isOne = kind !== "pe" || isPortableExecutable(head);
    return isOne ? { format: ID, strength: "certain" } : undefined;
  }
  const strength = textStrength(headLines(head, 4096));
  return strength === undefined ? undefined : { format: ID, strength };
}

function readExecutable(scan: ExecutableScan, log: DiagnosticLog): ReadResult {
  const found = scan.end();
  if (found.isCut) log.add(`${ID}.executable-cut`, "warning");
  if (found.isAmbiguous) log.add(`${ID}.ambiguous`, "warning");
  const builder = new BuildInfoBuilder(log);
  const lines = unframed(found.info).split("\n");
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (line !== "") builder.line(line, i + 1);
  }
  if (builder.isEmpty) log.add(`${ID}.no-module-info`, "note");
  const table = builder.finish(splitVersion(found.version, log));
  return {
    table,
    diagnostics: log.list(),
    completeness: log.isDamaged ? { complete: false, lowerBounds: false } : COMPLETE,
  };
}

function readText(text: TextLines, log: DiagnosticLog): ReadResult {
  const first = text.lines[0] ?? text.rest;
  const isBare = BARE_HEADING.test(first);
  const version = isBare ? BARE_HEADING.exec(first)?.[1] : HEADING.exec(first)?.[2];
  if (version === undefined) throw unexpectedStart(ID, text, '"FILE: goVERSION"');
  const builder = new BuildInfoBuilder(log);
  let others = 0;
  for (let i = 1; i < text.lines.length; i++) {
    const line = text.lines[i] ?? "";
    // A replacement is followed by an empty line, indented like the others.
    if (line.trim() === "") continue;
    if (!isBare && HEADING.test(line)) others += 1;
    if (others > 0) continue;
    if (isBare) builder.line(line, i + 1);
    else if (line.startsWith("\t")) builder.line(line.slice(1), i + 1);
    else log.add(`${ID}.bad-line`, "damage", {}, { line: i + 1 });
  }
  const split = splitVersion(version, log);
  const minor = parseGoVersion(split.goVersion)?.minor ?? 0;
  if (others > 0) log.add(`${ID}.several`, "warning", { others });
  const isLast = others === 0;
  if ((isLast && text.rest !== "") || (!builder.isEmpty && !builder.isWhole(minor))) {
    log.add(`${ID}.cut`, "damage", {}, { line: text.lines.length + 1 });
  }
  if (builder.isEmpty) log.add(`${ID}.no-module-info`, "note");
  return {
    table: builder.finish(split),
    diagnostics: log.list(),
    completeness: log.isDamaged ? { complete: false, lowerBounds: false } : COMPLETE,
  };
}

class BuildInfoReader implements FormatReader {
  readonly #maxBytes: number;
  #start: ByteInput | undefined = new ByteInput(SNIFF_BYTES);
  #scan: ExecutableScan | undefined;
  readonly #text: ByteInput;

  constructor(ctx: FormatContext) {
    this.#maxBytes = ctx.maxBytes;
    this.#text = new ByteInput(Math.min(ctx.maxBytes, MAX_TEXT_BYTES));
  }

  push(chunk: Uint8Array): void {
    let rest = chunk;
    if (this.#start !== undefined) {
      const taken = Math.min(chunk.length, SNIFF_BYTES - this.#start.total);
      this.#start.push(chunk.subarray(0, taken));
      rest = chunk.subarray(taken);
      if (this.#start.total < SNIFF_BYTES) return;
      this.#decide(this.#start);
    }
    if (this.#scan !== undefined) this.#scan.push(rest);
    else this.#text.push(rest);
  }

  #decide(start: ByteInput): void {
    this.#start = undefined;
    const kind = kindOf(start.bytes());
    if (kind === undefined) this.#text.push(start.bytes());
    else {
      this.#scan = new ExecutableScan(kind, this.#maxBytes);
      this.#scan.push(start.bytes());
    }
  }

  end(): ReadResult {
    if (this.#start !== undefined) this.#decide(this.#start);
    const log = new DiagnosticLog();
    if (this.#scan !== undefined) return readExecutable(this.#scan, log);
    if (this.#text.total === 0) {
      const expected = "an executable or the text of go version -m";
      throw new FormatError(ID, { offset: 0, expected, found: "nothing" });
    }
    return readText(this.#text.lines(ID), log);
  }
}

export const buildinfoFormat: Format = {
  id: ID,
  detect,
  open: (ctx) => new BuildInfoReader(ctx),
};
