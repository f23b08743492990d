import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { BuildError, bundle, isBundled } from "../build.mjs";
import { ROOT } from "../setup.mjs";
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

/** The same with the script that the bin loads for `pprof`. */
const HOUSE_WITH_SCRIPT = {
  ...SMALL_HOUSE,
  "packages/cli/src/main.ts":
    'const load = process.argv[2] === "pprof" ? import("./verbs/pprof/run.ts") : import("./why.ts"); (await load).run();',
  "packages/cli/src/start.ts": readFileSync(path.join(ROOT, "packages/cli/src/start.ts"), "utf8"),
  "packages/cli/src/version.ts": "export const versionOf = (): string => '1.2.3';",
  "packages/cli/src/verbs/pprof/run.ts": `import { readFileSync } from "node:fs";
export async function runPprof(args: readonly string[]): Promise<number> {
  const { length } = (await import("./late.ts")).read(args[args.length - 1] ?? "");
  console.log(length > 0 ? "good" : "none", typeof readFileSync, /[→]/.test("→"));
  if (args[0] === "-svg") console.log((await import("@hpcc-js/wasm-graphviz")).Graphviz);
  return 0;
}`,
  "node_modules/@hpcc-js/wasm-graphviz/package.json":
    '{ "name": "@hpcc-js/wasm-graphviz", "main": "dist/index.js", "type": "module", "license": "x" }',
  "node_modules/@hpcc-js/wasm-graphviz/LICENSE": "x",
  "node_modules/@hpcc-js/wasm-graphviz/dist/index.js": 'export const Graphviz = "drawn";',
  "packages/cli/src/verbs/pprof/late.ts":
    'import { readFileSync } from "node:fs"; export const read = (file: string) => readFileSync(file);',
  "recordings/incident-session-store/snapshot-2/heap.pb.gz": "a profile",
};

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

  it("makes a script whose stored code is used for its own text and no other", async () => {
    const root = tempTree(HOUSE_WITH_SCRIPT);
    await bundle(root);
    writeFileSync(path.join(root, "package.json"), '{ "type": "module" }');
    const dist = path.join(root, "packages/cli/dist");
    const code = `pprof-${process.version}-${process.platform}-${process.arch}.code`;
    expect(builtFiles(root)).toEqual(expect.arrayContaining(["pprof.cjs", "start.cjs", code]));
    const say = (...args: string[]): string =>
      spawnSync(process.execPath, [path.join(dist, "start.cjs"), ...args], { encoding: "utf8" })
        .stdout;
    const pprof = (): string => say("pprof", path.join(dist, "main.js"));
    expect(pprof()).toBe("good function true\n");
    expect(say("--version")).toBe("heapwright 1.2.3\n");
    expect(say("why")).toBe("function\n");
    expect(say("pprof", "-svg", path.join(dist, "main.js"))).toMatch(/\ndrawn\n$/);

    const script = path.join(dist, "pprof.cjs");
    const text = readFileSync(script);
    const stored = readFileSync(path.join(dist, code));
    expect(stored.subarray(0, text.length).equals(text)).toBe(true);
    const { cachedDataRejected } = new Script(text.toString("latin1"), {
      cachedData: stored.subarray(text.length),
    });
    expect(cachedDataRejected).toBe(false);

    // V8 alone would take this text for the one that it compiled: it is as long.
    writeFileSync(script, text.toString("latin1").replace("good", "best"));
    expect(pprof()).toBe("best function true\n");
    writeFileSync(script, text);
    // Code of another V8, or damaged.
    writeFileSync(path.join(dist, code), stored.fill(7, text.length));
    expect(pprof()).toBe("good function true\n");
    writeFileSync(path.join(dist, code), text.subarray(0, 10));
    expect(pprof()).toBe("good function true\n");
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
