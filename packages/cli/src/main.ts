// The command as an ES module, for whatever start.ts does not answer by itself. Every verb is a lazy chunk.

import { fileURLToPath } from "node:url";
import { versionOf } from "./version.ts";

/** The same relative place in src/ and in dist/. */
const version = versionOf(fileURLToPath(new URL("..", import.meta.url)));
const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`heapwright ${version}\n`);
} else if (args[0] === "pprof") {
  // Its arguments are those of another tool, and its output does not go through Node's streams.
  const { runPprof } = await import("./verbs/pprof/run.ts");
  process.exitCode = await runPprof(args.slice(1));
} else {
  const { outputFailure, watchOutput } = await import("./output.ts");
  const { langOf } = await import("./command-line/words.ts");
  watchOutput(langOf(args));
  const { run } = await import("./program.ts");
  const code = await run(args, version);
  process.exitCode = outputFailure() ?? code;
}
