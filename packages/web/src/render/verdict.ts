// The verdict card: the word of confidence, the headline, its facts, and what to do now. Without a fault
// the same frame says what could have been seen, or what to fetch next.

import type { Statement } from "@heapwright/core/model/message.ts";
import type { Verdict } from "@heapwright/core/verdict/answer.ts";
import { type Markup, markup } from "../markup.ts";
import type { Context } from "./context.ts";
import { heading } from "./context.ts";
import { type Said, evidenceLinks, said, toDo } from "./statement.ts";

/** The verdict the card is about: only a fault heads the page; harmless causes follow below. */
export function leadVerdict(ctx: Context): Verdict | undefined {
  return ctx.process.verdicts.find((v) => v.fault);
}

/** The others, but for harmless ones that are told under WORTH KNOWING already. */
function otherVerdicts(ctx: Context): readonly Verdict[] {
  const lead = leadVerdict(ctx);
  const told = new Set(ctx.process.worthKnowing.map((s) => s.id));
  return ctx.process.verdicts.filter((v) => v !== lead && (v.fault || !told.has(v.headline.id)));
}

/**
 * Headline and facts. Where the headline only repeats the service's name (no fault seen) the first fact
 * takes its place: the name stands above it already.
 */
export function headlineAndFacts(ctx: Context): {
  readonly headline: Said;
  readonly facts: readonly Statement[];
} {
  const { process } = ctx;
  const lead = leadVerdict(ctx);
  const facts = lead === undefined ? process.facts : [...process.facts, ...lead.facts];
  const headline = said(ctx, lead?.headline ?? process.headline, true);
  const [first, ...rest] = facts;
  if (first !== undefined && headline.plain === process.service.name) {
    return { headline: said(ctx, first, true), facts: rest };
  }
  return { headline, facts };
}

/** The words of the chip, as the terminal begins its first line. */
export function verdictWord(ctx: Context): string {
  const lead = leadVerdict(ctx);
  return lead === undefined
    ? ctx.input.names.status(ctx.process.status)
    : ctx.input.names.verdict(lead);
}

function chipClass(ctx: Context): string {
  if (ctx.input.soFar !== undefined) return "chip lo";
  const lead = leadVerdict(ctx);
  if (lead !== undefined) return lead.confidence === "low" ? "chip lo" : "chip";
  return ctx.process.status === "no-fault-seen" ? "chip none" : "chip dk";
}

function meter(verdict: Verdict, word: string): Markup {
  const on = { high: 3, medium: 2, low: 1 }[verdict.confidence];
  const boxes = [0, 1, 2].map((i) =>
    i < on
      ? markup`<rect x="${i * 9}" width="7" height="10" class="m-on" />`
      : markup`<rect x="${i * 9 + 0.5}" y="0.5" width="6" height="9" class="m-off" />`,
  );
  return markup`<svg width="26" height="10" class="meter" role="img" aria-label="${word}: ${on} / 3">
    ${boxes}
  </svg>`;
}

function confidence(ctx: Context, verdict: Verdict): Markup {
  const { labels } = ctx;
  const word = labels.confidenceWord[verdict.confidence];
  return markup`<div class="conf">
    <p>${labels.confidence} <b>${word}</b> ${meter(verdict, word)}</p>
    <p>${labels.confidenceMeans[verdict.confidence]}</p>
  </div>`;
}

function progress(ctx: Context): Markup | undefined {
  const { soFar } = ctx.input;
  if (soFar === undefined) return undefined;
  const width = Math.max(0, Math.min(1, soFar.fraction ?? 0)) * 100;
  return markup`<div class="sofar" role="status">
    ${
      soFar.fraction === undefined
        ? ""
        : markup`<svg class="prog" height="4" aria-hidden="true">
            <rect width="100%" height="4" class="p-line" />
            <rect width="${width}%" height="4" class="p-done" />
          </svg>`
    }
    <p>${soFar.note}</p>
  </div>`;
}

/** Damage stands beside the verdict, because every number may then be a lower bound. */
function damage(ctx: Context): Markup | undefined {
  const { labels, process, input } = ctx;
  const hurt = new Set<string>();
  for (const row of process.evidence) {
    if (row.diagnostics.some((d) => d.severity === "damage")) hurt.add(row.id);
  }
  for (const d of process.diagnostics) if (d.severity === "damage") hurt.add(d.artefact);
  if (hurt.size === 0) return undefined;
  return markup`<p class="hurt">
    <span class="chip lo">▲ ${labels.damaged}</span>
    ${labels.damagedSays(input.words.count(hurt.size))},
    <a href="#${ctx.prefix}evidence">${labels.seeEvidence}</a>
  </p>`;
}

/** A command line as it would be typed; flags and their dashes stay in one piece when it wraps. */
export function commandBlock(ctx: Pick<Context, "labels">, command: string): Markup {
  const words = command.slice(0, 2_000).split(" ");
  const parts = words.map((word, i) => [
    i === 0 ? "" : " ",
    word.startsWith("-") && word.length < 24 ? markup`<span class="nw">${word}</span>` : word,
  ]);
  return markup`<div class="sh">
    <code>${parts}</code><button type="button" data-copy="">${ctx.labels.copy}</button>
  </div>`;
}

