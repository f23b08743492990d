// One frame of a traceback: the function line and the place line below it.
//
//   main.(*Cache[...]).Put(0xc000012340, {0x4a2f60?, 0x4e0d58?}, ...)
//   <tab>/srv/my shop/main.go:25 +0x1d fp=0xc0000aef60 sp=0xc0000aeeb0 pc=0x4896ef
//
// An inlined function prints "(...)" and no offset. Source: runtime/traceback.go traceback2, printArgs,
// printOneCgoTraceback.

import { findLastByte, parseDecimal, parseHex, skipDigits } from "../../model/builders/ascii.ts";

const TAB = 9;
const SPACE = 32;
const OPEN = 40;
const CLOSE = 41;
const PLUS = 43;
const DOT = 46;
const DIGIT_0 = 48;
const COLON = 58;
const EQUALS = 61;
const LOWER_X = 120;

/** Where the arguments begin: no argument contains a bracket of this kind. −1: no function line. */
export function argumentsAt(line: Uint8Array, from: number, to: number): number {
  if (to - from < 3 || line[to - 1] !== CLOSE) return -1;
  const open = findLastByte(line, OPEN, from, to);
  return open > from ? open : -1;
}

/** "(...)": the arguments of an inlined function, or of an ancestor's. */
export function hasNoArguments(line: Uint8Array, open: number, to: number): boolean {
  return to - open === 5 && line[open + 1] === DOT && line[open + 2] === DOT;
}

/** A value that may be a pointer: above 4 GiB, exact as a double. */
const LEAST_POINTER = 2 ** 32;

/** Hexadecimal arguments of at least 2^32 to `into`, up to `most` distinct ones. */
export function collectPointers(
  line: Uint8Array,
  open: number,
  to: number,
  into: Set<number>,
  most: number,
): void {
  let at = open + 1;
  while (at < to && into.size < most) {
    if (line[at] !== DIGIT_0 || line[at + 1] !== LOWER_X) {
      at += 1;
      continue;
    }
    let end = at + 2;
    while (end < to && isHexDigit(line[end])) end += 1;
    const value = parseHex(line, at, end);
    if (value >= LEAST_POINTER && value <= Number.MAX_SAFE_INTEGER) into.add(value);
    at = end;
  }
}

function isHexDigit(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102);
}

export interface Place {
  /** File is bytes [from, to) of the line; empty for a C function without debug information. */
  fileFrom: number;
  fileTo: number;
  line: number;
  /** The offset into the function is printed: the frame is physical, not inlined. */
  hasOffset: boolean;
  /** Program counter of a C function, which has no file; 0 otherwise. */
  pc: number;
}

/** Reads "<tab>FILE:LINE…" into `place`; false when the line is something else. */
export function readPlace(bytes: Uint8Array, from: number, to: number, place: Place): boolean {
  if (from >= to || bytes[from] !== TAB) return false;
  // No colon follows the line number; a Windows path has one before it.
  const colon = findLastByte(bytes, COLON, from + 1, to);
  const digits = colon < 0 ? -1 : skipDigits(bytes, colon + 1, to);
  if (digits > colon + 1 && (digits === to || bytes[digits] === SPACE)) {
    place.fileFrom = from + 1;
    place.fileTo = colon;
    place.line = parseDecimal(bytes, colon + 1, digits);
    place.hasOffset = digits + 1 < to && bytes[digits + 1] === PLUS;
    place.pc = 0;
    return true;
  }
  const equals = findLastByte(bytes, EQUALS, from + 1, to);
  const pc = equals < 0 ? NaN : parseHex(bytes, equals + 1, to);
  if (equals !== from + 3 || Number.isNaN(pc)) return false;
  place.fileFrom = from;
  place.fileTo = from;
  place.line = 0;
  place.hasOffset = true;
  place.pc = pc;
  return true;
}
