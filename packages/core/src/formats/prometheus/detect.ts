// Whether bytes are a page of metrics: TYPE lines and samples of the grammar, or names that only the Go
// and process collectors have.

import type { Detection } from "../../model/format.ts";
import { ascii, SampleLine } from "./line.ts";

export const FORMAT = "prometheus";

const TYPE =
  /^# TYPE [^ ]+ (?:counter|gauge|histogram|summary|untyped|unknown|info|stateset|gaugehistogram)$/;
const OWN_HEADER = /^# (?:HELP|TYPE) (?:go|process)_[a-z0-9_]+(?: |$)/;
const OWN_SAMPLE =
  /^(?:go_(?:memstats_|gc_|goroutines$|threads$|info$)|process_(?:cpu_seconds|resident_memory|open_fds|start_time))/;
const LF = 10;
/** Share of the sample lines that must be well formed: a log that quotes a page has others. */
const WELL_FORMED = 0.8;

export function detect(head: Uint8Array): Detection | undefined {
  const line = new SampleLine();
  let types = 0;
  let own = 0;
  let ownSamples = 0;
  let samples = 0;
  let others = 0;
  let start = 0;
  while (start < head.length) {
    let end = head.indexOf(LF, start);
    // The head may end within a line, and so may the file.
    if (end < 0) break;
    const next = end + 1;
    if (end > start && head[end - 1] === 13) end -= 1;
    while (start < end && (head[start] === 32 || head[start] === 9)) start += 1;
    if (start < end) {
      if (head[start] === 35) {
        const text = ascii(head, start, Math.min(end, start + 300));
        if (TYPE.test(text)) types += 1;
        if (OWN_HEADER.test(text)) own += 1;
      } else if (line.read(head, start, end)) {
        samples += 1;
        if (OWN_SAMPLE.test(ascii(head, line.nameStart, line.nameEnd))) ownSamples += 1;
      } else others += 1;
    }
    start = next;
  }
  if (samples < WELL_FORMED * (samples + others)) return undefined;
  if (own > 0 && (samples > 0 || types > 0)) return { format: FORMAT, strength: "certain" };
  if (types > 0 && samples >= 3) return { format: FORMAT, strength: "certain" };
  // Exporters of VictoriaMetrics' library write no TYPE; short pages have few samples.
  return ownSamples >= 3 || (types > 0 && samples > 0)
    ? { format: FORMAT, strength: "likely" }
    : undefined;
}
