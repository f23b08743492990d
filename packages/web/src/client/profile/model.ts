// What the page shows of a profile for each choice of view, type and folding; made when asked for, kept.

import {
  type Found,
  folded,
  foundIn,
  type Sandwich,
  sandwichOf,
  sumThrough,
} from "@heapwright/core/pictures/profile/derived-views.ts";
import {
  filteredPicture,
  type Filtered,
  type StackFilter,
} from "@heapwright/core/pictures/profile/filtered.ts";
import { type FlameRows, leftHeavy } from "@heapwright/core/pictures/profile/left-heavy.ts";
import {
  type Known,
  knownOf,
  rowSums,
  shadesOf,
  type TreeView,
  treeView,
} from "@heapwright/core/pictures/profile/tree-view.ts";
import { wholeOf } from "../../amounts.ts";
import type { CarriedProfile } from "../../profile-data.ts";
import { found, newAllowance, type Unfit } from "./search.ts";

export type FlameKind = "down" | "up" | "sandwich";

export interface Part {
  readonly view: TreeView;
  readonly flame: FlameRows;
  readonly shade: Uint8Array;
  /** The tree before chains were folded, and the box of each of its nodes. */
  readonly whole: TreeView;
  readonly box: Int32Array | undefined;
  /** A node of `whole` for each box. */
  readonly nodeOf: Int32Array | undefined;
}

/** Rows from top to bottom: which part, and which of its rows. */
export interface Scene {
  readonly kind: FlameKind;
  readonly type: number;
  /** Of a sandwich; −1 else. */
  readonly frame: number;
  readonly parts: readonly Part[];
  readonly rowPart: Uint8Array;
  readonly rowOf: Int32Array;
  /** Width of the outermost box, in the unit of the values. */
  readonly width: number;
  readonly boxes: number;
}

export interface Choice {
  readonly kind: FlameKind;
  readonly type: number;
  /** Of a sandwich. */
  readonly frame: number;
  readonly isFolded: boolean;
}

function partOf(view: TreeView, isFolded: boolean): Part {
  const made = isFolded ? folded(view) : undefined;
  const drawn = made?.view ?? view;
  let nodeOf: Int32Array | undefined;
  if (made !== undefined) {
    nodeOf = new Int32Array(drawn.length).fill(-1);
    for (let i = 0; i < made.box.length; i++) {
      const box = made.box[i] ?? 0;
      if (nodeOf[box] === -1) nodeOf[box] = i;
    }
  }
  return {
    view: drawn,
    flame: leftHeavy(drawn),
    shade: shadesOf(drawn),
    whole: view,
    box: made?.box,
    nodeOf,
  };
}

export class Model {
  /** All that the page carries. */
  readonly whole: CarriedProfile;
  /** What the filters leave of it: the same frames, nodes and rows, with other numbers. */
  profile: CarriedProfile;
  #hidden: Filtered["hidden"] | undefined;
  /** Per cell of `whole`; undefined: all. */
  isKept: Uint8Array | undefined;
  readonly isDiff: boolean;
  readonly #views = new Map<string, TreeView>();
  readonly #scenes = new Map<string, Scene>();
  /** Row of each frame in the table, −1 where it is not listed. */
  readonly rowOfFrame: Int32Array;

  constructor(profile: CarriedProfile) {
    this.whole = profile;
    this.profile = profile;
    this.isDiff = profile.series.some((s) => s.isMinus);
    this.rowOfFrame = new Int32Array(profile.names.length).fill(-1);
    profile.frames.frame.forEach((frame, row) => (this.rowOfFrame[frame] = row));
  }

  type(index: number): CarriedProfile["types"][number] {
    const type = this.profile.types[index];
    if (type === undefined) throw new Error(`no sample type ${index}`);
    return type;
  }

  get isFiltered(): boolean {
    return this.profile !== this.whole;
  }

