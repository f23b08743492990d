// Bytes of a profile (gzip already undone) to a ProfileTable. Two passes: sections.ts locates and
// reads everything but the samples, samples.ts fills the rows.

import { FunctionInterner } from "../../model/builders/call-stacks.ts";
import type { GrowingInt32 } from "../../model/builders/growing.ts";
import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import type { Completeness } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { FormatContext, ReadResult } from "../../model/format.ts";
import type { MappingColumns, ProfileTable, ValueType } from "../../model/tables/profile.ts";
import type { FunctionColumns, LocationColumns, StackColumns } from "../../model/tables/stacks.ts";
import type { StringTable } from "../../model/strings.ts";
import { IdIndex } from "./ids.ts";
import { isDeltaOf, profileKindOf } from "../../goruntime/profile-kind.ts";
import { readSamples } from "./samples.ts";
import type { SampleColumns } from "./samples.ts";
import type { StreamedSamples } from "./streamed-samples.ts";
import { readSections } from "./sections.ts";
import type { RawValueType, Sections } from "./sections.ts";
import { Wire } from "../../model/builders/proto-wire.ts";

const NS_PER_MS = 1_000_000n;

/** Resolves string indices of the file. */
class Strings {
  readonly #at: GrowingInt32;
  readonly table: StringTable;

  constructor(sections: Sections) {
    this.#at = sections.stringAt;
    this.table = sections.strings;
  }

  readonly resolve = (index: number): number =>
    index < 0 || index >= this.#at.length ? -1 : this.#at.data[index];
}

function refuseConflict(ids: IdIndex, what: string): void {
  if (ids.conflict < 0) return;
  throw new FormatError("pprof", {
    expected: `${what} ids that are distinct and not 0`,
    found: `an id that is not, in ${what} number ${ids.conflict + 1}`,
  });
}

/** Function rows of the table, and the row of each function of the file (−1: a name is missing). */
function readFunctions(
  sections: Sections,
  strings: Strings,
  log: DiagnosticLog,
): { columns: FunctionColumns; rowOf: Int32Array } {
  const interner = new FunctionInterner();
  const rowOf = new Int32Array(sections.functionId.length);
  for (let i = 0; i < rowOf.length; i++) {
    const name = strings.resolve(sections.functionName.data[i]);
    const systemName = strings.resolve(sections.functionSystemName.data[i]);
    const file = strings.resolve(sections.functionFile.data[i]);
    if (name < 0 || systemName < 0 || file < 0) {
      rowOf[i] = -1;
      log.add("pprof.function-unresolved", "damage", { functions: rowOf.length });
    } else {
      rowOf[i] = interner.intern(name, systemName, file, sections.functionStartLine.data[i]);
    }
  }
  return { columns: interner.finish(), rowOf };
}

function readMappings(sections: Sections, strings: Strings, log: DiagnosticLog): MappingColumns {
  const length = sections.mappingId.length;
  const file = new Int32Array(length);
  const buildId = new Int32Array(length);
  const flags = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const fileRow = strings.resolve(sections.mappingFile.data[i]);
    const buildRow = strings.resolve(sections.mappingBuildId.data[i]);
    if (fileRow < 0 || buildRow < 0) log.add("pprof.mapping-unresolved", "damage", {});
    file[i] = Math.max(fileRow, 0);
    buildId[i] = Math.max(buildRow, 0);
    flags[i] = sections.mappingFlags.data[i];
  }
  const id = sections.mappingId.finish();
  return {
    length,
    ...(id.every((each, i) => each === i + 1) ? {} : { id }),
    start: sections.mappingStart.finish(),
    limit: sections.mappingLimit.finish(),
    offset: sections.mappingOffset.finish(),
    file,
    buildId,
    flags,
  };
}

