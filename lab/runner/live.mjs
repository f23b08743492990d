// One live run: a fresh process under load, captured by heapwright, explained by heapwright, compared
// with what is true of the program.

import { copyFileSync, existsSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { askWhy, commandEnvironment, summaryOf } from "./answer.mjs";
import { Interrupted, pause, run } from "./children.mjs";
import { compare } from "./compare.mjs";
import { ANSWERS, CAPTURES } from "./places.mjs";
import { Load, Service, needsLoad } from "./service.mjs";
import { commandOf } from "./subject.mjs";
import { buildProgram } from "./toolchains.mjs";

/** @typedef {import("./scenarios.mjs").Scenario} Scenario */
/** @typedef {import("./scenarios.mjs").Variant} Variant */
/** @typedef {import("./toolchains.mjs").Toolchain} Toolchain */
/** @typedef {import("./results.mjs").Row} Row */

/**
 * One thing to run.
 * @typedef {object} Cell
 * @property {string} key
 * @property {Scenario} scenario
 * @property {Variant} variant
 * @property {Toolchain} toolchain
 */
/**
 * @typedef {object} LiveOptions
 * @property {string} loadProgram
 * @property {number} forSeconds at least this long; a scenario may ask for more
 * @property {string | undefined} every time between two samples of a capture's series
 * @property {boolean} ownGroup
 * @property {import("./subject.mjs").Subject} subject
 * @property {AbortSignal} signal
 * @property {(executable: string) => string} [place] copies the program to where it is to run
 */

/** From the first request to the capture: the process is up, the load is on. */
export const WARM_UP_MS = 5_000;
/** What a capture may take beyond `--for`. */
const CAPTURE_SLACK_MS = 60_000;

/**
 * @param {Cell} cell
 * @param {LiveOptions} options
 * @returns {Promise<Row>}
 */
export async function runLive(cell, options) {
  const started = Date.now();
  const folder = path.join(CAPTURES, cell.key.replaceAll("/", "_"));
  const row = newRow(cell, options);
  try {
    await record(cell, folder, row, options);
    await judge(cell, folder, row);
  } catch (error) {
    if (error instanceof Interrupted || options.signal.aborted) throw new Interrupted();
    row.failure = error instanceof Error ? error.message : String(error);
  }
  row.seconds = (Date.now() - started) / 1000;
  row.loadAverage = os.loadavg()[0] ?? 0;
  row.at = new Date().toISOString();
  return row;
}

/**
 * @param {Cell} cell
 * @param {LiveOptions} options
 * @returns {Row}
 */
export function newRow({ scenario, variant, toolchain, key }, options) {
  return {
    key,
    at: "",
    scenario: scenario.name,
    kind: variant.kind,
    window: variant.window,
    cause: scenario.cause,
    go: toolchain.version,
    subject: options.subject,
    recordedBy: options.subject.build,
    seconds: 0,
    captureSeconds: Math.max(options.forSeconds, variant.minSeconds),
    files: 0,
    bytes: 0,
    cycles: 0,
    rssBytes: 0,
    ownGroup: false,
    load: undefined,
    loadAverage: 0,
    comparison: undefined,
    said: undefined,
    failure: undefined,
  };
}

/**
 * Runs the service and captures it into `folder`.
 * @param {Cell} cell
 * @param {string} folder
 * @param {Row} row
 * @param {LiveOptions} options
 */
export async function record({ scenario, variant, toolchain, key }, folder, row, options) {
  const { signal } = options;
  const source = `${scenario.name}/${variant.kind}`;
  const built = await buildProgram(toolchain, source, variant.buildFlags);
  const executable = options.place?.(built) ?? built;
  if (signal.aborted) throw new Interrupted();
  rmSync(folder, { recursive: true, force: true });
  const service = new Service(executable, {
    name: key.replaceAll("/", "_"),
    args: variant.args,
    env: variant.env,
    ownGroup: options.ownGroup,
    cpuQuota: scenario.cpuQuota,
  });
  row.ownGroup = service.hasOwnGroup;
  try {
    await service.listening(signal);
    const load = needsLoad(variant)
      ? new Load(options.loadProgram, variant, service.url, row.captureSeconds + 120)
      : undefined;
    await pause(WARM_UP_MS, signal);
    if (load?.isRunning === false) throw new Error("the load generator ended at once");
    const traceFor = scenario.inputs.includes("trace") ? scenario.traceFor : undefined;
    await capture(service, folder, row.captureSeconds, options, traceFor);
    row.rssBytes = service.rssBytes;
    row.load = await load?.end();
  } finally {
    await service.end();
  }
  if (service.killedFor !== "") throw new Error(`the lab ended the service: ${service.killedFor}`);
  row.cycles = (readFileSync(service.log, "utf8").match(/^gc \d+ @/gm) ?? []).length;
  copyFileSync(service.log, path.join(folder, "gctrace.log"));
  service.forget();
  Object.assign(row, sizeOf(folder));
}

/**
 * @param {Service} service
 * @param {string} folder
 * @param {number} seconds
 * @param {Pick<LiveOptions, "every" | "subject" | "signal">} options
 * @param {string} [traceFor]
 */
export async function capture(service, folder, seconds, { every, subject, signal }, traceFor) {
  const args = ["capture", "--pid", String(service.pid), "--url", service.url, "-o", folder];
  args.push("--for", `${seconds}s`, "--quiet");
  if (every !== undefined) args.push("--every", every);
  if (traceFor !== undefined) args.push("--trace-for", traceFor);
  const captured = await run(process.execPath, [commandOf(subject), ...args], {
    env: commandEnvironment(),
    timeoutMs: seconds * 1_000 + CAPTURE_SLACK_MS,
  });
  if (signal.aborted) throw new Interrupted();
  if (captured.status !== 0 || !existsSync(path.join(folder, "capture.json"))) {
    const why = captured.timedOut ? "took too long" : captured.stderr.trim();
    throw new Error(`capture ended with ${captured.status}: ${why.slice(0, 2_000)}`);
  }
}

/**
 * Asks for the answer and compares it.
 * @param {Cell} cell
 * @param {string} folder
 * @param {Row} row
 */
export async function judge({ scenario, variant, key }, folder, row) {
  const answer = await askWhy(row.subject, folder, {
    limitBytes: scenario.limitBytes,
    keepAs: path.join(ANSWERS, `${key.replaceAll("/", "_")}.json`),
  });
  row.said = summaryOf(answer);
  row.comparison = compare({ ...variant, cause: scenario.cause }, answer);
}

/** @param {string} folder */
function sizeOf(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = files.map((file) => statSync(path.join(file.parentPath, file.name)).size);
  return { files: files.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}
