// Reading execution traces, in turn on the same files beside a minimal Go program that drains
// golang.org/x/exp/trace, and beside `go tool trace`. Two traces of some 250 MB, one with few stacks and
// one whose bytes are mostly tables, and one of some 45 MB for what the tool can still open. A shared
// machine makes wall time vary threefold, so each row stands in wall and in processor seconds (of all
// threads), and the least of several runs counts. Every peer is bounded in time and memory.
// Needs Go and its module cache or network; skips by name otherwise. The traces are recorded into
// lab/out/traces once.

import { spawn, spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { ROOT } from "../setup.mjs";
import { watched } from "./trace/watched.mjs";

const HERE = path.join(ROOT, "tools/bench/trace");
const OUT = path.join(ROOT, "lab/out/traces/bench");
const RUNS = 3;
const TRACES = [
  { name: "few stacks", program: "gomaxprocs", ms: 9500 },
  { name: "many stacks", program: "deep-stacks", ms: 3300 },
];
const MAX_MIB = 1536;

/** @param {string} command @param {readonly string[]} args @param {string} [cwd] */
function run(command, args, cwd = ROOT) {
  const { status, stdout, stderr } = spawnSync(command, [...args], { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** @param {string} name @param {import("esbuild").BuildOptions} input */
async function bundle(name, input) {
  const outfile = path.join(OUT, `${name}.mjs`);
  await build({
    ...input,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2023",
    minifySyntax: true,
    outfile,
  });
  return outfile;
}

function buildDrain() {
  const folder = path.join(OUT, "drain");
  const binary = path.join(folder, "drain");
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  copyFileSync(path.join(HERE, "drain.go.txt"), path.join(folder, "main.go"));
  writeFileSync(path.join(folder, "go.mod"), "module drain\n\ngo 1.25\n");
  run("go", ["get", "golang.org/x/exp@latest"], folder);
  run("go", ["build", "-o", binary, "."], folder);
  return binary;
}

/** @param {string} program @param {number} ms @param {string} out */
function recorded(program, ms, out) {
  const record = path.join(ROOT, "lab/traces/record.mjs");
  run(process.execPath, [record, "--go", "local", "--ms", `${ms}`, "--out", out, program]);
  const file = path.join(out, "local", `${program}.trace`);
  return { file, mb: statSync(file).size / 1e6 };
}

/**
 * @typedef {{ wall: number, cpu: number, mib: number }} Cost seconds, seconds, MiB at most
 * @param {readonly Cost[]} costs
 * @returns {Cost}
 */
const least = (costs) => ({
  wall: Math.min(...costs.map((cost) => cost.wall)),
  cpu: Math.min(...costs.map((cost) => cost.cpu)),
  mib: Math.min(...costs.map((cost) => cost.mib)),
});

/**
 * How many times the peer's throughput is wanted, and what takes the time where that is missed: shares of
 * the processor time by the sampling profiler.
 */
const BARS = {
  scan: {
    times: 3,
    why: "the loop over events is three quarters (a twentieth of all is new pages of the slices' columns), reading the file a tenth, the passes over batch headers and tables the rest",
  },
  order: {
    times: 1,
    why: "advancing the scheduler's state is two fifths, decoding a quarter, the heap of threads a fifth; one thread, for its consumer works in the other",
  },
  parsed: {
    times: 10,
    why: "two threads, order and text, of which the text is the longer; in processor time both count, and a twentieth for handing batches over",
  },
  summary: {
    times: 8,
    why: "the order is a third of the processor time, the scan a third, the consumers of the order a quarter; two processors share them, so other load on either shows",
  },
};

/**
 * Throughput in wall and in processor time.
 * @param {string} name @param {number} mb @param {Cost} ours @param {string} peer @param {Cost} theirs
 * @param {{ readonly times: number, readonly why: string }} bar
 * @returns {import("../bench.mjs").BenchRow[]}
 */
const speeds = (name, mb, ours, peer, theirs, { times, why }) =>
  /** @type {const} */ (["wall", "cpu"]).map((clock) => ({
    name: `${name}, ${clock}`,
    figure: mb / ours[clock],
    unit: "MB/s",
    peer: { name: peer, figure: mb / theirs[clock] },
    ...(theirs[clock] < ours[clock] * times
      ? { note: `${(theirs[clock] / ours[clock]).toFixed(2)} ×, ${times} × wanted: ${why}` }
      : {}),
  }));

/**
 * Seconds from the start of the command until its terminal says something of the heap. The terminal is made
 * by util-linux's script; undefined without it.
 * @param {string} file
 * @returns {Promise<number | undefined>}
 */
async function firstSummary(file) {
  if (spawnSync("script", ["--version"]).status !== 0) return undefined;
  const main = path.join(ROOT, "packages/cli/dist/main.js");
  const command = `stty cols 120; "${process.execPath}" "${main}" trace --lang en "${file}"`;
  const started = performance.now();
  const child = spawn("script", ["-qefc", command, "/dev/null"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  /** @type {number | undefined} */
  let seconds;
  child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
    said += text;
    if (/so far.*GC cycle/.test(said)) seconds ??= (performance.now() - started) / 1000;
  });
  await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (seconds === undefined) throw new Error(`no summary of ${file}: ${said.slice(0, 500)}`);
  return seconds;
}

/** @param {string} name @param {string} file @returns {Promise<import("../bench.mjs").BenchRow[]>} */
async function firstSummaryRow(name, file) {
  let seconds = Infinity;
  for (let turn = 0; turn < RUNS; turn++) {
    const once = await firstSummary(file);
    if (once === undefined) return [];
    seconds = Math.min(seconds, once);
  }
  return [{ name: `trace first summary, ${name}`, figure: seconds, unit: "s", budget: 1 }];
}

/** @returns {Promise<import("../bench.mjs").BenchRow[]>} */
async function largeTraces() {
  const drain = buildDrain();
  const contents = readFileSync(path.join(HERE, "read.ts.txt"), "utf8");
  const reader = await bundle("read", { stdin: { contents, resolveDir: ROOT, loader: "ts" } });
  const worker = await bundle("scan-worker", {
    entryPoints: [path.join(ROOT, "packages/host/src/trace/scan-thread.ts")],
  });
  /** @type {import("../bench.mjs").BenchRow[]} */
  const rows = [];
  for (const { name, program, ms } of TRACES) {
    const { file, mb } = recorded(program, ms, OUT);
    /** @type {Record<"drain" | "scan" | "order", Cost[]>} */
    const costs = { drain: [], scan: [], order: [] };
    for (let turn = 0; turn < RUNS; turn++) {
      costs.drain.push(await watched(drain, [file]));
      for (const mode of /** @type {const} */ (["scan", "order"])) {
        const [wall = 0, cpu = 0, mib = 0] = run(process.execPath, [reader, mode, file, worker])
          .split(" ")
          .map(Number);
        costs[mode].push({ wall, cpu, mib });
      }
    }
    const go = least(costs.drain);
    for (const mode of /** @type {const} */ (["scan", "order"])) {
      const label = `trace ${mode}, ${name}, ${mb.toFixed(0)} MB`;
      const ours = least(costs[mode]);
      rows.push(...speeds(label, mb, ours, "x/exp/trace", go, BARS[mode]), {
        name: `${label}, memory`,
        figure: ours.mib,
        unit: "MiB",
        ...(mode === "order" ? { budget: MAX_MIB } : {}),
      });
    }
    rows.push(...(await firstSummaryRow(`${name}, ${mb.toFixed(0)} MB`, file)));
  }
  return rows;
}

/** What `go tool trace` can still open. @returns {Promise<import("../bench.mjs").BenchRow[]>} */
async function smallTrace() {
  const { file, mb } = recorded("gomaxprocs", 1800, path.join(OUT, "small"));
  const size = `${mb.toFixed(0)} MB`;
  const main = path.join(ROOT, "packages/cli/dist/main.js");
  const tool = run("go", ["tool", "-n", "trace"]);
  /** @param {readonly string[]} args */
  const ours = async (...args) => {
    const costs = [];
    for (let turn = 0; turn < RUNS; turn++) {
      costs.push(await watched(process.execPath, [main, "trace", ...args]));
    }
    return least(costs);
  };
  const text = await ours("-d=parsed", file);
  const goText = await watched(tool, ["-d=parsed", file]);
  const summary = await ours("--goroutines", file);
  const page = await watched(tool, ["-http=127.0.0.1:0", file], "/goroutines");
  const name = page.isCutOff === true ? "go tool trace (ended before)" : "go tool trace";
  return [
    ...speeds(`trace -d=parsed, ${size}`, mb, text, "go tool trace", goText, BARS.parsed),
    ...speeds(`trace to the goroutine summary, ${size}`, mb, summary, name, page, BARS.summary),
    {
      name: `trace to the goroutine summary, ${size}, memory`,
      figure: summary.mib,
      unit: "MiB",
      peer: { name, figure: page.mib },
    },
    ...(await firstSummaryRow(size, file)),
  ];
}

/** @returns {Promise<import("../bench.mjs").BenchRow[]>} */
export default async function trace() {
  if (spawnSync("go", ["version"]).status !== 0) return [];
  mkdirSync(OUT, { recursive: true });
  return [...(await largeTraces()), ...(await smallTrace())];
}
