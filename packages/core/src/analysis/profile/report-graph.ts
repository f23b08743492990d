// The part of a call graph that a report shows: small nodes and edges left out, nodes in order.
// Authority: google/pprof internal/report/report.go newTrimmedGraph, internal/graph/graph.go (2026-07).
//
// A node left out is left out of the picture only: what it had in itself is not given to its callers,
// and edges across it become residual. Hence "Showing nodes accounting for …" may be below 100 %.

import { toInt64 } from "./go-numbers.ts";
import { compareText } from "./go-format.ts";
import {
  callTree,
  cumValue,
  Edges,
  flatValue,
  graphEdges,
  nodeTotals,
  NOT_INLINE,
  RESIDUAL,
  type CallTree,
  type GraphOrTree,
  type Totals,
} from "./graph.ts";
import type { DistinctFrames } from "./distinct-frames.ts";
import { inlineMarks, IS_CALLED, IS_INLINED } from "./inline-marks.ts";
import type { NodeIndex } from "./nodes.ts";
import type { Profile } from "./profile.ts";
import type { NodeTags } from "./tags.ts";
import type { StackWeights } from "./weights.ts";

export interface TrimOptions {
  readonly nodeCount: number;
  readonly nodeFraction: number;
  readonly edgeFraction: number;
  readonly cumSort: boolean;
  readonly dropNegative: boolean;
  readonly callTree: boolean;
  /** The order and the choice of nodes for a picture instead of a list. */
  readonly visual: boolean;
  /** Which edges the report looks at; for lists only whether a node is inlined. */
  readonly edges: "all" | "inline" | "none";
  /** Tags of nodes, where the report shows them. */
  readonly tags: ((graph: GraphOrTree) => NodeTags) | undefined;
  /** The stacks in a form that is faster to add up, where it is at hand. */
  readonly frames?: DistinctFrames | undefined;
}

/** |x| of an int64 cut from a product, as `abs64(int64(float64(total) * fraction))`. */
export function cutoff(total: number, fraction: number): number {
  const value = toInt64(total * fraction);
  // The least integer has no magnitude in 64 bits and stays negative: nothing is below it.
  return value === -(2 ** 63) ? value : Math.abs(value);
}

export class ReportGraph {
  readonly index: NodeIndex;
  readonly totals: Totals;
  readonly tags: NodeTags | undefined;
  readonly edges: Edges;
  /** In the order of the report. */
  readonly nodes: readonly number[];
  readonly origCount: number;
  readonly droppedNodes: number;
  readonly droppedEdges: number;
  readonly tree: CallTree | undefined;
  /** Where edges were not asked for, but which nodes are inlined. */
  readonly #inlineMarks: Uint8Array | undefined;
  #in: Map<number, number[]> | undefined;
  #out: Map<number, number[]> | undefined;

  constructor(parts: {
    index: NodeIndex;
    totals: Totals;
    tags: NodeTags | undefined;
    edges: Edges;
    nodes: readonly number[];
    origCount: number;
    droppedNodes: number;
    droppedEdges: number;
    tree: CallTree | undefined;
    inlineMarks?: Uint8Array | undefined;
  }) {
    this.index = parts.index;
    this.totals = parts.totals;
    this.tags = parts.tags;
    this.edges = parts.edges;
    this.nodes = parts.nodes;
    this.origCount = parts.origCount;
    this.droppedNodes = parts.droppedNodes;
    this.droppedEdges = parts.droppedEdges;
    this.tree = parts.tree;
    this.#inlineMarks = parts.inlineMarks;
  }

  /** Node of the index that `node` shows. */
  info(node: number): number {
    return this.tree === undefined ? node : this.tree.info[node];
  }

  name(node: number): string {
    return this.index.printableName(this.info(node));
  }

  flatValue(node: number): number {
    return flatValue(this.totals, node);
  }

  cumValue(node: number): number {
    return cumValue(this.totals, node);
  }

  incoming(node: number): readonly number[] {
    this.#in ??= edgesBy(this.edges, this.edges.target.data);
    return this.#in.get(node) ?? [];
  }

  outgoing(node: number): readonly number[] {
    this.#out ??= edgesBy(this.edges, this.edges.source.data);
    return this.#out.get(node) ?? [];
  }

