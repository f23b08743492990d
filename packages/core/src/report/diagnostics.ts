// What was lost or odd in an input, as a sentence. Every code that a reader can give has words
// (diagnostic-messages.ts); diagnostics.test.ts walks the sources for codes that have none.

import type { Diagnostic, DiagnosticParam } from "../model/diagnostic.ts";
import type { Lang } from "../model/message.ts";
import { DIAGNOSTIC_MESSAGES } from "./diagnostic-messages.ts";
import type { Told } from "./diagnostics/words.ts";
import { printable, wordingOf } from "./wording.ts";

export function describeDiagnostic(d: Diagnostic, voice: { readonly lang: Lang }): string {
  const message = DIAGNOSTIC_MESSAGES[d.code];
  if (message === undefined) return `${fallback(d)}${placeOf(d, voice.lang)}`;
  const text = message[voice.lang](toldOf(d.params, d.count, voice.lang));
  return message.saysWhere === true ? text : `${text}${placeOf(d, voice.lang)}`;
}

/** Parameters as a message asks for them: `times` is how often it was seen. */
export function toldOf(
  params: Readonly<Record<string, DiagnosticParam>>,
  times: number,
  lang: Lang,
): Told {
  const words = wordingOf(lang);
  const text = (name: string): string => {
    const value = params[name];
    return value === undefined ? "?" : printable(String(value));
  };
  const number = (name: string, say: (n: number) => string): string => {
    const value = params[name];
    return typeof value === "number" ? say(value) : text(name);
  };
  return {
    times,
    has: (name) => params[name] !== undefined,
    text,
    count: (name) => number(name, (n) => words.count(n)),
    bytes: (name) => number(name, (n) => words.bytes(n)),
  };
}

/** The place it was seen at; the first of several. */
function placeOf(d: Diagnostic, lang: Lang): string {
  const { line, offset } = d.where ?? {};
  const isFirst = d.count > 1;
  if (line !== undefined) {
    if (lang === "zh") return `（${isFirst ? "首处：" : ""}第 ${line} 行）`;
    return ` (${isFirst ? "first at " : ""}line ${line})`;
  }
  if (offset === undefined) return "";
  if (lang === "zh") return `（${isFirst ? "首处：" : ""}字节 ${offset}）`;
  return ` (${isFirst ? "first at " : ""}byte ${offset})`;
}

/** A code without words is still said, with what it carries and how often. */
function fallback(d: Diagnostic): string {
  const params = Object.entries(d.params).map(([k, v]) => `${k} ${printable(String(v))}`);
  const [format = "", what = ""] = printable(d.code).split(/\.(.*)/s);
  const said = [`${format}: ${what.replaceAll("-", " ")}`, ...params].join(", ");
  return d.count > 1 ? `${said} × ${d.count}` : said;
}
