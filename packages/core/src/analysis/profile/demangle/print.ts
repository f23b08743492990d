// The tree of a mangled name as C++ writes it. A type is written around what it declares, so each has a
// left and a right part. Authority: see names.ts.

import { text, type Node } from "./names.ts";
import { isTemplate, lastPart, NotMangledError } from "./parse.ts";

/** Substitutions can double a name with every letter; no real one comes near. */
const MOST_LENGTH = 64 * 1024;
const MOST_STEPS = 100_000;

const SUFFIXES: Readonly<Record<string, string>> = {
  i: "",
  j: "u",
  l: "l",
  m: "ul",
  x: "ll",
  y: "ull",
};

export interface PrintOptions {
  readonly hasTemplateArgs: boolean;
  /** Of functions that a local name stands in. */
  readonly hasEnclosingParams: boolean;
}

export class Printer {
  readonly #options: PrintOptions;
  #steps = 0;
  #packIndex: number | undefined;
  /** In the parameters of a lambda, where T_ is an `auto`. */
  #isInLambda = false;

  constructor(options: PrintOptions) {
    this.#options = options;
  }

  print(node: Node): string {
    return this.#left(node) + this.#right(node);
  }

  #counted(out: string): string {
    this.#steps += 1;
    if (out.length > MOST_LENGTH || this.#steps > MOST_STEPS) throw new NotMangledError("too long");
    return out;
  }

  /** What a parameter stands for, if that is known. */
  #resolved(node: Node): Node {
    let out = node;
    if (out.is === "param" && this.#isInLambda) return text(`auto:${out.index + 1}`);
    for (let i = 0; i < 100 && out.is === "param"; i++) {
      const arg: Node | undefined = out.scope.args?.[out.index];
      if (arg === undefined) throw new NotMangledError("no such argument");
      out = arg;
      if (out.is === "pack" && this.#packIndex !== undefined) {
        const part = out.args[this.#packIndex];
        if (part === undefined) throw new NotMangledError("no such argument");
        out = part;
      }
    }
    return out;
  }

  /** A type is const once, whoever says so. */
  #newWords({ of, words }: Node & { is: "qualified" }): string {
    const inner = this.#resolved(of);
    if (inner.is !== "qualified" || !inner.words.includes(words)) return words;
    return "";
  }

