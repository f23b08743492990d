// The page of one profile, or of the difference of two: pictures that a script draws, and tables that
// need none. Same document, style and bar as the other pages.

import type { Lang } from "@heapwright/core/model/message.ts";
import type { ProfilePicture } from "@heapwright/core/pictures/profile/picture.ts";
import { knownOf, rowSums } from "@heapwright/core/pictures/profile/tree-view.ts";
import { type Markup, type Value, embeddedJson, markup } from "../../markup.ts";
import { amount, totalWithLimits } from "../../amounts.ts";
import { bytes, grouped } from "../../numbers.ts";
import { encodeProfile } from "../../profile-data.ts";
import { basisText, profilePageWords } from "../../profile-words.ts";
import type { CarriedSource } from "../../source-data.ts";
import { clock, date } from "../../time.ts";
import { LABELS, type PageLabels } from "../../words.ts";
import { type Frame, data, footer, renderDocument, type SectionLink } from "../document.ts";
import { cutName } from "../names.ts";
import type { ProfileContext } from "./context.ts";
import { functionTable, labelTables } from "./tables.ts";

export interface ProfileFacts {
  /** As the user named the file. */
  readonly target: string;
  /** The profile that is compared with. */
  readonly base: string | undefined;
  readonly timeMs: number | undefined;
  readonly period: number;
  readonly periodType: { readonly type: string; readonly unit: string };
  readonly comments: readonly string[];
  /** Sentences: what of the file was not read, and why. */
  readonly damage: readonly string[];
  /** Sentences: what can mislead in the values that are shown first. */
  readonly notes?: readonly string[];
}

export interface ProfilePageInput extends Frame {
  readonly lang: Lang;
  readonly picture: ProfilePicture;
  readonly facts: ProfileFacts;
  readonly version: string;
  /** Raw deflate, then base64. */
  readonly pack: (bytes: Uint8Array) => string;
  /** The view that is open at first. */
  readonly view?: "down" | "up" | "graph" | undefined;
  /** Lines of functions, in the order of the picture's. */
  readonly source?: CarriedSource | undefined;
  /** The picture is in view at first, not the top of the page. */
  readonly opensOnPicture?: boolean;
}

export function renderProfilePage(input: ProfilePageInput): string {
  const { picture, facts, lang } = input;
  const own = profilePageWords(lang);
  const labels: PageLabels = { ...LABELS[lang], skip: own.skip, keyRows: own.keyRows };
  const ctx: ProfileContext = {
    lang,
    labels,
    own,
    picture,
    isDiff: picture.series.some((s) => s.isMinus),
  };
  const embedded = (input.source ?? []).filter((fn) => fn !== null).length;
  const sections: SectionLink[] = [
    { href: "#picture", section: "picture", label: own.picture },
    { href: "#functions", section: "functions", label: own.functions },
  ];
  const labelled = labelTables(ctx);
  if (labelled !== undefined) {
    sections.push({ href: "#labels", section: "labels", label: own.labelsHead });
  }
  const title = `${cutName(facts.target, 60)} · heapwright`;
  return renderDocument(input, labels, {
    title,
    top: "profile",
    target:
      facts.base === undefined ? facts.target : `${brief(facts.base)} → ${brief(facts.target)}`,
    sections,
    main: markup`<main class="page prof" id="main" data-title="${title}">
<div class="proc">${factsOf(ctx, facts)} ${heading(ctx, facts, embedded)} ${pictureSection(ctx, input.view)}
${functionTable(ctx)} ${labelled}</div>
<script type="application/json" id="profile-data">${embeddedJson(
      JSON.stringify({
        packed: input.pack(encodeProfile(picture)),
        file: cutName(facts.target, 300),
        base: facts.base === undefined ? undefined : cutName(facts.base, 300),
        source:
          embedded === 0
            ? undefined
            : input.pack(new TextEncoder().encode(JSON.stringify(input.source))),
        opens: input.opensOnPicture === true ? "picture" : undefined,
      }),
    )}</script>
${data(input)}
</main>`,
    footer: footer(labels, { ...input, schema: "pprof" }),
  });
}

