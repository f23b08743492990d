// One allocating source line with what is known of it.

import type { Quantity } from "../../model/quantity.ts";

export interface SourceLine {
  readonly function: string;
  /** As the profile names it (may be trimmed or absolute). */
  readonly file: string;
  /** 0 = unknown. */
  readonly line: number;
}

/** The same text for the same line. */
export function lineKey(at: SourceLine): string {
  return `${at.function}\u0000${at.file}\u0000${at.line}`;
}

/** Share of the assist time in an execution trace, 0–1, by line. */
export interface AssistShares {
  readonly own: (at: SourceLine) => Quantity;
  readonly allocating: (at: SourceLine) => Quantity;
}

export interface Site extends SourceLine {
  /** Nearest frame of the service's own code, when the allocating line is in a library. */
  readonly user: SourceLine | undefined;
  /** `<artefact>:stack:<hash>` of its largest stack. */
  readonly evidence: string;
  readonly live: Quantity;
  readonly liveObjects: Quantity;
  /** Sampled objects behind `live`: 1 means one sample. */
  readonly samples: number;
  readonly stacks: number;
  /** Paired growth between first and last comparable snapshot; undefined with one snapshot. */
  readonly growth: Quantity | undefined;
  /** Growth that would have been seen, bytes. */
  readonly visibleGrowth: number | undefined;
  /** Live ÷ ever allocated, of sampled objects, 0–1. */
  readonly survival: Quantity | undefined;
  /** bytes/s between the two snapshots. */
  readonly allocRate: Quantity | undefined;
  /** Of the assist time in the execution trace, by this allocating line; absent without a trace. */
  readonly assistShare?: Quantity | undefined;
  /** Up to three callers with their share of live bytes, nearest first. */
  readonly callers: readonly { readonly at: SourceLine; readonly live: Quantity }[];
}

/** Growth gathered by the service's own line instead of by the allocating one. */
export interface OwnLine extends SourceLine {
  readonly live: Quantity;
  readonly growth: Quantity | undefined;
  readonly survival: Quantity | undefined;
  readonly allocRate: Quantity | undefined;
  readonly samples: number;
  /** Of the assist time in the execution trace; absent without a trace. */
  readonly assistShare?: Quantity | undefined;
  /** Buckets of the runtime's table of heap samples, one a (stack, size), and about their bytes. */
  readonly buckets: number;
  readonly bucketBytes: number;
  readonly evidence: string;
  /** Allocating lines below it, largest live first, itself included when it allocates. */
  readonly allocates: readonly SourceLine[];
  /** False when no frame of the stacks is the service's: then it is the library's line. */
  readonly isOwn: boolean;
}

export interface SiteTable {
  readonly sites: readonly Site[];
  /** What the listed sites leave over. */
  readonly rest: {
    readonly sites: number;
    readonly live: Quantity;
    readonly visibleGrowth?: number;
  };
  readonly total: Quantity;
  readonly totalGrowth: Quantity | undefined;
  /** Cycle numbers compared, when known. */
  readonly cycles: { readonly from: number; readonly to: number } | undefined;
  readonly seconds: number | undefined;
}
