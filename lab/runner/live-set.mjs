// `npm run lab`: every scenario, faulty and healthy, on every toolchain asked for; goes on where an
// interrupted set stopped.

import { writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Interrupted } from "./children.mjs";
import { judge, runLive } from "./live.mjs";
import { CAPTURES, SUMMARY } from "./places.mjs";
import { appendResult, forgetResults, readResults } from "./results.mjs";
import { readScenarios } from "./scenarios.mjs";
import { keepSubject, keptSubject, takeSubject } from "./subject.mjs";
import { lineOf, printTally, tallyOf } from "./tables.mjs";
import { buildProgram, openToolchain } from "./toolchains.mjs";

/** @typedef {import("./live.mjs").Cell} Cell */
/** @typedef {import("./results.mjs").Row} Row */
/**
 * @typedef {object} SetOptions
 * @property {readonly string[]} go versions, or "local"
 * @property {readonly string[]} only patterns of scenario or scenario/kind, * for anything
 * @property {number} repeat
 * @property {number} jobs
 * @property {boolean} fresh
 * @property {number} forSeconds
 * @property {string | undefined} every
 * @property {boolean} ownGroup
 * @property {boolean} beside although another set of runs goes on
 * @property {boolean} keptBuild rejudge: the build in lab/out/heapwright, not today's
 * @property {boolean} fromLive replay and ablation: the live runs' evidence instead of the recordings
 */

/** @param {SetOptions} options @returns {Promise<Cell[]>} */
export async function planCells({ go, only, repeat }) {
  const toolchains = [];
  for (const wanted of go) toolchains.push(await openToolchain(wanted));
  /** @type {Cell[]} */
  const cells = [];
  for (const toolchain of toolchains) {
    for (const scenario of readScenarios()) {
      for (const variant of scenario.variants) {
        const name = `${scenario.name}/${variant.kind}`;
        if (only.length > 0 && !only.some((pattern) => isMatch(pattern, name))) continue;
        for (let i = 1; i <= repeat; i += 1) {
          const key = `${name}/${toolchain.version}${i === 1 ? "" : `/${i}`}`;
          cells.push({ key, scenario, variant, toolchain });
        }
      }
    }
  }
  if (cells.length === 0) throw new Error(`no scenario is called ${only.join(", ")}`);
  return cells;
}

/** @param {string} pattern @param {string} name scenario/kind */
export function isMatch(pattern, name) {
  const regex = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${regex}(?:/(?:faulty|healthy))?$`).test(name);
}

/**
 * @param {SetOptions} options
 * @param {AbortSignal} signal
 */
export async function runSet(options, signal) {
  const cells = await planCells(options);
  if (options.fresh) forgetResults();
  const done = new Map(readResults().map((row) => [row.key, row]));
  const kept = options.fresh ? undefined : keptSubject();
  const subject = kept ?? (await takeSubject());
  keepSubject(subject);
  say(
    `heapwright ${subject.version} build ${subject.build}, commit ${subject.commit.slice(0, 12)}${subject.isChanged ? " with changes" : ""}`,
  );
  const left = cells.filter(({ key }) => done.get(key)?.comparison === undefined);
  say(`${cells.length} runs, ${cells.length - left.length} done before, ${left.length} to go\n`);
  const local = cells[0]?.toolchain;
  if (local === undefined) return;
  const loadProgram = await buildProgram(local, "cmd/load", []);
  const queue = [...left];
  let at = cells.length - left.length;
  const worker = async () => {
    for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
      if (signal.aborted) throw new Interrupted();
      const row = await runLive(cell, { ...options, loadProgram, subject, signal });
      appendResult(row);
      at += 1;
      say(`${String(at).padStart(3)}/${cells.length}  ${lineOf(row, detailsOf(row))}`);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.jobs }, worker));
  } finally {
    conclude(cells, options.jobs);
  }
}

/**
 * Asks today's build about the evidence that earlier live runs left, without running them again.
 * @param {SetOptions} options
 * @param {AbortSignal} signal
 */
export async function rejudgeSet(options, signal) {
  const cells = await planCells(options);
  const rows = new Map(readResults().map((row) => [row.key, row]));
  const subject = (options.keptBuild ? keptSubject() : undefined) ?? (await takeSubject());
  say(`heapwright ${subject.version} build ${subject.build}\n`);
  for (const cell of cells) {
    if (signal.aborted) throw new Interrupted();
    const row = rows.get(cell.key);
    // Without evidence there is nothing to judge again.
    if (row === undefined || row.files === 0) continue;
    /** @type {Row} */
    const fresh = { ...row, subject, at: new Date().toISOString(), failure: undefined };
    const before = row.comparison;
    try {
      await judge(cell, path.join(CAPTURES, cell.key.replaceAll("/", "_")), fresh);
    } catch (error) {
      fresh.comparison = undefined;
      fresh.failure = error instanceof Error ? error.message : String(error);
    }
    appendResult(fresh);
    const was =
      before === undefined || JSON.stringify(before) === JSON.stringify(fresh.comparison)
        ? ""
        : `was ${before.outcome} ${before.said} ${before.confidence ?? ""} line ${before.line}`;
    say(lineOf(fresh, was));
  }
  conclude(cells, 1);
}

/** @param {Row} row */
function detailsOf(row) {
  const load = row.load;
  const parts = [`${row.seconds.toFixed(0)} s`, `${row.cycles} GC`];
  if (load !== undefined && load.sent > 0 && load.late / load.sent > 0.05) {
    parts.push(`${Math.round((100 * load.late) / load.sent)} % of the load was late`);
  }
  if (row.said !== undefined && row.said.processes !== 1) {
    parts.push(`${row.said.processes} processes`);
  }
  return parts.join(", ");
}

/** @param {readonly Cell[]} cells @param {number} jobs */
function conclude(cells, jobs) {
  const rows = new Map(readResults().map((row) => [row.key, row]));
  const entries = cells.map(({ key, scenario, variant, toolchain }) => ({
    key,
    kind: variant.kind,
    cause: scenario.cause,
    window: variant.window,
    go: toolchain.version,
    comparison: rows.get(key)?.comparison,
    failure: rows.get(key)?.failure,
  }));
  const tally = tallyOf(entries);
  const used = cells.flatMap(({ key }) => rows.get(key) ?? []);
  const builds = [...new Set(used.map(({ subject }) => subject.build))];
  say(`\n${printTally(tally)}`);
  if (builds.length > 1) say(`these results are of ${builds.length} builds: ${builds.join(", ")}`);
  const machine = {
    cpus: os.cpus().length,
    model: os.cpus()[0]?.model ?? "unknown",
    platform: `${os.platform()} ${os.release()} ${os.arch()}`,
    jobs,
  };
  const summary = { at: new Date().toISOString(), builds, machine, tally, rows: used };
  writeFileSync(SUMMARY, `${JSON.stringify(summary, undefined, 1)}\n`);
}

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`);
}
