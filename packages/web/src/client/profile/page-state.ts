// What the reader has chosen, in the fragment of the URL: `#~v=up&t=1&z=…`. Such a link opens the page as
// it was. Fragments that begin otherwise are places on the page.

import type { Zoom } from "./pane.ts";

export type ViewKind = "down" | "up" | "sandwich" | "graph";

export interface SortBy {
  readonly column: "flat" | "cum" | "share" | "samples" | "name";
  readonly isRising: boolean;
}

export interface ProfileState {
  readonly view: ViewKind;
  readonly type: number;
  /** Of the sandwich: index of its function, −1 for the heaviest. */
  readonly frame: number;
  readonly zoom: Zoom;
  readonly query: string;
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
    query: (params.get("q") ?? "").slice(0, 200),
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
  if (state.isFolded) params.set("u", "1");
  const { column, isRising } = state.sort;
  if (column !== first.sort.column || isRising !== first.sort.isRising) {
    params.set("o", `${isRising ? "" : "-"}${column}`);
  }
  const text = params.toString();
  return text === "" ? "" : `#~${text}`;
}
