// One flame as a list of things to draw. Node writes them as markup, the browser as elements: both draw
// the same because both ask here.

import {
  type Certainty,
  type FlameBoxes,
  boxColumn,
  certainty,
  columnOutline,
  foldFlame,
  guiltyColumns,
  layoutFlame,
} from "@heapwright/core/pictures/flame-boxes.ts";
import { type FrameName, boxLabel } from "@heapwright/core/pictures/flame-labels.ts";
import { type FlameValues, valuesWithout } from "@heapwright/core/pictures/flame-tree.ts";
import { position, shortFunction } from "@heapwright/core/pictures/go-names.ts";
import { type CarriedFlame } from "./flame-data.ts";
import { byteUnit, grouped, inUnit, limits, percent, short, time } from "./numbers.ts";
import type { ClientWords } from "./client-words.ts";

export const FLAME_ROW = 20;
export const FLAME_BOX = 19;
export const FLAME_FONT = 11;
/** px between a box's edge and its text. */
export const FLAME_PAD = 5;
const MOST_ROWS = 40;
/** Share of the width below which a box is put with its neighbours: 1.5 px of 1000. */
const LEAST = 0.0015;
/** Frames a title lists; a chain of wrappers may be longer than a tooltip. */
const MOST_TITLED = 8;

export interface FlameState {
  /** Index into the tree's values. */
  readonly type: number;
  /** Box that fills the width. */
  readonly zoom: number;
  readonly isUnfolded: boolean;
  /** Nodes that are left out, with everything below them. */
  readonly without: ReadonlySet<number>;
}

export interface FlameItem {
  /** −1: several small boxes below `under`. */
  readonly box: number;
  readonly under: number;
  readonly x: number;
  readonly width: number;
  readonly row: number;
  readonly certainty: Certainty;
  /** Share of the box that is shaded: of the wall time of assists, what was spent on a core. */
  readonly shaded: number | undefined;
  readonly isGuilty: boolean;
  /** Stands for more than one frame. */
  readonly isFolded: boolean;
  readonly frames: readonly FrameName[];
  /** The box in words: names, value, interval, samples, share. */
  readonly title: string;
}

export interface FlameView {
  readonly items: readonly FlameItem[];
  readonly rows: number;
  readonly deeper: number;
  readonly outlines: readonly (readonly { readonly x: number; readonly row: number }[])[];
  readonly boxes: FlameBoxes;
  readonly values: FlameValues;
  /** Value per box. */
  readonly value: Float64Array;
}

export const START: FlameState = { type: 0, zoom: 0, isUnfolded: false, without: new Set() };

export function framesOf({ tree }: CarriedFlame, boxes: FlameBoxes, box: number): FrameName[] {
  const out: FrameName[] = [];
  for (let i = boxes.frameStart[box] ?? 0; i < (boxes.frameStart[box + 1] ?? 0); i++) {
    const node = boxes.frame[i] ?? 0;
    out.push({ name: tree.strings[tree.name[node] ?? 0] ?? "", isLine: tree.isLine[node] === 1 });
  }
  return out;
}

/** Source position of a box: that of its last frame. */
export function positionOf({ tree }: CarriedFlame, boxes: FlameBoxes, box: number): string {
  const node = boxes.frame[(boxes.frameStart[box + 1] ?? 1) - 1] ?? 0;
  const file = tree.strings[tree.file[node] ?? 0] ?? "";
  return file === "" ? "" : position(file, tree.line[node] ?? 0);
}

interface Amount {
  readonly value: number;
  readonly lo: number;
  readonly hi: number;
}

/** A value in the unit of the whole, with its interval; "≥" alone where the profile is damaged. */
export function amountText(
  { unit }: FlameValues,
  whole: number,
  { value, lo, hi }: Amount,
  isBound: boolean,
): string {
  const least = isBound ? "≥\u00a0" : "";
  if (unit === "bytes") {
    const size = byteUnit(whole);
    const range = isBound ? "" : limits(lo, hi, size);
    return `${least}${inUnit(value, size)}\u00a0${size.name} ${range}`.trim();
  }
  if (unit === "ns") return `${least}${time(value)}`;
  const range = !isBound && Number.isFinite(lo) && lo !== hi ? ` [${short(lo)}, ${short(hi)}]` : "";
  return `${least}${grouped(value)}${range}`;
}

/** A sum whose interval is not known. */
export function sumOnly(value: number): Amount {
  return { value, lo: Number.NaN, hi: Number.NaN };
}

