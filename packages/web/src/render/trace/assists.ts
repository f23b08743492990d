// Assists: the flame of the stacks that met the bill, then who paid, by line and by start function.

import type { FlameInput } from "@heapwright/core/pictures/flame-tree.ts";
import type { PayerRow } from "@heapwright/core/report/trace/summary.ts";
import { digits } from "@heapwright/core/report/wording.ts";
import { carried } from "../../flame-data.ts";
import { START, flameView } from "../../flame-view.ts";
import { type Markup, type Value, markup } from "../../markup.ts";
import { grouped } from "../../numbers.ts";
import { flameJson, flameSvg, flameTools } from "../flame.ts";
import { codeName, functionName, positionName } from "../names.ts";
import { type TraceContext, duration, part, section, share } from "./context.ts";
import { nameCell, traceTable } from "./tables.ts";

export function assistFlame(ctx: TraceContext, flame: FlameInput): Markup {
  const { labels, own, prefix } = ctx;
  const id = `${prefix}assist-flame`;
  const kept = carried(flame, false);
  const view = flameView(kept, START, labels);
  const whole = view.values.value[0] ?? 0;
  const key = markup`<p class="key">
    <span class="k4">${own.onCore}</span><span class="k1">${own.parked}</span>
  </p>`;
  const label = own.assistFlame({
    total: duration(ctx, whole),
    boxes: grouped(view.items.length),
  });
  const deeper =
    view.deeper > 0 ? markup`<p class="note">${labels.deeper(grouped(view.deeper))}</p>` : "";
  return markup`<div class="fig flames" data-flame="${id}">
    ${flameTools(ctx, kept, id, key)} ${flameSvg(view, label, id)} ${deeper}
    ${guiltyLine(ctx)} ${withoutStack(ctx, flame)}
    <p class="read js" role="status" data-read="">${labels.hint}</p>
    ${flameJson(kept)}
  </div>`;
}

const MOST_NAMED = 4;

/** What the verdict's lines paid, as in the table below. */
function guiltyLine(ctx: TraceContext): Markup | undefined {
  const lines = ctx.pictures.guilty.slice(0, MOST_NAMED).map((p) =>
    ctx.own.paidAt({
      site: positionName(p.file ?? p.name, p.line ?? 0),
      value: duration(ctx, p.wallNs),
    }),
  );
  return lines.length === 0 ? undefined : markup`<p class="holds">${lines.join("; ")}</p>`;
}

/** Time that ends at the root has no stack to stand in. */
function withoutStack(ctx: TraceContext, flame: FlameInput): Markup | undefined {
  const value = flame.values[0]?.value;
  if (value === undefined) return undefined;
  let rest = value[0] ?? 0;
  for (let i = 1; i < flame.length; i++) if (flame.parent[i] === 0) rest -= value[i] ?? 0;
  return rest > (value[0] ?? 0) * 1e-6
    ? markup`<p class="note">${ctx.own.noStack(duration(ctx, rest))}</p>`
    : undefined;
}

/** The line, then its function. */
export function payerName(ctx: TraceContext, p: PayerRow): Value {
  if (p.file === null || p.function === null) return nameCell(ctx, p.name);
  const file = positionName(p.file, p.line ?? 0);
  return markup`${codeName(file, `${p.file}:${p.line ?? 0}`)} <span class="note">${codeName(functionName(p.function), p.function)}</span>`;
}

export function assistsSection(ctx: TraceContext): Markup {
  const { own, terminal, pictures } = ctx;
  const { assists, gc } = pictures.summary;
  if (assists.count === 0)
    return section(
      ctx,
      "assists",
      own.assists,
      [],
      markup`<p class="unk">${terminal.noAssist}</p>`,
    );
  const facts = terminal.assistFacts({
    count: grouped(assists.count),
    wall: duration(ctx, assists.wallNs),
    cpu: duration(ctx, assists.cpuNs),
    ending: assists.endingNs > 0 ? duration(ctx, assists.endingNs) : undefined,
    parked: duration(ctx, assists.wallNs - assists.cpuNs),
    longest: duration(ctx, assists.longestNs),
    ofMutator: share(ctx, gc.assistOfMutator),
  });
  const cut =
    assists.cut > 0
      ? markup`<p class="note">${grouped(assists.cut)} × ${terminal.lowerBound}</p>`
      : "";
  return section(
    ctx,
    "assists",
    own.assists,
    [facts, own.flameSays],
    markup`${pictures.flame === undefined ? "" : assistFlame(ctx, pictures.flame)}
      <div class="tables">${payersTable(ctx)} ${groupsTable(ctx)}</div>
      ${cut}`,
  );
}

function payersTable(ctx: TraceContext): Markup {
  const { own, terminal, pictures } = ctx;
  const { assists } = pictures.summary;
  return traceTable(
    ctx,
    own.payers,
    terminal.payerColumns,
    assists.byLine.map((p) => ({
      numbers: [
        digits(p.wallNs / 1e6),
        part(ctx, p.wallNs, assists.wallNs),
        part(ctx, p.cpuNs, p.wallNs),
        part(ctx, p.wallNs - p.cpuNs, p.wallNs),
        grouped(p.count),
        digits(p.longestNs / 1e6),
      ],
      name: payerName(ctx, p),
    })),
  );
}

function groupsTable(ctx: TraceContext): Markup {
  const { own, terminal, pictures } = ctx;
  const { assists } = pictures.summary;
  return traceTable(
    ctx,
    own.groups,
    terminal.groupColumns,
    assists.byGroup.map((g) => ({
      numbers: [
        digits(g.wallNs / 1e6),
        part(ctx, g.wallNs, assists.wallNs),
        part(ctx, g.cpuNs, g.executedNs),
        grouped(g.count),
        grouped(g.goroutines),
      ],
      name: nameCell(ctx, g.name),
    })),
  );
}
