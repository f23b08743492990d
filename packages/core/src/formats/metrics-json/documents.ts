// JSON documents one after another, split by depth, so that a cut last one does not cost the others.

export interface JsonDocument {
  /** undefined when it did not parse. */
  readonly value: unknown;
  readonly line: number;
  readonly length: number;
}

export function* documentsOf(text: string): Generator<JsonDocument> {
  let depth = 0;
  let start = -1;
  let inString = false;
  let line = 1;
  let startLine = 1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 10) line++;
    if (inString) {
      if (c === 92) i++;
      else if (c === 34) inString = false;
      continue;
    }
    if (c === 34) inString = true;
    else if (c === 123) {
      if (depth === 0) {
        start = i;
        startLine = line;
      }
      depth++;
    } else if (c === 125 && depth > 0) {
      depth--;
      if (depth === 0) {
        yield { value: parse(text.slice(start, i + 1)), line: startLine, length: i + 1 - start };
        start = -1;
      }
    }
  }
  if (start >= 0) yield { value: undefined, line: startLine, length: text.length - start };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
