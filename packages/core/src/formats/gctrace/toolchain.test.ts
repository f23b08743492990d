// A program of the Go toolchain on this machine, logging into its own gctrace as fast as it can.

import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare, readTruth, readWhole, tableOf } from "../../../test/gctrace-truth.ts";

const SOURCE = fileURLToPath(
  new URL("../../../test/fixtures/gctrace/recorder.go.txt", import.meta.url),
);
const hasGo = spawnSync("go", ["version"]).status === 0;

/** What is left of stderr without the lines that the program also wrote to stdout, in their order. */
function runtimePart(stderr: string, lines: string): string {
  let at = 0;
  let rest = "";
  for (const line of lines.split("\n").slice(0, -1)) {
    const found = stderr.indexOf(`${line}\n`, at);
    if (found < 0) throw new Error(`not in stderr: ${line}`);
    rest += stderr.slice(at, found);
    at = found + line.length + 1;
  }
  return rest + stderr.slice(at);
}

describe.skipIf(!hasGo)("a program that tears its own gctrace (needs go)", () => {
  let folder = "";

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "heapwright-gctrace-"));
    copyFileSync(SOURCE, join(folder, "main.go"));
    writeFileSync(join(folder, "go.mod"), "module recorder\n\ngo 1.22\n");
    const built = spawnSync("go", ["build", "-o", "recorder", "."], {
      cwd: folder,
      encoding: "utf8",
    });
    if (built.status !== 0) throw new Error(built.stderr);
  }, 240_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function run(args: readonly string[]): { stderr: Buffer; lines: string } {
    const err = openSync(join(folder, "stderr"), "w");
    const out = openSync(join(folder, "stdout"), "w");
    const done = spawnSync(join(folder, "recorder"), args, {
      stdio: ["ignore", out, err],
      env: { GODEBUG: "gctrace=1", GOGC: "20", HOME: folder },
      timeout: 60_000,
    });
    closeSync(err);
    closeSync(out);
    expect(done.status).toBe(0);
    return {
      stderr: readFileSync(join(folder, "stderr")),
      lines: readFileSync(join(folder, "stdout"), "utf8"),
    };
  }

  it.each(["date", "gofmt", "json", "klog", "epoch", "path", "mixed"])(
    "gives ≥ 99 %% of the cycles exactly and none wrongly: %s",
    (style) => {
      const { stderr, lines } = run([`-style=${style}`, "-cycles=150", "-retain=8388608"]);
      const truth = readTruth(runtimePart(stderr.toString("utf8"), lines));
      const found = compare(tableOf(readWhole(stderr, 1 << 16)), truth);
      expect(found.wrong).toEqual([]);
      expect(found.exact).toBeGreaterThanOrEqual(Math.floor(truth.length * 0.99));
      expect(found.exact + found.flagged + found.absent).toBe(truth.length);
    },
    120_000,
  );

  it("flags what it cannot tell where the application's lines begin with any number", () => {
    const { stderr, lines } = run(["-style=digits", "-cycles=150", "-retain=8388608"]);
    const truth = readTruth(runtimePart(stderr.toString("utf8"), lines));
    expect(compare(tableOf(readWhole(stderr)), truth).wrong).toEqual([]);
  }, 120_000);

  it("keeps (forced) and the missing goal of GOGC=off", () => {
    const { stderr, lines } = run(["-style=date", "-cycles=60", "-forced", "-gogc-off"]);
    const truth = readTruth(runtimePart(stderr.toString("utf8"), lines));
    const found = compare(tableOf(readWhole(stderr)), truth);
    expect(found.wrong).toEqual([]);
    expect(truth.every((t) => t.figures["goalBytes"] === Infinity)).toBe(true);
    expect(found.exact).toBeGreaterThanOrEqual(Math.floor(truth.length * 0.95));
  }, 120_000);
});
