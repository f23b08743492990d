// What each stack weighs: the values of its samples added up. A node's flat and cum, and an edge's
// weight, are sums over samples of the same stack alike, so graphs walk each stack once, however
// many samples (sizes, labels) share it.

import { sampleCount, type Profile } from "./profile.ts";

export interface Measure {
  /** Column shown. */
  readonly value: number;
  /** Column to divide by for averages; undefined for sums. */
  readonly divisor: number | undefined;
}

export interface StackWeights {
  /** Stacks with a sample that is not zero. */
  readonly used: Int32Array;
  readonly weight: Float64Array;
  readonly divisor: Float64Array | undefined;
}

export function stackWeights(profile: Profile, measure: Measure): StackWeights {
  const { stacks, stack, order } = profile;
  const value = profile.values[measure.value];
  const by = measure.divisor === undefined ? undefined : profile.values[measure.divisor];
  const weight = new Float64Array(stacks.length);
  const divisor = by === undefined ? undefined : new Float64Array(stacks.length);
  const isUsed = new Uint8Array(stacks.length);
  const count = sampleCount(profile);
  let length = 0;
  for (let k = 0; k < count; k++) {
    const row = order === undefined ? k : order[k];
    const w = value[row];
    const d = by === undefined ? 0 : by[row];
    if (w === 0 && d === 0) continue;
    const s = stack[row];
    weight[s] += w;
    if (divisor !== undefined) divisor[s] += d;
    if (isUsed[s] === 0) {
      isUsed[s] = 1;
      length += 1;
    }
  }
  const used = new Int32Array(length);
  let at = 0;
  for (let s = 0; s < stacks.length; s++) if (isUsed[s] === 1) used[at++] = s;
  return { used, weight, divisor };
}

/** Samples that come from the base of a comparison. */
export function baseRows(profile: Profile): ((row: number) => boolean) | undefined {
  const { labels, strings } = profile;
  if (labels.key.length === 0) return undefined;
  const key = strings.find(BASE_LABEL);
  const value = strings.find("true");
  if (key <= 0 || value <= 0) return undefined;
  return (row) => {
    for (let i = labels.start[row]; i < labels.start[row + 1]; i++) {
      if (labels.key[i] === key && labels.str[i] === value) return true;
    }
    return false;
  };
}

/** The label that marks samples of a -diff_base. */
export const BASE_LABEL = "pprof::base";

/**
 * What percentages are of: the sum of absolute values, of the base's samples alone where there are
 * any; divided (and truncated) for averages.
 */
export function totalOf(profile: Profile, measure: Measure): number {
  const value = profile.values[measure.value];
  const by = measure.divisor === undefined ? undefined : profile.values[measure.divisor];
  const isBase = baseRows(profile);
  const { order } = profile;
  const count = sampleCount(profile);
  let total = 0;
  let divisor = 0;
  let baseTotal = 0;
  let baseDivisor = 0;
  for (let k = 0; k < count; k++) {
    const row = order === undefined ? k : order[k];
    const v = Math.abs(value[row]);
    const d = by === undefined ? 0 : by[row];
    total += v;
    divisor += d;
    if (isBase?.(row) === true) {
      baseTotal += v;
      baseDivisor += d;
    }
  }
  if (baseTotal > 0) {
    total = baseTotal;
    divisor = baseDivisor;
  }
  return divisor === 0 ? total : Math.trunc(total / divisor);
}
