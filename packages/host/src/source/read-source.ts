// One source file, if it is one: a profile may name a device, a pipe that never ends, or a disk image.

import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { errnoOf } from "../bytes/errno.ts";

/** The largest Go file of the standard library is 1.3 MB, generated ones seen have 12. */
export const MAX_SOURCE_BYTES = 16 * 1024 ** 2;

export type SourceProblem = "missing" | "unreadable" | "not-a-file" | "too-large";

export type ReadSourceOutcome =
  | { readonly text: string }
  | { readonly problem: SourceProblem; readonly code: string };

export function readSource(path: string): ReadSourceOutcome {
  let fd: number;
  try {
    // Not waiting for a writer if it is a pipe.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = errnoOf(error);
    if (code === "") throw error;
    const isMissing = code === "ENOENT" || code === "ENOTDIR";
    return { problem: isMissing ? "missing" : "unreadable", code };
  }
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) return { problem: "not-a-file", code: "" };
    if (stat.size > MAX_SOURCE_BYTES) return { problem: "too-large", code: "" };
    // Files of /proc state no size; what they hold is read up to the cap.
    const bytes = Buffer.alloc(Math.max(stat.size, 64 * 1024));
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(fd, bytes, length, bytes.length - length, length);
      if (count === 0) break;
      length += count;
    }
    return { text: bytes.toString("utf8", 0, length) };
  } catch (error) {
    const code = errnoOf(error);
    if (code === "") throw error;
    return { problem: "unreadable", code };
  } finally {
    closeSync(fd);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  ELOOP: "too many levels of symbolic links",
  ENAMETOOLONG: "file name too long",
  EISDIR: "is a directory",
};

/** As Go words it, for the reports whose text is compared with that of `go tool pprof`. */
export function readSourceFile(path: string): { text: string } | { error: string } {
  const read = readSource(path);
  if ("text" in read) return read;
  const why =
    read.problem === "not-a-file"
      ? "not a regular file"
      : read.problem === "too-large"
        ? `larger than ${MAX_SOURCE_BYTES / 1024 ** 2} MiB`
        : (WORDS[read.code] ?? read.code);
  return { error: `open ${path}: ${why}` };
}
