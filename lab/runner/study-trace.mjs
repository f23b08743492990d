// `npm run lab -- study-trace`: does a trace say of assists and pauses what the runtime's own counters say?
// lab/studies/trace-cost traces itself and prints both readings of its counters; the window is that between
// the ends of its first and last cycle. Wanted: assist CPU within 5 % or 2 ms, pauses within 2 % or 50 µs a stop.
// Pauses as the runtime's own clock counts them (analysis/trace/cycle-ends.ts); "begin to end" is how long
// goroutines stood still.
//
// How it can mislead: a trace shows wall time on a P, and so does the runtime, but not between the same two
// instructions. On a machine short of CPU the kernel takes threads off theirs in between, and the two part.

import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { loadAnswering } from "./bundle.mjs";
import { run } from "./children.mjs";
import { LAB, OUT } from "./places.mjs";
import { tableOf } from "./tables.mjs";
import { buildProgram, openToolchain } from "./toolchains.mjs";

const MILLISECONDS = 2000;

/** @typedef {{ assistSec: number, dedicatedSec: number, idleSec: number, pauseTotalSec: number, cycles: number }} Counters */
/** @typedef {{ before: Counters, after: Counters, gomaxprocs: number }} Printed */

/**
 * @param {import("./live-set.mjs").SetOptions} options `repeat` is the number of runs per toolchain
 * @param {AbortSignal} signal
 */
export async function studyTrace(options, signal) {
  const { read, gcOfTrace } = await loadAnswering();
  const rows = [];
  let misses = 0;
  for (const wanted of options.go) {
    const toolchain = await openToolchain(wanted);
    const program = await buildProgram(toolchain, "studies/trace-cost", []);
    for (let i = 0; i < Math.max(3, options.repeat) && !signal.aborted; i++) {
      const folder = path.join(OUT, "study-trace");
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      const { status, stdout, stderr } = await run(
        program,
        [path.join(folder, "app.trace"), String(MILLISECONDS)],
        { cwd: LAB, timeoutMs: MILLISECONDS * 20 },
      );
      if (status !== 0) throw new Error(`trace-cost: ${stderr.trim()}`);
      /** @type {Printed} */
      const printed = JSON.parse(stdout);
      /** @param {keyof Counters} name */
      const counted = (name) => printed.after[name] - printed.before[name];
      const traced = gcOfTrace(await read(folder), counted("cycles"));
      if (traced === undefined) throw new Error("the trace lacks cycles");
      const assist = counted("assistSec");
      const pause = counted("pauseTotalSec");
      const assistOff = traced.assistNs / 1e9 - assist;
      const pauseOff = traced.pauseNs / 1e9 - pause;
      const assistOk = Math.abs(assistOff) <= Math.max(0.05 * assist, 0.002);
      const pauseOk = Math.abs(pauseOff) <= Math.max(0.02 * pause, 50e-6 * traced.gcStops);
      if (!assistOk || !pauseOk) misses += 1;
      rows.push([
        toolchain.version,
        pair(traced.assistNs / 1e9, assist, assistOk),
        pair(traced.pauseNs / 1e9, pause, pauseOk),
        `${((pauseOff / traced.gcStops) * 1e6).toFixed(1)} µs`,
        (traced.gcStopNs / 1e6).toFixed(1),
        pair(traced.workerNs / 1e9, counted("dedicatedSec"), true),
        pair(traced.idleNs / 1e9, counted("idleSec"), true),
      ]);
    }
  }
  const head = [
    "Go",
    "assist ms",
    "pauses ms",
    "off per stop",
    "begin to end",
    "workers ms",
    "idle ms",
  ];
  process.stdout.write(`trace, runtime, difference\n${tableOf(head, rows)}\n`);
  if (misses > 0) process.exitCode = 1;
}

/** @param {number} traced @param {number} counted @param {boolean} isOk */
function pair(traced, counted, isOk) {
  const off = counted > 0 ? ` ${((traced / counted - 1) * 100).toFixed(1)} %` : "";
  return `${(traced * 1e3).toFixed(1)} ${(counted * 1e3).toFixed(1)}${off}${isOk ? "" : " MISS"}`;
}
