// The call graph as SVG: boxes with name, own and cumulative value, edges as wide as what they carry.

import { type CallGraph, callGraph } from "@heapwright/core/pictures/profile/call-graph.ts";
import { layered } from "@heapwright/core/pictures/profile/layered.ts";
import { sumsOf } from "@heapwright/core/pictures/profile/derived-views.ts";
import {
  knownOf,
  mapSums,
  rowSums,
  shadesOf,
  type TreeView,
} from "@heapwright/core/pictures/profile/tree-view.ts";
import { functionForms } from "@heapwright/core/pictures/go-names.ts";
import { cutMiddle, textWidth } from "@heapwright/core/pictures/text-width.ts";
import { amount, amountWithLimits, shareText, signedAmount } from "../../amounts.ts";
import { grouped } from "../../numbers.ts";
import type { ProfileWords } from "../../profile-words.ts";
import { svg } from "../dom.ts";
import { zoomable } from "./graph-zoom.ts";
import type { Model } from "./model.ts";

export interface GraphTargets {
  readonly model: Model;
  readonly words: ProfileWords;
  /** Per frame; undefined where nothing is searched for. */
  readonly matches: Uint8Array | undefined;
  picked(frame: number): void;
  menu(frame: number, x: number, y: number, back: HTMLElement | SVGElement): void;
}

const NODES = 36;
const EDGES = 110;
const FONT = 12;
const SMALL = 11;
const MOST_WIDTH = 240;
const HEIGHT = 50;
/** Of a difference, before the name: what is certain is never told by colour alone. */
const SIGNS: Readonly<Record<number, string>> = { 5: "▲ ", 6: "▼ " };

/** Half by what they hold themselves, the rest by what passes through them. */
function chosen(model: Model, type: number): number[] {
  const { frames } = model.profile;
  const weight = (rows: Float64Array): Float64Array =>
    Float64Array.from(frames.frame, (_, row) => {
      const { plus, minus } = rowSums(model.profile, rows, row, type);
      return (plus.value[0] ?? 0) + (minus?.value[0] ?? 0);
    });
  const flat = weight(frames.flat);
  const cum = weight(frames.cum);
  const by = (key: Float64Array): number[] =>
    Array.from(frames.frame, (_, row) => row)
      .filter((row) => (key[row] ?? 0) > 0)
      .sort((a, b) => (key[b] ?? 0) - (key[a] ?? 0) || a - b);
  const rows = new Set(by(flat).slice(0, NODES / 2));
  for (const row of by(cum)) {
    if (rows.size >= NODES) break;
    rows.add(row);
  }
  return [...rows];
}

export interface DrawnGraph {
  readonly element: HTMLElement;
  readonly graph: CallGraph;
}

