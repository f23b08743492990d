// How many samples are behind each row of a profile, and what one of them stands for in the column that
// a report shows. Sums over rows then give every node its interval (node-certainty.ts).
//
// Heap: raw counts come back from the space columns (goruntime/raw-counts.ts), for the objects columns
// too, since those were truncated. A difference of two heaps of one process is new − freed, both known
// when allocations are there as well. CPU: one sample a period. Goroutines and threads are all counted.
// Contention: what was left out is not in the file, so there is no interval.
//
// How it can mislead: as goruntime/raw-counts.ts and analysis/stats/heap-sampling.ts say; a CPU profile's
// samples of one goroutine in a row are not independent, so its intervals are narrower than the truth for
// work that comes in bursts.

import { recoverRawCounts, type RawCounts } from "../../goruntime/raw-counts.ts";
import { SamplingChances } from "../../goruntime/sampling.ts";
import type { Profile } from "./profile.ts";
import { commonKind, type SourceFacts } from "./source-facts.ts";

/**
 * - `counted`: nothing was left out, values are exact.
 * - `recovered`: whole numbers of samples, verified row by row.
 * - `approximate`: the rows are no whole numbers of samples; counts are about right.
 * - `unknown`: what was left out cannot be told, so there is no interval.
 */
export type CountBasis = "counted" | "recovered" | "approximate" | "unknown";

export type CountReason =
  | "all-counted"
  | "every-object"
  | "whole-samples"
  | "cpu-samples"
  | "contention-fraction"
  | "no-sizes"
  | "not-whole"
  | "rates-differ"
  | "rate-off"
  | "rate-not-stated"
  | "contention"
  | "averages"
  | "other-kind";

export interface SampleCounts {
  readonly basis: CountBasis;
  readonly reason: CountReason;
  /** Samples of each row that add to the value; undefined with `counted` and `unknown`. */
  readonly plus: Float64Array | undefined;
  /** Samples that take from it, in differences; undefined where there are none. */
  readonly minus: Float64Array | undefined;
  /** What one sample of the row stands for, in the column's unit. */
  readonly weight: Float64Array | undefined;
  /** Chance that an object of the row was not sampled. */
  readonly missed: Float64Array | undefined;
  /** What a sample itself is, in the column's unit: this much exists for certain. */
  readonly own: Float64Array | undefined;
  /** Rows that are no whole number of samples. */
  readonly unverifiedRows: number;
  /** Rows of a difference that cannot come from one process. */
  readonly inconsistentRows: number;
  /** Bytes of an object by row as the file states them, 0 where it does not; of heaps that are sampled. */
  readonly sizes: Float64Array | undefined;
  /** MemProfileRate; undefined outside heaps and where it is not known. */
  readonly rate: number | undefined;
}

/** The space column that tells the samples of each heap column. */
const SPACE_OF: Readonly<Record<string, string>> = {
  alloc_objects: "alloc_space",
  alloc_space: "alloc_space",
  inuse_objects: "inuse_space",
  inuse_space: "inuse_space",
  objects: "space",
  space: "space",
};

const NONE = {
  plus: undefined,
  minus: undefined,
  weight: undefined,
  missed: undefined,
  own: undefined,
  unverifiedRows: 0,
  inconsistentRows: 0,
  sizes: undefined,
  rate: undefined,
} as const;

function column(profile: Profile, type: string): Float64Array | undefined {
  const at = profile.sampleTypes.findIndex((candidate) => candidate.type === type);
  return at < 0 ? undefined : profile.values[at];
}

/** Bytes of an object by row: label `bytes`, 0 where the row has none. */
function sizeLabels(profile: Profile): Float64Array {
  const { labels, strings, stack } = profile;
  const sizes = new Float64Array(stack.length);
  const key = strings.find("bytes");
  if (key < 0) return sizes;
  for (let row = 0; row < sizes.length; row++) {
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      if (labels.key[i] === key && labels.num[i] > 0) sizes[row] = labels.num[i];
    }
  }
  return sizes;
}

/** The rate that all heap files state alike, or why there is none. */
function rateOf(sources: readonly SourceFacts[]): number | CountReason {
  const rates = new Set(sources.map(({ period }) => period));
  if (rates.size > 1) return "rates-differ";
  const [rate] = rates;
  if (rate === undefined) return "rate-not-stated";
  return rate === 0 ? "rate-off" : rate;
}

/** Of every column; what they have in common is worked out once. */
export function allSampleCounts(profile: Profile, sources: readonly SourceFacts[]): SampleCounts[] {
  const rows = new HeapRows(profile);
  return profile.sampleTypes.map((_, value) => sampleCounts(profile, sources, value, false, rows));
}

