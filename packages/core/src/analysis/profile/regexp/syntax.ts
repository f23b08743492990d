// Go's regular expressions (RE2 syntax) as a tree. Filters come from users and from profiles
// (drop_frames), so a pattern must not be able to hang the program: JavaScript's own engine
// backtracks, and it means other things by `.`, `\s`, `$` and flags. Hence an own parser, and
// matcher.ts runs in time linear in the text.
//
// Authority: golang/go src/regexp/syntax (Go 1.26) with the flags of regexp.Compile.
// Greediness is parsed and dropped: only "does it match" is ever asked. Not supported: folding of
// case in classes beyond U+2000 (single letters fold everywhere).

/** A pattern that Go's regexp refuses too; the message is Go's. */
export class RegexpError extends Error {
  /** Without what stands around it in every message: "missing closing )". */
  readonly code: string;

  constructor(code: string, part: string) {
    super(`error parsing regexp: ${code}: \`${part}\``);
    this.name = "RegexpError";
    this.code = code;
  }
}

export type Assertion = "begin-text" | "end-text" | "begin-line" | "end-line" | "word" | "not-word";

export type Node =
  | { readonly kind: "empty" }
  /** Pairs lo, hi of code points, sorted, not touching. */
  | { readonly kind: "class"; readonly ranges: readonly number[] }
  | { readonly kind: "assert"; readonly what: Assertion }
  | { readonly kind: "concat"; readonly parts: readonly Node[] }
  | { readonly kind: "either"; readonly parts: readonly Node[] }
  /** max −1: no limit. */
  | { readonly kind: "repeat"; readonly part: Node; readonly min: number; readonly max: number };

export const MAX_RUNE = 0x10ffff;
const MAX_REPEAT = 1000;
const MAX_DEPTH = 1000;
const FOLD_LIMIT = 0x2000;

const DIGIT = [0x30, 0x39];
const SPACE = [0x09, 0x0a, 0x0c, 0x0d, 0x20, 0x20];
export const WORD: readonly number[] = [0x30, 0x39, 0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a];

const POSIX: Readonly<Record<string, readonly number[]>> = {
  alnum: [0x30, 0x39, 0x41, 0x5a, 0x61, 0x7a],
  alpha: [0x41, 0x5a, 0x61, 0x7a],
  ascii: [0, 0x7f],
  blank: [0x09, 0x09, 0x20, 0x20],
  cntrl: [0, 0x1f, 0x7f, 0x7f],
  digit: DIGIT,
  graph: [0x21, 0x7e],
  lower: [0x61, 0x7a],
  print: [0x20, 0x7e],
  punct: [0x21, 0x2f, 0x3a, 0x40, 0x5b, 0x60, 0x7b, 0x7e],
  space: [0x09, 0x0d, 0x20, 0x20],
  upper: [0x41, 0x5a],
  word: WORD,
  xdigit: [0x30, 0x39, 0x41, 0x46, 0x61, 0x66],
};

export function normalised(ranges: readonly number[]): number[] {
  const pairs: [number, number][] = [];
  for (let i = 0; i < ranges.length; i += 2) pairs.push([ranges[i], ranges[i + 1]]);
  pairs.sort((a, b) => a[0] - b[0]);
  const out: number[] = [];
  for (const [lo, hi] of pairs) {
    const last = out.length - 1;
    if (last > 0 && lo <= out[last] + 1) out[last] = Math.max(out[last], hi);
    else out.push(lo, hi);
  }
  return out;
}

function negated(ranges: readonly number[]): number[] {
  const sorted = normalised(ranges);
  const out: number[] = [];
  let next = 0;
  for (let i = 0; i < sorted.length; i += 2) {
    if (sorted[i] > next) out.push(next, sorted[i] - 1);
    next = sorted[i + 1] + 1;
  }
  if (next <= MAX_RUNE) out.push(next, MAX_RUNE);
  return out;
}

function foldsOf(rune: number): number[] {
  const text = String.fromCodePoint(rune);
  const out = [rune];
  for (const other of [text.toLowerCase(), text.toUpperCase()]) {
    const point = other.codePointAt(0);
    if (point !== undefined && String.fromCodePoint(point) === other) out.push(point);
  }
  // The two signs outside of ASCII that fold to ASCII letters: Kelvin and long s.
  if (rune === 0x6b || rune === 0x4b || rune === 0x212a) out.push(0x6b, 0x4b, 0x212a);
  if (rune === 0x73 || rune === 0x53 || rune === 0x17f) out.push(0x73, 0x53, 0x17f);
  return out;
}

