// `--html` and `--flame` of `heapwright trace`. Loaded only for them.

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { TraceAnalysis } from "@heapwright/core/analysis/trace/trace-analysis.ts";
import type { TraceSummary } from "@heapwright/core/report/trace/summary.ts";
import type { Verdict } from "@heapwright/core/verdict/answer.ts";
import {
  renderAssistFlamePage,
  renderTracePage,
  type TracePageInput,
} from "@heapwright/web/render/trace/page.ts";
import { tracePictures } from "@heapwright/web/render/trace/pictures.ts";
import { pageVoice } from "@heapwright/web/render/voice.ts";
import type { TraceFlags } from "../../flags.ts";
import { assets } from "../../page.ts";
import { writeReport } from "../../report-file.ts";

export interface TraceReport {
  readonly analysis: TraceAnalysis;
  readonly summary: TraceSummary;
  readonly verdicts: readonly Verdict[];
  readonly damage: readonly string[];
  readonly target: string;
  readonly version: string;
  /** What the terminal says, for "Copy as text". */
  readonly text: string;
  /** What --json prints, for "Save as JSON". */
  readonly whole: unknown;
}

export async function writeTracePages(flags: TraceFlags, report: TraceReport): Promise<void> {
  const { analysis, summary, verdicts, damage, target, version } = report;
  const guilty = verdicts.find((v) => v.fault)?.sites ?? [];
  const input: TracePageInput = {
    ...pageVoice(flags.lang),
    ...(await assets()),
    hash: (text) => createHash("sha256").update(text, "utf8").digest("base64"),
    theme: "auto",
    savedMs: Date.now(),
    pictures: tracePictures(analysis, summary, guilty, flags.lang),
    verdicts,
    damage,
    target,
    version,
  };
  const write = async (file: string, html: string): Promise<void> => {
    await writeReport(file, html);
    if (flags.quiet !== true) process.stderr.write(`heapwright: wrote ${file}\n`);
  };
  if (flags.html !== undefined) {
    const packedJson = gzipSync(JSON.stringify(report.whole)).toString("base64");
    await write(flags.html, renderTracePage({ ...input, text: report.text, packedJson }));
  }
  if (flags.flame !== undefined) await write(flags.flame, renderAssistFlamePage(input));
}
