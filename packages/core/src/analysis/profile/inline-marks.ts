// Which of the nodes that a list shows are inlined into their callers: the only thing it wants edges for.
// Authority: google/pprof internal/report/report.go TextItems, internal/graph/graph.go newGraph (2026-07).
//
// An edge is inlined when the first call of each stack that it stands for is; a node is inlined when an
// edge into it is that is not too light to be kept, and partly when another kept edge is not. All edges
// would tell, at 30 ns a frame. But only an edge between two lines of one location can be inlined, and
// only one that is heavy enough in all its locations taken together: few edges have to be weighed. And
// weights only grow: an edge that is heavy enough is weighed no further, and whether a node is called
// from elsewhere too is settled by the first such edge. Of a heavy edge that was inlined so far only a
// call that is not can change anything; for that the stack is looked through once more, since what
// counts is the first call of the stack. Nearly all frames cost a look at one cache line (3 ns).
//
// A small profile is done before V8 has compiled any of that: there all edges are summed up after all, by
// one plain loop.
//
// A difference of profiles has weights below zero; there every edge into an inlined node is weighed.

import { addTo } from "./distinct-frames.ts";
import {
  Edges,
  EdgeSums,
  graphEdges,
  keptSlots,
  NOT_INLINE,
  slotNode,
  type KeptSlots,
} from "./graph.ts";
import type { NodeIndex } from "./nodes.ts";
import type { Profile } from "./profile.ts";
import type { StackWeights } from "./weights.ts";

/**
 * A set of callers in 32 bits, the bit of a node being its number modulo 32: it may contain more than was
 * put in, which costs time and is no error.
 */
const NOBODY = 0;
const EVERYBODY = -1;

/** So few nodes are followed sooner than it is found out which of them need not be. */
const FEW = 32;

/** So few frames of stacks are looked at sooner than what weighs only some of their edges is compiled. */
const FEW_FRAMES = 512 * 1024;

/** What is done otherwise where there is little; FEW and FEW_FRAMES but for tests. */
export interface Limits {
  readonly nodes: number;
  readonly frames: number;
}

export const IS_INLINED = 1;
/** Of an inlined node: some calls are not inlined. */
export const IS_CALLED = 2;

/** Of an edge: nothing that is added changes what it says. */
const IS_HEAVY = 8;

function hasNegative({ used, weight }: StackWeights): boolean {
  for (let u = 0; u < used.length; u++) if (weight[used[u]] < 0) return true;
  return false;
}

/** Of each location at least what its stacks weigh, without signs, a stack counted as often as it is in there. */
function locationBounds(
  { from, to, location }: Profile["stacks"],
  weights: StackWeights,
  locations: number,
): Float64Array {
  const bounds = new Float64Array(locations);
  const { used, weight } = weights;
  for (let u = 0; u < used.length; u++)
    addTo(bounds, location, from[used[u]], to[used[u]], Math.abs(weight[used[u]]));
  return bounds;
}

/** How many listed nodes are inlined into another somewhere, however light. */
function countInlined({ start, slot, isInlined }: KeptSlots, isListed: Uint8Array): number {
  const isCounted = new Uint8Array(isListed.length);
  let count = 0;
  for (let l = 0; l + 1 < start.length; l++) {
    const last = start[l + 1] - 1;
    for (let k = start[l]; k <= last; k++) {
      if (isInlined[k] === 0) continue;
      const n = slotNode(slot[k]);
      if (isListed[n] === 0 || isCounted[n] === 1) continue;
      if (k < last && slotNode(slot[k + 1]) === n) continue;
      isCounted[n] = 1;
      count += 1;
    }
  }
  return count;
}

