// The bytes behind a Go string literal, in double or back quotes. Authority: Go src/strconv/quote.go,
// Unquote (Go 1.26.8).

import { GrowingBytes } from "../../model/builders/growing.ts";

const UTF8 = new TextEncoder();
const ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  t: 9,
  n: 10,
  v: 11,
  f: 12,
  r: 13,
  '"': 34,
  "\\": 92,
};
const HEX_DIGITS: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** Undefined for what is no such literal. */
export function unquoteBytes(literal: string): Uint8Array | undefined {
  const quote = literal[0];
  if (literal.length < 2 || literal.at(-1) !== quote) return undefined;
  const inside = literal.slice(1, -1);
  // A carriage return has no place in a raw literal.
  if (quote === "`") {
    return inside.includes("`") ? undefined : UTF8.encode(inside.replaceAll("\r", ""));
  }
  if (quote !== '"') return undefined;
  const out = new GrowingBytes(inside.length + 1);
  for (let at = 0; at < inside.length;) {
    const stop = nextSpecial(inside, at);
    out.append(UTF8.encode(inside.slice(at, stop)));
    at = stop;
    if (at === inside.length) break;
    if (inside[at] !== "\\") return undefined;
    const length = escapeAt(inside, at, out);
    if (length === 0) return undefined;
    at += length;
  }
  return out.finish();
}

function nextSpecial(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== "\\" && text[at] !== '"') at += 1;
  return at;
}

/** Writes the escape at `at`; its length, 0 for one that Go does not know. */
function escapeAt(text: string, at: number, out: GrowingBytes): number {
  const kind = text[at + 1] ?? "";
  const plain = ESCAPES[kind];
  if (plain !== undefined) {
    out.push(plain);
    return 2;
  }
  const hexDigits = HEX_DIGITS[kind];
  const digits =
    hexDigits === undefined
      ? /^[0-7]{3}/.exec(text.slice(at + 1, at + 4))?.[0]
      : text.slice(at + 2, at + 2 + hexDigits);
  if (digits === undefined) return 0;
  if (hexDigits !== undefined && !/^[0-9a-fA-F]+$/.test(digits)) return 0;
  if (hexDigits !== undefined && digits.length !== hexDigits) return 0;
  const code = Number.parseInt(digits, hexDigits === undefined ? 8 : 16);
  if (kind === "u" || kind === "U") {
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return 0;
    out.append(UTF8.encode(String.fromCodePoint(code)));
  } else {
    if (code > 255) return 0;
    out.push(code);
  }
  return (hexDigits === undefined ? 1 : 2) + digits.length;
}
