// capture.jsonl and capture.json of a capture folder: which file was taken when, of which process, and what
// could not be had. Written by capture/folder.ts; also by other programs, so everything is checked.
// A capture that was killed has no capture.json and may have a torn last line: the rest is taken.

import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Diagnostic } from "@heapwright/core/model/diagnostic.ts";
import type {
  AbsentRecord,
  CapturedRecord,
  CaptureNote,
  CaptureRecord,
  CaptureRecordBase,
  CaptureSeal,
} from "@heapwright/core/evidence/capture-record.ts";
import type { FoundFile } from "./walk.ts";

export interface Manifests {
  /** Absolute path of the artefact → its record. */
  readonly records: ReadonlyMap<string, CapturedRecord>;
  readonly absent: readonly AbsentRecord[];
  /** Records whose file is not there (any more), by the name it should have. */
  readonly missing: readonly { readonly name: string; readonly record: CapturedRecord }[];
  readonly seals: readonly CaptureSeal[];
  /** Manifest files themselves: they are no artefacts. */
  readonly own: ReadonlySet<string>;
  readonly diagnostics: readonly Diagnostic[];
}

/** 600 samples of ten files at 400 bytes a record are 2.4 MB. */
const MAX_MANIFEST_BYTES = 128 * 1024 * 1024;

export async function readManifests(files: readonly FoundFile[]): Promise<Manifests> {
  const records = new Map<string, CapturedRecord>();
  const absent: AbsentRecord[] = [];
  const missing: { name: string; record: CapturedRecord }[] = [];
  const seals: CaptureSeal[] = [];
  const own = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  const known = new Set(files.map((file) => file.absolute));
  for (const [folder, pair] of byFolder(files)) {
    const log = new ManifestLog(pair.name);
    const sealText = await textOf(pair.seal);
    const seal = sealText === undefined ? undefined : parseSeal(sealText);
    const lines = await textOf(pair.lines);
    // A seal that is damaged, or of another program, leaves the lines as they are.
    const found = seal?.records ?? (lines === undefined ? [] : parseLines(lines, log));
    if (seal === undefined && found.length === 0) continue;
    if (pair.seal !== undefined && (seal !== undefined || found.length > 0)) {
      own.add(pair.seal.absolute);
    }
    if (pair.lines !== undefined) own.add(pair.lines.absolute);
    if (seal !== undefined) seals.push(seal);
    else if (sealText !== undefined) log.add("files.seal-damaged", "warning");
    else log.add("files.capture-unsealed", "note");
    for (const record of found) {
      if ("absent" in record) {
        absent.push(record);
        continue;
      }
      const file = safeJoin(folder, record.file);
      if (file === undefined) log.add("files.manifest-path", "warning");
      else if (known.has(file)) records.set(file, record);
      else missing.push({ name: pair.prefix + record.file, record });
    }
    diagnostics.push(...log.list());
  }
  return { records, absent, missing, seals, own, diagnostics };
}

class ManifestLog {
  readonly #name: string;
  readonly #counts = new Map<string, Diagnostic>();

  constructor(name: string) {
    this.#name = name;
  }

