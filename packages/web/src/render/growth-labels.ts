// Words in the growth chart: put in order of importance, shortened or left out where they would touch.

import { type Path } from "@heapwright/core/pictures/growth-chart.ts";
import { textWidth } from "@heapwright/core/pictures/text-width.ts";
import { type Markup, markup } from "../markup.ts";
import { bytes } from "../numbers.ts";
import { type Chart, PLOT_TOP, rateText, tickText, timeText, valueText } from "./growth-chart.ts";
import { type Tier, percentOf } from "./tiers.ts";

const FONT = 12;

/** A line of words: its class and its forms, longest first. */
type Words = readonly [string, readonly string[]];

/** px between two lines of words. */
const STEP = 15;

export interface TextAt {
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
export function putTexts(texts: readonly TextAt[], width: number): Markup[] {
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

export function chartLabels(chart: Chart, { width }: Tier): Markup {
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
