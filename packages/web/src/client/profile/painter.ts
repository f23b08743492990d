// Draws the visible part of a scene on a canvas. Cost of a picture: the boxes of at least a pixel in the
// rows that are on screen, each found by binary search; how many boxes there are in all does not matter.

import { shortFunction, functionForms } from "@heapwright/core/pictures/go-names.ts";
import { OTHER_FRAME, ROOT_FRAME } from "@heapwright/core/analysis/profile/call-tree.ts";
import { visitRow } from "@heapwright/core/pictures/profile/left-heavy.ts";
import { safeHead, safeTail } from "@heapwright/core/pictures/text-width.ts";
import type { TreeView } from "@heapwright/core/pictures/profile/tree-view.ts";
import type { Model, Scene, SceneHits } from "./model.ts";
import { type Fill, mixed, pixelOf, RowImage, type Texture } from "./row-image.ts";

export const ROW_PX = 18;
const FONT_PX = 11;
const PADDING = 4;
/** Narrower boxes carry no text. */
const LABELLED_PX = 22;
const DIM = 9;
const INK_SHARE = 0.45;
/** Under a box that the search found. */
const BAR_PX = 3;

export interface Viewport {
  /** Ends of what is shown, in the unit of the values. */
  readonly x0: number;
  readonly x1: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Marked {
  readonly part: number;
  /** Places of the run, the same twice for one box. */
  readonly place: number;
  readonly last: number;
}

export interface Shown {
  readonly scene: Scene;
  readonly viewport: Viewport;
  readonly hits: SceneHits | undefined;
  readonly focus: Marked | undefined;
  readonly hover: Marked | undefined;
  /** Box that fills the width. */
  readonly amountOf: (value: number) => string;
}

interface Label {
  readonly view: TreeView;
  readonly node: number;
  readonly frame: number;
  readonly kind: number;
  readonly left: number;
  readonly right: number;
  readonly y: number;
  readonly isDim: boolean;
  /** Callers lie below: of a folded chain the first frame is the one that matters. */
  readonly isUpwards: boolean;
}

/** Custom properties of the style. */
type Color =
  | "bg"
  | "ink"
  | "ink3"
  | "edge"
  | "link"
  | "sunk"
  | "c0"
  | "c1"
  | "c2"
  | "c3"
  | "c4"
  | "grow"
  | "shrink"
  | "mark";

type Palette = Readonly<Record<Color, string>>;

/** Custom properties hold light-dark(); only a used value tells which of the two it is. */
function readPalette(probe: HTMLElement): Palette {
  const read = (name: Color): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const out = {
    bg: read("bg"),
    ink: read("ink"),
    ink3: read("ink3"),
    edge: read("edge"),
    link: read("link"),
    sunk: read("sunk"),
    c0: read("c0"),
    c1: read("c1"),
    c2: read("c2"),
    c3: read("c3"),
    c4: read("c4"),
    grow: read("grow"),
    shrink: read("shrink"),
    mark: read("mark"),
  };
  // The probe is the tooltip, whose text has the page's own colour.
  probe.style.color = "";
  return out;
}

export class Painter {
  readonly canvas: HTMLCanvasElement;
  readonly #probe: HTMLElement;
  readonly #model: Model;
  readonly #words: { readonly all: string; readonly other: string };
  #context: CanvasRenderingContext2D;
  #palette: Palette;
  #fills: readonly Fill[] = [];
  readonly #image = new RowImage();
  #family: string;
  readonly #forms: (readonly string[] | undefined)[] = [];
  readonly #widths = new Map<string, number>();

  constructor(
    canvas: HTMLCanvasElement,
    probe: HTMLElement,
    model: Model,
    words: { readonly all: string; readonly other: string },
  ) {
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new Error("no canvas");
    this.canvas = canvas;
    this.#probe = probe;
    this.#model = model;
    this.#words = words;
    this.#context = context;
    this.#family = getComputedStyle(probe).fontFamily;
    this.#palette = readPalette(probe);
    this.#fills = this.#makeFills();
  }

  /** After a change of theme. */
  recolor(): void {
    this.#palette = readPalette(this.#probe);
    this.#fills = this.#makeFills();
  }

