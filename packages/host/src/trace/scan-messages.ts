// What crosses between the reader of a trace and the threads that scan its generations.

import type { GenerationContent } from "@heapwright/core/formats/trace/container.ts";
import type { ScannedGeneration } from "@heapwright/core/formats/trace/scan.ts";

/** Where the bytes of a generation lie in an open file: descriptors are the process's, threads share them. */
export interface StoredGeneration extends Omit<GenerationContent, "bytes"> {
  readonly fd: number;
  readonly length: number;
}

export interface ScanRequest {
  readonly id: number;
  readonly generation: GenerationContent | StoredGeneration;
}

/** An error keeps only its message across threads, so faults go as their two fields. */
export interface FaultFields {
  readonly code: string;
  readonly message: string;
}

export type ScanReply =
  | {
      readonly id: number;
      readonly scan: Omit<ScannedGeneration, "fault">;
      readonly fault: FaultFields | undefined;
    }
  | { readonly id: number; readonly lost: FaultFields };
