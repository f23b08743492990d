// A sentence of report with its numbers and names set apart. The words are never changed: parameters
// are looked up in the finished sentence, so a translation may order them as it likes. What is not found
// stays plain text.

import type { Param, Statement, Wording } from "@heapwright/core/model/message.ts";
import type { Quantity } from "@heapwright/core/model/quantity.ts";
import { shortFunction } from "@heapwright/core/pictures/go-names.ts";
import { type Markup, markup } from "../markup.ts";
import { type Speaking, evidenceHref } from "./context.ts";
import { codeName } from "./names.ts";

interface Found {
  readonly kind: "value" | "code";
  readonly text: string;
  readonly evidence: readonly string[];
}

export interface Said {
  readonly prose: Markup;
  /** The sentence without its command, as text. */
  readonly plain: string;
  readonly command: string | undefined;
}

function isQuantity(param: Param): param is Quantity {
  return typeof param === "object";
}

/** A name that reads better in a fixed-width face: a path, a symbol, a version, a position. */
function looksLikeCode(text: string): boolean {
  return text.length > 1 && /[./:()_*#@=[\]]|[a-z][A-Z]/.test(text) && !/^[\s.…]+$/.test(text);
}

/** Every way in which a message may have written `q`. */
function formsOf(q: Quantity, w: Wording): string[] {
  const forms = [w.value(q)];
  if (q.unit === "bytes") forms.push(w.bytes(q.value));
  else if (q.unit === "fraction") forms.push(w.percent(q.value));
  else if (q.unit === "s") forms.push(w.duration(q.value));
  else if (q.unit === "count") forms.push(w.count(q.value));
  return forms.filter((form) => /\d/.test(form));
}

const WORD = /[A-Za-z0-9_]/;

/** `at` is the start of `part` as a whole word, not the middle of a longer number or name. */
function standsAlone(text: string, at: number, part: string): boolean {
  const before = text[at - 1] ?? "";
  const after = text[at + part.length] ?? "";
  const first = part[0] ?? "";
  const last = part[part.length - 1] ?? "";
  if (WORD.test(first) && (WORD.test(before) || (/\d/.test(first) && before === "."))) return false;
  if (!WORD.test(last)) return true;
  if (WORD.test(after)) return false;
  // 1.04 is not 1, and 3.4 MiB is not 3: a dot with a digit behind it goes on.
  return !(after === "." && /\d/.test(text[at + part.length + 1] ?? ""));
}

/** First place of each parameter, without overlaps, in order of the text. */
function places(text: string, statement: Statement, w: Wording): { at: number; found: Found }[] {
  const wanted: Found[] = [];
  for (const param of Object.values(statement.params)) {
    if (isQuantity(param)) {
      for (const form of formsOf(param, w)) {
        wanted.push({ kind: "value", text: form, evidence: param.evidence });
      }
    } else if (typeof param === "string" && looksLikeCode(param)) {
      wanted.push({ kind: "code", text: param, evidence: [] });
    }
  }
  // Longer first: "1.04 MiB/s" before "1.04 MiB".
  wanted.sort((a, b) => b.text.length - a.text.length);
  const out: { at: number; found: Found }[] = [];
  const isFree = (from: number, to: number): boolean =>
    out.every(({ at, found }) => to <= at || from >= at + found.text.length);
  for (const found of wanted) {
    let at = text.indexOf(found.text);
    while (at >= 0) {
      if (standsAlone(text, at, found.text) && isFree(at, at + found.text.length)) {
        out.push({ at, found });
        break;
      }
      at = text.indexOf(found.text, at + 1);
    }
  }
  return out.sort((a, b) => a.at - b.at);
}

const INTERVAL = /^\s*(\[[^\][]{1,60}\])/;

/** Number and unit, and an interval, must not be broken over lines. */
function kept(text: string): string {
  return text.replace(/ /g, "\u00a0");
}

function valueMarkup(ctx: Speaking, found: Found): Markup {
  const href = evidenceHref(ctx, found.evidence[0]);
  const text = kept(found.text);
  return href === undefined
    ? markup`<b>${text}</b>`
    : markup`<b><a class="q" href="${href}">${text}</a></b>`;
}

/** In the headline a symbol stands without its import path, which would fill the line alone. */
function headlineName(name: string): string {
  return /^[^\s/]+\/.*\./.test(name) && !/:\d+$/.test(name) ? shortFunction(name) : name;
}

function marked(ctx: Speaking, text: string, statement: Statement, isHeadline = false): Markup {
  const out: (Markup | string)[] = [];
  let from = 0;
  for (const { at, found } of places(text, statement, ctx.input.words)) {
    // A span found earlier may have taken its interval with it.
    if (at < from) continue;
    out.push(text.slice(from, at));
    from = at + found.text.length;
    if (found.kind === "code") {
      out.push(codeName(isHeadline ? headlineName(found.text) : found.text, found.text));
      continue;
    }
    out.push(valueMarkup(ctx, found));
    const interval = INTERVAL.exec(text.slice(from));
    if (interval?.[1] !== undefined) {
      out.push(markup` <span class="i">${kept(interval[1])}</span>`);
      from += interval[0].length;
    }
  }
  out.push(text.slice(from));
  return markup`${out}`;
}

/** The sentence as it is; a command in it stays where it is, as code. */
export function said(ctx: Speaking, statement: Statement, isHeadline = false): Said {
  const text = ctx.input.say(statement);
  return { prose: marked(ctx, text, statement, isHeadline), plain: text, command: undefined };
}

/** Separators that stood between a sentence and its command. */
const EDGES = /^[\s,;:，；：、]+|[\s,;:，；：、]+$/g;

/** A sentence that is nothing but a command, as some messages are: no prose in or after it. */
const BARE_COMMAND = /^(?:curl|heapwright|kubectl|go|git) [\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
const PROSE = /[,;] | (?:on|or|and|the|to|in|with) /;

function commandIn(text: string, statement: Statement): string | undefined {
  const param = statement.params["command"];
  if (typeof param === "string" && param !== "" && text.includes(param)) return param;
  return BARE_COMMAND.test(text) && !PROSE.test(text) ? text : undefined;
}

/** Something to do: the command apart, the rest as a sentence. */
export function toDo(ctx: Speaking, statement: Statement): Said {
  const text = ctx.input.say(statement);
  const command = commandIn(text, statement);
  if (command === undefined) return said(ctx, statement);
  const at = text.indexOf(command);
  const before = text.slice(0, at).replace(EDGES, "");
  const after = text.slice(at + command.length).replace(EDGES, "");
  const plain = before === "" ? after : after === "" ? before : `${before}: ${after}`;
  return { prose: marked(ctx, plain, statement), plain, command };
}

/** Links to the evidence behind a statement: two at most, the rest by number. */
export function evidenceLinks(ctx: Speaking, ids: readonly string[]): Markup {
  const shown = ids.slice(0, 2).map((id) => {
    const href = evidenceHref(ctx, id);
    const text = id.length > 34 ? `${id.slice(0, 33)}…` : id;
    return href === undefined
      ? markup`<span class="m">${text}</span>`
      : markup`<a class="m" href="${href}" title="${id.slice(0, 400)}">${text}</a>`;
  });
  const more =
    ids.length > 2
      ? markup`<span class="note" title="${ids.slice(2, 40).join("  ")}">+${ids.length - 2}</span>`
      : undefined;
  return markup`<span class="ev">${shown}${more}</span>`;
}
