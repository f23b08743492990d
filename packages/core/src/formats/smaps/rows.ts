// Lines of smaps read from bytes, and the growing columns they fill. Authority: see smaps.ts.
// Nothing is decoded to a string here: a service with 60,000 mappings has 1.5 million such lines.

const SPACE = 32;
const DASH = 45;
const COLON = 58;
const ZERO = 48;

/** Columns of attribute values, and marks for lines that only count. */
export const FIELD = {
  rss: 0,
  pss: 1,
  anonymous: 2,
  privateDirty: 3,
  sharedClean: 4,
  sharedDirty: 5,
  lazyFree: 6,
  anonHugePages: 7,
  swap: 8,
  columns: 9,
  locked: 100,
  other: -1,
} as const;

const KEYS: readonly (readonly [string, number])[] = [
  ["Rss", FIELD.rss],
  ["Pss", FIELD.pss],
  ["Anonymous", FIELD.anonymous],
  ["Private_Dirty", FIELD.privateDirty],
  ["Shared_Clean", FIELD.sharedClean],
  ["Shared_Dirty", FIELD.sharedDirty],
  ["LazyFree", FIELD.lazyFree],
  ["AnonHugePages", FIELD.anonHugePages],
  ["Swap", FIELD.swap],
  ["Locked", FIELD.locked],
];

function fieldOf(bytes: Uint8Array, start: number, colon: number): number {
  const length = colon - start;
  for (const [key, field] of KEYS) {
    if (key.length !== length) continue;
    let i = 0;
    while (i < length && bytes[start + i] === key.charCodeAt(i)) i++;
    if (i === length) return field;
  }
  return FIELD.other;
}

export interface Header {
  readonly start: number;
  readonly end: number;
  readonly inode: number;
  readonly permissionsAt: number;
  /** −1 where the mapping has no name. */
  readonly nameAt: number;
}

function hexDigit(byte: number): number {
  if (byte >= ZERO && byte <= 57) return byte - ZERO;
  return byte >= 97 && byte <= 102 ? byte - 87 : -1;
}

/** A line that begins with a hexadecimal number and a dash: no attribute does. */
export function isHeaderLike(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && hexDigit(bytes[at] ?? 0) >= 0) at++;
  return at > start && at < end && bytes[at] === DASH;
}

/** Reads `start-end perms offset major:minor inode   name`; undefined when it is not that. */
export function parseHeader(bytes: Uint8Array, from: number, to: number): Header | undefined {
  let at = from;
  // Addresses end in twelve zero bits, so even the highest (vsyscall) is exact in a double.
  const hex = (stop: number): number => {
    let value = 0;
    const begin = at;
    for (; at < to; at++) {
      const digit = hexDigit(bytes[at] ?? 0);
      if (digit < 0) break;
      value = value * 16 + digit;
    }
    if (at === begin || at - begin > 16 || (stop >= 0 && bytes[at] !== stop)) return NaN;
    at += 1;
    return value;
  };
  const start = hex(DASH);
  const end = hex(SPACE);
  const permissionsAt = at;
  at += 5;
  if (at > to || bytes[at - 1] !== SPACE) return undefined;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[permissionsAt + i] ?? 0;
    if (byte !== DASH && byte !== "rwxs".charCodeAt(i) && !(i === 3 && byte === 112)) {
      return undefined;
    }
  }
  const offset = hex(SPACE);
  const major = hex(COLON);
  const minor = hex(SPACE);
  if (Number.isNaN(start + end + offset + major + minor)) return undefined;
  let inode = 0;
  const inodeAt = at;
  for (; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    inode = inode * 10 + digit;
  }
  if (at === inodeAt || at - inodeAt > 20) return undefined;
  if (at < to && bytes[at] !== SPACE) return undefined;
  while (at < to && bytes[at] === SPACE) at++;
  return { start, end, inode, permissionsAt, nameAt: at < to ? at : -1 };
}

export interface Attribute {
  readonly field: number;
  readonly bytes: number;
}

