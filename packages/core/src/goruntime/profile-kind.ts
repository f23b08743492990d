// Which of Go's profiles a pprof file is. The file does not say; its sample types nearly do.
// Authority: runtime/pprof/pprof.go and protomem.go (Go 1.22–1.27), runtime/mprof.go.

import type { ProfileKind, ValueType } from "../model/tables/profile.ts";

export interface KindInput {
  readonly sampleTypes: readonly ValueType[];
  /** default_sample_type as the file states it, "" when it does not. */
  readonly statedDefault: string;
  readonly hasDuration: boolean;
  /** Path of the artefact: decides only what the content leaves open. */
  readonly name: string;
  /** Names of the innermost functions, as many as there are rows; asked for only when needed. */
  readonly leafNames: () => Iterable<string>;
}

/** The stack of a mutex profile is the unlocker's, that of a block profile the waiter's. */
const UNLOCKERS = /(?:^|[.)])(?:R?Unlock|rUnlockSlow|unlock\w*|_LostContendedRuntimeLock)$/;
const WAITERS = /(?:^|[.)])(?:R?Lock|lockSlow|chan(?:recv|send)[12]?|selectgo|Wait|block)$/;

function fileName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1).toLowerCase();
}

function contentionKind(input: KindInput): ProfileKind {
  let mutex = 0;
  let block = 0;
  for (const leaf of input.leafNames()) {
    if (UNLOCKERS.test(leaf)) mutex += 1;
    else if (WAITERS.test(leaf)) block += 1;
  }
  if (mutex !== block) return mutex > block ? "mutex" : "block";
  const file = fileName(input.name);
  if (file.includes("mutex")) return "mutex";
  if (file.includes("block")) return "block";
  return "other";
}

/**
 * Assumes Go's names of sample types. It misleads where another writer uses the same names for
 * something else: `samples` + `cpu` from any sampler is called "cpu", rightly; `objects` + `space`
 * is taken for a heap whatever the language.
 */
export function profileKindOf(input: KindInput): ProfileKind {
  const types = new Set(input.sampleTypes.map(({ type }) => type));
  const inuse = types.has("inuse_space") || types.has("inuse_objects");
  const alloc = types.has("alloc_space") || types.has("alloc_objects");
  if (inuse || alloc) {
    if (!inuse || input.statedDefault.startsWith("alloc_")) return "allocs";
    // The merge behind allocs?seconds=N loses the default type, so that only the name tells the two
    // deltas apart; their rows are the same.
    const isNamedAllocs = input.hasDuration && fileName(input.name).includes("allocs");
    return isNamedAllocs && input.statedDefault === "" ? "allocs" : "heap";
  }
  if (types.has("objects") && types.has("space")) return "heap";
  if (types.has("goroutine")) return "goroutine";
  if (types.has("goroutineleak")) return "goroutineleak";
  if (types.has("threadcreate")) return "threadcreate";
  if (types.has("contentions") && types.has("delay")) return contentionKind(input);
  if (types.has("cpu")) return "cpu";
  return "other";
}

/** Values that state a moment or a total since start, so that a duration marks a difference. */
const STATES: ReadonlySet<ProfileKind> = new Set<ProfileKind>([
  "heap",
  "allocs",
  "goroutine",
  "goroutineleak",
  "threadcreate",
  "block",
  "mutex",
]);

/** A delta by a writer that sets no duration and has no negative row is not recognised. */
export function isDeltaOf(kind: ProfileKind, hasDuration: boolean, hasNegative: boolean): boolean {
  return hasNegative || (STATES.has(kind) && hasDuration);
}