/** Two paths stand side by side in the bar; the facts below have them whole. */
function brief(path: string): string {
  return path.split(/[\\/]/).slice(-2).join("/");
}

function factsOf(ctx: ProfileContext, facts: ProfileFacts): Markup {
  const { own, picture } = ctx;
  const fact = (name: string, main: Value, note: Value = ""): Markup =>
    markup`<div>
      <dt>${name}</dt>
      <dd>${main}</dd>
      ${note === "" ? "" : markup`<dd>${note}</dd>`}
    </div>`;
  const types = picture.types.map(({ type }) => type).join(", ");
  const { period, periodType, timeMs } = facts;
  const basis = picture.types[picture.defaultType]?.basis;
  const rate =
    basis === "counted"
      ? own.everything
      : !(period > 0)
        ? ctx.labels.unknown
        : periodType.unit === "bytes"
          ? own.everyBytes(bytes(period))
          : own.everyOf(amount(periodType.unit, period), periodType.type);
  return markup`<dl class="facts" id="facts" aria-label="${ctx.labels.facts}">
    ${fact(own.file, markup`<bdi>${cutName(facts.target, 120)}</bdi>`)}
    ${facts.base === undefined ? "" : fact(own.base, markup`<bdi>${cutName(facts.base, 120)}</bdi>`)}
    ${fact(own.stacks, grouped(picture.stacks))}
    ${fact(own.rate, rate)}
    ${timeMs === undefined ? "" : fact(own.taken, `${date(timeMs, ctx.lang)} ${clock(timeMs, true)} ${ctx.labels.utc}`)}
    ${fact(own.kind, markup`<bdi>${cutName(types, 160)}</bdi>`)}
    ${facts.comments.length === 0 ? "" : fact(own.comments, markup`<bdi>${cutName(facts.comments.join(" · "), 300)}</bdi>`)}
  </dl>`;
}

function heading(ctx: ProfileContext, facts: ProfileFacts, embedded: number): Markup {
  const { own, picture, isDiff } = ctx;
  const type = picture.types[picture.defaultType];
  const known =
    type === undefined
      ? undefined
      : knownOf({ ...rowSums(picture, picture.total, 0, picture.defaultType), type }, 0);
  const total =
    known === undefined || type === undefined
      ? own.nothing
      : totalWithLimits(type.unit, known, isDiff);
  const says = type === undefined ? "" : basisText(own, type.basis);
  const hasIntervals = type?.basis === "recovered" || type?.basis === "approximate";
  return markup`<section class="verdict" id="profile" aria-labelledby="answer">
    <div class="answer">
      <h1 class="h1" id="answer"><bdi>${cutName(type?.type ?? "", 80)}</bdi> ${total}</h1>
      <p class="says" id="pbasis">${says}</p>
      ${isDiff && (hasIntervals || (picture.held !== undefined && type?.basis !== "counted")) ? markup`<p class="says">${picture.held === undefined ? own.diffSays : facts.base === undefined ? own.deltaSays : own.pairedSays}</p>` : ""}
      ${embedded === 0 ? "" : markup`<p class="says">${flagged(own.embeds(grouped(embedded)))}</p>`}
      <p class="says noscript">${own.needsScript}</p>
      ${
        facts.damage.length === 0
          ? ""
          : markup`<p class="hurt"><span class="chip lo">▲ ${own.damaged}</span> ${own.damagedSays}</p>
              <ul class="list">
                ${facts.damage.map((d) => markup`<li><span class="dmg">▲ ${cutName(d, 400)}</span></li>`)}
              </ul>`
      }
      ${notesOf(ctx, type?.type ?? "", facts.notes ?? [])}
    </div>
  </section>`;
}

/** A flag does not break after its hyphens. */
function flagged(sentence: string): Markup {
  const parts = sentence.split(/(--[a-z-]+)/);
  return markup`${parts.map((part) => (part.startsWith("--") ? markup`<code>${part}</code>` : part))}`;
}

