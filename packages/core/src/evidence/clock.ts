// When an artefact was taken. Order of trust: the manifest, the artefact itself, neighbours in the
// same snapshot folder, the file's modification time (only where times differ between files: a copy
// or an unpacked archive often gives all files one time).

import type { Artefact } from "./artefact.ts";
import { folderOf } from "./fingerprint.ts";
import type { ClockKind } from "./process.ts";

export interface Instant {
  readonly timeMs: number;
  readonly clock: ClockKind;
}

export const NO_INSTANT: Instant = { timeMs: NaN, clock: "none" };

/** What the artefact itself or its record says; NaN when it does not. */
export function ownTime(a: Artefact): number {
  if (a.record !== undefined) return (a.record.startMs + a.record.endMs) / 2;
  const t = a.table;
  if (t.kind === "profile") {
    if (t.timeMs !== undefined && t.timeMs > 0) return t.timeMs;
    // The reply is not older than the last cycle it knows of.
    if (t.memStats?.lastGCMs !== undefined && t.memStats.lastGCMs > 0) return t.memStats.lastGCMs;
  }
  if (t.kind === "metrics") {
    const s = t.samples[0];
    if (s?.timeMs !== undefined) return s.timeMs;
    if (s?.memStats?.lastGCMs !== undefined && s.memStats.lastGCMs > 0) return s.memStats.lastGCMs;
  }
  return NaN;
}

/** Instants of all artefacts at once, because neighbours date each other. */
export function instantsOf(artefacts: readonly Artefact[]): Map<Artefact, Instant> {
  const out = new Map<Artefact, Instant>();
  const byFolder = new Map<string, { sum: number; n: number; min: number; max: number }>();
  for (const a of artefacts) {
    const own = ownTime(a);
    if (!Number.isFinite(own)) continue;
    out.set(a, { timeMs: own, clock: "reply" });
    // A folder's time stands for its subfolders and for its siblings one level up.
    for (const folder of ancestors(folderOf(a.name))) {
      const f = byFolder.get(folder) ?? { sum: 0, n: 0, min: Infinity, max: -Infinity };
      byFolder.set(folder, {
        sum: f.sum + own,
        n: f.n + 1,
        min: Math.min(f.min, own),
        max: Math.max(f.max, own),
      });
    }
  }
  const fileTimes = new Set(artefacts.map((a) => Math.round((a.fileTimeMs ?? 0) / 1000)));
  const fileTimesTell = fileTimes.size > 1 && fileTimes.size >= Math.min(4, artefacts.length / 4);
  for (const a of artefacts) {
    if (out.has(a)) continue;
    if (fileTimesTell && a.fileTimeMs !== undefined) {
      out.set(a, { timeMs: a.fileTimeMs, clock: "file" });
      continue;
    }
    const near = ancestors(folderOf(a.name)).find((f) => {
      const t = byFolder.get(f);
      // One snapshot is read within two minutes; a folder of a whole incident dates nothing.
      return t !== undefined && t.max - t.min <= 120_000;
    });
    const t = near === undefined ? undefined : byFolder.get(near);
    out.set(a, t === undefined ? NO_INSTANT : { timeMs: t.sum / t.n, clock: "neighbour" });
  }
  return out;
}

function ancestors(folder: string): string[] {
  const out = [folder];
  let at = folder;
  while (at.includes("/")) {
    at = at.slice(0, at.lastIndexOf("/"));
    out.push(at);
  }
  return out;
}
