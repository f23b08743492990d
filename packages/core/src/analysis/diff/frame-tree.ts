// The call tree over the stacks of a series, root first, in which a drift is looked for at every height:
// one allocating line may be used by a hundred callers of which one leaks, and one caller may leak
// through a dozen lines of which none alone shows it.

import type { CallStacks } from "../../model/tables/stacks.ts";

/** Nodes in the order made: a parent before its children. Node 0 is the root above all stacks. */
export interface FrameTree {
  readonly length: number;
  readonly parent: Int32Array;
  /** Number of the frame's line (sites/places.ts LineNumbers); −1 for the root. */
  readonly line: Int32Array;
  readonly depth: Int32Array;
}

const NODES = 2 ** 26;

/** Grows by stacks; nodes are known by parent and line. Cost: one look-up a frame. */
export class FrameTreeBuilder {
  readonly #parent: number[] = [-1];
  readonly #line: number[] = [-1];
  readonly #depth: number[] = [0];
  readonly #known = new Map<number, number>();

  /** Lines of the stack, leaf first; gives the leaf's node. */
  add(lines: ArrayLike<number>, length: number): number {
    let node = 0;
    for (let i = length - 1; i >= 0; i--) {
      const line = lines[i];
      const key = line * NODES + node;
      const known = this.#known.get(key);
      if (known !== undefined) {
        node = known;
        continue;
      }
      const made = this.#parent.length;
      if (made >= NODES) throw new Error("more call tree nodes than can be numbered");
      this.#parent.push(node);
      this.#line.push(line);
      this.#depth.push(this.#depth[node] + 1);
      this.#known.set(key, made);
      node = made;
    }
    return node;
  }

  finish(): FrameTree {
    return {
      length: this.#parent.length,
      parent: Int32Array.from(this.#parent),
      line: Int32Array.from(this.#line),
      depth: Int32Array.from(this.#depth),
    };
  }
}

/** Rows of `locations.lineFunction` of one stack, leaf first; the buffer is grown and reused. */
export class FrameWalk {
  frames = new Int32Array(128);

  of(t: CallStacks, stack: number): number {
    let length = 0;
    const { lineStart } = t.locations;
    for (let i = t.stacks.start[stack]; i < t.stacks.start[stack + 1]; i++) {
      const at = t.stacks.location[i];
      for (let frame = lineStart[at]; frame < lineStart[at + 1]; frame++) {
        if (length === this.frames.length) {
          const larger = new Int32Array(length * 2);
          larger.set(this.frames);
          this.frames = larger;
        }
        this.frames[length++] = frame;
      }
    }
    return length;
  }
}
