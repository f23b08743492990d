// One sample type of a tree, ready to be drawn: what each node holds with all below it, how wide its box
// is, and how well that is known.
//
// In a difference a box is as wide as what is there now and what was there before together, so that
// what moved is seen where it moved, and shaded by the net (google/pprof internal/driver/html/stacks.js
// does the same, 2026-07).

import type { CallTree } from "../../analysis/profile/call-tree.ts";
import type { AmountSeries, AmountType } from "../../analysis/profile/stack-amounts.ts";
import { valueInterval, type SideSums } from "../../analysis/profile/value-interval.ts";

/** Sums as in analysis/profile/value-interval.ts; all but the value undefined where samples are not counted. */
export interface Sums {
  readonly value: Float64Array;
  readonly samples: Float64Array | undefined;
  readonly squares: Float64Array | undefined;
  readonly variance: Float64Array | undefined;
  readonly estimate: Float64Array | undefined;
  /** Undefined also where samples are nothing themselves. */
  readonly own: Float64Array | undefined;
}

export const SUMS = ["value", "samples", "squares", "variance", "estimate", "own"] as const;

/** Sums with other columns in the place of those that are there. */
export function mapSums(
  sums: Sums,
  make: (column: Float64Array, field: (typeof SUMS)[number]) => Float64Array,
): Sums {
  const { samples, squares, variance, estimate, own } = sums;
  return {
    value: make(sums.value, "value"),
    samples: samples && make(samples, "samples"),
    squares: squares && make(squares, "squares"),
    variance: variance && make(variance, "variance"),
    estimate: estimate && make(estimate, "estimate"),
    own: own && make(own, "own"),
  };
}

/** The columns of a series in a block of rows. */
function sumsOf(
  { at, isSampled, hasEstimate, ownAt }: AmountSeries,
  column: (at: number) => Float64Array,
): Sums {
  const value = column(at);
  if (!isSampled) {
    const none = undefined;
    return { value, samples: none, squares: none, variance: none, estimate: none, own: none };
  }
  const samples = column(at + 1);
  const squares = column(at + 2);
  const fourth = column(at + 3);
  return {
    value,
    samples,
    squares,
    // Both are carried as 32-bit floats: where they are nearly the same, rounding must not go below 0.
    variance: hasEstimate ? squares.map((square, i) => Math.max(0, square - fourth[i])) : fourth,
    estimate: hasEstimate ? fourth : value,
    own: ownAt < 0 ? undefined : ownAt === at + 1 ? samples : column(ownAt),
  };
}

export interface TreeView {
  readonly length: number;
  readonly parent: Int32Array;
  readonly frame: Int32Array;
  readonly line: Int32Array;
  /** Of an "other": how many stacks; 0 where that is not known. */
  readonly stacks: Int32Array;
  /** Outermost frame of the box, where a chain of frames was folded into one; else `frame`. */
  readonly first: Int32Array;
  /** Frames of the box besides its last one. */
  readonly folded: Int32Array;
  readonly plus: Sums;
  /** undefined where nothing is taken away. */
  readonly minus: Sums | undefined;
  readonly type: AmountType;
}

/** What is known of one node. */
export interface Known {
  readonly plus: number;
  readonly minus: number;
  /** plus − minus. */
  readonly net: number;
  /** 95 % limits of the net; NaN where unknown. */
  readonly lo: number;
  readonly hi: number;
  /** Samples of both sides; NaN where unknown. */
  readonly samples: number;
}

export function seriesOf(
  series: readonly AmountSeries[],
  type: number,
): { readonly plus: AmountSeries; readonly minus: AmountSeries | undefined } {
  const plus = series.find((s) => s.type === type && !s.isMinus);
  if (plus === undefined) throw new Error(`no sample type ${type}`);
  return { plus, minus: series.find((s) => s.type === type && s.isMinus) };
}

function summed(tree: CallTree, width: number, series: AmountSeries): Sums {
  const column = (at: number): Float64Array => {
    const out = new Float64Array(tree.length);
    for (let i = tree.length - 1; i >= 0; i--) {
      const row = tree.ownRow[i];
      if (row >= 0) out[i] += tree.own[row * width + at];
      if (i > 0) out[tree.parent[i]] += out[i];
    }
    return out;
  };
  return sumsOf(series, column);
}

export interface TreeColumns {
  readonly types: readonly AmountType[];
  readonly series: readonly AmountSeries[];
  readonly width: number;
}

export function treeView(
  { types, series, width }: TreeColumns,
  tree: CallTree,
  type: number,
): TreeView {
  const { plus, minus } = seriesOf(series, type);
  return {
    length: tree.length,
    parent: tree.parent,
    frame: tree.frame,
    line: tree.line,
    stacks: tree.stacks,
    first: tree.frame,
    folded: new Int32Array(tree.length),
    plus: summed(tree, width, plus),
    minus: minus === undefined ? undefined : summed(tree, width, minus),
    type: types[type],
  };
}

