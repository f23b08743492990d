// The pane that shows a scene: scrolling, zooming, moving by keys, and what a screen reader is told.
//
// The canvas is for the eye only. Beside it stands a tree with the focused box, its callers and its
// callees as items; it holds the keyboard focus, so that reading and moving are one.

import { placeAt, visitRow } from "@heapwright/core/pictures/profile/left-heavy.ts";
import { widthOf } from "@heapwright/core/pictures/profile/tree-view.ts";
import { amount, signedAmount } from "../../amounts.ts";
import type { ProfileWords } from "../../profile-words.ts";
import { describe } from "./describe.ts";
import { hitBeside, isWithin, placeOf, sameBox } from "./places.ts";
import type { Model, Part, Scene, SceneHits } from "./model.ts";
import { type Marked, Painter, rectOf, ROW_PX, sceneRow, type Viewport } from "./painter.ts";

/** What fills the width: a box by part and node of the tree that is not folded, or a stretch. */
export type Zoom =
  | { readonly kind: "all" }
  | { readonly kind: "box"; readonly part: number; readonly node: number }
  /** Fractions of the outermost box. */
  | { readonly kind: "range"; readonly from: number; readonly to: number };

export interface PaneTargets {
  readonly model: Model;
  readonly words: ProfileWords;
  readonly file: string;
  zoomed(zoom: Zoom): void;
  selected(frame: number, line: number): void;
  /** The menu of a function was asked for, at a place of the window. */
  menu(frame: number, x: number, y: number, back: HTMLElement | SVGElement): void;
  says(text: string): void;
}

/** Callees that are listed for a screen reader; the table has all. */
const LISTED = 20;
const DRAG_PX = 4;
const REST_MS = 150;
const PRESS_MS = 500;
const PAPER_PX = 1_800;

export class Pane {
  readonly #targets: PaneTargets;
  readonly #scroller: HTMLElement;
  readonly #inner: HTMLElement;
  readonly #items: HTMLElement;
  readonly #tip: HTMLElement;
  readonly #painter: Painter;
  #scene: Scene | undefined;
  #hits: SceneHits | undefined;
  #x0 = 0;
  #x1 = 1;
  #zoom: Zoom = { kind: "all" };
  #focus: Marked | undefined;
  #hover: Marked | undefined;
  #isWaiting = false;
  #items0 = 0;
  #resting = 0;
  #pressing = 0;
  #isPressed = false;
  #drag:
    | { x: number; y: number; x0: number; x1: number; top: number; isMoving: boolean }
    | undefined;
  /** Resolves with each picture that was drawn: for measuring. */
  drawn = 0;

  constructor(root: HTMLElement, targets: PaneTargets) {
    this.#targets = targets;
    const element = (name: string, className: string): HTMLElement => {
      const made = document.createElement(name);
      made.className = className;
      return made;
    };
    this.#scroller = element("div", "pscroll");
    this.#inner = element("div", "pinner");
    this.#items = element("div", "vh");
    this.#tip = element("div", "ptip");
    this.#tip.hidden = true;
    this.#tip.setAttribute("aria-hidden", "true");
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    this.#inner.append(canvas);
    this.#scroller.append(this.#inner, this.#items);
    this.#scroller.setAttribute("role", "tree");
    this.#scroller.tabIndex = 0;
    root.replaceChildren(this.#scroller, this.#tip);
    this.#painter = new Painter(canvas, this.#tip, targets.model, targets.words);
    this.#listen();
  }

  get zoom(): Zoom {
    return this.#zoom;
  }

  get scene(): Scene | undefined {
    return this.#scene;
  }

  focus(): void {
    this.#scroller.focus();
  }

  recolor(): void {
    this.#painter.recolor();
    this.#schedule();
  }

  show(scene: Scene, zoom: Zoom, label: string): void {
    const before = this.#scene;
    const isSame = before === scene;
    this.#scene = scene;
    if (!isSame) {
      this.#focus = before === undefined ? undefined : sameBox(before, scene, this.#focus);
      this.#hover = undefined;
      this.#tip.hidden = true;
    }
    this.#scroller.setAttribute("aria-label", label);
    // The caption says why there is nothing.
    this.#scroller.hidden = !(scene.width > 0);
    this.resize();
    this.zoomTo(zoom);
    this.#list();
  }

  setHits(hits: SceneHits | undefined): void {
    this.#hits = hits;
    this.#schedule();
  }

  /** Paper does not scroll: there all rows stand below each other, as many as fit two sheets. */
  resize(isPaper = false): void {
    const rows = this.#scene?.rowOf.length ?? 0;
    const total = Math.max(1, rows) * ROW_PX + 1;
    const most = isPaper ? PAPER_PX : Math.max(240, Math.round(innerHeight * 0.7));
    const height = Math.min(total, most);
    this.#inner.style.height = `${total}px`;
    this.#scroller.style.height = `${height}px`;
    this.#painter.canvas.style.height = `${height}px`;
    this.#schedule();
  }

  /** Ends of a zoom in values. */
  #ends(zoom: Zoom): readonly [number, number] {
    const scene = this.#scene;
    const all: readonly [number, number] = [0, scene?.width ?? 1];
    if (scene === undefined || zoom.kind === "all") return all;
    if (zoom.kind === "range") return [zoom.from * scene.width, zoom.to * scene.width];
    const part = scene.parts[zoom.part];
    const place = part === undefined ? -1 : placeOf(part, zoom.node);
    if (part === undefined || place < 0) return all;
    return [part.flame.x0[place] ?? 0, part.flame.x1[place] ?? scene.width];
  }

