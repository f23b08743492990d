// Where the recorded files of one process and its control group lie; see their MANIFEST.md.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { corpus } from "./corpus.ts";
import { bytesOf } from "./reading.ts";

const FIXTURES = fileURLToPath(new URL("./fixtures/", import.meta.url));

export function fixture(relative: string): Uint8Array {
  return bytesOf(join(FIXTURES, relative));
}

export function filesBelow(folder: string): string[] {
  const out: string[] = [];
  for (const entry of readdirSync(folder).sort()) {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) out.push(...filesBelow(path));
    else out.push(path);
  }
  return out;
}

/** Files of the kernel corpus whose base name is one of these; empty when it is absent. */
export function kernelFiles(...names: readonly string[]): string[] {
  const folder = corpus("kernel");
  if (folder === undefined) return [];
  const wanted = new Set(names);
  return filesBelow(folder).filter((path) => wanted.has(path.slice(path.lastIndexOf("/") + 1)));
}

/** Snapshots during which the process died: files in them may be short. */
export function isTorn(path: string): boolean {
  return path.includes("/cut/");
}
