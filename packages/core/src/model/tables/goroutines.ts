// Goroutine dump (debug=2, or a panic's traceback): one row a goroutine.

import type { LabelColumns } from "./profile.ts";
import type { CallStacks } from "./stacks.ts";

export interface GoroutineTable extends CallStacks {
  readonly kind: "goroutines";
  readonly rows: number;
  /** Goroutine ids; below 2^53. */
  readonly id: Float64Array;
  /** String index of the wait reason as printed ("chan receive", "IO wait", "select", "running"). */
  readonly state: Int32Array;
  /** Whole minutes waited; the runtime prints it only from 1 minute on, so 0 means below one. */
  readonly waitMinutes: Float64Array;
  readonly rowStack: Int32Array;
  /** String index of the creating function, 0 where unknown; file:line in createdAt. */
  readonly createdBy: Int32Array;
  readonly createdAt: Int32Array;
  /** Distinct hexadecimal arguments ≥ 2^32 seen in frames, at most 4096: pointers into the heap. */
  readonly pointerArguments: Float64Array;
  /** Present when a header prints labels: Go ≥ 1.27, or 1.26 with GODEBUG=tracebacklabels=1. */
  readonly labels?: LabelColumns;
  /** The text stopped at Go's 64 MB limit. */
  readonly isCut: boolean;
}
