// What a user of `npx heapwright` gets. Needs the bundle (`npm test` builds it before the unit tests).

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { ROOT, runNpm } from "../setup.mjs";
import { tempTree } from "./temp-tree.ts";

const PACKAGE = path.join(ROOT, "packages/cli");
const version: string = JSON.parse(
  readFileSync(path.join(PACKAGE, "package.json"), "utf8"),
).version;

function packedFiles(): { path: string; size: number; mode: number }[] {
  const { status, output } = runNpm(["pack", "--dry-run", "--json", "--silent"], PACKAGE);
  expect(status, output).toBe(0);
  return JSON.parse(output)[0].files;
}

describe("the published package", () => {
  beforeEach((context) => {
    if (!existsSync(path.join(PACKAGE, "dist/main.js"))) {
      context.skip("not built: npm run build");
    }
  });

  it("holds the command, its chunks, the licences and a README; no source, no map", () => {
    const names = packedFiles().map((file) => file.path);
    for (const needed of ["LICENSE", "README.md", "bin/heapwright.js", "bin/package.json"]) {
      expect(names).toContain(needed);
    }
    for (const needed of ["dist/start.cjs", "dist/pprof.cjs", "dist/main.js"]) {
      expect(names).toContain(needed);
    }
    const rest = names.filter(
      (name) =>
        !/^(LICENSE|README\.md|package\.json|bin\/(heapwright\.js|package\.json))$/.test(name) &&
        !/^dist\/(main\.js|start\.cjs|pprof\.cjs|pprof-[\w.-]+\.code|(?:order|scan)-thread\.js|chunks\/[\w-]+\.js|web\/\w+\.(js|css)|THIRD-PARTY-LICENSES\.txt)$/.test(
          name,
        ),
    );
    expect(rest).toEqual([]);
  });

  it("has a command that may be executed", () => {
    const bin = packedFiles().find((file) => file.path === "bin/heapwright.js");
    expect((bin?.mode ?? 0) & 0o111).toBe(0o111);
  });

  it("runs alone, without node_modules", () => {
    const root = tempTree({});
    for (const name of ["bin", "dist", "package.json"]) {
      cpSync(path.join(PACKAGE, name), path.join(root, name), { recursive: true });
    }
    const bin = path.join(root, "bin/heapwright.js");
    const said = spawnSync(process.execPath, [bin, "--version"], { cwd: root, encoding: "utf8" });
    expect(said.stderr).toBe("");
    expect(said.stdout.trim()).toContain(version);
    expect(said.status).toBe(0);
  });

  it("says what the bundled code's licences are", () => {
    const file = path.join(PACKAGE, "dist/THIRD-PARTY-LICENSES.txt");
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    expect(text).toMatch(/^commander \d+\.\d+\.\d+ \(MIT\)$/m);
  });
});
