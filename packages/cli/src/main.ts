// Entry of the command. `--version` answers before anything else is loaded; every verb is a lazy chunk.

import { readFileSync } from "node:fs";

function version(): string {
  // The same relative place in src/ and in dist/.
  const parsed: unknown = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8"),
  );
  return typeof parsed === "object" && parsed !== null && "version" in parsed
    ? String(parsed.version)
    : "unknown";
}

const args = process.argv.slice(2);
if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
  process.stdout.write(`heapwright ${version()}\n`);
} else if (args[0] === "pprof") {
  // Its arguments are those of another tool, and its output does not go through Node's streams.
  const { runPprof } = await import("./verbs/pprof/run.ts");
  process.exitCode = await runPprof(args.slice(1));
} else {
  const { outputFailure, watchOutput } = await import("./output.ts");
  const { langOf } = await import("./command-line/words.ts");
  watchOutput(langOf(args));
  const { run } = await import("./program.ts");
  const code = await run(args, version());
  process.exitCode = outputFailure() ?? code;
}
