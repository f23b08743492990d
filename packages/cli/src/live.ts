// Runs a capture for a verb: progress line, Ctrl-C, the first verdict while it goes on.

import type { Lang } from "@heapwright/core/model/message.ts";
import { capture } from "@heapwright/host/capture/capture.ts";
import { CaptureError } from "@heapwright/host/capture/error.ts";
import type {
  CaptureOutcome,
  CaptureProgress,
  CaptureTarget,
} from "@heapwright/host/capture/types.ts";
import { EXIT } from "./exit-codes.ts";
import { captureErrorWords, exitOfCaptureError } from "./capture-errors.ts";
import type { LiveFlags } from "./flags.ts";
import { captureOptionsOf } from "./obtain.ts";
import type { ProgressLine } from "./terminal.ts";

export interface RunOptions {
  readonly folder: string;
  readonly version: string;
  readonly lang: Lang;
  readonly progress: ProgressLine;
  /** Called when new artefacts are on disk, at most every few seconds; gives a line to show. */
  readonly soFar?: (folder: string) => Promise<string>;
}

export interface Captured {
  readonly folder: string;
  readonly outcome: CaptureOutcome | undefined;
  readonly error: string | undefined;
  readonly isInterrupted: boolean;
  /** The exit code when there is an error. */
  readonly exit: number;
}

/** Reading a growing folder again costs; the first verdict is wanted within 5 s, later ones less often. */
const SO_FAR_EVERY_MS = 10_000;

export async function runCapture(
  target: CaptureTarget,
  flags: LiveFlags,
  options: RunOptions,
): Promise<Captured> {
  const controller = new AbortController();
  const onInterrupt = () => {
    // The first Ctrl-C seals; whoever presses again does not want to wait for it. What is on disk stays readable.
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  };
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onInterrupt);
  let soFar = "";
  let lastSoFar = -Infinity;
  let running: Promise<void> | undefined;
  const zh = options.lang === "zh";
  const refresh = () => {
    const work = options.soFar;
    if (
      work === undefined ||
      running !== undefined ||
      performance.now() - lastSoFar < SO_FAR_EVERY_MS
    )
      return;
    lastSoFar = performance.now();
    running = work(options.folder)
      .then((line) => {
        soFar = line;
      })
      .finally(() => {
        running = undefined;
      });
    // The final answer reports what is wrong with the evidence; a preview that fails only stays away.
    running.catch(() => undefined);
  };
  const show = (p: CaptureProgress) => {
    const parts = [`${zh ? "堆" : "heap"} ${p.snapshotsTaken}/${p.snapshotsPlanned}`];
    if (p.cycles !== undefined) parts.push(`${zh ? "周期" : "cycle"} +${p.cycles}`);
    parts.push(
      zh
        ? `剩余 ${Math.ceil(p.remainingMs / 1000)} 秒`
        : `${Math.ceil(p.remainingMs / 1000)} s left`,
    );
    // The verdict comes first: on a narrow terminal the line is cut at its end.
    if (soFar !== "") parts.push(soFar);
    parts.push(zh ? "Ctrl-C 保留已采集内容" : "Ctrl-C keeps what is there");
    options.progress.show(parts.join("   "));
  };
  try {
    const outcome = await capture(
      target,
      {
        ...captureOptionsOf(flags, options.folder, `heapwright ${options.version}`),
        onArtefact: () => {
          if (options.soFar !== undefined) refresh();
        },
      },
      show,
      controller.signal,
    );
    return {
      folder: options.folder,
      outcome,
      error: undefined,
      isInterrupted: outcome.ended === "interrupted",
      exit: EXIT.ok,
    };
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return {
      folder: options.folder,
      outcome: undefined,
      error: captureErrorWords(error.code, error.params, options.lang),
      isInterrupted: error.code === "interrupted",
      exit: exitOfCaptureError(error.code),
    };
  } finally {
    process.off("SIGINT", onInterrupt);
    process.off("SIGTERM", onInterrupt);
    if (running !== undefined) await running.catch(() => undefined);
    options.progress.clear();
  }
}
