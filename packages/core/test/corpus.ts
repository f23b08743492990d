// Where the public conformance data lies, for tests only. The data is not part of this repository;
// tests that use it are skipped, by name, when it is absent.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT =
  process.env["HEAPWRIGHT_CORPORA"] ??
  fileURLToPath(new URL("../../../../shared/corpora/", import.meta.url));

/** Absolute path below the corpora, or undefined when it is not there. */
export function corpus(relative: string): string | undefined {
  const path = `${ROOT.replace(/\/$/, "")}/${relative}`;
  return existsSync(path) ? path : undefined;
}
