// First pass over a profile: everything but the samples, as it stands in the file. References are
// still ids and string indices, since messages may refer to later ones. Samples are only located.
// Authority: google/pprof proto/profile.proto and profile/encode.go.

import { ByteStrings } from "../../model/builders/byte-strings.ts";
import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import type { DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import { MOST_ENTRIES, MOST_SAMPLES, tooMany } from "./limits.ts";
import { BYTES, VARINT } from "../../model/builders/proto-wire.ts";
import type { Wire } from "../../model/builders/proto-wire.ts";
import { readPlainFunction, readPlainLocation } from "./plain-messages.ts";

/** String indices of the file; −1 cannot be resolved. */
export interface RawValueType {
  readonly type: number;
  readonly unit: number;
}

/** Where the walk had to stop before the end of the input. */
export interface Stop {
  readonly offset: number;
  /** A field reaches past the end of the input; otherwise the bytes are no field at all. */
  readonly ranOut: boolean;
}

export class Sections {
  readonly strings: ByteStrings;
  /** Index in the file's string table → index in `strings`. */
  readonly stringAt = new GrowingInt32(1024);

  readonly sampleTypes: RawValueType[] = [];
  /** Samples jumped over. */
  knownSamples = 0;
  readonly sampleFrom = new GrowingInt32(1024);
  readonly sampleTo = new GrowingInt32(1024);

  readonly functionId = new GrowingFloat64(256);
  readonly functionName = new GrowingInt32(256);
  readonly functionSystemName = new GrowingInt32(256);
  readonly functionFile = new GrowingInt32(256);
  readonly functionStartLine = new GrowingInt32(256);

  readonly locationId = new GrowingFloat64(1024);
  readonly locationAddress = new GrowingFloat64(1024);
  /** Addresses that a double cannot hold, by location. */
  readonly bigAddress = new Map<number, bigint>();
  readonly locationMapping = new GrowingFloat64(1024);
  readonly locationFolded = new GrowingInt32(1024);
  /** Lines of location i are [locationLines[i], locationLines[i+1]). */
  readonly locationLines = new GrowingInt32(1024);
  readonly lineFunction = new GrowingFloat64(1024);
  readonly lineNumber = new GrowingInt32(1024);
  readonly lineColumn = new GrowingInt32(1024);

  readonly mappingId = new GrowingFloat64();
  readonly mappingStart = new GrowingFloat64();
  readonly mappingLimit = new GrowingFloat64();
  readonly mappingOffset = new GrowingFloat64();
  readonly mappingFile = new GrowingInt32();
  readonly mappingBuildId = new GrowingInt32();
  readonly mappingFlags = new GrowingInt32();

  readonly comments: number[] = [];
  dropFrames = 0;
  keepFrames = 0;
  docUrl = 0;
  defaultSampleType = 0;
  periodType: RawValueType | undefined;
  period: number | undefined;
  timeNanos = 0n;
  durationNanos = 0;
  stop: Stop | undefined;

  constructor(isExact: boolean) {
    this.strings = new ByteStrings(isExact);
    this.locationLines.push(0);
  }

  hasMoreThan(most: number): boolean {
    return (
      this.stringAt.length > most ||
      this.functionId.length > most ||
      this.locationId.length > most ||
      this.lineFunction.length > most ||
      this.mappingId.length > most
    );
  }
}

/** Reads a ValueType message that ends at `wire.end`. */
function readValueType(wire: Wire): RawValueType {
  let type = 0;
  let unit = 0;
  while (wire.tag()) {
    if (wire.field === 1 && wire.type === VARINT) type = wire.index();
    else if (wire.field === 2 && wire.type === VARINT) unit = wire.index();
    else skipUnknown(wire, 2);
  }
  return { type, unit };
}

/** Skips a field that is not known; a known one (≤ `known`) in another wire type is a fault. */
function skipUnknown(wire: Wire, known: number): void {
  if (wire.field <= known) wire.fail();
  else wire.skip(wire.type);
}

/** Lines and columns are int64 on the wire; no source file has 2^31 of either. */
function smallInt(wire: Wire): number {
  const value = wire.int();
  return value >= -0x8000_0000 && value <= 0x7fff_ffff ? value : 0;
}

function readFunction(wire: Wire, into: Sections): void {
  let id = 0;
  let name = 0;
  let systemName = 0;
  let file = 0;
  let startLine = 0;
  while (wire.tag()) {
    if (wire.type !== VARINT) skipUnknown(wire, 5);
    else if (wire.field === 1) id = wire.id();
    else if (wire.field === 2) name = wire.index();
    else if (wire.field === 3) systemName = wire.index();
    else if (wire.field === 4) file = wire.index();
    else if (wire.field === 5) startLine = smallInt(wire);
    else wire.uint();
  }
  if (wire.bad) return;
  into.functionId.push(id);
  into.functionName.push(name);
  into.functionSystemName.push(systemName);
  into.functionFile.push(file);
  into.functionStartLine.push(startLine);
}

/** A Line message; fields: 1 function id, 2 line, 3 column. */
function readLine(wire: Wire, into: Sections): void {
  let functionId = 0;
  let line = 0;
  let column = 0;
  while (wire.tag()) {
    if (wire.type !== VARINT) skipUnknown(wire, 3);
    else if (wire.field === 1) functionId = wire.id();
    else if (wire.field === 2) line = smallInt(wire);
    else if (wire.field === 3) column = smallInt(wire);
    else wire.uint();
  }
  into.lineFunction.push(functionId);
  into.lineNumber.push(line);
  into.lineColumn.push(column);
}

function readLocation(wire: Wire, into: Sections): void {
  const firstLine = into.lineFunction.length;
  let id = 0;
  let mapping = 0;
  let address = 0;
  let big: bigint | undefined;
  let folded = 0;
  while (wire.tag()) {
    if (wire.field === 4 && wire.type === BYTES) {
      const length = wire.length();
      const end = wire.end;
      const next = wire.pos + length;
      if (wire.bad) break;
      wire.enter(wire.pos, next);
      readLine(wire, into);
      const bad = wire.bad;
      wire.enter(next, end);
      if (bad) wire.fail();
    } else if (wire.type !== VARINT) skipUnknown(wire, 5);
    else if (wire.field === 1) id = wire.id();
    else if (wire.field === 2) mapping = wire.id();
    else if (wire.field === 3) {
      address = wire.uint();
      big = address > Number.MAX_SAFE_INTEGER ? wire.exact() : undefined;
    } else if (wire.field === 5) folded = wire.uint() === 0 ? 0 : 1;
    else wire.uint();
  }
  if (wire.bad) {
    into.lineFunction.length = firstLine;
    into.lineNumber.length = firstLine;
    into.lineColumn.length = firstLine;
    return;
  }
  if (big !== undefined) into.bigAddress.set(into.locationId.length, big);
  into.locationId.push(id);
  into.locationMapping.push(mapping);
  into.locationAddress.push(address);
  into.locationFolded.push(folded);
  into.locationLines.push(into.lineFunction.length);
}

function readMapping(wire: Wire, into: Sections): void {
  let id = 0;
  let start = 0;
  let limit = 0;
  let offset = 0;
  let file = 0;
  let buildId = 0;
  let flags = 0;
  while (wire.tag()) {
    if (wire.type !== VARINT) skipUnknown(wire, 10);
    else if (wire.field === 1) id = wire.id();
    else if (wire.field === 2) start = wire.uint();
    else if (wire.field === 3) limit = wire.uint();
    else if (wire.field === 4) offset = wire.uint();
    else if (wire.field === 5) file = wire.index();
    else if (wire.field === 6) buildId = wire.index();
    else if (wire.field <= 10) {
      const bit = 1 << (wire.field - 7);
      flags = wire.uint() === 0 ? flags & ~bit : flags | bit;
    } else wire.uint();
  }
  if (wire.bad) return;
  into.mappingId.push(id);
  into.mappingStart.push(start);
  into.mappingLimit.push(limit);
  into.mappingOffset.push(offset);
  into.mappingFile.push(file);
  into.mappingBuildId.push(buildId);
  into.mappingFlags.push(flags);
}

function readString(wire: Wire, into: Sections, to: number): void {
  if (into.stringAt.length === 0 && to > wire.pos) {
    throw new FormatError("pprof", {
      offset: wire.pos,
      expected: "an empty first string",
      found: `a string of ${to - wire.pos} bytes`,
    });
  }
  into.stringAt.push(into.strings.internBytes(wire.bytes, wire.pos, to));
  wire.pos = to;
}

/** The message in a length-delimited top-level field; wire is at its first byte. */
function readMessage(wire: Wire, field: number, into: Sections): void {
  if (field === 1) {
    const type = readValueType(wire);
    if (!wire.bad) into.sampleTypes.push(type);
  } else if (field === 3) readMapping(wire, into);
  else if (field === 4) readLocation(wire, into);
  else if (field === 5) readFunction(wire, into);
  else if (field === 11) {
    const type = readValueType(wire);
    if (!wire.bad) into.periodType = type;
  } else if (field === 13) {
    while (wire.pos < wire.end) into.comments.push(wire.index());
  } else wire.fail();
}

function readNumber(wire: Wire, field: number, into: Sections): void {
  const offset = wire.pos;
  if (field === 7) into.dropFrames = wire.index();
  else if (field === 8) into.keepFrames = wire.index();
  else if (field === 9) {
    const time = wire.bigint();
    if (into.timeNanos !== 0n && time !== 0n) {
      throw new FormatError("pprof", {
        offset,
        expected: "one time_nanos field",
        found: "a second one: two profiles joined into one file",
      });
    }
    if (time !== 0n) into.timeNanos = time;
  } else if (field === 10) into.durationNanos = wire.int();
  else if (field === 12) into.period = wire.int();
  else if (field === 13) into.comments.push(wire.index());
  else if (field === 14) into.defaultSampleType = wire.index();
  else if (field === 15) into.docUrl = wire.index();
  else wire.fail();
}

const LAST_FIELD = 15;
const LOCATION_TAG = 0x22;
const FUNCTION_TAG = 0x2a;
const STRING_TAG = 0x32;

/** Takes the message at `wire` when it is a plain one of the three kinds that are many; else nothing happens. */
function takePlain(wire: Wire, into: Sections): boolean {
  const { bytes, pos: start, end: total } = wire;
  const tag = bytes[start];
  if (tag !== LOCATION_TAG && tag !== FUNCTION_TAG && tag !== STRING_TAG) return false;
  let from = start + 2;
  let size = bytes[start + 1];
  if (size >= 0x80) {
    const more = bytes[from++];
    if (more >= 0x80) return false;
    size = (size & 127) | (more << 7);
  }
  const to = from + size;
  if (from > total || to > total) return false;
  wire.enter(from, to);
  let isTaken = true;
  if (tag === LOCATION_TAG) isTaken = readPlainLocation(wire, from, to, into);
  else if (tag === FUNCTION_TAG) isTaken = readPlainFunction(wire, from, to, into);
  else readString(wire, into, to);
  wire.enter(isTaken ? to : start, total);
  return isTaken;
}

/** Runs of samples that were read before: the walk jumps over them. */
export interface KnownSamples {
  readonly runFrom: GrowingInt32;
  readonly runTo: GrowingInt32;
  readonly runSamples: GrowingInt32;
}

export interface SectionOptions {
  /** Entries of one kind that are taken. */
  readonly most?: number;
  /** As `FormatContext.exactText`. */
  readonly isExact?: boolean;
}

/** Walks the whole input once. Never reads past the first byte that cannot belong to a field. */
export function readSections(
  wire: Wire,
  log: DiagnosticLog,
  known?: KnownSamples,
  { most = MOST_ENTRIES, isExact = false }: SectionOptions = {},
): Sections {
  const into = new Sections(isExact);
  const total = wire.bytes.length;
  // An entry takes two bytes at least: so many hold no more than `most`, and nothing has to be counted.
  const fewBytes = most * 2;
  wire.enter(0, total);
  let start = 0;
  let run = 0;
  for (;;) {
    if (known !== undefined && run < known.runFrom.length && known.runFrom.data[run] === wire.pos) {
      wire.enter(known.runTo.data[run], total);
      into.knownSamples += known.runSamples.data[run];
      start = wire.pos;
      run += 1;
    }
    if (takePlain(wire, into)) {
      if (wire.pos > fewBytes && into.hasMoreThan(most)) {
        throw tooMany("strings, functions, locations or lines", most, start);
      }
      start = wire.pos;
      continue;
    }
    if (!wire.tag()) break;
    const field = wire.field;
    const type = wire.type;
    if (field > LAST_FIELD) {
      wire.skip(type);
      if (!wire.bad) log.add("pprof.unknown-field", "note", { field }, { offset: start });
    } else if (type === BYTES) {
      const length = wire.length();
      if (wire.bad) break;
      const from = wire.pos;
      const to = from + length;
      if (field === 2) {
        if (into.sampleFrom.length === MOST_SAMPLES) throw tooMany("samples", MOST_SAMPLES, start);
        into.sampleFrom.push(from);
        into.sampleTo.push(to);
      } else if (field === 6) readString(wire, into, to);
      else {
        wire.enter(from, to);
        readMessage(wire, field, into);
        if (wire.bad) log.add("pprof.message-malformed", "damage", { field }, { offset: start });
      }
      wire.enter(to, total);
    } else if (type === VARINT) {
      const from = wire.pos;
      readNumber(wire, field, into);
      if (wire.bad && !wire.ranOut) {
        // A message field as a varint: framing is still sound, only this field is lost.
        wire.enter(from, total);
        wire.uint();
        if (!wire.bad) log.add("pprof.message-malformed", "damage", { field }, { offset: start });
      }
    } else {
      wire.skip(type);
      if (!wire.bad) log.add("pprof.message-malformed", "damage", { field }, { offset: start });
    }
    if (wire.bad) break;
    if (wire.pos > fewBytes && into.hasMoreThan(most)) {
      throw tooMany("strings, functions, locations or lines", most, start);
    }
    start = wire.pos;
  }
  if (wire.bad) into.stop = { offset: start, ranOut: wire.ranOut };
  return into;
}
