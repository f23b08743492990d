// Source that a page carries: the lines of some functions as tokens, in the order of the picture's
// `functions`. Written where the files are, read in the browser, where nothing is parsed.

import type { ListedFunction, SourceDoubt } from "@heapwright/core/analysis/profile/listing.ts";
import type { Token, TokenKind } from "@heapwright/core/report/listing.ts";

export interface CarriedFunction {
  /** The toolchain whose file it is, where it is one: "go1.26.1". */
  readonly goVersion: string | undefined;
  readonly doubts: readonly SourceDoubt[];
  /** Number of the first line; all that follow are there. */
  readonly from: number;
  /** Each line as pairs: index in KINDS, text. */
  readonly lines: readonly (readonly (number | string)[])[];
}

/** null where the page would have become too large. */
export type CarriedSource = readonly (CarriedFunction | null)[];

const KINDS: readonly TokenKind[] = [
  "plain",
  "keyword",
  "type",
  "call",
  "name",
  "string",
  "number",
  "comment",
  "operator",
];

export function carriedLine(tokens: readonly Token[]): (number | string)[] {
  return tokens.flatMap(({ text, kind }) => [KINDS.indexOf(kind), text]);
}

export function tokensOf(line: readonly (number | string)[]): Token[] {
  const out: Token[] = [];
  for (let i = 0; i + 1 < line.length; i += 2) {
    out.push({ text: String(line[i + 1]), kind: KINDS[Number(line[i])] ?? "plain" });
  }
  return out;
}

/** What a listing draws: the carried lines with values from `at`, which gives a row for a line or −1. */
export function listedFunction(
  { doubts, from, lines }: CarriedFunction,
  of: Pick<ListedFunction, "name" | "file" | "startLine" | "flat" | "cum">,
  at: (line: number) => { readonly row: number; readonly flat: number; readonly cum: number },
): { readonly fn: ListedFunction; readonly tokens: readonly (readonly Token[])[] } {
  const tokens: Token[][] = [];
  lines.forEach((line, i) => (tokens[from - 1 + i] = tokensOf(line)));
  return {
    tokens,
    fn: {
      name: of.name,
      file: of.file,
      startLine: of.startLine,
      flat: of.flat,
      cum: of.cum,
      source: { path: of.file, lines: [] },
      doubts,
      lines: lines.map((_, i) => {
        const { row, flat, cum } = at(from + i);
        return { line: from + i, text: "", flat, cum, nodes: row < 0 ? [] : [row] };
      }),
    },
  };
}
