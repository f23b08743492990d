// Which rows of the evidence stand alone and which share a line, and where a link to an artefact leads.

import type { EvidenceRow } from "@heapwright/core/verdict/answer.ts";
import { anchor } from "../markup.ts";
import { cutName } from "./names.ts";

export function rowId(prefix: string, artefact: string): string {
  return `${prefix}e-${anchor(artefact)}`;
}

export function groupId(prefix: string, index: number): string {
  return `${prefix}kind-${index}`;
}

export function isHurt(row: EvidenceRow): boolean {
  return !row.complete || row.diagnostics.some((d) => d.severity === "damage");
}

/** What makes a row worth a line of its own: it decides something, or something is wrong with it. */
const LEADING = new Set([
  "heap",
  "allocs",
  "goroutine",
  "goroutineleak",
  "profile",
  "goroutines",
  "gctrace",
  "build-info",
  "trace",
  "pod",
]);
/** Rows of one kind from which on they share a line that opens: a series has one a second. */
const GROUPED_FROM = 4;
/** And rows in all below which nothing is put together. */
const SHORT = 20;
/** Rows a group lists; a watch of a day has 86 400. */
export const MOST_IN_GROUP = 150;
/** Lines of their own at most, the largest groups aside. */
const MOST_ALONE = 40;

export interface EvidenceGroup {
  /** undefined: what is left of kinds with few rows. */
  readonly kind: string | undefined;
  readonly rows: readonly EvidenceRow[];
}

export interface ListedEvidence {
  /** All rows, each artefact once. */
  readonly rows: readonly EvidenceRow[];
  readonly alone: readonly EvidenceRow[];
  readonly groups: readonly EvidenceGroup[];
}

/** Rows that stand alone, in their order, and the others by kind. */
export function listedEvidence(all: readonly EvidenceRow[]): ListedEvidence {
  const rows = distinct(all);
  if (rows.length <= SHORT) return { rows, alone: rows, groups: [] };
  const byKind = new Map<string, EvidenceRow[]>();
  for (const row of rows) {
    const list = byKind.get(row.kind);
    if (list === undefined) byKind.set(row.kind, [row]);
    else list.push(row);
  }
  const isAlone = (row: EvidenceRow): boolean =>
    isHurt(row) ||
    row.diagnostics.some((d) => d.severity === "warning") ||
    (LEADING.has(row.kind) && (byKind.get(row.kind)?.length ?? 0) <= SHORT);
  const alone = rows.filter(isAlone).slice(0, MOST_ALONE);
  const kept = new Set(alone);
  const groups: EvidenceGroup[] = [];
  const few: EvidenceRow[] = [];
  for (const [kind, list] of byKind) {
    const left = list.filter((row) => !kept.has(row));
    if (left.length >= GROUPED_FROM) groups.push({ kind, rows: left });
    else few.push(...left);
  }
  if (few.length > 0) groups.push({ kind: undefined, rows: few });
  return { rows, alone, groups };
}

/** Rows of one artefact: the same bytes under several names have one id and one row. */
function distinct(rows: readonly EvidenceRow[]): EvidenceRow[] {
  const names = new Map<string, string[]>();
  for (const { id, name } of rows) {
    const list = names.get(id);
    if (list === undefined) names.set(id, [name]);
    else if (!list.includes(name)) list.push(name);
  }
  const seen = new Set<string>();
  const out: EvidenceRow[] = [];
  for (const row of rows) {
    if (seen.has(row.id)) continue;
    seen.add(row.id);
    const others = (names.get(row.id)?.length ?? 1) - 1;
    out.push(others === 0 ? row : { ...row, name: `${cutName(row.name, 100)} (+${others})` });
  }
  return out;
}

/**
 * Id of the element for each artefact: its row, or the line of its group when it is not listed. Two names
 * that make the same id lead to the first.
 */
export function evidenceAnchors(
  all: readonly EvidenceRow[],
  prefix: string,
): ReadonlyMap<string, string> {
  const { alone, groups } = listedEvidence(all);
  const anchors = new Map<string, string>();
  for (const row of alone) anchors.set(row.id, rowId(prefix, row.id));
  groups.forEach(({ rows }, g) => {
    rows.forEach((row, i) => {
      anchors.set(row.id, i < MOST_IN_GROUP ? rowId(prefix, row.id) : groupId(prefix, g));
    });
  });
  return anchors;
}
