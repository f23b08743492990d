// `npm test`: everything that must hold, in one command, the same locally and in CI. Each step runs
// even when one before it failed, so that one run tells everything. Further arguments go to vitest.
// The last line is always `N passed, N failed, N skipped`; a step that is no test counts as one.

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { ensureInstalled, orExplain, ROOT, unitEnvironment } from "./setup.mjs";

/**
 * @typedef {import("./count-reporter.mjs").SkippedTest} SkippedTest
 * @typedef {{ name: string, args: readonly string[] }} Step
 */

/** @type {readonly Step[]} */
const STEPS = [
  { name: "typecheck", args: ["node_modules/typescript/bin/tsc", "-b"] },
  { name: "lint", args: ["node_modules/oxlint/bin/oxlint"] },
  { name: "format", args: ["node_modules/oxfmt/bin/oxfmt", "--list-different"] },
  { name: "imports", args: ["tools/check-imports.mjs"] },
  { name: "ratchet", args: ["tools/ratchet.mjs"] },
  { name: "bundle", args: ["tools/build.mjs", "--no-typecheck"] },
];

let passed = 0;
/** @type {string[]} */
const failed = [];
/** @type {SkippedTest[]} */
const skipped = [];

/** @param {string} text */
const print = (text) => process.stdout.write(text);

/** @param {number} started */
const secondsSince = (started) => `${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s`;

/** @param {Step} step */
function runStep({ name, args }) {
  const started = Date.now();
  const result = spawnSync(process.execPath, [...args], {
    cwd: ROOT,
    encoding: "utf8",
    maxBuffer: 256 * 1024 * 1024,
  });
  const ok = result.status === 0;
  print(`${ok ? "ok    " : "FAILED"}  ${name.padEnd(10)} ${secondsSince(started)}\n`);
  if (ok) {
    passed += 1;
    // A success is one line, but what was left out is never silent.
    for (const line of result.stdout.split("\n")) {
      if (line.startsWith("not built")) print(`        ${line}\n`);
    }
    return;
  }
  failed.push(name);
  if (result.error !== undefined) print(`${result.error.message}\n`);
  print(`${result.stdout}${result.stderr}\n`);
}

/** @param {readonly string[]} vitestArgs */
function runUnitTests(vitestArgs) {
  const started = Date.now();
  const file = path.join(ROOT, "build/unit-result.json");
  rmSync(file, { force: true });
  const { status, signal } = spawnSync(
    process.execPath,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--reporter=default",
      "--reporter=./tools/count-reporter.mjs",
      ...vitestArgs,
    ],
    { cwd: ROOT, stdio: "inherit", env: unitEnvironment(file) },
  );
  if (!existsSync(file)) {
    failed.push(`unit (vitest ended with ${signal ?? `exit code ${status}`} and no result)`);
  } else {
    /** @type {import("./count-reporter.mjs").UnitResult} */
    const result = JSON.parse(readFileSync(file, "utf8"));
    passed += result.passed;
    failed.push(...result.failed);
    skipped.push(...result.skipped);
    if (result.unhandledErrors > 0) {
      failed.push(`unit (${result.unhandledErrors} errors outside of any test)`);
    } else if (status !== 0 && result.failed.length === 0) {
      failed.push(`unit (vitest ended with exit code ${status} though no test failed)`);
    }
  }
  print(`${status === 0 ? "ok    " : "FAILED"}  ${"unit".padEnd(10)} ${secondsSince(started)}\n`);
}

function printSummary() {
  if (skipped.length > 0) {
    print("\nSkipped:\n");
    for (const { name, reason } of skipped) print(`  ${name}: ${reason || "no reason given"}\n`);
  }
  if (failed.length > 0) {
    print("\nFailed:\n");
    for (const name of failed) print(`  ${name}\n`);
  }
  print(`\n${passed} passed, ${failed.length} failed, ${skipped.length} skipped\n`);
}

const isReady = await orExplain(() => {
  ensureInstalled();
  return true;
});
if (isReady === undefined) {
  failed.push("set-up");
} else {
  for (const step of STEPS) runStep(step);
  runUnitTests(process.argv.slice(2));
}
printSummary();
process.exitCode = failed.length > 0 ? 1 : 0;