  /** A box that holds nothing of the type that is shown: the whole is shown in its place. */
  get isZoomEmpty(): boolean {
    const zoom = this.#zoom;
    const part = zoom.kind === "box" ? this.#scene?.parts[zoom.part] : undefined;
    return zoom.kind === "box" && (part === undefined || placeOf(part, zoom.node) < 0);
  }

  zoomTo(zoom: Zoom): void {
    clearTimeout(this.#resting);
    const scene = this.#scene;
    this.#zoom = zoom;
    [this.#x0, this.#x1] = this.#ends(zoom);
    const part = zoom.kind === "box" ? scene?.parts[zoom.part] : undefined;
    if (scene !== undefined && zoom.kind === "box" && part !== undefined) {
      const place = placeOf(part, zoom.node);
      // A box inside of the one that fills the width stays where the reader was.
      if (place >= 0 && !isWithin(part, this.#focus, zoom.part, place)) {
        this.#focus = { part: zoom.part, place, last: place };
      }
    }
    if (this.#focus === undefined && (scene?.parts[0]?.flame.node.length ?? 0) > 0) {
      this.#focus = { part: 0, place: 0, last: 0 };
    }
    this.#reveal();
    this.#schedule();
  }

  get viewport(): Viewport {
    return {
      x0: this.#x0,
      x1: this.#x1,
      top: this.#scroller.scrollTop,
      width: this.#scroller.clientWidth,
      height: this.#scroller.clientHeight,
    };
  }

  #schedule(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    requestAnimationFrame(() => {
      this.#isWaiting = false;
      this.draw();
    });
  }

