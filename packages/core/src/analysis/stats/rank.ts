// Rank statistics for measured runs: Mann–Whitney U, the median with an interval from order
// statistics, and the step-up correction for many tests. They assume no distribution.

import type { Interval } from "./interval.ts";
import { logGamma, normalCdf } from "./special.ts";

/** Largest sample for the exact distribution of U, as golang/perf internal/stats/utest.go has it. */
const EXACT_LIMIT = 50;
const EXACT_LIMIT_WITH_TIES = 25;

export interface RankTest {
  /** Pairs in which a value of `first` exceeds one of `second`, ties ½; 0 … n₁·n₂. */
  readonly u: number;
  /** Two-sided; 1 when all values are equal. */
  readonly p: number;
  readonly n1: number;
  readonly n2: number;
  readonly method: "exact" | "normal" | "all-equal";
}

interface Ranked {
  /** Sizes of the groups of equal values, ascending by value. */
  readonly groups: number[];
  /** Twice the rank sum of `first`: whole, because ties share half ranks. */
  readonly doubledRankSum: number;
}

function rankTogether(first: readonly number[], second: readonly number[]): Ranked {
  const all = [
    ...first.map((value) => ({ value, isFirst: true })),
    ...second.map((value) => ({ value, isFirst: false })),
  ].sort((a, b) => a.value - b.value);
  const groups: number[] = [];
  let doubledRankSum = 0;
  for (let i = 0; i < all.length;) {
    let end = i;
    let ofFirst = 0;
    while (end < all.length && all[end]?.value === all[i]?.value) {
      if (all[end]?.isFirst === true) ofFirst++;
      end++;
    }
    // Ranks i+1 … end are shared: twice their mean is i + 1 + end.
    doubledRankSum += ofFirst * (i + 1 + end);
    groups.push(end - i);
    i = end;
  }
  return { groups, doubledRankSum };
}

/**
 * Number of ways, over all assignments of labels, to get each doubled rank sum: a sum over the groups
 * of equal values, choosing how many of each belong to the first sample. As fractions of all ways.
 */
function rankSumDistribution(groups: readonly number[], n1: number, n: number): Float64Array {
  const width = n1 * (2 * n - n1 + 1) + 1; // the largest doubled rank sum + 1
  let ways: Float64Array[] = Array.from({ length: n1 + 1 }, () => new Float64Array(0));
  ways[0] = new Float64Array(width);
  ways[0][0] = 1;
  let before = 0;
  for (const size of groups) {
    const rank = 2 * before + size + 1;
    const next: Float64Array[] = ways.map((column) => column.slice());
    let choose = 1;
    for (let k = 1; k <= Math.min(size, n1); k++) {
      choose = (choose * (size - k + 1)) / k;
      for (let taken = 0; taken + k <= n1; taken++) {
        const source = ways[taken];
        if (source === undefined || source.length === 0) continue;
        let target = next[taken + k];
        if (target === undefined || target.length === 0) {
          target = new Float64Array(width);
          next[taken + k] = target;
        }
        const shift = k * rank;
        for (let sum = 0; sum + shift < width; sum++) {
          if (source[sum] !== 0) target[sum + shift] += choose * source[sum];
        }
      }
    }
    ways = next;
    before += size;
  }
  const result = ways[n1] ?? new Float64Array(width);
  let total = 0;
  for (const count of result) total += count;
  for (let i = 0; i < result.length; i++) result[i] /= total;
  return result;
}

/**
 * Mann & Whitney's U test, two-sided. Exact by counting up to 50 values a side (25 with ties), else
 * normal with tie and continuity correction; the limits are golang/perf's, and so are the p values
 * (golden: test/fixtures/statistics/rank.json), with one difference: with ties *and* unequal sizes the
 * exact distribution is not symmetric, and twice the smaller tail is taken of the real one.
 *
 * Assumes independent values within each side. How it can mislead: runs that share a warm machine or
 * a noisy neighbour are not independent; interleave them. Under 4 values a side p < 0.05 is impossible.
 * @returns undefined when a side is empty or holds a NaN
 */
