import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { BuildError, bundle, isBundled } from "../build.mjs";
import { tempTree } from "./temp-tree.ts";

/** The smallest house that can be built; it resolves no package. */
const SMALL_HOUSE = {
  "package-lock.json": "{}",
  "tools/build.mjs": "",
  "packages/cli/package.json": "{}",
  "packages/cli/src/main.ts":
    'if (process.argv[2] === "--version") console.log("1.2.3"); else (await import("./why.ts")).run();',
  "packages/cli/src/why.ts":
    'export function run(): void { const fs = require("node:fs"); console.log(typeof fs.readFileSync); }',
  "packages/web/package.json": "{}",
  "packages/web/src/client/main.ts": 'import "./page.css"; document.title = "→";',
  "packages/web/src/client/page.css": "body { color: red }",
  "packages/web/src/client/profile/main.ts": 'import "../page.css"; document.title = "↓";',
};

const builtFiles = (root: string): string[] =>
  readdirSync(path.join(root, "packages/cli/dist"), { recursive: true, encoding: "utf8" })
    .map((file) => file.replace(/-[A-Z0-9]{8}\.js$/, "-HASH.js").replaceAll("\\", "/"))
    .toSorted();

function run(root: string, ...args: string[]): string {
  writeFileSync(path.join(root, "package.json"), '{ "type": "module" }');
  const main = path.join(root, "packages/cli/dist/main.js");
  return spawnSync(process.execPath, [main, ...args], { encoding: "utf8" }).stdout.trim();
}

describe("bundle", () => {
  it("makes a small entry, lazy chunks that may use require, and the page's assets", async () => {
    const root = tempTree(SMALL_HOUSE);
    const { outputs, absent } = await bundle(root);
    expect(absent).toEqual([]);
    expect(outputs.every(({ bytes }) => bytes > 0)).toBe(true);
    expect(builtFiles(root)).toEqual([
      "chunks",
      "chunks/why-HASH.js",
      "main.js",
      "web",
      "web/client.css",
      "web/client.js",
      "web/profile.css",
      "web/profile.js",
    ]);
    expect(run(root, "--version")).toBe("1.2.3");
    expect(run(root, "why")).toBe("function");
    expect(readFileSync(path.join(root, "packages/cli/dist/web/client.js"), "utf8")).toContain("→");
  });

  it("knows when it is up to date, and leaves no chunk of an earlier build", async () => {
    const root = tempTree(SMALL_HOUSE);
    expect(isBundled(root)).toBe(false);
    await bundle(root);
    expect(isBundled(root)).toBe(true);
    writeFileSync(path.join(root, "packages/cli/src/why.ts"), "export const run = (): void => {};");
    expect(isBundled(root)).toBe(false);
    await bundle(root);
    expect(isBundled(root)).toBe(true);
    expect(builtFiles(root).filter((file) => file.startsWith("chunks/"))).toHaveLength(1);
    writeFileSync(path.join(root, "packages/cli/src/why.test.ts"), "");
    expect(isBundled(root)).toBe(true);
  });

  it("keeps the old build when the new one fails, and says where", async () => {
    const root = tempTree(SMALL_HOUSE);
    await bundle(root);
    writeFileSync(path.join(root, "packages/cli/src/why.ts"), "\nexport function run( {");
    await expect(bundle(root)).rejects.toThrow(BuildError);
    await expect(bundle(root)).rejects.toThrow(/packages\/cli\/src\/why\.ts:2:/);
    expect(run(root, "why")).toBe("function");
    expect(readdirSync(path.join(root, "packages/cli/build"))).toEqual(["bundle-stamp"]);
  });

  it("names the entries that do not exist", async () => {
    const { "packages/web/src/client/main.ts": _client, ...withoutPage } = SMALL_HOUSE;
    const { absent } = await bundle(tempTree(withoutPage));
    expect(absent).toEqual(["packages/web/src/client/main.ts"]);

    const { "packages/cli/src/main.ts": _main, ...withoutCommand } = SMALL_HOUSE;
    expect(await bundle(tempTree(withoutCommand))).toEqual({
      outputs: [],
      absent: ["packages/cli/src/main.ts"],
    });
  });
});
