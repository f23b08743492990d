// Reading /proc: small files without a size, that can vanish while they are read. What may go wrong is
// data: the caller says which files were missing and what would make them readable.

import { open, type FileHandle } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { errnoOf } from "../bytes/errno.ts";

export type ProcProblem =
  /** The process has ended (or never was). */
  | "gone"
  /** Another user's process: smaps, smaps_rollup, maps, environ, exe and fd need that user or root. */
  | "not-permitted"
  /** This kernel has no such file (smaps_rollup before Linux 4.14, a control file of another version). */
  | "no-such-file"
  | "too-large"
  | "unreadable";

export interface ProcText {
  readonly ok: true;
  readonly bytes: Uint8Array;
  /** How long the kernel took: smaps walks page tables under the process's own lock. */
  readonly elapsedMs: number;
}

export interface ProcFailure {
  readonly ok: false;
  readonly path: string;
  readonly problem: ProcProblem;
  readonly code: string;
}

/** smaps has about 1 KiB a mapping and a process at most 65 530 of them by default. */
const MAX_PROC_BYTES = 128 * 1024 * 1024;

export const PROC = "/proc";

export type ProcAvailability =
  | { readonly available: true }
  | { readonly available: false; readonly platform: NodeJS.Platform };

/** The kernel's view exists on Linux only; elsewhere a capture has what the service itself tells. */
export function procAvailability(): ProcAvailability {
  return process.platform === "linux"
    ? { available: true }
    : { available: false, platform: process.platform };
}

export async function readProcFile(path: string): Promise<ProcText | ProcFailure> {
  const startMs = performance.now();
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, "r");
    const bytes = await readToEnd(handle);
    if (bytes === undefined) return { ok: false, path, problem: "too-large", code: "" };
    return { ok: true, bytes, elapsedMs: performance.now() - startMs };
  } catch (error) {
    const code = errnoOf(error);
    if (code === "") throw error;
    return { ok: false, path, problem: problemOf(code), code };
  } finally {
    await handle?.close();
  }
}

/** One read gives at most a page or so from the kernel; the position moves on by itself. */
async function readToEnd(handle: FileHandle): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (true) {
    const chunk = new Uint8Array(64 * 1024);
    const { bytesRead } = await handle.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    total += bytesRead;
    if (total > MAX_PROC_BYTES) return undefined;
    chunks.push(chunk.subarray(0, bytesRead));
  }
}

export function problemOf(code: string): ProcProblem {
  switch (code) {
    case "EACCES":
    case "EPERM":
      return "not-permitted";
    case "ESRCH":
      return "gone";
    case "ENOENT":
    case "ENOTDIR":
    case "EOPNOTSUPP":
    case "ENODEV":
      return "no-such-file";
    default:
      return "unreadable";
  }
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}
