// Reports written out without Node's streams: half a gigabyte of traces through process.stdout would
// queue in memory, and opening it costs milliseconds that a small report does not have.

import { closeSync, openSync, writeSync } from "node:fs";
import { errnoOf } from "../bytes/errno.ts";

/** The reader went away: it has what it wanted. */
export class ReaderGoneError extends Error {
  constructor() {
    super("the reader of the output went away");
    this.name = "ReaderGoneError";
  }
}

const WAIT_MS = 2;
const SLEEPER = new Int32Array(new SharedArrayBuffer(4));

/** Writes all of `bytes`; waits where a pipe that does not block is full. */
export function writeFully(fd: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at, bytes.length - at);
    } catch (error) {
      const code = errnoOf(error);
      if (code === "EPIPE") throw new ReaderGoneError();
      if (code !== "EAGAIN") throw error;
      Atomics.wait(SLEEPER, 0, 0, WAIT_MS);
    }
  }
}

/** Calls `use` with a writer to the file, which is closed afterwards whatever happens. */
export function withOutputFile(
  path: string,
  use: (write: (bytes: Uint8Array) => void) => void,
): void {
  const fd = openSync(path, "w");
  try {
    use((bytes) => writeFully(fd, bytes));
  } finally {
    closeSync(fd);
  }
}
