// WHERE IT IS: the process's and the container's ledger on one scale, then both as tables.

import type { Ledger } from "@heapwright/core/analysis/ledger/ledger.ts";
import type { Quantity } from "@heapwright/core/model/quantity.ts";
import { ledgerPicture } from "@heapwright/core/pictures/ledger-bars.ts";
import { type Markup, markup } from "../markup.ts";
import { byteUnit } from "../numbers.ts";
import { type Context, heading } from "./context.ts";
import { ledgerSvg } from "./ledger-bars.ts";
import { columnsOf, ledgerTable } from "./ledger-table.ts";
import { said } from "./statement.ts";

export function whereSection(ctx: Context): Markup | undefined {
  const { labels, process, input, prefix } = ctx;
  if (process.ledgers.length === 0) return undefined;
  const ledgers = withLimit(process.ledgers, process.service.limit);
  const picture = ledgerPicture(ledgers);
  const unit = byteUnit(picture.max);
  const notes = ledgers.flatMap((l) => l.notes);
  const skew = Math.max(0, ...ledgers.map((l) => l.skewSec ?? 0));
  return markup`<section id="${prefix}where">
    <div class="row">
      <div>
        ${heading(ctx, 1, labels.where)}
        ${notes.map((n) => markup`<p class="say">${said(ctx, n).prose}</p>`)}
        ${
          skew >= 1 && !notes.some((n) => n.id === "ledger.skew")
            ? markup`<p class="say i">${labels.skew(input.words.duration(skew))}</p>`
            : undefined
        }
      </div>
      <div>
        <figure class="fig">${ledgerSvg(ctx, ledgers, picture, unit)}</figure>
        <div class="tables">${ledgers.map((l) => ledgerTable(ctx, l, columnsOf(ledgers, l, unit)))}</div>
      </div>
    </div>
  </section>`;
}

/** A limit that no ledger carries (given by hand, or of the pod) still ends the scale. */
function withLimit(ledgers: readonly Ledger[], limit: Quantity | undefined): readonly Ledger[] {
  if (limit === undefined || ledgers.some((l) => l.limit !== undefined)) return ledgers;
  return ledgers.map((l) => ({ ...l, limit }));
}
