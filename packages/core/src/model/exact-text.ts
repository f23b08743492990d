// Text of any bytes, and back: what is no UTF-8 becomes U+DC80–U+DCFF, one unit a byte, which no sound
// text holds. For whoever must hand on names byte for byte; other encoders make each U+FFFD.
//
// Go's strings are bytes, and its fmt, regexp and tabwriter take an unsound byte for one character too.

const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });
const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const TO_UTF8 = new TextEncoder();

const REPLACED = "\ufffd";
/** Matches the second half of a pair too, so it only tells where to look closer. */
const MAYBE_BYTE = /[\udc80-\udcff]/;
const ESCAPE = 0xdc00;

/** Bytes of the character that begins at `at`, 0 when none does (RFC 3629). */
function soundLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at];
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (at + length > bytes.length) return 0;
  try {
    STRICT.decode(bytes.subarray(at, at + length));
  } catch (error) {
    if (error instanceof TypeError) return 0;
    throw error;
  }
  return length;
}

export function exactText(bytes: Uint8Array): string {
  const text = UTF8.decode(bytes);
  if (!text.includes(REPLACED)) return text;
  const parts: string[] = [];
  let from = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = soundLength(bytes, at);
    if (length === 0) {
      parts.push(UTF8.decode(bytes.subarray(from, at)), String.fromCharCode(ESCAPE + bytes[at]));
      from = at + 1;
    }
    at += Math.max(length, 1);
  }
  parts.push(UTF8.decode(bytes.subarray(from)));
  return parts.join("");
}

export function exactBytes(text: string): Uint8Array {
  if (!MAYBE_BYTE.test(text)) return TO_UTF8.encode(text);
  const parts: Uint8Array[] = [];
  let length = 0;
  const add = (part: Uint8Array): void => {
    parts.push(part);
    length += part.length;
  };
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // A pair is one character.
    if (unit >= 0xd800 && unit <= 0xdbff && (text.codePointAt(i) ?? 0) > 0xffff) i += 1;
    else if (unit >= 0xdc80 && unit <= 0xdcff) {
      add(TO_UTF8.encode(text.slice(from, i)));
      add(Uint8Array.of(unit - ESCAPE));
      from = i + 1;
    }
  }
  add(TO_UTF8.encode(text.slice(from)));
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
