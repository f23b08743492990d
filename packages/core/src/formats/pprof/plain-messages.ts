// The two messages of which a profile has thousands besides samples, in the form that every writer uses:
// locations and functions whose fields stand in one byte each and fit. One loop for each and not a call for
// each field: a small profile is read before the compiler gets to it, and interpreted, a call costs more
// than the field (5 k locations, 2 k functions: 9 ms, now 4). What is of another form is left to sections.ts,
// which also knows what is wrong with it.

import type { Wire } from "../../model/builders/proto-wire.ts";
import type { Sections } from "./sections.ts";

const LINE_TAG = 0x22;
const MOST_INT32 = 0x7fff_ffff;
/** No end of any message. */
const NOT_PLAIN = -1;

/** The varint at `at`, which may end behind `wire.end`; −1 where that is no sound number below 2^53. */
function longVarint(wire: Wire, at: number): number {
  wire.pos = at;
  const value = wire.uint();
  return wire.bad || value > Number.MAX_SAFE_INTEGER ? -1 : value;
}

/** Reads the location [from, to), which is `wire`'s message; false: nothing was added. */
export function readPlainLocation(wire: Wire, from: number, to: number, into: Sections): boolean {
  const { bytes } = wire;
  const { lineFunction, lineNumber, lineColumn } = into;
  const firstLine = lineFunction.length;
  let id = 0;
  let mapping = 0;
  let address = 0;
  let folded = 0;
  // Of the line at hand; `lineTo` 0 where none is.
  let fn = 0;
  let line = 0;
  let column = 0;
  let lineTo = 0;
  let at = from;
  while (at >= 0 && at < to) {
    const tag = bytes[at++];
    let value = bytes[at++];
    if (value >= 0x80) {
      const more = bytes[at++];
      if (more < 0x80) value = (value & 127) | (more << 7);
      else {
        value = longVarint(wire, at - 2);
        at = wire.pos;
        if (value < 0) at = NOT_PLAIN;
      }
    }
    if (lineTo === 0) {
      if (tag === 0x08) id = value;
      else if (tag === 0x10) mapping = value;
      else if (tag === 0x18) address = value;
      else if (tag === 0x28) folded = value === 0 ? 0 : 1;
      else if (tag === LINE_TAG && value > 0 && value <= to - at) {
        lineTo = at + value;
        fn = 0;
        line = 0;
        column = 0;
      } else at = NOT_PLAIN;
    } else {
      if (tag === 0x08) fn = value;
      else if (value > MOST_INT32 || at > lineTo) at = NOT_PLAIN;
      else if (tag === 0x10) line = value;
      else if (tag === 0x18) column = value;
      else at = NOT_PLAIN;
      if (at === lineTo) {
        lineFunction.push(fn);
        lineNumber.push(line);
        lineColumn.push(column);
        lineTo = 0;
      }
    }
  }
  if (at !== to || lineTo !== 0) {
    lineFunction.length = firstLine;
    lineNumber.length = firstLine;
    lineColumn.length = firstLine;
    return false;
  }
  into.locationId.push(id);
  into.locationMapping.push(mapping);
  into.locationAddress.push(address);
  into.locationFolded.push(folded);
  into.locationLines.push(lineFunction.length);
  return true;
}

/** Reads the function [from, to), which is `wire`'s message; false: nothing was added. */
export function readPlainFunction(wire: Wire, from: number, to: number, into: Sections): boolean {
  const { bytes } = wire;
  let id = 0;
  let name = 0;
  let systemName = 0;
  let file = 0;
  let startLine = 0;
  let at = from;
  while (at >= 0 && at < to) {
    const tag = bytes[at++];
    let value = bytes[at++];
    if (value >= 0x80) {
      const more = bytes[at++];
      if (more < 0x80) value = (value & 127) | (more << 7);
      else {
        value = longVarint(wire, at - 2);
        at = wire.pos;
        if (value < 0) at = NOT_PLAIN;
      }
    }
    if (tag === 0x08) id = value;
    else if (value > MOST_INT32) at = NOT_PLAIN;
    else if (tag === 0x10) name = value;
    else if (tag === 0x18) systemName = value;
    else if (tag === 0x20) file = value;
    else if (tag === 0x28) startLine = value;
    else at = NOT_PLAIN;
  }
  if (at !== to) return false;
  into.functionId.push(id);
  into.functionName.push(name);
  into.functionSystemName.push(systemName);
  into.functionFile.push(file);
  into.functionStartLine.push(startLine);
  return true;
}
