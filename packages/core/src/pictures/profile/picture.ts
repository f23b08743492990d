// Everything that the page of a profile draws from: two trees, the totals of frames and lines, labels.
// Made once where the profile is; what a reader may choose there (type, view, zoom) needs nothing else.

import { factsOfProfile, type SourceFacts } from "../../analysis/profile/source-facts.ts";
import { type BuiltTree, callTree, type CallTree } from "../../analysis/profile/call-tree.ts";
import { frameTotals } from "../../analysis/profile/frame-totals.ts";
import { framesOf, type Frames } from "../../analysis/profile/frames.ts";
import { type LabelTotals, labelTotals } from "../../analysis/profile/label-totals.ts";
import { lineTotals } from "../../analysis/profile/line-totals.ts";
import type { Profile } from "../../analysis/profile/profile.ts";
import {
  addRow,
  rowWeights,
  stackAmounts,
  type AmountSeries,
  type AmountType,
} from "../../analysis/profile/stack-amounts.ts";
import { type LabelCells, labelCells } from "./label-cells.ts";

/** Rows of numbers, one per entry of `frame`: where they are, see AmountSeries. */
export interface FrameRows {
  readonly frame: Int32Array;
  readonly flat: Float64Array;
  readonly cum: Float64Array;
  /** Frames that are not listed, and what they hold themselves. */
  readonly others: number;
  readonly otherFlat: Float64Array;
}

export interface LineRows {
  readonly frame: Int32Array;
  readonly line: Int32Array;
  readonly flat: Float64Array;
}

/** Of functions whose source is at hand: what each line holds. */
export interface FunctionLines {
  readonly frame: Int32Array;
  /** Where the profile says that the function begins; 0 unknown. */
  readonly startLine: Int32Array;
  /** Lines of function i: start[i] to start[i + 1]. */
  readonly start: Int32Array;
  readonly line: Int32Array;
  readonly flat: Float64Array;
  readonly cum: Float64Array;
}

export interface ProfilePicture {
  readonly types: readonly AmountType[];
  readonly series: readonly AmountSeries[];
  /** Numbers in a row. */
  readonly width: number;
  readonly total: Float64Array;
  readonly defaultType: number;
  readonly stacks: number;
  readonly names: readonly string[];
  readonly files: readonly string[];
  /** Callers first. */
  readonly down: CallTree;
  /** Leaves first. */
  readonly up: CallTree;
  readonly frames: FrameRows;
  readonly lines: LineRows;
  readonly labels: readonly LabelTotals[];
  /** undefined where there are no labels, or too many to carry. */
  readonly cells: LabelCells | undefined;
  readonly functions: FunctionLines;
  /**
   * Of a difference from which everything common was taken, so that its series are what came and what
   * went: what shares are of, by type. What the earlier profile held; of a file that is a difference
   * itself, which does not say that, what came.
   */
  readonly held: readonly number[] | undefined;
}

export interface PictureLimits {
  readonly nodes: number;
  readonly frames: number;
  readonly lines: number;
  readonly labelValues: number;
  /** Functions with their source. */
  readonly functions: number;
}

export interface PictureExtras {
  /** Whether the source of a function is at hand; asked of the heaviest first. */
  readonly hasSource?: ((name: string, file: string) => boolean) | undefined;
  readonly held?: readonly number[] | undefined;
  /** The profile has a base in it: all that came is a difference too. */
  readonly isDifference?: boolean;
}

/** A heavy function without source is passed over; not endlessly, since asking looks at the disk. */
const MOST_ASKED = 400;

/**
 * What a page that is mailed can carry: 60 000 nodes and their numbers are about 2 MB. A profile of a
 * usual service has fewer and is carried whole.
 */
export const PICTURE_LIMITS: PictureLimits = {
  nodes: 60_000,
  frames: 5_000,
  lines: 5_000,
  labelValues: 40,
  functions: 30,
};

