// Go's table from program counters to functions, files and lines, which every Go binary has, stripped
// or not. binutils does not read the DWARF 5 that Go writes since 1.25, so this says where lines are.
//
// Authority: golang/go src/debug/gosym/pclntab.go, src/runtime/symtab.go (Go 1.26). Read: the forms of
// Go 1.18 and of 1.20 to 1.27, little endian. Not read: older ones.

const MAGIC_118 = 0xffff_fff0;
const MAGIC_120 = 0xffff_fff1;
/** A binary of 300 MB has half a million functions. */
const MOST_FUNCTIONS = 1 << 23;

export interface PcPlace {
  /** The function that the code was compiled into; inlined ones have no name here. */
  readonly function: string;
  /** Innermost, as inlined code is. */
  readonly file: string;
  readonly line: number;
}

export interface PcFunction {
  readonly name: string;
  readonly start: bigint;
  readonly size: bigint;
}

/** Undefined: not a table that can be read. Damaged entries give no place, never a wrong one. */
export function openPclntab(bytes: Buffer, textStart: bigint): Pclntab | undefined {
  if (bytes.length < 72) return undefined;
  const magic = bytes.readUInt32LE(0);
  if (magic !== MAGIC_118 && magic !== MAGIC_120) return undefined;
  const pointer = bytes[7];
  if (bytes[4] !== 0 || bytes[5] !== 0 || (pointer !== 4 && pointer !== 8)) return undefined;
  const words = Array.from({ length: 8 }, (_, i) =>
    pointer === 8 ? Number(bytes.readBigUInt64LE(8 + i * 8)) : bytes.readUInt32LE(8 + i * 4),
  );
  const [count = 0, , , names = 0, units = 0, files = 0, pcs = 0, functions = 0] = words;
  const isSound =
    count <= MOST_FUNCTIONS &&
    [names, units, files, pcs].every((offset) => offset <= bytes.length) &&
    functions + (count * 2 + 1) * 4 <= bytes.length;
  if (!isSound) return undefined;
  return new Pclntab(bytes, textStart, {
    quantum: bytes[6] ?? 1,
    count,
    names,
    units,
    files,
    pcs,
    functions,
  });
}

interface Layout {
  readonly quantum: number;
  readonly count: number;
  readonly names: number;
  readonly units: number;
  readonly files: number;
  readonly pcs: number;
  readonly functions: number;
}

/** Offsets in a function's record. */
const NAME = 4;
const PC_FILE = 20;
const PC_LINE = 24;
const UNIT = 32;
const RECORD_BYTES = 40;

export class Pclntab {
  readonly #bytes: Buffer;
  readonly #textStart: bigint;
  readonly #at: Layout;

  constructor(bytes: Buffer, textStart: bigint, layout: Layout) {
    this.#bytes = bytes;
    this.#textStart = textStart;
    this.#at = layout;
  }

  #u32(offset: number): number {
    return offset >= 0 && offset + 4 <= this.#bytes.length ? this.#bytes.readUInt32LE(offset) : 0;
  }

  #text(offset: number): string {
    const end = this.#bytes.indexOf(0, offset);
    return end < 0 ? "" : this.#bytes.toString("utf8", offset, end);
  }

  /** Where function `i` begins, from the start of the text; i = count is the end. */
  #entry(i: number): number {
    return this.#u32(this.#at.functions + i * 8);
  }

  #record(i: number): number {
    return this.#at.functions + this.#u32(this.#at.functions + i * 8 + 4);
  }

  functions(): PcFunction[] {
    return Array.from({ length: this.#at.count }, (_, i) => ({
      name: this.#text(this.#at.names + this.#u32(this.#record(i) + NAME)),
      start: this.#textStart + BigInt(this.#entry(i)),
      size: BigInt(Math.max(0, this.#entry(i + 1) - this.#entry(i))),
    }));
  }

  placeOf(pc: bigint): PcPlace | undefined {
    const offset = Number(pc - this.#textStart);
    let lo = 0;
    let hi = this.#at.count;
    if (offset < this.#entry(0) || offset >= this.#entry(hi)) return undefined;
    while (hi - lo > 1) {
      const middle = (lo + hi) >> 1;
      if (this.#entry(middle) <= offset) lo = middle;
      else hi = middle;
    }
    const record = this.#record(lo);
    if (record + RECORD_BYTES > this.#bytes.length) return undefined;
    const entry = this.#entry(lo);
    const line = this.#valueAt(this.#u32(record + PC_LINE), entry, offset);
    const file = this.#valueAt(this.#u32(record + PC_FILE), entry, offset);
    if (line === undefined || file === undefined) return undefined;
    const name = this.#u32(this.#at.units + (this.#u32(record + UNIT) + file) * 4);
    return {
      function: this.#text(this.#at.names + this.#u32(record + NAME)),
      file: name === 0xffff_ffff ? "" : this.#text(this.#at.files + name),
      line,
    };
  }

  /** A table of steps: differences of the value (zigzag) and of the counter, as varints. */
  #valueAt(table: number, entry: number, wanted: number): number | undefined {
    let at = this.#at.pcs + table;
    let value = -1;
    let pc = entry;
    const varint = (): number => {
      let out = 0;
      for (let shift = 0; shift < 32; shift += 7) {
        const byte = this.#bytes[at++];
        if (byte === undefined) return 0;
        out |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      return out >>> 0;
    };
    for (let isFirst = true; at < this.#bytes.length; isFirst = false) {
      const step = varint();
      if (step === 0 && !isFirst) return undefined;
      value += step & 1 ? ~(step >>> 1) : step >>> 1;
      pc += varint() * this.#at.quantum;
      if (wanted < pc) return value;
    }
    return undefined;
  }
}
