// What heapwright adds to the start of a bare Node. The time of a bare start alone varies twofold on
// a shared machine, so the two are run in turn and the median of the differences is the figure.

import { spawnSync } from "node:child_process";
import path from "node:path";
import { ROOT } from "../setup.mjs";

const PAIRS = 20;
const BUDGET_MS = 60;

/** @param {readonly string[]} args */
function timeNode(args) {
  const started = process.hrtime.bigint();
  const { status, stderr } = spawnSync(process.execPath, [...args], { encoding: "utf8" });
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  if (status !== 0) throw new Error(`node ${args.join(" ")} ended with ${status}: ${stderr}`);
  return ms;
}

/** @param {readonly number[]} values an even number of them */
function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[half - 1] ?? Number.NaN) + (sorted[half] ?? Number.NaN)) / 2;
}

/** @returns {import("../bench.mjs").BenchRow[]} */
export default function startup() {
  const bin = path.join(ROOT, "packages/cli/bin/heapwright.js");
  const ours = [bin, "--version"];
  const bare = ["-e", "0"];
  // One of each first: the page cache must hold the files.
  timeNode(ours);
  timeNode(bare);
  const pairs = Array.from({ length: PAIRS }, () => ({
    bare: timeNode(bare),
    ours: timeNode(ours),
  }));
  return [
    {
      name: "heapwright --version, over bare node",
      figure: median(pairs.map((pair) => pair.ours - pair.bare)),
      unit: "ms",
      budget: BUDGET_MS,
      peer: { name: "node -e 0", figure: median(pairs.map((pair) => pair.bare)) },
      comparable: median(pairs.map((pair) => pair.ours)),
    },
  ];
}
