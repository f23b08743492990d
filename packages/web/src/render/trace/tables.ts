// Tables of a trace: numbers to the left, the name last, as in the terminal. On a narrow screen each row
// becomes a block, and each number says what it is.

import { type Markup, type Value, markup } from "../../markup.ts";
import { grouped } from "../../numbers.ts";
import { codeName } from "../names.ts";
import type { TraceContext } from "./context.ts";

/** Rows shown at once and, opened, at most: a hostile trace may have a million names. */
const SHOWN = 8;
const MOST = 200;

export interface TableRow {
  readonly numbers: readonly Value[];
  readonly name: Value;
}

/** `heads` end with that of the name. */
export function traceTable(
  ctx: TraceContext,
  caption: string,
  heads: readonly string[],
  rows: readonly TableRow[],
  /** `says`: a sentence beside the caption; `isHidden`: the caption only repeats the section's label. */
  { says = "", isHidden = false }: { readonly says?: string; readonly isHidden?: boolean } = {},
): Markup {
  const rest = rows.slice(SHOWN, MOST);
  const more =
    rest.length === 0
      ? ""
      : markup`<details class="nums paper">
          <summary>${ctx.labels.more(grouped(rest.length))}</summary>
          ${oneTable(caption, heads, rest, true)}
        </details>`;
  const left = rows.length - MOST;
  return markup`<div class="tw">
    ${oneTable(says === "" ? caption : markup`${caption} <span class="i">${says}</span>`, heads, rows.slice(0, SHOWN), isHidden)} ${more}
    ${left > 0 ? markup`<p class="note">${ctx.labels.more(grouped(left))}</p>` : ""}
  </div>`;
}

function oneTable(
  caption: Value,
  heads: readonly string[],
  rows: readonly TableRow[],
  isHidden = false,
): Markup {
  const last = heads.length - 1;
  return markup`<table class="tt">
    <caption${isHidden ? markup` class="vh"` : ""}>${caption}</caption>
    <thead><tr>${heads.map((h, i) =>
      i === last ? markup`<th scope="col">${h}</th>` : markup`<th scope="col" class="n">${h}</th>`,
    )}</tr></thead>
    <tbody>${rows.map(
      (r) =>
        markup`<tr>${r.numbers.map((n, i) => markup`<td class="n" data-l="${heads[i] ?? ""}">${n}</td>`)}<th scope="row">${r.name}</th></tr>
`,
    )}</tbody>
  </table>`;
}

/** A start function, task or region; "" is unknown. */
export function nameCell(ctx: TraceContext, name: string): Value {
  return name === "" ? markup`<span class="unk">${ctx.terminal.unknown}</span>` : codeName(name);
}
