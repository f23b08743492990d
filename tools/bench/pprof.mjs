// `heapwright pprof` beside the installed `go tool pprof`, same files, same run: lists, differences and
// traces of generated heap profiles (profile-generator.mjs), a small real one, a changed filter in a
// loaded session, and what plain decompression takes. Budgets of the rows that have a peer are the peer's
// figure of this run divided by the factor that is asked for; without Go there is no such budget.
//
// Ours is the median of three runs, Go is measured once (its large row takes a minute and 3.4 GiB;
// HEAPWRIGHT_BENCH_QUICK=1 leaves it out); where both take less than a second or the budget is near, both
// take turns and the medians of more runs count. The generated files are kept in the temporary folder.

import { spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { ROOT } from "../setup.mjs";
import { generateProfile } from "./profile-generator.mjs";

const COMMAND = path.join(ROOT, "packages/cli/bin/heapwright.js");
const FOLDER = path.join(tmpdir(), "heapwright-bench-profiles-1");
const MIB = 1024 ** 2;

/** @param {number} samples @param {number} [seed] */
export async function profileOf(samples, seed = 1) {
  mkdirSync(FOLDER, { recursive: true });
  const file = path.join(FOLDER, `${samples}-${seed}.pb.gz`);
  if (!existsSync(file)) {
    const part = `${file}.${process.pid}`;
    await generateProfile({ samples, file: part, seed });
    renameSync(part, file);
  }
  return file;
}

/**
 * Of a process and those that it started: `go tool` runs the tool as one of those.
 * @param {number | string | undefined} pid
 * @returns {number}
 */
function peakOf(pid) {
  const at = `/proc/${String(pid)}`;
  try {
    const status = readFileSync(`${at}/status`, "utf8");
    const own = Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) * 1024;
    // A child belongs to the thread that started it, which need not be the first.
    const children = readdirSync(`${at}/task`).flatMap((thread) =>
      readFileSync(`${at}/task/${thread}/children`, "utf8").split(" "),
    );
    return Math.max(own, ...children.filter((child) => child !== "").map(peakOf));
  } catch (error) {
    // Ended, or a system without /proc.
    if (error instanceof Error && "code" in error) return 0;
    throw error;
  }
}

/**
 * Where this is set, every Node parses a bundle of certificates before its first line (a tenth of a second
 * of CPU on slow machines): a setting of the machine, not a cost of either tool.
 */
const ENVIRONMENT = { ...process.env };
delete ENVIRONMENT["NODE_EXTRA_CA_CERTS"];

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {string} [input]
 * @returns {Promise<{ seconds: number, peak: number }>}
 */
