// What log collectors put around each line of a container's output, and taking it off again.
//
// Authority: containerd pkg/cri/io (CRI log format), docker daemon/logger/jsonfilelog, kubectl
// pkg/cmd/logs, stern's default and json templates, Grafana logcli, systemd journalctl output modes
// short*, json; the forms were checked against output of those programs.
//
// A collector wraps every line, so a form is taken only when (nearly) all lines of the beginning have
// it. An application that begins its lines with a date looks the same but for the gctrace lines: the
// runtime never dates them.

import { readTime } from "./timestamps.ts";
import type { TimeHit } from "./timestamps.ts";

export interface Unwrapped {
  readonly text: string;
  /** Pod and container, or unit and pid: "" where the log names none. */
  readonly label: string;
  /** stdout and stderr are two pipes; "" where the form does not say. */
  readonly pipe: string;
  /** Unix ms, NaN where there is none. */
  readonly wallMs: number;
  readonly hasZone: boolean;
  /** The collector cut the line here: the next piece of the same pipe goes on. */
  readonly isPartial: boolean;
}

export type Unwrap = (line: string) => Unwrapped | undefined;

export interface Form {
  readonly unwrap: Unwrap;
  /** journald and promtail keep no empty lines. */
  readonly dropsEmptyLines: boolean;
}

const NO_TIME: TimeHit = { ms: Number.NaN, end: 0, hasZone: true };

function plain(text: string, label: string, time: TimeHit, pipe = ""): Unwrapped {
  return { text, label, pipe, wallMs: time.ms, hasZone: time.hasZone, isPartial: false };
}

/** Time, one space, then the line. */
function readStamp(line: string, at: number): TimeHit | undefined {
  const time = readTime(line, at);
  if (time === undefined) return undefined;
  if (line.length === time.end) return time;
  return line.startsWith(" ", time.end) ? { ...time, end: time.end + 1 } : undefined;
}

const CRI_REST = /(stdout|stderr) ([FP])(?: |$)/y;

function unwrapCri(line: string): Unwrapped | undefined {
  const time = readStamp(line, 0);
  if (time === undefined) return undefined;
  CRI_REST.lastIndex = time.end;
  const hit = CRI_REST.exec(line);
  if (hit === null) return undefined;
  return {
    text: line.slice(CRI_REST.lastIndex),
    label: "",
    pipe: hit[1] ?? "",
    wallMs: time.ms,
    hasZone: time.hasZone,
    isPartial: hit[2] === "P",
  };
}

const KUBECTL_PREFIX = /^\[(?:pod\/)?([^\]/ ]+)\/([^\]/ ]+)\] /;
const COMPOSE_PREFIX = /^([A-Za-z0-9][\w.-]*) +\| /;
const NAME = "[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?";
const COLOUR = "(?:\\u001b\\[[0-9;]*m)?";
const STERN_2 = new RegExp(`^${COLOUR}(${NAME})${COLOUR} ${COLOUR}(${NAME})${COLOUR} `);
const STERN_3 = new RegExp(
  `^${COLOUR}${NAME}${COLOUR} ${COLOUR}(${NAME})${COLOUR} ${COLOUR}(${NAME})${COLOUR} `,
);

function labelled(prefix: RegExp, isTimed: boolean): Unwrap {
  return (line) => {
    const hit = prefix.exec(line);
    if (hit === null) return undefined;
    const label = hit[2] === undefined ? (hit[1] ?? "") : `${hit[1]}/${hit[2]}`;
    const at = hit[0].length;
    if (!isTimed) return plain(line.slice(at), label, NO_TIME);
    const time = readStamp(line, at);
    return time === undefined ? undefined : plain(line.slice(time.end), label, time);
  };
}

function unwrapTimed(line: string): Unwrapped | undefined {
  const isBracketed = line.startsWith("[");
  const time = readTime(line, isBracketed ? 1 : 0);
  if (time === undefined) return undefined;
  const gap = isBracketed ? "] " : " ";
  if (!line.startsWith(gap, time.end)) return undefined;
  return plain(line.slice(time.end + gap.length), "", time);
}

