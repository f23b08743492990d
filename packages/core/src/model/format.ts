// The contract between bytes and evidence. A format is one folder under formats/ that exports one
// `Format`; formats/registry.ts lists them in the order in which they are asked.

import type { Completeness, Diagnostic } from "./diagnostic.ts";
import type { EvidenceTable } from "./tables/table.ts";

export interface Detection {
  readonly format: string;
  /** `certain`: magic bytes or a grammar that nothing else has. `likely`: needs no better claim. */
  readonly strength: "certain" | "likely";
}

export interface FormatContext {
  /**
   * Path of the artefact as given. Only for formats whose content alone cannot tell (a cgroup file
   * that holds one integer); content decides wherever it can.
   */
  readonly name: string;
  /** Cap on decoded bytes kept in memory; readers check lengths against it before allocating. */
  readonly maxBytes: number;
  /** About how many decoded bytes will come, where the host can tell. A hint, and never trusted. */
  readonly expectedBytes?: number;
  /** Text keeps bytes that are no UTF-8, as model/exact-text.ts has it; else they are U+FFFD. */
  readonly exactText?: boolean;
  /** The first chunk will be the only one and does not change: a reader that keeps bytes need not copy it. */
  readonly isWhole?: boolean;
}

export interface ReadResult {
  readonly table: EvidenceTable;
  readonly diagnostics: readonly Diagnostic[];
  readonly completeness: Completeness;
}

/** Streaming is the only form. `push` may be called with chunks cut anywhere; `end` once. */
export interface FormatReader {
  push(chunk: Uint8Array): void;
  /** @throws FormatError when the input is of this format but unusable. */
  end(): ReadResult;
}

export interface Format {
  readonly id: string;
  /**
   * `head` is the first ≤ 64 KiB of the *decoded* bytes (gzip already undone by the host).
   * Returns undefined for "not mine"; never throws.
   */
  detect(head: Uint8Array, name: string): Detection | undefined;
  open(ctx: FormatContext): FormatReader;
}
