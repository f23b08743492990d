// The few parts of an ELF file that are needed: where its program and section headers lie, which bytes
// are loaded at which address. Authority: System V gABI chapter 4 and 5; Go debug/elf (1.26).
// Both classes and byte orders.

const EHDR_BYTES_32 = 52;
const PT_LOAD = 1;
const PF_WRITE = 2;
const ET_CORE = 4;

/** Headers beyond these sizes are of no executable that a linker makes. */
const MAX_PROGRAM_HEADERS = 4096;
const MAX_SECTION_HEADERS = 65_536;

/** Numbers of unsigned fields; NaN when a 64-bit value is above 2^53. */
export class FieldReader {
  readonly #view: DataView;
  readonly #isLittle: boolean;
  readonly #is64: boolean;

  constructor(bytes: Uint8Array, isLittle: boolean, is64: boolean) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#isLittle = isLittle;
    this.#is64 = is64;
  }

  u16(at: number): number {
    return this.#view.getUint16(at, this.#isLittle);
  }

  u32(at: number): number {
    return this.#view.getUint32(at, this.#isLittle);
  }

  /** An address, offset or size of the file's class. */
  word(at: number): number {
    if (!this.#is64) return this.u32(at);
    const low = this.u32(this.#isLittle ? at : at + 4);
    const high = this.u32(this.#isLittle ? at + 4 : at);
    const value = high * 2 ** 32 + low;
    return Number.isSafeInteger(value) ? value : NaN;
  }
}

export interface ElfTable {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

export interface ElfHeader {
  readonly is64: boolean;
  readonly isLittle: boolean;
  readonly isCore: boolean;
  readonly programHeaders: ElfTable;
  readonly sectionHeaders: ElfTable;
}

/** `bytes`: the first 64 of the file. Undefined when class or byte order is unknown. */
export function parseElfHeader(bytes: Uint8Array): ElfHeader | undefined {
  const fileClass = bytes[4];
  const order = bytes[5];
  if ((fileClass !== 1 && fileClass !== 2) || (order !== 1 && order !== 2)) return undefined;
  const is64 = fileClass === 2;
  if (bytes.length < (is64 ? 64 : EHDR_BYTES_32)) return undefined;
  const isLittle = order === 1;
  const fields = new FieldReader(bytes, isLittle, is64);
  const counts = is64 ? 54 : 42;
  const table = (at: number, offset: number, entryBytes: number, most: number): ElfTable => {
    // Entries of another size are of no linker; their table is not looked at.
    const count = fields.u16(at) === entryBytes ? Math.min(fields.u16(at + 2), most) : 0;
    return { offset: fields.word(offset), size: entryBytes, count };
  };
  return {
    is64,
    isLittle,
    isCore: fields.u16(16) === ET_CORE,
    programHeaders: table(counts, is64 ? 32 : 28, is64 ? 56 : 32, MAX_PROGRAM_HEADERS),
    sectionHeaders: table(counts + 4, is64 ? 40 : 32, is64 ? 64 : 40, MAX_SECTION_HEADERS),
  };
}

export interface Segment {
  readonly address: number;
  readonly offset: number;
  readonly fileBytes: number;
  readonly isWritable: boolean;
}

/** Loaded segments among the program headers that have passed. */
export function parseSegments(header: ElfHeader, bytes: Uint8Array): Segment[] {
  const { is64, isLittle } = header;
  const { size, count } = header.programHeaders;
  const fields = new FieldReader(bytes, isLittle, is64);
  const segments: Segment[] = [];
  for (let i = 0; i < count && (i + 1) * size <= bytes.length; i++) {
    const at = i * size;
    if (fields.u32(at) !== PT_LOAD) continue;
    const segment = {
      address: fields.word(at + (is64 ? 16 : 8)),
      offset: fields.word(at + (is64 ? 8 : 4)),
      fileBytes: fields.word(at + (is64 ? 32 : 16)),
      isWritable: (fields.u32(at + (is64 ? 4 : 24)) & PF_WRITE) !== 0,
    };
    if (!Number.isNaN(segment.address + segment.offset + segment.fileBytes)) segments.push(segment);
  }
  return segments;
}

export interface Sections {
  /** Where sections with content of the program's own begin in the file. */
  readonly starts: ReadonlySet<number>;
  /** Where the last section ends. */
  readonly extent: number;
}

const SHT_PROGBITS = 1;
const SHT_NOBITS = 8;

export function parseSections(header: ElfHeader, bytes: Uint8Array): Sections {
  const { is64, isLittle } = header;
  const { size, count } = header.sectionHeaders;
  const fields = new FieldReader(bytes, isLittle, is64);
  const starts = new Set<number>();
  let extent = 0;
  for (let i = 0; i < count && (i + 1) * size <= bytes.length; i++) {
    const at = i * size;
    const type = fields.u32(at + 4);
    const offset = fields.word(at + (is64 ? 24 : 16));
    const length = fields.word(at + (is64 ? 32 : 20));
    if (type === 0 || type === SHT_NOBITS || Number.isNaN(offset + length)) continue;
    if (type === SHT_PROGBITS) starts.add(offset);
    extent = Math.max(extent, offset + length);
  }
  return { starts, extent };
}

/** File offset of an address, or undefined where nothing of the file is loaded. */
export function offsetOf(segments: readonly Segment[], address: number): number | undefined {
  for (const one of segments) {
    if (address >= one.address && address < one.address + one.fileBytes) {
      return address - one.address + one.offset;
    }
  }
  return undefined;
}

export function isInWritable(segments: readonly Segment[], offset: number): boolean {
  return segments.some(
    (one) => one.isWritable && offset >= one.offset && offset < one.offset + one.fileBytes,
  );
}

/** Where the file must end at the earliest, going by its headers. */
export function extentOf(
  header: ElfHeader,
  segments: readonly Segment[],
  sections: Sections,
): number {
  const { offset, size, count } = header.sectionHeaders;
  let extent = Math.max(sections.extent, Number.isNaN(offset) ? 0 : offset + size * count);
  for (const one of segments) extent = Math.max(extent, one.offset + one.fileBytes);
  return extent;
}
