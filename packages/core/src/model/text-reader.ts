// The reader of a small text file: collect up to a cap, split into lines, hand over to a parser.
// Every kernel file that is read this way has at most some 100 KiB.

import { COMPLETE, DiagnosticLog } from "./diagnostic.ts";
import { FormatError } from "./errors.ts";
import type { FormatContext, FormatReader, ReadResult } from "./format.ts";
import type { EvidenceTable } from "./tables/table.ts";
import { ByteInput } from "./text-input.ts";
import type { TextLines } from "./text-input.ts";

/** @throws FormatError when the text is unusable. Damage goes to the log. */
export type TextParser = (text: TextLines, log: DiagnosticLog) => EvidenceTable;

export class TextReader implements FormatReader {
  readonly #format: string;
  readonly #input: ByteInput;
  readonly #parse: TextParser;

  constructor(format: string, ctx: FormatContext, maxBytes: number, parse: TextParser) {
    this.#format = format;
    this.#input = new ByteInput(Math.min(ctx.maxBytes, maxBytes));
    this.#parse = parse;
  }

  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  end(): ReadResult {
    const log = new DiagnosticLog();
    const table = this.#parse(this.#input.lines(this.#format), log);
    return {
      table,
      diagnostics: log.list(),
      completeness: log.isDamaged ? { complete: false, lowerBounds: false } : COMPLETE,
    };
  }
}

/** A FormatError about the first line, which shows at most 40 characters of it. */
export function unexpectedStart(format: string, text: TextLines, expected: string): FormatError {
  const first = text.lines[0] ?? text.rest;
  const found = first === "" ? "nothing" : JSON.stringify(first.slice(0, 40));
  return new FormatError(format, { line: 1, expected, found });
}
