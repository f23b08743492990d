// "Does this pattern match anywhere in the text", in time linear in the text whatever the pattern:
// the set of places in the pattern where a match could stand is followed rune by rune, and sets met
// before are remembered with their successors (a lazily built automaton).
//
// Cost: one table look-up a rune once the sets are known. Memory: at most MAX_STATES sets; beyond
// that the memory starts anew, so a pattern with very many sets is slow but never large. Who cannot wait
// for such a pattern gives an allowance of work: steps through the pattern, the same on every machine.

import { parseRegexp, RegexpError, WORD, type Assertion, type Node } from "./syntax.ts";

const CHAR = 0;
const SPLIT = 1;
const ASSERT = 2;
const MATCH = 3;
const JUMP = 4;

const MAX_PROGRAM = 50_000;
const MAX_STATES = 2_000;

const AT_BEGIN = 1;
const AFTER_NEWLINE = 2;
const AFTER_WORD = 4;
const BEFORE_END = 1;
const BEFORE_NEWLINE = 2;
const BEFORE_WORD = 4;

/** Places of patterns that may still be visited while sets are made; patterns may share one. */
export interface Allowance {
  left: number;
}

/** The allowance is spent: the pattern is sound, and no answer of it is known. */
export class CostlyRegexpError extends Error {
  constructor(source: string) {
    super(`regexp takes too long: \`${source}\``);
    this.name = "CostlyRegexpError";
  }
}

class Program {
  readonly op: number[] = [];
  readonly x: number[] = [];
  readonly y: number[] = [];
  readonly ranges: (readonly number[])[] = [];
  readonly assertions: Assertion[] = [];
  readonly #source: string;

  constructor(source: string) {
    this.#source = source;
  }

  emit(op: number, x: number, y: number): number {
    if (this.op.length >= MAX_PROGRAM) throw new RegexpError("expression too large", this.#source);
    this.op.push(op);
    this.x.push(x);
    this.y.push(y);
    return this.op.length - 1;
  }

  add(node: Node): void {
    switch (node.kind) {
      case "empty":
        return;
      case "class":
        this.emit(CHAR, this.ranges.push(node.ranges) - 1, 0);
        return;
      case "assert":
        this.emit(ASSERT, this.assertions.push(node.what) - 1, 0);
        return;
      case "concat":
        for (const part of node.parts) this.add(part);
        return;
      case "either":
        this.#either(node.parts);
        return;
      case "repeat":
        this.#repeat(node.part, node.min, node.max);
    }
  }

  #either(parts: readonly Node[]): void {
    const jumps: number[] = [];
    parts.forEach((part, i) => {
      if (i === parts.length - 1) this.add(part);
      else {
        const split = this.emit(SPLIT, 0, 0);
        this.x[split] = this.op.length;
        this.add(part);
        jumps.push(this.emit(JUMP, 0, 0));
        this.y[split] = this.op.length;
      }
    });
    for (const jump of jumps) this.x[jump] = this.op.length;
  }

  #repeat(part: Node, min: number, max: number): void {
    for (let i = 0; i < min; i++) this.add(part);
    if (max < 0) {
      const split = this.emit(SPLIT, 0, 0);
      this.x[split] = this.op.length;
      this.add(part);
      this.emit(JUMP, split, 0);
      this.y[split] = this.op.length;
      return;
    }
    const splits: number[] = [];
    for (let i = min; i < max; i++) {
      const split = this.emit(SPLIT, 0, 0);
      this.x[split] = this.op.length;
      splits.push(split);
      this.add(part);
    }
    for (const split of splits) this.y[split] = this.op.length;
  }
}

/** Runes that no instruction tells apart share a class. */
class RuneClasses {
  /** Class i begins at bounds[i]. */
  readonly bounds: number[];
  readonly #ascii = new Int32Array(128);

  constructor(program: Program) {
    const bounds = new Set([0]);
    const cut = (ranges: readonly number[]): void => {
      for (let i = 0; i < ranges.length; i += 2) {
        bounds.add(ranges[i]);
        bounds.add(ranges[i + 1] + 1);
      }
    };
    for (const ranges of program.ranges) cut(ranges);
    if (program.assertions.length > 0) cut([...WORD, 10, 10]);
    this.bounds = [...bounds].toSorted((a, b) => a - b);
    for (let rune = 0; rune < 128; rune++) this.#ascii[rune] = this.#search(rune);
  }

