// A mangled C++ name to its tree. Authority: see names.ts.
//
// Not supported, and then the name stays as it is: expressions beyond operators, literals, parameters and
// casts; requires clauses and constrained templates; modules; vectors; vendor's own types of other forms.
// Misleads nowhere else: what does not parse to its end is not taken for a name.

import {
  BUILTIN_TYPES,
  LONG_NAMES,
  MORE_TYPES,
  OPERATORS,
  SHORT_NAMES,
  text,
  type Node,
  type Scope,
} from "./names.ts";

/** A name nests no deeper in practice; a made one must not overflow the stack. */
const MOST_DEPTH = 200;

/** The name is not one of those that are understood. */
export class NotMangledError extends Error {}

const SPECIAL: Readonly<Record<string, string>> = {
  TV: "vtable for ",
  TT: "VTT for ",
  TI: "typeinfo for ",
  TS: "typeinfo name for ",
  TW: "TLS wrapper function for ",
  TH: "TLS init function for ",
  GV: "guard variable for ",
};

/** The last part of a name, past scopes and template arguments. */
export function lastPart(node: Node): Node {
  switch (node.is) {
    case "nested":
      return lastPart(node.name);
    case "template":
    case "encoding":
      return lastPart(node.name);
    case "local":
      return lastPart(node.entity);
    case "tagged":
      return lastPart(node.of);
    default:
      return node;
  }
}

/** It ends with template arguments. */
export function isTemplate(node: Node): boolean {
  if (node.is === "nested") return isTemplate(node.name);
  if (node.is === "local") return isTemplate(node.entity);
  return node.is === "template";
}

export class Parser {
  readonly #text: string;
  #at = 0;
  #depth = 0;
  readonly #known: Node[] = [];
  #scope: Scope = { args: undefined };
  /** In the type of a conversion, whose template arguments are the conversion's. */
  #isConversion = false;
  /** Qualifiers of the member function whose name was parsed last. */
  #words = "";

  constructor(mangled: string) {
    this.#text = mangled;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  get rest(): string {
    return this.#text.slice(this.#at);
  }

  #fail(): never {
    throw new NotMangledError(this.#text);
  }

  #take(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #need(expected: string): void {
    if (!this.#take(expected)) this.#fail();
  }

