// Which of the things that mislead in profiles apply to the one at hand. Each is decided from what the
// file holds; what leaves no trace in it (a rate changed at run time) is said only where it is likely.

import {
  INLINED_CLOSURE,
  normalFunctionNames,
  PACKAGE_CLOSURE,
  RANGE_BODY,
} from "../../goruntime/function-names.ts";
import { say, type Statement } from "../../model/message.ts";
import { cutStacks, markAll, namedFunction } from "./cut-stacks.ts";
import { pitfallMessages } from "./pitfall-messages.ts";
import { sampleCount, type Profile } from "./profile.ts";
import type { SampleCounts } from "./sample-counts.ts";
import { commonKind, type SourceFacts } from "./source-facts.ts";

export interface PitfallInput {
  /** As loaded, before filters. */
  readonly profile: Profile;
  readonly sources: readonly SourceFacts[];
  /** Column that is shown. */
  readonly value: number;
  readonly counts: SampleCounts;
  /** Listed functions that rest on one sample. */
  readonly oneSampleNodes: number;
}

const DEFAULT_RATE = 512 * 1024;
/** Fewer samples of which none was freed are chance, not a sign. */
const LEAST_UNFREED = 10;
const TINY_BLOCK = 16;
const LEAST_TINY_SHARE = 0.005;

const M = pitfallMessages;

/** In order: what takes meaning from all numbers first, what concerns single names last. */
export function pitfallsOf(input: PitfallInput): Statement[] {
  const { profile, sources, counts, oneSampleNodes } = input;
  if (sampleCount(profile) === 0 && counts.reason !== "rate-off") {
    return [ofNothing(input)];
  }
  const out: Statement[] = [...ofSampling(input), ...ofMoment(input)];
  const { type } = profile.sampleTypes[input.value];
  if (type.endsWith("objects") && counts.plus !== undefined) out.push(say(M, "show.objects", {}));
  if (sources.length > 1) {
    out.push(say(M, "show.merged", { count: sources.length }));
    const programs = new Set(sources.flatMap(({ program }) => program ?? []));
    if (programs.size > 1) {
      out.push(say(M, "show.programs-differ", { programs: [...programs].join(", ") }));
    }
    const kinds = new Set(sources.map(({ kind }) => kind));
    if (kinds.size > 1 && commonKind(sources) === "other")
      out.push(say(M, "show.kinds-differ", {}));
  }
  out.push(...ofDifferences(input));
  if (oneSampleNodes > 0) out.push(say(M, "show.one-sample", { count: oneSampleNodes }));
  const tiny = tinyShare(input);
  if (tiny >= LEAST_TINY_SHARE) out.push(say(M, "show.tiny-allocator", { count: 1, share: tiny }));
  out.push(...ofStacks(input), ...ofNames(profile, input.value));
  return out;
}

/** Why there is nothing: mostly another reason than that nothing happened. */
function ofNothing({ profile, sources }: PitfallInput): Statement {
  const kind = commonKind(sources);
  if (kind === "goroutineleak") return say(M, "show.empty-leak", {});
  const isOver = sources.some(({ durationNs }) => (durationNs ?? 0) > 0);
  if ((kind === "heap" || kind === "allocs") && isOver) return say(M, "show.empty-difference", {});
  // Without a sample nothing tells block from mutex.
  const isContention =
    kind === "block" ||
    kind === "mutex" ||
    profile.sampleTypes.some(({ type }) => type === "contentions");
  if (!isContention) return say(M, "show.empty", {});
  const all = ["runtime.SetBlockProfileRate", "runtime.SetMutexProfileFraction"];
  const by = kind === "block" ? all.slice(0, 1) : kind === "mutex" ? all.slice(1) : all;
  return say(M, "show.empty-contention", { by: by.join(", ") });
}

