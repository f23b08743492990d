// Text heaps: `heap profile: 3: 48 [7: 112] @ heap_v2/524288`, rows of counts and bytes, mappings.
// The word behind the "@" says how the values were sampled: heap_v2, heapz_v2 and heap (twice the
// rate) by bytes, so that they are scaled here; heapprofile, growthz and fragmentationz not at all.
//
// Authority: google/pprof profile/legacy_profile.go parseHeap (2026-07); writers are gperftools,
// jemalloc and tcmalloc. Go's own `heap/N` with its frames is formats/profile-text.

import type { ReadResult } from "../../model/format.ts";
import type { ProfileKind } from "../../model/tables/profile.ts";
import { heapScale } from "../../goruntime/unsample.ts";
import { before, parseAddresses } from "./addresses.ts";
import { LegacyDraft } from "./draft.ts";
import type { LegacyLines } from "./lines.ts";
import { addressPart, isSpaceOrComment, parseInteger, splitRow } from "./lines.ts";
import { isMapsSentinel } from "../../model/builders/proc-maps.ts";

export interface HeapHeader {
  readonly kind: ProfileKind;
  /** Bytes between samples; 1 and below: nothing was sampled away. */
  readonly rate: number;
  readonly isScaled: boolean;
  /** Allocated and live values differ, so that both are worth a column. */
  readonly hasAlloc: boolean;
}

const COUNTS = "heap profile: *(\\d+): *(\\d+) *\\[ *(\\d+): *(\\d+) *\\]";
const HEAP = new RegExp(`${COUNTS} *@ *(heap[_a-z0-9]*)/?(\\d*)`);
const UNSAMPLED = new RegExp(`${COUNTS} @ (growth|fragmentation)z?`);
/** A row's numbers, up to the "@"; tied to its end, where the search would begin anew at each digit. */
const ROW = /(-?\d+): *(-?\d+) *\[ *(\d+): *(\d+) *\] $/;
const LONGEST_HEADER = 1024;

export function heapHeaderOf(line: string): HeapHeader | undefined {
  if (line.length > LONGEST_HEADER) return undefined;
  const heap = HEAP.exec(line);
  if (heap === null) {
    return UNSAMPLED.test(line)
      ? { kind: "other", rate: 1, isScaled: false, hasAlloc: false }
      : undefined;
  }
  const [, live, liveBytes, all, allBytes, word, rateText = ""] = heap;
  const hasAlloc = (all !== live && all !== "0") || (allBytes !== liveBytes && allBytes !== "0");
  const rate = rateText === "" ? 0 : parseInteger(rateText);
  if (rate === undefined) return undefined;
  switch (word) {
    case "heap_v2":
    case "heapz_v2":
      return { kind: "heap", rate, isScaled: true, hasAlloc };
    case "heap":
      return { kind: "heap", rate: Math.floor(rate / 2), isScaled: true, hasAlloc };
    case "heapprofile":
      return { kind: "heap", rate: 1, isScaled: false, hasAlloc };
    default:
      return undefined;
  }
}

const ALLOC_AND_INUSE = [
  { type: "alloc_objects", unit: "count" },
  { type: "alloc_space", unit: "bytes" },
  { type: "inuse_objects", unit: "count" },
  { type: "inuse_space", unit: "bytes" },
];
const INUSE = [
  { type: "objects", unit: "count" },
  { type: "space", unit: "bytes" },
];

/** `lines` is at the header. */
export function readHeap(lines: LegacyLines, header: HeapHeader): ReadResult {
  const draft = new LegacyDraft(header.kind);
  draft.periodType = { type: "space", unit: "bytes" };
  draft.period = header.rate;
  draft.sampleTypes = header.hasAlloc ? ALLOC_AND_INUSE : INUSE;
  const bytesKey = draft.strings.intern("bytes");
  while (lines.next()) {
    const line = lines.trimmed;
    if (isSpaceOrComment(line)) continue;
    if (isMapsSentinel(line)) break;
    if (!row(line, header, draft, bytesKey)) draft.malformedRow(lines.number);
  }
  // Nothing says how many rows there are; what would show a cut is the map, which writers may leave out.
  if (!lines.readMaps(draft.maps)) draft.log.add("pprof-legacy.no-end-mark", "note");
  if (!lines.isEnded) draft.cut(lines.number);
  return draft.finish();
}

function row(line: string, header: HeapHeader, draft: LegacyDraft, bytesKey: number): boolean {
  const parts = splitRow(line);
  const numbers = parts === undefined ? null : ROW.exec(parts.head);
  const addresses = parts === undefined ? undefined : parseAddresses(addressPart(parts.tail));
  if (numbers === null || addresses === undefined) return false;
  const [live, liveBytes, all, allBytes] = numbers.slice(1).map(parseInteger);
  const pairs = header.hasAlloc
    ? [
        [all, allBytes],
        [live, liveBytes],
      ]
    : [[live, liveBytes]];
  const values: number[] = [];
  let size = 0;
  for (const [count, bytes] of pairs) {
    if (count === undefined || bytes === undefined || (count === 0 && bytes !== 0)) return false;
    if (count !== 0) size = Math.trunc(bytes / count);
    const scale = header.isScaled ? heapScale(count, bytes, header.rate) : 1;
    values.push(Math.trunc(count * scale), Math.trunc(bytes * scale));
  }
  for (const address of addresses) draft.stacks.add(before(address));
  if (size !== 0) draft.labels.add(bytesKey, 0, size, 0);
  draft.endRow(...values);
  return true;
}
