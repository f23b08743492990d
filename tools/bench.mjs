// `npm run bench`: every tools/bench/*.mjs in sequence, each in a process of its own, so that one
// cannot warm up or crowd the next. Figures stand beside a budget and a peer (what else does the same
// job on this machine); nothing here decides about a test, since a shared machine is noisy.
//   npm run bench [-- NAME…]

import { fork } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { ensureBuilt, ensureInstalled, orExplain, ROOT } from "./setup.mjs";

/**
 * What a bench module's default export resolves to: rows.
 * @typedef {object} BenchRow
 * @property {string} name what was measured
 * @property {number} figure
 * @property {string} unit
 * @property {number} [budget] in the same unit; the figure should stay below
 * @property {{ name: string, figure: number }} [peer] in the same unit
 * @property {number} [comparable] what is set against the peer where that is not `figure`
 * @property {string} [note] of a figure over its budget: where the time goes
 */

const FOLDER = path.join(ROOT, "tools/bench");

/**
 * @param {string} file
 * @returns {Promise<BenchRow[]>}
 */
function runBench(file) {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(ROOT, "tools/bench.mjs"), ["--one", file], { cwd: ROOT });
    /** @type {BenchRow[] | undefined} */
    let rows;
    child.on("message", (message) => {
      if (Array.isArray(message)) rows = message;
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0 && rows !== undefined) resolve(rows);
      else reject(new Error(`exit code ${code}`));
    });
  });
}

/** @param {number} value */
const show = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));

/** @param {BenchRow} row */
function cellsOf({ name, figure, unit, budget, peer, comparable = figure }) {
  return [
    name,
    `${show(figure)} ${unit}`,
    budget === undefined ? "–" : `${show(budget)} ${unit}${figure > budget ? " OVER" : ""}`,
    peer === undefined ? "–" : `${peer.name} ${show(peer.figure)} ${unit}`,
    peer === undefined ? "–" : `${show(comparable / peer.figure)} ×`,
  ];
}

/** @param {readonly (readonly string[])[]} rows */
function printTable(rows) {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of rows) {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("   ");
    process.stdout.write(`${line.trimEnd()}\n`);
  }
}

async function runAll() {
  const wanted = process.argv.slice(2);
  const files = readdirSync(FOLDER)
    // A generator makes the files that benches read.
    .filter((file) => file.endsWith(".mjs") && !file.endsWith("-generator.mjs"))
    .filter((file) => wanted.length === 0 || wanted.includes(path.basename(file, ".mjs")))
    .toSorted();
  if (files.length === 0) {
    process.stderr.write(
      `heapwright: no bench of that name in tools/bench: ${wanted.join(", ")}\n`,
    );
    process.exitCode = 2;
    return;
  }
  const rows = [["what", "figure", "budget", "peer", "ratio"]];
  /** @type {string[]} */
  const notes = [];
  for (const file of files) {
    process.stderr.write(`${file} … `);
    const started = Date.now();
    try {
      for (const row of await runBench(path.join(FOLDER, file))) {
        rows.push(cellsOf(row));
        if (row.note !== undefined) notes.push(`${row.name}\n  ${row.note}\n`);
        if (row.budget !== undefined && row.figure > row.budget) process.exitCode = 1;
      }
      process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    } catch (error) {
      process.stderr.write(`failed: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    }
  }
  process.stdout.write("\n");
  printTable(rows);
  if (notes.length > 0) process.stdout.write(`\nWhere the time goes\n${notes.join("")}`);
}

const [flag, one] = process.argv.slice(2);
if (flag === "--one" && one !== undefined) {
  const { default: bench } = await import(pathToFileURL(one).href);
  process.send?.(await bench());
} else {
  const ready = await orExplain(async () => {
    ensureInstalled();
    await ensureBuilt();
    return true;
  });
  if (ready === undefined) process.exitCode = 2;
  else await runAll();
}
