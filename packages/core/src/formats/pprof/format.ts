// pprof profiles as protocol buffers: what Go's runtime/pprof and net/http/pprof write, and what any
// other profiler writes in the same message.
//
// Authority: google/pprof proto/profile.proto, profile/{proto,encode,profile}.go (2026-07);
// golang/go src/runtime/pprof/{proto,protomem,pprof}.go, src/internal/profile (Go 1.22–1.27).
// Not supported: gzip (the host undoes it), the text and binary formats before protobuf (Go's
// debug=1 text is formats/profile-text), profiles in OTLP form. See FORMAT.md.

import { GrowingBytes } from "../../model/builders/growing.ts";
import { FormatError } from "../../model/errors.ts";
import type { Format, FormatContext, FormatReader, ReadResult } from "../../model/format.ts";
import { detectPprof } from "./detect.ts";
import { readProfile } from "./read.ts";
import { StreamedSamples } from "./streamed-samples.ts";

/** Offsets are kept as 31-bit integers. */
const MOST_BYTES = 0x7fff_ffff;

const FIRST_BYTES = 64 * 1024;

class PprofReader implements FormatReader {
  readonly #ctx: FormatContext;
  readonly #limit: number;
  readonly #bytes: GrowingBytes;
  /** All of it, where it came at once. */
  #whole: Uint8Array | undefined;
  readonly #samples = new StreamedSamples();
  #total = 0;

  constructor(ctx: FormatContext) {
    this.#ctx = ctx;
    this.#limit = Math.min(ctx.maxBytes, MOST_BYTES);
    // Pages that are never written cost nothing, so a hint that is too high does no harm.
    const expected = ctx.isWhole === true ? 0 : (ctx.expectedBytes ?? FIRST_BYTES);
    this.#bytes = new GrowingBytes(Math.min(expected, this.#limit));
  }

  push(chunk: Uint8Array): void {
    this.#total += chunk.length;
    if (this.#ctx.isWhole === true && this.#total <= this.#limit) {
      this.#whole = chunk;
      this.#samples.advance(chunk, chunk.length);
      return;
    }
    // The names come last in Go's files: a beginning alone is of no use, so nothing more is kept.
    if (this.#total > this.#limit) return;
    this.#bytes.append(chunk);
    this.#samples.advance(this.#bytes.data, this.#bytes.length);
  }

  end(): ReadResult {
    if (this.#total > this.#limit) {
      throw new FormatError("pprof", {
        expected: `at most ${this.#limit} bytes`,
        found: `${this.#total}`,
      });
    }
    if (this.#total === 0) throw new FormatError("pprof", { expected: "fields", found: "nothing" });
    const bytes = this.#whole ?? this.#bytes.data.subarray(0, this.#bytes.length);
    return readProfile(bytes, this.#ctx, this.#samples);
  }
}

export const pprofFormat: Format = {
  id: "pprof",
  detect: (head) => detectPprof(head),
  open: (ctx) => new PprofReader(ctx),
};