  /** The reference or pointer that two of them one behind the other make. */
  #collapsed(node: Node & { is: "pointer" }): Node & { is: "pointer" } {
    if (node.sign === "*") return node;
    const of = this.#resolved(node.of);
    if (of.is !== "pointer" || of.sign === "*") return { ...node, of };
    const inner = this.#collapsed(of);
    return { ...inner, sign: node.sign === "&&" ? inner.sign : "&" };
  }

  /** What a pointer points to, past its qualifiers. */
  #core(of: Node): Node {
    let out = this.#resolved(of);
    while (out.is === "qualified") out = this.#resolved(out.of);
    return out;
  }

  #isWrapped(of: Node): boolean {
    const inner = this.#core(of);
    return inner.is === "function" || inner.is === "array";
  }

  #left(node: Node): string {
    switch (node.is) {
      case "pointer": {
        const { of, sign } = this.#collapsed(node);
        const inner = this.#core(of);
        const open = inner.is === "array" ? " (" : inner.is === "function" ? "(" : "";
        return this.#counted(this.#left(of) + open + sign);
      }
      case "member": {
        const open = this.#isWrapped(node.of) ? "(" : " ";
        return this.#counted(`${this.#left(node.of)}${open}${this.print(node.in)}::*`);
      }
      case "function":
        return node.returns === undefined ? "" : `${this.print(node.returns)} `;
      case "array":
        return this.#left(node.of);
      case "qualified":
        return this.#counted(this.#left(node.of) + this.#newWords(node));
      case "param":
        return this.#left(this.#resolved(node));
      default:
        return this.#counted(this.#plain(node));
    }
  }

  #right(node: Node): string {
    switch (node.is) {
      case "pointer": {
        const { of } = this.#collapsed(node);
        return (this.#isWrapped(of) ? ")" : "") + this.#right(of);
      }
      case "member":
        return (this.#isWrapped(node.of) ? ")" : "") + this.#right(node.of);
      case "function":
        return `(${this.#list(node.params)})${node.words}`;
      case "array": {
        const inner = this.#resolved(node.of);
        const size = node.size === undefined ? "" : this.print(node.size);
        const right = this.#right(node.of);
        return ` [${size}]${inner.is === "array" ? right.trimStart() : right}`;
      }
      case "qualified":
        return this.#right(node.of);
      case "param":
        return this.#right(this.#resolved(node));
      default:
        return "";
    }
  }

  #plain(node: Node): string {
    switch (node.is) {
      case "text":
        return node.text;
      case "nested":
        return `${this.print(node.scope)}::${this.print(node.name)}`;
      case "template": {
        const name = this.print(node.name);
        if (!this.#options.hasTemplateArgs) return name;
        const args = this.#list(node.args);
        return `${name}${name.endsWith("<") ? " " : ""}<${args}${args.endsWith(">") ? " " : ""}>`;
      }
      case "structor":
        return node.sign + this.print(lastPart(node.of));
      case "conversion":
        return `operator ${this.print(node.type)}`;
      case "tagged":
        return `${this.print(node.of)}[abi:${node.tag}]`;
      case "pack":
        return this.#list(node.args);
      case "expansion":
        return this.#expansion(node.of);
      case "lambda":
        return this.#lambda(node);
      case "literal":
        return this.#literal(node);
      case "unary":
        return this.#unary(node);
      case "binary":
        return node.sign === "-in-"
          ? `${this.print(node.left)}-in-${this.print(node.right)}`
          : this.#binary(node);
      case "call":
        return `${node.name}(${this.#list(node.args)})`;
      case "encoding":
        return this.#encoding(node, true);
      case "local": {
        const within =
          node.within.is === "encoding"
            ? this.#encoding(
                { ...node.within, returns: undefined },
                this.#options.hasEnclosingParams,
              )
            : this.print(node.within);
        return `${within}::${this.print(node.entity)}`;
      }
      case "special":
        return node.words + this.print(node.of);
      default:
        throw new NotMangledError(node.is);
    }
  }

  #lambda({ params, number }: Node & { is: "lambda" }): string {
    const before = this.#isInLambda;
    this.#isInLambda = true;
    const list = this.#list(params);
    this.#isInLambda = before;
    return `{lambda(${list})#${number}}`;
  }

  #encoding(node: Node & { is: "encoding" }, hasParams: boolean): string {
    const name = this.print(node.name);
    if (node.params === undefined) return name;
    if (!hasParams) return `${name}()${node.words}`;
    const own = `${name}(${this.#list(node.params)})${node.words}`;
    if (node.returns === undefined) return own;
    const left = this.#left(node.returns);
    const gap = /[(*&]$/.test(left) && this.#right(node.returns) !== "" ? "" : " ";
    return `${left}${gap}${own}${this.#right(node.returns)}`;
  }

  /** An empty pack leaves nothing, not even its comma. */
  #list(nodes: readonly Node[]): string {
    const parts: string[] = [];
    for (const node of nodes) {
      const out = this.print(node);
      if (out !== "" || (node.is !== "pack" && node.is !== "expansion")) parts.push(out);
    }
    return this.#counted(parts.join(", "));
  }

  #expansion(of: Node): string {
    const pack = this.#packIn(of);
    if (pack === undefined) return `${this.print(of)}...`;
    const before = this.#packIndex;
    const parts = pack.map((_, i) => {
      this.#packIndex = i;
      return this.print(of);
    });
    this.#packIndex = before;
    return this.#counted(parts.join(", "));
  }

  /** The first pack that `node` stands on. */
  #packIn(node: Node): readonly Node[] | undefined {
    this.#counted("");
    switch (node.is) {
      case "param": {
        const arg = node.scope.args?.[node.index];
        return arg?.is === "pack" ? arg.args : undefined;
      }
      case "pointer":
      case "qualified":
      case "array":
      case "unary":
      case "tagged":
        return this.#packIn(node.of);
      case "member":
        return this.#packIn(node.of) ?? this.#packIn(node.in);
      case "nested":
        return this.#packIn(node.scope) ?? this.#packIn(node.name);
      case "template":
        return this.#packIn(node.name) ?? this.#packInAll(node.args);
      case "function":
        return (
          this.#packInAll(node.params) ??
          (node.returns === undefined ? undefined : this.#packIn(node.returns))
        );
      case "call":
        return this.#packInAll(node.args);
      case "binary":
        return this.#packIn(node.left) ?? this.#packIn(node.right);
      default:
        return undefined;
    }
  }

  #packInAll(nodes: readonly Node[]): readonly Node[] | undefined {
    for (const node of nodes) {
      const found = this.#packIn(node);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #literal({ type, code, value }: Node & { is: "literal" }): string {
    if (code === "b" && (value === "0" || value === "1")) return value === "1" ? "true" : "false";
    const number = value.startsWith("n") ? `-${value.slice(1)}` : value;
    const suffix = SUFFIXES[code];
    if (suffix !== undefined) return number + suffix;
    const name = this.print(type);
    if (name === "decltype(nullptr)") return "nullptr";
    return `(${name})${number}`;
  }

  #operand(node: Node): string {
    const isName = node.is === "nested" || node.is === "template";
    return isName ? this.print(node) : `(${this.print(node)})`;
  }

  #unary({ sign, of }: Node & { is: "unary" }): string {
    if (sign === "&" && of.is === "encoding") {
      const name = this.print(of.name);
      return isTemplate(of.name) ? `&(${name})` : `&${name}`;
    }
    return sign + this.#operand(of);
  }

  #binary({ sign, left, right }: Node & { is: "binary" }): string {
    const out = this.#operand(left) + sign + this.#operand(right);
    return sign === ">" ? `(${out})` : out;
  }
}