  /** By shade (tree-view.ts): 0–4 certainty, 5 grew, 6 shrank, 7 unsure; 8 what is not told apart. */
  #makeFills(): Fill[] {
    const p = this.#palette;
    const fill = (back: string, ink = back, texture: Texture = "plain"): Fill => ({
      back: pixelOf(back),
      ink: mixed(pixelOf(back), pixelOf(ink), INK_SHARE),
      texture,
    });
    return [
      fill(p.c0, p.edge, "rising"),
      fill(p.c1),
      fill(p.c2),
      fill(p.c3),
      fill(p.c4),
      fill(p.grow, p.mark, "rising"),
      fill(p.shrink, p.mark, "level"),
      fill(p.c1),
      fill(p.c0, p.edge, "dots"),
      fill(p.sunk),
    ];
  }

  #widthOf(text: string): number {
    let width = this.#widths.get(text);
    if (width === undefined) {
      width = this.#context.measureText(text).width;
      if (this.#widths.size > 20_000) this.#widths.clear();
      this.#widths.set(text, width);
    }
    return width;
  }

  #formsOf(frame: number): readonly string[] {
    if (frame === ROOT_FRAME) return [this.#words.all];
    if (frame === OTHER_FRAME) return [this.#words.other];
    let forms = this.#forms[frame];
    if (forms === undefined) {
      const name = this.#model.name(frame);
      forms = name === "" ? ["?"] : functionForms(name);
      this.#forms[frame] = forms;
    }
    return forms;
  }

  /** The longest form that fits; else the last one with its middle cut. */
  #label(frame: number, before: string, room: number): string | undefined {
    const forms = this.#formsOf(frame);
    for (const form of forms) {
      const text = `${before}${form}`;
      if (this.#widthOf(text) <= room) return text;
    }
    const shortest = forms[forms.length - 1] ?? "";
    const width = this.#widthOf(shortest);
    // Letters differ in width, so the first guess may be too long.
    for (
      let keep = Math.floor((shortest.length * room) / Math.max(1, width)) - 1;
      keep >= 3;
      keep--
    ) {
      const head = Math.ceil(keep / 2);
      const text = `${safeHead(shortest, head)}…${safeTail(shortest, keep - head)}`;
      if (this.#widthOf(text) <= room) return text;
    }
    return undefined;
  }

  draw({ scene, viewport, hits, focus, hover, amountOf }: Shown): void {
    const { canvas } = this;
    const c = this.#context;
    const p = this.#palette;
    const scale = globalThis.devicePixelRatio;
    const { width, height, x0, x1, top } = viewport;
    const pixels = [Math.round(width * scale), Math.round(height * scale)] as const;
    if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) {
      [canvas.width, canvas.height] = pixels;
    }
    const image = this.#image;
    const background = pixelOf(p.bg);
    image.begin(pixels[0], pixels[1], background);
    const labels: Label[] = [];
    const perValue = width / (x1 - x0);
    const least = 1 / perValue;
    const first = Math.max(0, Math.floor(top / ROW_PX));
    const isShown = x1 > x0;
    const end = isShown ? Math.min(scene.rowOf.length, Math.ceil((top + height) / ROW_PX)) : 0;
    const bar = pixelOf(p.link);
    for (let r = first; r < end; r++) {
      const index = scene.rowPart[r] ?? 0;
      const part = scene.parts[index];
      if (part === undefined) continue;
      const { view, flame, shade } = part;
      const isHit = hits?.isHit[index];
      const isUpwards = scene.kind === "up" || index === 1;
      const y = r * ROW_PX - top;
      image.beginRow(Math.round(y * scale), Math.round((y + ROW_PX - 1) * scale), background);
      visitRow(flame, scene.rowOf[r] ?? 0, x0, x1, least, (place, last, from, to) => {
        const left = Math.max(0, (from - x0) * perValue);
        const right = Math.min(width, (to - x0) * perValue);
        const node = flame.node[place] ?? 0;
        const isRun = place !== last;
        const frame = view.frame[node] ?? ROOT_FRAME;
        let hit = false;
        if (isHit !== undefined) {
          for (let q = place; q <= last && !hit; q++) hit = isHit[flame.node[q] ?? 0] === 1;
        }
        const isDim = isHit !== undefined && !hit;
        const kind = isRun || frame === OTHER_FRAME ? 8 : (shade[node] ?? 1);
        const fill = this.#fills[isDim ? DIM : kind];
        const gap = right - left > 3 ? 1 : 0;
        if (fill !== undefined) image.box(left * scale, (right - gap) * scale, fill);
        if (hit) image.bar(left * scale, (right - gap) * scale, bar);
        if (!isRun && right - left >= LABELLED_PX) {
          labels.push({ view, node, frame, kind, left, right, y, isDim, isUpwards });
        }
      });
      image.endRow(Math.round(BAR_PX * scale));
    }
    image.put(c);
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.font = `${FONT_PX}px ${this.#family}`;
    c.textBaseline = "middle";
    for (const label of labels) this.#text(label, amountOf);
    if (hover !== undefined) this.#outline(scene, viewport, hover, p.edge, 1);
    if (focus !== undefined) this.#outline(scene, viewport, focus, p.link, 2);
  }

  /** Of folded frames both ends if there is room, else the one that matters; undefined for a single frame. */
  #chain(
    view: TreeView,
    node: number,
    frame: number,
    isUpwards: boolean,
    sign: string,
    room: number,
  ): string | undefined {
    const more = view.folded[node] ?? 0;
    if (more === 0) return undefined;
    const first = view.first[node] ?? frame;
    const between = more > 1 ? ` › ⋯${more - 1} › ` : " › ";
    const [top = ""] = this.#formsOf(first);
    for (const form of this.#formsOf(frame)) {
      const text = `${sign}${top}${between}${form}`;
      if (this.#widthOf(text) <= room) return text;
    }
    return this.#label(isUpwards ? first : frame, `${sign}⋯${more} `, room);
  }

  /** Name on the left; the value on the right where there is room for both. */
  #text(
    { view, node, frame, kind, left, right, y, isDim, isUpwards }: Label,
    amountOf: Shown["amountOf"],
  ): void {
    const c = this.#context;
    c.fillStyle = isDim ? this.#palette.ink3 : this.#palette.ink;
    const room = right - left - 2 * PADDING;
    const sign = kind === 5 ? "▲ " : kind === 6 ? "▼ " : "";
    const text =
      this.#chain(view, node, frame, isUpwards, sign, room) ?? this.#label(frame, sign, room);
    if (text === undefined) return;
    c.fillText(text, left + PADDING, y + ROW_PX / 2);
    const used = this.#widthOf(text);
    if (room - used < 70) return;
    const value = amountOf((view.plus.value[node] ?? 0) - (view.minus?.value[node] ?? 0));
    const wide = this.#widthOf(value);
    if (room - used < wide + 16) return;
    c.fillText(value, right - PADDING - wide - 1, y + ROW_PX / 2);
  }