/** Row `row` of a block as sums of one entry. */
export function rowSums(
  { series, width }: TreeColumns,
  rows: Float64Array,
  row: number,
  type: number,
): Pick<TreeView, "plus" | "minus"> {
  const of = (one: AmountSeries): Sums =>
    sumsOf(one, (at) => Float64Array.of(rows[row * width + at]));
  const { plus, minus } = seriesOf(series, type);
  return { plus: of(plus), minus: minus === undefined ? undefined : of(minus) };
}

export function widthOf(view: TreeView, node: number): number {
  return view.plus.value[node] + (view.minus === undefined ? 0 : view.minus.value[node]);
}

function sideOf(sums: Sums, node: number): SideSums | undefined {
  const { samples, squares, variance, estimate, own } = sums;
  if (samples === undefined || squares === undefined || variance === undefined) return undefined;
  return {
    samples: samples[node],
    estimate: (estimate ?? sums.value)[node],
    squares: squares[node],
    variance: variance[node],
    own: own === undefined ? 0 : own[node],
  };
}

/** What one sample of a side weighs, without what is certain to be sampled. */
function stepOf({ samples, variance }: Sums, node: number): number {
  return Math.sqrt((variance?.[node] ?? Number.NaN) / (samples?.[node] ?? Number.NaN));
}

/** Value, limits and samples of a node, as lists state them too. */
export function knownOf(
  { plus, minus, type }: Pick<TreeView, "plus" | "minus" | "type">,
  node: number,
): Known {
  const up = plus.value[node];
  const down = minus === undefined ? 0 : minus.value[node];
  const net = up - down;
  const known = { plus: up, minus: down, net };
  if (type.basis === "counted") return { ...known, lo: net, hi: net, samples: Number.NaN };
  const a = sideOf(plus, node);
  const b = minus === undefined ? undefined : sideOf(minus, node);
  if (a === undefined) return { ...known, lo: NaN, hi: NaN, samples: NaN };
  const rate = type.unit === "bytes" ? type.rate : undefined;
  const samples = a.samples + (b === undefined ? 0 : b.samples);
  return { ...known, ...valueInterval(net, a, b, rate), samples };
}

/** 97.5 % point of the normal distribution. */
const Z = 1.959964;

/**
 * Half-widths of the interval around a weighted count, fast: Wilson and Hilferty's (1931) cube root in
 * place of the gamma quantile. Within 1 % of Garwood's limits from one sample on, which is enough to
 * choose a shade by; printed numbers come from knownOf.
 */
function halves(sums: Sums, node: number, into: Float64Array): void {
  const value = (sums.estimate ?? sums.value)[node];
  const squares = sums.squares?.[node] ?? Number.NaN;
  into[0] = into[1] = value === 0 ? 0 : Number.NaN;
  if (value === 0 || !(squares > 0)) return;
  const n = (value * value) / squares;
  const scale = (squares / value) * Math.sqrt((sums.variance?.[node] ?? Number.NaN) / squares);
  const low = 1 - 1 / (9 * n) - Z / (3 * Math.sqrt(n));
  const high = 1 - 1 / (9 * (n + 1)) + Z / (3 * Math.sqrt(n + 1));
  into[0] = scale * (n - Math.max(0, n * low * low * low));
  into[1] = scale * ((n + 1) * high * high * high - n);
}

/**
 * Shades. Without a difference how well the value is known: 4 within ± 10 %, 3 ± 20 %, 2 ± 50 %, 1 wider,
 * unknown or fewer than three samples, 0 a single sample (one of an object much larger than the
 * sampling rate is as good as a count). Of a difference the sign of what is certain: 5 grew, 6 shrank,
 * 7 the interval holds zero.
 */
export function shadesOf(view: TreeView): Uint8Array {
  const { plus, minus, type, length } = view;
  const out = new Uint8Array(length);
  const up = new Float64Array(2);
  const down = new Float64Array(2);
  for (let i = 0; i < length; i++) {
    if (minus !== undefined) {
      const net = plus.value[i] - minus.value[i];
      if (type.basis === "unknown" || type.basis === "counted") {
        out[i] = net > 0 ? 5 : net < 0 ? 6 : 7;
        continue;
      }
      halves(plus, i, up);
      halves(minus, i, down);
      // An empty side may hide 3.7 samples of the other's weight, the upper limit of none seen.
      if (plus.value[i] === 0) up[1] = 3.69 * stepOf(minus, i);
      if (minus.value[i] === 0) down[1] = 3.69 * stepOf(plus, i);
      const lo = net - Math.hypot(up[0], down[1]);
      const hi = net + Math.hypot(up[1], down[0]);
      out[i] = lo > 0 ? 5 : hi < 0 ? 6 : 7;
      continue;
    }
    if (type.basis === "counted") {
      out[i] = 4;
      continue;
    }
    const n = plus.samples?.[i] ?? NaN;
    halves(plus, i, up);
    const half = Math.max(up[0], up[1]) / plus.value[i];
    if (half <= 0.1) out[i] = 4;
    else if (n > 0 && n < 1.5) out[i] = 0;
    else if (n < 2.5) out[i] = 1;
    else out[i] = half <= 0.2 ? 3 : half <= 0.5 ? 2 : 1;
  }
  return out;
}
