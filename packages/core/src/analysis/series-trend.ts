// A trend as rules and reports need it: the fit of analysis/trend plus what it was fitted to.

import { derived, estimated, type Quantity } from "../model/quantity.ts";
import type { Unit } from "../model/units.ts";
import type { Series } from "./series/series.ts";
import { trendOf, type TrendKind } from "./trend/trend.ts";

export interface SeriesTrend {
  readonly kind: TrendKind;
  /** Per second, of the part from `fromMs` on. */
  readonly slope: Quantity;
  readonly p: number;
  /** Points and seconds of the part that the slope is of: of the line, or after the bend. */
  readonly points: number;
  readonly seconds: number;
  readonly allPoints: number;
  readonly allSeconds: number;
  readonly fromMs: number;
  /** Fitted levels at the start of that part and at the end of the window. */
  readonly startValue: number;
  readonly endValue: number;
  /** Fitted end minus fitted start of the whole window. */
  readonly change: number;
  /** Smallest slope that this series could have shown with 80 % power, per second. */
  readonly visibleSlope: number | undefined;
  /** Mean of the second half ÷ mean of the first half. */
  readonly drift: number;
  readonly residualSd: number;
  /**
   * Share of the whole change that fell into the second half of the time: one half for a line, near 0
   * for what has levelled off. NaN without change.
   */
  readonly recentShare: number;
}

export function seriesTrend(s: Series): SeriesTrend | undefined {
  const n = s.time.length;
  if (n < 2) return undefined;
  const t = trendOf({ time: s.time, value: s.value, resolution: s.resolution });
  const unit: Unit = s.unit === "bytes" ? "bytes/s" : "1/s";
  const half = Math.floor(n / 2);
  const mean = (from: number, to: number) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += s.value[i] ?? 0;
    return sum / Math.max(1, to - from);
  };
  const { value, lo, hi } = t.slopePerSec;
  const first = s.time[0] ?? NaN;
  const last = s.time[n - 1] ?? NaN;
  const visible = t.smallestVisibleSlopePerSec;
  return {
    kind: t.kind,
    slope:
      s.basis === "gc-cycle"
        ? estimated(value, lo, hi, unit, s.evidence, "gc-cycle")
        : derived(value, lo, hi, unit, s.evidence, "wall"),
    p: t.p,
    points: Math.max(0, n - t.fromIndex),
    seconds: Number.isFinite(t.fromMs) ? (last - t.fromMs) / 1000 : (last - first) / 1000,
    allPoints: n,
    allSeconds: (last - first) / 1000,
    fromMs: t.fromMs,
    startValue: t.startValue,
    endValue: t.endValue,
    change: t.change,
    visibleSlope: Number.isFinite(visible) ? visible : undefined,
    drift: mean(half, n) / Math.max(1e-9, mean(0, half)),
    residualSd: t.residualSd,
    recentShare: recentShare(s),
  };
}

function recentShare(s: Series): number {
  const n = s.time.length;
  const first = s.value[0] ?? NaN;
  const last = s.value[n - 1] ?? NaN;
  const middle = ((s.time[0] ?? NaN) + (s.time[n - 1] ?? NaN)) / 2;
  let i = 0;
  while (i + 2 < n && (s.time[i + 1] ?? Infinity) <= middle) i++;
  const gap = (s.time[i + 1] ?? NaN) - (s.time[i] ?? NaN);
  const part = gap > 0 ? (middle - (s.time[i] ?? NaN)) / gap : 0;
  const at = (s.value[i] ?? NaN) + part * ((s.value[i + 1] ?? NaN) - (s.value[i] ?? NaN));
  return last === first ? NaN : (last - at) / (last - first);
}
