// The page: one HTML document, complete without a script, that asks nothing of the network. `view` serves
// the same document and sends its <main> again when the answer changes.

import { type Markup, embeddedJson, markup, verbatim } from "../markup.ts";
import { clock, date } from "../time.ts";
import { LABELS, type PageLabels } from "../words.ts";
import { type Context, isSeveral } from "./context.ts";
import { evidenceSection, inputNotes, missingSection } from "./evidence.ts";
import { evidenceAnchors } from "./evidence-rows.ts";
import { factsList } from "./facts.ts";
import { growthSection } from "./growth.ts";
import type { PageInput, ProcessPictures } from "./input.ts";
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
  const style = verbatim(input.css);
  const script = verbatim(input.clientScript);
  const policy = contentPolicy(input);
  const contexts = processContexts(input, labels);
  const title = pageTitle(input, labels, contexts);
  const theme = input.theme === "auto" ? "" : markup` data-theme="${input.theme}"`;
  // Style and script stand alone between their tags: the policy's hashes are of exactly this text.
  const document = markup`<!doctype html>
<html lang="${labels.html}"${theme}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#${contexts[0]?.prefix ?? ""}verdict">${labels.skip}</a>
${TEXTURES}
${bar(input, labels, contexts)}
${mainElement(input, labels, contexts, title)}
${footer(input, labels)}
${keysDialog(labels)}
<script>${script}</script>
</body>
</html>
`;
  return document.toString();
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