  filter(filters: readonly StackFilter[]): void {
    this.#views.clear();
    this.#scenes.clear();
    if (filters.length === 0) {
      this.profile = this.whole;
      this.#hidden = this.isKept = undefined;
      return;
    }
    const { picture, hidden, isKept } = filteredPicture(this.whole, filters);
    this.profile = { ...this.whole, ...picture };
    this.isKept = isKept;
    this.#hidden = hidden;
  }

  /** What "other" boxes may hide from the filters, plus and minus together. */
  hidden(kind: "down" | "up", type: number): number {
    if (this.#hidden === undefined) return 0;
    const { plus, minus } = rowSums(this.whole, this.#hidden[kind], 0, type);
    return (plus.value[0] ?? 0) + (minus?.value[0] ?? 0);
  }

  tree(kind: "down" | "up", type: number): TreeView {
    const key = `${kind}/${type}`;
    let view = this.#views.get(key);
    if (view === undefined) {
      view = treeView(this.profile, this.profile[kind], type);
      this.#views.set(key, view);
    }
    return view;
  }

  scene({ kind, type, frame, isFolded }: Choice): Scene {
    const key = `${kind}/${type}/${kind === "sandwich" ? frame : ""}/${isFolded ? 1 : 0}`;
    const known = this.#scenes.get(key);
    if (known !== undefined) return known;
    const scene =
      kind === "sandwich"
        ? this.#sandwich(type, frame, isFolded)
        : sceneOf(kind, type, -1, [partOf(this.tree(kind, type), isFolded)]);
    // Enough to go back and forth; a tree of 60 000 nodes with its places is 8 MB.
    const oldest = this.#scenes.keys().next();
    if (this.#scenes.size >= 6 && oldest.done !== true) this.#scenes.delete(oldest.value);
    this.#scenes.set(key, scene);
    return scene;
  }

  #sandwich(type: number, frame: number, isFolded: boolean): Scene {
    const row = this.rowOfFrame[frame] ?? -1;
    const whole = row < 0 ? undefined : rowSums(this.profile, this.profile.frames.cum, row, type);
    const { callers, callees }: Sandwich = sandwichOf(this.tree("down", type), frame, whole);
    return sceneOf("sandwich", type, frame, [partOf(callees, isFolded), partOf(callers, isFolded)]);
  }

  /** Of all stacks, filtered or not. */
  total(type: number): Known {
    const { whole } = this;
    return knownOf({ ...rowSums(whole, whole.total, 0, type), type: this.type(type) }, 0);
  }

  /** Of the stacks that the filters leave. */
  left(type: number): Known {
    const { profile } = this;
    return knownOf({ ...rowSums(profile, profile.total, 0, type), type: this.type(type) }, 0);
  }

  /** What percentages are of: always of the whole, so that a filter changes no share. */
  shareOf(type: number): number {
    return wholeOf(this.total(type), this.whole.held?.[type]);
  }

  flat(row: number, type: number): Known {
    const { profile } = this;
    return knownOf(
      { ...rowSums(profile, profile.frames.flat, row, type), type: this.type(type) },
      0,
    );
  }

  cum(row: number, type: number): Known {
    const { profile } = this;
    return knownOf(
      { ...rowSums(profile, profile.frames.cum, row, type), type: this.type(type) },
      0,
    );
  }

  /** Of a function, filtered or not; nothing for row −1. */
  wholeSums(row: number, type: number): { readonly flat: number; readonly cum: number } {
    const of = (rows: Float64Array): number => {
      if (row < 0) return 0;
      const { plus, minus } = rowSums(this.whole, rows, row, type);
      return (plus.value[0] ?? 0) - (minus?.value[0] ?? 0);
    };
    return { flat: of(this.whole.frames.flat), cum: of(this.whole.frames.cum) };
  }

  line(row: number, type: number): Known {
    const { profile } = this;
    return knownOf(
      { ...rowSums(profile, profile.lines.flat, row, type), type: this.type(type) },
      0,
    );
  }

  /** Of line `row` of the functions with source. */
  sourceLine(row: number, type: number): { readonly flat: Known; readonly cum: Known } {
    const { profile } = this;
    const of = (rows: Float64Array): Known =>
      knownOf({ ...rowSums(profile, rows, row, type), type: this.type(type) }, 0);
    return { flat: of(profile.functions.flat), cum: of(profile.functions.cum) };
  }

  name(frame: number): string {
    return this.profile.names[frame] ?? "";
  }

  file(frame: number): string {
    return this.profile.files[frame] ?? "";
  }

  /** Frames whose name or file is found; undefined for no text. */
  matches(
    query: string,
    isPattern: boolean,
    allowance = newAllowance(),
  ): Uint8Array | Unfit | undefined {
    const { names, files } = this.whole;
    return found(names, files, query, isPattern, allowance);
  }

  /** Of a search that finds one function: its row in the table counts every stack; else undefined. */
  exactOf(matches: Uint8Array, type: number): Known | undefined {
    const frame = matches.indexOf(1);
    if (this.isFiltered || frame < 0 || matches.includes(1, frame + 1)) return undefined;
    const row = this.rowOfFrame[frame] ?? -1;
    return row < 0 ? undefined : this.cum(row, type);
  }

  /** Heaviest function of a type by what it holds itself. */
  heaviest(type: number): number {
    let best = 0;
    let most = -1;
    this.profile.frames.frame.forEach((frame, row) => {
      const { plus, minus } = rowSums(this.profile, this.profile.frames.flat, row, type);
      const width = (plus.value[0] ?? 0) + (minus?.value[0] ?? 0);
      if (width > most) {
        most = width;
        best = frame;
      }
    });
    return best;
  }
}

function sceneOf(kind: FlameKind, type: number, frame: number, parts: readonly Part[]): Scene {
  const [main, callers] = parts;
  const below = main?.flame.rows ?? 0;
  const above = Math.max(0, (callers?.flame.rows ?? 0) - 1);
  const rowPart = new Uint8Array(above + below);
  const rowOf = new Int32Array(above + below);
  for (let r = 0; r < above; r++) {
    rowPart[r] = 1;
    rowOf[r] = above - r;
  }
  for (let r = 0; r < below; r++) rowOf[above + r] = r;
  const x1 = main?.flame.x1;
  return {
    kind,
    type,
    frame,
    parts,
    rowPart,
    rowOf,
    width: x1?.[0] ?? 0,
    boxes: parts.reduce((n, p) => n + p.flame.node.length, 0) - (parts.length > 1 ? 1 : 0),
  };
}

export interface SceneHits {
  /** Per part and box. */
  readonly isHit: readonly Uint8Array[];
  readonly boxes: number;
  /** Each stack once. */
  readonly known: Known;
  /** What boxes of stacks that the page does not carry one by one hold outside of the hits. */
  readonly unknown: number;
}

/**
 * `down`: the whole tree from which a sandwich was made; its hits may be on both sides of a stack.
 * `exact`: what is found, where that is known of all stacks, not only of those that boxes show.
 */
export function hitsIn(
  scene: Scene,
  matches: Uint8Array,
  down: TreeView,
  exact?: Known,
): SceneHits {
  const all = scene.parts.map((part) => {
    const found: Found = foundIn(part.whole, matches);
    if (part.box === undefined) return { found, isHit: found.isHit };
    const isHit = new Uint8Array(part.view.length);
    for (let i = 0; i < found.isHit.length; i++) {
      if (found.isHit[i] === 1) isHit[part.box[i] ?? 0] = 1;
    }
    return { found, isHit };
  });
  const first = all[0]?.found;
  const sums =
    scene.kind === "sandwich" || first === undefined
      ? sumThrough(down, scene.frame, matches)
      : first.sums;
  // The function itself stands in both parts of a sandwich.
  const twice = all.length > 1 && first?.isHit[0] === 1 ? 1 : 0;
  return {
    isHit: all.map(({ isHit }) => isHit),
    boxes: all.reduce((n, { isHit }) => n + isHit.reduce((sum, hit) => sum + hit, 0), 0) - twice,
    known: exact ?? knownOf({ ...sums, type: down.type }, 0),
    unknown: exact === undefined ? (first?.unknown ?? 0) : 0,
  };
}
