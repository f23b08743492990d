// What must be true before any command of this repository can run: a Node that is new enough, the
// dependencies of the lock file, and a built command. Runs before `npm ci`, so it imports nothing
// but Node, and nothing from Node that an older version lacks: an old Node must reach the message
// that says it is too old.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** The oldest Node that works; package.json's `engines` says the same. */
export const OLDEST_NODE = [20, 19];

/** A condition of the machine, not a bug: its message is all that is shown. */
export class SetupError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = "SetupError";
  }
}

/**
 * @typedef {{ readonly status: number, readonly output: string }} NpmResult
 *   status −1: npm could not be started at all.
 * @typedef {(args: readonly string[], cwd: string) => NpmResult} NpmRunner
 */

/** @param {string} [version] */
export function ensureNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [wantMajor = 0, wantMinor = 0] = OLDEST_NODE;
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return;
  throw new SetupError(
    `Node ${wantMajor}.${wantMinor} or newer is needed; this is ${version}. Get it from https://nodejs.org`,
  );
}

/** @type {NpmRunner} */
export function runNpm(args, cwd) {
  // Under `npm start` npm says where its own script lies; that also avoids npm.cmd, which Windows
  // runs only through a shell (Node ≥ 20.12 refuses .cmd without one).
  const script = process.env["npm_execpath"] ?? "";
  const isNpm = /npm-cli\.c?js$/.test(script) && existsSync(script);
  const onWindows = process.platform === "win32";
  const command = isNpm ? process.execPath : onWindows ? "npm.cmd" : "npm";
  const result = spawnSync(command, isNpm ? [script, ...args] : args, {
    cwd,
    encoding: "utf8",
    shell: !isNpm && onWindows,
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error !== undefined) return { status: -1, output: result.error.message };
  return { status: result.status ?? 1, output: `${result.stdout}${result.stderr}` };
}

/** @param {string} root */
function stampPath(root) {
  // Inside node_modules: whoever deletes that folder deletes the stamp with it.
  return path.join(root, "node_modules", ".heapwright-lock-sha256");
}

/** @param {string} file */
function sha256(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/**
 * Are the dependencies in node_modules those of the lock file? A content hash decides, since a
 * checkout gives every file a new time. An installation by plain `npm ci` has no stamp of ours; there
 * npm's own hidden lock file counts when it is not older than the lock file.
 * @param {string} [root]
 */
export function isInstalled(root = ROOT) {
  const lock = path.join(root, "package-lock.json");
  const stamp = stampPath(root);
  if (existsSync(stamp)) return readFileSync(stamp, "utf8").trim() === sha256(lock);
  const hidden = path.join(root, "node_modules", ".package-lock.json");
  return existsSync(hidden) && statSync(hidden).mtimeMs >= statSync(lock).mtimeMs;
}

/**
 * Installs the dependencies unless they are there.
 * @param {{ root?: string, npm?: NpmRunner, say?: (text: string) => void, nodeVersion?: string }} [options]
 * @returns {boolean} whether it had to install
 */
export function ensureInstalled(options = {}) {
  const { root = ROOT, npm = runNpm, say = (text) => process.stderr.write(text) } = options;
  ensureNode(options.nodeVersion);
  const lock = path.join(root, "package-lock.json");
  if (!existsSync(lock)) throw new SetupError(`${lock} is missing: this is not a whole checkout`);
  if (isInstalled(root)) {
    if (!existsSync(stampPath(root))) writeFileSync(stampPath(root), `${sha256(lock)}\n`);
    return false;
  }
  say("Installing dependencies (npm ci) … ");
  const started = Date.now();
  // --include=dev: NODE_ENV=production or a user's npmrc must not leave out the build tools.
  const { status, output } = npm(
    ["ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"],
    root,
  );
  if (status !== 0) {
    say("failed\n");
    const why = output.trim().split("\n").slice(-12).join("\n");
    throw new SetupError(
      status === -1
        ? `npm could not be started (${why}). It comes with Node: https://nodejs.org`
        : `npm ci failed with exit code ${status}:\n${why}`,
    );
  }
  writeFileSync(stampPath(root), `${sha256(lock)}\n`);
  say(`${Math.max(1, Math.round((Date.now() - started) / 1000))} s\n`);
  return true;
}

/**
 * Environment of a vitest whose result goes to `file` (count-reporter.mjs). vitest colours its output
 * wherever CI is set; a log file is better without.
 * @param {string} file
 */
export function unitEnvironment(file) {
  const colour = process.stdout.isTTY ? {} : { NO_COLOR: "1" };
  return { ...process.env, ...colour, HEAPWRIGHT_UNIT_RESULT: file };
}

/**
 * Bundles the command unless the bundle is made of exactly today's sources. Types are not checked
 * here: `npm run build` and `npm test` do that.
 * @param {{ say?: (text: string) => void }} [options]
 * @returns {Promise<boolean>} whether it had to build
 */
export async function ensureBuilt(options = {}) {
  const { say = (text) => process.stderr.write(text) } = options;
  // Imported late: it needs what ensureInstalled installs.
  const { bundle, BuildError, isBundled } = await import("./build.mjs");
  if (isBundled()) return false;
  say("Building heapwright … ");
  const started = Date.now();
  const { outputs } = await bundle().catch((error) => {
    say("failed\n");
    throw error instanceof BuildError ? new SetupError(error.message) : error;
  });
  if (outputs.length === 0) {
    say("failed\n");
    throw new SetupError("packages/cli/src/main.ts is missing: there is no command to build");
  }
  say(`${Math.max(0.1, (Date.now() - started) / 1000).toFixed(1)} s\n`);
  return true;
}

/**
 * Is the module with this `import.meta.url` the one that Node was started with?
 * @param {string} moduleUrl
 */
export function isMain(moduleUrl) {
  const script = process.argv[1];
  return script !== undefined && realpathSync(script) === realpathSync(fileURLToPath(moduleUrl));
}

/**
 * Runs a set-up step; a SetupError becomes one line on stderr and undefined.
 * @template T
 * @param {() => T | Promise<T>} step
 * @returns {Promise<T | undefined>}
 */
export async function orExplain(step) {
  try {
    return await step();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`heapwright: ${error.message}\n`);
    return undefined;
  }
}