/** Closed at first: they qualify the numbers, and would push the picture below the fold. */
function notesOf({ own }: ProfileContext, type: string, notes: readonly string[]): Markup | string {
  if (notes.length === 0) return "";
  return markup`<details class="hurt paper" id="notes">
    <summary>${own.notes(grouped(notes.length))} <bdi>${cutName(type, 80)}</bdi></summary>
    <ul class="list">
      ${notes.map((note) => markup`<li>${cutName(note, 600)}</li>`)}
    </ul>
  </details>`;
}

function pictureSection(ctx: ProfileContext, view: ProfilePageInput["view"]): Markup {
  const { own, picture, isDiff } = ctx;
  const radio = (group: string, value: string, label: Value, isOn: boolean): Markup =>
    markup`<label
      ><input type="radio" name="${group}" value="${value}"${isOn ? markup` checked` : ""} />${label}</label
    >`;
  const views: readonly (readonly [string, string])[] = [
    ["down", own.down],
    ["up", own.up],
    ["sandwich", own.sandwich],
    ["graph", own.graph],
  ];
  const key = isDiff
    ? [
        ["grow", own.grew],
        ["shrink", own.shrank],
        ["same", own.unsure],
      ]
    : [
        ["c4", "± 10 %"],
        ["c3", "± 20 %"],
        ["c2", "± 50 %"],
        ["c1", own.wider],
        ["c0", own.oneSampleKey],
      ];
  return markup`<section id="picture" class="scripted" aria-labelledby="picture-head">
    <h2 class="lab" id="picture-head">${own.picture}</h2>
    <div class="pbar js">
      <fieldset class="seg">
        <legend class="vh">${own.view}</legend>
        ${views.map(([value, label]) => radio("pv", value, label, value === (view ?? "down")))}
      </fieldset>
      ${
        picture.types.length < 2
          ? ""
          : markup`<fieldset class="seg">
              <legend class="vh">${own.type}</legend>
              ${picture.types.map(({ type }, i) =>
                radio(
                  "pt",
                  String(i),
                  markup`<bdi>${cutName(type, 40)}</bdi>`,
                  i === picture.defaultType,
                ),
              )}
            </fieldset>`
      }
    </div>
    <div class="pbar js">
      <input
        type="search"
        id="pfind"
        aria-label="${own.find}"
        placeholder="${own.findHint}"
        maxlength="512"
        spellcheck="false"
        autocomplete="off"
      />
      <label class="check" title="${own.pattern}"
        ><input type="checkbox" id="ppattern" aria-label="${own.pattern}" /><code>.*</code></label
      >
      <output id="phits" for="pfind"></output>
      <button type="button" id="pkeep" title="${own.keepHitsSays}" aria-label="${own.keepHitsSays}" hidden>
        ${own.keepHits}
      </button>
      <button type="button" id="pdrop" title="${own.dropHitsSays}" aria-label="${own.dropHitsSays}" hidden>
        ${own.dropHits}
      </button>
      <label class="check"><input type="checkbox" id="pfold" />${own.fold}</label>
      <button type="button" id="pout" disabled>${own.out}</button>
    </div>
    <div class="pbar js" id="pfilters" role="group" aria-live="polite" aria-label="${own.filters}" hidden></div>
    <div class="pbar">
      <p class="say" id="psays"></p>
      <p class="pkey" id="pkey">
        ${isDiff ? "" : markup`<span>${own.certainty}</span>`}
        ${key.map(([shade, label]) => markup`<span class="k ${shade ?? ""}">${label}</span>`)}
      </p>
    </div>
    <div id="pane" class="pane"><p class="note" id="pwait">${own.decoding}</p></div>
    <p class="pread" id="pread" role="status"></p>
    <div class="psel" id="psel" role="region" aria-label="${own.selected}">
      <p class="note">${own.pick}</p>
    </div>
  </section>`;
}
