// Rust's newer mangled names (`_R…`). Authority: RFC 2603 (symbol name mangling v0); output as the
// demangler of google/pprof has it (names.ts). Not supported, and then the name stays as it is: names
// beyond ASCII, lifetimes that are bound, constants other than integers, bool and char.

import { NotMangledError } from "./parse.ts";

const TYPES: Readonly<Record<string, string>> = {
  a: "i8",
  b: "bool",
  c: "char",
  d: "f64",
  e: "str",
  f: "f32",
  h: "u8",
  i: "isize",
  j: "usize",
  l: "i32",
  m: "u32",
  n: "i128",
  o: "u128",
  p: "_",
  s: "i16",
  t: "u16",
  u: "()",
  v: "...",
  x: "i64",
  y: "u64",
  z: "!",
};

const MOST_STEPS = 10_000;
const MOST_DEPTH = 200;
const BASE_62 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

export class RustParser {
  readonly #text: string;
  readonly #hasArgs: boolean;
  #at = 0;
  #steps = 0;
  #depth = 0;

  /** `text` begins behind `_R`. */
  constructor(text: string, hasArgs: boolean) {
    this.#text = text;
    this.#hasArgs = hasArgs;
  }

  #fail(): never {
    throw new NotMangledError(this.#text);
  }

  #next(): string {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) this.#fail();
    return this.#text[this.#at++] ?? this.#fail();
  }

  #take(letter: string): boolean {
    if (this.#text[this.#at] !== letter) return false;
    this.#at += 1;
    return true;
  }

  /** `_` is 0, `0_` is 1. */
  #base62(): number {
    if (this.#take("_")) return 0;
    let value = 0;
    for (let letter = this.#next(); letter !== "_"; letter = this.#next()) {
      const digit = BASE_62.indexOf(letter);
      value = value * 62 + (digit < 0 ? this.#fail() : digit);
    }
    return value + 1;
  }

  #deeper<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MOST_DEPTH) this.#fail();
    const out = parse();
    this.#depth -= 1;
    return out;
  }

  /** What stands at an earlier place of the name. */
  #earlier(parse: () => string): string {
    const place = this.#base62();
    const back = this.#at;
    if (place >= back) this.#fail();
    this.#at = place;
    const out = this.#deeper(parse);
    this.#at = back;
    return out;
  }

  #identifier(): { name: string; ordinal: number } {
    const ordinal = this.#take("s") ? this.#base62() + 1 : 0;
    const match = /^(0|[1-9]\d*)_?/.exec(this.#text.slice(this.#at));
    if (match === null) this.#fail();
    const length = Number(match[1]);
    this.#at += match[0].length;
    const name = this.#text.slice(this.#at, this.#at + length);
    if (name.length < length) this.#fail();
    this.#at += length;
    return { name, ordinal };
  }

  /** The whole name; what follows the path says nothing about the function. */
  name(): string {
    return this.#path(true);
  }

  #path(isValue: boolean): string {
    return this.#deeper(() => {
      switch (this.#next()) {
        case "C":
          return this.#identifier().name;
        case "M":
          this.#skipImpl();
          return `<${this.#type()}>`;
        case "X": {
          this.#skipImpl();
          const type = this.#type();
          return `<${type} as ${this.#path(false)}>`;
        }
        case "Y": {
          const type = this.#type();
          return `<${type} as ${this.#path(false)}>`;
        }
        case "N":
          return this.#nested(isValue);
        case "I": {
          const path = this.#path(isValue);
          const args = this.#args();
          return `${path}${isValue ? "::" : ""}<${this.#hasArgs ? args.join(", ") : ""}>`;
        }
        case "B":
          return this.#earlier(() => this.#path(isValue));
        default:
          return this.#fail();
      }
    });
  }

  #skipImpl(): void {
    if (this.#take("s")) this.#base62();
    this.#path(false);
  }

  #nested(isValue: boolean): string {
    const space = this.#next();
    const path = this.#path(isValue);
    const { name, ordinal } = this.#identifier();
    if (/[a-z]/.test(space)) return name === "" ? path : `${path}::${name}`;
    const kind = space === "C" ? "closure" : space === "S" ? "shim" : this.#fail();
    return `${path}::{${kind}${name === "" ? "" : `:${name}`}#${ordinal}}`;
  }

  #args(): string[] {
    const out: string[] = [];
    while (!this.#take("E")) {
      if (this.#take("L")) {
        if (this.#base62() !== 0) this.#fail();
      } else out.push(this.#take("K") ? this.#constant() : this.#type());
    }
    return out;
  }

  #type(): string {
    return this.#deeper(() => {
      const letter = this.#next();
      const basic = TYPES[letter];
      if (basic !== undefined) return basic;
      switch (letter) {
        case "A": {
          const of = this.#type();
          return `[${of}; ${this.#constant()}]`;
        }
        case "S":
          return `[${this.#type()}]`;
        case "T": {
          const parts: string[] = [];
          while (!this.#take("E")) parts.push(this.#type());
          return parts.length === 1 ? `(${parts[0]},)` : `(${parts.join(", ")})`;
        }
        case "R":
        case "Q":
          if (this.#take("L") && this.#base62() !== 0) this.#fail();
          return `&${letter === "Q" ? "mut " : ""}${this.#type()}`;
        case "P":
          return `*const ${this.#type()}`;
        case "O":
          return `*mut ${this.#type()}`;
        case "F":
          return this.#function();
        case "D":
          return this.#traits();
        case "B":
          return this.#earlier(() => this.#type());
        default:
          this.#at -= 1;
          return this.#path(false);
      }
    });
  }

  #function(): string {
    let words = this.#take("U") ? "unsafe " : "";
    if (this.#take("K")) {
      words += `extern "${this.#take("C") ? "C" : this.#identifier().name.replaceAll("_", "-")}" `;
    }
    const params: string[] = [];
    while (!this.#take("E")) params.push(this.#type());
    const returns = this.#type();
    return `${words}fn(${params.join(", ")})${returns === "()" ? "" : ` -> ${returns}`}`;
  }

  #traits(): string {
    const parts: string[] = [];
    while (!this.#take("E")) parts.push(this.#path(false));
    if (!this.#take("L") || this.#base62() !== 0) this.#fail();
    return `dyn ${parts.join(" + ")}`;
  }

  #constant(): string {
    const letter = this.#next();
    if (letter === "B") return this.#earlier(() => this.#constant());
    if (letter === "p") return "_";
    const isNegative = this.#take("n");
    const match = /^[\da-f]*_/.exec(this.#text.slice(this.#at));
    if (match === null) this.#fail();
    this.#at += match[0].length;
    const value = BigInt(`0x${match[0].slice(0, -1) || "0"}`);
    if (letter === "b") return value === 0n ? "false" : value === 1n ? "true" : this.#fail();
    if (!/[ahijlmnostxy]/.test(letter)) this.#fail();
    return `${isNegative ? "-" : ""}${value}`;
  }
}
