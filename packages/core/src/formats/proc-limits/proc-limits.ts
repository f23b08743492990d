// /proc/PID/limits: a heading, then one resource a line with soft limit, hard limit and unit.
// Authority: Linux fs/proc/base.c proc_pid_limits (6.18).
// Soft limits are returned: they are the ones in force. Not supported: resources other than address
// space, data, resident set and open files (no memory verdict rests on them).

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import type { Detection, Format } from "../../model/format.ts";
import type { ProcLimitsTable } from "../../model/tables/system.ts";
import type { EvidenceTable } from "../../model/tables/table.ts";
import { headLines, parseExact } from "../../model/text-input.ts";
import type { TextLines } from "../../model/text-input.ts";
import { TextReader, unexpectedStart } from "../../model/text-reader.ts";

const ID = "proc-limits";

const MAX_BYTES = 64 * 1024;

const HEADING = /^Limit +Soft Limit +Hard Limit +Units *$/;

/** RLIMIT_RTTIME, the last of the table since Linux 2.6.25. */
const LAST = "Max realtime timeout";

type LimitField = "addressSpace" | "data" | "residentSet" | "openFiles";

const FIELDS: ReadonlyMap<string, LimitField> = new Map<string, LimitField>([
  ["Max address space", "addressSpace"],
  ["Max data size", "data"],
  ["Max resident set", "residentSet"],
  ["Max open files", "openFiles"],
]);

function detect(head: Uint8Array): Detection | undefined {
  const { lines } = headLines(head, 256);
  return HEADING.test(lines[0] ?? "") ? { format: ID, strength: "certain" } : undefined;
}

function parseLimits(text: TextLines, log: DiagnosticLog): EvidenceTable {
  const { lines, rest } = text;
  if (!HEADING.test(lines[0] ?? "")) {
    throw unexpectedStart(ID, text, "the heading of /proc/PID/limits");
  }
  const values: { [Field in LimitField]?: number } = {};
  let sawLast = false;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (line.trim() === "") continue;
    if (HEADING.test(line)) {
      log.add(`${ID}.several`, "damage", {}, { line: i + 1 });
      break;
    }
    // Columns are 26, 21 and 21 wide; a limit of 20 digits still leaves a space before the next.
    const match = /^(Max .*?) {2,}(unlimited|\d+) +(unlimited|\d+)(?: |$)/.exec(line);
    const name = match?.[1];
    const soft = match?.[2];
    if (name === undefined || soft === undefined) {
      log.add(`${ID}.bad-line`, "damage", {}, { line: i + 1 });
      continue;
    }
    if (name === LAST) sawLast = true;
    const field = FIELDS.get(name);
    if (field === undefined) continue;
    // Above 2^53 a limit is no limit: no machine has so many bytes or files.
    values[field] = soft === "unlimited" ? Infinity : (parseExact(soft) ?? Infinity);
  }
  if (rest !== "" || !sawLast) {
    log.add(`${ID}.cut`, "damage", { missing: LAST }, { line: lines.length + 1 });
  }
  const table: ProcLimitsTable = { kind: "proc-limits", ...values };
  return table;
}

export const procLimitsFormat: Format = {
  id: ID,
  detect,
  open: (ctx) => new TextReader(ID, ctx, MAX_BYTES, parseLimits),
};
