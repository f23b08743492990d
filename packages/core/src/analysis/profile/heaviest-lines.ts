// Which line of a function has most of it, for the functions that a list shows: the place that is named
// beside each. Cost: one look at every frame, and sums only for the lines of those functions.

import { IntLists } from "../../model/builders/int-lists.ts";
import { FileNames, type NodeIndex } from "./nodes.ts";
import { placeSums } from "./place-sums.ts";
import type { Profile } from "./profile.ts";
import type { StackWeights } from "./weights.ts";

export interface HeaviestLine {
  readonly file: string;
  readonly line: number;
  /** Further lines of the function with a share of it. */
  readonly others: number;
}

/** By node; none where a node has no line in a file. */
export type HeaviestLines = ReadonlyMap<number, HeaviestLine>;

/** Node, file, line. */
const FIELDS = 3;

/**
 * The line with the largest flat, or of equal ones with the largest cum.
 * @param profile with its lines: what `index` was made of, before lines were taken away
 */
export function heaviestLines(
  profile: Profile,
  index: NodeIndex,
  { used, weight }: StackWeights,
  nodes: readonly number[],
  trimPath: (path: string) => string,
): HeaviestLines {
  const { locations, functions, stacks } = profile;
  const isListed = new Uint8Array(index.length);
  for (const node of nodes) isListed[node] = 1;
  const files = new FileNames(profile, trimPath);
  const known = new IntLists();
  const fields = new Int32Array(FIELDS);
  const start = new Int32Array(index.start.length);
  const place = new Int32Array(index.node.length);
  /** Of each location the place of its innermost line, −1 where that is of no listed function. */
  const inner = new Int32Array(locations.length).fill(-1);
  let at = 0;
  for (let l = 0; l < locations.length; l++) {
    const first = index.start[l];
    const count = index.start[l + 1] - first;
    // Without inlined lines the index has the outermost alone.
    const skipped = Math.max(0, locations.lineEnd[l] - locations.lineStart[l] - count);
    for (let k = 0; k < count; k++) {
      const node = index.node[first + k];
      if (isListed[node] === 0) continue;
      const line = locations.lineStart[l] + skipped + k;
      const fn = line < locations.lineEnd[l] ? locations.lineFunction[line] : -1;
      fields[0] = node;
      fields[1] = fn < 0 ? 0 : files.of(functions.file[fn]);
      fields[2] = fn < 0 ? 0 : locations.lineNumber[line];
      const is = known.intern(fields, 0, FIELDS);
      if (k === 0) inner[l] = is;
      place[at++] = is;
    }
    start[l + 1] = at;
  }
  const { length } = known;
  const data = new Float64Array(used.length);
  for (let u = 0; u < used.length; u++) data[u] = weight[used[u]];
  const cum = placeSums(stacks, { length, start, place }, { stack: used, width: 1, data });
  const flat = new Float64Array(length);
  for (const s of used) {
    let i = stacks.from[s];
    while (
      i < stacks.to[s] &&
      index.start[stacks.location[i]] === index.start[stacks.location[i] + 1]
    )
      i += 1;
    const leaf = i === stacks.to[s] ? -1 : inner[stacks.location[i]];
    if (leaf >= 0) flat[leaf] += weight[s];
  }
  const best = new Int32Array(index.length).fill(-1);
  const lines = new Int32Array(index.length);
  const field = (is: number, which: number): number => known.data.data[is * FIELDS + which];
  for (let is = 0; is < length; is++) {
    if (flat[is] === 0 && cum[is] === 0) continue;
    const node = field(is, 0);
    const before = best[node];
    lines[node] += 1;
    const isHeavier =
      before < 0 ||
      Math.abs(flat[is]) > Math.abs(flat[before]) ||
      (Math.abs(flat[is]) === Math.abs(flat[before]) && Math.abs(cum[is]) > Math.abs(cum[before]));
    if (isHeavier) best[node] = is;
  }
  const out = new Map<number, HeaviestLine>();
  for (const node of nodes) {
    const is = best[node];
    const file = is < 0 ? "" : files.texts[field(is, 1)];
    if (file !== "") out.set(node, { file, line: field(is, 2), others: lines[node] - 1 });
  }
  return out;
}
