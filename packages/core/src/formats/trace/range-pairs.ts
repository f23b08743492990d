// Pairs range begins with ends that were seen on another thread or in another generation: per owner
// (goroutine, proc, process) by time.
// How it can mislead: threads' clocks decide, so where two of them differ by more than the gap between
// an end and the next begin of one goroutine, two ranges read as one and an empty one. The full order
// uses sequence numbers instead.

import { RANGE_STARTED_BEFORE, RANGE_UNFINISHED } from "../../model/tables/trace.ts";
import { GrowingFloat64, GrowingInt32 } from "../../model/builders/growing.ts";

/** All ranges of a trace while they are paired; times relative to the trace's base. */
export interface OpenRanges {
  length: number;
  readonly kind: Uint8Array;
  readonly flags: Uint8Array;
  readonly startNs: Float64Array;
  readonly endNs: Float64Array;
  readonly sweptBytes: Float64Array;
  readonly reclaimedBytes: Float64Array;
}

/** What is waiting for its other half. */
export class Halves {
  readonly kind = new GrowingInt32();
  readonly key = new GrowingFloat64();
  readonly timeNs = new GrowingFloat64();
  /** Row of the range that begins; END or ACTIVE. */
  readonly row = new GrowingInt32();
  readonly sweptBytes = new GrowingFloat64();
  readonly reclaimedBytes = new GrowingFloat64();

  add(
    kind: number,
    key: number,
    timeNs: number,
    row: number,
    swept: number,
    reclaimed: number,
  ): void {
    this.kind.push(kind);
    this.key.push(key);
    this.timeNs.push(timeNs);
    this.row.push(row);
    this.sweptBytes.push(swept);
    this.reclaimedBytes.push(reclaimed);
  }

  get length(): number {
    return this.kind.length;
  }
}

export const END = -1;
export const ACTIVE = -2;

/** A range of which only an end or a mention is known. */
export interface HeadlessRange {
  readonly kind: number;
  readonly key: number;
  readonly startNs: number;
  endNs: number;
  flags: number;
  sweptBytes: number;
  reclaimedBytes: number;
}

/**
 * Completes `ranges`; returns those that had no begin. `lastNsOf(t)`: the end of the generation that
 * holds t, up to which a range without an end is known to have lasted.
 */
export function pairHalves(
  ranges: OpenRanges,
  halves: Halves,
  lastNsOf: (timeNs: number) => number,
): HeadlessRange[] {
  const { kind, key, timeNs, row } = halves;
  const order = Array.from({ length: halves.length }, (_, i) => i);
  order.sort(
    (a, b) =>
      kind.data[a] - kind.data[b] ||
      key.data[a] - key.data[b] ||
      timeNs.data[a] - timeNs.data[b] ||
      row.data[a] - row.data[b],
  );
  const headless: HeadlessRange[] = [];
  let openRow = NOTHING;
  let openHeadless: HeadlessRange | undefined;
  const giveUp = (): void => {
    if (openRow >= 0) {
      ranges.flags[openRow] |= RANGE_UNFINISHED;
      ranges.endNs[openRow] = lastNsOf(ranges.startNs[openRow]);
    }
    if (openHeadless !== undefined) {
      openHeadless.flags |= RANGE_UNFINISHED;
      openHeadless.endNs = lastNsOf(openHeadless.startNs);
    }
    openRow = NOTHING;
    openHeadless = undefined;
  };
  for (let turn = 0; turn < order.length; turn++) {
    const half = order[turn];
    const before = order[turn - 1];
    if (
      before === undefined ||
      kind.data[before] !== kind.data[half] ||
      key.data[before] !== key.data[half]
    ) {
      giveUp();
    }
    const time = timeNs.data[half];
    const what = row.data[half];
    if (what >= 0) {
      giveUp();
      openRow = what;
      continue;
    }
    if (what === ACTIVE) {
      if (openRow >= 0 || openHeadless !== undefined) continue;
      openHeadless = headlessRange(halves, half, time);
      headless.push(openHeadless);
      continue;
    }
    if (openRow >= 0) {
      ranges.endNs[openRow] = time;
      ranges.sweptBytes[openRow] = halves.sweptBytes.data[half];
      ranges.reclaimedBytes[openRow] = halves.reclaimedBytes.data[half];
    } else {
      if (openHeadless === undefined) {
        openHeadless = headlessRange(halves, half, time);
        headless.push(openHeadless);
      }
      openHeadless.endNs = time;
      openHeadless.sweptBytes = halves.sweptBytes.data[half];
      openHeadless.reclaimedBytes = halves.reclaimedBytes.data[half];
    }
    openRow = NOTHING;
    openHeadless = undefined;
  }
  giveUp();
  return headless;
}

const NOTHING = -1;

function headlessRange(halves: Halves, half: number, time: number): HeadlessRange {
  return {
    kind: halves.kind.data[half],
    key: halves.key.data[half],
    startNs: time,
    endNs: time,
    flags: RANGE_STARTED_BEFORE,
    sweptBytes: 0,
    reclaimedBytes: 0,
  };
}
