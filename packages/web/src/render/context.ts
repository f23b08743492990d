// What every section of one process is rendered with.

import type { Quantity } from "@heapwright/core/model/quantity.ts";
import type { Answer, ProcessAnswer } from "@heapwright/core/verdict/answer.ts";
import { type Markup, type Value, markup } from "../markup.ts";
import type { PageLabels } from "../words.ts";
import type { PageInput, ProcessPictures } from "./input.ts";

export interface Context {
  readonly input: PageInput;
  readonly labels: PageLabels;
  readonly process: ProcessAnswer | Answer;
  readonly pictures: ProcessPictures;
  /** Before every id, so that several processes fit on one page: "" or "p0-". */
  readonly prefix: string;
  /** Level of the process's headline; its sections are one below. */
  readonly level: 1 | 2;
  /** Id of the element that shows an artefact, by artefact id. */
  readonly evidence: ReadonlyMap<string, string>;
}

/** What a sentence needs of the page: the words, and where its evidence is shown. */
export interface Speaking {
  readonly input: Pick<PageInput, "say" | "words">;
  readonly labels: PageLabels;
  readonly evidence: ReadonlyMap<string, string>;
}

/** Fragment of the row of the artefact an evidence id begins with; undefined when it has none. */
export function evidenceHref(
  ctx: Pick<Speaking, "evidence">,
  id: string | undefined,
): string | undefined {
  if (id === undefined) return undefined;
  const artefact = id.split(":", 1)[0] ?? "";
  const element = ctx.evidence.get(artefact);
  return element === undefined ? undefined : `#${element}`;
}

/** A heading below the process's headline: 1 = a section, 2 = within one. */
export function heading(
  ctx: Pick<Context, "level">,
  below: 1 | 2,
  content: Value,
  className = "lab",
): Markup {
  const level = ctx.level + below;
  if (level === 2) return markup`<h2 class="${className}">${content}</h2>`;
  if (level === 3) return markup`<h3 class="${className}">${content}</h3>`;
  return markup`<h4 class="${className}">${content}</h4>`;
}

/** The words of an amount that may be known from one side only. */
export function sided(q: Quantity, text: string): string {
  if (q.grade !== "bound" || /^[≥≤]/.test(text)) return text;
  return q.hi === Infinity ? `≥\u00a0${text}` : q.lo === -Infinity ? `≤\u00a0${text}` : text;
}

export function isSeveral(answer: Answer): boolean {
  return answer.processes.length > 1;
}
