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
 * The collector's time between the first and the last cycle of a folder's trace.
 * @param {EvidenceFolder} evidence
 */
export function gcOfTrace(evidence) {
  for (const { table } of evidence.artefacts) {
    const trace = table.kind === "trace" ? analyzeTrace(table) : undefined;
    if (trace === undefined) continue;
    return gcBetweenCycles(trace, 0, trace.cycles.length - 1);
  }
  return undefined;
}