  /** Heaviest first. */
  sorted(edges: readonly number[]): number[] {
    return edges.toSorted((a, b) => this.compareEdges(a, b));
  }

  compareEdges(a: number, b: number): number {
    const { weight, source, target } = this.edges;
    const byWeight = Math.abs(weight.data[b]) - Math.abs(weight.data[a]);
    if (byWeight !== 0) return byWeight;
    return (
      compareText(this.name(source.data[a]), this.name(source.data[b])) ||
      compareText(this.name(target.data[a]), this.name(target.data[b]))
    );
  }

  /** "(inline)" when every call shown is inlined, "(partial-inline)" when some are. */
  inlineLabel(node: number): string {
    let mark = this.#inlineMarks?.[node] ?? 0;
    for (const edge of this.incoming(node)) {
      mark |= this.edges.isInline(edge) ? IS_INLINED : IS_CALLED;
    }
    if ((mark & IS_INLINED) === 0) return "";
    return (mark & IS_CALLED) !== 0 ? "(partial-inline)" : "(inline)";
  }

  /** Sum of what the nodes shown have in themselves. */
  shownTotal(): number {
    let total = 0;
    for (const node of this.nodes) total += this.flatValue(node);
    return total;
  }
}

function edgesBy(edges: Edges, end: Int32Array): Map<number, number[]> {
  const out = new Map<number, number[]>();
  for (let edge = 0; edge < edges.length; edge++) {
    if (edges.isRemoved(edge)) continue;
    const list = out.get(end[edge]);
    if (list === undefined) out.set(end[edge], [edge]);
    else list.push(edge);
  }
  return out;
}

type Score = (node: number) => number;

/** Where the order of UTF-16 units is not that of code points. */
const SURROGATES_AND_BEYOND = /[\ud800-\uffff]/;

function compareUnits(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Orders nodes: a score, then names, then what is left, so that it never depends on chance. */
class NodeOrder {
  readonly #index: NodeIndex;
  readonly #tree: CallTree | undefined;

  constructor(index: NodeIndex, tree: CallTree | undefined) {
    this.#index = index;
    this.#tree = tree;
  }

  #info(node: number): number {
    return this.#tree === undefined ? node : this.#tree.info[node];
  }

  #compareNames(a: number, b: number, compare: typeof compareText): number {
    const index = this.#index;
    const left = index.address(a);
    const right = index.address(b);
    if (left !== 0 && right !== 0 && left !== right) return left < right ? -1 : 1;
    return (
      compare(index.printableName(a), index.printableName(b)) ||
      compareText(index.sortKey(a), index.sortKey(b))
    );
  }

  /** Names share long beginnings, and most nodes have the same flat, 0: what the engine compares is faster. */
  #comparerOf(nodes: readonly number[]): typeof compareText {
    const isPlain = nodes.every(
      (node) => !SURROGATES_AND_BEYOND.test(this.#index.printableName(this.#info(node))),
    );
    return isPlain ? compareUnits : compareText;
  }

  sort(nodes: readonly number[], score: Score, second: Score): number[] {
    const compare = this.#comparerOf(nodes);
    return nodes.toSorted((a, b) => {
      const byScore = score(b) - score(a);
      if (byScore !== 0) return byScore;
      const left = this.#info(a);
      const right = this.#info(b);
      if (left !== right) return this.#compareNames(left, right, compare);
      return second(b) - second(a) || a - b;
    });
  }
}

const NO_EDGES = new Edges();

/**
 * `abs(int64(product) + flat)`. Edges of weight 0 or, below a negative flat, any edge make the entropy
 * NaN. Go on amd64 turns that into the least int64, and adding wraps around: a node with a flat of its
 * own comes before all others, those with the smaller flat first, and a node without comes last.
 */
function scoreOf(product: number, flat: number): number {
  if (!Number.isNaN(product)) return Math.abs(Math.trunc(product) + flat);
  return flat === 0 ? -1 : SCORE_OF_WRAPPED / (Math.abs(flat) + 1);
}

/** Above every score that is a sum of values, whatever the flat is divided by. */
const SCORE_OF_WRAPPED = 2 ** 130;

