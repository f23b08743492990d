// Is this a profile? There is no magic number, so the head is walked as the message it would have to
// be: known fields in their wire types, and inside them again. Text, HTML, JSON, other protobuf
// messages and random bytes fail within a few bytes.

import type { Detection } from "../../model/format.ts";
import { BYTES, VARINT, Wire } from "../../model/builders/proto-wire.ts";

/** Wire types by field of each message: v varint, m bytes, r repeated scalar (either). */
const PROFILE = "_mmmmmmvvvvmvrvv";
const VALUE_TYPE = "_vv";
const SAMPLE = "_rrm";
const LABEL = "_vvvv";
const MAPPING = "_vvvvvvvvvv";
const LOCATION = "_vvvmv";
const LINE = "_vvv";
const FUNCTION = "_vvvvv";

/** Message in each length-delimited field, by the message it stands in. */
const INSIDE: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  [PROFILE]: { 1: VALUE_TYPE, 2: SAMPLE, 3: MAPPING, 4: LOCATION, 5: FUNCTION, 11: VALUE_TYPE },
  [SAMPLE]: { 3: LABEL },
  [LOCATION]: { 4: LINE },
};

const STRING_FIELD = 6;
/** A string table that fills the whole head, in a file that writes it first. */
const ENOUGH_STRINGS = 16;
/** Sound messages before a fault that still make it ours, so that the fault gets reported. */
const ENOUGH_MESSAGES = 8;

class HeadWalk {
  readonly #wire: Wire;
  /** Sample or period types that are not empty. */
  valueTypes = 0;
  messages = 0;
  strings = 0;
  /** The walk ran into the end of the head, not into a fault. */
  reachedEnd = false;

  constructor(head: Uint8Array) {
    this.#wire = new Wire(head);
  }

  /** Messages inside the top level are whole, so any fault in them is a real one. */
  #inner(shape: string, from: number, to: number): boolean {
    const wire = this.#wire;
    wire.enter(from, to);
    while (wire.tag()) {
      const kind = shape[wire.field];
      if (kind === undefined) {
        // A later version may add fields; nothing else writes them as groups or fixed widths.
        if (wire.field > 31 || (wire.type !== VARINT && wire.type !== BYTES)) return false;
        wire.skip(wire.type);
      } else if (wire.type === VARINT && kind !== "m") wire.uint();
      else if (wire.type === BYTES && kind !== "v") {
        const length = wire.length();
        const start = wire.pos;
        const stop = start + length;
        if (wire.bad) return false;
        if (kind === "r") {
          while (wire.pos < stop) wire.uint();
          if (wire.pos !== stop) return false;
        } else {
          const inside = INSIDE[shape]?.[wire.field];
          if (inside === undefined || !this.#inner(inside, start, stop)) return false;
          wire.enter(stop, to);
        }
      } else return false;
    }
    return !wire.bad;
  }

  #isText(from: number, to: number): boolean {
    const bytes = this.#wire.bytes;
    for (let i = from; i < to; i++) if (bytes[i] === 0) return false;
    return true;
  }

  /** One length-delimited field whose bytes [from, to) are all in the head. */
  #message(field: number, from: number, to: number): boolean {
    if (field === STRING_FIELD) {
      if (!this.#isText(from, to) || (this.strings === 0 && to > from)) return false;
      this.strings += 1;
    } else if (PROFILE[field] === "r") {
      return true;
    } else {
      const inside = INSIDE[PROFILE]?.[field];
      if (inside === undefined || !this.#inner(inside, from, to)) return false;
      if (inside === VALUE_TYPE && to > from) this.valueTypes += 1;
      this.messages += 1;
    }
    return true;
  }

  run(): void {
    const wire = this.#wire;
    const end = wire.bytes.length;
    wire.enter(0, end);
    while (wire.tag()) {
      const field = wire.field;
      const kind = PROFILE[field];
      if (field === 0 || kind === undefined) return;
      if (wire.type === VARINT && kind !== "m") wire.uint();
      else if (wire.type === BYTES && kind !== "v") {
        const length = wire.uint();
        const from = wire.pos;
        if (wire.bad) break;
        if (length > end - from) {
          this.reachedEnd = field !== STRING_FIELD || this.#isText(from, end);
          return;
        }
        if (!this.#message(field, from, from + length)) return;
        wire.enter(from + length, end);
      } else return;
    }
    this.reachedEnd = !wire.bad || wire.ranOut;
  }
}

export function detectPprof(head: Uint8Array): Detection | undefined {
  const walk = new HeadWalk(head);
  walk.run();
  if (walk.reachedEnd) {
    if (walk.valueTypes > 0) return { format: "pprof", strength: "certain" };
    if (walk.strings >= ENOUGH_STRINGS) return { format: "pprof", strength: "likely" };
    return undefined;
  }
  if (walk.valueTypes > 0 && walk.messages >= ENOUGH_MESSAGES) {
    return { format: "pprof", strength: "likely" };
  }
  return undefined;
}
