// /proc/PID/stat: one line, `pid (comm) state ppid …`, 52 fields since Linux 3.5.
// Authority: Linux fs/proc/array.c do_task_stat (6.18); proc_pid_stat(5).
// comm is printed as it is: it may hold spaces, parentheses and newlines, so fields are counted from
// the last `)` within the length that a name can have, never by splitting the line.
// Not supported: several processes in one file (the first is read, the rest is reported); the machine's
// /proc/stat, which is another file.

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { Detection, Format } from "../../model/format.ts";
import type { EvidenceTable } from "../../model/tables/table.ts";
import { parseExact } from "../../model/text-input.ts";
import type { TextLines } from "../../model/text-input.ts";
import { TextReader, unexpectedStart } from "../../model/text-reader.ts";

const ID = "proc-stat";

const MAX_BYTES = 64 * 1024;

/** Names of user processes have ≤ 15 bytes, those of kernel workers up to 63; ≤ 3 bytes a character. */
const MAX_COMM = 64;

/** Field numbers of proc_pid_stat(5), counted from 1. */
const UTIME = 14;
const STIME = 15;
const NUM_THREADS = 20;
const STARTTIME = 22;
const RSS = 24;

interface Split {
  readonly pid: string;
  readonly comm: string;
  /** Field 3 (state) and later of the first line. */
  readonly fields: readonly string[];
  /** What follows the line's newline; undefined when there is none. */
  readonly after: string | undefined;
}

function split(text: string): Split | undefined {
  const open = text.indexOf(" (");
  if (open < 1 || open > 10) return undefined;
  const close = text.lastIndexOf(") ", open + 2 + MAX_COMM);
  if (close < open + 2) return undefined;
  const newline = text.indexOf("\n", close);
  const line = text.slice(close + 2, newline < 0 ? undefined : newline).trimEnd();
  return {
    pid: text.slice(0, open),
    comm: text.slice(open + 2, close),
    fields: line.split(" "),
    after: newline < 0 ? undefined : text.slice(newline + 1),
  };
}

function detect(head: Uint8Array): Detection | undefined {
  const parts = split(new TextDecoder().decode(head.subarray(0, 4096)));
  if (parts === undefined || !/^\d+$/.test(parts.pid)) return undefined;
  if (!/^[A-Za-z]$/.test(parts.fields[0] ?? "")) return undefined;
  // State, ppid, pgrp, session, tty_nr, tpgid: enough to be no prose.
  if (parts.fields.length < 7) return undefined;
  const areNumbers = parts.fields.slice(1, 7).every((field) => /^-?\d+$/.test(field));
  return areNumbers ? { format: ID, strength: "certain" } : undefined;
}

function parseStat(lines: TextLines, log: DiagnosticLog): EvidenceTable {
  const text = lines.lines.map((line) => `${line}\n`).join("") + lines.rest;
  const parts = split(text);
  const pid = parts === undefined ? undefined : parseExact(parts.pid);
  if (parts === undefined || pid === undefined) {
    throw unexpectedStart(ID, lines, "pid (comm)");
  }
  // Without its newline the line may have lost digits of the last field that is there.
  const sound = parts.after === undefined ? parts.fields.slice(0, -1) : parts.fields;
  const field = (number: number, name: string): number => {
    const raw = sound[number - 3];
    const value = raw === undefined ? undefined : parseExact(raw);
    if (value === undefined) {
      const found = raw === undefined ? `${sound.length + 2} fields` : JSON.stringify(raw);
      throw new FormatError(ID, { line: 1, expected: `field ${number} (${name})`, found });
    }
    return value;
  };
  if (parts.after === undefined) log.add(`${ID}.cut`, "damage", {}, { line: 1 });
  else if (parts.after.trim() !== "") log.add(`${ID}.several`, "damage", {}, { line: 2 });
  return {
    kind: "proc-stat",
    pid,
    comm: parts.comm,
    userTicks: field(UTIME, "utime"),
    systemTicks: field(STIME, "stime"),
    startTicks: field(STARTTIME, "starttime"),
    threads: field(NUM_THREADS, "num_threads"),
    rssPages: field(RSS, "rss"),
  };
}

export const procStatFormat: Format = {
  id: ID,
  detect,
  open: (ctx) => new TextReader(ID, ctx, MAX_BYTES, parseStat),
};
