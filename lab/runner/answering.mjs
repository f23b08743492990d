// heapwright as a library in one process, for replay and ablation: starting the command for every
// folder would cost more than the answers. Bundled by bundle.mjs; what it calls is what the verb `why`
// calls.

import { gcBetweenCycles } from "@heapwright/core/analysis/trace/gc-between.ts";
import { analyzeTrace } from "@heapwright/core/analysis/trace/trace-analysis.ts";
import { formatJson } from "@heapwright/core/report/json.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import { answerOf } from "@heapwright/core/verdict/answer-of.ts";
import { readEvidence } from "@heapwright/host/files/read-evidence.ts";

/** @typedef {import("@heapwright/core/evidence/artefact.ts").EvidenceFolder} EvidenceFolder */
/** @typedef {import("@heapwright/core/evidence/artefact.ts").Artefact} Artefact */

const VOICE = voiceOf("en");

/** @param {string} folder */
export function read(folder) {
  return readEvidence([folder]);
}

/**
 * @param {EvidenceFolder} evidence
 * @param {number | undefined} limitBytes
 * @returns {import("./compare.mjs").Answer | undefined}
 */
export function answer(evidence, limitBytes) {
  const answered = answerOf(evidence, {
    target: "recording",
    toolVersion: "lab",
    limitBytes,
    loadCounter: undefined,
  });
  return answered === undefined ? undefined : JSON.parse(formatJson(answered.answer, VOICE));
}

/**
 * The collector's time in the last `cycles` of a folder's trace: one that was on when the trace began is not of
 * the window that its program measured.
 * @param {EvidenceFolder} evidence
 * @param {number} cycles
 */
export function gcOfTrace(evidence, cycles) {
  for (const { table } of evidence.artefacts) {
    const trace = table.kind === "trace" ? analyzeTrace(table) : undefined;
    if (trace === undefined) continue;
    const last = trace.cycles.length - 1;
    return gcBetweenCycles(trace, last - cycles, last);
  }
  return undefined;
}