  #outline(scene: Scene, viewport: Viewport, marked: Marked, color: string, line: number): void {
    const part = scene.parts[marked.part];
    const rect = rectOf(scene, viewport, marked);
    if (part === undefined || rect === undefined) return;
    const c = this.#context;
    c.strokeStyle = color;
    c.lineWidth = line;
    const half = line / 2;
    c.strokeRect(
      rect.left + half,
      rect.top - viewport.top + half - 0.5,
      Math.max(2, rect.right - rect.left - line),
      ROW_PX - line,
    );
  }
}

/** Row of the scene in which a place of a part is drawn. */
export function sceneRow(scene: Scene, part: number, row: number): number {
  const above = scene.rowPart.indexOf(0);
  return part === 1 ? above - row : above + row;
}

export function rectOf(
  scene: Scene,
  { x0, x1, width }: Viewport,
  { part: index, place, last }: Marked,
): { left: number; right: number; top: number } | undefined {
  const part = scene.parts[index];
  if (part === undefined) return undefined;
  const node = part.flame.node[place] ?? 0;
  const perValue = width / (x1 - x0);
  const left = ((part.flame.x0[place] ?? 0) - x0) * perValue;
  const right = ((part.flame.x1[last] ?? 0) - x0) * perValue;
  return {
    left: Math.max(0, left),
    right: Math.min(width, Math.max(right, left + 1)),
    top: sceneRow(scene, index, part.flame.row[node] ?? 0) * ROW_PX,
  };
}

export function boxName(
  model: Model,
  frame: number,
  words: { all: string; other: string },
): string {
  if (frame === ROOT_FRAME) return words.all;
  if (frame === OTHER_FRAME) return words.other;
  const name = model.name(frame);
  return name === "" ? "?" : shortFunction(name);
}
