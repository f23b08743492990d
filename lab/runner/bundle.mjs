// Bundles answering.mjs to lab/out, so that Node without type stripping can run today's sources.

import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { OUT, ROOT } from "./places.mjs";

/** @returns {Promise<typeof import("./answering.mjs")>} */
export async function loadAnswering() {
  // A file of its own for each process: replay and ablation may run beside each other.
  const outfile = path.join(OUT, "answering", `${process.pid}.mjs`);
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["lab/runner/answering.mjs"],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    sourcemap: "inline",
    logLevel: "warning",
  });
  return import(pathToFileURL(outfile).href);
}
