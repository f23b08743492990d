// The source that goes into a page: lines of the heaviest functions, coloured here, so that the page needs
// no grammar. Loaded only when a page carries source.

import { doubtsOf, linesAround, splitSource } from "@heapwright/core/analysis/profile/listing.ts";
import type { ProfilePicture } from "@heapwright/core/pictures/profile/picture.ts";
import type { Highlight } from "@heapwright/core/report/listing.ts";
import { carriedLine, type CarriedFunction, type CarriedSource } from "../../source-data.ts";

export type { CarriedSource } from "../../source-data.ts";

/** Characters of source in one page. The heaviest functions come first, and most take a few thousand. */
export const MOST_SOURCE = 400 * 1024;
/** One line of generated code may hold a whole table. */
const LONGEST_LINE = 400;

export interface SourceText {
  readonly text: string;
  readonly goVersion: string | undefined;
}

export function carriedSource(
  { functions, files: names }: ProfilePicture,
  find: (file: string) => SourceText | undefined,
  highlight: Highlight,
  most = MOST_SOURCE,
): CarriedSource {
  const files = new Map<string, readonly string[]>();
  const linesOf = (file: string, text: string): readonly string[] => {
    let lines = files.get(file);
    if (lines === undefined) files.set(file, (lines = splitSource(text)));
    return lines;
  };
  let size = 0;
  return Array.from(functions.frame, (frame, i): CarriedFunction | null => {
    const file = names[frame] ?? "";
    const found = find(file);
    if (found === undefined) return null;
    const source = linesOf(file, found.text);
    const sampled = Array.from(functions.line.subarray(functions.start[i], functions.start[i + 1]));
    const startLine = functions.startLine[i] ?? 0;
    const shown = linesAround(sampled, startLine, { path: file, lines: source });
    const last = sampled.at(-1) ?? 0;
    const from = shown[0] ?? 1;
    // A line number far behind the end of a file that is another version of it.
    const there = shown.filter((line) => line <= source.length);
    size += there.reduce((sum, line) => sum + (source[line - 1]?.length ?? 0) + 1, 0);
    if (there.length === 0 || size > most) return null;
    // A function is parsed by itself (0.5 s of CPU for a page of 30 functions; with whole files 1.0 s); what
    // may begin in the middle of a comment needs all before it.
    const isWhole = startLine > 0 && from === startLine;
    const first = isWhole ? from : 1;
    const tokens = highlight(isWhole ? there.map((line) => source[line - 1] ?? "") : source, file);
    return {
      goVersion: found.goVersion,
      doubts: doubtsOf({ path: file, lines: source }, startLine, last),
      from,
      lines: there.map((line) => {
        const text = source[line - 1] ?? "";
        const coloured = tokens?.[line - first];
        return text.length > LONGEST_LINE || coloured === undefined
          ? carriedLine([{ text: text.slice(0, LONGEST_LINE), kind: "plain" }])
          : carriedLine(coloured);
      }),
    };
  });
}