/** @param value column that is shown */
export function sampleCounts(
  profile: Profile,
  sources: readonly SourceFacts[],
  value: number,
  isMean: boolean,
  rows = new HeapRows(profile),
): SampleCounts {
  const { type } = profile.sampleTypes[value];
  if (isMean) return { ...NONE, basis: "unknown", reason: "averages" };
  const kind = commonKind(sources);
  if (kind === "heap" || kind === "allocs") {
    return heapCounts(rows, sources, type);
  }
  if (kind === "goroutine" || kind === "goroutineleak" || kind === "threadcreate") {
    return { ...NONE, basis: "counted", reason: "all-counted" };
  }
  if (kind === "cpu" || countsAtTimes(profile, value)) return cpuCounts(profile, value);
  if (kind === "mutex" && type === "contentions" && profile.period > 1) {
    const fraction = profile.period;
    const counts = profile.values[value].map((v) => v / fraction);
    return events(counts, fraction, 1 - 1 / fraction, "contention-fraction");
  }
  const reason = kind === "mutex" || kind === "block" ? "contention" : "other-kind";
  return { ...NONE, basis: "unknown", reason };
}

/** The same weight for each sample; negative counts, of differences, are taken apart. */
function events(
  counts: Float64Array,
  weight: number,
  missed: number,
  reason: CountReason,
): SampleCounts {
  const isDifference = hasNegative(counts);
  return {
    ...NONE,
    basis: "recovered",
    reason,
    plus: isDifference ? counts.map((n) => Math.max(n, 0)) : counts,
    minus: isDifference ? counts.map((n) => Math.max(-n, 0)) : undefined,
    weight: new Float64Array(counts.length).fill(weight),
    missed: new Float64Array(counts.length).fill(missed),
    own: new Float64Array(counts.length),
  };
}

function hasNegative(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] < 0) return true;
  return false;
}

/** Distance from a whole number that rounding explains. */
const WHOLE = 1e-6;

/**
 * Time between two samples is not what was measured: each sample stands for a part of the value, and
 * the rest is chance. Values that are no whole number of periods were made in another way.
 */
function cpuCounts(profile: Profile, value: number): SampleCounts {
  const { type } = profile.sampleTypes[value];
  const values = profile.values[value];
  if (type === "samples") return events(values, 1, 1, "cpu-samples");
  const samples = column(profile, "samples");
  if (type !== "cpu") return { ...NONE, basis: "unknown", reason: "other-kind" };
  if (samples !== undefined) {
    const made = events(samples, 1, 1, "cpu-samples");
    return { ...made, weight: values.map((v, row) => (samples[row] === 0 ? 0 : v / samples[row])) };
  }
  const { period } = profile;
  if (!(period > 0)) return { ...NONE, basis: "unknown", reason: "rate-not-stated" };
  const counts = values.map((v) => v / period);
  const isWhole = counts.every((n) => Math.abs(n - Math.round(n)) < WHOLE * Math.max(1, n));
  return isWhole
    ? events(counts, period, 1, "cpu-samples")
    : { ...NONE, basis: "unknown", reason: "other-kind" };
}

/** A sampler at a fixed time that is not Go's: it counts, and states how often it looks. */
function countsAtTimes({ sampleTypes, periodType }: Profile, value: number): boolean {
  const { type, unit } = sampleTypes[value];
  return type === "samples" && unit === "count" && periodType.unit === "nanoseconds";
}

/** What the columns of a heap share. */
class HeapRows {
  readonly profile: Profile;
  #labels: Float64Array | undefined;
  readonly #recovered = new Map<string, RawCounts>();
  #weights: RowWeights | undefined;

  constructor(profile: Profile) {
    this.profile = profile;
  }

  get labels(): Float64Array {
    this.#labels ??= sizeLabels(this.profile);
    return this.#labels;
  }

  recovered(type: string, space: Float64Array, rate: number): RawCounts {
    const known = this.#recovered.get(type) ?? recoverRawCounts(space, this.labels, rate);
    this.#recovered.set(type, known);
    return known;
  }

  weights(sizes: Float64Array, rate: number): RowWeights {
    if (sizes !== this.labels) return new RowWeights(sizes, rate);
    this.#weights ??= new RowWeights(sizes, rate);
    return this.#weights;
  }
}

/**
 * Of objects that are missed more often than this (under 5 KiB at the default rate) a sample's own bytes
 * are left out: it stands for a hundred times as much, and alone it has a lower limit (2.5 % of the rate)
 * of more than twice its size. They would raise the bound of a mixture by at most 1 % of what they stand
 * for, and a page would have to carry them for every node.
 */
const ALL_MISSED = 0.99;

/** What one sample of each row stands for; made when asked for, since a column needs only one unit. */
class RowWeights {
  /** Bytes of an object; 0: of objects that are small beside the rate, whatever their size. */
  readonly #sizes: Float64Array;
  readonly #rate: number;
  readonly #chances: SamplingChances;
  readonly missed: Float64Array;
  #bytes: Float64Array | undefined;
  #objects: Float64Array | undefined;
  #ownBytes: Float64Array | undefined;
  #ownObjects: Float64Array | undefined;

  constructor(sizes: Float64Array, rate: number) {
    this.#sizes = sizes;
    this.#rate = rate;
    this.#chances = new SamplingChances(rate);
    this.missed = new Float64Array(sizes.length);
    for (let row = 0; row < sizes.length; row++) {
      this.missed[row] = sizes[row] > 0 ? this.#chances.missed(sizes[row]) : 1;
    }
  }

