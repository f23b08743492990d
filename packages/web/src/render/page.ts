// The page: one HTML document, complete without a script, that asks nothing of the network. `view` serves
// the same document and sends its <main> again when the answer changes.

import { type Markup, markup } from "../markup.ts";
import { LABELS, type PageLabels } from "../words.ts";
import { type Context, isSeveral } from "./context.ts";
import { evidenceSection, inputNotes, missingSection } from "./evidence.ts";
import { evidenceAnchors } from "./evidence-rows.ts";
import { type SectionLink, data, footer, renderDocument } from "./document.ts";
import { factsList } from "./facts.ts";
import { growthSection } from "./growth.ts";
import type { PageInput, ProcessPictures } from "./input.ts";
import { traceOfProcess } from "./trace/process.ts";
import { cutName } from "./names.ts";
import { whoSection } from "./sites.ts";
import {
  headlineAndFacts,
  leadVerdict,
  verdictSection,
  verdictWord,
  whySections,
} from "./verdict.ts";
import { whereSection } from "./where.ts";

export type { PageInput, PageNames, ProcessPictures, SoFar, Theme } from "./input.ts";

/** Shown in full, worst first; a folder of fragments has dozens more, which get a line each. */
const MOST_PROCESSES = 8;

/** A complete document. Throws only when `css` or `clientScript` would end its own element. */
export function renderPage(input: PageInput): string {
  const labels = LABELS[input.lang];
  const contexts = processContexts(input, labels);
  const title = pageTitle(input, labels, contexts);
  const prefix = contexts[0]?.prefix ?? "";
  return renderDocument(input, labels, {
    title,
    top: `${prefix}verdict`,
    target: input.answer.target,
    sections: sectionLinks(labels, contexts[0]),
    main: mainElement(input, labels, contexts, title),
    footer: footer(labels, {
      ...input,
      version: input.answer.tool.version,
      schema: input.answer.schema,
    }),
  });
}

/** What `view` sends again when the answer changes; attributes tell the client how to take it. */
function mainElement(
  input: PageInput,
  labels: PageLabels,
  contexts: readonly Context[],
  title: string,
): Markup {
  const several = isSeveral(input.answer);
  const soFar = input.soFar === undefined ? "" : markup` data-so-far=""`;
  const live = input.isLive === true ? markup` data-live=""` : "";
  return markup`<main class="page" id="main" data-title="${title}"${soFar}${live}>
${several ? switcher(input, labels, contexts) : ""}
${contexts.map((ctx) => processArticle(ctx))}
${several ? unread(input, labels) : ""}
${data(input)}
</main>`;
}

function processContexts(input: PageInput, labels: PageLabels): readonly Context[] {
  const { answer } = input;
  const base = { input, labels };
  if (!isSeveral(answer)) {
    const only = answer.processes[0];
    const own = only === undefined ? undefined : input.byProcess?.get(only.key);
    return [
      {
        ...base,
        process: answer,
        pictures: own ?? input,
        prefix: "",
        level: 1,
        evidence: evidenceAnchors(answer.evidence, ""),
      },
    ];
  }
  return answer.processes.slice(0, MOST_PROCESSES).map((process, i): Context => {
    const pictures: ProcessPictures = input.byProcess?.get(process.key) ?? {};
    return {
      ...base,
      process,
      pictures,
      prefix: `p${i}-`,
      level: 2,
      evidence: evidenceAnchors(process.evidence, `p${i}-`),
    };
  });
}

function pageTitle(input: PageInput, labels: PageLabels, contexts: readonly Context[]): string {
  const worst = contexts[0];
  if (worst === undefined || isSeveral(input.answer)) {
    return `${labels.processes(String(input.answer.processes.length))} · ${cutName(input.answer.target, 80)} · heapwright`;
  }
  const headline = headlineAndFacts(worst).headline.plain;
  const name = worst.process.service.name;
  return [`${verdictWord(worst)} ${cutName(headline, 100)}`, cutName(name, 60), "heapwright"]
    .filter((t) => t !== "")
    .join(" · ");
}

