// Flat and cum of the lines of chosen frames, in all sample types at once: what stands beside their
// source. As in frame-totals.ts a line's flat is of the leaf-most visible line and its cum counts it once
// a stack. Cost: a byte looked up for every frame of the used stacks, and more for those of the chosen.

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import type { Frames } from "./frames.ts";
import type { Profile } from "./profile.ts";
import { addRow, type StackAmounts } from "./stack-amounts.ts";

export interface LineTotals {
  /** Lines of the i-th frame asked for: start[i] to start[i + 1], in order of their numbers. */
  readonly start: Int32Array;
  readonly line: Int32Array;
  /** Rows of StackAmounts' width, one a line. */
  readonly flat: Float64Array;
  readonly cum: Float64Array;
}

/** As in frame-totals.ts. */
const LINES = 2 ** 22;

/** What a location is here: hidden, of no chosen frame, or of one. */
const HIDDEN = 0;
const OTHER = 1;
const CHOSEN = 2;

function kindsOf({ locations }: Profile, { ofLine }: Frames, place: Int32Array): Uint8Array {
  const { length, isHidden, lineStart, lineEnd } = locations;
  const kind = new Uint8Array(length).fill(OTHER);
  for (let i = 0; i < length; i++) {
    if (isHidden !== undefined && isHidden[i] === 1) {
      kind[i] = HIDDEN;
      continue;
    }
    for (let l = lineStart[i]; l < lineEnd[i]; l++) if (place[ofLine[l]] >= 0) kind[i] = CHOSEN;
  }
  return kind;
}

export function lineTotals(
  profile: Profile,
  amounts: StackAmounts,
  frames: Frames,
  wanted: Int32Array,
): LineTotals {
  const { from: stackFrom, to: stackTo, location: locationOf } = profile.stacks;
  const { lineStart, lineEnd, lineNumber } = profile.locations;
  const { width, data, stack } = amounts;
  const place = new Int32Array(frames.length).fill(-1);
  wanted.forEach((frame, i) => (place[frame] = i));
  const kind = kindsOf(profile, frames, place);
  const known = new Map<number, number>();
  const owner = new GrowingInt32();
  const number = new GrowingInt32();
  const seen = new GrowingInt32();
  const flat = new GrowingFloat64();
  const cum = new GrowingFloat64();
  for (let row = 0; wanted.length > 0 && row < stack.length; row++) {
    const end = stackTo[stack[row]];
    let isLeaf = true;
    for (let i = stackFrom[stack[row]]; i < end; i++) {
      const location = locationOf[i];
      if (kind[location] !== CHOSEN) {
        if (kind[location] === OTHER) isLeaf = false;
        continue;
      }
      for (let l = lineStart[location]; l < lineEnd[location]; l++) {
        const isFlat = isLeaf;
        isLeaf = false;
        const at = place[frames.ofLine[l]];
        if (at < 0 || lineNumber[l] <= 0) continue;
        const key = at * LINES + (lineNumber[l] % LINES);
        let line = known.get(key);
        if (line === undefined) {
          line = owner.length;
          known.set(key, line);
          owner.push(at);
          number.push(lineNumber[l]);
          seen.push(-1);
          for (let f = 0; f < width; f++) {
            flat.push(0);
            cum.push(0);
          }
        }
        if (isFlat) addRow(flat.data, line, data, row, width);
        if (seen.data[line] === row) continue;
        seen.data[line] = row;
        addRow(cum.data, line, data, row, width);
      }
    }
  }
  const order = Array.from({ length: owner.length }, (_, i) => i).sort(
    (a, b) => owner.data[a] - owner.data[b] || number.data[a] - number.data[b],
  );
  const out = {
    start: new Int32Array(wanted.length + 1),
    line: Int32Array.from(order, (i) => number.data[i]),
    flat: new Float64Array(order.length * width),
    cum: new Float64Array(order.length * width),
  };
  order.forEach((from, to) => {
    out.start[owner.data[from] + 1] = to + 1;
    addRow(out.flat, to, flat.data, from, width);
    addRow(out.cum, to, cum.data, from, width);
  });
  for (let i = 1; i < out.start.length; i++) {
    if (out.start[i] === 0) out.start[i] = out.start[i - 1];
  }
  return out;
}
