// Runs a script of the command and stores what V8 has compiled of it by then, behind a copy of the text
// that it is made from (start.ts compares that, and says why). What the script prints goes nowhere.
//   node tools/store-code.mjs SCRIPT FILE RUNS    (RUNS: JSON, a list of command lines)

import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Script } from "node:vm";

const [, , filename = "", file = "", runs = "[]"] = process.argv;
const text = readFileSync(filename);
const script = new Script(text.toString("latin1"), { filename });
const { runPprof } = script.runInThisContext()(
  createRequire(filename),
  (/** @type {string} */ place) => import(place),
);
for (const args of JSON.parse(runs)) {
  const code = await runPprof(args);
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}`);
}
writeFileSync(file, Buffer.concat([text, script.createCachedData()]));
