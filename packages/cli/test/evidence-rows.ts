// The evidence ids of an answer, and which of them `heapwright evidence ID` could not show.

import { describeEvidence } from "@heapwright/core/report/evidence-rows.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import { readEvidence } from "@heapwright/host/files/read-evidence.ts";

/** Ids below any `evidence` of the answer: lists of strings, and rows with an id. */
export function idsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(value)) for (const v of value) idsIn(v, found);
  else if (typeof value === "object" && value !== null)
    for (const [key, v] of Object.entries(value)) {
      if (key === "evidence" && typeof v === "string") found.add(v);
      else if (key === "evidence" && Array.isArray(v))
        for (const id of v) if (typeof id === "string") found.add(id);
      idsIn(v, found);
    }
  return found;
}

/** The ids of an answer that `evidence ID` cannot show. */
export async function unresolved(folder: string, ids: ReadonlySet<string>): Promise<string[]> {
  const { artefacts } = await readEvidence([folder]);
  const voice = voiceOf("en");
  return [...ids].filter((id) => {
    const [prefix = "", key] = id.split(/:(.*)/s);
    return !artefacts
      .filter((a) => a.id === prefix)
      .some((a) => describeEvidence(a, key === "" ? undefined : key, voice) !== undefined);
  });
}