export async function timed(command, args, input) {
  const sink = openSync("/dev/null", "w");
  const started = performance.now();
  const child = spawn(command, args, {
    env: ENVIRONMENT,
    stdio: [input === undefined ? "ignore" : "pipe", sink, "ignore"],
  });
  let peak = 0;
  const watch = setInterval(() => (peak = Math.max(peak, peakOf(child.pid))), 5);
  if (input !== undefined) child.stdin?.end(input);
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearInterval(watch);
  closeSync(sink);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: exit code ${String(code)}`);
  return { seconds: (performance.now() - started) / 1000, peak };
}

/** @typedef {{ seconds: number, peak: number }} Run */

/** @param {readonly Run[]} runs */
function medianOf(runs) {
  const sorted = runs.map((run) => run.seconds).toSorted((a, b) => a - b);
  return {
    seconds: sorted[Math.floor(sorted.length / 2)] ?? 0,
    peak: Math.max(...runs.map(({ peak }) => peak)),
  };
}

/** @param {readonly string[]} args @param {string} [input] */
const once = (args, input) => timed(process.execPath, [COMMAND, "pprof", ...args], input);

/** @param {readonly string[]} args @param {string} [input] */
async function own(args, input) {
  const runs = [];
  for (let i = 0; i < 3; i++) runs.push(await once(args, input));
  return medianOf(runs);
}

/**
 * The functions that take most of the time, as V8's profiler sees it, and the share of each.
 * @param {readonly string[]} args
 * @param {string} [input]
 */
function costs(args, input) {
  const folder = mkdtempSync(path.join(tmpdir(), "heapwright-costs-"));
  try {
    const { status } = spawnSync(
      process.execPath,
      ["--cpu-prof", `--cpu-prof-dir=${folder}`, COMMAND, "pprof", ...args],
      { stdio: ["pipe", "ignore", "ignore"], input: input ?? "" },
    );
    const [name] = readdirSync(folder);
    if (status !== 0 || name === undefined) return "not known: the profiled run failed";
    const { nodes, samples, timeDeltas } = JSON.parse(
      readFileSync(path.join(folder, name), "utf8"),
    );
    /** @type {Map<number, string>} */
    const nameOf = new Map();
    for (const { id, callFrame } of nodes) {
      nameOf.set(id, callFrame.functionName === "" ? "(module)" : callFrame.functionName);
    }
    /** @type {Map<string, number>} */
    const self = new Map();
    let total = 0;
    for (const [i, sample] of samples.entries()) {
      const key = nameOf.get(sample) ?? "?";
      if (key === "(idle)") continue;
      self.set(key, (self.get(key) ?? 0) + timeDeltas[i]);
      total += timeDeltas[i];
    }
    return [...self]
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, 8)
      .map(([key, us]) => `${((us / total) * 100).toFixed(0)} % ${key}`)
      .join(", ");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A heap profile of the lab, the largest there is. */
function realProfile() {
  // A service's heap profile of 0.8 MB gz where the public corpora are at hand.
  const large = path.join(
    ROOT,
    "../shared/corpora/pprof/pyroscope/gotruncatefix/heap_go_truncated_3.pb.gz",
  );
  if (existsSync(large)) return large;
  const folder = path.join(ROOT, "recordings");
  const to = path.join(FOLDER, "recorded");
  mkdirSync(to, { recursive: true });
  let best = "";
  let most = 0;
  for (const archive of readdirSync(folder).filter((name) => name.endsWith("go1.26.tar.gz"))) {
    const list = spawnSync("tar", ["tzvf", path.join(folder, archive)], {
      encoding: "utf8",
    }).stdout;
    for (const line of list.split("\n")) {
      const match = /\s(\d+)\s\S+\s\S+\s(\S*heap\.pb\.gz)$/.exec(line);
      if (match?.[2] === undefined || Number(match[1]) <= most) continue;
      most = Number(match[1]);
      rmSync(path.join(to, match[2]), { force: true });
      spawnSync("tar", ["xzf", path.join(folder, archive), "-C", to, match[2]]);
      best = path.join(to, match[2]);
    }
  }
  return best;
}

export default async function bench() {
  const hasGo = spawnSync("go", ["version"]).status === 0;
  const isQuick = process.env["HEAPWRIGHT_BENCH_QUICK"] === "1";
  const small = await profileOf(10_000);
  const middle = await profileOf(100_000);
  const other = await profileOf(100_000, 2);
  const large = await profileOf(1_000_000);
  const real = realProfile();
  /** @type {import("../bench.mjs").BenchRow[]} */
  const rows = [];
  /**
   * @param {string} name
   * @param {readonly string[]} args
   * @param {{ factor: number, seconds?: number, mib?: number, isSlow?: boolean, runs?: number }} bar
   */
  const compare = async (name, args, { factor, seconds, mib, isSlow = false, runs = 1 }) => {
    const peers = hasGo && !(isSlow && isQuick) ? runs : 0;
    /** @type {Run[]} */
    const mine = [];
    /** @type {Run[]} */
    const its = [];
    for (let i = 0; i < Math.max(3, runs); i++) {
      mine.push(await once(args));
      if (i < peers) its.push(await timed("go", ["tool", "pprof", ...args]));
    }
    const ours = medianOf(mine);
    const go = its.length === 0 ? undefined : medianOf(its);
    const budget = Math.min(seconds ?? Infinity, go === undefined ? Infinity : go.seconds / factor);
    rows.push({
      name: `${name} (≥ ${factor} × faster)`,
      figure: ours.seconds,
      unit: "s",
      ...(budget === Infinity ? {} : { budget }),
      ...(ours.seconds > budget ? { note: costs(args) } : {}),
      ...(go === undefined ? {} : { peer: { name: "go tool pprof", figure: go.seconds } }),
    });
    rows.push({
      name: `${name}, memory`,
      figure: ours.peak / MIB,
      unit: "MiB",
      ...(mib === undefined ? {} : { budget: mib }),
      ...(go === undefined ? {} : { peer: { name: "go tool pprof", figure: go.peak / MIB } }),
    });
    return ours.seconds;
  };
  await compare("-top, 10 k samples", ["-top", small], { factor: 4, runs: 11 });
  await compare("-top, 100 k samples", ["-top", middle], { factor: 12 });
  const whole = await compare("-top, 1 M samples", ["-top", large], {
    factor: 20,
    seconds: 2.6,
    mib: 860,
    isSlow: true,
  });
  await compare("-top -diff_base, two of 100 k", ["-top", `-diff_base=${other}`, middle], {
    factor: 16,
    runs: 3,
  });
  await compare("-traces, 100 k samples", ["-traces", middle], { factor: 3, mib: 300 });
  if (real !== "") await compare("-top, a real profile", ["-top", real], { factor: 1, runs: 5 });

  const stored = readFileSync(large);
  const started = performance.now();
  const decoded = gunzipSync(stored).length;
  const gunzipSeconds = (performance.now() - started) / 1000;
  rows.push({
    name: `-top, 1 M samples, beside plain gunzip of its ${(decoded / MIB).toFixed(0)} MiB`,
    figure: whole,
    unit: "s",
    peer: { name: "gunzip", figure: gunzipSeconds },
  });

  // One session, the same filter over and over: the difference of two lengths is the cost of one change.
  const script = (/** @type {number} */ changes) =>
    `${Array.from({ length: changes }, (_, i) => `focus=handler${i % 7}|order\ntop\n`).join("")}quit\n`;
  const few = await own([large], script(1));
  const many = await own([large], script(9));
  const change = ((many.seconds - few.seconds) / 8) * 1000;
  const most = 300;
  rows.push({
    name: "a changed filter in a loaded session, 1 M samples",
    figure: change,
    unit: "ms",
    budget: most,
    ...(change > most ? { note: costs([large], script(9)) } : {}),
  });
  return rows;
}
