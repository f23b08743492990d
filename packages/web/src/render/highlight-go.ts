// Go source as tokens for the listing, by the Lezer grammar of Go. Loaded when source is shown, and
// only then: grammar and parser are 60 kB.

import { parser } from "@lezer/go";
import { highlightTree, tagHighlighter, tags } from "@lezer/highlight";
import type { Highlight, Token, TokenKind } from "@heapwright/core/report/listing.ts";

/** A larger file is shown plain: the parser takes about a second for 6 MB. */
const MOST_CHARACTERS = 4 * 1024 ** 2;

/** What a tag is for us; of several, the last one in Lezer's order wins, so special ones come last. */
const KINDS = tagHighlighter([
  { tag: tags.keyword, class: "keyword" },
  { tag: tags.definitionKeyword, class: "keyword" },
  { tag: tags.controlKeyword, class: "keyword" },
  { tag: tags.moduleKeyword, class: "keyword" },
  { tag: tags.variableName, class: "name" },
  { tag: tags.propertyName, class: "name" },
  { tag: tags.labelName, class: "name" },
  { tag: tags.namespace, class: "name" },
  { tag: tags.typeName, class: "type" },
  { tag: tags.standard(tags.typeName), class: "type" },
  { tag: tags.function(tags.variableName), class: "call" },
  { tag: tags.function(tags.propertyName), class: "call" },
  { tag: tags.function(tags.definition(tags.variableName)), class: "call" },
  { tag: tags.function(tags.definition(tags.propertyName)), class: "call" },
  { tag: tags.string, class: "string" },
  { tag: tags.character, class: "string" },
  { tag: tags.number, class: "number" },
  { tag: tags.bool, class: "number" },
  { tag: tags.null, class: "number" },
  { tag: tags.comment, class: "comment" },
  { tag: tags.operator, class: "operator" },
]);

const NAMES: Readonly<Record<string, TokenKind>> = {
  keyword: "keyword",
  name: "name",
  type: "type",
  call: "call",
  string: "string",
  number: "number",
  comment: "comment",
  operator: "operator",
};

export const highlightGo: Highlight = (lines, file) => {
  const length = lines.reduce((sum, line) => sum + line.length + 1, 0);
  if (!file.endsWith(".go") || length > MOST_CHARACTERS) return undefined;
  const text = lines.join("\n");
  const starts: number[] = [];
  let at = 0;
  for (const line of lines) {
    starts.push(at);
    at += line.length + 1;
  }
  const out: Token[][] = lines.map(() => []);
  /** First character that no token has taken yet, and its line. */
  let done = 0;
  let row = 0;
  const take = (to: number, kind: TokenKind): void => {
    while (done < to && row < lines.length) {
      const end = (starts[row] ?? 0) + (lines[row]?.length ?? 0);
      const stop = Math.min(to, end);
      if (stop > done) out[row]?.push({ text: text.slice(done, stop), kind });
      done = Math.max(done, stop);
      if (to <= end) break;
      row += 1;
      done = end + 1;
    }
  };
  highlightTree(parser.parse(text), KINDS, (from, to, classes) => {
    take(from, "plain");
    const last = classes.slice(classes.lastIndexOf(" ") + 1);
    const kind = NAMES[last] ?? "plain";
    // The grammar does not tell a method from a field: what a parenthesis follows is called, or declared.
    take(to, kind === "name" && text[to] === "(" ? "call" : kind);
  });
  take(text.length, "plain");
  return out;
};
