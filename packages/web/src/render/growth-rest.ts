// Below the growth chart: what the line leaves over, the numbers as a table, and further series in small.

import type { Series } from "@heapwright/core/analysis/series/series.ts";
import {
  type Path,
  type SparkPicture,
  sparkPicture,
} from "@heapwright/core/pictures/growth-chart.ts";
import { type Markup, markup } from "../markup.ts";
import { grouped } from "../numbers.ts";
import { clock, sinceStart } from "../time.ts";
import type { Context } from "./context.ts";
import { type Chart, points, rateWords, valueText } from "./growth-chart.ts";
import { type TextAt, putTexts } from "./growth-labels.ts";
import { perTier } from "./tiers.ts";

const REST_HEIGHT = 84;

export function restFigure(chart: Chart): Markup | undefined {
  const { ctx, main, picture } = chart;
  const { residual } = picture;
  if (residual === undefined) return undefined;
  const { labels, input } = ctx;
  const half = valueText(main.unit, residual.half, input.words);
  const mid = REST_HEIGHT / 2;
  const dots: Markup[] = [];
  for (let i = 0; i < residual.points.x.length; i++) {
    const x = Math.round((residual.points.x[i] ?? 0) * 10_000) / 10;
    const y = Math.round((mid - (residual.points.y[i] ?? 0) * (mid - 4)) * 10) / 10;
    dots.push(markup`M${x} ${y}h0`);
  }
  const strip = (path: Path): string =>
    points({ x: path.x, y: path.y.map((v) => (v * (mid - 4) + mid) / REST_HEIGHT) }, REST_HEIGHT);
  const { visible } = residual;
  const line = chart.trends.find((t) => t.of === main.id);
  const seen =
    visible === undefined || line?.visiblePerSec === undefined
      ? undefined
      : labels.wouldBeSeen(rateWords(line.visiblePerSec, main, input.words));
  const beyond =
    residual.beyond === 0 ? "" : `, ${labels.restBeyond(input.words.count(residual.beyond))}`;
  const mark = (x: number, y: number, anchor: TextAt["anchor"], text: string): TextAt => ({
    x,
    y,
    anchor,
    className: "s",
    dx: 0,
    forms: [text],
  });
  const marks = [
    mark(0, 11, "start", `+${half}`),
    mark(0, REST_HEIGHT - 2, "start", `−${half}`),
    ...(seen === undefined ? [] : [mark(1, 11, "end", seen)]),
  ];
  return markup`<figure class="rest">
    <figcaption class="cap">
      ${labels.rest} <span class="i">± ${half}; ${labels.restSays}${beyond}</span>
    </figcaption>
    <svg
      class="ch"
      height="${REST_HEIGHT}"
      role="img"
      aria-label="${labels.rest}, ± ${half}${seen === undefined ? "" : `. ${seen}`}"
    >
      <svg
        width="100%"
        height="${REST_HEIGHT}"
        viewBox="0 0 1000 ${REST_HEIGHT}"
        preserveAspectRatio="none"
      >
        ${visible === undefined ? "" : markup`<path class="wedge" d="${strip(visible)}Z" />`}
        <path class="band" d="${strip(residual.band)}Z" />
        <path class="v fit" d="M0 ${mid}H1000" />
        <path class="v dots" d="${dots}" />
      </svg>
      ${perTier(({ width }) => markup`${putTexts(marks, width)}`)}
    </svg>
  </figure>`;
}

/** The chart as a table: every point up to 12, then a sample of them. */
export function numbersTable(chart: Chart): Markup {
  const { ctx, main, companion } = chart;
  const { labels, input } = ctx;
  const rows: number[] = [];
  const n = main.time.length;
  const step = Math.max(1, (n - 1) / 11);
  for (let k = 0; Math.round(k * step) < n && rows.length < 12; k++)
    rows.push(Math.round(k * step));
  const nearest = (s: Series, ms: number): number => {
    let best = 0;
    for (let i = 1; i < s.time.length; i++) {
      if (Math.abs((s.time[i] ?? 0) - ms) < Math.abs((s.time[best] ?? 0) - ms)) best = i;
    }
    return s.value[best] ?? Number.NaN;
  };
  const cycles = main.cycle;
  const body = rows.map((i) => {
    const ms = main.time[i] ?? Number.NaN;
    const cycle = cycles?.[i] ?? Number.NaN;
    const time = main.clock === "process" ? sinceStart(ms) : clock(ms, true);
    return markup`<tr>
      <th scope="row">${time}</th>
      ${cycles === undefined ? "" : markup`<td class="n">${Number.isNaN(cycle) ? "" : grouped(cycle)}</td>`}
      <td class="n">${valueText(main.unit, main.value[i] ?? Number.NaN, input.words)}</td>
      ${companion === undefined ? "" : markup`<td class="n">${valueText(companion.unit, nearest(companion, ms), input.words)}</td>`}
    </tr>`;
  });
  return markup`<details class="nums">
    <summary>${labels.numbers}</summary>
    <table>
      <caption class="vh">
        ${labels.series[main.id]}
      </caption>
      <thead>
        <tr>
          <th scope="col">${labels.time}</th>
          ${cycles === undefined ? "" : markup`<th scope="col" class="n">${labels.cycle("")}</th>`}
          <th scope="col" class="n">${labels.series[main.id]}</th>
          ${companion === undefined ? "" : markup`<th scope="col" class="n">${labels.series[companion.id]}</th>`}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </details>`;
}

export function sparks(ctx: Context, series: readonly Series[]): Markup | undefined {
  const { labels, input } = ctx;
  const figures: Markup[] = [];
  for (const s of series.slice(0, 8)) {
    const picture = sparkPicture({ time: s.time, value: s.value });
    if (picture === undefined) continue;
    figures.push(
      sparkFigure(
        labels.series[s.id],
        picture,
        (v) => valueText(s.unit, v, input.words),
        labels.fromTo,
      ),
    );
  }
  if (figures.length === 0) return undefined;
  return markup`<div class="sparks">${figures}</div>`;
}

function sparkFigure(
  name: string,
  picture: SparkPicture,
  text: (value: number) => string,
  fromTo: (a: string, b: string) => string,
): Markup {
  const [first, last] = [text(picture.first), text(picture.last)];
  const says = first === last ? first : fromTo(first, last);
  return markup`<figure class="spark">
    <figcaption><b>${name}</b> <span class="i">${says}</span></figcaption>
    <svg class="ch" height="44" role="img" aria-label="${name}: ${says}">
      <svg width="100%" height="44" viewBox="0 0 1000 44" preserveAspectRatio="none">
        <path class="v axis" d="M0 43.5H1000" />
        <path class="v comp" d="${points(picture.path, 38, 4)}" />
      </svg>
    </svg>
  </figure>`;
}
