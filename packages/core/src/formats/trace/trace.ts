// A Go execution trace. Only its 16-byte header is read: `go 1.NN trace` and NULs.
// Authority: Go internal/trace/version/version.go (Go 1.26); src/runtime/trace.go writes it.
// Not supported: the events. The artefact is recognised and kept.

import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { Detection, Format, FormatReader, ReadResult } from "../../model/format.ts";
import type { TraceTable } from "../../model/tables/trace.ts";

const ID = "trace";

const HEADER_BYTES = 16;

function parseHeader(bytes: Uint8Array): string | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  let text = "";
  for (let i = 0; i < HEADER_BYTES; i++) text += String.fromCharCode(bytes[i] ?? 0);
  return /^(go 1\.\d{1,3}) trace\0+$/.exec(text)?.[1];
}

function detect(head: Uint8Array): Detection | undefined {
  return parseHeader(head) === undefined ? undefined : { format: ID, strength: "certain" };
}

class TraceReader implements FormatReader {
  readonly #header = new Uint8Array(HEADER_BYTES);
  #bytes = 0;

  push(chunk: Uint8Array): void {
    if (this.#bytes < HEADER_BYTES) {
      this.#header.set(chunk.subarray(0, HEADER_BYTES - this.#bytes), this.#bytes);
    }
    this.#bytes += chunk.length;
  }

  end(): ReadResult {
    const version = this.#bytes < HEADER_BYTES ? undefined : parseHeader(this.#header);
    if (version === undefined) {
      throw new FormatError(ID, {
        offset: 0,
        expected: 'the header "go 1.N trace" of 16 bytes',
        found: this.#bytes < HEADER_BYTES ? `${this.#bytes} bytes` : "other bytes",
      });
    }
    const table: TraceTable = { kind: "trace", version, bytes: this.#bytes, memory: undefined };
    const log = new DiagnosticLog();
    log.add(`${ID}.header-only`, "note");
    return { table, diagnostics: log.list(), completeness: COMPLETE };
  }
}

export const traceFormat: Format = { id: ID, detect, open: () => new TraceReader() };
