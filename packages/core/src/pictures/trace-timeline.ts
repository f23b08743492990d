// An execution trace on one clock: the heap against its goal, and beneath it what the collector did and
// what that cost: mark phases, stops of the world, assists. Everything per column of time, so a picture
// of 5 000 cycles has as many marks as one of five.
//
// A column shows extremes, never means, where an event may be shorter than a column: the heap keeps its
// lowest and highest value, a stop is a mark of its own in every column it touches. Marking and assists
// are shares of the column's time, so bursts within one column look like a lower, wider one.

import type { TraceAnalysis } from "../analysis/trace/trace-analysis.ts";
import {
  METRIC_HEAP_ALLOC,
  METRIC_HEAP_GOAL,
  RANGE_MARK_ASSIST,
  type TraceMetricColumns,
} from "../model/tables/trace.ts";
import type { Tick } from "./growth-chart.ts";
import { byteTicks, countTicks } from "./scale.ts";

/** At the widest a picture of the page is about 1 000 px: one column a pixel. */
export const TIMELINE_COLUMNS = 1000;

/** Lowest and highest value within each column, as fractions of the picture's height; NaN for unknown. */
export interface Envelope {
  readonly lo: Float64Array;
  readonly hi: Float64Array;
  /** In bytes, over the whole trace; undefined when nothing is known. */
  readonly lowest: number | undefined;
  readonly highest: number | undefined;
}

/** Columns that a stop touches, in order, with the longest stop of each. */
export interface StopStrip {
  readonly column: Int32Array;
  readonly longestNs: Float64Array;
  readonly count: number;
  readonly totalNs: number;
  readonly mostNs: number;
}

export interface AssistStrip {
  /** Mean number of goroutines within an assist, by column. */
  readonly wall: Float64Array;
  /** Those of them that executed. */
  readonly cpu: Float64Array;
  /** Largest of `wall`. */
  readonly most: number;
}

export interface TraceTimeline {
  readonly columns: number;
  readonly seconds: number;
  /** Bytes at the top. */
  readonly max: number;
  readonly yTicks: readonly Tick[];
  /** Values in seconds since the first event. */
  readonly xTicks: readonly Tick[];
  readonly heap: Envelope;
  readonly goal: Envelope;
  /** Part of the goal lies above the picture, because it would press the heap flat. */
  readonly goalIsBeyond: boolean;
  /** Mark phases as fractions of the width, where there are few enough to tell apart. */
  readonly bands: readonly { readonly from: number; readonly to: number }[];
  /** Share of each column in mark phases, 0–1. */
  readonly marking: Float64Array;
  readonly gcStops: StopStrip;
  readonly otherStops: StopStrip;
  readonly assists: AssistStrip;
}

/** A goal this many times above the highest heap is named, not drawn. */
const GOAL_BEYOND = 4;
/** As in analysis/trace/cycles.ts: GOGC=off writes the largest number. */
const NO_GOAL = 2 ** 60;
/** More mark phases than one in eight columns would only be a texture. */
const COLUMNS_A_BAND = 8;

/** Time spent in stretches, by column, in O(1) a stretch: whole columns are counted by their ends. */
class ColumnTime {
  readonly #fromNs: number;
  readonly #columnNs: number;
  readonly #part: Float64Array;
  readonly #change: Float64Array;

  constructor(fromNs: number, toNs: number, columns: number) {
    this.#fromNs = fromNs;
    this.#columnNs = (toNs - fromNs) / columns;
    this.#part = new Float64Array(columns);
    this.#change = new Float64Array(columns + 1);
  }

