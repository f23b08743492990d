// The flame's tree as the page carries it: JSON columns, so that the browser can zoom, search, switch the
// sample type and leave sites out with the same code that drew the static picture.

import type {
  FlameInput,
  FlameType,
  FlameUnit,
  FlameValues,
} from "@heapwright/core/pictures/flame-tree.ts";
import { sampledLimits } from "@heapwright/core/pictures/flame-tree.ts";
import { safeHead, safeTail } from "@heapwright/core/pictures/text-width.ts";
import { visibleText } from "./visible-text.ts";

export interface FlameDataType {
  readonly id: FlameType;
  readonly unit: FlameUnit;
  readonly value: readonly number[];
  /** null = not known. */
  readonly samples: readonly (number | null)[];
  /** value² ÷ squares: as how many equal samples the value counts. */
  readonly effective: readonly (number | null)[];
  /** variance ÷ squares: the share that sampling misses. */
  readonly missed: readonly (number | null)[];
}

export interface FlameData {
  readonly parent: readonly number[];
  readonly name: readonly number[];
  readonly file: readonly number[];
  readonly line: readonly number[];
  readonly isLine: readonly number[];
  readonly isGuilty: readonly number[];
  /** Nodes below this one that were too small to carry. */
  readonly pruned: readonly number[];
  readonly strings: readonly string[];
  readonly types: readonly FlameDataType[];
  /** The profile was read in part: every number is a lower bound. */
  readonly isBound: boolean;
}

/** A tree together with how many nodes of it are not carried, by node. */
export interface CarriedFlame {
  readonly tree: FlameInput;
  readonly pruned: Int32Array;
  readonly isBound: boolean;
}

/** Names longer than this are cut in the data; a reader sees at most a few hundred characters. */
const LONGEST_NAME = 512;
/** Numbers a page carries for one flame: about 110 KB. */
const MOST_NUMBERS = 24_000;

/** The browser puts names into elements as they are, so what hides or reorders is made visible here. */
function shown(name: string): string {
  const text = visibleText(name.length <= 4 * LONGEST_NAME ? name : ends(name, 2 * LONGEST_NAME));
  return text.length <= LONGEST_NAME ? text : ends(text, LONGEST_NAME);
}

function ends(text: string, most: number): string {
  const half = most / 2 - 1;
  return `${safeHead(text, half)}…${safeTail(text, half)}`;
}

/**
 * The largest nodes that fit; callers are never smaller than their callees, so a node's callers are
 * always carried with it.
 */
export function carried(tree: FlameInput, isBound: boolean): CarriedFlame {
  const perNode = 6 + 4 * tree.values.length;
  const most = Math.max(200, Math.floor(MOST_NUMBERS / perNode));
  if (tree.length <= most) return { tree, pruned: new Int32Array(tree.length), isBound };
  const weight = new Float64Array(tree.length);
  for (const { value } of tree.values) {
    const whole = value[0] ?? 0;
    if (whole <= 0) continue;
    for (let i = 0; i < tree.length; i++) {
      weight[i] = Math.max(weight[i] ?? 0, (value[i] ?? 0) / whole);
    }
  }
  const order = Array.from({ length: tree.length }, (_, i) => i).sort(
    (a, b) => (weight[b] ?? 0) - (weight[a] ?? 0) || a - b,
  );
  const kept = order.slice(0, most).sort((a, b) => a - b);
  const index = new Int32Array(tree.length).fill(-1);
  kept.forEach((node, i) => {
    index[node] = i;
  });
  const pruned = new Int32Array(kept.length);
  for (let i = 0; i < tree.length; i++) {
    if ((index[i] ?? -1) >= 0) continue;
    let up = tree.parent[i] ?? -1;
    while (up >= 0 && (index[up] ?? -1) < 0) up = tree.parent[up] ?? -1;
    const at = index[up] ?? -1;
    if (at >= 0) pruned[at] = (pruned[at] ?? 0) + 1;
  }
  const ints = (column: Int32Array): Int32Array => Int32Array.from(kept, (n) => column[n] ?? 0);
  const bits = (column: Uint8Array): Uint8Array => Uint8Array.from(kept, (n) => column[n] ?? 0);
  const floats = (column: Float64Array): Float64Array =>
    Float64Array.from(kept, (n) => column[n] ?? Number.NaN);
  return {
    tree: {
      length: kept.length,
      parent: Int32Array.from(kept, (n) => {
        const up = tree.parent[n] ?? -1;
        return up < 0 ? -1 : (index[up] ?? -1);
      }),
      name: ints(tree.name),
      file: ints(tree.file),
      line: ints(tree.line),
      isLine: bits(tree.isLine),
      isGuilty: bits(tree.isGuilty),
      strings: tree.strings,
      values: tree.values.map((v) => ({
        id: v.id,
        unit: v.unit,
        value: floats(v.value),
        samples: floats(v.samples),
        squares: floats(v.squares),
        variance: floats(v.variance),
        lo: floats(v.lo),
        hi: floats(v.hi),
      })),
    },
    pruned,
    isBound,
  };
}

