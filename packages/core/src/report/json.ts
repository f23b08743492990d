// The answer as JSON (schema heapwright.why/1, docs/schema/why-1.schema.json). Unknown is null, never
// 0 and never left out; infinities, which JSON lacks, are null too (the grade says "bound"). Statements
// carry their rendered text beside id and parameters, so that nobody has to parse sentences.

import type { CaptureNote } from "../evidence/capture-record.ts";
import type { Statement } from "../model/message.ts";
import type { Answer } from "../verdict/answer.ts";
import { describeNote } from "./capture-notes.ts";
import { describeDiagnostic } from "./diagnostics.ts";
import type { Voice } from "./say.ts";

export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };

export function formatJson(answer: Answer, voice: Voice): string {
  return `${JSON.stringify(toJson(answer, voice), null, 2)}\n`;
}

export function toJson(value: unknown, voice: Voice): Json {
  if (value === undefined || value === null) return null;
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (value instanceof Float64Array || value instanceof Int32Array)
    return Array.from(value, (x) => (Number.isFinite(x) ? x : null));
  if (Array.isArray(value)) return value.map((x) => toJson(x, voice));
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([k, v]) => [String(k), toJson(v, voice)]));
  if (typeof value === "object") {
    const out: Record<string, Json> = {};
    for (const [k, v] of Object.entries(value)) out[k] = toJson(v, voice);
    if (isStatement(value)) out["text"] = voice.say(value);
    else if (isDiagnostic(value)) out["text"] = describeDiagnostic(value, voice);
    else if (isNote(value)) out["text"] = describeNote(value, voice.lang);
    return out;
  }
  return null;
}

function isStatement(value: object): value is Statement {
  return (
    "id" in value &&
    "params" in value &&
    "evidence" in value &&
    typeof value.id === "string" &&
    value.id.includes(".")
  );
}

function isDiagnostic(value: object): value is Parameters<typeof describeDiagnostic>[0] {
  return "code" in value && "severity" in value && "count" in value && "params" in value;
}

function isNote(value: object): value is CaptureNote {
  return "code" in value && "params" in value && typeof value.code === "string";
}
