// Collects what one service tells of its memory into a folder. Order and limits: run.ts; what is written
// where: folder.ts; what is left out: redact.ts.

import { performance } from "node:perf_hooks";
import { errnoOf } from "../bytes/errno.ts";
import { CaptureError } from "./error.ts";
import { CaptureFolder } from "./folder.ts";
import { openTarget } from "./open-target.ts";
import { CaptureRun, DEFAULT_DURATION_MS } from "./run.ts";
import type { CaptureOptions, CaptureOutcome, CaptureProgress, CaptureTarget } from "./types.ts";

/**
 * Ends by itself after `durationMs`, by `signal` (the folder is sealed as "interrupted"), by the death of
 * the target, or by the limit. Once something was collected it never throws for the service's sake.
 *
 * @throws CaptureError when nothing could be collected, or the folder could not be written.
 */
export async function capture(
  target: CaptureTarget,
  options: CaptureOptions,
  onProgress: (progress: CaptureProgress) => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<CaptureOutcome> {
  const startMonoMs = performance.now();
  await CaptureFolder.check(options.folder);
  onProgress({
    phase: "connect",
    snapshotsTaken: 0,
    snapshotsPlanned: 0,
    cycles: undefined,
    elapsedMs: 0,
    remainingMs: options.durationMs ?? DEFAULT_DURATION_MS,
    records: 0,
  });
  const opened = await openTarget(target, options, signal);
  try {
    const folder = await CaptureFolder.create(options.folder);
    const run = new CaptureRun(opened, folder, options, startMonoMs, onProgress, signal);
    try {
      return await run.run();
    } catch (error) {
      await folder.abandon();
      throw error;
    }
  } catch (error) {
    const code = errnoOf(error);
    if (
      error instanceof CaptureError ||
      !/^E(?:NOSPC|DQUOT|ROFS|ACCES|IO|FBIG|MFILE)$/.test(code)
    ) {
      throw error;
    }
    throw new CaptureError("folder-not-writable", { folder: options.folder, cause: code });
  } finally {
    opened.service?.close();
  }
}
