// How many samples stand behind each row of a profile, by sample type: what intervals are made of.
//
// Heap: pprof's scaling undone (goruntime/raw-counts.ts). CPU: a row is `samples` ticks of one period
// (golang/go runtime/pprof/proto.go, Go 1.22–1.27). Goroutines and threads are counted, all of them.
// Block and mutex profiles scale each event by its own chance, which the file does not tell: unknown.

import { missedFraction } from "../../goruntime/sampling.ts";
import { recoverRawCounts } from "../../goruntime/raw-counts.ts";
import type { Profile } from "./profile.ts";

/**
 * - `counted`: everything was seen; the value has no sampling error.
 * - `sampled`: whole numbers of samples, recovered and checked.
 * - `approximate`: the profile was averaged, normalised or lost its `bytes` labels: value ÷ rate.
 * - `unknown`: nothing in the file tells.
 */
export type SampleBasis = "counted" | "sampled" | "approximate" | "unknown";

export interface SampleCounts {
  readonly basis: SampleBasis;
  /** Per row, with the sign of the value; undefined where counted or unknown. */
  readonly samples: Float64Array | undefined;
  /** Share of such objects that sampling misses, e^(−size/rate); undefined: 1. */
  readonly missed: Float64Array | undefined;
}

const COUNTED: SampleCounts = { basis: "counted", samples: undefined, missed: undefined };
const UNKNOWN: SampleCounts = { basis: "unknown", samples: undefined, missed: undefined };

const WHOLE_KINDS = new Set(["goroutine", "goroutines", "goroutineleak", "threadcreate"]);

/** One entry per sample type. */
export function sampleCounts(profile: Profile): SampleCounts[] {
  const { sampleTypes, values } = profile;
  const heap = new Map<string, SampleCounts>();
  const ticks = sampleTypes.findIndex(({ type, unit }) => type === "samples" && unit === "count");
  const isCpu = ticks >= 0 && sampleTypes.some(({ type }) => type === "cpu");
  return sampleTypes.map(({ type, unit }) => {
    const space = /^(inuse|alloc)_(?:space|objects)$/.exec(type);
    if (space !== null) {
      const kind = space[1];
      let counts = heap.get(kind);
      if (counts === undefined) {
        counts = heapCounts(profile, kind);
        heap.set(kind, counts);
      }
      return counts;
    }
    if (isCpu && (type === "cpu" || type === "samples")) {
      return { basis: "sampled", samples: values[ticks], missed: undefined };
    }
    return WHOLE_KINDS.has(type) && unit === "count" ? COUNTED : UNKNOWN;
  });
}

function heapCounts(profile: Profile, kind: string): SampleCounts {
  const columnOf = (name: string): Float64Array | undefined => {
    const at = profile.sampleTypes.findIndex(({ type }) => type === name);
    return at < 0 ? undefined : profile.values[at];
  };
  const space = columnOf(`${kind}_space`);
  if (space === undefined || !(profile.period > 0)) return UNKNOWN;
  if (profile.period <= 1) return COUNTED;
  const sizes = objectSizes(profile, space, columnOf(`${kind}_objects`));
  const { counts, verified } = recoverRawCounts(space, sizes, profile.period);
  const missed = sizes.map((size) => (size > 0 ? missedFraction(size, profile.period) : 1));
  return { basis: verified ? "sampled" : "approximate", samples: counts, missed };
}

/** The label `bytes`; where a row has none, what bytes and objects leave. */
function objectSizes(
  { labels, strings }: Profile,
  space: Float64Array,
  objects: Float64Array | undefined,
): Float64Array {
  const size = new Float64Array(space.length);
  const key = strings.find("bytes");
  for (let row = 0; row < size.length; row++) {
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      // Without the string `key` is −1, which no label has.
      if (labels.key[i] === key && labels.num[i] > 0) size[row] = labels.num[i];
    }
    if (size[row] === 0 && objects !== undefined && objects[row] !== 0) {
      size[row] = Math.abs(space[row] / objects[row]);
    }
  }
  return size;
}
