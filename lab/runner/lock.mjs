// One set of runs at a time: two services under load beside each other measure each other.

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { OUT } from "./places.mjs";

const LOCK = path.join(OUT, "running.pid");

/**
 * @template T
 * @param {boolean} beside the user knows of the other set and wants both
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function alone(beside, work) {
  const other = holder();
  if (other !== undefined) {
    if (beside) return work();
    throw new Error(
      `another set of runs goes on (pid ${other}); both would disturb each other. --beside runs anyway`,
    );
  }
  mkdirSync(OUT, { recursive: true });
  writeFileSync(LOCK, String(process.pid));
  try {
    return await work();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

/** @returns {number | undefined} pid of a living holder */
function holder() {
  try {
    const pid = Number(readFileSync(LOCK, "utf8"));
    process.kill(pid, 0);
    return pid;
  } catch (error) {
    // No lock, or its holder is gone.
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
