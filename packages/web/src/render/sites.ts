// WHO: the flame, then the sites as a table whose rows open. Opening is the browser's own (details), so
// it works without a script and with the keyboard.

import type { Quantity } from "@heapwright/core/model/quantity.ts";
import type { Site, SiteTable, SourceLine } from "@heapwright/core/analysis/sites/site.ts";
import { type IntervalMark, intervalScale } from "@heapwright/core/pictures/interval-scale.ts";
import { shortFunction } from "@heapwright/core/pictures/go-names.ts";
import { type Markup, anchor, markup } from "../markup.ts";
import { type ByteUnit, byteUnit, grouped, inUnit, limits, percent, signed } from "../numbers.ts";
import { type Context, evidenceHref, heading, sided } from "./context.ts";
import { flameBlock } from "./flame.ts";
import {
  codeName,
  cutName,
  functionCell,
  functionName,
  positionCell,
  positionName,
} from "./names.ts";
import { percentOf } from "./tiers.ts";
import { leadVerdict } from "./verdict.ts";

export function whoSection(ctx: Context): Markup | undefined {
  const { labels, process, input, prefix } = ctx;
  const flame = flameBlock(ctx);
  const table = process.sites;
  if (flame === undefined && table === undefined) return undefined;
  const total = table?.total;
  const says =
    total === undefined
      ? ""
      : labels.totalLive(input.words.full(total).replace(/ (?=\S+B\b)/, "\u00a0"));
  const top =
    flame === undefined
      ? ""
      : markup`<div class="row">
          <div>
            ${heading(ctx, 1, labels.who)} ${says === "" ? "" : markup`<p class="say">${says}</p>`}
          </div>
          ${flame}
        </div>`;
  return markup`<section id="${prefix}who">
    ${top} ${table === undefined ? "" : sitesBlock(ctx, table, flame !== undefined, says)}
  </section>`;
}

function sitesBlock(ctx: Context, table: SiteTable, hasFlame: boolean, total: string): Markup {
  const { labels, input, prefix } = ctx;
  const { words } = input;
  const notes: string[] = [];
  if (table.cycles !== undefined) {
    const over = table.seconds === undefined ? "" : `, ${words.duration(table.seconds)}`;
    notes.push(
      `${labels.growthBetween(words.count(table.cycles.from), words.count(table.cycles.to))}${over}.`,
    );
  } else if (table.seconds !== undefined) {
    notes.push(`${labels.growthOver(words.duration(table.seconds))}.`);
  }
  return markup`<div class="row" id="${prefix}sites">
    <div>
      ${heading(ctx, 1, hasFlame ? labels.sites : labels.who)}
      ${hasFlame || total === "" ? "" : markup`<p class="say">${total}</p>`}
      ${notes.map((n) => markup`<p class="say">${n}</p>`)}
      ${
        table.sites.some((s) => s.survival !== undefined)
          ? markup`<p class="say i">${labels.keptMeans}</p>`
          : ""
      }
    </div>
    ${sitesTable(ctx, table)}
  </div>`;
}

interface Columns {
  readonly unit: ByteUnit;
  readonly hasGrowth: boolean;
  readonly hasKept: boolean;
}

/** Rows shown at once; the others are one click away, in a table of the same columns. */
const SHOWN = 10;
/** A row below this is shown only where it grows for sure: one sample weighs ten times as much. */
const LEAST_SHOWN = 0.05 * 1024 * 1024;

function isOfNote(s: Site): boolean {
  return s.live.value >= LEAST_SHOWN || (s.growth !== undefined && s.growth.lo > 0);
}

