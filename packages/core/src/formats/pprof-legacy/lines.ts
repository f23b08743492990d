// Lines of a legacy text, and its numbers.

import { isMapsSentinel } from "../../model/builders/proc-maps.ts";
import type { ProcMapsBuilder } from "../../model/builders/proc-maps.ts";
import { splitLines } from "../../model/text-input.ts";

export class LegacyLines {
  readonly #lines: readonly string[];
  #at = -1;
  /** False when the input ends within a line, which may be cut. */
  readonly isEnded: boolean;

  constructor(text: string) {
    const { lines, rest } = splitLines(text);
    this.isEnded = rest === "";
    this.#lines = rest === "" ? lines : [...lines, rest];
  }

  /** Moves to the next line; false at the end, where `text` is "". */
  next(): boolean {
    this.#at = Math.min(this.#at + 1, this.#lines.length);
    return this.#at < this.#lines.length;
  }

  get text(): string {
    return this.#lines[this.#at] ?? "";
  }

  get trimmed(): string {
    return this.text.trim();
  }

  /** The next few lines, without moving. */
  following(count: number): readonly string[] {
    return this.#lines.slice(this.#at + 1, this.#at + 1 + count);
  }

  /** 1-based. */
  get number(): number {
    return this.#at + 1;
  }

  /** The mappings behind the sentinel, wherever that is from here on; false when there is none. */
  readMaps(into: ProcMapsBuilder): boolean {
    while (!isMapsSentinel(this.text)) if (!this.next()) return false;
    while (this.next()) into.line(this.text);
    return true;
  }
}

export function isSpaceOrComment(line: string): boolean {
  const trimmed = line.trim();
  return trimmed === "" || trimmed.startsWith("#");
}

/** Decimal digits with an optional sign; undefined for anything else and beyond int64. */
export function parseInteger(text: string): number | undefined {
  if (!/^[-+]?\d{1,19}$/.test(text)) return undefined;
  const value = Number(text);
  return Math.abs(value) <= 2 ** 63 ? value : undefined;
}

/** As Go's ParseInt with base 0: a leading 0 is octal, 0x hexadecimal. */
export function parseGoInteger(text: string): number | undefined {
  const prefixed = /^([-+]?)0(?:([0-7]{1,21})|x([0-9A-Fa-f]{1,16}))$/i.exec(text);
  if (prefixed !== null) {
    const [, sign, octal, hex] = prefixed;
    const value = octal === undefined ? parseInt(hex ?? "", 16) : parseInt(octal, 8);
    return sign === "-" ? -value : value;
  }
  return /^[-+]?0\d/.test(text) ? undefined : parseInteger(text);
}

/** What stands before the first "@" of a row, no longer than numbers can be, and what is behind it. */
export function splitRow(
  line: string,
): { readonly head: string; readonly tail: string } | undefined {
  const at = line.indexOf("@");
  if (at < 0) return undefined;
  return { head: line.slice(Math.max(0, at - LONGEST_NUMBERS), at), tail: line.slice(at + 1) };
}

/** Four numbers of 64 bits with their marks and what aligns them. */
const LONGEST_NUMBERS = 160;

/** The addresses behind an "@": what follows another character is not looked at. */
export function addressPart(tail: string): string {
  return /^[ x0-9a-f]*/.exec(tail)?.[0] ?? "";
}
