// Walking a stack frame by frame, inlined frames included, and naming a stack by a hash.

import type { CallStacks } from "./tables/stacks.ts";

/** Frames of one stack, leaf first, as parallel arrays of (function index, line). */
export interface Frames {
  readonly functions: readonly number[];
  readonly lines: readonly number[];
}

export function framesOf(t: CallStacks, stack: number): Frames {
  const functions: number[] = [];
  const lines: number[] = [];
  const { start, location } = t.stacks;
  for (let i = start[stack] ?? 0; i < (start[stack + 1] ?? 0); i++) {
    const at = location[i] ?? 0;
    for (let l = t.locations.lineStart[at] ?? 0; l < (t.locations.lineStart[at + 1] ?? 0); l++) {
      functions.push(t.locations.lineFunction[l] ?? 0);
      lines.push(t.locations.lineNumber[l] ?? 0);
    }
  }
  return { functions, lines };
}

export function functionName(t: CallStacks, fn: number): string {
  return t.strings.get(t.functions.name[fn] ?? 0);
}

export function functionFile(t: CallStacks, fn: number): string {
  return t.strings.get(t.functions.file[fn] ?? 0);
}

function hashString(text: string, seed: number): number {
  // FNV-1a, 32 bit.
  let h = seed >>> 0;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = Math.imul(h, 0x01000193) >>> 0;
  }
  return h;
}

/**
 * A 52-bit hash of each stack's frame chain (function, file, line), the same for every encoding of
 * the same stack and across runs of one build. Locations without symbols count by address.
 * Cost: one pass over functions and one over locations.
 */
export function stackHashes(t: CallStacks): Float64Array {
  const fnHash = new Uint32Array(t.functions.length);
  for (let f = 0; f < t.functions.length; f++) {
    fnHash[f] = hashString(functionFile(t, f), hashString(functionName(t, f), 0x811c9dc5));
  }
  const out = new Float64Array(t.stacks.length);
  const { start, location } = t.stacks;
  for (let s = 0; s < t.stacks.length; s++) {
    let a = 0x811c9dc5;
    let b = 0x9747b28c;
    for (let i = start[s] ?? 0; i < (start[s + 1] ?? 0); i++) {
      const at = location[i] ?? 0;
      const from = t.locations.lineStart[at] ?? 0;
      const to = t.locations.lineStart[at + 1] ?? 0;
      if (from === to) {
        const address = t.locations.address[at] ?? 0;
        a = Math.imul(a ^ ((address % 0x100000000) >>> 0), 0x01000193) >>> 0;
        b = Math.imul(b ^ Math.floor(address / 0x100000000), 0x85ebca6b) >>> 0;
      }
      for (let l = from; l < to; l++) {
        const h = fnHash[t.locations.lineFunction[l] ?? 0] ?? 0;
        const line = t.locations.lineNumber[l] ?? 0;
        a = Math.imul(a ^ h, 0x01000193) >>> 0;
        a = Math.imul(a ^ line, 0x01000193) >>> 0;
        b = Math.imul((b ^ (h + line)) >>> 0, 0x85ebca6b) >>> 0;
        b = (b ^ (b >>> 13)) >>> 0;
      }
    }
    out[s] = a * 0x100000 + (b & 0xfffff);
  }
  return out;
}

/** The six hex digits by which evidence ids name a stack. */
export function stackKey(hash: number): string {
  return `stack:${(Math.floor(hash / 0x100000) >>> 8).toString(16).padStart(6, "0")}`;
}
