// One folded line: frames from the root on, parted by ";", then a space and one or two numbers.

export interface FoldedLine {
  /** End of the frames in the line. */
  readonly end: number;
  readonly value: number;
  /** The second number of a differential line; undefined where there is one only. */
  readonly second: number | undefined;
  /** The last number has a sign: it is a difference. */
  readonly isSigned: boolean;
}

const SPACE = 32;
const TAB = 9;
/** The longest spelling of a double, with room. */
const LONGEST_NUMBER = 32;
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

interface Token {
  readonly text: string;
  /** Where the blanks before it begin. */
  readonly end: number;
}

/** The number at the end of bytes [from, to), blanks before it required. */
function lastNumber(bytes: Uint8Array, from: number, to: number): Token | undefined {
  let at = to;
  while (at > from && bytes[at - 1] !== SPACE && bytes[at - 1] !== TAB) at -= 1;
  if (at === from || to - at > LONGEST_NUMBER || to === at) return undefined;
  const text = String.fromCharCode(...bytes.subarray(at, to));
  if (!NUMBER.test(text)) return undefined;
  let end = at;
  while (end > from && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end -= 1;
  return end === from ? undefined : { text, end };
}

/** Undefined when no number stands behind the frames. */
export function parseFolded(bytes: Uint8Array, from: number, to: number): FoldedLine | undefined {
  let stop = to;
  while (stop > from && (bytes[stop - 1] === SPACE || bytes[stop - 1] === TAB)) stop -= 1;
  const last = lastNumber(bytes, from, stop);
  if (last === undefined) return undefined;
  const before = lastNumber(bytes, from, last.end);
  const isSigned = last.text.startsWith("+") || last.text.startsWith("-");
  if (before === undefined) {
    return { end: last.end, value: Number(last.text), second: undefined, isSigned };
  }
  return { end: before.end, value: Number(before.text), second: Number(last.text), isSigned };
}

/** The line read as one that has a single number, whatever stands before it. */
export function parseSingle(bytes: Uint8Array, from: number, to: number): FoldedLine | undefined {
  let stop = to;
  while (stop > from && (bytes[stop - 1] === SPACE || bytes[stop - 1] === TAB)) stop -= 1;
  const last = lastNumber(bytes, from, stop);
  if (last === undefined) return undefined;
  const isSigned = last.text.startsWith("+") || last.text.startsWith("-");
  return { end: last.end, value: Number(last.text), second: undefined, isSigned };
}
