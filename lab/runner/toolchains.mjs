// Go toolchains: the installed one, and others that the go command fetches by GOTOOLCHAIN. Each program
// is built once per toolchain, with -trimpath, so that file names in evidence do not tell where it was
// built.

import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { run } from "./children.mjs";
import { BIN, LAB } from "./places.mjs";

/**
 * @typedef {object} Toolchain
 * @property {string} setting value of GOTOOLCHAIN: local, go1.22.12, …
 * @property {string} version as the toolchain says it: go1.26.8
 */

const BUILD_MS = 300_000;

/** @param {string} setting */
function environment(setting) {
  return { ...process.env, GOTOOLCHAIN: setting, GOFLAGS: "" };
}

/** @param {string} wanted "local" or a version such as 1.22.12 @returns {Promise<Toolchain>} */
export async function openToolchain(wanted) {
  const setting = wanted === "local" ? "local" : `go${wanted.replace(/^go/, "")}`;
  const { status, stdout, stderr } = await run("go", ["env", "GOVERSION"], {
    cwd: LAB,
    env: environment(setting),
    timeoutMs: BUILD_MS,
  });
  const version = stdout.trim();
  if (status !== 0 || !version.startsWith("go")) {
    throw new Error(`Go toolchain ${wanted} cannot be used: ${stderr.trim()}`);
  }
  return { setting, version };
}

/**
 * @param {Toolchain} toolchain
 * @param {string} source folder below lab: heap-leak-sessions/faulty, cmd/load
 * @param {readonly string[]} flags
 * @returns {Promise<string>} path of the executable
 */
export async function buildProgram(toolchain, source, flags) {
  const folder = path.join(BIN, toolchain.version);
  mkdirSync(folder, { recursive: true });
  const executable = path.join(folder, source.replaceAll("/", "-"));
  const args = ["build", "-trimpath", "-buildvcs=false", "-o", executable, ...flags, `./${source}`];
  const built = await run("go", args, {
    cwd: LAB,
    env: environment(toolchain.setting),
    timeoutMs: BUILD_MS,
  });
  if (built.status !== 0 || !existsSync(executable)) {
    const why = built.timedOut ? "took too long" : built.stderr.trim();
    throw new Error(`go ${args.join(" ")}: ${why}`);
  }
  return executable;
}
