// Runs the verb and says what to do about a bug; program.ts does so for the other verbs, and loads all
// of their flags for it.

import { writeSync } from "node:fs";
import { EXIT } from "../../exit-codes.ts";
import { pprof } from "./pprof.ts";

export async function runPprof(args: readonly string[]): Promise<number> {
  try {
    return await pprof(args);
  } catch (error) {
    const isDebug = process.env["HEAPWRIGHT_DEBUG"] !== undefined;
    const detail =
      error instanceof Error
        ? isDebug
          ? (error.stack ?? error.message)
          : error.message
        : String(error);
    writeSync(
      2,
      `heapwright: a bug in heapwright itself: ${detail}\n  Run again with HEAPWRIGHT_DEBUG=1 for where, and please report it.\n`,
    );
    return EXIT.bug;
  }
}
