// How it grows: the series, its trend with a 95 % band, the limit, the forecast with its fan, and what
// the line leaves over. Everything as fractions: x 0–1 of the time shown, y 0–1 from 0 to the top.
// Areas start at 0. The band is thin at full scale, so the residual strip shows it again on its own.

import type { SeriesId } from "../analysis/series/series.ts";
import { type Line, downsample } from "./downsample.ts";
import { byteTicks, countTicks, roundUp, timeTicks } from "./scale.ts";

export interface GrowthLine extends Line {
  readonly id: SeriesId;
  readonly unit: "bytes" | "count" | "cores" | "fraction" | "1/s";
}

/** A value with its 95 % limits. */
export interface Estimate {
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
}

/**
 * A straight line through one series. `anchor` is its level at `anchorMs`, where it is known best (the
 * mean time of the points), ± `anchorError`; slopes are per second.
 */
export interface TrendLine {
  readonly of: SeriesId;
  readonly fromMs: number;
  readonly toMs: number;
  readonly anchorMs: number;
  readonly anchor: number;
  readonly anchorError: number;
  readonly perSec: Estimate;
  /** The smallest growth that this run could have seen; drawn where no growth was. */
  readonly visiblePerSec?: number;
}

/** When the series named by `of` meets the limit, in ms on the clock of the series. */
export interface Forecast {
  readonly of: SeriesId;
  readonly crossMs: Estimate;
}

export interface GrowthInput {
  readonly main: GrowthLine;
  /** The peak before each GC beside the live heap: what the limit counts. */
  readonly companion?: GrowthLine | undefined;
  readonly trends: readonly TrendLine[];
  readonly limit?: number | undefined;
  readonly forecast?: Forecast | undefined;
}

