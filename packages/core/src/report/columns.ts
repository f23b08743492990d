// Text in columns: display width, padding and wrapping. East Asian wide characters take two columns
// (Unicode Standard Annex 11, W and F), combining marks none.

export function width(text: string): number {
  let n = 0;
  for (const ch of text) {
    const c = ch.codePointAt(0) ?? 0;
    if (c >= 0x300 && c <= 0x36f) continue;
    n += isWide(c) ? 2 : 1;
  }
  return n;
}

function isWide(c: number): boolean {
  return (
    (c >= 0x1100 && c <= 0x115f) ||
    (c >= 0x2e80 && c <= 0xa4cf) ||
    (c >= 0xac00 && c <= 0xd7a3) ||
    (c >= 0xf900 && c <= 0xfaff) ||
    (c >= 0xfe30 && c <= 0xfe4f) ||
    (c >= 0xff00 && c <= 0xff60) ||
    (c >= 0xffe0 && c <= 0xffe6) ||
    (c >= 0x1f300 && c <= 0x1faff) ||
    (c >= 0x20000 && c <= 0x3fffd)
  );
}

export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - width(text))) + text;
}

/** Breaks at spaces; a word longer than a line stands alone. Continuation lines get `indent`. */
export function wrap(text: string, columns: number, indent: string): string[] {
  const out: string[] = [];
  let line = "";
  for (const word of breakable(text)) {
    const joined = line === "" ? word.trimStart() : line + word;
    if (width(joined.trimEnd()) > columns && line !== "") {
      out.push(line.trimEnd());
      line = indent + word.trimStart();
    } else {
      line = joined;
    }
  }
  if (line.trim() !== "") out.push(line.trimEnd());
  return out;
}

/** Words with the space before them; between wide characters any place is a break. */
function breakable(text: string): string[] {
  const out: string[] = [];
  let word = "";
  for (const ch of text) {
    const c = ch.codePointAt(0) ?? 0;
    if (ch === " " || isWide(c)) {
      if (word !== "") out.push(word);
      word = ch;
      continue;
    }
    word += ch;
  }
  if (word !== "") out.push(word);
  return out;
}

/** Cuts the middle of a name that does not fit, keeping its end, where the line number is. */
export function shorten(name: string, columns: number): string {
  if (width(name) <= columns) return name;
  const head = Math.max(1, Math.floor(columns / 3) - 1);
  return `${name.slice(0, head)}…${name.slice(name.length - (columns - head - 1))}`;
}

/** The same, and a word that no line holds is broken where the line ends. */
export function wrapWithin(text: string, columns: number, indent: string): string[] {
  return wrap(text, columns, indent).flatMap((line, i) => {
    if (width(line) <= columns) return [line];
    const room = Math.max(8, columns - width(indent));
    const broken = pieces(i === 0 ? line : line.slice(indent.length), room);
    return broken.map((piece, j) => (i === 0 && j === 0 ? piece : indent + piece));
  });
}

function pieces(text: string, columns: number): string[] {
  const out: string[] = [];
  let piece = "";
  for (const ch of text) {
    if (width(piece + ch) > columns && piece !== "") {
      out.push(piece);
      piece = "";
    }
    piece += ch;
  }
  if (piece !== "") out.push(piece);
  return out;
}
