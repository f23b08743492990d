// HOW IT GROWS: which series decides, its line with limits, the peak that the limit counts, the forecast,
// and what the line leaves over. Further series stand beside it in small.

import type { Series, SeriesId } from "@heapwright/core/analysis/series/series.ts";
import {
  type Forecast,
  type GrowthLine,
  type TrendLine,
  growthPicture,
} from "@heapwright/core/pictures/growth-chart.ts";
import { trendOfSeries } from "@heapwright/core/pictures/trend-of-series.ts";
import type { CauseId } from "@heapwright/core/rules/causes.ts";
import { type Markup, markup } from "../markup.ts";
import { date, isSameDay } from "../time.ts";
import { type Context, heading } from "./context.ts";
import { type Chart, PLOT_TOP } from "./growth-chart.ts";
import { numbersTable, restFigure, sparks } from "./growth-rest.ts";
import { mainSvg } from "./growth-svg.ts";
import { leadVerdict } from "./verdict.ts";

/** Tall where something grows, low where nothing does. */
const PLOT_FAULT = 250;
const PLOT_CALM = 150;

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
