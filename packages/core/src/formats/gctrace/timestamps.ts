// Times that log collectors put in front of a line.
//
//   2026-11-26T07:00:47.707059470Z   RFC 3339: CRI, docker, kubectl, stern; journalctl -o short-iso
//   2026-11-26 07:00:47,123          without a zone: taken as UTC and reported
//   2026/11/26 07:00:47.123          Go's log package: local time, likewise
//   Nov 26 07:00:47[.123]            syslog, journalctl -o short: no year, so no wall clock at all

export interface TimeHit {
  /** Unix ms with a fraction; NaN when the form has no year. */
  readonly ms: number;
  /** Where the time ends. */
  readonly end: number;
  readonly hasZone: boolean;
}

const ISO =
  /(\d{4})([-/])(\d\d)\2(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?/y;
const SYSLOG =
  /(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d(?:[.,]\d{1,9})?/y;

function zoneMs(zone: string | undefined): number {
  if (zone === undefined || zone === "Z") return 0;
  const sign = zone.startsWith("-") ? -1 : 1;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  return sign * (hours * 60 + minutes) * 60_000;
}

/** The time that begins at `at`. */
export function readTime(text: string, at: number): TimeHit | undefined {
  const c = text.charCodeAt(at);
  if (c >= 48 && c <= 57) {
    ISO.lastIndex = at;
    const hit = ISO.exec(text);
    if (hit === null) return undefined;
    const utc = Date.UTC(
      Number(hit[1]),
      Number(hit[3]) - 1,
      Number(hit[4]),
      Number(hit[5]),
      Number(hit[6]),
      Number(hit[7]),
    );
    const fraction = hit[8];
    const fractionMs = fraction === undefined ? 0 : Number(`0.${fraction}`) * 1000;
    return {
      ms: utc + fractionMs - zoneMs(hit[9]),
      end: ISO.lastIndex,
      hasZone: hit[9] !== undefined,
    };
  }
  SYSLOG.lastIndex = at;
  if (!SYSLOG.test(text)) return undefined;
  return { ms: Number.NaN, end: SYSLOG.lastIndex, hasZone: false };
}
