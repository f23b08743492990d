// The whole answer: links, derives, judges each process, and repeats the worst at the top.

import { buildView } from "../analysis/view.ts";
import type { EvidenceFolder } from "../evidence/artefact.ts";
import { link } from "../evidence/link.ts";
import type { View } from "../analysis/view.ts";
import type { Answer, CaptureFacts, EvidenceRow, ProcessAnswer } from "./answer.ts";
import { judge } from "./judge.ts";
import { CONFIDENCE_RANK } from "./weights.ts";

export interface AnswerOptions {
  readonly target: string;
  readonly toolVersion: string;
  readonly limitBytes: number | undefined;
  readonly loadCounter: string | undefined;
}

export interface Answered {
  readonly answer: Answer;
  /** In the order of `answer.processes`; the first belongs to the top level. */
  readonly views: readonly View[];
}

/** Undefined when not one artefact could be read: then there is nothing to answer from. */
export function answerOf(folder: EvidenceFolder, options: AnswerOptions): Answered | undefined {
  const { processes } = link(folder.artefacts);
  const judged = processes
    .map((p) => {
      const view = buildView(p, {
        limitBytes: options.limitBytes,
        loadCounter: options.loadCounter,
        target: options.target,
      });
      const answer = judge(view);
      return { view, answer: { ...answer, evidence: withShares(answer.evidence, folder) } };
    })
    .sort((a, b) => badness(b.answer) - badness(a.answer));
  const worst = judged[0];
  if (worst === undefined) return undefined;
  const { key: _key, ...top } = worst.answer;
  const unread = folder.unread.map((u) => ({ ...u.diagnostic, artefact: u.name }));
  // About the folder itself: a torn manifest, more files than were looked at. A diagnostic of a manifest
  // stands under that file's name, another under what the user named.
  const ofFolder = (folder.diagnostics ?? []).map((d) => ({
    ...d,
    artefact: typeof d.params["file"] === "string" ? d.params["file"] : options.target,
  }));
  return {
    answer: {
      schema: "heapwright.why/1",
      tool: { name: "heapwright", version: options.toolVersion },
      target: options.target,
      ...top,
      diagnostics: [...top.diagnostics, ...unread, ...ofFolder],
      processes: judged.map((j) => j.answer),
      captures: capturesOf(folder),
    },
    views: judged.map((j) => j.view),
  };
}

/** How much of each artefact was read: known to its reader, not to the judge. */
function withShares(rows: readonly EvidenceRow[], folder: EvidenceFolder): EvidenceRow[] {
  const read = new Map(folder.artefacts.map((a) => [a.id, a.completeness]));
  return rows.map((row) => {
    const known = read.get(row.id);
    return { ...row, fraction: known?.fraction, lowerBounds: known?.lowerBounds ?? false };
  });
}

function capturesOf(folder: EvidenceFolder): CaptureFacts[] {
  return (folder.seals ?? []).map((seal) => ({
    target: seal.target,
    startMs: seal.startMs,
    endMs: seal.endMs,
    ended: seal.ended,
    reason: seal.reason,
    notes: seal.notes ?? [],
    cost: seal.cost,
  }));
}

function badness(a: ProcessAnswer): number {
  const fault = a.verdicts.find((v) => v.fault);
  if (fault !== undefined) return 100 + CONFIDENCE_RANK[fault.confidence] * 10;
  // A remnant of evidence (one log segment, one file) that decides nothing is not worse than an answer.
  if (a.status === "inconclusive") return a.evidence.length >= 3 ? 60 : 10;
  return 50;
}
