// What was lost or odd in an input, as a sentence. Every code that a reader can give has an entry here;
// a test walks the readers for codes that have none.

import type { Diagnostic } from "../model/diagnostic.ts";
import type { Lang } from "../model/message.ts";
import { DIAGNOSTIC_MESSAGES } from "./diagnostic-messages.ts";
import { printable } from "./wording.ts";

export function describeDiagnostic(d: Diagnostic, voice: { readonly lang: Lang }): string {
  const message = DIAGNOSTIC_MESSAGES[d.code];
  const params = (name: string): string => {
    const v = d.params[name];
    return v === undefined ? "?" : printable(String(v));
  };
  const text = message === undefined ? fallback(d) : message[voice.lang](params);
  const place =
    d.where?.line !== undefined
      ? ` (${voice.lang === "zh" ? "第" : "line "}${d.where.line}${voice.lang === "zh" ? " 行" : ""})`
      : d.where?.offset !== undefined
        ? ` (${voice.lang === "zh" ? "字节" : "byte "}${d.where.offset})`
        : "";
  return `${text}${d.count > 1 ? ` × ${d.count}` : ""}${place}`;
}

/** A code without words is still said, with what it carries. */
function fallback(d: Diagnostic): string {
  const params = Object.entries(d.params).map(([k, v]) => `${k} ${printable(String(v))}`);
  return [d.code.replace(".", ": ").replaceAll("-", " "), ...params].join(", ");
}
