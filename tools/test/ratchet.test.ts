import { describe, expect, it } from "vitest";
import { compare, countForbidden, placesIn } from "../ratchet.mjs";
import { tempTree } from "./temp-tree.ts";

const FILE = "packages/core/src/model/a.ts";

/** Takes out the ~ that keep the ratchet from counting this file. */
const joined = (text: string): string => text.replaceAll("~", "");

function kindsIn(text: string, file = FILE): string[] {
  return placesIn(file, text).map(({ kind }) => kind);
}

describe("what is counted", () => {
  it.each([
    ["any", "let a: any;"],
    ["any", "function f(x: Array<any>): void {}"],
    ["cast", "const a = b as string;"],
    ["cast", "const a = b as unknown as string;", 2],
    ["cast", "const a = <string>b;"],
    ["nonNull", "const a = b!;"],
    ["nonNull", "const a = b!.c![0];", 2],
    ["nonNull", "class A { x!: string }"],
    ["nonNull", "let a!: string;"],
    ["tsSuppression", joined("// @ts-~ignore\nf();")],
    ["tsSuppression", joined("// @ts-~expect-error\nf();")],
    ["lintSuppression", joined("// oxlint~-disable-next-line no-new\nnew A();")],
    ["lintSuppression", joined("/* eslint~-disable */")],
    ["console", 'console.log("x");'],
    ["unfinished", joined("// TO~DO: more")],
    ["longFile", "\n".repeat(801)],
  ])("%s in %j", (kind, text, times = 1) => {
    expect(kindsIn(text)).toEqual(Array.from({ length: times }, () => kind));
  });

  it.each([
    'const a = ["x"] as const;',
    "const a = { b: 1 } satisfies Record<string, number>;",
    'import { a as b } from "./a.ts";',
    'export { a as b } from "./a.ts";',
    "const a = !b && b !== c;",
    'const text = "any as string";',
    "// any line as good as another!",
    `// over 800 lines because it is one table\n${"\n".repeat(801)}`,
    "\n".repeat(799),
  ])("not in %j", (text) => {
    expect(kindsIn(text)).toEqual([]);
  });

  it("lets a test expect a compile error, and the command line write", () => {
    expect(kindsIn(joined("// @ts-~expect-error\nf();"), "packages/core/src/a.test.ts")).toEqual(
      [],
    );
    expect(kindsIn("console.log(1);", "packages/cli/src/a.ts")).toEqual([]);
    expect(kindsIn("console.log(1);", "packages/host/src/a.ts")).toEqual(["console"]);
  });

  it("gives the line", () => {
    expect(placesIn(FILE, "\n\nlet a: any;")).toEqual([{ kind: "any", file: FILE, line: 3 }]);
  });

  it("walks the sources and leaves out what tools made and fixtures", () => {
    const root = tempTree({
      [FILE]: "let a: any;",
      "packages/core/dist/a.ts": "let a: any;",
      "packages/core/test/fixtures/a.ts": "let a: any;",
      "packages/core/node_modules/x/a.ts": "let a: any;",
      "lab/x/main.go": joined("// TO~DO"),
    });
    expect(countForbidden(root).map(({ file }) => file)).toEqual([FILE, "lab/x/main.go"]);
  });
});

describe("compare", () => {
  const two = placesIn(FILE, "let a: any;\nlet b: any;");

  it("accepts what did not change", () => {
    expect(compare(two, { any: 2 })).toEqual({ rises: [], falls: [] });
  });

  it("names each place of a rise", () => {
    const { rises } = compare(two, { any: 1 });
    expect(rises[0]).toMatch(/^any: 2, at most 1 allowed/);
    expect(rises.slice(1)).toEqual([`  ${FILE}:1`, `  ${FILE}:2`]);
  });

  it("counts a kind that the file does not name as 0", () => {
    expect(compare(two, {}).rises).toHaveLength(3);
  });

  it("asks to lower the constant after a fall", () => {
    expect(compare(two, { any: 5 })).toEqual({
      rises: [],
      falls: [{ kind: "any", from: 5, to: 2 }],
    });
  });
});
