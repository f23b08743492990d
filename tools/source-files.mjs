// The files that people write, as opposed to those that tools make. Walks folders instead of asking
// git, so that it works on an unpacked archive and in the temporary trees of tests.

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

const MADE_BY_TOOLS = new Set(["node_modules", "dist", "build", "coverage", "fixtures", "out"]);

/**
 * Every file below `root/folder`, sorted, as paths relative to `root` with forward slashes; empty
 * when the folder does not exist.
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
export function filesBelow(root, folder) {
  const start = path.join(root, folder);
  if (!existsSync(start)) return [];
  return readdirSync(start, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .map((file) => file.split(path.sep).join("/"))
    .toSorted();
}

const SOURCE = /\.(ts|mts|mjs|js|go|css|html|sh)$/;

/**
 * Files that people write below these folders, without what tools made and without fixtures.
 * @param {string} root
 * @param {readonly string[]} [folders]
 * @param {RegExp} [pattern]
 * @returns {string[]}
 */
export function sourceFiles(root, folders = ["packages", "tools", "lab"], pattern = SOURCE) {
  return folders.flatMap((folder) => walk(root, folder)).filter((file) => pattern.test(file));
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function walk(root, folder) {
  const start = path.join(root, folder);
  if (!existsSync(start)) return [];
  const files = [];
  for (const entry of readdirSync(start, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || MADE_BY_TOOLS.has(entry.name)) continue;
    const relative = `${folder}/${entry.name}`;
    if (entry.isDirectory()) files.push(...walk(root, relative));
    else if (entry.isFile()) files.push(relative);
  }
  return files.toSorted();
}
