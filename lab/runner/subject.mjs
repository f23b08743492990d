// The build of heapwright under test. It is copied at the start of a set of runs, into a folder of its
// own: the set may take an hour, and neither a build made meanwhile nor another set may change it.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { ROOT, SUBJECTS } from "./places.mjs";

/**
 * @typedef {object} Subject
 * @property {string} version of packages/cli/package.json
 * @property {string} commit
 * @property {boolean} isChanged whether packages/ differed from the commit
 * @property {string} build first 12 hex digits of the hash over the built files
 */

const CLI = path.join(ROOT, "packages/cli");
/** Which build the live set goes on with. */
const CURRENT = path.join(SUBJECTS, "current.json");

/** @param {Subject} subject */
export function commandOf({ build }) {
  return path.join(SUBJECTS, build, "bin/heapwright.js");
}

/** @returns {Subject | undefined} */
export function keptSubject() {
  return existsSync(CURRENT) ? JSON.parse(readFileSync(CURRENT, "utf8")) : undefined;
}

/** @param {Subject} subject */
export function keepSubject(subject) {
  writeFileSync(CURRENT, `${JSON.stringify(subject, undefined, 1)}\n`);
}

/** @returns {Promise<Subject>} */
export async function takeSubject() {
  const { ensureBuilt } = await import("../../tools/setup.mjs");
  await ensureBuilt();
  const build = hashOf(path.join(CLI, "dist"));
  const folder = path.join(SUBJECTS, build);
  if (!existsSync(path.join(folder, "package.json"))) {
    mkdirSync(folder, { recursive: true });
    for (const part of ["bin", "dist", "package.json"]) {
      cpSync(path.join(CLI, part), path.join(folder, part), { recursive: true });
    }
    if (hashOf(path.join(folder, "dist")) !== build) {
      rmSync(folder, { recursive: true });
      throw new Error("heapwright was built again while its build was copied; try again");
    }
  }
  return {
    version: JSON.parse(readFileSync(path.join(CLI, "package.json"), "utf8")).version,
    commit: git("rev-parse", "HEAD"),
    isChanged: git("status", "--porcelain", "--", "packages") !== "",
    build,
  };
}

/** @param {readonly string[]} args */
function git(...args) {
  const { status, stdout } = spawnSync("git", args, { cwd: ROOT, encoding: "utf8" });
  return status === 0 ? stdout.trim() : "unknown";
}

/** @param {string} folder */
function hashOf(folder) {
  const hash = createHash("sha256");
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  for (const file of files.map((entry) => path.join(entry.parentPath, entry.name)).toSorted()) {
    hash.update(`${path.relative(folder, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 12);
}