  #search(rune: number): number {
    let lo = 0;
    let hi = this.bounds.length - 1;
    while (lo < hi) {
      const middle = (lo + hi + 1) >> 1;
      if (this.bounds[middle] <= rune) lo = middle;
      else hi = middle - 1;
    }
    return lo;
  }

  of(rune: number): number {
    return rune < 128 ? this.#ascii[rune] : this.#search(rune);
  }
}

interface State {
  /** Instructions at which a match in progress waits: CHAR, ASSERT or MATCH. */
  readonly waiting: readonly number[];
  /** What stands before the next rune. */
  readonly before: number;
  readonly isMatch: boolean;
  /** Per class of runes: index of the next state, 0 not known yet. */
  readonly next: Int32Array;
  /** Does the text ending here match: −1 not known yet. */
  atEnd: number;
}

function isWord(rune: number): boolean {
  for (let i = 0; i < WORD.length; i += 2) if (rune >= WORD[i] && rune <= WORD[i + 1]) return true;
  return false;
}

function holds(what: Assertion, before: number, after: number): boolean {
  const isBoundary = ((before & AFTER_WORD) !== 0) !== ((after & BEFORE_WORD) !== 0);
  switch (what) {
    case "begin-text":
      return (before & AT_BEGIN) !== 0;
    case "end-text":
      return (after & BEFORE_END) !== 0;
    case "begin-line":
      return (before & (AT_BEGIN | AFTER_NEWLINE)) !== 0;
    case "end-line":
      return (after & (BEFORE_END | BEFORE_NEWLINE)) !== 0;
    case "word":
      return isBoundary;
    case "not-word":
      return !isBoundary;
  }
}

class Automaton {
  readonly #program: Program;
  readonly #classes: RuneClasses;
  readonly #source: string;
  readonly #allowance: Allowance | undefined;
  readonly #mark: Int32Array;
  #round = 0;
  /** Index 0 is unused: 0 in `next` means unknown. */
  #states: State[] = [];
  #index = new Map<string, number>();

  constructor(program: Program, source: string, allowance: Allowance | undefined) {
    this.#program = program;
    this.#source = source;
    this.#allowance = allowance;
    this.#classes = new RuneClasses(program);
    this.#mark = new Int32Array(program.op.length);
    this.#forget();
  }

  #spend(places: number): void {
    const allowance = this.#allowance;
    if (allowance === undefined) return;
    allowance.left -= places;
    if (allowance.left < 0) throw new CostlyRegexpError(this.#source);
  }

