// Standard output and standard error as pipes of other programs: a reader that has seen enough (`| head`)
// ends nothing and is no error; a full disk is one sentence.

import { EXIT } from "./exit-codes.ts";

let failure: number | undefined;

/** The code to exit with when the output could not be delivered. */
export function outputFailure(): number | undefined {
  return failure;
}

/** Node reports a failed write by an event; without a listener it is an uncaught exception. */
export function watchOutput(): void {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // The reader went away: it has what it wanted, and the exit code stays the answer's.
    if (error.code === "EPIPE") return;
    failure = EXIT.usage;
    process.exitCode = failure;
    process.stderr.write(`heapwright: the answer could not be written: ${writeCause(error)}\n`);
  });
  // Nobody is left to be told.
  process.stderr.on("error", () => undefined);
}

/** What a failed write means, in words; the system's own code where it has none. */
export function writeCause(error: unknown): string {
  const code =
    error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
  switch (code) {
    case "ENOENT":
      return "the folder does not exist";
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ENOSPC":
      return "no space left";
    case "EROFS":
      return "the file system is read-only";
    case "EISDIR":
      return "it is a folder";
    case "ENOTDIR":
      return "a part of the path is a file";
    default:
      return code === "" ? String(error) : code;
  }
}
