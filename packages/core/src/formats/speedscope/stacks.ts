// Stacks of speedscope frames: a trie, since evented profiles give a stack at each of their events and
// share almost all of it. Written out only at the end, and no more than memory allows.

import type { ByteStrings } from "../../model/builders/byte-strings.ts";
import { FunctionInterner } from "../../model/builders/call-stacks.ts";
import { GrowingInt32 } from "../../model/builders/growing.ts";
import { IntLists } from "../../model/builders/int-lists.ts";
import type { CallStacks } from "../../model/tables/stacks.ts";
import type { Frame } from "./document.ts";

/** Frames over all stacks, written out: 128 MiB. */
const MOST_FRAMES = 1 << 25;

/** Node 0 is the empty stack. */
export class StackTrie {
  readonly #parent = new GrowingInt32();
  readonly #frame = new GrowingInt32();
  readonly #depth = new GrowingInt32();
  readonly #nodes = new IntLists();
  readonly #key = new Int32Array(2);

  constructor() {
    this.#parent.push(-1);
    this.#frame.push(-1);
    this.#depth.push(0);
    this.#key.fill(-1);
    this.#nodes.intern(this.#key, 0, 2);
  }

  child(node: number, frame: number): number {
    this.#key[0] = node;
    this.#key[1] = frame;
    const at = this.#nodes.intern(this.#key, 0, 2);
    if (at === this.#parent.length) {
      this.#parent.push(node);
      this.#frame.push(frame);
      this.#depth.push(this.#depth.data[node] + 1);
    }
    return at;
  }

  parent(node: number): number {
    return this.#parent.data[node];
  }

  frame(node: number): number {
    return this.#frame.data[node];
  }

  depth(node: number): number {
    return this.#depth.data[node];
  }
}

/** Rows of a table whose stacks are nodes; false once their frames are more than may be written out. */
export class RowStacks {
  readonly #trie: StackTrie;
  readonly #stackOf = new Map<number, number>();
  readonly #nodes: number[] = [];
  readonly rowStack = new GrowingInt32();
  #frames = 0;

  constructor(trie: StackTrie) {
    this.#trie = trie;
  }

  push(node: number): boolean {
    let stack = this.#stackOf.get(node);
    if (stack === undefined) {
      const frames = this.#frames + this.#trie.depth(node);
      if (frames > MOST_FRAMES) return false;
      this.#frames = frames;
      stack = this.#nodes.length;
      this.#nodes.push(node);
      this.#stackOf.set(node, stack);
    }
    this.rowStack.push(stack);
    return true;
  }

  /** Each frame of the file is a location of its own with one line; those without a place too. */
  finish(strings: ByteStrings, frames: readonly Frame[]): CallStacks {
    const functions = new FunctionInterner();
    const length = frames.length;
    const address = new Float64Array(length);
    const lineStart = new Int32Array(length + 1);
    const lineFunction = new GrowingInt32();
    const lineNumber = new GrowingInt32();
    const lineColumn = new GrowingInt32();
    frames.forEach((frame, at) => {
      address[at] = addressOf(frame);
      if (address[at] === 0) {
        const name = strings.intern(frame.name);
        lineFunction.push(functions.intern(name, name, strings.intern(frame.file), 0));
        lineNumber.push(frame.line);
        lineColumn.push(frame.column);
      }
      lineStart[at + 1] = lineFunction.length;
    });
    const start = new Int32Array(this.#nodes.length + 1);
    const location = new Int32Array(this.#frames);
    let to = 0;
    this.#nodes.forEach((node, stack) => {
      for (let at = node; at > 0; at = this.#trie.parent(at)) location[to++] = this.#trie.frame(at);
      start[stack + 1] = to;
    });
    return {
      strings,
      functions: functions.finish(),
      locations: {
        length,
        address,
        mapping: new Int32Array(length).fill(-1),
        lineStart,
        lineFunction: lineFunction.finish(),
        lineNumber: lineNumber.finish(),
        ...(frames.some(({ column }) => column > 0) ? { lineColumn: lineColumn.finish() } : {}),
      },
      stacks: { length: this.#nodes.length, start, location },
    };
  }
}

/** A frame that is an address and nothing else, as we write those without a name. */
function addressOf({ name, file }: Frame): number {
  return file === "" && /^0x[0-9a-f]{1,13}$/.test(name) ? parseInt(name.slice(2), 16) : 0;
}
