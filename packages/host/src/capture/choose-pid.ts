// Which of the processes found (or the one named) does the evidence belong to?

import type { ProfileTable } from "@heapwright/core/model/tables/profile.ts";
import { executableOf, uptimeOf } from "../process/identity.ts";
import { readBuildInfo } from "../process/build-info.ts";
import { CaptureError } from "./error.ts";
import type { OpenedTarget, PidCandidate } from "./open-target.ts";
import type { Recorder } from "./recorder.ts";
import { samePid } from "./same-process.ts";
import type { CapturedProcess, SamePidProof } from "./types.ts";

export interface PidChoice {
  readonly candidate: PidCandidate;
  readonly proof: SamePidProof;
}

/**
 * A pid found by its port is taken only with proof; a pid that the user named unless the evidence
 * contradicts it.
 *
 * @throws CaptureError when the named pid is another process than the one that answers.
 */
export async function choosePid(
  target: OpenedTarget,
  profile: ProfileTable | undefined,
  maxRss: number | undefined,
  recorder: Recorder,
): Promise<PidChoice | undefined> {
  let unconfirmed: PidCandidate | undefined;
  let other: PidCandidate | undefined;
  for (const candidate of target.candidates) {
    const { identity, peakBefore, peakAfter } = candidate;
    const same = await samePid({ pid: identity.pid, profile, maxRss, peakBefore, peakAfter });
    if (same === "vdso" || same === "max-rss") return { candidate, proof: same };
    if (same === "other") other ??= candidate;
    else unconfirmed ??= candidate;
  }
  if (target.foundBy === "given") {
    if (unconfirmed !== undefined) return { candidate: unconfirmed, proof: "given" };
    if (other === undefined) return undefined;
    const { pid, comm } = other.identity;
    throw new CaptureError("pid-mismatch", { pid, comm });
  }
  const left = other ?? unconfirmed;
  if (left !== undefined) {
    const { pid, comm } = left.identity;
    recorder.note(other === undefined ? "pid-unconfirmed" : "pid-is-forwarder", { pid, comm });
  }
  return undefined;
}

/** @throws CaptureError when there is nothing but a pid and its program is no Go program. */
export async function describeProcess(
  target: OpenedTarget,
  { candidate, proof }: PidChoice,
): Promise<CapturedProcess> {
  const { identity } = candidate;
  if (target.service === undefined && (await readBuildInfo(identity.pid)).kind === "not-go") {
    throw new CaptureError("not-go", { pid: identity.pid, comm: identity.comm });
  }
  return {
    pid: identity.pid,
    comm: identity.comm,
    foundBy: target.foundBy,
    proof,
    uptimeSec: await uptimeOf(identity),
    executable: await executableOf(identity.pid),
  };
}

export function unknownProcess(target: OpenedTarget): CapturedProcess {
  return {
    pid: undefined,
    comm: undefined,
    foundBy: target.foundBy,
    proof: "none",
    uptimeSec: undefined,
    executable: undefined,
  };
}