export function drawGraph(targets: GraphTargets, view: TreeView, type: number): DrawnGraph {
  const { model, words, matches } = targets;
  const { profile } = model;
  const rows = chosen(model, type);
  const frames = rows.map((row) => profile.frames.frame[row] ?? 0);
  const graph = callGraph(view, frames, EDGES);
  const { unit } = model.type(type);
  const total = model.left(type);
  const whole = total.plus + total.minus;
  const share = (value: number): string => shareText(value, model.shareOf(type));

  const texts = rows.map((row, i) => {
    const name = model.name(frames[i] ?? 0);
    const forms = name === "" ? [words.unknownName] : functionForms(name.slice(0, 400));
    const fits = forms.find((form) => textWidth(form, FONT) <= MOST_WIDTH - 32);
    const label = fits ?? cutMiddle(forms[forms.length - 1] ?? "", MOST_WIDTH - 32, FONT) ?? "…";
    const flat = model.flat(row, type);
    const cum = model.cum(row, type);
    const value = (v: number): string => (model.isDiff ? signedAmount(unit, v) : amount(unit, v));
    const lines = [`${value(cum.net)} · ${share(cum.net)}`, `${words.flat} ${value(flat.net)}`];
    const width = Math.min(
      MOST_WIDTH,
      Math.max(textWidth(`▲ ${label}`, FONT, true), ...lines.map((l) => textWidth(l, SMALL))) + 16,
    );
    return { row, name, label, lines, width, cum, flat };
  });
  const place = layered(
    texts.map(({ width }) => ({ width, height: HEIGHT })),
    graph.edges.map(({ from, to, plus, minus }) => ({ from, to, weight: plus + minus })),
  );
  const margin = 8;
  const width = Math.ceil(place.width) + 2 * margin;
  const height = Math.ceil(place.height) + 2 * margin;
  const picture = svg("svg", {
    width,
    height,
    viewBox: `${-margin} ${-margin} ${width} ${height}`,
    class: "pgraph",
    role: "group",
    "aria-label": words.graphLabel(grouped(rows.length), grouped(graph.edges.length)),
  });
  const lines = svg("g", { class: "edges" });
  const labels = svg("g", { class: "elabels", "aria-hidden": "true" });
  // Labels touch neither boxes nor each other; the heaviest edges come first.
  const taken: Rect[] = texts.map(({ width: w }, i) => ({
    left: (place.x[i] ?? 0) - w / 2,
    top: (place.y[i] ?? 0) - HEIGHT / 2,
    right: (place.x[i] ?? 0) + w / 2,
    bottom: (place.y[i] ?? 0) + HEIGHT / 2,
  }));
  graph.edges.forEach((edge, e) => {
    const points = place.points[e] ?? [];
    const net = edge.plus - edge.minus;
    const size = whole > 0 ? (edge.plus + edge.minus) / whole : 0;
    const sign = model.isDiff ? (net > 0 ? " grow" : net < 0 ? " shrink" : "") : "";
    const path = svg("path", {
      d: curve(points),
      class: `edge${edge.isResidual ? " residual" : ""}${sign}`,
      "stroke-width": (1 + 5 * Math.sqrt(size)).toFixed(2),
    });
    const text = model.isDiff ? signedAmount(unit, net) : amount(unit, edge.plus);
    const known = knownOf({ ...sumsOf(view, edge.nodes), type: view.type }, 0);
    const says = amountWithLimits(unit, known, model.isDiff);
    path.append(
      svg(
        "title",
        {},
        words.calls(texts[edge.from]?.label ?? "", texts[edge.to]?.label ?? "", says),
      ),
    );
    lines.append(path, head(points));
    const at = size >= 0.05 ? roomBeside(points, textWidth(text, SMALL), taken) : undefined;
    if (at !== undefined) labels.append(svg("text", { ...at, class: "elabel" }, text));
  });
  const heaviest = texts.reduce(
    (best, { cum }, i) => (Math.abs(cum.net) > Math.abs(texts[best]?.cum.net ?? 0) ? i : best),
    0,
  );
  const element = document.createElement("div");
  const drawn: SVGElement[] = [];
  const boxes = svg("g", { class: "boxes" });
  const shades = shadesOf(rowView(model, view, rows, type));
  texts.forEach(({ label, lines: values, width: w, cum, flat, name }, i) => {
    const shade = shades[i] ?? 1;
    const says = `${words.cum} ${amountWithLimits(unit, cum, model.isDiff)}, ${words.flat} ${amountWithLimits(unit, flat, model.isDiff)}`;
    const g = svg("g", {
      class: `pnode${matches === undefined ? "" : matches[frames[i] ?? 0] === 1 ? " hit" : " dim"}`,
      role: "button",
      // One stop of Tab for all; arrows go from box to box.
      tabindex: i === heaviest ? 0 : -1,
      transform: `translate(${((place.x[i] ?? 0) - w / 2).toFixed(1)} ${((place.y[i] ?? 0) - HEIGHT / 2).toFixed(1)})`,
      "aria-label": `${label}: ${says}`,
    });
    g.append(
      svg("title", {}, `${name}\n${says}`),
      svg("rect", { width: w.toFixed(1), height: HEIGHT, class: `s${shade}` }),
      svg("text", { x: 8, y: 16, class: "t1" }, `${SIGNS[shade] ?? ""}${label}`),
      svg("text", { x: 8, y: 30 }, values[0]),
      svg("text", { x: 8, y: 43 }, values[1]),
    );
    const pick = (): void => targets.picked(frames[i] ?? 0);
    g.addEventListener("click", pick);
    g.addEventListener("contextmenu", (event) => {
      if (event.shiftKey) return;
      event.preventDefault();
      pick();
      targets.menu(frames[i] ?? 0, event.clientX, event.clientY, element);
    });
    g.addEventListener("focus", () => {
      for (const other of drawn) other.setAttribute("tabindex", other === g ? "0" : "-1");
    });
    g.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const to = beside(place.x, place.y, i, event.key);
      if (event.key === "Enter" || event.key === " ") pick();
      else if (event.key === "m" || event.key === "ContextMenu") {
        const { left, bottom } = g.getBoundingClientRect();
        pick();
        targets.menu(frames[i] ?? 0, left, bottom, g);
      } else if (to !== undefined) drawn[to]?.focus();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    drawn.push(g);
    boxes.append(g);
  });
  picture.append(lines, labels, boxes);
  element.className = "pgraphs";
  element.hidden = rows.length === 0;
  element.tabIndex = 0;
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", words.graph);
  element.append(picture);
  zoomable(element, picture);
  return { element, graph };
}

