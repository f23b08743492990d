// `npm run lab -- replay`: what today's sources say of every recording, in one process.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { summaryOf } from "./answer.mjs";
import { loadAnswering } from "./bundle.mjs";
import { Interrupted } from "./children.mjs";
import { compare } from "./compare.mjs";
import { OUT } from "./places.mjs";
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
    rows.push({ ...entry, synthetic, said: said === undefined ? undefined : summaryOf(said) });
    process.stdout.write(`${lineOf(entry, `${((Date.now() - at) / 1000).toFixed(1)} s`)}\n`);
  }
  const tally = tallyOf(entries);
  const synthetic = sources.filter((source) => source.synthetic).length;
  process.stdout.write(
    `\n${printTally(tally)}\n${sources.length} recordings, ${synthetic} of them synthetic, ${((Date.now() - started) / 1000).toFixed(1)} s\n`,
  );
  writeFileSync(
    path.join(OUT, "replay.json"),
    `${JSON.stringify({ at: new Date().toISOString(), tally, rows }, undefined, 1)}\n`,
  );
}
