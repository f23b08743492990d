// Process and container ledgers as bars on one scale. Fractions of the scale, 0 to 1; whoever draws
// multiplies by a width. Order of the parts is the ledger's own, so that two answers compare.

import type { ContainerPart, Ledger, ProcessPart } from "../analysis/ledger/ledger.ts";
import type { Quantity } from "../model/quantity.ts";

export interface LedgerSegment {
  readonly part: ProcessPart | ContainerPart;
  readonly bytes: Quantity;
  readonly from: number;
  /** 0 for a part that is zero or negative (an unexplained rest may be); the table still says it. */
  readonly width: number;
  /** 95 % limits of the right edge; equal to it where the part is not an estimate. */
  readonly edgeLo: number;
  readonly edgeHi: number;
}

export interface LedgerMark {
  readonly kind: "peak-seen" | "next-peak";
  readonly bytes: Quantity;
  readonly at: number;
  readonly lo: number;
  readonly hi: number;
}

export interface LedgerBar {
  readonly of: Ledger["of"];
  readonly segments: readonly LedgerSegment[];
  readonly unknown: readonly (ProcessPart | ContainerPart)[];
  /** Where the known parts end. */
  readonly end: number;
  /** Where the total is; undefined when it is unknown. */
  readonly total: number | undefined;
  /** The total or a part is unknown: what lies right of `end` is drawn open, never as nothing. */
  readonly isOpen: boolean;
  readonly marks: readonly LedgerMark[];
}

export interface LedgerPicture {
  /** Bytes at 1. */
  readonly max: number;
  readonly limit: number | undefined;
  /** Position of the limit; undefined when there is none or it lies beyond the picture. */
  readonly limitAt: number | undefined;
  readonly bars: readonly LedgerBar[];
}

/**
 * A limit this many times above everything else is left out of the scale: the bar would be a line.
 * 8 keeps a bar of 1/8 of the width, where the three largest parts can still be told apart.
 */
const LIMIT_BEYOND = 8;

function finite(q: Quantity | undefined): number {
  return q !== undefined && Number.isFinite(q.value) ? q.value : 0;
}

function knownSum(ledger: Ledger): number {
  let sum = 0;
  for (const part of ledger.parts) sum += Math.max(0, finite(part.bytes));
  return sum;
}

function largest(ledger: Ledger): number {
  return Math.max(
    knownSum(ledger),
    finite(ledger.total),
    finite(ledger.nextPeak),
    finite(ledger.peakSeen),
  );
}

export function ledgerPicture(ledgers: readonly Ledger[]): LedgerPicture {
  let top = 0;
  let limit: number | undefined;
  let isOpen = false;
  for (const ledger of ledgers) {
    top = Math.max(top, largest(ledger));
    const own = finite(ledger.limit);
    if (own > 0) limit = limit === undefined ? own : Math.min(limit, own);
    isOpen ||= ledger.total === undefined;
  }
  let max = top;
  let limitAt: number | undefined;
  if (limit !== undefined && limit <= top * LIMIT_BEYOND) {
    max = Math.max(top, limit);
    limitAt = limit / max;
  } else if (isOpen) {
    // Nothing to measure against: the known part takes two fifths and the rest stays open.
    max = top * 2.5;
  } else {
    max = top * 1.12;
  }
  if (!(max > 0)) max = 1;
  return { max, limit, limitAt, bars: ledgers.map((ledger) => bar(ledger, max)) };
}

function bar(ledger: Ledger, max: number): LedgerBar {
  const segments: LedgerSegment[] = [];
  const unknown: (ProcessPart | ContainerPart)[] = [];
  let sum = 0;
  for (const { part, bytes } of ledger.parts) {
    if (bytes === undefined) {
      unknown.push(part);
      continue;
    }
    const value = Math.max(0, finite(bytes));
    const lo = Number.isFinite(bytes.lo) ? bytes.lo : bytes.value;
    const hi = Number.isFinite(bytes.hi) ? bytes.hi : bytes.value;
    segments.push({
      part,
      bytes,
      from: sum / max,
      width: value / max,
      edgeLo: clamp((sum + Math.max(0, lo)) / max),
      edgeHi: clamp((sum + Math.max(0, hi)) / max),
    });
    sum += value;
  }
  const marks: LedgerMark[] = [];
  const mark = (kind: LedgerMark["kind"], q: Quantity | undefined): void => {
    if (q === undefined || !Number.isFinite(q.value)) return;
    const lo = Number.isFinite(q.lo) ? q.lo : q.value;
    const hi = Number.isFinite(q.hi) ? q.hi : q.value;
    marks.push({
      kind,
      bytes: q,
      at: clamp(q.value / max),
      lo: clamp(lo / max),
      hi: clamp(hi / max),
    });
  };
  mark("peak-seen", ledger.peakSeen);
  mark("next-peak", ledger.nextPeak);
  const total = ledger.total === undefined ? undefined : finite(ledger.total) / max;
  return {
    of: ledger.of,
    segments,
    unknown,
    end: sum / max,
    total,
    isOpen: total === undefined || unknown.length > 0,
    marks,
  };
}

function clamp(x: number): number {
  return Math.max(0, Math.min(1, x));
}
