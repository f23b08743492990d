// Runs a program and tells what it cost, as the kernel counts it. Linux: /proc. A program that takes more
// time or memory than it may is ended, and what it cost until then stands for it.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";

const MAX_SECONDS = 240;
const MAX_MIB = 10 * 1024;
const LOOK_MS = 20;
/** Of /proc/PID/stat; the same on every Linux that Go and Node run on. */
const TICKS_PER_SECOND = 100;

/** @param {number} pid */
function costOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    // A process that has ended and is not waited for yet has no memory any more.
    if (peak === null) return undefined;
    const cpu = (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    return { cpu, mib: Number(peak[1]) / 1024 };
  } catch (error) {
    if (
      error instanceof Error &&
      "code" in error &&
      (error.code === "ENOENT" || error.code === "ESRCH")
    ) {
      return undefined;
    }
    throw error;
  }
}

/** @param {string} url */
async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(MAX_SECONDS * 1000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Not listening yet, or ended meanwhile: the caller looks again or sees the exit.
    return false;
  }
}

/**
 * Until the program ends, or, with `page`, until that page of the server that it says it has answers.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [page]
 * @returns {Promise<{ wall: number, cpu: number, mib: number, isCutOff?: true }>}
 */
export async function watched(command, args, page) {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const child = spawn(command, [...args], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, BROWSER: "true" },
  });
  let said = "";
  const state = { isAsked: false, isDone: false, hasEnded: false };
  child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
    if (said.length < 1e5) said += text;
    const base = /https?:\/\/[\d.:]+/.exec(said)?.[0];
    if (page === undefined || base === undefined || state.isAsked) return;
    state.isAsked = true;
    void answers(base + page).then((isOk) => {
      state.isDone = isOk;
    });
  });
  /** @type {Promise<number | null>} */
  const exit = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  let cost = { cpu: 0, mib: 0 };
  const pid = child.pid ?? 0;
  const ended = exit.finally(() => {
    state.hasEnded = true;
  });
  let isCutOff = false;
  while (!state.hasEnded && !state.isDone && !isCutOff) {
    cost = costOf(pid) ?? cost;
    isCutOff = seconds() > MAX_SECONDS || cost.mib > MAX_MIB;
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, LOOK_MS))]);
  }
  cost = costOf(pid) ?? cost;
  const wall = seconds();
  if (!state.hasEnded) child.kill("SIGKILL");
  const code = await ended;
  if (code !== 0 && !state.isDone && !isCutOff) {
    throw new Error(`${command} ${args.join(" ")}: exit code ${code}: ${said.slice(-2000)}`);
  }
  return isCutOff ? { wall, ...cost, isCutOff } : { wall, ...cost };
}
