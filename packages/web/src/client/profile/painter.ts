// Draws the visible part of a scene on a canvas. Cost of a picture: the boxes of at least a pixel in the
// rows that are on screen, each found by binary search; how many boxes there are in all does not matter.

import { shortFunction, functionForms } from "@heapwright/core/pictures/go-names.ts";
import { OTHER_FRAME, ROOT_FRAME } from "@heapwright/core/analysis/profile/call-tree.ts";
import { visitRow } from "@heapwright/core/pictures/profile/left-heavy.ts";
import { safeHead, safeTail } from "@heapwright/core/pictures/text-width.ts";
import type { Model, Scene, SceneHits } from "./model.ts";

export const ROW_PX = 18;
const FONT_PX = 11;
const PADDING = 4;
/** Narrower boxes carry no text. */
const LABELLED_PX = 22;

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

const COLORS = {
  bg: "--bg",
  ink: "--ink",
  ink3: "--ink3",
  line: "--line",
  edge: "--edge",
  link: "--link",
  sunk: "--sunk",
  c0: "--c0",
  c1: "--c1",
  c2: "--c2",
  c3: "--c3",
  c4: "--c4",
  grow: "--grow",
  shrink: "--shrink",
  mark: "--mark",
} as const;

type Palette = Record<keyof typeof COLORS, string>;

/** Custom properties hold light-dark(); only a used value tells which of the two it is. */
function readPalette(probe: HTMLElement): Palette {
  const out: Palette = { ...COLORS };
  for (const [name, property] of Object.entries(COLORS)) {
    probe.style.color = `var(${property})`;
    Object.assign(out, { [name]: getComputedStyle(probe).color });
  }
  return out;
}

export class Painter {
  readonly canvas: HTMLCanvasElement;
  readonly #probe: HTMLElement;
  readonly #model: Model;
  readonly #words: { readonly all: string; readonly other: string };
  #context: CanvasRenderingContext2D;
  #palette: Palette;
  #fills: (string | CanvasPattern)[] = [];
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
  #makeFills(): (string | CanvasPattern)[] {
    const p = this.#palette;
    return [
      this.#pattern(p.c0, p.edge, "rising"),
      p.c1,
      p.c2,
      p.c3,
      p.c4,
      this.#pattern(p.grow, p.mark, "rising"),
      this.#pattern(p.shrink, p.mark, "level"),
      p.c1,
      this.#pattern(p.c0, p.edge, "dots"),
    ];
  }

  #pattern(back: string, ink: string, kind: "rising" | "level" | "dots"): string | CanvasPattern {
    const tile = document.createElement("canvas");
    tile.width = 6;
    tile.height = 6;
    const c = tile.getContext("2d");
    if (c === null) return back;
    c.fillStyle = back;
    c.fillRect(0, 0, 6, 6);
    c.strokeStyle = ink;
    c.fillStyle = ink;
    c.globalAlpha = 0.45;
    c.lineWidth = 1;
    c.beginPath();
    if (kind === "rising") {
      for (const x of [-6, 0, 6]) {
        c.moveTo(x, 6);
        c.lineTo(x + 6, 0);
      }
      c.stroke();
    } else if (kind === "level") {
      c.moveTo(0, 2.5);
      c.lineTo(6, 2.5);
      c.stroke();
    } else c.fillRect(1, 1, 1.5, 1.5);
    return this.#context.createPattern(tile, "repeat") ?? back;
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
    const keep = Math.floor((shortest.length * room) / Math.max(1, width)) - 2;
    if (keep < 3) return undefined;
    const head = Math.ceil(keep / 2);
    return `${safeHead(shortest, head)}…${safeTail(shortest, keep - head)}`;
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
    c.setTransform(scale, 0, 0, scale, 0, 0);
    c.fillStyle = p.bg;
    c.fillRect(0, 0, width, height);
    if (!(x1 > x0)) return;
    c.font = `${FONT_PX}px ${this.#family}`;
    c.textBaseline = "middle";
    const perValue = width / (x1 - x0);
    const least = 1 / perValue;
    const first = Math.max(0, Math.floor(top / ROW_PX));
    const end = Math.min(scene.rowOf.length, Math.ceil((top + height) / ROW_PX));
    for (let r = first; r < end; r++) {
      const index = scene.rowPart[r] ?? 0;
      const part = scene.parts[index];
      if (part === undefined) continue;
      const { view, flame, shade } = part;
      const isHit = hits?.isHit[index];
      const y = r * ROW_PX - top;
      let fill = "";
      visitRow(flame, scene.rowOf[r] ?? 0, x0, x1, least, (place, last, from, to) => {
        const left = Math.max(0, (from - x0) * perValue);
        const right = Math.min(width, (to - x0) * perValue);
        const node = flame.node[place] ?? 0;
        const isRun = place !== last;
        const frame = view.frame[node] ?? ROOT_FRAME;
        const kind = isRun || frame === OTHER_FRAME ? 8 : (shade[node] ?? 1);
        let hit = false;
        if (isHit !== undefined) {
          for (let q = place; q <= last && !hit; q++) hit = isHit[flame.node[q] ?? 0] === 1;
        }
        const isDim = isHit !== undefined && !hit;
        const next = isDim ? "dim" : String(kind);
        if (next !== fill) {
          fill = next;
          c.fillStyle = isDim ? p.sunk : (this.#fills[kind] ?? p.c1);
        }
        const gap = right - left > 3 ? 1 : right - left > 1.5 ? 0.5 : 0;
        c.fillRect(left, y, right - left - gap, ROW_PX - 1);
        if (hit) {
          c.fillStyle = p.link;
          c.fillRect(left, y + ROW_PX - 4, Math.max(1, right - left - gap), 3);
          fill = "";
        }
        if (isRun || right - left < LABELLED_PX) return;
        fill = "";
        c.fillStyle = isDim ? p.ink3 : p.ink;
        const room = right - left - 2 * PADDING;
        const more = view.folded[node] ?? 0;
        let before = more > 0 ? `⋯${more} ` : "";
        if (kind === 5) before = `▲ ${before}`;
        if (kind === 6) before = `▼ ${before}`;
        const text = this.#label(frame, before, room);
        if (text === undefined) return;
        c.fillText(text, left + PADDING, y + ROW_PX / 2);
        const used = this.#widthOf(text);
        if (room - used < 70) return;
        const net = view.plus.value[node] ?? 0;
        const value = amountOf(
          view.minus === undefined ? net : net - (view.minus.value[node] ?? 0),
        );
        const wide = this.#widthOf(value);
        if (room - used < wide + 16) return;
        c.fillText(value, right - PADDING - wide - 1, y + ROW_PX / 2);
      });
    }
    if (hover !== undefined) this.#outline(scene, viewport, hover, p.edge, 1);
    if (focus !== undefined) this.#outline(scene, viewport, focus, p.link, 2);
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
