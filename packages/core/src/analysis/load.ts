// How much work the service was given while it was watched. A request counter where there is one, else
// bytes allocated per second, which every source has. Steady = coefficient of variation below 10 %
// over the windows.

import type { ProcessEvidence } from "../evidence/process.ts";
import { estimated, type Quantity } from "../model/quantity.ts";
import type { SeriesSet } from "./series/build.ts";
import { loadSteadiness } from "./trend/steadiness.ts";

export interface Load {
  readonly source: "requests" | "allocations" | "none";
  readonly counter: string | undefined;
  readonly rate: Quantity | undefined;
  /** Over at least four windows; undefined = too few. */
  readonly variation: number | undefined;
  readonly steady: boolean | undefined;
  /** Rate of the second half ÷ rate of the first half. */
  readonly drift: number | undefined;
}

const NONE: Load = {
  source: "none",
  counter: undefined,
  rate: undefined,
  variation: undefined,
  steady: undefined,
  drift: undefined,
};

/** `wanted`: counter named by the user; unknown names are ignored and the caller says so. */
export function loadOf(p: ProcessEvidence, series: SeriesSet, wanted: string | undefined): Load {
  const requests = requestCounter(p, wanted);
  if (requests !== undefined) {
    const load = fromCounter(
      requests.times,
      requests.values,
      "requests",
      requests.name,
      requests.evidence,
    );
    if (load !== undefined) return load;
  }
  const allocated = series.allocated;
  if (allocated !== undefined) {
    const load = fromCounter(
      Array.from(allocated.time),
      Array.from(allocated.value),
      "allocations",
      undefined,
      allocated.evidence,
    );
    if (load !== undefined) return load;
  }
  return allocationsFromLog(series) ?? NONE;
}

interface Counter {
  readonly name: string;
  readonly times: number[];
  readonly values: number[];
  readonly evidence: string[];
}

/** The counter that moved most, a named one first: a service's main work is its busiest counter. */
function requestCounter(p: ProcessEvidence, wanted: string | undefined): Counter | undefined {
  const byName = new Map<string, Counter>();
  for (const m of p.metrics) {
    for (const c of m.value.loadCounters) {
      const known = byName.get(c.name) ?? { name: c.name, times: [], values: [], evidence: [] };
      known.times.push(m.timeMs);
      known.values.push(c.value);
      if (known.evidence.length < 2) known.evidence.push(`${m.artefact.id}:${c.name}`);
      byName.set(c.name, known);
    }
  }
  if (wanted !== undefined) return byName.get(wanted);
  const moved = (c: Counter) => (c.values[c.values.length - 1] ?? 0) - (c.values[0] ?? 0);
  // A gauge passes for a counter where the source does not tell them apart; it falls now and then.
  const onlyRises = (c: Counter) =>
    c.values.every((v, i) => i === 0 || v >= (c.values[i - 1] ?? 0));
  // A counter that only the capture's own requests move says nothing of the service.
  return [...byName.values()]
    .filter((c) => c.times.length >= 5 && onlyRises(c) && moved(c) > c.times.length * 2)
    .sort((a, b) => moved(b) - moved(a))[0];
}

function fromCounter(
  times: readonly number[],
  values: readonly number[],
  source: Load["source"],
  counter: string | undefined,
  evidence: readonly string[],
): Load | undefined {
  const first = times[0];
  const last = times[times.length - 1];
  if (first === undefined || last === undefined || !(last > first) || times.length < 2)
    return undefined;
  const steadiness = loadSteadiness(times, values, source === "requests" ? "events" : "bytes");
  const total =
    steadiness.windows > 0
      ? steadiness.meanRatePerSec
      : ((values[values.length - 1] ?? NaN) - (values[0] ?? NaN)) / ((last - first) / 1000);
  if (!Number.isFinite(total) || total < 0) return undefined;
  const { cv, windows } = steadiness;
  const half = Number.isFinite(cv) ? (1.96 * cv * total) / Math.sqrt(windows) : total;
  const unit = source === "requests" ? "1/s" : "bytes/s";
  return {
    source,
    counter,
    rate: estimated(total, Math.max(0, total - half), total + half, unit, evidence, "wall"),
    variation: Number.isFinite(cv) ? steadiness.cvBeyondCounting : undefined,
    steady: steadiness.isSteady,
    drift: driftOf(times, values),
  };
}

/** Rate of the second half of the span over that of the first, interpolated at the middle. */
function driftOf(times: readonly number[], values: readonly number[]): number | undefined {
  const n = times.length;
  if (n < 5) return undefined;
  const t0 = times[0] ?? NaN;
  const t1 = times[n - 1] ?? NaN;
  const middle = (t0 + t1) / 2;
  let i = 0;
  while (i + 2 < n && (times[i + 1] ?? Infinity) <= middle) i++;
  const share = (middle - (times[i] ?? NaN)) / ((times[i + 1] ?? NaN) - (times[i] ?? NaN));
  const at = (values[i] ?? NaN) + share * ((values[i + 1] ?? NaN) - (values[i] ?? NaN));
  const before = at - (values[0] ?? NaN);
  const after = (values[n - 1] ?? NaN) - at;
  return before > 0 && after >= 0 ? after / before : undefined;
}

/** Allocation between cycles: next cycle's heap at start minus this one's marked, over the time. */
function allocationsFromLog(series: SeriesSet): Load | undefined {
  const marked = series.marked;
  const peak = series.peak;
  if (
    marked === undefined ||
    peak === undefined ||
    marked.time.length !== peak.time.length ||
    marked.time.length < 6
  )
    return undefined;
  const times: number[] = [];
  const values: number[] = [];
  let sum = 0;
  for (let i = 1; i < marked.time.length; i++) {
    // Both are floored to MiB: their errors cancel in the sum, unless negative differences are cut.
    sum += (peak.value[i] ?? 0) - (marked.value[i - 1] ?? 0);
    const time = marked.time[i] ?? NaN;
    // Many cycles a second would make windows of pure rounding.
    if (times.length > 0 && time - (times[times.length - 1] ?? NaN) < 1000) continue;
    times.push(time);
    values.push(sum);
  }
  return fromCounter(times, values, "allocations", undefined, marked.evidence);
}
