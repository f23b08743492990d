// The environment of a process: /proc/PID/environ (KEY=VALUE, each ended by NUL) or the lines that
// `env` and capture scripts print.
// Authority: Linux fs/proc/base.c environ_read (6.18); the variables: Go runtime/extern.go.
// Kept: the variables that isGoVariable allows and nothing else. Values of all others are never
// decoded, and kept values are decoded from their own bytes, so that no string holds on to the rest.
// Not supported: in lines, a value with newlines cannot be told from several variables, so a line of
// such a value that reads GOGC=… is taken for one unless GOGC stood before it.

import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type {
  Detection,
  Format,
  FormatContext,
  FormatReader,
  ReadResult,
} from "../../model/format.ts";
import { isGoVariable } from "../../model/go-env.ts";
import type { GoEnvTable } from "../../model/tables/system.ts";
import { ByteInput } from "../../model/text-input.ts";

const ID = "environ";

/** The kernel's default limit of arguments and environment together is 2 MiB (a quarter of the stack). */
const MAX_BYTES = 8 << 20;

const NUL = 0;
const LF = 10;
const CR = 13;
const EQUALS = 61;

/** Longest name looked at; longer ones are of no Go variable. */
const MAX_NAME = 64;

/** Length of the name when bytes [start, end) are NAME=…, else −1. */
function nameLength(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === EQUALS) return at > start ? at - start : -1;
    const isLetter = (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122) || byte === 95;
    const isLaterDigit = byte >= 48 && byte <= 57 && at > start;
    if (!isLetter && !isLaterDigit) return -1;
  }
  return -1;
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}

type EntryHandler = (start: number, end: number, isEnded: boolean) => void;

function eachEntry(bytes: Uint8Array, separator: number, onEntry: EntryHandler): void {
  let from = 0;
  while (from < bytes.length) {
    const at = bytes.indexOf(separator, from);
    const end = at < 0 ? bytes.length : at;
    const trimmed = separator === LF && end > from && bytes[end - 1] === CR ? end - 1 : end;
    if (trimmed > from) onEntry(from, trimmed, at >= 0);
    from = end + 1;
  }
}

/** `environ`, `environ.lines`, `env.txt`, …: a name that allows a single entry. */
function isNamedEnviron(name: string): boolean {
  return /(?:^|[^a-z])env(?:iron(?:ment)?)?(?:\.[a-z]+)?$/i.test(name);
}

// Claims are careful: logfmt, properties files and query strings are made of KEY=VALUE too. In lines,
// every entry must be one and few names may repeat (a log repeats its `time=`). A value may hold
// newlines, and with NULs anything: odd entries are tolerated there, and where the name says environ.
function detect(head: Uint8Array, name: string): Detection | undefined {
  const separator = head.includes(NUL) ? NUL : LF;
  const isNamed = isNamedEnviron(name);
  const names = new Set<string>();
  let entries = 0;
  let odd = 0;
  let repeated = 0;
  eachEntry(head, separator, (start, end, isEnded) => {
    if (!isEnded && entries > 0) return;
    entries += 1;
    const length = nameLength(head, start, end);
    if (length < 0) {
      odd += 1;
      return;
    }
    const key = ascii(head, start, start + Math.min(length, 256));
    if (names.has(key)) repeated += 1;
    names.add(key);
  });
  if (names.size < (isNamed ? 1 : 3) || repeated > entries / 5) return undefined;
  const tolerated = isNamed ? entries / 2 : separator === NUL ? entries / 10 : 0;
  return odd > tolerated ? undefined : { format: ID, strength: "likely" };
}

class EnvironReader implements FormatReader {
  readonly #input: ByteInput;

  constructor(ctx: FormatContext) {
    this.#input = new ByteInput(Math.min(ctx.maxBytes, MAX_BYTES));
  }

  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  end(): ReadResult {
    const bytes = this.#input.whole(ID);
    const log = new DiagnosticLog();
    const variables = new Map<string, string>();
    const separator = bytes.includes(NUL) ? NUL : LF;
    let entries = 0;
    let dropped = 0;
    let isEnded = true;
    eachEntry(bytes, separator, (start, end, hasSeparator) => {
      isEnded = hasSeparator;
      const length = nameLength(bytes, start, end);
      if (length < 0) return;
      entries += 1;
      if (length > MAX_NAME) return;
      const key = ascii(bytes, start, start + length);
      if (!key.startsWith("GO")) return;
      if (!isGoVariable(key)) {
        dropped += 1;
        return;
      }
      const value = new TextDecoder().decode(bytes.subarray(start + length + 1, end));
      const known = variables.get(key);
      // The first of two equal names wins, as in getenv and in the Go runtime's gogetenv. In lines the
      // second may be the inside of another variable's value.
      if (known === undefined) variables.set(key, value);
      else if (known !== value) log.add(`${ID}.repeated`, "warning", { variable: key });
    });
    if (entries === 0) {
      throw new FormatError(ID, {
        offset: 0,
        expected: "KEY=VALUE entries",
        found: bytes.length === 0 ? "nothing" : "none",
      });
    }
    if (!isEnded) log.add(`${ID}.cut`, "damage", {}, { offset: bytes.length });
    if (dropped > 0) log.add(`${ID}.dropped`, "note", { variables: dropped });
    const table: GoEnvTable = { kind: "go-env", variables };
    return {
      table,
      diagnostics: log.list(),
      completeness: log.isDamaged ? { complete: false, lowerBounds: false } : COMPLETE,
    };
  }
}

export const environFormat: Format = {
  id: ID,
  detect,
  open: (ctx) => new EnvironReader(ctx),
};