export function mannWhitney(
  first: readonly number[],
  second: readonly number[],
): RankTest | undefined {
  const n1 = first.length;
  const n2 = second.length;
  if (n1 === 0 || n2 === 0 || first.some(Number.isNaN) || second.some(Number.isNaN)) {
    return undefined;
  }
  const { groups, doubledRankSum } = rankTogether(first, second);
  const u = (doubledRankSum - n1 * (n1 + 1)) / 2;
  if (groups.length === 1) return { u, p: 1, n1, n2, method: "all-equal" };

  const n = n1 + n2;
  const limit = groups.length < n ? EXACT_LIMIT_WITH_TIES : EXACT_LIMIT;
  if (n1 <= limit && n2 <= limit) {
    const mass = rankSumDistribution(groups, n1, n);
    let below = 0;
    let above = 0;
    for (let sum = 0; sum < mass.length; sum++) {
      if (sum <= doubledRankSum) below += mass[sum];
      if (sum >= doubledRankSum) above += mass[sum];
    }
    return { u, p: Math.min(1, 2 * Math.min(below, above)), n1, n2, method: "exact" };
  }

  let ties = 0;
  for (const size of groups) ties += size * size * size - size;
  const sd = Math.sqrt(((n1 * n2) / 12) * (n + 1 - ties / (n * (n - 1))));
  const distance = Math.max(0, Math.abs(u - (n1 * n2) / 2) - 0.5);
  return { u, p: Math.min(1, 2 * normalCdf(-distance / sd)), n1, n2, method: "normal" };
}

export interface MedianInterval extends Interval {
  /** The level that the order statistics really have: at least what was asked for, or 1 with ∞. */
  readonly confidence: number;
}

/**
 * Median with the shortest interval of order statistics that has at least `confidence`, left-biased
 * like go-moremath's QuantileCI, but exact for every n. Ends are ±Infinity when there are too few
 * values (under 6 at 95 %: with 5 one of them). Assumes independent values of one distribution, whatever its form.
 * @returns undefined for an empty list or one with a NaN
 */
export function medianInterval(
  values: readonly number[],
  confidence: number = 0.95,
): MedianInterval | undefined {
  const n = values.length;
  if (n === 0 || values.some(Number.isNaN)) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (i: number): number => sorted[i] ?? Number.NaN;
  const value = n % 2 === 1 ? at((n - 1) / 2) : (at(n / 2 - 1) + at(n / 2)) / 2;

  // k values lie below the true median with probability C(n, k) / 2ⁿ: the median is in gap k.
  const logAll = n * Math.LN2;
  const gap = (k: number): number =>
    k < 0 || k > n ? 0 : Math.exp(logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1) - logAll);
  let left = Math.ceil((n + 1) / 2) - 1;
  let right = left;
  let reached = gap(left);
  while (reached < confidence && (left > 0 || right < n)) {
    // C(n, k) falls with the distance of k from n/2: equal distances go left.
    const takeLeft = left > 0 && (right === n || n <= left + right);
    if (takeLeft) {
      left -= 1;
      reached += gap(left);
    } else {
      right += 1;
      reached += gap(right);
    }
  }
  return {
    value,
    lo: left === 0 ? Number.NEGATIVE_INFINITY : at(left - 1),
    hi: right === n ? Number.POSITIVE_INFINITY : at(right),
    confidence: Math.min(1, reached),
  };
}

/**
 * Benjamini & Hochberg's (1995) step-up q values: among the tests with q ≤ 0.05 at most 5 % are
 * expected to be false. q₍ᵢ₎ = min over j ≥ i of p₍ⱼ₎·m/j. A NaN stays NaN and counts as no test.
 *
 * Assumes tests that are independent or positively dependent, which nodes of one tree are (a parent
 * contains its child). How it can mislead: it bounds a share, not the chance of a single false one.
 */
export function benjaminiHochberg(pValues: ArrayLike<number>): Float64Array {
  const order: number[] = [];
  for (let i = 0; i < pValues.length; i++) {
    if (!Number.isNaN(pValues[i])) order.push(i);
  }
  order.sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1));
  const q = new Float64Array(pValues.length).fill(Number.NaN);
  let smallest = 1;
  for (let rank = order.length; rank >= 1; rank--) {
    const i = order[rank - 1] ?? 0;
    smallest = Math.min(smallest, (pValues[i] ?? 1) * (order.length / rank));
    q[i] = smallest;
  }
  return q;
}
