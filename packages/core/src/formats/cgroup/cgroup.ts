// Control files of the memory, cpu and pids controllers of cgroup v1 and v2, and PSI.
// Authority: see names.ts and keyed.ts; Documentation/admin-guide/cgroup-v2.rst, "Interface Files".
// Files with keys are recognised by their keys. A file that holds one number says nothing of itself:
// there the name decides, and the claim is only "likely".
// `max` is Infinity, as are v1's largest page-aligned number and a quota of −1. cpu.max has the keys
// `quota` and `period` (µs); pressure has `some.avg10` … `full.total`; cgroup.procs has one key per
// process, the pid.
// Not supported: io.*, hugetlb.*, memory.numa_stat, and several files in one.

import type { DiagnosticLog } from "../../model/diagnostic.ts";
import { FormatError } from "../../model/errors.ts";
import type { Detection, Format, FormatContext, FormatReader } from "../../model/format.ts";
import type { CgroupTable } from "../../model/tables/system.ts";
import { headLines } from "../../model/text-input.ts";
import type { TextLines } from "../../model/text-input.ts";
import { TextReader, unexpectedStart } from "../../model/text-reader.ts";
import { keyedFile, localName, parseKeyedLine, parsePressureLine, pressureFile } from "./keyed.ts";
import type { KeyedFile } from "./keyed.ts";
import { isNamed, singleValueFile } from "./names.ts";
import type { CgroupVersion, ControlFile } from "./names.ts";

const ID = "cgroup";

/** memory.stat is the largest, some 5 KiB; cgroup.procs has a line per process. */
const MAX_BYTES = 4 << 20;

/**
 * v1 prints the largest page-aligned int64 for "no limit": 2^63 − 4096, or 2^63 − 65536 with 64 KiB
 * pages; kernels before 3.19 printed 2^63 − 1. Nothing has so many bytes.
 */
const NO_LIMIT = 2 ** 63 - 2 ** 17;

const ONE_VALUE = /^(?:-?\d{1,20}|max)$/;
const CPU_MAX = /^(max|\d{1,20}) (\d{1,20})$/;

/** A line that looks like a whole value also counts where the writer stripped the newline. */
function firstOf(text: TextLines): string {
  return text.lines[0] ?? text.rest;
}

function isOneLine(text: TextLines): boolean {
  const more = text.lines.slice(1).some((line) => line.trim() !== "");
  return !more && (text.lines.length === 0 || text.rest.trim() === "");
}

/** cpu.max by content alone: `max 100000`, or a quota and a period within the kernel's bounds. */
function isCpuMax(line: string, name: string): boolean {
  const match = CPU_MAX.exec(line);
  if (match === null) return false;
  if (isNamed(name, "cpu.max")) return true;
  const period = Number(match[2]);
  return match[1] === "max" && period >= 1000 && period <= 1_000_000;
}

function isProcs(text: TextLines, name: string): boolean {
  return (
    (isNamed(name, "cgroup.procs") || isNamed(name, "cgroup.threads")) &&
    [...text.lines, text.rest].every((line) => line === "" || /^\d{1,10}$/.test(line))
  );
}

function detect(head: Uint8Array, name: string): Detection | undefined {
  const text = headLines(head, 16_384);
  const certain: Detection = { format: ID, strength: "certain" };
  const likely: Detection = { format: ID, strength: "likely" };
  const known = keyedFile(text.lines, name);
  if (known !== undefined) return known.needsName ? likely : certain;
  if (parsePressureLine(text.lines[0] ?? "") !== undefined) return certain;
  if (isProcs(text, name)) return likely;
  if (!isOneLine(text)) return undefined;
  const line = firstOf(text).trim();
  if (isCpuMax(line, name)) return likely;
  return ONE_VALUE.test(line) && singleValueFile(name) !== undefined ? likely : undefined;
}

function toNumber(raw: string, isLimit: boolean, key: string, log: DiagnosticLog): number {
  if (raw === "max") return Infinity;
  const value = Number(raw);
  if (isLimit && (value >= NO_LIMIT || value === -1)) return Infinity;
  // Nanosecond counters of v1 pass 2^53 after 104 days of CPU time; ±1 ns in 2^53 does no harm.
  if (!Number.isSafeInteger(value)) log.add(`${ID}.rounded`, "warning", { key });
  return value;
}

/** Controllers that are folders of their own in v1, in captures as under /sys/fs/cgroup. */
const V1_FOLDER = /(?:^|[/\\])(?:memory|cpu|cpuacct|cpu,cpuacct|pids)[/\\][^/\\]*$/;

function tableOf(
  version: CgroupVersion,
  file: string,
  values: ReadonlyMap<string, number>,
  name: string,
): CgroupTable {
  if (version !== undefined) return { kind: "cgroup", version, file, values };
  const guess = V1_FOLDER.test(name) ? 1 : 2;
  return { kind: "cgroup", version: guess, isVersionGuessed: true, file, values };
}

