// The profiles from before protobuf, as google/pprof still reads them: C++ and Java heaps, growth,
// fragmentation, thread and contention texts, and the binary CPU profile of both (profilez).
//
// Authority: google/pprof profile/legacy_profile.go and legacy_java_profile.go (2026-07).
// Go's own texts are formats/profile-text. Not supported: see FORMAT.md.

import { textOf } from "../../model/builders/ascii.ts";
import { FormatError } from "../../model/errors.ts";
import type {
  Detection,
  Format,
  FormatContext,
  FormatReader,
  ReadResult,
} from "../../model/format.ts";
import { ByteInput, headLines } from "../../model/text-input.ts";
import { isContentionHeader, readContention } from "./contention.ts";
import { cpuHeaderOf, readCpu } from "./cpu.ts";
import { heapHeaderOf, readHeap } from "./heap.ts";
import { javaKindOf, readJava } from "./java.ts";
import { isSpaceOrComment, LegacyLines } from "./lines.ts";
import { isThreadsHeader, readThreads } from "./thread.ts";

/** A text becomes one string, and strings end at half a gigabyte. */
const MOST_BYTES = 0x1000_0000;
const HEAD = 8192;
const JAVA_ATTRIBUTE = /^\s*(?:format|resolution)\s*=/;

/** The first line that says something, as its number from 0; heaps and Java allow nothing before it. */
function firstLine(lines: readonly string[]): number {
  return lines.findIndex((line) => !isSpaceOrComment(line));
}

function detect(head: Uint8Array): Detection | undefined {
  const certain: Detection = { format: "pprof-legacy", strength: "certain" };
  if (cpuHeaderOf(head.subarray(0, 40)) !== undefined) return certain;
  const { lines, rest } = headLines(head, HEAD);
  const all = [...lines, rest];
  const first = all[0].trim();
  // Go's own text has this word too, and formats/profile-text knows more of it.
  if (/@ *heap(?:\/|\s|$)/.test(first) && heapHeaderOf(first) !== undefined) {
    return { format: "pprof-legacy", strength: "likely" };
  }
  if (heapHeaderOf(first) !== undefined || javaKindOf(first) !== undefined) return certain;
  if (isContentionHeader(first)) return certain;
  const at = firstLine(all);
  return at >= 0 && isThreadsHeader(all[at]) ? certain : undefined;
}

class LegacyReader implements FormatReader {
  readonly #input: ByteInput;

  constructor(ctx: FormatContext) {
    this.#input = new ByteInput(Math.min(ctx.maxBytes, MOST_BYTES));
  }

  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  end(): ReadResult {
    const bytes = this.#input.whole("pprof-legacy");
    const cpu = cpuHeaderOf(bytes);
    if (cpu !== undefined) return readCpu(bytes, cpu);
    const lines = new LegacyLines(textOf(bytes, 0, bytes.length));
    lines.next();
    const heap = heapHeaderOf(lines.text);
    if (heap !== undefined) return readHeap(lines, heap);
    const java = javaKindOf(lines.trimmed);
    if (java !== undefined && (java === "heap" || isJavaContention(lines))) {
      return readJava(lines, java);
    }
    if (isContentionHeader(lines.text)) return readContention(lines);
    while (isSpaceOrComment(lines.text) && lines.next());
    if (isThreadsHeader(lines.text)) return readThreads(lines);
    throw new FormatError("pprof-legacy", {
      line: lines.number,
      expected: "the first line of a profile",
      found: bytes.length === 0 ? "nothing" : "another text",
    });
  }
}

/** C++ and Java begin with the same line; only Java's states a format or a resolution. */
function isJavaContention(lines: LegacyLines): boolean {
  for (const line of lines.following(20)) {
    if (JAVA_ATTRIBUTE.test(line)) return true;
    if (line.includes("@")) return false;
  }
  return false;
}

export const pprofLegacyFormat: Format = {
  id: "pprof-legacy",
  detect: (head) => detect(head),
  open: (ctx) => new LegacyReader(ctx),
};