  add(code: string, severity: Diagnostic["severity"]): void {
    const count = (this.#counts.get(code)?.count ?? 0) + 1;
    this.#counts.set(code, { code, severity, count, params: { file: this.#name } });
  }

  list(): Diagnostic[] {
    return [...this.#counts.values()];
  }
}

interface ManifestPair {
  name: string;
  /** Of names in this folder: "" or "run-1/". */
  prefix: string;
  lines: FoundFile | undefined;
  seal: FoundFile | undefined;
}

function byFolder(files: readonly FoundFile[]): Map<string, ManifestPair> {
  const folders = new Map<string, ManifestPair>();
  for (const file of files) {
    const base = path.basename(file.absolute);
    if (base !== "capture.jsonl" && base !== "capture.json") continue;
    const folder = path.dirname(file.absolute);
    const pair = folders.get(folder) ?? {
      name: file.name,
      prefix: file.name.slice(0, file.name.length - base.length),
      lines: undefined,
      seal: undefined,
    };
    if (base === "capture.jsonl") pair.lines = file;
    else pair.seal = file;
    folders.set(folder, pair);
  }
  return folders;
}

async function textOf(file: FoundFile | undefined): Promise<string | undefined> {
  return file === undefined || file.stats.size > MAX_MANIFEST_BYTES
    ? undefined
    : readFile(file.absolute, "utf8");
}

/** A manifest names files below its own folder, nothing else. */
function safeJoin(folder: string, file: string): string | undefined {
  const joined = path.join(folder, ...file.split("/"));
  return file !== "" && !path.isAbsolute(file) && joined.startsWith(folder + path.sep)
    ? joined
    : undefined;
}

function parseLines(text: string, log: ManifestLog): CaptureRecord[] {
  const records: CaptureRecord[] = [];
  const lines = text.split("\n");
  lines.forEach((line, i) => {
    if (line === "") return;
    const record = parseRecord(parseJson(line));
    if (record !== undefined) records.push(record);
    else log.add(i === lines.length - 1 ? "files.manifest-torn" : "files.manifest-line", "warning");
  });
  return records;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A torn line; the caller counts it.
    return undefined;
  }
}

function parseSeal(text: string): CaptureSeal | undefined {
  const value = fieldsOf(parseJson(text));
  if (value === undefined || value.get("schema") !== "heapwright.capture/1") return undefined;
  const tool = value.get("tool");
  const target = value.get("target");
  const ended = value.get("ended");
  const reason = value.get("reason");
  const startMs = value.get("startMs");
  const endMs = value.get("endMs");
  const list = value.get("records");
  if (!isText(tool) || !isText(target) || !isText(ended) || !Array.isArray(list)) return undefined;
  if (!isNumber(startMs) || !isNumber(endMs)) return undefined;
  const records: CaptureRecord[] = [];
  for (const each of list) {
    const record = parseRecord(each);
    if (record === undefined) return undefined;
    records.push(record);
  }
  const notes = parseNotes(value.get("notes"));
  const cost = parseCost(value.get("cost"));
  return {
    schema: "heapwright.capture/1",
    tool,
    startMs,
    endMs,
    target,
    ended,
    ...(isText(reason) ? { reason } : {}),
    records,
    ...(notes === undefined ? {} : { notes }),
    ...(cost === undefined ? {} : { cost }),
  };
}

function parseNotes(value: unknown): CaptureNote[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const notes: CaptureNote[] = [];
  for (const each of value) {
    const note = fieldsOf(each);
    const code = note?.get("code");
    if (!isText(code)) continue;
    const params: Record<string, string | number | boolean> = {};
    for (const [name, param] of fieldsOf(note?.get("params")) ?? []) {
      if (isText(param) || isNumber(param) || typeof param === "boolean") params[name] = param;
    }
    notes.push({ code, params });
  }
  return notes;
}

function parseCost(value: unknown): CaptureSeal["cost"] {
  const fields = fieldsOf(value);
  const requests = fields?.get("requests");
  const bytes = fields?.get("bytes");
  const targetBusyMs = fields?.get("targetBusyMs");
  const stwCount = fields?.get("stwCount");
  return isNumber(requests) && isNumber(bytes) && isNumber(targetBusyMs) && isNumber(stwCount)
    ? { requests, bytes, targetBusyMs, stwCount }
    : undefined;
}

const INTRUSIVENESS = ["none", "stw-short", "stw-long", "forced-gc", "trace"] as const;

function parseRecord(value: unknown): CaptureRecord | undefined {
  const fields = fieldsOf(value);
  if (fields?.get("schema") !== "heapwright.capture-record/1") return undefined;
  const number = (name: string): number | undefined => {
    const each = fields.get(name);
    return isNumber(each) ? each : undefined;
  };
  const text = (name: string): string | undefined => {
    const each = fields.get(name);
    return isText(each) ? each : undefined;
  };
  const seq = number("seq");
  const source = text("source");
  const process = text("process");
  const startMs = number("startMs");
  const endMs = number("endMs");
  if (seq === undefined || source === undefined || process === undefined) return undefined;
  if (startMs === undefined || endMs === undefined) return undefined;
  const base: CaptureRecordBase = {
    schema: "heapwright.capture-record/1",
    seq,
    source,
    process,
    startMs,
    endMs,
    startMonoMs: number("startMonoMs") ?? 0,
    endMonoMs: number("endMonoMs") ?? 0,
    intrusiveness: INTRUSIVENESS.find((each) => each === fields.get("intrusiveness")) ?? "none",
    ...optional("pid", number("pid")),
    ...optional("numGCBefore", number("numGCBefore")),
    ...optional("numGCAfter", number("numGCAfter")),
    ...optional("url", text("url")),
    ...optional("redacted", textsOf(fields.get("redacted"))),
  };
  const absent = text("absent");
  if (absent !== undefined) return { ...base, absent };
  const file = text("file");
  const bytes = number("bytes");
  const sha256 = text("sha256");
  if (file === undefined || bytes === undefined || sha256 === undefined) return undefined;
  return { ...base, file, bytes, sha256 };
}

function optional<K extends string, V>(name: K, value: V | undefined): { [P in K]?: V } {
  const out: { [P in K]?: V } = {};
  if (value !== undefined) out[name] = value;
  return out;
}

function textsOf(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter(isText) : undefined;
}

function fieldsOf(value: unknown): Map<string, unknown> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? new Map<string, unknown>(Object.entries(value))
    : undefined;
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);
