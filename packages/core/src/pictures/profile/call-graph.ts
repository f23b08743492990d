// The call graph of a profile's heaviest functions: who calls whom and for how much. Functions that are
// left out are passed over, so an edge may stand for several calls ("residual", drawn dashed); an edge
// counts once a stack, as in google/pprof internal/graph/graph.go (2026-07).
//
// How it can mislead: edges are summed over the nodes that the tree carries. Where it has an "other",
// they are lower bounds; the nodes' own numbers are not.

import { OTHER_FRAME } from "../../analysis/profile/call-tree.ts";
import { type TreeView, widthOf } from "./tree-view.ts";

export interface GraphEdge {
  /** Indices into the frames that were asked for. */
  readonly from: number;
  readonly to: number;
  readonly plus: number;
  readonly minus: number;
  /** Nodes of the tree that add up to it, none below another. */
  readonly nodes: readonly number[];
  /** Some of its calls go through functions that are not shown. */
  readonly isResidual: boolean;
}

export interface CallGraph {
  readonly frames: readonly number[];
  readonly edges: readonly GraphEdge[];
  /** Share of the tree's width whose stacks end in an "other". */
  readonly notCarried: number;
}

/** Edges below this share of the whole are left out, as the upstream tool does. */
const LEAST_EDGE = 0.001;

export function callGraph(view: TreeView, frames: readonly number[], mostEdges: number): CallGraph {
  const { length, parent, frame } = view;
  const place = new Map(frames.map((f, i) => [f, i]));
  const n = frames.length;
  const plus = new Float64Array(n * n);
  const minus = new Float64Array(n * n);
  const isResidual = new Uint8Array(n * n);
  const nodes = new Map<number, number[]>();
  /** Nearest shown frame at or above each node, and whether something lies between. */
  const shown = new Int32Array(length).fill(-1);
  let other = 0;
  for (let i = 0; i < length; i++) {
    const up = parent[i];
    if (frame[i] === OTHER_FRAME) other += widthOf(view, i);
    const at = frame[i] < 0 ? undefined : place.get(frame[i]);
    const above = up < 0 ? -1 : shown[up];
    shown[i] = at ?? above;
    if (at === undefined || above < 0 || above === at) continue;
    // Once a stack: not again where the same edge lies further out on this path.
    if (isRepeated(view, shown, place, i, above, at)) continue;
    const edge = above * n + at;
    plus[edge] += view.plus.value[i];
    if (view.minus !== undefined) minus[edge] += view.minus.value[i];
    if (place.get(frame[up]) === undefined) isResidual[edge] = 1;
    const list = nodes.get(edge);
    if (list === undefined) nodes.set(edge, [i]);
    else list.push(i);
  }
  const whole = length === 0 ? 0 : widthOf(view, 0);
  const edges: GraphEdge[] = [];
  for (let e = 0; e < n * n; e++) {
    if (plus[e] + minus[e] <= whole * LEAST_EDGE) continue;
    edges.push({
      from: Math.floor(e / n),
      to: e % n,
      plus: plus[e],
      minus: minus[e],
      nodes: nodes.get(e) ?? [],
      isResidual: isResidual[e] === 1,
    });
  }
  edges.sort((a, b) => b.plus + b.minus - a.plus - a.minus || a.from - b.from || a.to - b.to);
  return {
    frames,
    edges: edges.slice(0, mostEdges),
    notCarried: whole > 0 ? other / whole : 0,
  };
}

function isRepeated(
  { parent, frame }: TreeView,
  shown: Int32Array,
  place: ReadonlyMap<number, number>,
  node: number,
  from: number,
  to: number,
): boolean {
  for (let i = parent[node]; i > 0; i = parent[i]) {
    if (place.get(frame[i]) === to && shown[parent[i]] === from) return true;
  }
  return false;
}
