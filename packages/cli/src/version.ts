import { readFileSync } from "node:fs";
import path from "node:path";

/** The version in the package.json of a folder. */
export function versionOf(folder: string): string {
  const parsed: unknown = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
  return typeof parsed === "object" && parsed !== null && "version" in parsed
    ? String(parsed.version)
    : "unknown";
}
