// /proc/PID/cgroup: one `hierarchy:controllers:path` a line.
// Authority: Linux kernel/cgroup/cgroup.c proc_cgroup_show (6.18); cgroups(7).
// cgroup v2 alone prints `0::/path`; v1 prints one line per mounted hierarchy, newest first, and the
// v2 line last where v2 is mounted too. Not supported: nothing that the kernel prints.

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import type { Detection, Format } from "../../model/format.ts";
import type { ProcCgroupTable } from "../../model/tables/system.ts";
import type { EvidenceTable } from "../../model/tables/table.ts";
import { headLines, parseExact } from "../../model/text-input.ts";
import type { TextLines } from "../../model/text-input.ts";
import { TextReader, unexpectedStart } from "../../model/text-reader.ts";

const ID = "proc-cgroup";

const MAX_BYTES = 1 << 20;

/** The path is the rest of the line: it may hold colons (`crio-…:…`) and `(deleted)`. */
const LINE = /^(\d+):([^:]*):(\/.*)$/;

/** Lets `1:memory:/x` be told from any other text of that shape. */
const CONTROLLERS = new Set([
  "blkio",
  "cpu",
  "cpuacct",
  "cpuset",
  "devices",
  "freezer",
  "hugetlb",
  "memory",
  "misc",
  "net_cls",
  "net_prio",
  "perf_event",
  "pids",
  "rdma",
]);

function isKnown(hierarchy: string, controllers: string): boolean {
  if (controllers === "") return hierarchy === "0";
  return controllers.split(",").some((one) => CONTROLLERS.has(one) || one.startsWith("name="));
}

function detect(head: Uint8Array): Detection | undefined {
  const { lines, rest } = headLines(head, 16_384);
  const seen = lines.length > 0 ? lines : [rest];
  let known = 0;
  for (const line of seen) {
    if (line === "" && seen.length > 1) continue;
    const match = LINE.exec(line);
    if (match === null) return undefined;
    if (isKnown(match[1] ?? "", match[2] ?? "")) known += 1;
  }
  return known > 0 ? { format: ID, strength: "certain" } : undefined;
}

function parseProcCgroup(text: TextLines, log: DiagnosticLog): EvidenceTable {
  // A path without its newline may have lost its end; it is kept, and the cut is reported.
  const { rest } = text;
  const lines = rest === "" ? text.lines : [...text.lines, rest];
  const entries: {
    readonly hierarchy: number;
    readonly controllers: readonly string[];
    readonly path: string;
  }[] = [];
  const hierarchies = new Set<number>();
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (line === "") continue;
    const match = LINE.exec(line);
    const hierarchy = match === null ? undefined : parseExact(match[1] ?? "");
    if (match === null || hierarchy === undefined) {
      log.add(`${ID}.bad-line`, "damage", {}, { line: i + 1 });
      continue;
    }
    if (hierarchies.has(hierarchy)) {
      log.add(`${ID}.several`, "damage", {}, { line: i + 1 });
      break;
    }
    hierarchies.add(hierarchy);
    const controllers = match[2] ?? "";
    entries.push({
      hierarchy,
      controllers: controllers === "" ? [] : controllers.split(","),
      path: match[3] ?? "",
    });
  }
  if (entries.length === 0) {
    throw unexpectedStart(ID, text, "hierarchy:controllers:/path");
  }
  // Ids fall to 1, then 0 where v2 is mounted; a list that ends earlier has lost its tail.
  const last = entries.at(-1)?.hierarchy ?? 0;
  if (rest !== "" || last > 1) {
    log.add(`${ID}.cut`, "damage", {}, { line: lines.length });
  }
  const table: ProcCgroupTable = { kind: "proc-cgroup", entries };
  return table;
}

export const procCgroupFormat: Format = {
  id: ID,
  detect,
  open: (ctx) => new TextReader(ID, ctx, MAX_BYTES, parseProcCgroup),
};
