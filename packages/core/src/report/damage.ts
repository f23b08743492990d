// What was wrong with the evidence, in lines that a report lists: one for each complaint, files that
// share one together.

import type { Answer, EvidenceRow, ProcessAnswer } from "../verdict/answer.ts";
import { say } from "../model/message.ts";
import { captureLines } from "./capture-notes.ts";
import { describeDiagnostic } from "./diagnostics.ts";
import { reportMessages as m } from "./messages.ts";
import type { Voice } from "./say.ts";
import { printable } from "./wording.ts";

type Complaint = ProcessAnswer["diagnostics"][number];

/** A folder of 600 samples that were cut the same way is one line. */
function grouped(complaints: readonly { name: string; text: string }[], voice: Voice): string[] {
  const names = new Map<string, Set<string>>();
  for (const { name, text } of complaints) {
    const known = names.get(text) ?? new Set();
    known.add(name);
    names.set(text, known);
  }
  return [...names].map(([text, of]) => {
    const [first = "", ...others] = of;
    const named =
      others.length === 0
        ? printable(first)
        : voice.say(say(m, "damage.and-more", { name: printable(first), count: others.length }));
    return voice.lang === "zh" ? `${named}：${text}` : `${named}: ${text}`;
  });
}

/** How much of a damaged file there is in the numbers; undefined when nothing is known of it. */
export function describeLoss(
  row: Pick<EvidenceRow, "fraction" | "lowerBounds">,
  voice: Voice,
): string | undefined {
  const parts: string[] = [];
  if (row.fraction !== undefined)
    parts.push(
      voice.say(say(m, "damage.fraction", { fraction: voice.words.percent(row.fraction) })),
    );
  if (row.lowerBounds === true) parts.push(voice.say(say(m, "damage.lower-bounds", {})));
  return parts.length === 0 ? undefined : parts.join(voice.lang === "zh" ? "；" : "; ");
}

/** Warnings and damage in the evidence of one process. */
export function processDamage(p: ProcessAnswer, voice: Voice): string[] {
  const rows = new Map(p.evidence.map((row) => [row.id, row]));
  const complaints = p.diagnostics.filter((d) => d.severity !== "note");
  const lastDamage = new Map<string, Complaint>();
  for (const d of complaints) if (d.severity === "damage") lastDamage.set(d.artefact, d);
  return grouped(
    complaints.map((d) => {
      const row = rows.get(d.artefact);
      const loss =
        row === undefined || lastDamage.get(d.artefact) !== d
          ? undefined
          : describeLoss(row, voice);
      const text = describeDiagnostic(d, voice);
      const end = voice.lang === "zh" ? "。" : ". ";
      return {
        name: row?.name ?? d.artefact,
        text:
          loss === undefined
            ? text
            : `${text}${end}${loss.charAt(0).toUpperCase()}${loss.slice(1)}`,
      };
    }),
    voice,
  );
}

/** About a capture's own course: said with the capture. */
const CAPTURE_CODES = new Set(["files.capture-unsealed"]);

/** A web page that is not called one was meant to be a profile; so was what is compressed. */
function isSpoiltEvidence(name: string, looksLike: unknown): boolean {
  if (looksLike === "html") return !/\.x?html?$/i.test(name);
  return looksLike === "gzip" || looksLike === "zstd";
}

export interface InputLines {
  /** How the evidence was taken, where that matters. */
  readonly capture: readonly string[];
  /** What should have been evidence and is none, and what is wrong with the folder. */
  readonly damage: readonly string[];
  /** Files that are no evidence: counted, not listed. */
  readonly unused: readonly string[];
}

/** What there is to say of the input as a whole, not of one process. */
export function inputLines(answer: Answer, voice: Voice): InputLines {
  const told = new Set(answer.processes.flatMap((p) => p.diagnostics.map((d) => d.artefact)));
  const unread = answer.diagnostics.filter((d) => !told.has(d.artefact));
  const isForeign = (d: Complaint): boolean =>
    d.code === "files.unknown" && !isSpoiltEvidence(d.artefact, d.params["looksLike"]);
  const lines = (list: readonly Complaint[]): string[] =>
    grouped(
      list.map((d) => ({ name: d.artefact, text: describeDiagnostic(d, voice) })),
      voice,
    );
  return {
    capture: [
      ...captureLines(answer.captures ?? [], voice.lang),
      ...lines(unread.filter((d) => CAPTURE_CODES.has(d.code))),
    ],
    damage: lines(
      unread.filter((d) => !isForeign(d) && d.code !== "files.empty" && !CAPTURE_CODES.has(d.code)),
    ),
    unused: unread.filter(isForeign).map((d) => d.artefact),
  };
}
