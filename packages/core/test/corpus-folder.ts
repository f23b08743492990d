// A folder of recorded files to artefacts, as the command reads it: gzip undone, format told by
// content, what no format claims left out.

import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Artefact } from "../src/evidence/artefact.ts";
import { detectFormat } from "../src/formats/registry.ts";
import { FormatError } from "../src/model/errors.ts";
import { corpus } from "./corpus.ts";
import { bytesOf, readAll } from "./reading.ts";
import { filesBelow } from "./system-fixtures.ts";

/** Truth about a case, never evidence. */
const TRUTH = /(^|\/)facts[^/]*\.json$/;

/** Undefined when the corpus is absent. */
export function corpusArtefacts(
  relative: string,
  keep: (name: string) => boolean = () => true,
): Artefact[] | undefined {
  const folder = corpus(relative);
  if (folder === undefined) return undefined;
  const out: Artefact[] = [];
  for (const path of filesBelow(folder)) {
    const name = path.slice(folder.length + 1);
    if (TRUTH.test(name) || !keep(name)) continue;
    const artefact = artefactOf(path, name);
    if (artefact !== undefined) out.push(artefact);
  }
  return out;
}

function artefactOf(path: string, name: string): Artefact | undefined {
  const stored = bytesOf(path);
  if (stored.length === 0) return undefined;
  const isGzip = stored[0] === 0x1f && stored[1] === 0x8b;
  try {
    const bytes = isGzip ? new Uint8Array(gunzipSync(stored)) : stored;
    const found = detectFormat(bytes.subarray(0, 64 * 1024), name);
    if (found === undefined) return undefined;
    const result = readAll(found.format, bytes, name);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return {
      id: sha256.slice(0, 8),
      name,
      sha256,
      bytes: bytes.length,
      format: found.format.id,
      table: result.table,
      diagnostics: result.diagnostics,
      completeness: result.completeness,
      fileTimeMs: undefined,
      record: undefined,
    };
  } catch (error) {
    // A file cut by the death of its process: the command names it and goes on.
    if (error instanceof FormatError || isTornGzip(error)) return undefined;
    throw error;
  }
}

function isTornGzip(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "Z_BUF_ERROR";
}