// host, unit[pid] or unit, colon. The unit may hold spaces in brackets of its own; journald does not.
const JOURNAL_REST = / (\S+) ([^\s:[\]]+(?:\[\d+\])?): ?/y;
// journalctl -o short-full: "Thu 2026-11-26 07:00:56 UTC node-a app[1]: "
const WEEKDAY = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) /;
const ZONE_NAME = / [A-Z]{3,5}(?= )/y;

function unwrapJournal(line: string): Unwrapped | undefined {
  const day = WEEKDAY.exec(line);
  let time = readTime(line, day === null ? 0 : 4);
  if (time === undefined) return undefined;
  if (day !== null) {
    ZONE_NAME.lastIndex = time.end;
    const zone = ZONE_NAME.exec(line);
    if (zone === null) return undefined;
    time = { ms: time.ms, end: ZONE_NAME.lastIndex, hasZone: zone[0] === " UTC" };
  }
  JOURNAL_REST.lastIndex = time.end;
  const hit = JOURNAL_REST.exec(line);
  if (hit === null) return undefined;
  return plain(line.slice(JOURNAL_REST.lastIndex), hit[2] ?? "", time);
}

const LABEL_PAIR = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** logcli: time, {labels}, line. Only the labels that name pod and container are read. */
function unwrapLogcli(line: string): Unwrapped | undefined {
  const time = readStamp(line, 0);
  if (time === undefined || !line.startsWith("{", time.end)) return undefined;
  const close = line.indexOf("} ", time.end);
  if (close < 0) return undefined;
  const labels = new Map<string, string>();
  for (const pair of line.slice(time.end, close).matchAll(LABEL_PAIR)) {
    labels.set(pair[1] ?? "", pair[2] ?? "");
  }
  const pipe = labels.get("stream") ?? "";
  return plain(
    line.slice(close + 2),
    podLabel(labels.get("pod"), labels.get("container")),
    time,
    pipe,
  );
}

export function podLabel(pod: string | undefined, container: string | undefined): string {
  if (pod === undefined) return container ?? "";
  return container === undefined ? pod : `${pod}/${container}`;
}

// ——— one JSON object a line ———

const TEXT_KEYS = ["log", "message", "MESSAGE", "msg", "textPayload", "line", "body"];

const TIME_KEYS = ["time", "timestamp", "@timestamp", "ts"];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function stringAt(record: Record<string, unknown>, key: string): string | undefined {
  const value = record[key];
  return typeof value === "string" ? value : undefined;
}

export function parseJsonLine(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    // Not JSON after all, or a line that was cut: the caller counts it as unwrapped.
    return undefined;
  }
}

/** journalctl -o json writes text that is not UTF-8 as an array of bytes. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  const bytes = new Uint8Array(value.length);
  for (let i = 0; i < value.length; i++) {
    const byte: unknown = value[i];
    if (typeof byte !== "number") return undefined;
    bytes[i] = byte;
  }
  return new TextDecoder().decode(bytes);
}

function jsonTime(record: Record<string, unknown>): TimeHit {
  const micros = stringAt(record, "__REALTIME_TIMESTAMP");
  if (micros !== undefined && /^\d{1,18}$/.test(micros)) {
    return { ms: Number(micros) / 1000, end: 0, hasZone: true };
  }
  for (const key of TIME_KEYS) {
    const text = stringAt(record, key);
    const time = text === undefined ? undefined : readTime(text, 0);
    if (time !== undefined) return time;
  }
  return NO_TIME;
}

function jsonLabel(record: Record<string, unknown>): string {
  const pod = stringAt(record, "podName");
  if (pod !== undefined) return podLabel(pod, stringAt(record, "containerName"));
  const kubernetes = record["kubernetes"];
  if (isRecord(kubernetes)) {
    return podLabel(stringAt(kubernetes, "pod_name"), stringAt(kubernetes, "container_name"));
  }
  const unit = stringAt(record, "_SYSTEMD_UNIT") ?? stringAt(record, "SYSLOG_IDENTIFIER");
  if (unit === undefined) return "";
  const pid = stringAt(record, "_PID");
  return pid === undefined ? unit : `${unit}[${pid}]`;
}

function unwrapRecord(
  record: Record<string, unknown>,
  text: string,
  isPartial: boolean,
): Unwrapped {
  const time = jsonTime(record);
  return {
    text: text.endsWith("\n") ? text.slice(0, -1) : text,
    label: jsonLabel(record),
    pipe: stringAt(record, "stream") ?? "",
    wallMs: time.ms,
    hasZone: time.hasZone,
    isPartial,
  };
}

/** docker's json-file keeps the newline in "log"; a record without one was cut at 16 KiB. */
function unwrapDocker(line: string): Unwrapped | undefined {
  const record = parseJsonLine(line);
  const text = record === undefined ? undefined : stringAt(record, "log");
  if (record === undefined || text === undefined) return undefined;
  return unwrapRecord(record, text, !text.endsWith("\n"));
}

