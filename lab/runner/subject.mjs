// The build of heapwright under test. It is copied at the start of a set of runs: the set may take an
// hour, and results of two builds must not mix.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ROOT, SUBJECT } from "./places.mjs";

/**
 * @typedef {object} Subject
 * @property {string} version of packages/cli/package.json
 * @property {string} commit
 * @property {boolean} isChanged whether packages/ differed from the commit
 * @property {string} build first 12 hex digits of the hash over the built files
 */

const CLI = path.join(ROOT, "packages/cli");
const NOTE = path.join(SUBJECT, "subject.json");
export const COMMAND = path.join(SUBJECT, "bin/heapwright.js");

/** @returns {Subject | undefined} */
export function keptSubject() {
  return existsSync(NOTE) ? JSON.parse(readFileSync(NOTE, "utf8")) : undefined;
}

/** @returns {Promise<Subject>} */
export async function takeSubject() {
  const { ensureBuilt } = await import("../../tools/setup.mjs");
  await ensureBuilt();
  rmSync(SUBJECT, { recursive: true, force: true });
  for (const part of ["bin", "dist", "package.json"]) {
    cpSync(path.join(CLI, part), path.join(SUBJECT, part), { recursive: true });
  }
  /** @type {Subject} */
  const subject = {
    version: JSON.parse(readFileSync(path.join(CLI, "package.json"), "utf8")).version,
    commit: git("rev-parse", "HEAD"),
    isChanged: git("status", "--porcelain", "--", "packages") !== "",
    build: hashOf(path.join(SUBJECT, "dist")),
  };
  writeFileSync(NOTE, `${JSON.stringify(subject, undefined, 1)}\n`);
  return subject;
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
