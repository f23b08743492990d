// What crosses between the reader of a trace and the threads that scan its generations.

import type { GenerationContent } from "@heapwright/core/formats/trace/container.ts";
import type { ScannedGeneration } from "@heapwright/core/formats/trace/scan.ts";

export interface ScanRequest {
  readonly id: number;
  readonly generation: GenerationContent;
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
