// All formats, in the order in which they are asked, and what unknown bytes look like.
// A certain claim wins over a likely one; among likely ones the order decides, so readers whose claim
// rests on little (one number and a name, KEY=VALUE lines) come last.

import type { Detection, Format } from "../model/format.ts";
import { buildinfoFormat } from "./buildinfo/buildinfo.ts";
import { cgroupFormat } from "./cgroup/cgroup.ts";
import { environFormat } from "./environ/environ.ts";
import { expvarFormat } from "./expvar/expvar.ts";
import { foldedFormat } from "./folded/format.ts";
import { gctrace } from "./gctrace/index.ts";
import { goroutineTextFormat } from "./goroutine-text/format.ts";
import { meminfoFormat } from "./meminfo/meminfo.ts";
import { metricsJsonFormat } from "./metrics-json/metrics-json.ts";
import { otlpFormat } from "./otlp/format.ts";
import { podFormat } from "./pod/pod.ts";
import { pprofFormat } from "./pprof/format.ts";
import { pprofLegacyFormat } from "./pprof-legacy/format.ts";
import { procCgroupFormat } from "./proc-cgroup/proc-cgroup.ts";
import { procLimitsFormat } from "./proc-limits/proc-limits.ts";
import { procStatFormat } from "./proc-stat/proc-stat.ts";
import { procStatusFormat } from "./proc-status/proc-status.ts";
import { profileTextFormat } from "./profile-text/format.ts";
import { prometheusFormat } from "./prometheus/prometheus.ts";
import { smapsFormat } from "./smaps/smaps.ts";
import { speedscopeFormat } from "./speedscope/format.ts";
import { traceFormat } from "./trace/trace.ts";

export const FORMATS: readonly Format[] = [
  traceFormat,
  pprofFormat,
  otlpFormat,
  speedscopeFormat,
  profileTextFormat,
  // Behind Go's own text, whose heaps have the same first line.
  pprofLegacyFormat,
  goroutineTextFormat,
  metricsJsonFormat,
  prometheusFormat,
  expvarFormat,
  buildinfoFormat,
  smapsFormat,
  procStatusFormat,
  procStatFormat,
  procLimitsFormat,
  procCgroupFormat,
  meminfoFormat,
  podFormat,
  // Finds its lines anywhere in a text, a pod's termination message included: behind what is anchored.
  gctrace,
  // Any lines that end with a number and hold a ";".
  foldedFormat,
  cgroupFormat,
  environFormat,
];

export interface Detected {
  readonly format: Format;
  readonly detection: Detection;
}

/** `head`: the first ≤ 64 KiB of the decoded bytes. */
export function detectFormat(head: Uint8Array, name: string): Detected | undefined {
  let likely: Detected | undefined;
  for (const format of FORMATS) {
    const detection = format.detect(head, name);
    if (detection === undefined) continue;
    if (detection.strength === "certain") return { format, detection };
    likely ??= { format, detection };
  }
  return likely;
}

/** What bytes that no format claims look like, so that they can be named to the user. */
export type UnknownContent = "html" | "json-other" | "text" | "binary" | "gzip" | "zstd" | "empty";

const HTML = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)?<(?:!doctype html|html|head|body)[\s>]/i;

/**
 * How a document of JSON, or of lines of it, begins; the end may be missing. A bracket with a number is
 * a time stamp or a process id in logs, unless a comma follows.
 */
const JSON_START =
  /^\s*(?:\{\s*(?:"|\}|$)|\[\s*(?:\{|"|\[\s*[[{"\d]|\]\s*$|-?\d+(?:\.\d+)?\s*,|(?:true|false|null)\s*,|$))/;

function startsWith(head: Uint8Array, ...magic: readonly number[]): boolean {
  return magic.every((byte, i) => head[i] === byte);
}

/** UTF-8 whose last character may be cut, with hardly a control character. */
function textOf(head: Uint8Array): string | undefined {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
  } catch {
    return undefined;
  }
  const controls = text.match(/[\0-\x08\x0e-\x1a\x1c-\x1f]/g)?.length ?? 0;
  // Logs of terminals hold a few; an escape character is not counted at all.
  return controls * 100 > text.length ? undefined : text;
}

export function describeUnknown(head: Uint8Array): UnknownContent {
  if (head.length === 0) return "empty";
  if (startsWith(head, 0x1f, 0x8b)) return "gzip";
  if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) return "zstd";
  // UTF-16 with a byte order mark, as some Windows shells redirect.
  if (startsWith(head, 0xff, 0xfe) || startsWith(head, 0xfe, 0xff)) return "text";
  const text = textOf(head);
  if (text === undefined) return "binary";
  if (text.trim() === "") return "empty";
  if (HTML.test(text)) return "html";
  return JSON_START.test(text) ? "json-other" : "text";
}
