// `heapwright why FOLDER` on what an incident folder holds: two heap profiles of 1 MB, 1 000 gctrace
// lines, one smaps. Beside it Go's own tool on the same two profiles, where Go is installed.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { ROOT } from "../setup.mjs";

const RUNS = 5;
const BUDGET_MS = 1_000;
const BUDGET_MIB = 200;
const SAMPLES = 16_000;
const FUNCTIONS = 6_000;
const DEPTH = 24;
const CYCLES = 1_000;

/** @param {number | bigint} value @param {number[]} out base-128, least first (protobuf, "Encoding") */
function varint(value, out) {
  let rest = BigInt(value);
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  out.push(Number(rest));
}

/** @param {readonly (number | bigint)[]} values */
function packed(values) {
  /** @type {number[]} */
  const out = [];
  for (const value of values) varint(value, out);
  return out;
}

/** @param {number} field @param {readonly number[]} body @param {number[]} out */
function message(field, body, out) {
  varint(field * 8 + 2, out);
  varint(body.length, out);
  for (const byte of body) out.push(byte);
}

/** A heap profile by github.com/google/pprof proto/profile.proto. @param {number} growth of the in-use half */
function heapProfile(growth) {
  /** @type {number[]} */
  const out = [];
  const strings = ["", "alloc_objects", "count", "alloc_space", "bytes", "inuse_objects"];
  strings.push("inuse_space", "space");
  for (const [type, unit] of [
    [1, 2],
    [3, 4],
    [5, 2],
    [6, 4],
  ])
    message(1, packed([8, type ?? 0, 16, unit ?? 0]), out);
  for (let i = 0; i < SAMPLES; i++) {
    const ids = Array.from({ length: DEPTH }, (_, d) => ((i * 7 + d * d * 13) % FUNCTIONS) + 1);
    const objects = 100 + (i % 50);
    const values = [objects * 9, objects * 9216, objects * growth, objects * 1024 * growth];
    /** @type {number[]} */
    const sample = [];
    message(1, packed(ids), sample);
    message(2, packed(values), sample);
    /** @type {number[]} */
    const label = packed([8, 8, 24, 1024]);
    message(3, label, sample);
    message(2, sample, out);
  }
  const names = strings.length;
  for (let i = 1; i <= FUNCTIONS; i++) {
    /** @type {number[]} */
    const location = packed([8, i, 24, 0x400000 + i * 64]);
    message(4, packed([8, i, 16, 10 + (i % 900)]), location);
    message(4, location, out);
    message(5, packed([8, i, 16, names + i * 2, 24, names + i * 2, 32, names + i * 2 + 1]), out);
  }
  // String 8 is "space" and 9 the label's key; functions follow.
  strings.push("bytes", "");
  for (let i = 1; i <= FUNCTIONS; i++) {
    strings.push(`example.com/orders/internal/part${i % 90}.(*Service${i}).handle`);
    strings.push(`/src/orders/internal/part${i % 90}/service${i}.go`);
  }
  for (const string of strings) message(6, [...Buffer.from(string)], out);
  const taken = 1_790_000_000_000_000_000n + BigInt(growth) * 600_000_000_000n;
  for (const byte of packed([9 * 8, taken, 12 * 8, 524_288])) out.push(byte);
  return Buffer.from(out);
}

function gctrace() {
  return Array.from({ length: CYCLES }, (_, i) => {
    const live = 40 + Math.floor(i / 5);
    return `gc ${i + 1} @${(i * 0.9 + 0.3).toFixed(3)}s 1%: 0.031+2.1+0.004 ms clock, 0.062+0.30/1.9/0+0.008 ms cpu, ${live * 2}->${live * 2 + 1}->${live} MB, ${live * 2} MB goal, 0 MB stacks, 0 MB globals, 2 P\n`;
  }).join("");
}

function smaps() {
  return Array.from({ length: 400 }, (_, i) => {
    const start = 0xc000000000 + i * 0x200000;
    const fields = ["Size", "Rss", "Pss", "Private_Dirty", "Referenced", "Anonymous"];
    const lines = fields.map((field) => `${`${field}:`.padEnd(20)}1024 kB\n`).join("");
    return `${start.toString(16)}-${(start + 0x100000).toString(16)} rw-p 00000000 00:00 0 \n${lines}`;
  }).join("");
}

const TELL_PEAK =
  'data:text/javascript,process.on("exit",()=>process.stderr.write("peak "+process.resourceUsage().maxRSS))';

/** @param {string} command @param {readonly string[]} args */
function timed(command, args) {
  const started = process.hrtime.bigint();
  const { status, stderr, error } = spawnSync(command, args, { encoding: "utf8" });
  const ms = Number(process.hrtime.bigint() - started) / 1e6;
  if (error !== undefined) return undefined;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  const peak = /peak (\d+)$/.exec(stderr)?.[1];
  return { ms, peakMiB: peak === undefined ? undefined : Number(peak) / 1024 };
}

/** @param {() => { ms: number, peakMiB: number | undefined } | undefined} run */
function best(run) {
  const runs = Array.from({ length: RUNS }, run).filter((each) => each !== undefined);
  const first = runs.toSorted((a, b) => a.ms - b.ms)[Math.floor(runs.length / 2)];
  return first;
}

/** @returns {import("../bench.mjs").BenchRow[]} */
export default function why() {
  const folder = mkdtempSync(path.join(tmpdir(), "heapwright-bench-"));
  try {
    const profiles = [1, 2].map((growth) => {
      const file = path.join(folder, `heap-${growth}.pb.gz`);
      writeFileSync(file, gzipSync(heapProfile(growth)));
      return file;
    });
    writeFileSync(path.join(folder, "gctrace.log"), gctrace());
    writeFileSync(path.join(folder, "smaps"), smaps());
    const bin = path.join(ROOT, "packages/cli/bin/heapwright.js");
    const ours = best(() => timed(process.execPath, ["--import", TELL_PEAK, bin, "why", folder]));
    if (ours === undefined) throw new Error("node did not start");
    const [before, after] = profiles;
    const peer = best(() =>
      timed("go", ["tool", "pprof", "-top", "-diff_base", before ?? "", after ?? ""]),
    );
    const name = "why: 2 heaps of 1 MB, 1 000 gctrace lines, smaps";
    return [
      {
        name,
        figure: ours.ms,
        unit: "ms",
        budget: BUDGET_MS,
        ...(peer === undefined
          ? {}
          : { peer: { name: "go tool pprof -top -diff_base (the 2 heaps)", figure: peer.ms } }),
      },
      {
        name: `${name}, memory`,
        figure: ours.peakMiB ?? Number.NaN,
        unit: "MiB",
        budget: BUDGET_MIB,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
