// Markup that is escaped by construction. `markup` is the only way to make Markup out of values, and every
// value that is not Markup already is escaped, so a symbol name can never become a tag or an attribute.

import { visibleText } from "./visible-text.ts";

export class Markup {
  readonly #text: string;

  constructor(text: string, key: symbol) {
    if (key !== KEY) throw new Error("Markup is made by markup`…` only");
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

const KEY = Symbol("markup");

export type Value = string | number | Markup | undefined | false | readonly Value[];

const NAMED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escapeText(text: string): string {
  return visibleText(text).replace(/[&<>"']/g, (c) => NAMED[c] ?? c);
}

function written(value: Value): string {
  if (value === undefined || value === false) return "";
  if (value instanceof Markup) return value.toString();
  if (typeof value === "string") return escapeText(value);
  if (typeof value === "number") return numberText(value);
  let out = "";
  for (const item of value) out += written(item);
  return out;
}

/** Coordinates: at most 2 decimals, never an exponent. */
function numberText(n: number): string {
  if (!Number.isFinite(n)) return "0";
  return String(Math.round(n * 100) / 100);
}

/** Templates without the indentation of the source: a third of a page would be spaces. */
const compact = new WeakMap<TemplateStringsArray, readonly string[]>();

function compacted(parts: TemplateStringsArray): readonly string[] {
  let list = compact.get(parts);
  if (list === undefined) {
    list = parts.map((part) => part.replace(/\n\s*/g, "\n"));
    compact.set(parts, list);
  }
  return list;
}

/** Template tag. Attributes must be written in double quotes. */
export function markup(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const list = compacted(parts);
  let out = list[0] ?? "";
  for (let i = 0; i < values.length; i++) out += written(values[i]) + (list[i + 1] ?? "");
  return new Markup(out, KEY);
}

/**
 * The page's own style or script, exactly as hashed. Both are ours; the check is against a build that
 * would end the element early.
 */
export function verbatim(text: string): Markup {
  if (/<\/(?:style|script)|<!--/i.test(text)) {
    throw new Error("embedded style or script must not contain a closing tag or a comment");
  }
  return new Markup(text, KEY);
}

/** JSON for a data block: no character in it can end the element. */
export function embeddedJson(text: string): Markup {
  return new Markup(
    text.replace(
      /[<>&\u2028\u2029]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
    KEY,
  );
}

/** A value for `id`, `href="#…"` and `aria-controls`: letters, digits, - and _ only. */
export function anchor(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 80);
}
