// Heap and goal over the time of the trace, with what the collector did beneath on the same clock.

import type {
  Envelope,
  StopStrip,
  TraceTimeline,
} from "@heapwright/core/pictures/trace-timeline.ts";
import { digits } from "@heapwright/core/report/wording.ts";
import { type Markup, markup } from "../../markup.ts";
import { bytes, grouped, short } from "../../numbers.ts";
import { type TextAt, putTexts } from "../growth-labels.ts";
import { percentOf, perTier } from "../tiers.ts";
import { type TraceContext, duration, part, share, size, worstId } from "./context.ts";

/** px: above the plot for its words, of a strip, of its words, between plot and strips, for the clock. */
const TOP = 26;
const STRIP = 22;
const CAPTION = 20;
const GAP = 8;
const AXIS = 22;
/** Units of the stretched drawing. */
const WIDE = 1000;
/** The shortest stop is this high, so that it shows whatever the longest is. */
const LEAST_STOP = 3;

const round = (n: number): number => Math.round(n * 10) / 10;

/** A column's value holds over its whole width; equal neighbours are one line. */
function steps(
  column: (i: number) => number,
  from: number,
  to: number,
  scale: number,
  way: 1 | -1,
): string {
  let out = "";
  let y = Number.NaN;
  const first = way === 1 ? from : to - 1;
  for (let k = 0; k < to - from; k++) {
    const i = first + way * k;
    const next = round(column(i));
    if (next === y) continue;
    const x = round((way === 1 ? i : i + 1) * scale);
    out += Number.isNaN(y) ? `L${x} ${next}` : `H${x}V${next}`;
    y = next;
  }
  return `${out}H${round((way === 1 ? to : from) * scale)}`;
}

/** Stretches of columns in which something is known. */
function runs(known: (i: number) => boolean, columns: number): (readonly [number, number])[] {
  const out: (readonly [number, number])[] = [];
  let from = -1;
  for (let i = 0; i <= columns; i++) {
    const is = i < columns && known(i);
    if (is && from < 0) from = i;
    else if (!is && from >= 0) {
      out.push([from, i]);
      from = -1;
    }
  }
  return out;
}

/** From the highest values forward and back along the lowest. */
function envelopePath({ lo, hi }: Envelope, columns: number, height: number): string {
  const y = (list: Float64Array) => (i: number) => height * (1 - (list[i] ?? 0));
  const scale = WIDE / columns;
  return runs((i) => !Number.isNaN(hi[i] ?? Number.NaN), columns)
    .map(
      ([from, to]) =>
        `M${round(from * scale)} ${round(y(hi)(from))}${steps(y(hi), from, to, scale, 1)}${steps(y(lo), from, to, scale, -1)}Z`,
    )
    .join("");
}

function areaPath(values: Float64Array, top: number, height: number): string {
  const scale = WIDE / values.length;
  const y = (i: number): number => {
    const v = (values[i] ?? 0) / top;
    return v > 0 ? height - Math.max(1, v * height) : height;
  };
  return runs((i) => (values[i] ?? 0) > 0, values.length)
    .map(
      ([from, to]) => `M${round(from * scale)} ${height}${steps(y, from, to, scale, 1)}V${height}Z`,
    )
    .join("");
}

/** A stroke of constant width in every column that a stop touches, however short it was. */
function stopPath({ column, longestNs }: StopStrip, most: number, columns: number): string {
  let out = "";
  for (let i = 0; i < column.length; i++) {
    const high = Math.max(LEAST_STOP, ((longestNs[i] ?? 0) / most) * STRIP);
    out += `M${round((((column[i] ?? 0) + 0.5) * WIDE) / columns)} ${STRIP}v${round(-high)}`;
  }
  return out;
}

interface Strip {
  readonly forms: readonly string[];
  readonly drawn: Markup;
}

function stopForms(
  ctx: TraceContext,
  s: StopStrip,
  long: (n: string, longest: string, total: string) => string,
  less: (n: string, longest: string) => string,
): string[] {
  const n = grouped(s.count);
  const longest = duration(ctx, s.mostNs);
  return [long(n, longest, duration(ctx, s.totalNs)), less(n, longest)];
}

