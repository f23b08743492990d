// What a pair of profiles could not have seen: the smallest growth whose lower limit exceeds 0.

import { missedFraction, samplingProbability } from "../../goruntime/sampling.ts";
import { CONFIDENCE, poissonLimits } from "./poisson.ts";
import { betaI, gammaP, logGamma, normalQuantile } from "./special.ts";

export interface VisibleGrowthQuestion {
  /** Bytes per object of what would grow. */
  readonly size: number;
  /** MemProfileRate. */
  readonly rate: number;
  /**
   * Expected samples of what else comes and goes at the same place: the freed samples of a pair, or
   * the live samples of the earlier profile when the two are of different processes.
   */
  readonly backgroundSamples: number;
  readonly confidence?: number;
  readonly power?: number;
}

/** Above this background the counts are normal to within 2 % of the answer. */
const NORMAL_FROM = 400;
/** Probability mass left out at each end of the background's distribution. */
const TAIL = 1e-7;

/** Smallest born count whose lower growth limit exceeds 0 next to `freed`: the MOVER condition. */
function bornNeeded(freed: number, shrink: number, confidence: number): number {
  const above = poissonLimits(freed, confidence).hi - freed;
  const isSeen = (born: number): boolean => {
    const below = born - poissonLimits(born, confidence).lo;
    return born - freed > shrink * Math.hypot(below, above);
  };
  let lo = freed;
  let hi = freed + 1;
  while (!isSeen(hi)) {
    lo = hi;
    hi = freed + 2 * (hi - freed);
  }
  while (hi - lo > 1) {
    const mid = Math.floor((lo + hi) / 2);
    if (isSeen(mid)) hi = mid;
    else lo = mid;
  }
  return hi;
}

function poissonMass(count: number, mean: number): number {
  if (mean === 0) return count === 0 ? 1 : 0;
  return Math.exp(count * Math.log(mean) - mean - logGamma(count + 1));
}

/** Pr(at least `count` of `objects` are sampled); objects need not be whole. */
function sampledAtLeast(count: number, objects: number, p: number): number {
  if (count <= 0) return 1;
  if (p < 1e-4) return gammaP(count, objects * p);
  if (objects < count) return 0;
  return p >= 1 ? 1 : betaI(count, objects - count + 1, p);
}

/** needed[d] = Pr(d samples of true growth are needed), d ≥ 0, over the background's two counts. */
function neededDistribution(mean: number, shrink: number, confidence: number): Float64Array {
  const spread = 6 * Math.sqrt(mean) + (mean === 0 ? 0 : 12);
  const from = Math.max(0, Math.floor(mean - spread));
  const to = Math.ceil(mean + spread);
  const mass = new Float64Array(to - from + 1);
  for (let k = from; k <= to; k++) mass[k - from] = poissonMass(k, mean);
  const needed = new Float64Array(bornNeeded(to, shrink, confidence) - from + 1);
  for (let freed = from; freed <= to; freed++) {
    const weight = mass[freed - from];
    if (weight < TAIL) continue;
    const born = bornNeeded(freed, shrink, confidence);
    for (let other = from; other <= to; other++) {
      needed[Math.max(0, born - other)] += weight * mass[other - from];
    }
  }
  return needed;
}

function powerOf(objects: number, p: number, needed: Float64Array): number {
  let power = 0;
  for (let d = 0; d < needed.length; d++) {
    if (needed[d] > 0) power += needed[d] * sampledAtLeast(d, objects, p);
  }
  return power;
}

/**
 * Smallest growth, in bytes and whole objects, that `pairedGrowth` would call growth (lower limit
 * above 0) with probability `power` (default 80 %). Exact over the Poisson counts up to a background
 * of 400 samples, normal approximation above (2 %).
 *
 * Assumes that what comes and goes beside the growth does so at equal rates and at random. How it can
 * mislead: a background that swings with load hides more than this; a larger `size` needs fewer bytes,
 * so for "any growth" ask for the smallest plausible size.
 */
export function minVisibleGrowth(question: VisibleGrowthQuestion): {
  readonly bytes: number;
  readonly objects: number;
} {
  const { size, rate, backgroundSamples: mean } = question;
  const confidence = question.confidence ?? CONFIDENCE;
  const power = question.power ?? 0.8;
  const p = samplingProbability(size, rate);
  const missed = missedFraction(size, rate);

  let isEnough: (objects: number) => boolean;
  if (mean > NORMAL_FROM) {
    const zLimit = normalQuantile((1 + confidence) / 2);
    const zPower = normalQuantile(power);
    isEnough = (objects) => {
      const growth = objects * p;
      const halfWidth = zLimit * Math.sqrt(missed * (2 * mean + growth));
      return growth - halfWidth >= zPower * Math.sqrt(2 * mean + growth * missed);
    };
  } else {
    const needed = neededDistribution(mean, Math.sqrt(missed), confidence);
    isEnough = (objects) => powerOf(objects, p, needed) >= power;
  }

  let hi = 1;
  while (!isEnough(hi)) hi *= 2;
  let lo = hi / 2;
  while (hi - lo > Math.max(0.5, hi * 1e-4)) {
    const mid = (lo + hi) / 2;
    if (isEnough(mid)) hi = mid;
    else lo = mid;
  }
  const objects = Math.ceil(hi);
  return { objects, bytes: objects * size };
}
