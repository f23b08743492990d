// Evidence that can be asked about without running anything: the recordings, or what the live runs left.

import { existsSync } from "node:fs";
import path from "node:path";
import { isMatch } from "./live-set.mjs";
import { CAPTURES } from "./places.mjs";
import { readManifest, unpacked } from "./recordings.mjs";
import { readResults } from "./results.mjs";
import { readScenarios } from "./scenarios.mjs";

/**
 * @typedef {object} Source
 * @property {string} key
 * @property {string} folder
 * @property {string} window
 * @property {string} go
 * @property {number | undefined} limitBytes
 * @property {boolean} synthetic
 * @property {import("./compare.mjs").Expectation} expected
 */

/** @param {readonly string[]} only @returns {Source[]} */
export function recordedSources(only) {
  return readManifest()
    .filter(({ scenario, kind }) => isWanted(only, `${scenario}/${kind}`))
    .map((recording) => ({
      key: recording.name,
      folder: unpacked(recording),
      window: recording.window,
      go: recording.goVersion,
      limitBytes: recording.limitBytes,
      synthetic: recording.synthetic,
      expected: {
        kind: recording.kind,
        cause: recording.cause,
        asInformation: recording.asInformation ?? "",
        acceptedCauses: recording.acceptedCauses,
        acceptedLines: recording.acceptedLines.map(([file, from, to, role]) => ({
          file,
          from,
          to,
          role,
        })),
      },
    }));
}

/** @param {readonly string[]} only @returns {Source[]} */
export function liveSources(only) {
  const scenarios = new Map(readScenarios().map((scenario) => [scenario.name, scenario]));
  return readResults().flatMap((row) => {
    const scenario = scenarios.get(row.scenario);
    const variant = scenario?.variants.find(({ kind }) => kind === row.kind);
    const folder = path.join(CAPTURES, row.key.replaceAll("/", "_"));
    if (scenario === undefined || variant === undefined || !existsSync(folder)) return [];
    if (!isWanted(only, `${row.scenario}/${row.kind}`)) return [];
    const { name: key, window, limitBytes } = { ...scenario, ...variant, name: row.key };
    const expected = { ...variant, cause: scenario.cause };
    return [{ key, folder, window, go: row.go, limitBytes, synthetic: false, expected }];
  });
}

/** @param {readonly string[]} only @param {string} name */
const isWanted = (only, name) => only.length === 0 || only.some((each) => isMatch(each, name));
