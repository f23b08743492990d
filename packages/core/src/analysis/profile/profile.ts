// A profile as the reports of pprof see it: samples over stacks over locations over functions, each a
// set of columns. A pass (filter, prune, merge, aggregate) takes one and gives another that shares
// every column it did not change, so a loaded session keeps its profile and pays for a changed
// filter only what the filter looks at.
//
// Stacks are unique lists; most passes work on stacks and locations, of which there are fewer than
// samples, and only what depends on labels or values walks the samples.

import type { LabelColumns, ProfileTable, ValueType } from "../../model/tables/profile.ts";
import type { StringTable } from "../../model/strings.ts";

/** The strings of a table, and further ones that passes add behind them. */
export class Strings implements StringTable {
  readonly #base: StringTable;
  readonly #more: string[] = [];
  readonly #moreIndex = new Map<string, number>();
  #index: Map<string, number> | undefined;

  constructor(base: StringTable) {
    this.#base = base;
  }

  get length(): number {
    return this.#base.length + this.#more.length;
  }

  get(index: number): string {
    const beyond = index - this.#base.length;
    return beyond < 0 ? this.#base.get(index) : (this.#more[beyond] ?? "");
  }

  #findInBase(text: string): number {
    if (this.#base.find !== undefined) return this.#base.find(text);
    if (this.#index === undefined) {
      this.#index = new Map();
      for (let i = this.#base.length - 1; i >= 0; i--) this.#index.set(this.#base.get(i), i);
    }
    return this.#index.get(text) ?? -1;
  }

  /** Index of `text`, −1 when no string equals it. */
  find(text: string): number {
    return this.#moreIndex.get(text) ?? this.#findInBase(text);
  }

  intern(text: string): number {
    const known = this.find(text);
    if (known >= 0) return known;
    const index = this.length;
    this.#more.push(text);
    this.#moreIndex.set(text, index);
    return index;
  }
}

export interface Functions {
  readonly length: number;
  readonly name: Int32Array;
  readonly systemName: Int32Array;
  readonly file: Int32Array;
  readonly startLine: Int32Array;
}

/** Lines of location i are [lineStart[i], lineEnd[i]), innermost first. */
export interface Locations {
  readonly length: number;
  readonly id: Float64Array;
  readonly address: Float64Array;
  /** Addresses from 2^53 on, exactly. */
  readonly bigAddress: ReadonlyMap<number, bigint>;
  readonly mapping: Int32Array;
  readonly isFolded: Uint8Array;
  /**
   * 1: a filter took the location out of every stack. It keeps its row, since locations are listed
   * in some reports; stacks still name it and every walk over a stack passes over it.
   */
  readonly isHidden: Uint8Array | undefined;
  readonly lineStart: Int32Array;
  readonly lineEnd: Int32Array;
  /** Row of the function, −1 where unknown. */
  readonly lineFunction: Int32Array;
  readonly lineNumber: Int32Array;
  readonly lineColumn: Int32Array;
}

export interface Mappings {
  readonly length: number;
  readonly id: Float64Array;
  readonly start: Float64Array;
  readonly limit: Float64Array;
  readonly offset: Float64Array;
  readonly file: Int32Array;
  readonly buildId: Int32Array;
  /** 1 functions, 2 file names, 4 line numbers, 8 inlined frames. */
  readonly flags: Uint8Array;
}

/** Stack i is location[from[i]] … location[to[i] − 1], leaf first. */
export interface Stacks {
  readonly length: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly location: Int32Array;
}

export interface Profile {
  readonly strings: Strings;
  readonly functions: Functions;
  readonly locations: Locations;
  readonly mappings: Mappings;
  readonly stacks: Stacks;
  /** Samples: columns of `stack`, `values` and `labels` in the order of the file. */
  readonly stack: Int32Array;
  readonly values: readonly Float64Array[];
  readonly labels: LabelColumns;
  /** Which samples there are, in order; undefined: all. */
  readonly order: Int32Array | undefined;
  readonly sampleTypes: readonly ValueType[];
  /** As stated; "" when not. */
  readonly defaultSampleType: string;
  readonly dropFrames: string;
  readonly keepFrames: string;
  readonly timeNanos: bigint;
  readonly durationNanos: number;
  readonly periodType: ValueType;
  readonly period: number;
  readonly comments: readonly string[];
  readonly docUrl: string;
}

export function sampleCount(profile: Profile): number {
  return profile.order?.length ?? profile.stack.length;
}

/** Row of the k-th sample. */
export function sampleAt(profile: Profile, k: number): number {
  return profile.order === undefined ? k : profile.order[k];
}

function ordinals(length: number): Float64Array {
  const out = new Float64Array(length);
  for (let i = 0; i < length; i++) out[i] = i + 1;
  return out;
}

/** Labels that the format cannot tell from "absent" are dropped, as google/pprof does on reading. */
function isAbsent({ str, num, unit }: LabelColumns, i: number): boolean {
  return str[i] === 0 && (Number.isNaN(num[i]) || (num[i] === 0 && unit[i] === 0));
}

function countAbsent(labels: LabelColumns): number {
  const { str, num } = labels;
  let absent = 0;
  for (let i = 0; i < str.length; i++) {
    // Sizes, as labels of heap profiles are, need no call.
    if (str[i] !== 0 || num[i] > 0) continue;
    if (isAbsent(labels, i)) absent += 1;
  }
  return absent;
}

function presentLabels(labels: LabelColumns): LabelColumns {
  const total = labels.key.length;
  const absent = countAbsent(labels);
  if (absent === 0) return labels;
  const rows = labels.start.length - 1;
  const start = new Int32Array(rows + 1);
  const key = new Int32Array(total - absent);
  const str = new Int32Array(total - absent);
  const num = new Float64Array(total - absent);
  const unit = new Int32Array(total - absent);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      if (isAbsent(labels, i)) continue;
      key[to] = labels.key[i];
      str[to] = labels.str[i];
      num[to] = labels.num[i];
      unit[to] = labels.unit[i];
      to += 1;
    }
    start[row + 1] = to;
  }
  return { start, key, str, num, unit };
}

