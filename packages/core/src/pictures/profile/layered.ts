// A layered drawing of a directed graph (Sugiyama, Tagawa and Toda 1981): callers above callees, few
// crossings. Cycles are broken at their lightest way back, layers follow the longest path, nodes move
// to the barycentre of their neighbours, and places are relaxed until they hold their distance.
//
// For tens of nodes: rounds are a fixed number, each of cost nodes + edges.

export interface LayeredNode {
  readonly width: number;
  readonly height: number;
}

export interface LayeredEdge {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
}

export interface Layered {
  readonly width: number;
  readonly height: number;
  /** Centre of each node. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Points of each edge from its caller to its callee: x, y, x, y, … */
  readonly points: readonly (readonly number[])[];
}

const GAP_X = 24;
const GAP_Y = 56;
/** Room of an edge that passes a layer. */
const PASSING = 14;
const ROUNDS = 12;

interface Vertex {
  readonly node: number;
  readonly width: number;
  layer: number;
  x: number;
  readonly up: number[];
  readonly down: number[];
}

export function layered(nodes: readonly LayeredNode[], edges: readonly LayeredEdge[]): Layered {
  const isBack = backEdges(nodes.length, edges);
  const layer = layersOf(nodes.length, edges, isBack);
  const vertices: Vertex[] = nodes.map(({ width }, node) => ({
    node,
    width,
    layer: layer[node],
    x: 0,
    up: [],
    down: [],
  }));
  // An edge over several layers passes them in vertices of its own.
  const chains = edges.map(({ from, to }, e) => {
    const [top, bottom] = isBack[e] === 1 ? [to, from] : [from, to];
    const chain = [top];
    for (let l = layer[top] + 1; l < layer[bottom]; l++) {
      chain.push(vertices.length);
      vertices.push({ node: -1, width: PASSING, layer: l, x: 0, up: [], down: [] });
    }
    chain.push(bottom);
    for (let i = 1; i < chain.length; i++) {
      vertices[chain[i - 1]].down.push(chain[i]);
      vertices[chain[i]].up.push(chain[i - 1]);
    }
    return chain;
  });
  const rows: number[][] = [];
  vertices.forEach((v, i) => (rows[v.layer] ??= []).push(i));
  for (let l = 0; l < rows.length; l++) rows[l] ??= [];
  order(vertices, rows);
  place(vertices, rows);

  const heights = rows.map((row) =>
    row.reduce(
      (most, i) => Math.max(most, vertices[i].node < 0 ? 0 : nodes[vertices[i].node].height),
      0,
    ),
  );
  const tops: number[] = [];
  let y = 0;
  for (const height of heights) {
    tops.push(y);
    y += height + GAP_Y;
  }
  let left = Infinity;
  let right = -Infinity;
  for (const v of vertices) {
    left = Math.min(left, v.x - v.width / 2);
    right = Math.max(right, v.x + v.width / 2);
  }
  if (left > right) left = right = 0;
  const middle = (i: number): number => tops[vertices[i].layer] + heights[vertices[i].layer] / 2;
  const points = chains.map((chain, e) => {
    const out = chain.map((i): readonly [number, number] => [vertices[i].x - left, middle(i)]);
    if (isBack[e] === 1) out.reverse();
    // From the lower side of the caller to the upper of the callee; the other way round upwards.
    const sign = isBack[e] === 1 ? -1 : 1;
    const { from, to } = edges[e];
    const first = out[0];
    const last = out[out.length - 1];
    out[0] = [first[0], first[1] + (sign * nodes[from].height) / 2];
    out[out.length - 1] = [last[0], last[1] - (sign * nodes[to].height) / 2];
    return out.flat();
  });
  return {
    width: right - left,
    height: Math.max(0, y - GAP_Y),
    x: Float64Array.from(nodes, (_, i) => vertices[i].x - left),
    y: Float64Array.from(nodes, (_, i) => middle(i)),
    points,
  };
}

/** Edges that lead back into a path that is being walked, heavy edges first. */
function backEdges(count: number, edges: readonly LayeredEdge[]): Uint8Array {
  const out: number[][] = Array.from({ length: count }, () => []);
  const incoming = new Int32Array(count);
  edges.forEach(({ from, to }, e) => {
    out[from].push(e);
    incoming[to] += 1;
  });
  for (const list of out) list.sort((a, b) => edges[b].weight - edges[a].weight || a - b);
  const state = new Uint8Array(count);
  const isBack = new Uint8Array(edges.length);
  const roots = Array.from({ length: count }, (_, i) => i).sort(
    (a, b) => Math.min(1, incoming[a]) - Math.min(1, incoming[b]) || a - b,
  );
  for (const root of roots) {
    if (state[root] !== 0) continue;
    const path: { node: number; next: number }[] = [{ node: root, next: 0 }];
    state[root] = 1;
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const edge = out[top.node][top.next++];
      if (edge === undefined) {
        state[top.node] = 2;
        path.pop();
        continue;
      }
      const { to } = edges[edge];
      if (state[to] === 1) isBack[edge] = 1;
      else if (state[to] === 0) {
        state[to] = 1;
        path.push({ node: to, next: 0 });
      }
    }
  }
  return isBack;
}

