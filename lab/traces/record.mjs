// Records the programs of this folder with several Go releases into lab/out/traces/RELEASE/NAME.trace.
//   node lab/traces/record.mjs [--go go1.26.8,go1.22.12] [--ms 1500] [--out DIR] [NAME…]
// A recording that is there already is kept. A release that cannot be had, or a program that it cannot
// build, is named and left out; the exit code is 1 only where nothing could be recorded.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const LAB = path.dirname(HERE);
const RELEASES = ["local", "go1.22.12", "go1.23.12", "go1.24.9", "go1.25.5", "go1.27.3"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    go: { type: "string" },
    ms: { type: "string", default: "1500" },
    out: { type: "string" },
  },
});
const programs = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .toSorted();
/** The same program again, with every object's birth and death in the trace. */
const variants = [
  ...programs.map((program) => ({ name: program, program, godebug: "" })),
  { name: "alloc-free", program: "gc-stress", godebug: "traceallocfree=1" },
];
const wanted = positionals.length === 0 ? variants.map((v) => v.name) : positionals;

/** A program that could not be started has said nothing. @param {import("node:child_process").SpawnSyncReturns<string>} ran */
const why = ({ error, stderr, status, signal }) =>
  error?.message ?? ((stderr ?? "").trim().slice(0, 500) || `exit code ${status ?? signal}`);

let recorded = 0;
for (const release of values.go?.split(",") ?? RELEASES) {
  // Absolute, for the compiler runs in the lab's folder and the program in the caller's.
  const out = path.resolve(values.out ?? path.join(LAB, "out", "traces"), release);
  mkdirSync(out, { recursive: true });
  for (const { name, program, godebug } of variants) {
    if (!wanted.includes(name)) continue;
    const file = path.join(out, `${name}.trace`);
    if (existsSync(file)) {
      recorded += 1;
      continue;
    }
    const env = { ...process.env, GOTOOLCHAIN: release, GOFLAGS: "-mod=mod", GODEBUG: godebug };
    const binary = path.join(out, program);
    const built = spawnSync("go", ["build", "-o", binary, `./traces/${program}`], {
      cwd: LAB,
      env: { ...env, GODEBUG: "" },
      encoding: "utf8",
    });
    if (built.status !== 0) {
      process.stderr.write(`${release} ${name}: not built: ${why(built)}\n`);
      continue;
    }
    // Every object is written down, so a tenth of the time is as many bytes.
    const ms = godebug === "" ? Number(values.ms) : Number(values.ms) / 10;
    const ran = spawnSync(binary, [`${file}.part`, String(ms)], { env, encoding: "utf8" });
    if (ran.status !== 0) {
      process.stderr.write(`${release} ${name}: failed: ${why(ran)}\n`);
      continue;
    }
    renameSync(`${file}.part`, file);
    recorded += 1;
    process.stdout.write(`${release} ${name}\n`);
  }
}
process.exitCode = recorded === 0 ? 1 : 0;
