// Function names that mean the same in profiles of different toolchains. A profile states names as the
// compiler's linker symbols, and those have changed:
//
//   type arguments   until 1.20, and in every text form, `F[...]`; since 1.21 `F[go.shape.int]`
//   package closures `glob..func1` until 1.21, `init.func1` since 1.22
//   inlining         a closure of F that was inlined into G: `G.func1` until 1.20, `G.F.func1` in
//                    1.21–1.26 (and without F's package), `F.func1` again since 1.27
//   loops over funcs the body of a range-over-func loop is `F-range1`; a second one inside it `F-range2`
//                    until 1.26, `F-range1-range1` since 1.27
//
// Facts: names of one program built with Go 1.18 to 1.27 (test/fixtures/go-names), and
// cmd/compile/internal/ir/func.go closureName of those versions.
//
// How it misleads. Instances of one generic function become one. `G.F.func1` is also how a closure in
// method F of a type G is named: it is taken for inlining only when G is known to be a function, or
// `F.func1` is known. Numbers of closures count per function until 1.26 and per loop body since 1.27, so
// those inside loops over functions may be taken for each other. Until 1.20 a closure of an inlined
// function bears the caller's name alone: it stays different.

/** Why a name was changed, as bits. */
export const TYPE_ARGUMENTS = 1;
export const PACKAGE_CLOSURE = 2;
export const INLINED_CLOSURE = 4;
export const RANGE_BODY = 8;
/** Not undone here, since two closures of one function would be one; see analysis/diff/match.ts. */
export const CLOSURE_NUMBER = 16;

/**
 * `F.func2.func1` and `F.func1.func1` are `F.func.func`: closures of F whatever was written before them;
 * `F.func2.1`, a closure of a closure, is `F.func.0`.
 */
export function withoutClosureNumbers(name: string): string {
  return name.replace(
    /\.(func|gowrap|deferwrap)\d+((?:\.\d+)*)(?=\.|$)/g,
    (_, kind: string, inner: string) => `.${kind}${inner.replace(/\d+/g, "0")}`,
  );
}

export interface NormalNames {
  /** In the order of the input. */
  readonly names: readonly string[];
  /** Bits of each name. */
  readonly changed: Uint8Array;
}

const CLOSURE = /^(?:func|gowrap|deferwrap)?\d+$/;
const RANGE = /(?:-range\d+)+$/;

interface Parts {
  /** Import path with its dot; "" where the name has none. */
  readonly package: string;
  /** Between dots, brackets and parentheses whole; type arguments are `[...]`. */
  readonly parts: readonly string[];
  readonly changed: number;
}

/** Any text: symbols may be hostile. O(n). */
function parse(name: string): Parts {
  let out = "";
  let depth = 0;
  let changed = 0;
  let argumentsFrom = 0;
  for (let i = 0; i < name.length; i++) {
    const c = name[i];
    if (c === "[") {
      if (depth === 0) argumentsFrom = i;
      depth += 1;
    } else if (c === "]" && depth > 0) {
      depth -= 1;
      if (depth === 0) {
        out += "[...]";
        if (name.slice(argumentsFrom, i + 1) !== "[...]") changed = TYPE_ARGUMENTS;
      }
    } else if (depth === 0) out += c;
  }
  // A bracket that is never closed is no list of types.
  if (depth > 0) return { package: "", parts: [name], changed: 0 };
  const slash = out.lastIndexOf("/", out.includes("(") ? out.indexOf("(") : out.length);
  const dot = out.indexOf(".", slash + 1);
  if (dot < 0) return { package: "", parts: [out], changed };
  return { package: out.slice(0, dot + 1), parts: split(out.slice(dot + 1)), changed };
}

/** At dots outside parentheses and outside `[...]`. `glob.` is one part: its own dot is doubled. */
function split(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === "(" || c === "[") depth += 1;
    else if ((c === ")" || c === "]") && depth > 0) depth -= 1;
    if (c !== "." || depth > 0) part += c;
    else if (part === "glob" && text[i + 1] === ".") {
      parts.push("glob.");
      part = "";
      i += 1;
    } else {
      parts.push(part);
      part = "";
    }
  }
  parts.push(part);
  return parts;
}

/** `init.0` is the first init function of a package, not a closure. */
function isClosure(parts: readonly string[], at: number): boolean {
  const part = parts[at].replace(RANGE, "");
  if (!CLOSURE.test(part)) return false;
  return !(at > 0 && parts[at - 1] === "init" && /^\d+$/.test(part));
}

