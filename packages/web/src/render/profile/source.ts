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
  { functions, files }: ProfilePicture,
  find: (file: string) => SourceText | undefined,
  highlight: Highlight,
  most = MOST_SOURCE,
): CarriedSource {
  const parsed = new Map<string, ReturnType<typeof parse>>();
  const parse = (file: string, text: string) => {
    const lines = splitSource(text);
    return { lines, tokens: highlight(lines, file) };
  };
  let size = 0;
  return Array.from(functions.frame, (frame, i): CarriedFunction | null => {
    const file = files[frame] ?? "";
    const found = find(file);
    if (found === undefined) return null;
    let source = parsed.get(file);
    if (source === undefined) parsed.set(file, (source = parse(file, found.text)));
    const sampled = Array.from(functions.line.subarray(functions.start[i], functions.start[i + 1]));
    const startLine = functions.startLine[i] ?? 0;
    const shown = linesAround(sampled, startLine, { path: file, lines: source.lines });
    const last = sampled.at(-1) ?? 0;
    const from = shown[0] ?? 1;
    // A line number far behind the end of a file that is another version of it.
    const there = shown.filter((line) => line <= source.lines.length);
    size += there.reduce((sum, line) => sum + (source.lines[line - 1]?.length ?? 0) + 1, 0);
    if (there.length === 0 || size > most) return null;
    return {
      goVersion: found.goVersion,
      doubts: doubtsOf({ path: file, lines: source.lines }, startLine, last),
      from,
      lines: there.map((line) => {
        const text = source.lines[line - 1] ?? "";
        const tokens = source.tokens?.[line - 1];
        return text.length > LONGEST_LINE || tokens === undefined
          ? carriedLine([{ text: text.slice(0, LONGEST_LINE), kind: "plain" }])
          : carriedLine(tokens);
      }),
    };
  });
}
