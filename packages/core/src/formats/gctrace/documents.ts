// Log forms in which an entry is not one line: Loki's query_range answer and journalctl -o export.
//
// Authority: Grafana Loki HTTP API (resultType "streams"), systemd Journal Export Format.
// Not supported: binary fields of the export form (a field name alone on its line, then a length):
// the runtime's lines are printable ASCII, so such an entry is an application's.

import { podLabel } from "./wrappers.ts";
import type { Unwrapped } from "./wrappers.ts";

const LOKI =
  /^\s*\{\s*"status"\s*:\s*"success"\s*,\s*"data"\s*:\s*\{\s*"resultType"\s*:\s*"streams"/;

export function isLokiAnswer(head: string): boolean {
  return LOKI.test(head);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function field(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/**
 * The lines of a Loki answer, oldest first whatever the query's direction was.
 * @returns undefined when it is not well formed.
 */
export function readLokiAnswer(json: string): Unwrapped[] | undefined {
  let root: unknown;
  try {
    root = JSON.parse(json);
  } catch {
    return undefined;
  }
  const results = field(field(root, "data"), "result");
  if (!Array.isArray(results)) return undefined;
  const lines: Unwrapped[] = [];
  for (const result of results) {
    const labels = field(result, "stream");
    const label = podLabel(text(field(labels, "pod")), text(field(labels, "container")));
    const pipe = text(field(labels, "stream")) ?? "";
    const values = field(result, "values");
    if (!Array.isArray(values)) return undefined;
    const entries: Unwrapped[] = [];
    for (const value of values) {
      if (!Array.isArray(value)) return undefined;
      const stamp = text(value[0]);
      const line = text(value[1]);
      if (stamp === undefined || line === undefined || !/^\d{1,19}$/.test(stamp)) return undefined;
      entries.push({
        text: line,
        label,
        pipe,
        // ns as decimal text: cut before it becomes a number, which holds only 2^53 exactly.
        wallMs: Number(`${stamp.slice(0, -6)}.${stamp.slice(-6)}`),
        hasZone: true,
        isPartial: false,
      });
    }
    const isBackward = (entries[0]?.wallMs ?? 0) > (entries.at(-1)?.wallMs ?? 0);
    lines.push(...(isBackward ? entries.reverse() : entries));
  }
  return lines;
}

export function isJournalExport(firstLine: string): boolean {
  return /^__(?:CURSOR|REALTIME_TIMESTAMP)=/.test(firstLine);
}

/** Entries of journalctl -o export: KEY=value lines, ended by an empty one. */
export class JournalExportEntries {
  #message: string | undefined;
  #unit = "";
  #pid = "";
  #wallMs = Number.NaN;

  /** @returns the entry that this line ends. */
  line(line: string): Unwrapped | undefined {
    if (line !== "") {
      const at = line.indexOf("=");
      if (at > 0) this.#field(line.slice(0, at), line.slice(at + 1));
      return undefined;
    }
    return this.take();
  }

  /** The entry collected so far, if it has a message. */
  take(): Unwrapped | undefined {
    const message = this.#message;
    const entry =
      message === undefined
        ? undefined
        : {
            text: message,
            label: this.#pid === "" ? this.#unit : `${this.#unit}[${this.#pid}]`,
            pipe: "",
            wallMs: this.#wallMs,
            hasZone: true,
            isPartial: false,
          };
    this.#message = undefined;
    this.#unit = "";
    this.#pid = "";
    this.#wallMs = Number.NaN;
    return entry;
  }

  #field(key: string, value: string): void {
    if (key === "MESSAGE") this.#message = value;
    else if (key === "_SYSTEMD_UNIT") this.#unit = value;
    else if (key === "SYSLOG_IDENTIFIER" && this.#unit === "") this.#unit = value;
    else if (key === "_PID") this.#pid = value;
    else if (key === "__REALTIME_TIMESTAMP") this.#wallMs = Number(value) / 1000;
  }
}