  #peek(offset = 0): string {
    return this.#text[this.#at + offset] ?? "";
  }

  #deeper<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MOST_DEPTH) this.#fail();
    const out = parse();
    this.#depth -= 1;
    return out;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found[0];
  }

  /** <encoding>; without `params` what follows the name is left unread. */
  encoding(params: boolean): Node {
    return this.#deeper(() => {
      if (/[TG]/.test(this.#peek()) && this.#peek() !== "") return this.#special();
      const outer = this.#scope;
      this.#scope = { args: undefined };
      this.#words = "";
      const name = this.#name();
      const words = this.#words;
      const scope = this.#scope;
      let returns: Node | undefined;
      let list: Node[] | undefined;
      if (params && !this.isAtEnd && !/[E.]/.test(this.#peek())) {
        const last = lastPart(name).is;
        if (isTemplate(name) && last !== "structor" && last !== "conversion")
          returns = this.#type();
        list = this.#params();
      }
      this.#scope = outer;
      if (outer.args === undefined) outer.args = scope.args;
      return { is: "encoding", name, params: list, returns, words };
    });
  }

  #params(): Node[] {
    const out: Node[] = [];
    while (!this.isAtEnd && !/[E.]/.test(this.#peek())) {
      // Qualifiers of a function type that has a reference qualifier at its end.
      if (/[RO]/.test(this.#peek()) && this.#peek(1) === "E") break;
      out.push(this.#type());
    }
    if (out.length === 0) this.#fail();
    const [first] = out;
    return out.length === 1 && first.is === "text" && first.text === "void" ? [] : out;
  }

  #special(): Node {
    const words = SPECIAL[this.#peek() + this.#peek(1)];
    if (words !== undefined) {
      const isType = "VTIS".includes(this.#peek(1)) && this.#peek() === "T";
      this.#at += 2;
      return { is: "special", words, of: isType ? this.#type() : this.#name() };
    }
    this.#need("T");
    if (this.#take("c")) {
      this.#offset();
      this.#offset();
      return { is: "special", words: "covariant return thunk to ", of: this.encoding(true) };
    }
    if (this.#take("C")) {
      const derived = this.#type();
      if (this.#match(/\d+_/y) === undefined) this.#fail();
      const base = this.#type();
      return {
        is: "special",
        words: "construction vtable for ",
        of: { is: "binary", sign: "-in-", left: base, right: derived },
      };
    }
    const isVirtual = this.#peek() === "v";
    this.#offset();
    const thunk = isVirtual ? "virtual thunk to " : "non-virtual thunk to ";
    return { is: "special", words: thunk, of: this.encoding(true) };
  }

  #offset(): void {
    if (this.#match(/hn?\d+_|vn?\d+_n?\d+_/y) === undefined) this.#fail();
  }

  #name(): Node {
    if (this.#peek() === "N") return this.#nested();
    if (this.#peek() === "Z") return this.#local();
    let name: Node;
    if (this.#peek() === "S" && this.#peek(1) !== "t") {
      name = this.#substitution();
      if (this.#peek() !== "I") this.#fail();
      return this.#withArgs(name);
    }
    if (this.#take("St")) {
      name = { is: "nested", scope: text("std"), name: this.#unqualified(text("std")) };
    } else name = this.#unqualified(undefined);
    if (this.#peek() !== "I") return name;
    this.#known.push(name);
    return this.#withArgs(name);
  }

  /** The template with its arguments, which become those that T_ means. */
  #withArgs(name: Node): Node {
    const args = this.#args();
    this.#scope.args = args;
    return { is: "template", name, args };
  }

  #nested(): Node {
    return this.#deeper(() => {
      this.#need("N");
      let words = this.#qualifiers();
      if (this.#take("R")) words += " &";
      else if (this.#take("O")) words += " &&";
      let node: Node | undefined;
      for (;;) {
        const next = this.#peek();
        let isNew = true;
        if (next === "E") break;
        // What follows initialises a member.
        if (node !== undefined && this.#take("M")) continue;
        if (next === "S" && node === undefined) {
          const isLong = /[sido]/.test(this.#peek(1)) && /[CD]/.test(this.#peek(2));
          node = isLong ? LONG_NAMES[this.#peek(1)] : undefined;
          if (node !== undefined) this.#at += 2;
          else node = this.#substitution();
          isNew = false;
        } else if (next === "T" && node === undefined) node = this.#templateParam();
        else if (next === "I") {
          if (node === undefined) this.#fail();
          node = this.#withArgs(node);
        } else if (next === "D" && /[tT]/.test(this.#peek(1)) && node === undefined) {
          node = this.#decltype();
        } else {
          const name = this.#unqualified(node);
          node = node === undefined ? name : { is: "nested", scope: node, name };
        }
        if (isNew && this.#peek() !== "E") this.#known.push(node);
      }
      this.#need("E");
      if (node === undefined) this.#fail();
      this.#words = words;
      return node;
    });
  }

  #qualifiers(): string {
    let words = "";
    // In the mangled name the outermost comes first.
    const letters = this.#match(/r?V?K?/y) ?? "";
    if (letters.includes("K")) words += " const";
    if (letters.includes("V")) words += " volatile";
    if (letters.includes("r")) words += " restrict";
    return words;
  }

  #local(): Node {
    return this.#deeper(() => {
      this.#need("Z");
      const within = this.encoding(true);
      this.#need("E");
      if (this.#take("s")) {
        this.#discriminator();
        return { is: "local", within, entity: text("string literal") };
      }
      let entity: Node;
      if (this.#take("d")) {
        const number = this.#match(/\d*_/y);
        if (number === undefined) this.#fail();
        const count = number === "_" ? 1 : Number.parseInt(number, 10) + 2;
        entity = { is: "nested", scope: text(`{default arg#${count}}`), name: this.#name() };
      } else entity = this.#name();
      this.#discriminator();
      return { is: "local", within, entity };
    });
  }

  #discriminator(): void {
    if (this.#match(/__\d+_/y) === undefined) this.#match(/_\d/y);
  }

  #unqualified(scope: Node | undefined): Node {
    const next = this.#peek();
    let node: Node;
    this.#take("L");
    if (/\d/.test(this.#peek())) node = text(this.#sourceName());
    else if (next === "C" && scope !== undefined) {
      if (this.#take("CI")) {
        this.#at += 1;
        this.#type();
      } else if (this.#match(/C[1-5]/y) === undefined) this.#fail();
      node = { is: "structor", of: lastPart(scope), sign: "" };
    } else if (next === "D" && scope !== undefined && /[0-5]/.test(this.#peek(1))) {
      this.#at += 2;
      node = { is: "structor", of: lastPart(scope), sign: "~" };
    } else if (next === "U") node = this.#unnamed();
    else node = this.#operatorName();
    while (this.#take("B")) node = { is: "tagged", of: node, tag: this.#sourceName() };
    return node;
  }

  #sourceName(): string {
    const length = Number(this.#match(/\d+/y) ?? this.#fail());
    const name = this.#text.slice(this.#at, this.#at + length);
    if (length === 0 || name.length < length) this.#fail();
    this.#at += length;
    return /^_GLOBAL_[._$]N/.test(name) ? "(anonymous namespace)" : name;
  }

  #unnamed(): Node {
    if (this.#take("Ut")) return text(`{unnamed type#${this.#count()}}`);
    this.#need("Ul");
    const params = this.#params();
    this.#need("E");
    return { is: "lambda", params, number: this.#count() };
  }

  /** `_` is the first, `0_` the second. */
  #count(): number {
    const found = this.#match(/\d*_/y) ?? this.#fail();
    return found === "_" ? 1 : Number.parseInt(found, 10) + 2;
  }

  #operatorName(): Node {
    if (this.#take("cv")) {
      const before = this.#isConversion;
      this.#isConversion = true;
      const type = this.#type();
      this.#isConversion = before;
      return { is: "conversion", type };
    }
    if (this.#take("li")) return text(`operator"" ${this.#sourceName()}`);
    const [sign] = OPERATORS[this.#peek() + this.#peek(1)] ?? this.#fail();
    this.#at += 2;
    return text(`operator${/^[a-z]/.test(sign) ? " " : ""}${sign.trim()}`);
  }

  #args(): Node[] {
    return this.#deeper(() => {
      if (!this.#take("I")) this.#need("J");
      const out: Node[] = [];
      while (!this.#take("E")) {
        if (this.isAtEnd) this.#fail();
        out.push(this.#arg());
      }
      return out;
    });
  }

  #arg(): Node {
    if (this.#peek() === "J") return { is: "pack", args: this.#args() };
    if (this.#peek() === "L") return this.#literal();
    if (!this.#take("X")) return this.#type();
    const expression = this.#expression();
    this.#need("E");
    return expression;
  }

  #substitution(): Node {
    this.#need("S");
    const letter = this.#peek();
    const short = SHORT_NAMES[letter];
    if (short !== undefined) {
      this.#at += 1;
      if (letter === "t") {
        const node: Node = { is: "nested", scope: short, name: this.#unqualified(short) };
        this.#known.push(node);
        return node;
      }
      let node = short;
      while (this.#take("B")) node = { is: "tagged", of: node, tag: this.#sourceName() };
      if (node !== short) this.#known.push(node);
      return node;
    }
    const found = this.#match(/[\dA-Z]*_/y) ?? this.#fail();
    const index = found === "_" ? 0 : Number.parseInt(found, 36) + 1;
    return this.#known[index] ?? this.#fail();
  }

  #templateParam(): Node {
    this.#need("T");
    const found = this.#match(/\d*_/y) ?? this.#fail();
    const index = found === "_" ? 0 : Number.parseInt(found, 10) + 1;
    return { is: "param", index, scope: this.#scope };
  }

  #decltype(): Node {
    if (!this.#take("Dt")) this.#need("DT");
    const of = this.#expression();
    this.#need("E");
    return { is: "call", name: "decltype ", args: [of] };
  }

  #type(): Node {
    return this.#deeper(() => {
      const letter = this.#peek();
      const builtin = BUILTIN_TYPES[letter];
      if (builtin !== undefined) {
        this.#at += 1;
        return text(builtin);
      }
      const isOwn = letter === "S";
      const before = this.#at;
      const { node, isKnown } = this.#otherType();
      // A bare substitution is not remembered again; with arguments it is something new.
      if (!isKnown && !(isOwn && this.#at === before)) this.#known.push(node);
      return node;
    });
  }

  #otherType(): { node: Node; isKnown: boolean } {
    const letter = this.#peek();
    const fresh = (node: Node): { node: Node; isKnown: boolean } => ({ node, isKnown: false });
    switch (letter) {
      case "r":
      case "V":
      case "K": {
        const words = this.#qualifiers();
        const of = this.#peek() === "F" ? this.#functionType() : this.#type();
        if (of.is === "function") return fresh({ ...of, words: words + of.words });
        return fresh({ is: "qualified", of, words });
      }
      case "P":
      case "R":
      case "O":
        this.#at += 1;
        return fresh({
          is: "pointer",
          of: this.#type(),
          sign: letter === "P" ? "*" : letter === "R" ? "&" : "&&",
        });
      case "C":
      case "G":
        this.#at += 1;
        return fresh({
          is: "qualified",
          of: this.#type(),
          words: letter === "C" ? " _Complex" : " _Imaginary",
        });
      case "F":
        return fresh(this.#functionType());
      case "A": {
        this.#at += 1;
        const number = this.#match(/\d+/y);
        const size =
          number !== undefined
            ? text(number)
            : this.#peek() === "_"
              ? undefined
              : this.#expression();
        this.#need("_");
        return fresh({ is: "array", of: this.#type(), size });
      }
      case "M": {
        this.#at += 1;
        const owner = this.#type();
        return fresh({ is: "member", in: owner, of: this.#type() });
      }
      case "T": {
        const node = this.#templateParam();
        if (this.#peek() !== "I" || this.#isConversion) return fresh(node);
        this.#known.push(node);
        return fresh({ is: "template", name: node, args: this.#args() });
      }
      case "U": {
        // Lambdas and unnamed types are names; else a vendor's qualifier.
        if (/[lt]/.test(this.#peek(1))) return fresh(this.#typeName());
        this.#at += 1;
        const words = ` ${this.#sourceName()}`;
        return fresh({ is: "qualified", of: this.#type(), words });
      }
      case "u":
        this.#at += 1;
        return fresh(text(this.#sourceName()));
      case "D":
        return this.#dType();
      case "S": {
        if (this.#peek(1) === "t") return fresh(this.#typeName());
        const node = this.#substitution();
        if (this.#peek() !== "I") return { node, isKnown: true };
        return fresh({ is: "template", name: node, args: this.#args() });
      }
      default:
        return fresh(this.#typeName());
    }
  }

  /** A class's name; its arguments are no business of the T_ outside it. */
  #typeName(): Node {
    const { args } = this.#scope;
    const words = this.#words;
    this.#scope.args = args;
    const node = this.#name();
    this.#scope.args = args;
    this.#words = words;
    return node;
  }

  #dType(): { node: Node; isKnown: boolean } {
    const letter = this.#peek(1);
    const words = MORE_TYPES[letter];
    if (words !== undefined) {
      this.#at += 2;
      return { node: text(words), isKnown: true };
    }
    if (letter === "p") {
      this.#at += 2;
      return { node: { is: "expansion", of: this.#type() }, isKnown: false };
    }
    if (letter === "t" || letter === "T") return { node: this.#decltype(), isKnown: false };
    if (letter === "o") {
      this.#at += 2;
      const of = this.#functionType();
      return { node: { ...of, words: `${of.words} noexcept` }, isKnown: false };
    }
    return this.#fail();
  }

  #functionType(): Node & { is: "function" } {
    this.#need("F");
    this.#take("Y");
    const returns = this.#type();
    const params = this.#params();
    const words = this.#take("R") ? " &" : this.#take("O") ? " &&" : "";
    this.#need("E");
    return { is: "function", returns, params, words };
  }

  #literal(): Node {
    this.#need("L");
    if (this.#take("_Z") || this.#take("Z")) {
      const name = this.encoding(true);
      this.#need("E");
      return name;
    }
    const code = this.#peek();
    const type = this.#type();
    const value = this.#match(/n?[^E]*/y) ?? "";
    this.#need("E");
    return { is: "literal", type, code, value };
  }

  /** A member of a type that is known only with its arguments. */
  #ofType(): Node {
    this.#need("sr");
    let scope: Node | undefined;
    if (/\d/.test(this.#peek())) {
      while (!this.#take("E")) {
        const level = this.#unqualified(scope);
        scope = scope === undefined ? level : { is: "nested", scope, name: level };
        if (this.#peek() !== "I") continue;
        // Remembered without what it is in, as the authority does.
        this.#known.push(level);
        scope = { is: "template", name: scope, args: this.#args() };
      }
    } else scope = this.#type();
    if (scope === undefined) this.#fail();
    const name = this.#unqualified(scope);
    const node: Node = { is: "nested", scope, name };
    return this.#peek() === "I" ? { is: "template", name: node, args: this.#args() } : node;
  }

  #expression(): Node {
    return this.#deeper(() => {
      const code = this.#peek() + this.#peek(1);
      if (code[0] === "L") return this.#literal();
      if (code[0] === "T") return this.#templateParam();
      if (code === "sp") {
        this.#at += 2;
        return { is: "expansion", of: this.#expression() };
      }
      if (code === "sZ") {
        this.#at += 2;
        return { is: "call", name: "sizeof...", args: [this.#templateParam()] };
      }
      if (code === "st" || code === "at") {
        this.#at += 2;
        return { is: "call", name: code === "st" ? "sizeof " : "alignof ", args: [this.#type()] };
      }
      if (code === "sr") return this.#ofType();
      const [sign, operands] = OPERATORS[code] ?? this.#fail();
      this.#at += 2;
      if (operands === 1) return { is: "unary", sign, of: this.#expression() };
      if (operands !== 2) this.#fail();
      const left = this.#expression();
      return { is: "binary", sign, left, right: this.#expression() };
    });
  }
}
