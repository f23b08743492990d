// What a mangled C++ name says, as a tree, and the tables of its letters.
// Authority: Itanium C++ ABI, section 5.1 (name mangling); output as the demangler of google/pprof has it
// (github.com/ianlancetaylor/demangle v0.0.0-20250417), which is GNU's style.

/** Where a template parameter (T_) looks for its argument: known only when the name is parsed. */
export interface Scope {
  args: readonly Node[] | undefined;
}

export type Node =
  | { readonly is: "text"; readonly text: string }
  | { readonly is: "nested"; readonly scope: Node; readonly name: Node }
  | { readonly is: "template"; readonly name: Node; readonly args: readonly Node[] }
  /** A constructor or destructor is called like the class it is in. */
  | { readonly is: "structor"; readonly of: Node; readonly sign: "" | "~" }
  | { readonly is: "conversion"; readonly type: Node }
  | { readonly is: "tagged"; readonly of: Node; readonly tag: string }
  /** A type and what is written behind it: const, a vendor's word. */
  | { readonly is: "qualified"; readonly of: Node; readonly words: string }
  | { readonly is: "pointer"; readonly of: Node; readonly sign: "*" | "&" | "&&" }
  | { readonly is: "member"; readonly of: Node; readonly in: Node }
  | {
      readonly is: "function";
      readonly returns: Node | undefined;
      readonly params: readonly Node[];
      readonly words: string;
    }
  | { readonly is: "array"; readonly of: Node; readonly size: Node | undefined }
  | { readonly is: "param"; readonly index: number; readonly scope: Scope }
  | { readonly is: "pack"; readonly args: readonly Node[] }
  | { readonly is: "expansion"; readonly of: Node }
  | { readonly is: "lambda"; readonly params: readonly Node[]; readonly number: number }
  | { readonly is: "literal"; readonly type: Node; readonly code: string; readonly value: string }
  | { readonly is: "unary"; readonly sign: string; readonly of: Node }
  | { readonly is: "binary"; readonly sign: string; readonly left: Node; readonly right: Node }
  | { readonly is: "call"; readonly name: string; readonly args: readonly Node[] }
  | {
      readonly is: "encoding";
      readonly name: Node;
      /** Undefined: a variable, or a function whose name says nothing of them. */
      readonly params: readonly Node[] | undefined;
      readonly returns: Node | undefined;
      readonly words: string;
    }
  | { readonly is: "local"; readonly within: Node; readonly entity: Node }
  | { readonly is: "special"; readonly words: string; readonly of: Node };

export const BUILTIN_TYPES: Readonly<Record<string, string>> = {
  a: "signed char",
  b: "bool",
  c: "char",
  d: "double",
  e: "long double",
  f: "float",
  g: "__float128",
  h: "unsigned char",
  i: "int",
  j: "unsigned int",
  l: "long",
  m: "unsigned long",
  n: "__int128",
  o: "unsigned __int128",
  s: "short",
  t: "unsigned short",
  v: "void",
  w: "wchar_t",
  x: "long long",
  y: "unsigned long long",
  z: "...",
};

/** Behind a D. */
export const MORE_TYPES: Readonly<Record<string, string>> = {
  a: "auto",
  c: "decltype(auto)",
  d: "decimal64",
  e: "decimal128",
  f: "decimal32",
  h: "half",
  i: "char32_t",
  n: "decltype(nullptr)",
  s: "char16_t",
  u: "char8_t",
};

/** [what is written, operands in an expression] */
export const OPERATORS: Readonly<Record<string, readonly [string, number]>> = {
  aN: ["&=", 2],
  aS: ["=", 2],
  aa: ["&&", 2],
  ad: ["&", 1],
  an: ["&", 2],
  aw: ["co_await ", 1],
  cl: ["()", 0],
  cm: [",", 2],
  co: ["~", 1],
  dV: ["/=", 2],
  da: ["delete[] ", 1],
  de: ["*", 1],
  dl: ["delete ", 1],
  dv: ["/", 2],
  eO: ["^=", 2],
  eo: ["^", 2],
  eq: ["==", 2],
  ge: [">=", 2],
  gt: [">", 2],
  ix: ["[]", 2],
  lS: ["<<=", 2],
  le: ["<=", 2],
  ls: ["<<", 2],
  lt: ["<", 2],
  mI: ["-=", 2],
  mL: ["*=", 2],
  mi: ["-", 2],
  ml: ["*", 2],
  mm: ["--", 1],
  na: ["new[]", 0],
  ne: ["!=", 2],
  ng: ["-", 1],
  nt: ["!", 1],
  nw: ["new", 0],
  oR: ["|=", 2],
  oo: ["||", 2],
  or: ["|", 2],
  pL: ["+=", 2],
  pl: ["+", 2],
  pm: ["->*", 2],
  pp: ["++", 1],
  ps: ["+", 1],
  pt: ["->", 2],
  rM: ["%=", 2],
  rS: [">>=", 2],
  rm: ["%", 2],
  rs: [">>", 2],
  ss: ["<=>", 2],
};

export const text = (words: string): Node => ({ is: "text", text: words });

const STD = text("std");
const inStd = (name: string): Node => ({ is: "nested", scope: STD, name: text(name) });
const ofChar = (name: string): Node => ({
  is: "template",
  name: inStd(name),
  args: [text("char")],
});

/** What stands for the short names where a constructor needs the long one. */
export const LONG_NAMES: Readonly<Record<string, Node>> = {
  s: {
    is: "template",
    name: inStd("basic_string"),
    args: [text("char"), ofChar("char_traits"), ofChar("allocator")],
  },
  i: {
    is: "template",
    name: inStd("basic_istream"),
    args: [text("char"), ofChar("char_traits")],
  },
  o: {
    is: "template",
    name: inStd("basic_ostream"),
    args: [text("char"), ofChar("char_traits")],
  },
  d: {
    is: "template",
    name: inStd("basic_iostream"),
    args: [text("char"), ofChar("char_traits")],
  },
};

export const SHORT_NAMES: Readonly<Record<string, Node>> = {
  t: STD,
  a: inStd("allocator"),
  b: inStd("basic_string"),
  s: inStd("string"),
  i: inStd("istream"),
  o: inStd("ostream"),
  d: inStd("iostream"),
};
