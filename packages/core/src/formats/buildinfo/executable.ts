// Finds the build information of a Go executable while its bytes stream past, keeping some KiB of it.
// Authority: Go debug/buildinfo/buildinfo.go (1.26), cmd/link/internal/ld/data.go (buildinfo).
//
// The linker writes a blob that begins with the magic at an address divisible by 16. debug/buildinfo
// finds it by random access through the section .go.buildinfo; a stream has no random access and the
// section headers may come last. So every aligned magic starts a candidate, which tells its own
// length, and the choice is made at the end: the candidate at the start of a section, else one in
// writable data, else the first. How it can mislead: in a file without section headers, a program
// that carries the magic as data of its own, aligned by chance and followed by a plausible version,
// in front of the real one.
//
// Up to Go 1.17 the blob points at Go strings instead. Their headers follow in .data, their bytes have
// passed before in .rodata; so all places of "go1." and all framed module information are remembered
// and the pointer must hit one exactly. Not supported: the pointer form in PE and Mach-O, and where the
// strings are no such text (development versions).

import { FormatError } from "../../model/errors.ts";
import {
  extentOf,
  FieldReader,
  isInWritable,
  offsetOf,
  parseElfHeader,
  parseSections,
  parseSegments,
} from "./elf.ts";
import type { ElfHeader, Sections, Segment } from "./elf.ts";
import {
  FLAG_BIG_ENDIAN,
  FLAG_INLINE,
  FramedInfo,
  HEADER_BYTES,
  INFO_START,
  InlineBlob,
  MAGIC_BYTES,
  matchesAt,
  Window,
} from "./window.ts";
import type { Piece } from "./window.ts";

/** "\xff Go buildinf:" */
const MAGIC = [
  0xff, 0x20, 0x47, 0x6f, 0x20, 0x62, 0x75, 0x69, 0x6c, 0x64, 0x69, 0x6e, 0x66, 0x3a,
] as const;

const ALIGN = 16;

/** What must lie behind a place before it is judged; also an ELF header's length. */
const LOOKAHEAD = 64;

/** Longest version that the pointer form is resolved to. */
const VERSION_BYTES = 48;

/** The largest module information seen has some 100 KiB; this holds 40,000 dependencies. */
const MAX_INFO = 4 << 20;

/** Candidates that may be read at one time, so that hostile input keeps no more than this times MAX_INFO. */
const MAX_OPEN = 4;
const MAX_POINTERS = 64;
const MAX_VERSION_PLACES = 16_384;

/** A chunk is worked on in steps of this size, however large it is. */
const STEP_BYTES = 1 << 20;

export type ExecutableKind = "elf" | "pe" | "mach-o";

export interface FoundBuildInfo {
  readonly version: string;
  /** Module information with framing; empty without modules. */
  readonly info: Uint8Array;
  /** The file ends before its headers say it does. */
  readonly isCut: boolean;
  /** Other candidates of equal standing that say something else. */
  readonly isAmbiguous: boolean;
}

/** The blob's header in the pointer form, with the Go string headers it points at. */
class PointerBlob implements Piece {
  readonly offset: number;
  readonly #window: Window;
  #strings: readonly [Window, Window] | undefined;
  readonly #segments: () => readonly Segment[];
  #isLittle = true;
  #size = 8;

  constructor(offset: number, segments: () => readonly Segment[]) {
    this.offset = offset;
    this.#window = new Window(offset, HEADER_BYTES);
    this.#segments = segments;
  }

