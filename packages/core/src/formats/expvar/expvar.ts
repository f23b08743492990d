// What Go's expvar package serves at /debug/vars: one JSON object with the variables a program published,
// `memstats` (runtime.MemStats with Go's field names) and `cmdline` among them. Several documents one
// behind another are several samples.
// Authority: expvar/expvar.go and runtime/mstats.go, Go 1.22–1.27. Not supported: arrays of documents;
// BySize is not read.

import { COMPLETE, DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type {
  Detection,
  Format,
  FormatContext,
  FormatReader,
  ReadResult,
} from "../../model/format.ts";
import type { LoadCounter, MetricsSample } from "../../model/tables/metrics.ts";
import { ByteInput } from "../../model/text-input.ts";
import { documentsIn } from "./documents.ts";
import { isObject, memStatsOf } from "./memstats.ts";

const FORMAT = "expvar";
/** A document is some 10 KiB; a thousand of them, and then some. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_COUNTERS = 10_000;

/** `"memstats": {` with a field of its own behind: other JSON has the word too. */
const MEMSTATS =
  /"memstats"\s*:\s*\{[^{}[\]]*"(?:Alloc|HeapAlloc|TotalAlloc|Mallocs|HeapSys|NextGC)"\s*:/;
const NO_MEMSTATS = /"cmdline"\s*:\s*\[\s*"/;

function detect(head: Uint8Array): Detection | undefined {
  const text = new TextDecoder("utf-8").decode(head);
  if (!/^\s*\{\s*"/.test(text)) return undefined;
  if (MEMSTATS.test(text)) return { format: FORMAT, strength: "certain" };
  return NO_MEMSTATS.test(text) && /"memstats"\s*:/.test(text)
    ? { format: FORMAT, strength: "likely" }
    : undefined;
}

class ExpvarReader implements FormatReader {
  readonly #input: ByteInput;

  constructor(ctx: FormatContext) {
    this.#input = new ByteInput(Math.min(ctx.maxBytes, MAX_BYTES));
  }

  push(chunk: Uint8Array): void {
    this.#input.push(chunk);
  }

  end(): ReadResult {
    const text = new TextDecoder("utf-8").decode(this.#input.whole(FORMAT));
    const log = new DiagnosticLog();
    const samples: MetricsSample[] = [];
    for (const doc of documentsIn(text)) {
      if (doc.kind === "between") {
        log.add("expvar.foreign-text", "damage", {}, { line: doc.line });
        continue;
      }
      const value = parse(doc.text);
      if (value === undefined) log.add("expvar.cut", "damage", {}, { line: doc.line });
      else samples.push(sampleOf(value, log, doc.line));
    }
    if (samples.length === 0)
      throw new FormatError(FORMAT, { line: 1, expected: "a whole JSON object", found: "none" });
    return {
      table: { kind: "metrics", source: "expvar", samples },
      diagnostics: log.list(),
      completeness: log.isDamaged ? { complete: false, lowerBounds: false } : COMPLETE,
    };
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Only whether it parses is asked; the caller says that the document is not whole.
    return undefined;
  }
  return isObject(value) ? value : undefined;
}

function sampleOf(
  vars: Readonly<Record<string, unknown>>,
  log: DiagnosticLog,
  line: number,
): MetricsSample {
  const memstats = vars["memstats"];
  return {
    // MemStats' LastGC is the clock of an expvar page: it states no time.
    timeMs: undefined,
    scalars: new Map(),
    histograms: new Map(),
    memStats: isObject(memstats) ? memStatsOf(memstats, log, line) : undefined,
    goVersion: undefined,
    goroutines: goroutinesOf(vars),
    process: {},
    loadCounters: countersOf(vars, log, line),
  };
}

const GOROUTINES: readonly string[] = ["goroutines", "Goroutines", "num_goroutine", "NumGoroutine"];

/** No variable of the package; programs publish it under these names. */
function goroutinesOf(vars: Readonly<Record<string, unknown>>): number | undefined {
  for (const name of GOROUTINES) {
    const value = vars[name];
    if (typeof value === "number" && Number.isSafeInteger(value) && value > 0) return value;
  }
  return undefined;
}

/**
 * expvar.Int at the top, and the sum of an expvar.Map of numbers under the map's name. A gauge cannot be told from
 * a counter here: only one that never falls is of use to the analysis, which checks that.
 */
function countersOf(
  vars: Readonly<Record<string, unknown>>,
  log: DiagnosticLog,
  line: number,
): LoadCounter[] {
  const out: LoadCounter[] = [];
  for (const [name, value] of Object.entries(vars)) {
    if (name === "memstats" || name === "cmdline" || GOROUTINES.includes(name)) continue;
    const count = isObject(value) ? sumOf(value) : value;
    if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 0) continue;
    if (out.length < MAX_COUNTERS) out.push({ name, value: count });
    else log.add("expvar.too-many-variables", "damage", { most: MAX_COUNTERS }, { line });
  }
  return out;
}

function sumOf(map: Readonly<Record<string, unknown>>): number | undefined {
  const values = Object.values(map);
  let sum = 0;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isSafeInteger(value)) return undefined;
    sum += value;
  }
  return values.length > 0 ? sum : undefined;
}

export const expvarFormat: Format = {
  id: FORMAT,
  detect,
  open: (ctx) => new ExpvarReader(ctx),
};