function folded(ranges: readonly number[]): number[] {
  const out = [...ranges];
  for (let i = 0; i < ranges.length; i += 2) {
    const to = Math.min(ranges[i + 1], FOLD_LIMIT);
    for (let rune = ranges[i]; rune <= to; rune++) {
      for (const other of foldsOf(rune)) out.push(other, other);
    }
  }
  return normalised(out);
}

const UNICODE_CLASSES = new Map<string, number[]>();

/** `\p{name}`: a general category or a script, asked of the engine's own Unicode tables once. */
function unicodeClass(name: string): number[] | undefined {
  if (name === "Any") return [0, MAX_RUNE];
  const known = UNICODE_CLASSES.get(name);
  if (known !== undefined) return known;
  if (!/^[A-Za-z_]+$/.test(name)) return undefined;
  const inner = name.length <= 2 ? name : `Script=${name}`;
  let tester: RegExp;
  try {
    tester = new RegExp(`\\p{${inner}}`, "u");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const out: number[] = [];
  for (let rune = 0; rune <= MAX_RUNE; rune++) {
    if (rune === 0xd800) rune = 0xe000;
    if (!tester.test(String.fromCodePoint(rune))) continue;
    const last = out.length - 1;
    if (last > 0 && out[last] === rune - 1) out[last] = rune;
    else out.push(rune, rune);
  }
  UNICODE_CLASSES.set(name, out);
  return out;
}

interface Flags {
  readonly fold: boolean;
  readonly dotNewline: boolean;
  readonly multiLine: boolean;
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { a: 7, f: 12, n: 10, r: 13, t: 9, v: 11 };

class Parser {
  readonly #text: string;
  readonly #runes: readonly string[];
  #at = 0;
  #depth = 0;
  #flags: Flags = { fold: false, dotNewline: false, multiLine: false };

  constructor(text: string) {
    this.#text = text;
    this.#runes = Array.from(text);
  }

  parse(): Node {
    const node = this.#alternatives();
    if (this.#at < this.#runes.length) throw new RegexpError("unexpected )", this.#text);
    return node;
  }

  #peek(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#runes[this.#at + i] !== text[i]) return false;
    return true;
  }

  #from(start: number): string {
    return this.#runes.slice(start, this.#at).join("");
  }

  #rest(start = this.#at): string {
    return this.#runes.slice(start).join("");
  }

  #alternatives(): Node {
    const parts = [this.#sequence()];
    while (this.#runes[this.#at] === "|") {
      this.#at += 1;
      parts.push(this.#sequence());
    }
    return parts.length === 1 ? parts[0] : { kind: "either", parts };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.#runes.length) {
      const rune = this.#runes[this.#at];
      if (rune === "|" || rune === ")") break;
      const many = this.#quoted(parts);
      const atom = many ? parts.pop() : this.#atom();
      // A group that only sets flags, (?i), is no atom; an operator behind it has no argument.
      if (atom === undefined) {
        this.#refuseOperator();
        continue;
      }
      parts.push(this.#repeated(atom));
    }
    if (parts.length === 0) return { kind: "empty" };
    return parts.length === 1 ? parts[0] : { kind: "concat", parts };
  }

  #refuseOperator(): void {
    const rune = this.#runes[this.#at];
    if (rune === "*" || rune === "+" || rune === "?") {
      throw new RegexpError("missing argument to repetition operator", rune);
    }
  }

  /** `\Q…\E` appends one literal a rune; the last can take an operator. */
  #quoted(parts: Node[]): boolean {
    if (!this.#peek("\\Q")) return false;
    this.#at += 2;
    let any = false;
    while (this.#at < this.#runes.length) {
      if (this.#peek("\\E")) {
        this.#at += 2;
        break;
      }
      parts.push(this.#literal(this.#runes[this.#at]));
      any = true;
      this.#at += 1;
    }
    if (!any) parts.push({ kind: "empty" });
    return true;
  }

  #literal(rune: string): Node {
    const point = rune.codePointAt(0) ?? 0;
    return this.#class([point, point]);
  }

  #class(ranges: readonly number[]): Node {
    return { kind: "class", ranges: this.#flags.fold ? folded(ranges) : normalised(ranges) };
  }

  #repeated(atom: Node): Node {
    let node = atom;
    let operatorAt = -1;
    while (this.#at < this.#runes.length) {
      const before = this.#at;
      const bounds = this.#operator();
      if (bounds === undefined) break;
      if (this.#runes[this.#at] === "?") this.#at += 1;
      if (operatorAt >= 0) {
        throw new RegexpError("invalid nested repetition operator", this.#from(operatorAt));
      }
      operatorAt = before;
      const [min, max] = bounds;
      if (min > MAX_REPEAT || max > MAX_REPEAT || (max >= 0 && min > max)) {
        throw new RegexpError("invalid repeat count", this.#from(before));
      }
      node = { kind: "repeat", part: node, min, max };
      if (repeatSize(node) > MAX_REPEAT) {
        throw new RegexpError("invalid repeat count", this.#from(before));
      }
    }
    return node;
  }

  #operator(): [number, number] | undefined {
    const rune = this.#runes[this.#at];
    const simple: [number, number] | undefined =
      rune === "*" ? [0, -1] : rune === "+" ? [1, -1] : rune === "?" ? [0, 1] : undefined;
    if (simple !== undefined) {
      this.#at += 1;
      return simple;
    }
    if (rune !== "{") return undefined;
    const match = /^\{(\d+)(?:(,)(\d*))?\}/.exec(this.#rest());
    if (match === null || hasLeadingZero(match[1]) || hasLeadingZero(match[3])) return undefined;
    this.#at += match[0].length;
    const min = Number(match[1]);
    if (match[2] === undefined) return [min, min];
    return [min, match[3] === "" ? -1 : Number(match[3])];
  }

  #atom(): Node | undefined {
    const rune = this.#runes[this.#at];
    const { dotNewline, multiLine } = this.#flags;
    switch (rune) {
      case "(":
        return this.#group();
      case "[":
        return this.#bracket();
      case "\\":
        return this.#escape();
      case "*":
      case "+":
      case "?":
        throw new RegexpError("missing argument to repetition operator", rune);
      case ".":
        this.#at += 1;
        return {
          kind: "class",
          ranges: dotNewline ? [0, MAX_RUNE] : [0, 9, 11, MAX_RUNE],
        };
      case "^":
        this.#at += 1;
        return { kind: "assert", what: multiLine ? "begin-line" : "begin-text" };
      case "$":
        this.#at += 1;
        return { kind: "assert", what: multiLine ? "end-line" : "end-text" };
      default: {
        const brace = this.#operatorAsAtom();
        if (brace !== undefined)
          throw new RegexpError("missing argument to repetition operator", brace);
        this.#at += 1;
        return this.#literal(rune);
      }
    }
  }

  /** `{2}` where an atom should be is an operator without argument; `{` alone is a literal. */
  #operatorAsAtom(): string | undefined {
    if (this.#runes[this.#at] !== "{") return undefined;
    const start = this.#at;
    if (this.#operator() === undefined) return undefined;
    return this.#from(start);
  }

  #group(): Node | undefined {
    const start = this.#at;
    const outer = this.#flags;
    this.#at += 1;
    if (this.#peek("?")) {
      const rest = this.#rest(start);
      const named = /^\(\?P?<([^>]*)>/.exec(rest);
      if (named !== null) {
        if (!/^\w+$/.test(named[1])) throw new RegexpError("invalid named capture", named[0]);
        this.#at = start + named[0].length;
      } else if (/^\(\?P?</.test(rest)) {
        throw new RegexpError("invalid named capture", rest);
      } else {
        const flags = /^\(\?([imsU]*)(?:-([imsU]+))?([:)])/.exec(rest);
        if (flags === null) {
          const bad = /^\(\?[imsU-]*.?/su.exec(rest);
          throw new RegexpError("invalid or unsupported Perl syntax", bad === null ? rest : bad[0]);
        }
        this.#at = start + flags[0].length;
        this.#setFlags(flags[1], flags[2] ?? "");
        if (flags[3] === ")") return undefined;
      }
    }
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new RegexpError("expression nests too deeply", this.#text);
    const node = this.#alternatives();
    if (this.#runes[this.#at] !== ")") throw new RegexpError("missing closing )", this.#text);
    this.#at += 1;
    this.#depth -= 1;
    this.#flags = outer;
    return node;
  }

  #setFlags(on: string, off: string): void {
    let { fold, dotNewline, multiLine } = this.#flags;
    const apply = (letters: string, value: boolean): void => {
      if (letters.includes("i")) fold = value;
      if (letters.includes("s")) dotNewline = value;
      if (letters.includes("m")) multiLine = value;
    };
    apply(on, true);
    apply(off, false);
    this.#flags = { fold, dotNewline, multiLine };
  }

  #escape(): Node {
    const next = this.#runes[this.#at + 1];
    const assertion: Readonly<Record<string, Assertion>> = {
      A: "begin-text",
      z: "end-text",
      b: "word",
      B: "not-word",
    };
    if (next !== undefined && next in assertion) {
      this.#at += 2;
      return { kind: "assert", what: assertion[next] };
    }
    const ranges = this.#classEscape();
    if (ranges !== undefined) return this.#class(ranges);
    const point = this.#charEscape();
    return this.#class([point, point]);
  }

  /** `\d \D \s \S \w \W \pL \p{Greek} \P…`; undefined and nothing consumed for others. */
  #classEscape(): readonly number[] | undefined {
    const start = this.#at;
    const next = this.#runes[start + 1];
    const perl: Readonly<Record<string, readonly number[]>> = { d: DIGIT, s: SPACE, w: WORD };
    if (next === undefined) return undefined;
    const lower = next.toLowerCase();
    if (lower in perl) {
      this.#at += 2;
      return next === lower ? perl[lower] : negated(perl[lower]);
    }
    if (lower !== "p") return undefined;
    const rest = this.#rest();
    const match = /^\\[pP](?:\{(\^?)([^}]*)\}|([^{]))/su.exec(rest);
    if (match === null) throw new RegexpError("invalid character class range", rest);
    this.#at += runeCount(match[0]);
    const ranges = unicodeClass(match[2] ?? match[3]);
    if (ranges === undefined) throw new RegexpError("invalid character class range", match[0]);
    return (next === "P") !== (match[1] === "^") ? negated(ranges) : ranges;
  }

  #charEscape(): number {
    const start = this.#at;
    const next = this.#runes[start + 1];
    if (next === undefined) throw new RegexpError("trailing backslash at end of expression", "");
    const rest = this.#rest();
    const octal = /^\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
    const hexadecimal = /^\\x(?:\{([0-9A-Fa-f]+)\}|([0-9A-Fa-f]{2}))/.exec(rest);
    if (octal !== null) {
      this.#at += octal[0].length;
      return Number.parseInt(octal[1], 8);
    }
    if (hexadecimal !== null) {
      const point = Number.parseInt(hexadecimal[1] ?? hexadecimal[2], 16);
      if (point <= MAX_RUNE) {
        this.#at += hexadecimal[0].length;
        return point;
      }
    } else if (next in SIMPLE_ESCAPES) {
      this.#at += 2;
      return SIMPLE_ESCAPES[next];
    } else if (next < "\u0080" && !/[0-9A-Za-z]/.test(next)) {
      this.#at += 2;
      return next.charCodeAt(0);
    }
    throw new RegexpError("invalid escape sequence", `\\${next}`);
  }

  #bracket(): Node {
    const start = this.#at;
    this.#at += 1;
    const isNegated = this.#runes[this.#at] === "^";
    if (isNegated) this.#at += 1;
    const ranges: number[] = [];
    let isFirst = true;
    while (this.#runes[this.#at] !== "]" || isFirst) {
      if (this.#at >= this.#runes.length) {
        throw new RegexpError("missing closing ]", this.#rest(start));
      }
      // A dash is literal at either end; elsewhere Go's Perl flags allow it too.
      isFirst = false;
      const named = /^\[:(\^?)(\w+):\]/.exec(this.#rest());
      if (named !== null) {
        if (!(named[2] in POSIX)) throw new RegexpError("invalid character class range", named[0]);
        ranges.push(...(named[1] === "^" ? negated(POSIX[named[2]]) : POSIX[named[2]]));
        this.#at += named[0].length;
        continue;
      }
      const escaped = this.#runes[this.#at] === "\\" ? this.#classEscape() : undefined;
      if (escaped !== undefined) {
        ranges.push(...escaped);
        continue;
      }
      const from = this.#at;
      const lo = this.#classRune(start);
      let hi = lo;
      const after = this.#runes[this.#at + 1];
      if (this.#runes[this.#at] === "-" && after !== undefined && after !== "]") {
        this.#at += 1;
        hi = this.#classRune(start);
        if (hi < lo) throw new RegexpError("invalid character class range", this.#from(from));
      }
      ranges.push(lo, hi);
    }
    this.#at += 1;
    const all = this.#flags.fold ? folded(normalised(ranges)) : normalised(ranges);
    return { kind: "class", ranges: isNegated ? negated(all) : all };
  }

  #classRune(start: number): number {
    const rune = this.#runes[this.#at];
    if (rune === undefined) throw new RegexpError("missing closing ]", this.#rest(start));
    if (rune === "\\") return this.#charEscape();
    this.#at += 1;
    return rune.codePointAt(0) ?? 0;
  }
}

function runeCount(text: string): number {
  return Array.from(text).length;
}

function hasLeadingZero(digits: string | undefined): boolean {
  return digits !== undefined && digits.length > 1 && digits.startsWith("0");
}

/** Product of the bounds of nested repeats: `((a{100}){100})` is refused like a single big one. */
function repeatSize(node: Node): number {
  if (node.kind === "concat" || node.kind === "either") {
    return Math.max(1, ...node.parts.map(repeatSize));
  }
  if (node.kind !== "repeat") return 1;
  const own = node.max > 1 ? node.max : node.min > 1 ? node.min : 1;
  return own * repeatSize(node.part);
}

/** @throws RegexpError */
export function parseRegexp(text: string): Node {
  return new Parser(text).parse();
}
