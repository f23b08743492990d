// C++ contentionz: attributes (`cycles/second = 3201000000`), rows of cycles and count, mappings. Both
// values are what was sampled, so they are scaled by the sampling period.
//
// Authority: google/pprof profile/legacy_profile.go parseContention (2026-07). Go's own forms
// (`--- contention:`, `--- mutex:`) are formats/profile-text, whose values the runtime has scaled.

import type { ReadResult } from "../../model/format.ts";
import { before, parseAddresses } from "./addresses.ts";
import { LegacyDraft } from "./draft.ts";
import type { LegacyLines } from "./lines.ts";
import { addressPart, isSpaceOrComment, parseGoInteger, parseInteger, splitRow } from "./lines.ts";

const ROW = /(\d+) *(\d+) $/;

export function isContentionHeader(line: string): boolean {
  return line.startsWith("--- contentionz ");
}

/** `lines` is at the header. */
export function readContention(lines: LegacyLines): ReadResult {
  const draft = new LegacyDraft("other");
  draft.periodType = { type: "contentions", unit: "count" };
  draft.sampleTypes = [
    { type: "contentions", unit: "count" },
    { type: "delay", unit: "nanoseconds" },
  ];
  draft.period = 1;
  const cyclesPerSecond = attributes(lines, draft);
  if (cyclesPerSecond === 0) {
    draft.sampleTypes = [
      { type: "contentions", unit: "count" },
      { type: "delay", unit: "cycles" },
    ];
    draft.log.add("pprof-legacy.cycles-per-second-missing", "damage");
  }
  let goesOn = true;
  for (; goesOn && !lines.trimmed.startsWith("---"); goesOn = lines.next()) {
    const line = lines.trimmed;
    if (isSpaceOrComment(line)) continue;
    if (!row(line, draft, cyclesPerSecond)) draft.malformedRow(lines.number);
  }
  if (!lines.readMaps(draft.maps)) draft.log.add("pprof-legacy.no-end-mark", "note");
  if (!lines.isEnded) draft.cut(lines.number);
  return draft.finish();
}

/** Reads up to the first line that states none; gives the cycles per second, 0 where not stated. */
function attributes(lines: LegacyLines, draft: LegacyDraft): number {
  let cyclesPerSecond = 0;
  while (lines.next()) {
    const line = lines.trimmed;
    if (isSpaceOrComment(line)) continue;
    const equals = line.indexOf("=");
    if (line.startsWith("---") || equals < 0) break;
    const key = line.slice(0, equals).trim();
    const value = parseGoInteger(line.slice(equals + 1).trim());
    if (value === undefined) {
      draft.log.add("pprof-legacy.attribute-malformed", "damage", {}, { line: lines.number });
    } else if (key === "cycles/second") cyclesPerSecond = value;
    else if (key === "sampling period") draft.period = value;
    else if (key === "ms since reset") draft.durationNs = value * 1e6;
  }
  return cyclesPerSecond;
}

function row(line: string, draft: LegacyDraft, cyclesPerSecond: number): boolean {
  const parts = splitRow(line);
  const numbers = parts === undefined ? null : ROW.exec(parts.head);
  const addresses = parts === undefined ? undefined : parseAddresses(addressPart(parts.tail));
  if (numbers === null || addresses === undefined) return false;
  let [cycles, count] = numbers.slice(1).map(parseInteger);
  if (cycles === undefined || count === undefined) return false;
  const period = draft.period ?? 0;
  if (period > 0) {
    if (cyclesPerSecond > 0) cycles = Math.trunc((cycles * period) / (cyclesPerSecond / 1e9));
    count *= period;
  }
  for (const address of addresses) draft.stacks.add(before(address));
  draft.endRow(count, cycles);
  return true;
}
