// Everything on the wire as one list: the events of threads and the framing around them, by version.
// Authority: Go internal/trace/tracev2/events.go (specs) and internal/trace/version/version.go, which
// says how much of the list a header knows (Go 1.26.8).

import {
  EV_CLOCK_SNAPSHOT,
  EV_EXPERIMENTAL_BATCH,
  EV_GOROUTINE_STACK_FREE,
  EV_STACK,
  EV_STRING,
  EV_USER_LOG,
  SPECS,
} from "./spec.ts";

export interface WireSpec {
  readonly name: string;
  readonly args: readonly string[];
  /** After the arguments come frames of four numbers; the second argument counts them. */
  readonly isStack: boolean;
  /** After the arguments come a length and as many bytes. */
  readonly hasData: boolean;
}

export const FRAME_FIELDS: readonly string[] = ["pc", "func", "file", "line"];

const FRAMING: Readonly<Record<number, string>> = {
  1: "EventBatch gen m time size",
  2: "Stacks",
  3: "Stack id nframes",
  4: "Strings",
  5: "String id",
  6: "CPUSamples",
  7: "CPUSample time m p g stack",
  8: "Frequency freq",
  49: "ExperimentalBatch exp gen m time",
  50: "Sync",
  52: "EndOfGeneration",
};

/** Numbers that Go's list leaves free are read as events without a name and without arguments. */
const FREE: WireSpec = { name: "", args: [], isStack: false, hasData: false };

function specOf(type: number): WireSpec {
  const framing = FRAMING[type];
  if (framing !== undefined) {
    const [name = "", ...args] = framing.split(" ");
    return {
      name,
      args,
      isStack: type === EV_STACK,
      hasData: type === EV_STRING || type === EV_EXPERIMENTAL_BATCH,
    };
  }
  const timed = SPECS.get(type);
  if (timed === undefined) return FREE;
  return { name: timed.name, args: ["dt", ...timed.args], isStack: false, hasData: false };
}

const LAST: Readonly<Record<number, number>> = {
  22: EV_USER_LOG,
  23: EV_EXPERIMENTAL_BATCH,
  25: EV_CLOCK_SNAPSHOT,
  26: EV_GOROUTINE_STACK_FREE,
};

/** By wire number, as long as what the header knows; empty for a header without generations. */
export function wireSpecs(version: number): readonly WireSpec[] {
  const last = LAST[version];
  return last === undefined ? [] : Array.from({ length: last + 1 }, (_, type) => specOf(type));
}
