// /proc/PID/status: one `Key:\tvalue` a line, sizes in kB (KiB).
// Authority: Linux fs/proc/array.c proc_pid_status and fs/proc/task_mmu.c task_mem (6.18);
// Documentation/filesystems/proc.rst, table 1-2.
// Not supported: status of several processes in one file (the first is read, the rest is reported).
// A thread's status (/proc/PID/task/TID/status) is taken as its process's: sizes are shared anyway.

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import type { Detection, Format } from "../../model/format.ts";
import type { ProcStatusTable } from "../../model/tables/system.ts";
import type { EvidenceTable } from "../../model/tables/table.ts";
import { headLines, parseExact } from "../../model/text-input.ts";
import type { TextLines } from "../../model/text-input.ts";
import { TextReader, unexpectedStart } from "../../model/text-reader.ts";

const ID = "proc-status";

/** The kernel prints some 4 KiB; long affinity masks of large machines make it 20. */
const MAX_BYTES = 1 << 20;

/** Printed last by every kernel since 2.6.23, on x86 before `x86_Thread_features`. */
const LAST_KEY = "nonvoluntary_ctxt_switches";

type SizeField =
  | "vmPeak"
  | "vmSize"
  | "vmHwm"
  | "vmRss"
  | "rssAnon"
  | "rssFile"
  | "rssShmem"
  | "vmSwap"
  | "vmPte";

const SIZES: ReadonlyMap<string, SizeField> = new Map<string, SizeField>([
  ["VmPeak", "vmPeak"],
  ["VmSize", "vmSize"],
  ["VmHWM", "vmHwm"],
  ["VmRSS", "vmRss"],
  ["RssAnon", "rssAnon"],
  ["RssFile", "rssFile"],
  ["RssShmem", "rssShmem"],
  ["VmSwap", "vmSwap"],
  ["VmPTE", "vmPte"],
]);

const COUNTS = new Set(["Tgid", "Pid", "Threads"]);

function detect(head: Uint8Array): Detection | undefined {
  const { lines } = headLines(head, 4096);
  if (lines[0]?.startsWith("Name:\t") !== true) return undefined;
  const has = (key: string): boolean => lines.some((line) => line.startsWith(`${key}:\t`));
  return has("State") && has("Pid") && has("PPid")
    ? { format: ID, strength: "certain" }
    : undefined;
}

function parseStatus(text: TextLines, log: DiagnosticLog): EvidenceTable {
  const { lines, rest } = text;
  const sizes: { [Field in SizeField]?: number } = {};
  const counts = new Map<string, number>();
  let name: string | undefined;
  let sawLast = false;
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (line === "") continue;
    const colon = line.indexOf(":");
    const key = line.slice(0, Math.max(colon, 0));
    const value = line.slice(colon + 1).trim();
    if (key === "") {
      log.add(`${ID}.bad-line`, "damage", {}, { line: i + 1 });
    } else if (key === "Name") {
      if (name !== undefined) {
        log.add(`${ID}.several`, "damage", {}, { line: i + 1 });
        break;
      }
      // The kernel escapes newline and backslash in the name; spaces stay.
      name = line.slice(colon + 2);
    } else if (COUNTS.has(key)) {
      const count = parseExact(value);
      if (count === undefined) log.add(`${ID}.bad-value`, "damage", { key }, { line: i + 1 });
      else counts.set(key, count);
    } else if (key === LAST_KEY) {
      sawLast = true;
    } else {
      const field = SIZES.get(key);
      if (field === undefined) continue;
      const kib = value.endsWith(" kB") ? parseExact(value.slice(0, -3)) : undefined;
      if (kib === undefined) log.add(`${ID}.bad-value`, "damage", { key }, { line: i + 1 });
      else sizes[field] = kib * 1024;
    }
  }
  if (name === undefined) {
    throw unexpectedStart(ID, text, "Name:");
  }
  if (rest !== "" || !sawLast) {
    log.add(`${ID}.cut`, "damage", { missing: LAST_KEY }, { line: lines.length + 1 });
  }
  const tgid = counts.get("Tgid");
  const pid = counts.get("Pid");
  if (tgid !== undefined && pid !== undefined && tgid !== pid) {
    log.add(`${ID}.thread`, "note", { pid: tgid, tid: pid });
  }
  const table: ProcStatusTable = {
    kind: "proc-status",
    name,
    pid: tgid ?? pid,
    threads: counts.get("Threads"),
    ...sizes,
  };
  return table;
}

export const procStatusFormat: Format = {
  id: ID,
  detect,
  open: (ctx) => new TextReader(ID, ctx, MAX_BYTES, parseStatus),
};
