// MISSING and EVIDENCE: what would tell more with the command that gets it, and what was read.

import type { Diagnostic } from "@heapwright/core/model/diagnostic.ts";
import { describeLoss, inputLines } from "@heapwright/core/report/damage.ts";
import { voiceOf } from "@heapwright/core/report/say.ts";
import type { EvidenceRow } from "@heapwright/core/verdict/answer.ts";
import { type Markup, markup } from "../markup.ts";
import { bytes, grouped } from "../numbers.ts";
import { clock, date } from "../time.ts";
import type { PageLabels } from "../words.ts";
import { type Context, heading } from "./context.ts";
import {
  type EvidenceGroup,
  MOST_IN_GROUP,
  groupId,
  isHurt,
  listedEvidence,
  rowId,
} from "./evidence-rows.ts";
import type { PageInput } from "./input.ts";
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
  const { labels, input } = ctx;
  const loss = describeLoss(row, voiceOf(input.lang));
  if (row.diagnostics.length === 0 && loss === undefined) {
    return row.complete
      ? markup`<span class="i">${labels.sound}</span>`
      : markup`<span class="dmg">▲ ${labels.incomplete}</span>`;
  }
  const shown = row.diagnostics.slice(0, 6).map((d) => diagnosticLine(ctx, d));
  const more = row.diagnostics.length - shown.length;
  return markup`<ul>${shown}${more > 0 ? markup`<li class="note">${labels.more(grouped(more))}</li>` : ""}${loss === undefined ? "" : markup`<li class="dmg">${loss}</li>`}</ul>`;
}

/** Clock times, with the date where the evidence is of more than one day. */
function whenOf(ctx: Context, rows: readonly EvidenceRow[]): When {
  const { lang } = ctx.input;
  const days = new Set<string>();
  for (const { timeMs } of rows) if (timeMs !== undefined) days.add(date(timeMs, lang));
  const hasDays = days.size > 1;
  return {
    hasDays,
    of: (ms) =>
      ms === undefined ? "" : `${hasDays ? `${date(ms, lang)} ` : ""}${clock(ms, true)}`,
  };
}

interface When {
  readonly hasDays: boolean;
  readonly of: (ms: number | undefined) => string;
}

function rowsTable(ctx: Context, rows: readonly EvidenceRow[], when: When): Markup {
  const { labels, prefix } = ctx;
  return markup`<table class="evid${when.hasDays ? " days" : ""}">
    <caption class="vh">${labels.evidence}</caption>
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
        (r) => markup`<tr id="${rowId(prefix, r.id)}" tabindex="-1" data-evidence="">
          <th scope="row" class="m id">${cutName(r.id, 40)}</th>
          <td class="kd">${kindName(ctx, r.kind)}</td>
          <td class="m fi"><bdi>${cutName(r.name, 120)}</bdi></td>
          <td class="wh">${when.of(r.timeMs)}</td>
          <td class="shw">${r.cycle === undefined ? "" : labels.cycle(grouped(r.cycle))}</td>
          <td class="n sz">${bytes(r.bytes)}</td>
          <td class="stt">${stateCell(ctx, r)}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
}

/** A line that opens: how many, from when to when, how large; inside one short row each. */
function groupDetails(
  ctx: Context,
  { kind, rows }: EvidenceGroup,
  index: number,
  when: When,
): Markup {
  const { labels, prefix } = ctx;
  const name = kind === undefined ? labels.otherFiles : kindName(ctx, kind);
  const times = rows.map((r) => r.timeMs).filter((t) => t !== undefined);
  const first = when.of(times.length === 0 ? undefined : Math.min(...times));
  const last = when.of(times.length === 0 ? undefined : Math.max(...times));
  const span = first === last ? first : `${first}–${last}`;
  const size = rows.reduce((sum, r) => sum + r.bytes, 0);
  const hasState = rows.some((r) => r.diagnostics.length > 0 || !r.complete);
  const heads = [labels.id, labels.file, labels.when, labels.size];
  if (hasState) heads.push(labels.state);
  const more = rows.length - MOST_IN_GROUP;
  return markup`<details class="group" id="${groupId(prefix, index)}">
    <summary><span class="n">${grouped(rows.length)} ×</span> <b>${name}</b> <span class="i">${span}</span> <span class="i">${bytes(size)}</span></summary>
    <table class="evid few">
      <caption class="vh">${name}</caption>
      <thead class="vh"><tr>${heads.map((h) => markup`<th scope="col">${h}</th>`)}</tr></thead>
      <tbody>${rows.slice(0, MOST_IN_GROUP).map((r) => groupRow(ctx, r, when, hasState))}</tbody>
    </table>
    ${more > 0 ? markup`<p class="note">${labels.more(grouped(more))}</p>` : ""}
  </details>`;
}

/** Without line breaks and classes that a group's style does not need: there may be hundreds. */
function groupRow(ctx: Context, r: EvidenceRow, when: When, hasState: boolean): Markup {
  const isSound = r.complete && r.diagnostics.length === 0;
  const state = hasState ? markup`<td>${isSound ? "" : stateCell(ctx, r)}</td>` : "";
  return markup`<tr id="${rowId(ctx.prefix, r.id)}" tabindex="-1" data-evidence=""><th scope="row" class="m">${cutName(r.id, 40)}</th><td class="m"><bdi>${cutName(r.name, 120)}</bdi></td><td>${when.of(r.timeMs)}</td><td class="n">${bytes(r.bytes)}</td>${state}</tr>`;
}

export function evidenceSection(ctx: Context): Markup {
  const { labels, process, prefix } = ctx;
  const { rows, alone, groups } = listedEvidence(process.evidence);
  const when = whenOf(ctx, rows);
  const hurt = rows.filter(isHurt).length;
  const linking =
    process.linking.length === 0
      ? ""
      : markup`<details class="nums" id="${prefix}linking">
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
        <p class="say">${rows.length === 0 ? "" : labels.artefacts(grouped(rows.length), String(hurt))}</p>
      </div>
      <div>
        ${rows.length === 0 ? markup`<p>${labels.nothing}</p>` : ""}
        ${alone.length === 0 ? "" : rowsTable(ctx, alone, when)}
        ${groups.map((g, i) => groupDetails(ctx, g, i, when))}
        ${prefix === "" ? inputNotes(ctx.input, labels) : ""} ${linking}
      </div>
    </div>
  </section>`;
}

/** Files named before the rest is only counted. */
const NAMED_FILES = 60;

/** What is to be said of the input as a whole: how it was captured, what could not be read. */
export function inputNotes(input: PageInput, labels: PageLabels): Markup | undefined {
  const { capture, damage, unused } = inputLines(input.answer, voiceOf(input.lang));
  const lines = [
    ...capture.map((text) => markup`<li><bdi>${cutName(text, 400)}</bdi></li>`),
    ...damage.map((text) => markup`<li class="dmg">▲ <bdi>${cutName(text, 400)}</bdi></li>`),
  ];
  const list = lines.length === 0 ? "" : markup`<ul class="loose">${lines}</ul>`;
  if (unused.length === 0) return lines.length === 0 ? undefined : markup`${list}`;
  const more = unused.length - NAMED_FILES;
  return markup`${list}<details class="nums" id="unused">
    <summary>${labels.unused(grouped(unused.length))}</summary>
    <ul class="loose m">${unused.slice(0, NAMED_FILES).map((name) => markup`<li><bdi>${cutName(name, 120)}</bdi></li>`)}${more > 0 ? markup`<li>${labels.more(grouped(more))}</li>` : ""}</ul>
  </details>`;
}
