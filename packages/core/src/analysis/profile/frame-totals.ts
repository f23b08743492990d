// Flat and cum of every frame, and what each of its lines allocates itself, in all sample types at once.
// Flat is of the leaf-most visible line; cum counts a frame once a stack however often it recurs
// (google/pprof internal/graph/graph.go, 2026-07). Cost: one walk over the frames of all used stacks.

import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";
import type { Frames } from "./frames.ts";
import { placeSums, type LocationPlaces } from "./place-sums.ts";
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

/** The frames of each location, those of hidden ones left out. */
function framePlaces({ locations }: Profile, frames: Frames): LocationPlaces {
  const { length, isHidden, lineStart, lineEnd } = locations;
  const start = new Int32Array(length + 1);
  const place = new GrowingInt32(length + 1);
  for (let i = 0; i < length; i++) {
    if (isHidden === undefined || isHidden[i] === 0) {
      if (lineStart[i] === lineEnd[i]) place.push(frames.ofBare[i]);
      for (let l = lineStart[i]; l < lineEnd[i]; l++) place.push(frames.ofLine[l]);
    }
    start[i + 1] = place.length;
  }
  return { length: frames.length, start, place: place.finish() };
}

export function frameTotals(profile: Profile, amounts: StackAmounts, frames: Frames): FrameTotals {
  const { from: stackFrom, to: stackTo, location: locationOf } = profile.stacks;
  const { length, lineStart, lineEnd, lineNumber: numberOf } = profile.locations;
  const { width, data, stack } = amounts;
  const places = framePlaces(profile, frames);
  const lines = new Map<number, number>();
  /** By location its innermost line's row of `ofLine`, once a stack ended there. */
  const lineOf = new Int32Array(length).fill(-1);
  const lineFrame = new GrowingInt32();
  const lineNumber = new GrowingInt32();
  const ofLine = new GrowingFloat64();
  for (let row = 0; row < stack.length; row++) {
    const end = stackTo[stack[row]];
    let i = stackFrom[stack[row]];
    while (i < end && places.start[locationOf[i]] === places.start[locationOf[i] + 1]) i += 1;
    if (i === end) continue;
    const leaf = locationOf[i];
    if (lineOf[leaf] < 0) {
      const frame = places.place[places.start[leaf]];
      const number = lineStart[leaf] === lineEnd[leaf] ? 0 : numberOf[lineStart[leaf]];
      const key = frame * LINES + (number % LINES);
      let line = lines.get(key);
      if (line === undefined) {
        line = lineFrame.length;
        lines.set(key, line);
        lineFrame.push(frame);
        lineNumber.push(number);
        for (let f = 0; f < width; f++) ofLine.push(0);
      }
      lineOf[leaf] = line;
    }
    addRow(ofLine.data, lineOf[leaf], data, row, width);
  }
  const flat = new Float64Array(frames.length * width);
  for (let line = 0; line < lineFrame.length; line++) {
    addRow(flat, lineFrame.data[line], ofLine.data, line, width);
  }
  return {
    flat,
    cum: placeSums(profile.stacks, places, amounts),
    lineFrame: lineFrame.finish(),
    lineNumber: lineNumber.finish(),
    ofLine: ofLine.finish(),
  };
}