function titleOf(
  carriedFlame: CarriedFlame,
  boxes: FlameBoxes,
  values: FlameValues,
  box: number,
  onCoreNs: number | undefined,
  labels: ClientWords,
): string {
  const frames = framesOf(carriedFlame, boxes, box);
  const shown = frames.slice(-MOST_TITLED).map((f) => (f.isLine ? "" : shortFunction(f.name)));
  const names = shown.filter((n) => n !== "").join(" › ");
  const more = frames.length > MOST_TITLED ? `+${frames.length - MOST_TITLED} › ` : "";
  const at = positionOf(carriedFlame, boxes, box);
  const node = boxes.frame[boxes.frameStart[box] ?? 0] ?? 0;
  const value = values.value[node] ?? 0;
  const lo = values.lo[node] ?? Number.NaN;
  const hi = values.hi[node] ?? Number.NaN;
  const n = values.samples[node] ?? Number.NaN;
  const whole = values.value[0] ?? 0;
  const parts = [
    `${more}${names}`,
    at,
    amountText(values, whole, { value, lo, hi }, carriedFlame.isBound),
  ];
  if (onCoreNs !== undefined) parts.push(labels.onCore(time(onCoreNs)));
  if (Number.isFinite(n) && values.unit === "ns") parts.push(labels.assists(grouped(n)));
  else if (Number.isFinite(n)) {
    parts.push(n < 1.5 && n > 0 ? labels.oneSample : labels.samples(grouped(n)));
  }
  if (whole > 0) parts.push(labels.ofAll(percent(value / whole)));
  return parts.filter((p) => p !== "").join(" · ");
}

export function flameView(flame: CarriedFlame, state: FlameState, labels: ClientWords): FlameView {
  const { tree } = flame;
  const whole = tree.values[state.type] ?? tree.values[0];
  if (whole === undefined) throw new Error("a flame needs values of one type at least");
  const left = (all: FlameValues): FlameValues =>
    state.without.size === 0 ? all : valuesWithout(all, tree.parent, (n) => state.without.has(n));
  const values = left(whole);
  const cpu = tree.values.find((v) => v.id === "assist-cpu");
  const onCore = whole.id === "assist-wall" && cpu !== undefined ? left(cpu).value : undefined;
  const boxes = foldFlame(tree, state.isUnfolded);
  const value = boxColumn(boxes, values.value);
  const pruned = new Int32Array(boxes.length);
  for (let b = 0; b < boxes.length; b++) {
    for (let i = boxes.frameStart[b] ?? 0; i < (boxes.frameStart[b + 1] ?? 0); i++) {
      pruned[b] = (pruned[b] ?? 0) + (flame.pruned[boxes.frame[i] ?? 0] ?? 0);
    }
  }
  const layout = layoutFlame(boxes.parent, value, {
    zoom: Math.min(state.zoom, boxes.length - 1),
    least: LEAST,
    rows: MOST_ROWS,
    pruned,
  });
  const items = layout.rects.map((r): FlameItem => {
    const base = { box: r.box, under: r.under, x: r.x, width: r.width, row: r.row };
    if (r.box < 0) {
      const sum = amountText(values, values.value[0] ?? 0, sumOnly(r.value), flame.isBound);
      const title = `${labels.smaller(grouped(r.count))} · ${sum}`;
      const plain = { certainty: 1, shaded: undefined, isGuilty: false, isFolded: false } as const;
      return { ...base, ...plain, frames: [], title };
    }
    const node = boxes.frame[boxes.frameStart[r.box] ?? 0] ?? 0;
    const frames = framesOf(flame, boxes, r.box);
    const cpuNs = onCore?.[node];
    return {
      ...base,
      shaded:
        cpuNs === undefined ? undefined : Math.min(1, cpuNs / (values.value[node] ?? Infinity)),
      certainty: certainty(
        values.value[node] ?? 0,
        values.lo[node] ?? Number.NaN,
        values.hi[node] ?? Number.NaN,
        values.samples[node] ?? Number.NaN,
      ),
      isGuilty: boxes.isGuilty[r.box] === 1,
      isFolded: frames.filter((f) => !f.isLine).length > 1,
      frames,
      title: titleOf(flame, boxes, values, r.box, cpuNs, labels),
    };
  });
  // Callers before callees, left before right: the order in which the tree is read.
  items.sort((a, b) => a.x - b.x || a.row - b.row);
  return {
    items,
    rows: layout.rows,
    deeper: layout.deeper,
    outlines: guiltyColumns(boxes, value)
      .map((column) => columnOutline(layout, column))
      .filter((outline) => outline.length > 0),
    boxes,
    values,
    value,
  };
}

export function itemClass(item: FlameItem): string {
  const fill = item.shaded === undefined ? `c${item.certainty}` : "wall";
  return `${fill}${item.isGuilty ? " g" : ""}${item.box < 0 ? " few" : ""}`;
}

export function itemLabel(item: FlameItem, widthPx: number): string | undefined {
  const room = item.width * widthPx - 2 * FLAME_PAD;
  return boxLabel(item.frames, room, FLAME_FONT);
}

/** Path of one outline in a box of 1000 × rows·FLAME_ROW. */
export function outlinePath(
  outline: readonly { readonly x: number; readonly row: number }[],
): string {
  return `${outline
    .map((p, i) => `${i === 0 ? "M" : "L"}${Math.round(p.x * 10_000) / 10} ${p.row * FLAME_ROW}`)
    .join("")}Z`;
}
