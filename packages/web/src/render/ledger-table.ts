// Ledgers as tables, both with the same columns, so that their numbers stand below each other.

import type { Ledger, LedgerPart } from "@heapwright/core/analysis/ledger/ledger.ts";
import type { Quantity } from "@heapwright/core/model/quantity.ts";
import { type Markup, markup } from "../markup.ts";
import { type ByteUnit, inUnit, limits, percent, signed } from "../numbers.ts";
import { clock } from "../time.ts";
import { type Context, evidenceHref, sided } from "./context.ts";
import { said } from "./statement.ts";

export function amount(q: Quantity, unit: ByteUnit): string {
  return sided(q, inUnit(q.value, unit));
}

export interface TableColumns {
  readonly unit: ByteUnit;
  readonly total: number | undefined;
  readonly hasInterval: boolean;
  readonly hasChange: boolean;
}

/** Both tables have the same columns, so that their numbers stand below each other. */
export function columnsOf(
  ledgers: readonly Ledger[],
  ledger: Ledger,
  unit: ByteUnit,
): TableColumns {
  const parts = ledgers.flatMap((l) => l.parts);
  return {
    unit,
    total: ledger.total?.value,
    hasInterval: parts.some(
      (p) => p.bytes !== undefined && limits(p.bytes.lo, p.bytes.hi, unit) !== "",
    ),
    hasChange: parts.some((p) => p.change !== undefined),
  };
}

export function ledgerTable(ctx: Context, ledger: Ledger, columns: TableColumns): Markup {
  const { labels, process } = ctx;
  const { unit } = columns;
  const at = ledger.total?.evidence[0];
  const time = process.evidence.find((row) => at?.startsWith(row.id))?.timeMs;
  const name = ledger.of === "process" ? labels.processRss : labels.containerCharge;
  const { total, hasInterval, hasChange } = columns;
  const count = 3 + Number(hasInterval) + Number(total !== undefined) + Number(hasChange);
  const beside =
    ledger.beside.length === 0
      ? ""
      : markup`<tr class="sub">
            <td colspan="${count}">${labels.beside}</td>
          </tr>
          ${ledger.beside.map((p) => ledgerRow(ctx, p, columns, true))}`;
  return markup`<table class="led">
    <caption>
      ${name}${time === undefined ? "" : markup` <span class="i">${clock(time, true)} ${labels.utc}</span>`}
    </caption>
    <colgroup>
      <col class="lp" />
      <col class="ln" />
      ${hasInterval ? markup`<col class="lr" />` : ""}${
        total === undefined ? "" : markup`<col class="ls" />`
      }${hasChange ? markup`<col class="lc" />` : ""}
      <col />
    </colgroup>
    <thead>
      <tr>
        <th scope="col">${labels.part}</th>
        <th scope="col" class="n">${unit.name}</th>
        ${hasInterval ? markup`<th scope="col" class="r"><span class="vh">${labels.interval}</span></th>` : ""}
        ${total === undefined ? "" : markup`<th scope="col" class="n">${labels.share}</th>`}
        ${hasChange ? markup`<th scope="col" class="n">${labels.change}</th>` : ""}
        <th scope="col" class="what">${labels.whatItIs}</th>
      </tr>
    </thead>
    <tbody>
      ${partRows(ctx, ledger, columns)} ${sumRow(ctx, ledger, columns)} ${beside}
    </tbody>
  </table>`;
}

function sumRow(
  ctx: Context,
  ledger: Ledger,
  { unit, hasInterval, hasChange }: TableColumns,
): Markup | undefined {
  const { labels } = ctx;
  if (ledger.total === undefined) return undefined;
  const peak =
    ledger.peakSeen === undefined
      ? ""
      : labels.peakSeen(`${inUnit(ledger.peakSeen.value, unit)} ${unit.name}`);
  return markup`<tr class="tot">
    <th scope="row">${labels.total}</th>
    <td class="n">${amount(ledger.total, unit)}</td>
    ${hasInterval ? markup`<td class="i r">${limits(ledger.total.lo, ledger.total.hi, unit)}</td>` : ""}
    <td class="n i">100&nbsp;%</td>
    ${hasChange ? markup`<td class="n">${totalChange(ledger, unit)}</td>` : ""}
    <td class="note what">${peak}</td>
  </tr>`;
}

/** Neighbours that are unknown for one reason share a row: the reason is the news, not the list. */
function partRows(ctx: Context, ledger: Ledger, columns: TableColumns): Markup[] {
  const out: Markup[] = [];
  let unknown: LedgerPart[] = [];
  const flush = (): void => {
    if (unknown.length > 0) out.push(unknownRow(ctx, unknown, columns));
    unknown = [];
  };
  for (const part of ledger.parts) {
    if (part.bytes !== undefined) {
      flush();
      out.push(ledgerRow(ctx, part, columns, false));
      continue;
    }
    if (unknown[0] !== undefined && unknown[0].unknown?.id !== part.unknown?.id) flush();
    unknown.push(part);
  }
  flush();
  return out;
}

function unknownRow(
  ctx: Context,
  parts: readonly LedgerPart[],
  { total, hasInterval, hasChange }: TableColumns,
): Markup {
  const names = parts.map((p) => ctx.input.names.part(p.part)).join(", ");
  const why = parts[0]?.unknown;
  const rest = 1 + Number(hasInterval) + Number(total !== undefined) + Number(hasChange);
  return markup`<tr class="unknown">
    <th scope="row">${names}</th>
    <td class="n unk">${ctx.labels.unknown}</td>
    <td class="note" colspan="${rest}">${why === undefined ? "" : said(ctx, why).prose}</td>
  </tr>`;
}

function totalChange(ledger: Ledger, unit: ByteUnit): string {
  let sum = 0;
  for (const { change } of ledger.parts) sum += change?.value ?? 0;
  return signed(sum / unit.size);
}

function ledgerRow(
  ctx: Context,
  part: LedgerPart,
  { unit, total, hasInterval, hasChange }: TableColumns,
  isBeside: boolean,
): Markup {
  const { labels, input } = ctx;
  const { bytes } = part;
  const swatch = isBeside
    ? ""
    : markup`<svg class="sw" width="14" height="14" aria-hidden="true">
        <rect class="p-${part.part}" x="0.5" y="0.5" width="13" height="13" />
      </svg>`;
  const note =
    part.note !== undefined
      ? said(ctx, part.note).prose
      : part.unknown !== undefined
        ? said(ctx, part.unknown).prose
        : labels.partNotes[part.part];
  const href = evidenceHref(ctx, bytes?.evidence[0]);
  const value = bytes === undefined ? labels.unknown : amount(bytes, unit);
  const share =
    bytes === undefined || isBeside || total === undefined || total <= 0
      ? ""
      : markup`${percent(bytes.value / total)}&nbsp;%`;
  return markup`<tr>
    <th scope="row">${swatch}${input.names.part(part.part)}</th>
    <td class="n">
      ${href === undefined ? value : markup`<a class="q" href="${href}">${value}</a>`}
    </td>
    ${hasInterval ? markup`<td class="i r">${bytes === undefined ? "" : limits(bytes.lo, bytes.hi, unit)}</td>` : ""}
    ${total === undefined ? "" : markup`<td class="n i">${share}</td>`}
    ${
      hasChange
        ? markup`<td class="n">
            ${part.change === undefined ? "" : signed(part.change.value / unit.size)}
          </td>`
        : ""
    }
    <td class="note what">${note}</td>
  </tr>`;
}