/** Of each listed node the set of those that it may be inlined into by an edge of `least` or more. */
function inliners(
  { start, slot, isInlined }: KeptSlots,
  isListed: Uint8Array,
  bounds: Float64Array | undefined,
  least: number,
): Int32Array {
  const into = new Int32Array(isListed.length).fill(NOBODY);
  const pairs = new Edges();
  /** What is inlined into a caller in another location, since the lines around it are not kept. */
  const outside = new Float64Array(isListed.length);
  const isOutside = new Uint8Array(isListed.length);
  for (let l = 0; l + 1 < start.length; l++) {
    for (let k = start[l]; k < start[l + 1]; k++) {
      if (isInlined[k] === 0) continue;
      const n = slotNode(slot[k]);
      if (isListed[n] === 0) continue;
      const bound = bounds?.[l] ?? Infinity;
      const caller = k + 1 < start[l + 1] ? slotNode(slot[k + 1]) : -1;
      if (caller < 0) {
        isOutside[n] = 1;
        outside[n] += bound;
      } else if (caller !== n) {
        // By itself first: it may put another array in the place of `data`.
        const pair = pairs.intern(caller, n);
        pairs.weight.data[pair] += bound;
      }
    }
  }
  for (let pair = 0; pair < pairs.length; pair++) {
    const n = pairs.target.data[pair];
    const bound = pairs.weight.data[pair] + outside[n];
    if (bound >= least) into[n] |= 1 << pairs.source.data[pair];
  }
  for (let n = 0; n < into.length; n++) {
    if (isOutside[n] === 1 && outside[n] >= least) into[n] = EVERYBODY;
  }
  return into;
}

/** The nodes that some call enters which is not inlined. */
function calledNodes({ start, slot, isInlined }: KeptSlots, nodes: number): Uint8Array {
  const isCalled = new Uint8Array(nodes);
  for (let l = 0; l + 1 < start.length; l++) {
    // Only the outermost line of a location is not inlined into another.
    const last = start[l + 1] - 1;
    if (last >= start[l] && isInlined[last] === 0) isCalled[slotNode(slot[last])] = 1;
  }
  return isCalled;
}

/** Edges into the nodes asked for, as far as they matter. */
class Calls {
  readonly edges = new Edges();
  readonly #slots: KeptSlots;
  readonly #weights: StackWeights;
  /** By node: those that it may be inlined into. */
  readonly #into: Int32Array;
  /** By node: those whose calls of it matter (still). */
  readonly #wanted: Int32Array;
  /** By slot within a location: 1 where its edge is inlined and heavy, so that it is weighed no more. */
  readonly #isDone: Uint8Array;
  readonly #isCalled: Uint8Array;
  /** An edge of this weight that is not inlined settles its node; undefined: nothing does. */
  readonly #enough: number | undefined;
  #sums = new EdgeSums(1024);
  /** By slot its caller of last time and the edge: mostly it is the one of this time. */
  readonly #last: Int32Array;
  /**
   * Two numbers a location, so that a frame touches one cache line: the callers whose calls into it are
   * wanted, and its innermost node (−1: none, so that the caller of what it calls is farther out).
   */
  readonly #byLocation: Int32Array;
  /** Of the stack at hand: its frames. */
  #frames: Int32Array = new Int32Array(0);
  #begin = 0;
  #end = 0;
  /** Locations of it that were gathered, and the node that calls into each. */
  #location = new Int32Array(256);
  #parent = new Int32Array(256);
  /** Calls gathered that did not matter any more. */
  #wasted = 0;

