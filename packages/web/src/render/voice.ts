// The words of report as the page takes them: the same sentences as in the terminal.

import type { Lang } from "@heapwright/core/model/message.ts";
import { describeDiagnostic } from "@heapwright/core/report/diagnostics.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import { verdictWord } from "@heapwright/core/report/text.ts";
import { LABELS } from "../words.ts";
import type { PageInput } from "./input.ts";

export function pageVoice(lang: Lang): Pick<PageInput, "lang" | "say" | "words" | "names"> {
  const voice = voiceOf(lang);
  const word = (id: string): string => voice.say({ id, params: {}, evidence: [] });
  return {
    lang,
    say: (statement) => voice.say(statement),
    words: voice.words,
    names: {
      verdict: (verdict) => verdictWord(verdict, { voice }),
      status: (status) => word(status === "fault" ? "status.high" : `status.${status}`),
      cause: (cause) => word(`cause.${cause}`),
      part: (part) => word(`part.${part}`),
      diagnostic: (diagnostic) => describeDiagnostic(diagnostic, voice),
    },
  };
}

/** Name of a flame's root box. */
export const ROOT_NAME: Readonly<Record<Lang, string>> = {
  en: LABELS.en.flameRoot,
  zh: LABELS.zh.flameRoot,
};