function parseKeyed(
  known: KeyedFile,
  name: string,
  text: TextLines,
  log: DiagnosticLog,
): CgroupTable {
  const values = new Map<string, number>();
  for (let i = 0; i < text.lines.length; i++) {
    const line = text.lines[i] ?? "";
    if (line === "") continue;
    const parsed = parseKeyedLine(line);
    if (parsed === undefined) {
      log.add(`${ID}.bad-line`, "damage", {}, { line: i + 1 });
    } else if (values.has(parsed.key)) {
      log.add(`${ID}.several`, "damage", {}, { line: i + 1 });
      break;
    } else {
      const isLimit = known.limits.has(parsed.key);
      values.set(parsed.key, toNumber(parsed.value, isLimit, parsed.key, log));
    }
  }
  if (text.rest !== "" || !values.has(known.last)) {
    log.add(`${ID}.cut`, "damage", { missing: known.last }, { line: text.lines.length + 1 });
  }
  // A throttled group has nr_periods; without the cpu controller the file ends before it, as does a
  // file that was cut just there. Said, because absent throttling counters must not read as none.
  if (known.file === "cpu.stat" && !values.has("nr_throttled")) {
    const isPartial = values.has("nr_periods");
    log.add(`${ID}.no-throttling`, isPartial ? "damage" : "note");
  } else if (known.file === "cpu.stat" && known.version === 2 && !values.has("throttled_usec")) {
    log.add(`${ID}.cut`, "damage", { missing: "throttled_usec" });
  }
  return tableOf(known.version, localName(known.file, name), values, name);
}

function parsePressure(name: string, text: TextLines, log: DiagnosticLog): CgroupTable {
  const known = pressureFile(name);
  if (known === undefined) log.add(`${ID}.unnamed-pressure`, "warning");
  const file = known?.file ?? "pressure";
  const values = new Map<string, number>();
  const kinds = new Set<string>();
  for (let i = 0; i < text.lines.length; i++) {
    const line = text.lines[i] ?? "";
    if (line === "") continue;
    const parsed = parsePressureLine(line);
    if (parsed === undefined) {
      log.add(`${ID}.bad-line`, "damage", {}, { line: i + 1 });
      continue;
    }
    if (kinds.has(parsed.kind)) {
      log.add(`${ID}.several`, "damage", {}, { line: i + 1 });
      break;
    }
    kinds.add(parsed.kind);
    for (const [key, raw] of parsed.values) {
      const named = `${parsed.kind}.${key}`;
      values.set(named, key === "total" ? toNumber(raw, false, named, log) : Number(raw));
    }
  }
  // `full` of cpu exists since 5.13 only, irq has nothing else; elsewhere both are always there.
  const isCpu = file.includes("cpu");
  const needed = file.includes("irq") ? ["full"] : isCpu ? ["some"] : ["some", "full"];
  const missing = needed.find((kind) => !kinds.has(kind));
  if (text.rest !== "" || missing !== undefined) {
    log.add(`${ID}.cut`, "damage", { missing: missing ?? "newline" });
  } else if (isCpu && !kinds.has("full")) {
    log.add(`${ID}.no-full-pressure`, "note");
  }
  return tableOf(known?.version, file, values, name);
}

function parseOne(
  known: ControlFile,
  name: string,
  text: TextLines,
  log: DiagnosticLog,
): CgroupTable {
  const raw = firstOf(text).trim();
  if (!isOneLine(text) || !ONE_VALUE.test(raw)) {
    throw unexpectedStart(ID, text, "one number or max");
  }
  // Digits may have been lost with the newline.
  if (text.lines.length === 0) log.add(`${ID}.cut`, "damage", { missing: "newline" });
  const values = new Map([["", toNumber(raw, known.isLimit, known.file, log)]]);
  return tableOf(known.version, known.file, values, name);
}

function parseCpuMax(text: TextLines, log: DiagnosticLog): CgroupTable {
  const [quota = "", period = ""] = firstOf(text).trim().split(" ");
  if (text.lines.length === 0) log.add(`${ID}.cut`, "damage", { missing: "newline" });
  const values = new Map([
    ["quota", toNumber(quota, true, "quota", log)],
    ["period", toNumber(period, false, "period", log)],
  ]);
  return { kind: "cgroup", version: 2, file: "cpu.max", values };
}

function parseProcs(name: string, text: TextLines, log: DiagnosticLog): CgroupTable {
  const values = new Map<string, number>();
  for (const line of text.lines) {
    if (line !== "") values.set(line, Number(line));
  }
  if (text.rest !== "") log.add(`${ID}.cut`, "damage", { missing: "newline" });
  const file = isNamed(name, "cgroup.threads") ? "cgroup.threads" : "cgroup.procs";
  return tableOf(undefined, file, values, name);
}

function parse(name: string, text: TextLines, log: DiagnosticLog): CgroupTable {
  const known = keyedFile(text.lines, name);
  if (known !== undefined) return parseKeyed(known, name, text, log);
  if (parsePressureLine(text.lines[0] ?? "") !== undefined) return parsePressure(name, text, log);
  if (isProcs(text, name)) return parseProcs(name, text, log);
  if (isOneLine(text) && isCpuMax(firstOf(text).trim(), name)) return parseCpuMax(text, log);
  const single = singleValueFile(name);
  if (single !== undefined) return parseOne(single, name, text, log);
  const first = firstOf(text);
  throw new FormatError(ID, {
    line: 1,
    expected: "a control file of the memory, cpu or pids controller",
    found: first === "" ? "nothing" : JSON.stringify(first.slice(0, 40)),
  });
}

function open(ctx: FormatContext): FormatReader {
  return new TextReader(ID, ctx, MAX_BYTES, (text, log) => parse(ctx.name, text, log));
}

export const cgroupFormat: Format = { id: ID, detect, open };
