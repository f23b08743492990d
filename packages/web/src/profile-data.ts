// A profile's picture as bytes, for the page to carry: columns of varints and 32-bit floats behind a JSON
// header. Written in Node, read in the browser; compressing is the host's business.
//
// Exact: values, counts of samples that are whole, the shape of the trees. Squares and variances, which
// only widths of intervals are made of, are 32-bit floats (7 digits).
//
//   u32 length of the header, header (JSON, UTF-8), columns in the order of `write`

import type { CallTree } from "@heapwright/core/analysis/profile/call-tree.ts";
import type { AmountSeries, AmountType } from "@heapwright/core/analysis/profile/stack-amounts.ts";
import { GrowingBytes } from "@heapwright/core/model/builders/growing.ts";
import { safeHead, safeTail } from "@heapwright/core/pictures/text-width.ts";
import type { LabelCells } from "@heapwright/core/pictures/profile/label-cells.ts";
import type { ProfilePicture } from "@heapwright/core/pictures/profile/picture.ts";
import { visibleText } from "./visible-text.ts";

/** Names longer than this are cut in the middle: a reader sees at most a few hundred characters. */
const LONGEST_NAME = 512;

/** The browser puts names where they are read, so what hides or reorders is made visible here. */
export function shownName(name: string): string {
  const ends = (text: string, most: number): string =>
    `${safeHead(text, most / 2 - 1)}…${safeTail(text, most / 2 - 1)}`;
  const text = visibleText(name.length <= 4 * LONGEST_NAME ? name : ends(name, 2 * LONGEST_NAME));
  return text.length <= LONGEST_NAME ? text : ends(text, LONGEST_NAME);
}

interface TreeHeader {
  readonly length: number;
  readonly rows: number;
  readonly isWhole: boolean;
}

interface Header {
  readonly types: readonly AmountType[];
  readonly series: readonly AmountSeries[];
  readonly width: number;
  readonly total: readonly number[];
  readonly defaultType: number;
  readonly stacks: number;
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly down: TreeHeader;
  readonly up: TreeHeader;
  readonly frames: number;
  readonly otherFrames: number;
  readonly otherFlat: readonly number[];
  readonly lines: number;
  readonly functions: number;
  readonly functionLines: number;
  readonly held: readonly number[] | undefined;
  /** Cells, sets of labels, and labels of all sets. */
  readonly cells: readonly [number, number, number] | undefined;
}

/** What the page gets: the picture without its labels, which are tables of the document. */
export type CarriedProfile = Omit<ProfilePicture, "labels">;

class Columns {
  readonly bytes = new GrowingBytes(1 << 16);
  readonly #float = new Float32Array(1);
  readonly #floatBytes = new Uint8Array(this.#float.buffer);

  varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.bytes.push((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.bytes.push(rest);
  }

  varints(column: ArrayLike<number>, shift = 0): void {
    for (let i = 0; i < column.length; i++) this.varint((column[i] ?? 0) + shift);
  }

  float(value: number): void {
    this.#float[0] = value;
    this.bytes.append(this.#floatBytes);
  }

  /** Column `at` of a block of rows: whole numbers as varints, all others as floats. */
  field(rows: Float64Array, width: number, at: number): void {
    let isWhole = true;
    for (let i = at; i < rows.length; i += width) {
      const value = rows[i] ?? 0;
      if (!Number.isSafeInteger(value) || value < 0) {
        isWhole = false;
        break;
      }
    }
    this.bytes.push(isWhole ? 1 : 0);
    for (let i = at; i < rows.length; i += width) {
      if (isWhole) this.varint(rows[i] ?? 0);
      else this.float(rows[i] ?? 0);
    }
  }

  rows(rows: Float64Array, width: number): void {
    for (let at = 0; at < width; at++) this.field(rows, width, at);
  }
}

class Reading {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error("the page's data ends too early");
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  varints(length: number, shift = 0): Int32Array {
    const out = new Int32Array(length);
    for (let i = 0; i < length; i++) out[i] = this.varint() - shift;
    return out;
  }

  rows(length: number, width: number): Float64Array {
    const out = new Float64Array(length * width);
    for (let at = 0; at < width; at++) {
      const isWhole = this.varint() === 1;
      for (let i = at; i < out.length; i += width) {
        if (isWhole) out[i] = this.varint();
        else {
          out[i] = this.#view.getFloat32(this.#at, true);
          this.#at += 4;
        }
      }
    }
    return out;
  }
}

/** How many rows were left between a node in preorder and the one before it: 0 for its child. */
function writeTree(to: Columns, tree: CallTree, width: number): void {
  const depth = new Int32Array(tree.length);
  for (let i = 1; i < tree.length; i++) {
    depth[i] = (depth[tree.parent[i] ?? 0] ?? 0) + 1;
    to.varint((depth[i - 1] ?? 0) + 1 - (depth[i] ?? 0));
  }
  to.varints(tree.frame, 2);
  to.varints(tree.line);
  to.varints(tree.stacks);
  // Rows are written in the order of their nodes, so that a bit a node says where they belong.
  const nodes: number[] = [];
  tree.ownRow.forEach((row) => {
    to.bytes.push(row >= 0 ? 1 : 0);
    if (row >= 0) nodes.push(row);
  });
  const rows = new Float64Array(nodes.length * width);
  nodes.forEach((from, i) =>
    rows.set(tree.own.subarray(from * width, (from + 1) * width), i * width),
  );
  to.rows(rows, width);
}

function readTree(from: Reading, { length, rows, isWhole }: TreeHeader, width: number): CallTree {
  const parent = new Int32Array(length).fill(-1);
  const path: number[] = [0];
  for (let i = 1; i < length; i++) {
    path.length -= from.varint();
    parent[i] = path[path.length - 1] ?? 0;
    path.push(i);
  }
  const frame = from.varints(length, 2);
  const line = from.varints(length);
  const stacks = from.varints(length);
  const ownRow = new Int32Array(length).fill(-1);
  let row = 0;
  for (let i = 0; i < length; i++) if (from.varint() === 1) ownRow[i] = row++;
  return {
    length,
    parent,
    frame,
    line,
    stacks,
    ownRow,
    own: from.rows(rows, width),
    isWhole,
  };
}

/** Cells are in the order of their nodes. */
function writeCells(to: Columns, { down, up, set, rows, sets }: LabelCells, width: number): void {
  down.forEach((node, c) => to.varint(node - (c === 0 ? 0 : (down[c - 1] ?? 0))));
  to.varints(up);
  to.varints(set);
  to.rows(rows, width);
  to.varints(sets.start);
  to.varints(sets.key);
  to.varints(sets.value, 1);
}

function readCells(
  from: Reading,
  [cells, sets, labels]: readonly [number, number, number],
  width: number,
): LabelCells {
  const down = from.varints(cells);
  for (let c = 1; c < cells; c++) down[c] = (down[c] ?? 0) + (down[c - 1] ?? 0);
  return {
    down,
    up: from.varints(cells),
    set: from.varints(cells),
    rows: from.rows(cells, width),
    sets: {
      start: from.varints(sets),
      key: from.varints(labels),
      value: from.varints(labels, 1),
    },
  };
}

export function encodeProfile(picture: ProfilePicture): Uint8Array {
  const { width, frames, lines, down, up, functions } = picture;
  const headerOf = ({ length, ownRow, isWhole }: CallTree): TreeHeader => ({
    length,
    rows: ownRow.reduce((n, row) => n + (row >= 0 ? 1 : 0), 0),
    isWhole,
  });
  const header: Header = {
    types: picture.types,
    series: picture.series,
    width,
    total: Array.from(picture.total),
    defaultType: picture.defaultType,
    stacks: picture.stacks,
    names: picture.names.map(shownName),
    files: picture.files.map(shownName),
    down: headerOf(down),
    up: headerOf(up),
    frames: frames.frame.length,
    otherFrames: frames.others,
    otherFlat: Array.from(frames.otherFlat),
    lines: lines.frame.length,
    functions: functions.frame.length,
    functionLines: functions.line.length,
    held: picture.held,
    cells:
      picture.cells === undefined
        ? undefined
        : [
            picture.cells.set.length,
            picture.cells.sets.start.length,
            picture.cells.sets.key.length,
          ],
  };
  const columns = new Columns();
  writeTree(columns, down, width);
  writeTree(columns, up, width);
  columns.varints(frames.frame);
  columns.rows(frames.flat, width);
  columns.rows(frames.cum, width);
  columns.varints(lines.frame);
  columns.varints(lines.line);
  columns.rows(lines.flat, width);
  columns.varints(functions.frame);
  columns.varints(functions.startLine);
  columns.varints(functions.start);
  columns.varints(functions.line);
  columns.rows(functions.flat, width);
  columns.rows(functions.cum, width);
  if (picture.cells !== undefined) writeCells(columns, picture.cells, width);
  const head = new TextEncoder().encode(JSON.stringify(header));
  const body = columns.bytes.finish();
  const out = new Uint8Array(4 + head.length + body.length);
  new DataView(out.buffer).setUint32(0, head.length, true);
  out.set(head, 4);
  out.set(body, 4 + head.length);
  return out;
}

export function decodeProfile(bytes: Uint8Array): CarriedProfile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  // Written by encodeProfile above, in the same build.
  const header: Header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const from = new Reading(bytes, 4 + length);
  const { width } = header;
  const down = readTree(from, header.down, width);
  const up = readTree(from, header.up, width);
  return {
    types: header.types,
    series: header.series,
    width,
    total: Float64Array.from(header.total),
    defaultType: header.defaultType,
    stacks: header.stacks,
    names: header.names,
    files: header.files,
    down,
    up,
    frames: {
      frame: from.varints(header.frames),
      flat: from.rows(header.frames, width),
      cum: from.rows(header.frames, width),
      others: header.otherFrames,
      otherFlat: Float64Array.from(header.otherFlat),
    },
    lines: {
      frame: from.varints(header.lines),
      line: from.varints(header.lines),
      flat: from.rows(header.lines, width),
    },
    functions: {
      frame: from.varints(header.functions),
      startLine: from.varints(header.functions),
      start: from.varints(header.functions + 1),
      line: from.varints(header.functionLines),
      flat: from.rows(header.functionLines, width),
      cum: from.rows(header.functionLines, width),
    },
    held: header.held,
    cells: header.cells === undefined ? undefined : readCells(from, header.cells, width),
  };
}
