// HOW IT GROWS: the series that decides, its line with limits, the peak that the limit counts, the
// forecast, and what the line leaves over. Further series stand beside it in small.

import type { Series, SeriesId } from "@heapwright/core/analysis/series/series.ts";
import type { Wording } from "@heapwright/core/model/message.ts";
import type { Quantity } from "@heapwright/core/model/quantity.ts";
import {
  type Estimate,
  type Forecast,
  type GrowthLine,
  type GrowthPicture,
  type Path,
  type SparkPicture,
  type TrendLine,
  growthPicture,
  sparkPicture,
} from "@heapwright/core/pictures/growth-chart.ts";
import { textWidth } from "@heapwright/core/pictures/text-width.ts";
import { trendOfSeries } from "@heapwright/core/pictures/trend-of-series.ts";
import type { CauseId } from "@heapwright/core/rules/causes.ts";
import { type Markup, markup } from "../markup.ts";
import { bytes, grouped, percent, short } from "../numbers.ts";
import { clock, date, isSameDay, sinceStart, tick } from "../time.ts";
import { type Context, heading } from "./context.ts";
import { type Tier, percentOf, perTier } from "./tiers.ts";
import { leadVerdict } from "./verdict.ts";

const FONT = 12;
const PLOT_TOP = 24;
/** Tall where something grows, low where nothing does. */
const PLOT_FAULT = 250;
const PLOT_CALM = 150;
const AXIS = 24;
const REST_HEIGHT = 84;

/** The series that shows a cause best; the first one that exists is drawn large. */
const SERIES_OF_CAUSE: Readonly<Partial<Record<CauseId, readonly SeriesId[]>>> = {
  "goroutine-leak": ["goroutines"],
  "native-growth": ["native", "rss-anon", "rss"],
  "page-cache": ["container-charge", "rss"],
  "scavenger-lag": ["rss", "go-total"],
  fragmentation: ["rss", "go-total"],
};
const SERIES_ORDER: readonly SeriesId[] = [
  "marked",
  "heap-alloc",
  "go-total",
  "rss-anon",
  "rss",
  "container-charge",
  "goroutines",
];
const COMPANIONS: Readonly<Partial<Record<SeriesId, readonly SeriesId[]>>> = {
  marked: ["peak", "goal"],
  "heap-alloc": ["peak", "goal"],
  rss: ["go-total"],
  "rss-anon": ["go-total"],
  native: ["rss-anon", "rss"],
  "container-charge": ["rss"],
};

interface Chosen {
  readonly main: Series;
  readonly companion: Series | undefined;
}

function isDrawable(s: Series): boolean {
  let first = Number.NaN;
  for (let i = 0; i < s.time.length; i++) {
    const t = s.time[i] ?? Number.NaN;
    if (!Number.isFinite(t) || !Number.isFinite(s.value[i])) continue;
    if (Number.isNaN(first)) first = t;
    else if (t !== first) return true;
  }
  return false;
}

