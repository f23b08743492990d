// Where boxes are found again: in another scene, folded or not, and from one hit of a search to the next.

import type { Part, Scene, SceneHits } from "./model.ts";
import { type Marked, sceneRow } from "./painter.ts";

/** Place of a node of the tree that is not folded; −1: it has no width. */
export function placeOf(part: Part, node: number): number {
  const box = part.box === undefined ? node : (part.box[node] ?? -1);
  return part.flame.place[box] ?? -1;
}

export function isWithin(
  part: Part,
  marked: Marked | undefined,
  index: number,
  place: number,
): boolean {
  if (marked === undefined || marked.part !== index) return false;
  const { flame } = part;
  return (
    (flame.x0[marked.place] ?? 0) >= (flame.x0[place] ?? 0) &&
    (flame.x1[marked.last] ?? 0) <= (flame.x1[place] ?? 0) &&
    (flame.row[flame.node[marked.place] ?? 0] ?? 0) >= (flame.row[flame.node[place] ?? 0] ?? 0)
  );
}

/** The same stack's box in another scene of the same kind; undefined where it holds nothing there. */
export function sameBox(before: Scene, now: Scene, marked: Marked | undefined): Marked | undefined {
  if (before.kind !== now.kind || before.frame !== now.frame || marked === undefined)
    return undefined;
  const from = before.parts[marked.part];
  const to = now.parts[marked.part];
  if (from === undefined || to === undefined) return undefined;
  const box = from.flame.node[marked.place] ?? 0;
  const place = placeOf(to, from.nodeOf === undefined ? box : (from.nodeOf[box] ?? 0));
  return place < 0 ? undefined : { part: marked.part, place, last: place };
}

/** The hit that follows a box in rows from the top, or precedes it; around at the ends. */
export function hitBeside(
  scene: Scene,
  hits: SceneHits,
  from: Marked | undefined,
  by: 1 | -1,
): Marked | undefined {
  const all: { readonly marked: Marked; readonly row: number; readonly x: number }[] = [];
  scene.parts.forEach(({ flame }, part) => {
    flame.node.forEach((node, place) => {
      // The function of a sandwich stands in both parts and is drawn once.
      if (hits.isHit[part]?.[node] !== 1 || (part === 1 && place === 0)) return;
      const row = sceneRow(scene, part, flame.row[node] ?? 0);
      all.push({ marked: { part, place, last: place }, row, x: flame.x0[place] ?? 0 });
    });
  });
  all.sort((a, b) => a.row - b.row || a.x - b.x);
  const flame = from === undefined ? undefined : scene.parts[from.part]?.flame;
  if (from === undefined || flame === undefined) return all.at(by > 0 ? 0 : -1)?.marked;
  const row = sceneRow(scene, from.part, flame.row[flame.node[from.place] ?? 0] ?? 0);
  const x = flame.x0[from.place] ?? 0;
  const next =
    by > 0
      ? all.find((h) => h.row > row || (h.row === row && h.x > x))
      : all.findLast((h) => h.row < row || (h.row === row && h.x < x));
  return (next ?? all.at(by > 0 ? 0 : -1))?.marked;
}