  get bytes(): Float64Array {
    if (this.#bytes !== undefined) return this.#bytes;
    const sizes = this.#sizes;
    const out = new Float64Array(sizes.length);
    for (let row = 0; row < sizes.length; row++) {
      const size = sizes[row];
      out[row] = size > 0 ? size / this.#chances.sampled(size) : this.#rate;
    }
    this.#bytes = out;
    return out;
  }

  get objects(): Float64Array {
    if (this.#objects !== undefined) return this.#objects;
    const sizes = this.#sizes;
    const out = new Float64Array(sizes.length);
    for (let row = 0; row < sizes.length; row++) {
      out[row] = sizes[row] > 0 ? 1 / this.#chances.sampled(sizes[row]) : Number.NaN;
    }
    this.#objects = out;
    return out;
  }

  get ownBytes(): Float64Array {
    this.#ownBytes ??= this.#sizes.map((size, row) => (this.missed[row] > ALL_MISSED ? 0 : size));
    return this.#ownBytes;
  }

  get ownObjects(): Float64Array {
    this.#ownObjects ??= this.#sizes.map((size) => (size > 0 ? 1 : 0));
    return this.#ownObjects;
  }
}

function heapCounts(rows: HeapRows, sources: readonly SourceFacts[], type: string): SampleCounts {
  const { profile } = rows;
  const spaceType = SPACE_OF[type] ?? "";
  const space = column(profile, spaceType);
  if (space === undefined) return { ...NONE, basis: "unknown", reason: "other-kind" };
  const known = rateOf(sources);
  const isMixed = known === "rates-differ";
  if (typeof known === "string" && !isMixed) {
    return { ...NONE, basis: "unknown", reason: known };
  }
  // Files of different rates: the engine keeps the largest, and counts by it are the fewest.
  const rate = typeof known === "number" ? known : profile.period;
  if (rate <= 1) return { ...NONE, basis: "counted", reason: "every-object", rate };
  const { labels } = rows;
  const own = rows.recovered(spaceType, space, rate);
  const isDelta = sources.some((source) => source.isDelta) || hasNegative(space);
  const allocated =
    isDelta && type.startsWith("inuse_") ? column(profile, "alloc_space") : undefined;
  const allocs =
    allocated === undefined ? undefined : rows.recovered("alloc_space", allocated, rate);
  const unverifiedRows = Math.max(own.unverifiedRows, allocs?.unverifiedRows ?? 0);
  if (unverifiedRows === 0 && !isMixed) {
    return {
      ...weighed(type, signed(own.counts, allocs?.counts), rows.weights(labels, rate)),
      unverifiedRows,
      sizes: labels,
      rate,
    };
  }
  // What bytes and objects leave as the size is right also where both were scaled alike.
  const objects = column(profile, spaceType.replace("space", "objects"));
  let hasSizes = true;
  const sizes = labels.map((size, row) => {
    if (size > 0 || space[row] === 0) return size;
    hasSizes = false;
    const count = Math.abs(objects?.[row] ?? 0);
    return count > 0 ? Math.abs(space[row]) / count : 0;
  });
  const about = recoverRawCounts(space, sizes, rate).counts;
  const aboutAllocs =
    allocated === undefined ? undefined : recoverRawCounts(allocated, sizes, rate).counts;
  return {
    ...weighed(type, signed(about, aboutAllocs), rows.weights(sizes, rate)),
    basis: "approximate",
    reason: isMixed ? "rates-differ" : hasSizes ? "not-whole" : "no-sizes",
    unverifiedRows,
    sizes: labels,
    rate,
  };
}

interface Signed {
  readonly plus: Float64Array;
  readonly minus: Float64Array | undefined;
  readonly inconsistentRows: number;
}

/** New and freed where allocations are known; else what grew and what shrank, which says too little. */
function signed(counts: Float64Array, allocs: Float64Array | undefined): Signed {
  if (allocs === undefined && !hasNegative(counts)) {
    return { plus: counts, minus: undefined, inconsistentRows: 0 };
  }
  const plus = new Float64Array(counts.length);
  const minus = new Float64Array(counts.length);
  let inconsistentRows = 0;
  for (let row = 0; row < counts.length; row++) {
    const born = allocs?.[row] ?? Number.NaN;
    const freed = born - counts[row];
    if (born >= 0 && freed >= 0) {
      plus[row] = born;
      minus[row] = freed;
      continue;
    }
    if (allocs !== undefined) inconsistentRows += 1;
    plus[row] = Math.max(counts[row], 0);
    minus[row] = Math.max(-counts[row], 0);
  }
  return { plus, minus, inconsistentRows };
}

function weighed(
  type: string,
  { plus, minus, inconsistentRows }: Signed,
  weights: RowWeights,
): SampleCounts {
  const isBytes = type.endsWith("space");
  return {
    ...NONE,
    basis: "recovered",
    reason: "whole-samples",
    plus,
    minus,
    weight: isBytes ? weights.bytes : weights.objects,
    missed: weights.missed,
    own: isBytes ? weights.ownBytes : weights.ownObjects,
    inconsistentRows,
  };
}
