// A series' trend as a line to draw: what analysis/trend found, without its words.

import type { Series } from "../analysis/series/series.ts";
import { trendOf } from "../analysis/trend/trend.ts";
import type { TrendLine } from "./growth-chart.ts";

/** Two-sided 95 % of the normal. */
const Z = 1.96;

/**
 * undefined where a straight line would be a lie: a step, an irregular series, or too few points. A
 * plateau's line is the flat part after its bend. The smallest visible growth goes along only where no
 * growth was seen.
 */
export function trendOfSeries(series: Series): TrendLine | undefined {
  if (series.time.length < 5) return undefined;
  const trend = trendOf({
    time: series.time,
    value: series.value,
    resolution: series.resolution,
  });
  const { kind, slopePerSec, startValue, endValue, fromMs } = trend;
  if (kind === "irregular" || kind === "too-short" || kind === "step") return undefined;
  if (!Number.isFinite(slopePerSec.lo) || !Number.isFinite(slopePerSec.hi)) return undefined;
  if (!Number.isFinite(startValue) || !Number.isFinite(endValue)) return undefined;
  let toMs = -Infinity;
  for (const t of series.time) if (Number.isFinite(t)) toMs = Math.max(toMs, t);
  if (!(toMs > fromMs)) return undefined;
  const isGrowing = kind === "line" || kind === "rising";
  const visible = trend.smallestVisibleSlopePerSec;
  return {
    of: series.id,
    fromMs,
    toMs,
    anchorMs: (fromMs + toMs) / 2,
    anchor: (startValue + endValue) / 2,
    anchorError: (Z * trend.residualSd) / Math.sqrt(Math.max(1, trend.effectiveN)),
    perSec: slopePerSec,
    ...(isGrowing || !Number.isFinite(visible) ? {} : { visiblePerSec: visible }),
  };
}
