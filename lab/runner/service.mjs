// One lab service: started with its environment and its own working folder, watched, and ended by pid.

import { closeSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { hasEnded, pause, start, stop } from "./children.mjs";
import { makeControlGroup, makeCpuGroup, removeControlGroup } from "./control-group.mjs";
import { OUT } from "./places.mjs";

/** @typedef {import("node:child_process").ChildProcess} ChildProcess */

/** Far above what any scenario needs; a service that grows past it is a mistake of the lab. */
export const MAX_RSS_BYTES = 2 * 1024 ** 3;
/** Some load a data set first. */
const LISTEN_MS = 60_000;

export class Service {
  /** @type {ChildProcess} */
  #child;
  /** @type {string} */
  #folder;
  /** @type {NodeJS.Timeout} */
  #watch;
  /** @type {string | undefined} */
  #group;
  /** @type {string | undefined} */
  #cpuGroup;
  /** Its stderr: "listening on …", gctrace lines and what it logs. */
  log;
  url = "";
  /** Set when the lab itself had to end it. */
  killedFor = "";

  /**
   * @param {string} executable
   * @param {{ name: string, args: readonly string[], env: Readonly<Record<string, string>>, ownGroup: boolean, cpuQuota?: number | undefined }} options
   */
  constructor(executable, { name, args, env, ownGroup, cpuQuota }) {
    this.#folder = path.join(OUT, "run", name);
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    // Paths of mapped files stand in smaps: this one says nothing of the machine.
    const temporary = path.join(os.tmpdir(), "heapwright-lab", "tmp");
    mkdirSync(temporary, { recursive: true });
    this.log = path.join(this.#folder, "gctrace.log");
    this.#group = ownGroup ? makeControlGroup(name) : undefined;
    this.#cpuGroup = cpuQuota === undefined ? undefined : makeCpuGroup(name, cpuQuota);
    const groups = [this.#group, this.#cpuGroup].flatMap((group) =>
      group === undefined ? [] : [`${group}/cgroup.procs`],
    );
    const stderr = openSync(this.log, "w");
    const options = {
      cwd: this.#folder,
      // Nothing of the lab's own environment: it is no part of the experiment.
      env: {
        PATH: process.env["PATH"] ?? "",
        HOME: this.#folder,
        TMPDIR: temporary,
        ...env,
        GODEBUG: withGctrace(env["GODEBUG"]),
      },
    };
    /** @type {import("node:child_process").StdioOptions} */
    const stdio = ["ignore", "ignore", stderr];
    this.#child =
      groups.length === 0
        ? start(executable, args, { ...options, stdio })
        : // The shell joins the groups and becomes the service: its first page is charged there.
          start(
            "/bin/sh",
            [
              "-c",
              'for group in $0; do echo $$ > "$group" || exit 1; done; exec "$@"',
              groups.join(" "),
              executable,
              ...args,
            ],
            { ...options, stdio },
          );
    closeSync(stderr);
    this.#watch = setInterval(() => this.#checkSize(), 500);
  }

  get pid() {
    return this.#child.pid ?? -1;
  }

  get hasOwnGroup() {
    return this.#group !== undefined;
  }

  get isRunning() {
    return !hasEnded(this.#child);
  }

  /** @param {AbortSignal} signal */
  async listening(signal) {
    const until = Date.now() + LISTEN_MS;
    while (Date.now() < until) {
      const found = /^listening on (\S+)$/m.exec(readFileSync(this.log, "utf8"));
      if (found?.[1] !== undefined) {
        this.url = `http://${found[1]}`;
        return;
      }
      if (!this.isRunning) throw new Error(`the service ended: ${tail(this.log)}`);
      await pause(50, signal);
    }
    throw new Error(`the service did not listen within ${LISTEN_MS / 1000} s: ${tail(this.log)}`);
  }

  /** Resident bytes now; 0 when it is gone. */
  get rssBytes() {
    try {
      const status = readFileSync(`/proc/${this.pid}/status`, "utf8");
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
    } catch (error) {
      if (error instanceof Error && "code" in error) return 0;
      throw error;
    }
  }

  #checkSize() {
    const rss = this.rssBytes;
    if (rss <= MAX_RSS_BYTES || this.killedFor !== "") return;
    this.killedFor = `RSS of ${Math.round(rss / 1024 ** 2)} MiB`;
    this.#child.kill("SIGKILL");
  }

  async end() {
    clearInterval(this.#watch);
    await stop(this.#child);
    for (const group of [this.#group, this.#cpuGroup]) {
      if (group !== undefined && !(await removeControlGroup(group)))
        process.stderr.write(`lab: the control group ${group} could not be removed\n`);
    }
  }

  /** After what is wanted of it was copied. */
  forget() {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** @param {string} file */
function tail(file) {
  return readFileSync(file, "utf8").trim().split("\n").slice(-3).join(" | ");
}

/** A scenario may set GODEBUG for its own end, and gctrace itself. @param {string | undefined} given */
function withGctrace(given) {
  if (given === undefined || given === "") return "gctrace=1";
  return /\bgctrace=/.test(given) ? given : `${given},gctrace=1`;
}

/** The load on a service, sent by lab/cmd/load. */
export class Load {
  /** @type {ChildProcess} */
  #child;
  #text = "";

  /**
   * @param {string} executable
   * @param {import("./scenarios.mjs").Variant} variant
   * @param {string} base
   * @param {number} seconds
   */
  constructor(executable, variant, base, seconds) {
    const args = [
      ["-url", base + variant.loadPath],
      ["-body", variant.loadBody],
      // Held connections need a run to hold them in; a request every five seconds disturbs nothing.
      ["-rate", String(Math.max(variant.loadRps, 0.2))],
      ["-profile", variant.loadProfile],
      ["-seconds", String(seconds)],
      ["-max-inflight", String(variant.maxInflight)],
      ["-conns", String(variant.idleConns)],
      ["-conn-path", variant.idlePath],
    ].flat();
    this.#child = start(executable, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#child.stdout?.on("data", (/** @type {Buffer} */ chunk) => {
      this.#text += chunk.toString("utf8");
    });
  }

  get isRunning() {
    return !hasEnded(this.#child);
  }

  /** @returns {Promise<LoadResult | undefined>} */
  async end() {
    await stop(this.#child, "SIGINT", 35_000);
    const line = this.#text.trim();
    return line === "" ? undefined : JSON.parse(line);
  }
}

/** @typedef {{ sent: number, ok: number, errors: number, late: number, p50Ms: number, p99Ms: number }} LoadResult */

/** @param {import("./scenarios.mjs").Variant} variant */
export function needsLoad(variant) {
  return variant.loadRps > 0 || variant.idleConns > 0;
}
