// speedscope's JSON: shared frames, and profiles of samples with weights or of events that open and
// close frames.
//
// Authority: jlfwong/speedscope src/lib/file-format-spec.ts and src/import/speedscope.ts @3613918
// (2025-12). Not supported: see FORMAT.md.

import { textOf } from "../../model/builders/ascii.ts";
import type {
  Detection,
  Format,
  FormatContext,
  FormatReader,
  ReadResult,
} from "../../model/format.ts";
import { ByteInput } from "../../model/text-input.ts";
import { readSpeedscope } from "./read.ts";

/** JSON.parse wants one string, and strings end at half a gigabyte. */
const MOST_BYTES = 0x1000_0000;
const SCHEMA_MARK = "speedscope.app/file-format-schema";

function detect(head: Uint8Array): Detection | undefined {
  const text = textOf(head, 0, head.length);
  if (!/^\s*\{/.test(text)) return undefined;
  if (text.includes(SCHEMA_MARK)) return { format: "speedscope", strength: "certain" };
  const isLike = /"shared"\s*:\s*\{\s*"frames"\s*:\s*\[/.test(text) && text.includes('"profiles"');
  const hasProfile =
    /"type"\s*:\s*"(?:evented|sampled)"/.test(text) && text.includes('"startValue"');
  return isLike || hasProfile ? { format: "speedscope", strength: "likely" } : undefined;
}

class SpeedscopeReader implements FormatReader {
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
    const bytes = this.#input.whole("speedscope");
    return readSpeedscope(textOf(bytes, 0, bytes.length), this.#name);
  }
}

export const speedscopeFormat: Format = {
  id: "speedscope",
  detect: (head) => detect(head),
  open: (ctx) => new SpeedscopeReader(ctx),
};
