// Where the public conformance data lies, for tests only; the same place as core's tests use. The data is
// not part of this repository: tests that use it are skipped, by name, when it is absent.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root =
  process.env["HEAPWRIGHT_CORPORA"] ??
  fileURLToPath(new URL("../../../../shared/corpora/", import.meta.url));

export function corpus(relative: string): string | undefined {
  const file = `${root.replace(/\/$/, "")}/${relative}`;
  return existsSync(file) ? file : undefined;
}
