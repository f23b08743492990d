// Bursts: the marked heap goes up together with the number of goroutines, and comes down again.
//
// The marked heap is known at ends of cycles only, so a burst is dated by its first high cycle; after
// it the next cycle may be long in coming (a goal set at the peak), and the level shown stays high.
// Onsets are therefore what is compared with goroutines and requests, not the time spent up there.
//
// How it can mislead: idle keep-alive connections stay as goroutines after a burst, so goroutine counts
// of two phases are compared at each onset only. Work that starts many goroutines and holds its memory
// for other reasons looks the same.

import type { ProcessEvidence } from "../evidence/process.ts";
import type { SeriesSet } from "./series/build.ts";
import type { Series } from "./series/series.ts";

export interface Burst {
  readonly startMs: number;
  readonly peak: number;
  readonly goroutinesBefore: number;
  readonly goroutinesPeak: number;
  /** Requests per second, NaN without a request counter. */
  readonly rateBefore: number;
  readonly ratePeak: number;
  /** A low cycle came after it. */
  readonly ended: boolean;
  /** Between two of its cycles goroutines went on rising by half or more while the heap did not. */
  readonly saturated: boolean;
}

export interface Bursts {
  /** Marked bytes between bursts and at the top of a typical one. */
  readonly base: number;
  readonly peak: number;
  readonly list: readonly Burst[];
  readonly seconds: number;
  readonly evidence: readonly string[];
}

/** Share of the way from base to peak. Between the two a burst neither begins nor ends. */
const HIGH = 0.6;
const LOW = 0.35;

/** Undefined without both series on the wall clock. */
export function burstsOf(
  p: ProcessEvidence,
  series: SeriesSet,
  counter: string | undefined,
): Bursts | undefined {
  const marked = series.marked;
  const count = series.goroutines;
  if (marked === undefined || count === undefined) return undefined;
  if (marked.clock !== "wall" || count.clock !== "wall" || count.time.length < 20) return undefined;
  const from = count.time[0] ?? NaN;
  const to = count.time[count.time.length - 1] ?? NaN;
  const rows = within(marked, from, to);
  if (rows.length < 8) return undefined;
  const sorted = rows.map((i) => marked.value[i] ?? 0).toSorted((a, b) => a - b);
  const base = sorted[Math.floor(sorted.length * 0.2)] ?? 0;
  const peak = sorted[Math.floor((sorted.length - 1) * 0.95)] ?? 0;
  const step = (to - from) / (count.time.length - 1);
  const requests = counter === undefined ? [] : pointsOf(p, counter);
  const list: Burst[] = [];
  let isHigh = false;
  let lowSince = from;
  let open: { startMs: number; peak: number; lowMs: number; rows: number[] } | undefined;
  const close = (endMs: number, ended: boolean) => {
    if (open === undefined) return;
    const before = Math.max(from, open.startMs - Math.max(10 * step, open.lowMs));
    const until = Math.max(endMs, open.startMs + 10 * step);
    const goroutinesBefore = extreme(count, before, open.startMs, Math.min);
    list.push({
      startMs: open.startMs,
      peak: open.peak,
      goroutinesBefore,
      goroutinesPeak: extreme(count, open.startMs - step, until, Math.max),
      rateBefore: rateIn(requests, before, open.startMs - 3 * step),
      ratePeak: fastest(requests, open.startMs - 2 * step, until, 4 * step),
      ended,
      saturated: isSaturated(marked, count, open.rows, open.peak, goroutinesBefore),
    });
    open = undefined;
  };
  for (const i of rows) {
    const value = marked.value[i] ?? 0;
    const at = marked.time[i] ?? NaN;
    if (!isHigh && value >= base + HIGH * (peak - base)) {
      isHigh = true;
      open = { startMs: at, peak: value, lowMs: at - lowSince, rows: [i] };
    } else if (isHigh && value <= base + LOW * (peak - base)) {
      isHigh = false;
      lowSince = at;
      close(at, true);
    } else if (open !== undefined) {
      open.peak = Math.max(open.peak, value);
      open.rows.push(i);
    }
  }
  close(to, false);
  return {
    base,
    peak,
    list,
    seconds: (to - from) / 1000,
    evidence: [...marked.evidence.slice(0, 1), ...count.evidence.slice(0, 1)],
  };
}

function within(s: Series, from: number, to: number): number[] {
  const rows: number[] = [];
  for (let i = 0; i < s.time.length; i++) {
    const t = s.time[i] ?? NaN;
    if (t >= from && t <= to) rows.push(i);
  }
  return rows;
}

function extreme(s: Series, from: number, to: number, pick: (...x: number[]) => number): number {
  let best = NaN;
  for (let i = 0; i < s.time.length; i++) {
    const t = s.time[i] ?? NaN;
    if (t < from || t > to) continue;
    const v = s.value[i] ?? NaN;
    best = Number.isNaN(best) ? v : pick(best, v);
  }
  return best;
}

/**
 * A bound shows where requests pile up before it and memory does not. The earlier cycle takes the next
 * goroutine count and the later one the last, so that a quick rise between two counts is no pile.
 */
function isSaturated(
  marked: Series,
  count: Series,
  rows: readonly number[],
  peak: number,
  before: number,
): boolean {
  for (const [k, i] of rows.entries()) {
    const value = marked.value[i] ?? 0;
    if (value < 0.8 * peak) continue;
    const at = count.time.findIndex((t) => t >= (marked.time[i] ?? Infinity));
    const more = (count.value[at] ?? NaN) - before;
    if (!(more >= 1)) continue;
    for (const j of rows.slice(k + 1)) {
      if ((marked.value[j] ?? Infinity) > 1.1 * value) continue;
      const last = count.time.findLastIndex((t) => t <= (marked.time[j] ?? -Infinity));
      if ((count.value[last] ?? 0) - before >= 1.5 * more) return true;
    }
  }
  return false;
}

interface Point {
  readonly at: number;
  readonly value: number;
}

function pointsOf(p: ProcessEvidence, counter: string): Point[] {
  const out: Point[] = [];
  for (const m of p.metrics) {
    const c = m.value.loadCounters.find((x) => x.name === counter);
    if (c !== undefined) out.push({ at: m.timeMs, value: c.value });
  }
  return out;
}

function rateIn(points: readonly Point[], from: number, to: number): number {
  const inside = points.filter((x) => x.at >= from && x.at <= to);
  const first = inside[0];
  const last = inside[inside.length - 1];
  if (first === undefined || last === undefined || !(last.at > first.at)) return NaN;
  return ((last.value - first.value) / (last.at - first.at)) * 1000;
}

/** Highest rate over windows of at least `width` ms. */
function fastest(points: readonly Point[], from: number, to: number, width: number): number {
  const inside = points.filter((x) => x.at >= from && x.at <= to);
  let best = NaN;
  for (let i = 0, j = 0; j < inside.length; j++) {
    const b = inside[j];
    if (b === undefined) break;
    while (i < j && b.at - (inside[i + 1]?.at ?? Infinity) >= width) i++;
    const a = inside[i];
    if (a === undefined || b.at - a.at < width) continue;
    const rate = ((b.value - a.value) / (b.at - a.at)) * 1000;
    if (!(best >= rate)) best = rate;
  }
  return best;
}
