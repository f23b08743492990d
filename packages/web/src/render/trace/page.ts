// The page of one execution trace, and the flame of its assists alone. Same document, style, script and
// words as the page of an answer.

import type { Verdict } from "@heapwright/core/verdict/answer.ts";
import { type Markup, type Value, markup } from "../../markup.ts";
import { bytes, grouped } from "../../numbers.ts";
import { LABELS } from "../../words.ts";
import type { Speaking } from "../context.ts";
import { type Frame, type SectionLink, data, footer, renderDocument } from "../document.ts";
import type { PageInput } from "../input.ts";
import { cutName } from "../names.ts";
import { said, toDo } from "../statement.ts";
import { commandBlock } from "../verdict.ts";
import { assistFlame, assistsSection } from "./assists.ts";
import { type TraceContext, duration, section, traceContext } from "./context.ts";
import { cyclesSection } from "./cycles.ts";
import { mmuSection } from "./mmu.ts";
import type { TracePictures } from "./pictures.ts";
import { gcShareSays, shellWord } from "./process.ts";
import { goroutinesSection, restSection, stopsSection, tasksSection } from "./rest.ts";
import { timelineFigure } from "./timeline.ts";

export interface TracePageInput extends Frame, Pick<PageInput, "say" | "words" | "names"> {
  readonly pictures: TracePictures;
  /** What the rules say of it, ranked. */
  readonly verdicts: readonly Verdict[];
  /** Sentences: what of the file was not read, and why. */
  readonly damage: readonly string[];
  /** As the user named the file. */
  readonly target: string;
  readonly version: string;
}

const PLOT = 200;

function contextOf(input: TracePageInput): TraceContext {
  return traceContext({ labels: LABELS[input.lang], prefix: "", level: 1 }, input, input.pictures);
}

/** The whole report. */
export function renderTracePage(input: TracePageInput): string {
  const ctx = contextOf(input);
  const { own, pictures } = ctx;
  const command = `heapwright trace ${shellWord(input.target)} --cycles`;
  const rest = [restSection(ctx), goroutinesSection(ctx), tasksSection(ctx)];
  const firstOfRest = ["rest", "goroutines", "tasks"].find((_, i) => rest[i] !== undefined);
  const links: (readonly [string, string])[] = [
    ["timeline", own.navTimeline],
    ["cycles", own.navCycles],
    ["assists", own.navAssists],
    ["stops", own.navStops],
    ["mmu", own.navMmu],
  ];
  if (firstOfRest !== undefined) links.push([firstOfRest, own.navRest]);
  const chart =
    pictures.timeline === undefined
      ? ""
      : section(
          ctx,
          "timeline",
          own.timeline,
          [own.timelineSays, markup`<span class="i">${own.ofTrace}</span>`],
          timelineFigure(ctx, pictures.timeline, PLOT, { withWorst: true }),
        );
  return documentOf(
    input,
    ctx,
    links.map(([id, label]) => ({ href: `#${id}`, section: id, label })),
    markup`${factsOf(ctx)} ${findings(input, ctx)} ${chart} ${cyclesSection(ctx, command)}
      ${assistsSection(ctx)} ${stopsSection(ctx)} ${mmuSection(ctx)} ${rest} ${damage(input, ctx)}`,
  );
}

/** The flame of assists and nothing else. */
export function renderAssistFlamePage(input: TracePageInput): string {
  const ctx = contextOf(input);
  const { own, terminal, pictures } = ctx;
  const { assists } = pictures.summary;
  const says =
    pictures.flame === undefined
      ? terminal.noAssist
      : own.assistSum(ctx.labels.assists(grouped(assists.count)), duration(ctx, assists.wallNs));
  const flame =
    pictures.flame === undefined
      ? markup`<p class="unk">${terminal.noAssist}</p>`
      : assistFlame(ctx, pictures.flame);
  return documentOf(
    input,
    ctx,
    [],
    markup`<section class="verdict" id="verdict" aria-labelledby="answer">
        <div class="answer">
          <h1 class="h1" id="answer">${own.assists}</h1>
          <p class="says">${says}</p>
          ${hurt(input, ctx)}
        </div>
      </section>
      <section id="assists">${flame}</section>
      ${damage(input, ctx)}`,
  );
}

function documentOf(
  input: TracePageInput,
  ctx: TraceContext,
  sections: readonly SectionLink[],
  content: Markup,
): string {
  const title = `${cutName(ctx.pictures.summary.file.name, 60)} · heapwright trace`;
  return renderDocument(input, ctx.labels, {
    title,
    top: "verdict",
    target: `trace ${input.target}`,
    sections,
    main: markup`<main class="page" id="main" data-title="${title}">
<div class="proc">${content}</div>
${data(input)}
</main>`,
    footer: footer(ctx.labels, { ...input, schema: ctx.pictures.summary.schema }),
  });
}

