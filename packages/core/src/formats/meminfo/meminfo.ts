// /proc/meminfo: `Key: N kB` lines about the machine (not the container).
// Authority: Linux fs/proc/meminfo.c meminfo_proc_show (6.18).
// Not supported: keys beyond those of MeminfoTable; they are skipped.

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import type { Detection, Format } from "../../model/format.ts";
import type { MeminfoTable } from "../../model/tables/system.ts";
import type { EvidenceTable } from "../../model/tables/table.ts";
import { headLines, parseExact } from "../../model/text-input.ts";
import type { TextLines } from "../../model/text-input.ts";
import { TextReader, unexpectedStart } from "../../model/text-reader.ts";

const ID = "meminfo";

const MAX_BYTES = 256 * 1024;

type MeminfoField = "memTotal" | "memFree" | "memAvailable" | "swapTotal" | "swapFree";

const FIELDS: ReadonlyMap<string, MeminfoField> = new Map<string, MeminfoField>([
  ["MemTotal", "memTotal"],
  ["MemFree", "memFree"],
  ["MemAvailable", "memAvailable"],
  ["SwapTotal", "swapTotal"],
  ["SwapFree", "swapFree"],
]);

function detect(head: Uint8Array): Detection | undefined {
  const { lines } = headLines(head, 512);
  return /^MemTotal: +\d+ kB$/.test(lines[0] ?? "") && /^MemFree: +\d+ kB$/.test(lines[1] ?? "")
    ? { format: ID, strength: "certain" }
    : undefined;
}

function parseMeminfo(text: TextLines, log: DiagnosticLog): EvidenceTable {
  const { lines, rest } = text;
  const values: { [Field in MeminfoField]?: number } = {};
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    if (line === "") continue;
    const match = /^([A-Za-z0-9_()]+): *(\d+)(?: kB)?$/.exec(line);
    if (match === null) {
      log.add(`${ID}.bad-line`, "damage", {}, { line: i + 1 });
      continue;
    }
    const field = FIELDS.get(match[1] ?? "");
    if (field === undefined) continue;
    if (values[field] !== undefined) {
      log.add(`${ID}.several`, "damage", {}, { line: i + 1 });
      break;
    }
    const kib = line.endsWith(" kB") ? parseExact(match[2] ?? "") : undefined;
    if (kib === undefined) {
      log.add(`${ID}.bad-value`, "damage", { key: match[1] ?? "" }, { line: i + 1 });
    } else {
      values[field] = kib * 1024;
    }
  }
  if (values.memTotal === undefined) {
    throw unexpectedStart(ID, text, "MemTotal:");
  }
  // MemAvailable came with Linux 3.14; the other four are in every kernel, SwapFree the last of
  // them. What follows SwapFree is not read, so a cut there loses nothing of the table.
  if (rest !== "" || values.swapFree === undefined) {
    log.add(`${ID}.cut`, "damage", {}, { line: lines.length + 1 });
  }
  const table: MeminfoTable = { kind: "meminfo", ...values };
  return table;
}

export const meminfoFormat: Format = {
  id: ID,
  detect,
  open: (ctx) => new TextReader(ID, ctx, MAX_BYTES, parseMeminfo),
};