export interface Path {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface Tick {
  readonly at: number;
  readonly value: number;
}

export interface GrowthPicture {
  readonly fromMs: number;
  readonly toMs: number;
  /** Value at y = 1. */
  readonly max: number;
  /** Where the observation ends; 1 without a forecast. */
  readonly now: number;
  readonly yTicks: readonly Tick[];
  readonly xTicks: readonly Tick[];
  /** undefined: no limit, or it lies beyond the picture (`limitIsBeyond`). */
  readonly limitAt: number | undefined;
  readonly limitIsBeyond: boolean;
  readonly main: Path;
  readonly companion: Path | undefined;
  readonly trend: TrendPicture | undefined;
  readonly forecast: ForecastPicture | undefined;
  readonly residual: ResidualPicture | undefined;
}

export interface TrendPicture {
  readonly line: Path;
  /** A closed outline: along the upper limit, back along the lower. */
  readonly band: Path;
  /** The same line carried on to the crossing, when the crossing is in the picture. */
  readonly ahead: Path | undefined;
  /** Value of the line at the crossing. */
  readonly aheadValue: number | undefined;
}

export interface ForecastPicture {
  readonly line: Path;
  readonly fan: Path;
  /** undefined: the crossing lies right of the picture. */
  readonly cross:
    | { readonly x: number; readonly lo: number; readonly hi: number; readonly hiIsCut: boolean }
    | undefined;
}

export interface ResidualPicture {
  /** Value at y = 1; the strip goes from −half to +half. */
  readonly half: number;
  /** y in −1…1. */
  readonly points: Path;
  readonly band: Path;
  /** Points outside the strip, drawn at its edge. */
  readonly beyond: number;
  /** A triangle over the line: the smallest growth that would have been seen. */
  readonly visible: Path | undefined;
}

/** A limit this many times above everything drawn is named, not drawn. */
const LIMIT_BEYOND = 4;
/** A forecast may take as much width as the observation, or this much when it leaves the picture. */
const AHEAD_OPEN = 0.35;
/** Spans of a drawn line; 4 points each at most. At 600 px more would fall on the same pixels. */
const LINE_BUCKETS = 150;
const BAND_STEPS = 24;

const lineAt = (t: TrendLine, ms: number): number =>
  t.anchor + (t.perSec.value * (ms - t.anchorMs)) / 1000;

function halfWidths(t: TrendLine, ms: number): { up: number; down: number } {
  const sec = (ms - t.anchorMs) / 1000;
  const steep = (t.perSec.hi - t.perSec.value) * sec;
  const flat = (t.perSec.value - t.perSec.lo) * sec;
  const [above, below] = sec >= 0 ? [steep, flat] : [flat, steep];
  return { up: Math.hypot(t.anchorError, above), down: Math.hypot(t.anchorError, below) };
}

function extent(lines: readonly (Line | undefined)[]): { from: number; to: number; top: number } {
  let from = Infinity;
  let to = -Infinity;
  let top = 0;
  for (const line of lines) {
    if (line === undefined) continue;
    for (let i = 0; i < line.time.length; i++) {
      const t = line.time[i];
      const v = line.value[i];
      if (!Number.isFinite(t) || !Number.isFinite(v)) continue;
      from = Math.min(from, t);
      to = Math.max(to, t);
      top = Math.max(top, v);
    }
  }
  return { from, to, top };
}

/** undefined when there are not two points at different times to draw. */
export function growthPicture(input: GrowthInput): GrowthPicture | undefined {
  const { from, to, top } = extent([input.main, input.companion]);
  if (!(to > from)) return undefined;
  const span = to - from;
  const cross = input.forecast?.crossMs;
  const crossIsNear = cross !== undefined && cross.value > to && cross.value <= to + span;
  let end = to;
  if (cross !== undefined && cross.value > to) {
    end = crossIsNear
      ? Math.min(Math.max(cross.value, cross.hi) + span * 0.04, to + span * 1.2)
      : to + span * AHEAD_OPEN;
  }
  const trend = input.trends.find((t) => t.of === input.main.id);

  let max = top;
  if (trend !== undefined) max = Math.max(max, lineAt(trend, trend.toMs));
  const limit = input.limit !== undefined && Number.isFinite(input.limit) ? input.limit : undefined;
  const limitIsBeyond = limit !== undefined && !crossIsNear && limit > max * LIMIT_BEYOND;
  if (limit !== undefined && !limitIsBeyond) max = Math.max(max, limit);
  else if (cross !== undefined && cross.value > to && limit !== undefined) {
    max = Math.max(max, top + ((limit - top) * (end - to)) / (cross.value - to));
  }
  // Without a limit on top the labels need room above the line.
  max = max > 0 ? max * (limit !== undefined && !limitIsBeyond ? 1.04 : 1.3) : 1;

  const x = (ms: number): number => (ms - from) / (end - from);
  const y = (value: number): number => value / max;
  const path = (line: Line): Path => {
    const few = downsample(line, LINE_BUCKETS);
    return { x: few.time.map(x), y: few.value.map(y) };
  };
  const ticks = input.main.unit === "bytes" ? byteTicks(max * 0.97) : countTicks(max * 0.97);
  return {
    fromMs: from,
    toMs: end,
    max,
    now: x(to),
    yTicks: ticks.map((value) => ({ at: y(value), value })),
    xTicks: timeTicks(from, end, 4).map((value) => ({ at: x(value), value })),
    limitAt: limit === undefined || limitIsBeyond ? undefined : y(limit),
    limitIsBeyond,
    main: path(input.main),
    companion: input.companion === undefined ? undefined : path(input.companion),
    trend:
      trend === undefined ? undefined : trendPicture(trend, crossIsNear ? cross : undefined, x, y),
    forecast:
      cross === undefined || limit === undefined || cross.value <= to
        ? undefined
        : forecastPicture(input, cross, limit, to, end, x, y),
    residual: trend === undefined ? undefined : residualPicture(input.main, trend, x),
  };
}

type Scale = (v: number) => number;

function trendPicture(
  trend: TrendLine,
  cross: Estimate | undefined,
  x: Scale,
  y: Scale,
): TrendPicture {
  const ends = [trend.fromMs, trend.toMs];
  return {
    line: {
      x: Float64Array.from(ends, x),
      y: Float64Array.from(ends, (ms) => y(lineAt(trend, ms))),
    },
    band: bandPath(trend, x, (ms, offset) => y(lineAt(trend, ms) + offset)),
    ahead:
      cross === undefined
        ? undefined
        : {
            x: Float64Array.from([trend.toMs, cross.value], x),
            y: Float64Array.from([trend.toMs, cross.value], (ms) => y(lineAt(trend, ms))),
          },
    aheadValue: cross === undefined ? undefined : lineAt(trend, cross.value),
  };
}

function bandPath(trend: TrendLine, x: Scale, y: (ms: number, offset: number) => number): Path {
  const n = 2 * (BAND_STEPS + 1);
  const px = new Float64Array(n);
  const py = new Float64Array(n);
  for (let i = 0; i <= BAND_STEPS; i++) {
    const ms = trend.fromMs + ((trend.toMs - trend.fromMs) * i) / BAND_STEPS;
    const { up, down } = halfWidths(trend, ms);
    px[i] = px[n - 1 - i] = x(ms);
    py[i] = y(ms, up);
    py[n - 1 - i] = y(ms, -down);
  }
  return { x: px, y: py };
}

function lastValue(line: Line): number {
  for (let i = line.value.length - 1; i >= 0; i--) {
    if (Number.isFinite(line.value[i])) return line.value[i];
  }
  return 0;
}

function forecastPicture(
  input: GrowthInput,
  cross: Estimate,
  limit: number,
  to: number,
  end: number,
  x: Scale,
  y: Scale,
): ForecastPicture {
  const of = input.forecast?.of ?? input.main.id;
  const trend = input.trends.find((t) => t.of === of);
  const line =
    input.companion !== undefined && of === input.companion.id ? input.companion : input.main;
  const start = trend === undefined ? lastValue(line) : lineAt(trend, to);
  // A ray from now to the limit, cut where the picture ends. A crossing that may never come (Infinity)
  // is a level ray.
  const ray = (ms: number): { ms: number; value: number } => {
    if (!Number.isFinite(ms)) return { ms: end, value: start };
    const at = Math.max(ms, to + 1);
    if (at <= end) return { ms: at, value: limit };
    return { ms: end, value: start + ((limit - start) * (end - to)) / (at - to) };
  };
  const mid = ray(cross.value);
  const early = ray(cross.lo);
  const late = ray(cross.hi);
  const fan = [{ ms: to, value: start }, early];
  // Where one edge reaches the limit and the other leaves at the side, the fan has a corner.
  if (early.ms < end && late.ms >= end && late.value < limit) fan.push({ ms: end, value: limit });
  fan.push(late);
  const isInside = cross.value <= end;
  return {
    line: {
      x: Float64Array.from([to, mid.ms], x),
      y: Float64Array.from([start, mid.value], y),
    },
    fan: {
      x: Float64Array.from(fan, (p) => x(p.ms)),
      y: Float64Array.from(fan, (p) => y(p.value)),
    },
    cross: isInside
      ? {
          x: x(cross.value),
          lo: x(Math.max(cross.lo, to)),
          hi: Math.min(1, Number.isFinite(cross.hi) ? x(cross.hi) : 1),
          hiIsCut: !(cross.hi <= end),
        }
      : undefined,
  };
}

function residualPicture(main: Line, trend: TrendLine, x: Scale): ResidualPicture | undefined {
  const time: number[] = [];
  const rest: number[] = [];
  for (let i = 0; i < main.time.length; i++) {
    const t = main.time[i];
    if (!(t >= trend.fromMs && t <= trend.toMs) || !Number.isFinite(main.value[i])) continue;
    time.push(t);
    rest.push(main.value[i] - lineAt(trend, t));
  }
  if (time.length < 3) return undefined;
  const sizes = rest.map(Math.abs).sort((a, b) => a - b);
  const first = halfWidths(trend, trend.fromMs);
  const last = halfWidths(trend, trend.toMs);
  const bandTop = Math.max(first.up, first.down, last.up, last.down);
  // One wild point in a hundred must not flatten the rest; it is drawn at the edge and counted.
  const usual = sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * 0.99))];
  const rise = visibleRise(trend);
  // A triangle much higher than the noise would press it flat; it is cut at the edge instead.
  const least = Math.max(usual, bandTop);
  const half = roundUp(Math.max(least, Math.min(rise ?? 0, least * 3)) * 1.05);
  const few = downsample(
    { time: Float64Array.from(time), value: Float64Array.from(rest) },
    LINE_BUCKETS,
  );
  let beyond = 0;
  for (const size of sizes) if (size > half) beyond++;
  return {
    half,
    points: {
      x: few.time.map(x),
      y: few.value.map((v) => Math.max(-1, Math.min(1, v / half))),
    },
    band: bandPath(trend, x, (_, offset) => offset / half),
    beyond,
    visible: rise === undefined ? undefined : visiblePath(trend, x, rise / half),
  };
}

