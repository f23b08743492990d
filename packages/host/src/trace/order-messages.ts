// What crosses between the thread that puts events in order and the one that uses them. Columns lie in
// shared memory, a ring of batches; messages say in which place the next ones are.

import {
  EVENT_BATCH_BYTES,
  EventBatch,
  type GenerationInfo,
} from "@heapwright/core/formats/trace/event-batch.ts";
import type { InternedGrowth } from "@heapwright/core/formats/trace/intern.ts";
import type { FormatErrorDetail } from "@heapwright/core/model/errors.ts";
import type { FaultFields } from "./scan-messages.ts";

/** Some messages' worth, 10 MB: enough for either thread to be ahead while the other has a slow batch. */
const PLACES = 16;

export interface OrderTask {
  readonly file: string;
  readonly ring: BatchRing;
}

export interface BatchRing {
  readonly columns: SharedArrayBuffer;
  /** One number: how many places may be filled. */
  readonly free: Int32Array;
}

export function newRing(): BatchRing {
  const free = new Int32Array(new SharedArrayBuffer(4));
  free[0] = PLACES;
  return { columns: new SharedArrayBuffer(PLACES * EVENT_BATCH_BYTES), free };
}

export function batchesOf({ columns }: BatchRing): readonly EventBatch[] {
  return Array.from({ length: PLACES }, (_, i) => new EventBatch(columns, i * EVENT_BATCH_BYTES));
}

export type OrderMessage =
  | { readonly kind: "progress"; readonly fraction: number }
  | {
      readonly kind: "generation";
      readonly info: GenerationInfo | undefined;
      readonly baseNs: bigint;
      readonly growth: InternedGrowth;
      /** Numbers of 2^53 and above that are new. */
      readonly wide: readonly bigint[];
    }
  | {
      readonly kind: "events";
      /** Place of the first batch; the others come after it. */
      readonly first: number;
      readonly lengths: readonly number[];
      readonly wide: readonly bigint[];
    }
  | { readonly kind: "end"; readonly events: number; readonly fault: FaultFields | undefined }
  /** A FormatError; other errors end the thread. */
  | { readonly kind: "unreadable"; readonly format: string; readonly detail: FormatErrorDetail };