function ofSampling({ profile, sources, counts }: PitfallInput): Statement[] {
  const { rate, unverifiedRows } = counts;
  switch (counts.reason) {
    case "all-counted":
      return [say(M, "show.all-counted", {})];
    case "every-object":
      return [say(M, "show.every-object", {})];
    case "cpu-samples":
      return [say(M, "show.cpu-samples", {})];
    case "contention":
      // Mutex profiles as text state their fraction; values are multiplied by it already.
      return commonKind(sources) === "mutex" && profile.period > 1
        ? [say(M, "show.contention-fraction", { fraction: profile.period })]
        : [say(M, "show.contention", {})];
    case "averages":
      return [say(M, "show.averages", {})];
    case "other-kind":
      return [say(M, "show.other-kind", {})];
    case "rate-off":
      return [say(M, "show.rate-zero", {})];
    case "rate-not-stated":
      return [say(M, "show.rate-not-stated", {})];
    case "no-sizes":
      return [say(M, "show.no-sizes", { count: unverifiedRows })];
    case "not-whole":
      return [say(M, "show.not-whole", { count: unverifiedRows })];
    case "rates-differ": {
      const rates = new Set(sources.map(({ period }) => String(period ?? "?")));
      return [say(M, "show.rates-differ", { rates: [...rates].join(", ") })];
    }
    case "whole-samples":
      return rate === undefined || rate === DEFAULT_RATE
        ? []
        : [say(M, "show.rate", { bytes: rate })];
    case "contention-fraction":
      return [];
  }
}

/** Which moment the live numbers are of. */
function ofMoment({ profile, sources, value, counts }: PitfallInput): Statement[] {
  const { type } = profile.sampleTypes[value];
  const kind = commonKind(sources);
  // Reference paths of a core file have the same types, and are of one moment.
  if ((kind !== "heap" && kind !== "allocs") || !type.startsWith("inuse_")) return [];
  if (sources.some(({ isDelta }) => isDelta)) return [];
  // Before the second cycle there is no snapshot to show (runtime/mprof.go; evidence/shown-cycle.ts).
  const cycle = sources.length === 1 ? sources[0].cycle : undefined;
  if (cycle === 0) return [say(M, "show.no-gc-yet", {})];
  if (cycle !== undefined) return [say(M, "show.cycle-passed", { cycle })];
  return [say(M, isUnfreed(profile, counts) ? "show.no-gc-yet" : "show.cycle-unknown", {})];
}

/** Misleads where a program has only ever made what it keeps. */
function isUnfreed({ sampleTypes, values }: Profile, { plus }: SampleCounts): boolean {
  const at = (name: string): number => sampleTypes.findIndex(({ type }) => type === name);
  const allocated = at("alloc_space");
  const live = at("inuse_space");
  if (allocated < 0 || live < 0 || plus === undefined) return false;
  let samples = 0;
  for (let row = 0; row < plus.length; row++) {
    if (values[allocated][row] !== values[live][row]) return false;
    samples += plus[row];
  }
  return samples >= LEAST_UNFREED;
}

function ofDifferences({ profile, sources, value, counts }: PitfallInput): Statement[] {
  const out: Statement[] = [];
  let negative = 0;
  for (const v of profile.values[value]) if (v < 0) negative += 1;
  const isStated = sources.some(({ isDelta, durationNs }) => isDelta && (durationNs ?? 0) > 0);
  if (isStated) out.push(say(M, deltaNote(profile.sampleTypes[value].type, sources), {}));
  else if (negative > 0) out.push(say(M, "show.negative", { count: negative }));
  if (counts.inconsistentRows > 0) {
    out.push(say(M, "show.inconsistent", { count: counts.inconsistentRows }));
  }
  return out;
}

/** What a difference holds depends on whether its value can fall. */
function deltaNote(
  type: string,
  sources: readonly SourceFacts[],
): "show.delta" | "show.delta-sums" | "show.delta-counts" {
  if (type.startsWith("inuse_")) return "show.delta";
  const kind = commonKind(sources);
  return kind === "goroutine" || kind === "goroutineleak" || kind === "threadcreate"
    ? "show.delta-counts"
    : "show.delta-sums";
}

/** Share of the samples in blocks of the tiny allocator; other objects of 16 bytes are among them. */
function tinyShare({ counts: { plus, sizes } }: PitfallInput): number {
  if (plus === undefined || sizes === undefined) return 0;
  let tiny = 0;
  let all = 0;
  for (let row = 0; row < plus.length; row++) {
    all += plus[row];
    if (sizes[row] > 0 && sizes[row] <= TINY_BLOCK) tiny += plus[row];
  }
  return all > 0 ? tiny / all : 0;
}

/** Frames that Go keeps: 32 until 1.22, 128 since 1.23, 64 in CPU profiles (runtime/mprof.go, cpuprof.go). */
const CUTS = [32, 128];
const CPU_CUTS = [64, 128];