const orNull = (n: number, digits: number): number | null =>
  Number.isFinite(n) ? Number(n.toPrecision(digits)) : null;

/** Only the strings that are used, each cut and made visible. */
export function toData({ tree, pruned, isBound }: CarriedFlame): FlameData {
  const index = new Map<number, number>();
  const strings: string[] = [];
  const used = (column: Int32Array): number[] =>
    Array.from(column, (s) => {
      let at = index.get(s);
      if (at === undefined) {
        at = strings.length;
        index.set(s, at);
        strings.push(shown(tree.strings[s] ?? ""));
      }
      return at;
    });
  return {
    parent: Array.from(tree.parent),
    name: used(tree.name),
    file: used(tree.file),
    line: Array.from(tree.line),
    isLine: Array.from(tree.isLine),
    isGuilty: Array.from(tree.isGuilty),
    pruned: Array.from(pruned),
    isBound,
    strings,
    types: tree.values.map((v) => ({
      id: v.id,
      unit: v.unit,
      value: Array.from(v.value, (n) => Math.round(n)),
      samples: Array.from(v.samples, (n) => orNull(n, 6)),
      effective: Array.from(v.squares, (q, i) => orNull((v.value[i] ?? 0) ** 2 / q, 5)),
      missed: Array.from(v.variance, (s, i) => orNull(s / (v.squares[i] ?? 0), 4)),
    })),
  };
}

export function fromData(data: FlameData): CarriedFlame {
  const floats = (list: readonly (number | null)[]): Float64Array =>
    Float64Array.from(list, (n) => n ?? Number.NaN);
  const values: FlameValues[] = data.types.map((t) => {
    const value = floats(t.value);
    const samples = floats(t.samples);
    const squares = floats(t.effective).map((n, i) => (value[i] ?? 0) ** 2 / n);
    const variance = floats(t.missed).map((q, i) => q * (squares[i] ?? Number.NaN));
    const lo = new Float64Array(value.length);
    const hi = new Float64Array(value.length);
    value.forEach((v, i) => {
      const limits = sampledLimits(v, squares[i] ?? Number.NaN, variance[i] ?? Number.NaN);
      lo[i] = limits.lo;
      hi[i] = limits.hi;
    });
    return { id: t.id, unit: t.unit, value, samples, squares, variance, lo, hi };
  });
  return {
    tree: {
      length: data.parent.length,
      parent: Int32Array.from(data.parent),
      name: Int32Array.from(data.name),
      file: Int32Array.from(data.file),
      line: Int32Array.from(data.line),
      isLine: Uint8Array.from(data.isLine),
      isGuilty: Uint8Array.from(data.isGuilty),
      strings: data.strings,
      values,
    },
    pruned: Int32Array.from(data.pruned),
    isBound: data.isBound,
  };
}
