// What is searched for, and by what stacks are filtered: plain text, or a regular expression where the
// reader says so.
//
// Expressions are Go's, as in `show --focus`, and run on the command's own automaton: a link may bring
// any expression, and JavaScript's engine would hang the page on some of 20 letters.

import {
  type Allowance,
  CostlyRegexpError,
  Regexp,
} from "@heapwright/core/analysis/profile/regexp/regexp.ts";
import { RegexpError } from "@heapwright/core/analysis/profile/regexp/syntax.ts";

/** Case never matters, as people type it; Go's own "(?i)" in front is taken for granted. */
export type Finder = (text: string) => boolean;

/** An expression by which nothing is found; no reason: it would take too long. */
export interface Unfit {
  readonly why: string | undefined;
}

/** Steps of all expressions of one change, some 0.3 s of making sets; one that people write takes 500. */
const MOST_STEPS = 5_000_000;

export function newAllowance(): Allowance {
  return { left: MOST_STEPS };
}

/** undefined for no text. */
function finderOf(query: string, isPattern: boolean, allowance: Allowance): Finder | undefined {
  const wanted = query.trim();
  if (wanted === "") return undefined;
  if (!isPattern) {
    const lower = wanted.toLowerCase();
    return (text) => text.toLowerCase().includes(lower);
  }
  const pattern = new Regexp(`(?i)${wanted}`, allowance);
  return (text) => pattern.test(text);
}

/** Which of the names or files are found, 1 per index; undefined for no text. */
export function found(
  names: readonly string[],
  files: readonly string[],
  query: string,
  isPattern: boolean,
  allowance: Allowance,
): Uint8Array | Unfit | undefined {
  try {
    const find = finderOf(query, isPattern, allowance);
    if (find === undefined) return undefined;
    const out = new Uint8Array(names.length);
    // Many functions, few files.
    const known = new Map<string, boolean>();
    for (let i = 0; i < out.length; i++) {
      const file = files[i] ?? "";
      let isFile = known.get(file);
      if (isFile === undefined) {
        isFile = find(file);
        known.set(file, isFile);
      }
      if (isFile || find(names[i] ?? "")) out[i] = 1;
    }
    return out;
  } catch (error) {
    if (error instanceof CostlyRegexpError) return { why: undefined };
    if (error instanceof RegexpError) return { why: error.code };
    throw error;
  }
}
