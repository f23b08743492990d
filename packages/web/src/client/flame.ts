// The flame graph, drawn again from its data: zoom, search, sample types, leaving sites out, and one tab
// stop with arrow keys. The same functions drew the static picture.

import { type FlameBoxes, foldFlame } from "@heapwright/core/pictures/flame-boxes.ts";
import { type CarriedFlame, type FlameData, fromData } from "../flame-data.ts";
import {
  FLAME_BOX,
  FLAME_PAD,
  FLAME_ROW,
  type FlameItem,
  type FlameView,
  amountText,
  flameView,
  framesOf,
  itemClass,
  itemLabel,
  outlinePath,
  positionOf,
  sumOnly,
} from "../flame-view.ts";
import { grouped } from "../numbers.ts";
import type { ClientWords } from "../client-words.ts";
import { all, dataBlock, one, svg } from "./dom.ts";

/** What the URL keeps of a flame. */
export interface FlameMemory {
  readonly type: number;
  readonly isUnfolded: boolean;
  readonly zoom: string;
  readonly without: readonly string[];
  readonly query: string;
}

function isNumbers(x: unknown): x is readonly number[] {
  return Array.isArray(x);
}

function isFlameData(x: unknown): x is FlameData {
  if (typeof x !== "object" || x === null) return false;
  return "parent" in x && isNumbers(x.parent) && "types" in x && Array.isArray(x.types);
}

/** A name for a node that holds across builds of the page: hash of its path of names. FNV-1a. */
function pathKeys({ tree }: CarriedFlame): string[] {
  const hashes: number[] = [];
  const keys: string[] = [];
  for (let i = 0; i < tree.length; i++) {
    let h = i === 0 ? 0x811c9dc5 : (hashes[tree.parent[i] ?? 0] ?? 0);
    const name = tree.strings[tree.name[i] ?? 0] ?? "";
    for (let k = 0; k < name.length; k++) h = Math.imul(h ^ name.charCodeAt(k), 0x01000193) >>> 0;
    hashes.push(h);
    keys.push(h.toString(36));
  }
  return keys;
}

export class Flame {
  readonly #root: HTMLElement;
  readonly #picture: SVGSVGElement;
  readonly #labels: ClientWords;
  readonly #flame: CarriedFlame;
  readonly #keys: readonly string[];
  readonly #read: HTMLElement | undefined;
  readonly #changed: () => void;
  #type = 0;
  #isUnfolded = false;
  #zoomNode = 0;
  #without = new Set<number>();
  #query = "";
  #focusNode = 0;
  #view: FlameView;
  #elements: { readonly item: FlameItem; readonly element: SVGSVGElement }[] = [];

  private constructor(
    root: HTMLElement,
    picture: SVGSVGElement,
    data: FlameData,
    labels: ClientWords,
    changed: () => void,
  ) {
    this.#root = root;
    this.#picture = picture;
    this.#labels = labels;
    this.#changed = changed;
    this.#flame = fromData(data);
    this.#keys = pathKeys(this.#flame);
    this.#read = one("[data-read]", HTMLElement, root);
    this.#view = this.#compute();
    this.#wire();
    this.#draw();
    let drawn = picture.clientWidth;
    new ResizeObserver(() => {
      if (Math.abs(picture.clientWidth - drawn) < 4) return;
      drawn = picture.clientWidth;
      this.#draw();
    }).observe(picture);
  }

  /** undefined when the block carries no data or no picture. */
  static over(root: HTMLElement, labels: ClientWords, changed: () => void): Flame | undefined {
    const data = dataBlock("[data-flame-json]", root);
    const picture = one("svg.flame", SVGSVGElement, root);
    if (!isFlameData(data) || picture === undefined) return undefined;
    return new Flame(root, picture, data, labels, changed);
  }

  get root(): HTMLElement {
    return this.#root;
  }

  get hasFocus(): boolean {
    return this.#picture.contains(document.activeElement);
  }

