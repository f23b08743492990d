// The call graph of a profile: nodes with flat and cum, edges with weights. Two forms: one node for
// each distinct line of code, or (call_tree) one for each path to it.
// Authority: google/pprof internal/graph/graph.go (2026-07).
//
// Cum counts a node once a sample however often it recurs in the stack, edges likewise; marks "seen
// in stack s" do that without clearing anything between stacks. Cost: one pass over the frames of
// all unique stacks for the nodes, and one more where edges are asked for.

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { scramble } from "../../model/builders/hash-slots.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import type { NodeIndex } from "./nodes.ts";
import type { Profile } from "./profile.ts";
import type { StackWeights } from "./weights.ts";

export const RESIDUAL = 1;
/** Set when some call was not inlined. */
export const NOT_INLINE = 2;
export const REMOVED = 4;

/** Directed edges, found by their ends. */
export class Edges {
  readonly source = new GrowingInt32(256);
  readonly target = new GrowingInt32(256);
  readonly weight = new GrowingFloat64(256);
  readonly divisor = new GrowingFloat64(256);
  readonly flags = new GrowingInt32(256);
  #slots = new Int32Array(1024);
  #mask = 1023;

  get length(): number {
    return this.source.length;
  }

  intern(source: number, target: number): number {
    let slot = scramble(Math.imul(source, 0x9e3779b1) ^ target) & this.#mask;
    for (;;) {
      const at = this.#slots[slot] - 1;
      if (at < 0) break;
      if (this.source.data[at] === source && this.target.data[at] === target) return at;
      slot = (slot + 1) & this.#mask;
    }
    const at = this.source.length;
    this.#slots[slot] = at + 1;
    this.source.push(source);
    this.target.push(target);
    this.weight.push(0);
    this.divisor.push(0);
    this.flags.push(0);
    if (at * 2 > this.#slots.length) this.#grow();
    return at;
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    this.#mask = this.#slots.length - 1;
    for (let at = 0; at < this.source.length; at++) {
      const source = this.source.data[at];
      let slot = scramble(Math.imul(source, 0x9e3779b1) ^ this.target.data[at]) & this.#mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[slot] = at + 1;
    }
  }

  isRemoved(edge: number): boolean {
    return (this.flags.data[edge] & REMOVED) !== 0;
  }

  remove(edge: number): void {
    this.flags.data[edge] |= REMOVED;
  }

  isResidual(edge: number): boolean {
    return (this.flags.data[edge] & RESIDUAL) !== 0;
  }

  isInline(edge: number): boolean {
    return (this.flags.data[edge] & NOT_INLINE) === 0;
  }

  /** Averaged where there is a divisor, as whole numbers. */
  value(edge: number): number {
    const divisor = this.divisor.data[edge];
    return divisor === 0 ? this.weight.data[edge] : Math.trunc(this.weight.data[edge] / divisor);
  }
}

export interface Totals {
  readonly flat: Float64Array;
  readonly cum: Float64Array;
  readonly flatDivisor: Float64Array;
  readonly cumDivisor: Float64Array;
}

function newTotals(length: number): Totals {
  return {
    flat: new Float64Array(length),
    cum: new Float64Array(length),
    flatDivisor: new Float64Array(length),
    cumDivisor: new Float64Array(length),
  };
}

export function flatValue({ flat, flatDivisor }: Totals, node: number): number {
  return flatDivisor[node] === 0 ? flat[node] : Math.trunc(flat[node] / flatDivisor[node]);
}

export function cumValue({ cum, cumDivisor }: Totals, node: number): number {
  return cumDivisor[node] === 0 ? cum[node] : Math.trunc(cum[node] / cumDivisor[node]);
}

/** Flat and cum of every node of the index. */
export function nodeTotals(profile: Profile, index: NodeIndex, weights: StackWeights): Totals {
  const totals = newTotals(index.length);
  const { flat, cum, flatDivisor, cumDivisor } = totals;
  const { from, to, location } = profile.stacks;
  const { start, node } = index;
  const { used, weight, divisor } = weights;
  const seen = new Int32Array(index.length).fill(-1);
  for (const s of used) {
    const w = weight[s];
    const end = to[s];
    let leaf = -1;
    for (let i = from[s]; i < end; i++) {
      const l = location[i];
      const stop = start[l + 1];
      for (let k = start[l]; k < stop; k++) {
        const n = node[k];
        if (leaf < 0) leaf = n;
        if (seen[n] === s) continue;
        seen[n] = s;
        cum[n] += w;
        if (divisor !== undefined) cumDivisor[n] += divisor[s];
      }
    }
    if (leaf < 0) continue;
    flat[leaf] += w;
    if (divisor !== undefined) flatDivisor[leaf] += divisor[s];
  }
  return totals;
}

/**
 * Edges between the nodes that `isKept` has (all where it is undefined). Nodes that are not kept are
 * jumped over by residual edges. With `onlyInto`, edges into other nodes are left out.
 */
export function graphEdges(
  profile: Profile,
  index: NodeIndex,
  weights: StackWeights,
  isKept: Uint8Array | undefined,
  onlyInto: Uint8Array | undefined,
): Edges {
  const edges = new Edges();
  const { from, to, location } = profile.stacks;
  const { start, node, isInlined } = index;
  const { used, weight, divisor } = weights;
  const seen = new GrowingInt32(1024);
  // The caller of a line is mostly the one of last time: its edge need not be looked up again.
  const lastParent = new Int32Array(node.length).fill(-1);
  const lastEdge = new Int32Array(node.length);
  for (const s of used) {
    const w = weight[s];
    const d = divisor === undefined ? 0 : divisor[s];
    const begin = from[s];
    let parent = -1;
    let residual = 0;
    for (let i = to[s] - 1; i >= begin; i--) {
      const l = location[i];
      const first = start[l];
      for (let k = start[l + 1] - 1; k >= first; k--) {
        const n = node[k];
        if (isKept !== undefined && isKept[n] === 0) {
          residual = RESIDUAL;
          continue;
        }
        if (parent >= 0 && parent !== n && (onlyInto === undefined || onlyInto[n] === 1)) {
          let edge: number;
          if (lastParent[k] === parent) edge = lastEdge[k];
          else {
            edge = edges.intern(parent, n);
            if (edge === seen.length) seen.push(-1);
            lastParent[k] = parent;
            lastEdge[k] = edge;
          }
          if (seen.data[edge] !== s) {
            seen.data[edge] = s;
            edges.weight.data[edge] += w;
            if (d !== 0) edges.divisor.data[edge] += d;
            edges.flags.data[edge] |= residual | (isInlined[k] === 1 ? 0 : NOT_INLINE);
          }
        }
        parent = n;
        residual = 0;
      }
    }
  }
  return edges;
}

/** Nodes that are inlined somewhere: only they can have an inlined call. */
export function inlinableNodes(index: NodeIndex): Uint8Array {
  const out = new Uint8Array(index.length);
  for (let k = 0; k < index.node.length; k++) if (index.isInlined[k] === 1) out[index.node[k]] = 1;
  return out;
}

/** Nodes of a call tree: one for each path. Parents come before their children. */
export interface CallTree {
  readonly length: number;
  /** Node of the index that each stands for. */
  readonly info: Int32Array;
  /** −1 for a root. */
  readonly parent: Int32Array;
  readonly isInline: Uint8Array;
  readonly totals: Totals;
  /** The innermost node of each stack, −1 where the stack has none. */
  readonly leafOf: Int32Array;
}

export function callTree(profile: Profile, index: NodeIndex, weights: StackWeights): CallTree {
  const { from, to, location } = profile.stacks;
  const { start, node } = index;
  const { used, weight, divisor } = weights;
  const paths = new IntLists();
  const pair = new Int32Array(2);
  const inline = new GrowingInt32(1024);
  const leafOf = new Int32Array(profile.stacks.length).fill(-1);
  for (const s of used) {
    let at = -1;
    for (let i = to[s] - 1; i >= from[s]; i--) {
      const l = location[i];
      for (let k = start[l + 1] - 1; k >= start[l]; k--) {
        pair[0] = at;
        pair[1] = node[k];
        at = paths.intern(pair, 0, 2);
        if (at === inline.length) inline.push(1);
        if (index.isInlined[k] === 0) inline.data[at] = 0;
      }
    }
    leafOf[s] = at;
  }
  const length = paths.length;
  const totals = newTotals(length);
  const parent = Int32Array.from({ length }, (_, i) => paths.data.data[i * 2]);
  for (const s of used) {
    const leaf = leafOf[s];
    if (leaf < 0) continue;
    totals.flat[leaf] += weight[s];
    if (divisor !== undefined) totals.flatDivisor[leaf] += divisor[s];
  }
  // Children have higher numbers than their parents, so one pass backwards adds everything up.
  for (let i = length - 1; i >= 0; i--) {
    totals.cum[i] += totals.flat[i];
    totals.cumDivisor[i] += totals.flatDivisor[i];
    if (parent[i] < 0) continue;
    totals.cum[parent[i]] += totals.cum[i];
    totals.cumDivisor[parent[i]] += totals.cumDivisor[i];
  }
  return {
    length,
    info: Int32Array.from({ length }, (_, i) => paths.data.data[i * 2 + 1]),
    parent,
    isInline: Uint8Array.from(inline.finish()),
    totals,
    leafOf,
  };
}
