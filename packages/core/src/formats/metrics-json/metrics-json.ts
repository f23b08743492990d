// runtime/metrics as JSON: one object, name → number or {"counts", "buckets"} with "-Inf"/"+Inf" as
// strings; several objects in one file (one a line, or one after another) are several samples. Also
// the plain form `/gc/heap/live:bytes 149829840`, one name a line.
// Authority: the handler in this project's README; names from runtime/metrics/description.go of
// Go 1.22–1.27. Unknown names are kept. Not supported: arrays of {name, value}.

import { COMPLETE, DiagnosticLog, type Completeness } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type {
  Detection,
  Format,
  FormatContext,
  FormatReader,
  ReadResult,
} from "../../model/format.ts";
import type { MetricsSample } from "../../model/tables/metrics.ts";
import { ByteInput } from "../../model/text-input.ts";
import { documentsOf } from "./documents.ts";
import { isMetricName, metricsLevel, numberOf, sampleOf } from "./values.ts";

const FORMAT = "metrics-json";
/** A thousand samples of a service are some 20 MiB. */
const MAX_BYTES = 64 * 1024 * 1024;

function detect(head: Uint8Array): Detection | undefined {
  const text = new TextDecoder("utf-8").decode(head);
  const trimmed = text.trimStart();
  if (trimmed.startsWith("{")) {
    // Two names with units: one could be a URL path in somebody's configuration.
    const names = trimmed.match(/"\/[a-z0-9/_.-]+:[A-Za-z0-9*/_.-]+"\s*:/g);
    return names !== null && names.length >= 2
      ? { format: FORMAT, strength: "certain" }
      : undefined;
  }
  const lines = trimmed.split("\n", 12);
  const plain = lines.filter((l) => PLAIN.test(l.trimEnd()));
  return plain.length >= 2 && PLAIN.test((lines[0] ?? "").trimEnd())
    ? { format: FORMAT, strength: "certain" }
    : undefined;
}

const PLAIN = /^(\/[a-z0-9/_.-]+:[A-Za-z0-9*/_.-]+)[ \t=]+([-+]?(?:\d[\d.eE+-]*|Inf))$/;

class MetricsJsonReader implements FormatReader {
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
    const samples = text.trimStart().startsWith("{") ? fromJson(text, log) : fromLines(text, log);
    if (samples.length === 0) {
      throw new FormatError(FORMAT, {
        line: 1,
        expected: "at least one whole object of metrics",
        found: "none",
      });
    }
    const completeness: Completeness = log.isDamaged
      ? { complete: false, lowerBounds: false }
      : COMPLETE;
    return {
      table: { kind: "metrics", source: "runtime-metrics", samples },
      diagnostics: log.list(),
      completeness,
    };
  }
}

function fromJson(text: string, log: DiagnosticLog): MetricsSample[] {
  const samples: MetricsSample[] = [];
  for (const doc of documentsOf(text)) {
    if (doc.value === undefined) {
      log.add("metrics-json.cut", "damage", { bytes: doc.length }, { line: doc.line });
      continue;
    }
    const level = metricsLevel(doc.value);
    if (level === undefined) log.add("metrics-json.foreign-object", "note", {}, { line: doc.line });
    else samples.push(sampleOf(level, doc.value, log, doc.line));
  }
  return samples;
}

/** A name that comes again starts the next sample. */
function fromLines(text: string, log: DiagnosticLog): MetricsSample[] {
  const samples: MetricsSample[] = [];
  let level: Record<string, number> = {};
  let count = 0;
  const flush = (line: number) => {
    if (count > 0) samples.push(sampleOf(level, undefined, log, line));
    level = {};
    count = 0;
  };
  const lines = text.split("\n");
  lines.forEach((raw, i) => {
    const line = raw.trimEnd();
    if (line === "") return;
    const match = PLAIN.exec(line);
    const name = match?.[1];
    const value = numberOf(match?.[2]);
    const isLast = i === lines.length - 1;
    // A last line without newline may have lost digits: it is not read.
    if (isLast || name === undefined || value === undefined || !isMetricName(name)) {
      log.add(
        isLast ? "metrics-json.cut-line" : "metrics-json.foreign-line",
        isLast ? "damage" : "note",
        {},
        { line: i + 1 },
      );
      return;
    }
    if (name in level) flush(i);
    level[name] = value;
    count++;
  });
  flush(lines.length);
  return samples;
}

export const metricsJsonFormat: Format = {
  id: FORMAT,
  detect,
  open: (ctx) => new MetricsJsonReader(ctx),
};
