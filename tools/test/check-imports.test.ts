import { describe, expect, it } from "vitest";
import { checkImports, coreEdgeProblem, importsOf } from "../check-imports.mjs";
import { tempTree } from "./temp-tree.ts";

/** Manifests and compiler settings that agree with the table of packages. */
const HOUSE = {
  "packages/core/package.json": "{}",
  "packages/core/tsconfig.json": "{}",
  "packages/host/package.json": '{ "dependencies": { "@heapwright/core": "1" } }',
  "packages/host/tsconfig.json": '{ "references": [{ "path": "../core" }] }',
  "packages/web/package.json": '{ "dependencies": { "@heapwright/core": "1" } }',
  "packages/web/tsconfig.json": '{ "references": [{ "path": "../core" }] }',
  "packages/cli/package.json":
    '{ "devDependencies": { "@heapwright/core": "1", "@heapwright/host": "1", "@heapwright/web": "1", "commander": "1" } }',
  "packages/cli/tsconfig.json":
    '{ "references": [{ "path": "../core" }, { "path": "../host" }, { "path": "../web" }] }',
};

function messagesFor(files: Readonly<Record<string, string>>): string[] {
  return checkImports(tempTree({ ...HOUSE, ...files })).violations.map(
    ({ file, line, message }) => `${file}:${line} ${message}`,
  );
}

describe("importsOf", () => {
  it("tells value, type and dynamic imports apart, with their lines", () => {
    const text = [
      'import { a } from "./a.ts";',
      'import type { B } from "./b.ts";',
      'export * from "./c.ts";',
      'export type { D } from "./d.ts";',
      'const e = await import("./e.ts");',
      'type F = import("./f.ts").F;',
      "const g = \"import h from './h.ts'\";",
      'import "./i.css";',
    ].join("\n");
    expect(importsOf("x.ts", text)).toEqual([
      { specifier: "./a.ts", line: 1, kind: "static" },
      { specifier: "./b.ts", line: 2, kind: "type" },
      { specifier: "./c.ts", line: 3, kind: "static" },
      { specifier: "./d.ts", line: 4, kind: "type" },
      { specifier: "./e.ts", line: 5, kind: "dynamic" },
      { specifier: "./f.ts", line: 6, kind: "type" },
      { specifier: "./i.css", line: 8, kind: "static" },
    ]);
  });

  it("counts an import of inline types as a value import: the statement stays in the output", () => {
    expect(importsOf("x.ts", 'import { type A } from "./a.ts";')[0]?.kind).toBe("static");
  });
});

describe("folders of core", () => {
  it.each([
    ["formats/pprof/read.ts", "model/format.ts"],
    ["formats/pprof/read.ts", "formats/pprof/wire.ts"],
    ["formats/pprof/read.ts", "formats/lines.ts"],
    ["formats/registry.ts", "formats/pprof/read.ts"],
    ["evidence/read.ts", "formats/registry.ts"],
    ["analysis/ledger/process.ts", "evidence/link.ts"],
    ["analysis/ledger/process.ts", "analysis/stats/rank.ts"],
    ["rules/heap/leak/rule.ts", "rules/causes.ts"],
    ["rules/heap/leak/rule.ts", "rules/heap/shared.ts"],
    ["rules/heap/leak/rule.ts", "rules/heap/leak/messages.ts"],
    ["rules/catalog.ts", "rules/heap/leak/rule.ts"],
    ["report/text.ts", "verdict/answer.ts"],
  ])("%s may import %s", (from, to) => {
    expect(coreEdgeProblem(from, to)).toBeUndefined();
  });

  it.each([
    ["model/format.ts", "formats/registry.ts", /model must not import formats/],
    ["goruntime/pacer.ts", "jvm/heap.ts", /goruntime must not import jvm/],
    ["formats/pprof/read.ts", "evidence/artefact.ts", /formats must not import evidence/],
    ["formats/pprof/read.ts", "formats/gctrace/lines.ts", /sibling formats\/gctrace/],
    ["formats/lines.ts", "formats/gctrace/lines.ts", /sibling formats\/gctrace/],
    ["formats/pprof/read.ts", "formats/registry.ts", /which imports it/],
    ["analysis/sites/join.ts", "formats/pprof/read.ts", /analysis must not import formats/],
    ["report/text.ts", "formats/registry.ts", /report must not import formats/],
    ["analysis/sites/join.ts", "rules/causes.ts", /analysis must not import rules/],
    ["rules/heap/leak/rule.ts", "rules/heap/churn/rule.ts", /sibling rules\/heap\/churn/],
    ["rules/heap/leak/rule.ts", "rules/go/leak/rule.ts", /sibling rules\/go\/leak/],
    ["rules/heap/leak/rule.ts", "rules/catalog.ts", /which imports it/],
    ["rules/heap/leak/rule.ts", "verdict/rank.ts", /rules must not import verdict/],
    ["pictures/flame.ts", "report/text.ts", /pictures must not import report/],
    ["misc/x.ts", "model/format.ts", /misc\/x\.ts is in no layer/],
    ["index.ts", "model/format.ts", /index\.ts is in no layer/],
  ])("%s must not import %s", (from, to, message) => {
    expect(coreEdgeProblem(from, to)).toMatch(message);
  });
});

