import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import {
  ensureInstalled,
  ensureNode,
  isInstalled,
  OLDEST_NODE,
  ROOT,
  SetupError,
} from "../setup.mjs";
import { tempTree } from "./temp-tree.ts";

describe("ensureNode", () => {
  it.each(["20.19.0", "20.20.2", "22.0.0", "24.9.0"])("accepts %s", (version) => {
    expect(() => ensureNode(version)).not.toThrow();
  });

  it.each(["20.18.3", "18.20.4", "8.0.0"])("refuses %s and says what is needed", (version) => {
    expect(() => ensureNode(version)).toThrow(
      new SetupError(
        `Node 20.19 or newer is needed; this is ${version}. Get it from https://nodejs.org`,
      ),
    );
  });

  it("agrees with package.json", () => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
    expect(manifest.engines.node).toBe(`>=${OLDEST_NODE.join(".")}`);
  });
});

/** An npm that does what `npm ci` does to the folder, and remembers what it was asked. */
function fakeNpm(status = 0, output = "") {
  const calls: string[] = [];
  const npm = (args: readonly string[], cwd: string) => {
    calls.push(args.join(" "));
    rmSync(path.join(cwd, "node_modules"), { recursive: true, force: true });
    mkdirSync(path.join(cwd, "node_modules"));
    return { status, output };
  };
  return { npm, calls };
}

describe("ensureInstalled", () => {
  it("installs once, and again when the lock file changes, whatever the file times say", () => {
    const root = tempTree({ "package-lock.json": "{}" });
    const { npm, calls } = fakeNpm();
    let said = "";
    const say = (text: string) => void (said += text);
    expect(ensureInstalled({ root, npm, say })).toBe(true);
    expect(said).toMatch(/^Installing dependencies \(npm ci\) … \d+ s\n$/);
    expect(ensureInstalled({ root, npm, say })).toBe(false);

    const lock = path.join(root, "package-lock.json");
    utimesSync(lock, new Date(), new Date(Date.now() + 60_000));
    expect(ensureInstalled({ root, npm, say })).toBe(false);
    writeFileSync(lock, '{ "changed": true }');
    utimesSync(lock, new Date(0), new Date(0));
    expect(ensureInstalled({ root, npm, say })).toBe(true);
    expect(calls).toHaveLength(2);
    expect(calls[0]).toMatch(/^ci --include=dev /);
  });

  it("takes over an installation that npm made by itself", () => {
    const root = tempTree({ "package-lock.json": "{}" });
    mkdirSync(path.join(root, "node_modules"));
    expect(isInstalled(root)).toBe(false);
    writeFileSync(path.join(root, "node_modules/.package-lock.json"), "{}");
    const { npm, calls } = fakeNpm();
    expect(ensureInstalled({ root, npm })).toBe(false);
    expect(calls).toEqual([]);
    expect(isInstalled(root)).toBe(true);
  });

  it("does not take over one that is older than the lock file", () => {
    const root = tempTree({ "package-lock.json": "{}", "node_modules/.package-lock.json": "{}" });
    utimesSync(path.join(root, "node_modules/.package-lock.json"), new Date(0), new Date(0));
    expect(isInstalled(root)).toBe(false);
  });

  it("says what npm said when it fails, and does not count as installed", () => {
    const root = tempTree({ "package-lock.json": "{}" });
    const { npm } = fakeNpm(1, "npm error code EUSAGE\n");
    expect(() => ensureInstalled({ root, npm, say: () => {} })).toThrow(
      new SetupError("npm ci failed with exit code 1:\nnpm error code EUSAGE"),
    );
    expect(isInstalled(root)).toBe(false);
  });

  it("says where npm comes from when there is none", () => {
    const root = tempTree({ "package-lock.json": "{}" });
    const { npm } = fakeNpm(-1, "spawnSync npm ENOENT");
    expect(() => ensureInstalled({ root, npm, say: () => {} })).toThrow(
      /^npm could not be started \(spawnSync npm ENOENT\)\. It comes with Node/,
    );
  });

  it("refuses an old Node before it touches anything", () => {
    const root = tempTree({ "package-lock.json": "{}" });
    const { npm, calls } = fakeNpm();
    expect(() => ensureInstalled({ root, npm, nodeVersion: "18.0.0" })).toThrow(SetupError);
    expect(calls).toEqual([]);
    expect(existsSync(path.join(root, "node_modules"))).toBe(false);
  });

  it("refuses half a checkout", () => {
    expect(() => ensureInstalled({ root: tempTree({ a: "" }) })).toThrow(/not a whole checkout/);
  });
});
