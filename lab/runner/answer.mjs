// Asks the heapwright under test about an evidence folder.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { run } from "./children.mjs";
import { OUT } from "./places.mjs";
import { commandOf } from "./subject.mjs";

const WHY_MS = 180_000;

/** The command remembers the last folder for its user; the lab's folders are not the user's. */
export function commandEnvironment() {
  return {
    ...process.env,
    XDG_CACHE_HOME: path.join(OUT, "cache"),
    LC_ALL: "C.UTF-8",
    NO_COLOR: "1",
  };
}

/**
 * @param {import("./subject.mjs").Subject} subject
 * @param {string} folder
 * @param {{ limitBytes: number | undefined, keepAs?: string }} options keepAs: file for the whole answer
 * @returns {Promise<import("./compare.mjs").Answer>}
 */
export async function askWhy(subject, folder, { limitBytes, keepAs }) {
  const limit = limitBytes === undefined ? [] : ["--limit", String(limitBytes)];
  const asked = await run(
    process.execPath,
    [commandOf(subject), "why", folder, "--json", "--quiet", ...limit],
    {
      env: commandEnvironment(),
      timeoutMs: WHY_MS,
    },
  );
  if (asked.status !== 0) {
    const why = asked.timedOut ? `no answer in ${WHY_MS / 1000} s` : asked.stderr.trim();
    throw new Error(`why ended with ${asked.status}: ${why.slice(0, 2_000)}`);
  }
  if (keepAs !== undefined) {
    mkdirSync(path.dirname(keepAs), { recursive: true });
    writeFileSync(keepAs, asked.stdout);
  }
  return JSON.parse(asked.stdout);
}

/**
 * @param {import("./compare.mjs").Answer} answer
 * @returns {import("./results.mjs").Said}
 */
export function summaryOf(answer) {
  const damage = answer.diagnostics.filter(({ severity }) => severity !== "note");
  return {
    status: answer.status,
    headline: answer.headline.text,
    facts: textsOf(answer.facts),
    verdicts: answer.verdicts.map((verdict) => ({
      cause: verdict.cause,
      fault: verdict.fault,
      confidence: verdict.confidence,
      headline: verdict.headline.text,
      facts: textsOf(verdict.facts),
      sites: verdict.sites.map(
        (site) => `${site.file}:${site.line} ${site.function} (${site.role})`,
      ),
    })),
    missing: answer.missing.map(({ what }) => what),
    damage: [...new Set(damage.map(({ code }) => code))],
    processes: answer.processes.length,
  };
}

/** @param {readonly import("./compare.mjs").Statement[]} statements */
function textsOf(statements) {
  return statements.map(({ text }) => text);
}
