// The parts of an ELF file that a disassembly needs: where its code is loaded, symbols, Go's lines.
//
// Authority: the gABI (ELF header, section headers, symbol table), golang/go src/debug/elf and
// src/cmd/internal/objfile/elf.go (Go 1.26). Not supported: big endian.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export interface ElfSymbol {
  readonly name: string;
  readonly address: bigint;
  readonly size: bigint;
}

export interface ElfFile {
  /** Where the first executable segment begins, on a page of its own; undefined: it has none. */
  readonly loadAddress: bigint | undefined;
  readonly symbols: readonly ElfSymbol[];
  /** Where section .text begins. */
  readonly textStart: bigint | undefined;
  /** Go's table of lines; undefined: no Go binary, or one linked in an unusual way. */
  readonly pclntab: Buffer | undefined;
}

/** What the file says cannot be so, or is not supported. */
export class ElfError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ElfError";
  }
}

/** Program and section headers: Go's binaries have below fifty of each. */
const MOST_HEADERS = 4096;
/** A symbol table or its names: the largest service seen has 40 MB. */
const MOST_TABLE_BYTES = 512 * 1024 ** 2;
const PT_LOAD = 1;
const PF_X = 1;
const SHT_SYMTAB = 2;
const STT_SECTION = 3;
const STT_FILE = 4;

/** @throws ElfError, or the system's own error */
export function readElf(path: string): ElfFile {
  const fd = openSync(path, "r");
  try {
    return new ElfReader(fd).read();
  } finally {
    closeSync(fd);
  }
}

class ElfReader {
  readonly #fd: number;
  readonly #size: number;

  constructor(fd: number) {
    this.#fd = fd;
    this.#size = fstatSync(fd).size;
  }

  /** Checked against the file's size and a cap before anything is allocated. */
  #bytes(offset: bigint, length: bigint): Buffer {
    if (length > BigInt(MOST_TABLE_BYTES) || offset + length > BigInt(this.#size)) {
      throw new ElfError(`${length} bytes at ${offset} are not in the file`);
    }
    const out = Buffer.alloc(Number(length));
    let at = 0;
    while (at < out.length) {
      const count = readSync(this.#fd, out, at, out.length - at, Number(offset) + at);
      if (count === 0) throw new ElfError("the file became shorter while it was read");
      at += count;
    }
    return out;
  }

  read(): ElfFile {
    const head = this.#bytes(0n, 64n);
    if (head.readUInt32BE(0) !== 0x7f45_4c46) throw new ElfError("not an ELF file");
    if (head[5] !== 1) throw new ElfError("a big-endian ELF file");
    const is64 = head[4] === 2;
    const word = (bytes: Buffer, at: number): bigint =>
      is64 ? bytes.readBigUInt64LE(at) : BigInt(bytes.readUInt32LE(at));
    const table = (offsetAt: number, sizeAt: number): Buffer[] => {
      const size = head.readUInt16LE(sizeAt);
      const count = head.readUInt16LE(sizeAt + 2);
      if (count === 0) return [];
      if (count > MOST_HEADERS || size < (is64 ? 56 : 32)) throw new ElfError("impossible headers");
      const bytes = this.#bytes(word(head, offsetAt), BigInt(size * count));
      return Array.from({ length: count }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
    };
    const segments = table(is64 ? 32 : 28, is64 ? 54 : 42);
    const sections = table(is64 ? 40 : 32, is64 ? 58 : 46);
    const [addressAt, offsetAt, sizeAt] = is64 ? [16, 24, 32] : [12, 16, 20];
    const contentOf = (section: Buffer): Buffer =>
      this.#bytes(word(section, offsetAt), word(section, sizeAt));
    const nameTable = sections[head.readUInt16LE(is64 ? 62 : 50)];
    const names = nameTable === undefined ? Buffer.alloc(0) : contentOf(nameTable);
    const named = (name: string): Buffer | undefined =>
      sections.find((section) => {
        const from = section.readUInt32LE(0);
        const end = names.indexOf(0, from);
        return from < names.length && end >= 0 && names.toString("latin1", from, end) === name;
      });
    const text = named(".text");
    // The second name is that of position-independent binaries.
    const lines = named(".gopclntab") ?? named(".data.rel.ro.gopclntab");
    return {
      loadAddress: loadAddressOf(segments, is64, word),
      symbols: this.#symbols(sections, is64, word, contentOf),
      textStart: text === undefined ? undefined : word(text, addressAt),
      pclntab: lines === undefined ? undefined : contentOf(lines),
    };
  }

  #symbols(
    sections: readonly Buffer[],
    is64: boolean,
    word: (bytes: Buffer, at: number) => bigint,
    contentOf: (section: Buffer) => Buffer,
  ): ElfSymbol[] {
    const linkAt = is64 ? 40 : 24;
    const table = sections.find((section) => section.readUInt32LE(4) === SHT_SYMTAB);
    if (table === undefined) return [];
    const link = sections[table.readUInt32LE(linkAt)];
    if (link === undefined) throw new ElfError("the symbol table has no names");
    const names = contentOf(link);
    const rows = contentOf(table);
    const rowBytes = is64 ? 24 : 16;
    const out: ElfSymbol[] = [];
    for (let at = 0; at + rowBytes <= rows.length; at += rowBytes) {
      const info = rows[at + (is64 ? 4 : 12)] ?? 0;
      const kind = info & 15;
      if (kind === STT_SECTION || kind === STT_FILE) continue;
      const address = word(rows, at + (is64 ? 8 : 4));
      const size = word(rows, at + (is64 ? 16 : 8));
      if (address === 0n && size === 0n) continue;
      const from = rows.readUInt32LE(at);
      const end = names.indexOf(0, from);
      if (from >= names.length || end < 0) continue;
      out.push({ name: names.toString("utf8", from, end), address, size });
    }
    return out;
  }
}

function loadAddressOf(
  segments: readonly Buffer[],
  is64: boolean,
  word: (bytes: Buffer, at: number) => bigint,
): bigint | undefined {
  for (const segment of segments) {
    const flags = segment.readUInt32LE(is64 ? 4 : 24);
    if (segment.readUInt32LE(0) !== PT_LOAD || (flags & PF_X) === 0) continue;
    const address = word(segment, is64 ? 16 : 8);
    const align = word(segment, is64 ? 48 : 28);
    return align === 0n ? address : address - (address % align);
  }
  return undefined;
}