export function profilePicture(
  profile: Profile,
  defaultType: number,
  limits: PictureLimits = PICTURE_LIMITS,
  sources: readonly SourceFacts[] = [factsOfProfile(profile)],
  { hasSource, held, isDifference = false }: PictureExtras = {},
): ProfilePicture {
  const amounts = stackAmounts(profile, sources, isDifference);
  const { types, series, width, total } = amounts;
  const frames = framesOf(profile);
  const tree = (isInverted: boolean): BuiltTree =>
    callTree(profile, amounts, frames, { isInverted, mostNodes: limits.nodes });
  const down = tree(false);
  const up = tree(true);
  const totals = frameTotals(profile, amounts, frames);
  const weigh = (rows: Float64Array): Float64Array => rowWeights({ ...amounts, data: rows });

  const flatWeight = weigh(totals.flat);
  const cumWeight = weigh(totals.cum);
  const listed = heaviest(
    cumWeight.map((w, f) => w + flatWeight[f]),
    limits.frames,
  );
  const otherFlat = new Float64Array(width);
  let others = 0;
  const isListed = new Uint8Array(frames.length);
  for (const f of listed) isListed[f] = 1;
  for (let f = 0; f < frames.length; f++) {
    if (isListed[f] === 1 || cumWeight[f] === 0) continue;
    others += 1;
    addRow(otherFlat, 0, totals.flat, f, width);
  }
  const lines = heaviest(weigh(totals.ofLine), limits.lines);
  const withSource: number[] = [];
  for (const f of hasSource === undefined ? [] : inTurn(listed, flatWeight, MOST_ASKED)) {
    if (withSource.length === limits.functions) break;
    if (hasSource?.(frames.name[f], frames.file[f]) === true) withSource.push(f);
  }
  const wanted = Int32Array.from(withSource);

  const labels = labelTotals(profile, limits.labelValues);

  // Only the names that something here speaks of.
  const names: string[] = [];
  const files: string[] = [];
  const number = new Int32Array(frames.length).fill(-1);
  const renumber = (frame: number): number => {
    if (frame < 0) return frame;
    if (number[frame] < 0) {
      number[frame] = names.length;
      names.push(frames.name[frame]);
      files.push(frames.file[frame]);
    }
    return number[frame];
  };
  return {
    types,
    series,
    width,
    total,
    defaultType,
    stacks: amounts.stack.length,
    names,
    files,
    frames: {
      frame: listed.map(renumber),
      flat: pick(totals.flat, listed, width),
      cum: pick(totals.cum, listed, width),
      others,
      otherFlat,
    },
    down: numbered(down, renumber),
    up: numbered(up, renumber),
    lines: {
      frame: lines.map((l) => renumber(totals.lineFrame[l])),
      line: lines.map((l) => totals.lineNumber[l]),
      flat: pick(totals.ofLine, lines, width),
    },
    labels: labels.totals,
    cells: labelCells(profile, amounts, sources, isDifference, labels, { down, up }),
    functions: {
      ...lineTotals(profile, amounts, frames, wanted),
      startLine: startLines(profile, frames, wanted),
      frame: wanted.map(renumber),
    },
    held: held ?? (amounts.isCameAndWent ? cameBy(series, total, types.length) : undefined),
  };
}

/** What the page carries of a tree, with its frames by their numbers there. */
function numbered(tree: CallTree, to: (frame: number) => number): CallTree {
  const { length, parent, frame, line, stacks, ownRow, own, isWhole } = tree;
  return { length, parent, frame: frame.map(to), line, stacks, ownRow, own, isWhole };
}

function cameBy(series: readonly AmountSeries[], total: Float64Array, types: number): number[] {
  const out = Array.from({ length: types }, () => 0);
  for (const { type, isMinus, at } of series) if (!isMinus) out[type] = total[at];
  return out;
}

function startLines(
  { functions, strings }: Profile,
  frames: Frames,
  wanted: Int32Array,
): Int32Array {
  const place = new Map(
    Array.from(wanted, (f, i) => [`${frames.name[f]}\n${frames.file[f]}`, i] as const),
  );
  const out = new Int32Array(wanted.length);
  for (let f = 0; f < functions.length; f++) {
    const name = strings.get(functions.name[f]);
    const at = place.get(`${name}\n${strings.get(functions.file[f])}`);
    if (at !== undefined && functions.startLine[f] > 0) out[at] = functions.startLine[f];
  }
  return out;
}

/** Indices of what weighs anything, heaviest first. */
function heaviest(weight: Float64Array, most: number): Int32Array {
  const all: number[] = [];
  for (let i = 0; i < weight.length; i++) if (weight[i] > 0) all.push(i);
  all.sort((a, b) => weight[b] - weight[a] || a - b);
  return Int32Array.from(all.slice(0, most));
}

/**
 * By turns the next of `listed` and the next of those that hold most themselves: behind a deep stack of
 * middleware the former are all callers, and the line that allocates is in the latter.
 */
function inTurn(listed: Int32Array, flatWeight: Float64Array, most: number): Set<number> {
  const byFlat = listed.filter((f) => flatWeight[f] > 0);
  byFlat.sort((a, b) => flatWeight[b] - flatWeight[a] || a - b);
  const out = new Set<number>();
  for (let i = 0; i < listed.length && out.size < most; i++) {
    if (i < byFlat.length) out.add(byFlat[i]);
    if (out.size < most) out.add(listed[i]);
  }
  return out;
}

function pick(rows: Float64Array, which: Int32Array, width: number): Float64Array {
  const out = new Float64Array(which.length * width);
  which.forEach((from, to) => addRow(out, to, rows, from, width));
  return out;
}