function factsOf(ctx: TraceContext): Markup {
  const { own, terminal, pictures } = ctx;
  const { file, gc } = pictures.summary;
  const fact = (name: string, main: Value, note: Value = ""): Markup =>
    markup`<div>
      <dt>${name}</dt>
      <dd>${main}</dd>
      ${note === "" ? "" : markup`<dd>${note}</dd>`}
    </div>`;
  return markup`<dl class="facts" id="facts" aria-label="${ctx.labels.facts}">
    ${fact(own.file, markup`<bdi>${cutName(file.name, 80)}</bdi>`, bytes(file.bytes))}
    ${fact(own.length, duration(ctx, file.seconds * 1e9))}
    ${fact(own.procs, file.gomaxprocs === null ? terminal.unknown : grouped(file.gomaxprocs))}
    ${fact(own.cyclesFact, grouped(gc.cycles), gc.cycles === 0 ? "" : own.perSecond(ctx.words.count(Number(gc.cyclesPerSecond.toPrecision(3)))))}
    ${fact(own.events, grouped(file.events))}
    ${fact(own.format, file.version, own.generations(grouped(file.generations)))}
  </dl>`;
}

/** What the rules found: the first fault heads the page, the others follow in one list. */
function findings(input: TracePageInput, ctx: TraceContext): Markup {
  const speaking: Speaking = { input, labels: ctx.labels, evidence: new Map() };
  const lead = input.verdicts.find((v) => v.fault);
  const others = input.verdicts.filter((v) => v !== lead);
  const chip =
    lead === undefined
      ? markup`<p class="chip none">${ctx.own.noFault}</p>`
      : markup`<p class="chip${lead.confidence === "low" ? " lo" : ""}">${input.names.verdict(lead)}</p>`;
  const share = gcShareSays(ctx);
  const headline = lead === undefined ? share : said(speaking, lead.headline, true).prose;
  const facts =
    lead === undefined ? [] : [...lead.facts.map((f) => said(speaking, f).prose), markup`${share}`];
  return markup`<section class="verdict" id="verdict" aria-labelledby="answer">
    <div class="row">
      <div class="head">
        ${chip}
        <button type="button" class="cp js" data-copy-answer="">${ctx.labels.copyAsText}</button>
      </div>
      <div class="answer">
        <h1 class="h1" id="answer">${headline}</h1>
        ${facts.map((f) => markup`<p class="says">${f}</p>`)} ${hurt(input, ctx)}
      </div>
    </div>
    ${lead === undefined || lead.fix.length === 0 ? "" : fixRow(ctx, speaking, lead)}
    ${others.length === 0 ? "" : alsoRow(input, ctx, speaking, others)}
  </section>`;
}

function fixRow(ctx: TraceContext, speaking: Speaking, lead: Verdict): Markup {
  return markup`<div class="row do one">
    <h2 class="lab">${ctx.labels.fix}</h2>
    <div>${lead.fix.map((s) => {
      const { prose, plain, command } = toDo(speaking, s);
      return markup`<div class="step${plain === "" ? " bare" : ""}">
        ${plain === "" ? "" : markup`<p>${prose}</p>`}
        ${command === undefined ? "" : commandBlock(ctx, command)}
      </div>`;
    })}</div>
  </div>`;
}

function alsoRow(
  input: TracePageInput,
  ctx: TraceContext,
  speaking: Speaking,
  others: readonly Verdict[],
): Markup {
  const items = others.map((v) => {
    const chip = v.fault ? (v.confidence === "low" ? "chip lo" : "chip") : "chip none";
    return markup`<div class="other">
      <p><span class="${chip}">${input.names.verdict(v)}</span></p>
      <div>
        <h3 class="cap">${said(speaking, v.headline).prose}</h3>
        ${[...v.facts, ...v.fix].map((f) => markup`<p>${said(speaking, f).prose}</p>`)}
      </div>
    </div>`;
  });
  return markup`<div class="row do">
    <h2 class="lab">${ctx.labels.also}</h2>
    <div>${items}</div>
  </div>`;
}

/** Beside the verdict, because every number may then be a lower bound. */
function hurt(input: TracePageInput, ctx: TraceContext): Markup | undefined {
  if (input.damage.length === 0) return undefined;
  return markup`<p class="hurt">
    <span class="chip lo">▲ ${ctx.labels.damaged}</span> ${ctx.own.damagedSays},
    <a href="#damage">${ctx.own.damage}</a>
  </p>`;
}

function damage(input: TracePageInput, ctx: TraceContext): Markup | undefined {
  if (input.damage.length === 0) return undefined;
  return section(
    ctx,
    "damage",
    ctx.own.damage,
    [],
    markup`<ul class="list">
      ${input.damage.map((d) => markup`<li><span class="dmg">▲ ${d}</span></li>`)}
    </ul>`,
  );
}