const WAYS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The nearest box in the direction of an arrow key; what lies aside of it counts as farther. */
function beside(x: Float64Array, y: Float64Array, from: number, key: string): number | undefined {
  const way = Object.hasOwn(WAYS, key) ? WAYS[key] : undefined;
  if (way === undefined) return undefined;
  let best: number | undefined;
  let least = Infinity;
  for (let i = 0; i < x.length; i++) {
    const dx = (x[i] ?? 0) - (x[from] ?? 0);
    const dy = (y[i] ?? 0) - (y[from] ?? 0);
    const along = dx * way[0] + dy * way[1];
    const aside = Math.abs(dx * way[1] + dy * way[0]);
    if (along < 1 || (way[0] !== 0 && aside > HEIGHT / 2)) continue;
    const far = along + 2 * aside;
    if (far >= least) continue;
    least = far;
    best = i;
  }
  return best;
}

/** The chosen functions' cumulative rows as the nodes of a view, for their shades. */
function rowView(model: Model, like: TreeView, rows: readonly number[], type: number): TreeView {
  const all = rows.map((row) => rowSums(model.profile, model.profile.frames.cum, row, type));
  const column = (of: (s: (typeof all)[number]) => Float64Array | undefined): Float64Array =>
    Float64Array.from(all, (s) => of(s)?.[0] ?? Number.NaN);
  const n = rows.length;
  const none = new Int32Array(n);
  return {
    length: n,
    parent: none,
    frame: none,
    line: none,
    stacks: none,
    first: none,
    folded: none,
    type: like.type,
    plus: mapSums(like.plus, (_, field) => column((s) => s.plus[field])),
    minus: like.minus && mapSums(like.minus, (_, field) => column((s) => s.minus?.[field])),
  };
}

const at = (points: readonly number[], i: number): { x: number; y: number } => ({
  x: points[2 * i] ?? 0,
  y: points[2 * i + 1] ?? 0,
});

/** Vertical at every point, so that edges leave and meet boxes straight. */
function curve(points: readonly number[]): string {
  const first = at(points, 0);
  let d = `M${first.x.toFixed(1)} ${first.y.toFixed(1)}`;
  for (let i = 1; i < points.length / 2; i++) {
    const a = at(points, i - 1);
    const b = at(points, i);
    const half = (b.y - a.y) / 2;
    d += `C${a.x.toFixed(1)} ${(a.y + half).toFixed(1)} ${b.x.toFixed(1)} ${(b.y - half).toFixed(1)} ${b.x.toFixed(1)} ${b.y.toFixed(1)}`;
  }
  return d;
}

function head(points: readonly number[]): SVGElement {
  const n = points.length / 2;
  const tip = at(points, n - 1);
  const before = at(points, n - 2);
  const y = tip.y >= before.y ? -7 : 7;
  return svg("path", { d: `M${tip.x.toFixed(1)} ${tip.y.toFixed(1)}l-4 ${y}h8z`, class: "ehead" });
}

interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where along an edge, on either side, a label is free; it is taken then. undefined: nowhere. */
function roomBeside(
  points: readonly number[],
  width: number,
  taken: Rect[],
): { readonly x: number; readonly y: number } | undefined {
  const segments = points.length / 2 - 1;
  const middle = Math.floor((segments - 1) / 2);
  const order = Array.from({ length: segments }, (_, i) => i).sort(
    (i, j) => Math.abs(i - middle) - Math.abs(j - middle) || i - j,
  );
  for (const i of order) {
    const a = at(points, i);
    const b = at(points, i + 1);
    for (const t of [0.5, 0.35, 0.65, 0.2, 0.8]) {
      // As curve() draws it: both control points half way down, below and above the ends.
      const along = 3 * t * t - 2 * t * t * t;
      const x = a.x + (b.x - a.x) * along;
      const y = a.y + (b.y - a.y) * (1.5 * t * (1 - t) + t * t * t);
      for (const left of [x + 4, x - width - 4]) {
        const rect = { left, top: y - SMALL + 1, right: left + width, bottom: y + 3 };
        const isFree = taken.every(
          (r) =>
            r.right <= rect.left ||
            r.left >= rect.right ||
            r.bottom <= rect.top ||
            r.top >= rect.bottom,
        );
        if (!isFree) continue;
        taken.push(rect);
        return { x: left, y };
      }
    }
  }
  return undefined;
}
