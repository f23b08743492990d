// Reading large execution traces, beside a minimal Go program that drains golang.org/x/exp/trace, in
// turn on the same files: one with few stacks, one whose bytes are mostly tables. A shared machine makes
// wall time vary threefold, so each pair is run three times and the medians are set against each other.
// Needs Go and its module cache or network; skips by name otherwise. The traces (0.3 GB each) are
// recorded into lab/out/traces once.

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { ROOT } from "../setup.mjs";

const HERE = path.join(ROOT, "tools/bench/trace");
const OUT = path.join(ROOT, "lab/out/traces/bench");
const RUNS = 3;
const TRACES = [
  { name: "few stacks", program: "gomaxprocs", ms: 12_000 },
  { name: "many stacks", program: "deep-stacks", ms: 5000 },
];
const MAX_MIB = 1536;

/** @param {string} command @param {readonly string[]} args @param {string} [cwd] */
function run(command, args, cwd = ROOT) {
  const { status, stdout, stderr } = spawnSync(command, [...args], { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
  return stdout.trim();
}

/** @param {number[]} values */
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** @param {string} name */
async function bundle(name) {
  const outfile = path.join(OUT, `${name}.mjs`);
  await build({
    stdin: {
      contents: await import("node:fs/promises").then((fs) =>
        fs.readFile(path.join(HERE, `${name}.ts.txt`), "utf8"),
      ),
      resolveDir: ROOT,
      loader: "ts",
    },
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

/** @returns {Promise<import("../bench.mjs").BenchRow[]>} */
export default async function trace() {
  if (spawnSync("go", ["version"]).status !== 0) return [];
  mkdirSync(OUT, { recursive: true });
  const drain = buildDrain();
  const reader = await bundle("read");
  const worker = await bundle("scan-worker");
  /** @type {import("../bench.mjs").BenchRow[]} */
  const rows = [];
  for (const { name, program, ms } of TRACES) {
    const record = path.join(ROOT, "lab/traces/record.mjs");
    run(process.execPath, [record, "--go", "local", "--ms", `${ms}`, "--out", OUT, program]);
    const file = path.join(OUT, "local", `${program}.trace`);
    const mb = statSync(file).size / 1e6;
    /** @type {Record<"drain" | "scan" | "order", number[]>} */
    const seconds = { drain: [], scan: [], order: [] };
    /** @type {number[]} */
    const mib = [];
    for (let turn = 0; turn < RUNS; turn++) {
      seconds.drain.push(Number(run(drain, [file])));
      for (const mode of /** @type {const} */ (["scan", "order"])) {
        const [wall = 0, , most = 0] = run(process.execPath, [reader, mode, file, worker])
          .split(" ")
          .map(Number);
        seconds[mode].push(wall);
        if (mode === "order") mib.push(most);
      }
    }
    const go = { name: "x/exp/trace", figure: mb / median(seconds.drain) };
    for (const mode of /** @type {const} */ (["scan", "order"])) {
      rows.push({
        name: `trace ${mode}, ${name}, ${mb.toFixed(0)} MB`,
        figure: mb / median(seconds[mode]),
        unit: "MB/s",
        peer: go,
      });
    }
    rows.push({
      name: `trace order, ${name}, memory`,
      figure: median(mib),
      unit: "MiB",
      budget: MAX_MIB,
    });
  }
  return rows;
}