function stripsOf(ctx: TraceContext, t: TraceTimeline): Strip[] {
  const { own, pictures } = ctx;
  const out: Strip[] = [];
  if (pictures.summary.cycles.length > 0) {
    const mean = t.marking.reduce((a, b) => a + b, 0) / t.columns;
    out.push({
      forms: [own.marking(part(ctx, mean, 1))],
      drawn: markup`<path class="marking" d="${areaPath(t.marking, 1, STRIP)}" />`,
    });
  }
  const most = Math.max(t.gcStops.mostNs, t.otherStops.mostNs);
  const stop = (s: StopStrip, forms: readonly string[]): void => {
    out.push({ forms, drawn: markup`<path class="v stop" d="${stopPath(s, most, t.columns)}" />` });
  };
  if (t.gcStops.count > 0)
    stop(t.gcStops, stopForms(ctx, t.gcStops, own.gcStops, own.gcStopsShort));
  if (t.otherStops.count > 0)
    stop(t.otherStops, stopForms(ctx, t.otherStops, own.otherStops, own.otherStopsShort));
  if (t.assists.most > 0) {
    const mostText = short(t.assists.most);
    out.push({
      forms: [
        own.inAssists(mostText, duration(ctx, (t.seconds * 1e9) / t.columns)),
        own.inAssistsShort(mostText),
      ],
      drawn: markup`<path class="as-wall" d="${areaPath(t.assists.wall, t.assists.most, STRIP)}" /><path class="as-cpu" d="${areaPath(t.assists.cpu, t.assists.most, STRIP)}" />`,
    });
  }
  return out;
}

interface HeapWords {
  readonly heap: string;
  /** Longest first. */
  readonly goal: readonly [string, string];
}

function heapWords(ctx: TraceContext, t: TraceTimeline): HeapWords {
  const { own } = ctx;
  const { highest } = t.goal;
  return {
    heap: own.heap(t.heap.highest === undefined ? ctx.terminal.unknown : size(ctx, t.heap.highest)),
    goal:
      highest === undefined
        ? [own.noGoal, own.noGoalShort]
        : [
            (t.goalIsBeyond ? own.goalBeyond : own.goal)(size(ctx, highest)),
            `${own.goalShort(size(ctx, highest))}${t.goalIsBeyond ? " ↑" : ""}`,
          ],
  };
}

function seconds(value: number): string {
  return value === 0 ? "0" : `${digits(value)}\u00a0s`;
}

/** px before a word for the line it names. */
const SWATCH = 18;

