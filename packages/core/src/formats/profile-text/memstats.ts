// The "# runtime.MemStats" tail of heap?debug=1 and allocs?debug=1.
// Source: runtime/pprof/pprof.go writeHeapInternal, pprof_rusage.go, pprof_windows.go (Go 1.22–1.27).

import type { MemStats } from "../../model/tables/memstats.ts";

type Draft = { -readonly [K in keyof MemStats]: MemStats[K] };
type NumberField = {
  [K in keyof Draft]-?: Draft[K] extends number | undefined ? K : never;
}[keyof Draft];

const FIELDS: Readonly<Record<string, NumberField>> = {
  Alloc: "alloc",
  TotalAlloc: "totalAlloc",
  Sys: "sys",
  Mallocs: "mallocs",
  Frees: "frees",
  HeapAlloc: "heapAlloc",
  HeapSys: "heapSys",
  HeapIdle: "heapIdle",
  HeapInuse: "heapInuse",
  HeapReleased: "heapReleased",
  HeapObjects: "heapObjects",
  BuckHashSys: "buckHashSys",
  GCSys: "gcSys",
  OtherSys: "otherSys",
  NextGC: "nextGC",
  NumGC: "numGC",
  NumForcedGC: "numForcedGC",
  GCCPUFraction: "gcCPUFraction",
  // Bytes on every platform: the writer multiplies ru_maxrss by 1024 (Linux, BSDs), by 1 (Darwin) or
  // by the page size (Solaris); Windows prints PeakWorkingSetSize.
  MaxRSS: "maxRss",
};

/** Printed as "inuse / sys". */
const PAIRS: Readonly<Record<string, readonly [NumberField, NumberField]>> = {
  Stack: ["stackInuse", "stackSys"],
  MSpan: ["mSpanInuse", "mSpanSys"],
  MCache: ["mCacheInuse", "mCacheSys"],
};

/** Printed but of no use: Lookups is always 0, DebugGC always false. */
const IGNORED = new Set(["Lookups", "DebugGC"]);

const LINE = /^# (\w+) = (.+)$/;
const PLAIN_NUMBER = /^\d+(?:\.\d+)?(?:e[+-]?\d+)?$/;
const RING = 256;

/** Unix nanoseconds in decimal to ms: split as text, since the number is above 2^53. */
function nanosToMs(digits: string): number {
  const whole = digits.slice(0, -6);
  return Number(whole) + Number(digits.slice(-6)) / 1e6;
}

function ring(text: string, convert: (digits: string) => number): Float64Array | undefined {
  if (!/^\[[\d ]*\]$/.test(text)) return undefined;
  const list = text.slice(1, -1).split(" ").filter(Boolean);
  return list.length === RING ? Float64Array.from(list, convert) : undefined;
}

export class MemStatsTail {
  readonly #draft: Draft = {};
  /** Lines of the last two fields, by which a cut is noticed. */
  hasDebugGC = false;
  hasMaxRss = false;

  /** False when the line is no "# Name = value" or its value cannot be read. */
  line(text: string): boolean {
    const match = LINE.exec(text);
    if (match === null) return false;
    const name = match[1] ?? "";
    const value = match[2] ?? "";
    if (name === "DebugGC") this.hasDebugGC = true;
    if (IGNORED.has(name)) return true;
    if (name === "LastGC") return this.#lastGC(value);
    if (name === "PauseNs" || name === "PauseEnd") return this.#ring(name, value);
    const pair = Object.hasOwn(PAIRS, name) ? PAIRS[name] : undefined;
    if (pair !== undefined) {
      const parts = /^(\d+) \/ (\d+)$/.exec(value);
      if (parts === null) return false;
      this.#draft[pair[0]] = Number(parts[1]);
      this.#draft[pair[1]] = Number(parts[2]);
      return true;
    }
    // A field of a later Go version: nothing of ours is lost.
    const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
    if (field === undefined) return true;
    if (!PLAIN_NUMBER.test(value)) return false;
    if (field === "maxRss") this.hasMaxRss = true;
    this.#draft[field] = Number(value);
    return true;
  }

  #lastGC(value: string): boolean {
    if (!/^\d+$/.test(value)) return false;
    // 0: no cycle has ended yet, so there is no such time.
    if (Number(value) > 0) this.#draft.lastGCMs = nanosToMs(value);
    return true;
  }

  #ring(name: "PauseNs" | "PauseEnd", value: string): boolean {
    const values = name === "PauseNs" ? ring(value, Number) : ring(value, nanosToMs);
    if (values === undefined) return false;
    if (name === "PauseNs") this.#draft.pauseNs = values;
    else this.#draft.pauseEndMs = values;
    return true;
  }

  get stats(): MemStats {
    return this.#draft;
  }
}
