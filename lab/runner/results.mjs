// Results of the live runs: one JSON line a run in lab/out/results.jsonl, appended when it is done, so
// that an interrupted set goes on where it stopped. The last line of a key counts.

import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { OUT, RESULTS } from "./places.mjs";

/**
 * @typedef {object} Row
 * @property {string} key scenario, kind, toolchain and repetition
 * @property {string} at when it ended, ISO
 * @property {string} scenario
 * @property {"faulty" | "healthy"} kind
 * @property {string} window of a healthy one
 * @property {string} cause the true one
 * @property {string} go
 * @property {import("./subject.mjs").Subject} subject the build that answered
 * @property {string} recordedBy the build that captured
 * @property {number} seconds the whole run took
 * @property {number} captureSeconds
 * @property {number} files in the evidence folder
 * @property {number} bytes
 * @property {number} cycles GC cycles in gctrace, over the whole life of the service
 * @property {number} rssBytes at the end of the capture
 * @property {boolean} ownGroup the service had a control group of its own
 * @property {import("./service.mjs").LoadResult | undefined} load
 * @property {number} loadAverage of the machine over the last minute, at the end
 * @property {import("./compare.mjs").Comparison | undefined} comparison
 * @property {Said | undefined} said
 * @property {string | undefined} failure why there is no comparison
 */
/**
 * What a person needs to see what was said, without the whole answer.
 * @typedef {object} Said
 * @property {string} status
 * @property {string} headline
 * @property {readonly string[]} facts
 * @property {readonly { cause: string, fault: boolean, confidence: string, headline: string, facts: readonly string[], sites: readonly string[] }[]} verdicts
 * @property {readonly string[]} missing
 * @property {readonly string[]} damage codes of diagnostics that are not notes
 * @property {number} processes
 */

/** @returns {Row[]} */
export function readResults() {
  if (!existsSync(RESULTS)) return [];
  /** @type {Map<string, Row>} */
  const rows = new Map();
  for (const line of readFileSync(RESULTS, "utf8").split("\n")) {
    if (line === "") continue;
    /** @type {Row} */
    const row = JSON.parse(line);
    rows.delete(row.key);
    rows.set(row.key, row);
  }
  return [...rows.values()];
}

/** @param {Row} row */
export function appendResult(row) {
  mkdirSync(OUT, { recursive: true });
  appendFileSync(RESULTS, `${JSON.stringify(row)}\n`);
}

export function forgetResults() {
  rmSync(RESULTS, { force: true });
}