  #forget(): void {
    const nowhere: State = {
      waiting: [],
      before: 0,
      isMatch: false,
      next: new Int32Array(0),
      atEnd: 0,
    };
    this.#states = [nowhere];
    this.#index = new Map();
    this.#round += 1;
    const waiting: number[] = [];
    this.#follow(0, waiting);
    this.#intern(waiting, AT_BEGIN);
  }

  /** Adds what can be reached from `pc` without a rune and without deciding an assertion. */
  #follow(pc: number, into: number[]): void {
    const { op, x, y } = this.#program;
    const stack = [pc];
    let places = 0;
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      places += 1;
      if (this.#mark[at] === this.#round) continue;
      this.#mark[at] = this.#round;
      if (op[at] === SPLIT) stack.push(y[at], x[at]);
      else if (op[at] === JUMP) stack.push(x[at]);
      else into.push(at);
    }
    this.#spend(places);
  }

  #intern(waiting: number[], before: number): number {
    this.#spend(waiting.length);
    waiting.sort((a, b) => a - b);
    const key = `${before}:${waiting.join(",")}`;
    const known = this.#index.get(key);
    if (known !== undefined) return known;
    const { op } = this.#program;
    const index = this.#states.length;
    this.#states.push({
      waiting,
      before,
      isMatch: waiting.some((pc) => op[pc] === MATCH),
      next: new Int32Array(this.#classes.bounds.length),
      atEnd: -1,
    });
    this.#index.set(key, index);
    return index;
  }

  /** Decides the assertions: instructions that wait for a rune, and whether a match is complete. */
  #decide(state: State, after: number): { chars: number[]; isMatch: boolean } {
    const { op, x, assertions } = this.#program;
    this.#spend(state.waiting.length);
    this.#round += 1;
    const chars: number[] = [];
    let isMatch = false;
    const queue = [...state.waiting];
    for (const pc of queue) this.#mark[pc] = this.#round;
    for (let i = 0; i < queue.length; i++) {
      const pc = queue[i];
      if (op[pc] === MATCH) isMatch = true;
      else if (op[pc] === CHAR) chars.push(pc);
      else if (holds(assertions[x[pc]], state.before, after)) this.#follow(pc + 1, queue);
    }
    return { chars, isMatch };
  }

  #step(state: State, runeClass: number): number {
    const rune = this.#classes.bounds[runeClass];
    const newline = rune === 10;
    const word = isWord(rune);
    const after = (newline ? BEFORE_NEWLINE : 0) | (word ? BEFORE_WORD : 0);
    const { chars, isMatch } = this.#decide(state, after);
    const before = (newline ? AFTER_NEWLINE : 0) | (word ? AFTER_WORD : 0);
    const needsBefore = this.#program.assertions.length > 0 ? before : 0;
    if (isMatch) return this.#intern([this.#program.op.length - 1], needsBefore);
    this.#round += 1;
    const waiting: number[] = [];
    for (const pc of chars) {
      const ranges = this.#program.ranges[this.#program.x[pc]];
      for (let i = 0; i < ranges.length && ranges[i] <= rune; i += 2) {
        if (rune <= ranges[i + 1]) {
          this.#follow(pc + 1, waiting);
          break;
        }
      }
    }
    // A match may begin at every rune.
    this.#follow(0, waiting);
    return this.#intern(waiting, needsBefore);
  }

  test(text: string): boolean {
    let state = this.#states[1];
    for (let i = 0; i < text.length; i++) {
      if (state.isMatch) return true;
      let rune = text.charCodeAt(i);
      if (rune >= 0xd800 && rune <= 0xdbff && i + 1 < text.length) {
        rune = text.codePointAt(i) ?? rune;
        if (rune > 0xffff) i += 1;
      }
      const runeClass = this.#classes.of(rune);
      let next = state.next[runeClass];
      if (next === 0) {
        next = this.#step(state, runeClass);
        state.next[runeClass] = next;
        if (this.#states.length > MAX_STATES) {
          const { waiting, before } = this.#states[next];
          this.#forget();
          next = this.#intern([...waiting], before);
        }
      }
      state = this.#states[next];
    }
    if (state.isMatch) return true;
    if (state.atEnd < 0) state.atEnd = this.#decide(state, BEFORE_END).isMatch ? 1 : 0;
    return state.atEnd === 1;
  }
}

/** The text of a pattern that is nothing but letters, for which a plain search is faster. */
function literalOf(node: Node): string | undefined {
  if (node.kind === "class") {
    return node.ranges.length === 2 && node.ranges[0] === node.ranges[1]
      ? String.fromCodePoint(node.ranges[0])
      : undefined;
  }
  if (node.kind !== "concat") return undefined;
  let text = "";
  for (const part of node.parts) {
    if (part.kind !== "class") return undefined;
    const rune = literalOf(part);
    if (rune === undefined) return undefined;
    text += rune;
  }
  return text;
}

export class Regexp {
  readonly source: string;
  readonly #literal: string | undefined;
  readonly #automaton: Automaton | undefined;

  /**
   * @param allowance undefined: as long as it takes
   * @throws RegexpError
   * @throws CostlyRegexpError, as `test` does
   */
  constructor(source: string, allowance?: Allowance) {
    this.source = source;
    const tree = parseRegexp(source);
    this.#literal = literalOf(tree);
    if (this.#literal === undefined) {
      const program = new Program(source);
      program.add(tree);
      program.emit(MATCH, 0, 0);
      this.#automaton = new Automaton(program, source, allowance);
    }
  }

  test(text: string): boolean {
    if (this.#automaton === undefined) return text.includes(this.#literal ?? "");
    return this.#automaton.test(text);
  }
}