/** Location rows, and the row of each location of the file (−1: a line's function is unknown). */
function readLocations(
  sections: Sections,
  functionRow: Int32Array,
  log: DiagnosticLog,
): { columns: LocationColumns; rowOf: Int32Array } {
  const functions = new IdIndex(sections.functionId);
  refuseConflict(functions, "function");
  const mappings = new IdIndex(sections.mappingId);
  refuseConflict(mappings, "mapping");
  const count = sections.locationId.length;
  const rowOf = new Int32Array(count);
  const address = new Float64Array(count);
  const mapping = new Int32Array(count);
  const isFolded = new Uint8Array(count);
  const id = new Float64Array(count);
  const bigAddress = new Map<number, bigint>();
  const hasBig = sections.bigAddress.size > 0;
  let isInOrder = true;
  const lineStart = new Int32Array(count + 1);
  const lineFunction = new Int32Array(sections.lineFunction.length);
  const lineNumber = new Int32Array(sections.lineFunction.length);
  const lineColumn = new Int32Array(sections.lineFunction.length);
  const ends = sections.locationLines.data;
  const ids = sections.locationId.data;
  const mappingIds = sections.locationMapping.data;
  const functionIds = sections.lineFunction.data;
  const numbers = sections.lineNumber.data;
  const columnNumbers = sections.lineColumn.data;
  let columns = 0;
  let folded = 0;
  let length = 0;
  let lines = 0;
  for (let i = 0; i < count; i++) {
    const first = lines;
    let usable = true;
    for (let line = ends[i]; line < ends[i + 1]; line++) {
      const at = functions.find(functionIds[line]);
      const row = at < 0 ? -1 : functionRow[at];
      if (row < 0) usable = false;
      lineFunction[lines] = row;
      lineNumber[lines] = numbers[line];
      const column = columnNumbers[line];
      lineColumn[lines] = column;
      if (column !== 0) columns += 1;
      lines += 1;
    }
    if (!usable) {
      log.add("pprof.location-unresolved", "damage", { locations: count });
      lines = first;
      rowOf[i] = -1;
      continue;
    }
    const mappingId = mappingIds[i];
    const mappingRow = mappingId === 0 ? -1 : mappings.find(mappingId);
    if (mappingId !== 0 && mappingRow < 0) log.add("pprof.mapping-missing", "warning", {});
    id[length] = ids[i];
    if (ids[i] !== length + 1) isInOrder = false;
    address[length] = sections.locationAddress.data[i];
    const big = hasBig ? sections.bigAddress.get(i) : undefined;
    if (big !== undefined) bigAddress.set(length, big);
    mapping[length] = mappingRow;
    isFolded[length] = sections.locationFolded.data[i];
    folded += isFolded[length];
    rowOf[i] = length;
    length += 1;
    lineStart[length] = lines;
  }
  const base: LocationColumns = {
    length,
    address: address.subarray(0, length),
    mapping: mapping.subarray(0, length),
    lineStart: lineStart.slice(0, length + 1),
    lineFunction: lineFunction.slice(0, lines),
    lineNumber: lineNumber.slice(0, lines),
  };
  return {
    columns: {
      ...base,
      ...(isInOrder ? {} : { id: id.subarray(0, length) }),
      ...(bigAddress.size > 0 ? { bigAddress } : {}),
      ...(columns > 0 ? { lineColumn: lineColumn.slice(0, lines) } : {}),
      ...(folded > 0 ? { isFolded: isFolded.subarray(0, length) } : {}),
    },
    rowOf,
  };
}

function valueType(raw: RawValueType, strings: Strings): ValueType | undefined {
  const type = strings.resolve(raw.type);
  const unit = strings.resolve(raw.unit);
  if (type < 0 || unit < 0) return undefined;
  return { type: strings.table.get(type), unit: strings.table.get(unit) };
}

function percent(part: number, whole: number): string {
  return `${Math.floor((part / Math.max(whole, 1)) * 100)} %`;
}

/** The types of the values, or why without them nothing can be said. */
function readSampleTypes(sections: Sections, strings: Strings, bytesRead: string): ValueType[] {
  const stop = sections.stop;
  const at = stop === undefined ? {} : { offset: stop.offset };
  if (sections.sampleTypes.length === 0) {
    throw new FormatError("pprof", {
      ...at,
      expected: "sample types",
      found: `none, with ${sections.sampleFrom.length + sections.knownSamples} samples (${bytesRead} of the bytes read)`,
    });
  }
  const types: ValueType[] = [];
  for (const raw of sections.sampleTypes) {
    const type = valueType(raw, strings);
    if (type === undefined) {
      throw new FormatError("pprof", {
        ...at,
        expected: "names of the sample types in the string table",
        found: `${sections.stringAt.length} strings (${bytesRead} of the bytes read)`,
      });
    }
    types.push(type);
  }
  return types;
}

