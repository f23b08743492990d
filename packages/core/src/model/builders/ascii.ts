// Numbers and separators in lines that are still bytes.

const ZERO = 48;
const NINE = 57;
const LOWER_A = 97;
const LOWER_F = 102;
const UPPER_A = 65;
const UPPER_F = 70;

/**
 * Decimal digits of [from, to) with an optional minus; NaN when there is anything else. Above 2^53
 * the result is rounded: callers that care compare it with Number.MAX_SAFE_INTEGER.
 */
export function parseDecimal(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const negative = at < to && bytes[at] === 45;
  if (negative) at += 1;
  if (at >= to) return NaN;
  let value = 0;
  for (; at < to; at++) {
    const digit = bytes[at];
    if (digit < ZERO || digit > NINE) return NaN;
    value = value * 10 + (digit - ZERO);
  }
  return negative ? -value : value;
}

/** Hexadecimal digits of [from, to) after "0x"; NaN when it is not that. */
export function parseHex(bytes: Uint8Array, from: number, to: number): number {
  if (to - from < 3 || bytes[from] !== ZERO || bytes[from + 1] !== 120) return NaN;
  let value = 0;
  for (let at = from + 2; at < to; at++) {
    const c = bytes[at];
    let digit: number;
    if (c >= ZERO && c <= NINE) digit = c - ZERO;
    else if (c >= LOWER_A && c <= LOWER_F) digit = c - LOWER_A + 10;
    else if (c >= UPPER_A && c <= UPPER_F) digit = c - UPPER_A + 10;
    else return NaN;
    value = value * 16 + digit;
  }
  return value;
}

/** Position of the first `byte` in [from, to), or −1. Lines are short: a loop beats indexOf. */
export function findByte(bytes: Uint8Array, byte: number, from: number, to: number): number {
  for (let at = from; at < to; at++) if (bytes[at] === byte) return at;
  return -1;
}

/** Position of the last `byte` in [from, to), or −1. */
export function findLastByte(bytes: Uint8Array, byte: number, from: number, to: number): number {
  for (let at = to - 1; at >= from; at--) if (bytes[at] === byte) return at;
  return -1;
}

/** First position from which no more digits follow. */
export function skipDigits(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] >= ZERO && bytes[at] <= NINE) at += 1;
  return at;
}

export function startsWith(
  bytes: Uint8Array,
  from: number,
  to: number,
  prefix: Uint8Array,
): boolean {
  if (to - from < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (bytes[from + i] !== prefix[i]) return false;
  return true;
}

const TO_UTF8 = new TextEncoder();
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

export function ascii(text: string): Uint8Array {
  return TO_UTF8.encode(text);
}

export function textOf(bytes: Uint8Array, from: number, to: number): string {
  return UTF8.decode(bytes.subarray(from, to));
}
