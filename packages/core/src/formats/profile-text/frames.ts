// Frames of one row to a stack. In Go's text every logical frame has a line of its own, inlined ones
// too, and all frames of one physical function share its entry: `pc − offset`. So inlining, which
// the text does not state, can be seen.
//
// Rule: within a run of frames with one entry the last name is the physical function's, and each
// frame of that name ends a location. That is how runtime/pprof itself joins frames (proto.go
// pcDeck.tryAdd). It misleads where the runtime cut the stack inside an inlined call (exactly at
// profstackdepth frames): the innermost function of that run is then taken for the physical one.

import type { CallStacksBuilder } from "../../model/builders/call-stacks.ts";
import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";

export class RowFrames {
  /** Return addresses of the row itself: used only when no frame is symbolised. */
  readonly pcs = new GrowingFloat64();
  readonly #pc = new GrowingFloat64();
  readonly #entry = new GrowingFloat64();
  readonly #name = new GrowingInt32();
  readonly #file = new GrowingInt32();
  readonly #line = new GrowingInt32();

  clear(): void {
    this.pcs.length = 0;
    for (const column of [this.#pc, this.#entry]) column.length = 0;
    for (const column of [this.#name, this.#file, this.#line]) column.length = 0;
  }

  get length(): number {
    return this.#pc.length;
  }

  /** `name` 0: the frame has an address only. */
  add(pc: number, offset: number, name: number, file: number, line: number): void {
    this.#pc.push(pc);
    this.#entry.push(name === 0 ? -1 : pc - offset);
    this.#name.push(name);
    this.#file.push(file);
    this.#line.push(line);
  }

  stack(builder: CallStacksBuilder): number {
    if (this.length === 0) this.#addresses(builder);
    let at = 0;
    while (at < this.length) {
      let end = at + 1;
      while (end < this.length && this.#isSameEntry(at, end)) end += 1;
      this.#run(builder, at, end);
      at = end;
    }
    return builder.endStack();
  }

  /** Return addresses are one past the call, so one is taken off, as pprof does. */
  #addresses(builder: CallStacksBuilder): void {
    for (let i = 0; i < this.pcs.length; i++) {
      const pc = this.pcs.data[i];
      // Go 1.26 and 1.27 pad threadcreate with zeros; 0 is no address.
      if (pc === 0) continue;
      builder.beginLocation(pc - 1, -1);
      builder.endLocation();
    }
  }

  #isSameEntry(a: number, b: number): boolean {
    return this.#entry.data[a] >= 0 && this.#entry.data[a] === this.#entry.data[b];
  }

  /** Frames [from, to) of one physical function, or one frame without symbol. */
  #run(builder: CallStacksBuilder, from: number, to: number): void {
    if (this.#name.data[from] === 0) {
      if (this.#pc.data[from] === 0) return;
      builder.beginLocation(this.#pc.data[from], -1);
      builder.endLocation();
      return;
    }
    const physical = this.#name.data[to - 1];
    let isOpen = false;
    for (let i = from; i < to; i++) {
      if (!isOpen) builder.beginLocation(this.#pc.data[i], -1);
      const name = this.#name.data[i];
      builder.line(name, name, this.#file.data[i], 0, this.#line.data[i]);
      isOpen = name !== physical;
      if (!isOpen) builder.endLocation();
    }
  }
}
