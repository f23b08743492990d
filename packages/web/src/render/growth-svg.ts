// The growth chart as SVG: lines in a box of 1000 units that stretches, words and marks in per cent.

import type { Series } from "@heapwright/core/analysis/series/series.ts";
import { type Markup, markup } from "../markup.ts";
import { bytes } from "../numbers.ts";
import { type Chart, PLOT_TOP, points, timeText, valueText } from "./growth-chart.ts";
import { chartLabels } from "./growth-labels.ts";
import { percentOf, perTier } from "./tiers.ts";

const AXIS = 24;

export function mainSvg(chart: Chart): Markup {
  const { ctx, height, yOf, main, companion, picture } = chart;
  const { labels, input } = ctx;
  const grid = picture.yTicks.map(
    (t) => markup`<line class="rule" x1="0" x2="100%" y1="${yOf(t.at)}" y2="${yOf(t.at)}" />`,
  );
  const limitLine =
    picture.limitAt === undefined
      ? ""
      : markup`<line
          class="limit"
          x1="0"
          x2="100%"
          y1="${yOf(picture.limitAt)}"
          y2="${yOf(picture.limitAt)}"
        />`;
  const { trend, forecast } = picture;
  const paths = markup`
    ${forecast === undefined ? "" : markup`<path class="fan" d="${points(forecast.fan, height)}Z" />`}
    ${trend === undefined ? "" : markup`<path class="band" d="${points(trend.band, height)}Z" />`}
    ${picture.companion === undefined ? "" : markup`<path class="v comp" d="${points(picture.companion, height)}" />`}
    <path class="v main" d="${points(picture.main, height)}" />
    ${trend === undefined ? "" : markup`<path class="v fit" d="${points(trend.line, height)}" />`}
    ${trend?.ahead === undefined ? "" : markup`<path class="v ahead" d="${points(trend.ahead, height)}" />`}
    ${forecast === undefined ? "" : markup`<path class="v fore" d="${points(forecast.line, height)}" />`}
  `;
  const cross = forecast?.cross;
  const crossMark =
    cross === undefined || picture.limitAt === undefined
      ? ""
      : markup`<rect
            class="t-fault"
            x="${percentOf(cross.lo)}"
            y="${yOf(picture.limitAt) - 3}"
            width="${percentOf(Math.max(0.002, cross.hi - cross.lo))}"
            height="6"
          /><circle
            class="t-fault"
            cx="${percentOf(cross.x)}"
            cy="${yOf(picture.limitAt)}"
            r="4.5"
          />`;
  const nowLine =
    picture.now >= 0.999
      ? ""
      : markup`<line
          class="now"
          x1="${percentOf(picture.now)}"
          x2="${percentOf(picture.now)}"
          y1="${PLOT_TOP}"
          y2="${PLOT_TOP + height}"
        />`;
  const says = describe(chart, main);
  const also = companion === undefined ? "" : ` ${describe(chart, companion)}`;
  const crossSays = cross === undefined ? "" : ` ${crossText(chart)}.`;
  return markup`<svg
    class="ch"
    height="${PLOT_TOP + height + AXIS}"
    role="img"
    aria-label="${labels.growth}. ${says}${also}${crossSays}"
  >
    <svg
      y="${PLOT_TOP}"
      width="100%"
      height="${height}"
      viewBox="0 0 1000 ${height}"
      preserveAspectRatio="none"
      class="plot"
    >
      ${paths}
    </svg>
    ${grid}
    <line class="axis" x1="0" x2="100%" y1="${yOf(0)}" y2="${yOf(0)}" />
    ${limitLine}${nowLine}${crossMark} ${perTier((tier) => chartLabels(chart, tier))}
    ${picture.yTicks.map((t) => tickLabel(chart, t.at, valueText(main.unit, t.value, input.words)))}
  </svg>`;
}

function tickLabel({ picture, yOf }: Chart, at: number, text: string): Markup {
  // A tick right below the limit's own label would stand in it.
  const isTaken = picture.limitAt !== undefined && Math.abs(yOf(at) - yOf(picture.limitAt)) < 16;
  return isTaken ? markup`` : markup`<text x="0" y="${yOf(at) - 4}" class="s h">${text}</text>`;
}

function crossText(chart: Chart): string {
  const { ctx } = chart;
  const at = chart.forecast?.crossMs;
  if (at === undefined) return "";
  const hi = Number.isFinite(at.hi) ? timeText(chart, at.hi) : "…";
  return ctx.labels.reached(`${timeText(chart, at.value)} [${timeText(chart, at.lo)}, ${hi}]`);
}

function describe(chart: Chart, series: Series): string {
  const { ctx, limit } = chart;
  let first = -1;
  let last = -1;
  for (let i = 0; i < series.time.length; i++) {
    if (!Number.isFinite(series.time[i]) || !Number.isFinite(series.value[i])) continue;
    if (first < 0) first = i;
    last = i;
  }
  const text = (i: number): string =>
    valueText(series.unit, series.value[i] ?? Number.NaN, ctx.input.words);
  return ctx.labels.chartSays({
    name: ctx.labels.series[series.id],
    first: text(first),
    last: text(last),
    from: timeText(chart, series.time[first] ?? Number.NaN),
    to: timeText(chart, series.time[last] ?? Number.NaN),
    limit: limit === undefined || series !== chart.main ? "" : bytes(limit),
  });
}