interface Normal {
  package: string;
  parts: string[];
  changed: number;
  /** Parts of the function that the trailing closures are in; 0 when there are no closures. */
  owner: number;
}

/** What one name tells by itself. */
function normal(name: string): Normal {
  const { package: pkg, parts: given, changed: bits } = parse(name);
  let changed = bits;
  let parts = given.map((part) => {
    if (part !== "glob.") return part;
    changed |= PACKAGE_CLOSURE;
    return "init";
  });
  // A closure in the middle encloses the call that was inlined, and so is the caller's.
  let tail = parts.length;
  while (tail > 0 && isClosure(parts, tail - 1)) tail -= 1;
  let from = 0;
  for (let i = 0; i < tail; i++) if (isClosure(parts, i)) from = i + 1;
  if (from > 0 && tail < parts.length) {
    parts = parts.slice(from);
    tail -= from;
    changed |= INLINED_CLOSURE;
  }
  // The body of a loop is the function's own code.
  parts = parts.map((part) => {
    const body = RANGE.exec(part);
    if (body === null) return part;
    changed |= RANGE_BODY;
    return part.slice(0, body.index);
  });
  // A bare number counts closures of a closure; the body of a loop and an inlined caller were one.
  if (tail > 0 && tail < parts.length && /^\d+$/.test(parts[tail])) {
    parts[tail] = `func${parts[tail]}`;
    if ((changed & RANGE_BODY) === 0) changed |= INLINED_CLOSURE;
  }
  return { package: pkg, parts, changed, owner: tail < parts.length ? tail : 0 };
}

function spelled({ package: pkg, parts }: Normal): string {
  return pkg + parts.join(".");
}

/**
 * Names by which functions of several profiles can be matched. Give all of them together: whether
 * `G.F.func1` is a method's closure or an inlined function's shows only in the company of others.
 *
 * @param files source file of each name, "" where unknown: it tells which package an inlined closure
 * is of, since 1.21–1.26 write the caller's
 */
export function normalFunctionNames(
  names: readonly string[],
  files: readonly string[],
): NormalNames {
  const all = names.map(normal);
  const known = new Set<string>();
  const packageOf = new Map<string, string>();
  all.forEach((entry, i) => {
    known.add(spelled(entry));
    if (entry.owner === 0 && files[i] !== "") packageOf.set(files[i], entry.package);
  });
  const changed = new Uint8Array(names.length);
  const out = all.map((entry, i) => {
    const inlined = withoutCaller(entry, known);
    const isInlined = (inlined.changed & INLINED_CLOSURE) !== 0;
    const own = packageOf.get(files[i]);
    if (isInlined && own !== undefined) inlined.package = own;
    const name = spelled(inlined);
    changed[i] = name === names[i] ? 0 : inlined.changed;
    return name;
  });
  return { names: out, changed };
}

/** Drops callers in front of the function that trailing closures are of. */
function withoutCaller(entry: Normal, known: ReadonlySet<string>): Normal {
  const { package: pkg, parts, owner } = entry;
  const callers = owner - widthOf(entry, known);
  if (callers <= 0) return entry;
  const caller = parts.slice(0, callers).join(".");
  const rest = parts.slice(callers);
  // One name in front may be the type of a method; more, a receiver or init can only be a caller.
  const isCaller =
    callers > 1 ||
    caller === "init" ||
    rest[0].startsWith("(") ||
    known.has(pkg + caller) ||
    known.has(pkg + rest.join(".")) ||
    known.has(pkg + rest.slice(0, owner - callers).join("."));
  if (!isCaller) return entry;
  return {
    ...entry,
    parts: rest,
    owner: owner - callers,
    changed: entry.changed | INLINED_CLOSURE,
  };
}

/** Parts of the innermost function: `(*T).m`, a known `T.m` and `init.0` are two, `F` is one. */
function widthOf({ package: pkg, parts, owner }: Normal, known: ReadonlySet<string>): number {
  if (owner < 2) return owner;
  const before = parts[owner - 2];
  const last = parts[owner - 1];
  const isInit = before === "init" && /^\d+$/.test(last);
  return before.startsWith("(") || isInit || known.has(`${pkg}${before}.${last}`) ? 2 : 1;
}
