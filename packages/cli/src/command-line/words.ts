// What the command line says before a verb speaks: help and complaints, in both languages.

import type { Lang } from "@heapwright/core/model/message.ts";

export interface Words {
  readonly en: string;
  readonly zh: string;
}

export function words(en: string, zh: string): Words {
  return { en, zh };
}

/** The language of help and of errors, before flags are parsed: `--lang`, else the environment's. */
export function langOf(args: readonly string[]): Lang {
  const at = args.findIndex((arg) => arg === "--lang" || arg.startsWith("--lang="));
  const given = at < 0 ? undefined : (args[at]?.split("=", 2)[1] ?? args[at + 1]);
  if (given === "en" || given === "zh") return given;
  const env = process.env["LC_ALL"] || process.env["LC_MESSAGES"] || process.env["LANG"] || "";
  return /^zh([_.]|$)/i.test(env) ? "zh" : "en";
}
