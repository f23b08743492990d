// The tree behind a flame graph, as columns: one node per call path, and below each allocating function
// one node per source line. Nothing is left out here; what is too small to draw is the layout's business.

import { WeightedCount, weightedInterval } from "../analysis/stats/weighted-count.ts";
import type { CallStacks } from "../model/tables/stacks.ts";
import { baseName } from "./go-names.ts";

/** Of a heap profile; of an execution trace, in ns and counted, not sampled. */
export type FlameType =
  | "live-bytes"
  | "live-objects"
  | "allocated-bytes"
  | "allocated-objects"
  | "assist-wall"
  | "assist-cpu";

export type FlameUnit = "bytes" | "count" | "ns";

const UNITS: Readonly<Record<FlameType, FlameUnit>> = {
  "live-bytes": "bytes",
  "live-objects": "count",
  "allocated-bytes": "bytes",
  "allocated-objects": "count",
  "assist-wall": "ns",
  "assist-cpu": "ns",
};

/** One kind of value for every node of a tree. */
export interface FlameValues {
  readonly id: FlameType;
  readonly unit: FlameUnit;
  readonly value: Float64Array;
  /** Raw samples behind the value, Σ n; NaN where the profile does not tell. */
  readonly samples: Float64Array;
  /** Σ w² n and Σ w² n q as in analysis/stats/weighted-count.ts; NaN where unknown. */
  readonly squares: Float64Array;
  readonly variance: Float64Array;
  /** 95 % limits; NaN where unknown. */
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

/** Columns per node. Node 0 is the root; a parent always precedes its children. */
export interface FlameInput {
  readonly length: number;
  /** −1 for the root. */
  readonly parent: Int32Array;
  /** Indices into `strings`. A line node is named like `store.go:88`. */
  readonly name: Int32Array;
  readonly file: Int32Array;
  /** 0 where unknown. */
  readonly line: Int32Array;
  readonly isLine: Uint8Array;
  readonly isGuilty: Uint8Array;
  readonly strings: readonly string[];
  /** The first one is shown first; all share the tree. */
  readonly values: readonly FlameValues[];
}

/** One value per row of the profile. */
export interface FlameRows {
  readonly id: FlameType;
  readonly value: Float64Array;
  /** Raw samples per row (pprof's scaling undone); undefined where they cannot be had. */
  readonly samples: Float64Array | undefined;
  /**
   * Share of objects of this row's size that sampling misses, q = e^(−size/rate). undefined: 1, which
   * overstates the interval of objects larger than the sampling rate.
   */
  readonly missed?: Float64Array | undefined;
}

/** 95 % limits of a weighted count: the same in every picture and in the table of sites. */
export function sampledLimits(
  value: number,
  squares: number,
  variance: number,
): { lo: number; hi: number } {
  if (!(squares >= 0) || !(variance >= 0)) return { lo: Number.NaN, hi: Number.NaN };
  if (squares === 0 || variance === 0 || value <= 0) return { lo: value, hi: value };
  const sum = new WeightedCount();
  sum.value = value;
  sum.squares = squares;
  sum.variance = variance;
  const { lo, hi } = weightedInterval(sum);
  return { lo, hi };
}

/** Growing columns while the tree is built; doubled when full. */
class NodeColumns {
  length = 0;
  parent: Int32Array = new Int32Array(1024);
  name: Int32Array = new Int32Array(1024);
  file: Int32Array = new Int32Array(1024);
  line: Int32Array = new Int32Array(1024);
  isLine: Uint8Array = new Uint8Array(1024);
  isGuilty: Uint8Array = new Uint8Array(1024);

  add(parent: number, name: number, file: number, line: number, isLine: number): number {
    if (this.length === this.parent.length) this.#grow();
    const at = this.length++;
    this.parent[at] = parent;
    this.name[at] = name;
    this.file[at] = file;
    this.line[at] = line;
    this.isLine[at] = isLine;
    return at;
  }

  #grow(): void {
    const size = this.parent.length * 2;
    const wider = (old: Int32Array): Int32Array => {
      const fresh = new Int32Array(size);
      fresh.set(old);
      return fresh;
    };
    this.parent = wider(this.parent);
    this.name = wider(this.name);
    this.file = wider(this.file);
    this.line = wider(this.line);
    const isLine = new Uint8Array(size);
    isLine.set(this.isLine);
    this.isLine = isLine;
    const isGuilty = new Uint8Array(size);
    isGuilty.set(this.isGuilty);
    this.isGuilty = isGuilty;
  }
}

