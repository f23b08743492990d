// Source with its cost, as a table of the page: what is in the terminal, with each value a cell of its own.

import type { ListedFunction } from "@heapwright/core/analysis/profile/listing.ts";
import {
  costText,
  headText,
  LISTING_WORDS,
  listingRows,
  type ListingView,
  valueText,
} from "@heapwright/core/report/listing.ts";
import { markup, type Markup } from "../markup.ts";

/** Without samples a line is quiet; the deepest shade is a line with all of the function's cum. */
const SHADES = 5;

function shadeOf(cum: number, most: number): number {
  if (cum === 0 || most === 0) return 0;
  return Math.max(1, Math.min(SHADES, Math.ceil((Math.abs(cum) / Math.abs(most)) * SHADES)));
}

export function listingTable(fn: ListedFunction, view: ListingView): Markup {
  const words = LISTING_WORDS[view.lang];
  const place = fn.startLine > 0 ? `${fn.file}:${fn.startLine}` : fn.file;
  const share =
    view.total === 0 ? "" : ` · ${view.percent(Math.abs(fn.cum / view.total))} ${words.ofTotal}`;
  const notes = [
    ...(fn.source === undefined ? [words.noSource(fn.file)] : []),
    ...fn.doubts.map((doubt) => words.doubt[doubt]),
  ];
  return markup`<table class="listing">
    <caption><b><bdi>${fn.name}</bdi></b> <bdi>${place}</bdi>
    <span>${words.flat} ${valueText(view, fn.flat)} · ${words.cum} ${valueText(view, fn.cum)}${share}</span>
    ${notes.map((note) => markup`<span class="note">${note}</span>`)}</caption>
    <thead><tr><th scope="col">${headText(view, words.flat)}</th><th scope="col">${headText(view, words.cum)}</th>
    <th scope="col">${words.line}</th><th></th></tr></thead>
    <tbody>${listingRows(fn, view).map((row) => {
      if (row.kind === "folded") {
        return markup`<tr class="folded"><td></td><td></td><td>⋮</td><td>${words.folded(row.count)}</td></tr>`;
      }
      const { line, flat, cum } = row.line;
      const interval = view.interval?.(row.line);
      const code = row.tokens.map(({ text, kind }) =>
        kind === "plain" ? text : markup`<span class="${`tok-${kind}`}">${text}</span>`,
      );
      return markup`<tr data-cost="${String(shadeOf(cum, fn.cum))}"><td>${costText(flat, interval?.flat, view.value)}</td><td>${costText(cum, interval?.cum, view.value)}</td><td>${line}</td><td><code>${code}</code></td></tr>`;
    })}</tbody></table>`;
}
