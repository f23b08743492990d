// How much work passed through while it was watched, beside how much is in flight at once.

import type { ProcessEvidence } from "../../evidence/process.ts";
import type { Load } from "../load.ts";

export interface Turnover {
  readonly started: number;
  readonly source: "requests" | "goroutines";
  readonly evidence: readonly string[];
}

/**
 * Requests counted over `seconds`, else goroutines started between the first and the last dump: the
 * runtime numbers them upwards (runtime/proc.go newproc1, goidgen; each P takes 16 ids ahead). One
 * request of net/http's server starts one at least where its client keeps the connection
 * (startBackgroundRead). Misleads: goroutines of other work count too.
 */
export function turnoverOf(p: ProcessEvidence, load: Load, seconds: number): Turnover | undefined {
  if (load.source === "requests" && load.rate !== undefined)
    return {
      started: load.rate.value * seconds,
      source: "requests",
      evidence: load.rate.evidence,
    };
  const first = p.goroutineDumps[0];
  const last = p.goroutineDumps[p.goroutineDumps.length - 1];
  if (first === undefined || last === undefined || first === last) return undefined;
  const started = highest(last.value.id) - highest(first.value.id);
  return started > 0
    ? { started, source: "goroutines", evidence: [first.artefact.id, last.artefact.id] }
    : undefined;
}

function highest(ids: Float64Array): number {
  let most = 0;
  for (const id of ids) if (id > most) most = id;
  return most;
}