class Names {
  readonly list: string[] = [""];
  readonly #index = new Map<string, number>([["", 0]]);

  of(text: string): number {
    const known = this.#index.get(text);
    if (known !== undefined) return known;
    const index = this.list.length;
    this.list.push(text);
    this.#index.set(text, index);
    return index;
  }
}

export interface FlameFromProfile {
  readonly stacks: CallStacks;
  readonly rows: number;
  readonly rowStack: Int32Array;
  readonly types: readonly FlameRows[];
  /** Asked for every frame with its line, inner frames included. */
  isGuilty?(functionName: string, file: string, line: number): boolean;
  /** Name of the root box. */
  readonly root: string;
}

/**
 * Rows whose values are all 0 give no nodes. Negative values (a delta profile) count as 0: a flame
 * shows amounts, and growth with its sign belongs to the table of sites.
 * Cost: one map look-up per frame of a row; nodes are at most frames.
 */
export function flameFromProfile(input: FlameFromProfile): FlameInput {
  const { stacks, rows, rowStack, types } = input;
  const names = new Names();
  const nodes = new NodeColumns();
  nodes.add(-1, names.of(input.root), 0, 0, 0);
  const leaf = new Int32Array(rows).fill(-1);
  const nodeOfStack = new Map<number, number>();
  const tree = new TreeBuilder(stacks, nodes, names, input.isGuilty?.bind(input));
  for (let r = 0; r < rows; r++) {
    if (!types.some((t) => t.value[r] > 0)) continue;
    const stack = rowStack[r];
    let node = nodeOfStack.get(stack);
    if (node === undefined) {
      node = tree.add(stack);
      nodeOfStack.set(stack, node);
    }
    leaf[r] = node;
  }
  tree.settle();
  const n = nodes.length;
  const parent = nodes.parent.slice(0, n);
  return {
    length: n,
    parent,
    name: nodes.name.slice(0, n),
    file: nodes.file.slice(0, n),
    line: nodes.line.slice(0, n),
    isLine: nodes.isLine.slice(0, n),
    isGuilty: nodes.isGuilty.slice(0, n),
    strings: names.list,
    values: types.map((t) => totals(t, leaf, parent)),
  };
}

/** Keys below one parent are smaller than this, so parent × KEYS + key is exact below 2^25 nodes. */
const KEYS = 2 ** 28;

class TreeBuilder {
  readonly #stacks: CallStacks;
  readonly #nodes: NodeColumns;
  readonly #names: Names;
  readonly #isGuilty: ((fn: string, file: string, line: number) => boolean) | undefined;
  readonly #child = new Map<number, number>();
  /** Keys after the functions': one per address without symbols and one per line number. */
  readonly #extraKeys = new Map<string, number>();

  constructor(
    stacks: CallStacks,
    nodes: NodeColumns,
    names: Names,
    isGuilty: ((fn: string, file: string, line: number) => boolean) | undefined,
  ) {
    this.#stacks = stacks;
    this.#nodes = nodes;
    this.#names = names;
    this.#isGuilty = isGuilty;
  }

  /** Walks one stack from its root to its leaf; returns the node its rows end at. */
  add(stack: number): number {
    const { start, location } = this.#stacks.stacks;
    const { lineStart, lineFunction, lineNumber, address } = this.#stacks.locations;
    let node = 0;
    let line = 0;
    let fn = -1;
    for (let i = start[stack + 1] - 1; i >= start[stack]; i--) {
      const at = location[i];
      const from = lineStart[at];
      const to = lineStart[at + 1];
      // A frame is marked when the next one shows that it is not the leaf; the leaf's mark goes to
      // its line, because the function may allocate on other lines too.
      if (fn >= 0) this.#mark(node, fn, line);
      fn = -1;
      if (from === to) {
        const name = `0x${address[at].toString(16)}`;
        node = this.#step(node, this.#extraKey(name), name, "", 0, 0);
      }
      for (let l = to - 1; l >= from; l--) {
        if (fn >= 0) this.#mark(node, fn, line);
        fn = lineFunction[l];
        line = lineNumber[l];
        node = this.#step(node, fn, this.#functionName(fn), this.#functionFile(fn), line, 0);
      }
    }
    if (fn >= 0 && line > 0) {
      const file = this.#functionFile(fn);
      const name = `${baseName(file)}:${line}`;
      node = this.#step(node, this.#extraKey(`:${line}`), name, file, line, 1);
      this.#mark(node, fn, line);
    } else if (fn >= 0) this.#mark(node, fn, line);
    return node;
  }

