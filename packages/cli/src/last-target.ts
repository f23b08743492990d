// Remembers where the last answer's evidence lies, so that `evidence ID` and `view` need no path.
// One small file in the user's cache folder; nothing of the evidence itself is copied.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";

function file(): string {
  const base =
    process.env["XDG_CACHE_HOME"] ||
    (process.platform === "win32"
      ? process.env["LOCALAPPDATA"] || join(homedir(), "AppData", "Local")
      : join(homedir(), ".cache"));
  return join(base, "heapwright", "last.json");
}

export function rememberPaths(paths: readonly string[]): void {
  try {
    mkdirSync(dirname(file()), { recursive: true });
    writeFileSync(file(), JSON.stringify({ paths: paths.map((p) => resolve(p)) }));
  } catch {
    // A read-only home costs the convenience of a later command, not this answer.
  }
}

export function lastPaths(): string[] | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file(), "utf8"));
    if (
      typeof parsed === "object" &&
      parsed !== null &&
      "paths" in parsed &&
      Array.isArray(parsed.paths)
    ) {
      return parsed.paths.filter((p): p is string => typeof p === "string");
    }
    return undefined;
  } catch {
    return undefined;
  }
}
