// Where the lab reads and writes. Everything it makes lies below lab/out, which git ignores.

import path from "node:path";
import { fileURLToPath } from "node:url";

export const LAB = fileURLToPath(new URL("..", import.meta.url));
export const ROOT = path.dirname(path.resolve(LAB));
export const OUT = path.join(LAB, "out");
/** Built Go programs, one folder a toolchain. */
export const BIN = path.join(OUT, "bin");
/** Evidence of the live runs, one folder a run. */
export const CAPTURES = path.join(OUT, "captures");
/** Full answers of the live runs, as JSON. */
export const ANSWERS = path.join(OUT, "answers");
/** Builds of heapwright under test, one folder each. */
export const SUBJECTS = path.join(OUT, "heapwright");
export const RESULTS = path.join(OUT, "results.jsonl");
export const SUMMARY = path.join(OUT, "summary.json");
