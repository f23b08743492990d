// A folder of artefacts to its answer, as the command does it.

import { buildView, type View } from "../src/analysis/view.ts";
import type { Artefact } from "../src/evidence/artefact.ts";
import { link } from "../src/evidence/link.ts";
import { answerOf } from "../src/verdict/answer-of.ts";
import type { Answer, Verdict } from "../src/verdict/answer.ts";

export function judged(artefacts: readonly Artefact[], limitBytes?: number): Answer {
  const answered = answerOf(
    { artefacts, unread: [], absent: [] },
    { target: "./incident", toolVersion: "test", limitBytes, loadCounter: undefined },
  );
  if (answered === undefined) throw new Error("no process in these artefacts");
  return answered.answer;
}

export function verdictOf(answer: Answer, cause: Verdict["cause"]): Verdict | undefined {
  return answer.verdicts.find((v) => v.cause === cause);
}

/** Everything derived from the first process. */
export function viewOf(artefacts: readonly Artefact[], limitBytes?: number): View {
  const process = link(artefacts).processes[0];
  if (process === undefined) throw new Error("no process in these artefacts");
  return buildView(process, { limitBytes, loadCounter: undefined, target: "./incident" });
}
