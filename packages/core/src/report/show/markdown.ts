// `heapwright show` as Markdown, for a ticket or a pull request. Names stand in code spans, where nothing
// of them is markup.

import type { Certain } from "../../analysis/profile/node-certainty.ts";
import type { Voice } from "../say.ts";
import { code, inline } from "../markdown.ts";
import { digits } from "../wording.ts";
import { headLines, intervalText } from "./head.ts";
import { scaleValues, ValueScale } from "./scale.ts";
import type { ShownNode, ShowView } from "./view.ts";
import { SHOW_WORDS } from "./words.ts";

export function showMarkdown(view: ShowView, voice: Voice, damage: readonly string[]): string {
  const w = SHOW_WORDS[voice.lang];
  const [title = "", ...facts] = headLines(view, voice);
  const scale = ValueScale.of(view.sampleUnit, view.unit, scaleValues(view));
  const out = [`## ${inline(title)}`, "", ...facts.map((line) => `- ${inline(line.trim())}`), ""];
  const unit = scale.unit === "" ? "" : ` ${scale.unit}`;
  const { columns } = w;
  out.push(
    `| ${columns.flat}${unit} | % | ${columns.cum}${unit} | % | ${columns.samples} | ${columns.name} | ${columns.place} |`,
    "| --: | --: | --: | --: | --: | --- | --- |",
  );
  const cell = (certain: Certain): string =>
    `${scale.text(certain.value)}${certain.samples === 0 ? "" : intervalText(certain, scale)}`;
  const percent = (share: number): string => (Number.isNaN(share) ? "" : digits(share * 100));
  const samples = ({ cum }: ShownNode): string =>
    Number.isNaN(cum.samples) ? "" : digits(Math.round(cum.samples));
  for (const node of view.nodes) {
    const { place } = node;
    const where =
      place === undefined ? "" : code(`${place.file}${place.line > 0 ? `:${place.line}` : ""}`);
    const call = node.inline === "" ? "" : ` ${node.inline}`;
    out.push(
      `| ${cell(node.flat)} | ${percent(node.flatShare)} | ${cell(node.cum)} | ${percent(node.cumShare)} | ${samples(node)} | ${code(node.name)}${call} | ${where} |`,
    );
    for (const [word, list] of [
      [w.from, node.callers],
      [w.to, node.callees],
    ] as const) {
      for (const edge of list ?? []) {
        out.push(
          `|  |  | ${cell(edge.value)} | ${percent(edge.share)} |  | ${word} ${code(edge.name)} |  |`,
        );
      }
    }
  }
  if (view.hidden > 0 && view.hiddenFlat !== undefined) {
    out.push(
      `| ${cell(view.hiddenFlat)} |  |  |  |  | ${w.others(voice.words.count(view.hidden))} |  |`,
    );
  }
  if (view.frameless !== undefined) {
    out.push(`| ${cell(view.frameless)} |  |  |  |  | ${w.frameless} |  |`);
  }
  const section = (heading: string, lines: readonly string[]): void => {
    if (lines.length > 0)
      out.push("", `**${heading}**`, "", ...lines.map((line) => `- ${inline(line)}`));
  };
  section(w.damage, damage);
  section(
    w.notes,
    view.notes.map((note) => voice.say(note)),
  );
  return `${out.join("\n")}\n`;
}