  feed(at: number, bytes: Uint8Array): void {
    if (!this.#window.isFull) {
      this.#window.feed(at, bytes);
      if (this.#window.isFull) this.#follow();
    }
    for (const one of this.#strings ?? []) one.feed(at, bytes);
  }

  /** False when the header is known and its pointers lead nowhere. */
  get canResolve(): boolean {
    return !this.#window.isFull || this.#strings !== undefined;
  }

  #follow(): void {
    const header = this.#window.bytes();
    this.#size = header[MAGIC_BYTES] ?? 0;
    this.#isLittle = ((header[MAGIC_BYTES + 1] ?? 0) & FLAG_BIG_ENDIAN) === 0;
    if (this.#size !== 4 && this.#size !== 8) return;
    const fields = new FieldReader(header, this.#isLittle, this.#size === 8);
    const version = offsetOf(this.#segments(), fields.word(MAGIC_BYTES + 2));
    const info = offsetOf(this.#segments(), fields.word(MAGIC_BYTES + 2 + this.#size));
    if (version === undefined || info === undefined) return;
    this.#strings = [new Window(version, 2 * this.#size), new Window(info, 2 * this.#size)];
  }

  /** File offset and length of the version and of the module information. */
  resolve(): readonly { readonly offset: number; readonly length: number }[] | undefined {
    if (this.#strings === undefined) return undefined;
    const out: { offset: number; length: number }[] = [];
    for (const window of this.#strings) {
      if (!window.isFull) return undefined;
      const fields = new FieldReader(window.bytes(), this.#isLittle, this.#size === 8);
      const length = fields.word(this.#size);
      // An empty string points nowhere.
      const offset = length === 0 ? -1 : offsetOf(this.#segments(), fields.word(0));
      if (offset === undefined || Number.isNaN(length)) return undefined;
      out.push({ offset, length });
    }
    return out;
  }
}

export class ExecutableScan {
  readonly #kind: ExecutableKind;
  readonly #maxInfo: number;
  #header: ElfHeader | undefined;
  #programHeaders: Window | undefined;
  #sectionHeaders: Window | undefined;
  #segments: Segment[] | undefined;
  #inline: InlineBlob[] = [];
  #pointers: PointerBlob[] = [];
  readonly #framed: FramedInfo[] = [];
  /** Offset in the file → text, of every "go1." in the strings that have passed. */
  readonly #versions = new Map<number, string>();
  /** Bytes that have passed before #work. */
  #base = 0;
  #work = new Uint8Array(0);
  /** Bytes of #work carried over, not judged yet. */
  #carried = 0;

  constructor(kind: ExecutableKind, maxBytes: number) {
    this.#kind = kind;
    this.#maxInfo = Math.min(MAX_INFO, maxBytes);
  }

  push(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; from += STEP_BYTES) {
      this.#step(chunk.subarray(from, from + STEP_BYTES));
    }
  }

  #step(chunk: Uint8Array): void {
    const at = this.#base + this.#carried;
    for (const piece of this.#pieces()) piece.feed(at, chunk);
    const length = this.#carried + chunk.length;
    if (length > this.#work.length) {
      const work = new Uint8Array(length);
      work.set(this.#work.subarray(0, this.#carried));
      this.#work = work;
    }
    this.#work.set(chunk, this.#carried);
    if (length < LOOKAHEAD) {
      this.#carried = length;
      return;
    }
    this.#judge(length, length - LOOKAHEAD + 1);
  }

  *#pieces(): Generator<Piece> {
    if (this.#programHeaders !== undefined) yield this.#programHeaders;
    if (this.#sectionHeaders !== undefined) yield this.#sectionHeaders;
    yield* this.#inline;
    yield* this.#pointers;
    yield* this.#framed;
  }

  /** Looks at places [0, until) of #work, whose first `length` bytes are valid, and drops them. */
  #judge(length: number, until: number): void {
    const work = this.#work.subarray(0, length);
    if (this.#base === 0 && this.#header === undefined && this.#kind === "elf") {
      this.#openElf(work);
    }
    this.#findMagic(work, until);
    const isInlineKnown = this.#inline.some((one) => one.state === "whole");
    if (this.#kind === "elf" && !isInlineKnown) this.#findStrings(work, until);
    this.#work.copyWithin(0, until, length);
    this.#carried = length - until;
    this.#base += until;
  }

  #openElf(work: Uint8Array): void {
    const header = parseElfHeader(work);
    if (header === undefined) return;
    this.#header = header;
    const { programHeaders, sectionHeaders } = header;
    this.#programHeaders = new Window(
      programHeaders.offset,
      programHeaders.size * programHeaders.count,
    );
    this.#sectionHeaders = new Window(
      sectionHeaders.offset,
      sectionHeaders.size * sectionHeaders.count,
    );
    this.#programHeaders.feed(0, work);
    this.#sectionHeaders.feed(0, work);
  }

  #loaded(): readonly Segment[] {
    if (this.#segments !== undefined) return this.#segments;
    if (this.#header === undefined || this.#programHeaders === undefined) return [];
    const segments = parseSegments(this.#header, this.#programHeaders.bytes());
    if (this.#programHeaders.isFull) this.#segments = segments;
    return segments;
  }

  #findMagic(work: Uint8Array, until: number): void {
    const misaligned = this.#base % ALIGN;
    for (let at = misaligned === 0 ? 0 : ALIGN - misaligned; at < until; at += ALIGN) {
      if (work[at] !== 0xff || work[at + 1] !== 0x20 || !matchesAt(work, at, MAGIC)) continue;
      const isInline = ((work[at + MAGIC_BYTES + 1] ?? 0) & FLAG_INLINE) !== 0;
      if (isInline) this.#startInline(this.#base + at, work);
      else this.#startPointers(this.#base + at, work);
    }
  }

  #startInline(offset: number, work: Uint8Array): void {
    this.#inline = this.#inline.filter((one) => one.state !== "rejected");
    const open = this.#inline.filter((one) => one.state === "reading").length;
    const kept = this.#inline.reduce((sum, one) => sum + one.info.length, 0);
    if (open >= MAX_OPEN || kept > this.#maxInfo || this.#inline.length > MAX_POINTERS) return;
    const blob = new InlineBlob(offset, this.#maxInfo);
    blob.feed(this.#base, work);
    this.#inline.push(blob);
  }

  #startPointers(offset: number, work: Uint8Array): void {
    this.#pointers = this.#pointers.filter((one) => one.canResolve);
    if (this.#pointers.length >= MAX_POINTERS) return;
    const blob = new PointerBlob(offset, () => this.#loaded());
    blob.feed(this.#base, work);
    // The string headers may lie in bytes that are still here.
    blob.feed(this.#base, work);
    this.#pointers.push(blob);
  }

  /** "go1." and framed module information, at any place. */
  #findStrings(work: Uint8Array, until: number): void {
    for (let at = work.indexOf(0x67); at >= 0 && at < until; at = work.indexOf(0x67, at + 1)) {
      if (work[at + 1] !== 0x6f || work[at + 2] !== 0x31 || work[at + 3] !== 0x2e) continue;
      if (this.#versions.size >= MAX_VERSION_PLACES) break;
      let text = "";
      for (let i = 0; i < VERSION_BYTES; i++) text += String.fromCharCode(work[at + i] ?? 0);
      this.#versions.set(this.#base + at, text);
    }
    const [first] = INFO_START;
    for (let at = work.indexOf(first); at >= 0 && at < until; at = work.indexOf(first, at + 1)) {
      if (work[at + 1] !== INFO_START[1] || !matchesAt(work, at, INFO_START)) continue;
      if (this.#framed.length >= MAX_OPEN) break;
      const framed = new FramedInfo(this.#base + at, this.#maxInfo);
      framed.feed(this.#base, work);
      this.#framed.push(framed);
    }
  }

  /** @throws FormatError when there is no build information. */
  end(): FoundBuildInfo {
    const total = this.#base + this.#carried;
    this.#judge(this.#carried, this.#carried);
    for (const one of this.#inline) one.finish();
    const segments = this.#loaded();
    const sections = this.#sections();
    const extent = this.#header === undefined ? 0 : extentOf(this.#header, segments, sections);
    const isCut = total < extent;
    const found = this.#choose(segments, sections) ?? this.#resolvePointers();
    if (found !== undefined) return { ...found, isCut };
    throw this.#absent(total, extent);
  }

  #sections(): Sections {
    return this.#header === undefined || this.#sectionHeaders === undefined
      ? { starts: new Set(), extent: 0 }
      : parseSections(this.#header, this.#sectionHeaders.bytes());
  }

  #choose(
    segments: readonly Segment[],
    { starts }: Sections,
  ): Omit<FoundBuildInfo, "isCut"> | undefined {
    const whole = this.#inline.filter((one) => one.state === "whole");
    const [first] = whole;
    if (first === undefined) return undefined;
    const inSection = whole.filter((one) => starts.has(one.offset));
    const inData = whole.filter((one) => isInWritable(segments, one.offset));
    const best = inSection.length > 0 ? inSection : inData.length > 0 ? inData : whole;
    const chosen = best[0] ?? first;
    const isAmbiguous = best.some((one) => one.version !== chosen.version);
    return { version: chosen.version, info: chosen.info, isAmbiguous };
  }

  #resolvePointers(): Omit<FoundBuildInfo, "isCut"> | undefined {
    for (const one of this.#pointers) {
      const [version, info] = one.resolve() ?? [];
      if (version === undefined || info === undefined) continue;
      const text = this.#versions.get(version.offset)?.slice(0, version.length);
      if (text === undefined || text.length < version.length) continue;
      const framed = this.#framed.find((f) => f.offset === info.offset)?.bytes();
      // A length that differs from what the marks enclose is of another string.
      const isWhole = framed !== undefined && framed.length === info.length;
      if (info.length > 0 && !isWhole) continue;
      return { version: text, info: framed ?? new Uint8Array(0), isAmbiguous: false };
    }
    return undefined;
  }

  #absent(total: number, extent: number): FormatError {
    const kind = this.#kind;
    const isOpen = this.#inline.some((one) => one.state === "reading");
    if (total < extent || isOpen) {
      const expected = isOpen ? "the rest of the build information" : `${extent} bytes`;
      return new FormatError(kind, { offset: total, expected, found: "the end of the file" });
    }
    const expected = "a Go executable";
    if (this.#header?.isCore === true) {
      return new FormatError(kind, { expected, found: "a core dump" });
    }
    if (this.#pointers.length > 0) {
      const found = "build information of Go 1.17 or earlier whose strings could not be followed";
      return new FormatError(kind, { offset: this.#pointers[0]?.offset ?? 0, expected, found });
    }
    return new FormatError(kind, { expected, found: "a file without Go build information" });
  }
}
