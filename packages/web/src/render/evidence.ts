// MISSING and EVIDENCE: what would tell more with the command that gets it, and what was read.

import type { Diagnostic } from "@heapwright/core/model/diagnostic.ts";
import type { EvidenceRow } from "@heapwright/core/verdict/answer.ts";
import { type Markup, markup } from "../markup.ts";
import { bytes, grouped } from "../numbers.ts";
import { clock, date } from "../time.ts";
import { type Context, heading, rowId } from "./context.ts";
import { cutName } from "./names.ts";
import { evidenceLinks, said, toDo } from "./statement.ts";
import { commandBlock } from "./verdict.ts";

export function missingSection(ctx: Context): Markup | undefined {
  const { labels, process, prefix } = ctx;
  if (process.missing.length === 0) return undefined;
  const rows = process.missing.map((m) => {
    const get = toDo(ctx, m.get);
    const how = markup`${get.command === undefined ? "" : commandBlock(ctx, get.command)}
    ${get.plain === "" ? "" : markup`<p class="note">${get.prose}</p>`}`;
    return markup`<tr>
      <th scope="row">${said(ctx, m.name).prose}</th>
      <td>${said(ctx, m.wouldTell).prose}</td>
      <td>${how}</td>
    </tr>`;
  });
  return markup`<section id="${prefix}missing">
    <div class="row">
      ${heading(ctx, 1, labels.missing)}
      <table class="miss">
        <caption class="vh">
          ${labels.missing}
        </caption>
        <thead>
          <tr>
            <th scope="col">${labels.what}</th>
            <th scope="col">${labels.wouldTell}</th>
            <th scope="col">${labels.howToGet}</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </section>`;
}

function kindName(ctx: Context, kind: string): string {
  const kinds: Readonly<Record<string, string>> = ctx.labels.kinds;
  return Object.hasOwn(kinds, kind) ? (kinds[kind] ?? kind) : kind;
}

function diagnosticLine(ctx: Context, d: Diagnostic): Markup {
  const says = ctx.input.names.diagnostic(d);
  return d.severity === "note"
    ? markup`<li class="note">${says}</li>`
    : markup`<li class="dmg">${d.severity === "damage" ? "▲ " : ""}${says}</li>`;
}

function stateCell(ctx: Context, row: EvidenceRow): Markup {
  const { labels } = ctx;
  if (row.diagnostics.length === 0) {
    return row.complete
      ? markup`<span class="i">${labels.sound}</span>`
      : markup`<span class="dmg">▲ ${labels.incomplete}</span>`;
  }
  return markup`<ul>
    ${row.diagnostics.slice(0, 6).map((d) => diagnosticLine(ctx, d))}
    ${row.diagnostics.length > 6 ? markup`<li class="note">${labels.more(grouped(row.diagnostics.length - 6))}</li>` : ""}
  </ul>`;
}

export function evidenceSection(ctx: Context): Markup {
  const { labels, process, input, prefix } = ctx;
  const rows = process.evidence;
  const listed = new Set(rows.map((r) => r.id));
  const loose = process.diagnostics.filter((d) => !listed.has(d.artefact));
  const hurt = rows.filter(
    (r) => !r.complete || r.diagnostics.some((d) => d.severity === "damage"),
  ).length;
  const isOneDay =
    new Set(rows.filter((r) => r.timeMs !== undefined).map((r) => date(r.timeMs ?? 0, input.lang)))
      .size <= 1;
  const when = (ms: number | undefined): string =>
    ms === undefined
      ? ""
      : isOneDay
        ? clock(ms, true)
        : `${date(ms, input.lang)} ${clock(ms, true)}`;
  const table =
    rows.length === 0
      ? markup`<p>${labels.nothing}</p>`
      : markup`<table class="evid">
          <caption class="vh">
            ${labels.evidence}
          </caption>
          <thead>
            <tr>
              <th scope="col">${labels.id}</th>
              <th scope="col">${labels.kind}</th>
              <th scope="col">${labels.file}</th>
              <th scope="col">${labels.when}</th>
              <th scope="col">${labels.shows}</th>
              <th scope="col" class="n">${labels.size}</th>
              <th scope="col">${labels.state}</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              (r) =>
                markup`<tr id="${rowId(ctx, r.id)}" tabindex="-1" data-evidence="">
                  <th scope="row" class="m id">${cutName(r.id, 40)}</th>
                  <td class="kd">${kindName(ctx, r.kind)}</td>
                  <td class="m fi"><bdi>${cutName(r.name, 120)}</bdi></td>
                  <td class="wh">${when(r.timeMs)}</td>
                  <td class="shw">
                    ${r.cycle === undefined ? "" : labels.cycle(grouped(r.cycle))}
                  </td>
                  <td class="n sz">${bytes(r.bytes)}</td>
                  <td class="stt">${stateCell(ctx, r)}</td>
                </tr>`,
            )}
          </tbody>
        </table>`;
  const looseList =
    loose.length === 0
      ? ""
      : markup`<ul class="loose">
          ${loose.map(
            (d) =>
              markup`<li>
                <span class="m">${cutName(d.artefact, 80)}</span>
                <ul>
                  ${diagnosticLine(ctx, d)}
                </ul>
              </li>`,
          )}
        </ul>`;
  const linking =
    process.linking.length === 0
      ? ""
      : markup`<details class="nums">
          <summary>${labels.linking}</summary>
          <ul class="list">
            ${process.linking.map(
              (s) =>
                markup`<li><span>${said(ctx, s).prose}</span> ${evidenceLinks(ctx, s.evidence)}</li>`,
            )}
          </ul>
        </details>`;
  return markup`<section id="${prefix}evidence">
    <div class="row">
      <div>
        ${heading(ctx, 1, labels.evidence)}
        <p class="say">
          ${rows.length === 0 ? "" : labels.artefacts(grouped(rows.length), String(hurt))}
        </p>
      </div>
      <div>${table} ${looseList} ${linking}</div>
    </div>
  </section>`;
}