/** An optional string field: text, or undefined when not stated. */
function optionalText(index: number, strings: Strings, log: DiagnosticLog): string | undefined {
  if (index === 0) return undefined;
  const at = strings.resolve(index);
  if (at < 0) {
    log.add("pprof.string-missing", "damage", {});
    return undefined;
  }
  const text = strings.table.get(at);
  return text === "" ? undefined : text;
}

function leafNames(
  rowStack: Int32Array,
  stacks: StackColumns,
  locations: LocationColumns,
  functions: FunctionColumns,
  strings: StringTable,
): () => Iterable<string> {
  return function* names() {
    for (const stack of rowStack) {
      const from = stacks.start[stack];
      if (from === stacks.start[stack + 1]) continue;
      const location = stacks.location[from];
      const line = locations.lineStart[location];
      if (line === locations.lineStart[location + 1]) continue;
      yield strings.get(functions.name[locations.lineFunction[line]]);
    }
  };
}

/**
 * goref (cloudwego/goref pkg/proc/protobuf.go, 2026-03) writes who holds the live heap as the stacks of
 * a heap profile, with a mapping made up so that pprof does not complain. Its numbers are counted, not
 * sampled, and its frames are variables and fields: taken for a heap they would be judged wrongly.
 */
function areReferencePaths(
  types: readonly ValueType[],
  period: number | undefined,
  mappings: MappingColumns,
  strings: StringTable,
): boolean {
  const names = types.map(({ type }) => type).join(" ");
  return (
    names === "inuse_objects inuse_space" &&
    period === undefined &&
    mappings.length === 1 &&
    mappings.start[0] === 0 &&
    mappings.limit[0] === 0xff &&
    strings.get(mappings.file[0]) === "-"
  );
}

function completenessOf(
  sections: Sections,
  samples: SampleColumns,
  damaged: boolean,
  total: number,
): Completeness {
  if (!damaged) return COMPLETE;
  const lowerBounds = samples.dropped > 0 || sections.stop !== undefined;
  const stop = sections.stop;
  return stop === undefined
    ? { complete: false, lowerBounds }
    : { complete: false, lowerBounds, fraction: stop.offset / total };
}

