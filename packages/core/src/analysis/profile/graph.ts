// The call graph of a profile: nodes with flat and cum, edges with weights. Two forms: one node for
// each distinct line of code, or (call_tree) one for each path to it.
// Authority: google/pprof internal/graph/graph.go (2026-07).
//
// Cum counts a node once a sample however often it recurs in the stack, edges likewise; marks "seen
// in stack s" do that without clearing anything between stacks. Cost: one pass over the frames of
// all unique stacks for the nodes, and one more where edges are asked for.

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import type { DistinctFrames } from "./distinct-frames.ts";
import type { NodeIndex } from "./nodes.ts";
import type { Profile } from "./profile.ts";
import type { StackWeights } from "./weights.ts";

export const RESIDUAL = 1;
/** Set when some call was not inlined. */
export const NOT_INLINE = 2;
export const REMOVED = 4;

const FIRST_SLOTS = 1024;

function hashOf(source: number, target: number): number {
  const mixed = Math.imul(source, 0x9e3779b1) ^ Math.imul(target, 0x85ebca77);
  return mixed ^ (mixed >>> 15);
}

/** Directed edges, found by their ends. */
export class Edges {
  readonly source = new GrowingInt32(256);
  readonly target = new GrowingInt32(256);
  readonly weight = new GrowingFloat64(256);
  readonly divisor = new GrowingFloat64(256);
  readonly flags = new GrowingInt32(256);
  /** Four numbers a slot, so that a look-up touches one cache line: source + 1, target, edge, unused. */
  #slots = new Int32Array(FIRST_SLOTS * 4);
  #mask = FIRST_SLOTS - 1;

  get length(): number {
    return this.source.length;
  }

  /** −1 when there is none. */
  find(source: number, target: number): number {
    const slots = this.#slots;
    let slot = hashOf(source, target) & this.#mask;
    for (; slots[slot * 4] !== 0; slot = (slot + 1) & this.#mask) {
      if (slots[slot * 4] === source + 1 && slots[slot * 4 + 1] === target) {
        return slots[slot * 4 + 2];
      }
    }
    return -1;
  }

  intern(source: number, target: number): number {
    const slots = this.#slots;
    let slot = hashOf(source, target) & this.#mask;
    while (slots[slot * 4] !== 0) {
      if (slots[slot * 4] === source + 1 && slots[slot * 4 + 1] === target) {
        return slots[slot * 4 + 2];
      }
      slot = (slot + 1) & this.#mask;
    }
    const edge = this.source.length;
    this.#put(slot, source, target, edge);
    this.source.push(source);
    this.target.push(target);
    this.weight.push(0);
    this.divisor.push(0);
    this.flags.push(0);
    if (this.source.length * 2 > this.#mask) this.#grow();
    return edge;
  }

  #put(slot: number, source: number, target: number, edge: number): void {
    this.#slots[slot * 4] = source + 1;
    this.#slots[slot * 4 + 1] = target;
    this.#slots[slot * 4 + 2] = edge;
  }

