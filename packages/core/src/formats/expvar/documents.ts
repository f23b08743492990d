// JSON objects one behind another, told apart by their braces so that a cut last one does not cost the
// others, and what stands between them.

export type Piece =
  | { readonly kind: "object"; readonly text: string; readonly line: number }
  | { readonly kind: "between"; readonly line: number };

const LF = 10;
const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

export function* documentsIn(text: string): Generator<Piece> {
  let depth = 0;
  let start = 0;
  let startLine = 1;
  let line = 1;
  let isBetween = false;
  let isString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === LF) line += 1;
    if (isString) {
      if (c === BACKSLASH) i += 1;
      else if (c === QUOTE) isString = false;
    } else if (depth === 0) {
      if (c === OPEN) {
        depth = 1;
        start = i;
        startLine = line;
        isBetween = false;
      } else if (c > 32 && c !== COMMA && c !== 0xfeff && !isBetween) {
        // Once for a run of it, however long.
        isBetween = true;
        yield { kind: "between", line };
      }
    } else if (c === QUOTE) isString = true;
    else if (c === OPEN) depth += 1;
    else if (c === CLOSE) {
      depth -= 1;
      if (depth === 0) yield { kind: "object", text: text.slice(start, i + 1), line: startLine };
    }
  }
  if (depth > 0) yield { kind: "object", text: text.slice(start), line: startLine };
}
