// The answer as Markdown, for a ticket or a pull request: the terminal's text under headings. Names
// stand in code spans or fenced blocks, where nothing of them is markup.

import type { Statement } from "../model/message.ts";
import { MiB } from "../model/units.ts";
import { shortLine } from "../rules/naming.ts";
import type { Answer, ProcessAnswer } from "../verdict/answer.ts";
import { inputLines, processDamage } from "./damage.ts";
import { verdictWord } from "./text.ts";
import type { Voice } from "./say.ts";
import { digits, printable } from "./wording.ts";

export function formatMarkdown(answer: Answer, voice: Voice, top: number): string {
  const processes = answer.processes.map((p) => processMarkdown(p, voice, top)).join("\n---\n\n");
  const input = inputLines(answer, voice);
  const about = [
    ...section(voice, "heading.capture", input.capture),
    ...section(voice, "heading.damage", input.damage),
  ];
  return about.length === 0 ? processes : `${processes}\n---\n\n${about.join("\n")}`;
}

function section(voice: Voice, heading: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? []
    : [`**${word(voice, heading)}**`, "", ...lines.map((line) => `- ${inline(line)}`), ""];
}

function word(voice: Voice, id: string): string {
  return voice.say({ id, params: {}, evidence: [] });
}

function processMarkdown(p: ProcessAnswer, voice: Voice, top: number): string {
  const out: string[] = [];
  const fault = p.verdicts.find((v) => v.fault);
  const title =
    fault !== undefined
      ? `${verdictWord(fault, { voice })}: ${voice.say(fault.headline)}`
      : word(voice, p.status === "no-fault-seen" ? "status.no-fault-seen" : "status.inconclusive");
  out.push(`## ${inline(title)}`, "");
  const list = (items: readonly Statement[]) =>
    items.forEach((s) => out.push(`- ${inline(voice.say(s))}`));
  list(fault === undefined ? p.facts : [...p.facts, ...fault.facts]);
  out.push("");
  if (fault !== undefined) {
    for (const [id, items] of [
      ["heading.now", fault.now],
      ["heading.fix", fault.fix],
      ["heading.verify", fault.verify],
    ] as const) {
      if (items.length === 0) continue;
      out.push(`**${word(voice, id)}** ${items.map((s) => inline(voice.say(s))).join(" · ")}`, "");
    }
  }
  for (const l of p.ledgers) {
    const total =
      l.total === undefined ? word(voice, "where.unknown") : `${digits(l.total.value / MiB)} MiB`;
    out.push(
      `### ${word(voice, l.of === "process" ? "heading.where" : "heading.container")} (${total})`,
      "",
      "| | MiB | |",
      "|---|---:|---|",
    );
    for (const part of l.parts) {
      const value = part.bytes === undefined ? "–" : digits(part.bytes.value / MiB);
      const note = part.bytes === undefined ? part.unknown : part.note;
      out.push(
        `| ${word(voice, `part.${part.part}`)} | ${value} | ${note === undefined ? "" : cell(voice.say(note))} |`,
      );
    }
    out.push("");
  }
  if (p.sites !== undefined && p.sites.sites.length > 0) {
    out.push(
      `### ${word(voice, "heading.who")}`,
      "",
      "| live MiB | growth MiB | kept | line | function |",
      "|---:|---:|---:|---|---|",
    );
    for (const s of p.sites.sites.slice(0, top)) {
      const range = (lo: number, hi: number) => `[${digits(lo / MiB)}, ${digits(hi / MiB)}]`;
      const growth =
        s.growth === undefined
          ? "–"
          : s.growth.lo > 0
            ? `+${digits(s.growth.value / MiB)} ${range(s.growth.lo, s.growth.hi)}`
            : word(voice, "who.one-profile");
      out.push(
        `| ${digits(s.live.value / MiB)} ${range(s.live.lo, s.live.hi)} | ${growth} | ${s.survival === undefined ? "–" : voice.words.percent(s.survival.value)} | ${code(shortLine(s))} | ${code(s.function)} |`,
      );
    }
    out.push("");
  }
  if (fault !== undefined) {
    for (const [id, items] of [
      ["heading.for", fault.for],
      ["heading.against", fault.against],
    ] as const) {
      if (items.length === 0) continue;
      out.push(`**${word(voice, id)}**`, "");
      list(items);
      out.push("");
    }
  }
  if (p.notIt.length > 0) {
    out.push(`**${word(voice, "heading.not-it")}**`, "");
    list(p.notIt);
    out.push("");
  }
  if (p.missing.length > 0) {
    out.push(`**${word(voice, "heading.missing")}**`, "");
    for (const x of p.missing)
      out.push(
        `- ${inline(voice.say(x.name))}: ${inline(voice.say(x.wouldTell))}. ${code(voice.say(x.get))}`,
      );
    out.push("");
  }
  out.push(...section(voice, "heading.damage", processDamage(p, voice)));
  return out.join("\n");
}

/** Markdown's special characters as text; a hostile symbol stays a symbol. */
export function inline(raw: string): string {
  return printable(raw)
    .replace(/[\\`*_{}[\]<>#|!~&]/g, (c) => `\\${c}`)
    .replaceAll("\\<", "&lt;")
    .replaceAll("\\&", "&amp;");
}

function cell(text: string): string {
  return inline(text);
}

/** A code span that holds any text: more backticks than the text has in a row. */
export function code(text: string): string {
  const clean = printable(text).replaceAll("|", "\\|").replaceAll("\n", " ");
  const longest = Math.max(0, ...(clean.match(/`+/g) ?? []).map((x) => x.length));
  const fence = "`".repeat(longest + 1);
  return longest === 0 ? `${fence}${clean}${fence}` : `${fence} ${clean} ${fence}`;
}
