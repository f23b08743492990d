// `npm run lab -- replay`: what today's sources say of every recording, in one process. A recording that
// is not answered as it must be, and is not in recordings/known-misses.json, makes it end with 1; so does
// one that is listed and is right by now, so that the list only holds what is true.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { summaryOf } from "./answer.mjs";
import { loadAnswering } from "./bundle.mjs";
import { Interrupted } from "./children.mjs";
import { compare, isMet } from "./compare.mjs";
import { OUT } from "./places.mjs";
import { readKnownMisses } from "./recordings.mjs";
import { liveSources, recordedSources } from "./sources.mjs";
import { lineOf, printTally, tallyOf } from "./tables.mjs";

/**
 * @param {import("./live-set.mjs").SetOptions} options
 * @param {AbortSignal} signal
 */
export async function replay(options, signal) {
  const sources = options.fromLive ? liveSources(options.only) : recordedSources(options.only);
  if (sources.length === 0) throw new Error("there is no recording of that name");
  const started = Date.now();
  const { read, answer } = await loadAnswering();
  const misses = options.fromLive ? new Map() : readKnownMisses();
  const entries = [];
  const rows = [];
  for (const { key, folder, window, go, limitBytes, expected, synthetic } of sources) {
    if (signal.aborted) throw new Interrupted();
    const at = Date.now();
    const said = answer(await read(folder), limitBytes);
    const comparison = said === undefined ? undefined : compare(expected, said);
    const failure = said === undefined ? "nothing could be read" : undefined;
    const entry = {
      key,
      kind: expected.kind,
      cause: expected.cause,
      window,
      go,
      comparison,
      failure,
    };
    entries.push(entry);
    const met = comparison !== undefined && isMet(comparison);
    rows.push({
      ...entry,
      synthetic,
      met,
      knownMiss: misses.get(key),
      said: said === undefined ? undefined : summaryOf(said),
    });
    process.stdout.write(`${lineOf(entry, `${((Date.now() - at) / 1000).toFixed(1)} s`)}\n`);
  }
  const tally = tallyOf(entries);
  const synthetic = sources.filter((source) => source.synthetic).length;
  process.stdout.write(
    `\n${printTally(tally)}\n${sources.length} recordings, ${synthetic} of them synthetic, ${((Date.now() - started) / 1000).toFixed(1)} s\n`,
  );
  const unexpected = rows.filter(({ met, knownMiss }) => met === (knownMiss !== undefined));
  for (const { key, met } of options.fromLive ? [] : unexpected) {
    process.stdout.write(
      `${key} ${met ? "is right by now: take it off" : "must be mended or put on"} known-misses.json\n`,
    );
    process.exitCode = 1;
  }
  writeFileSync(
    path.join(OUT, "replay.json"),
    `${JSON.stringify({ at: new Date().toISOString(), tally, rows }, undefined, 1)}\n`,
  );
}
