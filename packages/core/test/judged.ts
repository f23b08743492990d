// A folder of artefacts to its answer, as the command does it.

import type { Artefact } from "../src/evidence/artefact.ts";
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