const NO_BIG_ADDRESSES: ReadonlyMap<number, bigint> = new Map();

export function profileOf(table: ProfileTable): Profile {
  const { functions, locations, mappings, stacks } = table;
  const lines = locations.lineFunction.length;
  return {
    strings: new Strings(table.strings),
    functions,
    locations: {
      length: locations.length,
      id: locations.id ?? ordinals(locations.length),
      address: locations.address,
      bigAddress: locations.bigAddress ?? NO_BIG_ADDRESSES,
      mapping: locations.mapping,
      isFolded: locations.isFolded ?? new Uint8Array(locations.length),
      isHidden: undefined,
      lineStart: locations.lineStart.subarray(0, locations.length),
      lineEnd: locations.lineStart.subarray(1, locations.length + 1),
      lineFunction: locations.lineFunction,
      lineNumber: locations.lineNumber,
      lineColumn: locations.lineColumn ?? new Int32Array(lines),
    },
    mappings: {
      length: mappings.length,
      id: mappings.id ?? ordinals(mappings.length),
      start: mappings.start,
      limit: mappings.limit,
      offset: mappings.offset,
      file: mappings.file,
      buildId: mappings.buildId,
      flags: mappings.flags ?? new Uint8Array(mappings.length),
    },
    stacks: {
      length: stacks.length,
      from: stacks.start.subarray(0, stacks.length),
      to: stacks.start.subarray(1, stacks.length + 1),
      location: stacks.location,
    },
    stack: table.rowStack,
    values: table.values,
    labels: presentLabels(table.labels),
    order: undefined,
    sampleTypes: table.sampleTypes,
    defaultSampleType: table.statedDefaultType ?? "",
    dropFrames: table.dropFrames ?? "",
    keepFrames: table.keepFrames ?? "",
    timeNanos: table.timeNanos ?? 0n,
    durationNanos: table.durationNs ?? 0,
    periodType: table.periodType ?? { type: "", unit: "" },
    period: table.period ?? 0,
    comments: table.comments,
    docUrl: table.docUrl ?? "",
  };
}

/** A message in the words of the tool, for whoever called it. */
export class ProfileError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ProfileError";
  }
}

/**
 * Which value a report shows: a number, a name, a name without "inuse_", or "" for the default.
 * @throws ProfileError
 */
export function sampleIndexOf(profile: Profile, wanted: string): number {
  const types = profile.sampleTypes.map(({ type }) => type);
  if (wanted === "") {
    const stated = types.indexOf(profile.defaultSampleType);
    return profile.defaultSampleType !== "" && stated >= 0 ? stated : types.length - 1;
  }
  if (/^[+-]?\d+$/.test(wanted)) {
    const index = Number(wanted);
    if (index < 0 || index >= types.length) {
      throw new ProfileError(
        `sample_index ${wanted} is outside the range [0..${types.length - 1}]`,
      );
    }
    return index;
  }
  const withoutInuse = wanted.startsWith("inuse_") ? wanted.slice("inuse_".length) : wanted;
  const index = types.findIndex((type) => type === wanted || type === withoutInuse);
  if (index < 0) {
    throw new ProfileError(`sample_index "${wanted}" must be one of: [${types.join(" ")}]`);
  }
  return index;
}
