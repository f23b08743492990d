// An input after reading: where it came from, what it is, and what was lost.

import type { Completeness, Diagnostic } from "../model/diagnostic.ts";
import type { EvidenceTable } from "../model/tables/table.ts";
import type { CaptureRecord, CaptureSeal } from "./capture-record.ts";

export interface Artefact {
  /** First 8 hex digits of the sha256 of the decoded bytes. */
  readonly id: string;
  /** Path relative to the folder given, with forward slashes. */
  readonly name: string;
  readonly sha256: string;
  /** Decoded size. */
  readonly bytes: number;
  readonly format: string;
  readonly table: EvidenceTable;
  readonly diagnostics: readonly Diagnostic[];
  readonly completeness: Completeness;
  /** Modification time of the file, Unix ms: the weakest clock. */
  readonly fileTimeMs: number | undefined;
  /** The manifest's record, when the folder is a capture. */
  readonly record: CaptureRecord | undefined;
}

/** An input that gave no table, and why: shown, never dropped. */
export interface Unread {
  readonly name: string;
  readonly bytes: number;
  readonly reason: "empty" | "unknown" | "unusable" | "too-large" | "unreadable";
  readonly diagnostic: Diagnostic;
}

export interface EvidenceFolder {
  readonly artefacts: readonly Artefact[];
  readonly unread: readonly Unread[];
  /** Records of the manifest that name no file. */
  readonly absent: readonly CaptureRecord[];
  /** Seals of the captures found; one that was killed has none. */
  readonly seals?: readonly CaptureSeal[];
  /** About the folder as a whole: a torn manifest, more files than were read. */
  readonly diagnostics?: readonly Diagnostic[];
}
