// Several profiles made into one: sample types made common, units made equal, values scaled, equal
// samples added up. Authority: google/pprof profile/merge.go, profile/profile.go ScaleN, internal/
// measurement ScaleProfiles, internal/driver/fetch.go (2026-07).
//
// One difference, on purpose: two locations that differ only in the columns of inlined lines stay
// apart (the reference's key overwrites these columns).

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import { LabelsBuilder } from "../../model/builders/labels.ts";
import { StringTableBuilder } from "../../model/strings.ts";
import type { ValueType } from "../../model/tables/profile.ts";
import { commonValueType, scale as convert } from "./measurement.ts";
import { ProfileError, sampleAt, sampleCount, Strings, type Profile } from "./profile.ts";

/** `int64(math.Round(v))`: halves away from zero, no negative zero. */
function rounded(value: number): number {
  const magnitude = Math.floor(Math.abs(value) + 0.5);
  // Adding a half to the largest double below one half gives one.
  const exact = magnitude - Math.abs(value) > 0.5 ? magnitude - 1 : magnitude;
  return value < 0 ? -exact || 0 : exact;
}

/** Multiplies each column; samples that end up with nothing but zeros in scaled columns are dropped. */
export function scaleColumns(profile: Profile, ratios: readonly number[]): Profile {
  if (ratios.every((ratio) => ratio === 1)) return profile;
  const values = profile.values.map((column, type) =>
    ratios[type] === 1 ? column : column.map((value) => rounded(value * ratios[type])),
  );
  const count = sampleCount(profile);
  const order = new Int32Array(count);
  let length = 0;
  for (let k = 0; k < count; k++) {
    const row = sampleAt(profile, k);
    if (values.some((column, type) => ratios[type] !== 1 && column[row] !== 0)) {
      order[length++] = row;
    }
  }
  return { ...profile, values, order: order.subarray(0, length) };
}

export function scaleAll(profile: Profile, ratio: number): Profile {
  return scaleColumns(
    profile,
    profile.sampleTypes.map(() => ratio),
  );
}

function columnSums(profile: Profile): number[] {
  const count = sampleCount(profile);
  return profile.values.map((column) => {
    let sum = 0;
    for (let k = 0; k < count; k++) sum += column[sampleAt(profile, k)];
    return sum;
  });
}

/** Scales `profile` so that each column adds up to what `base` has. */
export function normalize(profile: Profile, base: Profile): Profile {
  refuseIncompatible(profile, base);
  const sums = columnSums(profile);
  const ratios = columnSums(base).map((sum, i) => (sums[i] === 0 ? 0 : sum / sums[i]));
  return scaleColumns(profile, ratios);
}

/** Sets one string label on every sample, in place of others of that key. */
export function setLabel(profile: Profile, key: string, value: string): Profile {
  const { labels, strings } = profile;
  const keyIndex = strings.intern(key);
  const valueIndex = strings.intern(value);
  const builder = new LabelsBuilder();
  for (let row = 0; row + 1 < labels.start.length; row++) {
    builder.add(keyIndex, valueIndex, NaN, 0);
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      const { str } = labels;
      if (labels.key[i] === keyIndex && str[i] !== 0) continue;
      builder.add(labels.key[i], str[i], labels.num[i], labels.unit[i]);
    }
    builder.endRow();
  }
  return { ...profile, labels: builder.finish() };
}