function choose(ctx: Context): Chosen | undefined {
  const { process, pictures } = ctx;
  const drawable = process.series.filter(isDrawable);
  const find = (ids: readonly SeriesId[]): Series | undefined => {
    for (const id of ids) {
      const found = drawable.find((s) => s.id === id);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const cause = leadVerdict(ctx)?.cause;
  const lines = pictures.trends ?? [];
  const wanted = [
    ...(cause === undefined ? [] : (SERIES_OF_CAUSE[cause] ?? [])),
    ...lines.map((t) => t.of).filter((of) => of !== "peak"),
    ...SERIES_ORDER,
  ];
  const main = find(wanted) ?? drawable[0];
  if (main === undefined) return undefined;
  const forecast = pictures.forecast?.of;
  const companions: SeriesId[] = [
    ...(forecast === undefined || forecast === main.id ? [] : [forecast]),
    ...(COMPANIONS[main.id] ?? []),
  ];
  const companion = find(companions);
  const fits =
    companion !== undefined && companion.unit === main.unit && companion.clock === main.clock;
  return { main, companion: fits && companion !== main ? companion : undefined };
}

const lineOf = (s: Series): GrowthLine => ({
  id: s.id,
  unit: s.unit,
  time: s.time,
  value: s.value,
});

/** A value of a series, in words. */
function valueText(unit: Series["unit"], value: number, w: Wording): string {
  if (unit === "bytes") return bytes(value);
  if (unit === "fraction") return `${percent(value)}\u00a0%`;
  if (unit === "count") return grouped(value);
  return unit === "1/s" ? `${short(value)}/s` : w.count(value);
}

export function growthSection(ctx: Context): Markup | undefined {
  const { labels, process, prefix } = ctx;
  const chosen = choose(ctx);
  if (chosen === undefined) return undefined;
  const { main, companion } = chosen;
  const limit = main.unit === "bytes" ? process.service.limit?.value : undefined;
  const trends = trendsOf(ctx, chosen);
  const forecast = forecastOf(ctx, chosen);
  const picture = growthPicture({
    main: lineOf(main),
    companion: companion === undefined ? undefined : lineOf(companion),
    trends,
    limit,
    forecast,
  });
  if (picture === undefined) return undefined;
  const height = leadVerdict(ctx) === undefined ? PLOT_CALM : PLOT_FAULT;
  const yOf = (fraction: number): number => PLOT_TOP + height * (1 - fraction);
  const chart: Chart = { ctx, height, yOf, main, companion, picture, limit, trends, forecast };
  const others = process.series.filter((s) => s !== main && s !== companion && isDrawable(s));
  return markup`<section id="${prefix}growth">
    <div class="row">
      <div>
        ${heading(ctx, 1, labels.growth)}
        <p class="say">
          <b>${labels.series[main.id]}</b>${
            companion === undefined
              ? ""
              : markup`,
                ${labels.series[companion.id]}${companion.id === "peak" ? markup` (${labels.limitCounts})` : ""}`
          }
        </p>
        <p class="say i">${main.clock === "wall" ? dayOf(chart) : labels.sinceStart}</p>
      </div>
      <div>
        <figure class="fig">${mainSvg(chart)}</figure>
        ${restFigure(chart)} ${numbersTable(chart)} ${sparks(ctx, others)}
      </div>
    </div>
  </section>`;
}

interface Chart {
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

function trendsOf({ pictures }: Context, { main, companion }: Chosen): readonly TrendLine[] {
  if (pictures.trends !== undefined) return pictures.trends;
  const found = [main, ...(companion === undefined ? [] : [companion])].map(trendOfSeries);
  return found.filter((t) => t !== undefined);
}

/**
 * The verdict says how long is left; the chart shows the same. It holds for what the limit counts: the
 * peak where it is drawn, else the series itself.
 */
function forecastOf(ctx: Context, { main, companion }: Chosen): Forecast | undefined {
  if (ctx.pictures.forecast !== undefined) return ctx.pictures.forecast;
  for (const fact of leadVerdict(ctx)?.facts ?? []) {
    const left = fact.params["left"];
    if (typeof left !== "object" || left.unit !== "s" || !(left.value > 0)) continue;
    let end = -Infinity;
    for (const t of main.time) if (Number.isFinite(t)) end = Math.max(end, t);
    const at = (seconds: number): number => end + seconds * 1000;
    return {
      of: companion?.id === "peak" ? "peak" : main.id,
      crossMs: { value: at(left.value), lo: at(left.lo), hi: at(left.hi) },
    };
  }
  return undefined;
}

function dayOf({ ctx, picture }: Chart): string {
  const { lang } = ctx.input;
  const from = date(picture.fromMs, lang);
  const end = picture.fromMs + (picture.toMs - picture.fromMs) * picture.now;
  const to = date(end, lang);
  return `${isSameDay(picture.fromMs, end) ? from : ctx.labels.fromTo(from, to)}, ${ctx.labels.utc}`;
}

function timeText({ ctx, main, picture }: Chart, ms: number): string {
  if (main.clock === "process") return sinceStart(ms);
  const span = picture.toMs - picture.fromMs;
  return span >= 2 * 86_400_000
    ? `${tick(ms, span, ctx.input.lang)} ${clock(ms)}`
    : clock(ms, span < 180_000);
}

/** Points in a box of 1000 × `height`, y downwards from `top`. */
function points(path: Path, height: number, top = 0): string {
  let out = "";
  for (let i = 0; i < path.x.length; i++) {
    const x = Math.round((path.x[i] ?? 0) * 10_000) / 10;
    const y = Math.round((top + height * (1 - (path.y[i] ?? 0))) * 10) / 10;
    out += `${i === 0 ? "M" : "L"}${x} ${y}`;
  }
  return out;
}

function mainSvg(chart: Chart): Markup {
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

/** A line of words: its class and its forms, longest first. */
type Words = readonly [string, readonly string[]];

/** px between two lines of words. */
const STEP = 15;

interface TextAt {
  readonly x: number;
  readonly y: number;
  readonly className: string;
  readonly anchor: "start" | "end" | "middle";
  readonly dx: number;
  /** Longest first; "" never. */
  readonly forms: readonly string[];
}

interface Box {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** Puts texts in order of importance; one that would touch another tries its shorter form, then goes. */
function putTexts(texts: readonly TextAt[], width: number): Markup[] {
  const taken: Box[] = [];
  const out: Markup[] = [];
  for (const t of texts) {
    const isBold = /\b[bf]\b/.test(t.className);
    const px = t.className.includes("s") && !isBold ? 11 : FONT;
    for (const form of t.forms) {
      const w = textWidth(form, px, isBold);
      const start =
        t.x * width + t.dx - (t.anchor === "end" ? w : t.anchor === "middle" ? w / 2 : 0);
      const box = { x0: start, x1: start + w, y0: t.y - 10, y1: t.y + 3 };
      if (box.x0 < -0.5 || box.x1 > width + 0.5) continue;
      const isHit = taken.some(
        (o) => box.x0 < o.x1 + 6 && box.x1 > o.x0 - 6 && box.y0 < o.y1 && box.y1 > o.y0,
      );
      if (isHit) continue;
      taken.push(box);
      const anchor = t.anchor === "end" ? " e" : t.anchor === "middle" ? " c" : "";
      const dx = t.dx === 0 ? "" : markup` dx="${t.dx}"`;
      out.push(
        markup`<text x="${percentOf(t.x)}" y="${t.y}" ${dx} class="h ${t.className}${anchor}"
          >${form}</text
        >`,
      );
      break;
    }
  }
  return out;
}

/** y fraction of a path at x, linear between its points. */
function pathAt(path: Path, x: number): number {
  const n = path.x.length;
  for (let i = 1; i < n; i++) {
    const x1 = path.x[i] ?? 0;
    if (x1 < x) continue;
    const x0 = path.x[i - 1] ?? 0;
    const y0 = path.y[i - 1] ?? 0;
    const y1 = path.y[i] ?? 0;
    return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
  }
  return path.y[n - 1] ?? 0;
}

/** Highest and lowest y of a path between two x. */
function pathRange(path: Path, from: number, to: number): { low: number; high: number } {
  let low = Math.min(pathAt(path, from), pathAt(path, to));
  let high = Math.max(pathAt(path, from), pathAt(path, to));
  for (let i = 0; i < path.x.length; i++) {
    const x = path.x[i] ?? 0;
    if (x < from || x > to) continue;
    low = Math.min(low, path.y[i] ?? 0);
    high = Math.max(high, path.y[i] ?? 0);
  }
  return { low, high };
}

function chartLabels(chart: Chart, { width }: Tier): Markup {
  const { ctx, height, yOf, main, picture, limit } = chart;
  const { labels, input } = ctx;
  const texts: TextAt[] = [];
  if (limit !== undefined) {
    const y = picture.limitAt === undefined ? PLOT_TOP - 9 : yOf(picture.limitAt) - 7;
    const text = bytes(limit);
    const form = picture.limitAt === undefined ? labels.beyondPicture(text) : labels.limitIs(text);
    texts.push({
      x: 0,
      y,
      className: "b",
      anchor: "start",
      dx: 0,
      forms: [form, labels.limitIs(text)],
    });
  }
  const cross = picture.forecast?.cross;
  const at = chart.forecast?.crossMs;
  if (cross !== undefined && at !== undefined && picture.limitAt !== undefined) {
    const range = `[${timeText(chart, at.lo)}, ${Number.isFinite(at.hi) ? timeText(chart, at.hi) : "…"}]`;
    const time = timeText(chart, at.value);
    texts.push({
      x: 1,
      y: yOf(picture.limitAt) - 9,
      className: "f",
      anchor: "end",
      dx: 0,
      forms: [labels.reached(`${time} ${range}`), `${time} ${range}`, time],
    });
  } else if (picture.forecast !== undefined && at !== undefined) {
    const end = picture.fromMs + (picture.toMs - picture.fromMs) * picture.now;
    const last = picture.forecast.line.y[1] ?? 0;
    texts.push({
      x: 1,
      y: Math.max(PLOT_TOP - 8, yOf(last) - 10),
      className: "f",
      anchor: "end",
      dx: 0,
      forms: [`${labels.reachedIn(input.words.duration((at.value - end) / 1000))} →`],
    });
  }
  if (picture.now < 0.999) {
    const now = picture.fromMs + (picture.toMs - picture.fromMs) * picture.now;
    texts.push({
      x: picture.now,
      y: yOf(0) - 7,
      className: "",
      anchor: "start",
      dx: 6,
      forms: [labels.observedTo(timeText(chart, now)), timeText(chart, now)],
    });
  }
  texts.push(...seriesLabels(chart, width));
  const { trend } = picture;
  if (trend?.aheadValue !== undefined && trend.ahead !== undefined && main.unit === "bytes") {
    texts.push({
      x: 1,
      y: yOf(trend.ahead.y[1] ?? 0) - 10,
      className: "b",
      anchor: "end",
      dx: 0,
      forms: [labels.atTheLimit(bytes(trend.aheadValue)), bytes(trend.aheadValue)],
    });
  }
  for (const t of picture.xTicks) {
    texts.push({
      x: t.at,
      y: PLOT_TOP + height + 17,
      className: "s",
      anchor: t.at > 0.97 ? "end" : t.at < 0.03 ? "start" : "middle",
      dx: 0,
      forms: [tickText(chart, t.value)],
    });
  }
  return markup`${putTexts(texts, width)}`;
}

function tickText({ ctx, main, picture }: Chart, ms: number): string {
  return main.clock === "process"
    ? sinceStart(ms)
    : tick(ms, picture.toMs - picture.fromMs, ctx.input.lang);
}

/** Two lines of words beside the last observed point of each series, on the side away from the other. */
function seriesLabels(chart: Chart, width: number): TextAt[] {
  const { ctx, yOf, main, companion, picture } = chart;
  const { labels, input } = ctx;
  // On a narrow picture a long name would run through its own line.
  const names = width < 500 ? labels.seriesShort : labels.series;
  const right = Math.min(1, picture.now) - 6 / width;
  const share = Math.min(right, (width < 500 ? 120 : 200) / width);
  const own = pathRange(picture.main, right - share, right);
  const last = (picture.main.y[picture.main.y.length - 1] ?? 0) * picture.max;
  const value = valueText(main.unit, last, input.words);
  const rate = rateText(chart, input.words);
  const lines: Words[] = [["b", [`${names[main.id]} ${value}`, value]]];
  if (rate !== "") lines.push(["", [rate, rate.replace(/\s*\[.*$/, "")]]);
  const out: TextAt[] = [];
  const put = (y: number, list: readonly Words[]): void => {
    list.forEach(([className, forms], i) => {
      out.push({ x: right, y: y + STEP * i, className, anchor: "end", dx: 0, forms });
    });
  };
  const above = (high: number, list: readonly Words[]): void =>
    put(Math.max(PLOT_TOP + 12, yOf(high) - 10 - STEP * (list.length - 1)), list);
  const below = (low: number, list: readonly Words[]): void =>
    put(Math.min(yOf(0) - 8 - STEP * (list.length - 1), yOf(low) + 18), list);
  if (picture.companion === undefined || companion === undefined) {
    above(own.high, lines);
    return out;
  }
  const other = pathRange(picture.companion, right - share, right);
  const otherLines: Words[] = [["b", [names[companion.id]]]];
  if (companion.id === "peak") otherLines.push(["", [labels.limitCounts]]);
  if (other.high < own.high) {
    above(own.high, lines);
    below(other.low, otherLines);
    return out;
  }
  above(other.high, otherLines);
  if (yOf(own.high) - yOf(other.low) > 15 + STEP * lines.length) above(own.high, lines);
  else below(own.low, lines);
  return out;
}

function rateQuantity(rate: Estimate, main: Series): Quantity {
  return {
    ...rate,
    unit: main.unit === "bytes" ? "bytes/s" : "1/s",
    grade: "estimated",
    basis: main.basis,
    evidence: [],
  };
}

function rateWords(perSec: number, main: Series, w: Wording): string {
  return w.value(rateQuantity({ value: perSec, lo: perSec, hi: perSec }, main));
}

/** The slope of the line in words; where none was seen it is called level. */
function rateText({ ctx, main, trends }: Chart, w: Wording): string {
  const trend = trends.find((t) => t.of === main.id);
  if (trend === undefined) return "";
  const { value, lo, hi } = trend.perSec;
  const text = w.full(rateQuantity({ value, lo, hi }, main));
  return lo <= 0 && hi >= 0 ? `${ctx.labels.level}, ${text}` : text;
}

function restFigure(chart: Chart): Markup | undefined {
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
function numbersTable(chart: Chart): Markup {
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

function sparks(ctx: Context, series: readonly Series[]): Markup | undefined {
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
