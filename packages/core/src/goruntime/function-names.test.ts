import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fixtureText } from "../../test/profile-testkit.ts";
import {
  INLINED_CLOSURE,
  normalFunctionNames,
  PACKAGE_CLOSURE,
  RANGE_BODY,
  TYPE_ARGUMENTS,
} from "./function-names.ts";

interface Line {
  /** Position in the program. */
  readonly at: string;
  /** Names of the functions seen there, by the toolchains that gave them. */
  readonly built: readonly { readonly go: readonly string[]; readonly names: readonly string[] }[];
}

const LINES: readonly Line[] = JSON.parse(fixtureText("go-names/names.json"));

const TOOLCHAINS = [
  "1.18.10",
  "1.20.14",
  "1.21.13",
  "1.22.12",
  "1.23.12",
  "1.24.9",
  "1.25.5",
  "1.26.8",
  "1.27.3",
];

function namesAt(line: Line, go: string): readonly string[] {
  return line.built.find((run) => run.go.includes(go))?.names ?? [];
}

/** Lines at which two toolchains agree and disagree, by their names as they are and as normalised. */
function compared(a: string, b: string): { raw: string[]; normal: string[] } {
  const names: string[] = [];
  const files: string[] = [];
  const at: string[] = [];
  for (const line of LINES) {
    const pair = [namesAt(line, a), namesAt(line, b)];
    // A line that one of them gave no sample says nothing.
    if (pair.some((list) => list.length === 0)) continue;
    pair.forEach((list, side) => {
      for (const name of list) {
        names.push(name);
        files.push(`/src/${line.at.replace(/:.*/, "")}`);
        at.push(`${side} ${line.at}`);
      }
    });
  }
  const normal = normalFunctionNames(names, files);
  const differing = (list: readonly string[]): string[] => {
    const sets = new Map<string, Set<string>>();
    list.forEach((name, i) => {
      const set = sets.get(at[i]) ?? new Set();
      sets.set(at[i], set.add(name));
    });
    return LINES.map((line) => line.at).filter((where) => {
      const [x, y] = ["0", "1"].map((side) => [...(sets.get(`${side} ${where}`) ?? [])].toSorted());
      return JSON.stringify(x) !== JSON.stringify(y);
    });
  };
  return { raw: differing(names), normal: differing(normal.names) };
}

/**
 * What stays different, and why: a closure of an inlined function has no name of its own until 1.20
 * (82, 99), and one in a package variable's initialiser is counted anew (108: `func3`, `func2.func1`).
 */
function known(a: string, b: string): string[] {
  const minor = (go: string): number => Number(go.split(".")[1]);
  const [from, to] = [minor(a), minor(b)];
  const list: string[] = [];
  if (from < 20 || (from === 20 && to > 20)) list.push("main.go:82");
  if (from <= 20 && to > 20) list.push("main.go:99");
  const shape = (m: number): number => (m <= 20 ? 0 : m >= 22 && m <= 26 ? 1 : 2);
  if (shape(from) !== shape(to)) list.push("main.go:108");
  return list;
}

describe("one program, nine toolchains", () => {
  it.each(TOOLCHAINS.flatMap((a, i) => TOOLCHAINS.slice(i + 1).map((b) => [a, b])))(
    "names of Go %s and %s agree but for what is known",
    (a, b) => {
      expect(compared(a, b).normal).toEqual(known(a, b));
    },
  );

  it("without it they do not: 7 lines between 1.26 and 1.27, 15 between 1.20 and 1.26", () => {
    expect(compared("1.26.8", "1.27.3").raw).toHaveLength(7);
    expect(compared("1.20.14", "1.26.8").raw).toHaveLength(15);
  });
});

function one(
  name: string,
  others: readonly (readonly [string, string])[] = [],
  file = "",
): unknown[] {
  const { names, changed } = normalFunctionNames(
    [name, ...others.map(([other]) => other)],
    [file, ...others.map(([, of]) => of)],
  );
  return [names[0], changed[0]];
}