function ofStacks({ profile, sources, value }: PitfallInput): Statement[] {
  const out: Statement[] = [];
  const { stacks } = profile;
  const weight = new Float64Array(stacks.length);
  let total = 0;
  for (let row = 0; row < profile.stack.length; row++) {
    const v = Math.abs(profile.values[value][row]);
    weight[profile.stack[row]] += v;
    total += v;
  }
  const cut = cutStacks(profile, commonKind(sources) === "cpu" ? CPU_CUTS : CUTS, weight);
  if (cut !== undefined) {
    const { count, depth } = cut;
    const share = total > 0 ? cut.weight / total : 0;
    out.push(say(M, "show.truncated-stacks", { count, depth, share }));
  }
  const inMaps = leavesInMaps(profile, weight);
  if (inMaps > 0) out.push(say(M, "show.maps-leaf", { count: inMaps }));
  return out;
}

/** Stacks that end in the runtime's own functions for maps. */
function leavesInMaps(profile: Profile, weight: Float64Array): number {
  const { stacks, locations, functions, strings } = profile;
  const isOfMaps = Array.from(functions.name, (name) =>
    strings.get(name).startsWith("internal/runtime/maps."),
  );
  if (!isOfMaps.includes(true)) return 0;
  let count = 0;
  for (let s = 0; s < stacks.length; s++) {
    if (weight[s] === 0 || stacks.from[s] === stacks.to[s]) continue;
    const l = stacks.location[stacks.from[s]];
    if (locations.lineStart[l] === locations.lineEnd[l]) continue;
    const leaf = namedFunction(profile, locations.lineStart[l]);
    if (isOfMaps[leaf] === true) count += 1;
  }
  return count;
}

/** 1 per function on a stack with some of the value; what has none is in no number. */
function functionsWithValue(profile: Profile, value: number): Uint8Array {
  const { stacks, locations, functions } = profile;
  const hasValue = new Uint8Array(stacks.length);
  for (let row = 0; row < profile.stack.length; row++) {
    if (profile.values[value][row] !== 0) hasValue[profile.stack[row]] = 1;
  }
  const isShown = new Uint8Array(locations.length);
  for (let s = 0; s < stacks.length; s++) {
    if (hasValue[s] === 1) markAll(isShown, stacks.location, stacks.from[s], stacks.to[s]);
  }
  const out = new Uint8Array(functions.length);
  for (let l = 0; l < locations.length; l++) {
    if (isShown[l] === 0) continue;
    for (let line = locations.lineStart[l]; line < locations.lineEnd[l]; line++) {
      const fn = locations.lineFunction[line];
      if (fn >= 0) out[fn] = 1;
    }
  }
  return out;
}

/** What concerns names alone: true of a difference too, whose numbers are no moment's and no file's. */
export function pitfallsOfNames(profile: Profile, value: number): Statement[] {
  return sampleCount(profile) === 0 ? [] : ofNames(profile, value);
}

function ofNames(profile: Profile, value: number): Statement[] {
  const { functions, locations, strings } = profile;
  // Without locations there are no addresses either that could be looked up.
  if (functions.length === 0 && locations.length === 0) return [];
  if (functions.length === 0) return [say(M, "show.no-names", {})];
  const names = Array.from(functions.name, (name) => strings.get(name));
  const files = Array.from(functions.file, (file) => strings.get(file));
  const { changed } = normalFunctionNames(names, files);
  const out: Statement[] = [];
  const isGeneric = names.map((name) => /\[(?:go\.shape\.|\.\.\.\])/.test(name));
  const spelled = INLINED_CLOSURE | PACKAGE_CLOSURE | RANGE_BODY;
  const isClosure = Array.from(changed, (bits) => (bits & spelled) !== 0);
  if (!isGeneric.includes(true) && !isClosure.includes(true)) return out;
  const isShown = functionsWithValue(profile, value);
  const shared = new Set(names.filter((_, i) => isGeneric[i] && isShown[i] === 1));
  const [instance] = shared;
  if (instance !== undefined) {
    out.push(say(M, "show.shared-generics", { count: shared.size, example: instance }));
  }
  const closures = new Set(names.filter((_, i) => isClosure[i] && isShown[i] === 1));
  const [closure] = closures;
  if (closure !== undefined) {
    out.push(say(M, "show.closure-names", { count: closures.size, example: closure }));
  }
  return out;
}
