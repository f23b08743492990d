// The inside of Go's %q for strings of any bytes. Authority: Go src/strconv/quote.go (Go 1.26.8).

const BACKSLASH = 92;
const SHORT: Readonly<Record<number, string>> = {
  7: "a",
  8: "b",
  9: "t",
  10: "n",
  11: "v",
  12: "f",
  13: "r",
  34: '"',
  92: "\\",
};
/** Letters, marks, numbers, punctuation, symbols, and of the spaces only U+0020 (strconv.IsPrint). */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
const HEX = "0123456789abcdef";

function push(out: number[], text: string): void {
  for (let i = 0; i < text.length; i++) out.push(text.charCodeAt(i));
}

/** Length of the sound UTF-8 sequence at `at`; 1 for a byte that starts none. */
function runeLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  const wanted = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 1;
  if (first > 0xf4 || at + wanted > bytes.length) return 1;
  for (let i = 1; i < wanted; i++) if ((bytes[at + i] & 0xc0) !== 0x80) return 1;
  const second = bytes[at + 1];
  if (first === 0xe0 && second < 0xa0) return 1;
  if (first === 0xed && second >= 0xa0) return 1;
  if (first === 0xf0 && second < 0x90) return 1;
  if (first === 0xf4 && second >= 0x90) return 1;
  return wanted;
}

function codePoint(bytes: Uint8Array, at: number, length: number): number {
  if (length === 2) return ((bytes[at] & 0x1f) << 6) | (bytes[at + 1] & 0x3f);
  const low = ((bytes[at + length - 2] & 0x3f) << 6) | (bytes[at + length - 1] & 0x3f);
  if (length === 3) return ((bytes[at] & 0x0f) << 12) | low;
  return ((bytes[at] & 0x07) << 18) | ((bytes[at + 1] & 0x3f) << 12) | low;
}

export function quoteBytes(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at];
    if (byte < 0x80) {
      at += 1;
      const short = SHORT[byte];
      if (short !== undefined) {
        out.push(BACKSLASH);
        push(out, short);
      } else if (byte < 0x20 || byte === 0x7f) push(out, `\\x${HEX[byte >> 4]}${HEX[byte & 15]}`);
      else out.push(byte);
      continue;
    }
    const length = runeLength(bytes, at);
    if (length === 1) push(out, `\\x${HEX[byte >> 4]}${HEX[byte & 15]}`);
    else {
      const code = codePoint(bytes, at, length);
      if (PRINTABLE.test(String.fromCodePoint(code))) {
        for (let i = 0; i < length; i++) out.push(bytes[at + i]);
      } else if (code < 0x1_0000) push(out, `\\u${code.toString(16).padStart(4, "0")}`);
      else push(out, `\\U${code.toString(16).padStart(8, "0")}`);
    }
    at += length;
  }
  return Uint8Array.from(out);
}
