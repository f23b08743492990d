// Flat and cum of every frame, and what each of its lines allocates itself, in all sample types at once.
// Flat is of the leaf-most visible line; cum counts a frame once a stack however often it recurs
// (google/pprof internal/graph/graph.go, 2026-07). Cost: one walk over the frames of all used stacks.

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import type { Frames } from "./frames.ts";
import type { Profile } from "./profile.ts";
import { addRow, type StackAmounts } from "./stack-amounts.ts";

export interface FrameTotals {
  /** Rows of StackAmounts' width, one a frame. */
  readonly flat: Float64Array;
  readonly cum: Float64Array;
  /** Lines that are leaves: frame, line number, row of `ofLine`. */
  readonly lineFrame: Int32Array;
  readonly lineNumber: Int32Array;
  readonly ofLine: Float64Array;
}

/** Line numbers are below this; a larger one joins others modulo it, which no Go file reaches. */
const LINES = 2 ** 22;

export function frameTotals(profile: Profile, amounts: StackAmounts, frames: Frames): FrameTotals {
  const { from: stackFrom, to: stackTo, location: locationOf } = profile.stacks;
  const { isHidden, lineStart, lineEnd, lineNumber: numberOf } = profile.locations;
  const { width, data, stack } = amounts;
  const flat = new Float64Array(frames.length * width);
  const cum = new Float64Array(frames.length * width);
  const seen = new Int32Array(frames.length).fill(-1);
  const lines = new Map<number, number>();
  const lineFrame = new GrowingInt32();
  const lineNumber = new GrowingInt32();
  const ofLine = new GrowingFloat64();
  const { ofLine: frameOfLine, ofBare } = frames;
  for (let row = 0; row < stack.length; row++) {
    const end = stackTo[stack[row]];
    let isLeaf = true;
    for (let i = stackFrom[stack[row]]; i < end; i++) {
      const location = locationOf[i];
      if (isHidden !== undefined && isHidden[location] === 1) continue;
      const from = lineStart[location];
      const to = lineEnd[location];
      for (let l = from; l < to || l === from; l++) {
        const frame = from === to ? ofBare[location] : frameOfLine[l];
        if (isLeaf) {
          isLeaf = false;
          addRow(flat, frame, data, row, width);
          const number = from === to ? 0 : numberOf[l];
          const key = frame * LINES + (number % LINES);
          let line = lines.get(key);
          if (line === undefined) {
            line = lineFrame.length;
            lines.set(key, line);
            lineFrame.push(frame);
            lineNumber.push(number);
            for (let f = 0; f < width; f++) ofLine.push(0);
          }
          addRow(ofLine.data, line, data, row, width);
        }
        if (seen[frame] === row) continue;
        seen[frame] = row;
        let a = frame * width;
        let b = row * width;
        for (const stop = b + width; b < stop; b++) cum[a++] += data[b];
      }
    }
  }
  return {
    flat,
    cum,
    lineFrame: lineFrame.finish(),
    lineNumber: lineNumber.finish(),
    ofLine: ofLine.finish(),
  };
}