function sitesTable(ctx: Context, table: SiteTable): Markup {
  const { labels } = ctx;
  const unit = byteUnit(table.total.value);
  const columns: Columns = {
    unit,
    hasGrowth: table.sites.some((s) => s.growth !== undefined || s.visibleGrowth !== undefined),
    hasKept: table.sites.some((s) => s.survival !== undefined),
  };
  const scale = intervalScale([...table.sites.map((s) => s.live), table.rest.live]);
  const guilty = leadVerdict(ctx)?.sites ?? [];
  const isGuilty = (s: Site): boolean =>
    guilty.some((g) => g.function === s.function && g.file === s.file && g.line === s.line);
  const rows = table.sites.map((s, i) => siteRows(ctx, s, i, columns, scale.marks[i], isGuilty(s)));
  const last = restRow(ctx, table, columns, scale.marks[table.sites.length]);
  const top = `0–${inUnit(scale.max, unit)}`;
  const most = table.sites.length <= SHOWN + 2 ? SHOWN + 2 : SHOWN;
  const shown = new Set(
    table.sites
      .map((_, i) => i)
      .filter((i) => {
        const site = table.sites[i];
        return site !== undefined && (isOfNote(site) || isGuilty(site));
      })
      .slice(0, most),
  );
  const more = rows.filter((_, i) => !shown.has(i));
  if (more.length === 0) return oneTable(ctx, columns, top, [...rows, last]);
  return markup`<div>
    ${oneTable(
      ctx,
      columns,
      top,
      rows.filter((_, i) => shown.has(i)),
    )}
    <details class="nums" id="${ctx.prefix}more-sites">
      <summary>${labels.moreSites(grouped(more.length))}</summary>
      ${oneTable(ctx, columns, top, [...more, last])}
    </details>
  </div>`;
}

function oneTable(
  ctx: Context,
  { unit, hasGrowth, hasKept }: Columns,
  scale: string,
  rows: readonly (Markup | undefined)[],
): Markup {
  const { labels } = ctx;
  return markup`<table class="sites">
    <caption>
      ${labels.sitesCaption(unit.name)}
    </caption>
    <colgroup>
      <col class="cx" />
      <col class="cn" />
      <col class="ci" />
      <col class="cd" />
      ${
        hasGrowth
          ? markup`<col class="cn" />
              <col class="cg" />`
          : ""
      }${hasKept ? markup`<col class="ck" />` : ""}
      <col />
      <col class="cl" />
      <col class="ce" />
    </colgroup>
    <thead>
      <tr>
        <th class="x"><span class="vh">${labels.details}</span></th>
        <th scope="col" class="n">${labels.live} ${unit.name}</th>
        <th scope="col" class="r"><span class="vh">${labels.interval}</span></th>
        <th scope="col" class="dot"><span class="i">${scale}</span></th>
        ${
          hasGrowth
            ? markup`<th scope="col" class="gh" colspan="2">${labels.growthColumn} ${unit.name}</th>`
            : ""
        }
        ${hasKept ? markup`<th scope="col" class="n">${labels.kept}</th>` : ""}
        <th scope="col">${labels.function}</th>
        <th scope="col">${labels.line}</th>
        <th scope="col">${labels.evidenceColumn}</th>
      </tr>
    </thead>
    ${rows}
  </table>`;
}

/** A dot with its interval on the column's common scale. */
function dot(mark: IntervalMark | undefined, isGuilty: boolean): Markup {
  if (mark === undefined) return markup``;
  return markup`<svg class="iv${isGuilty ? " g" : ""}" height="18" aria-hidden="true">
    <rect class="p-line" y="8.5" width="100%" height="1" />
    <rect
      class="range"
      x="${percentOf(mark.lo)}"
      y="7"
      width="${percentOf(mark.hi - mark.lo)}"
      height="4"
    />
    <circle cx="${percentOf(mark.at)}" cy="9" r="3.5" />
  </svg>`;
}

function growthCells(ctx: Context, site: Site, unit: ByteUnit): Markup {
  const { labels } = ctx;
  const { growth, visibleGrowth } = site;
  if (growth !== undefined && (growth.lo > 0 || growth.hi < 0)) {
    return markup`<td class="n gn">${sided(growth, signed(growth.value / unit.size))}</td>
      <td class="i r gi">${limits(growth.lo, growth.hi, unit)}</td>`;
  }
  if (site.samples === 1) return markup`<td class="gs i" colspan="2">${labels.oneSampleSays}</td>`;
  const says =
    visibleGrowth === undefined
      ? growth === undefined
        ? ""
        : labels.noneSeenPlain
      : labels.noneSeen(inUnit(visibleGrowth, unit));
  return markup`<td class="gs i" colspan="2">${says}</td>`;
}

function keptText(q: Quantity | undefined): string {
  return q === undefined ? "" : `${percent(q.value)}\u00a0%`;
}