function processArticle(ctx: Context): Markup {
  const sections = markup`
    ${factsList(ctx)} ${verdictSection(ctx)} ${whereSection(ctx)} ${growthSection(ctx)}
    ${traceOfProcess(ctx)} ${whoSection(ctx)} ${whySections(ctx)} ${missingSection(ctx)} ${evidenceSection(ctx)}
  `;
  return ctx.prefix === ""
    ? markup`<div class="proc">${sections}</div>`
    : markup`<article class="proc" id="${ctx.prefix}process" aria-labelledby="${ctx.prefix}answer">
        ${sections}
      </article>`;
}

function switcher(input: PageInput, labels: PageLabels, contexts: readonly Context[]): Markup {
  const items = contexts.map((ctx) => {
    const { service } = ctx.process;
    const name = service.name === "" ? labels.process : cutName(service.name, 60);
    const pid = service.pid === undefined ? "" : ` ${labels.pid(String(service.pid))}`;
    const isFault = ctx.process.status === "fault";
    return markup`<li>
      <a href="#${ctx.prefix}process" data-process="${ctx.prefix}">
        <b class="${isFault ? "hit" : ""}">${verdictWord(ctx)}</b> <bdi>${name}</bdi>${pid}
      </a>
    </li>`;
  });
  return markup`<div class="procs">
    <h1 class="h1">${labels.processes(input.words.count(input.answer.processes.length))}</h1>
    <nav aria-label="${labels.showProcess}">
      <ul>
        ${items}
        <li class="js"><a href="#main" data-process="">${labels.allProcesses}</a></li>
      </ul>
    </nav>
    ${furtherProcesses(input)}
  </div>`;
}

function furtherProcesses(input: PageInput): Markup | undefined {
  const further = input.answer.processes.slice(MOST_PROCESSES);
  if (further.length === 0) return undefined;
  const items = further.map((p) => {
    const lead = p.verdicts.find((v) => v.fault);
    const word = lead === undefined ? input.names.status(p.status) : input.names.verdict(lead);
    return markup`<li>
      <span
        ><b>${word}</b>
        <bdi>${cutName(p.service.name === "" ? p.key : p.service.name, 80)}</bdi></span
      >
    </li>`;
  });
  return markup`<ul class="list further">
    ${items}
  </ul>`;
}

/** Of inputs that belong to no process: with one process this stands in its evidence. */
function unread(input: PageInput, labels: PageLabels): Markup | undefined {
  const notes = inputNotes(input, labels);
  if (notes === undefined) return undefined;
  return markup`<section class="tight" id="unread">
    <div class="row">
      <h2 class="lab">${labels.unread}</h2>
      <div>${notes}</div>
    </div>
  </section>`;
}

function sectionLinks(labels: PageLabels, first: Context | undefined): readonly SectionLink[] {
  const prefix = first?.prefix ?? "";
  const has = (section: string): boolean => {
    const p = first?.process;
    if (p === undefined) return false;
    if (section === "where") return p.ledgers.length > 0;
    if (section === "growth") return p.series.length > 0;
    if (section === "trace") return first?.pictures.trace !== undefined;
    if (section === "who") return p.sites !== undefined || first?.pictures.flame !== undefined;
    if (section === "why") {
      const lead = first === undefined ? undefined : leadVerdict(first);
      return (
        p.notIt.length + p.worthKnowing.length > 0 ||
        (lead !== undefined && lead.for.length + lead.against.length + lead.alike.length > 0)
      );
    }
    return section !== "missing" || p.missing.length > 0;
  };
  const links: (readonly [string, string])[] = [
    ["where", labels.navWhere],
    ["growth", labels.navGrowth],
    ["trace", labels.navTrace],
    ["who", labels.navWho],
    ["why", labels.navWhy],
    ["missing", labels.navMissing],
    ["evidence", labels.navEvidence],
  ];
  return links
    .filter(([id]) => has(id))
    .map(([id, label]) => ({ href: `#${prefix}${id}`, section: id, label }));
}