function unwrapJson(line: string): Unwrapped | undefined {
  const record = parseJsonLine(line);
  if (record === undefined) return undefined;
  for (const key of TEXT_KEYS) {
    const text = textOf(record[key]);
    if (text !== undefined) return unwrapRecord(record, text, false);
  }
  return undefined;
}

// ——— choosing ———

export function unwrapNothing(line: string): Unwrapped {
  return plain(line, "", NO_TIME);
}

function keeping(unwrap: Unwrap): Form {
  return { unwrap, dropsEmptyLines: false };
}

export const BARE: Form = keeping(unwrapNothing);

/** In the order of preference when several fit equally well. */
const FORMS: readonly Form[] = [
  BARE,
  keeping(unwrapCri),
  keeping(labelled(KUBECTL_PREFIX, true)),
  keeping(labelled(KUBECTL_PREFIX, false)),
  keeping(unwrapDocker),
  { unwrap: unwrapJson, dropsEmptyLines: true },
  { unwrap: unwrapLogcli, dropsEmptyLines: true },
  { unwrap: unwrapJournal, dropsEmptyLines: true },
  keeping(labelled(COMPOSE_PREFIX, true)),
  keeping(labelled(COMPOSE_PREFIX, false)),
  keeping(labelled(STERN_2, true)),
  keeping(labelled(STERN_3, true)),
  keeping(labelled(STERN_2, false)),
  keeping(labelled(STERN_3, false)),
  keeping(unwrapTimed),
];

// Beginnings that a gctrace line or one of its pieces has and that a wrapped line never shows raw.
const GCTRACE_BEGINNING =
  /^(?:gc (?:\d+(?: @|$)|$|\d+\D)|gc \d*\d{4}[-/]\d\d|\d+ @\d+\.\d{3}s |->\d| MB |%: \d| ms c|\d+->\d|\d+ MB (?:goal|stacks|globals)|\d+ P$|scav \d|pacer: )/;

/** Share of the lines that must have a form; the rest are notices of the collector itself. */
const NEARLY_ALL = 0.98;

/**
 * Chooses the form of the wrapping from the first lines: all lines must have it, and more of the
 * unwrapped lines than of the lines as they stand must begin like gctrace.
 */
export function chooseForm(lines: readonly string[]): Form {
  const full = lines.filter((l) => l !== "");
  let best: Form = BARE;
  let bestBeginnings = -1;
  for (const form of FORMS) {
    let matched = 0;
    let partial = 0;
    let beginnings = 0;
    for (const line of full) {
      const u = form.unwrap(line);
      if (u === undefined) continue;
      matched += 1;
      if (u.isPartial) partial += 1;
      if (GCTRACE_BEGINNING.test(u.text)) beginnings += 1;
    }
    // The first line of a rotated log may be the tail of one.
    const isForm = matched >= Math.min(full.length - 1, full.length * NEARLY_ALL);
    // Cut lines are the exception: a form in which most lines seem cut marks whole ones otherwise.
    if (isForm && matched > 0 && partial <= matched / 2 && beginnings > bestBeginnings) {
      best = form;
      bestBeginnings = beginnings;
    }
  }
  return best;
}