function doRow(
  ctx: Context,
  label: string,
  statements: readonly Statement[],
  isFirst: boolean,
): Markup | undefined {
  if (statements.length === 0) return undefined;
  const items = statements.map((statement) => {
    const { prose, plain, command } = toDo(ctx, statement);
    const text = plain === "" ? "" : markup`<p>${prose}</p>`;
    return markup`<div class="step${plain === "" ? " bare" : ""}">
      ${text} ${command === undefined ? "" : commandBlock(ctx, command)}
    </div>`;
  });
  return markup`<div class="row do${isFirst ? " one" : ""}">
    ${heading(ctx, 1, label)}
    <div>${items}</div>
  </div>`;
}

function steps(ctx: Context, lead: Verdict | undefined): (Markup | undefined)[] {
  const { labels, process } = ctx;
  const list: (readonly [string, readonly Statement[]])[] =
    lead === undefined
      ? []
      : [
          [labels.now, lead.now],
          [labels.fix, lead.fix],
          [labels.verify, lead.verify],
        ];
  list.push([labels.next, process.next]);
  return list
    .filter(([, statements]) => statements.length > 0)
    .map(([label, statements], i) => doRow(ctx, label, statements, i === 0));
}

export function verdictSection(ctx: Context): Markup {
  const { labels, input, prefix } = ctx;
  const lead = leadVerdict(ctx);
  const { headline, facts: list } = headlineAndFacts(ctx);
  const facts = list.map((fact) => markup`<p class="says">${said(ctx, fact).prose}</p>`);
  const word = verdictWord(ctx);
  const chip = input.soFar === undefined ? word : `${labels.soFar}: ${word}`;
  const title =
    ctx.level === 1
      ? markup`<h1 class="h1" id="${prefix}answer">${headline.prose}</h1>`
      : markup`<h2 class="h1" id="${prefix}answer">${headline.prose}</h2>`;
  return markup`<section class="verdict" id="${prefix}verdict" aria-labelledby="${prefix}answer">
    <div class="row">
      <div class="head">
        <p class="${chipClass(ctx)}">${chip}</p>
        ${progress(ctx)} ${lead === undefined ? "" : confidence(ctx, lead)}
        <button type="button" class="cp js" data-copy-answer="">${labels.copyAsText}</button>
      </div>
      <div class="answer">${title} ${facts} ${damage(ctx)}</div>
    </div>
    ${steps(ctx, lead)}
  </section>`;
}

/** FOR, AGAINST, LOOKS THE SAME, NOT IT, WORTH KNOWING and further verdicts. */
export function whySections(ctx: Context): Markup {
  const { labels, process, input, prefix } = ctx;
  const lead = leadVerdict(ctx);
  const alike =
    lead === undefined || lead.alike.length === 0
      ? undefined
      : markup`<li>
          <span>${labels.alikeSays(lead.alike.map((c) => input.names.cause(c)).join(", "))}</span>
        </li>`;
  const blocks: (readonly [string, string, readonly (Markup | undefined)[]])[] = [
    ["for", labels.for, lines(ctx, lead?.for ?? [])],
    ["against", labels.against, [...lines(ctx, lead?.against ?? []), alike]],
    ["not-it", labels.notIt, lines(ctx, process.notIt)],
    ["worth-knowing", labels.worthKnowing, lines(ctx, process.worthKnowing)],
  ];
  const sections = blocks
    .map(([id, label, items]) => [id, label, items.filter((i) => i !== undefined)] as const)
    .filter(([, , items]) => items.length > 0)
    // The first one is what the bar's "Why" goes to, whichever it is.
    .map(
      ([id, label, items], i) =>
        markup`<section class="tight" id="${prefix}${i === 0 ? "why" : id}">
          <div class="row">
            ${heading(ctx, 1, label)}
            <ul class="list">
              ${items}
            </ul>
          </div>
        </section>`,
    );
  return markup`${sections} ${also(ctx)}`;
}

function lines(ctx: Context, statements: readonly Statement[]): Markup[] {
  return statements.map(
    (s) => markup`<li><span>${said(ctx, s).prose}</span> ${evidenceLinks(ctx, s.evidence)}</li>`,
  );
}

function also(ctx: Context): Markup | undefined {
  const { labels, input, process } = ctx;
  const others = otherVerdicts(ctx);
  if (others.length === 0) return undefined;
  const items = others.map((v) => {
    const reasons = [...v.for, ...v.against];
    const todo = [...v.now, ...v.fix, ...v.verify];
    const chip = v.fault ? (v.confidence === "low" ? "chip lo" : "chip") : "chip none";
    return markup`<div class="other">
      <p><span class="${chip}">${input.names.verdict(v)}</span></p>
      <div>
        ${heading(ctx, 2, said(ctx, v.headline).prose, "cap")}
        ${v.facts.map((f) => markup`<p>${said(ctx, f).prose}</p>`)}
        ${
          reasons.length + todo.length === 0
            ? ""
            : markup`<details>
                <summary>${labels.for}, ${labels.against}, ${labels.fix}</summary>
                <ul class="list">
                  ${lines(ctx, reasons)}
                </ul>
                ${todo.map((s) => {
                  const { prose, plain, command } = toDo(ctx, s);
                  return markup`<div class="step${plain === "" ? " bare" : ""}">
                    ${plain === "" ? "" : markup`<p>${prose}</p>`}
                    ${command === undefined ? "" : commandBlock(ctx, command)}
                  </div>`;
                })}
              </details>`
        }
      </div>
    </div>`;
  });
  return markup`<section class="tight" id="${ctx.prefix}also">
    <div class="row">
      ${heading(ctx, 1, process.status === "inconclusive" ? labels.leads : labels.also)}
      <div>${items}</div>
    </div>
  </section>`;
}