export function timelineFigure(
  ctx: TraceContext,
  t: TraceTimeline,
  plot: number,
  /** Where the page has the table that leads there. */
  { withWorst = false }: { readonly withWorst?: boolean } = {},
): Markup {
  const strips = stripsOf(ctx, t);
  const bottom = TOP + plot;
  const stripTop = (i: number): number => bottom + GAP + i * (CAPTION + STRIP) + CAPTION;
  const end = bottom + GAP + strips.length * (CAPTION + STRIP);
  const { heap, goal } = heapWords(ctx, t);
  const hasGoal = t.goal.highest !== undefined;
  const yOf = (fraction: number): number => TOP + plot * (1 - fraction);
  const rows = strips.map((s) => s.forms[0] ?? "").join("; ");
  const label = ctx.own.timelineChart({
    heap,
    goal: goal[0],
    rows: rows === "" ? ctx.own.noStops : rows,
    seconds: duration(ctx, t.seconds * 1e9),
  });
  const bands = t.bands.map(
    (b) =>
      markup`<rect class="mark" x="${percentOf(b.from)}" y="${TOP}" width="${percentOf(Math.max(0.0005, b.to - b.from))}" height="${plot}" />`,
  );
  const texts = (width: number): TextAt[] => {
    const at = (x: number, y: number, className: string, forms: readonly string[]): TextAt => ({
      x,
      y,
      className,
      anchor: x > 0.97 ? "end" : x < 0.03 ? "start" : "middle",
      dx: 0,
      forms,
    });
    const half = goalAt(width);
    return [
      { ...at(0, 14, "b", [heap]), dx: SWATCH },
      { ...at(half, 14, "b", goal), anchor: "start", dx: hasGoal ? SWATCH : 0 },
      ...strips.map((s, i) => at(0, stripTop(i) - 6, "", s.forms)),
      ...t.xTicks.map((x) => at(x.at, end + 16, "s", [seconds(x.value)])),
    ];
  };
  return markup`<figure class="fig">
    <svg class="ch tl" height="${end + AXIS}" role="img" aria-label="${label}">
      ${bands} ${withWorst ? worstWindows(ctx, t, end) : ""}
      ${t.xTicks.map((x) => markup`<line class="rule" x1="${percentOf(x.at)}" x2="${percentOf(x.at)}" y1="${TOP}" y2="${end}" />`)}
      ${t.yTicks.map((y) => markup`<line class="rule" x1="0" x2="100%" y1="${yOf(y.at)}" y2="${yOf(y.at)}" />`)}
      ${stretched(TOP, plot, markup`<path class="v heap" d="${envelopePath(t.heap, t.columns, plot)}" /><path class="v goal" d="${envelopePath(t.goal, t.columns, plot)}" />`)}
      <line class="axis" x1="0" x2="100%" y1="${bottom}" y2="${bottom}" />
      ${strips.map((s, i) => markup`${stretched(stripTop(i), STRIP, s.drawn)}<line class="axis" x1="0" x2="100%" y1="${stripTop(i) + STRIP}" y2="${stripTop(i) + STRIP}" />`)}
      <rect class="heap" x="0" y="6" width="12" height="8" />
      ${perTier(({ width }) => markup`${hasGoal ? goalSwatch(width) : ""}${putTexts(texts(width), width)}`)}
      ${t.yTicks.map((y) => markup`<text x="0" y="${yOf(y.at) - 4}" class="s h">${bytes(y.value)}</text>`)}
    </svg>
  </figure>`;
}

/** However short the window: what the page jumped to has to be seen. */
const LEAST_WINDOW = 0.003;

/** The window of each length in which the least was left; seen once it is the target of a link. */
function worstWindows(ctx: TraceContext, t: TraceTimeline, end: number): Markup {
  const rows = (ctx.pictures.summary.mmu ?? []).flatMap((row) => {
    if (row.worstAtNs === null) return [];
    const width = Math.max(LEAST_WINDOW, row.windowNs / 1e9 / t.seconds);
    const from = Math.max(0, Math.min(1 - width, row.worstAtNs / 1e9 / t.seconds));
    const says = ctx.own.worstIs({
      window: duration(ctx, row.windowNs),
      at: `${(row.worstAtNs / 1e9).toFixed(3)}\u00a0s`,
      left: share(ctx, row.utilisation),
    });
    return [
      markup`<g class="worst" id="${worstId(ctx, row.windowNs)}"><title>${says}</title><rect x="${percentOf(from)}" width="${percentOf(width)}" y="${TOP}" height="${end - TOP}" /></g>`,
    ];
  });
  return markup`${rows}`;
}

/** Where the words of the goal begin. */
const goalAt = (width: number): number => (width < 500 ? 0.54 : 0.34);

function goalSwatch(width: number): Markup {
  return markup`<svg x="${percentOf(goalAt(width))}" y="8" width="12" height="6" overflow="visible" aria-hidden="true"
    ><line class="goal" x1="0" x2="12" y1="2" y2="2"
  /></svg>`;
}

function stretched(y: number, height: number, drawn: Markup): Markup {
  return markup`<svg y="${y}" width="100%" height="${height}" viewBox="0 0 ${WIDE} ${height}" preserveAspectRatio="none" class="plot" aria-hidden="true">${drawn}</svg>`;
}
