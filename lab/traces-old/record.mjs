// Records the program of this folder, one mode a file, with releases of Go that write the old format,
// into FOLDER/RELEASE/MODE.trace (lab/out/traces-old without --out).
//   node lab/traces-old/record.mjs [--go go1.21.13,go1.19.13] [--ms 200] [--out FOLDER] [MODE…]
// A release that cannot be had is named and left out; the exit code is 1 where nothing was recorded.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const HERE = path.dirname(fileURLToPath(import.meta.url));
/** Headers 1.11, 1.19, 1.19, 1.21. */
const RELEASES = ["go1.18.10", "go1.19.13", "go1.20.14", "go1.21.13"];
const MODES = ["gc", "many", "sleepers", "syncs", "network", "syscalls"];
MODES.push("tasks", "procs", "profile");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    go: { type: "string" },
    ms: { type: "string", default: "200" },
    out: { type: "string", default: path.join(path.dirname(HERE), "out", "traces-old") },
  },
});

let recorded = 0;
for (const release of values.go?.split(",") ?? RELEASES) {
  const out = path.join(values.out, release);
  mkdirSync(out, { recursive: true });
  const binary = path.join(out, "traces-old");
  const env = { ...process.env, GOTOOLCHAIN: release, GODEBUG: "" };
  const built = spawnSync("go", ["build", "-o", binary, "."], { cwd: HERE, env, encoding: "utf8" });
  if (built.status !== 0) {
    process.stderr.write(`${release}: not built: ${(built.stderr ?? "").trim()}\n`);
    continue;
  }
  for (const mode of positionals.length === 0 ? MODES : positionals) {
    const file = path.join(out, `${mode}.trace`);
    if (!existsSync(file)) {
      const args = [`${file}.part`, values.ms, mode];
      const ran = spawnSync(binary, args, { encoding: "utf8", timeout: 30_000 });
      if (ran.status !== 0) {
        process.stderr.write(`${release} ${mode}: failed: ${(ran.stderr ?? "").slice(0, 500)}\n`);
        continue;
      }
      renameSync(`${file}.part`, file);
    }
    recorded += 1;
  }
}
process.exitCode = recorded === 0 ? 1 : 0;
