// Where a stack allocates, whose line that is, and who called it: worked out once a stack, in numbers.

import { functionFile, functionName } from "../../model/stack-frames.ts";
import type { CallStacks } from "../../model/tables/stacks.ts";
import { frameOwner, PlacedFrames, type FrameOwner } from "./place.ts";
import { lineKey, type SourceLine } from "./site.ts";

/** Source lines by number, the same number for the same (function, file, line) of every profile. */
export class LineNumbers {
  readonly lines: SourceLine[] = [];
  readonly #known = new Map<string, number>();

  of(function_: string, file: string, line: number): number {
    const at = { function: function_, file, line };
    const key = lineKey(at);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const made = this.lines.length;
    this.lines.push(at);
    this.#known.set(key, made);
    return made;
  }
}

/** One entry a stack of the profile; numbers are those of `LineNumbers`. */
export interface StackPlaces {
  /** Innermost frame that is not the runtime's. */
  readonly alloc: Int32Array;
  /** Innermost frame of the service's own code; else of a dependency; else `alloc`. */
  readonly own: Int32Array;
  /** The frame that called `alloc`; −1 none. */
  readonly caller: Int32Array;
  /** Frames, inlined ones included. */
  readonly depth: Int32Array;
  /** 1 where `own` is the service's own code. */
  readonly isOwn: Uint8Array;
}

/** Lines of one function are told apart below this number: a line number of a Go file is less. */
const LINES = 2 ** 24;

/** Cost: one look at each function, one pass over the frames of each stack. */
export function stackPlaces(
  t: CallStacks,
  numbers: LineNumbers,
  modulePath: string | undefined,
): StackPlaces {
  const owners = ownersOf(t, modulePath);
  const count = t.stacks.length;
  const alloc = new Int32Array(count);
  const own = new Int32Array(count);
  const caller = new Int32Array(count).fill(-1);
  const depths = new Int32Array(count);
  const isOwn = new Uint8Array(count);
  const known = new Map<number, number>();
  const { lineFunction, lineNumber, lineStart } = t.locations;
  const numberOf = (frame: number): number => {
    const fn = lineFunction[frame] ?? 0;
    const line = lineNumber[frame] ?? 0;
    const key = fn * LINES + line;
    const at = known.get(key) ?? numbers.of(functionName(t, fn), functionFile(t, fn), line);
    known.set(key, at);
    return at;
  };
  let frames = new Int32Array(128);
  const placed = new PlacedFrames();
  const ownerAt = (at: number): FrameOwner =>
    owners[lineFunction[frames[at] ?? 0] ?? 0] ?? "runtime";
  for (let s = 0; s < count; s++) {
    let depth = 0;
    for (let i = t.stacks.start[s] ?? 0; i < (t.stacks.start[s + 1] ?? 0); i++) {
      const at = t.stacks.location[i] ?? 0;
      for (let frame = lineStart[at] ?? 0; frame < (lineStart[at + 1] ?? 0); frame++) {
        if (depth === frames.length) frames = doubled(frames);
        frames[depth++] = frame;
      }
    }
    placed.find(depth, ownerAt);
    const { leaf, nearest } = placed;
    alloc[s] = depth === 0 ? numbers.of("?", "", 0) : numberOf(frames[leaf] ?? 0);
    own[s] = nearest < 0 ? (alloc[s] ?? 0) : numberOf(frames[nearest] ?? 0);
    if (leaf + 1 < depth) caller[s] = numberOf(frames[leaf + 1] ?? 0);
    depths[s] = depth;
    isOwn[s] = placed.isOwn ? 1 : 0;
  }
  return { alloc, own, caller, depth: depths, isOwn };
}

function doubled(frames: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const out = new Int32Array(frames.length * 2);
  out.set(frames);
  return out;
}

function ownersOf(t: CallStacks, modulePath: string | undefined): FrameOwner[] {
  return Array.from({ length: t.functions.length }, (_, f) =>
    frameOwner(functionName(t, f), functionFile(t, f), modulePath),
  );
}
