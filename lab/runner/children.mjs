// Every process the lab starts is known here by its pid, so that an interrupted run leaves none behind
// and nothing else is ever signalled.

import { spawn } from "node:child_process";

/** @typedef {import("node:child_process").ChildProcess} ChildProcess */
/** @typedef {import("node:child_process").SpawnOptions} SpawnOptions */
/** @typedef {{ status: number, stdout: string, stderr: string, timedOut: boolean }} Finished */

/** @type {Set<ChildProcess>} */
const running = new Set();

/** The run was interrupted; told to whoever waits. */
export class Interrupted extends Error {
  constructor() {
    super("interrupted");
    this.name = "Interrupted";
  }
}

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {SpawnOptions} options
 */
export function start(command, args, options) {
  const child = spawn(command, args, options);
  running.add(child);
  child.once("exit", () => running.delete(child));
  child.once("error", () => running.delete(child));
  return child;
}

/** @param {ChildProcess} child */
export function hasEnded(child) {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}

/**
 * Asks a child to end, and makes it after `graceMs`.
 * @param {ChildProcess} child
 * @param {NodeJS.Signals} signal
 * @param {number} graceMs
 */
export async function stop(child, signal = "SIGTERM", graceMs = 5_000) {
  if (hasEnded(child)) return;
  /** @type {Promise<void>} */
  const gone = new Promise((resolve) => {
    child.once("exit", () => resolve());
  });
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await gone;
  clearTimeout(timer);
}

export async function stopAll() {
  await Promise.all([...running].map((child) => stop(child, "SIGTERM", 3_000)));
}

/**
 * Runs a command to its end, with a bound on time and on what it may print.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {SpawnOptions & { timeoutMs: number }} options
 * @returns {Promise<Finished>}
 */
export function run(command, args, { timeoutMs, ...options }) {
  return new Promise((resolve, reject) => {
    const child = start(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const out = new Collected();
    const err = new Collected();
    child.stdout?.on("data", (/** @type {Buffer} */ chunk) => out.add(chunk));
    child.stderr?.on("data", (/** @type {Buffer} */ chunk) => err.add(chunk));
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      void stop(child, "SIGTERM", 3_000);
    }, timeoutMs);
    child.once("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.once("close", (code) => {
      clearTimeout(timer);
      resolve({ status: code ?? -1, stdout: out.text(), stderr: err.text(), timedOut });
    });
  });
}

/** An answer as JSON is about a megabyte; more than this is a runaway. */
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

class Collected {
  /** @type {Buffer[]} */
  #chunks = [];
  #bytes = 0;

  /** @param {Buffer} chunk */
  add(chunk) {
    this.#bytes += chunk.length;
    if (this.#bytes <= MAX_OUTPUT_BYTES) this.#chunks.push(chunk);
  }

  text() {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

/**
 * @param {number} ms
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new Interrupted());
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(new Interrupted());
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    }, ms);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
