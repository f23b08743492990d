// OpenTelemetry profiles (OTLP), protocol buffers and JSON: ProfilesData or an export request.
//
// Authority: opentelemetry-proto v1.11.0 (2026-07-21) profiles/v1development/profiles.proto, status
// alpha; opentelemetry.io semantic conventions "pprof". Not supported: see FORMAT.md.

import { textOf } from "../../model/builders/ascii.ts";
import { BYTES, VARINT, Wire } from "../../model/builders/proto-wire.ts";
import { FormatError } from "../../model/errors.ts";
import type {
  Detection,
  Format,
  FormatContext,
  FormatReader,
  ReadResult,
} from "../../model/format.ts";
import { ByteInput } from "../../model/text-input.ts";
import { Draft } from "./draft.ts";
import { JsonReader } from "./json.ts";
import { ProtoReader } from "./proto.ts";
import { tableOf } from "./table.ts";

const MOST_BYTES = 0x1000_0000;
/** 0x0a is a line feed and the tag of the first message, and a brace may be that message's length. */
const JSON_START = /^\s*\{\s*["}]/;

/** Fields of each message on the way to a sample, and of the dictionary: by wire type. */
type Shape = Readonly<Record<number, number>>;
const RESOURCE_PROFILES: Shape = { 1: BYTES, 2: BYTES, 3: BYTES };
const SCOPE_PROFILES: Shape = { 1: BYTES, 2: BYTES, 3: BYTES };
const PROFILE: Shape = {
  1: BYTES,
  2: BYTES,
  3: 1,
  4: VARINT,
  5: BYTES,
  6: VARINT,
  7: BYTES,
  8: VARINT,
  9: BYTES,
  10: BYTES,
  11: BYTES,
};

/** Walks the head into the first profile of the first scope of the first resource. */
function isProfiles(head: Uint8Array): boolean {
  const wire = new Wire(head);
  const way: readonly Shape[] = [
    { 1: BYTES, 2: BYTES },
    RESOURCE_PROFILES,
    SCOPE_PROFILES,
    PROFILE,
  ];
  wire.enter(0, head.length);
  for (const [depth, shape] of way.entries()) {
    const into = depth === 0 ? 1 : 2;
    let isInside = false;
    while (wire.tag()) {
      if (shape[wire.field] !== wire.type) return false;
      if (depth < 3 && wire.field === into) {
        const length = wire.uint();
        if (wire.bad || length === 0) return false;
        // What encloses it may reach past the head.
        wire.enter(wire.pos, Math.min(head.length, wire.pos + length));
        isInside = true;
        break;
      }
      // Spans and metrics lie at the same place; only a profile begins with two small numbers.
      if (depth === 3 && wire.field === 1) return isValueType(wire);
      wire.skip(wire.type);
    }
    if (!isInside) return false;
  }
  return false;
}

/** A message of at most two indices; wire is at its length. */
function isValueType(wire: Wire): boolean {
  const length = wire.uint();
  if (wire.bad || length === 0 || length > 12 || length > wire.end - wire.pos) return false;
  wire.enter(wire.pos, wire.pos + length);
  while (wire.tag()) {
    if (wire.type !== VARINT || wire.field > 2) return false;
    wire.uint();
  }
  return !wire.bad;
}

/** The dictionary comes first: its tables begin with a zero value, the first of them an empty mapping. */
function isDictionary(head: Uint8Array): boolean {
  const wire = new Wire(head);
  wire.enter(0, head.length);
  if (!wire.tag() || wire.field !== 2 || wire.type !== BYTES) return false;
  wire.uint();
  return !wire.bad && head[wire.pos] === 0x0a && head[wire.pos + 1] === 0;
}

function detect(head: Uint8Array): Detection | undefined {
  const certain: Detection = { format: "otlp", strength: "certain" };
  if (isDictionary(head)) return { format: "otlp", strength: "likely" };
  const text = textOf(head, 0, head.length);
  if (JSON_START.test(text)) {
    return /"resourceProfiles"\s*:\s*\[/.test(text) || isDictionaryFirst(text)
      ? certain
      : undefined;
  }
  return isProfiles(head) ? certain : undefined;
}

function isDictionaryFirst(text: string): boolean {
  return /^\s*\{\s*"dictionary"\s*:\s*\{/.test(text) && /"(?:stringTable|mappingTable)"/.test(text);
}

class OtlpReader implements FormatReader {
  readonly #input: ByteInput;
  readonly #name: string;

  constructor(ctx: FormatContext) {
    this.#input = new ByteInput(Math.min(ctx.maxBytes, MOST_BYTES));
    this.#name = ctx.name;
  }

  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  end(): ReadResult {
    const bytes = this.#input.whole("otlp");
    if (bytes.length === 0) throw new FormatError("otlp", { expected: "fields", found: "nothing" });
    const draft = new Draft();
    if (JSON_START.test(textOf(bytes, 0, Math.min(bytes.length, 256)))) {
      new JsonReader(draft).file(parse(textOf(bytes, 0, bytes.length)));
      return tableOf(draft, this.#name, undefined);
    }
    const fault = new ProtoReader(new Wire(bytes), draft).file();
    if (fault === undefined) return tableOf(draft, this.#name, undefined);
    const code = fault.ranOut ? "otlp.truncated" : "otlp.not-a-field";
    const total = bytes.length;
    draft.log.add(code, "damage", { read: fault.offset, total }, { offset: fault.offset });
    return tableOf(draft, this.#name, { offset: fault.offset, total });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError("otlp", {
      expected: "one JSON document",
      found: "JSON that is cut or damaged",
    });
  }
}

export const otlpFormat: Format = {
  id: "otlp",
  detect: (head) => detect(head),
  open: (ctx) => new OtlpReader(ctx),
};
