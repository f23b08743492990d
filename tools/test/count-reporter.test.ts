import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { UnitResult } from "../count-reporter.mjs";
import { ROOT } from "../setup.mjs";
import { tempTree } from "./temp-tree.ts";

/** Runs a vitest of its own over these test files and returns what the reporter wrote. */
function run(files: Readonly<Record<string, string>>): UnitResult {
  // Without a package of its own, vitest is found by its path.
  const vitest = JSON.stringify(path.join(ROOT, "node_modules/vitest/dist/index.js"));
  const sources = Object.entries(files).map(([name, text]) => [
    name,
    `import { describe, it, expect, beforeAll } from ${vitest};\n${text}`,
  ]);
  const root = tempTree(Object.fromEntries(sources));
  const result = path.join(root, "result.json");
  spawnSync(
    process.execPath,
    [
      path.join(ROOT, "node_modules/vitest/vitest.mjs"),
      "run",
      "--root",
      root,
      `--reporter=${path.join(ROOT, "tools/count-reporter.mjs")}`,
    ],
    { cwd: root, env: { ...process.env, HEAPWRIGHT_UNIT_RESULT: result } },
  );
  return JSON.parse(readFileSync(result, "utf8"));
}

describe("what npm test counts", () => {
  it("counts tests, names failures, and keeps the reason of a skip", () => {
    const result = run({
      "a.test.ts": `
        describe("group", () => {
          it("passes", () => expect(1).toBe(1));
          it("fails", () => expect(1).toBe(2));
          it("skips", (context) => context.skip("no Go here"));
          it.skip("is off", () => {});
        });`,
      "b.test.ts": 'throw new Error("cannot be loaded");',
      "c.test.ts": `
        describe("set-up", () => {
          beforeAll(() => { throw new Error("no"); });
          it("never runs", () => {});
        });`,
      "d.test.ts":
        'it("leaves an error behind", async () => { void Promise.reject(new Error("late")); await new Promise((done) => setTimeout(done, 20)); });',
    });
    expect(result.passed).toBe(2);
    expect(result.failed.toSorted()).toEqual([
      "a.test.ts > group > fails",
      "b.test.ts (the file itself)",
      "c.test.ts > set-up (its set-up)",
    ]);
    expect(result.skipped).toEqual([
      { name: "a.test.ts > group > skips", reason: "no Go here" },
      { name: "a.test.ts > group > is off", reason: "" },
      { name: "c.test.ts > set-up > never runs", reason: "" },
    ]);
    expect(result.unhandledErrors).toBe(1);
  });
});
