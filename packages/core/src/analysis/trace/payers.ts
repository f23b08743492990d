// Time spent within ranges, gathered by stack, line, start function, or whatever else names who paid.

import type { SourceLine } from "../sites/site.ts";
import { placeOf, type FrameOwner, type Place } from "../sites/place.ts";
import { lineKey } from "../sites/site.ts";
import { ownerOf } from "../../goruntime/packages.ts";
import { functionFile, functionName } from "../../model/stack-frames.ts";
import type { CallStacks } from "../../model/tables/stacks.ts";
import { startFunction } from "./goroutine-groups.ts";

export interface Payer {
  /** Line, start function, task or region; "" where the trace does not tell. */
  readonly name: string;
  readonly at: SourceLine | undefined;
  /** Of the service's own code; false for a library's line, and where `at` is undefined. */
  readonly isOwn: boolean;
  /** The stack that paid most, −1 for none. */
  readonly stack: number;
  readonly count: number;
  /** From begin to end, whatever the goroutine did meanwhile. */
  readonly wallNs: number;
  /** Only while it executed; `wallNs` − `cpuNs` it was parked or waited for a proc. */
  readonly cpuNs: number;
  readonly longestNs: number;
}

interface Sum {
  readonly name: string;
  readonly at: SourceLine | undefined;
  readonly isOwn: boolean;
  stack: number;
  stackNs: number;
  readonly ofStack: Map<number, number>;
  count: number;
  wallNs: number;
  cpuNs: number;
  longestNs: number;
}

export class Payers {
  readonly #sums = new Map<string, Sum>();

  add(who: Who, stack: number, wallNs: number, cpuNs: number): void {
    let s = this.#sums.get(who.key);
    if (s === undefined) {
      s = {
        name: who.name,
        at: who.at,
        isOwn: who.isOwn ?? false,
        stack: -1,
        stackNs: -1,
        ofStack: new Map(),
        count: 0,
        wallNs: 0,
        cpuNs: 0,
        longestNs: 0,
      };
      this.#sums.set(who.key, s);
    }
    s.count += 1;
    s.wallNs += wallNs;
    s.cpuNs += cpuNs;
    s.longestNs = Math.max(s.longestNs, wallNs);
    if (stack < 0) return;
    const ofStack = (s.ofStack.get(stack) ?? 0) + wallNs;
    s.ofStack.set(stack, ofStack);
    if (ofStack > s.stackNs) {
      s.stack = stack;
      s.stackNs = ofStack;
    }
  }

  /** Most time first; every row, the pictures cut. */
  finish(): Payer[] {
    return [...this.#sums.values()]
      .map(({ ofStack: _ofStack, stackNs: _stackNs, ...payer }) => payer)
      .sort((a, b) => b.wallNs - a.wallNs || (a.name < b.name ? -1 : 1));
  }
}

/** Whom a row is added to, made once for each stack or group and not for each row. */
export interface Who {
  readonly key: string;
  readonly name: string;
  readonly at?: SourceLine;
  readonly isOwn?: boolean;
}

export const NOBODY: Who = { key: "", name: "" };

interface Placed {
  readonly place: Place;
  readonly key: string;
  /** The service's own line, and the one that allocated. */
  readonly own: Who;
  readonly allocating: Who;
  readonly stack: Who;
}

/** Places of stacks, each worked out once. */
export class StackPlaces {
  readonly #stacks: CallStacks;
  readonly #modulePath: string | undefined;
  readonly #owners = new Map<number, FrameOwner>();
  readonly #known = new Map<number, Placed>();

  constructor(stacks: CallStacks, modulePath: string | undefined) {
    this.#stacks = stacks;
    this.#modulePath = modulePath;
  }

  /** `alloc` is the leaf where no frame is anyone's but the runtime's. */
  #isAllRuntime(stack: number, alloc: SourceLine): boolean {
    if (ownerOf(alloc.function, alloc.file, this.#modulePath) !== "runtime") return false;
    const { start, location } = this.#stacks.stacks;
    const { lineStart, lineFunction } = this.#stacks.locations;
    for (let i = start[stack]; i < start[stack + 1]; i++)
      for (let k = lineStart[location[i]]; k < lineStart[location[i] + 1]; k++) {
        const name = functionName(this.#stacks, lineFunction[k]);
        const file = functionFile(this.#stacks, lineFunction[k]);
        if (ownerOf(name, file, this.#modulePath) !== "runtime") return false;
      }
    return true;
  }

  /** By what the goroutine is, as the leaf says only how far the runtime had got. */
  #runtimeWho(stack: number): Who | undefined {
    const name = startFunction(this.#stacks, stack);
    if (name === undefined) return undefined;
    return RECORDING.test(name) ? TRACER : { key: `runtime:${name}`, name };
  }

  of(stack: number): Placed | undefined {
    if (stack < 0) return undefined;
    let known = this.#known.get(stack);
    if (known === undefined) {
      const place = placeOf(this.#stacks, stack, this.#modulePath, this.#owners);
      const { own, alloc, isOwn } = place;
      const key = lineKey(own);
      const runtime = this.#isAllRuntime(stack, alloc) ? this.#runtimeWho(stack) : undefined;
      known = {
        place,
        key,
        own: runtime ?? { key, name: own.function, at: own, isOwn },
        allocating: runtime ?? { key: lineKey(alloc), name: alloc.function, at: alloc },
        stack: { key: String(stack), name: alloc.function, at: alloc },
      };
      this.#known.set(stack, known);
    }
    return known;
  }
}

/**
 * Goroutines that write the recording: started by trace.Start (runtime/trace) and by the runtime for its
 * generations. Their place in the runtime is no line that anyone could change.
 */
const RECORDING =
  /^(runtime\/trace\.|runtime\.\(\*traceAdvancerState\)|runtime\.(startTrace|traceReader))/;
export const TRACER: Who = { key: "runtime/trace", name: "runtime/trace" };

/** Start functions as payers, each made once. */
export class Groups {
  readonly #known = new Map<string, Who>();

  /** Told apart by where its goroutines were, too. */
  at(name: string, at: SourceLine): Who {
    const key = `${name} ${lineKey(at)}`;
    let known = this.#known.get(key);
    if (known === undefined) {
      known = { key, name: name || at.function, at };
      this.#known.set(key, known);
    }
    return known;
  }

  of(name: string): Who {
    let known = this.#known.get(name);
    if (known === undefined) {
      known = { key: name, name };
      this.#known.set(name, known);
    }
    return known;
  }
}
