// Statements become sentences here, and nowhere else.

import { linkMessages } from "../evidence/messages.ts";
import { ledgerMessages } from "../analysis/ledger/messages.ts";
import { pitfallMessages } from "../analysis/profile/pitfall-messages.ts";
import type { Lang, Messages, Statement, Wording } from "../model/message.ts";
import { RULE_MESSAGES } from "../rules/catalog.ts";
import { missingMessages, verdictMessages } from "../verdict/messages.ts";
import { reportMessages } from "./messages.ts";
import { wordingOf } from "./wording.ts";

const CATALOG: Messages = {
  ...linkMessages,
  ...ledgerMessages,
  ...pitfallMessages,
  ...RULE_MESSAGES,
  ...verdictMessages,
  ...missingMessages,
  ...reportMessages,
};

export interface Voice {
  readonly lang: Lang;
  readonly words: Wording;
  say(statement: Statement): string;
}

export function voiceOf(lang: Lang): Voice {
  const words = wordingOf(lang);
  return {
    lang,
    words,
    say: (s) => {
      const message = CATALOG[s.id];
      if (message === undefined) throw new Error(`no message ${s.id}`);
      return message[lang](s.params, words);
    },
  };
}
