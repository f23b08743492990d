// The header of one goroutine and the detection of a dump.
//
//   goroutine 7 [chan receive, 5 minutes, locked to thread]:
//   goroutine 7 gp=0xc000002380 m=0 mp=0x5af0c0 [running]:              GOTRACEBACK=system, crash
//   goroutine 7 [chan receive labels:{"handler": "/orders"}]:            1.26, tracebacklabels=1
//   goroutine 7 [chan receive] {handler: /orders, note: "a b"}:          1.27
//
// Source: runtime/traceback.go goroutineheader (Go 1.22.12, 1.26.8, 1.27.3).

import { textOf } from "../../model/builders/ascii.ts";
import { labelPairsAt } from "../../model/builders/go-quoted.ts";
import type { Detection } from "../../model/format.ts";

export interface GoroutineHeader {
  readonly id: number;
  /** Wait reason or status, with "(leaked)" and "(durable)" but without the passing "(scan)". */
  readonly state: string;
  readonly waitMinutes: number;
  readonly labels: readonly (readonly [string, string])[];
}

const START = /^goroutine (\d+)(?: gp=\w+)?(?: m=\w+)?(?: mp=\w+)? \[/;
const MINUTES = /^(\d+) minutes$/;
const LABELS = " labels:";

/** Undefined when the line is no whole header. */
export function parseGoroutineHeader(line: string): GoroutineHeader | undefined {
  const start = START.exec(line);
  if (start === null) return undefined;
  const id = Number(start[1]);
  if (!Number.isSafeInteger(id)) return undefined;
  let at = start[0].length;
  let labels: readonly (readonly [string, string])[] = [];
  let state: string | undefined;
  let waitMinutes = 0;
  // Parts between commas: the state first; no state of the runtime contains a comma or bracket.
  for (;;) {
    let end = at;
    while (end < line.length && line[end] !== "," && line[end] !== "]") end += 1;
    if (end === line.length) return undefined;
    const label = line.slice(at, end).indexOf(LABELS);
    if (label >= 0) end = at + label;
    const part = line.slice(at, end);
    if (state === undefined) state = part;
    else waitMinutes = Number(MINUTES.exec(part)?.[1] ?? waitMinutes);
    at = end;
    if (label >= 0) {
      const parsed = labelPairsAt(line, at + LABELS.length);
      if (parsed === undefined) return undefined;
      labels = parsed.pairs;
      at = parsed.next;
    }
    if (line[at] === "]") break;
    if (line[at] !== "," || line[at + 1] !== " ") return undefined;
    at += 2;
  }
  at += 1;
  if (line[at] === " ") {
    const parsed = labelPairsAt(line, at + 1);
    if (parsed === undefined) return undefined;
    labels = parsed.pairs;
    at = parsed.next;
  }
  if (line.slice(at) !== ":") return undefined;
  return { id, state: state.replace(" (scan)", ""), waitMinutes, labels };
}

/** A header with the first frame behind it (function, then tab and place), or a missing stack. */
const DUMP =
  /(?:^|\n)goroutine \d+(?: (?:gp|m|mp)=\w+)* \[[^\n]*:\r?\n(?:[^\n]+\n\t|\tgoroutine running on other)/;

export function detectGoroutineText(head: Uint8Array): Detection | undefined {
  const text = textOf(head, 0, head.length);
  const found = DUMP.exec(text);
  if (found === null) return undefined;
  // Behind other lines it is the log of a crash, which another format may claim with more right.
  const isFirst = text.slice(0, found.index).trim() === "";
  return { format: "goroutine-text", strength: isFirst ? "certain" : "likely" };
}
