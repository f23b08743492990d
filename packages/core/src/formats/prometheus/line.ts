// One sample line, read in place: name, labels, value, timestamp, and where an exemplar begins.
// Authority: prometheus/docs exposition_formats.md (text 0.0.4, 1.0.0 with quoted names) and the OpenMetrics 1.0
// specification. Label values are hashed and passed over; only le and the version of go_info are read.

import { seriesKey } from "./series-set.ts";

const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const HASH = 35;
const COMMA = 44;
const EQUALS = 61;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;

/** Longer names are nobody's. */
const MAX_NAME = 1024;
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/;
const SEED_1 = 0x811c9dc5;
const SEED_2 = 0x9e3779b9;

export function ascii(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] ?? 0);
  return text;
}

/** Go's strconv.ParseFloat as far as exporters use it; undefined for anything else. */
export function parseValue(bytes: Uint8Array, start: number, end: number): number | undefined {
  const length = end - start;
  if (length <= 0 || length > 64) return undefined;
  if (length <= 15) {
    let value = 0;
    let i = start;
    for (; i < end; i++) {
      const digit = (bytes[i] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (i === end) return value;
  }
  const text = ascii(bytes, start, end);
  if (NUMBER.test(text)) return Number(text);
  if (/^\+?Inf(?:inity)?$/i.test(text)) return Infinity;
  if (/^-Inf(?:inity)?$/i.test(text)) return -Infinity;
  return /^NaN$/i.test(text) ? NaN : undefined;
}

function isNameByte(c: number): boolean {
  return (
    (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || c === 58 || (c >= 48 && c <= 57)
  );
}

function is(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (bytes[start + i] !== word.charCodeAt(i)) return false;
  return true;
}

/** Reused for every line: fields hold the last one read. */
export class SampleLine {
  nameStart = 0;
  nameEnd = 0;
  /** 53 bits of the name; names are looked up by it without being decoded. */
  nameKey = 0;
  /** Two lanes of a hash of name and labels. */
  series1 = 0;
  series2 = 0;
  /** 53 bits of the labels but le, quantile and version; 0 without such. */
  identity = 0;
  hasInstance = false;
  hasQuantile = false;
  le: number | undefined = undefined;
  versionStart = 0;
  versionEnd = 0;
  value = 0;
  /** Unix ms. */
  timeMs: number | undefined = undefined;
  hasExemplar = false;

  #at = 0;

  /** False: not a sample. */
  read(bytes: Uint8Array, start: number, end: number): boolean {
    this.identity = 0;
    this.hasInstance = false;
    this.hasQuantile = false;
    this.le = undefined;
    this.versionStart = 0;
    this.versionEnd = 0;
    this.timeMs = undefined;
    this.hasExemplar = false;
    let at = start;
    this.nameStart = at;
    while (at < end && isNameByte(bytes[at] ?? 0)) at++;
    this.nameEnd = at;
    const first = bytes[start] ?? 0;
    if (first >= 48 && first <= 57) return false;
    this.#at = at;
    this.#skipBlanks(bytes, end);
    this.#hashName(bytes);
    if (bytes[this.#at] === OPEN) {
      this.#at += 1;
      if (!this.#labels(bytes, end)) return false;
    }
    const nameLength = this.nameEnd - this.nameStart;
    if (nameLength === 0 || nameLength > MAX_NAME) return false;
    return this.#numbers(bytes, end);
  }

  #hashName(bytes: Uint8Array): void {
    let h1 = SEED_1;
    let h2 = SEED_2;
    for (let i = this.nameStart; i < this.nameEnd; i++) {
      const c = bytes[i] ?? 0;
      h1 = Math.imul(h1 ^ c, 0x01000193);
      h2 = Math.imul(h2 ^ c, 0x85ebca6b);
    }
    this.nameKey = seriesKey(h1, h2);
    this.series1 = h1;
    this.series2 = h2;
  }

  #skipBlanks(bytes: Uint8Array, end: number): void {
    while (this.#at < end && (bytes[this.#at] === SPACE || bytes[this.#at] === TAB)) this.#at++;
  }

  /** Moves behind the closing quote; the text lies between. False when there is none. */
  #quoted(bytes: Uint8Array, end: number): boolean {
    let at = this.#at + 1;
    while (at < end && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    if (at >= end) return false;
    this.#at = at + 1;
    return true;
  }

  #labels(bytes: Uint8Array, end: number): boolean {
    let id1 = SEED_1;
    let id2 = SEED_2;
    let hasIdentity = false;
    while (true) {
      this.#skipBlanks(bytes, end);
      if (this.#at >= end) return false;
      if (bytes[this.#at] === CLOSE) {
        this.#at += 1;
        break;
      }
      let nameStart = this.#at;
      let nameEnd = nameStart;
      if (bytes[nameStart] === QUOTE) {
        if (!this.#quoted(bytes, end)) return false;
        nameStart += 1;
        nameEnd = this.#at - 1;
      } else {
        while (this.#at < end && isNameByte(bytes[this.#at] ?? 0)) this.#at++;
        nameEnd = this.#at;
      }
      this.#skipBlanks(bytes, end);
      if (bytes[this.#at] !== EQUALS) {
        // A quoted metric name stands alone within the braces: {"http.requests", code="200"}.
        if (this.nameEnd !== this.nameStart || bytes[nameEnd] !== QUOTE) return false;
        this.nameStart = nameStart;
        this.nameEnd = nameEnd;
        this.#hashName(bytes);
      } else {
        if (nameEnd === nameStart) return false;
        this.#at += 1;
        this.#skipBlanks(bytes, end);
        if (bytes[this.#at] !== QUOTE) return false;
        const valueStart = this.#at + 1;
        if (!this.#quoted(bytes, end)) return false;
        const valueEnd = this.#at - 1;
        for (let i = nameStart; i <= valueEnd; i++) {
          const c = bytes[i] ?? 0;
          this.series1 = Math.imul(this.series1 ^ c, 0x01000193);
          this.series2 = Math.imul(this.series2 ^ c, 0x85ebca6b);
        }
        if (is(bytes, nameStart, nameEnd, "le")) {
          this.le = parseValue(bytes, valueStart, valueEnd);
        } else if (is(bytes, nameStart, nameEnd, "quantile")) {
          this.hasQuantile = true;
        } else if (is(bytes, nameStart, nameEnd, "version")) {
          this.versionStart = valueStart;
          this.versionEnd = valueEnd;
        } else {
          hasIdentity = true;
          for (let i = nameStart; i <= valueEnd; i++) {
            const c = bytes[i] ?? 0;
            id1 = Math.imul(id1 ^ c, 0x01000193);
            id2 = Math.imul(id2 ^ c, 0x85ebca6b);
          }
          this.hasInstance ||=
            is(bytes, nameStart, nameEnd, "instance") || is(bytes, nameStart, nameEnd, "pod");
        }
      }
      this.#skipBlanks(bytes, end);
      if (bytes[this.#at] === COMMA) this.#at += 1;
      else if (bytes[this.#at] !== CLOSE) return false;
    }
    if (hasIdentity) this.identity = 1 + seriesKey(id1, id2);
    return true;
  }

  #word(bytes: Uint8Array, end: number): number {
    let at = this.#at;
    while (at < end && bytes[at] !== SPACE && bytes[at] !== TAB) at++;
    return at;
  }

  #numbers(bytes: Uint8Array, end: number): boolean {
    this.#skipBlanks(bytes, end);
    let wordEnd = this.#word(bytes, end);
    const value = parseValue(bytes, this.#at, wordEnd);
    if (value === undefined) return false;
    this.value = value;
    this.#at = wordEnd;
    this.#skipBlanks(bytes, end);
    if (this.#at < end && bytes[this.#at] !== HASH) {
      wordEnd = this.#word(bytes, end);
      const time = parseValue(bytes, this.#at, wordEnd);
      if (time === undefined || !Number.isFinite(time)) return false;
      // OpenMetrics counts in seconds, text 0.0.4 in ms: 1e11 ms is 1973, 1e11 s the year 5138.
      this.timeMs = Math.abs(time) < 1e11 ? time * 1000 : time;
      this.#at = wordEnd;
      this.#skipBlanks(bytes, end);
    }
    this.hasExemplar = this.#at < end;
    return this.#at >= end || bytes[this.#at] === HASH;
  }
}