/** What growth at the smallest visible rate would have added over the line's time. */
function visibleRise(trend: TrendLine): number | undefined {
  const perSec = trend.visiblePerSec;
  if (perSec === undefined || !(perSec > 0) || !Number.isFinite(perSec)) return undefined;
  return (perSec * (trend.toMs - trend.fromMs)) / 1000;
}

/** From 0 at the line's start up to `end` (1 = the strip's edge, where it is cut). */
function visiblePath(trend: TrendLine, x: Scale, end: number): Path {
  const { fromMs, toMs } = trend;
  if (end <= 1) {
    return { x: Float64Array.from([fromMs, toMs, toMs], x), y: Float64Array.of(0, end, 0) };
  }
  const edge = fromMs + (toMs - fromMs) / end;
  return { x: Float64Array.from([fromMs, edge, toMs, toMs], x), y: Float64Array.of(0, 1, 1, 0) };
}

export interface SparkPicture {
  readonly path: Path;
  readonly first: number;
  readonly last: number;
  readonly low: number;
  readonly high: number;
}

/** One further series in small: from 0 to its own highest value. */
export function sparkPicture(line: Line): SparkPicture | undefined {
  const { from, to, top } = extent([line]);
  if (!(to > from)) return undefined;
  const few = downsample(line, 60);
  const max = top > 0 ? top : 1;
  let low = Infinity;
  for (const v of few.value) low = Math.min(low, v);
  return {
    path: { x: few.time.map((t) => (t - from) / (to - from)), y: few.value.map((v) => v / max) },
    first: few.value[0],
    last: few.value[few.value.length - 1],
    low,
    high: top,
  };
}