/** Keeps the sample types that all profiles have, in the order of the first. */
export function withCommonTypes(profiles: readonly Profile[]): Profile[] {
  const [first] = profiles;
  if (first === undefined) return [];
  const counts = new Map<string, number>();
  for (const { sampleTypes } of profiles) {
    for (const { type } of sampleTypes) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const common = first.sampleTypes
    .map(({ type }) => type)
    .filter((type) => counts.get(type) === profiles.length);
  if (common.length === 0) {
    throw new ProfileError("profiles have empty common sample type list");
  }
  return profiles.map((profile) => {
    const source = common.map((type) => profile.sampleTypes.findIndex((t) => t.type === type));
    const absent = source.indexOf(-1);
    if (absent >= 0) {
      throw new ProfileError(
        `${JSON.stringify(common[absent])} sample type is not found in profile`,
      );
    }
    const isSame = source.every((at, i) => at === i);
    if (isSame && common.length === profile.sampleTypes.length) return profile;
    return {
      ...profile,
      sampleTypes: source.map((at) => profile.sampleTypes[at]),
      values: source.map((at) => profile.values[at]),
      defaultSampleType: common.includes(profile.defaultSampleType)
        ? profile.defaultSampleType
        : common[0],
    };
  });
}

/** Converts values and periods to the finest unit in use, so that nothing is lost. */
export function withCommonUnits(profiles: readonly Profile[]): Profile[] {
  const [first] = profiles;
  if (first === undefined) return [];
  const periodType = common(
    "period type",
    profiles.map((profile) => profile.periodType),
  );
  const types = first.sampleTypes.map((_, i) =>
    common(
      "sample types",
      profiles.map((profile) => profile.sampleTypes[i]),
    ),
  );
  return profiles.map((profile) => {
    const ratios = profile.sampleTypes.map(({ unit }, i) => {
      const target = types[i];
      return target === undefined ? 1 : convert(1, unit, target.unit).value;
    });
    const scaled = scaleColumns(profile, ratios);
    const sampleTypes = profile.sampleTypes.map(({ type, unit }, i) => ({
      type,
      unit: types[i]?.unit ?? unit,
    }));
    if (periodType === undefined) return { ...scaled, sampleTypes };
    const period = convert(profile.period, profile.periodType.unit, periodType.unit).value;
    return {
      ...scaled,
      sampleTypes,
      period: Math.trunc(period),
      periodType: { type: profile.periodType.type, unit: periodType.unit },
    };
  });
}

function common(what: string, types: readonly ValueType[]): ValueType | undefined {
  try {
    return commonValueType(types);
  } catch (error) {
    if (error instanceof RangeError) throw new ProfileError(`${what}: ${error.message}`);
    throw error;
  }
}

function sameType(a: ValueType, b: ValueType): boolean {
  return a.type === b.type && a.unit === b.unit;
}

function typesText(types: readonly ValueType[]): string {
  return `[${types.map(({ type, unit }) => `${type}/${unit}`).join(" ")}]`;
}

/** As Go prints a pointer to one, its two unused indices included. */
function pointerText({ type, unit }: ValueType): string {
  return `&{${type} ${unit} 0 0}`;
}

function refuseIncompatible(a: Profile, b: Profile): void {
  if (!sameType(a.periodType, b.periodType)) {
    throw new ProfileError(
      `incompatible period types ${pointerText(a.periodType)} and ${pointerText(b.periodType)}`,
    );
  }
  const isSame =
    a.sampleTypes.length === b.sampleTypes.length &&
    a.sampleTypes.every((type, i) => sameType(type, b.sampleTypes[i]));
  if (!isSame) {
    throw new ProfileError(
      `incompatible sample types ${typesText(a.sampleTypes)} and ${typesText(b.sampleTypes)}`,
    );
  }
}

/** Rows with nothing but zeros. */
function zeroRows(values: readonly Float64Array[], rows: number): Uint8Array {
  const isZero = new Uint8Array(rows).fill(1);
  for (const column of values) {
    for (let row = 0; row < rows; row++) if (column[row] !== 0) isZero[row] = 0;
  }
  return isZero;
}

const PAGE = 0x1000;

/** Rows of the merged profile; one instance for all sources. */
class Merger {
  readonly strings = new StringTableBuilder();
  readonly #functions = new IntLists();
  readonly #locations: IntLists;
  readonly #stacks: IntLists;
  readonly #labelSets = new IntLists();
  readonly #samples: IntLists;
  readonly #labels = new LabelsBuilder();
  readonly #mappingOf = new Map<string, number>();
  readonly #values: GrowingFloat64[];
  readonly #stackOfRow = new GrowingInt32(1024);

  readonly #mapping = {
    start: new GrowingFloat64(),
    limit: new GrowingFloat64(),
    offset: new GrowingFloat64(),
    file: new GrowingInt32(),
    buildId: new GrowingInt32(),
    flags: new GrowingInt32(),
  };
  readonly #address = new GrowingFloat64(1024);
  readonly #bigAddress = new Map<number, bigint>();
  readonly #mappingOfLocation = new GrowingInt32(1024);
  readonly #folded = new GrowingInt32(1024);
  readonly #lineStart = new GrowingInt32(1024);
  readonly #line = {
    fn: new GrowingInt32(1024),
    number: new GrowingInt32(1024),
    column: new GrowingInt32(1024),
  };

  /** Rooms for as much as all sources have: tables that grow are filled again, a tenth of the work. */
  constructor(sources: readonly Profile[]) {
    const sum = (size: (source: Profile) => number): number =>
      sources.reduce((total, source) => total + size(source), 0);
    const rows = sum(sampleCount);
    this.#samples = new IntLists(rows, rows * 2);
    this.#stacks = new IntLists(
      sum(({ stacks }) => stacks.length),
      sum(({ stacks }) => stacks.location.length),
    );
    const locations = sum((source) => source.locations.length);
    this.#locations = new IntLists(locations, locations * 7);
    this.#values = Array.from(
      { length: sources[0]?.values.length ?? 0 },
      () => new GrowingFloat64(rows),
    );
    this.#lineStart.push(0);
  }

  add(source: Profile): void {
    const part = new Source(this, source);
    if (this.#mappingOf.size === 0 && source.mappings.length > 0) part.mapping(0);
    const count = sampleCount(source);
    const isZero = zeroRows(source.values, source.stack.length);
    const pair = new Int32Array(2);
    for (let k = 0; k < count; k++) {
      const row = sampleAt(source, k);
      if (isZero[row] === 1) continue;
      pair[0] = part.stack(source.stack[row]);
      pair[1] = part.labelSet(row);
      const known = this.#samples.length;
      const at = this.#samples.intern(pair, 0, 2);
      if (at === known) {
        this.#stackOfRow.push(pair[0]);
        for (let t = 0; t < this.#values.length; t++) this.#values[t].push(source.values[t][row]);
        part.copyLabels(row, this.#labels);
      } else {
        for (let t = 0; t < this.#values.length; t++) {
          this.#values[t].data[at] += source.values[t][row];
        }
      }
    }
  }

  internStack(locations: Int32Array, length: number): number {
    return this.#stacks.intern(locations, 0, length);
  }

  internLabels(fields: Int32Array, length: number): number {
    return this.#labelSets.intern(fields, 0, length);
  }

  /** The row, and what to add to the source's addresses. */
  internMapping(source: Profile, i: number, text: (index: number) => number): [number, number] {
    const { mappings, strings } = source;
    const size = Math.ceil((mappings.limit[i] - mappings.start[i]) / PAGE) * PAGE;
    const buildId = strings.get(mappings.buildId[i]);
    const name = buildId === "" ? strings.get(mappings.file[i]) : buildId;
    const key = `${size}/${mappings.offset[i]}/${name}`;
    const known = this.#mappingOf.get(key);
    const to = this.#mapping;
    if (known !== undefined) return [known, to.start.data[known] - mappings.start[i]];
    const row = this.#mappingOf.size;
    this.#mappingOf.set(key, row);
    to.start.push(mappings.start[i]);
    to.limit.push(mappings.limit[i]);
    to.offset.push(mappings.offset[i]);
    to.file.push(text(mappings.file[i]));
    to.buildId.push(text(mappings.buildId[i]));
    to.flags.push(mappings.flags[i]);
    return [row, 0];
  }

  internFunction(fields: Int32Array): number {
    return this.#functions.intern(fields, 0, 4);
  }

  /**
   * `fields`: two halves of the address relative to its mapping (so that address space randomisation
   * does not matter), mapping, bits 1 folded and 2 exact address, then three numbers a line.
   */
  internLocation(
    fields: Int32Array,
    length: number,
    address: number,
    big: bigint | undefined,
  ): number {
    const known = this.#locations.length;
    const at = this.#locations.intern(fields, 0, length);
    if (at < known) return at;
    this.#address.push(address);
    if (big !== undefined) this.#bigAddress.set(at, big);
    this.#mappingOfLocation.push(fields[2]);
    this.#folded.push(fields[3] & 1);
    for (let i = 4; i < length; i += 3) {
      this.#line.fn.push(fields[i]);
      this.#line.number.push(fields[i + 1]);
      this.#line.column.push(fields[i + 2]);
    }
    this.#lineStart.push(this.#line.fn.length);
    return at;
  }

  mappingStart(row: number): number {
    return row < 0 ? 0 : this.#mapping.start.data[row];
  }

  finish(head: Omit<Profile, MergedColumns>): Profile {
    const functions = this.#functions.length;
    const field = (offset: number): Int32Array =>
      Int32Array.from({ length: functions }, (_, i) => this.#functions.data.data[i * 4 + offset]);
    const locations = this.#locations.length;
    const mappings = this.#mappingOf.size;
    const lineStart = this.#lineStart.finish();
    const stackStart = this.#stacks.start.finish();
    const ordinals = (length: number): Float64Array =>
      Float64Array.from({ length }, (_, i) => i + 1);
    return {
      ...head,
      strings: new Strings(this.strings),
      functions: {
        length: functions,
        name: field(0),
        systemName: field(1),
        file: field(2),
        startLine: field(3),
      },
      locations: {
        length: locations,
        id: ordinals(locations),
        address: this.#address.finish(),
        bigAddress: this.#bigAddress,
        mapping: this.#mappingOfLocation.finish(),
        isFolded: Uint8Array.from(this.#folded.finish()),
        isHidden: undefined,
        lineStart: lineStart.subarray(0, locations),
        lineEnd: lineStart.subarray(1),
        lineFunction: this.#line.fn.finish(),
        lineNumber: this.#line.number.finish(),
        lineColumn: this.#line.column.finish(),
      },
      mappings: {
        length: mappings,
        id: ordinals(mappings),
        start: this.#mapping.start.finish(),
        limit: this.#mapping.limit.finish(),
        offset: this.#mapping.offset.finish(),
        file: this.#mapping.file.finish(),
        buildId: this.#mapping.buildId.finish(),
        flags: Uint8Array.from(this.#mapping.flags.finish()),
      },
      stacks: {
        length: this.#stacks.length,
        from: stackStart.subarray(0, this.#stacks.length),
        to: stackStart.subarray(1),
        location: this.#stacks.data.finish(),
      },
      stack: this.#stackOfRow.finish(),
      values: this.#values.map((column) => column.finish()),
      labels: this.#labels.finish(),
      order: undefined,
    };
  }
}

type MergedColumns =
  | "strings"
  | "functions"
  | "locations"
  | "mappings"
  | "stacks"
  | "stack"
  | "values"
  | "labels"
  | "order";

const UNKNOWN = -2;
const FEW_LABELS = 8;

/** Rows of one source in the merged profile, each worked out when it is first met. */
class Source {
  readonly #into: Merger;
  readonly #from: Profile;
  readonly #textOf: Int32Array;
  readonly #functionOf: Int32Array;
  readonly #locationOf: Int32Array;
  readonly #stackOf: Int32Array;
  readonly #mappingOf: Int32Array;
  readonly #shiftOf: Float64Array;
  readonly #functionFields = new Int32Array(4);
  #buffer = new Int32Array(256);
  /** Of the stack at hand, while its locations use the buffer. */
  #list = new Int32Array(256);
  readonly #halves = new BigInt64Array(1);
  readonly #words = new Int32Array(this.#halves.buffer);
  readonly #doubles = new Float64Array(this.#halves.buffer);

  constructor(into: Merger, from: Profile) {
    this.#into = into;
    this.#from = from;
    this.#textOf = new Int32Array(from.strings.length).fill(UNKNOWN);
    this.#functionOf = new Int32Array(from.functions.length).fill(UNKNOWN);
    this.#locationOf = new Int32Array(from.locations.length).fill(UNKNOWN);
    this.#stackOf = new Int32Array(from.stacks.length).fill(UNKNOWN);
    this.#mappingOf = new Int32Array(from.mappings.length).fill(UNKNOWN);
    this.#shiftOf = new Float64Array(from.mappings.length);
  }

  readonly text = (index: number): number => {
    if (this.#textOf[index] === UNKNOWN) {
      this.#textOf[index] = this.#into.strings.intern(this.#from.strings.get(index));
    }
    return this.#textOf[index];
  };

  mapping(i: number): number {
    if (i < 0) return -1;
    if (this.#mappingOf[i] === UNKNOWN) {
      const [row, shift] = this.#into.internMapping(this.#from, i, this.text);
      this.#mappingOf[i] = row;
      this.#shiftOf[i] = shift;
    }
    return this.#mappingOf[i];
  }

  #function(i: number): number {
    if (i < 0) return -1;
    if (this.#functionOf[i] === UNKNOWN) {
      const { name, systemName, file, startLine } = this.#from.functions;
      const fields = this.#functionFields;
      fields[0] = this.text(name[i]);
      fields[1] = this.text(systemName[i]);
      fields[2] = this.text(file[i]);
      fields[3] = startLine[i];
      this.#functionOf[i] = this.#into.internFunction(fields);
    }
    return this.#functionOf[i];
  }

  #reserve(length: number): Int32Array {
    if (this.#buffer.length < length) this.#buffer = new Int32Array(length * 2);
    return this.#buffer;
  }

  #location(i: number): number {
    if (this.#locationOf[i] !== UNKNOWN) return this.#locationOf[i];
    const { locations } = this.#from;
    const mapping = this.mapping(locations.mapping[i]);
    const shift = mapping < 0 ? 0 : this.#shiftOf[locations.mapping[i]];
    const address = locations.address[i] + shift;
    const exact = locations.bigAddress.get(i);
    const big = exact === undefined ? undefined : exact + BigInt(shift);
    const from = locations.lineStart[i];
    const to = locations.lineEnd[i];
    const fields = this.#reserve(4 + (to - from) * 3);
    if (big === undefined) this.#doubles[0] = address - this.#into.mappingStart(mapping);
    else this.#halves[0] = big - BigInt(this.#into.mappingStart(mapping));
    fields[0] = this.#words[0];
    fields[1] = this.#words[1];
    fields[2] = mapping;
    fields[3] = locations.isFolded[i] | (big === undefined ? 0 : 2);
    let at = 4;
    for (let line = from; line < to; line++) {
      fields[at] = this.#function(locations.lineFunction[line]);
      fields[at + 1] = locations.lineNumber[line];
      fields[at + 2] = locations.lineColumn[line];
      at += 3;
    }
    const row = this.#into.internLocation(fields, at, address, big);
    this.#locationOf[i] = row;
    return row;
  }

  stack(i: number): number {
    if (this.#stackOf[i] !== UNKNOWN) return this.#stackOf[i];
    const { stacks, locations } = this.#from;
    const from = stacks.from[i];
    const to = stacks.to[i];
    const isHidden = locations.isHidden;
    if (this.#list.length < to - from) this.#list = new Int32Array((to - from) * 2);
    const list = this.#list;
    const locationOf = this.#locationOf;
    let length = 0;
    for (let at = from; at < to; at++) {
      const location = stacks.location[at];
      let row = locationOf[location];
      if (row === UNKNOWN) row = this.#location(location);
      if (isHidden === undefined || isHidden[location] === 0) list[length++] = row;
    }
    const row = this.#into.internStack(list, length);
    this.#stackOf[i] = row;
    return row;
  }

  /** Labels in an order that does not depend on the file; values of one key keep theirs. */
  #sortedLabels(row: number): Int32Array {
    const { labels } = this.#from;
    const from = labels.start[row];
    const at = new Int32Array(labels.start[row + 1] - from);
    if (at.length > FEW_LABELS) {
      for (let i = 0; i < at.length; i++) at[i] = from + i;
      return at.sort((a, b) =>
        this.#isLabelBehind(a, b) ? 1 : this.#isLabelBehind(b, a) ? -1 : a - b,
      );
    }
    // By insertion: most rows have two labels, for which a call of `sort` is most of the cost.
    for (let i = 0; i < at.length; i++) {
      let place = i;
      for (; place > 0 && this.#isLabelBehind(at[place - 1], from + i); place--) {
        at[place] = at[place - 1];
      }
      at[place] = from + i;
    }
    return at;
  }

  /** Strings first, then by key; of one key what comes first in the row. */
  #isLabelBehind(a: number, b: number): boolean {
    const { str, key } = this.#from.labels;
    const isNumber = str[a] === 0;
    if (isNumber !== (str[b] === 0)) return isNumber;
    return this.text(key[a]) > this.text(key[b]);
  }

  labelSet(row: number): number {
    const { labels } = this.#from;
    const from = labels.start[row];
    const to = labels.start[row + 1];
    const fields = this.#reserve((to - from) * 5);
    let length = 0;
    const put = (i: number): void => {
      this.#doubles[0] = labels.str[i] === 0 ? labels.num[i] : 0;
      fields[length] = this.text(labels.key[i]);
      fields[length + 1] = this.text(labels.str[i]);
      fields[length + 2] = this.#words[0];
      fields[length + 3] = this.#words[1];
      fields[length + 4] = this.text(labels.unit[i]);
      length += 5;
    };
    if (to - from === 1) put(from);
    else for (const i of this.#sortedLabels(row)) put(i);
    return this.#into.internLabels(fields, length);
  }

  copyLabels(row: number, to: LabelsBuilder): void {
    const { labels } = this.#from;
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      const str = this.text(labels.str[i]);
      to.add(
        this.text(labels.key[i]),
        str,
        str === 0 ? labels.num[i] : NaN,
        this.text(labels.unit[i]),
      );
    }
    to.endRow();
  }
}

function mergedHead(sources: readonly Profile[]): Omit<Profile, MergedColumns> {
  const [first] = sources;
  let timeNanos = 0n;
  let durationNanos = 0;
  let period = 0;
  let docUrl = "";
  let defaultSampleType = "";
  const comments = new Set<string>();
  for (const source of sources) {
    if (timeNanos === 0n || source.timeNanos < timeNanos) timeNanos = source.timeNanos;
    durationNanos += source.durationNanos;
    if (period === 0 || period < source.period) period = source.period;
    for (const comment of source.comments) comments.add(comment);
    if (defaultSampleType === "") defaultSampleType = source.defaultSampleType;
    if (docUrl === "") docUrl = source.docUrl;
  }
  return {
    sampleTypes: first.sampleTypes,
    defaultSampleType,
    dropFrames: first.dropFrames,
    keepFrames: first.keepFrames,
    timeNanos,
    durationNanos,
    periodType: first.periodType,
    period,
    comments: [...comments],
    docUrl,
  };
}

/** @throws ProfileError when sample or period types differ */
export function merge(sources: readonly Profile[]): Profile {
  const [first, ...others] = sources;
  if (first === undefined) throw new ProfileError("no profiles to merge");
  for (const other of others) refuseIncompatible(first, other);
  const merger = new Merger(sources);
  for (const source of sources) merger.add(source);
  const merged = merger.finish(mergedHead(sources));
  // Samples that cancelled out leave, and with them what only they used.
  return zeroRows(merged.values, merged.stack.length).includes(1) ? merge([merged]) : merged;
}

/** Profiles of several sources as one; a single one is left as it is. */
export function combine(profiles: readonly Profile[]): Profile {
  const alike = withCommonUnits(withCommonTypes(profiles));
  const [only] = alike;
  return alike.length === 1 && only !== undefined ? only : merge(alike);
}