/** `streamed`: samples as they were read while the bytes came in. */
export function readProfile(
  bytes: Uint8Array,
  ctx: FormatContext,
  streamed?: StreamedSamples,
): ReadResult {
  const log = new DiagnosticLog();
  const wire = new Wire(bytes);
  const early = streamed?.isUsable === true ? streamed : undefined;
  const isExact = ctx.exactText === true;
  let sections = readSections(wire, log, early, { isExact });
  const stop = sections.stop;
  const bytesRead = percent(stop === undefined ? bytes.length : stop.offset, bytes.length);
  if (stop !== undefined) {
    const params = { read: stop.offset, total: bytes.length };
    const code = stop.ranOut ? "pprof.truncated" : "pprof.not-a-field";
    log.add(code, "damage", params, { offset: stop.offset });
  }
  const strings = new Strings(sections);
  const sampleTypes = readSampleTypes(sections, strings, bytesRead);
  const functions = readFunctions(sections, strings, log);
  const locations = readLocations(sections, functions.rowOf, log);
  const mappings = readMappings(sections, strings, log);
  const locationIds = new IdIndex(sections.locationId);
  refuseConflict(locationIds, "location");
  wire.inexact = 0;
  const taken = early?.finish(bytes, {
    types: sampleTypes.length,
    locationIds,
    locationRow: locations.rowOf,
    resolve: strings.resolve,
  });
  // What could not be used is looked at again from the bytes, which also finds out why.
  if (taken === undefined && early !== undefined)
    sections = readSections(wire, new DiagnosticLog(), undefined, { isExact });
  const samples =
    taken ??
    readSamples({
      wire,
      from: sections.sampleFrom,
      to: sections.sampleTo,
      types: sampleTypes.length,
      locations: locationIds,
      locationRow: locations.rowOf,
      resolve: strings.resolve,
      log,
    });
  if (samples.rows === 0 && samples.dropped > 0) {
    throw new FormatError("pprof", {
      ...(stop === undefined ? {} : { offset: stop.offset }),
      expected: "samples whose locations and names are in the file",
      found: `${samples.dropped} samples, none of them usable (${bytesRead} of the bytes read)`,
    });
  }
  if (wire.inexact > 0) log.add("pprof.inexact-value", "warning", { values: wire.inexact });

  const statedDefault = optionalText(sections.defaultSampleType, strings, log) ?? "";
  const stated = sampleTypes.findIndex(({ type }) => type === statedDefault);
  if (statedDefault !== "" && stated < 0) {
    log.add("pprof.unknown-default-type", "note", { type: statedDefault });
  }
  const periodType =
    sections.periodType === undefined ? undefined : valueType(sections.periodType, strings);
  if (sections.periodType !== undefined && periodType === undefined) {
    log.add("pprof.string-missing", "damage", {});
  }
  const comments: string[] = [];
  for (const index of sections.comments) {
    const comment = optionalText(index, strings, log);
    if (comment !== undefined) comments.push(comment);
  }
  const dropFrames = optionalText(sections.dropFrames, strings, log);
  const keepFrames = optionalText(sections.keepFrames, strings, log);
  const docUrl = optionalText(sections.docUrl, strings, log);

  const hasDuration = sections.durationNanos > 0;
  const areReferences = areReferencePaths(sampleTypes, sections.period, mappings, strings.table);
  if (areReferences) log.add("pprof.reference-paths", "note");
  const told = profileKindOf({
    sampleTypes,
    statedDefault,
    hasDuration,
    name: ctx.name,
    leafNames: leafNames(
      samples.rowStack,
      samples.stacks,
      locations.columns,
      functions.columns,
      strings.table,
    ),
  });
  const profileKind = areReferences ? "other" : told;
  // Go states both in every profile, so a file of one of Go's kinds that lacks them was written with
  // MemProfileRate 0, by another tool, or cut at a field boundary behind its string table.
  if (periodType === undefined || sections.period === undefined) {
    log.add("pprof.period-missing", profileKind === "other" ? "note" : "warning");
  }

  const table: ProfileTable = {
    kind: "profile",
    profileKind,
    encoding: "proto",
    strings: strings.table,
    functions: functions.columns,
    locations: locations.columns,
    stacks: samples.stacks,
    rows: samples.rows,
    sampleTypes,
    defaultSampleType: stated >= 0 ? stated : sampleTypes.length - 1,
    ...(statedDefault === "" ? {} : { statedDefaultType: statedDefault }),
    values: samples.values,
    rowStack: samples.rowStack,
    labels: samples.labels,
    mappings,
    periodType,
    period: sections.period,
    timeMs: timeMs(sections.timeNanos),
    ...(sections.timeNanos === 0n ? {} : { timeNanos: sections.timeNanos }),
    durationNs: hasDuration ? sections.durationNanos : undefined,
    isDelta: isDeltaOf(profileKind, hasDuration, samples.negativeRows > 0),
    comments,
    memStats: undefined,
    ...(dropFrames === undefined ? {} : { dropFrames }),
    ...(keepFrames === undefined ? {} : { keepFrames }),
    ...(docUrl === undefined ? {} : { docUrl }),
  };
  return {
    table,
    diagnostics: log.list(),
    completeness: completenessOf(sections, samples, log.isDamaged, bytes.length),
  };
}

/** Unix ms with the part below 1 ms; a double keeps about a quarter of a microsecond here. */
function timeMs(nanos: bigint): number | undefined {
  if (nanos === 0n) return undefined;
  return Number(nanos / NS_PER_MS) + Number(nanos % NS_PER_MS) / 1e6;
}
