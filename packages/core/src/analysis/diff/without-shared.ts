// Two heap profiles of one process without what is alive in both, as pictures need them: what is left of
// the earlier one went, what is left of the later one came, and the two are independent samples, so that
// a picture of their difference has the intervals that the comparison itself has (stats/growth.ts).
//
// Bucket by bucket, of equal stack and size. Kept is what is live in both: live after − allocated in
// between. Where less than nothing would be kept, what came and went in between is more than what lives
// through, and the two live counts stay as they are, which vary less; so they do where the counts cannot
// be of one process.
//
// How it can mislead: as stats/growth.ts says; and a bucket in which equal amounts came and went shows
// both, although the service may hold the same objects under new addresses.

import { samplingProbability } from "../../goruntime/sampling.ts";
import { unsampled } from "../../goruntime/unsample.ts";
import { alignBuckets, type AlignedBuckets } from "../sites/align.ts";
import { profileOf, type Profile } from "../profile/profile.ts";
import { compareSubjects, type Override } from "./compare.ts";
import type { Subject } from "./subject.ts";

export interface PicturePair {
  readonly before: Profile;
  readonly after: Profile;
  /**
   * What the earlier profile held before anything was cancelled, by sample type of `before`; undefined
   * where the two are taken as independent and nothing was cancelled.
   */
  readonly held: readonly number[] | undefined;
}

export function picturePair(before: Subject, after: Subject, override: Override): PicturePair {
  const independent = {
    before: profileOf(unsampled(before.table)),
    after: profileOf(unsampled(after.table)),
    held: undefined,
  };
  const { rows: a } = before;
  const { rows: b } = after;
  if (a === undefined || b === undefined || a.rate !== b.rate) return independent;
  let known: AlignedBuckets | undefined;
  const aligned = (): AlignedBuckets =>
    (known ??= alignBuckets([
      { rows: a, hashes: before.hashes },
      { rows: b, hashes: after.hashes },
    ]));
  const comparison = compareSubjects(before, after, override, aligned);
  const isPaired =
    comparison.form === "paired" ||
    comparison.form === "identical" ||
    (comparison.form === "none" && comparison.why === "no-cycle-between");
  if (!isPaired) return independent;
  const isReversed = comparison.form === "paired" && comparison.isReversed;
  const left = cancelled(aligned(), isReversed);
  return {
    before: withCounts(independent.before, before, aligned(), left, 0),
    after: withCounts(independent.after, after, aligned(), left, 1),
    held: independent.before.values.map((column) => column.reduce((sum, v) => sum + v, 0)),
  };
}

/** What is left of each side, [before, after], as counts of samples. */
interface Left {
  readonly allocs: readonly Float64Array[];
  readonly inuse: readonly Float64Array[];
}

function cancelled({ length, allocs, inuse }: AlignedBuckets, isReversed: boolean): Left {
  const [early, late] = isReversed ? [1, 0] : [0, 1];
  const columns = (): Float64Array[] => [new Float64Array(length), new Float64Array(length)];
  const left = { allocs: columns(), inuse: columns() };
  for (let b = 0; b < length; b++) {
    const born = allocs[late][b] - allocs[early][b];
    left.allocs[late][b] = Math.max(0, born);
    left.allocs[early][b] = Math.max(0, -born);
    const before = inuse[early][b];
    const after = inuse[late][b];
    const kept = after - born;
    const isOneProcess = born >= 0 && before - kept >= 0;
    const shared = isOneProcess ? Math.max(0, kept) : 0;
    left.inuse[early][b] = before - shared;
    left.inuse[late][b] = after - shared;
  }
  return left;
}

/** The profile with these counts in place of its own, scaled as Go scales them (runtime/pprof protomem.go). */
function withCounts(
  profile: Profile,
  { rows }: Subject,
  { length, sizes, row }: AlignedBuckets,
  left: Left,
  side: 0 | 1,
): Profile {
  if (rows === undefined) throw new Error("rows of a profile without sizes");
  const columnOf = (type: string): Float64Array | undefined =>
    values[profile.sampleTypes.findIndex((known) => known.type === type)];
  const values = profile.values.map((column) => column.slice());
  for (let r = 0; r < rows.rows; r++) {
    // Of rows without a size nothing is known but what they say.
    if (rows.size[r] > 0) for (const column of values) column[r] = 0;
  }
  const fill = (kind: "alloc" | "inuse", counts: Float64Array): void => {
    const objects = columnOf(`${kind}_objects`);
    const space = columnOf(`${kind}_space`);
    for (let b = 0; b < length; b++) {
      const at = row[side][b];
      const size = sizes[b];
      if (at < 0 || !(size > 0)) continue;
      const each = 1 / samplingProbability(size, rows.rate);
      if (objects !== undefined) objects[at] = Math.trunc(counts[b] * each);
      if (space !== undefined) space[at] = Math.trunc(counts[b] * size * each);
    }
  };
  fill("alloc", left.allocs[side]);
  fill("inuse", left.inuse[side]);
  return { ...profile, values };
}
