// Names of code on the page: as text in a fixed-width face, cut in the middle where they would not end,
// whole in the title. A name never takes part in the direction of the text around it.

import { safeHead, safeTail } from "@heapwright/core/pictures/text-width.ts";
import { shortFile, shortFunction } from "@heapwright/core/pictures/go-names.ts";
import { type Markup, markup } from "../markup.ts";

/** Longer names are cut: 160 characters are two lines. */
const SHOWN = 160;
/** And longer ones than this are cut in the title too: a tooltip shows no more anyway. */
const TITLED = 1_000;

export function cutName(name: string, most = SHOWN): string {
  if (name.length <= most) return name;
  const head = Math.floor((most - 1) / 2);
  return `${safeHead(name, head)}…${safeTail(name, most - 1 - head)}`;
}

/** `whole` is what the title says when the name is shown shorter. */
export function codeName(name: string, whole = name): Markup {
  if (name.length <= SHOWN && name === whole) return markup`<code><bdi>${name}</bdi></code>`;
  return markup`<code title="${cutName(whole, TITLED)}"><bdi>${cutName(name)}</bdi></code>`;
}

/**
 * Middle truncation by style: the head shrinks, the last characters stay. The two parts are read as two
 * words, so the cell they stand in needs the name as its label too.
 */
function middle(text: string, tail: number, title: string): Markup {
  const end = safeTail(text, Math.min(tail, text.length));
  const start = text.slice(0, text.length - end.length);
  const parts = markup`<i><bdi>${start}</bdi></i><b><bdi>${end}</bdi></b>`;
  return markup`<span class="mid m" title="${cutName(title, TITLED)}">${parts}</span>`;
}

/** `session.(*Store).Add`, at most 90 characters. */
export function functionName(name: string): string {
  return cutName(shortFunction(name.slice(0, TITLED)), 90);
}

/** `session/store.go:88`, at most 90 characters before the line. */
export function positionName(file: string, line: number): string {
  return `${cutName(shortFile(file.slice(-TITLED)), 90)}${line > 0 ? `:${line}` : ""}`;
}

export function functionCell(name: string): Markup {
  return middle(functionName(name), 9, name);
}

/** The end with the line always stays. */
export function positionCell(file: string, line: number): Markup {
  const at = line > 0 ? `:${line}` : "";
  return middle(positionName(file, line), 7 + at.length, `${file}${at}`);
}