  draw(): void {
    const scene = this.#scene;
    const { viewport } = this;
    // Not laid out: there is nothing to show, or the page is behind another.
    if (scene === undefined || !(viewport.width >= 1 && viewport.height >= 1)) return;
    const { unit } = this.#targets.model.type(scene.type);
    this.#painter.draw({
      scene,
      viewport,
      hits: this.#hits,
      focus: this.#focus,
      hover: this.#hover,
      amountOf: (value) =>
        this.#targets.model.isDiff ? signedAmount(unit, value) : amount(unit, value),
    });
    this.drawn += 1;
  }

  #listen(): void {
    const box = this.#scroller;
    box.addEventListener("scroll", () => this.#schedule(), { passive: true });
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("focus", () => this.#list());
    box.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !this.#isOnCanvas(event)) return;
      const { clientX: x, clientY: y } = event;
      this.#drag = { x, y, x0: this.#x0, x1: this.#x1, top: box.scrollTop, isMoving: false };
      if (event.pointerType !== "touch") return;
      const marked = this.#at(event);
      // Not every browser makes a context menu of a long press.
      this.#pressing = window.setTimeout(() => {
        if (marked === undefined || !this.#menu(marked, x, y)) return;
        this.#drag = undefined;
        this.#isPressed = true;
      }, PRESS_MS);
    });
    // The finger's lifting is no click on the box: that would take the focus from the menu.
    box.addEventListener("touchend", (event) => {
      if (this.#isPressed) event.preventDefault();
      this.#isPressed = false;
    });
    box.addEventListener("pointermove", (event) => this.#pointed(event));
    box.addEventListener("pointerleave", () => this.#unpoint());
    box.addEventListener("pointerup", (event) => this.#released(event));
    box.addEventListener("pointercancel", () => {
      clearTimeout(this.#pressing);
      this.#drag = undefined;
    });
    box.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    box.addEventListener("contextmenu", (event) => {
      this.#drag = undefined;
      const marked = this.#at(event);
      // Shift asks for the browser's own.
      if (event.shiftKey || marked === undefined) return;
      if (this.#menu(marked, event.clientX, event.clientY)) event.preventDefault();
    });
    box.addEventListener("blur", () => {
      if (this.#hover === undefined) this.#tip.hidden = true;
    });
  }

  /** Not on the scroll bar. */
  #isOnCanvas(event: PointerEvent): boolean {
    const rect = this.#scroller.getBoundingClientRect();
    return event.clientX - rect.left < this.#scroller.clientWidth;
  }

  #at(event: MouseEvent): Marked | undefined {
    const scene = this.#scene;
    if (scene === undefined) return undefined;
    const rect = this.#scroller.getBoundingClientRect();
    const row = Math.floor((event.clientY - rect.top + this.#scroller.scrollTop) / ROW_PX);
    const { width } = this.viewport;
    const x = this.#x0 + ((event.clientX - rect.left) / width) * (this.#x1 - this.#x0);
    return this.#markedAt(scene, row, x);
  }

  #markedAt(scene: Scene, row: number, x: number): Marked | undefined {
    const index = scene.rowPart[row];
    const part = index === undefined ? undefined : scene.parts[index];
    if (part === undefined || index === undefined) return undefined;
    const inPart = scene.rowOf[row] ?? 0;
    const least = (this.#x1 - this.#x0) / Math.max(1, this.viewport.width);
    // Boxes narrower than a pixel are met as the run in which they are drawn.
    let found: Marked | undefined;
    visitRow(part.flame, inPart, x - 2 * least, x + 2 * least, least, (place, last, from, to) => {
      if (from <= x + least && to >= x - least && (found === undefined || (from <= x && to > x))) {
        found = { part: index, place, last };
      }
    });
    if (found !== undefined) return found;
    const place = placeAt(part.flame, inPart, x);
    return place < 0 ? undefined : { part: index, place, last: place };
  }

  #pointed(event: PointerEvent): void {
    const drag = this.#drag;
    if (drag !== undefined) {
      const dx = event.clientX - drag.x;
      const dy = event.clientY - drag.y;
      if (!drag.isMoving && Math.hypot(dx, dy) < DRAG_PX) return;
      if (!drag.isMoving) {
        clearTimeout(this.#pressing);
        drag.isMoving = true;
        this.#scroller.setPointerCapture(event.pointerId);
        this.#unpoint();
      }
      const span = drag.x1 - drag.x0;
      this.pan(drag.x0 - (dx / this.viewport.width) * span, span);
      this.#scroller.scrollTop = drag.top - dy;
      return;
    }
    const hover = this.#at(event);
    if (hover === undefined) {
      this.#unpoint();
      return;
    }
    this.#hover = hover;
    const root = this.#scroller.getBoundingClientRect();
    this.#showTip(hover, event.clientX - root.left + 12, event.clientY - root.top + 20);
    this.#schedule();
  }

  /** At a place of the pane. */
  #showTip(marked: Marked, x: number, y: number): void {
    this.#tip.textContent = this.describe(marked);
    this.#tip.hidden = false;
    const left = Math.min(x, this.#scroller.clientWidth - this.#tip.offsetWidth - 4);
    this.#tip.style.left = `${Math.max(0, left)}px`;
    this.#tip.style.top = `${y}px`;
  }

  /** The keyboard's tooltip: below the focused box. */
  #tipAtFocus(): void {
    const rect = this.#rectOfFocus();
    if (rect === undefined || this.#focus === undefined) return;
    this.#showTip(this.#focus, rect.left, rect.top + ROW_PX + 4);
  }

  /** In the pane as it is scrolled. */
  #rectOfFocus(): { left: number; top: number } | undefined {
    if (this.#scene === undefined || this.#focus === undefined) return undefined;
    const rect = rectOf(this.#scene, this.viewport, this.#focus);
    return rect === undefined
      ? undefined
      : { left: rect.left, top: rect.top - this.#scroller.scrollTop };
  }

  /** False where there is no function: the root, an "other", a run of boxes. */
  #menu(marked: Marked, x: number, y: number): boolean {
    const frame = this.#part(marked)?.view.frame[this.#box(marked)] ?? -1;
    if (frame < 0 || marked.place !== marked.last) return false;
    this.#setFocus(marked);
    this.#unpoint();
    this.#tip.hidden = true;
    this.#targets.menu(frame, x, y, this.#scroller);
    return true;
  }

  /** The menu of the focused box; false where it is of no function. */
  menuAtFocus(): boolean {
    const rect = this.#rectOfFocus();
    if (rect === undefined || this.#focus === undefined) return false;
    const root = this.#scroller.getBoundingClientRect();
    return this.#menu(this.#focus, root.left + rect.left, root.top + rect.top + ROW_PX);
  }

  /** To the next box that the search found, in rows from the top; brings it onto the screen. */
  nextHit(by: 1 | -1): boolean {
    const scene = this.#scene;
    const hits = this.#hits;
    if (scene === undefined || hits === undefined) return false;
    const to = hitBeside(scene, hits, this.#focus, by);
    const flame = to === undefined ? undefined : scene.parts[to.part]?.flame;
    if (to === undefined || flame === undefined) return false;
    const span = this.#x1 - this.#x0;
    const left = flame.x0[to.place] ?? 0;
    const right = flame.x1[to.place] ?? 0;
    if (left >= this.#x1 || right <= this.#x0) this.pan((left + right - span) / 2, span);
    this.#setFocus(to);
    this.#tipAtFocus();
    return true;
  }

  #unpoint(): void {
    if (this.#hover === undefined) return;
    this.#hover = undefined;
    this.#tip.hidden = true;
    this.#schedule();
  }

  #released(event: PointerEvent): void {
    const drag = this.#drag;
    clearTimeout(this.#pressing);
    this.#drag = undefined;
    if (drag === undefined) return;
    if (drag.isMoving) {
      this.#report();
      return;
    }
    const marked = this.#at(event);
    if (marked === undefined) return;
    this.#setFocus(marked);
    this.enter();
  }

  /**
   * A moved picture is a zoom of its own: a stretch. Told when it comes to rest, since browsers refuse
   * to change the URL with every turn of a wheel.
   */
  #report(): void {
    const whole = this.#scene?.width ?? 0;
    if (!(whole > 0)) return;
    const from = this.#x0 / whole;
    const to = this.#x1 / whole;
    this.#zoom = from <= 0 && to >= 1 ? { kind: "all" } : { kind: "range", from, to };
    clearTimeout(this.#resting);
    this.#resting = window.setTimeout(() => this.#targets.zoomed(this.#zoom), REST_MS);
  }

  pan(x0: number, span: number): void {
    const whole = this.#scene?.width ?? 0;
    const size = Math.min(whole, Math.max(span, whole / 1e9));
    this.#x0 = Math.max(0, Math.min(whole - size, x0));
    this.#x1 = this.#x0 + size;
    this.#schedule();
  }

  #wheel(event: WheelEvent): void {
    const span = this.#x1 - this.#x0;
    const { width } = this.viewport;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const rect = this.#scroller.getBoundingClientRect();
      const share = (event.clientX - rect.left) / width;
      const next = span * Math.exp(Math.max(-100, Math.min(100, event.deltaY)) * 0.004);
      this.pan(this.#x0 + share * (span - next), next);
      this.#report();
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      const delta = event.deltaX === 0 ? event.deltaY : event.deltaX;
      if (span >= (this.#scene?.width ?? 0)) return;
      event.preventDefault();
      this.pan(this.#x0 + (delta / width) * span, span);
      this.#report();
    }
  }

  #part(marked: Marked | undefined): Part | undefined {
    return marked === undefined ? undefined : this.#scene?.parts[marked.part];
  }

  /** Box of a mark; of a run its first. */
  #box(marked: Marked): number {
    return this.#part(marked)?.flame.node[marked.place] ?? 0;
  }

  #setFocus(marked: Marked): void {
    this.#focus = marked;
    this.#reveal();
    this.#list();
    this.#schedule();
    const part = this.#part(marked);
    const box = this.#box(marked);
    if (part === undefined || marked.place !== marked.last) return;
    const frame = part.view.frame[box] ?? -1;
    if (frame >= 0) this.#targets.selected(frame, part.view.line[box] ?? 0);
  }

  /** Tells the page which function is focused, where it is not the root. */
  tellFocus(): void {
    const part = this.#part(this.#focus);
    const box = this.#focus === undefined ? 0 : this.#box(this.#focus);
    const frame = part?.view.frame[box] ?? -1;
    if (frame >= 0) this.#targets.selected(frame, part?.view.line[box] ?? 0);
  }

  #reveal(): void {
    const scene = this.#scene;
    if (scene === undefined || this.#focus === undefined) return;
    const rect = rectOf(scene, this.viewport, this.#focus);
    if (rect === undefined) return;
    const box = this.#scroller;
    if (rect.top < box.scrollTop) box.scrollTop = Math.max(0, rect.top - ROW_PX);
    else if (rect.top + 2 * ROW_PX > box.scrollTop + box.clientHeight) {
      box.scrollTop = rect.top + 2 * ROW_PX - box.clientHeight;
    }
  }

  /** Zooms to the focused box, or spreads a run. */
  enter(): void {
    const marked = this.#focus;
    const part = this.#part(marked);
    const whole = this.#scene?.width ?? 0;
    if (marked === undefined || part === undefined || !(whole > 0)) return;
    if (marked.place !== marked.last) {
      const from = (part.flame.x0[marked.place] ?? 0) / whole;
      const to = (part.flame.x1[marked.last] ?? whole) / whole;
      this.zoomTo({ kind: "range", from, to });
      // The run is boxes of their own now.
      this.#focus = { part: marked.part, place: marked.place, last: marked.place };
    } else {
      const box = this.#box(marked);
      const node = part.nodeOf === undefined ? box : (part.nodeOf[box] ?? 0);
      this.zoomTo(
        part.view.parent[box] === -1 ? { kind: "all" } : { kind: "box", part: marked.part, node },
      );
    }
    this.#list();
    this.#targets.zoomed(this.#zoom);
  }

  /** To the nearest caller that is wider; from a stretch to the whole. */
  leave(): boolean {
    const scene = this.#scene;
    if (scene === undefined || this.#zoom.kind === "all") return false;
    let next: Zoom = { kind: "all" };
    if (this.#zoom.kind === "box") {
      const index = this.#zoom.part;
      const part = scene.parts[index];
      if (part !== undefined) {
        const box = part.box === undefined ? this.#zoom.node : (part.box[this.#zoom.node] ?? 0);
        const width = widthOf(part.view, box);
        let up = part.view.parent[box] ?? -1;
        while (up > 0 && widthOf(part.view, up) <= width) up = part.view.parent[up] ?? -1;
        if (up > 0) {
          next = {
            kind: "box",
            part: index,
            node: part.nodeOf === undefined ? up : (part.nodeOf[up] ?? 0),
          };
        }
      }
    }
    const focus = this.#focus;
    this.zoomTo(next);
    this.#focus = focus;
    this.#reveal();
    this.#list();
    this.#schedule();
    this.#targets.zoomed(next);
    return true;
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const does: Readonly<Record<string, () => void>> = {
      ArrowDown: () => this.#moveRow(1),
      ArrowUp: () => this.#moveRow(-1),
      ArrowLeft: () => this.#moveAlong(-1),
      ArrowRight: () => this.#moveAlong(1),
      Home: () => this.#setFocus({ part: 0, place: 0, last: 0 }),
      Enter: () => this.enter(),
      " ": () => this.enter(),
      Backspace: () => {
        this.leave();
      },
    };
    const act = Object.hasOwn(does, event.key) ? does[event.key] : undefined;
    if (act !== undefined) {
      event.preventDefault();
      event.stopPropagation();
      act();
      this.#tipAtFocus();
      return;
    }
    const isMenuKey = event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey);
    if (isMenuKey) {
      event.preventDefault();
      event.stopPropagation();
      this.menuAtFocus();
      return;
    }
    if (event.key === "Escape" && !this.#tip.hidden && this.#hover === undefined) {
      this.#tip.hidden = true;
    }
    if (event.key === "Escape" && this.leave()) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** Down to the widest callee below the middle of a box, up to its caller; on screen, not in the tree. */
  #moveRow(by: number): void {
    const scene = this.#scene;
    const marked = this.#focus;
    const part = this.#part(marked);
    if (scene === undefined || marked === undefined || part === undefined) return;
    const { flame } = part;
    const row = sceneRow(scene, marked.part, flame.row[this.#box(marked)] ?? 0) + by;
    if (row < 0 || row >= scene.rowOf.length) return;
    const left = Math.max(this.#x0, flame.x0[marked.place] ?? 0);
    const right = Math.min(this.#x1, flame.x1[marked.last] ?? 0);
    const index = scene.rowPart[row] ?? 0;
    const target = scene.parts[index];
    if (target === undefined) return;
    const least = (this.#x1 - this.#x0) / Math.max(1, this.viewport.width);
    let best: Marked | undefined;
    let most = 0;
    const inPart = scene.rowOf[row] ?? 0;
    visitRow(
      target.flame,
      inPart,
      left,
      Math.max(right, left + least),
      least,
      (place, last, from, to) => {
        const width = Math.min(to, right) - Math.max(from, left);
        if (best !== undefined && width <= most * 1.000001) return;
        best = { part: index, place, last };
        most = width;
      },
    );
    if (best !== undefined) this.#setFocus(best);
  }

  #moveAlong(by: number): void {
    const part = this.#part(this.#focus);
    const marked = this.#focus;
    const scene = this.#scene;
    if (part === undefined || marked === undefined || scene === undefined) return;
    const { flame } = part;
    const row = flame.row[this.#box(marked)] ?? 0;
    const next = by > 0 ? marked.last + 1 : marked.place - 1;
    if (next < (flame.start[row] ?? 0) || next >= (flame.start[row + 1] ?? 0)) return;
    const middle = ((flame.x0[next] ?? 0) + (flame.x1[next] ?? 0)) / 2;
    const found = this.#markedAt(scene, sceneRow(scene, marked.part, row), middle);
    const isNew =
      found !== undefined && (by > 0 ? found.place > marked.last : found.last < marked.place);
    const to =
      isNew && found !== undefined ? found : { part: marked.part, place: next, last: next };
    // What is beside the screen is brought onto it.
    const left = flame.x0[to.place] ?? 0;
    const right = flame.x1[to.last] ?? 0;
    const span = this.#x1 - this.#x0;
    if (right > this.#x1) this.pan(Math.min(left, right - span), span);
    else if (left < this.#x0) this.pan(Math.max(left, right - span), span);
    this.#setFocus(to);
  }

  describe(marked: Marked): string {
    const scene = this.#scene;
    return scene === undefined ? "" : describe(this.#targets, scene, marked);
  }

  /** The focused box, its callers and its largest callees, for a screen reader. */
  #list(): void {
    const scene = this.#scene;
    const marked = this.#focus;
    const part = this.#part(marked);
    if (scene === undefined || marked === undefined || part === undefined) {
      this.#items.replaceChildren();
      this.#scroller.removeAttribute("aria-activedescendant");
      this.#targets.says("");
      return;
    }
    const { view, flame } = part;
    const box = this.#box(marked);
    const path: number[] = [];
    for (let b = box; b >= 0; b = view.parent[b] ?? -1) path.push(b);
    path.reverse();
    const focusId = `pbox${(this.#items0 = 1 - this.#items0)}`;
    const item = (mark: Marked, level: number, id?: string): HTMLElement => {
      const made = document.createElement("div");
      made.setAttribute("role", "treeitem");
      made.setAttribute("aria-level", String(level));
      made.setAttribute("aria-label", this.describe(mark));
      if (id !== undefined) {
        made.id = id;
        made.setAttribute("aria-selected", "true");
      }
      return made;
    };
    const items = path.map((b, i) => {
      const place = flame.place[b] ?? 0;
      const isLast = b === box;
      return item(
        isLast ? marked : { part: marked.part, place, last: place },
        i + 1,
        isLast ? focusId : undefined,
      );
    });
    if (marked.place === marked.last) {
      const row = (flame.row[box] ?? 0) + 1;
      const from = flame.x0[marked.place] ?? 0;
      const to = flame.x1[marked.place] ?? 0;
      if (row < flame.rows) {
        for (let p = flame.start[row] ?? 0; p < (flame.start[row + 1] ?? 0); p++) {
          if ((flame.x0[p] ?? 0) >= to || items.length > path.length + LISTED) break;
          if ((flame.x1[p] ?? 0) <= from || view.parent[flame.node[p] ?? 0] !== box) continue;
          items.push(item({ part: marked.part, place: p, last: p }, path.length + 1));
        }
      }
    }
    this.#items.replaceChildren(...items);
    this.#scroller.setAttribute("aria-activedescendant", focusId);
    this.#targets.says(this.describe(marked));
  }
}
