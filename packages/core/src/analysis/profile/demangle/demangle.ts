// Names as a linker has them, as their authors wrote them: C++ (Itanium ABI) and both forms of Rust's.
// Authority: google/pprof internal/symbolizer/symbolizer.go (2026-07) and names.ts.
//
// Not supported: MSVC's; see parse.ts and rust.ts for what else stays as it is.

import type { NameForm } from "./name-form.ts";
import { NotMangledError, Parser } from "./parse.ts";
import { Printer } from "./print.ts";
import { RustParser } from "./rust.ts";

/** What a compiler made of one function: parts, copies with constants. */
const CLONE = /^(?:\.[\w$]+)*$/;

/** Undefined: no mangled name, or none that is understood. */
export function demangled(name: string, form: Exclude<NameForm, "none">): string | undefined {
  if (name.startsWith("_R")) {
    return understood(() => new RustParser(name.slice(2), form !== "simple").name());
  }
  if (!name.startsWith("_Z")) return undefined;
  const rust = rustName(name);
  if (rust !== undefined) return rust;
  const parser = new Parser(name.slice(2));
  return understood(() => {
    const isFull = form === "full";
    const node = parser.encoding(isFull);
    if (isFull && !CLONE.test(parser.rest)) return undefined;
    const printer = new Printer({
      hasTemplateArgs: form !== "simple",
      hasEnclosingParams: isFull,
    });
    return printer.print(!isFull && node.is === "encoding" ? node.name : node);
  });
}

function understood(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotMangledError) return undefined;
    throw error;
  }
}

const RUST_WORDS: Readonly<Record<string, string>> = {
  SP: "@",
  BP: "*",
  RF: "&",
  LT: "<",
  GT: ">",
  LP: "(",
  RP: ")",
  C: ",",
};

/** `_ZN` parts `17h` hash `E`: paths with signs spelled out and a hash that says nothing. */
function rustName(name: string): string | undefined {
  if (!name.startsWith("_ZN")) return undefined;
  const end = /17h[\da-f]{16}E(?:\.[^E]*)?$/.exec(name);
  if (end === null) return undefined;
  const body = name.slice(3, end.index);
  const parts: string[] = [];
  let at = 0;
  while (at < body.length) {
    const length = /^\d+/.exec(body.slice(at))?.[0];
    if (length === undefined) return undefined;
    at += length.length;
    const part = body.slice(at, at + Number(length));
    if (part.length < Number(length)) return undefined;
    at += Number(length);
    parts.push(rustPart(part));
  }
  return parts.join("::");
}

function rustPart(part: string): string {
  return part
    .replace(/^_(?=\$)/, "")
    .replaceAll("..", "::")
    .replaceAll(/\$(?:u([\da-f]{1,6})|([A-Z]{1,2}))\$/g, (all, hex?: string, word?: string) => {
      if (word !== undefined) return RUST_WORDS[word] ?? all;
      const point = Number.parseInt(hex ?? "", 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : all;
    });
}
