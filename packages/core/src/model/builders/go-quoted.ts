// Key–value pairs as Go prints label sets: `"key":"value", …` (%q, runtime/pprof/label.go) and, in
// goroutine headers, `"key": "value"` or, since Go 1.27, bare words where nothing needs quoting
// (runtime/traceback.go goroutineheader).

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "'": "'",
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** The text of a Go quoted string that starts at `at`, and where it ends; undefined when cut. */
function quotedAt(text: string, at: number): { value: string; next: number } | undefined {
  let value = "";
  let from = at + 1;
  for (;;) {
    let stop = from;
    while (stop < text.length && text[stop] !== '"' && text[stop] !== "\\") stop += 1;
    if (stop === text.length) return undefined;
    value += text.slice(from, stop);
    from = stop;
    if (text[from] === '"') return { value, next: from + 1 };
    const kind = text[from + 1] ?? "";
    const digits = HEX_DIGITS[kind];
    if (digits !== undefined) {
      const hex = text.slice(from + 2, from + 2 + digits);
      if (hex.length !== digits || !/^[0-9a-fA-F]+$/.test(hex)) return undefined;
      const code = Number.parseInt(hex, 16);
      if (code > 0x10ffff) return undefined;
      // \x stands for one byte that is not valid UTF-8; it has no character of its own.
      value += kind === "x" && code >= 0x80 ? "\ufffd" : String.fromCodePoint(code);
      from += 2 + digits;
      continue;
    }
    const escaped = ESCAPES[kind];
    if (escaped === undefined) return undefined;
    value += escaped;
    from += 2;
  }
}

function wordAt(text: string, at: number): { value: string; next: number } {
  let next = at;
  while (next < text.length && /[a-zA-Z0-9._/]/.test(text.charAt(next))) next += 1;
  return { value: text.slice(at, next), next };
}

/**
 * Pairs of `{…}` whose opening brace is at `at`. Undefined when the braces are not whole or hold
 * anything else.
 */
export function labelPairsAt(
  text: string,
  at: number,
): { readonly pairs: readonly (readonly [string, string])[]; readonly next: number } | undefined {
  if (text[at] !== "{") return undefined;
  const pairs: (readonly [string, string])[] = [];
  let from = at + 1;
  if (text[from] === "}") return { pairs, next: from + 1 };
  for (;;) {
    const key = text[from] === '"' ? quotedAt(text, from) : wordAt(text, from);
    if (key === undefined || text[key.next] !== ":") return undefined;
    from = key.next + 1;
    if (text[from] === " ") from += 1;
    const value = text[from] === '"' ? quotedAt(text, from) : wordAt(text, from);
    if (value === undefined) return undefined;
    pairs.push([key.value, value.value]);
    from = value.next;
    if (text[from] === "}") return { pairs, next: from + 1 };
    if (text[from] !== "," || text[from + 1] !== " ") return undefined;
    from += 2;
  }
}
