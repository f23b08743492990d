// Test programs bundled to plain JavaScript: Node 20 runs no TypeScript.

import { build } from "esbuild";
import { chmodSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { rmSync } from "node:fs";

/** Readable by every user: some tests run it as nobody. */
export async function bundled(program: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "heapwright-program-"));
  chmodSync(folder, 0o755);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const outfile = path.join(folder, "program.mjs");
  await build({
    entryPoints: [fileURLToPath(new URL(program, import.meta.url))],
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    outfile,
    logLevel: "error",
  });
  return outfile;
}