  /** A function node that stands for several call lines is no single guilty line. */
  settle(): void {
    const { length, line, isLine, isGuilty } = this.#nodes;
    for (let i = 0; i < length; i++) if (isLine[i] === 0 && line[i] === 0) isGuilty[i] = 0;
  }

  #extraKey(of: string): number {
    let key = this.#extraKeys.get(of);
    if (key === undefined) {
      key = this.#stacks.functions.length + this.#extraKeys.size;
      this.#extraKeys.set(of, key);
    }
    return key;
  }

  #step(
    parent: number,
    key: number,
    name: string,
    file: string,
    line: number,
    isLine: number,
  ): number {
    const path = parent * KEYS + key;
    const known = this.#child.get(path);
    if (known !== undefined) {
      if (this.#nodes.line[known] !== line) this.#nodes.line[known] = 0;
      return known;
    }
    const node = this.#nodes.add(parent, this.#names.of(name), this.#names.of(file), line, isLine);
    this.#child.set(path, node);
    return node;
  }

  #mark(node: number, fn: number, line: number): void {
    if (this.#isGuilty?.(this.#functionName(fn), this.#functionFile(fn), line) === true) {
      this.#nodes.isGuilty[node] = 1;
    }
  }

  #functionName(fn: number): string {
    return this.#stacks.strings.get(this.#stacks.functions.name[fn]);
  }

  #functionFile(fn: number): string {
    return this.#stacks.strings.get(this.#stacks.functions.file[fn]);
  }
}

function totals(rows: FlameRows, leaf: Int32Array, parent: Int32Array): FlameValues {
  const n = parent.length;
  const value = new Float64Array(n);
  const samples = new Float64Array(n);
  const squares = new Float64Array(n);
  const variance = new Float64Array(n);
  for (let r = 0; r < leaf.length; r++) {
    const node = leaf[r];
    const v = rows.value[r];
    if (node < 0 || !(v > 0)) continue;
    const count = rows.samples === undefined ? Number.NaN : rows.samples[r];
    const square = count > 0 ? (v * v) / count : Number.NaN;
    value[node] += v;
    samples[node] += count;
    squares[node] += square;
    variance[node] += square * (rows.missed === undefined ? 1 : rows.missed[r]);
  }
  return withLimits({ id: rows.id, value, samples, squares, variance }, parent);
}

interface Sums {
  readonly id: FlameType;
  readonly value: Float64Array;
  readonly samples: Float64Array;
  readonly squares: Float64Array;
  readonly variance: Float64Array;
}

/** Adds each node to its parent, then makes the limits. Columns are changed in place. */
function withLimits(sums: Sums, parent: Int32Array): FlameValues {
  const { id, value, samples, squares, variance } = sums;
  const n = parent.length;
  for (let i = n - 1; i > 0; i--) {
    const up = parent[i];
    value[up] += value[i];
    samples[up] += samples[i];
    squares[up] += squares[i];
    variance[up] += variance[i];
  }
  const lo = new Float64Array(n);
  const hi = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const limits = sampledLimits(value[i], squares[i], variance[i]);
    lo[i] = limits.lo;
    hi[i] = limits.hi;
  }
  return { id, unit: UNITS[id], value, samples, squares, variance, lo, hi };
}

/** The same values with the subtrees below `out` taken away, up to the root. */
export function valuesWithout(
  values: FlameValues,
  parent: Int32Array,
  out: (node: number) => boolean,
): FlameValues {
  const n = parent.length;
  const isOut = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    isOut[i] = out(i) || (i > 0 && isOut[parent[i]] === 1) ? 1 : 0;
  }
  const own = (column: Float64Array): Float64Array => {
    const self = column.slice();
    for (let i = 1; i < n; i++) self[parent[i]] -= column[i];
    for (let i = 0; i < n; i++) if (isOut[i] === 1) self[i] = 0;
    return self;
  };
  // Subtraction leaves dust of rounding; below a billionth of the whole it is nothing.
  const dust = values.value[0] * 1e-9;
  const value = own(values.value).map((v) => (v > dust ? v : 0));
  const samples = own(values.samples).map((v) => Math.max(0, Math.round(v)));
  const squares = own(values.squares).map((v, i) => (value[i] > 0 ? Math.max(0, v) : 0));
  const variance = own(values.variance).map((v, i) => (value[i] > 0 ? Math.max(0, v) : 0));
  return withLimits({ id: values.id, value, samples, squares, variance }, parent);
}
