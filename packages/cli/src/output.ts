// Standard output and standard error as pipes of other programs: a reader that has seen enough (`| head`)
// ends nothing and is no error; a full disk is one sentence.

import { writeSync } from "node:fs";
import type { Lang } from "@heapwright/core/model/message.ts";
import { words, type Words } from "./command-line/words.ts";
import { EXIT } from "./exit-codes.ts";

let failure: number | undefined;

/** The code to exit with when the output could not be delivered. */
export function outputFailure(): number | undefined {
  return failure;
}

/** Node reports a failed write by an event; without a listener it is an uncaught exception. */
export function watchOutput(lang: Lang): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader went away: it has what it wanted, and the exit code stays the answer's.
    if (error.code === "EPIPE") return;
    failure = EXIT.usage;
    process.exitCode = failure;
    const cause = writeCause(error, lang);
    process.stderr.write(
      lang === "zh"
        ? `heapwright: 无法写出回答：${cause}\n`
        : `heapwright: the answer could not be written: ${cause}\n`,
    );
  });
  // Nobody is left to be told.
  process.stderr.on("error", () => undefined);
}

/** Writes a large text piece by piece without keeping it: the pipe's reader sets the pace. */
export function writeAll(chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length;) {
    try {
      at += writeSync(process.stdout.fd, chunk, at);
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined;
      // A pipe that does not block and is full: its reader needs a moment.
      if (code === "EAGAIN") Atomics.wait(PAUSE, 0, 0, 1);
      else if (code === "EPIPE") return;
      else throw error;
    }
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));

const WRITE_CAUSES: Readonly<Record<string, Words>> = {
  ENOENT: words("the folder does not exist", "文件夹不存在"),
  EACCES: words("permission denied", "没有权限"),
  EPERM: words("permission denied", "没有权限"),
  ENOSPC: words("no space left", "空间不足"),
  EROFS: words("the file system is read-only", "文件系统只读"),
  EISDIR: words("it is a folder", "它是文件夹"),
  ENOTDIR: words("a part of the path is a file", "路径的一部分是文件"),
};

/** What a failed write means, in words; the system's own code where it has none. */
export function writeCause(error: unknown, lang: Lang): string {
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  return WRITE_CAUSES[code]?.[lang] ?? (code === "" ? String(error) : code);
}