function siteRows(
  ctx: Context,
  site: Site,
  index: number,
  { unit, hasGrowth, hasKept }: Columns,
  mark: IntervalMark | undefined,
  isGuilty: boolean,
): Markup {
  const { labels, prefix } = ctx;
  const href = evidenceHref(ctx, site.evidence);
  const evidence = cutName(site.evidence, 40);
  const columns = 7 + (hasGrowth ? 2 : 0) + (hasKept ? 1 : 0);
  const name = cutName(shortFunction(site.function.slice(0, 400)), 120);
  const id = `${prefix}s${index}-${anchor(`${name}-${site.line}`).slice(0, 40)}`;
  return markup`<tbody class="site${isGuilty ? " guilty" : ""}">
    <tr class="top">
      <td class="x"></td>
      <td class="n big">${sided(site.live, inUnit(site.live.value, unit))}</td>
      <td class="i r">${limits(site.live.lo, site.live.hi, unit)}</td>
      <td class="dot">${dot(mark, isGuilty)}</td>
      ${hasGrowth ? growthCells(ctx, site, unit) : ""}
      ${hasKept ? markup`<td class="n kp">${keptText(site.survival)}</td>` : ""}
      <th scope="row" class="fn" aria-label="${functionName(site.function)}">${functionCell(site.function)}</th>
      <td class="fl" aria-label="${positionName(site.file, site.line)}">${positionCell(site.file, site.line)}</td>
      <td class="ev">
        ${
          href === undefined
            ? markup`<span class="m">${evidence}</span>`
            : markup`<a class="m" href="${href}" title="${cutName(site.evidence, 400)}"
                >${evidence}</a
              >`
        }
      </td>
    </tr>
    <tr class="more">
      <td colspan="${columns}">
        <details id="${id}" ${isGuilty ? markup` open` : ""}>
          <summary data-row=""><span class="vh">${labels.openRow(name)}</span></summary>
          ${siteDetail(ctx, site, unit)}
        </details>
      </td>
    </tr>
  </tbody>`;
}

function place(at: SourceLine): Markup {
  return markup`${codeName(functionName(at.function), at.function)} <span class="note">${codeName(positionName(at.file, at.line))}</span>`;
}

function siteDetail(ctx: Context, site: Site, unit: ByteUnit): Markup {
  const { labels, input } = ctx;
  const { words } = input;
  const facts: (readonly [string, string | Markup])[] = [
    [labels.function, codeName(site.function)],
    [labels.line, codeName(site.line > 0 ? `${site.file}:${site.line}` : site.file)],
    [labels.objects, words.full(site.liveObjects)],
    [labels.sampled, grouped(site.samples)],
    [labels.stackCount, grouped(site.stacks)],
  ];
  if (site.allocRate !== undefined) facts.push([labels.allocRate, words.full(site.allocRate)]);
  if (site.survival !== undefined) facts.push([labels.kept, words.full(site.survival)]);
  if (site.user !== undefined) facts.push([labels.ownCode, place(site.user)]);
  const callers =
    site.callers.length === 0
      ? ""
      : markup`<div>
          <p class="cap">${labels.calledBy} <span class="i">${labels.live} ${unit.name}</span></p>
          <ul class="by">
            ${site.callers.map(
              (c) =>
                markup`<li>
                  <span class="n">${inUnit(c.live.value, unit)}</span>
                  <span class="i">${limits(c.live.lo, c.live.hi, unit)}</span>
                  <span>${place(c.at)}</span>
                </li>`,
            )}
          </ul>
        </div>`;
  return markup`<div class="why">
    <dl class="kv">
      ${facts.map(
        ([k, v]) =>
          markup`<div>
            <dt>${k}</dt>
            <dd>${v}</dd>
          </div>`,
      )}
    </dl>
    ${callers}
  </div>`;
}

function restRow(
  ctx: Context,
  table: SiteTable,
  { unit, hasGrowth, hasKept }: Columns,
  mark: IntervalMark | undefined,
): Markup | undefined {
  const { labels } = ctx;
  const { rest } = table;
  if (rest.sites <= 0) return undefined;
  const growth =
    rest.visibleGrowth === undefined ? "" : labels.noneSeen(inUnit(rest.visibleGrowth, unit));
  return markup`<tbody class="site rest">
    <tr>
      <td class="x"></td>
      <td class="n">${inUnit(rest.live.value, unit)}</td>
      <td class="i r">${limits(rest.live.lo, rest.live.hi, unit)}</td>
      <td class="dot">${dot(mark, false)}</td>
      ${hasGrowth ? markup`<td class="gs i" colspan="2">${growth}</td>` : ""}
      ${hasKept ? markup`<td class="n kp"></td>` : ""}
      <th scope="row" class="fn oth" colspan="3">${labels.otherSites(grouped(rest.sites))}</th>
    </tr>
  </tbody>`;
}