function contentPolicy({ css, clientScript, hash, isLive }: PageInput): string {
  const rules = [
    "default-src 'none'",
    `style-src 'sha256-${hash(css)}'`,
    `script-src 'sha256-${hash(clientScript)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ];
  if (isLive === true) rules.push("connect-src 'self'");
  return rules.join("; ");
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
    ${whoSection(ctx)} ${whySections(ctx)} ${missingSection(ctx)} ${evidenceSection(ctx)}
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

function bar(input: PageInput, labels: PageLabels, contexts: readonly Context[]): Markup {
  const first = contexts[0];
  const prefix = first?.prefix ?? "";
  const has = (section: string): boolean => {
    const p = first?.process;
    if (p === undefined) return false;
    if (section === "where") return p.ledgers.length > 0;
    if (section === "growth") return p.series.length > 0;
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
    ["who", labels.navWho],
    ["why", labels.navWhy],
    ["missing", labels.navMissing],
    ["evidence", labels.navEvidence],
  ];
  const theme = (id: string, value: string, label: string): Markup =>
    markup`<label
      ><input
        type="radio"
        name="th"
        id="${id}"
        value="${value}"
        ${input.theme === value ? markup` checked` : ""}
      />${label}</label
    >`;
  return markup`<header class="bar">
    <div class="page">
      <a class="brand" href="#${prefix}verdict">heapwright</a>
      <code class="cmd"><bdi>${cutName(input.answer.target, 120)}</bdi></code>
      <nav aria-label="${labels.sections}">
        ${links.filter(([id]) => has(id)).map(([id, label]) => markup`<a href="#${prefix}${id}" data-section="${id}">${label}</a>`)}
      </nav>
      <fieldset class="seg theme">
        <legend class="vh">${labels.theme}</legend>
        ${theme("th-a", "auto", labels.auto)}${theme("th-l", "light", labels.light)}${theme("th-d", "dark", labels.dark)}
      </fieldset>
      <button
        type="button"
        class="js"
        data-keys=""
        aria-label="${labels.keys}"
        aria-keyshortcuts="?"
      >
        ?
      </button>
    </div>
  </header>`;
}

/** Longer JSON is left out, plain and packed: a page stays light enough to be mailed. */
const MOST_JSON = 100_000;
const MOST_PACKED = 600_000;

interface EmbeddedAnswer {
  readonly id: "answer-packed" | "answer-json";
  readonly json: string;
}

function embeddedAnswer({ isLive, packedJson, json }: PageInput): EmbeddedAnswer | undefined {
  if (isLive === true) return undefined;
  if (packedJson !== undefined) {
    if (packedJson.length > MOST_PACKED) return undefined;
    return { id: "answer-packed", json: JSON.stringify(packedJson) };
  }
  if (json === undefined) return undefined;
  const value: unknown = JSON.parse(json);
  const short = JSON.stringify(value);
  return short.length > MOST_JSON ? undefined : { id: "answer-json", json: short };
}

function dataBlock(id: string, json: string): Markup {
  return markup`<script type="application/json" id="${id}">${embeddedJson(json)}</script>`;
}

function data(input: PageInput): Markup {
  const answer = embeddedAnswer(input);
  return markup`${input.text === undefined ? "" : dataBlock("answer-text", JSON.stringify(input.text))}
${answer === undefined ? "" : dataBlock(answer.id, answer.json)}`;
}

function footer(input: PageInput, labels: PageLabels): Markup {
  const { answer, savedMs, lang } = input;
  const when =
    savedMs === undefined
      ? ""
      : markup`<span
          >${labels.saved(`${date(savedMs, lang)} ${clock(savedMs, true)} ${labels.utc}`)}</span
        >`;
  const json =
    input.isLive === true
      ? markup`<a href="answer.json">${labels.asJson}</a>`
      : embeddedAnswer(input) === undefined
        ? ""
        : markup`<button type="button" class="js" data-save-json="">${labels.saveJson}</button>`;
  return markup`<footer class="page">
    <span>heapwright ${answer.tool.version}</span
    ><span>${answer.schema}</span>${when}<span>${labels.stays}</span>${json}<span
      class="lost"
      id="lost"
      role="status"
      hidden
      >${labels.lost}</span
    >
  </footer>`;
}

function keysDialog(labels: PageLabels): Markup {
  return markup`<dialog id="keys" aria-labelledby="keys-title">
    <h2 class="cap" id="keys-title">${labels.keysTitle}</h2>
    <table>
      <tbody>
        ${labels.keyRows.map(
          ([key, does]) =>
            markup`<tr>
              <th scope="row"><kbd>${key}</kbd></th>
              <td>${does}</td>
            </tr>`,
        )}
      </tbody>
    </table>
    <p>
      <label class="check"><input type="checkbox" id="keys-on" checked />${labels.keysOn}</label>
    </p>
    <button type="button" data-close="">${labels.close}</button>
  </dialog>`;
}

/** A part is told by its texture and its place, not by its hue alone; each id is used by the style. */
const TEXTURES: Markup = markup`<svg width="0" height="0" class="defs" aria-hidden="true">
  <defs>
    <pattern
      id="h-garbage"
      width="6"
      height="6"
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(45)"
    >
      <rect width="6" height="6" class="a-garbage" />
      <rect width="1.5" height="6" class="a-garbage2" />
    </pattern>
    <pattern id="h-unused" width="5" height="5" patternUnits="userSpaceOnUse">
      <rect width="5" height="5" class="a-unused" />
      <circle cx="2.5" cy="2.5" r="1" class="a-unused2" />
    </pattern>
    <pattern id="h-file" width="4" height="4" patternUnits="userSpaceOnUse">
      <rect width="4" height="4" class="a-file" />
      <rect width="4" height="1" class="a-native" />
    </pattern>
    <pattern
      id="h-shared"
      width="6"
      height="6"
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(-45)"
    >
      <rect width="6" height="6" class="a-file" />
      <rect width="1.5" height="6" class="a-native" />
    </pattern>
    <pattern id="h-un" width="4" height="4" patternUnits="userSpaceOnUse">
      <rect width="4" height="4" class="a-bg" />
      <path d="M0 0L4 4M4 0L0 4" class="a-cross" />
    </pattern>
    <pattern
      id="h-one"
      width="5"
      height="5"
      patternUnits="userSpaceOnUse"
      patternTransform="rotate(-45)"
    >
      <rect width="5" height="5" class="a-c0" />
      <rect width="1.2" height="5" class="a-edge" />
    </pattern>
  </defs>
</svg>`;
