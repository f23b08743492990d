// threadz: one stack a thread, `--- Thread 7eff063d9940 (name: main/25376) stack: ---` and addresses
// below; a thread without its own says that it is the same as the one before. The memory map is the end.
//
// Authority: google/pprof profile/legacy_profile.go parseThread (2026-07). Thread names and ids are not
// kept, as there.

import { isMapsSentinel } from "../../model/builders/proc-maps.ts";
import type { ReadResult } from "../../model/format.ts";
import type { Address } from "./addresses.ts";
import { before, parseAddresses } from "./addresses.ts";
import { LegacyDraft } from "./draft.ts";
import type { LegacyLines } from "./lines.ts";

const LISTING = /--- threadz \d+ ---/;
const THREAD = /--- Thread ([0-9A-Fa-f]+) \(name: (.*)\/(\d+)\) stack: ---/;
const LONGEST_HEADER = 8192;

export function isThreadsHeader(line: string): boolean {
  return line.length <= LONGEST_HEADER && (LISTING.test(line) || THREAD.test(line));
}

/** `lines` is at the first line that is no comment. */
export function readThreads(lines: LegacyLines): ReadResult {
  const draft = new LegacyDraft("other");
  const type = { type: "thread", unit: "count" };
  draft.sampleTypes = [type];
  draft.periodType = type;
  draft.period = 1;
  draft.leafTwice = true;
  if (LISTING.test(lines.text)) {
    while (lines.next() && !isMapsSentinel(lines.text) && !lines.text.startsWith("-"));
  }
  let isOpen = true;
  while (isOpen && !isMapsSentinel(lines.text)) {
    if (lines.text.trim().startsWith("---- no stack trace for")) break;
    if (lines.text.length > LONGEST_HEADER || !THREAD.test(lines.text)) {
      draft.malformedRow(lines.number);
    }
    isOpen = thread(lines, draft);
  }
  // The map is always there, so its absence shows that threads are missing.
  if (!lines.readMaps(draft.maps)) draft.cut(lines.number);
  if (!lines.isEnded) draft.log.add("pprof-legacy.unterminated", "warning");
  return draft.finish();
}

/** Reads the stack below a header up to the next line of dashes; false at the end of the input. */
function thread(lines: LegacyLines, draft: LegacyDraft): boolean {
  const addresses: Address[] = [];
  let isSame = false;
  let isMalformed = false;
  let goesOn = false;
  const from = lines.number;
  while ((goesOn = lines.next())) {
    const line = lines.trimmed;
    if (line.startsWith("---")) break;
    if (line.includes("same as previous thread")) {
      isSame = true;
      continue;
    }
    const found = parseAddresses(line);
    if (found === undefined) isMalformed = true;
    else addresses.push(...found);
  }
  if (isMalformed) draft.malformedRow(from);
  else if (isSame || addresses.length === 0) draft.addToLast(1);
  else {
    addresses.forEach((address, i) => draft.stacks.add(i > 0 ? before(address) : address));
    draft.endRow(1);
  }
  return goesOn;
}