  constructor(
    slots: KeptSlots,
    weights: StackWeights,
    into: Int32Array,
    enough: number | undefined,
  ) {
    this.#slots = slots;
    this.#weights = weights;
    this.#into = into;
    this.#isCalled = calledNodes(slots, into.length);
    // Of a node that is always inlined only those matter that it may be inlined into.
    this.#wanted = into.map((callers, n) =>
      callers === NOBODY || this.#isCalled[n] === 0 ? callers : EVERYBODY,
    );
    this.#isDone = new Uint8Array(slots.slot.length);
    this.#last = new Int32Array(slots.slot.length * 2).fill(-1);
    this.#enough = enough;
    const { start, slot } = slots;
    const locations = start.length - 1;
    this.#byLocation = new Int32Array(locations * 2);
    for (let l = 0; l < locations; l++) {
      this.#byLocation[l * 2 + 1] = start[l] === start[l + 1] ? -1 : slotNode(slot[start[l]]);
    }
    this.#setCallers();
  }

  #setCallers(): void {
    for (let l = 0; l + 1 < this.#slots.start.length; l++) this.#setCallersOf(l);
    this.#wasted = 0;
  }

  #setCallersOf(l: number): void {
    const { start, slot } = this.#slots;
    const last = start[l + 1] - 1;
    if (last < start[l]) return;
    let callers = this.#wanted[slotNode(slot[last])];
    for (let k = start[l]; k < last; k++) {
      const isWanted = (this.#wanted[slotNode(slot[k])] >>> slotNode(slot[k + 1])) & 1;
      if (isWanted !== 0 && this.#isDone[k] === 0) callers = EVERYBODY;
    }
    this.#byLocation[l * 2] = callers;
  }

  walk({ from, to, location }: Profile["stacks"]): void {
    const { used } = this.#weights;
    for (let u = 0; u < used.length; u++) {
      const s = used[u];
      this.#frames = location;
      this.#begin = from[s];
      this.#end = to[s];
      const hits = this.#gather(location, from[s], to[s]);
      for (let hit = 0; hit < hits; hit++) this.#look(this.#location[hit], this.#parent[hit], s);
      // What is settled is taken out of what is looked for when that costs no more than it wasted.
      if (this.#wasted > this.#byLocation.length) this.#setCallers();
    }
  }

  /**
   * The frames of a stack that may be wanted calls: which ones is past guessing for the processor, so
   * they are gathered without a branch. A function of its own, so that it is compiled as one.
   */
  #gather(location: Int32Array, begin: number, end: number): number {
    if (end - begin > this.#location.length) {
      this.#location = new Int32Array((end - begin) * 2);
      this.#parent = new Int32Array((end - begin) * 2);
    }
    const byLocation = this.#byLocation;
    const hitLocation = this.#location;
    const hitParent = this.#parent;
    let hits = 0;
    let parent = -1;
    for (let i = end - 1; i >= begin; i--) {
      const l = location[i];
      hitLocation[hits] = l;
      hitParent[hits] = parent;
      // A shift is by the lowest five bits of its right side.
      hits += (byLocation[l * 2] >>> parent) & 1;
      const innermost = byLocation[l * 2 + 1];
      if (innermost >= 0) parent = innermost;
    }
    return hits;
  }

  #look(l: number, caller: number, s: number): void {
    const { start, slot, isInlined } = this.#slots;
    const last = start[l + 1] - 1;
    let parent = caller;
    let isWasted = 1;
    let isChanged = false;
    for (let k = last; k >= start[l]; k--) {
      const n = slotNode(slot[k]);
      const isWanted = ((this.#wanted[n] >>> parent) & 1) !== 0 && this.#isDone[k] === 0;
      if (isWanted && parent >= 0 && parent !== n) {
        const isHeavy = this.#follow(parent, n, k, s, isInlined[k] === 1 ? 0 : NOT_INLINE);
        if (isHeavy && k < last) {
          this.#isDone[k] = 1;
          isChanged = true;
        }
        isWasted = 0;
      }
      parent = n;
    }
    if (isChanged) this.#setCallersOf(l);
    this.#wasted += isWasted;
  }

  /** Is the edge weighed enough. */
  #follow(parent: number, n: number, k: number, s: number, flags: number): boolean {
    const last = this.#last;
    let edge = last[k * 2 + 1];
    if (last[k * 2] !== parent) {
      edge = this.edges.intern(parent, n);
      if (edge >= this.#sums.capacity) this.#sums = this.#sums.grown();
      last[k * 2] = parent;
      last[k * 2 + 1] = edge;
    }
    const { ints, doubles } = this.#sums;
    const before = ints[edge * 4 + 1];
    if ((before & IS_HEAVY) !== 0) {
      if ((flags & ~before) !== 0 && !this.#isInlinedFirst(parent, n)) {
        ints[edge * 4 + 1] = before | NOT_INLINE;
        this.#wanted[n] = this.#into[n];
      }
      return true;
    }
    if (ints[edge * 4] === s) return false;
    const seen = before | flags;
    const sum = doubles[edge * 2 + 1] + this.#weights.weight[s];
    ints[edge * 4] = s;
    ints[edge * 4 + 1] = seen;
    doubles[edge * 2 + 1] = sum;
    if (this.#enough === undefined || sum < this.#enough) return false;
    ints[edge * 4 + 1] = seen | IS_HEAVY;
    if ((seen & NOT_INLINE) !== 0) this.#wanted[n] = this.#into[n];
    else if (this.#isCalled[n] === 0) this.#wanted[n] = NOBODY;
    return true;
  }

  /** Whether the first call of `n` by `parent` in the stack at hand is an inlined one. */
  #isInlinedFirst(parent: number, n: number): boolean {
    const { start, slot, isInlined } = this.#slots;
    let caller = -1;
    for (let i = this.#end - 1; i >= this.#begin; i--) {
      const l = this.#frames[i];
      for (let k = start[l + 1] - 1; k >= start[l]; k--) {
        const callee = slotNode(slot[k]);
        if (caller === parent && callee === n) return isInlined[k] === 1;
        caller = callee;
      }
    }
    return false;
  }

  weight(edge: number): number {
    return this.#sums.doubles[edge * 2 + 1];
  }

  isInline(edge: number): boolean {
    return (this.#sums.ints[edge * 4 + 1] & NOT_INLINE) === 0;
  }
}

/** What all edges say of their targets. */
function markByEdges(marks: Uint8Array, edges: Edges, least: number): void {
  for (let edge = 0; edge < edges.length; edge++) {
    if (Math.abs(edges.weight.data[edge]) < least) continue;
    marks[edges.target.data[edge]] |= edges.isInline(edge) ? IS_INLINED : IS_CALLED;
  }
}

/** Whether a node that is inlined nowhere is called is not asked. */
function forgetCalled(marks: Uint8Array): void {
  for (let n = 0; n < marks.length; n++) if (marks[n] === IS_CALLED) marks[n] = 0;
}

/**
 * Which nodes of `isListed` are IS_INLINED, and of those which are IS_CALLED too. Nodes outside `isKept`
 * (undefined: none) are jumped over, edges lighter than `least` left out.
 */
export function inlineMarks(
  profile: Profile,
  index: NodeIndex,
  weights: StackWeights,
  isKept: Uint8Array | undefined,
  isListed: Uint8Array,
  least: number,
  few: Limits = { nodes: FEW, frames: FEW_FRAMES },
): Uint8Array {
  const marks = new Uint8Array(index.length);
  if (profile.stacks.location.length <= few.frames) {
    markByEdges(marks, graphEdges(profile, index, weights, isKept), least);
    forgetCalled(marks);
    return marks;
  }
  const slots = keptSlots(index, isKept);
  const grows = !hasNegative(weights);
  const candidates = countInlined(slots, isListed);
  if (candidates === 0) return marks;
  const bounds =
    candidates > few.nodes
      ? locationBounds(profile.stacks, weights, profile.locations.length)
      : undefined;
  const into = inliners(slots, isListed, bounds, least);
  const calls = new Calls(slots, weights, into, grows ? least : undefined);
  calls.walk(profile.stacks);
  for (let edge = 0; edge < calls.edges.length; edge++) {
    if (Math.abs(calls.weight(edge)) < least) continue;
    marks[calls.edges.target.data[edge]] |= calls.isInline(edge) ? IS_INLINED : IS_CALLED;
  }
  forgetCalled(marks);
  return marks;
}