/** The order for pictures: nodes where paths part or join before those that only pass on. */
function entropyScores(
  nodes: readonly number[],
  edges: Edges,
  totals: Totals,
): Map<number, number> {
  const incoming = edgesBy(edges, edges.target.data);
  const outgoing = edgesBy(edges, edges.source.data);
  const entropy = (list: readonly number[], self: number): number => {
    let total = self;
    for (const edge of list) total += Math.max(edges.weight.data[edge], 0);
    if (total === 0) return 0;
    let score = 0;
    const add = (part: number): void => {
      const fraction = Math.abs(part) / total;
      score += -fraction * Math.log2(fraction);
    };
    for (const edge of list) add(edges.weight.data[edge]);
    if (self > 0) add(self);
    return score;
  };
  const scores = new Map<number, number>();
  for (const node of nodes) {
    const ins = incoming.get(node) ?? [];
    const outs = outgoing.get(node) ?? [];
    const flat = totals.flat[node];
    let score = ins.length === 0 ? 1 : entropy(ins, 0);
    score += outs.length === 0 ? 1 : entropy(outs, flat);
    scores.set(node, scoreOf(score * totals.cum[node], flat));
  }
  return scores;
}

function listed(totals: Totals, dropNegative: boolean): number[] {
  const out: number[] = [];
  const { flat, cum } = totals;
  for (let n = 0; n < cum.length; n++) {
    if (cum[n] === 0 && flat[n] === 0) continue;
    if (dropNegative && (flat[n] < 0 || (flat[n] === 0 && cum[n] < 0))) continue;
    out.push(n);
  }
  return out;
}

function maskOf(nodes: readonly number[], length: number): Uint8Array {
  const mask = new Uint8Array(length);
  for (const node of nodes) mask[node] = 1;
  return mask;
}

/** Most tags shown at a node; they count as nodes in a picture. */
export const MAX_NODELETS = 4;

export function trimmedGraph(
  profile: Profile,
  index: NodeIndex,
  weights: StackWeights,
  options: TrimOptions,
): ReportGraph {
  const tree = options.callTree ? callTree(profile, index, weights) : undefined;
  const totals = tree?.totals ?? nodeTotals(profile, index, weights, options.frames);
  const order = new NodeOrder(index, tree);
  const length = totals.cum.length;
  const all = listed(totals, options.dropNegative);
  let nodes = all;
  let flatSum = 0;
  for (const node of nodes) flatSum += totals.flat[node];
  const nodeCutoff = cutoff(flatSum, options.nodeFraction);
  const edgeCutoff = cutoff(flatSum, options.edgeFraction);

  // `kept` stays undefined until something is left out: until then edges may lead to nodes that are
  // not listed (sums that cancelled out), and these are shown.
  let kept: Uint8Array | undefined;
  const edgesFor = (): Edges => {
    if (tree !== undefined) return treeEdges(tree, maskOf(all, length), kept);
    if (options.edges !== "all") return NO_EDGES;
    return graphEdges(profile, index, weights, kept);
  };

  let droppedNodes = 0;
  if (nodeCutoff > 0) {
    const heavy = nodes.filter((node) => Math.abs(totals.cum[node]) >= nodeCutoff);
    if (heavy.length !== nodes.length) {
      droppedNodes = nodes.length - heavy.length;
      nodes = heavy;
      kept = maskOf(nodes, length);
    }
  }
  const origCount = nodes.length;

  let edges: Edges | undefined;
  const sort = (): void => {
    const flat: Score = (node) => Math.abs(totals.flat[node]);
    const cum: Score = (node) => Math.abs(totals.cum[node]);
    if (options.visual) {
      edges ??= edgesFor();
      const scores = entropyScores(nodes, edges, totals);
      nodes = order.sort(nodes, (node) => scores.get(node) ?? 0, flat);
    } else nodes = options.cumSort ? order.sort(nodes, cum, flat) : order.sort(nodes, flat, cum);
  };
  sort();

  const tags = options.tags?.({ index, tree, weights, isKept: kept });
  tags?.trim(nodeCutoff);
  // Light edges are taken out before the largest nodes are chosen, and only those taken out afterwards
  // are counted: none, unless a choice had to be made.
  let counts = true;
  if (options.nodeCount > 0) {
    counts = false;
    const top = nodes.slice(0, topCount(nodes, options, tags));
    if (top.length !== nodes.length) {
      nodes = top;
      kept = maskOf(nodes, length);
      edges = undefined;
      counts = true;
      sort();
    }
  }
  edges ??= edgesFor();
  const isListed = maskOf(nodes, length);
  const trimmedEdges = trimEdges(edges, isListed, edgeCutoff);
  const droppedEdges = counts ? trimmedEdges : 0;
  const graph = new ReportGraph({
    index,
    totals,
    tags,
    edges,
    nodes,
    origCount,
    droppedNodes,
    droppedEdges,
    tree,
    inlineMarks:
      options.edges === "inline" && tree === undefined
        ? inlineMarks(profile, index, weights, kept, isListed, edgeCutoff)
        : undefined,
  });
  if (!options.visual) return graph;
  removeRedundantEdges(graph);
  // A fresh one, whose lists of edges are without the removed.
  return new ReportGraph({
    index,
    totals,
    tags,
    edges,
    nodes,
    origCount,
    droppedNodes,
    droppedEdges,
    tree,
  });
}

