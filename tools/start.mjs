// `npm start`: from a fresh clone to an answer. Installs and builds what is missing, then diagnoses
// the recorded incident and writes the report. Further arguments go to `heapwright why`.

import { spawn } from "node:child_process";
import path from "node:path";
import { ensureBuilt, ensureInstalled, orExplain, ROOT } from "./setup.mjs";

/** The recorded incident that a first visitor sees; told in its README. */
const INCIDENT = "recordings/incident-session-store";
const REPORT = "heapwright-report.html";

const ready = await orExplain(async () => {
  ensureInstalled();
  await ensureBuilt();
  return true;
});
if (ready === undefined) {
  process.exitCode = 2;
} else {
  const bin = path.join(ROOT, "packages/cli/bin/heapwright.js");
  const args = ["why", INCIDENT, "--html", REPORT, ...process.argv.slice(2)];
  process.stderr.write(`$ heapwright ${args.join(" ")}\n\n`);
  const child = spawn(process.execPath, [bin, ...args], { cwd: ROOT, stdio: "inherit" });
  // The terminal sends Ctrl-C to both; the command decides what to do with it and when to end.
  process.on("SIGINT", () => {});
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 1);
  });
}
