// A trend as rules and reports need it: the fit of analysis/trend plus what it was fitted to.

import { derived, estimated, type Quantity } from "../model/quantity.ts";
import type { Unit } from "../model/units.ts";
import type { Series } from "./series/series.ts";
import { trendOf, type TrendKind } from "./trend/trend.ts";

export interface SeriesTrend {
  readonly kind: TrendKind;
  /** Per second. */
  readonly slope: Quantity;
  readonly p: number | undefined;
  readonly points: number;
  readonly seconds: number;
  /** Level at the start and end of the window by the fit, not single points. */
  readonly startValue: number;
  readonly endValue: number;
  /** Smallest slope that this series could have shown with 80 % power, per second. */
  readonly visibleSlope: number | undefined;
  /** Mean of the second half ÷ mean of the first half. */
  readonly drift: number;
  readonly residualSd: number;
}

export function seriesTrend(s: Series): SeriesTrend | undefined {
  const n = s.time.length;
  const first = s.time[0];
  const last = s.time[n - 1];
  if (first === undefined || last === undefined || n < 2) return undefined;
  const t = trendOf({ timeMs: s.time, value: s.value, resolution: s.resolution });
  const unit: Unit = s.unit === "bytes" ? "bytes/s" : "1/s";
  const half = Math.floor(n / 2);
  const mean = (from: number, to: number) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += s.value[i] ?? 0;
    return sum / Math.max(1, to - from);
  };
  const { value, lo, hi } = t.slopePerSec;
  return {
    kind: t.kind,
    slope: s.basis === "gc-cycle" ? estimated(value, lo, hi, unit, s.evidence, "gc-cycle") : derived(value, lo, hi, unit, s.evidence, "wall"),
    p: t.p,
    points: n,
    seconds: (last - first) / 1000,
    startValue: t.startValue,
    endValue: t.endValue,
    visibleSlope: t.smallestVisibleSlopePerSec,
    drift: mean(half, n) / Math.max(1e-9, mean(0, half)),
    residualSd: t.residualSd,
  };
}
