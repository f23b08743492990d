import type { Lang } from "@heapwright/core/model/message.ts";
import type { Words } from "./command-line/words.ts";

/** One sentence for the user, in the language of the command line; no stack. */
class SpokenError extends Error {
  readonly #words: Words;

  constructor(en: string, zh: string) {
    super(en);
    this.#words = { en, zh };
  }

  in(lang: Lang): string {
    return this.#words[lang];
  }
}

/** The command line asks for something that cannot be: exit 2. */
export class UsageError extends SpokenError {}

/** What was named cannot be read: exit 3. */
export class UnreadableError extends SpokenError {}
