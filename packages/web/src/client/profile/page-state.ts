// What the reader has chosen, in the fragment of the URL: `#~v=up&t=1&z=…`. Such a link opens the page as
// it was. Fragments that begin otherwise are places on the page.

import { MOST_FILTERS } from "@heapwright/core/pictures/profile/filtered.ts";
import type { Zoom } from "./pane.ts";

export type ViewKind = "down" | "up" | "sandwich" | "graph";

export interface SortBy {
  readonly column: "flat" | "cum" | "share" | "samples" | "name";
  readonly isRising: boolean;
}

/** Stacks stay that pass through what it names, or that do not. */
export interface Filter {
  readonly isIgnored: boolean;
  /** A function by its index, a label by those of its key and value, or what `query` finds. */
  readonly by:
    | { readonly frame: number }
    | { readonly key: number; readonly value: number }
    | { readonly query: string; readonly isPattern: boolean };
}

/** What is told of below the picture. */
export interface Selected {
  readonly frame: number;
  /** 0: none in particular. */
  readonly line: number;
}

export interface ProfileState {
  readonly view: ViewKind;
  readonly type: number;
  /** Of the sandwich: index of its function, −1 for the heaviest. */
  readonly frame: number;
  readonly zoom: Zoom;
  readonly query: string;
  /** The query is a regular expression. */
  readonly isPattern: boolean;
  readonly filters: readonly Filter[];
  readonly selected: Selected | undefined;
  /** Of the selected function the source, not its lines. */
  readonly isSource: boolean;
  readonly isFolded: boolean;
  readonly sort: SortBy;
}

const VIEWS: readonly ViewKind[] = ["down", "up", "sandwich", "graph"];
const COLUMNS: readonly SortBy["column"][] = ["flat", "cum", "share", "samples", "name"];

function whole(text: string | null): number | undefined {
  return text !== null && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function zoomOf(text: string | null): Zoom {
  const box = /^([01])\.(\d{1,9})$/.exec(text ?? "");
  if (box !== null) return { kind: "box", part: Number(box[1]), node: Number(box[2]) };
  const range = /^(0?\.\d+|0|1)-(0?\.\d+|1)$/.exec(text ?? "");
  const from = Number(range?.[1]);
  const to = Number(range?.[2]);
  return range !== null && to > from ? { kind: "range", from, to } : { kind: "all" };
}

function zoomText(zoom: Zoom): string {
  if (zoom.kind === "all") return "";
  if (zoom.kind === "box") return `${zoom.part}.${zoom.node}`;
  const fraction = (x: number): string => (x <= 0 ? "0" : x >= 1 ? "1" : x.toFixed(12));
  return `${fraction(zoom.from)}-${fraction(zoom.to)}`;
}

/** As long as the names that the page carries. */
const LONGEST_QUERY = 512;

function filterOf(text: string, isIgnored: boolean): Filter | undefined {
  const frame = whole(text);
  if (frame !== undefined) return { isIgnored, by: { frame } };
  const label = /^=(\d{1,9})\.(\d{1,9})$/.exec(text);
  if (label !== null) {
    return { isIgnored, by: { key: Number(label[1]), value: Number(label[2]) } };
  }
  const query = text.slice(1, 1 + LONGEST_QUERY);
  if (query === "" || !/^[~/]/.test(text)) return undefined;
  return { isIgnored, by: { query, isPattern: text.startsWith("/") } };
}

function filterText({ by }: Filter): string {
  if ("frame" in by) return String(by.frame);
  if ("key" in by) return `=${by.key}.${by.value}`;
  return `${by.isPattern ? "/" : "~"}${by.query}`;
}

export function isSameFilter(a: Filter, b: Filter): boolean {
  return a.isIgnored === b.isIgnored && filterText(a) === filterText(b);
}

function filtersOf(params: URLSearchParams): Filter[] {
  const out: Filter[] = [];
  for (const [key, text] of params) {
    if (key !== "f" && key !== "x") continue;
    const filter = filterOf(text, key === "x");
    if (filter !== undefined && out.length < MOST_FILTERS) out.push(filter);
  }
  return out;
}

function selectedOf(text: string | null): Selected | undefined {
  const found = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(text ?? "");
  return found === null ? undefined : { frame: Number(found[1]), line: Number(found[2] ?? 0) };
}

/** What the fragment does not say is as in `first`. */
export function readProfileState(hash: string, first: ProfileState, types: number): ProfileState {
  if (!hash.startsWith("#~")) return first;
  const params = new URLSearchParams(hash.slice(2));
  const view = VIEWS.find((v) => v === params.get("v")) ?? first.view;
  const type = whole(params.get("t"));
  const order = params.get("o") ?? "";
  const column = COLUMNS.find((c) => c === order.replace(/^-/, ""));
  return {
    view,
    type: type !== undefined && type < types ? type : first.type,
    frame: whole(params.get("s")) ?? first.frame,
    zoom: zoomOf(params.get("z")),
    query: (params.get("q") ?? "").slice(0, LONGEST_QUERY),
    isPattern: params.get("r") === "1",
    filters: filtersOf(params),
    selected: selectedOf(params.get("n")),
    isSource: params.get("l") === "1",
    isFolded: params.get("u") === "1",
    sort: column === undefined ? first.sort : { column, isRising: !order.startsWith("-") },
  };
}

export function writeProfileState(state: ProfileState, first: ProfileState): string {
  const params = new URLSearchParams();
  if (state.view !== first.view) params.set("v", state.view);
  if (state.type !== first.type) params.set("t", String(state.type));
  if (state.view === "sandwich" && state.frame >= 0) params.set("s", String(state.frame));
  const zoom = zoomText(state.zoom);
  if (zoom !== "") params.set("z", zoom);
  if (state.query !== "") params.set("q", state.query);
  if (state.isPattern) params.set("r", "1");
  for (const filter of state.filters)
    params.append(filter.isIgnored ? "x" : "f", filterText(filter));
  if (state.selected !== undefined) {
    const { frame, line } = state.selected;
    params.set("n", line > 0 ? `${frame}.${line}` : String(frame));
  }
  if (state.isSource) params.set("l", "1");
  if (state.isFolded) params.set("u", "1");
  const { column, isRising } = state.sort;
  if (column !== first.sort.column || isRising !== first.sort.isRising) {
    params.set("o", `${isRising ? "" : "-"}${column}`);
  }
  const text = params.toString();
  return text === "" ? "" : `#~${text}`;
}
