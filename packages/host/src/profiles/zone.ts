// The local time zone as Go sees it: offset and abbreviation from the zone database. JavaScript knows
// the offset, but abbreviations only for its own language's regions ("GMT+1" for "CET").
//
// Authority: RFC 8536 (TZif), golang/go src/time/zoneinfo_{read,unix}.go (Go 1.26). Not supported: the
// rule in the file's footer; beyond the last transition the offset is JavaScript's and the name that of
// the latest period with this offset.

import { readFileSync } from "node:fs";
import { UTC_ZONE, type Zone, type ZoneAt } from "@heapwright/core/analysis/profile/go-format.ts";

const FOLDERS = ["/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/etc/zoneinfo"];
const HEADER_BYTES = 44;
const MAX_ENTRIES = 100_000;

interface Header {
  readonly isUtcs: number;
  readonly isStds: number;
  readonly leaps: number;
  readonly times: number;
  readonly types: number;
  readonly chars: number;
}

function headerAt(view: DataView, at: number): Header {
  const [isUtcs, isStds, leaps, times, types, chars] = [0, 1, 2, 3, 4, 5].map((i) =>
    view.getUint32(at + 20 + i * 4),
  );
  const header = {
    isUtcs: isUtcs ?? 0,
    isStds: isStds ?? 0,
    leaps: leaps ?? 0,
    times: times ?? 0,
    types: types ?? 0,
    chars: chars ?? 0,
  };
  if (Object.values(header).some((count) => count > MAX_ENTRIES)) {
    throw new RangeError("not a zone file");
  }
  return header;
}

function bodyBytes(header: Header, timeBytes: number): number {
  return (
    header.times * timeBytes +
    header.times +
    header.types * 6 +
    header.chars +
    header.leaps * (timeBytes + 4) +
    header.isStds +
    header.isUtcs
  );
}

/** @throws RangeError for anything but a zone file */
export function parseZone(bytes: Uint8Array): Zone {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < HEADER_BYTES || view.getUint32(0) !== 0x545a_6966) {
    throw new RangeError("not a zone file");
  }
  let at = 0;
  let header = headerAt(view, 0);
  let timeBytes = 4;
  // Version 2 and later repeat everything with 64-bit times.
  if (view.getUint8(4) >= 0x32) {
    at = HEADER_BYTES + bodyBytes(header, 4);
    header = headerAt(view, at);
    timeBytes = 8;
  }
  at += HEADER_BYTES;
  const times: number[] = [];
  for (let i = 0; i < header.times; i++) {
    const time = timeBytes === 8 ? Number(view.getBigInt64(at + i * 8)) : view.getInt32(at + i * 4);
    times.push(time);
  }
  at += header.times * timeBytes;
  const typeOf = Array.from({ length: header.times }, (_, i) => view.getUint8(at + i));
  at += header.times;
  const chars = at + header.types * 6;
  const zones = Array.from({ length: header.types }, (_, i): ZoneAt & { isDst: boolean } => {
    const offsetSeconds = view.getInt32(at + i * 6);
    const from = chars + view.getUint8(at + i * 6 + 5);
    let to = from;
    while (to < bytes.length && bytes[to] !== 0) to += 1;
    return {
      offsetSeconds,
      isDst: view.getUint8(at + i * 6 + 4) === 1,
      name: Buffer.from(bytes.subarray(from, to)).toString("latin1"),
    };
  });
  const first = zones.find(({ isDst }) => !isDst) ?? zones[0];
  if (first === undefined) throw new RangeError("not a zone file");
  return (unixSeconds) => {
    let found = -1;
    for (let lo = 0, hi = times.length - 1; lo <= hi;) {
      const middle = (lo + hi) >> 1;
      if ((times[middle] ?? 0) <= unixSeconds) {
        found = middle;
        lo = middle + 1;
      } else hi = middle - 1;
    }
    if (found < 0) return first;
    if (found < times.length - 1) return zones[typeOf[found] ?? 0] ?? first;
    const offset = -new Date(unixSeconds * 1000).getTimezoneOffset() * 60;
    for (let i = times.length - 1; i >= 0; i--) {
      const zone = zones[typeOf[i] ?? 0];
      if (zone?.offsetSeconds === offset) return zone;
    }
    return zones[typeOf[found] ?? 0] ?? first;
  };
}

/** The zone of this process; UTC where there is none or its file cannot be read, as Go does. */
export function localZone(): Zone {
  const name = process.env["TZ"];
  if (name === "" || name === "UTC") return UTC_ZONE;
  const file = name?.startsWith(":") === true ? name.slice(1) : name;
  const candidates =
    file === undefined
      ? ["/etc/localtime"]
      : file.startsWith("/")
        ? [file]
        : FOLDERS.map((folder) => `${folder}/${file}`);
  for (const candidate of candidates) {
    try {
      return parseZone(readFileSync(candidate));
    } catch (error) {
      if (error instanceof RangeError) continue;
      if (!(error instanceof Error && "code" in error)) throw error;
    }
  }
  return UTC_ZONE;
}