  add(startNs: number, endNs: number): void {
    const n = this.#part.length;
    const from = Math.max(0, (startNs - this.#fromNs) / this.#columnNs);
    const to = Math.min(n, (endNs - this.#fromNs) / this.#columnNs);
    if (!(to > from)) return;
    const first = Math.min(n - 1, Math.floor(from));
    const last = Math.min(n - 1, Math.floor(to));
    if (first === last) {
      this.#part[first] += to - from;
      return;
    }
    this.#part[first] += first + 1 - from;
    this.#part[last] += to - last;
    this.#change[first + 1] += 1;
    this.#change[last] -= 1;
  }

  /** In columns of time: 1 is one stretch all the column long. */
  finish(): Float64Array {
    const out = new Float64Array(this.#part.length);
    let whole = 0;
    for (let i = 0; i < out.length; i++) {
      whole += this.#change[i];
      out[i] = this.#part[i] + whole;
    }
    return out;
  }
}

/** undefined only when the trace has no length. */
export function traceTimeline(
  t: TraceAnalysis,
  columns = TIMELINE_COLUMNS,
): TraceTimeline | undefined {
  const { memory: m, work } = t;
  const { startNs, endNs } = m;
  if (!(endNs > startNs)) return undefined;
  const columnOf = (ns: number): number =>
    Math.max(0, Math.min(columns - 1, Math.floor(((ns - startNs) / (endNs - startNs)) * columns)));
  const isHeap = (v: number): boolean => Number.isFinite(v);
  const isGoal = (v: number): boolean => v > 0 && v < NO_GOAL;
  const heap = envelope(m.metrics, METRIC_HEAP_ALLOC, columns, columnOf, isHeap);
  const goal = envelope(m.metrics, METRIC_HEAP_GOAL, columns, columnOf, isGoal);
  const top = heap.highest ?? 0;
  const goalTop = goal.highest ?? 0;
  const goalIsBeyond = top > 0 && goalTop > top * GOAL_BEYOND;
  const max = (goalIsBeyond ? top * 1.3 : Math.max(top, goalTop) * 1.06) || 1;
  for (const column of [heap.lo, heap.hi, goal.lo, goal.hi])
    for (let i = 0; i < columns; i++) column[i] /= max;

  const marking = new ColumnTime(startNs, endNs, columns);
  for (let i = 0; i < work.marks.length; i++)
    marking.add(work.marks.startNs[i], work.marks.endNs[i]);
  const wall = new ColumnTime(startNs, endNs, columns);
  const { ranges } = m;
  for (let i = 0; i < ranges.length; i++)
    if (ranges.kind[i] === RANGE_MARK_ASSIST) wall.add(ranges.startNs[i], ranges.endNs[i]);
  const cpu = new ColumnTime(startNs, endNs, columns);
  for (let i = 0; i < work.assists.length; i++)
    cpu.add(work.assists.startNs[i], work.assists.endNs[i]);
  const inAssist = wall.finish();
  const seconds = t.seconds;
  return {
    columns,
    seconds,
    max,
    yTicks: byteTicks(max * 0.97).map((value) => ({ at: value / max, value })),
    xTicks: [0, ...countTicks(seconds, 4)].map((value) => ({ at: value / seconds, value })),
    heap,
    goal,
    goalIsBeyond,
    bands: bandsOf(t, columns),
    marking: marking.finish(),
    gcStops: stopStrip(t, columns, columnOf, true),
    otherStops: stopStrip(t, columns, columnOf, false),
    assists: {
      wall: inAssist,
      cpu: cpu.finish(),
      most: inAssist.reduce((a, b) => Math.max(a, b), 0),
    },
  };
}

/** A metric holds until its next reading, so a column without one shows what the column before ended with. */
function envelope(
  { metric, timeNs, value, length }: TraceMetricColumns,
  which: number,
  columns: number,
  columnOf: (ns: number) => number,
  isKnown: (value: number) => boolean,
): Envelope {
  const lo = new Float64Array(columns).fill(NaN);
  const hi = new Float64Array(columns).fill(NaN);
  let lowest = Infinity;
  let highest = -Infinity;
  let now = NaN;
  let column = 0;
  const take = (): void => {
    if (Number.isNaN(now)) return;
    lo[column] = now < lo[column] || Number.isNaN(lo[column]) ? now : lo[column];
    hi[column] = now > hi[column] || Number.isNaN(hi[column]) ? now : hi[column];
  };
  for (let i = 0; i < length; i++) {
    if (metric[i] !== which) continue;
    for (const to = columnOf(timeNs[i]); column < to;) {
      column += 1;
      take();
    }
    now = isKnown(value[i]) ? value[i] : NaN;
    take();
    if (now < lowest) lowest = now;
    if (now > highest) highest = now;
  }
  while (column < columns - 1) {
    column += 1;
    take();
  }
  return {
    lo,
    hi,
    lowest: Number.isFinite(lowest) ? lowest : undefined,
    highest: Number.isFinite(highest) ? highest : undefined,
  };
}

function bandsOf(t: TraceAnalysis, columns: number): { from: number; to: number }[] {
  const { marks } = t.work;
  const { startNs, endNs } = t.memory;
  if (marks.length > columns / COLUMNS_A_BAND) return [];
  const at = (ns: number): number => (ns - startNs) / (endNs - startNs);
  return Array.from({ length: marks.length }, (_, i) => ({
    from: at(marks.startNs[i]),
    to: at(marks.endNs[i]),
  }));
}

/** Cost: columns touched, at most all of them for each stop; stops follow one another, so O(stops + columns). */
function stopStrip(
  t: TraceAnalysis,
  columns: number,
  columnOf: (ns: number) => number,
  ofGc: boolean,
): StopStrip {
  const { stops } = t.stops;
  const { startNs, endNs } = t.memory.ranges;
  const longest = new Float64Array(columns).fill(-1);
  let count = 0;
  let totalNs = 0;
  let mostNs = 0;
  for (let i = 0; i < stops.length; i++) {
    if ((stops.kind[i] === "gc") !== ofGc) continue;
    const from = startNs[stops.row[i]];
    const to = endNs[stops.row[i]];
    const ns = to - from;
    count += 1;
    totalNs += ns;
    mostNs = Math.max(mostNs, ns);
    const last = columnOf(to);
    for (let c = columnOf(from); c <= last; c++) longest[c] = Math.max(longest[c], ns);
  }
  const touched: number[] = [];
  for (let c = 0; c < columns; c++) if (longest[c] >= 0) touched.push(c);
  return {
    column: Int32Array.from(touched),
    longestNs: Float64Array.from(touched, (c) => longest[c]),
    count,
    totalNs,
    mostNs,
  };
}