describe("one name", () => {
  it.each([
    ["main.f", "main.f", 0],
    ["main.f[go.shape.int,go.shape.struct { A int; B []uint8 }]", "main.f[...]", TYPE_ARGUMENTS],
    [
      "main.(*store[go.shape.string]).put.func1.1",
      "main.(*store[...]).put.func1.1",
      TYPE_ARGUMENTS,
    ],
    ["main.f[...]", "main.f[...]", 0],
    ["a.b/c.F[go.shape.*uint8].M[x/y.T]", "a.b/c.F[...].M[...]", TYPE_ARGUMENTS],
    ["main.glob..func1", "main.init.func1", PACKAGE_CLOSURE],
    ["main.init.0", "main.init.0", 0],
    ["main.init.0.func1", "main.init.0.func1", 0],
    ["main.f-range1", "main.f", RANGE_BODY],
    ["main.f-range1-range2", "main.f", RANGE_BODY],
    ["main.f-range1.1", "main.f.func1", RANGE_BODY],
    ["main.f.func1.g.1", "main.g.func1", INLINED_CLOSURE],
    ["main.f.gowrap1", "main.f.gowrap1", 0],
    ["main.(*plain).method-fm", "main.(*plain).method-fm", 0],
    ["main.(*T).m.g.func2", "main.g.func2", INLINED_CLOSURE],
    ["main.f.(*T).m.func2", "main.(*T).m.func2", INLINED_CLOSURE],
    ["gopkg.in/yaml%2ev3.f", "gopkg.in/yaml%2ev3.f", 0],
    ["operator new[](unsigned long)", "operator new[...](unsigned long)", TYPE_ARGUMENTS],
    ["f[", "f[", 0],
    ["", "", 0],
    ["a/b", "a/b", 0],
  ])("%s", (name, normal, changed) => {
    expect(one(name)).toEqual([normal, changed]);
  });

  it("G.F.func1 is a method's closure unless G is known to be a function", () => {
    expect(one("main.G.F.func1")).toEqual(["main.G.F.func1", 0]);
    expect(one("main.G.F.func1", [["main.G", ""]])).toEqual(["main.F.func1", INLINED_CLOSURE]);
    expect(one("main.G.F.func1", [["main.F.func1", ""]])).toEqual([
      "main.F.func1",
      INLINED_CLOSURE,
    ]);
    const method = [
      ["main.G.F", ""],
      ["main.G", ""],
    ] as const;
    expect(one("main.G.F.func1", method)).toEqual(["main.G.F.func1", 0]);
  });

  it("the file gives an inlined closure its package back", () => {
    const once = "/usr/lib/go/src/sync/oncefunc.go";
    const others = [
      ["main.main", "/srv/main.go"],
      ["sync.OnceValue[go.shape.int]", once],
    ] as const;
    expect(one("main.main.OnceValue[go.shape.int].func1", others, once)).toEqual([
      "sync.OnceValue[...].func1",
      TYPE_ARGUMENTS | INLINED_CLOSURE,
    ]);
  });

  it("any text gives a text, the same each time", () => {
    const pieces = ["main", ".", "[", "]", "(*T)", "func1", "1", "-range1", "glob.", "init", "/"];
    const piece = fc.constantFrom(...pieces);
    fc.assert(
      fc.property(fc.array(fc.array(piece, { maxLength: 12 }), { maxLength: 4 }), (drawn) => {
        const names = drawn.map((list) => list.join(""));
        const files = names.map(() => "f.go");
        const first = normalFunctionNames(names, files);
        expect(first.names).toHaveLength(names.length);
        expect(normalFunctionNames(names, files)).toEqual(first);
      }),
    );
  });

  it("real names stay as they are the second time", () => {
    const names = LINES.flatMap(({ built }) => built.flatMap((run) => run.names));
    const files = names.map(() => "");
    const once = normalFunctionNames(names, files).names;
    expect(normalFunctionNames(once, files).names).toEqual(once);
  });
});
