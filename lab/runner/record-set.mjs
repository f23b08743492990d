// `npm run lab -- record`: runs scenarios as the live set does and keeps their evidence in recordings/.

import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { Interrupted } from "./children.mjs";
import { newRow, record, WARM_UP_MS } from "./live.mjs";
import { planCells } from "./live-set.mjs";
import { OUT } from "./places.mjs";
import { addToManifest, archiveOf, readManifest, RECORDINGS, store } from "./recordings.mjs";
import { takeSubject } from "./subject.mjs";
import { needsLoad } from "./service.mjs";
import { buildProgram } from "./toolchains.mjs";

/** @typedef {import("./live.mjs").Cell} Cell */
/** @typedef {import("./recordings.mjs").Recording} Recording */

/** More than this and the whole grows past what a repository should carry. */
const MAX_BYTES = 250 * 1024;
/** A second and a half of a busy service's trace. */
const MAX_WITH_TRACE = 1_500 * 1024;

/**
 * Recorded where its path says nothing about the machine that recorded it: paths stand in smaps.
 * @param {string} executable
 * @param {string} name
 */
function place(executable, name) {
  const folder = path.join(os.tmpdir(), "heapwright-lab");
  mkdirSync(folder, { recursive: true });
  const placed = path.join(folder, name);
  rmSync(placed, { force: true });
  copyFileSync(executable, placed);
  return placed;
}

/** heap-leak-sessions-faulty-go1.26 @param {Cell} cell */
function nameOf({ scenario, variant, toolchain }) {
  const minor = /^go\d+\.\d+/.exec(toolchain.version)?.[0] ?? toolchain.version;
  return `${scenario.name}-${variant.kind}-${minor}`;
}

/**
 * @param {import("./live-set.mjs").SetOptions} options
 * @param {AbortSignal} signal
 */
export async function recordSet(options, signal) {
  const cells = await planCells({ ...options, repeat: 1 });
  const subject = await takeSubject();
  const done = new Map(readManifest().map((recording) => [recording.name, recording]));
  const first = cells[0]?.toolchain;
  if (first === undefined) return;
  const loadProgram = await buildProgram(first, "cmd/load", []);
  for (const cell of cells) {
    if (signal.aborted) throw new Interrupted();
    const name = nameOf(cell);
    const kept = done.get(name);
    if (!options.fresh && kept !== undefined && existsSync(path.join(RECORDINGS, kept.file))) {
      continue;
    }
    const folder = path.join(OUT, "recorded", name);
    const every = options.every ?? "2s";
    const isThere = existsSync(path.join(RECORDINGS, archiveOf(name)));
    if (!options.fresh && isThere && existsSync(path.join(folder, "capture.json"))) {
      // Recorded by a set that was stopped before its manifest was written.
      addToManifest(describe(cell, name, every, sealOf(folder), store(folder, name)));
      process.stdout.write(`${name.padEnd(44)} taken into the manifest\n`);
      continue;
    }
    const live = { ...options, every, loadProgram, subject, signal };
    const row = newRow(cell, live);
    await record(cell, folder, row, { ...live, place: (executable) => place(executable, name) });
    const stored = store(folder, name);
    addToManifest(describe(cell, name, every, sealOf(folder), stored));
    const kib = Math.round(stored.bytes / 1024);
    const most = cell.scenario.inputs.includes("trace") ? MAX_WITH_TRACE : MAX_BYTES;
    const note = stored.bytes > most ? "  TOO LARGE" : "";
    process.stdout.write(`${name.padEnd(44)} ${String(kib).padStart(5)} KiB${note}\n`);
  }
  const all = readManifest();
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  process.stdout.write(`${all.length} recordings, ${(total / 1024 ** 2).toFixed(1)} MiB\n`);
}

/**
 * @param {Cell} cell
 * @param {string} name
 * @param {string} every
 * @param {Seal} seal
 * @param {ReturnType<typeof store>} stored
 * @returns {Recording}
 */
function describe(cell, name, every, seal, stored) {
  const { scenario, variant, toolchain } = cell;
  return {
    name,
    scenario: scenario.name,
    kind: variant.kind,
    cause: scenario.cause,
    window: variant.window,
    acceptedLines: variant.acceptedLines.map(
      ({ file, from, to, role }) => /** @type {const} */ ([file, from, to, role]),
    ),
    ...(variant.asInformation === "" ? {} : { asInformation: variant.asInformation }),
    acceptedCauses: variant.acceptedCauses,
    limitBytes: scenario.limitBytes,
    goVersion: toolchain.version,
    heapwright: seal.tool,
    commands: commandsOf(cell, Math.round((seal.endMs - seal.startMs) / 1000), every),
    origin: "recorded by lab/run.mjs on Linux x86-64",
    licence: "Apache-2.0",
    date: new Date(seal.startMs).toISOString().slice(0, 10),
    ...stored,
    synthetic: false,
  };
}

/** @typedef {import("@heapwright/core/evidence/capture-record.ts").CaptureSeal} Seal */

/** @param {string} folder @returns {Seal} */
function sealOf(folder) {
  return JSON.parse(readFileSync(path.join(folder, "capture.json"), "utf8"));
}

/** @param {Cell} cell @param {number} seconds @param {string} every */
function commandsOf({ scenario, variant, toolchain }, seconds, every) {
  const build = ["go build -trimpath -buildvcs=false -o SERVICE", ...variant.buildFlags];
  const env = { ...variant.env, GODEBUG: [variant.env["GODEBUG"], "gctrace=1"].filter(Boolean) };
  const settings = Object.entries(env).map(([key, value]) => `${key}=${String(value)}`);
  const load = [
    `load -url http://127.0.0.1:PORT${variant.loadPath} -rate ${Math.max(variant.loadRps, 0.2)}`,
    `-profile ${variant.loadProfile} -max-inflight ${variant.maxInflight}`,
  ];
  if (variant.loadBody !== "") load.push(`-body ${JSON.stringify(variant.loadBody)}`);
  if (variant.idleConns > 0)
    load.push(`-conns ${variant.idleConns} -conn-path ${variant.idlePath}`);
  return [
    `GOTOOLCHAIN=${toolchain.version} ${build.join(" ")} ./${scenario.name}/${variant.kind}`,
    `${settings.join(" ")} SERVICE ${variant.args.join(" ")}`.trim(),
    ...(needsLoad(variant) ? [load.join(" ")] : []),
    `heapwright capture --pid PID --url http://127.0.0.1:PORT -o FOLDER --for ${seconds}s --every ${every}${scenario.inputs.includes("trace") ? ` --trace-for ${scenario.traceFor}` : ""}`,
    `started ${WARM_UP_MS / 1000} s after the load; stderr of the service added as gctrace.log`,
  ];
}