function topCount(
  nodes: readonly number[],
  { nodeCount, visual }: TrimOptions,
  tags: NodeTags | undefined,
): number {
  let most = nodeCount;
  if (visual) {
    let count = 0;
    for (const [i, node] of nodes.entries()) {
      count += Math.min(tags?.countFlat(node) ?? 0, MAX_NODELETS) + 1;
      if (count >= nodeCount) {
        most = i + 1;
        break;
      }
    }
  }
  return Math.min(most, nodes.length);
}

/** Only edges into nodes that are listed are looked at; the others stay, however light. */
function trimEdges(edges: Edges, isListed: Uint8Array, least: number): number {
  let removed = 0;
  for (let edge = 0; edge < edges.length; edge++) {
    if (isListed[edges.target.data[edge]] === 0) continue;
    if (edges.isRemoved(edge) || Math.abs(edges.weight.data[edge]) >= least) continue;
    edges.remove(edge);
    removed += 1;
  }
  return removed;
}

/** Residual edges whose ends are connected by another path say nothing new. */
function removeRedundantEdges(graph: ReportGraph): void {
  const { edges, nodes } = graph;
  for (let i = nodes.length - 1; i >= 0; i--) {
    const incoming = graph.sorted(graph.incoming(nodes[i]));
    for (let j = incoming.length - 1; j >= 0; j--) {
      const edge = incoming[j];
      if (edges.isRemoved(edge)) continue;
      // Nothing lighter than a real call is removed past it.
      if (!edges.isResidual(edge)) break;
      if (isRedundant(graph, edge)) edges.remove(edge);
    }
  }
}

function isRedundant(graph: ReportGraph, edge: number): boolean {
  const { edges } = graph;
  const source = edges.source.data[edge];
  const target = edges.target.data[edge];
  const seen = new Set([target]);
  const queue = [target];
  for (let i = 0; i < queue.length; i++) {
    for (const into of graph.incoming(queue[i])) {
      const from = edges.source.data[into];
      if (into === edge || edges.isRemoved(into) || seen.has(from)) continue;
      if (from === source) return true;
      seen.add(from);
      queue.push(from);
    }
  }
  return false;
}

/** Edges of a tree from each node to the nearest ancestor that is not cut out. */
function treeEdges(tree: CallTree, isListed: Uint8Array, kept: Uint8Array | undefined): Edges {
  const edges = new Edges();
  const isCut = (node: number): boolean =>
    kept !== undefined && isListed[node] === 1 && kept[node] === 0;
  for (let node = 0; node < tree.length; node++) {
    if (isCut(node)) continue;
    let parent = tree.parent[node];
    let isInline = tree.isInline[node] === 1;
    let isResidual = false;
    while (parent >= 0 && isCut(parent)) {
      isResidual = true;
      isInline &&= tree.isInline[parent] === 1;
      parent = tree.parent[parent];
    }
    if (parent < 0) continue;
    const edge = edges.intern(parent, node);
    edges.weight.data[edge] = tree.totals.cum[node];
    edges.divisor.data[edge] = tree.totals.cumDivisor[node];
    edges.flags.data[edge] = (isResidual ? RESIDUAL : 0) | (isInline ? 0 : NOT_INLINE);
  }
  return edges;
}
