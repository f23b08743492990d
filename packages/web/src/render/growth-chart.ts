// What the parts of the growth section share: the chart's data and its words for values and times.

import type { Series } from "@heapwright/core/analysis/series/series.ts";
import type { Wording } from "@heapwright/core/model/message.ts";
import type { Quantity } from "@heapwright/core/model/quantity.ts";
import type {
  Estimate,
  Forecast,
  GrowthPicture,
  Path,
  TrendLine,
} from "@heapwright/core/pictures/growth-chart.ts";
import { bytes, grouped, percent, short } from "../numbers.ts";
import { clock, sinceStart, tick } from "../time.ts";
import type { Context } from "./context.ts";

/** px above the plot, for the limit's own line of words. */
export const PLOT_TOP = 24;

export interface Chart {
  readonly ctx: Context;
  /** Height of the plot, px. */
  readonly height: number;
  /** y in px of a fraction of the plot. */
  readonly yOf: (fraction: number) => number;
  readonly main: Series;
  readonly companion: Series | undefined;
  readonly picture: GrowthPicture;
  readonly limit: number | undefined;
  readonly trends: readonly TrendLine[];
  readonly forecast: Forecast | undefined;
}

/** A value of a series, in words. */
export function valueText(unit: Series["unit"], value: number, w: Wording): string {
  if (unit === "bytes") return bytes(value);
  if (unit === "fraction") return `${percent(value)}\u00a0%`;
  if (unit === "count") return grouped(value);
  return unit === "1/s" ? `${short(value)}/s` : w.count(value);
}

export function timeText({ ctx, main, picture }: Chart, ms: number): string {
  if (main.clock === "process") return sinceStart(ms);
  const span = picture.toMs - picture.fromMs;
  return span >= 2 * 86_400_000
    ? `${tick(ms, span, ctx.input.lang)} ${clock(ms)}`
    : clock(ms, span < 180_000);
}

export function tickText({ ctx, main, picture }: Chart, ms: number): string {
  return main.clock === "process"
    ? sinceStart(ms)
    : tick(ms, picture.toMs - picture.fromMs, ctx.input.lang);
}

/** Points in a box of 1000 × `height`, y downwards from `top`. */
export function points(path: Path, height: number, top = 0): string {
  let out = "";
  for (let i = 0; i < path.x.length; i++) {
    const x = Math.round((path.x[i] ?? 0) * 10_000) / 10;
    const y = Math.round((top + height * (1 - (path.y[i] ?? 0))) * 10) / 10;
    out += `${i === 0 ? "M" : "L"}${x} ${y}`;
  }
  return out;
}

export function rateQuantity(rate: Estimate, main: Series): Quantity {
  return {
    ...rate,
    unit: main.unit === "bytes" ? "bytes/s" : "1/s",
    grade: "estimated",
    basis: main.basis,
    evidence: [],
  };
}

export function rateWords(perSec: number, main: Series, w: Wording): string {
  return w.value(rateQuantity({ value: perSec, lo: perSec, hi: perSec }, main));
}

/** The slope of the line in words; where none was seen it is called level. */
export function rateText({ ctx, main, trends }: Chart, w: Wording): string {
  const trend = trends.find((t) => t.of === main.id);
  if (trend === undefined) return "";
  const { value, lo, hi } = trend.perSec;
  const text = w.full(rateQuantity({ value, lo, hi }, main));
  return lo <= 0 && hi >= 0 ? `${ctx.labels.level}, ${text}` : text;
}