describe("checkImports", () => {
  it("accepts a house that keeps its walls", () => {
    const { violations, files, imports } = checkImports(
      tempTree({
        ...HOUSE,
        "packages/core/src/model/a.ts": "export const a = 1;",
        "packages/core/src/formats/x/x.ts": 'import { a } from "../../model/a.ts"; export { a };',
        "packages/core/src/formats/x/x.test.ts":
          'import "node:fs"; import "vitest"; import "./x.ts";',
        "packages/host/src/b.ts": 'import "node:fs"; import "@heapwright/core/formats/x/x.ts";',
        "packages/web/src/render.ts": 'import "@heapwright/core/model/a.ts";',
        "packages/web/src/worker/main.ts": 'import "@heapwright/core/formats/x/x.ts";',
        "packages/web/src/client/main.ts":
          'import "./page.css"; import type { W } from "../worker/main.ts"; export type { W };',
        "packages/web/src/client/page.css": "",
        "packages/cli/src/main.ts":
          'import type { B } from "@heapwright/host/b.ts"; export type { B }; await import("./verbs/why.ts");',
        "packages/cli/src/verbs/why.ts":
          'import { Command } from "commander"; import "@heapwright/host/b.ts"; await import("@heapwright/web/render.ts"); export { Command };',
      }),
    );
    expect(violations).toEqual([]);
    expect(files).toBe(9);
    expect(imports).toBe(15);
  });

  it.each([
    [
      "Node in core",
      "packages/core/src/model/a.ts",
      'import "node:fs";',
      /core must not import node:fs/,
    ],
    [
      "Node in web",
      "packages/web/src/render.ts",
      'import "node:fs";',
      /web must not import node:fs/,
    ],
    [
      "an undeclared package",
      "packages/host/src/a.ts",
      'import "left-pad/x";',
      /left-pad is not declared/,
    ],
    ["a package in core", "packages/core/src/model/a.ts", 'import "zod";', /zod is not declared/],
    ["a missing file", "packages/host/src/a.ts", '\nimport "./gone.ts";', /a\.ts:2 .*no such file/],
    ["no file name", "packages/host/src/a.ts", 'import "./gone";', /must name the file/],
    [
      "host in core",
      "packages/core/src/model/a.ts",
      'import "@heapwright/host/b.ts";',
      /core must not import host/,
    ],
    [
      "host in web",
      "packages/web/src/a.ts",
      'import "@heapwright/host/b.ts";',
      /web must not import host/,
    ],
    [
      "a path out of the package",
      "packages/host/src/a.ts",
      'import "../../core/src/model/m.ts";',
      /leaves its package/,
    ],
    [
      "its own package by name",
      "packages/host/src/a.ts",
      'import "@heapwright/host/b.ts";',
      /its own package/,
    ],
    ["a test", "packages/host/src/a.ts", 'import "./c.test.ts";', /is a test/],
    [
      "web's inside from cli",
      "packages/cli/src/a.ts",
      'import "@heapwright/web/inside.ts";',
      /only web's render entry/,
    ],
    [
      "formats in the page",
      "packages/web/src/a.ts",
      'import type {} from "@heapwright/core/formats/x/x.ts";',
      /worker/,
    ],
    [
      "a folder against the order",
      "packages/core/src/model/a.ts",
      'import type {} from "../formats/x/x.ts";',
      /model must not import formats/,
    ],
  ])("refuses %s", (_what, file, text, message) => {
    const others = {
      "packages/core/src/model/m.ts": "",
      "packages/core/src/formats/x/x.ts": "",
      "packages/host/src/b.ts": "",
      "packages/host/src/c.test.ts": "",
      "packages/web/src/inside.ts": "",
    };
    const messages = messagesFor({ ...others, [file]: text });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(message);
  });

  it("refuses a package that is not in the table", () => {
    expect(
      messagesFor({ "packages/extra/src/a.ts": 'import "@heapwright/core/model/m.ts";' }),
    ).toEqual(["packages/extra/src/a.ts:1 package extra is not in the table of packages"]);
  });

  it("refuses an entry of the command that loads host at once, and names the chain", () => {
    expect(
      messagesFor({
        "packages/host/src/b.ts": "",
        "packages/cli/src/main.ts": 'import "./options.ts";',
        "packages/cli/src/options.ts": 'import "@heapwright/host/b.ts";',
      })[0],
    ).toMatch(
      /main\.ts → packages\/cli\/src\/options\.ts → packages\/host\/src\/b\.ts: host and web/,
    );
  });

  it("refuses a page that reaches formats by way of another folder", () => {
    expect(
      messagesFor({
        "packages/core/src/formats/registry.ts": "",
        "packages/core/src/evidence/read.ts": 'import "../formats/registry.ts";',
        "packages/web/src/client/main.ts": 'void import("@heapwright/core/evidence/read.ts");',
      })[0],
    ).toMatch(/evidence\/read\.ts → packages\/core\/src\/formats\/registry\.ts: the page parses/);
  });

  it.each([
    ["packages/host/package.json", "{}", /depends on \[\] but .* \[core\]/],
    ["packages/web/tsconfig.json", "{}", /references \[\] but .* \[core\]/],
    [
      "packages/core/package.json",
      '{ "dependencies": { "@heapwright/host": "1" } }',
      /\[host\] but/,
    ],
  ])("refuses %s when it differs from the table", (file, text, message) => {
    const messages = messagesFor({ [file]: text });
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatch(message);
  });
});
