// What the order's columns refer to, as text: for analyses that consume the order and know no format.

import type { TraceInterner } from "./intern.ts";

/** A stack of this many frames was cut there (tracev2.MaxFramesPerStack), so its last is no start. */
const MAX_FRAMES = 128;

export class OrderNamesOfTrace {
  readonly #interner: TraceInterner;
  readonly #start: (string | undefined)[] = [];

  constructor(interner: TraceInterner) {
    this.#interner = interner;
  }

  string(index: number): string {
    return index < 0 ? "" : this.#interner.strings.get(index);
  }

  /** The outermost function; undefined where the stack is empty or was cut at its depth limit. */
  startFunction(stack: number): string | undefined {
    if (stack < 0) return undefined;
    const known = this.#start[stack];
    if (known !== undefined) return known === "" ? undefined : known;
    const { stacks, frameFunction, strings } = this.#interner;
    const from = stacks.start.data[stack] ?? 0;
    const to = stacks.start.data[stack + 1] ?? 0;
    const frame = stacks.data.data[to - 1];
    const isWhole = to > from && to - from < MAX_FRAMES && frame !== undefined;
    const name = isWhole ? strings.get(frameFunction.data[frame] ?? 0) : "";
    this.#start[stack] = name;
    return name === "" ? undefined : name;
  }
}