function layersOf(count: number, edges: readonly LayeredEdge[], isBack: Uint8Array): Int32Array {
  const layer = new Int32Array(count);
  // Longest path by relaxation: without cycles it settles in at most `count` rounds.
  for (let round = 0, isMoving = true; isMoving && round <= count; round++) {
    isMoving = false;
    edges.forEach(({ from, to }, e) => {
      const [top, bottom] = isBack[e] === 1 ? [to, from] : [from, to];
      if (top === bottom || layer[bottom] > layer[top]) return;
      layer[bottom] = layer[top] + 1;
      isMoving = true;
    });
  }
  return layer;
}

function crossings(vertices: readonly Vertex[], rows: readonly (readonly number[])[]): number {
  const at = new Int32Array(vertices.length);
  for (const row of rows) row.forEach((v, i) => (at[v] = i));
  let sum = 0;
  for (const row of rows) {
    const ends = row.flatMap((v) => vertices[v].down.map((d) => at[d]).sort((a, b) => a - b));
    for (let i = 0; i < ends.length; i++) {
      for (let j = i + 1; j < ends.length; j++) if (ends[j] < ends[i]) sum += 1;
    }
  }
  return sum;
}

function order(vertices: readonly Vertex[], rows: number[][]): void {
  const at = new Float64Array(vertices.length);
  const number = (row: readonly number[]): void => row.forEach((v, i) => (at[v] = i));
  rows.forEach(number);
  let best = rows.map((row) => row.slice());
  let least = crossings(vertices, rows);
  for (let round = 0; round < ROUNDS && least > 0; round++) {
    const isDown = round % 2 === 0;
    const sequence = isDown ? rows : rows.toReversed();
    for (const row of sequence) {
      const key = row.map((v) => {
        const near = isDown ? vertices[v].up : vertices[v].down;
        return near.length === 0 ? at[v] : near.reduce((sum, u) => sum + at[u], 0) / near.length;
      });
      const by = row.map((_, i) => i).sort((a, b) => key[a] - key[b] || a - b);
      const sorted = by.map((i) => row[i]);
      sorted.forEach((v, i) => (row[i] = v));
      number(row);
    }
    const now = crossings(vertices, rows);
    if (now < least) {
      least = now;
      best = rows.map((row) => row.slice());
    }
  }
  best.forEach((row, l) => (rows[l] = row));
}

/** Moves each vertex to the mean of its neighbours, then apart again, keeping the order. */
function place(vertices: readonly Vertex[], rows: readonly (readonly number[])[]): void {
  for (const row of rows) {
    let x = 0;
    for (const v of row) {
      vertices[v].x = x + vertices[v].width / 2;
      x += vertices[v].width + GAP_X;
    }
    for (const v of row) vertices[v].x -= x / 2;
  }
  for (let round = 0; round < 2 * ROUNDS; round++) {
    const isDown = round % 2 === 0;
    for (const row of isDown ? rows : rows.toReversed()) {
      const wish = row.map((v) => {
        const { up, down, x } = vertices[v];
        const near = round >= ROUNDS ? [...up, ...down] : isDown ? up : down;
        return near.length === 0
          ? x
          : near.reduce((sum, u) => sum + vertices[u].x, 0) / near.length;
      });
      settle(vertices, row, wish);
    }
  }
}

/**
 * Nearest places to the wishes that keep order and distance: neighbours that would touch form a block
 * at the mean of its members' wishes (pool adjacent violators).
 */
function settle(
  vertices: readonly Vertex[],
  row: readonly number[],
  wish: readonly number[],
): void {
  const offset = new Float64Array(row.length);
  for (let i = 1; i < row.length; i++) {
    const gap = (vertices[row[i - 1]].width + vertices[row[i]].width) / 2 + GAP_X;
    offset[i] = offset[i - 1] + gap;
  }
  const blocks: { sum: number; count: number }[] = [];
  for (let i = 0; i < row.length; i++) {
    let block = { sum: wish[i] - offset[i], count: 1 };
    for (let before = blocks.at(-1); before !== undefined; before = blocks.at(-1)) {
      if (before.sum / before.count <= block.sum / block.count) break;
      block = { sum: block.sum + before.sum, count: block.count + before.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  let at = 0;
  for (const { sum, count } of blocks) {
    for (let k = 0; k < count; k++, at++) vertices[row[at]].x = sum / count + offset[at];
  }
}
