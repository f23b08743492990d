// Growth between two heap profiles, from raw sample counts.
//
// Same process (paired): objects alive in both profiles are the *same* samples and cancel, so only
// what was allocated and what was freed in between carries error: new = Δalloc, freed = new − Δinuse,
// interval of new − freed by MOVER over Garwood limits ("paired-safe"). Measured on 400 real pairs:
// coverage ≥ 97.8 %; ± 3.4 MiB on a stable 80 MiB cache where the naive form gives ± 17.3 MiB.
// A bucket whose objects mostly came and went in between is compared by its two live counts instead,
// which vary less. Measured (heap-sampling.test.ts): coverage stays, the interval of a site that turned
// over ten times is a third as wide.
// Different processes or builds (naive): both profiles carry their own error.
//
// How it can mislead: the interval covers *sampling* only. A service whose live memory follows its
// load grows and shrinks for real between any two moments (a growth test on sampling error alone said
// "grew" in 28 % of pairs of a healthy service with ± 10 % load noise). Whether memory *keeps*
// growing is a question for a series: ../trend.
// freed = 0 is not a known zero: a site that frees slowly may not have been seen doing so yet; its
// upper limit enters. Profiles between which no GC cycle ended show no growth by construction.

import { SampledMemory } from "./heap-sampling.ts";
import type { Interval } from "./interval.ts";
import { CONFIDENCE } from "./poisson.ts";
import { differenceInterval } from "./weighted-count.ts";

/** Aligned columns: row i is the same (stack, size) in both profiles; 0 where one lacks it. */
export interface PairedRows {
  /** Bytes per object. */
  readonly sizes: ArrayLike<number>;
  /** Raw sample counts. */
  readonly allocBefore: ArrayLike<number>;
  readonly allocAfter: ArrayLike<number>;
  readonly inuseBefore: ArrayLike<number>;
  readonly inuseAfter: ArrayLike<number>;
}

export interface Growth {
  readonly objects: Interval;
  readonly bytes: Interval;
  /** Samples that came and went (paired), or those of the later and the earlier profile (naive). */
  readonly plusSamples: number;
  readonly minusSamples: number;
  /**
   * Rows whose counts cannot come from one process (alloc count fell, or more freed than there was).
   * They enter in the naive form; any at all means that "same process" deserves doubt.
   */
  readonly inconsistentRows: number;
}

/** What came and what went, as sums: additive over rows, so each node of a tree keeps one. */
export class GrowthSum {
  readonly plus = new SampledMemory();
  readonly minus = new SampledMemory();
  inconsistentRows = 0;
  /** Samples allocated and freed between two profiles of one process; 0 in the naive form. */
  came = 0;
  went = 0;

  /**
   * @param isReversed the profile called before is the later one: what was born goes, what was freed
   * comes back
   */
  addPaired(rows: PairedRows, row: number, rate: number, isReversed = false): void {
    const size = rows.sizes[row] ?? Number.NaN;
    const before = rows.inuseBefore[row] ?? Number.NaN;
    const after = rows.inuseAfter[row] ?? Number.NaN;
    const rise = (rows.allocAfter[row] ?? Number.NaN) - (rows.allocBefore[row] ?? Number.NaN);
    const born = isReversed ? -rise : rise;
    const freed = born - (isReversed ? before - after : after - before);
    if (born < 0 || freed < 0) {
      this.inconsistentRows += 1;
      this.addNaive(before, rate, after, rate, size);
      return;
    }
    const plus = isReversed ? freed : born;
    const minus = isReversed ? born : freed;
    this.came += plus;
    this.went += minus;
    // What came and went in between is in both counts and in no difference. Where it is more than what
    // lives through, the two profiles have so little in common that their own counts vary less; either
    // form bounds the true variance, live in one only, from above.
    if (born + freed > before + after) {
      this.addNaive(before, rate, after, rate, size);
      return;
    }
    this.plus.add(plus, size, rate);
    this.minus.add(minus, size, rate);
  }

  addNaive(
    before: number,
    rateBefore: number,
    after: number,
    rateAfter: number,
    size: number,
  ): void {
    this.plus.add(after, size, rateAfter);
    this.minus.add(before, size, rateBefore);
  }

  merge(other: GrowthSum): void {
    this.plus.merge(other.plus);
    this.minus.merge(other.minus);
    this.came += other.came;
    this.went += other.went;
    this.inconsistentRows += other.inconsistentRows;
  }
}

export function growthInterval(sum: GrowthSum, confidence: number = CONFIDENCE): Growth {
  return {
    objects: differenceInterval(sum.plus.objects, sum.minus.objects, confidence),
    bytes: differenceInterval(sum.plus.bytes, sum.minus.bytes, confidence),
    plusSamples: sum.plus.objects.samples,
    minusSamples: sum.minus.objects.samples,
    inconsistentRows: sum.inconsistentRows,
  };
}

/**
 * Growth of a set of rows between two profiles of ONE process; all rows when `members` is not given.
 * For a single row this is paired-safe as written out in docs/statistics.md.
 */
export function pairedGrowth(
  rows: PairedRows,
  rate: number,
  members?: ArrayLike<number>,
  confidence: number = CONFIDENCE,
): Growth {
  const sum = new GrowthSum();
  if (members === undefined) {
    for (let row = 0; row < rows.sizes.length; row++) sum.addPaired(rows, row, rate);
  } else {
    for (let i = 0; i < members.length; i++) sum.addPaired(rows, members[i] ?? -1, rate);
  }
  return growthInterval(sum, confidence);
}

export interface NaiveRows {
  readonly sizes: ArrayLike<number>;
  readonly inuseBefore: ArrayLike<number>;
  readonly inuseAfter: ArrayLike<number>;
}

/** Difference between two profiles of different processes, which may have different rates. */
export function naiveGrowth(
  rows: NaiveRows,
  rateBefore: number,
  rateAfter: number,
  members?: ArrayLike<number>,
  confidence: number = CONFIDENCE,
): Growth {
  const sum = new GrowthSum();
  const length = members === undefined ? rows.sizes.length : members.length;
  for (let i = 0; i < length; i++) {
    const row = members === undefined ? i : (members[i] ?? -1);
    sum.addNaive(
      rows.inuseBefore[row] ?? Number.NaN,
      rateBefore,
      rows.inuseAfter[row] ?? Number.NaN,
      rateAfter,
      rows.sizes[row] ?? Number.NaN,
    );
  }
  return growthInterval(sum, confidence);
}
