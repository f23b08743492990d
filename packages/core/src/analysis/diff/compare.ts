// Whether two profiles can be compared, and how. Objects alive in both profiles of one process are the
// same samples and cancel; that must be known, not hoped for, since the paired form would call the
// difference of two replicas exact. What cannot be told is compared as if independent.

import type { AlignedBuckets } from "../sites/align.ts";
import { directionOf, isHeap, relationOf, type Subject } from "./subject.ts";

/** Why two profiles say nothing of each other. */
export type Obstacle =
  | "kinds-differ"
  | "types-differ"
  | "rates-differ"
  | "no-cycle-between"
  | "delta-in-pair"
  | "sampling-off"
  | "no-size-columns";

/** Why what is alive in both cannot be taken for the same. */
export type NaiveReason =
  | "other-process"
  | "process-unknown"
  | "asked"
  | "counts-approximate"
  | "encodings-differ"
  | "rates-differ";

/** What tells that both are of one process. */
export type SamenessBy = "manifest" | "vdso" | "counts" | "ring" | "pid" | "gc-times" | "asked";

export type Comparison =
  | { readonly form: "paired"; readonly by: SamenessBy; readonly isReversed: boolean }
  | { readonly form: "naive"; readonly why: NaiveReason }
  /** No sampling to speak of: counts, contentions. */
  | { readonly form: "plain"; readonly isOneProcess: boolean }
  | { readonly form: "identical" }
  | { readonly form: "none"; readonly why: Obstacle };

export type Override = "same" | "other" | undefined;

function sameTypes(a: Subject, b: Subject): boolean {
  return a.valueType.type === b.valueType.type && a.valueType.unit === b.valueType.unit;
}

/** heap and allocs hold the same columns and differ only in what is shown first. */
function sameKind(a: Subject, b: Subject): boolean {
  const kindA = a.table.profileKind;
  const kindB = b.table.profileKind;
  return kindA === kindB || (isHeap(kindA) && isHeap(kindB));
}

/** Both state their cycle, and it is another: then nothing was allocated that sampling saw. */
function isLater(a: Subject, b: Subject): boolean {
  return a.cycle !== undefined && b.cycle !== undefined && a.cycle !== b.cycle;
}

/** What no two profiles of these kinds can be asked; undefined where nothing stands in the way. */
export function obstacleOfKind(a: Subject, b: Subject): Obstacle | undefined {
  if (!sameKind(a, b)) return "kinds-differ";
  if (!sameTypes(a, b)) return "types-differ";
  return a.table.isDelta !== b.table.isDelta ? "delta-in-pair" : undefined;
}

/** `aligned` is asked for only when the two may be of one process. */
export function compareSubjects(
  a: Subject,
  b: Subject,
  override: Override,
  aligned: () => AlignedBuckets,
): Comparison {
  if (a.artefact.sha256 === b.artefact.sha256) return { form: "identical" };
  const why = obstacleOfKind(a, b);
  if (why !== undefined) return { form: "none", why };
  if (a.table.isDelta && isHeap(a.table.profileKind)) return { form: "none", why: "delta-in-pair" };
  if (a.measure !== "live" && a.measure !== "allocated") {
    return { form: "plain", isOneProcess: override !== "other" && relationOf(a, b).is === "same" };
  }
  if (a.table.period === 0 || b.table.period === 0) return { form: "none", why: "sampling-off" };
  if (a.rows === undefined || b.rows === undefined) return { form: "none", why: "no-size-columns" };
  const relation = relationOf(a, b);
  if (a.rows.rate !== b.rows.rate) {
    // Two builds may each have kept a rate of their own; one process changed its own on the way.
    return override === "other" || (override === undefined && relation.is === "different")
      ? { form: "naive", why: "rates-differ" }
      : { form: "none", why: "rates-differ" };
  }
  if (override === "other") return { form: "naive", why: "asked" };
  if (override === undefined) {
    if (relation.is === "different") return { form: "naive", why: "other-process" };
    if (relation.is === "unknown") {
      const isStill =
        a.table.encoding === b.table.encoding &&
        aligned().length > 0 &&
        directionOf(aligned().allocs[0], aligned().allocs[1]) === "still";
      return isStill
        ? { form: "none", why: "no-cycle-between" }
        : { form: "naive", why: "process-unknown" };
    }
    if (a.rows.counts !== "exact" || b.rows.counts !== "exact")
      return { form: "naive", why: "counts-approximate" };
  }
  if (a.table.encoding !== b.table.encoding) return { form: "naive", why: "encodings-differ" };
  const { allocs } = aligned();
  const direction = directionOf(allocs[0], allocs[1]);
  if (direction === "still" && !isLater(a, b)) return { form: "none", why: "no-cycle-between" };
  const by = relation.is === "same" && override === undefined ? relation.by : "asked";
  return { form: "paired", by, isReversed: direction === "fall" };
}
