// Runs the verb and says what to do about a bug; program.ts does so for the other verbs, and loads all
// of their flags for it.

import { writeSync } from "node:fs";
import { langOf } from "../../command-line/words.ts";
import { EXIT } from "../../exit-codes.ts";
import { pprof } from "./pprof.ts";

/**
 * `ownsProcess`: nothing else is done in it, so that V8 may be told how to compile. Not where its code is
 * stored: V8 takes that with the same settings only.
 */
export async function runPprof(args: readonly string[], ownsProcess = false): Promise<number> {
  const lang = langOf(args);
  try {
    return await pprof(args, lang, ownsProcess);
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
      lang === "zh"
        ? `heapwright: heapwright 自身的缺陷：${detail}\n  请用 HEAPWRIGHT_DEBUG=1 再运行一次以得知位置，并报告此问题。\n`
        : `heapwright: a bug in heapwright itself: ${detail}\n  Run again with HEAPWRIGHT_DEBUG=1 for where, and please report it.\n`,
    );
    return EXIT.bug;
  }
}
