// The document around a page: head with its policy, bar, footer, list of keys. The same for every kind of
// page, so that a script and a style know what they find.

import { type Markup, embeddedJson, markup, verbatim } from "../markup.ts";
import { clock, date } from "../time.ts";
import type { PageLabels } from "../words.ts";
import type { PageInput } from "./input.ts";
import { cutName } from "./names.ts";

/** What a host brings to any page. */
export type Frame = Pick<
  PageInput,
  | "lang"
  | "css"
  | "clientScript"
  | "hash"
  | "theme"
  | "isLive"
  | "text"
  | "packedJson"
  | "json"
  | "savedMs"
>;

export interface SectionLink {
  readonly href: string;
  /** Id without the prefix of a process. */
  readonly section: string;
  readonly label: string;
}

export interface DocumentParts {
  readonly title: string;
  /** Id of the first thing to read. */
  readonly top: string;
  /** What the page is about, as the user named it. */
  readonly target: string;
  readonly sections: readonly SectionLink[];
  readonly main: Markup;
  readonly footer: Markup;
}

/** Throws only when `css` or `clientScript` would end its own element. */
export function renderDocument(frame: Frame, labels: PageLabels, parts: DocumentParts): string {
  const style = verbatim(frame.css);
  const script = verbatim(frame.clientScript);
  const theme = frame.theme === "auto" ? "" : markup` data-theme="${frame.theme}"`;
  // Style and script stand alone between their tags: the policy's hashes are of exactly this text.
  const document = markup`<!doctype html>
<html lang="${labels.html}"${theme}>
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${contentPolicy(frame)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${parts.title}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#${parts.top}">${labels.skip}</a>
${TEXTURES}
${bar(frame, labels, parts)}
${parts.main}
${parts.footer}
${keysDialog(labels)}
<script>${script}</script>
</body>
</html>
`;
  return document.toString();
}

function contentPolicy({ css, clientScript, hash, isLive }: Frame): string {
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

function bar(frame: Frame, labels: PageLabels, { top, target, sections }: DocumentParts): Markup {
  const theme = (id: string, value: string, label: string): Markup =>
    markup`<label
      ><input
        type="radio"
        name="th"
        id="${id}"
        value="${value}"
        ${frame.theme === value ? markup` checked` : ""}
      />${label}</label
    >`;
  return markup`<header class="bar">
    <div class="page">
      <a class="brand" href="#${top}">heapwright</a>
      <code class="cmd"><bdi>${cutName(target, 120)}</bdi></code>
      <nav aria-label="${labels.sections}">
        ${sections.map((s) => markup`<a href="${s.href}" data-section="${s.section}">${s.label}</a>`)}
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

function embeddedAnswer({ isLive, packedJson, json }: Frame): EmbeddedAnswer | undefined {
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

/** Data blocks at the end of main: the answer to be saved, its text to be copied. */
export function data(input: Frame): Markup {
  const answer = embeddedAnswer(input);
  return markup`${input.text === undefined ? "" : dataBlock("answer-text", JSON.stringify(input.text))}
${answer === undefined ? "" : dataBlock(answer.id, answer.json)}`;
}

export interface Made extends Frame {
  readonly version: string;
  readonly schema: string;
}

export function footer(labels: PageLabels, input: Made): Markup {
  const { version, schema, savedMs, lang } = input;
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
    <span>heapwright ${version}</span
    ><span>${schema}</span>${when}<span>${labels.stays}</span>${json}<span
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