  #grow(): void {
    this.#mask = this.#mask * 2 + 1;
    this.#slots = new Int32Array((this.#mask + 1) * 4);
    for (let edge = 0; edge < this.source.length; edge++) {
      const source = this.source.data[edge];
      const target = this.target.data[edge];
      let slot = hashOf(source, target) & this.#mask;
      while (this.#slots[slot * 4] !== 0) slot = (slot + 1) & this.#mask;
      this.#put(slot, source, target, edge);
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

const NO_NODE = -1;
const SEVERAL_NODES = -2;

/** The node of each location that has just one, as most have: one look-up a frame instead of three. */
function onlyNodes({ start, node }: NodeIndex): Int32Array {
  const only = new Int32Array(start.length - 1);
  for (let l = 0; l < only.length; l++) {
    const count = start[l + 1] - start[l];
    only[l] = count === 1 ? node[start[l]] : count === 0 ? NO_NODE : SEVERAL_NODES;
  }
  return only;
}

/** What each node has in itself. */
function flatTotals(index: NodeIndex, weights: StackWeights, leafOf: Int32Array): Totals {
  const totals = newTotals(index.length);
  const { used, weight, divisor } = weights;
  for (let u = 0; u < used.length; u++) {
    const s = used[u];
    const leaf = leafOf[s];
    if (leaf < 0) continue;
    totals.flat[leaf] += weight[s];
    if (divisor !== undefined) totals.flatDivisor[leaf] += divisor[s];
  }
  return totals;
}

/** Flat and cum of every node of the index; `frames` are its stacks where they are at hand. */
export function nodeTotals(
  profile: Profile,
  index: NodeIndex,
  weights: StackWeights,
  frames?: DistinctFrames,
): Totals {
  if (frames !== undefined) {
    const totals = flatTotals(index, weights, frames.leaf);
    totals.cum.set(frames.sums(weights, weights.weight));
    if (weights.divisor !== undefined) {
      totals.cumDivisor.set(frames.sums(weights, weights.divisor));
    }
    return totals;
  }
  const totals = newTotals(index.length);
  const { flat, cum, flatDivisor, cumDivisor } = totals;
  const { from, to, location } = profile.stacks;
  const { start, node } = index;
  const { used, weight, divisor } = weights;
  // Per node the stack that it was counted for last, and beside it (one cache line) its sum. The stack as
  // an integer: before this is compiled, each double that is read is an object of the heap.
  const sums = new Float64Array(index.length * 2);
  const seen = new Int32Array(sums.buffer);
  for (let n = 0; n < index.length; n++) seen[n * 4] = -1;
  const only = onlyNodes(index);
  for (let u = 0; u < used.length; u++) {
    const s = used[u];
    const w = weight[s];
    const end = to[s];
    let i = from[s];
    while (i < end && only[location[i]] === NO_NODE) i += 1;
    if (i === end) continue;
    const leaf = node[start[location[i]]];
    flat[leaf] += w;
    if (divisor !== undefined) flatDivisor[leaf] += divisor[s];
    for (; i < end; i++) {
      const l = location[i];
      const single = only[l];
      if (single >= 0) {
        if (seen[single * 4] === s) continue;
        seen[single * 4] = s;
        sums[single * 2 + 1] += w;
        if (divisor !== undefined) cumDivisor[single] += divisor[s];
      } else if (single === SEVERAL_NODES) {
        const stop = start[l + 1];
        for (let k = start[l]; k < stop; k++) {
          const n = node[k];
          if (seen[n * 4] === s) continue;
          seen[n * 4] = s;
          sums[n * 2 + 1] += w;
          if (divisor !== undefined) cumDivisor[n] += divisor[s];
        }
      }
    }
  }
  for (let n = 0; n < index.length; n++) cum[n] = sums[n * 2 + 1];
  return totals;
}

const SKIPS = 1;
const SLOT_BITS = 1;

/** The node of a slot. */
export function slotNode(code: number): number {
  return code >> SLOT_BITS;
}

/**
 * Edges between the nodes that `isKept` has (all where it is undefined). Nodes that are not kept are
 * jumped over by residual edges.
 */
export function graphEdges(
  profile: Profile,
  index: NodeIndex,
  weights: StackWeights,
  isKept: Uint8Array | undefined,
): Edges {
  const edges = new Edges();
  const { from, to, location } = profile.stacks;
  const { used, weight, divisor } = weights;
  const { start, slot, isInlined, skipsAfter } = keptSlots(index, isKept);
  // The caller of a line is mostly the one of last time: its edge need not be looked up again. Pairs of
  // parent and edge, so that one cache line holds both.
  const last = new Int32Array(slot.length * 2).fill(-1);
  let sums = new EdgeSums(1024);
  for (let u = 0; u < used.length; u++) {
    const s = used[u];
    const w = weight[s];
    const begin = from[s];
    let parent = -1;
    let residual = 0;
    for (let i = to[s] - 1; i >= begin; i--) {
      const l = location[i];
      const first = start[l];
      let k = start[l + 1] - 1;
      if (k < first) {
        residual |= skipsAfter[l];
        continue;
      }
      for (; k >= first; k--) {
        const code = slot[k];
        const n = code >> SLOT_BITS;
        if (parent >= 0 && parent !== n) {
          let edge: number;
          if (last[k * 2] === parent) edge = last[k * 2 + 1];
          else {
            edge = edges.intern(parent, n);
            if (edge >= sums.capacity) sums = sums.grown();
            last[k * 2] = parent;
            last[k * 2 + 1] = edge;
          }
          if (sums.ints[edge * 4] !== s) {
            sums.ints[edge * 4] = s;
            const jumps = residual !== 0 || (code & SKIPS) !== 0;
            sums.ints[edge * 4 + 1] |=
              (jumps ? RESIDUAL : 0) | (isInlined[k] === 1 ? 0 : NOT_INLINE);
            sums.doubles[edge * 2 + 1] += w;
            if (divisor !== undefined) edges.divisor.data[edge] += divisor[s];
          }
        }
        parent = n;
        residual = 0;
      }
      residual = skipsAfter[l];
    }
  }
  for (let edge = 0; edge < edges.length; edge++) {
    edges.flags.data[edge] = sums.ints[edge * 4 + 1];
    edges.weight.data[edge] = sums.doubles[edge * 2 + 1];
  }
  return edges;
}

/**
 * While edges are summed up, all of one edge in sixteen bytes (one cache line): the stack that it was
 * counted for last, its flags, its weight. Scattered over columns it is three misses a frame.
 */
export class EdgeSums {
  readonly capacity: number;
  readonly ints: Int32Array;
  readonly doubles: Float64Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.ints = new Int32Array(capacity * 4);
    this.doubles = new Float64Array(this.ints.buffer);
    for (let edge = 0; edge < capacity; edge++) this.ints[edge * 4] = -1;
  }

  grown(): EdgeSums {
    const wider = new EdgeSums(this.capacity * 2);
    wider.ints.set(this.ints);
    return wider;
  }
}

/** The nodes of each location that are kept, and where others are jumped over. */
export interface KeptSlots {
  /** Slots of location i are [start[i], start[i+1]), innermost first. */
  readonly start: Int32Array;
  /** Node, and SKIPS where lines between it and the next slot outwards are not kept. */
  readonly slot: Int32Array;
  readonly isInlined: Uint8Array;
  /** By location: RESIDUAL where its innermost line is not kept. */
  readonly skipsAfter: Uint8Array;
}

export function keptSlots(index: NodeIndex, isKept: Uint8Array | undefined): KeptSlots {
  const { start, node, isInlined } = index;
  const locations = start.length - 1;
  const out = {
    start: new Int32Array(locations + 1),
    slot: new Int32Array(node.length),
    isInlined: new Uint8Array(node.length),
    skipsAfter: new Uint8Array(locations),
  };
  let at = 0;
  for (let l = 0; l < locations; l++) {
    const first = at;
    for (let k = start[l]; k < start[l + 1]; k++) {
      const n = node[k];
      if (isKept === undefined || isKept[n] === 1) {
        out.slot[at] = n << SLOT_BITS;
        out.isInlined[at] = isInlined[k];
        at += 1;
      } else if (at === first) out.skipsAfter[l] = RESIDUAL;
      else out.slot[at - 1] |= SKIPS;
    }
    out.start[l + 1] = at;
  }
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

/** What tags are collected for. */
export interface GraphOrTree {
  readonly index: NodeIndex;
  readonly tree: CallTree | undefined;
  readonly weights: StackWeights;
  /** Undefined: all nodes. */
  readonly isKept: Uint8Array | undefined;
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
