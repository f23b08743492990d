// The 16 bytes before everything else, for whoever passes a trace on without ordering its events.
// Authority: Go internal/trace/version/version.go (Go 1.26.8). Faults carry its words.

import { traceVersion } from "./container.ts";
import { TraceFault } from "./fault.ts";
import { GENERATION_VERSIONS, HEADER_BYTES, OLD_VERSIONS } from "./spec.ts";

export class HeaderFirst {
  readonly bytes = new Uint8Array(HEADER_BYTES);
  #length = 0;
  /** 0 until the header is whole. */
  version = 0;

  /**
   * What of the chunk lies behind the header; undefined while the header is not whole.
   * @throws TraceFault for what is no trace, or one whose events have no generations.
   */
  after(chunk: Uint8Array): Uint8Array | undefined {
    if (this.version !== 0) return chunk;
    const taken = Math.min(HEADER_BYTES - this.#length, chunk.length);
    this.bytes.set(chunk.subarray(0, taken), this.#length);
    this.#length += taken;
    if (this.#length < HEADER_BYTES) return undefined;
    const version = traceVersion(this.bytes);
    if (version === undefined) throw notATrace();
    this.version = supported(version);
    return chunk.subarray(taken);
  }

  /** @throws TraceFault when the input ended before the header did. */
  end(): void {
    if (this.version === 0) throw notATrace();
  }
}

function notATrace(): TraceFault {
  return new TraceFault("no-header", "bad file format: not a Go execution trace?");
}

/** @throws TraceFault for headers whose events are not in generations, or that no Go writes. */
export function supported(version: number): number {
  if (GENERATION_VERSIONS.includes(version)) return version;
  throw OLD_VERSIONS.includes(version)
    ? new TraceFault(
        "old-format",
        `a trace of header go 1.${version} has no generations (they came with Go 1.22), so it cannot be copied, cut or shown event by event`,
      )
    : new TraceFault("no-version", `unknown or unsupported trace version go 1.${version}`);
}

/** Runs `step` and keeps the fault that it throws; anything else is a bug and goes on. */
export function faultOf(step: () => void): TraceFault | undefined {
  try {
    step();
  } catch (error) {
    if (error instanceof TraceFault) return error;
    throw error;
  }
  return undefined;
}
