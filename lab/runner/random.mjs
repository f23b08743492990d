// A small generator with a fixed seed: the same draws on every machine and Node. Marsaglia's xorshift
// with shifts 13, 17, 5 (Xorshift RNGs, 2003); its period of 2^32 − 1 is far more than an ablation draws.

import { createHash } from "node:crypto";

/** @param {number} seed */
export function randomOf(seed) {
  let state = seed >>> 0 || 1;
  /** @returns {number} in [0, 1) */
  const next = () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  // Neighbouring seeds start with neighbouring states; some steps part them.
  for (let i = 0; i < 16; i += 1) next();
  return {
    next,
    /** Whole number in [from, to]. @param {number} from @param {number} to */
    between: (from, to) => from + Math.floor(next() * (to - from + 1)),
    /**
     * `count` of the items, each subset equally likely, in their own order.
     * @template T
     * @param {readonly T[]} items
     * @param {number} count
     * @returns {T[]}
     */
    subset: (items, count) => {
      /** @type {T[]} */
      const out = [];
      let wanted = count;
      items.forEach((item, i) => {
        if (next() * (items.length - i) < wanted) {
          out.push(item);
          wanted -= 1;
        }
      });
      return out;
    },
  };
}

/** A seed from a name, so that a recording's draws do not depend on the others. @param {string} text */
export function seedOf(text) {
  return createHash("sha256").update(text).digest().readUInt32LE(0);
}
