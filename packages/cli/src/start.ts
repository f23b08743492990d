// What the bin loads, as CommonJS. `pprof` runs from one script with the code that V8 made of it when the
// command was built; everything else is main.ts. Of a run of `pprof -top` on a small profile, most was
// start: Node's loader of ES modules 20 ms, V8's parser and compiler 15 ms.
//
// The compiled code counts only for the text that it was made from and for one V8. The file that holds it
// begins with a copy of that text, which is compared, since V8 itself looks at no more than the length;
// version and machine are in its name, and V8 refuses what was made with other flags. What does
// not fit is not used, and the text is compiled as any script is.

import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { Script } from "node:vm";
import { versionOf } from "./version.ts";

interface PprofScript {
  runPprof(args: readonly string[], ownsProcess: boolean): Promise<number>;
}

/** Both made by tools/build.mjs. */
const SCRIPT = "pprof.cjs";
const CODE = `pprof-${process.version}-${process.platform}-${process.arch}.code`;

function compiledOf(text: Uint8Array): Buffer | undefined {
  const file = path.join(__dirname, CODE);
  if (!existsSync(file)) return undefined;
  const stored = readFileSync(file);
  const isOfText = stored.subarray(0, text.length).equals(text);
  return isOfText && stored.length > text.length ? stored.subarray(text.length) : undefined;
}

function loadPprof(): PprofScript {
  const filename = path.join(__dirname, SCRIPT);
  const text = readFileSync(filename);
  const cachedData = compiledOf(text);
  // The build leaves nothing but ASCII in it: one byte a character, the fastest string there is.
  const script = new Script(text.toString("latin1"), {
    filename,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  return script.runInThisContext()(require, (place: string) => import(place));
}

async function start(args: readonly string[]): Promise<void> {
  if (args.length === 1 && (args[0] === "--version" || args[0] === "-V")) {
    process.stdout.write(`heapwright ${versionOf(path.join(__dirname, ".."))}\n`);
  } else if (args[0] === "pprof") {
    process.exitCode = await loadPprof().runPprof(args.slice(1), true);
  } else {
    await import("./main.ts");
  }
}

void start(process.argv.slice(2));