const IGNORED: Attribute = { field: FIELD.other, bytes: 0 };

/** Reads `Key:   N kB`; other `Key: …` lines only count. Undefined when the line is neither. */
export function parseAttribute(
  bytes: Uint8Array,
  start: number,
  end: number,
): Attribute | undefined {
  const colon = bytes.indexOf(COLON, start);
  if (colon <= start || colon >= end) return undefined;
  const field = fieldOf(bytes, start, colon);
  if (field === FIELD.other) return IGNORED;
  let at = colon + 1;
  while (at < end && bytes[at] === SPACE) at++;
  const digitsAt = at;
  let kib = 0;
  for (; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    kib = kib * 10 + digit;
  }
  const isWhole =
    at > digitsAt &&
    at - digitsAt <= 15 &&
    end - at === 3 &&
    bytes[at] === SPACE &&
    bytes[at + 1] === 107 &&
    bytes[at + 2] === 66;
  return isWhole ? { field, bytes: kib * 1024 } : undefined;
}

export interface FinishedMappings {
  readonly rows: number;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly permissions: Int32Array;
  readonly inode: Float64Array;
  readonly name: Int32Array;
  readonly rss: Float64Array;
  readonly pss: Float64Array;
  readonly anonymous: Float64Array;
  readonly privateDirty: Float64Array;
  readonly shared: Float64Array;
  readonly lazyFree: Float64Array;
  readonly anonHugePages: Float64Array;
  readonly swap: Float64Array;
}

/** Rows of `WIDTH` doubles: start, end, inode, then the attribute columns (NaN until stated). */
const WIDTH = 3 + FIELD.columns;

export class MappingColumnsBuilder {
  #values = new Float64Array(64 * WIDTH);
  #texts = new Int32Array(64 * 2);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  begin(header: Header, permissions: number, name: number): void {
    if ((this.#length + 1) * WIDTH > this.#values.length) {
      const values = new Float64Array(this.#values.length * 2);
      values.set(this.#values);
      this.#values = values;
      const texts = new Int32Array(this.#texts.length * 2);
      texts.set(this.#texts);
      this.#texts = texts;
    }
    const at = this.#length * WIDTH;
    this.#values.fill(NaN, at, at + WIDTH);
    this.#values[at] = header.start;
    this.#values[at + 1] = header.end;
    this.#values[at + 2] = header.inode;
    this.#texts[this.#length * 2] = permissions;
    this.#texts[this.#length * 2 + 1] = name;
    this.#length += 1;
  }

  /** Sets an attribute of the last row; marks beyond the columns are dropped. */
  set(field: number, bytes: number): void {
    if (field < FIELD.columns) this.#values[(this.#length - 1) * WIDTH + 3 + field] = bytes;
  }

  finish(): FinishedMappings {
    const rows = this.#length;
    const column = (offset: number): Float64Array => {
      const out = new Float64Array(rows);
      for (let i = 0; i < rows; i++) out[i] = this.#values[i * WIDTH + offset] ?? NaN;
      return out;
    };
    const text = (offset: number): Int32Array => {
      const out = new Int32Array(rows);
      for (let i = 0; i < rows; i++) out[i] = this.#texts[i * 2 + offset] ?? 0;
      return out;
    };
    const shared = column(3 + FIELD.sharedClean);
    const dirty = column(3 + FIELD.sharedDirty);
    for (let i = 0; i < rows; i++) shared[i] = (shared[i] ?? NaN) + (dirty[i] ?? NaN);
    return {
      rows,
      start: column(0),
      end: column(1),
      permissions: text(0),
      inode: column(2),
      name: text(1),
      rss: column(3 + FIELD.rss),
      pss: column(3 + FIELD.pss),
      anonymous: column(3 + FIELD.anonymous),
      privateDirty: column(3 + FIELD.privateDirty),
      shared,
      lazyFree: column(3 + FIELD.lazyFree),
      anonHugePages: column(3 + FIELD.anonHugePages),
      swap: column(3 + FIELD.swap),
    };
  }
}