  get memory(): FlameMemory {
    return {
      type: this.#type,
      isUnfolded: this.#isUnfolded,
      zoom: this.#zoomNode === 0 ? "" : (this.#keys[this.#zoomNode] ?? ""),
      without: [...this.#without].map((n) => this.#keys[n] ?? ""),
      query: this.#query,
    };
  }

  restore(memory: FlameMemory): void {
    const types = this.#flame.tree.values.length;
    this.#type = memory.type >= 0 && memory.type < types ? memory.type : 0;
    this.#isUnfolded = memory.isUnfolded;
    this.#zoomNode = Math.max(0, this.#keys.indexOf(memory.zoom));
    this.#without = new Set(memory.without.map((k) => this.#keys.indexOf(k)).filter((n) => n > 0));
    this.#query = memory.query;
    this.#update(false);
  }

  focus(): void {
    this.#focusBox(this.#boxOf(this.#focusNode));
  }

  find(): void {
    one("[data-find]", HTMLInputElement, this.#root)?.focus();
  }

  toggleFolding(): void {
    this.#isUnfolded = !this.#isUnfolded;
    this.#update();
  }

  zoomOut(): void {
    const box = this.#boxOf(this.#zoomNode);
    const up = this.#view.boxes.parent[box] ?? -1;
    this.#zoomTo(up < 0 ? 0 : up);
  }

  shiftType(by: number): void {
    const n = this.#flame.tree.values.length;
    this.#type = (this.#type + by + n) % n;
    this.#update();
  }

  /** Leaves the focused box out, or puts everything back when nothing is focused but the root. */
  leaveOut(): void {
    const node = this.#focusNode;
    if (node === 0) this.#without.clear();
    else {
      this.#without.add(node);
      const up = this.#flame.tree.parent[node] ?? 0;
      this.#focusNode = Math.max(0, up);
      if (this.#isBelow(this.#zoomNode, node)) this.#zoomNode = 0;
    }
    this.#update();
  }

  #isBelow(node: number, top: number): boolean {
    for (let n = node; n >= 0; n = this.#flame.tree.parent[n] ?? -1) if (n === top) return true;
    return false;
  }

  #compute(): FlameView {
    const boxes = foldFlame(this.#flame.tree, this.#isUnfolded);
    const state = {
      type: this.#type,
      zoom: this.#boxOf(this.#zoomNode, boxes),
      isUnfolded: this.#isUnfolded,
      without: this.#without,
    };
    return flameView(this.#flame, state, this.#labels);
  }

  /** Box that holds a node. */
  #boxOf(node: number, boxes: FlameBoxes = this.#view.boxes): number {
    for (let b = 0; b < boxes.length; b++) {
      for (let i = boxes.frameStart[b] ?? 0; i < (boxes.frameStart[b + 1] ?? 0); i++) {
        if (boxes.frame[i] === node) return b;
      }
    }
    return 0;
  }

  #firstNode(box: number): number {
    return this.#view.boxes.frame[this.#view.boxes.frameStart[box] ?? 0] ?? 0;
  }

  #update(tell = true): void {
    const hadFocus = this.hasFocus;
    this.#view = this.#compute();
    this.#draw();
    this.#tools();
    if (hadFocus) this.focus();
    if (tell) this.#changed();
  }

  #draw(): void {
    const width = this.#picture.clientWidth || 900;
    const height = this.#view.rows * FLAME_ROW;
    const nodes: SVGElement[] = [];
    this.#elements = [];
    const zoomBox = this.#boxOf(this.#zoomNode);
    const focusBox = this.#boxOf(this.#focusNode);
    let hasStop = false;
    for (const item of this.#view.items) {
      const isStop = item.box === focusBox;
      hasStop ||= isStop;
      const element = this.#box(item, width, isStop);
      if (item.box >= 0 && item.box !== zoomBox && this.#isAbove(item.box, zoomBox)) {
        element.classList.add("above");
      }
      this.#elements.push({ item, element });
      nodes.push(element);
    }
    if (!hasStop) this.#elements[0]?.element.setAttribute("tabindex", "0");
    if (this.#view.outlines.length > 0) {
      const outer = svg("svg", {
        class: "out",
        width: "100%",
        height,
        viewBox: `0 0 1000 ${height}`,
        preserveAspectRatio: "none",
        "aria-hidden": "true",
      });
      outer.append(svg("path", { class: "v", d: this.#view.outlines.map(outlinePath).join("") }));
      nodes.push(outer);
    }
    this.#picture.setAttribute("height", String(height + 2));
    this.#picture.setAttribute("role", "tree");
    this.#picture.replaceChildren(...nodes);
    this.#search();
  }

  #isAbove(box: number, below: number): boolean {
    const { parent } = this.#view.boxes;
    for (let b = parent[below] ?? -1; b >= 0; b = parent[b] ?? -1) if (b === box) return true;
    return false;
  }

  #box(item: FlameItem, width: number, isStop: boolean): SVGSVGElement {
    const box = svg("svg", {
      class: itemClass(item),
      x: `${item.x * 100}%`,
      y: item.row * FLAME_ROW,
      width: `${item.width * 100}%`,
      height: FLAME_BOX,
      tabindex: isStop ? 0 : -1,
      role: "treeitem",
      "aria-level": item.row + 1,
      "aria-label": item.title,
    });
    box.append(svg("title", {}, item.title), svg("rect", { width: "100%", height: "100%" }));
    if (item.shaded !== undefined && item.shaded > 0) {
      const width = `${item.shaded * 100}%`;
      box.append(svg("rect", { class: "cpu", y: 0.5, width, height: FLAME_BOX - 1 }));
    }
    if (item.isFolded) {
      box.append(svg("rect", { class: "fold", y: FLAME_BOX - 1.5, width: "100%", height: 1.5 }));
    }
    const label = itemLabel(item, width);
    if (label !== undefined) box.append(svg("text", { x: FLAME_PAD, y: 14 }, label));
    return box;
  }

  #tools(): void {
    const out = one("[data-out]", HTMLButtonElement, this.#root);
    if (out !== undefined) out.hidden = this.#zoomNode === 0;
    const back = one("[data-back]", HTMLButtonElement, this.#root);
    if (back !== undefined) {
      back.hidden = this.#without.size === 0;
      const names = [...this.#without].map((n) => this.#nameOf(n));
      back.textContent = `${this.#labels.putBack}: ${names.join(", ").slice(0, 60)}`;
    }
    const find = one("[data-find]", HTMLInputElement, this.#root);
    if (find !== undefined && find.value !== this.#query) find.value = this.#query;
    const unfold = one("[data-unfold]", HTMLInputElement, this.#root);
    if (unfold !== undefined) unfold.checked = this.#isUnfolded;
    all("[data-types] input", HTMLInputElement, this.#root).forEach((radio, i) => {
      radio.checked = i === this.#type;
    });
  }

  #nameOf(node: number): string {
    const box = this.#boxOf(node);
    const frames = framesOf(this.#flame, this.#view.boxes, box);
    return positionOf(this.#flame, this.#view.boxes, box) || (frames[0]?.name ?? "");
  }

  #show(item: FlameItem): void {
    if (this.#read === undefined) return;
    const [names = "", ...rest] = item.title.split(" · ");
    const bold = document.createElement("b");
    bold.textContent = names;
    this.#read.replaceChildren(bold, rest.length === 0 ? "" : ` · ${rest.join(" · ")}`);
  }

  #search(): void {
    const query = this.#query.trim().toLowerCase();
    const hits = one("[data-hits]", HTMLElement, this.#root);
    const isHit = (item: FlameItem): boolean => item.title.toLowerCase().includes(query);
    let count = 0;
    let sum = 0;
    // Boxes come callers first; a hit below a hit is in its sum already.
    let until = -1;
    for (const { item, element } of this.#elements) {
      const hit = query !== "" && isHit(item);
      element.classList.toggle("off", query !== "" && !hit);
      if (!hit || item.box < 0) continue;
      count++;
      if (item.x < until - 1e-9) continue;
      until = item.x + item.width;
      sum += this.#view.value[item.box] ?? 0;
    }
    if (hits === undefined) return;
    const { values } = this.#view;
    const whole = values.value[0] ?? 0;
    hits.textContent =
      query === ""
        ? ""
        : count === 0
          ? this.#labels.noHits
          : this.#labels.hits(
              grouped(count),
              amountText(values, whole, sumOnly(sum), this.#flame.isBound),
            );
  }

  #itemAt(target: EventTarget | null): FlameItem | undefined {
    if (!(target instanceof Element)) return undefined;
    return this.#elements.find(({ element }) => element.contains(target))?.item;
  }

  #zoomTo(box: number): void {
    this.#zoomNode = box <= 0 ? 0 : this.#firstNode(box);
    this.#focusNode = this.#zoomNode;
    this.#update();
  }

  #focusBox(box: number): void {
    const found = this.#elements.find(({ item }) => item.box === box) ?? this.#elements[0];
    if (found === undefined) return;
    for (const { element } of this.#elements) element.setAttribute("tabindex", "-1");
    found.element.setAttribute("tabindex", "0");
    this.#focusNode = found.item.box < 0 ? 0 : this.#firstNode(found.item.box);
    found.element.focus({ preventScroll: false });
  }

  /** The neighbour in a direction, by place. */
  #neighbour(from: FlameItem, key: string): FlameItem | undefined {
    const items = this.#view.items.filter((i) => i.box >= 0);
    if (key === "ArrowUp" || key === "ArrowDown") {
      const row = from.row + (key === "ArrowUp" ? -1 : 1);
      return items
        .filter(
          (i) => i.row === row && i.x < from.x + from.width - 1e-9 && i.x + i.width > from.x + 1e-9,
        )
        .sort((a, b) => b.width - a.width)[0];
    }
    const sign = key === "ArrowLeft" ? -1 : 1;
    return items
      .filter((i) => i.row === from.row && (i.x - from.x) * sign > 1e-9)
      .sort((a, b) => (a.x - b.x) * sign)[0];
  }

  #wire(): void {
    // On the block, not on the picture: Chromium makes an SVG that listens for focus a tab stop itself.
    const block = this.#root;
    block.addEventListener("pointerover", (event) => {
      const item = this.#itemAt(event.target);
      if (item !== undefined) this.#show(item);
    });
    block.addEventListener("focusin", (event) => {
      const item = this.#itemAt(event.target);
      if (item === undefined) return;
      this.#focusNode = item.box < 0 ? 0 : this.#firstNode(item.box);
      this.#show(item);
    });
    block.addEventListener("click", (event) => {
      const item = this.#itemAt(event.target);
      if (item !== undefined) this.#zoomTo(item.box < 0 ? item.under : item.box);
    });
    block.addEventListener("keydown", (event) => {
      const item = this.#itemAt(event.target);
      if (item === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.startsWith("Arrow")) {
        event.preventDefault();
        const next = this.#neighbour(item, event.key);
        if (next !== undefined) this.#focusBox(next.box);
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        this.#zoomTo(item.box < 0 ? item.under : item.box);
      } else if (event.key === "Backspace") {
        event.preventDefault();
        this.zoomOut();
      } else if (event.key === "Home") {
        event.preventDefault();
        this.#focusBox(0);
      }
    });
    one("[data-find]", HTMLInputElement, this.#root)?.addEventListener("input", (event) => {
      if (!(event.target instanceof HTMLInputElement)) return;
      this.#query = event.target.value;
      this.#search();
      this.#changed();
    });
    one("[data-unfold]", HTMLInputElement, this.#root)?.addEventListener("change", () =>
      this.toggleFolding(),
    );
    one("[data-out]", HTMLButtonElement, this.#root)?.addEventListener("click", () => {
      this.zoomOut();
      this.focus();
    });
    one("[data-back]", HTMLButtonElement, this.#root)?.addEventListener("click", () => {
      this.#without.clear();
      this.#update();
      this.focus();
    });
    all("[data-types] input", HTMLInputElement, this.#root).forEach((radio, i) => {
      radio.addEventListener("change", () => {
        this.#type = i;
        this.#update();
      });
    });
  }
}
